/* descriptors.c - finds the descriptors that a test left open.
 *
 * Theory of operation
 * Valgrind's --track-fds also counts the descriptors of Criterion, and natively there is no such tool. So the test
 * process reads /proc/self/fd itself, before the test and after its teardown. The journal gets the difference, number
 * by number. The pipes of cr_redirect_stdout and cr_redirect_stderr belong to Criterion, so they are left out. Valgrind
 * keeps its own descriptors above the limit that it shows to the program, so those are left out too. */
#include "descriptors.h"

#include "journal.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { NUMBERS = 65536 };

static unsigned char open_before[NUMBERS / CHAR_BIT];

/* Criterion 2.4's pipes of redirected output (src/compat/pipe-internal.h). The linker adds them if a test redirects its
 * output. */
struct criterion_pipe {
    int fds[2];
};
extern struct criterion_pipe *stdout_redir, *stderr_redir;

static bool is_criterion_pipe(int fd) {
    const struct criterion_pipe *const pipes[] = {stdout_redir, stderr_redir};
    for (size_t i = 0; i < sizeof pipes / sizeof *pipes; i++)
        for (int end = 0; end < 2; end++)
            if (fd > STDERR_FILENO && pipes[i]->fds[end] == fd)
                return true;
    return false;
}

/* Calls visit for each descriptor of this process. It allocates nothing, because the test may check the memory. */
static void each_open(void (*visit)(int fd)) {
    _Alignas(struct dirent64) char entries[4096];
    struct rlimit limit;
    long most = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < NUMBERS ? (long)limit.rlim_cur : NUMBERS;
    int folder = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ssize_t len;
    while (folder >= 0 && (len = getdents64(folder, entries, sizeof entries)) > 0) {
        for (ssize_t at = 0; at < len;) {
            struct dirent64 *entry = (struct dirent64 *)(void *)(entries + at);
            char *end;
            long fd = strtol(entry->d_name, &end, 10);
            if (end != entry->d_name && *end == '\0' && fd != folder && fd >= 0 && fd < most)
                visit((int)fd);
            at += entry->d_reclen;
        }
    }
    if (folder >= 0)
        close(folder);
}

static void remember(int fd) {
    open_before[fd / CHAR_BIT] |= (unsigned char)(1U << fd % CHAR_BIT);
}

void descriptors_remember(void) {
    memset(open_before, 0, sizeof open_before);
    each_open(remember);
}

static void report_new(int fd) {
    if ((open_before[fd / CHAR_BIT] & 1U << fd % CHAR_BIT) != 0 || is_criterion_pipe(fd))
        return;
    struct open_descriptor found = {.number = fd};
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (readlink(path, found.target, sizeof found.target - 1) < 0)
        found.target[0] = '\0';
    journal_write(JOURNAL_DESCRIPTOR, &found, sizeof found);
}

void descriptors_audit(void) {
    each_open(report_new);
}

struct open_descriptor descriptors_decode(const unsigned char *bytes, size_t len) {
    struct open_descriptor found = {.number = -1};
    if (len == sizeof found)
        memcpy(&found, bytes, sizeof found);
    found.target[sizeof found.target - 1] = '\0';
    return found;
}
