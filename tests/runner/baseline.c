/* baseline.c - how many assertions each test makes on the reference, as lines "suite/test N". */
#include "baseline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int baseline_read(struct bank *bank, const char *path, char *problem, size_t room) {
    char name[512];
    long count;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        snprintf(problem, room, "bank: cannot read the baseline '%.200s': %s; run make to write it", path,
                 strerror(errno));
        return -1;
    }
    int fields;
    while ((fields = fscanf(file, "%511s %ld", name, &count)) == 2) {
        struct bank_test *test = bank_find(bank, name);
        if (test != NULL)
            test->baseline = count;
    }
    fclose(file);
    if (fields == EOF)
        return 0;
    snprintf(problem, room,
             "bank: the baseline '%.200s' has a line that is not 'suite/test N'; run make to write it anew", path);
    return -1;
}

void baseline_add(struct text *text, const struct result *result) {
    text_printf(text, "%s/%s %lu\n", result->test->suite, result->test->name, result->passed);
}

int baseline_write(const char *path, const struct text *text, char *problem, size_t room) {
    struct text scratch = {0};
    text_printf(&scratch, "%s.new", path);
    FILE *file = fopen(scratch.bytes, "we");
    bool written = file != NULL && fwrite(text->bytes, 1, text->len, file) == text->len;
    written = file != NULL && fclose(file) == 0 && written;
    if (!written || rename(scratch.bytes, path) < 0)
        snprintf(problem, room,
                 "bank: cannot write the baseline '%.200s': %s; give a path in a folder that you may write", path,
                 strerror(errno));
    else
        problem[0] = '\0';
    text_free(&scratch);
    return problem[0] == '\0' ? 0 : -1;
}
