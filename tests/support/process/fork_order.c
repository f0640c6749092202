/* fork_order.c - holds the parent or the child inside fork, with handlers of pthread_atfork(3).
 *
 * Theory of operation. glibc calls the handlers inside fork, before fork returns, in the parent and in the child. The
 * process that must go second looks at the state of the other one in /proc, until that one sleeps, is stopped or has
 * ended. It cannot wait longer, because the first process may need the second. For example, a child may wait until its
 * parent has stored its pid. Or a parent may wait until its child has executed a program. posix_spawn and vfork call no
 * handlers, so their order does not change. */
#include "fork_order.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#include "kernel_view.h"
#include "support/core/narration.h"
#include "support/core/require.h"
#include "support/core/seed.h"

static enum fork_order order;
static pid_t parent; /* the process whose forks have an order */
static int pid_of_child[2];

static bool is_ordered(enum fork_order wanted) {
    return order == wanted && getpid() == parent;
}

static void before(void) {
    if (is_ordered(CHILD_FIRST))
        require(pipe(pid_of_child) == 0, "open a pipe");
}

static void in_parent(void) {
    pid_t child = 0;
    if (!is_ordered(CHILD_FIRST))
        return;
    close(pid_of_child[1]);
    if (read(pid_of_child[0], &child, sizeof child) == sizeof child) /* reads nothing if fork failed */
        await_rest(child);
    close(pid_of_child[0]);
}

static void in_child(void) {
    if (getppid() != parent)
        return;
    if (order == CHILD_FIRST) {
        pid_t self = getpid();
        ssize_t written = write(pid_of_child[1], &self, sizeof self);
        (void)written;
        close(pid_of_child[0]);
        close(pid_of_child[1]);
    }
    while (order == PARENT_FIRST && getppid() == parent && kernel_state(parent) == 'R')
        sched_yield();
}

void set_fork_order(enum fork_order wanted) {
    static const char *const names[] = {"as it comes", "the child first", "the parent first"};
    static bool registered;
    if (!registered)
        require(pthread_atfork(before, in_parent, in_child) == 0, "watch forks");
    registered = true;
    order = wanted;
    parent = getpid();
    step("after a fork: %s", names[wanted]);
}

enum fork_order any_fork_order(void) {
    static struct dice dice;
    static bool rolled;
    if (!rolled)
        dice = dice_for("fork order");
    rolled = true;
    return (enum fork_order)dice_below(&dice, FORK_ORDERS);
}
