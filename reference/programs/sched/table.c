/* table.c - figures in columns. Only here, where it is printed, a ratio becomes a decimal number. */
#include "views.h"

#include <inttypes.h>

static double ratio(int64_t numerator, int64_t denominator) {
    return denominator == 0 ? 0 : (double)numerator / (double)denominator;
}

static double mean_weighted(const struct schedule *s) {
    double sum = 0;
    for (size_t i = 0; i < s->job_count; i++)
        sum += ratio(s->jobs[i].weighted.numerator, s->jobs[i].weighted.denominator);
    return s->job_count == 0 ? 0 : sum / (double)s->job_count;
}

static double utilisation(const struct schedule *s) {
    const struct sched_totals *t = &s->totals;
    return 100 * ratio(t->busy, t->busy + t->switching + t->idle);
}

void view_figures(const struct schedule *s, FILE *out) {
    const struct sched_totals *t = &s->totals;
    int64_t count = (int64_t)s->job_count;
    fprintf(out, "%10s %10s %10s %10s %10s %10s %10s\n", "job", "arrival", "completion", "turnaround", "waiting",
            "response", "weighted");
    for (size_t i = 0; i < s->job_count; i++) {
        const struct sched_figures *f = &s->jobs[i];
        fprintf(out, "%10" PRId64 " %10" PRId64 " %10" PRId64 " %10" PRId64 " %10" PRId64 " %10" PRId64 " %10.2f\n",
                f->id, f->arrival, f->completion, f->turnaround, f->waiting, f->response,
                ratio(f->weighted.numerator, f->weighted.denominator));
    }
    fprintf(out, "%10s %10s %10s %10.2f %10.2f %10.2f %10.2f\n", "mean", "", "", ratio(t->turnaround, count),
            ratio(t->waiting, count), ratio(t->response, count), mean_weighted(s));
    fprintf(out,
            "\nmakespan %" PRId64 ", busy %" PRId64 ", switching %" PRId64 ", idle %" PRId64
            ", utilisation %.1f%%, dispatches %" PRId64 ", preemptions %" PRId64 "\n",
            t->makespan, t->busy, t->switching, t->idle, utilisation(s), t->dispatches, t->preemptions);
}

void view_comparison(const struct named_schedule *schedules, size_t count, FILE *out) {
    fprintf(out, "%-6s %12s %12s %12s %12s %10s %8s %10s %11s\n", "policy", "turnaround", "waiting", "response",
            "weighted", "makespan", "CPU", "dispatches", "preemptions");
    for (size_t i = 0; i < count; i++) {
        const struct schedule *s = &schedules[i].schedule;
        const struct sched_totals *t = &s->totals;
        int64_t jobs = (int64_t)s->job_count;
        fprintf(out, "%-6s %12.2f %12.2f %12.2f %12.2f %10" PRId64 " %7.1f%% %10" PRId64 " %11" PRId64 "\n",
                schedules[i].policy, ratio(t->turnaround, jobs), ratio(t->waiting, jobs), ratio(t->response, jobs),
                mean_weighted(s), t->makespan, utilisation(s), t->dispatches, t->preemptions);
    }
    fputs("\nturnaround, waiting, response and weighted are means over the jobs\n", out);
}

void view_eras(const struct named_batch *batches, size_t count, const int64_t *ids, FILE *out) {
    fprintf(out, "%-16s %10s %10s %8s  completion of each job\n", "era", "elapsed", "busy", "CPU");
    for (size_t i = 0; i < count; i++) {
        const struct batch_result *r = &batches[i].result;
        fprintf(out, "%-16s %10" PRId64 " %10" PRId64 " %7.1f%% ", batches[i].era, r->elapsed, r->busy,
                100 * ratio(r->utilisation.numerator, r->utilisation.denominator));
        for (size_t k = 0; k < r->job_count; k++)
            fprintf(out, " %" PRId64 ":%" PRId64, ids[k], r->completions[k]);
        fputc('\n', out);
    }
}
