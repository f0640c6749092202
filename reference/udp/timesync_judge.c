/* timesync_judge.c - what four moments say about two clocks, and whether a reply is good. */
#include <errno.h>
#include <timeslice/timesync.h>

enum { STRATUM_MAX = 15 };

/* UDP-TIME-010: this assumes that both ways take equally long, so they cancel in the sum. There is no overflow: two
 * moments that have stamps are less than 2^62 ns apart. */
int64_t timesync_offset(int64_t t1, int64_t t2, int64_t t3, int64_t t4) {
    return ((t2 - t1) + (t3 - t4)) / 2;
}

/* UDP-TIME-011: the time that passed here, less the time that passed there. Both clocks may be wrong. */
int64_t timesync_delay(int64_t t1, int64_t t2, int64_t t3, int64_t t4) {
    return (t4 - t1) - (t3 - t2);
}

/* The errno of the reply's first fault, or 0. UDP-TIME-019: first check whether it answers us. Anybody can send us a
 * kiss-o'-death, but only somebody who saw our request can send back its transmit. */
static int fault_of(const struct timesync_packet *reply, uint64_t sent) {
    if (reply->mode != TIMESYNC_SERVER)
        return ENOMSG; /* UDP-TIME-014 */
    if (reply->version < 1 || reply->version > TIMESYNC_VERSION)
        return EPROTONOSUPPORT; /* UDP-TIME-015 */
    if (reply->originate != sent)
        return ESTALE; /* UDP-TIME-013 */
    if (reply->stratum == 0)
        return EACCES; /* UDP-TIME-016 */
    if (reply->leap == TIMESYNC_UNSYNCHRONISED || reply->stratum > STRATUM_MAX)
        return ENOLINK; /* UDP-TIME-017 */
    if (reply->transmit == 0)
        return ENODATA; /* UDP-TIME-018 */
    return 0;           /* UDP-TIME-012: leap 0, 1 and 2 are good */
}

int timesync_check(const struct timesync_packet *reply, uint64_t sent) {
    int fault = fault_of(reply, sent);
    if (fault == 0)
        return 0;
    errno = fault;
    return -1;
}

/* UDP-TIME-020: the bytes come from the network and may go to a terminal. */
void timesync_kiss(const struct timesync_packet *reply, char code[5]) {
    for (int i = 0; i < 4; i++) {
        unsigned char letter = (unsigned char)(reply->reference_id >> 8 * (3 - i));
        code[i] = (char)(letter == 0 || (letter >= ' ' && letter <= '~') ? letter : '?');
    }
    code[4] = '\0';
}
