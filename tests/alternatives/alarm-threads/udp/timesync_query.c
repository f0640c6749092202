/* timesync_query.c - one question, and an alarm that is set once. */
#include "alarm.h"

#include <errno.h>
#include <string.h>
#include <timeslice/timesync.h>
#include <unistd.h>

static int ask(int fd, timesync_clock *clock, void *clock_ctx, int64_t *t1) {
    struct timesync_packet question = {.mode = TIMESYNC_CLIENT, .version = TIMESYNC_VERSION};
    unsigned char bytes[TIMESYNC_PACKET_BYTES];
    for (;;) {
        *t1 = clock(clock_ctx);
        question.transmit = timesync_stamp(*t1);
        timesync_encode(&question, bytes);
        if (send(fd, bytes, sizeof bytes, 0) >= 0)
            return 0;
        if (errno != EINTR)
            return -1;
    }
}

/* Returns 0 or an errno. */
static int read_answer(const struct timesync_packet *reply, int64_t t1, int64_t t4, struct timesync_result *result) {
    result->reply = *reply;
    strcpy(result->kiss, "");
    int error = timesync_check(reply, timesync_stamp(t1)) == 0 ? 0 : errno;
    if (error == EACCES)
        timesync_kiss(reply, result->kiss);
    if (error != 0)
        return error;
    int64_t t2 = timesync_moment(reply->receive), t3 = timesync_moment(reply->transmit);
    result->offset = timesync_offset(t1, t2, t3, t4);
    result->delay = timesync_delay(t1, t2, t3, t4);
    result->moment = t3;
    return 0;
}

static int is_ignored(int error) {
    return error == ENOMSG || error == EPROTONOSUPPORT || error == ESTALE;
}

/* Returns 0 or an errno. */
static int converse(int fd, struct alarm_clock *alarm, int timeout_ms, timesync_clock *clock, void *clock_ctx,
                    struct timesync_result *result) {
    unsigned char bytes[TIMESYNC_PACKET_BYTES];
    struct timesync_packet reply;
    int64_t t1;
    if (ask(fd, clock, clock_ctx, &t1) != 0 || (alarm && alarm_set(alarm, (unsigned)timeout_ms) != 0))
        return errno;
    for (;;) {
        ssize_t len = receive_before(alarm, fd, bytes, sizeof bytes, NULL);
        int64_t t4 = clock(clock_ctx);
        if (len < 0)
            return errno;
        if (timesync_decode(&reply, bytes, (size_t)len) != 0)
            continue;
        int error = read_answer(&reply, t1, t4, result);
        if (!is_ignored(error))
            return error;
    }
}

int timesync_query(const struct udp_peer *server, timesync_clock *clock, void *clock_ctx, int timeout_ms,
                   struct timesync_result *result) {
    int fd = dial(server), error = errno;
    if (fd < 0)
        return -1;
    struct alarm_clock *alarm = timeout_ms < 0 ? NULL : alarm_open();
    if (timeout_ms < 0 || alarm)
        error = converse(fd, alarm, timeout_ms, clock, clock_ctx, result);
    else
        error = errno;
    alarm_close(alarm);
    close(fd);
    errno = error;
    return error == 0 ? 0 : -1;
}
