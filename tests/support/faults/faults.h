/* faults.h - makes chosen system calls fail, as a signal or a full queue could make them fail at that moment.
 *
 * Theory of operation: the linker's --wrap (the flags are in wrap.args) sends every call of the functions below through
 * this file. A fault is armed for the calling thread and for certain calls. All other calls go to libc unchanged. A
 * call that fails does nothing else. To reach the thread of udp_serve, arm the fault in the handler. */
#ifndef SUPPORT_FAULTS_FAULTS_H
#define SUPPORT_FAULTS_FAULTS_H

/* The functions that count as one kind of call. */
enum call_class {
    SENDING,   /* sendto, sendmsg, send, sendmmsg; write and writev on a socket */
    RECEIVING, /* recvfrom, recvmsg, recv, recvmmsg; read and readv on a socket */
    RESOLVING, /* getaddrinfo, which returns the error and does not set errno */
    OPENING,   /* socket */
    BINDING,   /* bind */
    PAIRING,   /* connect */
    CALL_CLASSES
};

/* In this thread, count calls of this class fail with errno error, from the k-th call on. With k 1 that is the next
 * call. With count 0 no call fails any more. */
void fail_calls(enum call_class class, unsigned k, unsigned count, int error);

/* The same for the calls of all threads. No thread of the kit may run then. */
void fail_calls_everywhere(enum call_class class, unsigned count, int error);

/* How many calls of this class have failed in this thread since the last fail_calls. Some correct code makes no such
 * call at all. */
unsigned calls_failed(enum call_class class);

/* When this thread began its sending calls, in milliseconds of the monotonic clock, since sendings_watch. Calls that
 * fail by the kit's doing do not count. Returns how many there were; the first `room` of them are in times. */
void sendings_watch(void);
unsigned sendings(double *times, unsigned room);

#endif
