/* plain_run.c - what the same calls give when nothing fails. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "faulted.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/faults/sweep.h"
#include "support/process/program.h"

enum { ANSWERS = 64 };

/* What the plain run notes. */
static struct {
    struct {
        const char *call;
        struct answer answer;
    } notes[ANSWERS]; /* in the order of the questions */
    struct rest rest;
} * plain;

static int asked;
static bool is_plain;

struct play {
    scenario *play;
    void *arg;
};

static int play_plainly(void *arg) {
    const struct play *play = arg;
    sweep_end();
    is_plain = true;
    play->play(play->arg);
    return 0;
}

void play_as_in_a_plain_run(scenario *play, void *arg) {
    plain = mmap(NULL, sizeof *plain, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    require(plain != MAP_FAILED, "find memory");
    expect_int(end_of(plain_start(play_plainly, &(struct play){play, arg})), 0,
               "the exit status of a process that does the same, while nothing fails");
    play(arg);
    munmap(plain, sizeof *plain);
}

bool is_plain_run(void) {
    return is_plain;
}

bool is_sweep_of(const char *error) {
    return strcmp(sweep_error(), error) == 0;
}

void expect_or_end(bool holds, const char *what) {
    if (!is_plain)
        expect_true(holds, "%s", what);
    else if (!holds)
        _Exit(EXIT_FAILURE);
}

bool a_call_has_failed(void) {
    return sweep_page->fails > 0 && __atomic_load_n(&sweep_page->reached, __ATOMIC_RELAXED) >= sweep_page->fails;
}

bool works_or_short(bool works, const char *call) {
    if (!works && is_plain)
        _Exit(EXIT_FAILURE);
    if (!works)
        expect_works_or_short(false, "%s", call);
    return works;
}

struct answer answer(int result) {
    return (struct answer){result, result == -1 ? errno : 0};
}

/* The place of the answer to this question. A run with a failure may leave questions out. */
static struct answer *place_of(const char *call) {
    while (!is_plain && asked < ANSWERS && plain->notes[asked].call != NULL &&
           strcmp(plain->notes[asked].call, call) != 0)
        asked++;
    require(asked < ANSWERS, "note so many answers");
    plain->notes[asked].call = call;
    return &plain->notes[asked].answer;
}

bool fell_short(struct answer got, const char *call) {
    if (is_plain || is_sweep_of("EINTR") || memcmp(&got, place_of(call), sizeof got) == 0)
        return false;
    expect_int(got.result, -1, "%s, if it is not as in a process in which nothing fails", call);
    errno = got.error;
    works_or_short(false, call);
    return true;
}

void expect_plain_answer(struct answer got, const char *call) {
    struct answer *noted = place_of(call);
    asked++;
    if (is_plain) {
        *noted = got;
        return;
    }
    expect_int(got.result, noted->result, "%s, as in a process in which nothing fails", call);
    expect_text(error_name(got.error), error_name(noted->error), "errno of %s, as in a process in which nothing fails",
                call);
}

int number_of_plain_run(int number, const char *what) {
    struct answer *noted = place_of(what);
    asked++;
    if (is_plain)
        noted->result = number;
    return noted->result;
}

bool expect_plain_code(int code, const char *which) {
    int noted = number_of_plain_run(code, which);
    bool is_same = code == noted;
    if (!is_plain)
        expect_true(is_same || (sweep_end() && !is_sweep_of("EINTR") && code > 0),
                    "%s is %d, as in a process in which nothing fails, or a call has failed", which, noted);
    return is_same;
}

void expect_plain_rest(struct rest rest) {
    if (is_plain)
        plain->rest = rest;
    else
        expect_true(rest.descriptors <= plain->rest.descriptors, "no more descriptors are open than without a failure");
}

struct rest rest_of_plain_run(void) {
    return plain->rest;
}
