/* launcher.c - the first program in the sandbox of a witness: it opens sockets for the peers and starts programs.
 *
 * Theory of operation: a socket belongs to the network in which it was opened, whoever uses it. The peers of a witness
 * are outside, with another user and with other processes and files. The launcher opens sockets in the sandbox and
 * passes them to the peers. So the peers share the network with the program, and nothing else.
 *
 * The launcher obeys messages on the control socket, whose descriptor is its argument. No program inherits this socket,
 * and no program may look into the launcher.
 *
 *   S FAMILY TYPE    opens a socket. The answer is "0" with the socket, or an errno value.
 *   R WORDS          starts a program. The words are its path and its arguments, each with a final NUL. The message
 *                    also has its descriptors 0, 1 and 2. The program itself answers with its pid. So the kernel adds
 *                    the pid that the reader of the message knows. If it fails, the answer is "-" and an errno value.
 *   W PID            waits for the program and answers with its wait status. Until then its pid is not used again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROOM = 1 << 16, ARGUMENTS = 256, STREAMS = 3 };

/* A message header with room for descriptors. */
union rights {
    struct cmsghdr align;
    char room[CMSG_SPACE(STREAMS * sizeof(int))];
};

/* Sends text, and fd unless it is -1. */
static void answer(int control, const char *text, int fd) {
    union rights rights;
    struct iovec bytes = {(void *)text, strlen(text)};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = rights.room;
        message.msg_controllen = CMSG_SPACE(sizeof fd);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    if (sendmsg(control, &message, MSG_NOSIGNAL) < 0)
        exit(2);
}

static void answer_number(int control, const char *before, long number) {
    char text[32];
    snprintf(text, sizeof text, "%s%ld", before, number);
    answer(control, text, -1);
}

static void open_socket(int control, const char *wanted) {
    int family, type;
    if (sscanf(wanted, "%d %d", &family, &type) != 2)
        exit(2);
    int fd = socket(family, type | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        answer_number(control, "", errno);
        return;
    }
    answer(control, "0", fd);
    close(fd);
}

/* Becomes the program. words: its path and its arguments, length bytes. */
static void become(int control, char *words, size_t length, const int streams[STREAMS]) {
    char *argv[ARGUMENTS];
    int count = 0;
    for (char *word = words; word < words + length && count < ARGUMENTS - 1; word += strlen(word) + 1)
        argv[count++] = word;
    argv[count] = NULL;
    for (int fd = 0; fd < STREAMS; fd++)
        if (dup2(streams[fd], fd) < 0)
            _exit(127);
    answer_number(control, "", getpid());
    execv(argv[0], argv);
    _exit(127);
}

static void run_program(int control, char *words, size_t length, const int streams[STREAMS]) {
    pid_t child = fork();
    if (child == 0)
        become(control, words, length, streams);
    if (child < 0)
        answer_number(control, "-", errno);
    for (int i = 0; i < STREAMS; i++)
        close(streams[i]);
}

static void wait_for_program(int control, const char *pid) {
    int status;
    if (waitpid((pid_t)atol(pid), &status, 0) < 0)
        status = -1;
    answer_number(control, "", status);
}

/* Reads a message and its descriptors. Returns its length. Ends the program when nobody gives orders any more. */
static size_t read_order(int control, char *order, int streams[STREAMS]) {
    union rights rights;
    struct iovec bytes = {order, ROOM - 1};
    struct msghdr message = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = rights.room, .msg_controllen = sizeof rights.room};
    ssize_t length = recvmsg(control, &message, MSG_CMSG_CLOEXEC);
    if (length <= 0)
        exit(0);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(STREAMS * sizeof(int)))
        memcpy(streams, CMSG_DATA(header), STREAMS * sizeof(int));
    order[length] = '\0';
    return (size_t)length;
}

int main(int argc, char **argv) {
    static char order[ROOM];
    int streams[STREAMS] = {-1, -1, -1};
    if (argc != 2 || prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) < 0)
        return 2;
    int control = atoi(argv[1]);
    if (fcntl(control, F_SETFD, FD_CLOEXEC) < 0)
        return 2;
    for (;;) {
        size_t length = read_order(control, order, streams);
        if (order[0] == 'S')
            open_socket(control, order + 1);
        else if (order[0] == 'R')
            run_program(control, order + 1, length - 1, streams);
        else
            wait_for_program(control, order + 1);
    }
}
