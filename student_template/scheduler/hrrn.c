/* hrrn.c - highest response ratio next.
 *
 * Spec: spec/scheduler.md, area HRRN. Nothing of the public header belongs here: put the
 * functions here that your engine calls, or do it your own way and leave this file as it is.
 *
 * SCH-HRRN-001 the largest (w + s) / s
 * SCH-HRRN-002 compared exactly
 * SCH-HRRN-003 also beyond 64 bits
 * SCH-HRRN-004 w counts from becoming ready
 * SCH-HRRN-005 equal ratios
 */
#include <timeslice/scheduler.h>
