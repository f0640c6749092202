/* cpus.c - several CPUs, and what it costs them to change jobs.
 *
 * Spec: spec/scheduler.md, areas SMP and SWITCH. Nothing of its own is needed here: see take, push_out,
 * begin_switch and step_dispatch in engine.c.
 */
#include <timeslice/scheduler.h>
