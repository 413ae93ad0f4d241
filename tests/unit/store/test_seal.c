/* A seal matches the one file that it was made for, as long as nobody has touched that. It is taken
 * away by whoever asks. Anything else, and the pages are looked at. */
#include "unit/store/temp_store.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "store/datafile.h"
#include "store/folder.h"
#include "store/seal.h"
#include "store/txn.h"

enum { PAGE_BYTES = 4096, FILING_BYTES = 3000 };

static char told[2048]; /* the last line, debugging included */

static void tell(enum log_level level, const char *line)
{
    temp_log(level, line);
    (void)snprintf(told, sizeof told, "%s", line);
}

/* A store with some pages that ended well, and is sealed. */
static int setup(void **state)
{
    static const uint8_t filing[FILING_BYTES];
    const struct report_key key = {KIND_ACTUAL, {2024, PERIOD_S1}, 7, 1};
    struct temp_store *temp;
    if (temp_setup(state) != 0)
        return -1;
    temp = *state;
    log_set_sink(tell);
    log_setup(LOG_LEVEL_DEBUG, 0);
    struct store_txn *txn = store_begin_write(temp->store);
    for (uint64_t number = 1; number <= 20; number++) {
        struct revision revision = {.number = number, .filing = {filing, sizeof filing}};
        assert_int_equal(store_put_revision(txn, &key, &revision), ERR_OK);
    }
    assert_commits(&txn);
    temp_settle(temp->store);
    store_end(&temp->store);
    assert_null(temp->store);
    return 0;
}

#define SEAL_TEST(function) cmocka_unit_test_setup_teardown(function, setup, temp_teardown)

