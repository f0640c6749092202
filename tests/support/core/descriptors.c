/* descriptors.c - counts /proc/self/fd. */
#include "descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "narration.h"
#include "require.h"

int open_descriptors(void) {
    DIR *folder = opendir("/proc/self/fd");
    require(folder != NULL, "read /proc/self/fd");
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count - 1; /* minus 1 for the descriptor of the folder itself */
}

int closed_descriptor(void) {
    int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 64);
    require(fd != -1, "make a descriptor");
    close(fd);
    return fd;
}

static struct rlimit usual;

void allow_descriptors(int count) {
    require(getrlimit(RLIMIT_NOFILE, &usual) == 0, "read a limit");
    struct rlimit less = usual;
    for (less.rlim_cur = 0; count > 0 || is_open((int)less.rlim_cur); less.rlim_cur++)
        count -= !is_open((int)less.rlim_cur);
    require(setrlimit(RLIMIT_NOFILE, &less) == 0, "set a limit");
    step("from here on, few descriptors or none can be opened");
}

void allow_all_descriptors(void) {
    require(setrlimit(RLIMIT_NOFILE, &usual) == 0, "set a limit");
    step("descriptors can be opened again");
}

bool is_open(int fd) {
    return fcntl(fd, F_GETFD) != -1;
}

struct descriptor_set descriptor_set(void) {
    struct descriptor_set now;
    for (int fd = 0; fd < 256; fd++)
        now.open[fd] = is_open(fd);
    return now;
}

int open_for_programs(const struct descriptor_set *then) {
    int count = 0;
    for (int fd = 0; fd < 256; fd++) {
        int flags = then->open[fd] ? -1 : fcntl(fd, F_GETFD);
        count += flags != -1 && !(flags & FD_CLOEXEC);
    }
    return count;
}
