/* open_cases.c - udp_bind and udp_local: both families, names with several addresses, and every call that can fail. */
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "support/core/caller_state.h"
#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/output.h"
#include "support/core/require.h"
#include "support/core/written.h"
#include "support/faults/closes.h"
#include "support/faults/faults.h"
#include "support/faults/resolver.h"
#include "support/net/pair.h"

static const struct family {
    int family;
    const char *host;
} families[] = {{AF_INET, "127.0.0.1"}, {AF_INET6, "::1"}};

static struct udp_peer kernel_address(int fd) {
    struct udp_peer at = {.len = sizeof at.addr};
    require(getsockname(fd, (struct sockaddr *)&at.addr, &at.len) == 0, "read a socket's address");
    return at;
}

static int option(int fd, int level, int name) {
    int value = -1;
    socklen_t len = sizeof value;
    require(getsockopt(fd, level, name, &value, &len) == 0, "read a socket option");
    return value;
}

Test(udp_bind, fails_as_udp_resolve_does, .timeout = 3,
     .description = "UDP-OPEN-008b UDP-RULE-005g: five wrong hosts, and a resolver without memory") {
    expect_error(udp_bind(NULL, 0), EINVAL, "calling udp_bind with NULL for the host");
    expect_error(udp_bind("", 0), EINVAL, "calling udp_bind with an empty text for the host");
    expect_error(udp_bind("not a host", 0), ENOENT, "calling udp_bind with a host that cannot exist");
    expect_error(udp_bind("[::1]", 0), ENOENT, "calling udp_bind with an address in brackets");
    resolver_fails(UINT_MAX, EAI_AGAIN, 0);
    int fd = udp_bind("localhost", 0), error = errno;
    expect_true(!resolver_was_asked() || (fd == -1 && error == ENOENT), "EAI_AGAIN becomes ENOENT");
    resolver_fails(UINT_MAX, EAI_MEMORY, 0);
    fd = udp_bind("localhost", 0), error = errno;
    expect_true(!resolver_was_asked() || (fd == -1 && error == ENOMEM), "EAI_MEMORY becomes ENOMEM");
    resolver_is_real();
}

/* One of the calls fails. */
static void fail_to_bind(const char *host, enum call_class class, int error) {
    fail_calls(class, 1, UINT_MAX, error);
    expect_error(udp_bind(host, 0), error, "calling udp_bind(\"%s\", 0), whose %s fails with errno %d", host,
                 class == OPENING ? "socket" : "bind", error);
    fail_calls(class, 1, 0, 0);
}

static const int opening[] = {EMFILE, ENFILE, ENOMEM, ENOBUFS, EACCES};
static const int binding[] = {EACCES, EADDRNOTAVAIL, ENOMEM, EADDRINUSE, EPERM};

Test(udp_bind, reports_the_errno_of_the_kernel, .timeout = 3,
     .description = "UDP-OPEN-008c UDP-RULE-001b: five errors of socket(2) and five of bind(2), for both families") {
    for (size_t i = 0; i < 5; i++) {
        fail_to_bind("127.0.0.1", OPENING, opening[i]);
        fail_to_bind("::1", OPENING, opening[i]);
        fail_to_bind("127.0.0.1", BINDING, binding[i]);
        fail_to_bind("::1", BINDING, binding[i]);
    }
}

Test(udp_bind, closes_each_socket_once, .timeout = 3,
     .description = "UDP-OPEN-013 UDP-RULE-001g: counts descriptors after a failing socket(2) and a failing bind(2)") {
    expect_written(udp_bind(NULL, 0));
    int before = open_descriptors();
    unsigned in_vain = closes_in_vain();
    for (size_t i = 0; i < 2; i++) {
        fail_calls(OPENING, 1, UINT_MAX, EACCES);
        expect_int(udp_bind(families[i].host, 0), -1, "calling udp_bind, whose socket fails");
        fail_calls(OPENING, 1, 0, 0);
        expect_int(open_descriptors(), before, "the number of open descriptors after this failure");
        fail_calls(BINDING, 1, UINT_MAX, EACCES);
        expect_int(udp_bind(families[i].host, 0), -1, "calling udp_bind, whose bind fails");
        fail_calls(BINDING, 1, 0, 0);
        expect_int(open_descriptors(), before, "the number of open descriptors after this failure");
        expect_int(closes_in_vain() - in_vain, 0, "the number of descriptors that were closed twice");
    }
}

