/* output.c - what a test prints, up to a limit.
 *
 * Theory of operation
 * Standard output and standard error of a test share one file in memory. The file has a fixed size and cannot grow. The
 * output goes into it in order. After its end a write fails with EPERM. So a flood of output costs only the time that
 * the test spends on it. A pipe would need a reader. A limit on file sizes would end the test with a signal. With this
 * file nobody waits for a reader, and a stray process that still has the file open can fill nothing. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { OUTPUT_MAX = 16 * 1024 };

int output_open(void) {
    int fd = memfd_create("output", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -1;
    if (ftruncate(fd, OUTPUT_MAX) == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

void output_capture(int fd) {
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    setvbuf(stdout, NULL, _IOLBF, 0); /* so that a crash loses at most half a line */
}

void output_take(int fd, struct text *text) {
    char bytes[OUTPUT_MAX];
    off_t printed = lseek(fd, 0, SEEK_CUR);
    ssize_t len = printed > 0 ? pread(fd, bytes, printed < OUTPUT_MAX ? (size_t)printed : OUTPUT_MAX, 0) : 0;
    if (len > 0)
        text_add(text, bytes, (size_t)len);
    if (len == OUTPUT_MAX)
        text_say(text, "\n[the rest of the output was not kept]\n");
    close(fd);
}
