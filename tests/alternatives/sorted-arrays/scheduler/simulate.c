/* simulate.c - schedule_run: looks for the next instant in front of the arrays, and plays it. */
#include "desk.h"

#include <errno.h>
#include <stdlib.h>

static int compare_arrivals(const void *a, const void *b) {
    const struct sched_job *x = (*(struct client *const *)a)->job, *y = (*(struct client *const *)b)->job;
    if (x->arrival == y->arrival)
        return (x->id > y->id) - (x->id < y->id);
    return x->arrival > y->arrival ? 1 : -1;
}

static void line_up(struct desk *d, struct client *e, enum sched_state from) {
    write_change(d, e, from, SCHED_READY);
    e->stamp = d->now;
    line_put(&d->ready, place_behind(d, e), e);
}

/* The job leaves its seat. What it did there is written down. */
static struct client *stand_up(struct desk *d, size_t seat) {
    struct seat *s = &d->seats[seat];
    struct client *e = s->holder;
    if (s->phase == COMPUTING) {
        write_slice(d, seat);
        e->rest -= d->now - s->since;
        e->share -= d->now - s->since;
    } else if (s->phase == CHANGING) {
        write_switch(d, seat);
    }
    s->phase = FREE;
    s->holder = NULL;
    return e;
}

static void next_level_if_spent(const struct desk *d, struct client *e) {
    if (!d->levels || e->share > 0)
        return;
    if (e->level < d->o->level_count - 1)
        e->level++;
    fill_share(d, e);
}

/* The seats whose time is up, by the ids of their jobs. Returns how many. */
static size_t seats_due(const struct desk *d, bool burst_over, size_t *due) {
    size_t count = 0;
    for (size_t i = 0; i < d->seat_count; i++) {
        const struct seat *s = &d->seats[i];
        if (s->phase != COMPUTING || s->until != d->now || (s->until - s->since == s->holder->rest) != burst_over)
            continue;
        size_t k = count++;
        for (; k > 0 && d->seats[due[k - 1]].holder->job->id > s->holder->job->id; k--)
            due[k] = due[k - 1];
        due[k] = i;
    }
    return count;
}

/* The jobs that wait for I/O stand in the order in which they come back. */
static size_t place_in_waiting(const struct desk *d, const struct client *e) {
    size_t i = d->waiting.length;
    for (; i > 0; i--) {
        const struct client *other = d->waiting.at[i - 1];
        if (other->back != e->back) {
            if (other->back < e->back)
                break;
        } else if (d->o->ties == SCHED_TIES_OSTEP && other->stamp != e->stamp) {
            break; /* it began earlier */
        } else if (other->job->id < e->job->id) {
            break;
        }
    }
    return i;
}

static void bursts_end(struct desk *d, size_t *due) {
    size_t count = seats_due(d, true, due);
    for (size_t i = 0; i < count; i++) {
        struct client *e = stand_up(d, due[i]);
        const struct sched_job *job = e->job;
        next_level_if_spent(d, e);
        e->burst++;
        if (e->burst == job->burst_count) {
            write_change(d, e, SCHED_RUNNING, SCHED_ENDED);
            d->out->jobs[e->place].completion = (int64_t)d->now;
            continue;
        }
        write_change(d, e, SCHED_RUNNING, SCHED_BLOCKED);
        e->stamp = d->now;
        e->back = d->now + (when)job->bursts[e->burst++];
        e->rest = (when)job->bursts[e->burst];
        line_put(&d->waiting, place_in_waiting(d, e), e);
        if (d->o->serial) {
            d->seats[due[i]].holder = e;
            d->seats[due[i]].phase = KEPT;
        }
    }
}

static void ios_complete(struct desk *d, size_t *due) {
    (void)due;
    while (d->waiting.length > 0 && d->waiting.at[0]->back == d->now) {
        struct client *e = line_take(&d->waiting, 0);
        if (!d->o->serial) {
            line_up(d, e, SCHED_BLOCKED);
            continue;
        }
        write_change(d, e, SCHED_BLOCKED, SCHED_READY);
        for (size_t i = 0; i < d->seat_count; i++)
            if (d->seats[i].holder == e)
                d->seats[i].phase = CHOSEN;
    }
}

