/* address.c - udp_resolve and udp_format: from a name to an address, and from an address to text. */
#include <string.h>

#include "support/core/expect.h"
#include "support/net/peer.h"

Test(udp_resolve, turns_ipv4_text_into_an_address, .timeout = 3,
     .description = "UDP-OPEN-001: 127.0.0.1 with port 9000") {
    struct udp_peer got, expected = peer_address(AF_INET, 9000);
    memset(&got, 0xa5, sizeof got);
    expect_int(udp_resolve(&got, "127.0.0.1", 9000), 0, "calling udp_resolve with an IPv4 address");
    expect_peer(&got, &expected, "the peer for 127.0.0.1 and port 9000");
}

Test(udp_resolve, turns_ipv6_text_into_an_address, .timeout = 3, .description = "UDP-OPEN-002: ::1 with port 53") {
    struct udp_peer got, expected = peer_address(AF_INET6, 53);
    memset(&got, 0xa5, sizeof got);
    expect_int(udp_resolve(&got, "::1", 53), 0, "calling udp_resolve with an IPv6 address");
    expect_peer(&got, &expected, "the peer for ::1 and port 53");
}

Test(udp_resolve, finds_the_address_of_a_name, .timeout = 3, .description = "UDP-OPEN-003: localhost with port 9000") {
    struct udp_peer got;
    memset(&got, 0xa5, sizeof got);
    expect_int(udp_resolve(&got, "localhost", 9000), 0, "calling udp_resolve with localhost");
    struct udp_peer expected = peer_address(got.addr.ss_family == AF_INET6 ? AF_INET6 : AF_INET, 9000);
    expect_peer(&got, &expected, "the peer for localhost and port 9000");
}

/* For these hosts no resolver has to ask the network. */
Test(udp_resolve, says_what_is_wrong_with_a_host, .timeout = 3,
     .description =
         "UDP-OPEN-004 UDP-OPEN-004d UDP-RULE-005g: a host that cannot exist, brackets, NULL and an empty text") {
    struct udp_peer got;
    expect_error(udp_resolve(&got, "not a host", 9000), ENOENT, "calling udp_resolve with a host that cannot exist");
    expect_error(udp_resolve(&got, "[::1]", 9000), ENOENT, "calling udp_resolve with an address in brackets");
    expect_error(udp_resolve(&got, "[127.0.0.1]", 9000), ENOENT, "calling udp_resolve with an address in brackets");
    expect_error(udp_resolve(&got, NULL, 9000), EINVAL, "calling udp_resolve with NULL for the host");
    expect_error(udp_resolve(&got, "", 9000), EINVAL, "calling udp_resolve with an empty text for the host");
}

Test(udp_format, writes_an_ipv4_address_and_port, .timeout = 3,
     .description = "UDP-OPEN-005 UDP-OPEN-005a: 127.0.0.1 with port 9000, in a large buffer") {
    struct udp_peer peer = peer_address(AF_INET, 9000);
    char text[64];
    memset(text, '#', sizeof text);
    expect_int(udp_format(&peer, text, sizeof text), 14, "the number of characters");
    expect_text(text, "127.0.0.1:9000", "the text for an IPv4 peer");
}

Test(udp_format, puts_an_ipv6_address_in_brackets, .timeout = 3,
     .description = "UDP-OPEN-006: ::1 with port 53, in a large buffer") {
    struct udp_peer peer = peer_address(AF_INET6, 53);
    char text[64] = "";
    expect_int(udp_format(&peer, text, sizeof text), 8, "the number of characters");
    expect_text(text, "[::1]:53", "the text for an IPv6 peer");
}

Test(udp_format, never_writes_past_the_end_of_the_text, .timeout = 3,
     .description = "UDP-OPEN-007 UDP-OPEN-007a UDP-OPEN-007b: a text of 14 characters with every cap from 0 to 15") {
    struct udp_peer peer = peer_address(AF_INET, 9000); /* 14 characters and a NUL */
    char text[32], untouched[32];
    memset(untouched, '#', sizeof untouched);
    memcpy(text, untouched, sizeof text);
    expect_int(udp_format(&peer, text, 15), 14, "calling udp_format with room for the text and its NUL, and no more");
    for (size_t cap = 0; cap < 15; cap++) {
        memcpy(text, untouched, sizeof text);
        expect_error(udp_format(&peer, text, cap), ENOSPC,
                     "calling udp_format with room for %zu bytes, but it needs 15", cap);
        expect_bytes(text + cap, sizeof text - cap, untouched, sizeof text - cap, "the bytes after cap %zu", cap);
    }
}
