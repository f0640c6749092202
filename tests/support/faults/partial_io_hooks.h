/* partial_io_hooks.h - what the wrappers in faults.c, partial_io.c and waits.c ask of a rough descriptor. */
#ifndef SUPPORT_FAULTS_PARTIAL_IO_HOOKS_H
#define SUPPORT_FAULTS_PARTIAL_IO_HOOKS_H

#include <poll.h>
#include <stdbool.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

/* Whether this call on fd is one that fails with EINTR; sets errno if so. */
bool partial_io_interrupts(int fd);

/* How many of len bytes this call on fd may move. */
size_t partial_io_amount(int fd, size_t len);

/* The same for a list of blocks: its first block that is not empty, shortened, in *part. Returns what to use instead of
 * list and *count. */
const struct iovec *partial_io_blocks(int fd, const struct iovec *list, size_t *count, struct iovec *part);

/* Whether this wait concerns a rough descriptor and is one that fails with EINTR; sets errno if so. at_once: it was
 * told not to wait. */
bool partial_io_fails_poll(const struct pollfd *list, nfds_t count, bool at_once);
bool partial_io_fails_select(int count, const fd_set *in, const fd_set *out, bool at_once);
bool partial_io_fails_epoll(bool at_once);

/* Notes what a call on fd came to. Returns result, with errno as it was. */
ssize_t partial_io_result(int fd, ssize_t result);

#endif
