/* hostile.c - what code under test may do to its test, to the runner and to the machine. Not for stock Criterion, which
 * some of these hang, crash or fool. Each of them is followed by others that must not notice. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

Test(a_first, passes) {
    cr_assert(1);
}

Test(ends_early, thread_exit) {
    pthread_exit(NULL);
}

Test(ends_early, becomes_true) {
    execl("/bin/true", "true", (char *)NULL);
}

Test(ends_early, quick_exit) {
    quick_exit(0);
}

Test(ends_early, while_its_copy_goes_on) {
    if (fork() != 0)
        _exit(0);
    cr_assert(1);
}

Test(ends_early, in_another_thread) {
    pthread_t thread;
    pthread_create(&thread, NULL, (void *(*)(void *))(void (*)(void))_exit, NULL);
    pthread_join(thread, NULL);
}

Test(loops, for_ever, .timeout = 0.4) {
    for (volatile int i = 0;; i++)
        ;
}

Test(loops, deaf_to_signals, .timeout = 0.4) {
    for (int i = 1; i <= SIGRTMAX; i++)
        signal(i, SIG_IGN);
    for (volatile int i = 0;; i++)
        ;
}

Test(loops, stops_itself, .timeout = 0.4) {
    raise(SIGSTOP);
}

Test(loops, while_children_loop, .timeout = 0.4) {
    for (int i = 0; i < 3; i++)
        if (fork() == 0)
            setsid();
    for (;;)
        pause();
}

Test(eats, output) {
    static char line[4096];
    memset(line, 'x', sizeof line);
    for (int i = 0; i < 5000; i++)
        fwrite(line, 1, sizeof line, stdout);
    cr_assert(lseek(STDOUT_FILENO, 0, SEEK_END) <= 64 * 1024, "all of it was kept");
}

Test(eats, output_for_ever, .timeout = 0.4) {
    for (;;)
        puts("and on");
}

Test(eats, memory) {
    struct rlimit limit = {256 << 20, 256 << 20};
    setrlimit(RLIMIT_AS, &limit); /* the sandbox's, in earnest */
    for (;;)
        memset(malloc(1 << 20), 1, 1 << 20);
}

Test(eats, descriptors) {
    for (int i = 0; i < 3; i++)
        cr_assert(dup(STDIN_FILENO) >= 0);
    cr_assert(socket(AF_INET, SOCK_DGRAM, 0) >= 0);
}

/* Each child goes on to fork. Root has no limit of processes, so it becomes somebody else first. */
Test(eats, processes, .timeout = 1) {
    struct rlimit limit = {64, 64};
    cr_assert(getuid() != 0 || setuid(54321) == 0);
    cr_assert(setrlimit(RLIMIT_NPROC, &limit) == 0);
    for (int i = 0; i < 40; i++)
        if (fork() < 0)
            break;
    for (;;)
        pause();
}

static void be_a_daemon(void) {
    if (fork() != 0)
        return;
    setsid();
    if (fork() != 0)
        _exit(0);
    prctl(PR_SET_NAME, "a (strange) R 1", 0L, 0L, 0L);
    for (int i = 1; i <= SIGRTMAX; i++)
        signal(i, SIG_IGN);
    for (;;)
        pause();
}

Test(leaves, a_daemon) {
    be_a_daemon();
    wait(NULL);
    cr_assert(1);
}

Test(leaves, a_daemon_and_fails) {
    be_a_daemon();
    cr_assert(0, "and failed");
}

Test(leaves, a_child) {
    if (fork() == 0)
        for (;;)
            pause();
    cr_assert(1);
}

Test(leaves, a_zombie) {
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    siginfo_t info;
    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
    cr_assert(1);
}

/* It ends by itself when the test has: its pipe closes. */
Test(leaves, a_child_about_to_end) {
    int ends[2];
    char byte;
    cr_assert(pipe(ends) == 0);
    if (fork() == 0) {
        close(ends[1]);
        ssize_t got = read(ends[0], &byte, 1);
        _exit((int)got);
    }
    close(ends[0]);
    close(STDIN_FILENO);
    dup2(ends[1], STDIN_FILENO);
    close(ends[1]);
    cr_assert(1);
}

