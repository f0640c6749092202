/* boxfort.c - the substitute for BoxFort, and for Criterion's own runner.
 *
 * Theory of operation
 * Stock Criterion's runner starts each test by fork and exec of the whole program (BoxFort's sandbox), so what the test
 * needs to know must be carried over to the new image in BoxFort contexts and arenas, and everything is loaded, linked
 * and (under Valgrind) translated again for each test, twice. Here a test is a plain fork (trial.c): it has a copy of
 * all that the runner had, and of BoxFort there remain a look-up of the parameter and an arena that is malloc.
 *
 * The four variables are those which Criterion's half that runs inside a test shares with its runner. Because they are
 * defined here, the linker takes nothing of that runner out of libcriterion.a: not its server, which reads messages
 * that hostile code may have written, nor its reporters. Their declarations below are Criterion 2.4's; criterion.h
 * declares two of them const for those who write tests, which is why it is not included. */
#include "boxfort.h"

#include <boxfort.h>
#include <criterion/options.h>
#include <criterion/types.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int cri_is_runner; /* stays 0: a message that is logged goes to the journal */
const struct criterion_test *criterion_current_test;
const struct criterion_suite *criterion_current_suite;
struct criterion_options criterion_options;

static void *current_parameter;

void boxfort_set_parameter(void *parameter) {
    current_parameter = parameter;
}

bxf_context bxf_context_current(void) {
    return NULL;
}

int bxf_context_getobject(bxf_context context, const char *name, void **object) {
    (void)context;
    if (strcmp(name, "criterion.param") != 0)
        return 0;
    *object = current_parameter;
    return 1;
}

/* An arena's pointers are offsets from its handle; with a handle of NULL an offset is the address itself. */
int bxf_arena_init(size_t initial, int flags, bxf_arena *arena) {
    (void)initial, (void)flags;
    *arena = NULL;
    return 0;
}

int bxf_arena_term(bxf_arena *arena) {
    (void)arena;
    return 0;
}

bxf_ptr bxf_arena_alloc(bxf_arena *arena, size_t size) {
    return bxf_arena_realloc(arena, 0, size);
}

bxf_ptr bxf_arena_realloc(bxf_arena *arena, bxf_ptr ptr, size_t newsize) {
    (void)arena;
    void *memory = realloc((void *)ptr, newsize > 0 ? newsize : 1);
    /* cppcheck-suppress memleak ; the caller keeps it, as a number */
    return memory != NULL ? (bxf_ptr)memory : -ENOMEM;
}

int bxf_arena_free(bxf_arena *arena, bxf_ptr ptr) {
    (void)arena;
    free((void *)ptr);
    return 0;
}

void *bxf_arena_ptr(bxf_arena arena, bxf_ptr ptr) {
    (void)arena;
    return (void *)ptr;
}
