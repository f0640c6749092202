/* descriptors.c - finds the descriptors that a test left open.
 *
 * Theory of operation
 * The executor reads /proc/PID/fd of the test process, before the test and after its teardown. The process waits
 * meanwhile, because it is telling a fact (fact.h). So the code under test has no influence on the list. The pipes of
 * cr_redirect_stdout and cr_redirect_stderr belong to Criterion. The process names them, and they are left out. */
#include "descriptors.h"

#include "fact.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NUMBERS = 65536 };

static unsigned char expected[NUMBERS / CHAR_BIT];

/* Criterion 2.4's pipes of redirected output (src/compat/pipe-internal.h). The linker adds them if a test redirects its
 * output. */
struct criterion_pipe {
    int fds[2];
};
extern struct criterion_pipe *stdout_redir, *stderr_redir;

void descriptors_name_pipes(void) {
    const struct criterion_pipe *const pipes[] = {stdout_redir, stderr_redir};
    for (size_t i = 0; i < sizeof pipes / sizeof *pipes; i++)
        for (int end = 0; end < 2; end++)
            if (pipes[i]->fds[end] > STDERR_FILENO)
                fact_tell(FACT_PIPE, (unsigned long)pipes[i]->fds[end]);
}

void descriptors_expect(int fd) {
    if (fd >= 0 && fd < NUMBERS)
        expected[fd / CHAR_BIT] |= (unsigned char)(1U << fd % CHAR_BIT);
}

/* Calls visit for each open descriptor of a process. False: nobody may read them. */
static bool each_open(pid_t pid, void (*visit)(void *ctx, pid_t pid, int fd), void *ctx) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    for (const struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.')
            visit(ctx, pid, atoi(entry->d_name));
    if (folder != NULL)
        closedir(folder);
    return folder != NULL;
}

static void expect_one(void *ctx, pid_t pid, int fd) {
    (void)ctx, (void)pid;
    descriptors_expect(fd);
}

void descriptors_remember(pid_t pid) {
    memset(expected, 0, sizeof expected);
    each_open(pid, expect_one, NULL);
}

static void add_new(void *ctx, pid_t pid, int fd) {
    struct result *result = ctx;
    bool is_expected = fd < NUMBERS && (expected[fd / CHAR_BIT] & 1U << fd % CHAR_BIT) != 0;
    if (is_expected || result->descriptors_count == DESCRIPTORS_MAX)
        return;
    struct open_descriptor *found = &result->descriptors[result->descriptors_count++];
    char path[64];
    *found = (struct open_descriptor){.number = fd};
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
    if (readlink(path, found->target, sizeof found->target - 1) < 0)
        found->target[0] = '\0';
}

void descriptors_audit(pid_t pid, struct result *result) {
    static const struct open_descriptor hidden = {.number = -1, .target = "the process hides its descriptors"};
    if (!each_open(pid, add_new, result) && result->descriptors_count < DESCRIPTORS_MAX)
        result->descriptors[result->descriptors_count++] = hidden;
}
