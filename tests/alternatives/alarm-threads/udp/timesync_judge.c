/* timesync_judge.c - sums, and a table of faults. */
#include <errno.h>
#include <timeslice/timesync.h>

int64_t timesync_offset(int64_t t1, int64_t t2, int64_t t3, int64_t t4) {
    return ((t2 - t1) + (t3 - t4)) / 2;
}

int64_t timesync_delay(int64_t t1, int64_t t2, int64_t t3, int64_t t4) {
    int64_t away = t4 - t1, at_the_server = t3 - t2;
    return away - at_the_server;
}

int timesync_check(const struct timesync_packet *reply, uint64_t sent) {
    const struct {
        int applies, error;
    } faults[] = {
        {reply->mode != TIMESYNC_SERVER, ENOMSG},
        {reply->version < 1 || reply->version > 4, EPROTONOSUPPORT},
        {reply->originate != sent, ESTALE},
        {reply->stratum == 0, EACCES},
        {reply->leap == TIMESYNC_UNSYNCHRONISED || reply->stratum >= 16, ENOLINK},
        {reply->transmit == 0, ENODATA},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (faults[i].applies) {
            errno = faults[i].error;
            return -1;
        }
    return 0;
}

void timesync_kiss(const struct timesync_packet *reply, char code[5]) {
    int i = 0;
    for (; i < 4; i++) {
        unsigned c = reply->reference_id >> (24 - 8 * i) & 0xff;
        if (c == 0)
            break;
        code[i] = (char)(c < 0x20 || c > 0x7e ? '?' : c);
    }
    code[i] = '\0';
}
