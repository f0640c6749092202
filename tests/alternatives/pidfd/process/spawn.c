/* spawn.c - the program again, by fork and execve of its own file. What the child has to know comes as a file in
 * memory, descriptor 3: the numbers, the four texts, the bytes. */
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAPERS = 3 };

struct papers {
    size_t bytes;
    pid_t starter;
    int daemon;
    char target[PROCESS_NAME_MAX + 1], name[PROCESS_NAME_MAX + 1], identity[PROCESS_NAME_MAX + 1],
        starter_name[PROCESS_NAME_MAX + 1];
};

struct entry {
    const char *name;
    process_target *target;
};

static struct entry known[PROCESS_TARGETS_MAX];
static size_t count;
static bool past_the_guard;

static const struct entry *by_name(const char *name) {
    for (const struct entry *entry = known; entry < known + count; entry++)
        if (strcmp(entry->name, name) == 0)
            return entry;
    return NULL;
}

static const struct entry *by_target(process_target *target) {
    for (const struct entry *entry = known; entry < known + count; entry++)
        if (entry->target == target)
            return entry;
    return NULL;
}

int process_register(const char *name, process_target *target) {
    if (name == NULL || name[0] == '\0' || target == NULL) {
        errno = EINVAL;
        return -1;
    }
    if (strlen(name) > PROCESS_NAME_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    const struct entry *same = by_name(name);
    if (same != NULL) {
        errno = EEXIST;
        return same->target == target ? 0 : -1;
    }
    if (count == PROCESS_TARGETS_MAX) {
        errno = ENOSPC;
        return -1;
    }
    known[count++] = (struct entry){name, target};
    return 0;
}

/* The first argument of the program, as the kernel remembers it. */
int spawn_guard_objection(void) {
    if (past_the_guard)
        return 0;
    FILE *line = fopen("/proc/self/cmdline", "re");
    char word[sizeof PROCESS_SPAWN_FLAG + 1] = "";
    int c = 0;
    size_t len = 0;
    if (line == NULL)
        return errno;
    while ((c = getc(line)) > 0)
        continue;
    while (c == 0 && len < sizeof word - 1 && (c = getc(line)) > 0) {
        word[len++] = (char)c;
        c = 0;
    }
    fclose(line);
    return strcmp(word, PROCESS_SPAWN_FLAG) == 0 ? EDEADLK : 0;
}

int spawn_objection(const struct process *p) {
    if (p->target == NULL || by_target(p->target) == NULL)
        return EINVAL;
    return p->arg_size > PROCESS_ARG_MAX ? E2BIG : 0;
}

static bool put(int fd, const void *from, size_t len) {
    const char *at = from;
    while (len > 0) {
        ssize_t written = write(fd, at, len);
        if (written == -1 && errno != EINTR)
            return false;
        at += written > 0 ? written : 0;
        len -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static bool get(int fd, void *to, size_t len) {
    char *at = to;
    while (len > 0) {
        ssize_t got = read(fd, at, len);
        if (got == 0 || (got == -1 && errno != EINTR))
            return false;
        at += got > 0 ? got : 0;
        len -= got > 0 ? (size_t)got : 0;
    }
    return true;
}

/* A file with everything, at its begin. -1 and errno. */
static int write_papers(const struct process *p) {
    struct papers papers = {.bytes = p->arg_size, .starter = p->maker, .daemon = p->daemon};
    strcpy(papers.target, by_target(p->target)->name);
    strcpy(papers.name, p->name);
    strcpy(papers.identity, p->identity);
    strcpy(papers.starter_name, process_current()->name);
    int fd = memfd_create("papers", MFD_CLOEXEC);
    if (fd != -1 && put(fd, &papers, sizeof papers) && put(fd, p->arg, p->arg_size) && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    int error = errno;
    if (fd != -1)
        close(fd);
    errno = error;
    return -1;
}

static _Noreturn void become_the_program(int papers, int report) {
    char *argv[] = {program_invocation_name, PROCESS_SPAWN_FLAG, NULL};
    int high = fcntl(papers, F_DUPFD, PAPERS + 2), told = fcntl(report, F_DUPFD_CLOEXEC, PAPERS + 2);
    int where = told != -1 ? told : report; /* the parent reads errno there */
    if (high != -1 && told != -1 && dup2(high, PAPERS) != -1 && dup3(told, PAPERS + 1, O_CLOEXEC) != -1) {
        where = PAPERS + 1;
        if (close_range(PAPERS + 2, ~0U, 0) == 0)
            execv("/proc/self/exe", argv);
    }
    int error = errno;
    put(where, &error, sizeof error);
    _exit(127);
}

pid_t spawn_start(const struct process *p) {
    int papers = write_papers(p), report[2], error = 0;
    if (papers == -1)
        return -1;
    if (pipe2(report, O_CLOEXEC) == -1) {
        error = errno;
        close(papers);
        errno = error;
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0)
        become_the_program(papers, report[1]);
    int fork_error = errno;
    close(papers);
    close(report[1]);
    bool failed = pid != -1 && get(report[0], &error, sizeof error);
    close(report[0]);
    while (failed && waitpid(pid, NULL, 0) == -1 && errno == EINTR)
        continue;
    errno = failed ? error : fork_error;
    return failed ? -1 : pid;
}

int process_spawn_main(int argc, char **argv) {
    static struct process self;
    struct papers papers;
    void *bytes = NULL;
    if (argc < 2 || strcmp(argv[1], PROCESS_SPAWN_FLAG) != 0) {
        past_the_guard = true;
        return 0;
    }
    if (!get(PAPERS, &papers, sizeof papers) || by_name(papers.target) == NULL)
        exit(1);
    if (papers.bytes > 0 && ((bytes = malloc(papers.bytes)) == NULL || !get(PAPERS, bytes, papers.bytes)))
        exit(1);
    close(PAPERS);
    self = (struct process){.pid = getpid(), .maker = papers.starter, .daemon = papers.daemon != 0};
    strcpy(self.name, papers.name);
    strcpy(self.identity, papers.identity);
    identity_assume(&self, papers.starter_name, papers.starter);
    past_the_guard = true;
    int code = by_name(papers.target)->target(bytes);
    free(bytes);
    exit(code);
}
