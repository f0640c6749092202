/* closes.h - watches the calls of close and freeaddrinfo, and lets them change errno, as they may.
 *
 * The linker's --wrap (wrap.args) sends them through closes.c. */
#ifndef SUPPORT_FAULTS_CLOSES_H
#define SUPPORT_FAULTS_CLOSES_H

#include <stdbool.h>

/* From now on, a close or freeaddrinfo of this thread that succeeds leaves another errno, if spoils is true. */
void closes_spoil_errno(bool spoils);

/* How many times this thread has closed a descriptor that was not open, since the start of the test. */
unsigned closes_in_vain(void);

#endif
