/* fault_streams.c - the scenes with streams. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <timeslice/stream.h>
#include <unistd.h>

#include "fault_scenes.h"
#include "support/core/expect.h"
#include "support/core/require.h"

static void open_stream(struct scene *scene) {
    scene->stream = tcp_open();
    scene->fd = scene->stream.ours;
}

static struct outcome end_stream(struct scene *scene) {
    tcp_close(&scene->stream);
    return (struct outcome){.works = false};
}

static struct outcome read_five(int fd) {
    char buf[8] = "";
    struct outcome outcome = outcome_of(stream_read(fd, buf, 5));
    if (outcome.result != -1)
        outcome_add(&outcome, buf, sizeof buf);
    return outcome;
}

static void open_text(struct scene *scene) {
    open_stream(scene);
    tcp_say(&scene->stream, "firstagainmore!", 15);
    tcp_finish(&scene->stream);
}

static struct outcome call_read(struct scene *scene, unsigned number) {
    (void)number;
    return read_five(scene->fd);
}

const struct scene_kind scene_reading = {
    .name = "stream_read", .calls = 2, .open = open_text, .call = call_read, .end = end_stream};

static struct tcp_pair late; /* static, because the thread of late_start uses it too */

static void say_first(void) {
    require(send(late.theirs, "first", 5, MSG_NOSIGNAL) == 5, "send on a connection");
}

static void open_late(struct scene *scene) {
    open_stream(scene);
    set_nonblocking(scene->fd, true);
}

/* The number of calls is one more than what is said, if one call fails. So there is always enough. */
static struct outcome call_read_late(struct scene *scene, unsigned number) {
    (void)number;
    late = scene->stream;
    late_start(say_first);
    struct outcome outcome = read_five(scene->fd);
    late_end();
    return outcome;
}

const struct scene_kind scene_reading_late = {
    .name = "stream_read that has to wait", .open = open_late, .call = call_read_late, .end = end_stream};

static void open_none(struct scene *scene) {
    scene->fd = -1;
}

static struct outcome end_none(struct scene *scene) {
    (void)scene;
    return (struct outcome){.works = false};
}

static void say_the_rest(void) {
    require(send(late.theirs, "llo", 3, MSG_NOSIGNAL) == 3, "send on a connection");
    require(shutdown(late.theirs, SHUT_WR) == 0, "end a stream");
}

/* The second half comes only while the function waits for it. The second stream is non-blocking. */
static struct outcome call_read_in_two(struct scene *scene, unsigned number) {
    (void)scene;
    late = tcp_open();
    set_nonblocking(late.ours, number == 1);
    tcp_say(&late, "he", 2);
    late_start(say_the_rest);
    struct outcome outcome = read_five(late.ours);
    late_end();
    tcp_close(&late);
    return outcome;
}

const struct scene_kind scene_reading_in_two = {
    .name = "stream_read of two pieces", .calls = 2, .open = open_none, .call = call_read_in_two, .end = end_none};

/* Closes our end. The outcome is what the other end has got. */
static struct outcome end_output(struct scene *scene) {
    unsigned char got[128];
    struct outcome outcome = {.sum = 1};
    close(scene->stream.ours);
    scene->stream.ours = -1;
    size_t len = tcp_hear(scene->stream.theirs, got, sizeof got);
    outcome_add(&outcome, got, len);
    outcome.result = (long long)len;
    tcp_close(&scene->stream);
    return outcome;
}

static struct outcome call_write(struct scene *scene, unsigned number) {
    (void)number;
    return outcome_of(stream_write(scene->fd, "hello", 5));
}

const struct scene_kind scene_writing = {
    .name = "stream_write", .calls = 2, .open = open_stream, .call = call_write, .end = end_output};

enum { LITTLE = 4096, LONG_WRITE = 50000 };
static unsigned char heard[2 * LONG_WRITE];
static size_t heard_len;

static void take_all(void) {
    heard_len = tcp_hear(late.theirs, heard, sizeof heard);
}

/* The other end takes the bytes only while the function waits for room. The second stream is non-blocking. */
static struct outcome call_write_in_two(struct scene *scene, unsigned number) {
    static unsigned char data[LONG_WRITE];
    int ends[2], room = LITTLE;
    (void)scene;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i % 251);
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "make a pair of sockets");
    require(setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room) == 0, "make a buffer small");
    late = (struct tcp_pair){.ours = ends[1], .theirs = ends[0]};
    set_nonblocking(late.ours, number == 1);
    late_start(take_all);
    struct outcome outcome = outcome_of(stream_write(late.ours, data, sizeof data));
    close(late.ours);
    late.ours = -1;
    late_end();
    if (outcome.result != -1)
        outcome_add(&outcome, heard, heard_len);
    tcp_close(&late);
    return outcome;
}

const struct scene_kind scene_writing_in_two = {.name = "stream_write of more than a stream holds",
                                                .calls = 2,
                                                .open = open_none,
                                                .call = call_write_in_two,
                                                .end = end_none};

static struct outcome call_send_frame(struct scene *scene, unsigned number) {
    return outcome_of(stream_send_frame(scene->fd, number == 1 ? NULL : "hello", number == 1 ? 0 : 5));
}

const struct scene_kind scene_sending_frames = {
    .name = "stream_send_frame", .calls = 2, .open = open_stream, .call = call_send_frame, .end = end_output};

static void open_frames(struct scene *scene) {
    static const char frames[] = "\0\0\0\5first\0\0\0\5again\0\0\0\0\0\0\0\3end";
    open_stream(scene);
    tcp_say(&scene->stream, frames, sizeof frames - 1);
    tcp_finish(&scene->stream);
}

static struct outcome receive_frame(int fd) {
    char buf[5] = "";
    size_t len = 0;
    struct outcome outcome = outcome_of(stream_recv_frame(fd, buf, sizeof buf, &len));
    outcome.works = outcome.result != -1 || outcome.error == EMSGSIZE;
    if (outcome.works)
        outcome_add(&outcome, &len, sizeof len);
    if (outcome.result != -1)
        outcome_add(&outcome, buf, len < sizeof buf ? len : sizeof buf);
    return outcome;
}

static struct outcome call_frame(struct scene *scene, unsigned number) {
    (void)number;
    return receive_frame(scene->fd);
}

const struct scene_kind scene_frames = {
    .name = "stream_recv_frame", .calls = 4, .open = open_frames, .call = call_frame, .end = end_stream};

static void open_long_frames(struct scene *scene) {
    static const char frames[] = "\0\0\0\011too long!\0\0\0\5after\0\0\0\3end";
    open_stream(scene);
    tcp_say(&scene->stream, frames, sizeof frames - 1);
    tcp_finish(&scene->stream);
}

const struct scene_kind scene_long_frames = {.name = "stream_recv_frame with a frame that is too long",
                                             .calls = 3,
                                             .open = open_long_frames,
                                             .call = call_frame,
                                             .end = end_stream};
