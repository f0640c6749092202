/* wire.c - the names of the ends by their ports, and the text of the step for a datagram. */
#include "wire.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "support/core/narration.h"

#define PREVIEW_BYTES 16
#define PREVIEW_CHARACTERS 24

static const char *const end_name[] = {"client", "peer", "server", "relay"};
static const char *const fate_name[] = {"",       ", found waiting",  ", dropped", ", duplicate",
                                        ", held", ", delivered late", ", refused"};

/* For each port: its end, and the flags below. With this table the threads of a test need no lock. The parts that a
 * test does not touch cost nothing. */
static atomic_uchar known[UINT16_MAX + 1];
static atomic_uint open_ends[4];

enum { END = 0x03, WITH_PORT = 0x04, SPEAKS = 0x08 };

void wire_open(uint16_t port, enum wire_end end) {
    wire_close(port);
    bool others = atomic_fetch_add(&open_ends[end], 1) > 0;
    bool with_port = end == WIRE_PEER || (end == WIRE_SERVER && others);
    known[port] = (unsigned char)(end | (with_port ? WITH_PORT : 0));
}

void wire_close(uint16_t port) {
    unsigned end = atomic_exchange(&known[port], WIRE_CLIENT) & END;
    if (end != WIRE_CLIENT)
        atomic_fetch_sub(&open_ends[end], 1);
}

struct name {
    char text[16];
};

static struct name name_of(uint16_t port) {
    struct name name;
    unsigned flags = known[port], end = flags & END;
    if (end == WIRE_CLIENT || flags & WITH_PORT)
        snprintf(name.text, sizeof name.text, "%s:%u", end_name[end], port);
    else
        snprintf(name.text, sizeof name.text, "%s", end_name[end]);
    return name;
}

/* Writes a byte as in a C string. Returns the number of characters. It avoids printf, which is slow under Valgrind. */
static size_t escape(char out[static 4], unsigned char byte) {
    static const char digits[] = "0123456789abcdef";
    bool quoted = byte == '"' || byte == '\\';
    if (byte >= ' ' && byte <= '~' && !quoted) {
        out[0] = (char)byte;
        return 1;
    }
    out[0] = '\\';
    out[1] = quoted ? (char)byte : 'x';
    out[2] = digits[byte >> 4];
    out[3] = digits[byte & 15];
    return quoted ? 2 : 4;
}

/* Writes the first bytes as a C string in quotes, and dots if there are more. */
static void preview(char text[static PREVIEW_CHARACTERS + 8], const unsigned char *bytes, size_t shown, size_t len) {
    size_t used = 0, i = 0;
    text[used++] = ' ';
    text[used++] = '"';
    for (; i < shown && i < PREVIEW_BYTES; i++) {
        char escaped[4];
        size_t more = escape(escaped, bytes[i]);
        if (used - 2 + more > PREVIEW_CHARACTERS)
            break;
        memcpy(text + used, escaped, more);
        used += more;
    }
    strcpy(text + used, i < len ? "\"..." : "\"");
}

static void narrate_datagram(uint16_t from, uint16_t to, const void *bytes, size_t shown, size_t len,
                             enum wire_fate fate) {
    char text[PREVIEW_CHARACTERS + 8] = "";
    if (len > 0)
        preview(text, bytes, shown, len);
    timed_step("%s -> %s: %zu byte%s%s%s", name_of(from).text, name_of(to).text, len, len == 1 ? "" : "s", text,
               fate_name[fate]);
}

void wire_sends(uint16_t from, uint16_t to, const void *bytes, size_t len, enum wire_fate fate) {
    atomic_fetch_or(&known[from], SPEAKS);
    narrate_datagram(from, to, bytes, len, len, fate);
}

void wire_takes(uint16_t from, uint16_t to, const void *bytes, size_t shown, size_t len, enum wire_fate fate) {
    if (!(known[from] & SPEAKS))
        narrate_datagram(from, to, bytes, shown < len ? shown : len, len, fate);
}
