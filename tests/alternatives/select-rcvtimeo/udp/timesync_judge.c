/* timesync_judge.c - the faults of a reply are a set of bits. The lowest bit is the first fault of the table. */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <timeslice/timesync.h>

int64_t timesync_delay(int64_t t1, int64_t t2, int64_t t3, int64_t t4) {
    return (t4 - t1) - (t3 - t2);
}

/* T2 is later than T1 by the offset and by the way of the request. That way is half of the delay. */
int64_t timesync_offset(int64_t t1, int64_t t2, int64_t t3, int64_t t4) {
    return t2 - t1 - timesync_delay(t1, t2, t3, t4) / 2;
}

/* The faults in the order of the chapter's table. */
enum fault { MODE, VERSION, ORIGINATE, STRATUM_0, UNSYNCHRONISED, NO_TIME };

static int errno_of(enum fault fault) {
    static const int numbers[] = {ENOMSG, EPROTONOSUPPORT, ESTALE, EACCES, ENOLINK, ENODATA};
    return numbers[fault];
}

static int faults_of(const struct timesync_packet *reply, uint64_t sent) {
    int faults = (reply->mode != TIMESYNC_SERVER) << MODE;
    faults |= (reply->version < 1 || reply->version > TIMESYNC_VERSION) << VERSION;
    faults |= (reply->originate != sent) << ORIGINATE;
    faults |= (reply->stratum == 0) << STRATUM_0;
    faults |= (reply->leap == TIMESYNC_UNSYNCHRONISED || reply->stratum > 15) << UNSYNCHRONISED;
    faults |= (reply->transmit == 0) << NO_TIME;
    return faults;
}

int timesync_check(const struct timesync_packet *reply, uint64_t sent) {
    int first = ffs(faults_of(reply, sent));
    if (first == 0)
        return 0;
    errno = errno_of((enum fault)(first - 1));
    return -1;
}

/* The letter is always the top byte. The others move up, and zeros follow them. */
void timesync_kiss(const struct timesync_packet *reply, char code[5]) {
    memset(code, 0, 5);
    for (uint32_t left = reply->reference_id; left >> 24 != 0; left <<= 8) {
        uint32_t letter = left >> 24;
        *code++ = letter >= ' ' && letter <= '~' ? (char)letter : '?';
    }
}
