/* spawn.c - beginning this program anew, with one target to run.
 *
 * Spec: spec/process.md, area SPAWN.
 */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <timeslice/process.h>
#include <unistd.h>

static struct {
    const char *name;
    process_target *target;
} targets[PROCESS_TARGETS_MAX];
static size_t targets_count;

static bool guarded; /* a spawned child that has come to process_spawn_main */

/* What a spawned child is told, in a file that it inherits as descriptor 3: this, and then the argument bytes. */
enum { HANDOVER_FD = 3 };

static const char handover_magic[16] = "timeslice-spawn";

struct handover {
    char magic[sizeof handover_magic];
    size_t arg_size;
    pid_t parent;
    bool daemon;
    char target[PROCESS_NAME_MAX + 1];
    char identity[PROCESS_NAME_MAX + 1];
    char name[PROCESS_NAME_MAX + 1];
    char parent_name[PROCESS_NAME_MAX + 1];
};

static process_target *target_of(const char *name) {
    for (size_t i = 0; i < targets_count; i++) {
        if (strcmp(targets[i].name, name) == 0)
            return targets[i].target;
    }
    return NULL;
}

static const char *name_of(process_target *target) {
    for (size_t i = 0; i < targets_count; i++) {
        if (targets[i].target == target)
            return targets[i].name;
    }
    return NULL;
}

/* Makes target known under name to every spawned child.
 *
 * PROC-SPAWN-004 a target that is not known
 * PROC-SPAWN-009 what is refused
 */
