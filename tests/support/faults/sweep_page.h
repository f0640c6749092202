/* sweep_page.h - what the executor tells the gate of a sweep (sweep.c), and what the gate tells the executor. */
#ifndef SUPPORT_FAULTS_SWEEP_PAGE_H
#define SUPPORT_FAULTS_SWEEP_PAGE_H

/* What makes the calls of a sweep fail. */
enum sweep_kind {
    SWEEP_NONE,
    SWEEP_EINTR,       /* a signal: calls that may wait fail with EINTR */
    SWEEP_MEMORY,      /* no memory: calls that allocate fail with ENOMEM */
    SWEEP_DESCRIPTORS, /* no descriptor: calls that open one fail with EMFILE */
    SWEEP_PROCESSES,   /* no process: calls that make a process or a thread fail with EAGAIN */
};

struct sweep_page {
    enum sweep_kind kind;
    unsigned fails;   /* the number of the call that fails, from 1; 0: none */
    unsigned reached; /* the highest number that a call of the submission got */
};

/* The executor lets it point to shared memory before each test. */
extern struct sweep_page *sweep_page;

#endif
