/* LMDB's data file. Its format (data version 1, since 2011) begins with two meta pages, each the
 * last committed state at its time:
 *
 *   offset 0   page header, 16 bytes          40   the free list, a tree (see pages.c)
 *          16  magic 0xBEEFC0DE, u32          88   the list of tables, a tree
 *          20  data version, u32              136  number of the last page, u64
 *          32  size of the map, u64           144  transaction number, u64
 *          40  page size, u32, in bytes that the first tree does not use
 *
 * in the byte order of the machine. Magic and version are checked by LMDB. */
#include "store/datafile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "store/store.h"

enum {
    META_SIZE = 152,
    MAP_SIZE_OFFSET = 32,
    PAGE_SIZE_OFFSET = 40,
    FREE_LIST_OFFSET = 40, /* of 48 bytes, the first four of which are not the tree's */
    TABLES_OFFSET = 88,
    FLAGS_IN_TREE = 4,
    LAST_PAGE_OFFSET = 136,
    TXN_OFFSET = 144,
    PAGE_SIZE_MIN = 512,
    PAGE_SIZE_MAX = 32768, /* LMDB's own limit */
    READS_MAX = 100,       /* a writer may come in between, though hardly so often */
};
_Static_assert(sizeof(void *) == 8, "the offsets are those of 64-bit machines");

static bool read_meta(int fd, uint64_t offset, struct datafile_meta *ret_meta)
{
    uint8_t bytes[META_SIZE];
    uint32_t page_size;
    if (pread(fd, bytes, sizeof bytes, (off_t)offset) != (ssize_t)sizeof bytes)
        return false;
    memcpy(&page_size, bytes + PAGE_SIZE_OFFSET, sizeof page_size);
    ret_meta->page_size = page_size;
    memcpy(&ret_meta->map_size, bytes + MAP_SIZE_OFFSET, sizeof ret_meta->map_size);
    memcpy(ret_meta->free_list, bytes + FREE_LIST_OFFSET, sizeof ret_meta->free_list);
    memcpy(ret_meta->tables, bytes + TABLES_OFFSET, sizeof ret_meta->tables);
    memcpy(&ret_meta->last_page, bytes + LAST_PAGE_OFFSET, sizeof ret_meta->last_page);
    memcpy(&ret_meta->txn, bytes + TXN_OFFSET, sizeof ret_meta->txn);
    return true;
}

static bool page_size_is_valid(uint64_t size)
{
    return size >= PAGE_SIZE_MIN && size <= PAGE_SIZE_MAX && (size & (size - 1)) == 0;
}

static unsigned order_of(const uint8_t *tree)
{
    uint16_t flags;
    memcpy(&flags, tree + FLAGS_IN_TREE, sizeof flags);
    return flags & DATAFILE_ORDER_FLAGS;
}

/* Transactions take the two pages in turn: even ones the first, odd ones the second. */
static bool txns_are_neighbours(const struct datafile_meta *even, const struct datafile_meta *odd)
{
    bool is_new = even->txn == 0 && odd->txn == 0;
    return is_new ||
           (even->txn % 2 == 0 && (odd->txn == even->txn + 1 || odd->txn + 1 == even->txn));
}

/* Pages behind the end of the file are free ones, which the free list names with 8 bytes each, in
 * the file. So whoever counts pages needs memory in proportion to the file, whatever it says. */
static bool pages_are_possible(const struct datafile_meta *meta, uint64_t size_bytes)
{
    uint64_t held = size_bytes / meta->page_size, named = size_bytes / sizeof meta->last_page;
    return meta->last_page >= 1 && meta->last_page < meta->map_size / meta->page_size &&
           meta->last_page < held + named;
}

static const char *read_header(int fd, struct datafile_meta *metas)
{
    struct stat info;
    if (!read_meta(fd, 0, &metas[0]))
        return "it is too short for its first page";
    if (!page_size_is_valid(metas[0].page_size))
        return "it does not begin with a page of a store";
    if (!read_meta(fd, metas[0].page_size, &metas[1]))
        return "it is too short for its second page";
    if (metas[1].page_size != metas[0].page_size)
        return "its second page is not one of a store";
    if (!txns_are_neighbours(&metas[0], &metas[1]))
        return "the two parts of its header do not belong together";
    if (fstat(fd, &info) != 0) /* after the header, which a writer lets follow its pages */
        return "its size cannot be told";
    for (int i = 0; i < 2; i++) {
        if (order_of(metas[i].free_list) != DATAFILE_INTEGER_KEYS || order_of(metas[i].tables) != 0)
            return "the flags in its header are not those of a store";
        if (!pages_are_possible(&metas[i], (uint64_t)info.st_size))
            return "its end is missing, or the number of pages in its header is wrong";
    }
    return NULL;
}

const char *datafile_read(int fd, struct datafile_meta *ret_metas)
{
    struct datafile_meta metas[2];
    const char *damage;
    int reads = 0;
    do {
        damage = read_header(fd, metas);
    } while (damage != NULL && ++reads < READS_MAX);
    if (damage == NULL)
        memcpy(ret_metas, metas, sizeof metas);
    return damage;
}

enum err datafile_check(int folder_fd, const char *path)
{
    int fd = openat(folder_fd, DATAFILE_NAME, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT)
            return ERR_NOT_FOUND;
        bool is_denied = errno == EACCES || errno == EPERM;
        log_event(LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = ERR_IO),
                  "store %s: cannot open " DATAFILE_NAME ": %s%s", path, strerror(errno),
                  is_denied ? ": make the daemon's user its owner, with mode 0600" : "");
        return ERR_IO;
    }
    struct datafile_meta metas[2];
    const char *damage = datafile_read(fd, metas);
    (void)close(fd); /* nothing was written through it */
    if (damage == NULL)
        return ERR_OK;
    datafile_log_damage(path, damage);
    return ERR_CORRUPT;
}

void datafile_log_damage(const char *path, const char *damage)
{
    log_event(LOG_EVENT_STORE_DAMAGED, LOG_FIELDS(.error = ERR_CORRUPT),
              "store %s: " DATAFILE_NAME " is damaged: %s: restore a backup, or move the folder "
              "away and let the node be refilled by its parent",
              path, damage);
}

enum err datafile_log_schema(const char *path, uint64_t schema, const char *software)
{
    const char *remedy = "start its tonghopd once, which brings it up to date";
    bool is_newer = schema > STORE_SCHEMA;
    if (is_newer)
        remedy = "use the version that wrote it; the way back to this one is to restore the "
                 "copy " DATAFILE_NAME ".before-schema-... that it left";
    else if (schema < STORE_SCHEMA_OLDEST)
        remedy = "use the version that wrote it, or begin with an empty folder, which the node "
                 "above refills";
    log_event(LOG_EVENT_STORE_SCHEMA, LOG_FIELDS(.error = ERR_VERSION),
              "store %s: written by %s version%s%s%s: its schema is %llu, this program's is %d: %s",
              path, is_newer ? "a newer" : "an older", software != NULL ? " (" : "",
              software != NULL ? software : "", software != NULL ? ")" : "",
              (unsigned long long)schema, STORE_SCHEMA, remedy);
    return ERR_VERSION;
}
