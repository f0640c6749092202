/* sweep_memory.c - the gate of the calls that allocate memory. */
#include <dirent.h>
#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>

#include "sweep_gate.h"

#define MEMORY(type, name, parameters, arguments) GATE(SWEEP_MEMORY, true, NULL, type, name, parameters, arguments)

MEMORY(void *, malloc, (size_t size), (size))
MEMORY(void *, calloc, (size_t count, size_t size), (count, size))
MEMORY(void *, realloc, (void *block, size_t size), (block, size))
MEMORY(void *, reallocarray, (void *block, size_t count, size_t size), (block, count, size))
MEMORY(void *, aligned_alloc, (size_t alignment, size_t size), (alignment, size))
MEMORY(char *, strdup, (const char *text), (text))
MEMORY(char *, strndup, (const char *text, size_t len), (text, len))
MEMORY(FILE *, fmemopen, (void *bytes, size_t len, const char *mode), (bytes, len, mode))
MEMORY(FILE *, open_memstream, (char **bytes, size_t *len), (bytes, len))
MEMORY(FILE *, fdopen, (int fd, const char *mode), (fd, mode))
GATE(SWEEP_MEMORY, true, ENOMEM, int, posix_memalign, (void **block, size_t alignment, size_t size),
     (block, alignment, size))
GATE(SWEEP_MEMORY, true, -1, int, vasprintf, (char **text, const char *format, va_list values), (text, format, values))
GATE(SWEEP_MEMORY, true, -1, ssize_t, getline, (char **line, size_t *room, FILE *stream), (line, room, stream))
GATE(SWEEP_MEMORY, true, -1, ssize_t, getdelim, (char **line, size_t *room, int end, FILE *stream),
     (line, room, end, stream))
GATE(SWEEP_MEMORY, true, -1, ssize_t, __getdelim, (char **line, size_t *room, int end, FILE *stream),
     (line, room, end, stream))
GATE(SWEEP_MEMORY, (flags & MAP_ANONYMOUS) != 0, MAP_FAILED, void *, mmap,
     (void *at, size_t len, int rights, int flags, int fd, off_t from), (at, len, rights, flags, fd, from))
GATE(SWEEP_MEMORY, true, EAI_MEMORY, int, getaddrinfo,
     (const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list),
     (host, service, hints, list))
GATE(SWEEP_MEMORY, true, -1, int, atexit, (void (*handler)(void)), (handler))
GATE(SWEEP_MEMORY, true, -1, int, on_exit, (void (*handler)(int, void *), void *ctx), (handler, ctx))
GATE(SWEEP_MEMORY, operation == EPOLL_CTL_ADD, -1, int, epoll_ctl,
     (int set, int operation, int fd, struct epoll_event *event), (set, operation, fd, event))
GATE(SWEEP_MEMORY, true, NULL, DIR *, opendir, (const char *path), (path))

int swept_asprintf(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));
int swept_asprintf(char **text, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int len = swept_vasprintf(text, format, values);
    va_end(values);
    return len;
}
