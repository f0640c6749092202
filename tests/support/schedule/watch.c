/* watch.c - keeps the jobs of the model as they are at one instant. */
#include <string.h>

#include "actor.h"

#define DISPATCH 5

static struct actor before[WATCHED_JOBS], at_dispatch[WATCHED_JOBS];
static size_t kept;
static int64_t watched = -1;

void watch(int64_t time, int step, const struct actor *actors, size_t count) {
    if (time != watched || (step != 0 && step != DISPATCH))
        return;
    memcpy(step == 0 ? before : at_dispatch, actors, count * sizeof *actors);
    kept = count;
}

void model_watch(int64_t time) {
    watched = time;
}

const struct actor *model_actor(int64_t job, bool dispatching) {
    const struct actor *all = dispatching ? at_dispatch : before;
    for (size_t i = 0; i < kept; i++)
        if (all[i].job->id == job)
            return &all[i];
    return NULL;
}
