/* svg.c - a schedule as a picture in one file: a row of boxes for each CPU, and an axis of time below. */
#include "views.h"

#include <inttypes.h>

enum { LEFT = 60, TOP = 40, WIDTH = 1000, ROW = 40, BOX = 28, AXIS = 30, MARKS = 10, NARROWEST_LABEL = 8 };

static double x_of(const struct schedule *s, int64_t time) {
    return LEFT + (s->totals.makespan > 0 ? (double)time / (double)s->totals.makespan * WIDTH : 0);
}

static int y_of(int cpu) {
    return TOP + cpu * ROW;
}

/* Ids next to each other get very different hues: multiples of the golden angle. A lower level is paler. */
static void slice(const struct schedule *s, const struct sched_slice *b, FILE *out) {
    double x = x_of(s, b->start), width = x_of(s, b->end) - x;
    int hue = (int)(b->job % 360 * 137 % 360), light = 55 + (b->level < 5 ? b->level : 5) * 6;
    fprintf(out,
            "<g><title>job %" PRId64 ", level %d: %" PRId64 " to %" PRId64 "</title>"
            "<rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\" fill=\"hsl(%d,60%%,%d%%)\"/>",
            b->job, b->level, b->start, b->end, x, y_of(b->cpu), width, BOX, hue, light);
    if (width >= NARROWEST_LABEL * snprintf(NULL, 0, "%" PRId64, b->job))
        fprintf(out, "<text x=\"%.2f\" y=\"%d\" text-anchor=\"middle\">%" PRId64 "</text>", x + width / 2,
                y_of(b->cpu) + BOX / 2 + 5, b->job);
    fputs("</g>\n", out);
}

static void change(const struct schedule *s, const struct sched_switch *b, FILE *out) {
    double x = x_of(s, b->start);
    fprintf(out,
            "<g><title>context switch to job %" PRId64 ": %" PRId64 " to %" PRId64 "</title>"
            "<rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\" fill=\"#444\"/></g>\n",
            b->job, b->start, b->end, x, y_of(b->cpu), x_of(s, b->end) - x, BOX);
}

/* The smallest of 1, 2, 5, 10, 20, 50 ... that makes no more than MARKS steps up to end. */
static int64_t step_for(int64_t end) {
    int64_t step = 1;
    for (int i = 0; end / step > MARKS; i++)
        step = step > INT64_MAX / 10 ? INT64_MAX : i % 3 == 1 ? step / 2 * 5 : step * 2;
    return step;
}

static void axis(const struct schedule *s, FILE *out) {
    int y = y_of(s->cpus);
    int64_t step = step_for(s->totals.makespan);
    fprintf(out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"black\"/>\n", LEFT, y, LEFT + WIDTH, y);
    for (int64_t i = 0; i <= s->totals.makespan / step; i++)
        fprintf(out,
                "<line x1=\"%.2f\" y1=\"%d\" x2=\"%.2f\" y2=\"%d\" stroke=\"black\"/>"
                "<text x=\"%.2f\" y=\"%d\" text-anchor=\"middle\">%" PRId64 "</text>\n",
                x_of(s, i * step), y, x_of(s, i * step), y + 5, x_of(s, i * step), y + 20, i * step);
}

void view_svg(const struct named_schedule *named, FILE *out) {
    const struct schedule *s = &named->schedule;
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" "
            "font-size=\"13\">\n<title>Schedule: %s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
            "<text x=\"%d\" y=\"24\" font-size=\"16\">%s</text>\n",
            LEFT + WIDTH + LEFT, y_of(s->cpus) + AXIS, named->policy, LEFT, named->policy);
    for (int cpu = 0; cpu < s->cpus; cpu++)
        fprintf(out,
                "<text x=\"8\" y=\"%d\">CPU %d</text><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
                "fill=\"#eee\"/>\n",
                y_of(cpu) + BOX / 2 + 5, cpu, LEFT, y_of(cpu), WIDTH, BOX);
    for (size_t i = 0; i < s->slice_count; i++)
        slice(s, &s->slices[i], out);
    for (size_t i = 0; i < s->switch_count; i++)
        change(s, &s->switches[i], out);
    axis(s, out);
    fputs("</svg>\n", out);
}
