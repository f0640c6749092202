/* schedule.c - how the scheduler's time and memory grow with the number of jobs: a thousand to a million, under MLFQ.
 *
 * Each size runs in its own process, and the kernel tells how much memory that process had. The jobs arrive so fast
 * that the queues are long. A third of the jobs do I/O, and there are boosts. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <timeslice/scheduler.h>
#include <unistd.h>

enum { BURSTS = 3, REPEATS_OF = 1000000 };

/* A linear congruential generator (Knuth, MMIX): the same jobs each time. */
static int64_t random_below(uint64_t *state, int64_t below) {
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return (int64_t)(*state >> 33) % below;
}

static void make(struct workload *w, int64_t *bursts, size_t jobs) {
    uint64_t state = 1;
    for (size_t i = 0; i < jobs; i++) {
        int64_t *own = bursts + BURSTS * i;
        for (int b = 0; b < BURSTS; b++)
            own[b] = 1 + random_below(&state, 12);
        w->jobs[i] = (struct sched_job){.id = (int64_t)i,
                                        .arrival = random_below(&state, 8 * (int64_t)jobs),
                                        .bursts = own,
                                        .burst_count = i % 3 == 0 ? BURSTS : 1};
    }
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Runs a workload of that size often enough to be measured, and prints its row. */
static int measure(size_t jobs) {
    const struct sched_options options = {
        .policy = POLICY_MLFQ, .cpus = 1, .levels = {2, 4, 8}, .level_count = 3, .boost = 1000};
    struct workload w = {.jobs = calloc(jobs, sizeof *w.jobs), .job_count = jobs};
    int64_t *bursts = calloc(BURSTS * jobs, sizeof *bursts);
    size_t repeats = REPEATS_OF / jobs, slices = 0;
    if (w.jobs == NULL || bursts == NULL)
        return EXIT_FAILURE;
    make(&w, bursts, jobs);
    double start = seconds();
    for (size_t i = 0; i < repeats; i++) {
        struct schedule s;
        if (schedule_run(&w, &options, &s) != 0)
            return EXIT_FAILURE;
        slices = s.slice_count;
        schedule_free(&s);
    }
    double took = (seconds() - start) / (double)repeats;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("  %8zu jobs %9zu slices %9.4f s %7.2f ns a job and doubling %6.0f bytes a job\n", jobs, slices, took,
           took * 1e9 / ((double)jobs * log2((double)jobs)), (double)usage.ru_maxrss * 1024 / (double)jobs);
    free(bursts);
    free(w.jobs);
    return EXIT_SUCCESS;
}

int main(void) {
    printf("the scheduler under MLFQ, in processor time\n");
    for (size_t jobs = 1000; jobs <= 1000000; jobs *= 10) {
        int status;
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0)
            exit(measure(jobs));
        if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
            return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
