/* fcfs.c - first come, first served.
 *
 * Spec: spec/scheduler.md, area FCFS. Nothing of its own is needed here: the queue is in ready.c; that
 * nothing interrupts a burst, in begin_slice in engine.c.
 */
#include <timeslice/scheduler.h>
