/* mlfq.c - multi-level feedback queue.
 *
 * Spec: spec/scheduler.md, area MLFQ. Nothing of the public header belongs here: put the
 * functions here that your engine calls, or do it your own way and leave this file as it is.
 *
 * SCH-MLFQ-001 enters level 0
 * SCH-MLFQ-002 sinks to the next level
 * SCH-MLFQ-003 the last level repeats
 * SCH-MLFQ-004 higher levels first
 * SCH-MLFQ-005 an arrival above preempts
 * SCH-MLFQ-006 preempted: to the head
 * SCH-MLFQ-007 with the rest of its quantum
 * SCH-MLFQ-008 back from I/O: to the tail of its level
 * SCH-MLFQ-009 with the rest of its quantum
 * SCH-MLFQ-010 a burst that ends with the quantum
 * SCH-MLFQ-011 boost: ready jobs
 * SCH-MLFQ-012 boost: the order
 * SCH-MLFQ-013 boost: running jobs
 * SCH-MLFQ-014 boost: blocked jobs
 */
#include <timeslice/scheduler.h>
