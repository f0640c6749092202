/* pidfd.c - makes pidfd_open(2) and pidfd_send_signal(2) work under a Valgrind that does not know them.
 *
 * Theory of operation. Valgrind 3.19 does not know these two system calls, so under it they fail with ENOSYS. A
 * solution that ends its children with pidfd_send_signal would then wait for ever, because the children get no signal.
 * The kit links with -Wl,--wrap (wrap.args), so the submission and the tests call the functions below. Under Valgrind
 * these functions use a client request to make the call on the real processor, and Valgrind does not see it. So all
 * versions of Valgrind behave the same. Such a call reads only one block of memory, the siginfo_t. It is checked here.
 * The code on the real processor cannot use the C library or errno, because errno is thread-local and not set up there.
 * So it uses the instruction itself. Without Valgrind nothing changes.
 *
 * waitid(P_PIDFD) needs no help: Valgrind passes every kind of id to the kernel.
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

/* Makes the call on the real processor. Returns its result, or -1 and errno. */
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
