/* fraction.c - exact ratios in lowest terms, by Euclid's algorithm. */
#include "fraction.h"

/* SCH-MET-004 SCH-ERA-005 */
struct sched_fraction fraction_of(int64_t numerator, int64_t denominator) {
    int64_t a = denominator, b = numerator;
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return (struct sched_fraction){numerator / a, denominator / a};
}
