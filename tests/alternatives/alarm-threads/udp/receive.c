/* receive.c - a wait with an end has an alarm. The other waits have none. */
#include "alarm.h"

#include <errno.h>

static ssize_t look(int fd, void *buf, size_t cap, struct udp_peer *from) {
    struct udp_peer nobody, *sender = from ? from : &nobody;
    ssize_t length;
    do {
        sender->len = sizeof sender->addr;
        length = recvfrom(fd, buf, cap, MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&sender->addr, &sender->len);
    } while (length < 0 && errno == EINTR);
    if (length < 0 && errno == EAGAIN)
        errno = ETIMEDOUT;
    return length;
}

ssize_t udp_recv(int fd, void *buf, size_t cap, struct udp_peer *from, int timeout_ms) {
    if (timeout_ms == 0)
        return look(fd, buf, cap, from);
    if (timeout_ms < 0)
        return receive_before(NULL, fd, buf, cap, from);
    struct alarm_clock *alarm = alarm_open();
    ssize_t length = -1;
    if (alarm && alarm_set(alarm, (unsigned)timeout_ms) == 0)
        length = receive_before(alarm, fd, buf, cap, from);
    alarm_close(alarm);
    return length;
}
