/* compare.c - runs each experiment over UDP and over TCP, and draws two ladders, one beside the other.
 *
 * Theory of operation: an experiment is a list of steps. Each step is done over UDP and over TCP (the two ways). Each
 * receiver notes in a few words what it really got. The process stays on one CPU, because the loopback may change the
 * order of datagrams if there are several. */
#include "compare.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <timeslice/stream.h>
#include <timeslice/udp.h>
#include <unistd.h>

enum { PATIENCE_MS = 100, MESSAGES = 1000, MESSAGE = 1000, INSIDE = 18, NOTE = 26, NOTE_ROOM = 64 };

/* The sockets of both ways from a sender to a receiver. A closed one is -1. */
struct ways {
    int udp_from, udp_to, tcp_from, tcp_to;
    struct udp_peer udp_at;
};

enum action { DONE, SEND, CLOSE, RECEIVE };

/* One step: the text that is sent, or how many bytes each receiver asks for (0: it does not receive). */
struct step {
    enum action action;
    const char *text;
    size_t udp_room, tcp_room;
};

struct experiment {
    const char *title;
    struct step steps[8]; /* the last one is DONE */
};

static const struct experiment experiments[] = {
    {"Two sends, one read of 11 bytes",
     {{SEND, "first", 0, 0}, {SEND, "second", 0, 0}, {RECEIVE, NULL, 11, 11}, {RECEIVE, NULL, 11, 0}}},
    {"A read of 4 bytes is too short for the message",
     {{SEND, "0123456789", 0, 0},
      {SEND, "next", 0, 0},
      {RECEIVE, NULL, 4, 4},
      {RECEIVE, NULL, 4, 6},
      {RECEIVE, NULL, 0, 4}}},
    {"A send of nothing", {{SEND, "", 0, 0}, {SEND, "ab", 0, 0}, {RECEIVE, NULL, 8, 2}, {RECEIVE, NULL, 8, 0}}},
    {"The sender closes", {{SEND, "bye", 0, 0}, {CLOSE, NULL, 0, 0}, {RECEIVE, NULL, 8, 3}, {RECEIVE, NULL, 8, 8}}},
};

/* ---- the two ways ---- */

/* Connects two TCP sockets on a port that the kernel chooses. */
static int connect_tcp(struct ways *ways) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ways->tcp_from = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener >= 0 && ways->tcp_from >= 0 && bind(listener, (struct sockaddr *)&at, len) == 0 &&
        listen(listener, 1) == 0 && getsockname(listener, (struct sockaddr *)&at, &len) == 0 &&
        connect(ways->tcp_from, (struct sockaddr *)&at, len) == 0)
        ways->tcp_to = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    int reason = errno;
    if (listener >= 0)
        close(listener);
    errno = reason;
    return ways->tcp_to >= 0 ? 0 : -1;
}

static int open_ways(struct ways *ways) {
    *ways = (struct ways){-1, -1, -1, -1, {.len = 0}};
    if ((ways->udp_from = udp_bind("127.0.0.1", 0)) < 0 || (ways->udp_to = udp_bind("127.0.0.1", 0)) < 0)
        return -1;
    return udp_local(ways->udp_to, &ways->udp_at) < 0 ? -1 : connect_tcp(ways);
}

static void close_end(int *fd) {
    int reason = errno;
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    errno = reason;
}

static void close_ways(struct ways *ways) {
    close_end(&ways->udp_from);
    close_end(&ways->udp_to);
    close_end(&ways->tcp_from);
    close_end(&ways->tcp_to);
}

/* ---- what each way got, in words ---- */

static void note_udp(const struct ways *ways, size_t room, char *note) {
    char buf[16];
    ssize_t len = udp_recv(ways->udp_to, buf, room, NULL, PATIENCE_MS);
    if (len < 0 && errno == ETIMEDOUT)
        snprintf(note, NOTE_ROOM, "nothing, for %d ms", PATIENCE_MS);
    else if (len < 0)
        snprintf(note, NOTE_ROOM, "%s", strerror(errno));
    else if (len == 0)
        snprintf(note, NOTE_ROOM, "an empty message");
    else if ((size_t)len > room)
        snprintf(note, NOTE_ROOM, "%.*s (%zu bytes lost)", (int)room, buf, (size_t)len - room);
    else
        snprintf(note, NOTE_ROOM, "%.*s", (int)len, buf);
}

