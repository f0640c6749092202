/* rr.c - round robin.
 *
 * Spec: spec/scheduler.md, area RR. Nothing of its own is needed here: the queue is in ready.c; the quantum,
 * in begin_slice and step_expired in engine.c.
 */
#include <timeslice/scheduler.h>
