/* timeslice-sched.c - the scheduler lab from the shell. It schedules a workload file, compares policies and eras, and
 * makes workloads. */
#include "sched/arguments.h"
#include "sched/generate.h"
#include "sched/views.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum exit_status { OK = 0, TROUBLE = 2 };

/* Prints one line: what failed, on what, and why. */
static enum exit_status complain(const char *what, const char *on, const char *why) {
    fprintf(stderr, "timeslice-sched: cannot %s %s: %s\n", what, on, why);
    return TROUBLE;
}

static enum exit_status close_output(void) {
    if (fflush(stdout) != 0 || ferror(stdout))
        return complain("write to", "standard output", strerror(errno));
    return OK;
}

/* ---- the workload ---- */

static enum exit_status cannot_read(const char *name, const struct parse_error *e, int error) {
    char why[200];
    if (e->line == 0)
        return complain("read", name, strerror(error));
    snprintf(why, sizeof why, "line %zu, column %zu: found %s, expected %s", e->line, e->column, e->found, e->expected);
    return complain("read", name, why);
}

static enum exit_status read_workload(const char *file, struct workload *w) {
    FILE *in = file ? fopen(file, "re") : stdin;
    struct parse_error e;
    if (!in)
        return complain("open", file, strerror(errno));
    enum exit_status status = OK;
    if (workload_read(in, w, &e) < 0)
        status = cannot_read(file ? file : "standard input", &e, errno);
    if (file)
        fclose(in);
    return status;
}

static enum exit_status make_schedule(const struct workload *w, const struct sched_options *o,
                                      struct named_schedule *s) {
    s->policy = POLICY_NAMES[o->policy];
    if (schedule_run(w, o, &s->schedule) == 0)
        return OK;
    return complain("schedule with", s->policy,
                    errno == ERANGE ? "a time or a sum is above 9223372036854775807 ticks; make the jobs shorter"
                                    : strerror(errno));
}

/* ---- the commands ---- */

/* The value of COLUMNS, or the width of the terminal, or 80. */
static int output_width(void) {
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    if (columns && atoi(columns) > 0)
        return atoi(columns);
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

static bool output_has_colour(void) {
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(no_colour && *no_colour) && !(terminal && strcmp(terminal, "dumb") == 0);
}

static enum exit_status run(const struct workload *w, const struct arguments *a) {
    struct named_schedule s;
    enum exit_status status = make_schedule(w, &a->options, &s);
    if (status != OK)
        return status;
    if (a->json) {
        view_json(&s, stdout);
    } else if (a->svg) {
        view_svg(&s, stdout);
    } else if (view_chart(&s.schedule, output_width(), output_has_colour(), stdout) == 0) {
        fputc('\n', stdout);
        view_figures(&s.schedule, stdout);
    } else {
        status = complain("draw", "the chart", strerror(errno));
    }
    schedule_free(&s.schedule);
    return status;
}

static enum exit_status compare(const struct workload *w, const struct arguments *a) {
    struct named_schedule s[POLICY_COUNT] = {0};
    struct sched_options o = a->options;
    enum exit_status status = OK;
    for (int i = 0; status == OK && i < POLICY_COUNT; i++) {
        o.policy = (enum sched_policy)i;
        status = make_schedule(w, &o, &s[i]);
    }
    if (status == OK)
        view_comparison(s, POLICY_COUNT, stdout);
    for (int i = 0; i < POLICY_COUNT; i++)
        schedule_free(&s[i].schedule);
    return status;
}

/* The sum of a job's CPU bursts. If the sum does not fit, it is INT64_MAX, and batch_run refuses that. */
static int64_t cpu_of(const struct sched_job *job) {
    int64_t sum = 0;
    for (size_t i = 0; i < job->burst_count; i += 2)
        if (__builtin_add_overflow(sum, job->bursts[i], &sum))
            return INT64_MAX;
    return sum;
}

static enum exit_status run_eras(const struct batch *b, const int64_t *ids) {
    static const char *const NAMES[] = {"punched cards", "on-line batch", "off-line batch", "multiprogrammed"};
    struct named_batch results[4] = {0};
    enum exit_status status = OK;
    for (int i = 0; status == OK && i < 4; i++) {
        results[i].era = NAMES[i];
        if (batch_run((enum batch_era)i, b, &results[i].result) < 0)
            status = complain("run", NAMES[i],
                              errno == ERANGE ? "a time is above 9223372036854775807 ticks; make the jobs shorter"
                                              : strerror(errno));
    }
    if (status == OK)
        view_eras(results, 4, ids, stdout);
    for (int i = 0; i < 4; i++)
        batch_free(&results[i].result);
    return status;
}

static enum exit_status eras(const struct workload *w, const struct arguments *a) {
    struct batch_job *jobs = calloc(w->job_count ? w->job_count : 1, sizeof *jobs);
    int64_t *ids = calloc(w->job_count ? w->job_count : 1, sizeof *ids);
    enum exit_status status;
    if (jobs && ids) {
        for (size_t i = 0; i < w->job_count; i++) {
            jobs[i] = (struct batch_job){a->input, cpu_of(&w->jobs[i]), a->output};
            ids[i] = w->jobs[i].id;
        }
        status = run_eras(&(struct batch){jobs, w->job_count, a->setup}, ids);
    } else {
        status = complain("run", "the eras", strerror(errno));
    }
    free(jobs);
    free(ids);
    return status;
}

static enum exit_status with_workload(const struct arguments *a) {
    struct workload w;
    enum exit_status status = read_workload(a->file, &w);
    if (status != OK)
        return status;
    if (a->command == COMMAND_COMPARE)
        status = compare(&w, a);
    else if (a->command == COMMAND_ERAS)
        status = eras(&w, a);
    else
        status = run(&w, a);
    workload_free(&w);
    return status == OK ? close_output() : status;
}

int main(int argc, char **argv) {
    struct arguments a;
    if (!arguments_read(argc, argv, &a))
        return TROUBLE;
    if (a.help) {
        fputs(HELP, stdout);
        return close_output();
    }
    if (a.command == COMMAND_RANDOM) {
        generate_workload(&a.random, stdout);
        return close_output();
    }
    return with_workload(&a);
}
