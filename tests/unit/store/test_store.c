/* The store as a whole: opening, locking, the schema, transactions and their sticky error. */
#include "unit/store/temp_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/datafile.h"
#include "store/folder.h"

/* ---- opening ---- */

/* A new store is private: the folder 0700 whatever it was, the files 0600 whatever the umask. */
static void store_is_private(void **state)
{
    (void)state;
    static const mode_t modes[] = {0, 0700, 0755, 0777}; /* 0: there is no folder yet */
    mode_t umask_before = umask(0);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct temp_store temp;
        struct stat info;
        char path[TEMP_FILE_SIZE];
        temp_init(&temp);
        if (modes[i] != 0)
            assert_int_equal(mkdir(temp.folder, modes[i]), 0);
        assert_int_equal(temp_open(&temp), ERR_OK);
        assert_int_equal(stat(temp.folder, &info), 0);
        assert_int_equal(info.st_mode & 07777, 0700);
        temp_path(&temp, "data.mdb", path);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 07777, 0600);
        temp_path(&temp, "lock.mdb", path);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 07777, 0600);
        temp_fini(&temp);
    }
    umask(umask_before);
}

/* What was committed is there after closing and opening again. */
static void reopen_keeps(void **state)
{
    struct temp_store *temp = *state;
    struct span value;
    for (uint64_t i = 1; i <= 5; i++) {
        struct store_txn *txn = store_begin_write(temp->store);
        assert_int_equal(store_put_meta_u64(txn, "count", i), ERR_OK);
        assert_int_equal(store_put_meta(txn, "unit", span_of_text("64")), ERR_OK);
        assert_commits(&txn);
        temp_reopen(temp);
        txn = store_begin_read(temp->store);
        assert_int_equal(store_get_meta_u64(txn, "count"), i);
        assert_int_equal(store_get_meta(txn, "unit", &value), ERR_OK);
        assert_span_is(value, "64");
        assert_int_equal(store_get_meta_u64(txn, "schema"), STORE_SCHEMA);
        store_abort(&txn);
        assert_null(txn);
    }
}

/* One writer: a second open of the folder is busy, and does no harm to the first. */
static void second_writer_is_busy(void **state)
{
    struct temp_store *temp = *state;
    struct store *second = NULL;
    assert_int_equal(store_open(temp->folder, &temp->options, &second), ERR_BUSY);
    assert_null(second);
    assert_logged("another process");
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_put_meta_u64(txn, "count", 1), ERR_OK);
    assert_commits(&txn);

    store_close(&temp->store);
    assert_int_equal(store_open(temp->folder, &temp->options, &second), ERR_OK);
    store_close(&second);
    store_close(&second); /* closing nothing is allowed */
}

/* 0 when the committed 7 is seen, the uncommitted 8 is not, and nothing can be changed. */
static int read_beside_writer(struct temp_store *temp)
{
    struct store *reader = NULL;
    struct store_options options = {.is_read_only = true};
    bool is_unknown = false;
    if (store_open(temp->folder, &options, &reader) != ERR_OK)
        return 1;
    struct store_txn *txn = store_begin_read(reader);
    uint64_t seen = store_get_meta_u64(txn, "count");
    store_abort(&txn);
    txn = store_begin_write(reader);
    if (store_error(txn) == ERR_OK || store_put_meta_u64(txn, "count", 9) == ERR_OK)
        return 2;
    if (store_commit(&txn, &is_unknown) == ERR_OK || is_unknown)
        return 3;
    store_close(&reader);
    return seen == 7 ? 0 : 4;
}

/* Verify and backup read beside a running writer, in its middle of a transaction, without a lock.
 */
static void reader_beside_writer(void **state)
{
    struct temp_store *temp = *state;
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_put_meta_u64(txn, "count", 7), ERR_OK);
    assert_commits(&txn);
    txn = store_begin_write(temp->store);
    assert_int_equal(store_put_meta_u64(txn, "count", 8), ERR_OK);
    assert_int_equal(run_in_child(read_beside_writer, temp), 0);
    assert_commits(&txn);
}

