/* jobs.c - reads workloads in the notation of the spec, and makes random ones. */
#include "jobs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "support/core/require.h"

/* The texts of the kit are right. If one is wrong, this must not look like a mistake of the submission. */
static void require_valid(bool right) {
    if (right)
        return;
    errno = EINVAL;
    require(false, "read a test's own workload or options");
}

static const char *past(const char *text, char expected) {
    require_valid(*text == expected);
    return text + 1;
}

static const char *blanks(const char *text) {
    return text + strspn(text, " ");
}

static int64_t number(const char **text) {
    char *end;
    int64_t value = strtoll(*text, &end, 10);
    require_valid(end != *text);
    *text = end;
    return value;
}

void jobs_from(struct jobs *out, const char *text) {
    *out = (struct jobs){.workload.jobs = out->job};
    for (text = blanks(text); *text; text = blanks(text)) {
        require_valid(out->workload.job_count < JOBS_MAX && *text >= 'A' && *text <= 'Z');
        int64_t *bursts = out->bursts[out->workload.job_count];
        struct sched_job *job = &out->job[out->workload.job_count++];
        *job = (struct sched_job){.id = *text - 'A' + 1, .bursts = bursts};
        text = past(text + 1, '(');
        job->arrival = number(&text);
        text = blanks(past(text, ','));
        for (; *text != ')'; text = blanks(text)) {
            require_valid(job->burst_count < BURSTS_MAX);
            bursts[job->burst_count++] = number(&text);
        }
        text++;
    }
}

const char *jobs_text(const struct jobs *jobs) {
    static char text[JOBS_MAX * (BURSTS_MAX + 1) * 8];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < jobs->workload.job_count && used < sizeof text - 256; i++) {
        const struct sched_job *job = &jobs->job[i];
        used +=
            (size_t)sprintf(text + used, "%s%c(%" PRId64 ",", i ? " " : "", (char)('A' + job->id - 1), job->arrival);
        for (size_t b = 0; b < job->burst_count; b++)
            used += (size_t)sprintf(text + used, " %" PRId64, job->bursts[b]);
        used += (size_t)sprintf(text + used, ")");
    }
    return text;
}

static const char *policy_from(const char *text, struct sched_options *o) {
    static const char *const NAMES[] = {"FCFS", "SJF", "HRRN", "RR", "MLFQ"};
    size_t length = strcspn(text, " "), i = 0;
    while (i < 5 && (strlen(NAMES[i]) != length || strncmp(text, NAMES[i], length) != 0))
        i++;
    require_valid(i < 5);
    o->policy = (enum sched_policy)i;
    text = blanks(text + length);
    if (o->policy == POLICY_RR)
        o->quantum = number(&text);
    while (o->policy == POLICY_MLFQ && *text >= '0' && *text <= '9') {
        o->levels[o->level_count++] = number(&text);
        text += *text == ',';
    }
    return blanks(text);
}

struct sched_options options_from(const char *text) {
    struct sched_options o = {.cpus = 1};
    text = policy_from(text, &o);
    while (*text) {
        size_t length = strcspn(text, " ");
        const char *word = text;
        text = blanks(text + length);
        if (strncmp(word, "ostep", length) == 0)
            o.ties = SCHED_TIES_OSTEP;
        else if (strncmp(word, "serial", length) == 0)
            o.serial = true;
        else if (strncmp(word, "boost", length) == 0)
            o.boost = number(&text);
        else if (strncmp(word, "cpus", length) == 0)
            o.cpus = (int)number(&text);
        else if (strncmp(word, "cost", length) == 0)
            o.switch_cost = number(&text);
        else
            require_valid(false);
        text = blanks(text);
    }
    return o;
}

/* The numbers 0 to count - 1 in a random order. */
static void shuffle(struct dice *dice, unsigned *numbers, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        unsigned j = dice_below(dice, i + 1);
        numbers[i] = numbers[j];
        numbers[j] = i;
    }
}

void jobs_random(struct jobs *out, struct dice *dice, struct shape shape) {
    unsigned ids[JOBS_MAX], arrivals[256], count = 1 + dice_below(dice, shape.jobs);
    *out = (struct jobs){.workload = {out->job, count}};
    require_valid(count <= JOBS_MAX && shape.arrival < 256 && (!shape.apart || shape.arrival + 1 >= count));
    shuffle(dice, ids, count);
    shuffle(dice, arrivals, shape.arrival + 1);
    for (unsigned i = 0; i < count; i++) {
        unsigned arrival = shape.apart ? arrivals[i] : dice_below(dice, shape.arrival + 1);
        size_t bursts = 2 * dice_below(dice, shape.ios + 1) + 1;
        require_valid(bursts <= BURSTS_MAX);
        out->job[i] = (struct sched_job){ids[i] + 1, arrival, out->bursts[i], bursts};
        for (size_t b = 0; b < bursts; b++)
            out->bursts[i][b] = 1 + dice_below(dice, b % 2 ? shape.io : shape.burst);
    }
}

const struct sched_job *job_with(const struct workload *w, int64_t id) {
    for (size_t i = 0; i < w->job_count; i++)
        if (w->jobs[i].id == id)
            return &w->jobs[i];
    return NULL;
}
