/* command.c - what the lab's programs share: error messages of one line, numbers, and the command `serve`. */
#include "command.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

int run_command(int argc, char **argv, const struct command *commands, size_t count, const char *usage) {
    const char *name = argc >= 2 ? argv[1] : "";
    if (argc >= 2)
        argv[1] = program_invocation_short_name; /* getopt_long begins its messages with this */
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (strcmp(name, "--help") == 0)
        return show(usage);
    fputs(usage, stderr);
    return TROUBLE;
}

int complain(enum exit_status status, const char *what, const char *on, const char *why) {
    fprintf(stderr, "%s: %s%s%s: %s\n", program_invocation_short_name, what, *on != '\0' ? " " : "", on, why);
    return status;
}

int misused(const char *what, const char *why) {
    return complain(TROUBLE, what, "", why);
}

int finish_output(int printed) {
    if (printed < 0 || fflush(stdout) != 0)
        return complain(TROUBLE, "cannot write to", "standard output", strerror(errno));
    return OK;
}

int show(const char *text) {
    return finish_output(fputs(text, stdout));
}

bool read_number(const char *text, unsigned long least, unsigned long most, unsigned long *number) {
    char *end;
    errno = 0;
    *number = strtoul(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number >= least && *number <= most;
}

const char *peer_text(const struct udp_peer *peer) {
    static char text[64];
    return udp_format(peer, text, sizeof text) < 0 ? "an unknown address" : text;
}

int find_server(struct udp_peer *server, const char *host, unsigned long port) {
    if (udp_resolve(server, host, (uint16_t)port) == 0)
        return OK;
    return complain(TROUBLE, "cannot find", host,
                    errno == ENOENT ? "no such host; give a name or an address" : strerror(errno));
}

/* What serve has to do. */
struct service {
    const char *host;
    unsigned long port;
    bool verbose;
    udp_handler *handler;
    void *ctx;
};

/* Reads the options of serve. Returns -1 to go on, or the exit status. */
static int read_options(int argc, char **argv, const char *help, struct service *service) {
    static const struct option known[] = {{"host", required_argument, NULL, 'H'},
                                          {"port", required_argument, NULL, 'p'},
                                          {"verbose", no_argument, NULL, 'v'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (option) {
        case 'H':
            service->host = optarg;
            break;
        case 'p':
            if (!read_number(optarg, 0, UINT16_MAX, &service->port))
                return misused("--port", "needs a number from 0 to 65535");
            break;
        case 'v':
            service->verbose = true;
            break;
        case 'h':
            return show(help);
        default:
            return TROUBLE; /* getopt_long has printed the reason */
        }
    }
    return optind == argc ? -1 : misused(argv[optind], "serve takes no such argument; see serve --help");
}

/* A udp_handler: calls the service's own handler. With --verbose it first prints a line about the request. */
static ssize_t tell_and_answer(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply,
                               size_t cap) {
    const struct service *service = ctx;
    if (service->verbose)
        fprintf(stderr, "%s %zu bytes\n", peer_text(from), len);
    return service->handler(service->ctx, req, len, from, reply, cap);
}

/* Returns a descriptor that SIGINT and SIGTERM make readable, or -1 and errno. They do nothing else from now on. */
static int open_stop(void) {
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &stops, NULL) < 0)
        return -1;
    return signalfd(-1, &stops, SFD_CLOEXEC);
}

/* Serves on fd until stop_fd says stop, and prints the statistics. Returns the exit status. */
static int serve_until(int fd, int stop_fd, struct service *service) {
    struct udp_peer self;
    if (udp_local(fd, &self) < 0)
        return complain(TROUBLE, "cannot find out the port", "", strerror(errno));
    int status = finish_output(printf("listening on %s\n", peer_text(&self)));
    if (status != OK)
        return status;
    struct udp_stats done;
    if (udp_serve(fd, tell_and_answer, service, stop_fd, &done) < 0)
        return complain(TROUBLE, "cannot serve on", peer_text(&self), strerror(errno));
    return finish_output(printf("received %" PRIu64 ", replied %" PRIu64 ", declined %" PRIu64 ", oversized %" PRIu64
                                ", failed %" PRIu64 "\n",
                                done.received, done.replied, done.declined, done.oversized, done.failed));
}

/* Prints why there is no socket. */
static int cannot_listen(const struct service *service, int error) {
    char where[300];
    snprintf(where, sizeof where, "%s port %lu", service->host, service->port);
    const char *why = strerror(error);
    if (error == ENOENT)
        why = "no such host; give a name or an address of this machine";
    if (error == EADDRINUSE)
        why = "the port is taken; choose another one, or 0 for any";
    return complain(TROUBLE, "cannot listen on", where, why);
}

int serve(int argc, char **argv, const char *help, udp_handler *handler, void *ctx) {
    struct service service = {.host = "127.0.0.1", .handler = handler, .ctx = ctx};
    int status = read_options(argc, argv, help, &service);
    if (status >= 0)
        return status;
    int stop_fd = open_stop();
    if (stop_fd < 0)
        return complain(TROUBLE, "cannot watch for signals", "", strerror(errno));
    int fd = udp_bind(service.host, (uint16_t)service.port);
    if (fd >= 0) {
        status = serve_until(fd, stop_fd, &service);
        close(fd);
    } else {
        status = cannot_listen(&service, errno);
    }
    close(stop_fd);
    return status;
}
