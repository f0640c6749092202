/* pidfd.c - lets pidfd_open(2) work under a Valgrind that does not know it.
 *
 * Theory of operation. Valgrind 3.19 answers pidfd_open with ENOSYS, as it does for every system call that it cannot
 * check. Linked with -Wl,--wrap=pidfd_open, submission and tests call the function below, which under Valgrind has the
 * call made by the real processor (a client request), where Valgrind does not see it. There is nothing to check: no
 * memory is read or written. The code that runs there may use neither the C library nor errno, which is thread-local
 * and not set up; hence the instruction. Without Valgrind nothing changes.
 */
#include <errno.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>
#include <valgrind/valgrind.h>

int __real_pidfd_open(pid_t pid, unsigned flags);
int __wrap_pidfd_open(pid_t pid, unsigned flags);

#ifdef __x86_64__
__attribute__((noinline)) static long open_unseen(long thread, long pid, long flags) {
    long result;
    (void)thread;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"((long)SYS_pidfd_open), "D"(pid), "S"(flags)
                     : "rcx", "r11", "memory");
    return result;
}
#endif

int __wrap_pidfd_open(pid_t pid, unsigned flags) {
#ifdef __x86_64__
    if (RUNNING_ON_VALGRIND) {
        long result = (long)VALGRIND_NON_SIMD_CALL2(open_unseen, (long)pid, (long)flags);
        if (result < 0)
            errno = (int)-result;
        return result < 0 ? -1 : (int)result;
    }
#endif
    return __real_pidfd_open(pid, flags);
}