static void jobs_arrive(struct desk *d, size_t *due) {
    (void)due;
    for (; d->arrived < d->count && (when)d->arrivals[d->arrived]->job->arrival == d->now; d->arrived++)
        line_up(d, d->arrivals[d->arrived], SCHED_NEW);
}

static void quanta_expire(struct desk *d, size_t *due) {
    size_t count = seats_due(d, false, due);
    for (size_t i = 0; i < count; i++) {
        struct client *e = stand_up(d, due[i]);
        next_level_if_spent(d, e);
        line_up(d, e, SCHED_RUNNING);
    }
}

static void put_back(struct desk *d, size_t seat) {
    bool ran = d->seats[seat].phase == COMPUTING;
    struct client *e = stand_up(d, seat);
    if (ran)
        write_change(d, e, SCHED_RUNNING, SCHED_READY);
    line_put(&d->ready, place_in_front(d, e), e);
}

/* The seat whose job is the first to lose it. d->seat_count if all are free. */
static size_t lowest_seat(const struct desk *d) {
    size_t lowest = d->seat_count;
    for (size_t i = 0; i < d->seat_count; i++) {
        const struct client *e = d->seats[i].holder;
        if (!e)
            continue;
        const struct client *low = lowest < d->seat_count ? d->seats[lowest].holder : e;
        if (e == low || e->level > low->level || (e->level == low->level && e->job->id > low->job->id))
            lowest = i;
    }
    return lowest;
}

static void boost_blocked(struct desk *d) {
    for (size_t i = 0; i < d->waiting.length; i++) {
        d->waiting.at[i]->level = 0;
        fill_share(d, d->waiting.at[i]);
    }
}

static void boost(struct desk *d, size_t *due) {
    (void)due;
    if (!d->levels || d->o->boost == 0 || d->now == 0 || d->now % (when)d->o->boost != 0)
        return;
    for (size_t seat; (seat = lowest_seat(d)) < d->seat_count;)
        put_back(d, seat);
    boost_line(d);
    boost_blocked(d);
}

static void sit_down(struct desk *d, size_t seat) {
    struct seat *s = &d->seats[seat];
    s->holder = line_take(&d->ready, next_in_line(d));
    s->phase = CHOSEN;
}

static void dispatch(struct desk *d) {
    for (size_t i = 0; i < d->seat_count && d->ready.length > 0; i++)
        if (d->seats[i].phase == FREE)
            sit_down(d, i);
    while (d->levels && d->ready.length > 0) {
        size_t seat = lowest_seat(d);
        struct client *first = d->ready.at[0];
        if (d->seats[seat].holder->level <= first->level)
            break;
        line_take(&d->ready, 0);
        put_back(d, seat);
        d->seats[seat].holder = first;
        d->seats[seat].phase = CHOSEN;
    }
}

static void start_slice(struct desk *d, struct seat *s) {
    struct client *e = s->holder;
    struct sched_figures *figures = &d->out->jobs[e->place];
    write_change(d, e, SCHED_READY, SCHED_RUNNING);
    if (figures->response < 0)
        figures->response = (int64_t)d->now - e->job->arrival;
    if (!d->levels)
        e->share = d->o->policy == POLICY_RR && !d->o->serial ? (when)d->o->quantum : NEVER;
    s->phase = COMPUTING;
    s->last = e->job;
    s->since = d->now;
    s->until = d->now + (e->rest < e->share ? e->rest : e->share);
}

static void begin(struct desk *d) {
    for (size_t i = 0; i < d->seat_count; i++) {
        struct seat *s = &d->seats[i];
        if (s->phase == CHOSEN && s->last && s->last != s->holder->job && d->o->switch_cost > 0) {
            s->phase = CHANGING;
            s->since = d->now;
            s->until = d->now + (when)d->o->switch_cost;
        } else if (s->phase == CHOSEN) {
            start_slice(d, s);
        } else if (s->phase == CHANGING && s->until == d->now) {
            write_switch(d, i);
            start_slice(d, s);
        }
    }
}

static when earlier(when a, when b) {
    return a < b ? a : b;
}

