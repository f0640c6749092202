/* timeslice-proc.c - shows each idea of the process lecture in the shell, and the Python program that prints the same.
 *
 * The children of a lesson use pipes to keep the order of its lines: one process waits until another one writes. */
#include "proc/children.h"
#include "proc/helpers.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <timeslice/task.h>
#include <unistd.h>

/* tree: which process starts which, and their names. */

static void say_who(void) {
    struct process *parent = process_parent();
    printf("%s, child of %s\n", process_name(process_current()), parent != NULL ? process_name(parent) : "nobody here");
}

static int grow(void *depth) {
    say_who();
    if (*(int *)depth == 0)
        return 0;
    --*(int *)depth;
    for (int i = 0; i < 2; i++) {
        struct process p;
        start(&p, grow, depth, NULL);
        join(&p);
    }
    return 0;
}

static void show_tree(void) {
    int depth = 2;
    grow(&depth);
}

static const char python_tree[] = "import multiprocessing as mp\n"
                                  "from multiprocessing import current_process, parent_process\n"
                                  "\n"
                                  "def grow(depth):\n"
                                  "    parent = parent_process()\n"
                                  "    whose = parent.name if parent else 'nobody here'\n"
                                  "    print(f'{current_process().name}, child of {whose}', flush=True)\n"
                                  "    for i in range(2 if depth else 0):\n"
                                  "        p = mp.Process(target=grow, args=(depth - 1,))\n"
                                  "        p.start()\n"
                                  "        p.join()\n"
                                  "\n"
                                  "if __name__ == '__main__':\n"
                                  "    mp.set_start_method('fork')\n"
                                  "    grow(2)\n";

/* join: the position of the joins decides between serial and concurrent. */

struct turn {
    struct event begun, go;
};

static int take_turn(void *arg) {
    struct turn *turn = arg;
    const char *name = process_name(process_current());
    printf("%s begins\n", name);
    event_set(&turn->begun);
    event_wait(&turn->go);
    printf("%s ends\n", name);
    return 0;
}

static void start_turn(struct process *p, struct turn *turn) {
    event_open(&turn->begun);
    event_open(&turn->go);
    start(p, take_turn, turn, NULL);
    event_wait(&turn->begun);
}

static void end_turn(struct process *p, struct turn *turn) {
    event_set(&turn->go);
    join(p);
    event_close(&turn->begun);
    event_close(&turn->go);
}

static void show_join(void) {
    enum { COUNT = 3 };
    struct process p[COUNT];
    struct turn turns[COUNT];
    puts("serial: each is joined before the next is started");
    for (int i = 0; i < COUNT; i++) {
        start_turn(&p[i], &turns[i]);
        end_turn(&p[i], &turns[i]);
    }
    puts("concurrent: all are started before the first is joined");
    for (int i = 0; i < COUNT; i++)
        start_turn(&p[i], &turns[i]);
    for (int i = 0; i < COUNT; i++)
        end_turn(&p[i], &turns[i]);
}

static const char python_join[] = "import multiprocessing as mp\n"
                                  "from multiprocessing import current_process\n"
                                  "\n"
                                  "def take_turn(begun, go):\n"
                                  "    print(current_process().name, 'begins', flush=True)\n"
                                  "    begun.set()\n"
                                  "    go.wait()\n"
                                  "    print(current_process().name, 'ends', flush=True)\n"
                                  "\n"
                                  "def start_turn():\n"
                                  "    begun, go = mp.Event(), mp.Event()\n"
                                  "    p = mp.Process(target=take_turn, args=(begun, go))\n"
                                  "    p.start()\n"
                                  "    begun.wait()\n"
                                  "    return p, go\n"
                                  "\n"
                                  "def end_turn(p, go):\n"
                                  "    go.set()\n"
                                  "    p.join()\n"
                                  "\n"
                                  "if __name__ == '__main__':\n"
                                  "    mp.set_start_method('fork')\n"
                                  "    print('serial: each is joined before the next is started', flush=True)\n"
                                  "    for i in range(3):\n"
                                  "        end_turn(*start_turn())\n"
                                  "    print('concurrent: all are started before the first is joined', flush=True)\n"
                                  "    for turn in [start_turn() for i in range(3)]:\n"
                                  "        end_turn(*turn)\n";

/* isolation and spawn: which values a child sees. */

static int number = 1;

