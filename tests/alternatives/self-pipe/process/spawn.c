/* spawn.c - fork and exec. What the child has to know is lines and bytes in a temporary file, its descriptor 3.
 *
 * A pipe that exec closes tells the parent whether exec succeeded: errno comes through it, or its end. That the guard
 * was not passed yet is known by a variable in the environment that holds the child's pid, so that no other program
 * takes it for itself. */
#include "children.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MARK "SELF_PIPE_SPAWNED"

enum { LETTER = 3, REPORT = 4 };

static struct {
    const char *name;
    process_target *target;
} table[PROCESS_TARGETS_MAX];
static int entries;

static int entry_of(const char *name, process_target *target) {
    for (int i = 0; i < entries; i++)
        if (name != NULL ? strcmp(table[i].name, name) == 0 : table[i].target == target)
            return i;
    return -1;
}

int process_register(const char *name, process_target *target) {
    if (name == NULL || *name == '\0' || target == NULL) {
        errno = EINVAL;
        return -1;
    }
    int known = entry_of(name, NULL);
    errno = strlen(name) > PROCESS_NAME_MAX               ? ENAMETOOLONG
            : known >= 0 && table[known].target != target ? EEXIST
            : known < 0 && entries == PROCESS_TARGETS_MAX ? ENOSPC
                                                          : 0;
    if (errno != 0)
        return -1;
    if (known < 0) {
        table[entries].name = name;
        table[entries++].target = target;
    }
    return 0;
}

bool spawn_before_guard(void) {
    const char *mark = getenv(MARK);
    return mark != NULL && atol(mark) == getpid();
}

int spawn_check(const struct process *p) {
    if (p->target == NULL || entry_of(NULL, p->target) < 0)
        return EINVAL;
    return p->arg_size > PROCESS_ARG_MAX ? E2BIG : 0;
}

/* Each text with its NUL, then the numbers, then the bytes. */
static FILE *write_letter(const struct process *p) {
    const char *texts[] = {table[entry_of(NULL, p->target)].name, p->name, p->identity, process_current()->name};
    FILE *letter = tmpfile();
    if (letter == NULL)
        return NULL;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        fwrite(texts[i], 1, strlen(texts[i]) + 1, letter);
    fprintf(letter, "%d %ld %zu\n", p->daemon, (long)p->maker, p->arg_size);
    if (p->arg_size > 0)
        fwrite(p->arg, 1, p->arg_size, letter);
    if (fflush(letter) == 0 && !ferror(letter))
        return letter;
    fclose(letter);
    return NULL;
}

static _Noreturn void execute(int letter, int report, const sigset_t *mask) {
    char *argv[] = {program_invocation_name, PROCESS_SPAWN_FLAG, NULL};
    char pid[24];
    struct sigaction child_signal = {.sa_handler = SIG_DFL};
    int high_letter = fcntl(letter, F_DUPFD, 10), high_report = fcntl(report, F_DUPFD, 10);
    int told = high_report >= 0 ? high_report : report; /* where the parent reads errno */
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    sigaction(SIGCHLD, &child_signal, NULL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    if (high_letter >= 0 && high_report >= 0 && dup2(high_letter, LETTER) >= 0 && dup2(high_report, REPORT) >= 0 &&
        fcntl(REPORT, F_SETFD, FD_CLOEXEC) == 0 && lseek(LETTER, 0, SEEK_SET) == 0 && setenv(MARK, pid, 1) == 0) {
        closefrom(REPORT + 1);
        told = REPORT;
        execv("/proc/self/exe", argv);
    }
    int cause = errno;
    while (write(told, &cause, sizeof cause) < 0 && errno == EINTR)
        continue;
    _exit(127);
}

/* The errno of an exec that failed, or 0. */
static int read_report(int report) {
    int error = 0;
    ssize_t length;
    do
        length = read(report, &error, sizeof error);
    while (length < 0 && errno == EINTR);
    return length == sizeof error ? error : 0;
}

static pid_t start_program(int letter) {
    int report[2], error = 0;
    sigset_t mask;
    if (pipe2(report, O_CLOEXEC) < 0)
        return -1;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    sigdelset(&mask, SIGCHLD);
    pid_t pid = fork();
    if (pid == 0)
        execute(letter, report[1], &mask);
    error = errno;
    close(report[1]);
    if (pid > 0 && (error = read_report(report[0])) != 0) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        pid = -1;
    }
    close(report[0]);
    errno = error;
    return pid;
}

pid_t spawn_exec(const struct process *p) {
    FILE *letter = write_letter(p);
    if (letter == NULL)
        return -1;
    pid_t pid = start_program(fileno(letter));
    int error = errno;
    fclose(letter);
    errno = error;
    return pid;
}

/* Reads a text and its NUL. */
static bool read_text(FILE *letter, char *text) {
    size_t length = 0;
    int c;
    while ((c = getc(letter)) > 0 && length < PROCESS_NAME_MAX)
        text[length++] = (char)c;
    text[length] = '\0';
    return c == 0;
}

/* Reads the letter and becomes what it says. The target's entry, or -1. */
static int read_letter(FILE *letter, void **arg) {
    static struct process me;
    char target[PROCESS_NAME_MAX + 1];
    int daemon;
    long parent;
    size_t size;
    if (!read_text(letter, target) || !read_text(letter, me.name) || !read_text(letter, me.identity) ||
        !read_text(letter, self.parent.name) || fscanf(letter, "%d %ld %zu", &daemon, &parent, &size) != 3 ||
        getc(letter) != '\n' || size > PROCESS_ARG_MAX)
        return -1;
    *arg = size > 0 ? malloc(size) : NULL;
    if (size > 0 && (*arg == NULL || fread(*arg, 1, size, letter) != size))
        return -1;
    me.daemon = daemon;
    me.pid = getpid();
    me.maker = self.parent.pid = (pid_t)parent;
    self.current = &me;
    self.is_child = true;
    return entry_of(target, NULL);
}

int process_spawn_main(int argc, char **argv) {
    void *arg = NULL;
    if (argc < 2 || strcmp(argv[1], PROCESS_SPAWN_FLAG) != 0)
        return 0;
    FILE *letter = fdopen(LETTER, "r");
    int entry = letter != NULL ? read_letter(letter, &arg) : -1;
    if (letter != NULL)
        fclose(letter);
    unsetenv(MARK);
    int code = entry >= 0 ? table[entry].target(arg) : 1;
    free(arg);
    exit(code);
}
