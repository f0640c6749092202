/* bank_last.c - the last entries of the bank; runner.mk links this object last. */
#include "bank_fences.h"

__attribute__((section("cr_tst"), used)) struct criterion_test *bank_last_test[1] = {NULL};
__attribute__((section("cr_sts"), used)) struct criterion_suite *bank_last_suite[1] = {NULL};

void bank_last_code(void) {
}
