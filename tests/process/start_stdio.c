/* start_stdio.c - the buffers of stdio at a start: when they are written, and streams that cannot be written. */
#include <fcntl.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "process/starts.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/process/children.h"

static void prepare_spawns(void) {
    setenv(SPAWNED_VARIABLE, SPAWNED_GUARDED, 1);
    expect_int(spawned_register(), 0, "registering the targets");
}

/* A new stream to a file in memory, with this text in its buffer. */
static FILE *buffered(const char *text) {
    int file = memfd_create("stream", MFD_CLOEXEC);
    FILE *stream = fdopen(file, "w");
    require(stream != NULL && fputs(text, stream) != EOF, "write to a stream");
    return stream;
}

/* What has been written to the file of a stream. */
static const char *written(FILE *stream) {
    static char text[64];
    ssize_t length = pread(fileno(stream), text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    return text;
}

/* Lets standard output or standard error be another file. Returns a copy of the old one. */
static int redirect(FILE *stream, int to) {
    int saved = fcntl(fileno(stream), F_DUPFD_CLOEXEC, 64);
    require(saved != -1 && fflush(stream) == 0 && dup2(to, fileno(stream)) != -1, "redirect a stream");
    return saved;
}

static void restore(FILE *stream, int saved) {
    __fpurge(stream);
    clearerr(stream);
    dup2(saved, fileno(stream));
    close(saved);
}

Test(proc_start, flushes_before_it_returns, .timeout = 10,
     .description =
         "PROC-START-005 PROC-START-005a PROC-START-005b: standard output and two more streams, by fork and by "
         "spawn, read while the child still holds") {
    static char room[BUFSIZ];
    prepare_spawns();
    for (int i = 0; i < STARTS; i++) {
        struct process p;
        int file = memfd_create("output", MFD_CLOEXEC), errors = memfd_create("errors", MFD_CLOEXEC);
        FILE *first = buffered("one "), *second = buffered("two ");
        require(file != -1 && errors != -1, "make two files");
        int output = redirect(stdout, file), error = redirect(stderr, errors);
        setvbuf(stderr, room, _IOFBF, sizeof room);
        fputs("printed ", stdout);
        fputs("complained ", stderr);
        launch_as(&p, starts[i].target, NULL, &starts[i].options);
        bool flushed = lseek(file, 0, SEEK_END) == 8 && lseek(errors, 0, SEEK_END) == 11;
        setvbuf(stderr, NULL, _IONBF, 0);
        restore(stdout, output);
        restore(stderr, error);
        expect_true(flushed, "standard output and standard error were flushed once when %s returned", starts[i].name);
        expect_text(written(first), "one ", "what the first stream has written after %s", starts[i].name);
        expect_text(written(second), "two ", "what the second stream has written after %s", starts[i].name);
        expect_int(code_at_end(&p), starts[i].code, "the exit code");
        expect_text(written(first), "one ", "what the first stream has written after the end of the child");
        process_close(&p);
        fclose(first);
        fclose(second);
        close(file);
        close(errors);
    }
}

Test(proc_start, starts_though_a_stream_cannot_be_flushed, .timeout = 10,
     .description = "PROC-START-005c: another stream and standard output to /dev/full, by fork and by spawn") {
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    prepare_spawns();
    for (int i = 0; full != -1 && i < STARTS; i++) {
        struct process p;
        FILE *stream = fdopen(fcntl(full, F_DUPFD_CLOEXEC, 0), "w");
        require(stream != NULL, "open a stream");
        fputs("lost ", stream);
        launch_as(&p, starts[i].target, NULL, &starts[i].options);
        expect_int(code_at_end(&p), starts[i].code, "the exit code after %s, with a stream to /dev/full",
                   starts[i].name);
        process_close(&p);
        __fpurge(stream);
        fclose(stream);
        int output = redirect(stdout, full);
        fputs("lost ", stdout);
        launch_as(&p, starts[i].target, NULL, &starts[i].options);
        int code = code_at_end(&p);
        restore(stdout, output);
        expect_int(code, starts[i].code, "the exit code after %s, with standard output to /dev/full", starts[i].name);
        process_close(&p);
    }
    close(full);
}