/* Reading alone makes nothing: no folder, no file. */
static void reader_makes_nothing(void **state)
{
    (void)state;
    struct temp_store temp;
    struct stat info;
    char path[TEMP_FILE_SIZE];
    temp_init(&temp);
    temp.options.is_read_only = true;
    assert_int_equal(temp_open(&temp), ERR_NOT_FOUND);
    assert_logged("check state_dir");
    assert_int_equal(stat(temp.folder, &info), -1);

    assert_int_equal(mkdir(temp.folder, 0755), 0);
    assert_int_equal(temp_open(&temp), ERR_NOT_FOUND);
    assert_logged("there is no store");
    temp_path(&temp, "lock.mdb", path);
    assert_int_equal(stat(path, &info), -1);
    assert_int_equal(stat(temp.folder, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0755);
    assert_null(temp.store);
    temp_fini(&temp);
}

/* A store of another schema is refused, not changed: neither by a writer nor by a reader. */
static void foreign_schema(void **state)
{
    struct temp_store *temp = *state;
    static const struct {
        uint64_t schema;
        const char *logged;
    } rows[] = {
        {STORE_SCHEMA_OLDEST - 1, "written by an older version (tonghopd 9.8.7): its schema is 3"},
        {STORE_SCHEMA + 1, "written by a newer version (tonghopd 9.8.7): its schema is 7"},
        {UINT64_MAX, "its schema is 18446744073709551615"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct store_txn *txn = store_begin_write(temp->store);
        assert_int_equal(store_put_meta_u64(txn, "schema", rows[i].schema), ERR_OK);
        assert_int_equal(store_put_meta(txn, "software", span_of_text("tonghopd 9.8.7")), ERR_OK);
        assert_commits(&txn);
        temp_settle(temp->store);
        store_close(&temp->store);
        assert_int_equal(temp_open(temp), ERR_VERSION);
        assert_logged(rows[i].logged);
        assert_logged("use the version that wrote it");
        temp->options.is_read_only = true;
        assert_int_equal(temp_open(temp), ERR_VERSION);
        temp->options.is_read_only = false;
        assert_int_equal(temp_open(temp), ERR_VERSION); /* nor is it locked for ever */
        assert_null(temp->store);

        temp_fini(temp);
        temp_init(temp);
        assert_int_equal(temp_open(temp), ERR_OK);
    }
}

/* Tables without a schema are another program's: not a store, and not made into one. */
static void no_schema(void **state)
{
    struct temp_store *temp = *state;
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_delete_meta(txn, "schema"), ERR_OK);
    assert_commits(&txn);
    temp_settle(temp->store);
    store_close(&temp->store);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(temp_open(temp), ERR_CORRUPT);
        assert_logged("not a store of tonghop");
    }
}

/* Paths that cannot be a state folder say so. */
static void bad_paths(void **state)
{
    (void)state;
    struct temp_store temp;
    temp_init(&temp);
    struct store_options options = {.map_size_bytes = TEMP_MAP_BYTES};
    struct store *store = NULL;
    char path[TEMP_FILE_SIZE];
    (void)snprintf(path, sizeof path, "%s/missing/state", temp.parent);
    assert_int_equal(store_open(path, &options, &store), ERR_IO);
    assert_logged("make the folder above it");
    (void)snprintf(path, sizeof path, "%s/file", temp.parent);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(store_open(path, &options, &store), ERR_IO);
    assert_logged("Not a directory");
    assert_int_equal(unlink(path), 0);
    assert_null(store);
    temp_fini(&temp);
}

/* File systems of the network and of user space are refused by number, local ones are not. */
static void network_file_systems(void **state)
{
    (void)state;
    static const uint64_t local[] = {0xEF53 /* ext4 */,      0x58465342 /* XFS */,
                                     0x9123683E /* btrfs */, 0x01021994 /* tmpfs */,
                                     0x2FC12FC1 /* ZFS */,   0x794C7630 /* overlay */};
    assert_string_equal(folder_network_name(0x6969), "NFS");
    assert_string_equal(folder_network_name(0x517B), "SMB");
    assert_string_equal(folder_network_name(0xFF534D42), "CIFS");
    assert_string_equal(folder_network_name(0xFE534D42), "SMB 2");
    assert_string_equal(folder_network_name(0x65735546), "FUSE");
    assert_string_equal(folder_network_name(0x01021997), "9P");
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        assert_null(folder_network_name(local[i]));
}

/* ---- transactions ---- */

/* An aborted transaction leaves nothing, in any table. */
static void abort_leaves_nothing(void **state)
{
    struct temp_store *temp = *state;
    const struct report_key key = {KIND_ACTUAL, {2024, PERIOD_S1}, 7, 1};
    const struct head head = {.revision = 1};
    struct span value;
    uint64_t parked = 1;
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_put_meta_u64(txn, "count", 1), ERR_OK);
    assert_int_equal(store_put_head(txn, &key, &head), ERR_OK);
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &key, temp_now), ERR_OK);
    assert_int_equal(store_count_heads(txn), 1);
    store_abort(&txn);

    txn = store_begin_write(temp->store);
    assert_int_equal(store_get_meta(txn, "count", &value), ERR_NOT_FOUND);
    assert_int_equal(store_count_heads(txn), 0);
    assert_int_equal(store_count_outbox(txn, &parked), 0);
    assert_int_equal(parked, 0);
    assert_commits(&txn);
    store_abort(&txn); /* of nothing */
}

