/* reports.c - puts a pipe in the place of descriptor 1. */
#include "reports.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "support/core/narration.h"
#include "support/core/require.h"

static int saved, pipe_end;

void reports_begin(void) {
    int ends[2];
    fflush(stdout);
    saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 64);
    require(saved != -1 && pipe2(ends, O_CLOEXEC) == 0 && dup2(ends[1], STDOUT_FILENO) != -1,
            "redirect standard output");
    close(ends[1]);
    pipe_end = ends[0];
    fcntl(pipe_end, F_SETFL, O_NONBLOCK);
}

void reports_stop(void) {
    dup2(saved, STDOUT_FILENO);
    close(saved);
}

const char *reports_so_far(void) {
    static char text[4096];
    size_t length = 0;
    ssize_t more;
    do {
        more = read(pipe_end, text + length, sizeof text - 1 - length);
        length += more > 0 ? (size_t)more : 0;
    } while (more > 0 || (more == -1 && errno == EINTR));
    text[length] = '\0';
    step("printed to standard output: %s", text);
    return text;
}

const char *reports_next(void) {
    struct pollfd watched = {.fd = pipe_end, .events = POLLIN};
    while (poll(&watched, 1, -1) == -1 && errno == EINTR)
        continue;
    return reports_so_far();
}

void reports_end(void) {
    close(pipe_end);
}
