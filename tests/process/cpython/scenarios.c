/* scenarios.c - the scenarios of scenarios.py in C, line by line: `scenarios NAME` prints the same events. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <timeslice/process.h>
#include <unistd.h>

#include "events.h"

static int number = 1;

static int work(struct process *self) {
    say("%s runs", process_name(self));
    return 0;
}

static const struct process_class worker = {"Worker", work};

static void names(void) {
    struct process a, b, c, d, e;
    make(&a, nothing, NULL, NULL, PROCESS_DAEMON_INHERIT);
    make(&b, nothing, NULL, "net", PROCESS_DAEMON_INHERIT);
    require(process_init(&c, &worker, NULL), "process_init");
    make(&d, nothing, NULL, "", PROCESS_DAEMON_INHERIT);
    make(&e, say_name, NULL, NULL, PROCESS_DAEMON_INHERIT);
    say("%s %s %s %s %s", process_name(&a), process_name(&b), process_name(&c), process_name(&d), process_name(&e));
    require(process_start(&e), "process_start");
    join(&e);
    require(process_start(&c), "process_start");
    join(&c);
}

static int say_family(void *unused) {
    (void)unused;
    struct process *parent = process_parent();
    say("%s child of %s", own_name(), process_name(parent));
    say("parent's pid %s own pid %s", yes(process_pid(parent) == getppid()),
        yes(process_pid(process_current()) == getpid()));
    return 0;
}

static int three_deep(void *unused) {
    say_family(unused);
    run(say_family, NULL);
    return 0;
}

static int two_more(void *unused) {
    struct process spare, p;
    say_family(unused);
    run(say_family, NULL);
    make(&spare, nothing, NULL, NULL, PROCESS_DAEMON_INHERIT);
    make(&p, three_deep, NULL, "inner", PROCESS_DAEMON_INHERIT);
    say("%s", process_name(&spare));
    require(process_start(&p), "process_start");
    join(&p);
    return 0;
}

static void family(void) {
    struct process spare, p;
    say("%s parent %s", own_name(), yes(process_parent() != NULL));
    make(&spare, nothing, NULL, NULL, PROCESS_DAEMON_INHERIT);
    make(&p, two_more, NULL, "net", PROCESS_DAEMON_INHERIT);
    require(process_start(&p), "process_start");
    join(&p);
}

static void before_start(void) {
    struct process p;
    int code;
    make(&p, nothing, NULL, NULL, PROCESS_DAEMON_INHERIT);
    say("alive %s exit code %s pid %s", yes(process_is_alive(&p)), yes(process_exitcode(&p, &code) == 0),
        yes(process_pid(&p) != 0));
    say("join %s", refused(process_join(&p, -1)));
}

static int leave(void *code) {
    _exit(*(int *)code);
}

static int leave_politely(void *code) {
    exit(*(int *)code);
}

static int raise_signal(void *signal_number) {
    raise(*(int *)signal_number);
    return 0;
}

static void exit_codes(void) {
    struct {
        process_target *target;
        int code;
    } ends[] = {{leave, 0}, {leave, 7}, {leave, 255}, {leave, 256}, {leave, 300}, {leave_politely, 3}};
    int signals[] = {SIGKILL, SIGTERM, SIGABRT};
    struct process p;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        start(&p, ends[i].target, &ends[i].code);
        join(&p);
        say("%d gives %s", ends[i].code, code_of(&p));
    }
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        start(&p, raise_signal, &signals[i]);
        join(&p);
        join(&p);
        say("signal gives %s", code_of(&p));
    }
}

static int wait_for(void *event) {
    event_wait(event);
    return 0;
}

static void join_timeout(void) {
    struct event event;
    struct process p;
    int timeouts[] = {0, 50}, code;
    event_open(&event);
    start(&p, wait_for, &event);
    for (int i = 0; i < 2; i++) {
        process_join(&p, timeouts[i]);
        say("alive %s exit code %s", yes(process_is_alive(&p)), yes(process_exitcode(&p, &code) == 0));
    }
    event_set(&event);
    join(&p);
    say("alive %s exit code %s", yes(process_is_alive(&p)), code_of(&p));
    process_join(&p, 0);
    say("alive %s exit code %s", yes(process_is_alive(&p)), code_of(&p));
}

static void start_twice(void) {
    struct process p;
    start(&p, for_ever, NULL);
    say("running %s", refused(process_start(&p)));
    end_it(&p);
    say("ended %s", refused(process_start(&p)));
}

static struct process sibling, unstarted;

static int meddle(void *unused) {
    (void)unused;
    say("join %s alive %s", refused(process_join(&sibling, -1)), alive_refused(&sibling));
    say("start %s itself alive %s", refused(process_start(&unstarted)), yes(process_is_alive(process_current())));
    return 0;
}

static void not_the_maker(void) {
    start(&sibling, for_ever, NULL);
    make(&unstarted, nothing, NULL, NULL, PROCESS_DAEMON_INHERIT);
    run(meddle, NULL);
    say("sibling alive %s", yes(process_is_alive(&sibling)));
    end_it(&sibling);
}

static int be_daemon(void *unused) {
    struct process p, q;
    make(&p, nothing, unused, NULL, PROCESS_DAEMON_INHERIT);
    make(&q, nothing, unused, NULL, PROCESS_DAEMON_NO);
    say("inherited %s set %s start %s", yes(process_is_daemon(&p)), yes(process_is_daemon(&q)),
        refused(process_start(&p)));
    return 0;
}

static void daemons(void) {
    struct process p, q;
    make(&q, nothing, NULL, NULL, PROCESS_DAEMON_YES);
    say("main %s set %s", yes(process_is_daemon(process_current())), yes(process_is_daemon(&q)));
    make(&p, be_daemon, NULL, NULL, PROCESS_DAEMON_YES);
    require(process_start(&p), "process_start");
    join(&p);
}

static struct event ended, ready;

static void told(int signal_number) {
    static const char line[] = "daemon is told to end\n";
    (void)signal_number;
    _exit(write(STDOUT_FILENO, line, sizeof line - 1) < 0);
}

static int die_slowly(void *unused) {
    signal(SIGTERM, told);
    event_set(&ready);
    return for_ever(unused);
}

static int wait_for_daemon(void *unused) {
    (void)unused;
    event_wait(&ended);
    say("the other child goes on");
    return 0;
}

static void end_of_main(void) {
    struct process daemon, follower;
    event_open(&ended);
    event_open(&ready);
    make(&daemon, die_slowly, NULL, NULL, PROCESS_DAEMON_YES);
    require(process_start(&daemon), "process_start");
    start(&follower, wait_for_daemon, NULL);
    close(ended.write_end);
    event_wait(&ready);
    say("main ends");
    exit(3);
}

static int outlive(void *main_is_gone) {
    event_wait(main_is_gone);
    say("the child lives on");
    return 0;
}

static void end_without_ceremony(void) {
    struct event main_is_gone;
    struct process p;
    event_open(&main_is_gone);
    start(&p, outlive, &main_is_gone);
    say("main ends");
    _exit(4);
}

static struct event there, back;

static int play(void *what) {
    say("%s", (char *)what);
    event_set(&there);
    event_wait(&back);
    say("%s again", (char *)what);
    return 0;
}

static int play_second(void *what) {
    event_wait(&there);
    say("%s", (char *)what);
    event_set(&back);
    return 0;
}

static void concurrent(void) {
    struct process ping, pong;
    char first[] = "ping", second[] = "pong";
    event_open(&there);
    event_open(&back);
    start(&ping, play, first);
    start(&pong, play_second, second);
    join(&ping);
    join(&pong);
    say("both ended");
}

static void say_active(void) {
    struct process *active[8];
    size_t count = process_active_children(active, 8);
    printf("active");
    for (size_t i = 0; i < count; i++)
        printf(" %s", process_name(active[i]));
    say("%s", "");
}

static int say_children(void *unused) {
    (void)unused;
    say("in a child %zu", process_active_children(NULL, 0));
    return 0;
}

static void children(void) {
    struct process made[3];
    for (int i = 0; i < 3; i++)
        make(&made[i], for_ever, NULL, NULL, PROCESS_DAEMON_INHERIT);
    say("active %zu", process_active_children(NULL, 0));
    for (int i = 0; i < 3; i++)
        require(process_start(&made[i]), "process_start");
    say_active();
    end_it(&made[1]);
    say_active();
    run(say_children, NULL);
    end_it(&made[0]);
    end_it(&made[2]);
    say("active %zu", process_active_children(NULL, 0));
}

static void closing(void) {
    struct process p, q;
    make(&p, for_ever, NULL, "net", PROCESS_DAEMON_INHERIT);
    require(process_start(&p), "process_start");
    say("running %s", refused(process_close(&p)));
    end_it(&p);
    say("terminated once ended %s exit code %s", refused(process_terminate(&p)), code_of(&p));
    int first = process_close(&p), second = process_close(&p);
    say("ended %s twice %s", refused(first), refused(second));
    say("join %s alive %s start %s %s", refused(process_join(&p, -1)), alive_refused(&p), refused(process_start(&p)),
        process_name(&p));
    make(&q, nothing, NULL, NULL, PROCESS_DAEMON_INHERIT);
    say("never started %s", refused(process_close(&q)));
}

static int print_more(void *unused) {
    (void)unused;
    printf("child ");
    return 0;
}

static void buffers(void) {
    printf("once ");
    run(print_more, NULL);
    say("end");
}

static int change(void *unused) {
    (void)unused;
    say("child sees %d", number);
    number = 3;
    return 0;
}

static void change_in(enum process_start_method method) {
    struct process p;
    struct process_options options = {.method = method};
    require(process_init_target(&p, change, NULL, &options), "process_init_target");
    number = 2;
    require(process_start(&p), "process_start");
    join(&p);
    say("main sees %d", number);
}

static void isolation(void) {
    change_in(PROCESS_FORK);
}

static void spawned(void) {
    change_in(PROCESS_SPAWN);
}

static int say_later(void *event) {
    char byte;
    require((int)read(((struct event *)event)->read_end, &byte, 1), "read");
    say("grandchild ends");
    return 0;
}

static int start_and_return(void *event) {
    struct process p;
    start(&p, say_later, event);
    say("child returns");
    event_set(event);
    return 0;
}

static void orphans(void) {
    struct event event;
    struct process p;
    event_open(&event);
    start(&p, start_and_return, &event);
    close(event.write_end);
    join(&p);
    say("child has ended");
}

static const struct {
    const char *name;
    void (*show)(void);
} scenarios[] = {
    {"names", names},
    {"family", family},
    {"before_start", before_start},
    {"exit_codes", exit_codes},
    {"join_timeout", join_timeout},
    {"start_twice", start_twice},
    {"not_the_maker", not_the_maker},
    {"daemons", daemons},
    {"end_of_main", end_of_main},
    {"concurrent", concurrent},
    {"end_without_ceremony", end_without_ceremony},
    {"children", children},
    {"closing", closing},
    {"buffers", buffers},
    {"isolation", isolation},
    {"orphans", orphans},
    {"spawned", spawned},
};

int main(int argc, char **argv) {
    require(process_register("change", change), "process_register");
    process_spawn_main(argc, argv);
    for (size_t i = 0; argc == 2 && i < sizeof scenarios / sizeof scenarios[0]; i++) {
        if (strcmp(argv[1], scenarios[i].name) == 0) {
            scenarios[i].show();
            return 0;
        }
    }
    return 2;
}
