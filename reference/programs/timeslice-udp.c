/* timeslice-udp.c - the UDP lab from the shell: an echo server, a client that asks again, and UDP beside TCP. */
#include "udp/compare.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <timeslice/udp.h>
#include <unistd.h>

enum exit_status { OK = 0, NO_ANSWER = 1, TROUBLE = 2 };

static const char usage[] = "usage: timeslice-udp serve [--host HOST] [--port PORT] [--verbose]\n"
                            "       timeslice-udp call HOST PORT [MESSAGE] [--attempts N] [--timeout MS]\n"
                            "       timeslice-udp compare\n"
                            "       timeslice-udp serve|call|compare --help\n";

static const char serve_help[] =
    "usage: timeslice-udp serve [--host HOST] [--port PORT] [--verbose]\n"
    "\n"
    "Answers each datagram with its own bytes, until SIGINT or SIGTERM; then prints what it did.\n"
    "\n"
    "  --host HOST   the name or address to listen on (default 127.0.0.1)\n"
    "  --port PORT   the port to listen on (default 0: the kernel chooses one)\n"
    "  --verbose     tell each request on standard error\n"
    "\n"
    "The first line on standard output is `listening on ADDRESS:PORT`. Requests longer than 8192 bytes get no answer.\n"
    "Exit status: 0 it was stopped, 2 it could not serve.\n";

static const char call_help[] =
    "usage: timeslice-udp call HOST PORT [MESSAGE] [--attempts N] [--timeout MS]\n"
    "\n"
    "Sends MESSAGE (without it: all of standard input) as one datagram and writes the reply to standard output as it\n"
    "came. Asks again where no answer comes, and waits twice as long each time.\n"
    "\n"
    "  --attempts N  how often the message is sent, in total (default 4)\n"
    "  --timeout MS  how long the first attempt waits, in milliseconds (default 100)\n"
    "\n"
    "A MESSAGE that begins with - goes after --. Exit status: 0 there was an answer, 1 there was none, 2 anything "
    "else.\n";

/* Tells on one line what failed, on what, why and what to do. */
static int complain(enum exit_status status, const char *what, const char *on, const char *why) {
    fprintf(stderr, "timeslice-udp: %s%s%s: %s\n", what, *on != '\0' ? " " : "", on, why);
    return status;
}

/* Prints a text of help. Returns the status to exit with. */
static int show(const char *text) {
    if (fputs(text, stdout) < 0 || fflush(stdout) != 0)
        return complain(TROUBLE, "cannot write to", "standard output", strerror(errno));
    return OK;
}

static int misused(const char *what, const char *why) {
    return complain(TROUBLE, what, "", why);
}

/* Reads a decimal number from text. Returns false where it is not one or not between least and most. */
static bool read_number(const char *text, unsigned long least, unsigned long most, unsigned long *number) {
    char *end;
    errno = 0;
    *number = strtoul(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number >= least && *number <= most;
}

/* The text of a peer, for messages. */
static const char *peer_text(const struct udp_peer *peer) {
    static char text[64];
    return udp_format(peer, text, sizeof text) < 0 ? "an unknown address" : text;
}

struct serve_options {
    const char *host;
    unsigned long port;
    bool verbose;
};

/* Reads the options of serve. Returns -1 to go on, or the status to exit with. */
static int read_serve_options(int argc, char **argv, struct serve_options *options) {
    static const struct option known[] = {{"host", required_argument, NULL, 'H'},
                                          {"port", required_argument, NULL, 'p'},
                                          {"verbose", no_argument, NULL, 'v'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    *options = (struct serve_options){.host = "127.0.0.1"};
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (option) {
        case 'H':
            options->host = optarg;
            break;
        case 'p':
            if (!read_number(optarg, 0, UINT16_MAX, &options->port))
                return misused("--port", "wants a number from 0 to 65535");
            break;
        case 'v':
            options->verbose = true;
            break;
        case 'h':
            return show(serve_help);
        default:
            return TROUBLE; /* getopt_long has said why */
        }
    }
    return optind == argc ? -1 : misused(argv[optind], "serve takes no such argument; see timeslice-udp serve --help");
}

/* A udp_handler: the reply is the request. ctx is a bool: whether to tell about it. */
static ssize_t echo(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    const bool *verbose = ctx;
    if (*verbose)
        fprintf(stderr, "%s %zu bytes\n", peer_text(from), len);
    if (len > cap)
        return -1;
    memcpy(reply, req, len);
    return (ssize_t)len;
}

/* A descriptor that becomes readable on SIGINT and SIGTERM, which from now on do nothing else. -1 and errno. */
static int open_stop(void) {
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &stops, NULL) < 0)
        return -1;
    return signalfd(-1, &stops, SFD_CLOEXEC);
}

