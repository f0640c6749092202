/* stream_kinds.h - a stream of each kind: TCP, a Unix socket, a pipe; blocking or not.
 *
 * If a system call fails without a reason, the test fails with "the kit could not ...". */
#ifndef SUPPORT_NET_STREAM_KINDS_H
#define SUPPORT_NET_STREAM_KINDS_H

#include <stdbool.h>
#include <stddef.h>

#include "tcp_pair.h"

/* The way from one end to the other. A pipe has only one direction. */
enum stream_way { TO_US, FROM_US };

/* The kinds, in groups. So a mistake with pipes fails only the tests about pipes. */
enum stream_kind {
    TCP_STREAM,
    UNIX_STREAM,
    NON_BLOCKING_TCP,
    NON_BLOCKING_UNIX,
    PIPE_STREAM,
    NON_BLOCKING_PIPE,
    STREAM_KINDS
};

/* Opens the stream of this number. `ours` is the end for the code under test: it reads (TO_US) or writes (FROM_US)
 * there. Adds a step that names the kind. */
struct tcp_pair stream_kind_open(enum stream_kind kind, enum stream_way way);

/* What the stream of this number is, for messages. */
const char *stream_kind_name(enum stream_kind kind);

/* The other end writes bytes. There are fewer than 10,000. */
void stream_say(const struct tcp_pair *pair, const void *data, size_t len);

/* Closes one end. */
void stream_close_theirs(struct tcp_pair *pair);
void stream_close_ours(struct tcp_pair *pair);

/* Our descriptor is still open, and it is blocking or not, as it was at first. */
bool stream_is_as_it_was(const struct tcp_pair *pair, enum stream_kind kind);

/* Starts a thread that runs the action once, when the cue becomes readable. The cue is an eventfd. */
void at_cue_start(int cue, void (*action)(void));

/* Gives the cue, if nobody else has given it, and waits for the end of the action. */
void at_cue_join(void);

#endif
