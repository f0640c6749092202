/* sentences.c - finds a clause's sentence in a file that has a line for each clause: the id, a blank, the sentence. */
#include "sentences.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes the sentence from a line that begins with this id. Returns whether it does. */
static bool take(char *line, const char *id, size_t id_length, char *text, size_t room) {
    if (strncmp(line, id, id_length) != 0 || line[id_length] != ' ')
        return false;
    line[strcspn(line, "\n")] = '\0';
    snprintf(text, room, "%s", line + id_length + 1);
    return true;
}

void sentence_of(const char *description, char *text, size_t room) {
    char line[4096];
    const char *path = getenv("TIMESLICE_SENTENCES");
    FILE *file = path != NULL && *path != '\0' ? fopen(path, "re") : NULL;
    text[0] = '\0';
    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL)
        if (take(line, description, strcspn(description, ":"), text, room))
            break;
    fclose(file);
}
