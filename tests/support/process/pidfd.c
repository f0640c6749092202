/* pidfd.c - lets pidfd_open(2) and pidfd_send_signal(2) work under a Valgrind that does not know them.
 *
 * Theory of operation. Valgrind 3.19 answers both with ENOSYS, as it does every system call that it cannot check. A
 * solution that ends its children by pidfd_send_signal then waits for ever for children that got no signal. Linked with
 * -Wl,--wrap (wrap.args), submission and tests call the functions below, which under Valgrind have the call made by the
 * real processor (a client request), where Valgrind does not see it. Whichever Valgrind it is, it behaves the same. The
 * one piece of memory that such a call reads, the siginfo_t, is checked here. The code that runs on the real processor
 * may use neither the C library nor errno, which is thread-local and not set up; hence the instruction. Without
 * Valgrind nothing changes.
 *
 * waitid(P_PIDFD) needs nothing: Valgrind hands every kind of id on to the kernel.
 */
#include <errno.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>
#include <valgrind/memcheck.h>

int __real_pidfd_open(pid_t pid, unsigned flags);
int __wrap_pidfd_open(pid_t pid, unsigned flags);
int __real_pidfd_send_signal(int pidfd, int signal, siginfo_t *info, unsigned flags);
int __wrap_pidfd_send_signal(int pidfd, int signal, siginfo_t *info, unsigned flags);

#ifdef __x86_64__
struct call {
    long number, arguments[4];
};

__attribute__((noinline)) static long make_unseen(long thread, const struct call *call) {
    const long *with = call->arguments;
    long result;
    (void)thread;
    __asm__ volatile("mov %5, %%r10\n\tsyscall"
                     : "=a"(result)
                     : "a"(call->number), "D"(with[0]), "S"(with[1]), "d"(with[2]), "r"(with[3])
                     : "rcx", "r10", "r11", "memory");
    return result;
}

/* Makes the call on the real processor. Returns what it returned; -1 and errno. */
static int pass_by_valgrind(const struct call *call) {
    long result = (long)VALGRIND_NON_SIMD_CALL1(make_unseen, call);
    if (result < 0)
        errno = (int)-result;
    return result < 0 ? -1 : (int)result;
}
#endif

int __wrap_pidfd_open(pid_t pid, unsigned flags) {
#ifdef __x86_64__
    if (RUNNING_ON_VALGRIND)
        return pass_by_valgrind(&(struct call){SYS_pidfd_open, {pid, flags}});
#endif
    return __real_pidfd_open(pid, flags);
}

int __wrap_pidfd_send_signal(int pidfd, int signal, siginfo_t *info, unsigned flags) {
#ifdef __x86_64__
    if (RUNNING_ON_VALGRIND) {
        if (info != NULL)
            (void)VALGRIND_CHECK_MEM_IS_DEFINED(info, sizeof *info);
        return pass_by_valgrind(&(struct call){SYS_pidfd_send_signal, {pidfd, signal, (long)info, flags}});
    }
#endif
    return __real_pidfd_send_signal(pidfd, signal, info, flags);
}
