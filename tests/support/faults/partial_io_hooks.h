/* partial_io_hooks.h - what the wrappers in faults.c, partial_io.c and waits.c ask about a rough descriptor. */
#ifndef SUPPORT_FAULTS_PARTIAL_IO_HOOKS_H
#define SUPPORT_FAULTS_PARTIAL_IO_HOOKS_H

#include <poll.h>
#include <stdbool.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

/* Does this call on fd fail, with EINTR or at the border? If so, sets errno. */
bool partial_io_interrupts(int fd);

/* How many of len bytes this call on fd may move. */
size_t partial_io_amount(int fd, size_t len);

/* The same for a list of blocks. *part becomes the first block that is not empty, but shorter. Returns the list to use,
 * and changes *count. */
const struct iovec *partial_io_blocks(int fd, const struct iovec *list, size_t *count, struct iovec *part);

/* Does this wait watch a rough descriptor, and does it fail? If so, sets errno. The argument at_once says that the
 * call does not wait. */
bool partial_io_fails_poll(const struct pollfd *list, nfds_t count, bool at_once);
bool partial_io_fails_select(int count, const fd_set *in, const fd_set *out, bool at_once);
bool partial_io_fails_epoll(bool at_once);

/* Notes the result of a call on fd. Returns result, and does not change errno. */
ssize_t partial_io_result(int fd, ssize_t result);

#endif
