/* stand_in_page.h - what the executor tells the stand-ins (stand_ins.c), and what they tell the executor. */
#ifndef SUPPORT_CORE_STAND_IN_PAGE_H
#define SUPPORT_CORE_STAND_IN_PAGE_H

#include <stdbool.h>

struct stand_in_page {
    bool wanted; /* the kit's own functions answer the calls below */
    bool asked;  /* a function of the submission has called another one that has a stand-in */
};

/* The executor lets it point to shared memory before each test. */
extern struct stand_in_page *stand_in_page;

#endif
