/* stand_ins.c - functions of the kit that stand in for functions that the function under test calls.
 *
 * Theory of operation. udp_serve may call udp_recv. If udp_recv has a mistake, a test of udp_serve fails too, although
 * udp_serve is right. So the executor runs a test that failed once more. In this second run, a call from one public
 * function to another gets the kit's own function. The test passes if one of the two runs passes. A function that a
 * test calls itself is always that of the submission. So a mistake costs the clauses of its own function.
 *
 * The linker's --wrap (wrap.args) sends each call of a function below through this file. The kit's own functions are
 * those of the reference: their names begin with own_ (Makefile). Every function has a rank. It only gets help from
 * functions of a lower rank. So no function can get its own work done, and code that helps itself gets no points. */
#include <stdlib.h>
#include <timeslice/stream.h>
#include <timeslice/timesync.h>
#include <timeslice/udp.h>

#include "stand_in_page.h"

static struct stand_in_page lone_page;
struct stand_in_page *stand_in_page = &lone_page;

/* A test that calls nothing of the submission has the highest rank. */
enum rank { SIMPLE, COMPOSED, OF_TWO_KINDS, THE_TEST };

static _Thread_local enum rank inside = THE_TEST; /* the function that runs */

/* Without the executor, the environment asks for the stand-ins. */
__attribute__((constructor)) static void read_environment(void) {
    lone_page.wanted = getenv("TIMESLICE_STAND_INS") != NULL;
}

/* A function of this rank begins. Returns whether the kit's own function takes its place. */
static bool begins(enum rank rank, enum rank *caller) {
    *caller = inside;
    inside = rank;
    if (*caller == THE_TEST || *caller <= rank)
        return false;
    stand_in_page->asked = true;
    return stand_in_page->wanted;
}

#define DECLARE(type, name, parameters)                                                                                \
    type own_##name parameters;                                                                                        \
    type __real_##name parameters;                                                                                     \
    type __wrap_##name parameters;

#define STAND_IN(own_rank, type, name, parameters, arguments)                                                          \
    DECLARE(type, name, parameters)                                                                                    \
    type __wrap_##name parameters {                                                                                    \
        enum rank caller;                                                                                              \
        type returned = begins(own_rank, &caller) ? own_##name arguments : __real_##name arguments;                    \
        inside = caller;                                                                                               \
        return returned;                                                                                               \
    }

#define STAND_IN_VOID(own_rank, name, parameters, arguments)                                                           \
    DECLARE(void, name, parameters)                                                                                    \
    void __wrap_##name parameters {                                                                                    \
        enum rank caller;                                                                                              \
        if (begins(own_rank, &caller))                                                                                 \
            own_##name arguments;                                                                                      \
        else                                                                                                           \
            __real_##name arguments;                                                                                   \
        inside = caller;                                                                                               \
    }

STAND_IN(SIMPLE, int, udp_resolve, (struct udp_peer * out, const char *host, uint16_t port), (out, host, port))
STAND_IN(SIMPLE, int, udp_local, (int fd, struct udp_peer *self), (fd, self))
STAND_IN(SIMPLE, ssize_t, udp_send, (int fd, const void *data, size_t len, const struct udp_peer *to),
         (fd, data, len, to))
STAND_IN(SIMPLE, ssize_t, udp_recv, (int fd, void *buf, size_t cap, struct udp_peer *from, int timeout_ms),
         (fd, buf, cap, from, timeout_ms))
STAND_IN(SIMPLE, ssize_t, stream_read, (int fd, void *buf, size_t len), (fd, buf, len))
STAND_IN(SIMPLE, int, stream_write, (int fd, const void *data, size_t len), (fd, data, len))
STAND_IN(SIMPLE, uint64_t, timesync_stamp, (int64_t moment), (moment))
STAND_IN(SIMPLE, int64_t, timesync_moment, (uint64_t stamp), (stamp))
STAND_IN_VOID(SIMPLE, timesync_encode,
              (const struct timesync_packet *packet, unsigned char bytes[TIMESYNC_PACKET_BYTES]), (packet, bytes))
STAND_IN(SIMPLE, int, timesync_decode, (struct timesync_packet * packet, const void *bytes, size_t len),
         (packet, bytes, len))
STAND_IN(SIMPLE, int64_t, timesync_offset, (int64_t t1, int64_t t2, int64_t t3, int64_t t4), (t1, t2, t3, t4))
STAND_IN(SIMPLE, int64_t, timesync_delay, (int64_t t1, int64_t t2, int64_t t3, int64_t t4), (t1, t2, t3, t4))
STAND_IN(SIMPLE, int, timesync_check, (const struct timesync_packet *reply, uint64_t sent), (reply, sent))
STAND_IN_VOID(SIMPLE, timesync_kiss, (const struct timesync_packet *reply, char code[5]), (reply, code))

STAND_IN(COMPOSED, int, udp_bind, (const char *host, uint16_t port), (host, port))
STAND_IN(COMPOSED, int, udp_serve, (int fd, udp_handler *handler, void *ctx, int stop_fd, struct udp_stats *stats),
         (fd, handler, ctx, stop_fd, stats))
STAND_IN(COMPOSED, ssize_t, udp_call,
         (const struct udp_peer *server, const void *req, size_t len, void *reply, size_t cap,
          const struct udp_call_options *options),
         (server, req, len, reply, cap, options))
STAND_IN(COMPOSED, int, stream_send_frame, (int fd, const void *data, size_t len), (fd, data, len))
STAND_IN(COMPOSED, int, stream_recv_frame, (int fd, void *buf, size_t cap, size_t *len), (fd, buf, cap, len))
STAND_IN(COMPOSED, ssize_t, timesync_answer,
         (void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap),
         (ctx, req, len, from, reply, cap))
STAND_IN(OF_TWO_KINDS, int, timesync_query,
         (const struct udp_peer *server, timesync_clock *clock, void *clock_ctx, int timeout_ms,
          struct timesync_result *result),
         (server, clock, clock_ctx, timeout_ms, result))
