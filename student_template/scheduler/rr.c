/* rr.c - round robin.
 *
 * Spec: spec/scheduler.md, area RR.
 * No function of the public header belongs in this file. You can put functions here that your engine calls. You can
 * also do it in your own way and leave this file as it is.
 *
 * - SCH-RR-001 at most the quantum in one slice
 * - SCH-RR-002 expired: to the tail
 * - SCH-RR-003 a burst that ends within the quantum or with it
 * - SCH-RR-004 a full quantum at each dispatch
 */
#include <timeslice/scheduler.h>
