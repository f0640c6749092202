/* message.c - decodes Criterion's messages. The code under test may have written them.
 *
 * Theory of operation
 * The messages are protobuf (Criterion 2.4, src/protocol/criterion.proto). A message is a list of fields. Each field is
 * a tag (number << 3 | wire type) and a value. The value is a varint, or a length and that many bytes. Those bytes may
 * be a message again. A decoder for this is one page, so this file has its own and does not call libprotobuf-nanopb.
 * Its input is hostile, and its output must be a few plain values. It skips fields that it does not know. If something
 * does not parse, it ends the message that contains it. */
#include "message.h"

#include <stdint.h>
#include <string.h>

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

struct wire {
    const unsigned char *at;
    const unsigned char *end;
};

struct field {
    unsigned number;
    unsigned type;
    uint64_t value;    /* of a VARINT */
    struct wire bytes; /* of BYTES */
};

static bool read_varint(struct wire *wire, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; shift < 64 && wire->at < wire->end; shift += 7) {
        unsigned char byte = *wire->at++;
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0)
            return true;
    }
    return false;
}

static bool skip_bytes(struct wire *wire, uint64_t len, struct wire *skipped) {
    if (len > (uint64_t)(wire->end - wire->at))
        return false;
    *skipped = (struct wire){wire->at, wire->at + len};
    wire->at += len;
    return true;
}

/* Reads the next field. False at the end, and at the first bytes that are not a field. */
static bool next_field(struct wire *wire, struct field *field) {
    uint64_t tag, len = 0;
    *field = (struct field){0};
    if (wire->at >= wire->end || !read_varint(wire, &tag))
        return false;
    field->number = (unsigned)(tag >> 3);
    field->type = (unsigned)(tag & 7);
    switch (field->type) {
    case VARINT:
        return read_varint(wire, &field->value);
    case BYTES:
        return read_varint(wire, &len) && skip_bytes(wire, len, &field->bytes);
    case FIXED64:
        return skip_bytes(wire, 8, &field->bytes);
    case FIXED32:
        return skip_bytes(wire, 4, &field->bytes);
    default:
        return false;
    }
}

static void take(struct text *text, const struct field *field) {
    if (field->type == BYTES)
        text_add(text, field->bytes.at, (size_t)(field->bytes.end - field->bytes.at));
}

static void decode_phase(struct message *message, struct wire wire) {
    struct field field;
    message->kind = MESSAGE_PHASE;
    while (next_field(&wire, &field)) {
        if (field.number == 1)
            message->phase = field.value <= PHASE_SKIP ? (enum phase)field.value : 0;
        else if (field.number == 4)
            take(&message->text, &field);
    }
}

/* One value of a failed comparison, on its own line. Criterion calls the value that came "actual". */
static void decode_value(struct text *text, struct wire wire) {
    struct field field;
    struct text name = {0}, value = {0};
    while (next_field(&wire, &field)) {
        if (field.number == 1)
            take(&name, &field);
        else if (field.number == 3)
            take(&value, &field);
    }
    if (name.len > 0 && value.len > 0) {
        text_printf(text, "\n%s: ", strcmp(name.bytes, "actual") == 0 ? "got" : name.bytes);
        text_add(text, value.bytes, value.len);
    }
    text_free(&name);
    text_free(&value);
}

static void decode_values(struct text *text, struct wire wire) {
    struct field field;
    while (next_field(&wire, &field))
        if (field.number == 1 && field.type == BYTES)
            decode_value(text, field.bytes);
}

/* What a macro of criterion/new/assert.h adds: the expression, its message, and the values or their diff. */
static void decode_result(struct text *text, struct wire wire) {
    struct field field;
    if (text->len > 0)
        text_say(text, "\n");
    while (next_field(&wire, &field)) {
        if (field.number == 2 || field.number == 4)
            text_say(text, field.number == 2 ? ": " : "\n");
        if (field.number == 3 && field.type == BYTES)
            decode_values(text, field.bytes);
        else
            take(text, &field);
    }
}

static void decode_assert(struct message *message, struct wire wire) {
    struct field field;
    message->kind = MESSAGE_ASSERT;
    while (next_field(&wire, &field)) {
        if (field.number == 1)
            take(&message->text, &field);
        else if (field.number == 2)
            message->passed = field.value != 0;
        else if (field.number == 3)
            take(&message->file, &field);
        else if (field.number == 4)
            message->line = (unsigned)field.value;
        else if (field.number == 6 && field.type == BYTES)
            decode_result(&message->text, field.bytes);
    }
}

static void decode_log(struct message *message, struct wire wire) {
    struct field field;
    message->kind = MESSAGE_LOG;
    while (next_field(&wire, &field))
        if (field.number == 2)
            take(&message->text, &field);
}

static void decode_statistic(struct message *message, struct wire wire) {
    struct field field;
    struct text name = {0};
    while (next_field(&wire, &field)) {
        if (field.number == 1)
            take(&name, &field);
        else if (field.number == 3)
            message->count = (unsigned long)field.value;
    }
    if (name.len > 0 && strcmp(name.bytes, ".asserts_passed") == 0)
        message->kind = MESSAGE_COUNT;
    text_free(&name);
}

/* A message holds one event. The event is one of these. */
enum { EVENT = 16, PHASE = 2, LOG = 4, ASSERT = 5, STATISTIC = 6 };

static void decode_event(struct message *message, struct wire wire) {
    struct field field;
    while (next_field(&wire, &field)) {
        if (field.type != BYTES)
            continue;
        if (field.number == PHASE)
            decode_phase(message, field.bytes);
        else if (field.number == ASSERT)
            decode_assert(message, field.bytes);
        else if (field.number == LOG)
            decode_log(message, field.bytes);
        else if (field.number == STATISTIC)
            decode_statistic(message, field.bytes);
    }
}

bool message_decode(struct message *message, const unsigned char *bytes, size_t len) {
    struct wire wire = {bytes, bytes + len};
    struct field field;
    *message = (struct message){0};
    while (next_field(&wire, &field))
        if (field.number == EVENT && field.type == BYTES)
            decode_event(message, field.bytes);
    return message->kind != MESSAGE_OTHER;
}

void message_free(struct message *message) {
    text_free(&message->file);
    text_free(&message->text);
}
