/* init.c - an object is filled in beside the caller's, and copied over it when all is well. */
#include "identity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int run_target(struct process *p) {
    return p->target(p->arg);
}

static const struct process_class of_a_target = {.type_name = "Process", .run = run_target};

/* Writes text, which may be as long as a name. */
static bool set(char *name, const char *text) {
    size_t len = strlen(text);
    if (len > PROCESS_NAME_MAX)
        return false;
    memcpy(name, text, len + 1);
    return true;
}

static bool give_names(struct process *p, const char *wanted) {
    char text[2 * PROCESS_NAME_MAX + 64];
    if (identity.self != NULL)
        snprintf(text, sizeof text, "%s:%u", identity.self->identity, identity.made + 1);
    else
        snprintf(text, sizeof text, "%u", identity.made + 1);
    if (!set(p->identity, text))
        return false;
    if (wanted != NULL && wanted[0] != '\0')
        return set(p->name, wanted);
    if (strlen(p->cls->type_name) > PROCESS_NAME_MAX)
        return false;
    snprintf(text, sizeof text, "%s-%s", p->cls->type_name, p->identity);
    return set(p->name, text);
}

static bool choose(struct process *p, const struct process_options *options) {
    bool inherited = identity.self != NULL && identity.self->daemon;
    p->daemon = inherited;
    if (options == NULL)
        return true;
    p->method = options->method;
    p->arg_size = options->arg_size;
    if (options->method != PROCESS_FORK && options->method != PROCESS_SPAWN)
        return false;
    switch (options->daemon) {
    case PROCESS_DAEMON_INHERIT:
        return true;
    case PROCESS_DAEMON_NO:
    case PROCESS_DAEMON_YES:
        p->daemon = options->daemon == PROCESS_DAEMON_YES;
        return true;
    }
    return false;
}

static int finish(struct process *p, struct process *made, const struct process_options *options) {
    if (made->cls == NULL || made->cls->type_name == NULL || made->cls->run == NULL || !choose(made, options)) {
        errno = EINVAL;
        return -1;
    }
    if (!give_names(made, options != NULL ? options->name : NULL)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    made->maker = getpid();
    identity.made++;
    *p = *made;
    return 0;
}

int process_init(struct process *p, const struct process_class *cls, const struct process_options *options) {
    return finish(p, &(struct process){.cls = cls}, options);
}

int process_init_target(struct process *p, process_target *target, void *arg, const struct process_options *options) {
    const struct process_class *cls = target != NULL ? &of_a_target : NULL;
    return finish(p, &(struct process){.cls = cls, .target = target, .arg = arg}, options);
}

const char *process_name(const struct process *p) {
    return p->name;
}

pid_t process_pid(const struct process *p) {
    if (p->closed)
        errno = EINVAL;
    return p->closed ? -1 : p->pid;
}
