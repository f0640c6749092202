/* blocks.h - several blocks of memory as one stream: moving on through them, and waiting in between. */
#ifndef BLOCKS_H
#define BLOCKS_H

#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/uio.h>

struct blocks {
    struct iovec *list;
    size_t count; /* what is left of them */
};

/* Leaves out the first len bytes, and every block that is empty. */
void blocks_advance(struct blocks *blocks, size_t len);

/* Whether to go on after a call failed: waited for events (EPOLLIN, EPOLLOUT) if need be. */
bool blocks_go_on(int fd, unsigned events);

/* Writes them all. Returns 0, or -1. */
int blocks_send(int fd, struct blocks blocks);

#endif
