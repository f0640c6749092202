/* process.h - the process lab's contract: a program that starts others of itself, waits for them and ends them.
 *
 * The shape is that of Python's multiprocessing.Process. A process is created in one of two ways: from a target, a
 * function that it shall run (process_init_target), or as a subclass, a struct of your own whose first member is a
 * struct process and whose class overrides run (process_init). It is started in one of two ways: PROCESS_FORK, a copy
 * of this program as it is now, or PROCESS_SPAWN, this program begun anew, which is all that Windows has.
 *
 * Every function reports an error as -1 (or NULL, or false) with errno set. None prints, and only process_spawn_main
 * exits. Descriptors that these functions make are close-on-exec. One thread of a program uses them. p is never NULL
 * and was initialised. The clauses behind each sentence are in spec/process.md; the areas are NEW (process_init,
 * process_init_target, process_name, process_pid), START and ISO (process_start), JOIN (process_join, process_is_alive,
 * process_sentinel), EXIT (process_exitcode, how a child ends), TERM (process_terminate, process_kill, process_close),
 * DAEMON (process_is_daemon, how a program ends), TREE (process_current, process_parent, process_active_children) and
 * SPAWN (process_register, process_spawn_main).
 *
 * Who may do what. The maker of an object is the process that initialised it, and it alone may start, join, ask, signal
 * and close it: elsewhere, as in a forked child, which has copies of all its parent's objects, those calls fail with
 * ECHILD. process_name, process_pid and process_is_daemon only read the object and work everywhere. In the child,
 * process_current() and process_parent() can be asked for their name, pid, daemon flag and process_is_alive; joining
 * oneself is EDEADLK, and every other call on these two is ECHILD. Where several errors fit, the first of this list is
 * reported: EINVAL closed, EDEADLK itself, ECHILD not the maker, ESRCH not started (process_exitcode: EAGAIN), then
 * what stands at the function.
 */
#ifndef TIMESLICE_PROCESS_H
#define TIMESLICE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The longest name of a process, in bytes without the final NUL. */
#define PROCESS_NAME_MAX 255

/* The most argument bytes that a spawned child is given. */
#define PROCESS_ARG_MAX 1048576

/* How many targets can be registered for spawning. */
#define PROCESS_TARGETS_MAX 64

/* argv[1] of every spawned child. What stands in argv[2] and after it is yours. */
#define PROCESS_SPAWN_FLAG "--timeslice-spawn"

/* The name of the main process: the program that somebody ran. */
#define PROCESS_MAIN_NAME "MainProcess"

struct process;

/* What a process does. Its return value is its exit code, of which the system keeps the low eight bits. */
typedef int process_target(void *arg);

/* What a subclass overrides. */
struct process_class {
    const char *type_name; /* begins the default names: "Worker" gives "Worker-1" */
    int (*run)(
        struct process *self); /* runs in the child; self is the object that was started, in the child's memory */
};

/* Whether a process is a daemon: one that ends with the program that started it, and may start none itself. */
enum process_daemon {
    PROCESS_DAEMON_INHERIT, /* as the process that makes the object is */
    PROCESS_DAEMON_NO,
    PROCESS_DAEMON_YES,
};

enum process_start_method {
    PROCESS_FORK,  /* the child is a copy of this process at the moment of process_start */
    PROCESS_SPAWN, /* the child is this program begun anew; it knows nothing but its target and its argument bytes */
};

/* How a process differs from the ordinary. A field that is 0 means: a default name, daemon inherited, fork. */
struct process_options {
    const char *name; /* copied, so it must not stand in the object itself; NULL or "": the default name */
    enum process_daemon daemon;
    enum process_start_method method;
    size_t arg_size; /* PROCESS_SPAWN: how many bytes at arg the child is given; 0: its arg is NULL */
};

/* What an implementation must remember of a child while it runs and until it is closed. It is declared here and defined
 * by you, as you like it, in a file of your own. Keep in it whatever the end of the program needs. */
struct process_child;

/* A process that is to be started, runs, or has ended. The caller owns the memory and keeps it where it is until
 * process_close, or until the process that made it exits: it may be an automatic variable of main, which is gone when
 * the exit handlers run. Every field is private: only your code reads or writes it, and it may use it otherwise than
 * proposed here. */
struct process {
    const struct process_class *cls; /* whose run is called; for process_init_target one of your own */
    process_target *target;          /* process_init_target: what run calls, */
    void *arg;                       /* and with what */
    size_t arg_size;                 /* bytes at arg (PROCESS_SPAWN) */
    enum process_start_method method;
    bool daemon;
    bool closed;
    pid_t maker;                         /* the process that initialised this object */
    pid_t pid;                           /* 0 before the start */
    struct process_child *child;         /* NULL before the start */
    char identity[PROCESS_NAME_MAX + 1]; /* "2:1": the first process made by the second; "" for the main process */
    char name[PROCESS_NAME_MAX + 1];
};

/* Makes *p, whatever it held, a process of class cls. Nothing is started. cls and its type_name are kept, not copied.
 * options: NULL means all defaults. The default name is the type name, "-" and the identity, which is the maker's
 * identity, ":" and the maker's count of objects (no ":" in the main process): "Process-1", "Worker-2",
 * "Process-2:1". The count moves with every successful call of this function and the next, even where a name is given.
 * Returns 0. Errors: EINVAL cls, its type_name or its run is NULL, or a field of options is no value of its enum;
 * ENAMETOOLONG the name, given or default, or the identity is longer than PROCESS_NAME_MAX.
 * Source: multiprocessing.Process, fork(2). */
