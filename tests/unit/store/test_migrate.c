/* A store of an older schema is brought up to date when it is opened for writing: all of it or
 * nothing, and what it was before stays beside it. What a real one of release 0.1.0 becomes is
 * told by system/golden. */
#include "unit/store/temp_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "lib/older.h"
#include "store/backup.h"

#define COPY "data.mdb.before-schema-6"

enum { REPORTS = 300, WAITING = 100, DAY_US = 1000000 };

static const struct report_key statement = {
    .kind = KIND_ACTUAL, .period = {.year = 2024}, .unit = 631};

static struct report_key key_of(uint32_t unit)
{
    return (struct report_key){KIND_ACTUAL, {2024, PERIOD_S1}, unit, 1};
}

static struct head head_of(uint32_t unit)
{
    return (struct head){.revision = unit, .counting = 1, .received = {DAY_US * (int64_t)unit}};
}

/* Leaves the store of schema 4, closed. */
static void make_older(struct temp_store *temp)
{
    struct store_txn *txn = store_begin_write(temp->store);
    for (uint32_t unit = 1; unit <= REPORTS; unit++) {
        struct report_key key = key_of(unit);
        struct head head = head_of(unit);
        (void)store_put_head(txn, &key, &head); /* errors are sticky */
        if (unit <= WAITING)
            (void)store_mark_outbox(txn, OUTBOX_REPORT, &key, temp_now);
        if (unit == 2)
            (void)store_park_outbox(txn, OUTBOX_REPORT, &key, "foreign: another's");
    }
    (void)store_mark_outbox(txn, OUTBOX_STATEMENT, &statement, temp_now);
    assert_commits(&txn);
    assert_int_equal(older_make_4(temp->store), ERR_OK);
    store_close(&temp->store);
}

/* The schema that the file has, whatever that is. */
static uint64_t schema_of(struct temp_store *temp)
{
    struct db *db;
    struct db_txn txn;
    struct store_key key = keys_meta("schema");
    struct span record;
    uint64_t schema = 0;
    int folder = open(temp->folder, O_RDONLY | O_DIRECTORY);
    assert_int_equal(db_open(temp->folder, folder, TEMP_MAP_BYTES, DB_ACCESS_READER, &db), ERR_OK);
    db_begin(db, DB_READ, &txn);
    assert_int_equal(db_open_table(&txn, DB_META, false), ERR_OK);
    assert_int_equal(db_get(&txn, DB_META, keys_span(&key), &record), ERR_OK);
    assert_true(record_decode_u64(record, &schema));
    db_abort(&txn);
    db_close(&db);
    assert_int_equal(close(folder), 0);
    return schema;
}

static void assert_holds_all(struct store *store)
{
    struct store_txn *txn = store_begin_read(store);
    uint64_t parked, number = 0;
    struct feed_entry named;
    for (uint32_t unit = 1; unit <= REPORTS; unit++) {
        struct report_key key = key_of(unit);
        struct head head, expected = head_of(unit);
        assert_int_equal(store_get_head(txn, &key, &head), ERR_OK);
        assert_true(store_next_change(txn, &number, &named));
        assert_true(report_key_equal(&named.report, &key));
        assert_int_equal(head.change, number);
        assert_true(head.revision == expected.revision && head.counting == expected.counting &&
                    head.received.us == expected.received.us);
    }
    assert_false(store_next_change(txn, &number, &named));
    assert_int_equal(store_count_changes(txn), REPORTS);
    assert_int_equal(store_count_outbox(txn, &parked), WAITING + 1);
    assert_int_equal(parked, 1);
    assert_int_equal(store_error(txn), ERR_OK);
    store_abort(&txn);
}

static bool is_there(const struct temp_store *temp, const char *name, struct stat *ret_info)
{
    char path[TEMP_FILE_SIZE];
    temp_path(temp, name, path);
    return stat(path, ret_info) == 0;
}

/* All is there: heads with their place in the feed, outbox entries with their version, and reports
 * with the time at which they were taken in. */
