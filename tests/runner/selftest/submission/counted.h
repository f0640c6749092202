/* counted.h - a submission whose lines are counted. */
#ifndef SELFTEST_COUNTED_H
#define SELFTEST_COUNTED_H

void counted_returns(void);
void counted_exits(void);
void counted_crashes(void);
void counted_overflows_its_stack(int depth);
void counted_aborts(void);
void counted_is_killed(void);
void counted_kills_itself(void);
void counted_loops(void);
void counted_loops_deaf(void);
void counted_fails(void);
void counted_in_a_child(void);
void counted_never(void);

#endif