/* After the first failure every call does nothing and returns it; the commit does, too, and writes
 * nothing: the outcome is known. */
static void error_is_sticky(void **state)
{
    struct temp_store *temp = *state;
    const struct report_key key = {KIND_ACTUAL, {2024, PERIOD_S1}, 7, 1};
    struct report_key cursor = {0};
    struct head head = {.revision = 1};
    struct outbox_item item = {0};
    struct span value;
    bool is_unknown = true;
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_put_meta_u64(txn, "count", 1), ERR_OK);
    assert_int_equal(store_put_head(txn, &key, &head), ERR_OK);
    assert_int_equal(store_error(txn), ERR_OK);
    store_fail(txn, ERR_CONFLICT);
    store_fail(txn, ERR_IO); /* the first one stays */
    assert_int_equal(store_error(txn), ERR_CONFLICT);

    head.revision = 99;
    assert_int_equal(store_get_head(txn, &key, &head), ERR_CONFLICT);
    assert_int_equal(head.revision, 99);
    assert_int_equal(store_put_head(txn, &key, &head), ERR_CONFLICT);
    assert_false(store_next_head(txn, &cursor, &head));
    assert_int_equal(store_count_heads(txn), 0);
    assert_int_equal(store_get_meta(txn, "count", &value), ERR_CONFLICT);
    assert_int_equal(store_get_meta_u64(txn, "count"), 0);
    assert_int_equal(store_put_meta_u64(txn, "count", 2), ERR_CONFLICT);
    assert_int_equal(store_delete_meta(txn, "count"), ERR_CONFLICT);
    assert_int_equal(store_drop_accumulators(txn), ERR_CONFLICT);
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &key, temp_now), ERR_CONFLICT);
    assert_int_equal(store_clear_outbox(txn, OUTBOX_REPORT, &key, 1), ERR_CONFLICT);
    assert_int_equal(store_park_outbox(txn, OUTBOX_REPORT, &key, "x"), ERR_CONFLICT);
    assert_false(store_next_outbox(txn, &item));
    assert_int_equal(store_put_quarantine(txn, &(struct quarantined){.number = 1}), ERR_CONFLICT);
    assert_int_equal(store_delete_catalogue(txn, 1), ERR_CONFLICT);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_CONFLICT);
    assert_false(is_unknown);
    assert_null(txn);

    txn = store_begin_read(temp->store);
    assert_int_equal(store_get_meta(txn, "count", &value), ERR_NOT_FOUND);
    assert_int_equal(store_count_heads(txn), 0);
    store_abort(&txn);
}

/* That nothing is found, or was there to delete, is no failure. */
static void absence_is_not_sticky(void **state)
{
    struct temp_store *temp = *state;
    struct span value;
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_get_meta(txn, "count", &value), ERR_NOT_FOUND);
    assert_int_equal(store_delete_meta(txn, "count"), ERR_OK);
    assert_int_equal(store_get_meta_u64(txn, "count"), 0);
    assert_int_equal(store_error(txn), ERR_OK);
    assert_commits(&txn);
}

/* A record that does not decode is corrupt, sticky, and named in the log. */
static void undecodable_record(void **state)
{
    struct temp_store *temp = *state;
    bool is_unknown = true;
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_put_meta(txn, "count", span_of_text("four")), ERR_OK);
    assert_int_equal(store_get_meta_u64(txn, "count"), 0);
    assert_int_equal(store_error(txn), ERR_CORRUPT);
    assert_logged("table meta, key 636f756e74");
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_CORRUPT);
    assert_false(is_unknown);
}

/* A read transaction sees one moment; it may be open beside the write transaction, and several at
 * once. */
static void readers_see_one_moment(void **state)
{
    struct temp_store *temp = *state;
    struct store_txn *before = store_begin_read(temp->store);
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_put_meta_u64(txn, "count", 1), ERR_OK);
    struct store_txn *between = store_begin_read(temp->store);
    assert_commits(&txn);
    struct store_txn *after = store_begin_read(temp->store);
    assert_int_equal(store_get_meta_u64(before, "count"), 0);
    assert_int_equal(store_get_meta_u64(between, "count"), 0);
    assert_int_equal(store_get_meta_u64(after, "count"), 1);
    store_abort(&before);
    assert_commits(&between);
    store_abort(&after);
}