static void brings_up_to_date(void **state)
{
    struct temp_store *temp = *state;
    struct stat info;
    make_older(temp);
    assert_int_equal(schema_of(temp), 4);
    temp->options.epoch = 5;
    assert_int_equal(temp_open(temp), ERR_OK);
    assert_logged("brought from schema 4 to schema 6; what it was before is kept in ");
    assert_logged("/" COPY);
    assert_holds_all(temp->store);
    struct store_txn *txn = store_begin_read(temp->store);
    struct outbox_item item = {0};
    for (uint32_t unit = 1; unit <= WAITING; unit++) {
        assert_true(store_next_outbox(txn, &item));
        assert_int_equal(item.key.unit, unit);
        assert_int_equal(item.version, unit);
        assert_int_equal(item.since.us, DAY_US * (int64_t)unit);
        assert_int_equal(item.is_parked, unit == 2);
    }
    assert_true(store_next_outbox(txn, &item));
    assert_int_equal(item.type, OUTBOX_STATEMENT);
    assert_int_equal(item.since.us, 0);
    assert_int_equal(store_feed_epoch(txn), 5);
    store_abort(&txn);
    assert_true(is_there(temp, COPY, &info));
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_false(is_there(temp, COPY ".new", &info));
    assert_false(is_there(temp, "data.mdb.before-schema.new", &info));

    temp_last_line[0] = '\0';
    temp_reopen(temp); /* once is enough */
    assert_string_equal(temp_last_line, "");
    assert_holds_all(temp->store);
}

/* The copy is the way back: it is of the former schema, and whole. */
static void copy_is_the_way_back(void **state)
{
    struct temp_store *temp = *state;
    char copy[TEMP_FILE_SIZE], data[TEMP_FILE_SIZE];
    make_older(temp);
    assert_int_equal(temp_open(temp), ERR_OK);
    store_close(&temp->store);
    temp_path(temp, COPY, copy);
    temp_path(temp, "data.mdb", data);
    assert_int_equal(rename(copy, data), 0);
    assert_int_equal(schema_of(temp), 4);
    assert_int_equal(temp_open(temp), ERR_OK);
    assert_holds_all(temp->store);
}

static void copy_file(const char *from, const char *to)
{
    enum { BLOCK = 4096 };
    uint8_t block[BLOCK];
    ssize_t len;
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    while ((len = read(in, block, sizeof block)) > 0)
        assert_int_equal(write(out, block, (size_t)len), len);
    assert_int_equal(len, 0);
    assert_int_equal(close(in), 0);
    assert_int_equal(close(out), 0);
}

static void assert_same_bytes(const char *a, const char *b)
{
    FILE *files[] = {fopen(a, "r"), fopen(b, "r")};
    int bytes[2];
    assert_non_null(files[0]);
    assert_non_null(files[1]);
    do {
        bytes[0] = fgetc(files[0]);
        bytes[1] = fgetc(files[1]);
        assert_int_equal(bytes[0], bytes[1]);
    } while (bytes[0] != EOF);
    assert_int_equal(fclose(files[0]), 0);
    assert_int_equal(fclose(files[1]), 0);
}

/* A start that was cut off after its copy finds it again; what was cut off before is made anew. A
 * copy of another state is never touched. */
