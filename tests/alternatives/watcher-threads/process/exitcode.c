/* exitcode.c - as the registry has it. */
#include "registry.h"

#include <errno.h>

int process_exitcode(const struct process *p, int *code) {
    int error = registry_refusal(p);
    if (error == 0) {
        enum phase phase = registry_look(p->child);
        error = phase == RUNS ? EAGAIN : phase == LOST ? EIDRM : 0;
    }
    if (error == 0) {
        *code = p->child->code;
        return 0;
    }
    errno = error == ESRCH ? EAGAIN : error;
    return -1;
}
