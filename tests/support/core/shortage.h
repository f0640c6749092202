/* shortage.h - a process that can open no more descriptors. */
#ifndef SUPPORT_CORE_SHORTAGE_H
#define SUPPORT_CORE_SHORTAGE_H

/* From now on, each call that would open a descriptor fails with EMFILE. Do not assert before they are free again. */
void use_up_descriptors(void);

void free_descriptors(void);

#endif
