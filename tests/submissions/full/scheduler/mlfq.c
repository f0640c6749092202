/* mlfq.c - multi-level feedback queue.
 *
 * Spec: spec/scheduler.md, area MLFQ. Nothing of its own is needed here: the levels are in ready.c; quanta,
 * preemption and the boost, in engine.c.
 */
#include <timeslice/scheduler.h>
