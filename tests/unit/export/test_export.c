/* What would not come back is not written: an export of a damaged store fails, and says of which
 * report. */
#include "unit/export/book.h"

#include <fcntl.h>

static const struct report_key key = {KIND_ACTUAL, {2024, PERIOD_S1}, 23857, 1};

static int setup(void **state)
{
    struct book *book = mem_calloc(1, sizeof *book);
    bool is_unknown;
    book_init(book, 7, false);
    struct store_txn *txn = store_begin_write(book->temp.store);
    book_put_catalogue(txn, 1);
    assert_int_equal(store_put_meta_u64(txn, "catalogue", 1), ERR_OK);
    book_put_report(book, txn, &key);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    *state = book;
    return 0;
}

static int teardown(void **state)
{
    struct book *book = *state;
    book_fini(book);
    free(book);
    return 0;
}

static enum err write_to(struct book *book, int fd)
{
    struct export_counts counts = {.reports = 77};
    enum err err = export_write(book->temp.store, "test", fd, "FILE", &counts);
    assert_int_equal(err != ERR_OK, counts.reports == 77);
    return err;
}

static enum err write_it(struct book *book)
{
    int fd = book_file();
    enum err err = write_to(book, fd);
    (void)close(fd);
    return err;
}

/* Changes the report's head or latest revision. */
struct damage {
    const char *what;
    void (*make)(struct store_txn *txn, struct head *head, struct revision *latest);
    const char *says;
};

static void other_counting(struct store_txn *txn, struct head *head, struct revision *latest)
{
    (void)latest;
    head->counting = head->counting == 0 ? head->revision : 0;
    assert_int_equal(store_put_head(txn, &key, head), ERR_OK);
}

static void other_time(struct store_txn *txn, struct head *head, struct revision *latest)
{
    (void)latest;
    head->first_filed.us++;
    assert_int_equal(store_put_head(txn, &key, head), ERR_OK);
}

static void other_scope(struct store_txn *txn, struct head *head, struct revision *latest)
{
    (void)latest;
    head->scope = head->scope == SCOPE_OWN ? SCOPE_WHOLE : SCOPE_OWN;
    assert_int_equal(store_put_head(txn, &key, head), ERR_OK);
}

static void no_latest(struct store_txn *txn, struct head *head, struct revision *latest)
{
    (void)head;
    assert_int_equal(store_delete_revision(txn, &key, latest->number), ERR_OK);
}

static void no_accepted(struct store_txn *txn, struct head *head, struct revision *latest)
{
    (void)latest;
    head->accepted = 777;
    assert_int_equal(store_put_head(txn, &key, head), ERR_OK);
}

static void other_states(struct store_txn *txn, struct head *head, struct revision *latest)
{
    (void)head;
    latest->states ^= STATE_RETURNED;
    assert_int_equal(store_put_revision(txn, &key, latest), ERR_OK);
}

static void garbage(struct store_txn *txn, struct head *head, struct revision *latest)
{
    (void)head;
    latest->filing.len--;
    assert_int_equal(store_put_revision(txn, &key, latest), ERR_OK);
}

static void of_another(struct store_txn *txn, struct head *head, struct revision *latest)
{
    const struct report_key other = {KIND_ACTUAL, {2024, PERIOD_S1}, 23860, 1};
    assert_int_equal(store_put_head(txn, &other, head), ERR_OK);
    assert_int_equal(store_put_revision(txn, &other, latest), ERR_OK);
}

static const struct damage damages[] = {
    {"counting", other_counting, "the revision that counts"},
    {"first filed", other_time, "at a glance"},
    {"scope", other_scope, "at a glance"},
    {"no latest", no_latest, "its latest revision is missing"},
    {"no accepted", no_accepted, "its accepted revision is missing"},
    {"states", other_states, "its states say"},
    {"garbage", garbage, "Filing"},
    {"another's", of_another, "unit id:23860, form 1: it holds the filing of another report"},
};

static void test_damage(void **state)
{
    struct book *book = *state;
    assert_int_equal(write_it(book), ERR_OK);
    for (size_t i = 0; i < LENGTH(damages); i++) {
        bool is_unknown;
        struct head head;
        struct revision latest;
        struct store_txn *txn = store_begin_write(book->temp.store);
        assert_int_equal(store_get_head(txn, &key, &head), ERR_OK);
        assert_int_equal(store_get_revision(txn, &key, head.revision, &latest), ERR_OK);
        struct buf copy = {0};
        buf_put(&copy, latest.filing.data, latest.filing.len);
        latest.filing = span_of(&copy);
        latest.recorded_by = (struct span){(const uint8_t *)"uid:1", 5};
        struct head head_before = head;
        struct revision latest_before = latest;
        damages[i].make(txn, &head, &latest);
        assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
        if (write_it(book) != ERR_CORRUPT || strstr(temp_last_line, damages[i].says) == NULL ||
            strstr(temp_last_line, "restore a backup") == NULL)
            fail_msg("%s: %s", damages[i].what, temp_last_line);
        txn = store_begin_write(book->temp.store); /* as before, for the next */
        assert_int_equal(store_put_head(txn, &key, &head_before), ERR_OK);
        assert_int_equal(store_put_revision(txn, &key, &latest_before), ERR_OK);
        assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
        buf_fini(&copy);
    }
}

static void test_damaged_notice(void **state)
{
    struct book *book = *state;
    const struct notice_key at = {.report = key, .type = NOTICE_RETURNED, .author = 64};
    struct notice_key other = at;
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    struct buf bytes = {0};
    other.number = 1;
    wire_put_notice_key(&other, &notice);
    notice.time_us = BOOK_NOW_US;
    wire_pack_notice(&notice, &bytes);
    for (size_t len = bytes.len - 1; len <= bytes.len; len++) { /* cut; and that of another key */
        bool is_unknown;
        struct store_txn *txn = store_begin_write(book->temp.store);
        assert_int_equal(store_put_notice(txn, &at, (struct span){bytes.data, len}), ERR_OK);
        assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
        assert_int_equal(write_it(book), ERR_CORRUPT);
        assert_logged("a notice about it does not read");
    }
    buf_fini(&bytes);
}

static void test_no_room(void **state)
{
    /* A full disk, and one that the node itself needs. */
    struct book *book = *state;
    char path[TEMP_FILE_SIZE];
    int fd = open("/dev/full", O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(write_to(book, fd), ERR_FULL);
    assert_logged("cannot write FILE: No space left on device: make room there");
    (void)close(fd);
    store_close(&book->temp.store);
    book->temp.options.reserve_bytes = UINT64_MAX;
    assert_int_equal(temp_open(&book->temp), ERR_OK);
    (void)snprintf(path, sizeof path, "%s/export", book->temp.parent);
    fd = open(path, O_RDWR | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write_to(book, fd), ERR_FULL);
    assert_logged("would take the room that the node keeps free on its disk");
    (void)close(fd);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(write_it(book), ERR_OK); /* elsewhere there is */
    fd = open("/dev/null", O_RDONLY);
    assert_int_equal(write_to(book, fd), ERR_IO);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_damage, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged_notice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_room, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
