/* text.c - text that grows, and its two forms of output: a JSON string, and text for a terminal. */
#include "text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void make_room(struct text *text, size_t more) {
    size_t need = text->len + more + 1;
    if (need <= text->room)
        return;
    size_t room = need < 256 ? 256 : need * 2;
    char *bytes = realloc(text->bytes, room);
    if (bytes == NULL)
        abort();
    text->bytes = bytes;
    text->room = room;
}

void text_add(struct text *text, const void *bytes, size_t len) {
    make_room(text, len);
    if (len > 0)
        memcpy(text->bytes + text->len, bytes, len);
    text->len += len;
    text->bytes[text->len] = '\0';
}

void text_say(struct text *text, const char *string) {
    text_add(text, string, strlen(string));
}

void text_printf(struct text *text, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int len = vsnprintf(NULL, 0, format, values);
    va_end(values);
    if (len < 0)
        abort();
    make_room(text, (size_t)len);
    va_start(values, format);
    vsnprintf(text->bytes + text->len, (size_t)len + 1, format, values);
    va_end(values);
    text->len += (size_t)len;
}

/* The length of the UTF-8 character at the start of bytes. 0: there is none (overlong, surrogate, cut off). */
static size_t utf8_length(const unsigned char *bytes, size_t len) {
    size_t want = bytes[0] < 0x80   ? 1
                  : bytes[0] < 0xC2 ? 0
                  : bytes[0] < 0xE0 ? 2
                  : bytes[0] < 0xF0 ? 3
                  : bytes[0] < 0xF5 ? 4
                                    : 0;
    if (want == 0 || want > len)
        return 0;
    for (size_t i = 1; i < want; i++)
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    if ((bytes[0] == 0xE0 && bytes[1] < 0xA0) || (bytes[0] == 0xED && bytes[1] > 0x9F) ||
        (bytes[0] == 0xF0 && bytes[1] < 0x90) || (bytes[0] == 0xF4 && bytes[1] > 0x8F))
        return 0;
    return want;
}

static void json_character(struct text *text, const unsigned char *bytes, size_t len) {
    if (len == 0)
        text_say(text, "\\ufffd");
    else if (bytes[0] == '"' || bytes[0] == '\\')
        text_printf(text, "\\%c", bytes[0]);
    else if (bytes[0] == '\n')
        text_say(text, "\\n");
    else if (bytes[0] < 0x20 || bytes[0] == 0x7F)
        text_printf(text, "\\u%04x", bytes[0]);
    else
        text_add(text, bytes, len);
}

void text_json(struct text *text, const char *bytes, size_t len) {
    const unsigned char *at = (const unsigned char *)bytes;
    make_room(text, len + 2);
    text_say(text, "\"");
    while (len > 0) {
        size_t character = utf8_length(at, len);
        json_character(text, at, character);
        at += character > 0 ? character : 1;
        len -= character > 0 ? character : 1;
    }
    text_say(text, "\"");
}

void text_visible(struct text *text, const char *bytes, size_t len, int indent) {
    const unsigned char *at = (const unsigned char *)bytes;
    while (len > 0) {
        size_t character = utf8_length(at, len);
        bool c1_control = character == 2 && at[0] == 0xC2 && at[1] < 0xA0;
        if (character == 0 || c1_control || ((at[0] < 0x20 || at[0] == 0x7F) && at[0] != '\n' && at[0] != '\t')) {
            character = 1;
            text_printf(text, "\\x%02x", at[0]);
        } else {
            text_add(text, at, character);
        }
        if (at[0] == '\n' && len > 1)
            text_printf(text, "%*s", indent, "");
        at += character;
        len -= character;
    }
}

void text_clear(struct text *text) {
    text->len = 0;
    if (text->bytes != NULL)
        text->bytes[0] = '\0';
}

void text_free(struct text *text) {
    free(text->bytes);
    *text = (struct text){0};
}
