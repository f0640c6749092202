/* harden.c - keeps the code under test away from the executor.
 *
 * Theory of operation
 * The test and the executor are processes of the same user. So the kernel would let a test signal the executor, trace
 * it, or write into its memory. There are two measures. First, the executor is not dumpable. This closes /proc/PID/mem
 * and /proc/PID/fd of the executor, and ptrace. Second, each test gets a seccomp filter. Its children inherit the
 * filter, and nobody can remove it.
 *
 * With EPERM the filter refuses all access to the memory of other processes, and all tracing. It also refuses a system
 * call that takes the process id of the executor. It refuses a signal to the group of the executor or to all processes.
 * Everything else is allowed. A test may signal, poll, wait for and renice its own children, also with a pidfd.
 *
 * A filter sees only numbers, and not where a descriptor leads. So a test must not get a pidfd of the executor. The
 * filter refuses pidfd_open of the executor, and of process 1, which would end the sandbox. But the kernel also takes a
 * descriptor of the folder /proc/PID as a pidfd, and the filter cannot see that. Linux 6.12 and later have signal
 * scopes (Landlock), which close this way too. On an older kernel a test can end the executor in this way. It earns
 * nothing, because the "end" record is missing then. */
#include "harden.h"

#include "lanes.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>
#include <valgrind/valgrind.h>

#if defined __x86_64__
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#define FOREIGN_NUMBERS 0x40000000U /* the system calls of x32 */
#elif defined __aarch64__
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#define FOREIGN_NUMBERS 0x80000000U /* there are none */
#else
#error "harden.c does not know the system calls of this machine: give it its AUDIT_ARCH"
#endif

enum { PROGRAM_MAX = 2048 };

struct program {
    struct sock_filter code[PROGRAM_MAX];
    unsigned short len;
};

static struct program filter; /* the filter of every test; the executor makes it */

static void emit(struct program *program, struct sock_filter instruction) {
    if (program->len == PROGRAM_MAX)
        abort();
    program->code[program->len++] = instruction;
}

static void load(struct program *program, size_t offset) {
    emit(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void refuse(struct program *program) {
    emit(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
}

/* Refuses the call if the loaded value is this one. */
static void refuse_if(struct program *program, uint32_t value) {
    emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
    refuse(program);
}

/* Refuses a system call if the argument is one of the values. Arguments that name processes are ints, in the low half.
 * A jump goes at most 255 instructions, so count is at most 100. */
static void refuse_call_if(struct program *program, long call, unsigned argument, const uint32_t *values,
                           unsigned count) {
    emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0,
                                               (unsigned char)(1 + 2 * count + 1)));
    load(program, offsetof(struct seccomp_data, args) + argument * sizeof(uint64_t));
    for (unsigned i = 0; i < count; i++)
        refuse_if(program, values[i]);
    load(program, offsetof(struct seccomp_data, nr));
}

/* Refuses fcntl(fd, F_SETOWN, process). When input is ready, its owner gets a signal, and F_SETSIG says which one. */
static void refuse_owner(struct program *program, const uint32_t *values, unsigned count) {
    enum { SETOWN_EX = 15 }; /* F_SETOWN_EX names its process in memory, which a filter cannot read */
    const uint32_t always = SETOWN_EX;
    refuse_call_if(program, __NR_fcntl, 1, &always, 1);
    unsigned char inner = (unsigned char)(1 + 2 * count);
    emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_fcntl, 0, (unsigned char)(inner + 3)));
    load(program, offsetof(struct seccomp_data, args) + sizeof(uint64_t));
    emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, F_SETOWN, 0, inner));
    load(program, offsetof(struct seccomp_data, args) + 2 * sizeof(uint64_t));
    for (unsigned i = 0; i < count; i++)
        refuse_if(program, values[i]);
    load(program, offsetof(struct seccomp_data, nr));
}

static void refuse_foreign_calls(struct program *program) {
    load(program, offsetof(struct seccomp_data, arch));
    emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCHITECTURE, 1, 0));
    refuse(program);
    load(program, offsetof(struct seccomp_data, nr));
    emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FOREIGN_NUMBERS, 0, 1));
    refuse(program);
}

