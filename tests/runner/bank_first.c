/* bank_first.c - the first entries of the bank; runner.mk links this object first. */
#include "bank_fences.h"

__attribute__((section("cr_tst"), used)) struct criterion_test *bank_first_test[1] = {NULL};
__attribute__((section("cr_sts"), used)) struct criterion_suite *bank_first_suite[1] = {NULL};

void bank_first_code(void) {
}
