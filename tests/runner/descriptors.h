/* descriptors.h - finds the descriptors that a test left open. */
#ifndef RUNNER_DESCRIPTORS_H
#define RUNNER_DESCRIPTORS_H

#include "result.h"

#include <sys/types.h>

/* In a test process: names the descriptors that belong to Criterion. */
void descriptors_name_pipes(void);

/* In the executor, while the test process waits: stores which of its descriptors are open before the test. */
void descriptors_remember(pid_t pid);

/* In the executor: this descriptor is no leak. */
void descriptors_expect(int fd);

/* In the executor, while the test process waits after its test: adds the other open descriptors to the result. */
void descriptors_audit(pid_t pid, struct result *result);

#endif
