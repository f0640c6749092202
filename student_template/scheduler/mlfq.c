/* mlfq.c - multi-level feedback queue.
 *
 * Spec: spec/scheduler.md, area MLFQ.
 * No function of the public header belongs in this file. You can put functions here that your engine calls. You can
 * also do it in your own way and leave this file as it is.
 *
 * - SCH-MLFQ-001 an arrival goes to level 0
 * - SCH-MLFQ-002 quantum used up: to the next level
 * - SCH-MLFQ-003 the last level
 * - SCH-MLFQ-004 higher levels first
 * - SCH-MLFQ-005 an arrival on a higher level preempts
 * - SCH-MLFQ-006 preempted: to the head of its level
 * - SCH-MLFQ-007 preempted: keeps the rest of its quantum
 * - SCH-MLFQ-008 back from I/O: to the tail of its level
 * - SCH-MLFQ-009 back from I/O: keeps the rest of its quantum
 * - SCH-MLFQ-010 a burst that ends with the quantum
 * - SCH-MLFQ-011 boost: ready jobs
 * - SCH-MLFQ-012 boost: the order
 * - SCH-MLFQ-013 boost: running jobs
 * - SCH-MLFQ-014 boost: blocked jobs
 */
#include <timeslice/scheduler.h>
