/* hrrn.c - highest response ratio next.
 *
 * Spec: spec/scheduler.md, area HRRN.
 * No function of the public header belongs in this file. You can put functions here that your engine calls. You can
 * also do it in your own way and leave this file as it is.
 *
 * - SCH-HRRN-001 the largest (w + s) / s
 * - SCH-HRRN-002 exact comparison
 * - SCH-HRRN-003 exact also beyond 64 bits
 * - SCH-HRRN-004 w counts from the time when the job became ready
 * - SCH-HRRN-005 equal ratios
 */
#include <timeslice/scheduler.h>
