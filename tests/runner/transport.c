/* transport.c - the substitute for nanomsg: Criterion's messages go into the journal.
 *
 * Theory of operation
 * In a test, Criterion encodes each event as a protobuf message. An event is, for example: a phase begins, an assertion
 * failed, so many passed. Criterion sends the message over a nanomsg socket and waits for the answer of its runner.
 * Here, to send means to add a record to the journal. The answer comes at once and is always the same two bytes
 * (status_code = OK). So nothing waits for the executor. */
#include "journal.h"
#include "message.h"

#include <stddef.h>
#include <string.h>

/* nanomsg's own prototypes; its header is not installed with Criterion. */
int nn_send(int socket, const void *bytes, size_t len, int flags);
int nn_recv(int socket, void *bytes, size_t len, int flags);
int nn_freemsg(void *bytes);
const char *nn_strerror(int error);

int nn_send(int socket, const void *bytes, size_t len, int flags) {
    (void)socket, (void)flags;
    journal_write(message_is_milestone(bytes, len) ? JOURNAL_MILESTONE : JOURNAL_MESSAGE, bytes, len);
    return (int)len;
}

/* bytes points to the place for a pointer to the message. Criterion always lets nanomsg allocate the message. */
int nn_recv(int socket, void *bytes, size_t len, int flags) {
    static unsigned char ok[] = {0x08, 0x00};
    (void)socket, (void)len, (void)flags;
    *(void **)bytes = ok;
    return (int)sizeof ok;
}

int nn_freemsg(void *bytes) {
    (void)bytes;
    return 0;
}

const char *nn_strerror(int error) {
    return strerror(error);
}
