/* sjf.c - shortest job first, not preemptive.
 *
 * Spec: spec/scheduler.md, area SJF. Nothing of its own is needed here: the choice is in ready.c, by a heap;
 * that nothing interrupts a burst, in begin_slice in engine.c.
 */
#include <timeslice/scheduler.h>
