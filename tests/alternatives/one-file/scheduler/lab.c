/* lab.c - the whole lab in one file: queues of <sys/queue.h>, time in 128 bits, and a longjmp out of every error.
 *
 * The run goes from instant to instant. Each step of an instant is one function. With 128 bits no sum can overflow, so
 * only what is written down is compared with INT64_MAX. */
#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <timeslice/batch.h>

__extension__ typedef __int128 ticks_t;

#define FOREVER ((ticks_t)1 << 100)

/* ------------------------------------------------------------------------------------------------ the simulation */

struct proc {
    TAILQ_ENTRY(proc) link;
    const struct sched_job *job;
    struct sched_figures *figures;
    size_t burst;
    ticks_t left, budget; /* ticks of its burst, and of its quantum */
    ticks_t ready_since, io_start, io_end;
    int level;
    bool started;
};

TAILQ_HEAD(queue, proc);

enum mode { IDLE, TAKEN, SWITCHING, WORKING, HELD };

struct cpu {
    enum mode mode;
    struct proc *now, *before;
    ticks_t from, until;
    size_t row; /* of its slice or switch */
};

struct run {
    jmp_buf bail_out;
    const struct workload *w;
    const struct sched_options *o;
    struct schedule *out;
    struct proc *procs, **sorted;
    struct cpu *cpus;
    int cpu_count;
    struct queue coming, ready[SCHED_LEVELS_MAX], blocked;
    ticks_t now;
    bool multilevel;
    size_t slice_room, switch_room, state_room;
};

static _Noreturn void bail_out(struct run *r, int error) {
    longjmp(r->bail_out, error);
}

static int64_t as_int64(struct run *r, ticks_t value) {
    if (value > INT64_MAX)
        bail_out(r, ERANGE);
    return (int64_t)value;
}

static void *allocate(struct run *r, size_t count, size_t size) {
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL)
        bail_out(r, ENOMEM);
    return memory;
}

/* One more element at the end of an array. */
#define APPEND(run, array, count, room)                                                                                \
    do {                                                                                                               \
        if ((count) == (room)) {                                                                                       \
            void *longer = realloc((array), ((room) + 50) * 2 * sizeof *(array));                                      \
            if (longer == NULL)                                                                                        \
                bail_out((run), ENOMEM);                                                                               \
            (array) = longer;                                                                                          \
            (room) = ((room) + 50) * 2;                                                                                \
        }                                                                                                              \
        (count)++;                                                                                                     \
    } while (0)

static void change(struct run *r, const struct proc *p, enum sched_state from, enum sched_state to) {
    APPEND(r, r->out->states, r->out->state_count, r->state_room);
    r->out->states[r->out->state_count - 1] = (struct sched_change){(int64_t)r->now, p->job->id, from, to};
}

static void enqueue(struct run *r, struct proc *p, enum sched_state from) {
    change(r, p, from, SCHED_READY);
    p->ready_since = r->now;
    TAILQ_INSERT_TAIL(&r->ready[p->level], p, link);
}

static void requeue(struct run *r, struct proc *p, bool was_running) {
    if (was_running)
        change(r, p, SCHED_RUNNING, SCHED_READY);
    TAILQ_INSERT_HEAD(&r->ready[p->level], p, link);
}

static void fresh_quantum(struct run *r, struct proc *p, int level) {
    p->level = level;
    p->budget = r->multilevel ? r->o->levels[level] : FOREVER;
}

static void sink_if_used_up(struct run *r, struct proc *p) {
    if (r->multilevel && p->budget == 0)
        fresh_quantum(r, p, p->level + 1 < r->o->level_count ? p->level + 1 : p->level);
}

/* The CPU stops what it does, now. */
static struct proc *stop(struct run *r, struct cpu *c) {
    if (c->mode == WORKING) {
        r->out->slices[c->row].end = (int64_t)r->now;
        c->now->left -= r->now - c->from;
        c->now->budget -= r->now - c->from;
    } else if (c->mode == SWITCHING) {
        r->out->switches[c->row].end = (int64_t)r->now;
    }
    struct proc *p = c->now;
    c->mode = IDLE;
    c->now = NULL;
    return p;
}

