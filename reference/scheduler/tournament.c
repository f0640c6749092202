/* tournament.c - a kinetic tournament over response ratios.
 *
 * Theory of operation. (w + s) / s = 1 + (now - since) / s is a straight line over time: it rises by 1 / s a tick. Of
 * two jobs the one with the shorter burst rises faster and overtakes the other at most once, at a tick that can be
 * computed. So the jobs are the leaves of a binary tree; each inner node keeps which of its two halves leads and the
 * first tick at which any lead below it changes. Entering and leaving replay the log n matches above a leaf. Asking for
 * the winner replays only those matches whose tick has come; as each pair swaps at most once, that is O(log^2 n) an
 * event, spread over the run, where a plain scan of the queue is O(n).
 *
 * Everything is exact: products of two ticks need 126 bits and have them.
 */
#include "tournament.h"

#include <stdlib.h>

__extension__ typedef __int128 wide;

int tournament_open(struct tournament *t, size_t jobs) {
    t->leaves = 1;
    while (t->leaves < jobs)
        t->leaves *= 2;
    t->matches = calloc(2 * t->leaves, sizeof *t->matches);
    if (!t->matches)
        return -1;
    for (size_t i = 0; i < 2 * t->leaves; i++)
        t->matches[i].valid_until = INT64_MAX;
    return 0;
}

void tournament_close(struct tournament *t) {
    free(t->matches);
    *t = (struct tournament){0};
}

/* a/b > c/d where a*d > c*b, and (w + s)/s > (w' + s')/s' where w/s > w'/s'. SCH-HRRN-002 SCH-HRRN-003 SCH-HRRN-005 */
static bool leads(const struct task *a, const struct task *b, int64_t now) {
    wide left = (wide)(now - a->since) * b->left;
    wide right = (wide)(now - b->since) * a->left;
    return left != right ? left > right : a->turn < b->turn;
}

/* The first tick at which behind leads: (t - b) / sb > (t - a) / sa from t > (b * sa - a * sb) / (sa - sb) on. */
static int64_t overtakes(const struct task *behind, const struct task *ahead) {
    if (behind->left >= ahead->left)
        return INT64_MAX;
    wide lag = (wide)behind->since * ahead->left - (wide)ahead->since * behind->left;
    wide tick = lag / (ahead->left - behind->left) + 1;
    return tick < INT64_MAX ? (int64_t)tick : INT64_MAX;
}

static void play(struct tournament *t, size_t node, int64_t now) {
    const struct match *a = &t->matches[2 * node], *b = &t->matches[2 * node + 1];
    struct match *m = &t->matches[node];
    m->valid_until = a->valid_until < b->valid_until ? a->valid_until : b->valid_until;
    m->winner = a->winner ? a->winner : b->winner;
    if (!a->winner || !b->winner)
        return;
    bool first = leads(a->winner, b->winner, now);
    m->winner = first ? a->winner : b->winner;
    int64_t swap = overtakes(first ? b->winner : a->winner, m->winner);
    if (swap < m->valid_until)
        m->valid_until = swap;
}

static void replay(struct tournament *t, size_t node, int64_t now) {
    if (t->matches[node].valid_until > now)
        return;
    replay(t, 2 * node, now);
    replay(t, 2 * node + 1, now);
    play(t, node, now);
}

static void set_leaf(struct tournament *t, size_t rank, struct task *task, int64_t now) {
    size_t node = t->leaves + rank;
    t->matches[node].winner = task;
    while ((node /= 2) > 0)
        play(t, node, now);
}

void tournament_enter(struct tournament *t, struct task *task, int64_t now) {
    set_leaf(t, task->rank, task, now);
}

void tournament_leave(struct tournament *t, const struct task *task, int64_t now) {
    set_leaf(t, task->rank, NULL, now);
}

struct task *tournament_winner(struct tournament *t, int64_t now) {
    if (now < INT64_MAX) /* every lead is right for ever where valid_until is INT64_MAX */
        replay(t, 1, now);
    return t->matches[1].winner;
}
