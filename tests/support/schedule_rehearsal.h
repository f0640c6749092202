/* schedule_rehearsal.h - goes once through the support of the scheduler lab, so that Valgrind has translated it. */
#ifndef SUPPORT_SCHEDULE_REHEARSAL_H
#define SUPPORT_SCHEDULE_REHEARSAL_H

/* Leaves nothing behind, and calls nothing of a submission. */
void rehearse_schedules(void);

#endif