/* The CPU with the smallest id among those that have come to the end of a burst, or of a quantum. */
static struct cpu *next_due(struct run *r, bool end_of_burst) {
    struct cpu *due = NULL;
    for (struct cpu *c = r->cpus; c < r->cpus + r->cpu_count; c++)
        if (c->mode == WORKING && c->until == r->now && (c->until - c->from == c->now->left) == end_of_burst)
            if (due == NULL || c->now->job->id < due->now->job->id)
                due = c;
    return due;
}

static void step_ends_of_bursts(struct run *r) {
    for (struct cpu *c; (c = next_due(r, true)) != NULL;) {
        struct proc *p = stop(r, c);
        sink_if_used_up(r, p);
        p->burst++;
        if (p->burst == p->job->burst_count) {
            change(r, p, SCHED_RUNNING, SCHED_ENDED);
            p->figures->completion = (int64_t)r->now;
            continue;
        }
        change(r, p, SCHED_RUNNING, SCHED_BLOCKED);
        p->io_start = r->now;
        p->io_end = r->now + p->job->bursts[p->burst++];
        p->left = p->job->bursts[p->burst];
        TAILQ_INSERT_TAIL(&r->blocked, p, link);
        if (r->o->serial) {
            c->mode = HELD;
            c->now = p;
        }
    }
}

static bool io_comes_first(const struct run *r, const struct proc *a, const struct proc *b) {
    if (r->o->ties == SCHED_TIES_OSTEP && a->io_start != b->io_start)
        return a->io_start < b->io_start;
    return a->job->id < b->job->id;
}

static void step_io_completions(struct run *r) {
    for (;;) {
        struct proc *first = NULL, *p;
        TAILQ_FOREACH(p, &r->blocked, link)
        if (p->io_end == r->now && (first == NULL || io_comes_first(r, p, first)))
            first = p;
        if (first == NULL)
            return;
        TAILQ_REMOVE(&r->blocked, first, link);
        if (!r->o->serial) {
            enqueue(r, first, SCHED_BLOCKED);
            continue;
        }
        change(r, first, SCHED_BLOCKED, SCHED_READY);
        for (struct cpu *c = r->cpus; c < r->cpus + r->cpu_count; c++)
            if (c->now == first)
                c->mode = TAKEN;
    }
}

static void step_arrivals(struct run *r) {
    for (struct proc *p; (p = TAILQ_FIRST(&r->coming)) != NULL && p->job->arrival == r->now;) {
        TAILQ_REMOVE(&r->coming, p, link);
        fresh_quantum(r, p, 0);
        enqueue(r, p, SCHED_NEW);
    }
}

static void step_expired_quanta(struct run *r) {
    for (struct cpu *c; (c = next_due(r, false)) != NULL;) {
        struct proc *p = stop(r, c);
        sink_if_used_up(r, p);
        enqueue(r, p, SCHED_RUNNING);
    }
}

/* The CPU of the job that has to go first: on the lowest level, and with the largest id there. */
static struct cpu *weakest(struct run *r) {
    struct cpu *found = NULL;
    for (struct cpu *c = r->cpus; c < r->cpus + r->cpu_count; c++) {
        if (c->now == NULL)
            continue;
        if (found == NULL || c->now->level > found->now->level ||
            (c->now->level == found->now->level && c->now->job->id > found->now->job->id))
            found = c;
    }
    return found;
}

static void boost_the_blocked(struct run *r) {
    struct proc *p;
    TAILQ_FOREACH(p, &r->blocked, link)
    fresh_quantum(r, p, 0);
}

static void step_boost(struct run *r) {
    if (!r->multilevel || r->o->boost == 0 || r->now == 0 || r->now % r->o->boost != 0)
        return;
    for (struct cpu *c; (c = weakest(r)) != NULL;) {
        bool ran = c->mode == WORKING;
        requeue(r, stop(r, c), ran);
    }
    int last = r->o->level_count - 1;
    for (int i = 1; i <= last; i++)
        TAILQ_CONCAT(&r->ready[0], &r->ready[r->o->ties == SCHED_TIES_OSTEP ? last + 1 - i : i], link);
    struct proc *p;
    TAILQ_FOREACH(p, &r->ready[0], link)
    fresh_quantum(r, p, 0);
    boost_the_blocked(r);
}

