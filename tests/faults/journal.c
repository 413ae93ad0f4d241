#include "faults/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "faults: the journal: %s\n", what);
    abort();
}

void journal_append(int fd, const struct journal_record *record, const void *payload)
{
    const struct iovec parts[] = {
        {(void *)(uintptr_t)record, sizeof *record},
        {(void *)(uintptr_t)payload, record->payload_size},
    };
    if (syscall(SYS_writev, fd, parts, 2) != (long)(sizeof *record + record->payload_size))
        give_up("a record was not written");
}

/* ---- reading ---- */

static void *grow(void *array, size_t count, size_t *capacity, size_t element_size_bytes)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity > 0 ? 2 * *capacity : 64;
    array = realloc(array, *capacity * element_size_bytes);
    if (array == NULL)
        give_up("no memory");
    return array;
}

bool journal_is_there(const struct journal_file *file)
{
    struct stat info;
    return stat(file->path, &info) == 0 && info.st_ino == file->file;
}

static struct journal_file *find_file(struct journal *journal, uint64_t number)
{
    for (size_t i = 0; i < journal->file_count; i++) {
        if (journal->files[i].file == number)
            return &journal->files[i];
    }
    if (journal->file_count == JOURNAL_FILES_MAX)
        give_up("too many files");
    journal->files[journal->file_count].file = number;
    return &journal->files[journal->file_count++];
}

static int by_sector(const void *a, const void *b)
{
    const struct journal_sector *left = a, *right = b;
    if (left->sector != right->sector)
        return left->sector < right->sector ? -1 : 1;
    return left->order < right->order ? -1 : left->order > right->order;
}

/* What a flush makes durable: sectors that were written since a flush of them failed, if one did.
 */
static void flush_all(struct journal_file *file)
{
    size_t kept = 0, end;
    qsort(file->sectors, file->sector_count, sizeof *file->sectors, by_sector);
    for (size_t i = 0; i < file->sector_count; i = end) {
        for (end = i;
             end < file->sector_count && file->sectors[end].sector == file->sectors[i].sector;)
            end++;
        bool is_skipped = file->sectors[end - 1].is_skipped;
        for (size_t j = i; is_skipped && j < end; j++)
            file->sectors[kept++] = file->sectors[j];
    }
    file->sector_count = kept;
    file->length_count = 0;
}

static void flush_part(struct journal_file *file, uint64_t offset, uint64_t length)
{
    size_t kept = 0;
    uint64_t first = offset / JOURNAL_SECTOR, last = (offset + length - 1) / JOURNAL_SECTOR;
    for (size_t i = 0; i < file->sector_count; i++) {
        if (file->sectors[i].sector < first || file->sectors[i].sector > last)
            file->sectors[kept++] = file->sectors[i];
    }
    file->sector_count = kept;
    kept = 0;
    for (size_t i = 0; i < file->length_count; i++) {
        if (file->lengths[i] >= offset + length)
            file->lengths[kept++] = file->lengths[i];
    }
    file->length_count = kept;
}

static void add_sectors(struct journal_file *file, const struct journal_record *record,
                        const uint8_t *payload, uint64_t order)
{
    for (uint32_t at = 0; at < record->payload_size; at += JOURNAL_SECTOR) {
        file->sectors =
            grow(file->sectors, file->sector_count, &file->sector_capacity, sizeof *file->sectors);
        file->sectors[file->sector_count++] =
            (struct journal_sector){.sector = (record->offset + at) / JOURNAL_SECTOR,
                                    .order = order,
                                    .before = payload + at};
    }
}

static void take(struct journal *journal, const struct journal_record *record,
                 const uint8_t *payload, uint64_t order)
{
    struct journal_file *file;
    if (record->type == JOURNAL_NAMES_FLUSHED) {
        for (size_t i = 0; i < journal->file_count; i++)
            journal->files[i].is_new = false;
        return;
    }
    file = find_file(journal, record->file);
    switch ((enum journal_type)record->type) {
    case JOURNAL_MADE: /* numbers are used again */
        file->sector_count = file->length_count = 0;
        file->is_new = true;
        __attribute__((fallthrough));
    case JOURNAL_NAMED:
        if (record->payload_size >= sizeof file->path)
            give_up("a path is too long");
        memcpy(file->path, payload, record->payload_size);
        file->path[record->payload_size] = '\0';
        file->is_new = file->is_new || record->is_new;
        break;
    case JOURNAL_BEFORE:
        add_sectors(file, record, payload, order);
        break;
    case JOURNAL_LENGTH:
        file->lengths =
            grow(file->lengths, file->length_count, &file->length_capacity, sizeof *file->lengths);
        file->lengths[file->length_count++] = record->offset;
        break;
    case JOURNAL_FLUSHED:
        flush_all(file);
        break;
    case JOURNAL_FLUSHED_PART:
        flush_part(file, record->offset, record->length);
        break;
    case JOURNAL_FLUSH_FAILED:
        for (size_t i = 0; i < file->sector_count; i++)
            file->sectors[i].is_skipped = true;
        break;
    case JOURNAL_NAMES_FLUSHED:
        break; /* seen above: it is of no single file */
    }
}

void journal_load(int fd, struct journal *ret_journal)
{
    struct stat info;
    struct journal_record record;
    uint64_t order = 0;
    *ret_journal = (struct journal){0};
    if (fstat(fd, &info) != 0 || (ret_journal->bytes = malloc((size_t)info.st_size + 1)) == NULL ||
        pread(fd, ret_journal->bytes, (size_t)info.st_size, 0) != info.st_size)
        give_up("it cannot be read");
    size_t at = 0, size = (size_t)info.st_size;
    while (size - at >= sizeof record) {
        memcpy(&record, ret_journal->bytes + at, sizeof record);
        if (size - at - sizeof record < record.payload_size)
            break;
        take(ret_journal, &record, ret_journal->bytes + at + sizeof record, order++);
        at += sizeof record + record.payload_size;
    }
    ret_journal->size = at;
    for (size_t i = 0; i < ret_journal->file_count; i++)
        qsort(ret_journal->files[i].sectors, ret_journal->files[i].sector_count,
              sizeof *ret_journal->files[i].sectors, by_sector);
}

void journal_fini(struct journal *journal)
{
    for (size_t i = 0; i < journal->file_count; i++) {
        free(journal->files[i].sectors);
        free(journal->files[i].lengths);
    }
    free(journal->bytes);
    *journal = (struct journal){0};
}
