/* new_assertions.c - how many assertions of criterion/new/assert.h held, and what they leave allocated.
 *
 * Theory of operation
 * Criterion 2.4 counts the assertions of its old macros that hold, and forgets to count those of the new ones, so a
 * test written with them looks as if it had asserted nothing. The new macros build a tree: each node is initialised,
 * each but the root is added to its parent, and the tree is sent where it does not hold. So those that held are the
 * nodes that were initialised, less those added, less the trees sent; the kit's partial link leads the three calls
 * through here (--wrap).
 *
 * It also forgets to free a tree that holds. The blocks are kept in a list: no leak of the test's, then. */
#include "new_assertions.h"

#include "journal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

void __real_cri_assert_node_init(struct cri_assert_node *node);
struct cri_assert_node *__real_cri_assert_node_add(struct cri_assert_node *tree, struct cri_assert_node *node);
void __real_cri_assert_node_send(const char *file, size_t line, struct cri_assert_node *tree);

void __wrap_cri_assert_node_init(struct cri_assert_node *node);
struct cri_assert_node *__wrap_cri_assert_node_add(struct cri_assert_node *tree, struct cri_assert_node *node);
void __wrap_cri_assert_node_send(const char *file, size_t line, struct cri_assert_node *tree);

struct kept {
    struct kept *next;
    struct cri_assert_node *children;
};

static atomic_ulong held;
static struct kept *_Atomic kept;

static void keep(struct cri_assert_node *children) {
    struct kept *last = atomic_load(&kept);
    if (last != NULL && last->children == children)
        return;
    struct kept *one = malloc(sizeof *one);
    if (one == NULL)
        return;
    *one = (struct kept){.next = last, .children = children};
    while (!atomic_compare_exchange_weak(&kept, &one->next, one))
        ;
}

void __wrap_cri_assert_node_init(struct cri_assert_node *node) {
    atomic_fetch_add(&held, 1);
    __real_cri_assert_node_init(node);
}

struct cri_assert_node *__wrap_cri_assert_node_add(struct cri_assert_node *tree, struct cri_assert_node *node) {
    atomic_fetch_sub(&held, 1);
    struct cri_assert_node *added = __real_cri_assert_node_add(tree, node);
    keep(tree->children);
    return added;
}

void __wrap_cri_assert_node_send(const char *file, size_t line, struct cri_assert_node *tree) {
    atomic_fetch_sub(&held, 1);
    __real_cri_assert_node_send(file, line, tree);
}

void new_assertions_report(void) {
    unsigned long count = atomic_load(&held);
    journal_write(JOURNAL_COUNT, &count, sizeof count);
}
