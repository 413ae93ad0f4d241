/* LMDB's data file. Its format (data version 1, since 2011) begins with two meta pages, each the
 * last committed state at its time:
 *
 *   offset 0   page header, 16 bytes          44   flags of the free list, u16
 *          16  magic 0xBEEFC0DE, u32          92   flags of the list of tables, u16
 *          20  data version, u32              136  number of the last page, u64
 *          40  page size, u32                 144  transaction number, u64
 *
 * in the byte order of the machine. Magic and version are checked by LMDB. */
#include "store/datafile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"

enum {
    META_SIZE = 152,
    PAGE_SIZE_OFFSET = 40,
    FREE_FLAGS_OFFSET = 44,
    TABLE_FLAGS_OFFSET = 92,
    LAST_PAGE_OFFSET = 136,
    ORDER_FLAGS = 0x7F,  /* how keys sort, duplicates, a fixed address */
    INTEGER_KEYS = 0x08, /* the order of the free list; all others sort as bytes */
    PAGE_SIZE_MIN = 512,
    PAGE_SIZE_MAX = 32768, /* LMDB's own limit */
    GROW_STEP_BYTES = 8 << 20,
};
_Static_assert(sizeof(void *) == 8, "the offsets are those of 64-bit machines");

struct meta_page {
    uint32_t page_size;
    uint16_t free_flags, table_flags;
    uint64_t last_page;
};

static bool read_meta(int fd, uint64_t offset, struct meta_page *ret_meta)
{
    uint8_t bytes[META_SIZE];
    if (pread(fd, bytes, sizeof bytes, (off_t)offset) != (ssize_t)sizeof bytes)
        return false;
    memcpy(&ret_meta->page_size, bytes + PAGE_SIZE_OFFSET, sizeof ret_meta->page_size);
    memcpy(&ret_meta->free_flags, bytes + FREE_FLAGS_OFFSET, sizeof ret_meta->free_flags);
    memcpy(&ret_meta->table_flags, bytes + TABLE_FLAGS_OFFSET, sizeof ret_meta->table_flags);
    memcpy(&ret_meta->last_page, bytes + LAST_PAGE_OFFSET, sizeof ret_meta->last_page);
    return true;
}

static bool page_size_is_valid(uint32_t size)
{
    return size >= PAGE_SIZE_MIN && size <= PAGE_SIZE_MAX && (size & (size - 1)) == 0;
}

static bool flags_are_valid(const struct meta_page *meta)
{
    return (meta->free_flags & ORDER_FLAGS) == INTEGER_KEYS &&
           (meta->table_flags & ORDER_FLAGS) == 0;
}

/* What is wrong with the file, or NULL. */
static const char *find_damage(int fd)
{
    struct meta_page metas[2];
    struct stat info;
    if (!read_meta(fd, 0, &metas[0]))
        return "it is too short for its first page";
    if (!page_size_is_valid(metas[0].page_size))
        return "it does not begin with a page of a store";
    if (!read_meta(fd, metas[0].page_size, &metas[1]))
        return "it is too short for its second page";
    if (metas[1].page_size != metas[0].page_size)
        return "its second page is not one of a store";
    if (!flags_are_valid(&metas[0]) || !flags_are_valid(&metas[1]))
        return "the flags in its header are not those of a store";
    /* Asked after the pages were read: beside a running writer the file only gets longer. */
    if (fstat(fd, &info) != 0)
        return "its length cannot be asked";
    uint64_t page_count = (uint64_t)info.st_size / metas[0].page_size;
    if (metas[0].last_page >= page_count || metas[1].last_page >= page_count)
        return "its end is missing";
    return NULL;
}

enum err datafile_check(int folder_fd, const char *path)
{
    int fd = openat(folder_fd, DATAFILE_NAME, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT)
            return ERR_NOT_FOUND;
        log_error("store %s: cannot open " DATAFILE_NAME ": %s", path, strerror(errno));
        return ERR_IO;
    }
    const char *damage = find_damage(fd);
    (void)close(fd); /* nothing was written through it */
    if (damage == NULL)
        return ERR_OK;
    log_error("store %s: " DATAFILE_NAME " is damaged: %s: restore a backup, or move the folder "
              "away and let the node be refilled by its parent",
              path, damage);
    return ERR_CORRUPT;
}

enum err datafile_grow(int fd, uint64_t used_bytes, uint64_t limit_bytes, uint64_t *size_bytes)
{
    if (*size_bytes >= limit_bytes || *size_bytes >= used_bytes + GROW_STEP_BYTES)
        return ERR_OK;
    uint64_t wanted_bytes = used_bytes + 2 * (uint64_t)GROW_STEP_BYTES;
    if (wanted_bytes > limit_bytes)
        wanted_bytes = limit_bytes;
    if (ftruncate(fd, (off_t)wanted_bytes) != 0)
        return ERR_IO;
    *size_bytes = wanted_bytes;
    return ERR_OK;
}
