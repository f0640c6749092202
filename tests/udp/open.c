/* open.c - udp_bind and udp_local: a bound socket, and its address. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/net/peer.h"

/* The family, type and address of fd, read with plain system calls. */
static struct udp_peer bound_to(int fd) {
    struct udp_peer at = {.len = sizeof at.addr};
    int type = 0;
    socklen_t len = sizeof type;
    expect_int(getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len), 0,
               "asking for the socket type of what udp_bind returned");
    expect_int(type, SOCK_DGRAM, "the type of the socket (%d is SOCK_DGRAM)", SOCK_DGRAM);
    expect_int(getsockname(fd, (struct sockaddr *)&at.addr, &at.len), 0, "asking for the address of the socket");
    return at;
}

/* Binds with the code under test, and checks that a plain datagram arrives. */
static void bind_and_be_reached(const char *host, int family) {
    int fd;
    expect_success(fd = udp_bind(host, 0), "calling udp_bind(\"%s\", 0)", host);
    struct udp_peer at = bound_to(fd);
    struct udp_peer expected = peer_address(family, peer_port(&at));
    expect_peer(&at, &expected, "the address of a socket that is bound to %s", host);
    struct peer sender = peer_open(family);
    peer_send(&sender, "hello", 5, &at);
    struct peer bound = {fd, at};
    char buf[8];
    expect_int(peer_receive(&bound, buf, sizeof buf, NULL), 5, "receiving a datagram that was sent to it");
    peer_close(&sender);
    close(fd);
}

Test(udp_bind, opens_an_ipv4_socket, .timeout = 3,
     .description = "UDP-OPEN-008 UDP-OPEN-008a: a socket on 127.0.0.1, which then receives a datagram") {
    bind_and_be_reached("127.0.0.1", AF_INET);
}

Test(udp_bind, opens_an_ipv6_socket, .timeout = 3,
     .description = "UDP-OPEN-009: a socket on ::1, which then receives a datagram") {
    bind_and_be_reached("::1", AF_INET6);
}

Test(udp_bind, lets_the_kernel_choose_the_port, .timeout = 3,
     .description =
         "UDP-OPEN-010 UDP-OPEN-010a UDP-OPEN-010b: two sockets with port 0, and what udp_local says of each") {
    int first, second;
    struct udp_peer one, other, expected;
    memset(&one, 0xa5, sizeof one);
    memset(&other, 0xa5, sizeof other);
    expect_success(first = udp_bind("127.0.0.1", 0), "calling udp_bind with port 0");
    expect_success(second = udp_bind("127.0.0.1", 0), "calling udp_bind with port 0, a second time");
    expect_int(udp_local(first, &one), 0, "calling udp_local on the first socket");
    expect_int(udp_local(second, &other), 0, "calling udp_local on the second socket");
    expected = bound_to(first);
    expect_peer(&one, &expected, "the address from udp_local, compared with the kernel's");
    expect_true(peer_port(&one) != 0, "the chosen port is not 0");
    expect_true(peer_port(&one) != peer_port(&other), "the two sockets have two ports");
    close(first);
    close(second);
}

/* The other socket allows both kinds of sharing. So udp_bind fails only if it does not ask for sharing itself. */
Test(udp_bind, fails_where_the_port_is_taken, .timeout = 3,
     .description = "UDP-OPEN-011: a port of another socket that itself allows sharing") {
    struct peer holder = peer_open(AF_INET);
    int yes = 1;
    setsockopt(holder.fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    setsockopt(holder.fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
    expect_error(udp_bind("127.0.0.1", peer_port(&holder.at)), EADDRINUSE,
                 "calling udp_bind with the port of another socket");
    peer_close(&holder);
}

Test(udp_bind, makes_the_socket_close_on_exec, .timeout = 3, .description = "UDP-OPEN-012: the flags of a new socket") {
    int fd;
    expect_success(fd = udp_bind("127.0.0.1", 0), "calling udp_bind");
    expect_int(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC, "the flag FD_CLOEXEC of the descriptor");
    close(fd);
}

Test(udp_bind, leaves_no_descriptor_open_where_it_fails, .timeout = 3,
     .description = "UDP-OPEN-013: 20 failures on a taken port, then counts descriptors") {
    struct peer holder = peer_open(AF_INET);
    int fd;
    expect_success(fd = udp_bind("127.0.0.1", 0), "calling udp_bind with a free port");
    close(fd);
    int before = open_descriptors();
    for (int i = 0; i < 20; i++)
        expect_int(udp_bind("127.0.0.1", peer_port(&holder.at)), -1, "calling udp_bind with a taken port");
    expect_int(open_descriptors(), before, "the number of open descriptors after 20 failures");
    peer_close(&holder);
}

Test(udp_local, reports_what_is_not_an_open_socket, .timeout = 3,
     .description = "UDP-OPEN-014: the end of a pipe, and a descriptor that is not open") {
    struct udp_peer self;
    int ends[2];
    require(pipe2(ends, O_CLOEXEC) == 0, "open a pipe");
    expect_error(udp_local(ends[0], &self), ENOTSOCK, "calling udp_local on the end of a pipe");
    expect_error(udp_local(closed_descriptor(), &self), EBADF, "calling udp_local on a descriptor that is not open");
    close(ends[0]);
    close(ends[1]);
}

/* Makes every function of the area succeed and fail. Each block has exactly the size that the function is told. */
static void go_round(uint16_t taken) {
    struct udp_peer *peer = malloc(sizeof *peer);
    char *text = malloc(15);
    int fd;
    require(peer && text, "find memory");
    expect_int(udp_resolve(peer, "::1", 9000), 0, "calling udp_resolve with ::1");
    udp_resolve(peer, "not a host", 1);
    expect_int(udp_resolve(peer, "127.0.0.1", 9000), 0, "calling udp_resolve with 127.0.0.1");
    udp_format(peer, text, 15);
    udp_format(peer, text, 14);
    expect_success(fd = udp_bind("localhost", 0), "calling udp_bind with localhost");
    udp_local(fd, peer);
    close(fd);
    fd = udp_bind("127.0.0.1", taken); /* it is the matter of UDP-OPEN-011 that this fails */
    if (fd != -1)
        close(fd);
    udp_bind("not a host", 0);
    free(text);
    free(peer);
}

Test(udp_open, leaves_nothing_behind, .timeout = 3,
     .description = "UDP-OPEN-015: 20 rounds of successes and failures of all four functions") {
    struct peer holder = peer_open(AF_INET);
    int before = open_descriptors();
    for (int i = 0; i < 20; i++)
        go_round(peer_port(&holder.at));
    expect_int(open_descriptors(), before, "the number of open descriptors after 20 rounds");
    peer_close(&holder);
}
