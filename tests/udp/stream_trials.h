/* stream_trials.h - one call of stream_read or stream_write with a border, on a stream of any kind.
 *
 * A test of pipes, signals or frames asks whether the same call works on a plain socket, without a signal. If it does
 * not, that is the matter of another clause. So one mistake fails few clauses. */
#ifndef TESTS_UDP_STREAM_TRIALS_H
#define TESTS_UDP_STREAM_TRIALS_H

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <timeslice/stream.h>

#include "support/core/expect.h"
#include "support/faults/partial_io.h"
#include "support/net/stream_kinds.h"

#define TRIAL_TEXT "012345678"
enum { TRIAL_LEN = 9 };

/* Something at a border, and nothing else. */
static inline struct partial_io trial_border(size_t border, int error) {
    return (struct partial_io){.has_border = true, .border = border, .border_error = error, .waiting = -1};
}

/* What a call returned, its errno if it failed, and whether the right bytes came. */
struct trial {
    ssize_t result;
    int error;
    bool right_bytes;
};

/* Reads len bytes of a stream that has `there` bytes, and then its end or more bytes. */
static inline struct trial trial_read(enum stream_kind kind, size_t there, bool ends, size_t border, int error) {
    struct tcp_pair pair = stream_kind_open(kind, TO_US);
    char buf[TRIAL_LEN + 1] = "##########";
    stream_say(&pair, TRIAL_TEXT, there);
    if (ends)
        stream_close_theirs(&pair);
    partial_io_start(pair.ours, trial_border(border, error));
    struct trial trial = {.result = stream_read(pair.ours, buf, TRIAL_LEN)};
    trial.error = trial.result == -1 ? errno : 0;
    partial_io_stop();
    trial.right_bytes = memcmp(buf, TRIAL_TEXT "#", TRIAL_LEN + 1) == 0;
    tcp_close(&pair);
    return trial;
}

/* Writes nine bytes. */
static inline struct trial trial_write(enum stream_kind kind, size_t border, int error) {
    struct tcp_pair pair = stream_kind_open(kind, FROM_US);
    char heard[TRIAL_LEN + 1];
    partial_io_start(pair.ours, trial_border(border, error));
    struct trial trial = {.result = stream_write(pair.ours, TRIAL_TEXT, TRIAL_LEN)};
    trial.error = trial.result == -1 ? errno : 0;
    partial_io_stop();
    stream_close_ours(&pair);
    trial.right_bytes =
        tcp_hear(pair.theirs, heard, sizeof heard) == TRIAL_LEN && memcmp(heard, TRIAL_TEXT, TRIAL_LEN) == 0;
    tcp_close(&pair);
    return trial;
}

/* Whether nine bytes are read, or written, over this border. */
static inline bool reads_over(enum stream_kind kind, size_t border, int error) {
    struct trial trial = trial_read(kind, TRIAL_LEN, false, border, error);
    return trial.result == TRIAL_LEN && trial.right_bytes;
}
static inline bool writes_over(enum stream_kind kind, size_t border, int error) {
    struct trial trial = trial_write(kind, border, error);
    return trial.result != -1 && trial.right_bytes;
}

#endif
