#include "faults/notes.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "faults/journal.h"

enum { BEFORE_MAX = 1 << 20 };

struct noted_file {
    uint64_t number;
    int reader; /* a descriptor of our own: a writer's may not read */
    char path[JOURNAL_PATH_SIZE];
    bool is_new;          /* its name is not flushed */
    bool is_named;        /* the journal has its name */
    bool is_damaged;      /* a flush failed */
    unsigned write_count; /* since the last flush */
};

static struct {
    int journal; /* -1: none */
    bool loses_flushes;
    struct noted_file files[JOURNAL_FILES_MAX];
    size_t file_count;
} notes = {.journal = -1};

_Noreturn void notes_give_up(const char *what)
{
    fprintf(stderr, "faults: %s\n", what);
    abort();
}

bool notes_are_kept(void)
{
    return notes.journal >= 0;
}

/* ---- files ---- */

static void set_path(struct noted_file *file, const char *path)
{
    if (strlen(path) >= sizeof file->path)
        notes_give_up("a path is too long");
    memcpy(file->path, path, strlen(path) + 1);
}

static struct noted_file *find_file(uint64_t number)
{
    for (size_t i = 0; i < notes.file_count; i++) {
        if (notes.files[i].number == number)
            return &notes.files[i];
    }
    return NULL;
}

/* `old`: of the same number, which was removed. */
static struct noted_file *add_file(struct noted_file *old, uint64_t number, const char *path)
{
    struct noted_file *file = old;
    if (old != NULL)
        (void)syscall(SYS_close, old->reader); /* nothing was written through it */
    else if (notes.file_count == JOURNAL_FILES_MAX)
        notes_give_up("too many files");
    else
        file = &notes.files[notes.file_count++];
    *file = (struct noted_file){.number = number};
    set_path(file, path);
    file->reader = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (file->reader < 0)
        notes_give_up("a file cannot be read");
    return file;
}

/* What a process before this one has not flushed, this one's flushes will. */
static void take_over(void)
{
    struct journal journal;
    journal_load(notes.journal, &journal);
    if (syscall(SYS_ftruncate, notes.journal, journal.size) != 0)
        notes_give_up("cannot cut the journal's end");
    for (size_t i = 0; i < journal.file_count; i++) {
        const struct journal_file *old = &journal.files[i];
        if (!journal_is_there(old))
            continue;
        struct noted_file *file = add_file(NULL, old->file, old->path);
        file->is_named = true;
        file->is_new = old->is_new;
        file->write_count = (unsigned)(old->sector_count + old->length_count);
        for (size_t j = 0; j < old->sector_count; j++)
            file->is_damaged = file->is_damaged || old->sectors[j].is_skipped;
    }
    journal_fini(&journal);
}

