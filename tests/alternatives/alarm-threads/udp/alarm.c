/* alarm.c - the thread sleeps on a condition until its time has come or changes. Then it rings: it writes to an
 * eventfd.
 *
 * An alarm that is set again may have rung before. So setting it makes the eventfd empty, under the lock. */
#include "alarm.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct alarm_clock {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct timespec time;
    bool is_set, is_closed;
    int bell;
};

int start_quiet_thread(pthread_t *thread, void *(*work)(void *), void *arg) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int error = pthread_create(thread, NULL, work, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

static void *tick(void *arg) {
    struct alarm_clock *alarm = arg;
    pthread_mutex_lock(&alarm->lock);
    while (!alarm->is_closed) {
        if (!alarm->is_set) {
            pthread_cond_wait(&alarm->changed, &alarm->lock);
            continue;
        }
        struct timespec time = alarm->time;
        int told = pthread_cond_clockwait(&alarm->changed, &alarm->lock, CLOCK_MONOTONIC, &time);
        bool same = time.tv_sec == alarm->time.tv_sec && time.tv_nsec == alarm->time.tv_nsec;
        if (told == ETIMEDOUT && alarm->is_set && same) {
            alarm->is_set = false;
            eventfd_write(alarm->bell, 1);
        }
    }
    pthread_mutex_unlock(&alarm->lock);
    return NULL;
}

struct alarm_clock *alarm_open(void) {
    struct alarm_clock *alarm = calloc(1, sizeof *alarm);
    if (!alarm)
        return NULL;
    alarm->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (alarm->bell < 0) {
        free(alarm);
        return NULL;
    }
    pthread_mutex_init(&alarm->lock, NULL);
    pthread_cond_init(&alarm->changed, NULL);
    int error = start_quiet_thread(&alarm->thread, tick, alarm);
    if (error == 0)
        return alarm;
    close(alarm->bell);
    free(alarm);
    errno = error;
    return NULL;
}

void alarm_close(struct alarm_clock *alarm) {
    int error = errno;
    if (!alarm)
        return;
    pthread_mutex_lock(&alarm->lock);
    alarm->is_closed = true;
    pthread_cond_signal(&alarm->changed);
    pthread_mutex_unlock(&alarm->lock);
    pthread_join(alarm->thread, NULL);
    pthread_cond_destroy(&alarm->changed);
    pthread_mutex_destroy(&alarm->lock);
    close(alarm->bell);
    free(alarm);
    errno = error;
}

int alarm_set(struct alarm_clock *alarm, unsigned ms) {
    struct timespec time;
    eventfd_t rang;
    if (clock_gettime(CLOCK_MONOTONIC, &time) != 0)
        return -1;
    time.tv_sec += ms / 1000;
    time.tv_nsec += ms % 1000 * 1000000L;
    if (time.tv_nsec >= 1000000000) {
        time.tv_sec++;
        time.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&alarm->lock);
    eventfd_read(alarm->bell, &rang);
    alarm->time = time;
    alarm->is_set = true;
    pthread_cond_signal(&alarm->changed);
    pthread_mutex_unlock(&alarm->lock);
    return 0;
}

ssize_t receive_before(struct alarm_clock *alarm, int fd, void *buf, size_t cap, struct udp_peer *from) {
    struct pollfd either[2] = {{.fd = fd, .events = POLLIN}, {.fd = alarm ? alarm->bell : -1, .events = POLLIN}};
    for (bool rang = false;; rang = either[1].revents != 0) {
        if (from)
            from->len = sizeof from->addr;
        ssize_t length = recvfrom(fd, buf, cap, MSG_DONTWAIT | MSG_TRUNC, from ? (struct sockaddr *)&from->addr : NULL,
                                  from ? &from->len : NULL);
        if (length >= 0)
            return length;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return -1;
        if (rang) {
            errno = ETIMEDOUT;
            return -1;
        }
        either[1].revents = 0;
        if (poll(either, 2, -1) < 0 && errno != EINTR)
            return -1;
    }
}
