/* sweep.c - counts the calls that come through the gate, and says which one fails. */
#include "sweep.h"

#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "support/core/narration.h"
#include "sweep_gate.h"

static struct sweep_page lone_page, *own_page = &lone_page;
struct sweep_page *sweep_page = &lone_page;

static atomic_uint calls;   /* of this process and, before its fork, of its parents */
static atomic_bool is_over; /* the test has ended the sweep */

static const int errors[] = {[SWEEP_NONE] = 0,
                             [SWEEP_EINTR] = EINTR,
                             [SWEEP_MEMORY] = ENOMEM,
                             [SWEEP_DESCRIPTORS] = EMFILE,
                             [SWEEP_PROCESSES] = EAGAIN};

/* Without the executor: the test says the kind, and the environment the call. The test sees the calls of processes that
 * it forks. */
__attribute__((constructor)) static void read_environment(void) {
    const char *fails = getenv("TIMESLICE_SWEEP");
    if (fails == NULL)
        return;
    void *shared = mmap(NULL, sizeof *own_page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared != MAP_FAILED)
        sweep_page = own_page = shared;
    own_page->fails = (unsigned)strtoul(fails, NULL, 10);
}

static enum sweep_kind kind_of_this_test(void) {
    const struct criterion_test *test = sweep_page == own_page ? criterion_current_test : NULL;
    const enum sweep_kind *declared = test != NULL ? test->data->data : NULL;
    return declared != NULL ? *declared : sweep_page->kind;
}

const char *error_name(int error) {
    const char *name = error == 0 ? NULL : strerrorname_np(error);
    return name != NULL ? name : "no error";
}

const char *sweep_error(void) {
    return error_name(errors[kind_of_this_test()]);
}

bool sweep_end(void) {
    atomic_store(&is_over, true);
    return sweep_page->fails > 0 && __atomic_load_n(&sweep_page->reached, __ATOMIC_RELAXED) >= sweep_page->fails;
}

static void raise_reached(unsigned number) {
    unsigned reached = __atomic_load_n(&sweep_page->reached, __ATOMIC_RELAXED);
    while (number > reached && !__atomic_compare_exchange_n(&sweep_page->reached, &reached, number, false,
                                                            __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

bool swept_call_fails(enum sweep_kind kind, const char *name) {
    if (kind_of_this_test() != kind || atomic_load(&is_over))
        return false;
    unsigned number = atomic_fetch_add(&calls, 1) + 1;
    raise_reached(number);
    if (number != sweep_page->fails)
        return false;
    step("call %u of the sweep: %s fails with %s, by the kit's doing", number, name, error_name(errors[kind]));
    errno = errors[kind];
    return true;
}
