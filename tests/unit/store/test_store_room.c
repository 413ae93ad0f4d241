/* A full map is a full disk: intake is refused in time, and what makes room works to the end. */
#include "unit/store/temp_store.h"

#include <signal.h>
#include <sys/resource.h>

enum { SMALL_MAP_BYTES = 1 << 20, FILING_BYTES = 3000 };

static const struct report_key key = {KIND_ACTUAL, {2024, PERIOD_S1}, 7, 1};

static void open_small(struct temp_store *temp)
{
    temp_init(temp);
    temp->options.map_size_bytes = SMALL_MAP_BYTES;
    assert_int_equal(temp_open(temp), ERR_OK);
}

/* Revisions `first` to `first + count - 1` in one transaction; nothing stays when it fails. */
static enum err put_revisions(struct temp_store *temp, uint64_t first, uint64_t count)
{
    static const uint8_t filing[FILING_BYTES];
    bool is_unknown = true;
    struct store_txn *txn = store_begin_write(temp->store);
    for (uint64_t number = first; number < first + count; number++) {
        struct revision revision = {.number = number, .filing = {filing, sizeof filing}};
        (void)store_put_revision(txn, &key, &revision); /* sticky */
    }
    enum err err = store_commit(&txn, &is_unknown);
    assert_false(is_unknown); /* a full map is noticed before anything is written */
    return err;
}

static void delete_revisions(struct temp_store *temp, uint64_t count)
{
    for (uint64_t number = 1; number <= count; number++) {
        struct store_txn *txn = store_begin_write(temp->store);
        assert_int_equal(store_delete_revision(txn, &key, number), ERR_OK);
        assert_commits(&txn);
    }
}

static void assert_held(struct temp_store *temp, uint64_t count)
{
    struct revision revision;
    struct store_txn *txn = store_begin_read(temp->store);
    for (uint64_t number = 1; number <= count + 1; number++)
        assert_int_equal(store_get_revision(txn, &key, number, &revision),
                         number <= count ? ERR_OK : ERR_NOT_FOUND);
    store_abort(&txn);
}

/* Who asks before each intake is refused before the map is full: marks, states and deletions still
 * work then, and once enough is deleted there is room again, although the file never shrinks. */
static void room_ends_before_the_map(void **state)
{
    (void)state;
    struct temp_store temp;
    uint64_t count = 0, parked;
    open_small(&temp);
    assert_true(store_has_room(temp.store));
    while (store_has_room(temp.store)) {
        assert_int_equal(put_revisions(&temp, count + 1, 1), ERR_OK);
        count++;
        assert_true(count < SMALL_MAP_BYTES / FILING_BYTES);
    }
    assert_true(count > SMALL_MAP_BYTES / FILING_BYTES / 2); /* nor long before */

    for (uint32_t unit = 1; unit <= 50; unit++) {
        struct report_key other = {KIND_ACTUAL, {2024, PERIOD_S1}, unit, 1};
        struct head head = {.revision = 1};
        struct store_txn *txn = store_begin_write(temp.store);
        assert_int_equal(store_put_head(txn, &other, &head), ERR_OK);
        assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &other, temp_now), ERR_OK);
        assert_commits(&txn);
    }
    assert_false(store_has_room(temp.store));
    delete_revisions(&temp, count);
    assert_true(store_has_room(temp.store));
    assert_int_equal(put_revisions(&temp, 1, count / 2), ERR_OK);
    assert_held(&temp, count / 2);
    struct store_txn *txn = store_begin_read(temp.store);
    assert_int_equal(store_count_outbox(txn, &parked), 50);
    store_abort(&txn);
    temp_fini(&temp);
}

/* A transaction that is too large fails as a whole; the store goes on, and deletes. */
static void transaction_beyond_the_map(void **state)
{
    (void)state;
    struct temp_store temp;
    open_small(&temp);
    assert_int_equal(put_revisions(&temp, 1, 10), ERR_OK);
    assert_int_equal(put_revisions(&temp, 11, 1000), ERR_FULL);
    assert_logged("raise map_size");
    assert_held(&temp, 10);
    assert_int_equal(put_revisions(&temp, 11, 10), ERR_OK);
    delete_revisions(&temp, 20);
    assert_held(&temp, 0);
    temp_fini(&temp);
}

