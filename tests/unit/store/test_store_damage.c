/* Damaged files: an error with a remedy, never a crash. Every attempt is made in a child process,
 * so that a crash is a failure of one row; LMDB itself trusts its file. */
#include "unit/store/older_store.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { PAGE_BYTES = 4096 };

/* Opens as the options say and reads all that a start reads; the status is the error. */
static int open_and_read(struct temp_store *temp)
{
    enum err err = temp_open(temp);
    if (err != ERR_OK)
        return (int)err;
    struct report_key cursor = {0};
    struct head head;
    struct store_txn *txn = store_begin_read(temp->store);
    while (store_next_head(txn, &cursor, &head))
        continue;
    err = store_error(txn);
    store_abort(&txn);
    store_close(&temp->store);
    return (int)err;
}

static enum err open_in_child(const char *name, struct temp_store *temp)
{
    int status = run_in_child(open_and_read, temp);
    if (!WIFEXITED(status) || WEXITSTATUS(status) >= ERR_COUNT)
        fail_msg("%s: crashed with status 0x%x", name, (unsigned)status);
    return (enum err)WEXITSTATUS(status);
}

/* A closed store with some hundred pages. */
static void fill(struct temp_store *temp)
{
    struct head head = {.revision = 1};
    for (uint32_t unit = 1; unit <= 2000; unit += 500) {
        struct store_txn *txn = store_begin_write(temp->store);
        for (uint32_t i = unit; i < unit + 500; i++) {
            struct report_key key = {KIND_ACTUAL, {2024, PERIOD_S1}, i, 1};
            assert_int_equal(store_put_head(txn, &key, &head), ERR_OK);
        }
        assert_commits(&txn);
    }
    store_close(&temp->store);
}

static int open_data(const struct temp_store *temp, int flags)
{
    char path[TEMP_FILE_SIZE];
    temp_path(temp, "data.mdb", path);
    int fd = open(path, flags | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    return fd;
}

static void set_bytes(const struct temp_store *temp, off_t offset, const void *bytes, size_t len)
{
    int fd = open_data(temp, O_WRONLY | O_CREAT);
    assert_int_equal(pwrite(fd, bytes, len, offset), (ssize_t)len);
    assert_int_equal(close(fd), 0);
}

static void get_bytes(const struct temp_store *temp, off_t offset, void *ret_bytes, size_t len)
{
    int fd = open_data(temp, O_RDONLY);
    assert_int_equal(pread(fd, ret_bytes, len, offset), (ssize_t)len);
    assert_int_equal(close(fd), 0);
}

static void set_length(const struct temp_store *temp, off_t len)
{
    int fd = open_data(temp, O_WRONLY);
    assert_int_equal(ftruncate(fd, len), 0);
    assert_int_equal(close(fd), 0);
}

/* Pages that the last commit uses, by LMDB's own word (the header, as datafile.c describes it). */
static off_t used_bytes(const struct temp_store *temp)
{
    uint64_t last[2];
    get_bytes(temp, 136, &last[0], sizeof last[0]);
    get_bytes(temp, PAGE_BYTES + 136, &last[1], sizeof last[1]);
    return (off_t)((last[0] > last[1] ? last[0] : last[1]) + 1) * PAGE_BYTES;
}

/* A file that lost its tail is corrupt, however much is left, for a writer and for a reader; it is
 * not made longer, and not made new. */
static void truncated(void **state)
{
    struct temp_store *temp = *state;
    fill(temp);
    off_t used = used_bytes(temp);
    assert_true(used > 50 * PAGE_BYTES);
    const off_t lengths[] = {used - 1,
                             used - PAGE_BYTES,
                             used / 2,
                             3 * PAGE_BYTES,
                             2 * PAGE_BYTES,
                             2 * PAGE_BYTES - 1,
                             PAGE_BYTES + 151,
                             PAGE_BYTES,
                             151,
                             1,
                             0};
    assert_int_equal(open_in_child("whole", temp), ERR_OK);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        char name[64];
        struct stat info;
        (void)snprintf(name, sizeof name, "%lld bytes left", (long long)lengths[i]);
        set_length(temp, lengths[i]);
        for (int is_read_only = 0; is_read_only < 2; is_read_only++) {
            temp->options.is_read_only = is_read_only;
            if (open_in_child(name, temp) != ERR_CORRUPT)
                fail_msg("%s: not corrupt", name);
        }
        int fd = open_data(temp, O_RDONLY);
        assert_int_equal(fstat(fd, &info), 0);
        assert_int_equal(close(fd), 0);
        assert_int_equal(info.st_size, lengths[i]);
    }
}

/* A file that ends just behind its last page, as a compacting backup writes it, is whole. */
static void exact_length(void **state)
{
    struct temp_store *temp = *state;
    fill(temp);
    set_length(temp, used_bytes(temp));
    assert_int_equal(open_in_child("exact", temp), ERR_OK);
}

/* What was given back in the transaction that took it is not written by LMDB: a file may end before
 * its last page, with nothing lost, and must not be taken for a truncated one. */
