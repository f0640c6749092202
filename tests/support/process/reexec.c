/* reexec.c - makes it possible under Valgrind that a program executes itself by /proc/self/exe.
 *
 * Theory of operation. Under Valgrind this link leads the kernel to Valgrind's own tool. But Valgrind itself answers
 * readlink(2) of the link, and gives the program's path. The kit links with --wrap (wrap.args), so every function that
 * executes a program comes through this file. Here the path replaces the link. The new program runs without Valgrind.
 * Without Valgrind nothing changes. */
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <valgrind/valgrind.h>

enum { ARGUMENTS = 256 };

/* The program to execute: path, or under Valgrind the program behind /proc/self/exe. */
static const char *meant(const char *path) {
    static char program[PATH_MAX];
    if (!RUNNING_ON_VALGRIND || strcmp(path, "/proc/self/exe") != 0)
        return path;
    ssize_t length = readlink(path, program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    return program;
}

#define WRAP(name, parameters, arguments)                                                                              \
    int __real_##name parameters;                                                                                      \
    int __wrap_##name parameters;                                                                                      \
    int __wrap_##name parameters {                                                                                     \
        return __real_##name arguments;                                                                                \
    }

WRAP(execve, (const char *path, char *const argv[], char *const envp[]), (meant(path), argv, envp))
WRAP(execv, (const char *path, char *const argv[]), (meant(path), argv))
WRAP(execvp, (const char *path, char *const argv[]), (meant(path), argv))
WRAP(execvpe, (const char *path, char *const argv[], char *const envp[]), (meant(path), argv, envp))
WRAP(posix_spawn,
     (pid_t * pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
      char *const argv[], char *const envp[]),
     (pid, meant(path), actions, attributes, argv, envp))
WRAP(posix_spawnp,
     (pid_t * pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
      char *const argv[], char *const envp[]),
     (pid, meant(path), actions, attributes, argv, envp))

/* Copies the arguments of execl and similar functions to argv, up to the NULL. The list begins with first. */
static void gather(char *argv[], const char *first, va_list list) {
    size_t count = 0;
    for (const char *argument = first; argument != NULL && count < ARGUMENTS; argument = va_arg(list, const char *))
        argv[count++] = (char *)argument;
    argv[count] = NULL;
}

int __wrap_execl(const char *path, const char *first, ...);
int __wrap_execl(const char *path, const char *first, ...) {
    char *argv[ARGUMENTS + 1];
    va_list list;
    va_start(list, first);
    gather(argv, first, list);
    va_end(list);
    return __real_execv(meant(path), argv);
}

int __wrap_execlp(const char *path, const char *first, ...);
int __wrap_execlp(const char *path, const char *first, ...) {
    char *argv[ARGUMENTS + 1];
    va_list list;
    va_start(list, first);
    gather(argv, first, list);
    va_end(list);
    return __real_execvp(meant(path), argv);
}

int __wrap_execle(const char *path, const char *first, ...);
int __wrap_execle(const char *path, const char *first, ...) {
    char *argv[ARGUMENTS + 1];
    va_list list;
    va_start(list, first);
    gather(argv, first, list);
    char *const *envp = va_arg(list, char *const *);
    va_end(list);
    return __real_execve(meant(path), argv, envp);
}
