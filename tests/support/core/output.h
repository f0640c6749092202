/* output.h - sees whether code prints. */
#ifndef SUPPORT_CORE_OUTPUT_H
#define SUPPORT_CORE_OUTPUT_H

/* From now on, standard output and standard error go to a file. Do not assert before output_stop. */
void output_start(void);

/* Ends that, and returns how many bytes were printed. */
long output_stop(void);

#endif
