/* hrrn.c - highest response ratio next.
 *
 * A tournament in which the jobs with the larger ratio advance. Ratios grow at different speeds, so each match also
 * knows when its result has to be looked at again; a query replays only those matches whose time has come.
 *
 * Everywhere below, (w + s) / s is larger exactly where w / s is.
 */
#include "sim.h"
#include <stdlib.h>

__extension__ typedef __int128 wide;

#define NEVER UINT64_MAX

/* SCH-HRRN-001, SCH-HRRN-002, SCH-HRRN-003, SCH-HRRN-005: does x run before y at the given time? */
static bool beats(const struct job *x, const struct job *y, int64_t now) {
    wide xs = (wide)(now - x->ready) * y->rest;
    wide ys = (wide)(now - y->ready) * x->rest;

    return xs != ys ? xs > ys : x->turn < y->turn;
}

/* The first time at which y, which does not run before x now, will. It is where (t - y.ready) / y.rest overtakes
 * (t - x.ready) / x.rest. */
static uint64_t overtakes(const struct job *y, const struct job *x) {
    if (y->rest >= x->rest)
        return NEVER;

    wide n = (wide)y->ready * x->rest - (wide)x->ready * y->rest;
    int64_t d = x->rest - y->rest;
    wide t = n / d;
    if (t * d != n || y->turn > x->turn)
        t++;
    return t > INT64_MAX ? NEVER : (uint64_t)t;
}

static struct match play(const struct match *pair, const struct job *jobs, int64_t now) {
    const struct match *l = &pair[0], *r = &pair[1];

    if (r->winner == NONE)
        return *l;
    if (l->winner == NONE)
        return *r;

    struct match m = {l->winner, l->until < r->until ? l->until : r->until};
    size_t loser = r->winner;
    if (beats(&jobs[r->winner], &jobs[l->winner], now)) {
        m.winner = r->winner;
        loser = l->winner;
    }
    uint64_t t = overtakes(&jobs[loser], &jobs[m.winner]);
    if (t < m.until)
        m.until = t;
    return m;
}

/* Replays what comes after a job's first match, as far as anything changes. */
static void replay(struct tournament *t, const struct job *jobs, size_t i, int64_t now) {
    for (i /= 2; i > 0; i /= 2) {
        struct match m = play(&t->matches[2 * i], jobs, now);
        if (m.winner == t->matches[i].winner && m.until == t->matches[i].until)
            break;
        t->matches[i] = m;
    }
}

static void refresh(struct tournament *t, const struct job *jobs, size_t i, int64_t now) {
    if (t->matches[i].until > (uint64_t)now)
        return;
    refresh(t, jobs, 2 * i, now);
    refresh(t, jobs, 2 * i + 1, now);
    t->matches[i] = play(&t->matches[2 * i], jobs, now);
}

int tournament_init(struct tournament *t, size_t jobs) {
    t->size = 1;
    while (t->size < jobs)
        t->size *= 2;
    t->matches = calloc(2 * t->size, sizeof *t->matches);
    if (!t->matches)
        return -1;
    for (size_t i = 0; i < 2 * t->size; i++)
        t->matches[i] = (struct match){NONE, NEVER};
    return 0;
}

void tournament_free(struct tournament *t) {
    free(t->matches);
}

void tournament_enter(struct tournament *t, const struct job *jobs, size_t j, int64_t now) {
    t->matches[t->size + j].winner = j;
    replay(t, jobs, t->size + j, now);
}

/* The job that leaves is the winner, so each match up to the final changes. */
void tournament_leave(struct tournament *t, const struct job *jobs, size_t j, int64_t now) {
    t->matches[t->size + j].winner = NONE;
    replay(t, jobs, t->size + j, now);
}

size_t tournament_winner(struct tournament *t, const struct job *jobs, int64_t now) {
    refresh(t, jobs, 1, now);
    return t->matches[1].winner;
}
