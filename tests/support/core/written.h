/* written.h - a test that a stub would pass checks first that the function is written.
 *
 * A stub fails with ENOSYS. So a test that only wants an error would pass on it. The call must be one that ends at
 * once.
 */
#ifndef SUPPORT_CORE_WRITTEN_H
#define SUPPORT_CORE_WRITTEN_H

#include <errno.h>

#include "support/core/expect.h"

#define expect_written(call) expect_true((errno = 0, (void)(call), errno != ENOSYS), "%s is written", #call)

#endif
