/* fork_order.h - which process continues first after a fork: the child, the parent, or either of them. */
#ifndef SUPPORT_PROCESS_FORK_ORDER_H
#define SUPPORT_PROCESS_FORK_ORDER_H

enum fork_order { AS_IT_COMES, CHILD_FIRST, PARENT_FIRST, FORK_ORDERS };

/* Sets the order for every fork of the caller from now on. The second process waits until the first one waits for
 * something or has ended. So the two never wait for each other. */
void set_fork_order(enum fork_order order);

/* An order that the run's seed chooses. */
enum fork_order any_fork_order(void);

#endif
