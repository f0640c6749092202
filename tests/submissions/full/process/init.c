/* init.c - processes that are made and not yet started: their names, and what they inherit.
 *
 * Spec: spec/process.md, area NEW.
 */
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <timeslice/process.h>
#include <unistd.h>

static unsigned long made; /* how many objects this process has made */

/* PROC-NEW-004 */
void numbers_begin(void) {
    made = 0;
}

static int run_target(struct process *self) {
    return self->target(self->arg);
}

const struct process_class target_class = {"Process", run_target};

static bool fits(int printed) {
    return printed >= 0 && printed <= PROCESS_NAME_MAX;
}

/* Makes *p a process of class cls. Nothing is started.
 *
 * PROC-NEW-001 default names                           PROC-NEW-005 what is refused
 * PROC-NEW-002 a name given                            PROC-NEW-006 before the start
 * PROC-NEW-003 the name of a subclass                  PROC-DAEMON-001 who is a daemon
 * PROC-NEW-004 numbers in a child                      PROC-TREE-007 leaves nothing behind
 */
int process_init(struct process *p, const struct process_class *cls, const struct process_options *options) {
    static const struct process_options defaults;
    if (options == NULL)
        options = &defaults;
    if (cls == NULL || cls->type_name == NULL || cls->run == NULL) {
        errno = EINVAL;
        return -1;
    }

    const struct process *maker = process_current();
    /* The name given may stand in *p itself: nothing is written there before it was read. */
    struct process fresh = {
        .cls = cls,
        .arg_size = options->arg_size,
        .method = options->method,
        .maker = getpid(),
    };

    switch (options->daemon) {
    case PROCESS_DAEMON_INHERIT:
        fresh.daemon = maker->daemon;
        break;
    case PROCESS_DAEMON_NO:
        fresh.daemon = false;
        break;
    case PROCESS_DAEMON_YES:
        fresh.daemon = true;
        break;
    default:
        errno = EINVAL;
        return -1;
    }
    if (options->method != PROCESS_FORK && options->method != PROCESS_SPAWN) {
        errno = EINVAL;
        return -1;
    }

    const char *separator = maker->identity[0] == '\0' ? "" : ":";
    bool named = options->name != NULL && options->name[0] != '\0';
    if (!fits(snprintf(fresh.identity, sizeof fresh.identity, "%s%s%lu", maker->identity, separator, made + 1)) ||
        !fits(named ? snprintf(fresh.name, sizeof fresh.name, "%s", options->name)
                    : snprintf(fresh.name, sizeof fresh.name, "%s-%s", cls->type_name, fresh.identity))) {
        errno = ENAMETOOLONG;
        return -1;
    }

    made++;
    *p = fresh;
    return 0;
}

/* The same for a process that calls target(arg).
 *
 * PROC-NEW-001 default names
 * PROC-NEW-005 what is refused
 */
int process_init_target(struct process *p, process_target *target, void *arg, const struct process_options *options) {
    if (target == NULL) {
        errno = EINVAL;
        return -1;
    }
    if (process_init(p, &target_class, options) == -1)
        return -1;
    p->target = target;
    p->arg = arg;
    return 0;
}

/* The name of p.
 *
 * PROC-NEW-002 a name given
 * PROC-TERM-008 also after the close
 */
const char *process_name(const struct process *p) {
    return p->name;
}

/* The process id of p; 0 before its start.
 *
 * PROC-NEW-006 before the start
 * PROC-START-001 that of the child
 */
pid_t process_pid(const struct process *p) {
    if (p->closed) {
        errno = EINVAL;
        return -1;
    }
    return is_current(p) ? getpid() : p->pid;
}