static struct proc *first_of_queue(struct run *r) {
    for (int level = 0; level < SCHED_LEVELS_MAX; level++)
        if (!TAILQ_EMPTY(&r->ready[level]))
            return TAILQ_FIRST(&r->ready[level]);
    return NULL;
}

static struct proc *shortest(struct run *r) {
    struct proc *best = TAILQ_FIRST(&r->ready[0]), *p;
    TAILQ_FOREACH(p, &r->ready[0], link)
    if (p->left < best->left)
        best = p;
    return best;
}

static struct proc *highest_ratio(struct run *r) {
    struct proc *best = TAILQ_FIRST(&r->ready[0]), *p;
    TAILQ_FOREACH(p, &r->ready[0], link)
    if ((r->now - p->ready_since) * best->left > (r->now - best->ready_since) * p->left)
        best = p;
    return best;
}

static struct proc *choose(struct run *r) {
    static struct proc *(*const how[])(struct run *) = {
        [POLICY_FCFS] = first_of_queue, [POLICY_SJF] = shortest,        [POLICY_HRRN] = highest_ratio,
        [POLICY_RR] = first_of_queue,   [POLICY_MLFQ] = first_of_queue,
    };
    return how[r->o->policy](r);
}

static void take(struct run *r, struct cpu *c, struct proc *p) {
    TAILQ_REMOVE(&r->ready[p->level], p, link);
    c->mode = TAKEN;
    c->now = p;
}

static void step_dispatch(struct run *r) {
    struct proc *p = choose(r);
    for (struct cpu *c = r->cpus; c < r->cpus + r->cpu_count && p != NULL; c++)
        if (c->mode == IDLE) {
            take(r, c, p);
            p = choose(r);
        }
    while (r->multilevel && p != NULL && weakest(r)->now->level > p->level) {
        struct cpu *c = weakest(r);
        bool ran = c->mode == WORKING;
        requeue(r, stop(r, c), ran);
        take(r, c, p);
        p = choose(r);
    }
}

static void begin_slice(struct run *r, struct cpu *c) {
    struct proc *p = c->now;
    change(r, p, SCHED_READY, SCHED_RUNNING);
    if (r->o->policy == POLICY_RR && !r->o->serial)
        p->budget = r->o->quantum;
    if (!p->started)
        p->figures->response = (int64_t)r->now - p->job->arrival;
    p->started = true;
    *c = (struct cpu){WORKING, p, p, r->now, r->now + (p->left < p->budget ? p->left : p->budget), 0};
    APPEND(r, r->out->slices, r->out->slice_count, r->slice_room);
    c->row = r->out->slice_count - 1;
    r->out->slices[c->row] =
        (struct sched_slice){.job = p->job->id, .cpu = (int)(c - r->cpus), .level = p->level, .start = (int64_t)r->now};
}

static void begin_switch(struct run *r, struct cpu *c) {
    c->mode = SWITCHING;
    c->from = r->now;
    c->until = r->now + r->o->switch_cost;
    APPEND(r, r->out->switches, r->out->switch_count, r->switch_room);
    c->row = r->out->switch_count - 1;
    r->out->switches[c->row] =
        (struct sched_switch){.job = c->now->job->id, .cpu = (int)(c - r->cpus), .start = (int64_t)r->now};
}

static void step_begin(struct run *r) {
    for (struct cpu *c = r->cpus; c < r->cpus + r->cpu_count; c++) {
        if (c->mode == TAKEN && c->before != NULL && c->before != c->now && r->o->switch_cost > 0) {
            begin_switch(r, c);
        } else if (c->mode == TAKEN) {
            begin_slice(r, c);
        } else if (c->mode == SWITCHING && c->until == r->now) {
            r->out->switches[c->row].end = (int64_t)r->now;
            begin_slice(r, c);
        }
    }
}

/* The next instant at which anything can happen, or FOREVER. */
static ticks_t next_instant(struct run *r) {
    ticks_t next = FOREVER;
    bool busy = false;
    if (!TAILQ_EMPTY(&r->coming))
        next = TAILQ_FIRST(&r->coming)->job->arrival;
    struct proc *p;
    TAILQ_FOREACH(p, &r->blocked, link)
    if (p->io_end < next)
        next = p->io_end;
    for (const struct cpu *c = r->cpus; c < r->cpus + r->cpu_count; c++)
        if (c->mode == WORKING || c->mode == SWITCHING) {
            busy = true;
            if (c->until < next)
                next = c->until;
        }
    if (busy && r->multilevel && r->o->boost > 0) {
        ticks_t boost = (r->now / r->o->boost + 1) * r->o->boost;
        if (boost < next)
            next = boost;
    }
    return next;
}

