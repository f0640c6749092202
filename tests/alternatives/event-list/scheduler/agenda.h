/* agenda.h - the list of future events. It is a binary heap, and its first event is the next thing that happens. */
#ifndef AGENDA_H
#define AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kind { BURST_ENDS, IO_ENDS, ARRIVES, QUANTUM_ENDS, BOOST, DISPATCH, BEGINS };

struct event {
    int64_t time;
    int rank;              /* the place of its kind within the instant */
    int64_t first, second; /* which one comes first, among events of one kind at one instant */
    enum kind kind;
    size_t who;       /* a job or a CPU */
    unsigned long id; /* an event of a CPU holds only as long as the CPU has this turn */
};

struct agenda {
    struct event *heap;
    size_t used, room;
};

/* False if there is no memory. */
bool agenda_add(struct agenda *agenda, struct event event);

/* Takes the next event. False if there is none. */
bool agenda_next(struct agenda *agenda, struct event *next);

#endif
