/* counted.c - a submission whose lines are counted: each function ends its process in another way. */
#include "counted.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int reached;

void counted_returns(void) {
    reached = 1;
}

void counted_exits(void) {
    reached = 2;
    _exit(0);
}

void counted_crashes(void) {
    reached = 3;
    *(volatile int *)NULL = 1;
}

void counted_overflows_its_stack(int depth) {
    volatile char room[4096];
    room[0] = (char)depth;
    reached = 4;
    if (reached == 4)
        counted_overflows_its_stack(depth + 1);
    room[1] = room[0];
}

void counted_aborts(void) {
    reached = 5;
    abort();
}

void counted_is_killed(void) {
    reached = 6;
    raise(SIGSEGV);
}

void counted_kills_itself(void) {
    reached = 7;
    kill(getpid(), SIGKILL);
}

void counted_loops(void) {
    reached = 8;
    while (reached == 8)
        ;
}

void counted_loops_deaf(void) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    reached = 9;
    while (reached == 9)
        ;
}

void counted_fails(void) {
    reached = 10;
}

void counted_in_a_child(void) {
    pid_t pid = fork();
    if (pid == 0) {
        reached = 11;
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

void counted_never(void) {
    reached = 12;
}