static void go(struct run *r) {
    static void (*const textbook[])(struct run *) = {step_ends_of_bursts, step_io_completions, step_arrivals,
                                                     step_expired_quanta, step_boost};
    static void (*const ostep[])(struct run *) = {step_ends_of_bursts, step_expired_quanta, step_boost, step_arrivals,
                                                  step_io_completions};
    for (ticks_t next; (next = next_instant(r)) != FOREVER;) {
        as_int64(r, next);
        /* Boosts were left out while nothing was ready. The blocked jobs had them all the same. */
        if (r->multilevel && r->o->boost > 0 && (next - 1) / r->o->boost > (r->now < 0 ? 0 : r->now) / r->o->boost)
            boost_the_blocked(r);
        r->now = next;
        for (int i = 0; i < 5; i++)
            (r->o->ties == SCHED_TIES_OSTEP ? ostep : textbook)[i](r);
        step_dispatch(r);
        step_begin(r);
    }
}

static struct sched_fraction lowest_terms(int64_t above, int64_t below) {
    int64_t a = above, b = below;
    while (b != 0) {
        int64_t c = a % b;
        a = b;
        b = c;
    }
    return (struct sched_fraction){above / a, below / a};
}

static void count(struct run *r) {
    struct schedule *s = r->out;
    ticks_t turnaround = 0, waiting = 0, response = 0, makespan = 0, busy = 0, switching = 0;
    for (size_t i = 0; i < s->job_count; i++) {
        struct sched_figures *f = &s->jobs[i];
        ticks_t sum[2] = {0, 0};
        for (size_t k = 0; k < r->w->jobs[i].burst_count; k++)
            sum[k % 2] += r->w->jobs[i].bursts[k];
        f->cpu = (int64_t)sum[0];
        f->io = (int64_t)sum[1];
        f->turnaround = f->completion - f->arrival;
        f->waiting = f->turnaround - f->cpu - f->io;
        f->weighted = lowest_terms(f->turnaround, f->cpu);
        turnaround += f->turnaround;
        waiting += f->waiting;
        response += f->response;
        makespan = f->completion > makespan ? f->completion : makespan;
        busy += f->cpu;
    }
    for (size_t i = 0; i < s->switch_count; i++)
        switching += s->switches[i].end - s->switches[i].start;
    for (size_t i = 0; i < s->state_count; i++)
        if (s->states[i].from == SCHED_RUNNING && s->states[i].to == SCHED_READY)
            s->totals.preemptions++;
    as_int64(r, makespan * s->cpus);
    s->totals.makespan = (int64_t)makespan;
    s->totals.busy = as_int64(r, busy);
    s->totals.switching = as_int64(r, switching);
    s->totals.idle = as_int64(r, makespan * s->cpus - busy - switching);
    s->totals.dispatches = (int64_t)s->slice_count;
    s->totals.turnaround = as_int64(r, turnaround);
    s->totals.waiting = as_int64(r, waiting);
    s->totals.response = as_int64(r, response);
}

static int order_of_ids(const void *a, const void *b) {
    const struct proc *x = *(struct proc *const *)a, *y = *(struct proc *const *)b;
    return x->job->id < y->job->id ? -1 : x->job->id > y->job->id;
}

static int order_of_arrivals(const void *a, const void *b) {
    const struct proc *x = *(struct proc *const *)a, *y = *(struct proc *const *)b;
    if (x->job->arrival != y->job->arrival)
        return x->job->arrival < y->job->arrival ? -1 : 1;
    return order_of_ids(a, b);
}

#define INSIST(run, condition)                                                                                         \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            bail_out((run), EINVAL);                                                                                   \
    } while (0)

