/* policies.c - a policy is an order of the line. Only HRRN has an order that changes while jobs wait. */
#include "desk.h"

#include <string.h>

static bool shorter(const struct client *a, const struct client *b) {
    return a->rest < b->rest;
}

static bool higher(const struct client *a, const struct client *b) {
    return a->level < b->level;
}

typedef bool ahead(const struct client *a, const struct client *b);

/* NULL: the line has the order in which the jobs came. */
static ahead *order(const struct desk *d) {
    if (d->levels)
        return higher;
    return d->o->policy == POLICY_SJF ? shorter : NULL;
}

/* Behind all jobs that are ahead of it or equal: a binary search. */
size_t place_behind(const struct desk *d, const struct client *e) {
    ahead *before = order(d);
    size_t low = 0, high = d->ready.length;
    if (!before)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (before(e, d->ready.at[middle]))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* In front of its equals. */
size_t place_in_front(const struct desk *d, const struct client *e) {
    size_t i = 0;
    while (i < d->ready.length && higher(d->ready.at[i], e))
        i++;
    return i;
}

/* Whether a / b is more than c / d. Compares the whole parts, then the other parts upside down (Euclid). */
static bool more(when a, when b, when c, when d) {
    bool upright = true;
    for (;;) {
        when p = a / b, q = c / d;
        if (p != q)
            return upright ? p > q : p < q;
        when rest_a = a % b, rest_c = c % d;
        if (rest_a == 0 || rest_c == 0) /* one of them has no other part, so it is the smaller one, or they are equal */
            return upright ? rest_a > rest_c : rest_a < rest_c;
        a = b, b = rest_a, c = d, d = rest_c;
        upright = !upright;
    }
}

size_t next_in_line(const struct desk *d) {
    size_t best = 0;
    if (d->o->policy == POLICY_HRRN)
        for (size_t i = 1; i < d->ready.length; i++) {
            const struct client *a = d->ready.at[i], *b = d->ready.at[best];
            if (more(d->now - a->stamp, a->rest, d->now - b->stamp, b->rest))
                best = i;
        }
    return best;
}

void fill_share(const struct desk *d, struct client *e) {
    if (d->levels)
        e->share = (when)d->o->levels[e->level];
}

/* The line has the order of the levels already, which is the order of a textbook's boost. */
void boost_line(struct desk *d) {
    struct line *line = &d->ready;
    if (d->o->ties == SCHED_TIES_OSTEP) {
        size_t filled = 0;
        memcpy(d->spare, line->at, line->length * sizeof *d->spare);
        for (int i = 0; i < d->o->level_count; i++)
            for (size_t k = 0; k < line->length; k++)
                if (d->spare[k]->level == (i == 0 ? 0 : d->o->level_count - i))
                    line->at[filled++] = d->spare[k];
    }
    for (size_t i = 0; i < line->length; i++) {
        line->at[i]->level = 0;
        fill_share(d, line->at[i]);
    }
}