/* Serves on fd until stop_fd says stop, and prints what was done. Returns the status to exit with. */
static int serve_until(int fd, int stop_fd, bool verbose) {
    struct udp_peer self;
    if (udp_local(fd, &self) < 0)
        return complain(TROUBLE, "cannot find out the port", "", strerror(errno));
    if (printf("listening on %s\n", peer_text(&self)) < 0 || fflush(stdout) != 0)
        return complain(TROUBLE, "cannot write to", "standard output", strerror(errno));
    struct udp_stats done;
    if (udp_serve(fd, echo, &verbose, stop_fd, &done) < 0)
        return complain(TROUBLE, "cannot serve on", peer_text(&self), strerror(errno));
    int printed = printf("received %" PRIu64 ", replied %" PRIu64 ", declined %" PRIu64 ", oversized %" PRIu64
                         ", failed %" PRIu64 "\n",
                         done.received, done.replied, done.declined, done.oversized, done.failed);
    if (printed < 0 || fflush(stdout) != 0)
        return complain(TROUBLE, "cannot write to", "standard output", strerror(errno));
    return OK;
}

/* Tells why there is no socket. */
static int cannot_listen(const struct serve_options *options, int error) {
    char where[300];
    snprintf(where, sizeof where, "%s port %lu", options->host, options->port);
    const char *why = strerror(error);
    if (error == ENOENT)
        why = "no such host; give a name or an address of this machine";
    if (error == EADDRINUSE)
        why = "the port is taken; choose another one, or 0 for any";
    return complain(TROUBLE, "cannot listen on", where, why);
}

static int serve(int argc, char **argv) {
    struct serve_options options;
    int status = read_serve_options(argc, argv, &options);
    if (status >= 0)
        return status;
    int stop_fd = open_stop();
    if (stop_fd < 0)
        return complain(TROUBLE, "cannot watch for signals", "", strerror(errno));
    int fd = udp_bind(options.host, (uint16_t)options.port);
    if (fd >= 0) {
        status = serve_until(fd, stop_fd, options.verbose);
        close(fd);
    } else {
        status = cannot_listen(&options, errno);
    }
    close(stop_fd);
    return status;
}

struct call_options {
    const char *host;
    unsigned long port;
    const char *message; /* NULL: standard input */
    struct udp_call_options patience;
};

