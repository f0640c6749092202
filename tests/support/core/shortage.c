/* shortage.c - lowers the limit of descriptors, and fills the numbers below it. */
#include "shortage.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "narration.h"
#include "require.h"

enum { LIMIT = 64 };

static struct rlimit before;
static int filler[LIMIT];
static int fillers;

void use_up_descriptors(void) {
    require(getrlimit(RLIMIT_NOFILE, &before) == 0, "read a limit");
    struct rlimit few = {LIMIT, before.rlim_max};
    require(setrlimit(RLIMIT_NOFILE, &few) == 0, "set a limit");
    for (int fd; (fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) != -1;)
        filler[fillers++] = fd;
    step("from here on no more descriptors can be opened");
}

void free_descriptors(void) {
    while (fillers > 0)
        close(filler[--fillers]);
    require(setrlimit(RLIMIT_NOFILE, &before) == 0, "set a limit");
    step("descriptors can be opened again");
}