void notes_begin(const char *journal_path, bool loses_flushes)
{
    notes.loses_flushes = loses_flushes;
    notes.journal = (int)syscall(SYS_openat, AT_FDCWD, journal_path,
                                 O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (notes.journal < 0)
        notes_give_up("cannot open the journal");
    take_over();
}

/* ---- records ---- */

static void append(const struct noted_file *file, struct journal_record record, const void *payload)
{
    record.file = file->number;
    journal_append(notes.journal, &record, payload);
}

static void append_path(struct noted_file *file, enum journal_type type)
{
    struct journal_record record = {.type = (uint32_t)type,
                                    .is_new = file->is_new,
                                    .payload_size = (uint32_t)strlen(file->path)};
    file->is_named = true;
    append(file, record, file->path);
}

static void name_file(struct noted_file *file)
{
    if (!file->is_named)
        append_path(file, JOURNAL_NAMED);
}

struct noted_file *notes_file(uint64_t number, const char *path)
{
    struct noted_file *file = find_file(number);
    return file != NULL ? file : add_file(NULL, number, path);
}

struct noted_file *notes_made(uint64_t number, const char *path)
{
    struct noted_file *file = add_file(find_file(number), number, path);
    file->is_new = true;
    append_path(file, JOURNAL_MADE);
    return file;
}

struct noted_file *notes_renamed(uint64_t number, const char *path)
{
    struct noted_file *file = notes_file(number, path);
    set_path(file, path);
    file->is_new = true;
    append_path(file, JOURNAL_NAMED);
    return file;
}

/* ---- writes ---- */

static uint64_t length_of(const struct noted_file *file)
{
    struct stat info;
    if (fstat(file->reader, &info) != 0)
        notes_give_up("a length cannot be asked");
    return (uint64_t)info.st_size;
}

static void note_growth(struct noted_file *file, uint64_t end)
{
    uint64_t length = length_of(file);
    if (end <= length)
        return;
    file->write_count++;
    append(file, (struct journal_record){.type = JOURNAL_LENGTH, .offset = length}, NULL);
}

void notes_write(struct noted_file *file, uint64_t offset, uint64_t length)
{
    static uint8_t before[BEFORE_MAX];
    uint64_t end = (offset + length + JOURNAL_SECTOR - 1) / JOURNAL_SECTOR * JOURNAL_SECTOR;
    name_file(file);
    note_growth(file, offset + length);
    file->write_count++;
    for (uint64_t at = offset / JOURNAL_SECTOR * JOURNAL_SECTOR; at < end; at += sizeof before) {
        size_t size = end - at < sizeof before ? (size_t)(end - at) : sizeof before;
        ssize_t got = pread(file->reader, before, size, (off_t)at);
        if (got < 0)
            notes_give_up("what was there cannot be read");
        memset(before + got, 0, size - (size_t)got); /* beyond the end there are zeros */
        struct journal_record record = {
            .type = JOURNAL_BEFORE, .offset = at, .payload_size = (uint32_t)size};
        append(file, record, before);
    }
}

void notes_length(struct noted_file *file, uint64_t length)
{
    if (length < length_of(file))
        notes_give_up("a file is made shorter: the journal does not know that");
    name_file(file);
    note_growth(file, length);
}

/* ---- flushes ---- */

/* Once everything is flushed there is nothing to remember. */
static void empty_journal(void)
{
    for (size_t i = 0; i < notes.file_count; i++) {
        const struct noted_file *file = &notes.files[i];
        if (file->is_new || file->write_count > 0 || file->is_damaged)
            return;
    }
    if (syscall(SYS_ftruncate, notes.journal, 0) != 0)
        notes_give_up("the journal cannot be emptied");
    for (size_t i = 0; i < notes.file_count; i++)
        notes.files[i].is_named = false;
}

void notes_flush(struct noted_file *file, bool has_failed)
{
    uint32_t type = has_failed ? JOURNAL_FLUSH_FAILED : JOURNAL_FLUSHED;
    if (notes.loses_flushes)
        return;
    name_file(file);
    append(file, (struct journal_record){.type = type}, NULL);
    file->is_damaged = file->is_damaged || (has_failed && file->write_count > 0);
    file->write_count = has_failed ? file->write_count : 0;
    empty_journal();
}

/* What else was written to the file before is not flushed by that. */
void notes_flush_part(struct noted_file *file, uint64_t offset, uint64_t length)
{
    struct journal_record record = {
        .type = JOURNAL_FLUSHED_PART, .offset = offset, .length = length};
    if (notes.loses_flushes || length == 0)
        return;
    append(file, record, NULL);
    file->write_count--; /* of the write itself; when that made the file longer one is left */
    empty_journal();
}

void notes_flush_names(void)
{
    struct journal_record record = {.type = JOURNAL_NAMES_FLUSHED};
    if (notes.loses_flushes)
        return;
    journal_append(notes.journal, &record, NULL);
    for (size_t i = 0; i < notes.file_count; i++)
        notes.files[i].is_new = false;
    empty_journal();
}
