/* waits.h - system calls that wait and are told to fail with EINTR, as they would where a signal hit just then.
 *
 * The linker's --wrap (wrap.args) sends them through waits.c: poll, ppoll, select, pselect, epoll_wait,
 * epoll_pwait, epoll_pwait2, waitpid, waitid, wait4, sigtimedwait, sigwaitinfo. One that was told not to wait never
 * fails so. */
#ifndef SUPPORT_FAULTS_WAITS_H
#define SUPPORT_FAULTS_WAITS_H

/* Of the caller's waiting calls the k-th from now on (1: the next) and those after it, count in all, fail with EINTR.
 * count 0 ends it. Holds for this process, not for its children. */
void interrupt_waits(unsigned k, unsigned count);

#endif
