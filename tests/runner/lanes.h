/* lanes.h - runs the tests in several processes at once. */
#ifndef RUNNER_LANES_H
#define RUNNER_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { LANES_MAX = 16 };

/* The work of a lane. It runs its share of the tests and writes their records to the descriptor records. The "end"
 * record comes last. runners: all processes that no test may touch. Returns whether it came to its end. */
typedef bool lane_work(void *ctx, size_t lane, int records, const pid_t *runners, size_t count);

/* Forks the lanes and passes their records on to the sink, line by line. Sets *passed to the number of tests that
 * passed. Returns 0. Returns -1 if a lane did not start or did not come to its end, or if the run was stopped. */
int lanes_run(size_t lanes, lane_work *work, void *ctx, size_t *passed);

#endif