int process_init(struct process *p, const struct process_class *cls, const struct process_options *options);

/* The same for a process that calls target(arg). Its type name is "Process". arg is kept, not copied: a forked child
 * finds it in its copy of the memory; of a spawned child's, arg_size bytes are copied by process_start.
 * Errors: EINVAL target is NULL; those of process_init. */
int process_init_target(struct process *p, process_target *target, void *arg, const struct process_options *options);

/* Starts p and does not wait for it. What stdio has buffered is written first. In a forked child signal mask, signal
 * handlers and descriptors are those of this process; a spawned child has descriptors 0, 1 and 2 only.
 * Returns 0. Where it fails there is no child, and p can be started later. Errors, the first that fits: EINVAL closed;
 * ECHILD not the maker; EALREADY started before, running or ended; EPERM this process is a daemon; EDEADLK this is a
 * spawned child and process_spawn_main has not yet been called; PROCESS_SPAWN: EINVAL the target is not registered or p
 * is of a subclass, E2BIG arg_size exceeds PROCESS_ARG_MAX; EAGAIN, EMFILE, ENFILE, ENOMEM and others of fork(2),
 * execve(2), pidfd_open(2), memfd_create(2) and pipe(2), after which a child that was already made is ended.
 * Source: fork(2), execve(2), posix_spawn(3), fflush(3). */
int process_start(struct process *p);

/* Waits until p has ended. timeout_ms: how long, in milliseconds; 0 looks and does not wait, negative waits for ever.
 * Returns 0, however often it is asked once p has ended, and however p ended. Errors: ETIMEDOUT it still runs; EDEADLK
 * p is the caller itself; EIDRM it has ended, but somebody else waited for it and took its exit code; never EINTR.
 * Source: waitid(2), poll(2), pidfd_open(2). */
int process_join(struct process *p, int timeout_ms);

/* Whether p runs. The caller itself does. process_parent() does as long as that process lives, and no longer.
 * False before the start and once p has ended, by whomever it was waited for. False with errno set: EINVAL closed,
 * ECHILD not the maker. */
bool process_is_alive(struct process *p);

/* Puts p's exit code in *code: 0 to 255, the low eight bits of what it returned or gave to exit or _exit, or -SIGNAL
 * where a signal killed it. It need not have been joined. Takes nothing away: p can be asked again and be joined.
 * Returns 0. Errors: EAGAIN it has not been started, or runs; EIDRM as for process_join.
 * Source: waitid(2). */
int process_exitcode(const struct process *p, int *code);

/* Sends SIGTERM to p (process_kill: SIGKILL) and does not wait. On a process that has ended: 0 and no effect, whoever
 * has its pid now. Returns 0. Errors: those of kill(2). */
int process_terminate(struct process *p);
int process_kill(struct process *p);

/* Gives back all that p holds, its sentinel among it, and leaves no zombie. p need not have been started or joined, and
 * may be closed already. After it every call on p is EINVAL, except process_name, and process_init, which makes it new.
 * Returns 0. Errors: EBUSY it runs. */
int process_close(struct process *p);

/* A descriptor that poll(2) finds readable once p has ended, and not before, whatever other processes do. It is the
 * same one in every call, it is p's (never read or close it) and it is good until process_close.
 * Returns it. Source: pidfd_open(2). */
int process_sentinel(const struct process *p);

/* The name of p, in p. Works always, even after process_close. */
const char *process_name(const struct process *p);

/* The process id of p, also after its end; 0 before its start. Error: -1 EINVAL closed. */
pid_t process_pid(const struct process *p);

/* Whether p is a daemon, as its options said or as its maker was. Error: false with EINVAL closed. */
bool process_is_daemon(const struct process *p);

/* The process that calls: in a forked child the very object that was started, in a spawned child one like it, in the
 * main process one named PROCESS_MAIN_NAME, and after a plain fork(2) the one of before. It is the library's or the
 * starter's, never to be freed or closed. Never NULL. */
struct process *process_current(void);

/* The process that started the caller, with its name and pid; NULL in the main process. */
struct process *process_parent(void);

/* Puts the first cap of the processes that the caller started and that still run, in the order of their starts, in
 * out[] (which may be NULL where cap is 0). Returns how many there are, which may exceed cap. Those that have ended are
 * waited for and leave no zombie. */
size_t process_active_children(struct process **out, size_t cap);

/* Makes target known under name to every spawned child. To be called at the top of main, before process_spawn_main, by
 * parent and child alike. name is kept, not copied: use a string literal.
 * Returns 0, also where just this was registered before. Errors: EINVAL name is NULL or "", or target is NULL;
 * ENAMETOOLONG longer than PROCESS_NAME_MAX; EEXIST the name belongs to another target; ENOSPC
 * PROCESS_TARGETS_MAX are registered. */
int process_register(const char *name, process_target *target);

/* The main guard: call it in main after the registrations and before all else. In an ordinary process it does nothing
 * and returns 0. In a spawned child (argv[1] is PROCESS_SPAWN_FLAG) it calls the target with the argument bytes, in
 * aligned memory that is the target's to change and the library's to free, and exits with its result; with 1 where
 * the target is not registered there or nobody handed anything over. */
int process_spawn_main(int argc, char **argv);

#endif
