/* lanes.h - runs the tests in several processes at once. */
#ifndef RUNNER_LANES_H
#define RUNNER_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { LANES_MAX = 16 };

/* What a lane does: runs its share of the tests and writes their records, its "end" record last, to the descriptor
 * records. runners: all processes that no test may touch. Returns whether every test did what it must. */
typedef bool lane_work(void *ctx, size_t lane, int records, const pid_t *runners, size_t count);

/* Forks so many lanes and passes their records on to the sink, line by line. *passed is how many tests passed,
 * *wanted whether every lane's did what it must. Returns 0; or -1 where a lane could not be started or did not come to
 * its end, or the run was stopped. */
int lanes_run(size_t lanes, lane_work *work, void *ctx, size_t *passed, bool *wanted);

#endif
