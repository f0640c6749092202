/* expect.h - assertions that tell what was called, what was expected and what came instead.
 *
 * Each is one Criterion assertion (cr_assert), so a test that fails stops there. `call` is evaluated once, and its text
 * becomes a step of the narration. The format and arguments after it say in a few words what was checked. Only the
 * test's own thread may use them.
 */
#ifndef SUPPORT_CORE_EXPECT_H
#define SUPPORT_CORE_EXPECT_H

#include <criterion/criterion.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <timeslice/udp.h>

#include "narration.h"

/* A condition that must be true. The words say what must be true. */
#define expect_true(condition, ...)                                                                                    \
    do {                                                                                                               \
        bool held_ = (condition);                                                                                      \
        cr_assert(judged(check_true(held_, #condition, told(__VA_ARGS__))), "%s", failure_text());                     \
    } while (0)

/* A number. If -1 comes instead, the failure also shows errno. */
#define expect_int(call, expected, ...)                                                                                \
    do {                                                                                                               \
        step("%s", #call);                                                                                             \
        errno = 0;                                                                                                     \
        long long got_ = (long long)(call);                                                                            \
        int errno_ = errno;                                                                                            \
        cr_assert(judged(check_int(got_, errno_, (long long)(expected), told(__VA_ARGS__))), "%s", failure_text());    \
    } while (0)

/* Any value except -1: a length or a descriptor. `call` may also be an assignment. */
#define expect_success(call, ...)                                                                                      \
    do {                                                                                                               \
        step("%s", #call);                                                                                             \
        errno = 0;                                                                                                     \
        long long got_ = (long long)(call);                                                                            \
        int errno_ = errno;                                                                                            \
        cr_assert(judged(check_success(got_, errno_, told(__VA_ARGS__))), "%s", failure_text());                       \
    } while (0)

/* An error: -1 and this errno together. */
#define expect_error(call, error, ...)                                                                                 \
    do {                                                                                                               \
        step("%s", #call);                                                                                             \
        errno = 0;                                                                                                     \
        long long got_ = (long long)(call);                                                                            \
        int errno_ = errno;                                                                                            \
        cr_assert(judged(check_error(got_, errno_, (error), told(__VA_ARGS__))), "%s", failure_text());                \
    } while (0)

/* Bytes. The failure shows the first offset where they differ. */
#define expect_bytes(got, got_len, expected, expected_len, ...)                                                        \
    cr_assert(judged(check_bytes((got), (got_len), (expected), (expected_len), told(__VA_ARGS__))), "%s",              \
              failure_text())

/* A text that ends in a NUL. */
#define expect_text(got, expected, ...)                                                                                \
    cr_assert(judged(check_text((got), (expected), told(__VA_ARGS__))), "%s", failure_text())

/* An address with its port: family, address, port and length. */
#define expect_peer(got, expected, ...)                                                                                \
    cr_assert(judged(check_peer((got), (expected), told(__VA_ARGS__))), "%s", failure_text())

/* A time of at least so many milliseconds. A test may check a clock only in this way. */
#define expect_at_least(elapsed_ms, least_ms, ...)                                                                     \
    cr_assert(judged(check_at_least((elapsed_ms), (least_ms), told(__VA_ARGS__))), "%s", failure_text())

/* Says the result of a check to the executor, and returns it. Every assertion of the bank goes through it. */
bool judged(bool held);

/* The functions that the macros above use. */
const char *told(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool check_true(bool held, const char *condition, const char *what);
bool check_int(long long got, int error, long long expected, const char *what);
bool check_success(long long got, int error, const char *what);
bool check_error(long long got, int error, int expected, const char *what);
bool check_bytes(const void *got, size_t got_len, const void *expected, size_t expected_len, const char *what);
bool check_text(const char *got, const char *expected, const char *what);
bool check_peer(const struct udp_peer *got, const struct udp_peer *expected, const char *what);
bool check_at_least(double elapsed_ms, double least_ms, const char *what);
const char *failure_text(void);

/* The description of the running test: addresses, a colon, what the test adds. */
const char *test_description(void);

#endif
