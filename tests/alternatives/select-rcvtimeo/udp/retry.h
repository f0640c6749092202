/* retry.h - what to do after a call on a stream failed. */
#ifndef RETRY_H
#define RETRY_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/select.h>

/* Whether the call is to be repeated; waits where it said EAGAIN. */
static inline bool retry(int fd, bool writing) {
    if (errno == EINTR)
        return true;
    if (errno != EAGAIN)
        return false;
    if (fd >= FD_SETSIZE) {
        errno = EINVAL;
        return false;
    }
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    return select(fd + 1, writing ? NULL : &set, writing ? &set : NULL, NULL, NULL) >= 0 || errno == EINTR;
}

#endif
