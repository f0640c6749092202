/* hrrn.c - highest response ratio next. */
#include "support/schedule/every_workload.h"

Test(sched_hrrn, runs_the_highest_ratio_first, .timeout = 3,
     .description = "SCH-HRRN-001: the five jobs of the chapter, then four other jobs") {
    expect_chart("HRRN", "A(0,5) B(1,3) C(2,6) D(3,1) E(4,2)", "AAAAADBBBEECCCCCC");
    expect_chart("HRRN", "A(0,4) B(1,6) C(3,1) D(4,9)", "AAAACBBBBBBDDDDDDDDD");
}

/* No job blocks, so w counts from the arrival. The numbers are small, so the products are exact. */
static const char *highest_of_the_waiting(const struct workload *w, const struct sched_options *o,
                                          const struct schedule *s) {
    (void)o;
    for (size_t i = 0; i < s->slice_count; i++) {
        const struct sched_job *chosen = job_with(w, s->slices[i].job);
        for (size_t later = i + 1; chosen && later < s->slice_count; later++) {
            const struct sched_job *other = job_with(w, s->slices[later].job);
            int64_t start = s->slices[i].start;
            if (other && other->arrival <= start &&
                (start - other->arrival) * chosen->bursts[0] > (start - chosen->arrival) * other->bursts[0])
                return "a job is dispatched while a job with a higher ratio is ready";
        }
    }
    return s->slice_count == w->job_count ? NULL : "the number of slices is not the number of jobs";
}

Test(sched_hrrn, never_passes_over_a_higher_ratio, .timeout = 5,
     .description = "SCH-HRRN-001: random workloads: no job with a higher ratio waits at a dispatch") {
    expect_for_every_workload(highest_of_the_waiting, "HRRN",
                              ((struct shape){.jobs = 14, .arrival = 50, .burst = 12, .apart = true}), 600);
}

Test(sched_hrrn, compares_exactly, .timeout = 3,
     .description = "SCH-HRRN-002: 4/3 and 3/2, 9/4 and 7/3, and two ratios that are equal as floats") {
    expect_chart("HRRN", "A(3,1) B(3,3) C(3,2)", "...ACCBBB");
    expect_chart("HRRN", "A(0,5) B(0,4) C(1,3)", "AAAAACCCBBBB"); /* 9/4 and 7/3 */
    /* The ratios are near 1 + 2^-31. As floats both are 1, and B became ready first. */
    expect_slices("HRRN", "A(0,2147483650) B(0,2147483649) C(1,2147483648)",
                  "A 0-2147483650, C 2147483650-4294967298, B 4294967298-6442450947");
}

/* With n = 2^40 the products are n^2 + 2n and one more. They do not fit in 64 bits, and a double is not exact enough.
 * In the second workload the products are 2^72 and 2^81. In 64 bits both are 0. */
Test(sched_hrrn, compares_beyond_64_bits, .timeout = 3,
     .description = "SCH-HRRN-003: products near 2^80, products that are 0 in 64 bits, and larger ones") {
    expect_slices("HRRN", "A(0,1099511627778) B(0,1099511627777) C(1,1099511627776)",
                  "A 0-1099511627778, C 1099511627778-2199023255554, B 2199023255554-3298534883331");
    expect_slices("HRRN", "A(0,4398046511104) B(0,1099511627776) C(2199023255552,1073741824)",
                  "A 0-4398046511104, C 4398046511104-4399120252928, B 4399120252928-5498631880704");
    expect_slices("HRRN", "A(0,300000000000000000) B(1,200000000000000001) C(2,200000000000000000)",
                  "A 0-300000000000000000, C 300000000000000000-500000000000000000, "
                  "B 500000000000000000-700000000000000001");
}

Test(sched_hrrn, counts_waiting_from_when_the_job_became_ready, .timeout = 3,
     .description = "SCH-HRRN-004: A is back from I/O while C waits") {
    expect_chart("HRRN", "A(0, 1 3 4) B(0,8) C(2,5)", "ABBBBBBBBCCCCCAAAA");
}

Test(sched_hrrn, runs_equal_ratios_in_order_of_becoming_ready, .timeout = 3,
     .description = "SCH-HRRN-005: equal ratios of jobs that arrived apart, and together") {
    expect_chart("HRRN", "A(0,6) B(4,1) C(2,2)", "AAAAAACCB");
    expect_chart("HRRN", "A(0,1) C(0,2) B(0,2)", "ABBCC");
}
