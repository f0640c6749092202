/* children.h - the command `children` of timeslice-proc. */
#ifndef PROC_CHILDREN_H
#define PROC_CHILDREN_H

/* The arguments of children. */
#define CHILDREN_USAGE "children END..."

/* Starts a child for each of the count words in ends, and tells how each ended. A word is an exit code from 0 to 255,
 * `terminate` or `kill`. Returns the exit status of the program. */
int show_children(int count, char **ends);

#endif
