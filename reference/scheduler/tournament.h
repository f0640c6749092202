/* tournament.h - finds the waiting job with the highest response ratio, as time goes on. */
#ifndef SCHEDULER_TOURNAMENT_H
#define SCHEDULER_TOURNAMENT_H

#include "task.h"

/* One match: who leads among the jobs below, and the first tick at which that has to be looked at again. */
struct match {
    struct task *winner; /* NULL: nobody is there */
    int64_t valid_until;
};

struct tournament {
    struct match *matches; /* matches[1] is the final, those of matches[n] are 2n and 2n + 1 */
    size_t leaves;         /* matches[leaves + rank] is the job with that rank */
};

/* -1: ENOMEM. */
int tournament_open(struct tournament *t, size_t jobs);
void tournament_close(struct tournament *t);

void tournament_enter(struct tournament *t, struct task *task, int64_t now);
void tournament_leave(struct tournament *t, const struct task *task, int64_t now);
struct task *tournament_winner(struct tournament *t, int64_t now); /* NULL: nobody is there */

#endif
