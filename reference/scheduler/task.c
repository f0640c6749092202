/* task.c - makes the tasks of a workload, by id and by arrival. */
#include "task.h"

#include <errno.h>
#include <stdlib.h>

/* An element to sort by a number. Elements with equal numbers keep their order. */
struct entry {
    int64_t key;
    size_t index;
};

static int by_key(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static int make_by_id(const struct workload *w, struct sched_figures *figures, struct entry *order, struct task *t) {
    for (size_t i = 0; i < w->job_count; i++)
        order[i] = (struct entry){w->jobs[i].id, i};
    qsort(order, w->job_count, sizeof *order, by_key);
    for (size_t rank = 0; rank < w->job_count; rank++) {
        size_t i = order[rank].index;
        const struct sched_job *job = &w->jobs[i];
        if (rank > 0 && job->id == t[rank - 1].id) { /* SCH-OPT-004 */
            errno = EINVAL;
            return -1;
        }
        t[rank] = (struct task){
            .id = job->id, .rank = rank, .left = job->bursts[0], .boosts = -1, .job = job, .figures = &figures[i]};
    }
    return 0;
}

/* If jobs arrive together, the one with the smallest id comes first. SCH-TIE-004 */
static void sort_by_arrival(size_t count, struct task *t, struct entry *order, struct task **arrivals) {
    for (size_t rank = 0; rank < count; rank++)
        order[rank] = (struct entry){t[rank].job->arrival, rank};
    qsort(order, count, sizeof *order, by_key);
    for (size_t i = 0; i < count; i++)
        arrivals[i] = &t[order[i].index];
}

int tasks_make(const struct workload *w, struct sched_figures *figures, struct task **tasks, struct task ***arrivals) {
    size_t room = w->job_count ? w->job_count : 1;
    struct entry *order = calloc(room, sizeof *order);
    *tasks = calloc(room, sizeof **tasks);
    *arrivals = calloc(room, sizeof(struct task *));
    int made = order && *tasks && *arrivals ? make_by_id(w, figures, order, *tasks) : -1;
    if (made == 0)
        sort_by_arrival(w->job_count, *tasks, order, *arrivals);
    free(order);
    return made;
}
