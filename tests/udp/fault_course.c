/* fault_course.c - the course without a failure is played by a child, which tells it in shared memory. */
#include "fault_course.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/stopwatch.h"
#include "support/faults/sweep.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

enum { CALLS_MAX = 4, TRIES = 10 };

struct course {
    struct outcome calls[CALLS_MAX], end;
    double shortest_ms;
    bool works; /* one of its calls has done its work */
};

struct outcome outcome_of(long long result) {
    return (struct outcome){.result = result, .error = result == -1 ? errno : 0, .works = result != -1, .sum = 1};
}

void outcome_add(struct outcome *outcome, const void *bytes, size_t len) {
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < len; i++)
        outcome->sum = outcome->sum * 1000003 + byte[i] + 1;
}

/* Makes one call, and looks at the caller before and after. */
static struct outcome make_call(const struct scene_kind *kind, struct scene *scene, unsigned number) {
    struct caller_state before = caller_state(scene->fd);
    double start = stopwatch_ms();
    struct outcome outcome = kind->call(scene, number);
    outcome.took_ms = stopwatch_ms() - start;
    struct caller_state now = caller_state(scene->fd);
    outcome.more_open = now.open - before.open;
    outcome.changed_caller = now.flags != before.flags || signal_setup_changes(&before.signals, true)[0] != '\0';
    return outcome;
}

static void play(const struct scene_kind *kind, unsigned calls, struct course *course) {
    struct scene scene = {.fd = -1};
    kind->open(&scene);
    for (unsigned i = 0; i < calls; i++) {
        course->calls[i] = make_call(kind, &scene, i);
        course->works = course->works || course->calls[i].works;
        if (course->shortest_ms == 0 || course->calls[i].took_ms < course->shortest_ms)
            course->shortest_ms = course->calls[i].took_ms;
    }
    course->end = kind->end(&scene);
}

/* What the child plays. */
struct order {
    const struct scene_kind *kind;
    unsigned calls;
    struct course *told; /* in memory that both share */
};

static int play_in_child(void *arg) {
    const struct order *order = arg;
    sweep_end();
    for (int i = 0; i < (order->kind->least_ms > 0 ? TRIES : 1); i++)
        play(order->kind, order->calls, order->told);
    return 0;
}

/* The course in which every call works. A wait is tried several times. */
static struct course play_plainly(const struct scene_kind *kind, unsigned calls) {
    struct course *told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    require(told != MAP_FAILED, "share memory");
    step("first without a failure: %s", kind->name);
    end_of(plain_start(play_in_child, &(struct order){kind, calls, told}));
    struct course course = *told;
    munmap(told, sizeof *told);
    return course;
}

static pthread_t late_thread;
static void (*late_action)(void);

static void *act_when_awaited(void *unused) {
    (void)unused;
    await_waiting(getpid());
    late_action();
    return NULL;
}

void late_start(void (*action)(void)) {
    late_action = action;
    require(pthread_create(&late_thread, NULL, act_when_awaited, NULL) == 0, "start a thread");
}

void late_end(void) {
    pthread_join(late_thread, NULL);
}

static bool is_same(const struct outcome *one, const struct outcome *other) {
    return one->result == other->result && one->error == other->error && one->sum == other->sum;
}

static void expect_same(const struct outcome *got, const struct outcome *plain, const char *name, const char *what) {
    expect_int((errno = got->error, got->result), plain->result, "%s: the result of %s, as without a failure", name,
               what);
    expect_text(error_name(got->error), error_name(plain->error), "%s: errno after %s, as without a failure", name,
                what);
    expect_true(got->sum == plain->sum, "%s: what %s left behind is the same as without a failure", name, what);
}

/* What a call leaves behind without a failure is the matter of other clauses. */
static void expect_clean(const struct outcome *got, const struct outcome *plain, const char *name) {
    expect_true(got->more_open == 0 || got->more_open == plain->more_open, "%s: it left no descriptor open (%d more)",
                name, got->more_open);
    expect_true(!got->changed_caller || plain->changed_caller,
                "%s: signals, and the flags of the caller's descriptor, are as before", name);
}

void expect_as_without_signal(const struct scene_kind *kind) {
    mark_signals();
    struct course plain = play_plainly(kind, kind->calls), swept = {.works = false};
    expect_true(plain.works, "%s: it works without a signal", kind->name);
    step("now a signal comes: %s", kind->name);
    play(kind, kind->calls, &swept);
    for (unsigned i = 0; i < kind->calls; i++)
        expect_same(&swept.calls[i], &plain.calls[i], kind->name, "a call");
    expect_same(&swept.end, &plain.end, kind->name, "all calls at the other end");
    bool waits = plain.shortest_ms >= kind->least_ms;
    expect_true(!waits || swept.shortest_ms >= kind->least_ms, "%s: it waited for its time (%.3f ms)", kind->name,
                swept.shortest_ms);
}

void expect_works_or_fails_cleanly(const struct scene_kind *kind) {
    mark_signals();
    struct course once = play_plainly(kind, 1), twice = play_plainly(kind, 2);
    expect_true(once.works && twice.works, "%s: it works without a shortage", kind->name);
    struct scene scene = {.fd = -1};
    kind->open(&scene);
    step("now there is a shortage: %s", kind->name);
    struct outcome first = make_call(kind, &scene, 0);
    bool is_short = sweep_end(), works = is_same(&first, &once.calls[0]);
    if (!works && is_short)
        expect_text(error_name(first.error), sweep_error(), "%s: the error of the shortage", kind->name);
    else
        expect_same(&first, &once.calls[0], kind->name, "the first call");
    expect_clean(&first, &once.calls[0], kind->name);
    const struct course *plain = works ? &twice : &once;
    struct outcome second = make_call(kind, &scene, works);
    expect_same(&second, &plain->calls[works], kind->name, "the next call");
    struct outcome end = kind->end(&scene);
    expect_true(kind->end_may_differ || is_same(&end, &plain->end),
                "%s: the other end sees the same as without a shortage", kind->name);
}
