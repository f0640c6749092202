/* init.c - objects and their names. */
#include "registry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int call_target(struct process *p) {
    return p->target(p->arg);
}

static const struct process_class plain = {"Process", call_target};

/* Builds the number; false where it is too long. */
static bool build_number(char *number) {
    const char *prefix = registry_self->identity;
    size_t room = PROCESS_NAME_MAX + 1;
    int used = snprintf(number, room, *prefix ? "%s:%u" : "%s%u", prefix, registry_made + 1);
    return used >= 0 && (size_t)used < room;
}

/* Builds the number in number and the default name in name; false where one is too long. */
static bool number_and_name(const char *type, char *number, char *name) {
    return build_number(number) && strlen(type) + 1 + strlen(number) <= PROCESS_NAME_MAX &&
           stpcpy(stpcpy(stpcpy(name, type), "-"), number) != NULL;
}

static int make(struct process *p, const struct process_class *cls, process_target *target, void *arg,
                const struct process_options *options) {
    struct process made = {.cls = cls, .target = target, .arg = arg, .maker = getpid()};
    struct process_options chosen = options != NULL ? *options : (struct process_options){.name = NULL};
    bool named = chosen.name != NULL && chosen.name[0] != '\0', fits;
    if (cls->type_name == NULL || cls->run == NULL || (unsigned)chosen.daemon > PROCESS_DAEMON_YES ||
        (unsigned)chosen.method > PROCESS_SPAWN) {
        errno = EINVAL;
        return -1;
    }
    if (named) {
        fits = strlen(chosen.name) <= PROCESS_NAME_MAX && build_number(made.identity);
        if (fits)
            strcpy(made.name, chosen.name);
    } else {
        fits = number_and_name(cls->type_name, made.identity, made.name);
    }
    if (!fits) {
        errno = ENAMETOOLONG;
        return -1;
    }
    made.arg_size = chosen.arg_size;
    made.method = chosen.method;
    made.daemon =
        chosen.daemon == PROCESS_DAEMON_YES || (chosen.daemon == PROCESS_DAEMON_INHERIT && registry_self->daemon);
    registry_made++;
    *p = made;
    return 0;
}

int process_init(struct process *p, const struct process_class *cls, const struct process_options *options) {
    if (cls != NULL)
        return make(p, cls, NULL, NULL, options);
    errno = EINVAL;
    return -1;
}

int process_init_target(struct process *p, process_target *target, void *arg, const struct process_options *options) {
    if (target != NULL)
        return make(p, &plain, target, arg, options);
    errno = EINVAL;
    return -1;
}

const char *process_name(const struct process *p) {
    return p->name;
}

pid_t process_pid(const struct process *p) {
    if (!p->closed)
        return p->pid;
    errno = EINVAL;
    return -1;
}
