/* LMDB's data file. Its format (data version 1, since 2011) begins with two meta pages, each the
 * last committed state at its time:
 *
 *   offset 0   page header, 16 bytes          44   flags of the free list, u16
 *          16  magic 0xBEEFC0DE, u32          92   flags of the list of tables, u16
 *          20  data version, u32              136  number of the last page, u64
 *          32  size of the map, u64           144  transaction number, u64
 *          40  page size, u32
 *
 * in the byte order of the machine. Magic and version are checked by LMDB. */
#include "store/datafile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"

enum {
    META_SIZE = 152,
    MAP_SIZE_OFFSET = 32,
    PAGE_SIZE_OFFSET = 40,
    FREE_FLAGS_OFFSET = 44,
    TABLE_FLAGS_OFFSET = 92,
    LAST_PAGE_OFFSET = 136,
    TXN_OFFSET = 144,
    ORDER_FLAGS = 0x7F,  /* how keys sort, duplicates, a fixed address */
    INTEGER_KEYS = 0x08, /* the order of the free list; all others sort as bytes */
    PAGE_SIZE_MIN = 512,
    PAGE_SIZE_MAX = 32768, /* LMDB's own limit */
    READS_MAX = 100,       /* a writer may come in between, though hardly so often */
};
_Static_assert(sizeof(void *) == 8, "the offsets are those of 64-bit machines");

struct meta_page {
    uint32_t page_size;
    uint16_t free_flags, table_flags;
    uint64_t map_size, last_page, txn;
};

static bool read_meta(int fd, uint64_t offset, struct meta_page *ret_meta)
{
    uint8_t bytes[META_SIZE];
    if (pread(fd, bytes, sizeof bytes, (off_t)offset) != (ssize_t)sizeof bytes)
        return false;
    memcpy(&ret_meta->page_size, bytes + PAGE_SIZE_OFFSET, sizeof ret_meta->page_size);
    memcpy(&ret_meta->free_flags, bytes + FREE_FLAGS_OFFSET, sizeof ret_meta->free_flags);
    memcpy(&ret_meta->table_flags, bytes + TABLE_FLAGS_OFFSET, sizeof ret_meta->table_flags);
    memcpy(&ret_meta->map_size, bytes + MAP_SIZE_OFFSET, sizeof ret_meta->map_size);
    memcpy(&ret_meta->txn, bytes + TXN_OFFSET, sizeof ret_meta->txn);
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

/* Transactions take the two pages in turn: even ones the first, odd ones the second. */
static bool txns_are_neighbours(const struct meta_page *even, const struct meta_page *odd)
{
    bool is_new = even->txn == 0 && odd->txn == 0;
    return is_new ||
           (even->txn % 2 == 0 && (odd->txn == even->txn + 1 || odd->txn + 1 == even->txn));
}

const char *datafile_damage(int fd)
{
    struct meta_page metas[2];
    int reads = 0;
    do {
        if (!read_meta(fd, 0, &metas[0]))
            return "it is too short for its first page";
        if (!page_size_is_valid(metas[0].page_size))
            return "it does not begin with a page of a store";
        if (!read_meta(fd, metas[0].page_size, &metas[1]))
            return "it is too short for its second page";
    } while (!txns_are_neighbours(&metas[0], &metas[1]) && ++reads < READS_MAX);
    if (metas[1].page_size != metas[0].page_size)
        return "its second page is not one of a store";
    if (reads == READS_MAX)
        return "the two parts of its header do not belong together";
    for (int i = 0; i < 2; i++) {
        if (!flags_are_valid(&metas[i]))
            return "the flags in its header are not those of a store";
        if (metas[i].last_page < 1 || metas[i].last_page >= metas[i].map_size / metas[i].page_size)
            return "the number of pages in its header is not possible";
    }
    return NULL;
}

enum err datafile_check(int folder_fd, const char *path)
{
    int fd = openat(folder_fd, DATAFILE_NAME, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT)
            return ERR_NOT_FOUND;
        bool is_denied = errno == EACCES || errno == EPERM;
        log_error("store %s: cannot open " DATAFILE_NAME ": %s%s", path, strerror(errno),
                  is_denied ? ": make the daemon's user its owner, with mode 0600" : "");
        return ERR_IO;
    }
    const char *damage = datafile_damage(fd);
    (void)close(fd); /* nothing was written through it */
    if (damage == NULL)
        return ERR_OK;
    datafile_log_damage(path, damage);
    return ERR_CORRUPT;
}

void datafile_log_damage(const char *path, const char *damage)
{
    log_error("store %s: " DATAFILE_NAME " is damaged: %s: restore a backup, or move the folder "
              "away and let the node be refilled by its parent",
              path, damage);
}
