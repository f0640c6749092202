/* fence.h - memory that ends right before a page that nobody may touch. To read or write past its end is a crash. */
#ifndef SUPPORT_CORE_FENCE_H
#define SUPPORT_CORE_FENCE_H

#include <stddef.h>

/* The largest block, in bytes. */
#define FENCED_MAX 65536

/* A block of exactly len bytes, filled with '#'. If len is 0, no byte of it may be touched. */
void *fenced(size_t len);

/* Gives the block back. */
void fenced_free(void *block, size_t len);

#endif
