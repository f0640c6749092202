/* sentences.h - the sentences of the spec at which a test looks. */
#ifndef SUPPORT_CORE_SENTENCES_H
#define SUPPORT_CORE_SENTENCES_H

#include <stddef.h>

/* Copies the sentence with this address (length characters long) to text, which has this much room. `make check` names
 * the file with the sentences in TIMESLICE_SENTENCES. Text is empty if there is no file or no sentence. */
void sentence_at(const char *address, size_t length, char *text, size_t room);

#endif
