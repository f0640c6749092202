/* signals_sent.h - sees a signal that goes to a number which no child of the sender has any more. */
#ifndef SUPPORT_PROCESS_SIGNALS_SENT_H
#define SUPPORT_PROCESS_SIGNALS_SENT_H

/* From now on this process sends no signal by kill(2) to a pid that is not its child. It logs "signal to a stranger"
 * instead (gates.h), and kill fails with ESRCH, as if nobody had the pid. A zombie is still a child. This does not hold
 * for the children of this process. */
void watch_signals(void);

#endif
