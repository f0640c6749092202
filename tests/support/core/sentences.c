/* sentences.c - finds a sentence in a file that has a line for each: the address, a blank, the sentence. */
#include "sentences.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes the sentence from a line that begins with this address. Returns whether it does. */
static bool take(char *line, const char *address, size_t length, char *text, size_t room) {
    if (strncmp(line, address, length) != 0 || line[length] != ' ')
        return false;
    line[strcspn(line, "\n")] = '\0';
    snprintf(text, room, "%s", line + length + 1);
    return true;
}

void sentence_at(const char *address, size_t length, char *text, size_t room) {
    char line[4096];
    const char *path = getenv("TIMESLICE_SENTENCES");
    FILE *file = path != NULL && *path != '\0' ? fopen(path, "re") : NULL;
    text[0] = '\0';
    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL)
        if (take(line, address, length, text, room))
            break;
    fclose(file);
}
