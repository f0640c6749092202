/* new_assertions.c - counts the assertions of criterion/new/assert.h that held, and frees what they allocate.
 *
 * Theory of operation
 * Criterion 2.4 counts the assertions of its old macros that hold. It does not count those of the new macros. So a test
 * with new macros looks as if it had no assertions. The new macros build a tree. Each node is initialised. Each node
 * except the root is added to its parent. If the assertion does not hold, the tree is sent. So the number that held is
 * the nodes initialised, minus the nodes added, minus the trees sent. The partial link of the kit leads these three
 * calls through this file (--wrap).
 *
 * Criterion also does not free a tree that holds. This file keeps the blocks in a list, so they are not a leak of the
 * test. */
#include "new_assertions.h"

#include "fact.h"

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
    fact_tell(FACT_COUNT, count);
}
