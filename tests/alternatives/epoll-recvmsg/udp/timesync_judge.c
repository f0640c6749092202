/* timesync_judge.c - a table of faults, gone through from the top. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <timeslice/timesync.h>

int64_t timesync_offset(int64_t t1, int64_t t2, int64_t t3, int64_t t4) {
    int64_t there = t2 - t1, back = t4 - t3;
    return (there - back) / 2;
}

int64_t timesync_delay(int64_t t1, int64_t t2, int64_t t3, int64_t t4) {
    int64_t there = t2 - t1, back = t4 - t3;
    return there + back;
}

int timesync_check(const struct timesync_packet *reply, uint64_t sent) {
    const struct {
        int applies, error;
    } table[] = {
        {reply->mode != 4, ENOMSG},
        {reply->version - 1u > 3, EPROTONOSUPPORT},
        {reply->originate != sent, ESTALE},
        {reply->stratum == 0, EACCES},
        {reply->leap == 3 || reply->stratum >= 16, ENOLINK},
        {reply->transmit == 0, ENODATA},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].applies) {
            errno = table[i].error;
            return -1;
        }
    return 0;
}

void timesync_kiss(const struct timesync_packet *reply, char code[5]) {
    uint32_t word = htonl(reply->reference_id);
    memcpy(code, &word, 4);
    code[4] = '\0';
    for (char *c = code; *c != '\0'; c++)
        if (!isascii((unsigned char)*c) || !isprint((unsigned char)*c))
            *c = '?';
}
