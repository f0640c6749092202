/* generate.h - makes workload files. */
#ifndef SCHEDULER_GENERATE_H
#define SCHEDULER_GENERATE_H

#include "arguments.h"

/* Writes a workload file to out. The same options always give the same file, on every machine. */
void generate_workload(const struct random_options *o, FILE *out);

#endif
