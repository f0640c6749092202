/* json.c - a schedule as JSON. Every value is a whole number or a fixed word, so nothing needs escaping. */
#include "views.h"

#include <inttypes.h>

static const char *const STATES[] = {[SCHED_NEW] = "new",
                                     [SCHED_READY] = "ready",
                                     [SCHED_RUNNING] = "running",
                                     [SCHED_BLOCKED] = "blocked",
                                     [SCHED_ENDED] = "ended"};

/* The text before element i of an array. */
static const char *separator(size_t i) {
    return i == 0 ? "\n    " : ",\n    ";
}

static void slices(const struct schedule *s, FILE *out) {
    fputs("  \"slices\": [", out);
    for (size_t i = 0; i < s->slice_count; i++) {
        const struct sched_slice *x = &s->slices[i];
        fprintf(out,
                "%s{\"job\": %" PRId64 ", \"cpu\": %d, \"start\": %" PRId64 ", \"end\": %" PRId64 ", \"level\": %d}",
                separator(i), x->job, x->cpu, x->start, x->end, x->level);
    }
    fputs("\n  ],\n", out);
}

static void switches(const struct schedule *s, FILE *out) {
    fputs("  \"switches\": [", out);
    for (size_t i = 0; i < s->switch_count; i++) {
        const struct sched_switch *x = &s->switches[i];
        fprintf(out, "%s{\"job\": %" PRId64 ", \"cpu\": %d, \"start\": %" PRId64 ", \"end\": %" PRId64 "}",
                separator(i), x->job, x->cpu, x->start, x->end);
    }
    fputs("\n  ],\n", out);
}

static void states(const struct schedule *s, FILE *out) {
    fputs("  \"states\": [", out);
    for (size_t i = 0; i < s->state_count; i++) {
        const struct sched_change *x = &s->states[i];
        fprintf(out, "%s{\"time\": %" PRId64 ", \"job\": %" PRId64 ", \"from\": \"%s\", \"to\": \"%s\"}", separator(i),
                x->time, x->job, STATES[x->from], STATES[x->to]);
    }
    fputs("\n  ],\n", out);
}

static void jobs(const struct schedule *s, FILE *out) {
    fputs("  \"jobs\": [", out);
    for (size_t i = 0; i < s->job_count; i++) {
        const struct sched_figures *x = &s->jobs[i];
        fprintf(out,
                "%s{\"id\": %" PRId64 ", \"arrival\": %" PRId64 ", \"completion\": %" PRId64
                ", \"turnaround\": %" PRId64 ", \"waiting\": %" PRId64 ", \"response\": %" PRId64 "}",
                separator(i), x->id, x->arrival, x->completion, x->turnaround, x->waiting, x->response);
    }
    fputs("\n  ],\n", out);
}

static void totals(const struct sched_totals *t, FILE *out) {
    fprintf(out,
            "  \"totals\": {\"makespan\": %" PRId64 ", \"busy\": %" PRId64 ", \"switching\": %" PRId64
            ", \"idle\": %" PRId64 ", \"dispatches\": %" PRId64 ", \"preemptions\": %" PRId64
            ", \"turnaround\": %" PRId64 ", \"waiting\": %" PRId64 ", \"response\": %" PRId64 "}\n",
            t->makespan, t->busy, t->switching, t->idle, t->dispatches, t->preemptions, t->turnaround, t->waiting,
            t->response);
}

void view_json(const struct named_schedule *s, FILE *out) {
    fprintf(out, "{\n  \"version\": 1,\n  \"policy\": \"%s\",\n  \"cpus\": %d,\n", s->policy, s->schedule.cpus);
    slices(&s->schedule, out);
    switches(&s->schedule, out);
    states(&s->schedule, out);
    jobs(&s->schedule, out);
    totals(&s->schedule.totals, out);
    fputs("}\n", out);
}
