/* baseline.c - the number of assertions of each test on the reference, as lines "suite/test N". */
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
        snprintf(problem, room, "bank: cannot read the baseline '%.200s': %s; give a file of lines 'suite/test N'",
                 path, strerror(errno));
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
    snprintf(problem, room, "bank: the baseline '%.200s' has a line that is not 'suite/test N'; correct that line",
             path);
    return -1;
}