static when next_instant(const struct desk *d) {
    when next = NEVER;
    bool work = false;
    if (d->arrived < d->count)
        next = (when)d->arrivals[d->arrived]->job->arrival;
    if (d->waiting.length > 0)
        next = earlier(next, d->waiting.at[0]->back);
    for (size_t i = 0; i < d->seat_count; i++)
        if (d->seats[i].phase == COMPUTING || d->seats[i].phase == CHANGING) {
            next = earlier(next, d->seats[i].until);
            work = true;
        }
    if (work && d->levels && d->o->boost > 0)
        next = earlier(next, (d->now / (when)d->o->boost + 1) * (when)d->o->boost);
    return next;
}

/* Without work no instant is a boost. The boosts after `then` and before now still reach the blocked jobs. */
static void catch_up_on_boosts(struct desk *d, when then) {
    when boost = (when)d->o->boost;
    if (d->levels && boost > 0 && d->now > 0 && (d->now - 1) / boost > then / boost)
        boost_blocked(d);
}

static int play(struct desk *d, size_t *due) {
    typedef void step(struct desk *, size_t *);
    static step *const steps[][5] = {
        [SCHED_TIES_TEXTBOOK] = {bursts_end, ios_complete, jobs_arrive, quanta_expire, boost},
        [SCHED_TIES_OSTEP] = {bursts_end, quanta_expire, boost, jobs_arrive, ios_complete},
    };
    for (when next; (next = next_instant(d)) != NEVER;) {
        if (next > INT64_MAX)
            return ERANGE;
        if (d->diary.is_full)
            return ENOMEM;
        when then = d->now;
        d->now = next;
        catch_up_on_boosts(d, then);
        for (int i = 0; i < 5; i++)
            steps[d->o->ties][i](d, due);
        dispatch(d);
        begin(d);
    }
    return 0;
}

static void introduce(struct desk *d, const struct workload *w) {
    for (size_t i = 0; i < w->job_count; i++) {
        const struct sched_job *job = &w->jobs[i];
        d->entries[i] = (struct client){.job = job, .place = i, .rest = (when)job->bursts[0]};
        fill_share(d, &d->entries[i]);
        d->arrivals[i] = &d->entries[i];
        d->out->jobs[i] = (struct sched_figures){.id = job->id, .arrival = job->arrival, .response = -1};
    }
    qsort(d->arrivals, w->job_count, sizeof(struct client *), compare_arrivals);
}

static int run(struct desk *d, const struct workload *w) {
    size_t *due = calloc(d->seat_count + 1, sizeof *due);
    d->entries = calloc(d->count + 1, sizeof *d->entries);
    d->arrivals = calloc(4 * (d->count + 1), sizeof(struct client *));
    d->seats = calloc(d->seat_count + 1, sizeof *d->seats);
    d->out->jobs = calloc(d->count + 1, sizeof *d->out->jobs);
    int opened = diary_open(d);
    int error = opened == 0 && due && d->entries && d->arrivals && d->seats && d->out->jobs ? 0 : ENOMEM;
    if (error == 0) {
        d->ready.at = d->arrivals + d->count + 1;
        d->waiting.at = d->ready.at + d->count + 1;
        d->spare = d->waiting.at + d->count + 1;
        d->out->job_count = d->count;
        introduce(d, w);
        error = play(d, due);
    }
    if (diary_close(d) != 0 && error == 0)
        error = ENOMEM;
    free(due);
    free(d->entries);
    free(d->arrivals);
    free(d->seats);
    return error;
}

int schedule_run(const struct workload *w, const struct sched_options *o, struct schedule *out) {
    *out = (struct schedule){0};
    int error = refuse(w, o);
    if (error == 0) {
        out->cpus = o->cpus;
        struct desk d = {.o = o, .levels = o->policy == POLICY_MLFQ && !o->serial, .count = w->job_count, .out = out};
        d.seat_count = (uint64_t)o->cpus < d.count ? (size_t)o->cpus : d.count;
        error = run(&d, w);
    }
    if (error == 0)
        error = fill_figures(w, out);
    if (error == 0)
        return 0;
    schedule_free(out);
    errno = error;
    return -1;
}

void schedule_free(struct schedule *s) {
    if (!s)
        return;
    void *blocks[] = {s->slices, s->switches, s->states, s->jobs};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        free(blocks[i]);
    *s = (struct schedule){0};
}
