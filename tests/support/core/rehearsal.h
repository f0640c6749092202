/* rehearsal.h - goes once through what most tests do, so that Valgrind has translated it before the first test. */
#ifndef SUPPORT_CORE_REHEARSAL_H
#define SUPPORT_CORE_REHEARSAL_H

/* Leaves nothing behind: no thread, no descriptor, no step of the narration, no assertion, no signal's handler, no
 * narrower choice of CPUs. */
void rehearse_support(void);

#endif
