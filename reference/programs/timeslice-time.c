/* timeslice-time.c - the time over UDP in the shell: an NTP server, a client, and a clock of its own. */
#include "command.h"
#include "time/clock.h"
#include "time/print.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <timeslice/timesync.h>

static const char usage[] = "usage: timeslice-time serve [--host HOST] [--port PORT] [--verbose]\n"
                            "       timeslice-time query HOST [--port PORT] [--timeout MS]\n"
                            "       timeslice-time clock HOST [--port PORT] [--timeout MS] [--polls N] [--every MS]\n"
                            "       timeslice-time serve|query|clock --help\n";

static const char serve_help[] =
    "usage: timeslice-time serve [--host HOST] [--port PORT] [--verbose]\n"
    "\n"
    "Answers NTP requests with the time of this machine's clock, until SIGINT or SIGTERM. Then prints the statistics.\n"
    "It never sets a clock. It has stratum 10, which means: use it only if there is no better server.\n"
    "\n"
    "  --host HOST   the name or address to listen on (default 127.0.0.1)\n"
    "  --port PORT   the port to listen on (default 0: the kernel chooses one); the NTP port 123 needs privileges\n"
    "  --verbose     print a line about each request on standard error\n"
    "\n"
    "The first line on standard output is `listening on ADDRESS:PORT`.\n"
    "Exit status: 0 it was stopped, 2 it could not serve.\n";

static const char query_help[] =
    "usage: timeslice-time query HOST [--port PORT] [--timeout MS]\n"
    "\n"
    "Asks a time server once. Prints its time (UTC), how far it is ahead of this machine's clock (offset), how long\n"
    "the datagrams were under way (delay), and its stratum. It never sets a clock.\n"
    "\n"
    "  --port PORT   the server's port (default 123)\n"
    "  --timeout MS  how long to wait for the answer, in milliseconds (default 1000)\n"
    "\n"
    "Exit status: 0 the server told the time, 1 no answer came, 2 all other errors.\n";

/* A timesync_clock: this machine's time of day. */
static int64_t time_of_day(void *ctx) {
    (void)ctx;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int serve_time(int argc, char **argv) {
    struct timesync_server server = {
        .clock = time_of_day,
        .about = {.stratum = 10,
                  .precision = -20,             /* a microsecond */
                  .reference_id = 0x7f7f0101}}; /* 127.127.1.1 means the machine's own clock */
    server.about.reference = timesync_stamp(time_of_day(NULL));
    return serve(argc, argv, serve_help, timesync_answer, &server);
}

struct query_options {
    const char *host;
    unsigned long port, timeout_ms;
};

/* Reads the options of query. Returns -1 to go on, or the exit status. */
static int read_query_options(int argc, char **argv, struct query_options *options) {
    static const struct option known[] = {{"port", required_argument, NULL, 'p'},
                                          {"timeout", required_argument, NULL, 't'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    *options = (struct query_options){.port = TIMESYNC_PORT, .timeout_ms = 1000};
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (option) {
        case 'p':
            if (!read_number(optarg, 1, UINT16_MAX, &options->port))
                return misused("--port", "needs a number from 1 to 65535");
            break;
        case 't':
            if (!read_number(optarg, 1, INT_MAX, &options->timeout_ms))
                return misused("--timeout", "needs a whole number of at least 1");
            break;
        case 'h':
            return show(query_help);
        default:
            return TROUBLE; /* getopt_long has printed the reason */
        }
    }
    if (argc - optind != 1)
        return misused("query", "needs HOST; see timeslice-time query --help");
    options->host = argv[optind];
    return -1;
}

static int print_result(const struct timesync_result *result) {
    char offset[SECONDS_BYTES], delay[SECONDS_BYTES];
    return finish_output(printf("time %s\noffset %s\ndelay %s\nstratum %u\n", moment_text(result->moment),
                                seconds_text(result->offset, offset), seconds_text(result->delay, delay),
                                result->reply.stratum));
}

static int query(int argc, char **argv) {
    struct query_options options;
    int status = read_query_options(argc, argv, &options);
    if (status >= 0)
        return status;
    struct udp_peer server;
    status = find_server(&server, options.host, options.port);
    if (status != OK)
        return status;
    struct timesync_result result;
    if (timesync_query(&server, time_of_day, NULL, (int)options.timeout_ms, &result) < 0)
        return cannot_tell(&server, &result, errno);
    return print_result(&result);
}

int main(int argc, char **argv) {
    static const struct command commands[] = {{"serve", serve_time}, {"query", query}, {"clock", keep_time}};
    return run_command(argc, argv, commands, 3, usage);
}