static int change(void *unused) {
    (void)unused;
    printf("%s sees %d\n", process_name(process_current()), number);
    number = 3;
    printf("%s sets it to %d\n", process_name(process_current()), number);
    return 0;
}

static void change_in_child(const struct process_options *options) {
    struct process p;
    puts("number is 1 when the program begins");
    number = 2;
    printf("%s sets it to %d\n", process_name(process_current()), number);
    start(&p, change, NULL, options);
    join(&p);
    printf("%s sees %d\n", process_name(process_current()), number);
}

static void show_isolation(void) {
    change_in_child(NULL);
}

static void show_spawn(void) {
    change_in_child(&(struct process_options){.method = PROCESS_SPAWN});
}

#define PYTHON_NUMBER(METHOD)                                                                                          \
    "import multiprocessing as mp\n"                                                                                   \
    "from multiprocessing import current_process\n"                                                                    \
    "number = 1\n"                                                                                                     \
    "\n"                                                                                                               \
    "def change():\n"                                                                                                  \
    "    global number\n"                                                                                              \
    "    print(current_process().name, 'sees', number)\n"                                                              \
    "    number = 3\n"                                                                                                 \
    "    print(current_process().name, 'sets it to', number, flush=True)\n"                                            \
    "\n"                                                                                                               \
    "if __name__ == '__main__':\n"                                                                                     \
    "    mp.set_start_method('" METHOD "')\n"                                                                          \
    "    print('number is 1 when the program begins')\n"                                                               \
    "    number = 2\n"                                                                                                 \
    "    print(current_process().name, 'sets it to', number, flush=True)\n"                                            \
    "    p = mp.Process(target=change)\n"                                                                              \
    "    p.start()\n"                                                                                                  \
    "    p.join()\n"                                                                                                   \
    "    print(current_process().name, 'sees', number)\n"

/* terminate: three ways to end, and the exit code of each. */

static int wait_for_ever(void *unused) {
    (void)unused;
    while (pause() < 0)
        continue;
    return 0;
}

static int return_300(void *unused) {
    (void)unused;
    return 300;
}

static void report_end(struct process *p, const char *how) {
    int code;
    check(process_join(p, -1), "process_join");
    check(process_exitcode(p, &code), "process_exitcode");
    printf("%s: %s, alive %s, exit code %d\n", process_name(p), how, process_is_alive(p) ? "yes" : "no", code);
    check(process_close(p), "process_close");
}

static void show_terminate(void) {
    struct process p;
    start(&p, wait_for_ever, NULL, NULL);
    printf("%s: started, alive %s\n", process_name(&p), process_is_alive(&p) ? "yes" : "no");
    check(process_terminate(&p), "process_terminate");
    report_end(&p, "terminated");
    start(&p, wait_for_ever, NULL, NULL);
    check(process_kill(&p), "process_kill");
    report_end(&p, "killed");
    start(&p, return_300, NULL, NULL);
    report_end(&p, "ended with 300");
}

static const char python_terminate[] =
    "import multiprocessing as mp\n"
    "import os\n"
    "import signal\n"
    "\n"
    "def wait_for_ever():\n"
    "    while True:\n"
    "        signal.pause()\n"
    "\n"
    "def report_end(p, how):\n"
    "    p.join()\n"
    "    print(f\"{p.name}: {how}, alive {'yes' if p.is_alive() else 'no'}, exit code {p.exitcode}\", flush=True)\n"
    "\n"
    "if __name__ == '__main__':\n"
    "    mp.set_start_method('fork')\n"
    "    p = mp.Process(target=wait_for_ever)\n"
    "    p.start()\n"
    "    print(f\"{p.name}: started, alive {'yes' if p.is_alive() else 'no'}\", flush=True)\n"
    "    p.terminate()\n"
    "    report_end(p, 'terminated')\n"
    "    p = mp.Process(target=wait_for_ever)\n"
    "    p.start()\n"
    "    p.kill()\n"
    "    report_end(p, 'killed')\n"
    "    p = mp.Process(target=os._exit, args=(300,))\n"
    "    p.start()\n"
    "    report_end(p, 'ended with 300')\n";

/* async: a result that main waits for, and a result that comes by a callback. */

static struct event may_end;

static int square(void *arg, FILE *result) {
    fprintf(result, "%d", *(int *)arg * *(int *)arg);
    return 0;
}

static int square_later(void *arg, FILE *result) {
    event_wait(&may_end);
    return square(arg, result);
}