int process_register(const char *name, process_target *target) {
    if (name == NULL || name[0] == '\0' || target == NULL) {
        errno = EINVAL;
        return -1;
    }
    if (strnlen(name, PROCESS_NAME_MAX + 1) > PROCESS_NAME_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    process_target *known = target_of(name);
    if (known == target)
        return 0;
    if (known != NULL) {
        errno = EEXIST;
        return -1;
    }
    if (targets_count == PROCESS_TARGETS_MAX) {
        errno = ENOSPC;
        return -1;
    }
    targets[targets_count].name = name;
    targets[targets_count].target = target;
    targets_count++;
    return 0;
}

/* PROC-SPAWN-006: EDEADLK if argv[1] of this program is PROCESS_SPAWN_FLAG, which main may not have shown us yet. If
 * nobody can say, the reason. Otherwise 0. */
int spawn_refused(void) {
    static int known = -1; /* stays right in a fork, which has the same argv */
    if (guarded)
        return 0;
    if (known != -1)
        return known;

    FILE *file = fopen("/proc/self/cmdline", "re");
    if (file == NULL)
        return errno;
    char *word = NULL;
    size_t size = 0;
    errno = 0; /* the end of the file does not set it */
    bool has_two = getdelim(&word, &size, '\0', file) > 0 && getdelim(&word, &size, '\0', file) > 0;
    int error = has_two ? 0 : errno;
    if (error == 0)
        known = has_two && strcmp(word, PROCESS_SPAWN_FLAG) == 0 ? EDEADLK : 0;
    free(word);
    fclose(file);
    return error != 0 ? error : known;
}

/* PROC-SPAWN-004 */
int spawn_check(const struct process *p) {
    if (p->cls != &target_class || name_of(p->target) == NULL) {
        errno = EINVAL;
        return -1;
    }
    if (p->arg_size > PROCESS_ARG_MAX) {
        errno = E2BIG;
        return -1;
    }
    return 0;
}

static int write_all(int fd, const void *data, size_t size) {
    const char *next = data;
    while (size > 0) {
        ssize_t count = write(fd, next, size);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            return -1;
        next += count;
        size -= (size_t)count;
    }
    return 0;
}

static bool read_all(int fd, void *data, size_t size, off_t offset) {
    char *next = data;
    while (size > 0) {
        ssize_t count = pread(fd, next, size, offset);
        if (count == -1 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        next += count;
        offset += count;
        size -= (size_t)count;
    }
    return true;
}

/* Writes the file for the child. Returns its descriptor, or -1. */
static int hand_over(const struct process *p) {
    const struct process *self = process_current();
    struct handover handover;
    memset(&handover, 0, sizeof handover); /* the padding as well: all of it is written */
    memcpy(handover.magic, handover_magic, sizeof handover_magic);
    handover.arg_size = p->arg_size;
    handover.parent = getpid();
    handover.daemon = p->daemon;
    strcpy(handover.target, name_of(p->target));
    strcpy(handover.identity, p->identity);
    strcpy(handover.name, p->name);
    strcpy(handover.parent_name, self->name);

    int fd = memfd_create("timeslice-spawn", MFD_CLOEXEC);
    if (fd == -1)
        return -1;
    if (write_all(fd, &handover, sizeof handover) == -1 || write_all(fd, p->arg, p->arg_size) == -1) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

/* The path of this program. The link itself is right where the file was removed since, and the path is under Valgrind,
 * where the link leads to Valgrind. */
static const char *own_path(char *path, size_t size) {
    static const char link[] = "/proc/self/exe";
    ssize_t length = readlink(link, path, size);
    if (length <= 0 || (size_t)length == size)
        return link;
    path[length] = '\0';
    return access(path, X_OK) == 0 ? path : link;
}

/* The parent's part. Returns the child's pid, or -1. */
pid_t spawn_start(const struct process *p) {
    int fd = hand_over(p);
    if (fd == -1)
        return -1;

    char path[PATH_MAX];
    char flag[] = PROCESS_SPAWN_FLAG;
    char *argv[] = {program_invocation_name, flag, NULL};
    pid_t pid = -1;
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error == 0) {
        error = posix_spawn_file_actions_adddup2(&actions, fd, HANDOVER_FD);
        if (error == 0)
            error = posix_spawn_file_actions_addclosefrom_np(&actions, HANDOVER_FD + 1);
        if (error == 0)
            error = posix_spawn(&pid, own_path(path, sizeof path), &actions, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    close(fd);
    errno = error;
    return error == 0 ? pid : -1;
}

/* Reads what the parent has handed over. Returns the argument bytes in *arg, NULL where there are none. */
static bool take_over(struct handover *handover, void **arg) {
    struct stat status;
    if (fstat(HANDOVER_FD, &status) == -1 || !S_ISREG(status.st_mode))
        return false;
    if (!read_all(HANDOVER_FD, handover, sizeof *handover, 0) ||
        memcmp(handover->magic, handover_magic, sizeof handover_magic) != 0 || handover->arg_size > PROCESS_ARG_MAX)
        return false;
    *arg = NULL;
    if (handover->arg_size > 0) {
        *arg = malloc(handover->arg_size);
        if (*arg == NULL || !read_all(HANDOVER_FD, *arg, handover->arg_size, sizeof *handover)) {
            free(*arg);
            return false;
        }
    }
    close(HANDOVER_FD);
    return true;
}

/* The main guard. The parent's part of spawning is called from process_start.
 *
 * PROC-SPAWN-001 runs the target                       PROC-SPAWN-006 before the guard
 * PROC-SPAWN-002 the argument bytes                    PROC-SPAWN-007 who the child is
 * PROC-SPAWN-003 initial values                        PROC-SPAWN-008 no descriptors leak
 * PROC-SPAWN-004 what cannot be spawned                PROC-SPAWN-010 leaves nothing behind
 * PROC-SPAWN-005 an ordinary process
 */
int process_spawn_main(int argc, char **argv) {
    if (argc < 2 || strcmp(argv[1], PROCESS_SPAWN_FLAG) != 0)
        return 0;

    static struct process self; /* maker 0, like that of the main process */
    static struct handover handover;
    void *arg;
    if (!take_over(&handover, &arg))
        exit(1);
    guarded = true;

    memcpy(self.name, handover.name, sizeof self.name);
    memcpy(self.identity, handover.identity, sizeof self.identity);
    self.daemon = handover.daemon;
    tree_become(&self, handover.parent, handover.parent_name);

    process_target *target = target_of(handover.target);
    int code = target != NULL ? target(arg) : 1;
    free(arg);
    exit(code);
}
