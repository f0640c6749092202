/* sentences.h - the sentence of a clause, as its chapter in spec/ has it. */
#ifndef SUPPORT_CORE_SENTENCES_H
#define SUPPORT_CORE_SENTENCES_H

#include <stddef.h>

/* Copies the sentence of the clause that a test's description begins with to text, which has this much room. `make
 * check` names the file with the sentences in TIMESLICE_SENTENCES. Text is empty if there is no file or no sentence. */
void sentence_of(const char *description, char *text, size_t room);

#endif
