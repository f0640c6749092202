/* mlfq_py.c - plays the rules of OSTEP's mlfq.py (SCH-TIE-012), tick by tick. */
#include "model.h"

#include <errno.h>
#include <string.h>

#include "support/core/require.h"

#define JOBS 26
#define TICKS_MAX 4096

struct player {
    const struct sched_job *job;
    size_t burst;
    int64_t left, used, io_since, io_until;
    int level;
};

struct line {
    struct player *of[JOBS];
    int length;
};

static struct player players[JOBS]; /* by id */
static size_t player_count;
static const struct sched_options *options;
static int64_t now;

static void append(struct line *l, struct player *a) {
    l->of[l->length++] = a;
}

static void drop_head(struct line *l) {
    memmove(l->of, l->of + 1, (size_t)--l->length * sizeof(struct player *));
}

static void boost_lines(struct line *lines) {
    for (int level = options->level_count - 1; level > 0; level--) {
        for (int i = 0; i < lines[level].length; i++)
            append(&lines[0], lines[level].of[i]);
        lines[level].length = 0;
    }
    for (size_t i = 0; i < player_count; i++)
        players[i].level = 0, players[i].used = 0;
}

/* The jobs that come at this tick: first the arrivals, then the I/O completions in order of issue. */
static void append_comers(struct line *lines) {
    for (size_t i = 0; i < player_count; i++)
        if (players[i].job->arrival == now)
            append(&lines[0], &players[i]);
    for (int64_t issued = 0; issued < now; issued++)
        for (size_t i = 0; i < player_count; i++)
            if (players[i].io_until == now && players[i].io_since == issued)
                append(&lines[players[i].level], &players[i]);
}

/* What happens after its tick: it is finished, its I/O begins, or its quantum is used up. Returns whether it finished.
 */
static bool after_tick(struct line *lines, int level) {
    struct player *a = lines[level].of[0];
    bool stays = --a->left > 0, ends = !stays && a->burst + 1 == a->job->burst_count;
    a->used++;
    if (stays && a->used < options->levels[level])
        return false;
    drop_head(&lines[level]);
    if (a->used == options->levels[level]) {
        a->used = 0;
        a->level += level + 1 < options->level_count;
    }
    if (stays) {
        append(&lines[a->level], a);
    } else if (!ends) {
        a->io_since = now + 1;
        a->io_until = now + 1 + a->job->bursts[a->burst + 1];
        a->burst += 2;
        a->left = a->job->bursts[a->burst];
    }
    return ends;
}

static void enter(const struct workload *w) {
    now = 0;
    player_count = w->job_count;
    for (size_t i = 0; i < player_count; i++) {
        size_t at = 0;
        for (size_t j = 0; j < player_count; j++)
            at += w->jobs[j].id < w->jobs[i].id;
        players[at] = (struct player){.job = &w->jobs[i], .left = w->jobs[i].bursts[0]};
    }
}

const char *model_of_mlfq_py(const struct workload *w, const struct sched_options *o) {
    static char row[TICKS_MAX + 1];
    struct line lines[SCHED_LEVELS_MAX];
    for (int level = 0; level < o->level_count; level++)
        lines[level].length = 0;
    require(w->job_count <= JOBS, "play so large a workload tick by tick");
    options = o;
    enter(w);
    for (size_t done = 0; done < player_count; now++) {
        int level = 0;
        require(now < TICKS_MAX, "play so long a workload tick by tick");
        if (o->boost > 0 && now > 0 && now % o->boost == 0)
            boost_lines(lines);
        append_comers(lines);
        while (level < o->level_count && lines[level].length == 0)
            level++;
        row[now] = level < o->level_count ? (char)('A' + lines[level].of[0]->job->id - 1) : '.';
        if (level < o->level_count)
            done += after_tick(lines, level);
    }
    row[now] = '\0';
    return row;
}
