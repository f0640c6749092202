/* faults_hooks.h - what the wrappers in partial_io.c ask about the faults of faults.c. */
#ifndef SUPPORT_FAULTS_FAULTS_HOOKS_H
#define SUPPORT_FAULTS_FAULTS_HOOKS_H

#include <stdbool.h>

#include "faults.h"

/* Does this read or write fail, because fd is a socket and the call counts as SENDING or RECEIVING? If so, sets errno.
 */
bool fails_on_socket(enum call_class class, const char *name, int fd);

#endif
