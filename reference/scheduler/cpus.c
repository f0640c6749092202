/* cpus.c - the CPUs. Every change is O(log CPUs). */
#include "cpus.h"
#include "ticks.h"

#include <stdlib.h>

int cpus_open(struct cpus *c, const struct sched_options *o, size_t jobs, struct record *record) {
    size_t count = (size_t)o->cpus < jobs ? (size_t)o->cpus : jobs; /* the lowest CPUs; the rest stay idle */
    *c = (struct cpus){.count = count, .switch_cost = o->switch_cost, .record = record};
    c->all = calloc(count ? count : 1, sizeof *c->all);
    if (!c->all || heap_open(&c->idle, count) < 0 || heap_open(&c->events, count) < 0 ||
        heap_open(&c->starting, count) < 0 || heap_open(&c->lowest, count) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        heap_put(&c->idle, (int64_t)i, 0, i);
    return 0;
}

void cpus_close(struct cpus *c) {
    heap_close(&c->idle);
    heap_close(&c->events);
    heap_close(&c->starting);
    heap_close(&c->lowest);
    free(c->all);
}

/* SCH-SMP-003 */
static void take_up(struct cpus *c, size_t cpu, struct task *t) {
    c->all[cpu].phase = CPU_TAKEN;
    c->all[cpu].task = t;
    c->all[cpu].switched = false;
    t->cpu = cpu;
    heap_put(&c->starting, (int64_t)cpu, 0, cpu);
}

/* SCH-SMP-002 */
void cpus_assign(struct cpus *c, struct task *t) {
    size_t cpu = heap_take(&c->idle);
    take_up(c, cpu, t);
    heap_put(&c->lowest, -t->level, -(int64_t)t->rank, cpu); /* SCH-SMP-004 */
}

void cpus_resume(struct cpus *c, struct task *t) {
    take_up(c, t->cpu, t);
}

static int begin_switch(struct cpus *c, size_t cpu, int64_t now) {
    struct cpu *p = &c->all[cpu];
    int64_t end;
    if (!ticks_add(now, c->switch_cost, &end) || record_switch(c->record, p->task, now, end) < 0)
        return -1;
    p->phase = CPU_SWITCHING;
    p->entry = c->record->schedule->switch_count - 1;
    heap_put(&c->events, end, (int64_t)p->task->rank, cpu);
    return 0;
}

static int begin_slice(struct cpus *c, size_t cpu, int64_t ticks, int64_t now) {
    struct cpu *p = &c->all[cpu];
    int64_t end;
    if (!ticks_add(now, ticks, &end) || record_slice(c->record, p->task, now) < 0)
        return -1;
    p->phase = CPU_RUNNING;
    p->entry = c->record->schedule->slice_count - 1;
    p->since = now;
    p->last = p->task;
    heap_put(&c->events, end, (int64_t)p->task->rank, cpu);
    return record_state(c->record, p->task, SCHED_RUNNING, now);
}

/* SCH-SWITCH-001 SCH-SWITCH-002 SCH-SWITCH-003 */
int cpus_begin(struct cpus *c, size_t cpu, int64_t ticks, int64_t now) {
    struct cpu *p = &c->all[cpu];
    heap_remove(&c->starting, cpu);
    if (c->switch_cost > 0 && !p->switched && p->last && p->last != p->task)
        return begin_switch(c, cpu, now);
    return begin_slice(c, cpu, ticks, now);
}

void cpus_switched(struct cpus *c, size_t cpu) {
    heap_remove(&c->events, cpu);
    c->all[cpu].phase = CPU_TAKEN;
    c->all[cpu].switched = true;
    heap_put(&c->starting, (int64_t)cpu, 0, cpu);
}

int64_t cpus_stop(struct cpus *c, size_t cpu, int64_t now) {
    struct cpu *p = &c->all[cpu];
    struct schedule *s = c->record->schedule;
    int64_t ran = 0;
    heap_remove(&c->events, cpu);
    heap_remove(&c->starting, cpu);
    if (p->phase == CPU_SWITCHING)
        s->switches[p->entry].end = now; /* SCH-SWITCH-004 */
    if (p->phase == CPU_RUNNING) {
        s->slices[p->entry].end = now;
        ran = now - p->since;
    }
    p->phase = CPU_TAKEN;
    return ran;
}

void cpus_release(struct cpus *c, size_t cpu) {
    c->all[cpu].phase = CPU_IDLE;
    c->all[cpu].task = NULL;
    heap_remove(&c->lowest, cpu);
    heap_put(&c->idle, (int64_t)cpu, 0, cpu);
}

void cpus_hold(struct cpus *c, size_t cpu) {
    c->all[cpu].phase = CPU_HELD;
}
