/* tournament.h - finds the waiting job with the highest response ratio at any time. */
#ifndef SCHEDULER_TOURNAMENT_H
#define SCHEDULER_TOURNAMENT_H

#include "task.h"

/* One match: the winner among the jobs below, and the first tick at which it must be checked again. */
struct match {
    struct task *winner; /* NULL: there is no job */
    int64_t valid_until;
};

struct tournament {
    struct match *matches; /* matches[1] is the final; the halves of matches[n] are 2n and 2n + 1 */
    size_t leaves;         /* matches[leaves + rank] holds the job with that rank */
};

/* -1: ENOMEM. */
int tournament_open(struct tournament *t, size_t jobs);
void tournament_close(struct tournament *t);

void tournament_enter(struct tournament *t, struct task *task, int64_t now);
void tournament_leave(struct tournament *t, const struct task *task, int64_t now);
struct task *tournament_winner(struct tournament *t, int64_t now); /* NULL: there is no job */

#endif
