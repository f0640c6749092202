/* swept.h - a submission whose calls a sweep lets fail. Each function returns what swept.c says. */
#ifndef SELFTEST_SWEPT_H
#define SELFTEST_SWEPT_H

int three_blocks(void);
int two_unchecked_blocks(void);
int many_blocks(unsigned count);
int block_in_a_child(void);
int pipe_after_pipe(int ends[4]);
int read_once(int fd);
int start_a_process(void);

#endif
