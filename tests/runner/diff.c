/* diff.c - the substitute for libgit2. Criterion uses its diff of two texts in a failed assertion.
 *
 * The library libgit2 needs a dozen other libraries (Kerberos, TLS, SSH). Loading them takes most of the start of a
 * test. This diff removes the lines that both texts begin and end with. The rest of the first text gets a -, and the
 * rest of the second text gets a +. So it is not the shortest edit, but it shows everything that differs. It has the
 * form that Criterion's printer expects. */
#include <git2/diff.h>
#include <git2/global.h>
#include <stdbool.h>
#include <string.h>

int git_libgit2_init(void) {
    return 1;
}

int git_libgit2_shutdown(void) {
    return 0;
}

/* Returns the text from *at to its next newline, with the newline. Moves *at behind it. */
static git_diff_line next_line(const char **at, const char *end, char origin) {
    const char *newline = memchr(*at, '\n', (size_t)(end - *at));
    const char *next = newline != NULL ? newline + 1 : end;
    git_diff_line line = {
        .origin = origin, .content = *at, .content_len = (size_t)(next - *at), .old_lineno = -1, .new_lineno = -1};
    line.num_lines = 1;
    *at = next;
    return line;
}

struct side {
    const char *begin;
    const char *end;
};

static void drop_common_start(struct side *one, struct side *other) {
    for (;;) {
        const char *a = one->begin, *b = other->begin;
        if (a == one->end || b == other->end)
            return;
        git_diff_line line = next_line(&a, one->end, ' '), same = next_line(&b, other->end, ' ');
        if (line.content_len != same.content_len || memcmp(line.content, same.content, line.content_len) != 0)
            return;
        one->begin = a;
        other->begin = b;
    }
}

/* Only whole lines are removed. Each step removes one newline and the text before it. */
static void drop_common_end(struct side *one, struct side *other) {
    for (;;) {
        const char *a = one->end, *b = other->end;
        while (a > one->begin && b > other->begin && a[-1] == b[-1] && (a == one->end || a[-1] != '\n')) {
            a--;
            b--;
        }
        bool starts = (a == one->begin || a[-1] == '\n') && (b == other->begin || b[-1] == '\n');
        if (!starts || a == one->end)
            return;
        one->end = a;
        other->end = b;
    }
}

int git_diff_buffers(const void *old_buffer, size_t old_len, const char *old_as_path, const void *new_buffer,
                     size_t new_len, const char *new_as_path, const git_diff_options *options, git_diff_file_cb file_cb,
                     git_diff_binary_cb binary_cb, git_diff_hunk_cb hunk_cb, git_diff_line_cb line_cb, void *payload) {
    (void)old_as_path, (void)new_as_path, (void)options, (void)file_cb, (void)binary_cb;
    struct side before = {old_buffer, (const char *)old_buffer + old_len};
    struct side after = {new_buffer, (const char *)new_buffer + new_len};
    drop_common_start(&before, &after);
    drop_common_end(&before, &after);
    git_diff_hunk hunk = {.old_start = 1, .old_lines = 1, .new_start = 1, .new_lines = 1};
    if (hunk_cb != NULL && hunk_cb(NULL, &hunk, payload) < 0)
        return -1;
    while (before.begin < before.end) {
        git_diff_line line = next_line(&before.begin, before.end, '-');
        if (line_cb != NULL && line_cb(NULL, &hunk, &line, payload) < 0)
            return -1;
    }
    while (after.begin < after.end) {
        git_diff_line line = next_line(&after.begin, after.end, '+');
        if (line_cb != NULL && line_cb(NULL, &hunk, &line, payload) < 0)
            return -1;
    }
    return 0;
}
