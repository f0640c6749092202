/* wait.h - for the streams: waits for a descriptor that would not block any more. */
#ifndef WAIT_H
#define WAIT_H

/* After EINTR it does not wait, and after EAGAIN it waits for the events. -1: after every other error. */
int worth_another_try(int fd, short events);

#endif
