/* tripwire.c - calls the submission, then fails on purpose. A submission that passes here has tampered with the
 * verdicts.
 *
 * The executor recognises this test by its description. It is not a check and has no points. */
#include <stdlib.h>
#include <timeslice/process.h>
#include <timeslice/state.h>
#include <timeslice/task.h>
#include <unistd.h>

#include "support/core/expect.h"

static int return_5(void *arg) {
    (void)arg;
    return 5;
}

static int write_x(void *arg, FILE *result) {
    (void)arg;
    return fputc('x', result) == 'x' ? 0 : 1;
}

static void ignore(void *ctx, const struct task_result *result) {
    (void)ctx, (void)result;
}

/* Calls each function once and ignores the results. No call has a reason to wait for a long time. */
static void call_processes(void) {
    struct process p, *found[1];
    int code;
    char *argv[] = {"bank", NULL};
    process_register("return 5", return_5);
    process_spawn_main(1, argv);
    process_current();
    process_parent();
    if (process_init_target(&p, return_5, NULL, NULL) != 0 || process_start(&p) != 0)
        return;
    process_sentinel(&p);
    process_is_alive(&p);
    process_is_daemon(&p);
    process_active_children(found, 1);
    process_terminate(&p);
    process_kill(&p);
    process_join(&p, 1000);
    process_exitcode(&p, &code);
    process_close(&p);
}

static void call_tasks_and_states(void) {
    struct task_result out = {.data = NULL};
    enum state state;
    if (task_call(write_x, NULL, &out) == 0)
        free(out.data);
    struct task_queue *queue = task_open();
    if (queue != NULL && task_submit(queue, write_x, NULL, ignore, NULL) == 0) {
        task_fd(queue);
        task_dispatch(queue, 1000);
    }
    if (queue != NULL)
        task_close(queue);
    state_name(STATE_READY);
    state_can_move(STATE_NEW, STATE_READY);
    state_of(getpid(), &state);
    state_set_blocking(STDIN_FILENO, true);
    state_is_blocking(STDIN_FILENO);
}

Test(proc_tripwire, cannot_be_passed, .timeout = 5,
     .description = "TRIPWIRE: calls every function of the lab, then fails on purpose") {
    call_processes();
    call_tasks_and_states();
    cr_assert_fail("this test fails on purpose");
}
