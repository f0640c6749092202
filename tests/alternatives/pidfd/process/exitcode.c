/* exitcode.c - what waitid said, as one number. */
#include "wards.h"

#include <errno.h>

int process_exitcode(const struct process *p, int *code) {
    if (may_ask(p) == -1) {
        errno = errno == ESRCH ? EAGAIN : errno;
        return -1;
    }
    switch (ward_look(p->child)) {
    case EXITED:
        *code = p->child->number & 255;
        return 0;
    case KILLED:
        *code = -p->child->number;
        return 0;
    case GONE:
        errno = EIDRM;
        return -1;
    default:
        errno = EAGAIN;
        return -1;
    }
}