Test(leaves, a_second_self) {
    pid_t parent = getpid();
    fork();
    cr_assert(getpid() == parent, "it is not the test that came back");
}

static int refused(long result) {
    return result == -1 && errno == EPERM;
}

/* What a signal to the runner's group is addressed to. A group that began outside of this PID namespace has no number
 * in it (0), and nobody here can address it. */
static pid_t group_of(pid_t runner) {
    pid_t group = getpgid(runner);
    return group > 0 ? -group : runner;
}

/* Each line is a call that would end, stop or change the runner. */
Test(attacks, the_runner) {
    pid_t runner = getppid();
    struct iovec io = {&runner, sizeof runner};
    struct rlimit limit = {1, 1};
    cr_expect(refused(kill(runner, 0)));
    cr_expect(refused(kill(-1, 0)));
    cr_expect(refused(kill(group_of(runner), 0)));
    cr_expect(refused(syscall(SYS_tgkill, runner, runner, 0)));
    cr_expect(refused(syscall(SYS_tkill, runner, 0)));
    cr_expect(refused(sigqueue(runner, 0, (union sigval){0})));
    cr_expect(refused(syscall(SYS_pidfd_open, runner, 0)) || errno == ENOSYS); /* under Valgrind 3.19 */
    cr_expect(refused(syscall(SYS_pidfd_open, 1, 0)) || errno == ENOSYS);
    cr_expect(refused(ptrace(PTRACE_ATTACH, runner, NULL, NULL)));
    cr_expect(refused(process_vm_writev(runner, &io, 1, &io, 1, 0)));
    cr_expect(refused(prlimit(runner, RLIMIT_CPU, &limit, NULL)));
    cr_expect(refused(setpriority(PRIO_PROCESS, (id_t)runner, 19)));
    cr_expect(refused(fcntl(STDIN_FILENO, F_SETOWN, runner)));
    cr_expect(refused(fcntl(STDIN_FILENO, F_SETOWN, group_of(runner))));
}

/* Run with --lanes: the first process and every lane that it has forked are the runner's parent and siblings. */
Test(lanes, cannot_touch_each_other) {
    char path[64], line[512];
    pid_t lane = getppid(), first = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)lane);
    FILE *stat = fopen(path, "re");
    cr_assert(stat != NULL && fgets(line, sizeof line, stat) != NULL);
    fclose(stat);
    cr_assert(sscanf(strrchr(line, ')'), ") %*c %d", &first) == 1);
    cr_expect(refused(kill(first, 0)));
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)first, (int)first);
    FILE *children = fopen(path, "re");
    cr_assert(children != NULL);
    int lanes = 0;
    for (int pid; fscanf(children, "%d", &pid) == 1; lanes++) {
        cr_expect(refused(kill(pid, 0)));
        cr_expect(refused(kill(-pid, 0)));
        cr_expect(refused(syscall(SYS_pidfd_open, pid, 0)));
    }
    fclose(children);
    cr_expect(lanes == 3);
}

Test(attacks, memory_of_the_runner) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", (int)getppid());
    cr_expect(open(path, O_RDWR) < 0 && errno == EACCES, "%s", strerror(errno));
    snprintf(path, sizeof path, "/proc/%d/fd/1", (int)getppid());
    cr_expect(open(path, O_WRONLY) < 0 && errno == EACCES, "%s", strerror(errno));
}

Test(attacks, nobody_of_its_own) {
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    cr_expect(fd >= 0 || errno == ENOSYS);
    cr_expect(fd < 0 || syscall(SYS_pidfd_send_signal, fd, SIGSTOP, NULL, 0) == 0 || errno == ENOSYS);
    cr_expect(fcntl(STDIN_FILENO, F_SETOWN, getpid()) == 0);
    cr_expect(kill(0, 0) == 0);
    cr_assert(kill(pid, SIGKILL) == 0);
    cr_assert(waitpid(pid, NULL, 0) == pid);
    if (fd >= 0)
        close(fd);
}

/* Descriptors that lead to the runner's records would be open here. */
Test(attacks, records) {
    for (int fd = 3; fd < 300; fd++)
        if (write(fd, "{\"event\":\"end\"}\n", 16) == 16)
            close(fd);
    cr_assert(1);
}

Test(z_last, passes) {
    cr_assert(1);
}
