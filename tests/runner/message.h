/* message.h - Criterion's messages, decoded. */
#ifndef RUNNER_MESSAGE_H
#define RUNNER_MESSAGE_H

#include "text.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum message_kind { MESSAGE_OTHER, MESSAGE_PHASE, MESSAGE_ASSERT, MESSAGE_LOG, MESSAGE_COUNT };

/* The phases of a test, numbered as in Criterion's protocol. */
enum phase { PHASE_SETUP = 1, PHASE_MAIN, PHASE_TEARDOWN, PHASE_END, PHASE_ABORT, PHASE_TIMEOUT, PHASE_SKIP };

struct message {
    enum message_kind kind;
    enum phase phase;    /* of MESSAGE_PHASE */
    bool passed;         /* of MESSAGE_ASSERT */
    unsigned line;       /* of MESSAGE_ASSERT */
    unsigned long count; /* of MESSAGE_COUNT: how many assertions passed */
    struct text file;    /* of MESSAGE_ASSERT */
    struct text text;    /* of MESSAGE_ASSERT, MESSAGE_LOG, and of an abort or a skip */
};

/* Decodes len bytes into *message. Use message_free to free it. False: the bytes are not a message. */
bool message_decode(struct message *message, const unsigned char *bytes, size_t len);

void message_free(struct message *message);

#endif
