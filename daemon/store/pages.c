/* LMDB follows offsets and page numbers as it finds them: one wrong byte in a page can crash it,
 * make it write over pages in use, or hide an entry. So all of them are looked at before LMDB is.
 *
 * The state of one transaction is two trees: the free list (keys are transaction numbers, values
 * lists of pages) and the list of tables, whose values are further trees. Layout of a page, data
 * version 1 on a 64-bit machine, in its byte order:
 *
 *   offset 0   its number, u64              12  end of the offsets, u16   (long value: number of
 *          10  1 branch, 2 leaf, 4 long     14  begin of the nodes, u16    its pages, u32)
 *          16  offsets of the nodes, u16 each, sorted by key
 *
 *   node   0   low 16 bits, then high 16 bits, of the value's size; of a branch: of the child page
 *          4   1 the value is the number of a page with a long value, 2 a tree; of a branch: the
 *              highest 16 bits of the child page
 *          6   size of the key, u16; the key; the value
 *
 * A tree is described by 48 bytes: 4 flags, 6 depth, 32 number of entries, 40 root page. */
#include "store/pages.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"
#include "store/checksum.h"
#include "store/datafile.h"

enum {
    HEADER_SIZE = 16,
    NODE_SIZE = 8,
    KEY_MAX = 511,
    DEPTH_MAX = 32, /* LMDB's own limit */
    FIRST_PAGE = 2, /* behind the two headers */
};

enum page_flags { PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_LONG = 4 };
enum node_flags { NODE_LONG = 1, NODE_TREE = 2 };

enum tree_type { TREE_FREE_LIST, TREE_TABLES, TREE_TABLE };

struct tree {
    enum tree_type type;
    uint16_t flags, depth;
    uint64_t entries, root;
};

struct node {
    const uint8_t *key, *value;
    size_t key_size, value_size; /* of the value as a whole */
    uint16_t flags;
    uint64_t child; /* of a branch, or where a long value is */
};

/* What all trees have in common. */
struct file {
    int fd;
    uint64_t page_size;
    uint64_t last_page; /* ever used */
    uint8_t *used;      /* a bit for each page */
    bool has_wrong_entry, is_schema_1;
    const char *damage;
    enum err err;
};

struct walk {
    struct file *file;
    const struct tree *tree;
    const char *table; /* its name, of a TREE_TABLE */
    uint64_t entries;
    bool has_key;         /* a leaf's, the last one seen ... */
    uint8_t key[KEY_MAX]; /* ... or what a branch says that all further ones reach */
    size_t key_size;
    bool is_floor;
};

static bool walk_tree(struct walk *walk);

static bool fail(struct file *file, const char *damage)
{
    if (file->err == ERR_OK) {
        file->err = ERR_CORRUPT;
        file->damage = damage;
    }
    return false;
}

