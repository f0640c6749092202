/* journal.c - the texts that a test process sends to the executor: records in shared memory.
 *
 * Theory of operation
 * The executor maps anonymous shared memory before it forks. The test process appends records to it. The executor reads
 * them when the test and everything that it started are dead. No process waits for another one. A killed test loses no
 * record that it has written. A program that the test executes does not inherit the memory.
 *
 * A writer first reserves its bytes with one atomic addition. So threads and forked children of the test may write at
 * the same time. If a writer dies before its record is complete, the record has no kind yet, and it is left out.
 *
 * The code under test can write to this memory. So it holds only texts: messages of assertions that failed, and logs.
 * The facts that make a verdict go another way (fact.h), except under Valgrind.
 *
 * The executor tells Valgrind that the part without records must not be accessed. Otherwise each process would read all
 * of it in its leak check. */
#include "journal.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <valgrind/memcheck.h>

/* Memory that nobody uses costs nothing. 8 MiB hold about 60,000 failed assertions. */
enum { ROOM = 8 * 1024 * 1024, ROOM_OF_MESSAGES = ROOM - 64 * 1024, ALIGN = 16 };

struct record {
    uint32_t size;         /* of the record with its header, a multiple of ALIGN; 0: not written yet */
    uint32_t len;          /* of its bytes */
    _Atomic uint32_t kind; /* 0: not complete yet */
    uint32_t writer;
};

struct journal {
    _Atomic uint32_t used;
    _Alignas(ALIGN) unsigned char room[ROOM];
};

static struct journal *journal;

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
}

void journal_write(enum journal_kind kind, const void *bytes, size_t len) {
    size_t size = (sizeof(struct record) + len + ALIGN - 1) / ALIGN * ALIGN;
    size_t room = kind == JOURNAL_MESSAGE ? ROOM_OF_MESSAGES : ROOM;
    if (len > room || size > room || atomic_load(&journal->used) > room - size)
        return;
    size_t place = atomic_fetch_add(&journal->used, (uint32_t)size);
    if (place > ROOM - size)
        return;
    struct record *record = (struct record *)(void *)(journal->room + place);
    (void)VALGRIND_MAKE_MEM_DEFINED(record, size);
    record->size = (uint32_t)size;
    record->len = (uint32_t)len;
    record->writer = (uint32_t)getpid();
    if (len > 0)
        memcpy(journal->room + place + sizeof *record, bytes, len);
    atomic_store(&record->kind, kind);
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
        if (record.kind != 0)
            visit(ctx, (enum journal_kind)record.kind, (pid_t)record.writer, journal->room + place + sizeof record,
                  record.len);
        place += record.size;
    }
}
