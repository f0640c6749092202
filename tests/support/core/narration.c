/* narration.c - the page of steps. A lock protects it. When it is full, its oldest lines are removed. */
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

/* Removes whole lines at the beginning until len more bytes fit. Returns the place for these bytes. */
static size_t make_room(size_t len) {
    size_t used = strlen(narration_page);
    if (used + len < NARRATION_BYTES)
        return used;
    size_t mark = sizeof cut_mark - 1;
    char *keep = narration_page + NARRATION_BYTES / 4 + len;
    char *line = strchr(keep, '\n');
    line = line ? line + 1 : narration_page + used;
    memmove(narration_page + mark, line, used - (size_t)(line - narration_page) + 1);
    memcpy(narration_page, cut_mark, mark);
    return strlen(narration_page);
}

/* An empty page belongs to a new test, and the clock starts with its first step. */
static void append(bool timed, const char *format, va_list arguments) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static double began;
    int saved = errno;
    char line[512] = "";
    pthread_mutex_lock(&lock);
    double now = stopwatch_ms();
    if (narration_page[0] == '\0')
        began = now;
    unsigned long long tenths = (unsigned long long)((now - began) * 10); /* printf of doubles is slow under Valgrind */
    if (timed)
        snprintf(line, sizeof line, "%4llu.%llu ms  ", tenths / 10, tenths % 10);
    size_t len = strlen(line);
    vsnprintf(line + len, sizeof line - 1 - len, format, arguments);
    for (len = 0; line[len]; len++)
        if (line[len] == '\n')
            line[len] = ' ';
    line[len++] = '\n';
    line[len] = '\0';
    memcpy(narration_page + make_room(len), line, len + 1);
    pthread_mutex_unlock(&lock);
    errno = saved;
}

void step(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    append(false, format, arguments);
    va_end(arguments);
}

void timed_step(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    append(true, format, arguments);
    va_end(arguments);
}
