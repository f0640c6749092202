/* rr.c - round robin.
 *
 * Spec: spec/scheduler.md, area RR. Nothing of the public header belongs here: put the
 * functions here that your engine calls, or do it your own way and leave this file as it is.
 *
 * SCH-RR-001 at most the quantum in a slice
 * SCH-RR-002 expired: to the tail
 * SCH-RR-003 the end of a burst within or with the quantum
 * SCH-RR-004 a full quantum each time
 */
#include <timeslice/scheduler.h>
