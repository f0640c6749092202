/* rounds.c - fewer rounds under Valgrind, where each takes much longer. */
#include "rounds.h"

#include <valgrind/valgrind.h>

#include "narration.h"

unsigned rounds(unsigned native) {
    unsigned count = RUNNING_ON_VALGRIND ? (native + 9) / 10 : native;
    step("%u rounds%s", count, count == native ? "" : ", a tenth of those without Valgrind");
    return count;
}
