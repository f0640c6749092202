/* process.h - the contract of the process lab: a program starts other processes of itself, waits for them and ends
 * them.
 *
 * The functions follow Python's multiprocessing.Process. There are two ways to create a process. With a target, you
 * give a function that the process runs (process_init_target). With a subclass, you write a struct of your own whose
 * first member is a struct process, and a class that overrides run (process_init). There are two ways to start a
 * process. PROCESS_FORK makes a copy of this program as it is now. PROCESS_SPAWN executes this program again from its
 * first line, and Windows has only this method.
 *
 * Every function reports an error as -1 (or NULL, or false) and sets errno. No function prints. Only
 * process_spawn_main exits. The descriptors that these functions open are close-on-exec. One thread of a program calls
 * them. p is never NULL and was initialised. The clauses behind each sentence are in spec/process.md. The areas are:
 *
 *     NEW     process_init, process_init_target, process_name, process_pid
 *     START   process_start
 *     ISO     process_start: what memory the child sees
 *     JOIN    process_join, process_is_alive, process_sentinel
 *     EXIT    process_exitcode, how a child ends
 *     TERM    process_terminate, process_kill, process_close
 *     DAEMON  process_is_daemon, how a program ends
 *     TREE    process_current, process_parent, process_active_children
 *     SPAWN   process_register, process_spawn_main
 *
 * Who may call what. The maker of an object is the process that initialised it. Only the maker may start, join, ask,
 * signal and close the object. In another process these calls fail with ECHILD. An example is a forked child, which
 * has copies of all its parent's objects. Three functions only read the object, so they work in every process:
 * process_name, process_pid and process_is_daemon.
 *
 * In the child, four functions work on process_current() and process_parent(): the three above and process_is_alive.
 * To join oneself is EDEADLK. Every other call on these two objects is ECHILD.
 *
 * If several errors fit, the function reports the first of this list: EINVAL closed, EDEADLK itself, ECHILD not the
 * maker, ESRCH not started (process_exitcode: EAGAIN). After these come the errors that the comment of the function
 * lists.
 */
#ifndef TIMESLICE_PROCESS_H
#define TIMESLICE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The longest name of a process, in bytes without the final NUL. */
#define PROCESS_NAME_MAX 255

/* The maximum number of argument bytes for a spawned child. */
#define PROCESS_ARG_MAX 1048576

/* How many targets a program can register for spawning. */
#define PROCESS_TARGETS_MAX 64

/* argv[1] of every spawned child. You decide what is in argv[2] and after it. */
#define PROCESS_SPAWN_FLAG "--timeslice-spawn"

/* The name of the main process: the program that somebody ran. */
#define PROCESS_MAIN_NAME "MainProcess"

struct process;

/* What a process does. Its return value is its exit code. The system keeps the low eight bits. */
typedef int process_target(void *arg);

/* What a subclass overrides. */
struct process_class {
    const char *type_name; /* the default names begin with it: "Worker" gives "Worker-1" */
    int (*run)(
        struct process *self); /* runs in the child; self is the object that was started, in the child's memory */
};

/* Whether a process is a daemon. A daemon ends with the program that started it, and it cannot start processes. */
enum process_daemon {
    PROCESS_DAEMON_INHERIT, /* the same as the process that makes the object */
    PROCESS_DAEMON_NO,
    PROCESS_DAEMON_YES,
};

enum process_start_method {
    PROCESS_FORK,  /* the child is a copy of this process at the moment of process_start */
    PROCESS_SPAWN, /* the child executes this program again; it knows only its target and its argument bytes */
};

/* The options of a new process. A field that is 0 means: a default name, daemon inherited, fork. */
struct process_options {
    const char *name; /* copied, so it must not be in the object itself; NULL or "": the default name */
    enum process_daemon daemon;
    enum process_start_method method;
    size_t arg_size; /* PROCESS_SPAWN: how many bytes at arg the child gets; 0: its arg is NULL */
};

/* What an implementation must remember about a child while it runs and until it is closed. This header declares the
 * struct. You define it, in a file of your own, in any way. Keep in it whatever the end of the program needs. */
struct process_child;

/* A process that will be started, runs, or has ended. The caller owns the memory. It does not move the object until
 * process_close, or until the maker exits. The object may be an automatic variable of main, which no longer exists
 * when the exit handlers run. Every field is private: only your code reads or writes it. You may use the fields in
 * another way than this proposal. */
struct process {
    const struct process_class *cls; /* its run is called; for process_init_target it is a class of yours */
    process_target *target;          /* process_init_target: the function that run calls, */
    void *arg;                       /* and its argument */
    size_t arg_size;                 /* bytes at arg (PROCESS_SPAWN) */
    enum process_start_method method;
    bool daemon;
    bool closed;
    pid_t maker;                         /* the process that initialised this object */
    pid_t pid;                           /* 0 before the start */
    struct process_child *child;         /* NULL before the start */
    char identity[PROCESS_NAME_MAX + 1]; /* "2:1": first object of the second child; "": main process */
    char name[PROCESS_NAME_MAX + 1];
};

/* Makes *p a process of class cls, whatever *p held before. It starts nothing. It keeps the pointers cls and type_name
 * and copies neither. options: NULL means all defaults. The default name is the type name, "-" and the identity. The
 * identity is the maker's identity, ":" and the maker's count of objects (without ":" in the main process):
 * "Process-1", "Worker-2", "Process-2:1". Every successful call of this function and the next increases the count,
 * also if a name is given.
 * Returns 0.
 * Errors: EINVAL cls, its type_name or its run is NULL; EINVAL a field of options is not a value of its enum.
 * ENAMETOOLONG the name (given or default) or the identity is longer than PROCESS_NAME_MAX.
 * Source: multiprocessing.Process, fork(2). */
