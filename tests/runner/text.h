/* text.h - text that grows. It may hold hostile bytes of any value and any length. It is never used as a format string.
 */
#ifndef RUNNER_TEXT_H
#define RUNNER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Starts as {0}. bytes always ends with a NUL that len does not count. bytes is NULL until something is added. */
struct text {
    char *bytes;
    size_t len;
    size_t room;
};

/* Each adds to the end. If memory runs out, they abort, because the executor could report nothing then. */
void text_add(struct text *text, const void *bytes, size_t len);
void text_say(struct text *text, const char *string);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds bytes as one JSON string with its quotes. Valid UTF-8 stays as it is, control characters are escaped, and the
 * rest becomes U+FFFD. */
void text_json(struct text *text, const char *bytes, size_t len);

/* Adds bytes for a terminal. Newline and tab stay as they are. Every other control character becomes a visible escape.
 * Each line after the first is indented by indent spaces. */
void text_visible(struct text *text, const char *bytes, size_t len, int indent);

void text_clear(struct text *text); /* makes it empty, but keeps its memory */
void text_free(struct text *text);

#endif
