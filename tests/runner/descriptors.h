/* descriptors.h - which descriptors a test left open. */
#ifndef RUNNER_DESCRIPTORS_H
#define RUNNER_DESCRIPTORS_H

#include "result.h"

#include <stddef.h>

/* In a test process: remembers what is open before the test begins. */
void descriptors_remember(void);

/* In a test process: writes what is open now and was not then to the journal. */
void descriptors_audit(void);

/* In the runner: the descriptor in a record of the journal. */
struct open_descriptor descriptors_decode(const unsigned char *bytes, size_t len);

#endif
