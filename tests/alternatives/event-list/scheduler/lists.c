/* lists.c - the ready lists, and how each policy chooses. */
#include "machine.h"

__extension__ typedef unsigned __int128 wide;

void chain_front(struct machine *m, int level, size_t task) {
    struct chain *chain = &m->ready[level];
    struct task *t = &m->tasks[task];
    t->before = NOBODY;
    t->after = chain->head;
    if (chain->head == NOBODY)
        chain->tail = task;
    else
        m->tasks[chain->head].before = task;
    chain->head = task;
}

void chain_back(struct machine *m, int level, size_t task) {
    struct chain *chain = &m->ready[level];
    struct task *t = &m->tasks[task];
    t->before = chain->tail;
    t->after = NOBODY;
    if (chain->tail == NOBODY)
        chain->head = task;
    else
        m->tasks[chain->tail].after = task;
    chain->tail = task;
}

void chain_remove(struct machine *m, size_t task) {
    struct task *t = &m->tasks[task];
    struct chain *chain = &m->ready[t->level];
    if (t->before == NOBODY)
        chain->head = t->after;
    else
        m->tasks[t->before].after = t->after;
    if (t->after == NOBODY)
        chain->tail = t->before;
    else
        m->tasks[t->after].before = t->before;
}

/* (w + s) / s is larger exactly when w / s is larger. */
static bool higher_ratio(const struct machine *m, const struct task *a, const struct task *b) {
    wide wait_a = (wide)(m->now - a->since), wait_b = (wide)(m->now - b->since);
    return wait_a * (wide)b->left > wait_b * (wide)a->left;
}

/* The list has the order of becoming ready. So an equal job further on does not win. */
static size_t best_of(const struct machine *m, size_t head) {
    size_t best = head;
    if (m->o->policy != POLICY_SJF && m->o->policy != POLICY_HRRN)
        return head;
    for (size_t i = head; i != NOBODY; i = m->tasks[i].after) {
        const struct task *a = &m->tasks[i], *b = &m->tasks[best];
        if (m->o->policy == POLICY_SJF ? a->left < b->left : higher_ratio(m, a, b))
            best = i;
    }
    return best;
}

size_t chain_choose(struct machine *m) {
    int levels = has_levels(m) ? m->o->level_count : 1;
    for (int i = 0; i < levels; i++)
        if (m->ready[i].head != NOBODY)
            return best_of(m, m->ready[i].head);
    return NOBODY;
}

static void append_level(struct machine *m, int level) {
    size_t i = m->ready[level].head;
    m->ready[level].head = m->ready[level].tail = NOBODY;
    while (i != NOBODY) {
        size_t after = m->tasks[i].after;
        m->tasks[i].level = 0;
        chain_back(m, 0, i);
        i = after;
    }
}

void chain_boost(struct machine *m) {
    int count = m->o->level_count;
    for (int i = 1; i < count; i++)
        append_level(m, m->o->ties == SCHED_TIES_TEXTBOOK ? i : count - i);
    for (size_t i = m->ready[0].head; i != NOBODY; i = m->tasks[i].after)
        m->tasks[i].used = 0;
}