/* Even who never asks and fills the map to the last page gets an error, keeps what was committed,
 * and can delete. */
static void map_filled_to_the_end(void **state)
{
    (void)state;
    struct temp_store temp;
    uint64_t count = 0;
    open_small(&temp);
    while (put_revisions(&temp, count + 1, 1) == ERR_OK)
        count++;
    assert_int_equal(put_revisions(&temp, count + 1, 1), ERR_FULL);
    assert_false(store_has_room(temp.store));
    assert_held(&temp, count);
    temp_reopen(&temp);
    assert_held(&temp, count);
    delete_revisions(&temp, count);
    assert_int_equal(put_revisions(&temp, 1, count / 2), ERR_OK);
    temp_fini(&temp);
}

/* 0 when a commit that the file system refuses in its middle is an error with an unknown outcome.
 */
static int commit_beyond_the_file_limit(struct temp_store *temp)
{
    static const uint8_t filing[FILING_BYTES];
    const struct rlimit limit = {SMALL_MAP_BYTES / 4, SMALL_MAP_BYTES / 4};
    bool is_unknown = false;
    if (temp_open(temp) != ERR_OK || signal(SIGXFSZ, SIG_IGN) == SIG_ERR ||
        setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 1;
    struct store_txn *txn = store_begin_write(temp->store);
    for (uint64_t number = 1; number <= 100; number++) {
        struct revision revision = {.number = number, .filing = {filing, sizeof filing}};
        if (store_put_revision(txn, &key, &revision) != ERR_OK)
            return 2;
    }
    if (store_commit(&txn, &is_unknown) != ERR_IO)
        return 3;
    return is_unknown ? 0 : 4;
}

/* A commit that fails while it is written stops the process; what was committed before is there. */
static void failed_commit(void **state)
{
    (void)state;
    struct temp_store temp;
    open_small(&temp);
    assert_int_equal(put_revisions(&temp, 1, 10), ERR_OK);
    store_close(&temp.store);
    assert_int_equal(run_in_child(commit_beyond_the_file_limit, &temp), 0);
    assert_int_equal(temp_open(&temp), ERR_OK);
    assert_held(&temp, 10);
    assert_int_equal(put_revisions(&temp, 11, 10), ERR_OK);
    temp_fini(&temp);
}

/* A disk with less than the reserve free takes nothing in; the reserve is compared in bytes. */
static void disk_reserve(void **state)
{
    (void)state;
    struct temp_store temp;
    temp_init(&temp);
    temp.options.reserve_bytes = UINT64_MAX;
    assert_int_equal(temp_open(&temp), ERR_OK);
    assert_true(store_free_bytes(temp.store) > 0);
    assert_false(store_has_room(temp.store));
    assert_false(store_is_disk_full(temp.store));          /* whatever the reserve */
    assert_int_equal(put_revisions(&temp, 1, 10), ERR_OK); /* who does not ask is not stopped */
    temp.options.reserve_bytes = 1;
    temp_reopen(&temp);
    assert_true(store_has_room(temp.store));
    temp_fini(&temp);
}

/* A larger map opens the same store with more room; one smaller than what is held opens it too. */
static void map_of_another_size(void **state)
{
    (void)state;
    struct temp_store temp;
    uint64_t count = 0;
    open_small(&temp);
    while (put_revisions(&temp, count + 1, 1) == ERR_OK)
        count++;
    temp.options.map_size_bytes = 2 * SMALL_MAP_BYTES;
    temp_reopen(&temp);
    assert_true(store_has_room(temp.store));
    assert_int_equal(put_revisions(&temp, count + 1, 50), ERR_OK);
    temp.options.map_size_bytes = SMALL_MAP_BYTES / 2;
    temp_reopen(&temp);
    assert_false(store_has_room(temp.store));
    assert_held(&temp, count + 50);
    temp_fini(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(room_ends_before_the_map),
        cmocka_unit_test(transaction_beyond_the_map),
        cmocka_unit_test(map_filled_to_the_end),
        cmocka_unit_test(failed_commit),
        cmocka_unit_test(disk_reserve),
        cmocka_unit_test(map_of_another_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