static int open_folder(const struct temp_store *temp)
{
    int fd = open(temp->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static bool take(const struct temp_store *temp)
{
    int fd = open_folder(temp);
    bool is_same = seal_take(fd);
    close(fd);
    return is_same;
}

static void leave(const struct temp_store *temp)
{
    int fd = open_folder(temp);
    seal_leave(fd);
    close(fd);
}

static bool has(const struct temp_store *temp, const char *name)
{
    char path[TEMP_FILE_SIZE];
    struct stat info;
    temp_path(temp, name, path);
    return lstat(path, &info) == 0;
}

static size_t read_file(const struct temp_store *temp, const char *name, uint8_t *bytes, size_t max)
{
    char path[TEMP_FILE_SIZE];
    temp_path(temp, name, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    ssize_t len = read(fd, bytes, max);
    assert_true(len >= 0 && (size_t)len < max);
    close(fd);
    return (size_t)len;
}

static void write_file(const struct temp_store *temp, const char *name, const void *bytes,
                       size_t len)
{
    char path[TEMP_FILE_SIZE];
    temp_path(temp, name, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
}

static void flip(const struct temp_store *temp, off_t offset)
{
    char path[TEMP_FILE_SIZE];
    uint8_t byte;
    temp_path(temp, DATAFILE_NAME, path);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, offset), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
    close(fd);
}

/* In every page behind the header: LMDB itself looks at little of them. */
static void flip_everywhere(const struct temp_store *temp)
{
    char path[TEMP_FILE_SIZE];
    struct stat info;
    temp_path(temp, DATAFILE_NAME, path);
    assert_int_equal(stat(path, &info), 0);
    for (off_t page = 2 * PAGE_BYTES; page < info.st_size; page += PAGE_BYTES)
        flip(temp, page + PAGE_BYTES / 2 + 1);
}

/* ---- what a start makes of it ---- */

static void a_start_believes_it_once(void **state)
{
    struct temp_store *temp = *state;
    char path[TEMP_FILE_SIZE];
    struct stat info;
    temp_path(temp, SEAL_NAME, path);
    assert_int_equal(lstat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_false(has(temp, SEAL_NAME ".new"));
    told[0] = '\0';
    assert_int_equal(temp_open(temp), ERR_OK);
    assert_non_null(strstr(told, "its pages are not looked at again"));
    assert_false(has(temp, SEAL_NAME)); /* before anything is written */
    store_close(&temp->store);          /* a crash */
    assert_false(has(temp, SEAL_NAME));
    told[0] = '\0';
    assert_int_equal(temp_open(temp), ERR_OK);
    assert_string_equal(told, "");
}

/* Sealed by force, so that only a look at the pages can find it. */
static int read_it(struct temp_store *temp)
{
    temp->options.is_read_only = true;
    return (int)temp_open(temp);
}

static void who_only_reads_looks(void **state)
{
    struct temp_store *temp = *state;
    flip_everywhere(temp);
    assert_false(take(temp));
    leave(temp);
    int status = run_in_child(read_it, temp);
    assert_int_equal(WEXITSTATUS(status), ERR_CORRUPT);
    assert_true(has(temp, SEAL_NAME)); /* it is not theirs to take */
    assert_true(take(temp));           /* the start would have gone on */
    assert_int_equal(temp_open(temp), ERR_CORRUPT);
}

static void a_changed_byte_is_found(void **state)
{
    struct temp_store *temp = *state;
    flip_everywhere(temp);
    assert_int_equal(temp_open(temp), ERR_CORRUPT);
    assert_logged("is damaged");
    assert_false(has(temp, SEAL_NAME));
}

static void none_where_damage_was_met(void **state)
{
    struct temp_store *temp = *state;
    assert_int_equal(temp_open(temp), ERR_OK);
    struct store_txn *txn = store_begin_read(temp->store);
    const uint8_t key[] = {1};
    db_note_damage(&txn->db, DB_HEAD, (struct span){key, 1}, "is another");
    store_abort(&txn);
    store_end(&temp->store);
    assert_false(has(temp, SEAL_NAME));
}

static void none_for_another_file(void **state)
{
    struct temp_store *temp = *state;
    static uint8_t bytes[8 << 20];
    assert_int_equal(temp_open(temp), ERR_OK);
    size_t len = read_file(temp, DATAFILE_NAME, bytes, sizeof bytes);
    char path[TEMP_FILE_SIZE];
    temp_path(temp, DATAFILE_NAME, path);
    assert_int_equal(unlink(path), 0);
    write_file(temp, DATAFILE_NAME, bytes, len);
    store_end(&temp->store);
    assert_false(has(temp, SEAL_NAME));
}

/* ---- which files match ---- */

static void touched(const struct temp_store *temp, const char *name, const char *how)
{
    char path[TEMP_FILE_SIZE], other[TEMP_FILE_SIZE];
    struct stat info;
    static uint8_t bytes[8 << 20];
    temp_path(temp, name, path);
    temp_path(temp, "other", other);
    assert_int_equal(stat(path, &info), 0);
    const struct timespec times[] = {info.st_atim, info.st_mtim};
    if (strcmp(how, "written and its time put back") == 0) {
        flip(temp, 3 * PAGE_BYTES - 1);
        assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    } else if (strcmp(how, "as it was, by another writer") == 0) {
        flip(temp, 3 * PAGE_BYTES - 1);
        flip(temp, 3 * PAGE_BYTES - 1);
    } else if (strcmp(how, "longer") == 0) {
        assert_int_equal(truncate(path, info.st_size + PAGE_BYTES), 0);
    } else if (strcmp(how, "shorter") == 0) {
        assert_int_equal(truncate(path, info.st_size - PAGE_BYTES), 0);
    } else if (strcmp(how, "a copy in its place") == 0) {
        size_t len = read_file(temp, name, bytes, sizeof bytes);
        write_file(temp, "other", bytes, len);
        assert_int_equal(utimensat(AT_FDCWD, other, times, 0), 0);
        assert_int_equal(rename(other, path), 0);
    } else if (strcmp(how, "moved away and back") == 0) {
        assert_int_equal(rename(path, other), 0);
        assert_int_equal(rename(other, path), 0);
    } else if (strcmp(how, "a second name") == 0) {
        assert_int_equal(link(path, other), 0);
    } else {
        assert_string_equal(how, "gone");
        assert_int_equal(unlink(path), 0);
    }
}

static void a_file_that_was_touched_is_another(void **state)
{
    struct temp_store *temp = *state;
    static const char *const rows[] = {
        "written and its time put back", "as it was, by another writer", "longer",        "shorter",
        "a copy in its place",           "moved away and back",          "a second name", "gone",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        leave(temp);
        assert_true(has(temp, SEAL_NAME));
        touched(temp, DATAFILE_NAME, rows[i]);
        if (take(temp))
            fail_msg("it was %s, and matches", rows[i]);
        assert_false(has(temp, SEAL_NAME));
    }
}

/* At once behind a write, within one tick of the kernel's clock: a write behind the seal is seen
 * all the same. */
static void a_write_at_once_is_seen(void **state)
{
    struct temp_store *temp = *state;
    for (int tries = 0; tries < 10; tries++) {
        flip(temp, 3 * PAGE_BYTES - 1);
        leave(temp);
        flip(temp, 3 * PAGE_BYTES - 1);
        assert_false(take(temp));
    }
}

/* ---- which seals do ---- */

static void only_the_seal_itself(void **state)
{
    struct temp_store *temp = *state;
    uint8_t seal[1024];
    size_t len = read_file(temp, SEAL_NAME, seal, sizeof seal / 2);
    assert_true(take(temp));
    assert_false(take(temp)); /* it is gone */
    for (size_t i = 0; i < len; i++) {
        seal[i] ^= 1;
        write_file(temp, SEAL_NAME, seal, len);
        seal[i] ^= 1;
        if (take(temp))
            fail_msg("its byte %zu is wrong, and it matches", i);
        assert_false(has(temp, SEAL_NAME));
    }
    const size_t lens[] = {0, 1, len - 1, len + 1, sizeof seal};
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        write_file(temp, SEAL_NAME, seal, lens[i]);
        assert_false(take(temp));
    }
    write_file(temp, SEAL_NAME, seal, len);
    assert_true(take(temp));
}

static void what_is_no_file_is_no_seal(void **state)
{
    struct temp_store *temp = *state;
    char path[TEMP_FILE_SIZE], other[TEMP_FILE_SIZE];
    temp_path(temp, SEAL_NAME, path);
    temp_path(temp, "other", other);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink("other", path), 0); /* of the seal itself */
    assert_false(take(temp));
    assert_false(has(temp, SEAL_NAME));
    assert_true(has(temp, "other"));
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(take(temp));
    assert_false(has(temp, SEAL_NAME));
    assert_int_equal(mkdir(path, 0700), 0); /* stays, and is in nobody's way */
    assert_false(take(temp));
    assert_int_equal(temp_open(temp), ERR_OK);
    store_end(&temp->store);
    assert_false(has(temp, SEAL_NAME ".new"));
    assert_int_equal(rmdir(path), 0);
    leave(temp);
    assert_true(take(temp));
}

/* Of a store beside it, whose file may have the same size and number of commits. */
static void another_store_has_another(void **state)
{
    struct temp_store *temp = *state;
    void *second;
    uint8_t seal[1024];
    assert_int_equal(setup(&second), 0);
    struct temp_store *beside = second;
    size_t len = read_file(beside, SEAL_NAME, seal, sizeof seal);
    write_file(temp, SEAL_NAME, seal, len);
    assert_false(take(temp));
    assert_true(take(beside));
    (void)temp_teardown(&second);
}

/* A seal of what was there before a commit names another one, whatever the times say. */
static void it_names_the_commit(void **state)
{
    struct temp_store *temp = *state;
    uint8_t before[1024], after[1024];
    size_t len = read_file(temp, SEAL_NAME, before, sizeof before);
    before[len] = '\0';
    const char *commit = strstr((const char *)before, "commit ");
    assert_non_null(commit);
    unsigned long number = strtoul(commit + strlen("commit "), NULL, 10);
    assert_int_equal(temp_open(temp), ERR_OK);
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_put_meta_u64(txn, "test", 1), ERR_OK);
    assert_commits(&txn);
    store_end(&temp->store);
    len = read_file(temp, SEAL_NAME, after, sizeof after);
    after[len] = '\0';
    commit = strstr((const char *)after, "commit ");
    assert_non_null(commit);
    assert_true(strtoul(commit + strlen("commit "), NULL, 10) > number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SEAL_TEST(a_start_believes_it_once),   SEAL_TEST(who_only_reads_looks),
        SEAL_TEST(a_changed_byte_is_found),    SEAL_TEST(none_where_damage_was_met),
        SEAL_TEST(none_for_another_file),      SEAL_TEST(a_file_that_was_touched_is_another),
        SEAL_TEST(a_write_at_once_is_seen),    SEAL_TEST(only_the_seal_itself),
        SEAL_TEST(what_is_no_file_is_no_seal), SEAL_TEST(another_store_has_another),
        SEAL_TEST(it_names_the_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
