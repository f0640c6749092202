/* send.c - makes a timer signal the executor. It is an honest function only if that works. */
#include <signal.h>
#include <time.h>
#include <timeslice/udp.h>
#include <unistd.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGKILL};
    timer_t timer;
    event._sigev_un._tid = getppid();
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0)
        return sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    return -1;
}
