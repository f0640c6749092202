/* spawn.c - posix_spawn, and a socket by which the watcher sends the letter while the child reads it. */
#include "registry.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAILBOX = 3 };

struct heading {
    char target[PROCESS_NAME_MAX + 1], name[PROCESS_NAME_MAX + 1], identity[PROCESS_NAME_MAX + 1];
    char starter[PROCESS_NAME_MAX + 1];
    pid_t starter_pid;
    bool daemon;
    size_t size;
};

static const char *names[PROCESS_TARGETS_MAX];
static process_target *targets[PROCESS_TARGETS_MAX];
static size_t count;
static bool guarded;

static const char *name_of(process_target *target) {
    for (size_t i = 0; i < count; i++)
        if (targets[i] == target)
            return names[i];
    return NULL;
}

static process_target *target_of(const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return targets[i];
    return NULL;
}

static int register_pair(const char *name, process_target *target) {
    if (name == NULL || *name == '\0' || target == NULL)
        return EINVAL;
    if (strlen(name) > PROCESS_NAME_MAX)
        return ENAMETOOLONG;
    process_target *known = target_of(name);
    if (known != NULL)
        return known == target ? 0 : EEXIST;
    if (count == PROCESS_TARGETS_MAX)
        return ENOSPC;
    names[count] = name;
    targets[count++] = target;
    return 0;
}

int process_register(const char *name, process_target *target) {
    int error = register_pair(name, target);
    if (error == 0)
        return 0;
    errno = error;
    return -1;
}

/* EDEADLK if the second word of the command line is the flag; or why it cannot be read; or 0. */
int spawn_guard_refusal(void) {
    if (guarded)
        return 0;
    FILE *line = fopen("/proc/self/cmdline", "re");
    char *word = NULL;
    size_t room = 0;
    if (line == NULL)
        return errno;
    errno = 0; /* getdelim leaves it at the end of the file */
    bool is_second = getdelim(&word, &room, '\0', line) > 0 && getdelim(&word, &room, '\0', line) > 0;
    int refusal = is_second ? strcmp(word, PROCESS_SPAWN_FLAG) == 0 ? EDEADLK : 0 : errno;
    free(word);
    fclose(line);
    return refusal;
}

int spawn_refusal(const struct process *p) {
    return p->target == NULL || name_of(p->target) == NULL ? EINVAL : p->arg_size > PROCESS_ARG_MAX ? E2BIG : 0;
}

static void write_letter(struct process_child *child, const struct process *p) {
    struct heading heading;
    memset(&heading, 0, sizeof heading);
    strcpy(heading.target, name_of(p->target));
    strcpy(heading.name, p->name);
    strcpy(heading.identity, p->identity);
    strcpy(heading.starter, process_current()->name);
    heading.starter_pid = getpid();
    heading.daemon = p->daemon;
    heading.size = p->arg_size;
    memcpy(child->letter, &heading, sizeof heading);
    if (p->arg_size > 0)
        memcpy(child->letter + sizeof heading, p->arg, p->arg_size);
}

static int execute(pid_t *pid, int mailbox) {
    char *argv[] = {"/proc/self/exe", PROCESS_SPAWN_FLAG, NULL};
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = posix_spawn_file_actions_adddup2(&actions, mailbox, MAILBOX);
    if (error == 0)
        error = posix_spawn_file_actions_addclosefrom_np(&actions, MAILBOX + 1);
    if (error == 0)
        error = posix_spawn(pid, "/proc/self/exe", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

struct process_child *spawn_begin(struct process *p) {
    int ends[2];
    struct process_child *child = registry_new(p, sizeof(struct heading) + p->arg_size);
    if (child == NULL)
        return NULL;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        registry_free(child);
        return NULL;
    }
    child->socket = ends[0];
    write_letter(child, p);
    int error = execute(&child->pid, ends[1]);
    close(ends[1]);
    if (error == 0)
        return child;
    registry_free(child);
    errno = error;
    return NULL;
}

static bool receive(void *to, size_t size) {
    for (size_t got = 0; got < size;) {
        ssize_t n = read(MAILBOX, (char *)to + got, size - got);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        got += n > 0 ? (size_t)n : 0;
    }
    return true;
}

int process_spawn_main(int argc, char **argv) {
    static struct process self;
    struct heading heading;
    void *arg = NULL;
    guarded = true;
    if (argc < 2 || strcmp(argv[1], PROCESS_SPAWN_FLAG) != 0)
        return 0;
    if (!receive(&heading, sizeof heading) || (heading.size > 0 && (arg = malloc(heading.size)) == NULL) ||
        !receive(arg, heading.size))
        exit(1);
    close(MAILBOX);
    process_target *target = target_of(heading.target);
    if (target == NULL)
        exit(1);
    strcpy(self.name, heading.name);
    strcpy(self.identity, heading.identity);
    self.daemon = heading.daemon;
    self.maker = heading.starter_pid;
    self.pid = getpid();
    registry_become(&self, heading.starter, heading.starter_pid);
    int code = target(arg);
    free(arg);
    exit(code);
}
