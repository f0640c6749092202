/* serve.c - a thread looks out for the next thing to do, and the caller's thread does it.
 *
 * The two take turns. The lookout waits in poll, with all signals blocked. The server waits for its report, so no
 * signal ends that wait either. Each report is new, so stop_fd is looked at before each request. */
#include "alarm.h"

#include <errno.h>
#include <poll.h>
#include <semaphore.h>

struct lookout {
    struct pollfd both[2]; /* stop_fd, fd */
    sem_t look, seen;
    int error; /* of poll */
    int go_home;
};

static void await(sem_t *semaphore) {
    while (sem_wait(semaphore) != 0)
        continue; /* a signal */
}

static void *look_out(void *arg) {
    struct lookout *l = arg;
    for (await(&l->look); !l->go_home; await(&l->look)) {
        int ready;
        do
            ready = poll(l->both, 2, -1);
        while (ready < 0 && errno == EINTR);
        l->error = ready < 0 ? errno : 0;
        sem_post(&l->seen);
    }
    return NULL;
}

static int is_of_one_client(int error) {
    switch (error) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENOPROTOOPT:
    case EPROTO:
    case EACCES:
    case EMSGSIZE:
        return 1;
    default:
        return 0;
    }
}

static ssize_t reply_to(int fd, const struct udp_peer *client, const void *reply, size_t len) {
    ssize_t sent;
    do
        sent = sendto(fd, reply, len, 0, (const struct sockaddr *)&client->addr, client->len);
    while (sent < 0 && errno == EINTR);
    return sent;
}

/* Returns 0, or the errno with which the socket cannot be served. */
static int serve_next(int fd, udp_handler *handler, void *ctx, struct udp_stats *stats) {
    unsigned char request[UDP_REQUEST_MAX], reply[UDP_REPLY_MAX];
    struct udp_peer client = {.len = sizeof client.addr};
    ssize_t len =
        recvfrom(fd, request, sizeof request, MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&client.addr, &client.len);
    if (len < 0)
        return errno == EAGAIN || errno == EINTR || is_of_one_client(errno) ? 0 : errno;
    stats->received++;
    if ((size_t)len > sizeof request) {
        stats->oversized++;
        return 0;
    }
    ssize_t answer = handler(ctx, request, (size_t)len, &client, reply, sizeof reply);
    if (answer < 0)
        stats->declined++;
    else if ((size_t)answer <= sizeof reply && reply_to(fd, &client, reply, (size_t)answer) >= 0)
        stats->replied++;
    else
        stats->failed++;
    return 0;
}

/* IP_RECVERR keeps errors in a second queue. As long as it is not empty, poll does not wait. */
static void empty_error_queue(int fd) {
    struct msghdr nothing = {0};
    while (recvmsg(fd, &nothing, MSG_DONTWAIT | MSG_ERRQUEUE) >= 0)
        continue;
}

/* What the report means: 0 the end, -1 go on, or an errno. */
static int judge(const struct lookout *l) {
    short stop = l->both[0].revents, socket = l->both[1].revents;
    if (l->error)
        return l->error;
    if (stop)
        return stop & POLLNVAL ? EBADF : 0;
    return socket & POLLNVAL ? EBADF : -1;
}

int udp_serve(int fd, udp_handler *handler, void *ctx, int stop_fd, struct udp_stats *stats) {
    struct udp_stats counts = {0};
    struct lookout l = {.both = {{.fd = stop_fd < 0 ? -1 : stop_fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}}};
    pthread_t thread;
    sem_init(&l.look, 0, 0);
    sem_init(&l.seen, 0, 0);
    int error = start_quiet_thread(&thread, look_out, &l);
    if (error == 0) {
        do {
            sem_post(&l.look);
            await(&l.seen);
            error = judge(&l);
            if (error == -1 && (error = serve_next(fd, handler, ctx, &counts)) == 0)
                error = -1;
            if (error == -1 && l.both[1].revents & POLLERR)
                empty_error_queue(fd);
        } while (error == -1);
        l.go_home = 1;
        sem_post(&l.look);
        pthread_join(thread, NULL);
    }
    sem_destroy(&l.look);
    sem_destroy(&l.seen);
    if (stats)
        *stats = counts;
    if (error == 0)
        return 0;
    errno = error;
    return -1;
}
