/* clock.c - the command `clock`: a clock of its own, which a time server corrects.
 *
 * The raw clock counts from the start of this machine. It knows no date. So the first answer is usually a step of many
 * years. The offset is measured with the local clock itself (timesync_clock_now), not with the raw clock.
 */
#include "clock.h"

#include "../command.h"
#include "print.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>

static const char help[] =
    "usage: timeslice-time clock HOST [--port PORT] [--timeout MS] [--polls N] [--every MS]\n"
    "\n"
    "Runs a clock of its own, and corrects it by the answers of a time server. It never sets the clock of the "
    "machine.\n"
    "Prints a line after each poll: what the clock shows, which offset the server found, and how far the clock may be\n"
    "wrong (bound). Then it says what happened: step, slew, or holdover if there was no answer.\n"
    "\n"
    "  --port PORT   the server's port (default 123)\n"
    "  --timeout MS  how long to wait for an answer, in milliseconds (default 1000)\n"
    "  --polls N     how often to ask (default 4)\n"
    "  --every MS    how long to wait between two polls, in milliseconds (default 1000)\n"
    "\n"
    "Exit status: 0 the last poll had an answer, 1 it had none, 2 all other errors.\n";

struct options {
    const char *host;
    unsigned long port, timeout_ms, polls, every_ms;
};

/* Reads the number of one option. Returns 0, or the exit status. */
static int read_option(int option, struct options *options) {
    switch (option) {
    case 'p':
        return read_number(optarg, 1, UINT16_MAX, &options->port) ? OK
                                                                  : misused("--port", "needs a number from 1 to 65535");
    case 't':
        return read_number(optarg, 1, INT_MAX, &options->timeout_ms)
                   ? OK
                   : misused("--timeout", "needs a whole number of at least 1");
    case 'n':
        return read_number(optarg, 1, INT_MAX, &options->polls)
                   ? OK
                   : misused("--polls", "needs a whole number of at least 1");
    case 'e':
        return read_number(optarg, 1, INT_MAX, &options->every_ms)
                   ? OK
                   : misused("--every", "needs a whole number of at least 1");
    default:
        return TROUBLE; /* getopt_long has printed the reason */
    }
}

/* Reads the options. Returns -1 to go on, or the exit status. */
static int read_options(int argc, char **argv, struct options *options) {
    static const struct option known[] = {
        {"port", required_argument, NULL, 'p'},  {"timeout", required_argument, NULL, 't'},
        {"polls", required_argument, NULL, 'n'}, {"every", required_argument, NULL, 'e'},
        {"help", no_argument, NULL, 'h'},        {0}};
    *options = (struct options){.port = TIMESYNC_PORT, .timeout_ms = 1000, .polls = 4, .every_ms = 1000};
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'h')
            return show(help);
        int status = read_option(option, options);
        if (status != OK)
            return status;
    }
    if (argc - optind != 1)
        return misused("clock", "needs HOST; see timeslice-time clock --help");
    options->host = argv[optind];
    return -1;
}

/* A timesync_clock: the time since this machine started. Nobody can set it. */
static int64_t since_start(void *ctx) {
    (void)ctx;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Prints the line of one poll. Returns the exit status. */
static int print_poll(struct timesync_local_clock *clock, const char *offset, const char *happened) {
    char text[SECONDS_BYTES];
    const char *shown = moment_text(timesync_clock_now(clock));
    int64_t bound = timesync_clock_bound(clock);
    return finish_output(printf("time %s offset %s bound %s %s\n", shown, offset,
                                bound == INT64_MAX ? "unknown" : seconds_text(bound, text), happened));
}

/* Asks once and corrects the clock. Returns the exit status. Without an answer, the clock runs on by itself. */
static int ask(struct timesync_local_clock *clock, const struct udp_peer *server, int timeout_ms) {
    struct timesync_result result;
    char text[SECONDS_BYTES];
    if (timesync_query(server, timesync_clock_now, clock, timeout_ms, &result) == 0) {
        const char *happened = timesync_clock_sync(clock, &result) == 1 ? "step" : "slew";
        return print_poll(clock, seconds_text(result.offset, text), happened);
    }
    int status = cannot_tell(server, &result, errno);
    if (status == NO_ANSWER && print_poll(clock, "unknown", "holdover") != OK)
        return TROUBLE;
    return status;
}

int keep_time(int argc, char **argv) {
    struct options options;
    int status = read_options(argc, argv, &options);
    if (status >= 0)
        return status;
    struct udp_peer server;
    status = find_server(&server, options.host, options.port);
    if (status != OK)
        return status;
    struct timesync_local_clock clock;
    if (timesync_clock_init(&clock, since_start, NULL, NULL) < 0)
        return complain(TROUBLE, "cannot start", "a clock", "its options are wrong");
    for (unsigned long polls = 0; polls < options.polls && status != TROUBLE; polls++) {
        if (polls > 0)
            poll(NULL, 0, (int)options.every_ms);
        status = ask(&clock, &server, (int)options.timeout_ms);
    }
    return status;
}
