/* The side file of a power cut: what was there before every write that is not flushed yet.
 *
 * The shim appends a record before it lets a write through, and one after a flush; when nothing is
 * unflushed any more, the file is emptied. It survives the process, and a further process goes on
 * with it: what a killed process had not flushed is still not on the disk. */
#ifndef TESTS_FAULTS_JOURNAL_H
#define TESTS_FAULTS_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    JOURNAL_SECTOR = 512, /* what a disk writes wholly or not at all */
    JOURNAL_FILES_MAX = 16,
    JOURNAL_PATH_SIZE = 512,
};

enum journal_type {
    JOURNAL_MADE = 1,      /* payload: the path of a file that was not there before */
    JOURNAL_NAMED,         /* payload: its path; `is_new` when it just got that name */
    JOURNAL_BEFORE,        /* payload: the sectors from `offset` on, as they were before a write */
    JOURNAL_LENGTH,        /* `offset`: the length of the file before it grew */
    JOURNAL_FLUSHED,       /* all of the file */
    JOURNAL_FLUSHED_PART,  /* `length` bytes from `offset` on: a write with O_DSYNC */
    JOURNAL_FLUSH_FAILED,  /* Linux takes those pages for clean now: a later flush skips them */
    JOURNAL_NAMES_FLUSHED, /* a folder: the files in it have their names for good */
};

struct journal_record {
    uint32_t type;         /* enum journal_type */
    uint32_t payload_size; /* bytes that follow */
    uint64_t file;         /* its inode's number */
    uint64_t offset;
    uint64_t length;
    uint64_t is_new;
};

/* One sector before one write; sorted by (sector, order). */
struct journal_sector {
    uint64_t sector;
    uint64_t order; /* of the write among all */
    const uint8_t *before;
    bool is_skipped; /* a flush of it failed */
};

struct journal_file {
    uint64_t file;
    char path[JOURNAL_PATH_SIZE];
    bool is_new; /* its name may get lost */
    struct journal_sector *sectors;
    size_t sector_count, sector_capacity;
    uint64_t *lengths; /* which it had before it grew, the oldest first */
    size_t length_count, length_capacity;
};

struct journal {
    uint8_t *bytes;
    size_t size; /* without a record cut short at the end: its write was never made */
    struct journal_file files[JOURNAL_FILES_MAX];
    size_t file_count;
};

/* Makes no call that the shim looks at, and allocates nothing. A record that cannot be written ends
 * the process: a proof with holes is none. */
void journal_append(int fd, const struct journal_record *record, const void *payload);

/* What is unflushed. A journal that cannot be read ends the process. */
void journal_load(int fd, struct journal *ret_journal);
void journal_fini(struct journal *journal);
/* False when it was removed since: what was written to it does not matter any more. */
bool journal_is_there(const struct journal_file *file);

#endif
