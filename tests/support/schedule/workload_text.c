/* workload_text.c - writes the bytes into a temporary file, and reads it. */
#include "workload_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/core/require.h"

int read_workload(const char *bytes, size_t len, struct workload *w, struct parse_error *error) {
    FILE *in = tmpfile();
    require(in && fwrite(bytes, 1, len, in) == len, "write a workload file");
    rewind(in);
    memset(w, 0xa5, sizeof *w);
    errno = 0;
    int done = workload_read(in, w, error);
    int saved = errno;
    fclose(in);
    errno = saved;
    return done;
}