int process_init(struct process *p, const struct process_class *cls, const struct process_options *options);

/* The same for a process that calls target(arg). Its type name is "Process". It keeps the pointer arg and does not
 * copy the memory. A forked child finds the memory in its own copy. For a spawned child process_start copies arg_size
 * bytes.
 * Errors: EINVAL target is NULL; those of process_init. */
int process_init_target(struct process *p, process_target *target, void *arg, const struct process_options *options);

/* Starts p and does not wait for it. It first flushes all output streams of stdio. A forked child has the signal mask,
 * signal handlers and descriptors of this process. A spawned child has only the descriptors 0, 1 and 2.
 * Returns 0. If it fails, there is no child, and p can be started later.
 * Errors, the first that fits:
 *
 * - EINVAL closed; ECHILD not the maker; EALREADY started before, running or ended; EPERM this process is a daemon.
 * - EDEADLK this is a spawned child, and process_spawn_main has not yet been called.
 * - PROCESS_SPAWN: EINVAL the target is not registered or p is of a subclass; E2BIG arg_size exceeds PROCESS_ARG_MAX.
 * - EAGAIN, EMFILE, ENFILE, ENOMEM and others of fork(2), execve(2), pidfd_open(2), memfd_create(2) and pipe(2). If a
 *   child was already made, the function ends it.
 *
 * Source: fork(2), execve(2), posix_spawn(3), fflush(3). */
int process_start(struct process *p);

/* Waits until p has ended. The argument timeout_ms is in milliseconds: 0 looks and does not wait, negative waits for
 * ever.
 * Returns 0 when p has ended, however it ended and however often you ask.
 * Errors: ETIMEDOUT it still runs; EDEADLK p is the caller itself. EIDRM it has ended, but other code waited for it
 * and took its exit code. Never EINTR.
 * Source: waitid(2), poll(2), pidfd_open(2). */
int process_join(struct process *p, int timeout_ms);

/* Whether p runs. It is true for the caller itself. For process_parent() it is true as long as that process lives, and
 * no longer. It is false before the start and after p has ended, also if other code waited for p. False with errno
 * set: EINVAL closed, ECHILD not the maker. */
bool process_is_alive(struct process *p);

/* Puts p's exit code in *code. This is 0 to 255, the low eight bits of the value that p returned or gave to exit or
 * _exit. If a signal killed p, it is -SIGNAL. It does not matter whether p was joined. The call takes nothing away:
 * you can ask again, and you can join p.
 * Returns 0.
 * Errors: EAGAIN it has not been started, or it runs; EIDRM as for process_join.
 * Source: waitid(2). */
int process_exitcode(const struct process *p, int *code);

/* Sends SIGTERM to p (process_kill: SIGKILL) and does not wait. If p has ended, it returns 0 and sends no signal,
 * because another process may have the pid now.
 * Returns 0.
 * Errors: those of kill(2). */
int process_terminate(struct process *p);
int process_kill(struct process *p);

/* Releases everything that p holds, also its sentinel, and leaves no zombie. It does not matter whether p was started,
 * joined or closed before. Afterwards every call on p is EINVAL. There are three exceptions: process_name works,
 * process_init makes p new, and another process_close returns 0.
 * Returns 0.
 * Errors: EBUSY it runs. */
int process_close(struct process *p);

/* A descriptor that poll(2) finds readable when p has ended, and not before, whatever other processes do. Every call
 * returns the same one. It belongs to p: never read or close it. It is valid until process_close.
 * Returns it.
 * Source: pidfd_open(2). */
int process_sentinel(const struct process *p);

/* The name of p. The memory is in p itself. This works always, even after process_close. */
const char *process_name(const struct process *p);

/* The process id of p, also after its end; 0 before its start.
 * Error: -1 EINVAL closed. */
pid_t process_pid(const struct process *p);

/* Whether p is a daemon. Its options decide, or else its maker.
 * Error: false with EINVAL closed. */
bool process_is_daemon(const struct process *p);

/* The process that calls this function. In a forked child it is the very object that was started. In a spawned child
 * it is an object like it. In the main process it is an object named PROCESS_MAIN_NAME. After a plain fork(2) it is
 * the same as before. It belongs to the library or to the starter: never free or close it. Never NULL. */
struct process *process_current(void);

/* The process that started the caller, with its name and pid; NULL in the main process. */
struct process *process_parent(void);

/* Looks for the processes that the caller started and that still run, in the order of their starts. Puts the first cap
 * of them in out[]. out may be NULL if cap is 0. Returns how many there are, which may exceed cap. It also waits for
 * the processes that have ended, so that they leave no zombie. */
size_t process_active_children(struct process **out, size_t cap);

/* Makes target known under name to every spawned child. Both parent and child must call it at the top of main, before
 * process_spawn_main. It keeps the pointer name and does not copy the string: use a string literal.
 * Returns 0, also if the same pair was registered before.
 * Errors: EINVAL name is NULL or "", or target is NULL; ENAMETOOLONG longer than PROCESS_NAME_MAX. EEXIST the name
 * belongs to another target; ENOSPC PROCESS_TARGETS_MAX targets are registered. */
int process_register(const char *name, process_target *target);

/* The main guard. Call it in main, after the registrations and before everything else. In an ordinary process it does
 * nothing and returns 0. In a spawned child argv[1] is PROCESS_SPAWN_FLAG. There it calls the target with the argument
 * bytes, and exits with the target's result. The bytes are in aligned memory. The target may change them and does not
 * free them. It exits with 1 if the target is not registered there, or if no parent sent anything. */
int process_spawn_main(int argc, char **argv);

#endif
