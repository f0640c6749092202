/* narration.c - the page of steps: appended to under a lock, cut at its head where it is full. */
#include "narration.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "stopwatch.h"

static char own_page[NARRATION_BYTES];
char *narration_page = own_page;

static const char cut_mark[] = "(earlier steps left out)\n";

bool narration_is_shown_elsewhere(void) {
    return narration_page != own_page;
}

/* Drops whole lines at the head until len more bytes fit. */
static void make_room(size_t len) {
    size_t used = strlen(narration_page);
    if (used + len < NARRATION_BYTES)
        return;
    size_t mark = sizeof cut_mark - 1;
    char *keep = narration_page + NARRATION_BYTES / 4 + len;
    char *line = strchr(keep, '\n');
    line = line ? line + 1 : narration_page + used;
    memmove(narration_page + mark, line, used - (size_t)(line - narration_page) + 1);
    memcpy(narration_page, cut_mark, mark);
}

/* An empty page is a new test's: the clock starts with its first step. */
static void tell(bool timed, const char *format, va_list arguments) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static double began;
    int saved = errno;
    char line[512] = "";
    pthread_mutex_lock(&lock);
    double now = stopwatch_ms();
    if (narration_page[0] == '\0')
        began = now;
    if (timed)
        snprintf(line, sizeof line, "%6.1f ms  ", now - began);
    size_t used = strlen(line);
    vsnprintf(line + used, sizeof line - 1 - used, format, arguments);
    for (char *c = line; *c; c++)
        if (*c == '\n')
            *c = ' ';
    strcat(line, "\n");
    make_room(strlen(line));
    strcat(narration_page, line);
    pthread_mutex_unlock(&lock);
    errno = saved;
}

void step(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    tell(false, format, arguments);
    va_end(arguments);
}

void timed_step(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    tell(true, format, arguments);
    va_end(arguments);
}
