/* address_cases.c - tables for udp_resolve and udp_format: addresses, ports, errors of the resolver, rooms. */
#include <arpa/inet.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/written.h"
#include "support/faults/resolver.h"
#include "support/net/peer.h"

/* The peer for a numeric address of either family. */
static struct udp_peer numeric_peer(const char *host, uint16_t port) {
    struct udp_peer peer = peer_address(strchr(host, ':') != NULL ? AF_INET6 : AF_INET, port);
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    if (peer.addr.ss_family == AF_INET) {
        memcpy(&in, &peer.addr, sizeof in);
        require(inet_pton(AF_INET, host, &in.sin_addr) == 1, "read an address");
        memcpy(&peer.addr, &in, sizeof in);
    } else {
        memcpy(&in6, &peer.addr, sizeof in6);
        require(inet_pton(AF_INET6, host, &in6.sin6_addr) == 1, "read an address");
        memcpy(&peer.addr, &in6, sizeof in6);
    }
    return peer;
}

static const uint16_t ports[] = {0, 1, 80, 255, 256, 9999, 32767, 32768, 36895, 65535};
enum { PORTS = sizeof ports / sizeof ports[0] };

static void resolve_with_every_port(const char *host) {
    for (size_t i = 0; i < PORTS; i++) {
        struct udp_peer got, expected = numeric_peer(host, ports[i]);
        memset(&got, 0xa5, sizeof got);
        expect_int(udp_resolve(&got, host, ports[i]), 0, "calling udp_resolve with %s and port %u", host, ports[i]);
        expect_peer(&got, &expected, "the peer for %s and port %u", host, ports[i]);
    }
}

Test(udp_resolve, turns_every_ipv4_address_and_port_into_a_peer, .timeout = 3,
     .description = "UDP-OPEN-001 UDP-OPEN-001a UDP-OPEN-001b UDP-RULE-007 UDP-RULE-007a UDP-RULE-007b UDP-RULE-007c: "
                    "five addresses with ten ports") {
    resolve_with_every_port("127.0.0.1");
    resolve_with_every_port("0.0.0.0");
    resolve_with_every_port("255.255.255.255");
    resolve_with_every_port("10.200.3.128");
    resolve_with_every_port("224.0.0.1");
}

