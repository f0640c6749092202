/* need.h - what the kit itself cannot do without. */
#ifndef SUPPORT_NEED_H
#define SUPPORT_NEED_H

#include <stdbool.h>

/* Ends the test with "the kit could not ..." and errno's text, unless done. Any thread may call it. */
void need(bool done, const char *what);

#endif
