/* chart.c - the Gantt chart for a terminal: it fits in the width of the terminal and has colours.
 *
 * schedule_print_gantt draws the rows. This file cuts the two lines of a row between boxes. Both lines have the same
 * columns, and a box begins at each '|' of the upper line.
 */
#include "views.h"

#include <stdlib.h>
#include <string.h>

enum { RED = 1, COLOURS = 6 };

/* A box has the colour of its job. Idle time and context switches have no colour. */
static void print_box(const char *box, int length, bool colour, FILE *out) {
    char *end;
    long long job = length > 2 ? strtoll(box + 2, &end, 10) : 0;
    bool is_job = length > 2 && end > box + 2;
    if (colour && is_job)
        fprintf(out, "|\033[3%lldm%.*s\033[0m", RED + job % COLOURS, length - 1, box + 1);
    else
        fprintf(out, "%.*s", length, box);
}

/* The two lines of one row, and the column of their first box. */
struct lines {
    const char *boxes;
    const char *times;
    int prefix;
};

/* The length of the box at a column. 0: the end of the row. */
static int box_length(const struct lines *l, int at) {
    const char *next = strchr(l->boxes + at + 1, '|');
    return next ? (int)(next - l->boxes) - at : 0;
}

static int time_length(const struct lines *l, int at) {
    return (int)strcspn(l->times + at, " ");
}

/* Prints boxes from a column on, as many as fit in width, but at least one. The time of their end must fit too. Returns
 * the column of the next box. */
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
