/* descriptors.h - which descriptors this process has. */
#ifndef SUPPORT_CORE_DESCRIPTORS_H
#define SUPPORT_CORE_DESCRIPTORS_H

#include <stdbool.h>

/* How many descriptors are open. */
int open_descriptors(void);

/* The number of a descriptor that is not open. */
int closed_descriptor(void);

/* From now on the process can open only this many more descriptors. The next one fails with EMFILE. */
void allow_descriptors(int count);

/* Ends that. */
void allow_all_descriptors(void);

/* Whether fd is open. */
bool is_open(int fd);

/* Which descriptors are open now, for open_for_programs. */
struct descriptor_set {
    bool open[256];
};
struct descriptor_set descriptor_set(void);

/* How many descriptors are open now that were not open then, and are not close-on-exec. */
int open_for_programs(const struct descriptor_set *then);

#endif
