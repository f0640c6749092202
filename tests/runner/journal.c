/* journal.c - what a test process tells the executor: sealed records in shared memory.
 *
 * Theory of operation
 * The executor maps anonymous shared memory before it forks. The test process appends records to it. The executor reads
 * them when the test and everything that it started are dead. This has four advantages. No process waits for another
 * one. No descriptor shows a submission where the records go. A killed test loses no record that it has written. A
 * program that the test executes does not inherit the memory.
 *
 * A writer first reserves its bytes with one atomic addition. So threads and forked children of the test may write at
 * the same time. If a writer dies before its record is complete, the seal of the record is wrong, and the record is
 * left out.
 *
 * Every record has a seal. It is a keyed hash of the record and its place. Each test has a new random key. The code
 * under test shares the address space of its own test, so the key cannot stay secret for ever. But to forge a record,
 * the code must find the key and the memory. A submission can link to neither of them, because runner.mk makes every
 * symbol of the kit local. And such code also passes the tripwires, which honest code never does.
 *
 * The executor tells Valgrind that the part without records must not be accessed. Otherwise each process would read all
 * of it in its leak check. */
#include "journal.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <valgrind/memcheck.h>

/* Memory that nobody uses costs nothing. 8 MiB hold about 60,000 failed assertions. */
enum { ROOM = 8 * 1024 * 1024, ROOM_OF_MESSAGES = ROOM - 64 * 1024, ALIGN = 16 };

struct record {
    uint32_t size; /* of the record with its header, a multiple of ALIGN; 0: not written yet */
    uint32_t len;  /* of its bytes */
    uint32_t kind;
    uint32_t writer;
    uint64_t seal;
    uint64_t unused;
};

struct journal {
    _Atomic uint32_t used;
    _Atomic uint32_t lost;
    _Atomic uint32_t finished;
    _Alignas(ALIGN) unsigned char room[ROOM];
};

static struct journal *journal;
static uint64_t key;

int journal_open(void) {
    void *memory = mmap(NULL, sizeof *journal, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return -1;
    journal = memory;
    (void)VALGRIND_MAKE_MEM_NOACCESS(journal->room, ROOM);
    return 0;
}

void journal_begin(void) {
    uint32_t used = atomic_load(&journal->used);
    if (used > ROOM)
        used = ROOM;
    (void)VALGRIND_MAKE_MEM_DEFINED(journal->room, used);
    memset(journal->room, 0, used);
    (void)VALGRIND_MAKE_MEM_NOACCESS(journal->room, used);
    atomic_store(&journal->used, 0);
    atomic_store(&journal->lost, 0);
    atomic_store(&journal->finished, 0);
    struct timespec now;
    if (getrandom(&key, sizeof key, GRND_NONBLOCK) != sizeof key && clock_gettime(CLOCK_MONOTONIC, &now) == 0)
        key = key * 0x9E3779B97F4A7C15U + (uint64_t)now.tv_nsec; /* too early after boot for the random pool */
}

/* FNV-1a, begun at the key. It is not for cryptography, but no constant can be copied from one record to the next. */
static uint64_t seal_of(const struct record *record, size_t place, const unsigned char *bytes) {
    uint64_t hash = key ^ (place * 0x9E3779B97F4A7C15U) ^ ((uint64_t)record->kind << 32) ^ record->writer;
    for (size_t i = 0; i < record->len; i++)
        hash = (hash ^ bytes[i]) * 0x100000001B3U;
    return (hash ^ record->len) * 0x100000001B3U ^ key >> 32;
}

void journal_write(enum journal_kind kind, const void *bytes, size_t len) {
    size_t size = (sizeof(struct record) + len + ALIGN - 1) / ALIGN * ALIGN;
    size_t room = kind == JOURNAL_MESSAGE ? ROOM_OF_MESSAGES : ROOM;
    if (len > room || size > room || atomic_load(&journal->used) > room - size) {
        atomic_fetch_add(&journal->lost, kind == JOURNAL_MESSAGE ? 1 : 0);
        return;
    }
    size_t place = atomic_fetch_add(&journal->used, (uint32_t)size);
    if (place > ROOM - size)
        return;
    struct record *record = (struct record *)(void *)(journal->room + place);
    (void)VALGRIND_MAKE_MEM_DEFINED(record, size);
    record->size = (uint32_t)size;
    record->len = (uint32_t)len;
    record->kind = kind;
    record->writer = (uint32_t)getpid();
    unsigned char *to = journal->room + place + sizeof *record;
    if (len > 0)
        memcpy(to, bytes, len);
    record->seal = seal_of(record, place, to);
    if (kind == JOURNAL_FINISHED)
        atomic_store(&journal->finished, 1);
}

bool journal_says_finished(void) {
    return atomic_load(&journal->finished) != 0;
}

unsigned long journal_lost(void) {
    return atomic_load(&journal->lost);
}

void journal_read(journal_visit *visit, void *ctx) {
    size_t used = atomic_load(&journal->used);
    if (used > ROOM)
        used = ROOM;
    (void)VALGRIND_MAKE_MEM_DEFINED(journal->room, used);
    for (size_t place = 0; place + sizeof(struct record) <= used;) {
        struct record record;
        memcpy(&record, journal->room + place, sizeof record);
        if (record.size < sizeof record || record.size % ALIGN != 0 || record.size > used - place ||
            record.len > record.size - sizeof record)
            return;
        const unsigned char *bytes = journal->room + place + sizeof record;
        if (record.seal == seal_of(&record, place, bytes))
            visit(ctx, (enum journal_kind)record.kind, (pid_t)record.writer, bytes, record.len);
        place += record.size;
    }
}
