/* boxfort.c - the substitute for BoxFort, and for Criterion's own runner.
 *
 * Theory of operation
 * Criterion's own runner starts each test by fork and exec of the whole program, in the sandbox of BoxFort. So BoxFort
 * must carry the data of the test to the new image, in its contexts and arenas. Everything is loaded and linked again
 * for each test, and Valgrind translates it again, twice. Here a test is a plain fork (trial.c), so it has a copy of
 * all data of the executor. Two things of BoxFort remain: a look-up of the parameter, and an arena that is malloc.
 *
 * The part of Criterion that runs inside a test shares four variables with Criterion's runner. This file defines them.
 * So the linker takes nothing of that runner out of libcriterion.a. It leaves out its server, which reads messages that
 * hostile code may have written, and its reporters. The declarations below are those of Criterion 2.4. The header
 * criterion.h declares two of them const for authors of tests, so this file does not include it. */
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

/* The pointers of an arena are offsets from its handle. With a handle of NULL, an offset is the address itself. */
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
