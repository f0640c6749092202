/* seed.h - random numbers that the same TIMESLICE_SEED gives again, with a generator for each purpose. */
#ifndef SUPPORT_CORE_SEED_H
#define SUPPORT_CORE_SEED_H

#include <stddef.h>
#include <stdint.h>

/* One stream of random numbers. */
struct dice {
    uint64_t state;
};

/* The seed of this run: the environment's TIMESLICE_SEED, or 1. */
uint64_t timeslice_seed(void);

/* A stream for one purpose; the same purpose and seed give the same stream. */
struct dice dice_for(const char *purpose);

/* The next 64 random bits. */
uint64_t dice_roll(struct dice *dice);

/* A number from 0 to below - 1. */
unsigned dice_below(struct dice *dice, unsigned below);

/* Fills out with len random bytes. */
void dice_fill(struct dice *dice, void *out, size_t len);

#endif