static void say_result(void *unused, const struct task_result *result) {
    (void)unused;
    printf("asynchronous: the callback gets %s\n", result->data);
}

static void show_async(void) {
    int six = 6, seven = 7;
    struct task_result result;
    puts("synchronous: main submits 6 and waits");
    check(task_call(square, &six, &result), "task_call");
    printf("synchronous: main gets %s\n", result.data);
    free(result.data);

    struct task_queue *queue = task_open();
    check(queue != NULL ? 0 : -1, "task_open");
    event_open(&may_end);
    puts("asynchronous: main submits 7");
    check(task_submit(queue, square_later, &seven, say_result, NULL), "task_submit");
    puts("asynchronous: main does other things");
    event_set(&may_end);
    check(task_dispatch(queue, -1), "task_dispatch");
    event_close(&may_end);
    task_close(queue);
}

static const char python_async[] = "import multiprocessing as mp\n"
                                   "\n"
                                   "def square(n):\n"
                                   "    return n * n\n"
                                   "\n"
                                   "def square_later(n):\n"
                                   "    may_end.wait()\n"
                                   "    return square(n)\n"
                                   "\n"
                                   "def say_result(result):\n"
                                   "    print('asynchronous: the callback gets', result)\n"
                                   "\n"
                                   "if __name__ == '__main__':\n"
                                   "    mp.set_start_method('fork')\n"
                                   "    may_end = mp.Event()\n"
                                   "    with mp.Pool(1) as pool:\n"
                                   "        print('synchronous: main submits 6 and waits')\n"
                                   "        print('synchronous: main gets', pool.apply(square, (6,)))\n"
                                   "        print('asynchronous: main submits 7')\n"
                                   "        pending = pool.apply_async(square_later, (7,), callback=say_result)\n"
                                   "        print('asynchronous: main does other things')\n"
                                   "        may_end.set()\n"
                                   "        pending.wait()\n";

struct lesson {
    const char *name, *idea;
    void (*show)(void);
    const char *python;
};

static const struct lesson lessons[] = {
    {"tree", "which process starts which, and their names", show_tree, python_tree},
    {"join", "serial or concurrent: the position of the joins decides", show_join, python_join},
    {"isolation", "a forked child changes its own copy of a variable", show_isolation, PYTHON_NUMBER("fork")},
    {"spawn", "a spawned child begins with the initial values", show_spawn, PYTHON_NUMBER("spawn")},
    {"terminate", "three ways to end, and their exit codes", show_terminate, python_terminate},
    {"async", "to wait for a result, or to get it by a callback", show_async, python_async},
};
enum { LESSONS = sizeof lessons / sizeof lessons[0] };

static void print_help(FILE *out) {
    fputs(
        "usage: timeslice-proc LESSON [--python]\n"
        "       timeslice-proc " CHILDREN_USAGE "\n\n"
        "Shows one idea of the process lecture, then the Python program that prints the same lines.\n"
        "With --python it prints only that program.\n\n"
        "The command children starts a child for each END: an exit code, terminate or kill. It prints the names and\n"
        "pids, waits for a line on standard input, ends the children, prints their exit codes, and waits for another\n"
        "line.\n\n",
        out);
    for (int i = 0; i < LESSONS; i++)
        fprintf(out, "  %-10s %s\n", lessons[i].name, lessons[i].idea);
}

static const struct lesson *find_lesson(const char *name) {
    for (int i = 0; i < LESSONS; i++)
        if (strcmp(lessons[i].name, name) == 0)
            return &lessons[i];
    return NULL;
}

int main(int argc, char **argv) {
    check(process_register("change", change), "process_register");
    process_spawn_main(argc, argv);
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_help(stdout);
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "children") == 0)
        return show_children(argc - 2, argv + 2);
    const struct lesson *lesson = argc > 1 ? find_lesson(argv[1]) : NULL;
    bool python_only = argc == 3 && strcmp(argv[2], "--python") == 0;
    if (lesson == NULL || (argc > 2 && !python_only)) {
        if (argc > 1 && lesson == NULL)
            fprintf(stderr, "timeslice-proc: no lesson is called %s\n", argv[1]);
        print_help(stderr);
        return 2;
    }
    if (!python_only) {
        lesson->show();
        puts("\nThis Python program prints the same:\n");
    }
    fputs(lesson->python, stdout);
    return 0;
}
