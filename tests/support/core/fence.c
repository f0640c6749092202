/* fence.c - maps a few pages and forbids the last one. */
#include "fence.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "require.h"

enum { PAGE = 65536 }; /* a multiple of the page of every machine */

void *fenced(size_t len) {
    require(len <= FENCED_MAX, "find memory of this size");
    char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(pages != MAP_FAILED, "find memory");
    require(mprotect(pages + PAGE, PAGE, PROT_NONE) == 0, "forbid a page");
    return memset(pages + PAGE - len, '#', len);
}

void fenced_free(void *block, size_t len) {
    munmap((char *)block + len - PAGE, 2 * PAGE);
}
