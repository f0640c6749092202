/* lanes.c - runs the tests in several processes at once.
 *
 * Theory of operation
 * A lane is a fork of the executor. It runs every n-th test, one at a time, exactly as the executor would. It has its
 * own journal, its own page of steps and its own strays. Tests of different lanes share only the processors. If a test
 * waits, the tests of other lanes lose no time. The place of a test in the bank decides which lane runs it, and nothing
 * else. The first process runs no test. It merges the records of the lanes, as whole lines, in the order in which they
 * come.
 *
 * Under Valgrind even a single lane is faster. It is a fork too, so it translates the code after a fork once, and not
 * in each test (warm.c).
 *
 * A test must not be able to end another lane. So all lanes are forked first. Each lane gets the list of all lanes
 * before it begins. */
#include "lanes.h"

#include "signals.h"
#include "sink.h"
#include "text.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct lane {
    pid_t pid;
    int socket; /* to the lane: the list of executor processes; from it: its records; -1 after it has closed it */
    bool complete;
    struct text pending; /* the beginning of a line whose end has not come */
};

struct merge {
    struct lane lanes[LANES_MAX];
    size_t count;
    size_t passed;
    struct text line;
};

/* Waits for the list of executor processes, which comes when all have been forked. Then works. */
static _Noreturn void run_lane(size_t lane, int socket, size_t lanes, lane_work *work, void *ctx) {
    pid_t runners[LANES_MAX + 1];
    size_t wanted = (lanes + 1) * sizeof *runners, got = 0;
    prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
    while (got < wanted) {
        ssize_t n = read(socket, (char *)runners + got, wanted - got);
        if (n <= 0 && !(n < 0 && errno == EINTR))
            _exit(EXIT_FAILURE);
        got += n > 0 ? (size_t)n : 0;
    }
    _exit(work(ctx, lane, socket, runners, lanes + 1) ? EXIT_SUCCESS : EXIT_FAILURE);
}

static int start_lane(struct merge *merge, size_t lanes, lane_work *work, void *ctx) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        for (size_t i = 0; i < merge->count; i++)
            close(merge->lanes[i].socket);
        close(ends[0]);
        run_lane(merge->count, ends[1], lanes, work, ctx);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return -1;
    }
    merge->lanes[merge->count++] = (struct lane){.pid = pid, .socket = ends[0]};
    return 0;
}

static int tell_runners(const struct merge *merge) {
    pid_t runners[LANES_MAX + 1] = {getpid()};
    for (size_t i = 0; i < merge->count; i++)
        runners[i + 1] = merge->lanes[i].pid;
    ssize_t len = (ssize_t)((merge->count + 1) * sizeof *runners);
    for (size_t i = 0; i < merge->count; i++)
        if (write(merge->lanes[i].socket, runners, (size_t)len) != len)
            return -1;
    return 0;
}

/* The last line of a lane is for the first process. It says that the lane came to its end, and how many of its tests
 * passed. */
static void take_line(struct merge *merge, struct lane *lane, const char *line, size_t len) {
    size_t tests, passed;
    if (sscanf(line, "{\"event\":\"end\",\"tests\":%zu,\"passed\":%zu}", &tests, &passed) == 2) {
        lane->complete = true;
        merge->passed += passed;
        return;
    }
    text_add(&merge->line, line, len);
    sink_write(&merge->line);
}

static void take_lines(struct merge *merge, struct lane *lane) {
    struct text *pending = &lane->pending;
    size_t done = 0;
    for (char *end; done < pending->len && (end = memchr(pending->bytes + done, '\n', pending->len - done)) != NULL;) {
        size_t len = (size_t)(end + 1 - (pending->bytes + done));
        take_line(merge, lane, pending->bytes + done, len);
        done += len;
    }
    if (done == 0)
        return;
    memmove(pending->bytes, pending->bytes + done, pending->len - done + 1);
    pending->len -= done;
}

static void log_next(struct merge *merge, struct lane *lane) {
    char bytes[16 * 1024];
    ssize_t len = read(lane->socket, bytes, sizeof bytes);
    if (len > 0) {
        text_add(&lane->pending, bytes, (size_t)len);
        take_lines(merge, lane);
    } else if (len == 0 || errno != EINTR) {
        close(lane->socket);
        lane->socket = -1;
    }
}

/* Waits for news of any lane, at most a quarter of a second. False: all lanes have sent their last line. */
static bool listen_once(struct merge *merge) {
    struct pollfd watched[LANES_MAX];
    bool any = false;
    for (size_t i = 0; i < merge->count; i++) {
        watched[i] = (struct pollfd){.fd = merge->lanes[i].socket, .events = POLLIN};
        any = any || watched[i].fd >= 0;
    }
    if (any && poll(watched, merge->count, 250) > 0)
        for (size_t i = 0; i < merge->count; i++)
            if (watched[i].revents != 0)
                log_next(merge, &merge->lanes[i]);
    return any;
}

/* Ends each lane that is not at its end, and reaps all. Returns whether all came to their end. */
static bool end_lanes(struct merge *merge) {
    bool complete = true;
    for (size_t i = 0; i < merge->count; i++) {
        struct lane *lane = &merge->lanes[i];
        if (!lane->complete)
            kill(lane->pid, SIGTERM); /* the lane ends its test too */
        if (lane->socket >= 0)
            close(lane->socket);
        while (waitpid(lane->pid, NULL, 0) < 0 && errno == EINTR)
            ;
        complete = complete && lane->complete;
        text_free(&lane->pending);
    }
    text_free(&merge->line);
    return complete;
}

int lanes_run(size_t lanes, lane_work *work, void *ctx, size_t *passed) {
    struct merge merge = {0};
    bool started = true;
    fflush(NULL);
    while (started && merge.count < lanes)
        started = start_lane(&merge, lanes, work, ctx) == 0;
    started = started && tell_runners(&merge) == 0;
    while (started && !signals_stopped() && sink_wanted() && listen_once(&merge))
        ;
    bool complete = end_lanes(&merge);
    *passed = merge.passed;
    return started && complete ? 0 : -1;
}
