/* faults.h - system calls that fail when they are told to, as they would where a signal or a full queue hit just then.
 *
 * Theory of operation: the linker's --wrap (the flags are in wrap.args) sends every call of the functions below through
 * this file. A fault is armed for one thread, the caller's, and for certain calls; all others go to libc unchanged. A
 * call that fails does nothing else. To reach the thread that udp_serve runs in, arm the fault in the handler. */
#ifndef SUPPORT_FAULTS_FAULTS_H
#define SUPPORT_FAULTS_FAULTS_H

/* The functions that count as one kind of call. */
enum call_class {
    SENDING,   /* sendto, sendmsg, send, sendmmsg */
    RECEIVING, /* recvfrom, recvmsg, recv, recvmmsg */
    RESOLVING, /* getaddrinfo, which returns the error instead of setting errno */
    CALL_CLASSES
};

/* The k-th call (1: the next) of this class in this thread and those after it, count in all, fail with errno error.
 * count 0 disarms. */
void fail_calls(enum call_class class, unsigned k, unsigned count, int error);

#endif