/* Reads the options of call. Returns -1 to go on, or the status to exit with. */
static int read_call_options(int argc, char **argv, struct call_options *options) {
    static const struct option known[] = {{"attempts", required_argument, NULL, 'a'},
                                          {"timeout", required_argument, NULL, 't'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    *options = (struct call_options){0};
    int option;
    unsigned long number;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (option) {
        case 'a':
        case 't':
            if (!read_number(optarg, 1, INT_MAX, &number))
                return misused(option == 'a' ? "--attempts" : "--timeout", "wants a whole number of at least 1");
            *(option == 'a' ? &options->patience.attempts : &options->patience.timeout_ms) = (unsigned)number;
            break;
        case 'h':
            return show(call_help);
        default:
            return TROUBLE; /* getopt_long has said why */
        }
    }
    if (argc - optind < 2 || argc - optind > 3)
        return misused("call", "wants HOST PORT [MESSAGE]; see timeslice-udp call --help");
    if (!read_number(argv[optind + 1], 1, UINT16_MAX, &options->port))
        return misused("PORT", "wants a number from 1 to 65535");
    options->host = argv[optind];
    options->message = argc - optind == 3 ? argv[optind + 2] : NULL;
    return -1;
}

/* Asks the server and writes its reply to standard output. Returns the status to exit with. */
static int call_server(const struct udp_peer *server, const void *message, size_t len,
                       const struct udp_call_options *patience) {
    static unsigned char reply[UDP_MAX_IPV6];
    ssize_t length = udp_call(server, message, len, reply, sizeof reply, patience);
    if (length < 0 && errno == ETIMEDOUT)
        return complain(NO_ANSWER, "no answer from", peer_text(server), "is a server running there?");
    if (length < 0 && errno == ECONNREFUSED)
        return complain(NO_ANSWER, "no answer from", peer_text(server), "nobody listens there; start a server first");
    if (length < 0 && errno == EMSGSIZE)
        return complain(TROUBLE, "cannot ask", peer_text(server), "the message does not fit in one datagram");
    if (length < 0)
        return complain(TROUBLE, "cannot ask", peer_text(server), strerror(errno));
    if (fwrite(reply, 1, (size_t)length, stdout) < (size_t)length || fflush(stdout) != 0)
        return complain(TROUBLE, "cannot write to", "standard output", strerror(errno));
    return OK;
}

static int call(int argc, char **argv) {
    struct call_options options;
    int status = read_call_options(argc, argv, &options);
    if (status >= 0)
        return status;
    struct udp_peer server;
    if (udp_resolve(&server, options.host, (uint16_t)options.port) < 0)
        return complain(TROUBLE, "cannot find", options.host,
                        errno == ENOENT ? "no such host; give a name or an address" : strerror(errno));
    if (options.message != NULL)
        return call_server(&server, options.message, strlen(options.message), &options.patience);

    static unsigned char input[UDP_MAX_IPV6 + 1]; /* one byte too many is enough for udp_call to refuse */
    size_t len = fread(input, 1, sizeof input, stdin);
    if (ferror(stdin))
        return complain(TROUBLE, "cannot read", "standard input", strerror(errno));
    return call_server(&server, input, len, &options.patience);
}

static const char compare_help[] =
    "usage: timeslice-udp compare\n"
    "\n"
    "Sends the same over UDP and over TCP, on the loopback, and draws side by side what each receiver got:\n"
    "what is lost, what is glued together, and what the next read gets.\n"
    "\n"
    "Exit status: 0 it was done, 2 it could not be done.\n";

static int show_comparison(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return show(compare_help);
    if (argc > 1)
        return misused(argv[1], "compare takes no such argument; see timeslice-udp compare --help");
    if (compare(stdout) < 0)
        return complain(TROUBLE, "cannot compare", "", strerror(errno));
    return fflush(stdout) == 0 ? OK : complain(TROUBLE, "cannot write to", "standard output", strerror(errno));
}

int main(int argc, char **argv) {
    const char *command = argc >= 2 ? argv[1] : "";
    if (argc >= 2)
        argv[1] = "timeslice-udp"; /* the name that getopt_long begins its messages with */
    if (strcmp(command, "serve") == 0)
        return serve(argc - 1, argv + 1);
    if (strcmp(command, "call") == 0)
        return call(argc - 1, argv + 1);
    if (strcmp(command, "compare") == 0)
        return show_comparison(argc - 1, argv + 1);
    if (strcmp(command, "--help") == 0)
        return show(usage);
    fputs(usage, stderr);
    return TROUBLE;
}
