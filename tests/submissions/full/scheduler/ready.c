/* ready.c - the ready jobs, in the order in which the policy wants them.
 *
 * SCH-SMP-001: there is one set of them, whatever the number of CPUs.
 */
#include "sim.h"

int ready_init(struct ready *r, enum choice choice, size_t jobs) {
    r->choice = choice;
    switch (choice) {
    case BY_BURST:
        return heap_init(&r->by_burst, jobs, 0);
    case BY_RATIO:
        return tournament_init(&r->by_ratio, jobs);
    default:
        for (int i = 0; i < SCHED_LEVELS_MAX; i++)
            r->queues[i] = (struct queue){NONE, NONE};
        return 0;
    }
}

void ready_free(struct ready *r) {
    heap_free(&r->by_burst);
    tournament_free(&r->by_ratio);
}

/* Puts in a job that has just become ready, behind all others: SCH-FCFS-001, SCH-FCFS-003, SCH-RR-002, SCH-MLFQ-001,
 * SCH-MLFQ-002, SCH-MLFQ-003, SCH-MLFQ-008. Its turn and, for MLFQ, its level are set. */
void ready_append(struct ready *r, struct job *jobs, size_t j, int64_t now) {
    r->count++;
    switch (r->choice) {
    case BY_BURST: /* SCH-SJF-001, SCH-SJF-003, SCH-SJF-004 */
        heap_push(&r->by_burst, (uint64_t)jobs[j].rest, jobs[j].turn, j);
        break;
    case BY_RATIO:
        tournament_enter(&r->by_ratio, jobs, j, now);
        break;
    case BY_QUEUE:
    case BY_LEVEL: {
        int level = r->choice == BY_LEVEL ? jobs[j].level : 0;
        struct queue *q = &r->queues[level];
        jobs[j].next = NONE;
        if (q->head == NONE)
            q->head = j;
        else
            jobs[q->tail].next = j;
        q->tail = j;
        r->filled |= UINT64_C(1) << level;
        break;
    }
    }
}

/* MLFQ: puts a job at the head of its level. SCH-MLFQ-006, SCH-MLFQ-013 */
void ready_put_back(struct ready *r, struct job *jobs, size_t j) {
    struct queue *q = &r->queues[jobs[j].level];

    r->count++;
    jobs[j].next = q->head;
    if (q->head == NONE)
        q->tail = j;
    q->head = j;
    r->filled |= UINT64_C(1) << jobs[j].level;
}

/* The level of the first ready job; there is one. */
int ready_level(const struct ready *r) {
    return __builtin_ctzll(r->filled);
}

/* Takes out the job that the policy puts first; there is one. */
size_t ready_take(struct ready *r, struct job *jobs, int64_t now) {
    size_t j = NONE;

    r->count--;
    switch (r->choice) {
    case BY_BURST:
        j = heap_pop(&r->by_burst);
        break;
    case BY_RATIO:
        j = tournament_winner(&r->by_ratio, jobs, now);
        tournament_leave(&r->by_ratio, jobs, j, now);
        break;
    case BY_QUEUE:
    case BY_LEVEL: { /* SCH-MLFQ-004 */
        int level = ready_level(r);
        struct queue *q = &r->queues[level];
        j = q->head;
        q->head = jobs[j].next;
        if (q->head == NONE)
            r->filled &= ~(UINT64_C(1) << level);
        break;
    }
    }
    return j;
}

/* MLFQ: moves all levels to level 0, each in its own order. SCH-MLFQ-012, SCH-TIE-009 */
void ready_raise(struct ready *r, struct job *jobs, int level_count, bool lowest_first) {
    struct queue *top = &r->queues[0];

    for (int i = 1; i < level_count; i++) {
        struct queue *q = &r->queues[lowest_first ? level_count - i : i];
        if (q->head == NONE)
            continue;
        if (top->head == NONE)
            top->head = q->head;
        else
            jobs[top->tail].next = q->head;
        top->tail = q->tail;
        q->head = NONE;
    }
    r->filled = top->head != NONE;
}