/* close and freeaddrinfo may change errno. */
Test(udp_bind, keeps_the_errno_of_the_failure, .timeout = 3,
     .description =
         "UDP-OPEN-013 UDP-RULE-001c: a taken port, a failed socket and hosts, when cleaning up changes errno") {
    struct peer holder = peer_open(AF_INET);
    closes_spoil_errno(true);
    expect_error(udp_bind("127.0.0.1", peer_port(&holder.at)), EADDRINUSE, "calling udp_bind with a taken port");
    fail_calls(OPENING, 1, UINT_MAX, EACCES);
    expect_error(udp_bind("127.0.0.1", 0), EACCES, "calling udp_bind, whose socket fails");
    fail_calls(OPENING, 1, 0, 0);
    expect_error(udp_bind("not a host", 0), ENOENT, "calling udp_bind with a host that cannot exist");
    closes_spoil_errno(false);
    peer_close(&holder);
}

/* The kernel says which port is free. Somebody else may take it in between, so this is tried again. */
static int bind_to_a_port(const struct family *family, uint16_t *port) {
    int fd = -1;
    for (int i = 0; i < 20 && fd == -1; i++) {
        struct peer holder = peer_open(family->family);
        *port = peer_port(&holder.at);
        peer_close(&holder);
        fd = udp_bind(family->host, *port);
    }
    return fd;
}

Test(udp_bind, takes_the_port_that_it_is_given, .timeout = 3,
     .description =
         "UDP-OPEN-008 UDP-OPEN-008a UDP-OPEN-008d UDP-OPEN-009 UDP-RULE-007c: a free port, for both families") {
    for (size_t i = 0; i < 2; i++) {
        uint16_t port;
        int fd;
        expect_success(fd = bind_to_a_port(&families[i], &port), "calling udp_bind(\"%s\", a free port)",
                       families[i].host);
        struct udp_peer at = kernel_address(fd), expected = peer_address(families[i].family, port);
        expect_peer(&at, &expected, "the address of the socket");
        close(fd);
    }
}

Test(udp_bind, returns_a_blocking_descriptor, .timeout = 3,
     .description = "UDP-OPEN-008 UDP-RULE-003a: the file status flags, for both families") {
    for (size_t i = 0; i < 2; i++) {
        int fd;
        expect_success(fd = udp_bind(families[i].host, 0), "calling udp_bind(\"%s\", 0)", families[i].host);
        expect_int(fcntl(fd, F_GETFL) & O_NONBLOCK, 0, "the flag O_NONBLOCK");
        close(fd);
    }
}

/* The kernel itself sets this option of a socket that is bound to one address. So only the wildcard shows a change. */
Test(udp_bind, leaves_the_options_of_the_socket, .timeout = 3,
     .description = "UDP-OPEN-009a: the socket on the wildcard, compared with a plain one") {
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    int plain = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), fd;
    require(plain != -1 && bind(plain, (struct sockaddr *)&any, sizeof any) == 0, "bind a socket");
    expect_success(fd = udp_bind("::", 0), "calling udp_bind(\"::\", 0)");
    expect_int(option(fd, IPPROTO_IPV6, IPV6_V6ONLY), option(plain, IPPROTO_IPV6, IPV6_V6ONLY),
               "the option IPV6_V6ONLY");
    close(fd);
    close(plain);
}

Test(udp_local, reports_every_kind_of_socket, .timeout = 3,
     .description =
         "UDP-OPEN-010 UDP-OPEN-010b UDP-OPEN-010c UDP-RULE-003c UDP-RULE-003d: both families, connected or not") {
    for (size_t i = 0; i < 4; i++) {
        struct peer socket = peer_open(families[i % 2].family);
        struct udp_peer self, expected = kernel_address(socket.fd);
        memset(&self, i < 2 ? 0 : 0xff, sizeof self);
        if (i >= 2)
            peer_connect(&socket, &socket.at);
        set_nonblocking(socket.fd, i >= 2);
        expect_int(udp_local(socket.fd, &self), 0, "calling udp_local on a plain socket on %s", families[i % 2].host);
        expect_peer(&self, &expected, "the address from udp_local, compared with the kernel's");
        peer_close(&socket);
    }
}

