/* narration.c - the page of steps: appended to under a lock, cut at its head where it is full. */
#include "narration.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

void step(const char *format, ...) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    int saved = errno;
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    for (char *c = line; *c; c++)
        if (*c == '\n')
            *c = ' ';
    strcat(line, "\n");
    pthread_mutex_lock(&lock);
    make_room(strlen(line));
    strcat(narration_page, line);
    pthread_mutex_unlock(&lock);
    errno = saved;
}