static void check_options(struct run *r) {
    const struct sched_options *o = r->o;
    INSIST(r, (int)o->policy >= POLICY_FCFS && (int)o->policy <= POLICY_MLFQ);
    INSIST(r, o->ties == SCHED_TIES_TEXTBOOK || o->ties == SCHED_TIES_OSTEP);
    INSIST(r, o->cpus > 0 && o->switch_cost >= 0);
    if (o->policy == POLICY_RR)
        INSIST(r, o->quantum > 0);
    if (o->policy == POLICY_MLFQ) {
        INSIST(r, o->level_count > 0 && o->level_count <= SCHED_LEVELS_MAX);
        for (int i = 0; i < o->level_count; i++)
            INSIST(r, o->levels[i] > 0);
        INSIST(r, o->boost >= 0);
        INSIST(r, o->boost == 0 || o->boost > o->switch_cost);
    }
}

static void check_jobs(struct run *r) {
    for (size_t i = 0; i < r->w->job_count; i++) {
        const struct sched_job *job = &r->w->jobs[i];
        INSIST(r, job->id >= 0 && job->arrival >= 0 && job->burst_count % 2 == 1);
        for (size_t k = 0; k < job->burst_count; k++)
            INSIST(r, job->bursts[k] > 0);
    }
    qsort(r->sorted, r->w->job_count, sizeof *r->sorted, order_of_ids);
    for (size_t i = 1; i < r->w->job_count; i++)
        INSIST(r, r->sorted[i - 1]->job->id != r->sorted[i]->job->id);
}

static void set_up(struct run *r) {
    size_t n = r->w->job_count;
    r->procs = allocate(r, n, sizeof *r->procs);
    r->sorted = allocate(r, n, sizeof *r->sorted);
    for (size_t i = 0; i < n; i++) {
        r->procs[i].job = &r->w->jobs[i];
        r->sorted[i] = &r->procs[i];
    }
    check_jobs(r);
    if (n > 0)
        r->out->jobs = allocate(r, n, sizeof *r->out->jobs);
    r->out->job_count = n;
    r->cpu_count = (size_t)r->o->cpus < n ? r->o->cpus : (int)n;
    r->cpus = allocate(r, (size_t)r->cpu_count, sizeof *r->cpus);
    r->multilevel = r->o->policy == POLICY_MLFQ && !r->o->serial;
    TAILQ_INIT(&r->coming);
    TAILQ_INIT(&r->blocked);
    for (int i = 0; i < SCHED_LEVELS_MAX; i++)
        TAILQ_INIT(&r->ready[i]);
    for (size_t i = 0; i < n; i++) {
        const struct sched_job *job = &r->w->jobs[i];
        r->out->jobs[i] = (struct sched_figures){.id = job->id, .arrival = job->arrival};
        r->procs[i].figures = &r->out->jobs[i];
        r->procs[i].left = job->bursts[0];
    }
    qsort(r->sorted, n, sizeof *r->sorted, order_of_arrivals);
    for (size_t i = 0; i < n; i++)
        TAILQ_INSERT_TAIL(&r->coming, r->sorted[i], link);
    r->now = -1;
}

/* Is not inlined: the function that calls setjmp must not have the variables of this one. */
__attribute__((noinline)) static void do_all(struct run *r) {
    check_options(r);
    r->out->cpus = r->o->cpus;
    set_up(r);
    go(r);
    count(r);
}

int schedule_run(const struct workload *w, const struct sched_options *o, struct schedule *out) {
    struct run *r = calloc(1, sizeof *r);
    *out = (struct schedule){0};
    if (r == NULL)
        return -1;
    r->w = w;
    r->o = o;
    r->out = out;
    int error = setjmp(r->bail_out);
    if (error == 0)
        do_all(r);
    else
        schedule_free(out);
    free(r->procs);
    free(r->sorted);
    free(r->cpus);
    free(r);
    if (error == 0)
        return 0;
    errno = error;
    return -1;
}

void schedule_free(struct schedule *s) {
    if (s == NULL)
        return;
    free(s->slices);
    free(s->switches);
    free(s->states);
    free(s->jobs);
    memset(s, 0, sizeof *s);
}

/* ------------------------------------------------------------------------------------------------ workload files */

struct text {
    jmp_buf wrong;
    FILE *in;
    struct parse_error *err;
    char *line;
    size_t room, number; /* of the line, from 1 */
    size_t at, length;
    bool last; /* it ends with the file */
};