Test(udp_bind, gives_each_socket_a_port_of_its_own, .timeout = 3,
     .description = "UDP-OPEN-010 UDP-OPEN-010a: two sockets of each family, asked by udp_local") {
    for (size_t i = 0; i < 2; i++) {
        struct udp_peer one, other;
        int first, second;
        expect_success(first = udp_bind(families[i].host, 0), "calling udp_bind(\"%s\", 0)", families[i].host);
        expect_success(second = udp_bind(families[i].host, 0), "calling udp_bind(\"%s\", 0)", families[i].host);
        expect_int(udp_local(first, &one), 0, "calling udp_local on the first socket");
        expect_int(udp_local(second, &other), 0, "calling udp_local on the second socket");
        expect_true(peer_port(&one) != 0 && peer_port(&other) != 0, "no port is 0");
        expect_true(peer_port(&one) != peer_port(&other), "the ports differ");
        struct udp_peer expected = peer_address(families[i].family, peer_port(&one));
        expect_peer(&one, &expected, "the address of the first socket");
        close(first);
        close(second);
    }
}

Test(udp_bind, shares_no_port, .timeout = 3,
     .description =
         "UDP-OPEN-011 UDP-OPEN-011a: the options of a new socket, and a port that udp_bind itself has taken") {
    for (size_t i = 0; i < 2; i++) {
        int fd;
        expect_success(fd = udp_bind(families[i].host, 0), "calling udp_bind(\"%s\", 0)", families[i].host);
        expect_int(option(fd, SOL_SOCKET, SO_REUSEADDR), 0, "the option SO_REUSEADDR");
        expect_int(option(fd, SOL_SOCKET, SO_REUSEPORT), 0, "the option SO_REUSEPORT");
        struct udp_peer at = kernel_address(fd);
        expect_error(udp_bind(families[i].host, peer_port(&at)), EADDRINUSE, "calling udp_bind with the same port");
        close(fd);
    }
}

Test(udp_bind, makes_both_kinds_of_socket_close_on_exec, .timeout = 3,
     .description = "UDP-OPEN-012 UDP-RULE-004: all descriptors that are new after a call, for both families") {
    for (size_t i = 0; i < 2; i++) {
        struct descriptor_set before = descriptor_set();
        int fd;
        expect_success(fd = udp_bind(families[i].host, 0), "calling udp_bind(\"%s\", 0)", families[i].host);
        expect_int(open_for_programs(&before), 0, "the number of new descriptors without FD_CLOEXEC");
        close(fd);
    }
}

/* A name with two addresses, and a port that is taken at the first one. Code that resolves names without getaddrinfo
 * gets what it gets. */
static void bind_to_the_second(const char *first, const char *second, int family) {
    const char *const addresses[] = {first, second};
    int before = open_descriptors();
    resolver_gives(addresses, 2);
    fail_calls(BINDING, 1, 1, EADDRNOTAVAIL);
    int fd;
    expect_success(fd = udp_bind("localhost", 0), "calling udp_bind, which cannot bind to the first of two addresses");
    bool asked = resolver_was_asked();
    resolver_is_real();
    fail_calls(BINDING, 1, 0, 0);
    struct udp_peer at = kernel_address(fd);
    expect_true(!asked || at.addr.ss_family == family, "it is bound to the second address");
    expect_int(open_descriptors(), before + 1, "the number of open descriptors");
    close(fd);
}

Test(udp_bind, tries_every_address_of_a_name, .timeout = 3,
     .description = "UDP-OPEN-013a UDP-OPEN-013b: names with two addresses, where the first bind fails") {
    bind_to_the_second("127.0.0.2", "127.0.0.1", AF_INET);
    bind_to_the_second("::1", "127.0.0.1", AF_INET);
    bind_to_the_second("127.0.0.1", "::1", AF_INET6);
}

Test(udp_bind, returns_the_first_that_works, .timeout = 3,
     .description =
         "UDP-OPEN-013a UDP-OPEN-013b: names with two addresses that both work, or whose first socket fails") {
    static const char *const both[] = {"::1", "127.0.0.1"};
    int before = open_descriptors(), fd;
    resolver_gives(both, 2);
    expect_success(fd = udp_bind("localhost", 0), "calling udp_bind with a name of two addresses");
    struct udp_peer at = kernel_address(fd);
    expect_true(!resolver_was_asked() || at.addr.ss_family == AF_INET6, "it is bound to the first address");
    expect_int(open_descriptors(), before + 1, "the number of open descriptors");
    close(fd);
    fail_calls(OPENING, 1, 1, EAFNOSUPPORT);
    expect_success(fd = udp_bind("localhost", 0), "calling udp_bind on a machine that has no IPv6");
    resolver_is_real();
    fail_calls(OPENING, 1, 0, 0);
    expect_int(open_descriptors(), before + 1, "the number of open descriptors");
    close(fd);
}

