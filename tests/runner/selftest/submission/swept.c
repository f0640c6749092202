/* swept.c - a submission whose calls a sweep lets fail. */
#include "swept.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int three_blocks(void) {
    void *blocks[3];
    int made = 0;
    while (made < 3 && (blocks[made] = malloc(10)) != NULL)
        made++;
    int error = errno;
    for (int i = 0; i < made; i++)
        free(blocks[i]);
    errno = error;
    return made < 3 ? -1 : made;
}

int two_unchecked_blocks(void) {
    char *volatile one = malloc(10), *volatile other = calloc(1, 10);
    if (one == NULL) {
        free(other);
        return 2;
    }
    *other = 1;
    free(one);
    free(other);
    return 2;
}

int many_blocks(unsigned count) {
    int made = 0;
    for (unsigned i = 0; i < count; i++) {
        void *volatile block = malloc(1);
        made += block != NULL;
        free(block);
    }
    return made;
}

int block_in_a_child(void) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        void *volatile block = malloc(10);
        _exit(block == NULL ? errno : 0);
    }
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

int pipe_after_pipe(int ends[4]) {
    if (pipe(ends) < 0)
        return -1;
    if (pipe(ends + 2) == 0)
        return 0;
    close(ends[0]);
    close(ends[1]);
    return -1;
}

int read_once(int fd) {
    char byte;
    return read(fd, &byte, 1) < 0 ? errno : 0;
}

int start_a_process(void) {
    pid_t child = fork();
    if (child < 0)
        return errno;
    if (child == 0)
        _exit(0);
    return waitpid(child, NULL, 0) == child ? 0 : ECHILD;
}
