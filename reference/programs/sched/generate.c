/* generate.c - makes workload files from a seed. */
#include "generate.h"

#include <inttypes.h>

/* SplitMix64 (Steele, Lea and Flood, 2014). It is small and fast, and gives the same numbers on every machine. */
static uint64_t next(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static int64_t between(uint64_t *state, int64_t least, int64_t most) {
    return least + (int64_t)(next(state) % ((uint64_t)(most - least) + 1));
}

void generate_workload(const struct random_options *o, FILE *out) {
    uint64_t state = (uint64_t)o->seed;
    fputs("id,arrival,bursts\n", out);
    for (int64_t id = 1; id <= o->jobs && !ferror(out); id++) {
        fprintf(out, "%" PRId64 ",%" PRId64 ",%" PRId64, id, between(&state, 0, o->last_arrival),
                between(&state, 1, o->longest));
        int64_t pairs = between(&state, 0, (o->bursts - 1) / 2); /* of an I/O burst and a CPU burst */
        for (int64_t i = 0; i < pairs && !ferror(out); i++) {
            int64_t io = between(&state, 1, o->longest);
            fprintf(out, " %" PRId64 " %" PRId64, io, between(&state, 1, o->longest));
        }
        fputc('\n', out);
    }
}
