/* fact.c - tells facts by a system call, and hears them through a filter of seccomp (fact.h has the theory). */
#include "fact.h"

#include "bank_fences.h"
#include "journal.h"
#include "signals.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <valgrind/valgrind.h>

/* An option of prctl that no kernel has. */
#define TELL 0x74696d65UL

static int listener = -1;
static fact_answer *answers;
static void *answers_ctx;
static bool listening; /* a test process inherits it */

/* syscall(2) with five arguments, and a name for the address after the system call, which the kernel reports. */
#if defined __x86_64__
__asm__(".pushsection .text\n"
        ".hidden fact_call\n.globl fact_call\n.type fact_call, @function\n"
        ".hidden fact_call_end\n.globl fact_call_end\n"
        "fact_call:\n"
        "    mov %rdi, %rax\n    mov %rsi, %rdi\n    mov %rdx, %rsi\n    mov %rcx, %rdx\n    mov %r8, %r10\n"
        "    syscall\n"
        "fact_call_end:\n"
        "    ret\n"
        ".size fact_call, . - fact_call\n"
        ".popsection\n");
#elif defined __aarch64__
__asm__(".pushsection .text\n"
        ".hidden fact_call\n.globl fact_call\n.type fact_call, %function\n"
        ".hidden fact_call_end\n.globl fact_call_end\n"
        "fact_call:\n"
        "    mov x8, x0\n    mov x0, x1\n    mov x1, x2\n    mov x2, x3\n    mov x3, x4\n"
        "    svc 0\n"
        "fact_call_end:\n"
        "    ret\n"
        ".size fact_call, . - fact_call\n"
        ".popsection\n");
#else
#error "fact.c does not know the system calls of this machine"
#endif
extern const char fact_call_end[] __attribute__((visibility("hidden")));
extern long fact_call(long number, long option, long fact, long value, long place)
    __attribute__((visibility("hidden")));

/* Blocks or unblocks signals, also those that glibc keeps for itself. */
static void set_mask(const uint64_t *mask, uint64_t *before) {
    syscall(__NR_rt_sigprocmask, SIG_SETMASK, mask, before, sizeof *mask);
}

/* A signal would interrupt the call, and then nobody knows whether the executor has heard it. All signals are blocked,
 * also 32, which no other code can do through glibc. So a test can see that a process is only telling a fact
 * (kernel_view.c). */
static unsigned tell(enum fact fact, unsigned long value, const void *place) {
    struct journal_fact told = {.fact = (unsigned)fact, .value = value};
    int error = errno;
    long answer = 0;
    if (listening) {
        const uint64_t all = UINT64_MAX;
        uint64_t before = 0;
        set_mask(&all, &before);
        answer = fact_call(__NR_prctl, (long)TELL, (long)fact, (long)value, (long)(uintptr_t)place);
        set_mask(&before, NULL);
    } else {
        journal_write(JOURNAL_FACT, &told, sizeof told);
    }
    errno = error;
    return answer == 1;
}

unsigned fact_tell(enum fact fact, unsigned long value) {
    return tell(fact, value, NULL);
}

bool fact_assertion(bool holds, const void *place) {
    return tell(FACT_ASSERTION, holds, place) == 0 && holds;
}

int fact_listen(void) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_prctl, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TELL, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
    if (RUNNING_ON_VALGRIND)
        return 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0)
        return -1;
    listener = (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    listening = listener >= 0;
    return listening ? 0 : -1;
}

bool fact_is_heard(void) {
    return listener >= 0;
}

void fact_forget_listener(void) {
    if (listener >= 0)
        close(listener);
    listener = -1;
}

static bool is_in_bank(uint64_t place) {
    return place > (uintptr_t)bank_first_code && place < (uintptr_t)bank_last_code;
}

static struct heard read_notice(const struct seccomp_notif *notice) {
    const uint64_t *arguments = (const uint64_t *)notice->data.args;
    struct heard heard = {.teller = (pid_t)notice->pid, .fact = (enum fact)arguments[1], .value = arguments[2]};
    heard.genuine = notice->data.instruction_pointer == (uintptr_t)fact_call_end &&
                    (heard.fact != FACT_ASSERTION || is_in_bank(arguments[3]));
    return heard;
}

void fact_answer_with(fact_answer *answer, void *ctx) {
    answers = answer;
    answers_ctx = ctx;
}

void fact_hear(void) {
    struct pollfd told = {.fd = listener, .events = POLLIN};
    while (listener >= 0 && poll(&told, 1, 0) > 0 && (told.revents & POLLIN) != 0) {
        struct seccomp_notif notice = {0};
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notice) < 0)
            continue; /* the teller has just died */
        struct heard heard = read_notice(&notice);
        struct seccomp_notif_resp response = {.id = notice.id, .val = answers(answers_ctx, &heard)};
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
    }
}

void fact_wait(double seconds) {
    signals_wait_or_read(seconds, listener);
    fact_hear();
}
