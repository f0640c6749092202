/* text.h - text that grows: hostile bytes of any value and any length, never a format string of somebody else's. */
#ifndef RUNNER_TEXT_H
#define RUNNER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Starts as {0}. bytes always ends with a NUL that len does not count; it is NULL until something is added. */
struct text {
    char *bytes;
    size_t len;
    size_t room;
};

/* Each adds to the end. Where memory has run out they abort: the runner has nothing left to report with. */
void text_add(struct text *text, const void *bytes, size_t len);
void text_say(struct text *text, const char *string);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds bytes as one JSON string with its quotes: valid UTF-8 as it is, control characters escaped, the rest as U+FFFD.
 */
void text_json(struct text *text, const char *bytes, size_t len);

/* Adds bytes for a terminal: newline and tab as they are, every other control character as a visible escape; each line
 * after the first is indented by so many spaces. */
void text_visible(struct text *text, const char *bytes, size_t len, int indent);

void text_clear(struct text *text); /* empty, but keeps its room */
void text_free(struct text *text);

#endif
