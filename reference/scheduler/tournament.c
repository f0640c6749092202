/* tournament.c - a kinetic tournament over response ratios.
 *
 * Theory of operation. (w + s) / s = 1 + (now - since) / s is a straight line over time. It rises by 1 / s a tick. So
 * the job with the shorter burst rises faster. It overtakes the other job at most once, at a tick that can be computed.
 *
 * The jobs are the leaves of a binary tree. Each inner node is a match between its two halves. It stores the winner,
 * and the first tick at which a winner at or below the node changes. A job that enters or leaves replays the log n
 * matches above its leaf. A search for the winner replays only the matches whose tick has come. Each pair swaps at most
 * once, so an event costs O(log^2 n) on average over a run. A plain scan of the queue would cost O(n).
 *
 * Everything is exact: products of two ticks need 126 bits, and the type wide has 128.
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

/* a/b > c/d if a*d > c*b, and (w + s)/s > (w' + s')/s' if w/s > w'/s'. SCH-HRRN-002 SCH-HRRN-003 SCH-HRRN-005 */
static bool leads(const struct task *a, const struct task *b, int64_t now) {
    wide left = (wide)(now - a->since) * b->left;
    wide right = (wide)(now - b->since) * a->left;
    return left != right ? left > right : a->turn < b->turn;
}

/* The first tick t at which behind leads. (t - b) / sb > (t - a) / sa holds if t > (b * sa - a * sb) / (sa - sb). */
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
    if (now < INT64_MAX) /* if valid_until is INT64_MAX, no winner changes any more */
        replay(t, 1, now);
    return t->matches[1].winner;
}
