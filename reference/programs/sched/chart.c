/* chart.c - the Gantt chart for a terminal: the library's chart, folded to the terminal's width, and coloured.
 *
 * schedule_print_gantt decides what a row looks like. Here its two lines are cut between boxes: both have the same
 * columns, and a box begins wherever the upper line has a '|'.
 */
#include "views.h"

#include <stdlib.h>
#include <string.h>

enum { RED = 1, COLOURS = 6 };

/* A box gets its job's colour; idle time and context switches have none. */
static void print_box(const char *box, int length, bool colour, FILE *out) {
    char *end;
    long long job = length > 2 ? strtoll(box + 2, &end, 10) : 0;
    bool is_job = length > 2 && end > box + 2;
    if (colour && is_job)
        fprintf(out, "|\033[3%lldm%.*s\033[0m", RED + job % COLOURS, length - 1, box + 1);
    else
        fprintf(out, "%.*s", length, box);
}

/* The two lines of one row, and where their first box begins. */
struct lines {
    const char *boxes;
    const char *times;
    int prefix;
};

/* How long the box at a column is; 0 at the end of the row. */
static int box_length(const struct lines *l, int at) {
    const char *next = strchr(l->boxes + at + 1, '|');
    return next ? (int)(next - l->boxes) - at : 0;
}

static int time_length(const struct lines *l, int at) {
    return (int)strcspn(l->times + at, " ");
}

/* Prints as many boxes from a column on as fit in width with the time of their end below, but at least one. Returns the
 * column at which the next ones begin. */
static int print_band(const struct lines *l, int from, int width, bool colour, FILE *out) {
    int at = from;
    for (int length; (length = box_length(l, at)) > 0; at += length) {
        int end = at + length;
        if (at > from && l->prefix + end - from + time_length(l, end) > width)
            break;
        print_box(l->boxes + at, length, colour, out);
    }
    fprintf(out, "|\n%*s%.*s\n", l->prefix, "", at + time_length(l, at) - from, l->times + from);
    return at;
}

static void print_row(const char *boxes, const char *times, int width, bool colour, FILE *out) {
    struct lines l = {boxes, times, (int)(strchr(boxes, '|') - boxes)};
    int at = l.prefix;
    do {
        fprintf(out, "%*.*s", l.prefix, at == l.prefix ? l.prefix : 0, boxes);
        at = print_band(&l, at, width, colour, out);
    } while (box_length(&l, at) > 0);
}

int view_chart(const struct schedule *s, int width, bool colour, FILE *out) {
    char *text = NULL, *rest = NULL;
    size_t size;
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        return -1;
    bool drawn = schedule_print_gantt(s, memory) == 0;
    drawn = fclose(memory) == 0 && drawn;
    char *boxes = drawn ? strtok_r(text, "\n", &rest) : NULL;
    for (; boxes; boxes = strtok_r(NULL, "\n", &rest))
        print_row(boxes, strtok_r(NULL, "\n", &rest), width, colour, out);
    free(text);
    return drawn ? 0 : -1;
}