static void unwritten_pages(void **state)
{
    struct temp_store *temp = *state;
    struct alarm alarm = {.kind = KIND_ACTUAL, .year = 2024};
    memset(alarm.text, 'x', sizeof alarm.text - 1);
    for (uint32_t round = 0; round < 60; round++) {
        uint32_t count = 50 + round / 4 * 50;
        struct store_txn *txn = store_begin_write(temp->store);
        for (uint32_t i = 0; i < count; i++) {
            alarm.unit = 1 + (i * 61 + round) % count; /* in no order, so that pages split */
            assert_int_equal(store_put_alarm(txn, &alarm), ERR_OK);
        }
        for (uint32_t unit = 1; unit <= count; unit++)
            assert_int_equal(store_delete_alarm(txn, alarm.kind, alarm.year, unit), ERR_OK);
        assert_commits(&txn);
        temp_reopen(temp);
    }
}

/* A first start that was cut off has left a file that is none: the next one begins again. */
static void first_start_cut_off(void **state)
{
    (void)state;
    struct temp_store temp;
    struct stat info;
    char path[TEMP_FILE_SIZE];
    temp_init(&temp);
    temp_path(&temp, "data.mdb.new", path);
    assert_int_equal(mkdir(temp.folder, 0700), 0);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "half a page", 11), 11);
    assert_int_equal(close(fd), 0);
    temp.options.is_read_only = true;
    assert_int_equal(temp_open(&temp), ERR_NOT_FOUND);
    temp.options.is_read_only = false;
    assert_int_equal(temp_open(&temp), ERR_OK);
    assert_int_equal(stat(path, &info), -1);
    temp_reopen(&temp);
    temp_fini(&temp);
}

/* Things that never were a store. */
static void garbage(void **state)
{
    (void)state;
    uint8_t noise[64 * 1024];
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof noise; i++) {
        seed = seed * 1664525 + 1013904223;
        noise[i] = (uint8_t)(seed >> 24);
    }
    static const uint8_t zeros[sizeof noise];
    const struct {
        const char *name;
        const void *bytes;
        size_t len;
    } rows[] = {
        {"noise", noise, sizeof noise},
        {"zeros", zeros, sizeof zeros},
        {"a line of text", "unit,indicator,value\n", 21},
        {"a page of noise", noise, PAGE_BYTES},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct temp_store temp;
        temp_init(&temp);
        assert_int_equal(mkdir(temp.folder, 0700), 0);
        set_bytes(&temp, 0, rows[i].bytes, rows[i].len);
        for (int is_read_only = 0; is_read_only < 2; is_read_only++) {
            temp.options.is_read_only = is_read_only;
            if (open_in_child(rows[i].name, &temp) != ERR_CORRUPT)
                fail_msg("%s: not corrupt", rows[i].name);
        }
        assert_int_equal(temp_open(&temp), ERR_CORRUPT);
        assert_logged("data.mdb is damaged");
        assert_logged("restore a backup");
        temp_fini(&temp);
    }
}

/* Fields of the header that LMDB believes: page size (it divides by it), last page, magic. */
static void damaged_header(void **state)
{
    struct temp_store *temp = *state;
    static const struct {
        const char *name;
        off_t offset;
        uint64_t value;
        size_t width;
        enum err expected;
    } rows[] = {
        {"page size 0", 40, 0, 4, ERR_CORRUPT},
        {"page size 1", 40, 1, 4, ERR_CORRUPT},
        {"page size 256", 40, 256, 4, ERR_CORRUPT},
        {"page size 4095", 40, 4095, 4, ERR_CORRUPT},
        {"another page size", 40, 8192, 4, ERR_CORRUPT},
        {"page size 64 Ki", 40, 65536, 4, ERR_CORRUPT},
        {"page size 2 Gi", 40, 0x80000000, 4, ERR_CORRUPT},
        {"free list with duplicates", 44, 0x0C, 2, ERR_CORRUPT},
        {"free list in byte order", 44, 0, 2, ERR_CORRUPT},
        {"tables in reverse order", 92, 0x02, 2, ERR_CORRUPT},
        {"last page 1 M", 136, 1000000, 8, ERR_CORRUPT},
        {"last page at the end of 64 bits", 136, UINT64_MAX, 8, ERR_CORRUPT},
        {"magic", 16, 0xDEADBEEF, 4, ERR_CORRUPT},
        {"data version", 20, 2, 4, ERR_VERSION},
        {"page flags", 10, 0, 2, ERR_CORRUPT},
    };
    fill(temp);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (off_t page = 0; page <= PAGE_BYTES; page += PAGE_BYTES) {
            uint8_t before[8];
            get_bytes(temp, page + rows[i].offset, before, sizeof before);
            set_bytes(temp, page + rows[i].offset, &rows[i].value, rows[i].width);
            if (open_in_child(rows[i].name, temp) != rows[i].expected)
                fail_msg("%s in page %d: another error", rows[i].name, page != 0);
            set_bytes(temp, page + rows[i].offset, before, sizeof before);
        }
    }
    assert_int_equal(open_in_child("mended", temp), ERR_OK);
}

