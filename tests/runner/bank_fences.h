/* bank_fences.h - the two ends of the bank: in Criterion's sections cr_tst and cr_sts (why: bank.c), and of its code.
 */
#ifndef RUNNER_BANK_FENCES_H
#define RUNNER_BANK_FENCES_H

#include <criterion/types.h>

extern struct criterion_test *bank_first_test[], *bank_last_test[];
extern struct criterion_suite *bank_first_suite[], *bank_last_suite[];

/* The code of the bank lies between these two. They do nothing. */
void bank_first_code(void);
void bank_last_code(void);

#endif