static _Noreturn void wrong(struct text *t, int error, size_t at, const char *found, const char *expected) {
    if (t->err != NULL) {
        *t->err = (struct parse_error){.line = t->number, .column = at + 1};
        strncpy(t->err->found, found, sizeof t->err->found - 1);
        strncpy(t->err->expected, expected, sizeof t->err->expected - 1);
    }
    longjmp(t->wrong, error);
}

static _Noreturn void wrong_here(struct text *t, const char *expected) {
    char found[16];
    unsigned char c = t->at < t->length ? (unsigned char)t->line[t->at] : 0;
    if (t->at == t->length)
        wrong(t, EINVAL, t->at, t->last ? "end of file" : "end of line", expected);
    snprintf(found, sizeof found, c < 32 || c > 126 ? "'\\x%02x'" : "'%c'", c);
    wrong(t, EINVAL, t->at, found, expected);
}

static _Noreturn void not_about_the_text(struct text *t, int error) {
    t->number = 0;
    wrong(t, error, 0, "", "memory, and a file that can be read");
}

static bool next_line(struct text *t) {
    errno = 0;
    ssize_t length = getline(&t->line, &t->room, t->in);
    if (ferror(t->in) || (length == -1 && !feof(t->in)))
        not_about_the_text(t, errno != 0 ? errno : EIO);
    if (length == -1)
        return false;
    t->number++;
    t->at = 0;
    t->length = (size_t)length;
    t->last = t->line[length - 1] != '\n';
    if (!t->last)
        t->length -= length > 1 && t->line[length - 2] == '\r' ? 2 : 1;
    return true;
}

static void literally(struct text *t, const char *bytes, const char *expected) {
    for (; *bytes != '\0'; bytes++, t->at++)
        if (t->at == t->length || t->line[t->at] != *bytes)
            wrong_here(t, expected);
}

static int64_t natural(struct text *t, bool positive, const char *expected) {
    size_t start = t->at;
    ticks_t value = 0;
    for (; t->at < t->length && t->line[t->at] >= '0' && t->line[t->at] <= '9'; t->at++)
        if (value <= INT64_MAX)
            value = value * 10 + (t->line[t->at] - '0');
    int digits = (int)(t->at - start < 40 ? t->at - start : 40);
    if (digits == 0)
        wrong_here(t, expected);
    char found[64];
    snprintf(found, sizeof found, "'%.*s%s'", digits, t->line + start, t->at - start > 40 ? "..." : "");
    if (value > INT64_MAX)
        wrong(t, ERANGE, start, found, "9223372036854775807 or less");
    if (value == 0 && positive)
        wrong(t, EINVAL, start, found, "at least 1 tick");
    return (int64_t)value;
}

static void burst(struct text *t, struct sched_job *job, const char *expected) {
    int64_t ticks = natural(t, true, expected);
    if ((job->burst_count & (job->burst_count - 1)) == 0) { /* full at 1, 2, 4, 8 ... */
        int64_t *bursts = reallocarray(job->bursts, job->burst_count * 2 + 1, sizeof ticks);
        if (bursts == NULL)
            not_about_the_text(t, ENOMEM);
        job->bursts = bursts;
    }
    job->bursts[job->burst_count++] = ticks;
}

static void job_line(struct text *t, struct workload *w) {
    if ((w->job_count & (w->job_count - 1)) == 0) {
        struct sched_job *jobs = reallocarray(w->jobs, w->job_count * 2 + 1, sizeof *jobs);
        if (jobs == NULL)
            not_about_the_text(t, ENOMEM);
        w->jobs = jobs;
    }
    struct sched_job *job = &w->jobs[w->job_count++];
    *job = (struct sched_job){0};
    job->id = natural(t, false, "digits: an id");
    literally(t, ",", "a comma, then the arrival");
    job->arrival = natural(t, false, "digits: the arrival");
    literally(t, ",", "a comma, then the bursts");
    burst(t, job, "digits: a CPU burst");
    while (t->at < t->length) {
        literally(t, " ", "one space, or the end of the line");
        burst(t, job, "digits: an I/O burst");
        literally(t, " ", "one space, then a CPU burst");
        burst(t, job, "digits: a CPU burst");
    }
}

static int order_of_job_ids(const void *a, const void *b) {
    const struct sched_job *x = *(struct sched_job *const *)a, *y = *(struct sched_job *const *)b;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x < y ? -1 : x > y;
}

