/* rehearsal.h - does once what most tests do, so that Valgrind has translated this code before the first test. */
#ifndef SUPPORT_CORE_REHEARSAL_H
#define SUPPORT_CORE_REHEARSAL_H

/* Leaves nothing behind: no thread, no descriptor, no step of the narration, no assertion and no signal handler. The
 * set of allowed CPUs is the same as before. */
void rehearse_support(void);

#endif
