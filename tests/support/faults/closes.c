/* closes.c - the wrappers. */
#include "closes.h"

#include <errno.h>
#include <netdb.h>
#include <unistd.h>

#include "support/core/narration.h"

static _Thread_local bool spoils_errno;
static _Thread_local unsigned in_vain;

void closes_spoil_errno(bool spoils) {
    spoils_errno = spoils;
    if (spoils)
        step("from here on close and freeaddrinfo change errno, by the kit's doing");
}

unsigned closes_in_vain(void) {
    return in_vain;
}

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd) {
    int result = __real_close(fd);
    if (result == -1 && errno == EBADF && fd >= 0) {
        step("close(%d): this descriptor is not open", fd);
        in_vain++;
    }
    if (result == 0 && spoils_errno)
        errno = EXDEV;
    return result;
}

void __real_freeaddrinfo(struct addrinfo *list);
void __wrap_freeaddrinfo(struct addrinfo *list);
void __wrap_freeaddrinfo(struct addrinfo *list) {
    __real_freeaddrinfo(list);
    if (spoils_errno)
        errno = EXDEV;
}