Test(udp_resolve, turns_every_ipv6_address_and_port_into_a_peer, .timeout = 3,
     .description = "UDP-OPEN-002 UDP-OPEN-002a UDP-RULE-007b: five addresses with ten ports") {
    resolve_with_every_port("::1");
    resolve_with_every_port("::");
    resolve_with_every_port("2001:db8:1:2:3:4:5:6");
    resolve_with_every_port("::ffff:192.0.2.1");
    resolve_with_every_port("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

/* The resolver gives these addresses for localhost. Code that resolves it in another way gets what it gets. */
static void resolve_to_the_first(const char *first, const char *second) {
    const char *const addresses[] = {first, second};
    struct udp_peer got, expected = numeric_peer(first, 9000);
    memset(&got, 0xa5, sizeof got);
    resolver_gives(addresses, 2);
    expect_int(udp_resolve(&got, "localhost", 9000), 0, "calling udp_resolve with a name of two addresses");
    if (!resolver_was_asked())
        expected = got;
    resolver_is_real();
    expect_peer(&got, &expected, "the peer for a name with the addresses %s and %s", first, second);
}

Test(udp_resolve, takes_the_first_address_of_a_name, .timeout = 3,
     .description = "UDP-OPEN-003 UDP-OPEN-003a: names with two addresses, of one family and of both") {
    resolve_to_the_first("127.0.0.2", "127.0.0.3");
    resolve_to_the_first("::1", "127.0.0.1");
    resolve_to_the_first("127.0.0.1", "::1");
    resolve_to_the_first("2001:db8::2", "2001:db8::1");
}

/* Whether udp_resolve fails with this error while the resolver fails with a code. Code that resolves localhost without
 * getaddrinfo never sees the code. */
static bool becomes(int code, int error, int expected) {
    struct udp_peer got;
    resolver_fails(UINT_MAX, code, error);
    errno = 0;
    int result = udp_resolve(&got, "localhost", 9000), reported = errno;
    bool asked = resolver_was_asked();
    resolver_is_real();
    step("udp_resolve returned %d, and errno is %d", result, reported);
    return !asked || (result == -1 && reported == expected);
}

Test(udp_resolve, has_one_error_for_most_reasons, .timeout = 3,
     .description = "UDP-OPEN-004 UDP-OPEN-004a UDP-OPEN-004b UDP-RULE-001a: ten codes of getaddrinfo(3)") {
    expect_written(udp_resolve(&(struct udp_peer){0}, NULL, 0));
    static const int codes[] = {EAI_NONAME, EAI_AGAIN,   EAI_FAIL,     EAI_NODATA,   EAI_ADDRFAMILY,
                                EAI_FAMILY, EAI_SERVICE, EAI_SOCKTYPE, EAI_BADFLAGS, EAI_OVERFLOW};
    static const int errors[] = {EMFILE, ENOMEM, EIO, EACCES, EINVAL, ECONNREFUSED};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        expect_true(becomes(codes[i], 0, ENOENT), "\"%s\" becomes ENOENT", gai_strerror(codes[i]));
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        expect_true(becomes(EAI_SYSTEM, errors[i], ENOENT), "EAI_SYSTEM with errno %d becomes ENOENT", errors[i]);
}

Test(udp_resolve, knows_when_there_is_no_memory, .timeout = 3, .description = "UDP-OPEN-004c: EAI_MEMORY") {
    expect_written(udp_resolve(&(struct udp_peer){0}, NULL, 0));
    expect_true(becomes(EAI_MEMORY, 0, ENOMEM), "EAI_MEMORY becomes ENOMEM");
}

/* The signal comes once, so code that asks again gets an address. */
Test(udp_resolve, never_fails_with_eintr, .timeout = 3,
     .description = "UDP-OPEN-004b UDP-RULE-002: a resolver that is interrupted once") {
    struct udp_peer got;
    resolver_fails(1, EAI_SYSTEM, EINTR);
    errno = 0;
    int result = udp_resolve(&got, "localhost", 9000);
    expect_true(result == 0 || errno == ENOENT, "udp_resolve asks again, or fails with ENOENT");
    resolver_is_real();
}

Test(udp_resolve, writes_only_the_peer, .timeout = 3,
     .description = "UDP-OPEN-004 UDP-RULE-006: what is behind *out, after a success and four failures") {
    struct {
        struct udp_peer out;
        unsigned char behind[64];
    } got;
    unsigned char untouched[64];
    memset(untouched, '#', sizeof untouched);
    memset(&got, '#', sizeof got);
    expect_int(udp_resolve(&got.out, "::1", 9000), 0, "calling udp_resolve with ::1");
    udp_resolve(&got.out, "not a host", 9000);
    udp_resolve(&got.out, "[::1]", 9000);
    udp_resolve(&got.out, "", 9000);
    udp_resolve(&got.out, NULL, 9000);
    expect_bytes(got.behind, sizeof got.behind, untouched, sizeof untouched, "the bytes behind *out");
}

static void expect_format(const struct udp_peer *peer, const char *expected) {
    char text[64];
    memset(text, '#', sizeof text);
    expect_int(udp_format(peer, text, sizeof text), strlen(expected), "the number of characters of %s", expected);
    expect_text(text, expected, "the text of a peer");
}

Test(udp_format, writes_every_port_and_address, .timeout = 3,
     .description = "UDP-OPEN-005 UDP-OPEN-005b: seven ports from 0 to 65535") {
    static const struct {
        const char *host;
        uint16_t port;
        const char *text;
    } cases[] = {
        {"0.0.0.0", 0, "0.0.0.0:0"},
        {"127.0.0.1", 7, "127.0.0.1:7"},
        {"10.0.0.1", 80, "10.0.0.1:80"},
        {"224.0.0.251", 5353, "224.0.0.251:5353"},
        {"192.168.100.200", 32767, "192.168.100.200:32767"},
        {"192.168.100.200", 32768, "192.168.100.200:32768"},
        {"255.255.255.255", 65535, "255.255.255.255:65535"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct udp_peer peer = numeric_peer(cases[i].host, cases[i].port);
        expect_format(&peer, cases[i].text);
    }
}

Test(udp_format, writes_the_shortest_form, .timeout = 3,
     .description = "UDP-OPEN-006 UDP-OPEN-006a UDP-OPEN-006c: seven addresses with ports of all lengths") {
    static const struct {
        const char *host;
        uint16_t port;
        const char *text;
    } cases[] = {
        {"0:0:0:0:0:0:0:0", 0, "[::]:0"},
        {"2001:0DB8:0:0:0:0:0:1", 80, "[2001:db8::1]:80"},
        {"2001:db8:0:1:0:0:0:1", 443, "[2001:db8:0:1::1]:443"},
        {"fe80::00ff", 9000, "[fe80::ff]:9000"},
        {"::ffff:192.0.2.33", 32768, "[::ffff:192.0.2.33]:32768"},
        {"1:2:3:4:5:6:7:8", 65535, "[1:2:3:4:5:6:7:8]:65535"},
        {"aaaa:bbbb:cccc:dddd:eeee:ffff:1111:2222", 65535, "[aaaa:bbbb:cccc:dddd:eeee:ffff:1111:2222]:65535"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct udp_peer peer = numeric_peer(cases[i].host, cases[i].port);
        expect_format(&peer, cases[i].text);
    }
}

Test(udp_format, leaves_out_the_zone, .timeout = 3, .description = "UDP-OPEN-006b: fe80::1 with sin6_scope_id 1") {
    struct udp_peer peer = numeric_peer("fe80::1", 53);
    struct sockaddr_in6 in6;
    memcpy(&in6, &peer.addr, sizeof in6);
    in6.sin6_scope_id = 1;
    in6.sin6_flowinfo = 7;
    memcpy(&peer.addr, &in6, sizeof in6);
    expect_format(&peer, "[fe80::1]:53");
}

/* The block has exactly cap bytes, and Valgrind sees a byte more. Natively, the bytes of a larger block show it. */
static void format_with_every_room(const struct udp_peer *peer, const char *expected) {
    size_t needed = strlen(expected) + 1;
    char large[80], untouched[80];
    memset(untouched, '#', sizeof untouched);
    for (size_t cap = 1; cap <= needed; cap++) {
        char *text = malloc(cap);
        require(text != NULL, "find memory");
        memcpy(large, untouched, sizeof large);
        if (cap < needed) {
            expect_error(udp_format(peer, text, cap), ENOSPC, "the room is %zu bytes, and %s needs %zu", cap, expected,
                         needed);
            expect_error(udp_format(peer, large, cap), ENOSPC, "the room is %zu bytes, and %s needs %zu", cap, expected,
                         needed);
        } else {
            expect_int(udp_format(peer, text, cap), needed - 1, "the room is exactly what %s needs", expected);
            expect_text(text, expected, "the text in a room of %zu bytes", cap);
            expect_int(udp_format(peer, large, cap), needed - 1, "the room is exactly what %s needs", expected);
        }
        expect_bytes(large + cap, sizeof large - cap, untouched, sizeof large - cap, "the bytes after cap %zu", cap);
        free(text);
    }
}

Test(udp_format, fits_the_longest_texts, .timeout = 3,
     .description = "UDP-OPEN-007 UDP-OPEN-007a UDP-RULE-006: every room from 1 byte to what three long texts need") {
    struct udp_peer longest = numeric_peer("aaaa:bbbb:cccc:dddd:eeee:ffff:1111:2222", 65535);
    struct udp_peer mapped = numeric_peer("::ffff:255.255.255.255", 65535),
                    ipv4 = numeric_peer("255.255.255.255", 65535);
    format_with_every_room(&longest, "[aaaa:bbbb:cccc:dddd:eeee:ffff:1111:2222]:65535");
    format_with_every_room(&mapped, "[::ffff:255.255.255.255]:65535");
    format_with_every_room(&ipv4, "255.255.255.255:65535");
}

Test(udp_format, needs_no_text_where_cap_is_0, .timeout = 3,
     .description = "UDP-OPEN-007 UDP-OPEN-007b UDP-RULE-005 UDP-RULE-005a: text NULL, for both families") {
    struct udp_peer ipv4 = peer_address(AF_INET, 9000), ipv6 = peer_address(AF_INET6, 9000);
    expect_error(udp_format(&ipv4, NULL, 0), ENOSPC, "calling udp_format with text NULL and cap 0, for IPv4");
    expect_error(udp_format(&ipv6, NULL, 0), ENOSPC, "calling udp_format with text NULL and cap 0, for IPv6");
}

Test(udp_format, knows_two_families, .timeout = 3,
     .description = "UDP-OPEN-007c UDP-RULE-001: AF_UNIX and no family, with three rooms each") {
    static const sa_family_t families[] = {AF_UNSPEC, AF_UNIX, AF_PACKET};
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        struct udp_peer peer = peer_address(AF_INET6, 9000);
        char text[64];
        peer.addr.ss_family = families[i];
        expect_error(udp_format(&peer, NULL, 0), EAFNOSUPPORT, "family %d, cap 0", families[i]);
        expect_error(udp_format(&peer, text, 1), EAFNOSUPPORT, "family %d, cap 1", families[i]);
        expect_error(udp_format(&peer, text, sizeof text), EAFNOSUPPORT, "family %d, cap 64", families[i]);
    }
}
