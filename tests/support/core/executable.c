/* executable.c - refuses every call that would make memory executable.
 *
 * Theory of operation. The kit cannot inspect code that a submission makes while a test runs. Such code could hold the
 * instruction of a system call or a request to Valgrind. A filter in the kernel cannot refuse it, because Valgrind
 * itself needs executable memory. So the kit links with -Wl,--wrap, and the submission and the tests call the functions
 * below. The loading of programs, libraries and Valgrind does not use these functions and works as always. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/types.h>

void *__real_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);
void *__real_mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset);
void *__wrap_mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset);
int __real_mprotect(void *address, size_t length, int protection);
int __wrap_mprotect(void *address, size_t length, int protection);
void *__real_shmat(int id, const void *address, int flags);
void *__wrap_shmat(int id, const void *address, int flags);

void *__wrap_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
    if ((protection & PROT_EXEC) == 0)
        return __real_mmap(address, length, protection, flags, fd, offset);
    errno = EACCES;
    return MAP_FAILED;
}

void *__wrap_mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset) {
    if ((protection & PROT_EXEC) == 0)
        return __real_mmap64(address, length, protection, flags, fd, offset);
    errno = EACCES;
    return MAP_FAILED;
}

int __wrap_mprotect(void *address, size_t length, int protection) {
    if ((protection & PROT_EXEC) == 0)
        return __real_mprotect(address, length, protection);
    errno = EACCES;
    return -1;
}

void *__wrap_shmat(int id, const void *address, int flags) {
    if ((flags & SHM_EXEC) == 0)
        return __real_shmat(id, address, flags);
    errno = EACCES;
    return MAP_FAILED; /* (void *)-1 */
}
