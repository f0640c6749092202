/* waits.h - makes system calls that wait fail with EINTR, as a signal at that moment would.
 *
 * The linker's --wrap (wrap.args) sends them through waits.c: poll, ppoll, select, pselect, epoll_wait,
 * epoll_pwait, epoll_pwait2, waitpid, waitid, wait4, sigtimedwait, sigwaitinfo. A call that does not wait never fails
 * in this way. */
#ifndef SUPPORT_FAULTS_WAITS_H
#define SUPPORT_FAULTS_WAITS_H

/* From now on, count waiting calls fail with EINTR, from the k-th call on. With k 1 that is the next call. With count 0
 * no call fails any more. This holds for this process, not for its children. */
void interrupt_waits(unsigned k, unsigned count);

/* From now on, count calls of poll, ppoll, select and pselect in this thread fail with this error. They do so if the
 * kernel has no memory. With count 0 no call fails any more. */
void fail_waits(unsigned count, int error);

/* How many calls have failed since then. Some correct code waits in another way. */
unsigned waits_failed(void);

/* How many calls of this thread could wait, since the start of the test: those with a timeout of 0 do not count. */
unsigned waits_made(void);

/* The next wait of this thread that times out runs this action before it returns to its caller. With NULL none does.
 * Some correct code waits in another way, so a test asks whether the action has run. */
void after_timeout(void (*action)(void));

#endif
