/* timeslice-udp.c - the UDP lab in the shell: an echo server, a client that asks again, and UDP compared with TCP. */
#include "command.h"
#include "udp/compare.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <timeslice/udp.h>
#include <unistd.h>

static const char usage[] = "usage: timeslice-udp serve [--host HOST] [--port PORT] [--verbose]\n"
                            "       timeslice-udp call HOST PORT [MESSAGE] [--attempts N] [--timeout MS]\n"
                            "       timeslice-udp compare\n"
                            "       timeslice-udp serve|call|compare --help\n";

static const char serve_help[] =
    "usage: timeslice-udp serve [--host HOST] [--port PORT] [--verbose]\n"
    "\n"
    "Sends each datagram back to its sender, until SIGINT or SIGTERM. Then prints the statistics.\n"
    "\n"
    "  --host HOST   the name or address to listen on (default 127.0.0.1)\n"
    "  --port PORT   the port to listen on (default 0: the kernel chooses one)\n"
    "  --verbose     print a line about each request on standard error\n"
    "\n"
    "The first line on standard output is `listening on ADDRESS:PORT`. Requests longer than 8192 bytes get no answer.\n"
    "Exit status: 0 it was stopped, 2 it could not serve.\n";

static const char call_help[] =
    "usage: timeslice-udp call HOST PORT [MESSAGE] [--attempts N] [--timeout MS]\n"
    "\n"
    "Sends MESSAGE as one datagram, and writes the reply unchanged to standard output. Without MESSAGE it sends\n"
    "all of standard input. On a terminal it ends the reply with a newline. If no answer comes, it asks again and\n"
    "waits twice as long.\n"
    "\n"
    "  --attempts N  how many times the message is sent, in total (default 4)\n"
    "  --timeout MS  how long the first attempt waits, in milliseconds (default 100)\n"
    "\n"
    "Write -- before a MESSAGE that begins with -.\n"
    "Exit status: 0 an answer came, 1 no answer came, 2 all other errors.\n";

static const char compare_help[] =
    "usage: timeslice-udp compare\n"
    "\n"
    "Sends the same bytes over UDP and over TCP on the loopback, and draws side by side what each receiver got:\n"
    "what is lost, what is glued together, and what the next read gets.\n"
    "\n"
    "Exit status: 0 success, 2 failure.\n";

/* A udp_handler that sends the request back. */
static ssize_t echo(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    (void)ctx;
    (void)from;
    if (len > cap)
        return -1;
    memcpy(reply, req, len);
    return (ssize_t)len;
}

static int serve_echo(int argc, char **argv) {
    return serve(argc, argv, serve_help, echo, NULL);
}

struct call_options {
    const char *host;
    unsigned long port;
    const char *message; /* NULL: standard input */
    struct udp_call_options patience;
};

/* Reads the options of call. Returns -1 to go on, or the exit status. */
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
                return misused(option == 'a' ? "--attempts" : "--timeout", "needs a whole number of at least 1");
            *(option == 'a' ? &options->patience.attempts : &options->patience.timeout_ms) = (unsigned)number;
            break;
        case 'h':
            return show(call_help);
        default:
            return TROUBLE; /* getopt_long has printed the reason */
        }
    }
    if (argc - optind < 2 || argc - optind > 3)
        return misused("call", "needs HOST PORT [MESSAGE]; see timeslice-udp call --help");
    if (!read_number(argv[optind + 1], 1, UINT16_MAX, &options->port))
        return misused("PORT", "needs a number from 1 to 65535");
    options->host = argv[optind];
    options->message = argc - optind == 3 ? argv[optind + 2] : NULL;
    return -1;
}

/* Writes the bytes of a reply to standard output. Only a terminal gets a final newline. Returns 0, or -1 and errno. */
static int print_reply(const unsigned char *reply, size_t length) {
    if (fwrite(reply, 1, length, stdout) < length)
        return -1;
    bool ends_a_line = length > 0 && reply[length - 1] == '\n';
    if (isatty(STDOUT_FILENO) && !ends_a_line && putchar('\n') == EOF)
        return -1;
    return fflush(stdout);
}

/* Asks the server and writes its reply to standard output. Returns the exit status. */
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
    if (print_reply(reply, (size_t)length) != 0)
        return complain(TROUBLE, "cannot write to", "standard output", strerror(errno));
    return OK;
}

static int call(int argc, char **argv) {
    struct call_options options;
    int status = read_call_options(argc, argv, &options);
    if (status >= 0)
        return status;
    struct udp_peer server;
    status = find_server(&server, options.host, options.port);
    if (status != OK)
        return status;
    if (options.message != NULL)
        return call_server(&server, options.message, strlen(options.message), &options.patience);

    static unsigned char input[UDP_MAX_IPV6 + 1]; /* one byte too many, so udp_call refuses a long input */
    size_t len = fread(input, 1, sizeof input, stdin);
    if (ferror(stdin))
        return complain(TROUBLE, "cannot read", "standard input", strerror(errno));
    return call_server(&server, input, len, &options.patience);
}

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
    static const struct command commands[] = {{"serve", serve_echo}, {"call", call}, {"compare", show_comparison}};
    return run_command(argc, argv, commands, 3, usage);
}