/* Two addresses, of which one is taken. The k-th bind fails with EACCES. */
static void fail_at_both(unsigned k, const char *first, const char *second, uint16_t taken, int expected) {
    const char *const addresses[] = {first, second};
    int before = open_descriptors();
    resolver_gives(addresses, 2);
    fail_calls(BINDING, k, 1, EACCES);
    errno = 0;
    int fd = udp_bind("localhost", taken), error = errno;
    bool asked = resolver_was_asked();
    resolver_is_real();
    fail_calls(BINDING, 1, 0, 0);
    step("udp_bind returned %d, and errno is %d", fd, error);
    expect_true(!asked || (fd == -1 && error == expected), "udp_bind fails with the errno %d of its last try",
                expected);
    if (fd != -1)
        close(fd);
    expect_int(open_descriptors(), before, "the number of open descriptors");
}

Test(udp_bind, reports_the_last_try, .timeout = 3,
     .description = "UDP-OPEN-013 UDP-OPEN-013c: a name with two addresses that both fail, in both orders") {
    expect_written(udp_bind(NULL, 0));
    struct peer holder = peer_open(AF_INET);
    fail_at_both(1, "127.0.0.2", "127.0.0.1", peer_port(&holder.at), EADDRINUSE);
    fail_at_both(2, "127.0.0.1", "127.0.0.2", peer_port(&holder.at), EACCES);
    peer_close(&holder);
}

Test(udp_bind, survives_a_lack_of_descriptors, .timeout = 3,
     .description = "UDP-OPEN-013 UDP-RULE-001f UDP-RULE-001g: no descriptor is left, then there are enough again") {
    int before = open_descriptors(), fd;
    allow_descriptors(0);
    errno = 0;
    fd = udp_bind("127.0.0.1", 0);
    int error = errno;
    allow_all_descriptors();
    expect_int(fd, -1, "calling udp_bind when no descriptor is left");
    expect_int(error, EMFILE, "its errno");
    expect_int(open_descriptors(), before, "the number of open descriptors");
    expect_success(fd = udp_bind("127.0.0.1", 0), "calling udp_bind when there are enough");
    close(fd);
}

Test(udp_local, knows_what_is_not_a_socket, .timeout = 3,
     .description =
         "UDP-OPEN-014 UDP-RULE-001 UDP-RULE-001d UDP-RULE-001e: a file, an eventfd and -1; nothing is printed") {
    struct udp_peer self;
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC), event = eventfd(0, EFD_CLOEXEC);
    require(file != -1 && event != -1, "open descriptors");
    expect_error(udp_local(file, &self), ENOTSOCK, "calling udp_local on a file");
    expect_error(udp_local(event, &self), ENOTSOCK, "calling udp_local on an eventfd");
    expect_error(udp_local(-1, &self), EBADF, "calling udp_local on -1");
    output_start();
    udp_local(file, &self);
    udp_bind("not a host", 0);
    udp_resolve(&self, "", 0);
    udp_format(&self, NULL, 0);
    expect_int(output_stop(), 0, "the number of bytes that four failing calls print");
    close(file);
    close(event);
}

Test(udp_open, leaves_the_process_as_it_was, .timeout = 3,
     .description =
         "UDP-OPEN-015 UDP-RULE-003h UDP-RULE-003i UDP-RULE-008: signals, flags and descriptors after six calls") {
    struct peer holder = peer_open(AF_INET);
    struct udp_peer peer;
    char text[64];
    mark_signals();
    set_nonblocking(holder.fd, true);
    struct caller_state before = caller_state(holder.fd);
    expect_int(udp_resolve(&peer, "localhost", 9000), 0, "calling udp_resolve with localhost");
    expect_success(udp_format(&peer, text, sizeof text), "calling udp_format");
    expect_unchanged(&before, "udp_resolve and udp_format");
    expect_int(udp_local(holder.fd, &peer), 0, "calling udp_local");
    expect_unchanged(&before, "udp_local");
    expect_int(udp_bind("127.0.0.1", peer_port(&holder.at)), -1, "calling udp_bind with a taken port");
    expect_int(udp_bind("not a host", 0), -1, "calling udp_bind with a host that cannot exist");
    expect_unchanged(&before, "udp_bind, which failed");
    int fd;
    expect_success(fd = udp_bind("localhost", 0), "calling udp_bind with localhost");
    close(fd);
    expect_unchanged(&before, "udp_bind");
    peer_close(&holder);
}
