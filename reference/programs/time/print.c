/* print.c - moments, offsets and reasons as text. */
#include "print.h"

#include "../command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NS_PER_SECOND INT64_C(1000000000)

const char *moment_text(int64_t moment) {
    static char text[64];
    int64_t ns = (moment % NS_PER_SECOND + NS_PER_SECOND) % NS_PER_SECOND; /* also for moments before 1970 */
    time_t seconds = (time_t)((moment - ns) / NS_PER_SECOND);
    struct tm date;
    gmtime_r(&seconds, &date);
    size_t length = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &date);
    snprintf(text + length, sizeof text - length, ".%09" PRId64 " UTC", ns);
    return text;
}

const char *seconds_text(int64_t ns, char text[SECONDS_BYTES]) {
    uint64_t size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
    snprintf(text, SECONDS_BYTES, "%c%" PRIu64 ".%09" PRIu64 " s", ns < 0 ? '-' : '+', size / NS_PER_SECOND,
             size % NS_PER_SECOND);
    return text;
}

int cannot_tell(const struct udp_peer *server, const struct timesync_result *result, int error) {
    char why[64];
    const char *from = peer_text(server);
    if (error == EACCES && result->kiss[0] == '\0')
        error = ENOLINK; /* stratum 0 without a code: the server was never synchronised */
    switch (error) {
    case ETIMEDOUT:
        return complain(NO_ANSWER, "no answer from", from, "is a time server running there?");
    case ECONNREFUSED:
        return complain(NO_ANSWER, "no answer from", from, "nobody listens there; start a server first");
    case EACCES:
        snprintf(why, sizeof why, "kiss-o'-death %s: ask less often, or ask another server", result->kiss);
        return complain(TROUBLE, "refused by", from, why);
    case ENOLINK:
        return complain(TROUBLE, "no time from", from, "the server does not know the time; ask later");
    case ENODATA:
        return complain(TROUBLE, "no time from", from, "the server's answer has no time");
    default:
        return complain(TROUBLE, "cannot ask", from, strerror(error));
    }
}
