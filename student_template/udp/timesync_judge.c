/* timesync_judge.c - what four moments say about two clocks, and whether a reply is good.
 *
 * Spec: spec/udp.md, area TIME. Each function below is a stub: it compiles, does nothing and earns nothing.
 */
#include <errno.h>
#include <timeslice/timesync.h>

/* How far the server's clock is ahead of ours: UDP-TIME-010. */
int64_t timesync_offset(int64_t t1, int64_t t2, int64_t t3, int64_t t4) {
    (void)t1;
    (void)t2;
    (void)t3;
    (void)t4;
    return 0;
}

/* How long both packets were under way: UDP-TIME-011. */
int64_t timesync_delay(int64_t t1, int64_t t2, int64_t t3, int64_t t4) {
    (void)t1;
    (void)t2;
    (void)t3;
    (void)t4;
    return 0;
}

/* Is this the answer to our request, and does it tell the time?
 *
 * - UDP-TIME-012: leap 0, 1 and 2 are good
 * - UDP-TIME-013: a wrong originate
 * - UDP-TIME-014: a wrong mode
 * - UDP-TIME-015: a wrong version
 * - UDP-TIME-016: a kiss-o'-death
 * - UDP-TIME-017: a server that does not know the time
 * - UDP-TIME-018: transmit 0
 * - UDP-TIME-019: which fault is reported first
 */
int timesync_check(const struct timesync_packet *reply, uint64_t sent) {
    (void)reply;
    (void)sent;
    errno = ENOSYS;
    return -1;
}

/* The kiss code as text: UDP-TIME-020. */
void timesync_kiss(const struct timesync_packet *reply, char code[5]) {
    (void)reply;
    (void)code;
}
