/* shortage.c - sets the limits. */
#include "shortage.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/core/require.h"

/* Sets a limit to count, or to the most that is allowed. */
static void set_limit(int which, rlim_t count) {
    struct rlimit limit;
    require(getrlimit(which, &limit) == 0, "read a limit");
    limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
    require(setrlimit(which, &limit) == 0, "set a limit");
}

/* Becomes another user, who keeps root's other rights. */
static void become_ordinary(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    const unsigned exempt = 1U << CAP_SYS_RESOURCE | 1U << CAP_SYS_ADMIN;
    if (geteuid() != 0 || syscall(SYS_capget, &header, sets) != 0)
        return;
    require(setresuid(65534, (uid_t)-1, (uid_t)-1) == 0, "become another user");
    sets[0].effective &= ~exempt;
    sets[0].permitted &= ~exempt;
    syscall(SYS_capset, &header, sets);
}

void forbid_processes(void) {
    become_ordinary();
    set_limit(RLIMIT_NPROC, 0);
}

void allow_processes(void) {
    set_limit(RLIMIT_NPROC, RLIM_INFINITY);
}

static rlim_t usual_descriptors;

/* The limit is about numbers. So it is the number that comes after the next `more` free numbers. */
void leave_descriptors(unsigned more) {
    enum { MOST = 32 };
    struct rlimit limit;
    int taken[MOST + 1];
    require(more <= MOST && getrlimit(RLIMIT_NOFILE, &limit) == 0, "read the limit of descriptors");
    for (unsigned i = 0; i <= more; i++)
        require((taken[i] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) != -1, "open a descriptor");
    for (unsigned i = 0; i <= more; i++)
        close(taken[i]);
    usual_descriptors = limit.rlim_cur;
    set_limit(RLIMIT_NOFILE, (rlim_t)taken[more]);
}

void allow_descriptors(void) {
    set_limit(RLIMIT_NOFILE, usual_descriptors);
}

void limit_files(unsigned bytes) {
    signal(SIGXFSZ, SIG_IGN);
    set_limit(RLIMIT_FSIZE, bytes);
}

void allow_files(void) {
    set_limit(RLIMIT_FSIZE, RLIM_INFINITY);
    signal(SIGXFSZ, SIG_DFL);
}