static off_t size_of_data(const struct temp_store *temp)
{
    struct stat info;
    int fd = open_data(temp, O_RDONLY);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(close(fd), 0);
    return info.st_size;
}

/* A header that counts more pages than the file can name is damaged: neither a check nor LMDB asks
 * for memory because of it. A page that the free list has room for may lie behind the end. */
static void impossible_page_count(void **state)
{
    struct temp_store *temp = *state;
    fill(temp);
    uint64_t size = (uint64_t)size_of_data(temp);
    const struct {
        const char *name;
        uint64_t last_page;
        enum err expected;
    } rows[] = {
        {"2^49", UINT64_C(1) << 49, ERR_CORRUPT},
        {"a byte's worth for each page", size, ERR_CORRUPT},
        {"one more than can be named", size / PAGE_BYTES + size / 8, ERR_CORRUPT},
        {"as many as can be named", size / PAGE_BYTES + size / 8 - 1, ERR_OK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int is_read_only = 0; is_read_only < 2; is_read_only++) {
            uint8_t before[2 * PAGE_BYTES];
            get_bytes(temp, 0, before, sizeof before);
            for (off_t page = 0; page <= PAGE_BYTES; page += PAGE_BYTES) {
                uint64_t map_bytes = (rows[i].last_page + 1) * PAGE_BYTES;
                set_bytes(temp, page + 32, &map_bytes, sizeof map_bytes);
                set_bytes(temp, page + 136, &rows[i].last_page, sizeof rows[i].last_page);
            }
            temp->options.is_read_only = is_read_only;
            if (open_in_child(rows[i].name, temp) != rows[i].expected)
                fail_msg("%s: another error", rows[i].name);
            set_bytes(temp, 0, before, sizeof before);
        }
    }
}

/* Changes one byte of a checksum in every page of reports: nodes fill a page from its end. */
static void break_entries(const struct temp_store *temp)
{
    size_t count = 0;
    for (off_t page = 2 * PAGE_BYTES; page < used_bytes(temp); page += PAGE_BYTES) {
        uint16_t flags, at, key_size;
        uint8_t last;
        get_bytes(temp, page + 10, &flags, sizeof flags);
        get_bytes(temp, page + 16, &at, sizeof at);
        if (flags != 2 || at + 8 > PAGE_BYTES) /* not a leaf */
            continue;
        get_bytes(temp, page + at + 6, &key_size, sizeof key_size);
        get_bytes(temp, page + PAGE_BYTES - 4, &last, sizeof last);
        last ^= 1;
        if (key_size == 12)
            set_bytes(temp, page + PAGE_BYTES - 4, &last, sizeof last);
        count += key_size == 12;
    }
    assert_true(count > 10);
}

/* A store from before there were checksums is an older one, not a damaged one, and is left as it
 * is; one that has checksums, and wrong ones, is damaged, whatever its schema says. */
static void older_store(void **state)
{
    struct temp_store *temp = *state;
    char path[TEMP_FILE_SIZE];
    const struct {
        const char *name;
        uint8_t schema;
        enum err expected;
    } rows[] = {
        {"no checksums, another schema", 2, ERR_CORRUPT},
        {"schema 1", 1, ERR_VERSION},
    };
    temp_path(temp, "data.mdb", path);
    fill(temp);
    break_entries(temp);
    assert_int_equal(open_in_child("wrong checksums", temp), ERR_CORRUPT);
    temp_fini(temp);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        temp_init(temp);
        assert_int_equal(temp_open(temp), ERR_OK);
        temp_path(temp, "data.mdb", path);
        fill(temp);
        older_make(path, rows[i].schema);
        uint8_t before[2 * PAGE_BYTES], after[2 * PAGE_BYTES];
        get_bytes(temp, 0, before, sizeof before);
        for (int is_read_only = 0; is_read_only < 2; is_read_only++) {
            temp->options.is_read_only = is_read_only;
            if (open_in_child(rows[i].name, temp) != rows[i].expected)
                fail_msg("%s: another error", rows[i].name);
        }
        assert_int_equal(temp_open(temp), rows[i].expected);
        get_bytes(temp, 0, after, sizeof after);
        assert_memory_equal(before, after, sizeof before);
        if (i == 0)
            temp_fini(temp);
    }
    assert_logged("written by an older version: its schema is 1");
    assert_logged("use the version that wrote it");
    set_length(temp, used_bytes(temp) / 2);
    assert_int_equal(open_in_child("half of an older one", temp), ERR_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(truncated),
        STORE_TEST(exact_length),
        STORE_TEST(unwritten_pages),
        cmocka_unit_test(first_start_cut_off),
        cmocka_unit_test(garbage),
        STORE_TEST(damaged_header),
        STORE_TEST(impossible_page_count),
        STORE_TEST(older_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
