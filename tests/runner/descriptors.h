/* descriptors.h - finds the descriptors that a test left open. */
#ifndef RUNNER_DESCRIPTORS_H
#define RUNNER_DESCRIPTORS_H

#include "result.h"

#include <stddef.h>

/* In a test process: stores which descriptors are open before the test begins. */
void descriptors_remember(void);

/* In a test process: writes the descriptors to the journal that are open now and were not open before. */
void descriptors_audit(void);

/* In the executor: the descriptor in a record of the journal. */
struct open_descriptor descriptors_decode(const unsigned char *bytes, size_t len);

#endif