static void copies_are_kept(void **state)
{
    struct temp_store *temp = *state;
    struct stat first, now;
    char data[TEMP_FILE_SIZE], former[TEMP_FILE_SIZE], part[TEMP_FILE_SIZE];
    make_older(temp);
    temp_path(temp, "data.mdb", data);
    temp_path(temp, "former", former);
    temp_path(temp, "data.mdb.before-schema.new", part);
    copy_file(data, former);
    FILE *file = fopen(part, "w");
    assert_non_null(file);
    assert_true(fputs("half of a copy", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(temp_open(temp), ERR_OK);
    assert_true(is_there(temp, COPY, &first));
    assert_false(is_there(temp, "data.mdb.before-schema.new", &now));

    store_close(&temp->store);
    assert_int_equal(rename(former, data), 0); /* as if the steps had not come to their end */
    assert_int_equal(temp_open(temp), ERR_OK);
    assert_logged("/" COPY);
    assert_true(is_there(temp, COPY, &now));
    assert_true(first.st_ino == now.st_ino && first.st_mtim.tv_nsec == now.st_mtim.tv_nsec);
    assert_false(is_there(temp, COPY "-2", &now));

    /* The way back was gone, work went on, and forward again. */
    struct report_key more = key_of(REPORTS + 1);
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_put_head(txn, &more, &(struct head){.revision = 1}), ERR_OK);
    assert_commits(&txn);
    assert_int_equal(older_make_4(temp->store), ERR_OK);
    store_close(&temp->store);
    assert_int_equal(temp_open(temp), ERR_OK);
    assert_logged(COPY "-2");
    assert_true(is_there(temp, COPY, &now));
    assert_true(first.st_ino == now.st_ino && first.st_mtim.tv_nsec == now.st_mtim.tv_nsec);
    assert_true(is_there(temp, COPY "-2", &now));
}

/* Who only reads changes nothing, and says what to do. */
static void readers_are_refused(void **state)
{
    struct temp_store *temp = *state;
    struct stat info;
    make_older(temp);
    temp->options.is_read_only = true;
    assert_int_equal(temp_open(temp), ERR_VERSION);
    assert_logged("written by an older version: its schema is 4, this program's is 6: start its "
                  "tonghopd once, which brings it up to date");
    assert_false(is_there(temp, COPY, &info));
    assert_int_equal(schema_of(temp), 4);
    temp->options.is_read_only = false;
    assert_int_equal(temp_open(temp), ERR_OK);
    assert_holds_all(temp->store);
}

/* Without room for the copy nothing is changed, and the remedy is named. */
static void no_room(void **state)
{
    struct temp_store *temp = *state;
    struct stat info;
    make_older(temp);
    temp->options.reserve_bytes = UINT64_MAX / 2;
    assert_int_equal(temp_open(temp), ERR_FULL);
    assert_logged("could not be brought from schema 4 to schema 6 (full)");
    assert_int_equal(schema_of(temp), 4);
    assert_false(is_there(temp, COPY, &info));
    assert_false(is_there(temp, "data.mdb.before-schema.new", &info));
    temp->options.reserve_bytes = 0;
    assert_int_equal(temp_open(temp), ERR_OK);
    assert_holds_all(temp->store);
}

/* What a start that was cut off has left is no reason to want more room than there was: the part of
 * a copy is as good as gone, and a whole one may be moved. */
static void room_after_a_cut(void **state)
{
    enum { PART_BYTES = 128 << 20 };
    struct temp_store *temp = *state;
    struct store_older older;
    struct statvfs disk;
    char part[TEMP_FILE_SIZE], copy[TEMP_FILE_SIZE];
    make_older(temp);
    temp_path(temp, "data.mdb.before-schema.new", part);
    temp_path(temp, COPY, copy);
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(posix_fallocate(fd, 0, PART_BYTES), 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(statvfs(temp->folder, &disk), 0);
    uint64_t reserve_bytes = (uint64_t)disk.f_bavail * disk.f_frsize + PART_BYTES / 2;
    assert_true(store_awaits_upgrade(temp->folder, reserve_bytes, &older));
    assert_true(older.has_room);
    assert_int_equal(unlink(part), 0);

    assert_true(store_awaits_upgrade(temp->folder, UINT64_MAX / 2, &older));
    assert_false(older.has_room);
    assert_logged("for a copy as it is now: make room and start again");
    assert_int_equal(close(open(copy, O_WRONLY | O_CREAT | O_EXCL, 0600)), 0);
    assert_true(store_awaits_upgrade(temp->folder, UINT64_MAX / 2, &older));
    assert_false(older.has_room);
    assert_logged("make room (you may move " COPY " to another disk) and start again");
}

/* Another unit's store, which a wrong state_dir names, is refused as it is: of whatever schema, not
 * a byte of it changes. What belongs to nobody yet is anybody's. */
static void another_units(void **state)
{
    enum { OWNER = 631, OTHER = 632 };
    struct temp_store *temp = *state;
    struct stat info;
    char data[TEMP_FILE_SIZE], before[TEMP_FILE_SIZE];
    temp_path(temp, "data.mdb", data);
    temp_path(temp, "before", before);
    temp->options.software = "another";
    temp->options.unit = OTHER;
    for (int is_older = 0; is_older <= 1; is_older++) {
        struct store_txn *txn = store_begin_write(temp->store);
        assert_int_equal(store_put_meta_u64(txn, STORE_META_UNIT, OWNER), ERR_OK);
        assert_commits(&txn);
        if (is_older)
            make_older(temp);
        store_close(&temp->store);
        copy_file(data, before);
        assert_int_equal(temp_open(temp), ERR_FOREIGN);
        assert_logged("the state folder belongs to unit 631, the configuration says unit 632: "
                      "correct 'unit', or give this node a state_dir of its own");
        assert_same_bytes(data, before);
        assert_false(is_there(temp, COPY, &info));
        temp->options.unit = OWNER;
        assert_int_equal(temp_open(temp), ERR_OK);
        temp->options.unit = OTHER;
    }
    assert_holds_all(temp->store);
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_delete_meta(txn, STORE_META_UNIT), ERR_OK);
    assert_commits(&txn);
    temp_reopen(temp);
}

/* A record that is not what schema 4 wrote stops it: the store stays what it was. */
static void damaged_record(void **state)
{
    struct temp_store *temp = *state;
    static const struct {
        enum db_table table;
        const char *bytes;
        size_t len;
    } rows[] = {
        {DB_HEAD, "\x01short", 6},
        {DB_HEAD, "\x02", 1},
        {DB_OUTBOX, "\x01\0\0\0\0\0\0\0", 8},
        {DB_OUTBOX, "\x02\0\0\0\0\0\0\0\1", 9},
        {DB_OUTBOX, "", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct report_key key = key_of(7);
        struct store_key at =
            rows[i].table == DB_HEAD ? keys_report(&key) : keys_outbox(OUTBOX_REPORT, &key);
        struct store_txn *txn = store_begin_write(temp->store);
        assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &key, temp_now), ERR_OK);
        assert_int_equal(store_put_head(txn, &key, &(struct head){.revision = 1}), ERR_OK);
        assert_commits(&txn);
        assert_int_equal(older_make_4(temp->store), ERR_OK);
        txn = store_begin_write(temp->store);
        buf_put(txn_record(txn), rows[i].bytes, rows[i].len);
        assert_int_equal(txn_put_record(txn, rows[i].table, at), ERR_OK);
        assert_commits(&txn);
        temp_settle(temp->store);
        store_close(&temp->store);
        assert_int_equal(temp_open(temp), ERR_CORRUPT);
        assert_int_equal(schema_of(temp), 4);

        temp_fini(temp);
        temp_init(temp);
        assert_int_equal(temp_open(temp), ERR_OK);
    }
}