/* 0 after leaving a reader behind. */
static int die_reading(struct temp_store *temp)
{
    struct store *reader = NULL;
    struct store_options options = {.is_read_only = true};
    if (store_open(temp->folder, &options, &reader) != ERR_OK)
        return 1;
    (void)store_begin_read(reader); /* its end never comes */
    return 0;
}

/* A reader that died is noticed: it would keep its pages from being used again for ever. */
static void dead_readers(void **state)
{
    struct temp_store *temp = *state;
    assert_int_equal(run_in_child(die_reading, temp), 0);
    store_check_readers(temp->store);
    assert_logged("freed 1 slots");
    temp_last_line[0] = '\0';
    store_check_readers(temp->store);
    assert_string_equal(temp_last_line, "");
}

/* A new file of a daemon has room for what waits first; a copy has none, for nobody works in it. */
static void a_new_file_has_room(void **state)
{
    (void)state;
    enum { ROOM_BYTES = 4 << 20, PAGES_BYTES = 1 << 20 };
    for (int is_copy = 0; is_copy < 2; is_copy++) {
        struct temp_store temp;
        struct stat info;
        char path[TEMP_FILE_SIZE];
        temp_init(&temp);
        temp.options.is_copy = temp.options.is_made = is_copy == 1;
        assert_int_equal(mkdir(temp.folder, 0700), 0);
        int folder = open(temp.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(folder >= 0);
        temp.options.folder = folder;
        assert_int_equal(temp_open(&temp), ERR_OK);
        temp_path(&temp, DATAFILE_NAME, path);
        assert_int_equal(stat(path, &info), 0);
        if (is_copy == 0)
            assert_in_range(info.st_size, ROOM_BYTES, ROOM_BYTES + PAGES_BYTES);
        else
            assert_in_range(info.st_size, 1, PAGES_BYTES);
        close(folder);
        temp_fini(&temp);
    }
}

/* Many stores in one process, as the simulator has them, do not know of each other. */
static void many_stores(void **state)
{
    (void)state;
    enum { STORES = 20 };
    struct temp_store temps[STORES];
    for (uint64_t i = 0; i < STORES; i++) {
        temp_init(&temps[i]);
        assert_int_equal(temp_open(&temps[i]), ERR_OK);
        struct store_txn *txn = store_begin_write(temps[i].store);
        assert_int_equal(store_put_meta_u64(txn, "count", i), ERR_OK);
        assert_commits(&txn);
    }
    for (uint64_t i = 0; i < STORES; i++) {
        struct store_txn *txn = store_begin_read(temps[i].store);
        assert_int_equal(store_get_meta_u64(txn, "count"), i);
        store_abort(&txn);
        temp_fini(&temps[i]);
    }
}

/* Meta values: any bytes, none at all, replaced, deleted; a name of the full length. */
static void meta_values(void **state)
{
    struct temp_store *temp = *state;
    static const char longest[] = "a-name-of-forty-bytes-is-the-longest-one";
    struct span value;
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_put_meta(txn, longest, span_of_text("\x01\xFF")), ERR_OK);
    assert_int_equal(store_get_meta(txn, longest, &value), ERR_OK);
    assert_span_is(value, "\x01\xFF");
    assert_int_equal(store_put_meta(txn, longest, (struct span){NULL, 0}), ERR_OK);
    assert_int_equal(store_get_meta(txn, longest, &value), ERR_OK);
    assert_int_equal(value.len, 0);
    assert_int_equal(store_delete_meta(txn, longest), ERR_OK);
    assert_int_equal(store_get_meta(txn, longest, &value), ERR_NOT_FOUND);
    assert_int_equal(store_put_meta_u64(txn, "n", UINT64_MAX), ERR_OK);
    assert_true(store_get_meta_u64(txn, "n") == UINT64_MAX);
    assert_commits(&txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(store_is_private),
        STORE_TEST(reopen_keeps),
        STORE_TEST(second_writer_is_busy),
        STORE_TEST(reader_beside_writer),
        cmocka_unit_test(reader_makes_nothing),
        STORE_TEST(foreign_schema),
        STORE_TEST(no_schema),
        cmocka_unit_test(bad_paths),
        cmocka_unit_test(network_file_systems),
        STORE_TEST(abort_leaves_nothing),
        STORE_TEST(error_is_sticky),
        STORE_TEST(absence_is_not_sticky),
        STORE_TEST(undecodable_record),
        STORE_TEST(readers_see_one_moment),
        STORE_TEST(dead_readers),
        cmocka_unit_test(a_new_file_has_room),
        cmocka_unit_test(many_stores),
        STORE_TEST(meta_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
