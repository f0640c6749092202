/* repeat.c - texts that repeat. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <timeslice/@lab@.h>

/* @PREFIX@-TEXT-001, @PREFIX@-TEXT-002: the only block is the one that the caller gets. */
char *@lab@_repeat(const char *text, size_t times) {
    size_t length = strlen(text);
    if (length > 0 && times > (SIZE_MAX - 1) / length) {
        errno = ENOMEM;
        return NULL;
    }
    char *repeated = malloc(length * times + 1);
    if (repeated == NULL)
        return NULL;
    for (size_t i = 0; i < times; i++)
        memcpy(repeated + i * length, text, length);
    repeated[length * times] = '\0';
    return repeated;
}
