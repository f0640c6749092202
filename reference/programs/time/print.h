/* print.h - moments, offsets and reasons as text. */
#ifndef TIMESLICE_TIME_PRINT_H
#define TIMESLICE_TIME_PRINT_H

#include <timeslice/timesync.h>

enum { SECONDS_BYTES = 32 };

/* A moment as text, such as "2026-01-01 00:00:00.250000000 UTC". It is valid until the next call. */
const char *moment_text(int64_t moment);

/* Nanoseconds as seconds with a sign, such as "+0.250000000 s". Writes to text and returns it. */
const char *seconds_text(int64_t ns, char text[SECONDS_BYTES]);

/* Prints one line that says why timesync_query failed with this errno. Returns the exit status. */
int cannot_tell(const struct udp_peer *server, const struct timesync_result *result, int error);

#endif
