/* shortage.h - makes processes, descriptors and room in files short, with the limits of setrlimit(2).
 *
 * The limits are real, so every way to make a process or a file meets them. Children inherit them. */
#ifndef SUPPORT_PROCESS_SHORTAGE_H
#define SUPPORT_PROCESS_SHORTAGE_H

/* From now on fork fails with EAGAIN. Only for a process that program_start or plain_start has made, because it stops
 * being root. Root has no such limit. */
void forbid_processes(void);

/* Ends forbid_processes. */
void allow_processes(void);

/* From now on at most this many more descriptors can be opened at the same time. */
void leave_descriptors(unsigned more);

/* Ends leave_descriptors. */
void allow_descriptors(void);

/* From now on no file can grow beyond so many bytes: write gives a short count there, then EFBIG. No signal comes. */
void limit_files(unsigned bytes);

/* Ends limit_files. */
void allow_files(void);

#endif
