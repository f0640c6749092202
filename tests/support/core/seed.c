/* seed.c - the generator SplitMix64. Its first state comes from the run's seed and the name of the purpose. */
#include "seed.h"

#include <stdlib.h>
#include <string.h>

uint64_t timeslice_seed(void) {
    const char *text = getenv("TIMESLICE_SEED");
    return text && *text ? strtoull(text, NULL, 10) : 1;
}

struct dice dice_for(const char *purpose) {
    struct dice dice = {timeslice_seed()};
    for (const char *c = purpose; *c; c++)
        dice.state = (dice.state ^ (unsigned char)*c) * 0x100000001b3u;
    return dice;
}

uint64_t dice_roll(struct dice *dice) {
    uint64_t mixed = dice->state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

unsigned dice_below(struct dice *dice, unsigned below) {
    return (unsigned)(dice_roll(dice) % below);
}

void dice_fill(struct dice *dice, void *out, size_t len) {
    unsigned char *next = out;
    while (len > 0) {
        uint64_t bits = dice_roll(dice);
        size_t some = len < sizeof bits ? len : sizeof bits;
        memcpy(next, &bits, some);
        next += some;
        len -= some;
    }
}
