/* fork_order.h - who goes on first after a fork: the child, the parent, or as it comes. */
#ifndef SUPPORT_PROCESS_FORK_ORDER_H
#define SUPPORT_PROCESS_FORK_ORDER_H

enum fork_order { AS_IT_COMES, CHILD_FIRST, PARENT_FIRST, FORK_ORDERS };

/* From now on, in every fork(3) of the caller, whoever goes second waits until the first one has to wait for something
 * or has ended. So nobody is kept from what he waits for. */
void set_fork_order(enum fork_order order);

/* An order that the run's seed chooses. */
enum fork_order any_fork_order(void);

#endif
