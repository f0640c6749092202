/* sweep_processes.c - the gate of the calls that make a process or a thread. */
#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include "sweep_gate.h"

/* Some of them return the error. Nothing is in errno then. */
#define RETURNED (errno = 0, EAGAIN)

#define PROCESS(failed, type, name, parameters, arguments)                                                             \
    GATE(SWEEP_PROCESSES, true, failed, type, name, parameters, arguments)

PROCESS(-1, pid_t, fork, (void), ())
PROCESS(RETURNED, int, posix_spawn,
        (pid_t * pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
         char *const argv[], char *const envp[]),
        (pid, path, actions, attributes, argv, envp))
PROCESS(RETURNED, int, posix_spawnp,
        (pid_t * pid, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
         char *const argv[], char *const envp[]),
        (pid, file, actions, attributes, argv, envp))
PROCESS(NULL, FILE *, popen, (const char *command, const char *mode), (command, mode))
PROCESS(-1, int, system, (const char *command), (command))
PROCESS(RETURNED, int, pthread_create,
        (pthread_t * thread, const pthread_attr_t *attributes, void *(*work)(void *), void *argument),
        (thread, attributes, work, argument))