static void no_id_twice(struct text *t, const struct workload *w) {
    struct sched_job **jobs = calloc(w->job_count + 1, sizeof *jobs), *repeated = NULL;
    if (jobs == NULL)
        not_about_the_text(t, ENOMEM);
    for (size_t i = 0; i < w->job_count; i++)
        jobs[i] = &w->jobs[i];
    qsort(jobs, w->job_count, sizeof *jobs, order_of_job_ids);
    for (size_t i = 1; i < w->job_count; i++)
        if (jobs[i]->id == jobs[i - 1]->id && (repeated == NULL || jobs[i] < repeated))
            repeated = jobs[i];
    free(jobs);
    if (repeated == NULL)
        return;
    char found[32];
    snprintf(found, sizeof found, "'%lld'", (long long)repeated->id);
    t->number = (size_t)(repeated - w->jobs) + 2;
    wrong(t, EINVAL, 0, found, "another id");
}

__attribute__((noinline)) static void read_all(struct text *t, struct workload *w) {
    if (!next_line(t)) {
        t->number = 1;
        t->last = true;
    }
    literally(t, "id,arrival,bursts", "id,arrival,bursts");
    if (t->at < t->length)
        wrong_here(t, "the end of the header");
    while (next_line(t))
        job_line(t, w);
    no_id_twice(t, w);
}

int workload_read(FILE *in, struct workload *out, struct parse_error *err) {
    struct text t = {.in = in, .err = err, .number = 0};
    *out = (struct workload){0};
    int error = setjmp(t.wrong);
    if (error == 0)
        read_all(&t, out);
    else
        workload_free(out);
    free(t.line);
    errno = error;
    return error == 0 ? 0 : -1;
}

void workload_free(struct workload *w) {
    while (w != NULL && w->job_count > 0)
        free(w->jobs[--w->job_count].bursts);
    if (w != NULL) {
        free(w->jobs);
        w->jobs = NULL;
    }
}

/* ------------------------------------------------------------------------------------------------ the Gantt chart */

struct box {
    int64_t start, end, job;
    char kind; /* 'j', 'x' or '-' */
};

/* What the CPU does from `time` on. i and k are places in the slices and switches. False at the makespan. */
static bool next_box(const struct schedule *s, int cpu, int64_t time, size_t *i, size_t *k, struct box *box) {
    while (*i < s->slice_count && s->slices[*i].cpu != cpu)
        ++*i;
    while (*k < s->switch_count && s->switches[*k].cpu != cpu)
        ++*k;
    int64_t slice = *i < s->slice_count ? s->slices[*i].start : INT64_MAX;
    int64_t change = *k < s->switch_count ? s->switches[*k].start : INT64_MAX;
    if (*i < s->slice_count && slice <= time) {
        *box = (struct box){slice, s->slices[*i].end, s->slices[*i].job, 'j'};
        ++*i;
        return true;
    }
    if (*k < s->switch_count && change <= time) {
        *box = (struct box){change, s->switches[*k].end, 0, 'x'};
        ++*k;
        return true;
    }
    int64_t until = slice < change ? slice : change;
    *box = (struct box){time, until < s->totals.makespan ? until : s->totals.makespan, 0, '-'};
    return time < s->totals.makespan;
}

static int print_row(const struct schedule *s, int cpu, bool upper, FILE *out) {
    char name[32], label[32], start[32];
    size_t i = 0, k = 0;
    struct box box = {0};
    int written = snprintf(name, sizeof name, "CPU %d ", cpu);
    written = fprintf(out, "%-*s", written, upper ? name : "");
    for (int64_t time = 0; written >= 0 && next_box(s, cpu, time, &i, &k, &box); time = box.end) {
        if (box.kind == 'j')
            snprintf(label, sizeof label, "%lld", (long long)box.job);
        else
            snprintf(label, sizeof label, "%c", box.kind);
        snprintf(start, sizeof start, "%lld", (long long)box.start);
        int wide = (int)(strlen(label) > strlen(start) ? strlen(label) : strlen(start));
        written = upper ? fprintf(out, "| %-*s ", wide, label) : fprintf(out, "%-*s   ", wide, start);
    }
    if (written < 0)
        return -1;
    return upper ? fprintf(out, "|\n") : fprintf(out, "%lld\n", (long long)s->totals.makespan);
}

