/* stand_in.c - the page of the stand-ins. */
#include "stand_in.h"

#include <stddef.h>
#include <sys/mman.h>

#include "support/core/stand_in_page.h"

/* Defined by the bank, if it has stand-ins. */
extern struct stand_in_page *stand_in_page __attribute__((weak));

int stand_in_open(void) {
    if (&stand_in_page == NULL)
        return 0;
    void *page = mmap(NULL, sizeof *stand_in_page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return -1;
    stand_in_page = page;
    return 0;
}

void stand_in_arm(bool wanted) {
    if (&stand_in_page != NULL)
        *stand_in_page = (struct stand_in_page){.wanted = wanted};
}

bool stand_in_asked(void) {
    return &stand_in_page != NULL && stand_in_page->asked;
}