static void note_tcp(const struct ways *ways, size_t len, char *note) {
    char buf[16];
    ssize_t got = stream_read(ways->tcp_to, buf, len);
    if (got < 0)
        snprintf(note, NOTE_ROOM, "%s", strerror(errno));
    else if (got == 0)
        snprintf(note, NOTE_ROOM, "0: the end");
    else
        snprintf(note, NOTE_ROOM, "%.*s", (int)got, buf);
}

/* ---- the ladders ---- */

static void print_times(FILE *out, const char *with, size_t count) {
    while (count-- > 0)
        fputs(with, out);
}

/* One rung of one ladder: what its sender does (NULL: nothing), and whether the receiver sees it. */
static void draw_rung(FILE *out, const char *act, bool crosses) {
    if (act == NULL)
        fprintf(out, "│%*s│", INSIDE, "");
    else if (!crosses)
        fprintf(out, "├─ %-*s│", INSIDE - 2, act);
    else {
        fprintf(out, "├─ %s ", act);
        print_times(out, "─", INSIDE - 4 - strlen(act));
        fputs("►│", out);
    }
}

/* A line of both ladders: a rung of each, and the note of each receiver. */
static void draw_line(FILE *out, const char *act, bool by_udp, bool by_tcp, const char *udp, const char *tcp) {
    fputs("  ", out);
    draw_rung(out, act, by_udp);
    fprintf(out, " %-*s", NOTE, udp);
    draw_rung(out, act, by_tcp);
    fprintf(out, "%s%s\n", *tcp != '\0' ? " " : "", tcp);
}

static void draw_heads(FILE *out, const char *title) {
    fprintf(out, "%s\n\n", title);
    fprintf(out, "  UDP sender %*s %*s  TCP sender %*s\n", INSIDE - 2, "receiver", NOTE - 7, "", INSIDE - 2,
            "receiver");
}

/* Does one step on both ways, and draws it. Returns 0, or -1 and errno. */
static int do_step(struct ways *ways, const struct step *step, FILE *out) {
    char udp[NOTE_ROOM] = "", tcp[NOTE_ROOM] = "";
    if (step->action == SEND) {
        size_t len = strlen(step->text);
        if (udp_send(ways->udp_from, step->text, len, &ways->udp_at) < 0 ||
            stream_write(ways->tcp_from, step->text, len) < 0)
            return -1;
        draw_line(out, len > 0 ? step->text : "(nothing)", true, len > 0, udp, tcp);
    } else if (step->action == CLOSE) {
        close_end(&ways->udp_from);
        close_end(&ways->tcp_from);
        draw_line(out, "closes", false, true, udp, tcp);
    } else {
        if (step->udp_room > 0)
            note_udp(ways, step->udp_room, udp);
        if (step->tcp_room > 0)
            note_tcp(ways, step->tcp_room, tcp);
        draw_line(out, NULL, false, false, udp, tcp);
    }
    return 0;
}

static int run(struct ways *ways, const struct experiment *experiment, FILE *out) {
    draw_heads(out, experiment->title);
    for (const struct step *step = experiment->steps; step->action != DONE; step++)
        if (do_step(ways, step, out) < 0)
            return -1;
    return 0;
}

/* ---- more than the buffers hold ---- */

/* A thread that calls stream_write with all messages. It has to wait for a reader. */
struct writer {
    int fd;
    const char *data;
    size_t len;
    int error; /* errno, or 0 */
};

static void *write_all_messages(void *argument) {
    struct writer *writer = argument;
    writer->error = stream_write(writer->fd, writer->data, writer->len) < 0 ? errno : 0;
    close(writer->fd);
    return NULL;
}

