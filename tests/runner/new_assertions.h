/* new_assertions.h - how many assertions of criterion/new/assert.h held. */
#ifndef RUNNER_NEW_ASSERTIONS_H
#define RUNNER_NEW_ASSERTIONS_H

/* In a test process, at its end: writes the number to the journal. */
void new_assertions_report(void);

#endif
