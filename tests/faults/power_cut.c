#include "faults/power_cut.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults/chance.h"
#include "faults/journal.h"

enum { PAGE_SECTORS = 8 };

struct disk {
    struct chance chance;
    unsigned kept_percent;
    uint64_t block_sectors; /* what it writes at once */
};

static _Noreturn void give_up(const char *path, const char *what)
{
    fprintf(stderr, "faults: power cut: %s: %s\n", path, what);
    abort();
}

static struct disk choose_disk(uint64_t seed, int kept_percent)
{
    static const uint8_t percents[] = {0, 10, 50, 90, 100};
    struct disk disk = {.chance = {seed}};
    disk.kept_percent = kept_percent >= 0 ? (unsigned)kept_percent
                                          : percents[chance_below(&disk.chance, sizeof percents)];
    disk.block_sectors = chance_percent(&disk.chance, 50) ? 1 : PAGE_SECTORS;
    return disk;
}

/* Sectors `first` to `end` - 1 are one block. It goes back to the moment before one of its writes:
 * each of its sectors to what stood there before the first of its writes from then on. */
static void lose_block(int fd, struct disk *disk, const struct journal_file *file, size_t first,
                       size_t end)
{
    const struct journal_sector *sectors = file->sectors;
    size_t chosen =
        first + (disk->kept_percent == 0 ? 0 : chance_below(&disk->chance, end - first));
    uint64_t moment = sectors[chosen].order, done = UINT64_MAX;
    for (size_t i = first; disk->kept_percent == 0 && i < end; i++) {
        if (sectors[i].order < moment)
            moment = sectors[i].order; /* nothing at all is kept */
    }
    for (size_t i = first; i < end; i++) {
        if (sectors[i].sector == done || sectors[i].order < moment)
            continue;
        done = sectors[i].sector;
        if (pwrite(fd, sectors[i].before, JOURNAL_SECTOR, (off_t)(done * JOURNAL_SECTOR)) !=
            JOURNAL_SECTOR)
            give_up(file->path, "a sector was not written");
    }
}

static void cut_file(const struct journal_file *file, struct disk *disk, struct power_cut *cut)
{
    size_t end;
    if (file->is_new && !chance_percent(&disk->chance, disk->kept_percent)) {
        if (unlink(file->path) != 0)
            give_up(file->path, "it was not removed");
        cut->names_lost++;
        return;
    }
    int fd = open(file->path, O_RDWR | O_CLOEXEC);
    off_t length = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
    if (length < 0)
        give_up(file->path, "it cannot be opened");
    for (size_t i = 0; i < file->sector_count; i = end) {
        uint64_t block = file->sectors[i].sector / disk->block_sectors;
        for (end = i;
             end < file->sector_count && file->sectors[end].sector / disk->block_sectors == block;)
            end++;
        cut->blocks++;
        if (chance_percent(&disk->chance, disk->kept_percent))
            continue;
        cut->blocks_lost++;
        lose_block(fd, disk, file, i, end);
    }
    if (file->length_count > 0 && !chance_percent(&disk->chance, disk->kept_percent)) {
        size_t chosen =
            disk->kept_percent == 0 ? 0 : chance_below(&disk->chance, file->length_count);
        length = (off_t)file->lengths[chosen];
    }
    if (ftruncate(fd, length) != 0 || close(fd) != 0)
        give_up(file->path, "its length was not set");
}

struct power_cut power_cut(const char *journal_path, uint64_t seed, int kept_percent)
{
    struct journal journal;
    struct power_cut cut = {0};
    struct disk disk = choose_disk(seed, kept_percent);
    int fd = open(journal_path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        give_up(journal_path, "it cannot be opened");
    journal_load(fd, &journal);
    for (size_t i = 0; i < journal.file_count; i++) {
        if (journal_is_there(&journal.files[i]))
            cut_file(&journal.files[i], &disk, &cut);
    }
    journal_fini(&journal);
    if (ftruncate(fd, 0) != 0 || close(fd) != 0)
        give_up(journal_path, "it was not emptied");
    return cut;
}