/* Sends messages while nobody receives. Then counts how many were kept. */
static void overflow_udp(const struct ways *ways, const char *data, char *note) {
    static char buf[MESSAGE];
    unsigned sent = 0, kept = 0;
    for (unsigned i = 0; i < MESSAGES; i++)
        sent += udp_send(ways->udp_from, data + (size_t)i * MESSAGE, MESSAGE, &ways->udp_at) == MESSAGE;
    while (udp_recv(ways->udp_to, buf, sizeof buf, NULL, 0) == MESSAGE)
        kept++;
    snprintf(note, NOTE_ROOM, "%u of %u came", kept, sent);
}

/* Sends until the connection is full, lets a thread write the rest, and reads it all. Returns 0, or -1 and errno. */
static int overflow_tcp(struct ways *ways, const char *data, char *full, char *note) {
    enum { ALL = MESSAGES * MESSAGE };
    static char buf[ALL];
    size_t sent = 0;
    for (ssize_t some; sent < ALL; sent += (size_t)some)
        if ((some = send(ways->tcp_from, data + sent, ALL - sent, MSG_DONTWAIT | MSG_NOSIGNAL)) < 0)
            break;
    snprintf(full, NOTE_ROOM, "full at byte %zu", sent);
    struct writer writer = {.fd = ways->tcp_from, .data = data + sent, .len = ALL - sent};
    pthread_t thread;
    if ((errno = pthread_create(&thread, NULL, write_all_messages, &writer)) != 0)
        return -1;
    ways->tcp_from = -1; /* the thread closes it */
    ssize_t got = stream_read(ways->tcp_to, buf, ALL);
    pthread_join(thread, NULL);
    if (writer.error != 0 || got < 0) {
        errno = writer.error != 0 ? writer.error : errno;
        return -1;
    }
    snprintf(note, NOTE_ROOM, "%zd of %d came", got / MESSAGE, MESSAGES);
    return 0;
}

static int overflow(struct ways *ways, FILE *out) {
    static char data[MESSAGES * MESSAGE];
    const int room = 65536; /* a small buffer is soon full */
    char udp[NOTE_ROOM] = "", full[NOTE_ROOM] = "", tcp[NOTE_ROOM] = "";
    if (setsockopt(ways->udp_to, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) < 0 ||
        setsockopt(ways->tcp_from, SOL_SOCKET, SO_SNDBUF, &room, sizeof room) < 0)
        return -1;
    overflow_udp(ways, data, udp);
    if (overflow_tcp(ways, data, full, tcp) < 0)
        return -1;
    draw_heads(out, "1000 messages of 1000 bytes: nobody reads until all are sent, or until no more fit");
    draw_line(out, "1000 x 1000", true, true, "", full);
    draw_line(out, NULL, false, false, udp, tcp);
    return 0;
}

/* Opens both ways, runs one experiment, and closes them. NULL means the experiment that overflows the buffers. */
static int on_new_ways(const struct experiment *experiment, FILE *out) {
    struct ways ways;
    int result = open_ways(&ways);
    if (result == 0)
        result = experiment != NULL ? run(&ways, experiment, out) : overflow(&ways, out);
    close_ways(&ways);
    return result;
}

/* See the theory of operation. If the system forbids it, the order may change, but hardly ever does. */
static void stay_on_this_cpu(void) {
    cpu_set_t here;
    int cpu = sched_getcpu();
    if (cpu < 0 || cpu >= CPU_SETSIZE)
        return;
    CPU_ZERO(&here);
    CPU_SET(cpu, &here);
    sched_setaffinity(0, sizeof here, &here);
}

int compare(FILE *out) {
    stay_on_this_cpu();
    for (size_t i = 0; i < sizeof experiments / sizeof experiments[0]; i++)
        if (on_new_ways(&experiments[i], out) < 0 || fputc('\n', out) == EOF)
            return -1;
    return on_new_ways(NULL, out);
}