/* A backup of an older schema is brought up to date where it is put back, and is not changed
 * itself; no copy is kept beside what nobody has worked with. */
static void backup_of_older(void **state)
{
    struct temp_store *temp = *state;
    struct backup *backup = NULL;
    struct store *store = NULL;
    struct stat before, after;
    char data[TEMP_FILE_SIZE], file[TEMP_FILE_SIZE], other[TEMP_FILE_SIZE];
    bool is_replaced;
    int fd;
    make_older(temp);
    temp_path(temp, "data.mdb", data);
    (void)snprintf(file, sizeof file, "%s/backup.mdb", temp->parent);
    (void)snprintf(other, sizeof other, "%s/other", temp->parent);
    assert_int_equal(rename(data, file), 0);
    assert_int_equal(stat(file, &before), 0);

    assert_int_equal(backup_open_file(file, &fd), ERR_OK);
    assert_int_equal(backup_new_state(other, false, &backup), ERR_OK);
    assert_int_equal(backup_take_file(backup, fd), ERR_OK);
    assert_int_equal(backup_open_store(backup, TEMP_MAP_BYTES, &store), ERR_OK);
    assert_holds_all(store);
    struct store_txn *txn = store_begin_read(store);
    struct span epoch;
    assert_int_equal(store_get_meta(txn, "feed.epoch", &epoch), ERR_NOT_FOUND);
    assert_true(store_get_meta_u64(txn, STORE_META_RESTORE) != 0);
    store_abort(&txn);
    store_close(&store);
    assert_int_equal(backup_flush(backup), ERR_OK);
    assert_int_equal(backup_finish(backup, "aside", &is_replaced), ERR_OK);
    backup_free(&backup);
    assert_int_equal(close(fd), 0);
    assert_int_equal(stat(file, &after), 0);
    assert_true(before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
                before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);

    struct temp_store restored = {.options = {.map_size_bytes = TEMP_MAP_BYTES, .epoch = 9}};
    (void)snprintf(restored.folder, sizeof restored.folder, "%.*s", (int)sizeof restored.folder - 1,
                   other);
    assert_int_equal(temp_open(&restored), ERR_OK);
    txn = store_begin_read(restored.store);
    assert_int_equal(store_feed_epoch(txn), 9);
    store_abort(&txn);
    assert_false(is_there(&restored, COPY, &after));
    store_close(&restored.store);
    static const char *const names[] = {"data.mdb", "lock.mdb"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        temp_path(&restored, names[i], data);
        assert_int_equal(unlink(data), 0);
    }
    assert_int_equal(rmdir(other), 0);
    assert_int_equal(unlink(file), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(brings_up_to_date), STORE_TEST(copy_is_the_way_back),
        STORE_TEST(copies_are_kept),   STORE_TEST(readers_are_refused),
        STORE_TEST(no_room),           STORE_TEST(room_after_a_cut),
        STORE_TEST(another_units),     STORE_TEST(damaged_record),
        STORE_TEST(backup_of_older),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
