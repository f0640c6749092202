/* situations.c - the notes of the model about its last run. */
#include "situations.h"

#include <string.h>

struct noted noted;
static uint32_t met;

uint32_t situations(void) {
    return met;
}

void notes_clear(void) {
    met = 0;
    memset(&noted, 0, sizeof noted);
}

void note(bool happens, enum situation situation) {
    if (happens)
        met |= (uint32_t)situation;
}

void notes_end_instant(void) {
    int comers = noted.arrivals + noted.backs;
    note(noted.arrivals > 1, TWO_ARRIVALS);
    note(noted.backs > 1, TWO_BACK);
    note(noted.expired > 1, TWO_EXPIRED);
    note(noted.backs && noted.arrivals, BACK_AND_ARRIVAL);
    note(noted.expired && comers, EXPIRED_AND_COMER);
    note(noted.boosted && comers, BOOST_AND_COMER);
    note(noted.boosted && noted.expired, BOOST_AND_EXPIRED);
    note(noted.ends && (comers || noted.expired || noted.boosted), END_AND_MORE);
    memset(&noted, 0, sizeof noted);
}