static uint16_t u16_at(const uint8_t *bytes)
{
    uint16_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static uint64_t u64_at(const uint8_t *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static struct tree tree_at(const uint8_t *bytes, enum tree_type type)
{
    return (struct tree){.type = type,
                         .flags = u16_at(bytes + 4),
                         .depth = u16_at(bytes + 6),
                         .entries = u64_at(bytes + 32),
                         .root = u64_at(bytes + 40)};
}

/* ---- pages ---- */

/* No page has two uses, nor is it free as well. */
static bool claim(struct file *file, uint64_t first, uint64_t count)
{
    if (first < FIRST_PAGE || first > file->last_page || count > file->last_page - first + 1)
        return fail(file, "it refers to a page that was never used");
    for (uint64_t page = first; page < first + count; page++) {
        uint8_t bit = (uint8_t)(1u << page % 8);
        if (file->used[page / 8] & bit)
            return fail(file, "a page is used twice");
        file->used[page / 8] |= bit;
    }
    return true;
}

static bool read_bytes(struct file *file, uint64_t offset, uint8_t *ret_bytes, size_t size)
{
    ssize_t got = pread(file->fd, ret_bytes, size, (off_t)offset);
    if (got == (ssize_t)size)
        return true;
    (void)fail(file, got < 0 ? "a page cannot be read" : "its end is missing");
    if (got < 0)
        file->err = ERR_IO;
    return false;
}

static bool read_page(struct walk *walk, uint64_t number, uint8_t *ret_page)
{
    if (!claim(walk->file, number, 1) ||
        !read_bytes(walk->file, number * walk->file->page_size, ret_page, walk->file->page_size))
        return false;
    return u64_at(ret_page) == number || fail(walk->file, "a page has the number of another");
}

/* ---- nodes ---- */

/* Node `index` of a page whose header was checked. */
static bool read_node(struct walk *walk, const uint8_t *page, size_t index, struct node *ret_node)
{
    size_t at = u16_at(page + HEADER_SIZE + 2 * index);
    bool is_branch = u16_at(page + 10) == PAGE_BRANCH;
    if (at < u16_at(page + 14) || at % 2 != 0 || at + NODE_SIZE > walk->file->page_size)
        return fail(walk->file, "a page's offsets are wrong");
    const uint8_t *bytes = page + at;
    uint64_t number = u16_at(bytes) | (uint64_t)u16_at(bytes + 2) << 16;
    struct node node = {.key = bytes + NODE_SIZE,
                        .key_size = u16_at(bytes + 6),
                        .flags = is_branch ? 0 : u16_at(bytes + 4),
                        .value_size = is_branch ? 0 : number};
    node.value = node.key + node.key_size;
    size_t held = node.flags & NODE_LONG ? sizeof(uint64_t) : node.value_size;
    if (node.key_size > KEY_MAX || at + NODE_SIZE + node.key_size + held > walk->file->page_size)
        return fail(walk->file, "an entry does not fit its page");
    if (is_branch)
        node.child = number | (uint64_t)u16_at(bytes + 4) << 32;
    else if (node.flags & NODE_LONG)
        node.child = u64_at(node.value);
    *ret_node = node;
    return true;
}

static size_t size_in_page(const struct node *node)
{
    size_t size = NODE_SIZE + node->key_size +
                  (node->flags & NODE_LONG ? sizeof(uint64_t) : node->value_size);
    return size + size % 2;
}

/* LMDB leaves no gap between nodes: sizes that do not add up are wrong ones. */
static bool check_page(struct walk *walk, const uint8_t *page, unsigned depth, size_t *ret_count)
{
    size_t low = u16_at(page + 12), high = u16_at(page + 14), sum = 0;
    struct node node;
    if (u16_at(page + 10) != (depth < walk->tree->depth ? PAGE_BRANCH : PAGE_LEAF))
        return fail(walk->file, "a page is of the wrong type");
    if (low < HEADER_SIZE || low % 2 != 0 || low > high || high > walk->file->page_size)
        return fail(walk->file, "a page's header is wrong");
    size_t count = (low - HEADER_SIZE) / 2;
    if (count < (depth < walk->tree->depth ? 2 : 1))
        return fail(walk->file, "a page has too few entries");
    for (size_t i = 0; i < count; i++) {
        if (!read_node(walk, page, i, &node))
            return false;
        sum += size_in_page(&node);
    }
    *ret_count = count;
    return sum == walk->file->page_size - high ||
           fail(walk->file, "the entries do not fill their page");
}

/* Keys rise through the whole tree; a branch's key parts what is before it from what follows. */
static bool check_key(struct walk *walk, const struct node *node, bool is_branch)
{
    size_t shorter = node->key_size < walk->key_size ? node->key_size : walk->key_size;
    int order = 1;
    if (walk->tree->type == TREE_FREE_LIST && node->key_size != sizeof(uint64_t))
        return fail(walk->file, "a key of the free list is not a number");
    if (walk->has_key && walk->tree->type == TREE_FREE_LIST) {
        uint64_t number = u64_at(node->key), last = u64_at(walk->key);
        order = number < last ? -1 : number > last;
    } else if (walk->has_key) {
        order = memcmp(node->key, walk->key, shorter);
        if (order == 0)
            order = node->key_size < walk->key_size ? -1 : node->key_size > walk->key_size;
    }
    if (order < 0 || (order == 0 && (is_branch || !walk->is_floor)) || node->key_size == 0)
        return fail(walk->file, "the keys are not in order");
    memcpy(walk->key, node->key, node->key_size);
    walk->key_size = node->key_size;
    walk->has_key = true;
    walk->is_floor = is_branch;
    return true;
}

/* ---- values ---- */

/* Looks at its first page only: after that its size can be believed. */
static bool begin_long_value(struct walk *walk, const struct node *node)
{
    uint8_t header[HEADER_SIZE];
    uint32_t count;
    uint64_t needed =
        (HEADER_SIZE + node->value_size + walk->file->page_size - 1) / walk->file->page_size;
    if (node->child > walk->file->last_page)
        return fail(walk->file, "it refers to a page that was never used");
    if (!read_bytes(walk->file, node->child * walk->file->page_size, header, sizeof header))
        return false;
    memcpy(&count, header + 12, sizeof count);
    if (u64_at(header) != node->child || u16_at(header + 10) != PAGE_LONG || count < needed)
        return fail(walk->file, "the pages of a long value are wrong");
    return claim(walk->file, node->child, count);
}

static bool read_long_value(struct walk *walk, const struct node *node, uint8_t *ret_bytes)
{
    return read_bytes(walk->file, node->child * walk->file->page_size + HEADER_SIZE, ret_bytes,
                      node->value_size);
}

/* A count, then that many page numbers, falling. */
static bool check_free_pages(struct walk *walk, const uint8_t *value, size_t size)
{
    uint64_t count = size >= sizeof count ? u64_at(value) : 0;
    if (size < sizeof count || count > size / sizeof count - 1)
        return fail(walk->file, "the free list is wrong");
    for (uint64_t i = 1, before = UINT64_MAX; i <= count; i++) {
        uint64_t page = u64_at(value + i * sizeof page);
        if (page >= before)
            return fail(walk->file, "the free list is not in order");
        if (!claim(walk->file, page, 1))
            return false;
        before = page;
    }
    return true;
}

static bool check_free_list(struct walk *walk, const struct node *node)
{
    if ((node->flags & NODE_LONG) == 0)
        return check_free_pages(walk, node->value, node->value_size);
    if (!begin_long_value(walk, node))
        return false;
    uint8_t *value = mem_alloc(node->value_size);
    bool is_good =
        read_long_value(walk, node, value) && check_free_pages(walk, value, node->value_size);
    free(value);
    return is_good;
}

/* Entries had no checksums in schema 1. Which schema it is stands behind most of them, so that
 * wrong ones are noted here and judged at the end. */
static void judge_entry(struct walk *walk, struct span key, struct span entry)
{
    static const uint8_t name[] = {'s', 'c', 'h', 'e', 'm', 'a'};
    static const uint8_t schema_1[] = {1, 0, 0, 0, 0, 0, 0, 0, 1}; /* a record with a number */
    struct span record;
    if (checksum_check(walk->table, key, entry, &record))
        return;
    walk->file->has_wrong_entry = true;
    if (strcmp(walk->table, "meta") == 0 && span_equal(key, (struct span){name, sizeof name}) &&
        span_equal(entry, (struct span){schema_1, sizeof schema_1}))
        walk->file->is_schema_1 = true;
}

static bool check_entry(struct walk *walk, const struct node *node)
{
    struct span key = {node->key, node->key_size}, entry = {node->value, node->value_size};
    uint8_t *value = NULL;
    if (node->flags == NODE_TREE)
        return fail(walk->file, "an entry's flags are wrong");
    if (node->flags == NODE_LONG) {
        if (!begin_long_value(walk, node))
            return false;
        value = mem_alloc(node->value_size);
        entry.data = value;
    }
    bool is_read = value == NULL || read_long_value(walk, node, value);
    if (is_read)
        judge_entry(walk, key, entry);
    free(value);
    return is_read;
}

static bool check_table(struct walk *tables, const struct node *node)
{
    char name[KEY_MAX + 1];
    if (node->flags != NODE_TREE || node->value_size != DATAFILE_TREE_SIZE)
        return fail(tables->file, "the list of tables is wrong");
    memcpy(name, node->key, node->key_size);
    name[node->key_size] = '\0';
    struct tree tree = tree_at(node->value, TREE_TABLE);
    struct walk walk = {.file = tables->file, .tree = &tree, .table = name};
    return walk_tree(&walk);
}

static bool check_value(struct walk *walk, const struct node *node)
{
    if (node->flags != 0 && node->flags != NODE_LONG && node->flags != NODE_TREE)
        return fail(walk->file, "an entry's flags are wrong");
    walk->entries++;
    switch (walk->tree->type) {
    case TREE_FREE_LIST:
        return check_free_list(walk, node);
    case TREE_TABLES:
        return check_table(walk, node);
    case TREE_TABLE:
        return check_entry(walk, node);
    }
    return false;
}

/* ---- trees ---- */

static bool walk_pages(struct walk *walk, uint64_t number, unsigned depth)
{
    uint8_t *page = mem_alloc(walk->file->page_size);
    size_t count = 0;
    bool is_branch = depth < walk->tree->depth;
    bool is_good = read_page(walk, number, page) && check_page(walk, page, depth, &count);
    for (size_t i = 0; is_good && i < count; i++) {
        struct node node;
        is_good = read_node(walk, page, i, &node);
        /* The first key of a branch parts nothing. */
        if (is_good && (!is_branch || i > 0))
            is_good = check_key(walk, &node, is_branch);
        if (is_good)
            is_good =
                is_branch ? walk_pages(walk, node.child, depth + 1) : check_value(walk, &node);
    }
    free(page);
    return is_good;
}

static bool walk_tree(struct walk *walk)
{
    const struct tree *tree = walk->tree;
    bool is_empty = tree->root == UINT64_MAX;
    int order = tree->type == TREE_FREE_LIST ? DATAFILE_INTEGER_KEYS : 0;
    if ((tree->flags & DATAFILE_ORDER_FLAGS) != order || tree->depth > DEPTH_MAX ||
        is_empty != (tree->depth == 0))
        return fail(walk->file, "a tree's description is wrong");
    if (!is_empty && !walk_pages(walk, tree->root, 1))
        return false;
    return walk->entries == tree->entries || fail(walk->file, "the number of entries is wrong");
}

static enum err read_header(struct file *file, uint64_t txn_id, struct datafile_meta *ret_meta)
{
    struct datafile_meta metas[2];
    const char *damage = datafile_read(file->fd, metas);
    if (damage != NULL) {
        (void)fail(file, damage);
        return ERR_CORRUPT;
    }
    if (txn_id == PAGES_LATEST)
        txn_id = metas[0].txn > metas[1].txn ? metas[0].txn : metas[1].txn;
    if (metas[txn_id % 2].txn != txn_id)
        return ERR_STALE;
    *ret_meta = metas[txn_id % 2];
    return ERR_OK;
}

/* Walks what `meta` describes; `file` has the outcome. */
static void walk_file(struct file *file, const struct datafile_meta *meta)
{
    struct tree free_list = tree_at(meta->free_list, TREE_FREE_LIST);
    struct tree tables = tree_at(meta->tables, TREE_TABLES);
    struct walk walk_of_tables = {.file = file, .tree = &tables};
    struct walk walk_of_free_list = {.file = file, .tree = &free_list};
    file->page_size = meta->page_size;
    file->last_page = meta->last_page;
    file->used = mem_calloc(file->last_page / 8 + 1, 1);
    if (walk_tree(&walk_of_tables) && walk_tree(&walk_of_free_list)) {
        if (file->is_schema_1)
            file->err = ERR_VERSION;
        else if (file->has_wrong_entry)
            (void)fail(file, "an entry is not what was written");
    }
    free(file->used);
}

enum err pages_check(int fd, uint64_t txn_id, const char **ret_damage)
{
    struct datafile_meta meta, again;
    struct file file = {.fd = fd};
    enum err err = read_header(&file, txn_id, &meta);
    if (err == ERR_OK) {
        walk_file(&file, &meta);
        err = file.err;
        /* Beside a writer the header may have been read half new. */
        if (err == ERR_CORRUPT && (read_header(&file, txn_id, &again) != ERR_OK ||
                                   memcmp(&meta, &again, sizeof meta) != 0))
            err = ERR_STALE;
    }
    if (err == ERR_CORRUPT || err == ERR_IO)
        *ret_damage = file.damage;
    return err;
}