/* Everything that a signal to an executor process can name: the process, its group, all processes. */
static unsigned addresses_of(uint32_t *targets, const pid_t *runners, size_t count) {
    unsigned n = 0;
    targets[n++] = (uint32_t)-1;
    for (size_t i = 0; i < count; i++) {
        targets[n++] = (uint32_t)runners[i];
        targets[n++] = (uint32_t)-runners[i];
        pid_t group = getpgid(runners[i]);
        if (group > 1 && group != runners[i])
            targets[n++] = (uint32_t)-group;
    }
    return n;
}

static void refuse_touching(struct program *program, const pid_t *runners, size_t count) {
    static const long signals[] = {__NR_kill, __NR_tkill, __NR_tgkill, __NR_rt_sigqueueinfo, __NR_rt_tgsigqueueinfo};
    static const long settings[] = {__NR_prlimit64,      __NR_sched_setaffinity, __NR_sched_setscheduler,
                                    __NR_sched_setparam, __NR_sched_setattr,     __NR_migrate_pages,
                                    __NR_move_pages};
    static const long second_is_process[] = {__NR_setpriority, __NR_ioprio_set};
    static const uint32_t owner_calls[] = {0x8901 /* FIOSETOWN */, 0x8902 /* SIOCSPGRP */};
    uint32_t targets[1 + 3 * (LANES_MAX + 1)], opened[LANES_MAX + 2] = {1};
    unsigned target_count = addresses_of(targets, runners, count), runner_count = (unsigned)count;
    const uint32_t *selves = opened + 1;
    for (size_t i = 0; i < count; i++)
        opened[i + 1] = (uint32_t)runners[i];
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        refuse_call_if(program, signals[i], 0, targets, target_count);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        refuse_call_if(program, settings[i], 0, selves, runner_count);
    for (size_t i = 0; i < sizeof second_is_process / sizeof *second_is_process; i++)
        refuse_call_if(program, second_is_process[i], 1, selves, runner_count);
    refuse_call_if(program, __NR_pidfd_open, 0, opened, runner_count + 1);
    refuse_owner(program, targets, target_count);
    refuse_call_if(program, __NR_ioctl, 1, owner_calls, 2);
}

/* The signal scope of Landlock. It is declared here because the headers of Debian 12 are older. If the kernel has no
 * scopes, the theory of operation says what a test can do. Valgrind 3.19 would report the call. */
static void scope_signals(void) {
    struct {
        uint64_t handled_access_fs, handled_access_net, scoped;
    } rules = {.scoped = 1U << 1 /* LANDLOCK_SCOPE_SIGNAL */};
    enum { CREATE_RULESET = 444, RESTRICT_SELF = 446 };
    if (RUNNING_ON_VALGRIND)
        return;
    int fd = (int)syscall(CREATE_RULESET, &rules, sizeof rules, 0);
    if (fd < 0)
        return;
    syscall(RESTRICT_SELF, fd, 0);
    close(fd);
}

void harden_runner(bool tracing, const pid_t *runners, size_t count) {
    static const long forbidden[] = {
        __NR_process_vm_readv, __NR_process_vm_writev, __NR_pidfd_getfd, __NR_process_madvise, __NR_kcmp,
        __NR_perf_event_open};
    prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
    refuse_foreign_calls(&filter);
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
        refuse_if(&filter, (uint32_t)forbidden[i]);
    if (!tracing)
        refuse_if(&filter, __NR_ptrace);
    refuse_touching(&filter, runners, count);
    emit(&filter, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

int harden_test(void) {
    struct sock_fprog program = {.len = filter.len, .filter = filter.code};
    if (prctl(PR_SET_DUMPABLE, 1L, 0L, 0L, 0L) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0)
        return -1;
    scope_signals();
    return prctl(PR_SET_SECCOMP, (long)SECCOMP_MODE_FILTER, &program, 0L, 0L);
}
