/* fault_course.h - plays a scene while one call fails, and compares it with the same scene without a failure.
 *
 * The submission is compared with itself. A forked child plays the scene first, and every call works there. So a
 * mistake that has nothing to do with the failure is in both courses, and costs no clause of area FAULT. */
#ifndef TESTS_UDP_FAULT_COURSE_H
#define TESTS_UDP_FAULT_COURSE_H

#include <stdbool.h>
#include <stddef.h>

#include "support/core/caller_state.h"
#include "support/net/pair.h"
#include "support/net/queued_service.h"
#include "support/net/responder.h"
#include "support/net/tcp_pair.h"

/* What one call gave: its result, its errno if that is -1, and a sum of the bytes that the caller sees. */
struct outcome {
    long long result;
    int error;
    bool works; /* it has done some of its work */
    unsigned long long sum;
    int more_open;       /* how many descriptors it left open */
    bool changed_caller; /* the signals of the caller, or the flags of its descriptor, are not as before */
    double took_ms;
};

/* What a scene needs. */
struct scene {
    int fd; /* the caller's descriptor, or -1 */
    struct pair pair;
    struct queued_service service;
    struct responder *server;
    struct tcp_pair stream;
};

struct scene_kind {
    const char *name;
    unsigned calls; /* of the scene with signals */
    void (*open)(struct scene *scene);
    struct outcome (*call)(struct scene *scene, unsigned number); /* the number counts from 0 */
    struct outcome (*end)(struct scene *scene); /* closes; the outcome is what the other end has seen */
    bool end_may_differ;                        /* in a shortage, a call that failed may have sent something */
    double least_ms;                            /* each call takes at least so long */
};

/* The outcome of a call. Its errno is that of the call. */
struct outcome outcome_of(long long result);

/* Adds bytes that the caller sees. */
void outcome_add(struct outcome *outcome, const void *bytes, size_t len);

/* For calls that wait: another thread calls action once the caller waits. late_end waits for the thread's end. */
void late_start(void (*action)(void));
void late_end(void);

/* Each call of the scene, with the end of one call by a signal, is as without it. */
void expect_as_without_signal(const struct scene_kind *kind);

/* A call works while there is a shortage, or it fails with the error of the sweep. Then a second call works. */
void expect_works_or_fails_cleanly(const struct scene_kind *kind);

#endif
