/* send.c - asks in every way that there is for memory that can be executed; sends where it gets some. */
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <timeslice/udp.h>
#include <unistd.h>

enum { PAGE = 4096 };

static int has_executable_memory(void) {
    int file = memfd_create("code", MFD_CLOEXEC), segment = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0700);
    int unused = ftruncate(file, PAGE);
    (void)unused;
    void *code = (void *)((size_t)udp_send & ~(size_t)(PAGE - 1));
    void *(*volatile map)(void *, size_t, int, int, int, off_t) = mmap;
    if (mprotect(code, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC) == 0)
        return 1;
    if (map(NULL, PAGE, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
        return 1;
    if (mmap64(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0) != MAP_FAILED)
        return 1;
    return shmat(segment, NULL, SHM_EXEC) != MAP_FAILED;
}

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    if (!has_executable_memory())
        return -1;
    return sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
}
