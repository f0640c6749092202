/* metrics.c - the figures of a finished schedule.
 *
 * Spec: spec/scheduler.md, area MET.
 * No function of the public header belongs in this file. You can put functions here that your engine calls. You can
 * also do it in your own way and leave this file as it is.
 *
 * - SCH-MET-001 completion and turnaround
 * - SCH-MET-002 waiting
 * - SCH-MET-003 response
 * - SCH-MET-004 weighted turnaround
 * - SCH-MET-005 makespan, busy and idle
 * - SCH-MET-006 dispatches and preemptions
 * - SCH-MET-007 sums
 * - SCH-MET-008 ERANGE
 * - SCH-MET-009 the figures add up
 */
#include <timeslice/scheduler.h>
