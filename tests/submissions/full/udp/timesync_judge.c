/* timesync_judge.c - halves added, checks in a chain, a code by snprintf. */
#include <errno.h>
#include <stdio.h>
#include <timeslice/timesync.h>

int64_t timesync_offset(int64_t t1, int64_t t2, int64_t t3, int64_t t4) {
    int64_t out = t2 - t1, in = t3 - t4;
    return out / 2 + in / 2 + (out % 2 + in % 2) / 2;
}

int64_t timesync_delay(int64_t t1, int64_t t2, int64_t t3, int64_t t4) {
    return t4 - t1 - t3 + t2;
}

int timesync_check(const struct timesync_packet *reply, uint64_t sent) {
    if (reply->mode != TIMESYNC_SERVER)
        return errno = ENOMSG, -1;
    switch (reply->version) {
    case 1:
    case 2:
    case 3:
    case 4:
        break;
    default:
        return errno = EPROTONOSUPPORT, -1;
    }
    if (reply->originate ^ sent)
        return errno = ESTALE, -1;
    if (!reply->stratum)
        return errno = EACCES, -1;
    if (reply->leap == TIMESYNC_UNSYNCHRONISED)
        return errno = ENOLINK, -1;
    if (reply->stratum > 15)
        return errno = ENOLINK, -1;
    return reply->transmit ? 0 : (errno = ENODATA, -1);
}

static int shown(uint32_t letter) {
    letter &= 0xff;
    return letter != 0 && (letter < 0x20 || letter > 0x7e) ? '?' : (int)letter;
}

void timesync_kiss(const struct timesync_packet *reply, char code[5]) {
    uint32_t id = reply->reference_id;
    snprintf(code, 5, "%c%c%c%c", shown(id >> 24), shown(id >> 16), shown(id >> 8), shown(id));
}
