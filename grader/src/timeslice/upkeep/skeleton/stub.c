/* repeat.c - texts that repeat.
 *
 * Spec: spec/@lab@.md, area TEXT. The function below is a stub: it compiles, fails with ENOSYS and earns nothing.
 */
#include <errno.h>
#include <timeslice/@lab@.h>

/* @PREFIX@-TEXT-001 the repeated text
 * @PREFIX@-TEXT-002 no memory is left behind */
char *@lab@_repeat(const char *text, size_t times) {
    (void)text;
    (void)times;
    errno = ENOSYS;
    return NULL;
}
