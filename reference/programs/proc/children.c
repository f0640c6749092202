/* children.c - starts children, lets somebody outside look at them, ends them, and tells how each ended.
 *
 * The program prints the name and the pid of each child. Then it waits for a line on standard input. After that it ends
 * the children and prints the exit code of each. Then it waits for the end of standard input. So whoever started the
 * program can look at the processes before and after. */
#include "children.h"

#include "helpers.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHILDREN_MAX = 16, END_BY_TERMINATE = 256, END_BY_KILL };

struct child {
    struct process process;
    struct event may_end;
    int end; /* an exit code, END_BY_TERMINATE or END_BY_KILL */
};

/* Reads how a child ends. Returns whether the word says it. */
static bool read_end(const char *word, int *end) {
    char *rest;
    long code = strtol(word, &rest, 10);
    if (strcmp(word, "terminate") == 0)
        *end = END_BY_TERMINATE;
    else if (strcmp(word, "kill") == 0)
        *end = END_BY_KILL;
    else if (word[0] < '0' || word[0] > '9' || *rest != '\0' || code > 255)
        return false;
    else
        *end = (int)code;
    return true;
}

static int end_when_told(void *arg) {
    struct child *child = arg;
    event_wait(&child->may_end);
    return child->end;
}

static void end_child(struct child *child) {
    if (child->end == END_BY_TERMINATE)
        check(process_terminate(&child->process), "process_terminate");
    else if (child->end == END_BY_KILL)
        check(process_kill(&child->process), "process_kill");
    else
        event_set(&child->may_end);
}

static void report_child(struct child *child) {
    int code;
    check(process_join(&child->process, -1), "process_join");
    check(process_exitcode(&child->process, &code), "process_exitcode");
    printf("%s ended with %d\n", process_name(&child->process), code);
    check(process_close(&child->process), "process_close");
    event_close(&child->may_end);
}

/* Reads a line of standard input, or its end. */
static void await_line(void) {
    int byte;
    do
        byte = getchar();
    while (byte != '\n' && byte != EOF);
}

int show_children(int count, char **ends) {
    static struct child children[CHILDREN_MAX];
    if (count < 1 || count > CHILDREN_MAX) {
        fprintf(stderr, "timeslice-proc: children needs 1 to %d ends\n", CHILDREN_MAX);
        return 2;
    }
    for (int i = 0; i < count; i++)
        if (!read_end(ends[i], &children[i].end)) {
            fprintf(stderr, "timeslice-proc: %s is no exit code from 0 to 255, terminate or kill\n", ends[i]);
            return 2;
        }
    for (int i = 0; i < count; i++) {
        event_open(&children[i].may_end);
        start(&children[i].process, end_when_told, &children[i], NULL);
        printf("%s has pid %ld\n", process_name(&children[i].process), (long)process_pid(&children[i].process));
    }
    puts("all run");
    await_line();
    for (int i = 0; i < count; i++)
        end_child(&children[i]);
    for (int i = 0; i < count; i++)
        report_child(&children[i]);
    puts("all ended");
    await_line();
    return 0;
}