int schedule_print_gantt(const struct schedule *s, FILE *out) {
    for (int cpu = 0; cpu < s->cpus; cpu++)
        if (print_row(s, cpu, true, out) < 0 || print_row(s, cpu, false, out) < 0)
            return -1;
    return fflush(out) == EOF ? -1 : 0;
}

/* ------------------------------------------------------------------------------------------------ four eras */

static ticks_t later_of(ticks_t a, ticks_t b) {
    return a > b ? a : b;
}

static void cards_or_online(const struct batch *b, ticks_t setup_of_each, ticks_t clock, ticks_t *ends) {
    for (size_t i = 0; i < b->job_count; i++)
        ends[i] = clock += setup_of_each + b->jobs[i].input + b->jobs[i].compute + b->jobs[i].output;
}

static void offline(const struct batch *b, ticks_t *ends) {
    ticks_t read = b->setup, computed = 0, printed = 0;
    for (size_t i = 0; i < b->job_count; i++) {
        read += b->jobs[i].input;
        computed = later_of(read, computed) + b->jobs[i].compute;
        ends[i] = printed = later_of(computed, printed) + b->jobs[i].output;
    }
}

/* Takes the job with the shortest input that has not been computed (its end is 0), again and again. */
static void multiprogrammed(const struct batch *b, ticks_t *ends) {
    ticks_t computed = 0;
    for (size_t n = 0; n < b->job_count; n++) {
        size_t next = SIZE_MAX;
        for (size_t i = 0; i < b->job_count; i++)
            if (ends[i] == 0 && (next == SIZE_MAX || b->jobs[i].input < b->jobs[next].input))
                next = i;
        computed = later_of(computed, (ticks_t)b->setup + b->jobs[next].input) + b->jobs[next].compute;
        ends[next] = computed + b->jobs[next].output;
    }
}

static int batch_error(enum batch_era era, const struct batch *b) {
    if (era > BATCH_MULTIPROGRAMMED || b->setup < 0)
        return EINVAL;
    for (size_t i = 0; i < b->job_count; i++)
        if (b->jobs[i].input < 0 || b->jobs[i].output < 0 || b->jobs[i].compute <= 0)
            return EINVAL;
    return 0;
}

/* Moves the results into *out, if they fit. */
static int batch_result(const struct batch *b, const ticks_t *ends, struct batch_result *out) {
    ticks_t elapsed = 0;
    for (size_t i = 0; i < b->job_count; i++)
        elapsed = later_of(elapsed, ends[i]);
    if (elapsed > INT64_MAX)
        return ERANGE;
    int64_t *completions = malloc(b->job_count * sizeof *completions);
    if (completions == NULL)
        return ENOMEM;
    *out = (struct batch_result){.completions = completions, .job_count = b->job_count, .elapsed = (int64_t)elapsed};
    for (size_t i = 0; i < b->job_count; i++) {
        completions[i] = (int64_t)ends[i];
        out->busy += b->jobs[i].compute;
    }
    out->utilisation = lowest_terms(out->busy, out->elapsed);
    return 0;
}

int batch_run(enum batch_era era, const struct batch *b, struct batch_result *out) {
    memset(out, 0, sizeof *out);
    int error = batch_error(era, b);
    if (error == 0 && b->job_count == 0) {
        out->utilisation.denominator = 1;
        return 0;
    }
    ticks_t *ends = error == 0 ? calloc(b->job_count, sizeof *ends) : NULL;
    if (ends != NULL) {
        switch (era) {
        case BATCH_CARDS:
            cards_or_online(b, b->setup, 0, ends);
            break;
        case BATCH_ONLINE:
            cards_or_online(b, 0, b->setup, ends);
            break;
        case BATCH_OFFLINE:
            offline(b, ends);
            break;
        case BATCH_MULTIPROGRAMMED:
            multiprogrammed(b, ends);
            break;
        }
        error = batch_result(b, ends, out);
        free(ends);
    } else if (error == 0) {
        error = ENOMEM;
    }
    errno = error;
    return error == 0 ? 0 : -1;
}

void batch_free(struct batch_result *r) {
    if (r != NULL) {
        free(r->completions);
        memset(r, 0, sizeof *r);
    }
}
