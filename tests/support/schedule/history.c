/* history.c - follows the slices of each job up to an instant. */
#include "history.h"

/* Goes on from the state before a slice to the state after it. */
static bool follow(struct past *p, const struct sched_slice *slice) {
    int64_t ran = slice->end - slice->start;
    if (!p->waits || slice->start < p->since || ran < 1 || ran > p->next)
        return false;
    p->next -= ran;
    p->since = slice->end;
    p->came = BY_EXPIRY;
    if (p->next == 0 && p->burst + 1 == p->job->burst_count) {
        p->waits = false;
    } else if (p->next == 0) {
        p->issued = slice->end;
        p->since = slice->end + p->job->bursts[p->burst + 1];
        p->burst += 2;
        p->next = p->job->bursts[p->burst];
        p->came = FROM_IO;
    }
    return true;
}

bool past_of_all(const struct workload *w, const struct schedule *s, int64_t time, struct past out[static JOBS_MAX]) {
    for (size_t i = 0; i < w->job_count; i++) {
        const struct sched_job *job = &w->jobs[i];
        out[i] = (struct past){.job = job, .waits = true, .since = job->arrival, .next = job->bursts[0]};
        for (size_t k = 0; k < s->slice_count; k++)
            if (s->slices[k].job == job->id && s->slices[k].start < time && !follow(&out[i], &s->slices[k]))
                return false;
        out[i].waits = out[i].waits && out[i].since <= time;
    }
    return true;
}

/* The place of a step in its instant. */
static int step_of(enum came came, enum sched_ties ties) {
    static const int TEXTBOOK[] = {[FROM_IO] = 0, [BY_ARRIVAL] = 1, [BY_EXPIRY] = 2};
    static const int OSTEP[] = {[BY_EXPIRY] = 0, [BY_ARRIVAL] = 1, [FROM_IO] = 2};
    return (ties == SCHED_TIES_OSTEP ? OSTEP : TEXTBOOK)[came];
}

bool stands_before(const struct past *a, const struct past *b, enum sched_ties ties) {
    int ours = step_of(a->came, ties), theirs = step_of(b->came, ties);
    if (a->since != b->since)
        return a->since < b->since;
    if (ours != theirs)
        return ours < theirs;
    if (ties == SCHED_TIES_OSTEP && a->came == FROM_IO && a->issued != b->issued)
        return a->issued < b->issued;
    return a->job->id < b->job->id;
}

bool each_choice_is_right(const struct workload *w, const struct sched_options *o, const struct schedule *s,
                          goes_first *first) {
    static struct past all[JOBS_MAX];
    for (size_t i = 0; i < s->slice_count; i++) {
        int64_t time = s->slices[i].start;
        const struct past *chosen = NULL;
        if (!past_of_all(w, s, time, all))
            return true;
        for (size_t j = 0; j < w->job_count; j++)
            if (all[j].job->id == s->slices[i].job)
                chosen = &all[j];
        for (size_t k = 0; k < s->slice_count; k++) /* another job that begins at this instant does not wait */
            for (size_t j = 0; j < w->job_count; j++)
                if (k != i && s->slices[k].start == time && all[j].job->id == s->slices[k].job)
                    all[j].waits = false;
        for (size_t j = 0; chosen && chosen->waits && j < w->job_count; j++)
            if (all[j].waits && &all[j] != chosen && first(&all[j], chosen, time, o->ties))
                return false;
    }
    return true;
}

const char *each_burst_is_one_slice(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    (void)o;
    for (size_t i = 0; i < w->job_count; i++) {
        const struct sched_job *job = &w->jobs[i];
        size_t burst = 0;
        for (size_t k = 0; k < s->slice_count; k++) {
            if (s->slices[k].job != job->id)
                continue;
            if (burst >= job->burst_count || s->slices[k].end - s->slices[k].start != job->bursts[burst])
                return "a slice is not exactly one CPU burst";
            burst += 2;
        }
        if (burst != job->burst_count + 1)
            return "a job has fewer slices than CPU bursts";
    }
    return NULL;
}

const char *each_slice_is_a_quantum(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    for (size_t i = 0; i < w->job_count; i++) {
        const struct sched_job *job = &w->jobs[i];
        size_t burst = 0;
        int64_t left = job->bursts[0];
        for (size_t k = 0; k < s->slice_count; k++) {
            if (s->slices[k].job != job->id)
                continue;
            int64_t ran = s->slices[k].end - s->slices[k].start;
            if (ran > o->quantum)
                return NULL; /* SCH-RR-001 */
            if (ran != (left < o->quantum ? left : o->quantum))
                return "a slice is neither a whole quantum nor the rest of the burst";
            left -= ran;
            burst += left == 0 ? 2 : 0;
            if (left == 0 && burst < job->burst_count)
                left = job->bursts[burst];
        }
    }
    return NULL;
}

const char *no_loss_at_an_end(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    static struct past all[JOBS_MAX];
    (void)o;
    for (size_t i = 0; i < s->state_count; i++) {
        const struct sched_change *c = &s->states[i];
        if (c->from != SCHED_RUNNING || c->to != SCHED_READY)
            continue;
        if (!past_of_all(w, s, c->time, all))
            return NULL;
        for (size_t j = 0; j < w->job_count; j++)
            if (all[j].job->id == c->job && (!all[j].waits || all[j].came != BY_EXPIRY))
                return "a job loses its CPU although its burst ends at the same time";
    }
    return NULL;
}

static bool became_ready_earlier(const struct past *a, const struct past *b, int64_t time, enum sched_ties ties) {
    (void)time, (void)ties;
    return a->since < b->since;
}

const char *in_order_of_becoming_ready(const struct workload *w, const struct sched_options *o,
                                       const struct schedule *s) {
    return each_choice_is_right(w, o, s, became_ready_earlier) ? NULL
                                                               : "a job runs although another one became ready earlier";
}
