/* Care records: written in one piece, and nobody's link is followed. */
#include "unit/store/temp_store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "store/care_record.h"

struct rig {
    struct temp_store temp;
    int fd;
};

static int setup(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    temp_init(&rig->temp);
    assert_int_equal(mkdir(rig->temp.folder, 0700), 0);
    rig->fd = open(rig->temp.folder, O_RDONLY | O_DIRECTORY);
    assert_true(rig->fd >= 0);
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    struct rig *rig = *state;
    close(rig->fd);
    temp_fini(&rig->temp);
    free(rig);
    return 0;
}

static void put(const struct rig *rig, const char *text, size_t len)
{
    int file = openat(rig->fd, CARE_VERIFY_FILE, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, len), len);
    close(file);
}

static void assert_text(const struct rig *rig, const char *name, const char *expected)
{
    char text[512] = "";
    int file = openat(rig->fd, name, O_RDONLY);
    assert_true(file >= 0);
    assert_true(read(file, text, sizeof text - 1) >= 0);
    close(file);
    assert_string_equal(text, expected);
}

static void write_record(const struct rig *rig, struct care record)
{
    assert_int_equal(care_record_write(rig->fd, CARE_VERIFY_FILE, &record), ERR_OK);
}

static void test_golden(void **state)
{
    /* The form in docs/STORAGE.md; what failed keeps the time of the last one that went well. */
    struct rig *rig = *state;
    struct stat info;
    write_record(
        rig, (struct care){.time = {1733967000000000}, .result = CARE_FAILED, .error = "not-home"});
    assert_text(rig, CARE_VERIFY_FILE, "time 1733967000000000\nresult failed\nerror not-home\n");
    write_record(rig, (struct care){.time = {1733967000000001}, .result = CARE_OK, .reports = 12});
    assert_text(rig, CARE_VERIFY_FILE,
                "time 1733967000000001\nresult ok\nreports 12\ndifferences 0\n"
                "good 1733967000000001\n");
    write_record(rig, (struct care){.time = {1733967000000002},
                                    .result = CARE_DIFFERS,
                                    .reports = 12,
                                    .differences = 3});
    assert_text(rig, CARE_VERIFY_FILE,
                "time 1733967000000002\nresult differs\nreports 12\ndifferences 3\n"
                "good 1733967000000001\n");
    write_record(rig,
                 (struct care){.time = {1733967000000003}, .result = CARE_FAILED, .error = "full"});
    assert_text(rig, CARE_VERIFY_FILE,
                "time 1733967000000003\nresult failed\nerror full\ngood 1733967000000001\n");
    assert_int_equal(fstatat(rig->fd, CARE_VERIFY_FILE, &info, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(faccessat(rig->fd, CARE_VERIFY_FILE ".new", F_OK, 0), -1);
}

static void test_hostile(void **state)
{
    /* A person, or the daemon's user, may have written anything there. */
    static const struct {
        const char *what, *text;
        size_t len;
        const char *good;
    } rows[] = {
#define ROW(what, text, good) {what, text, sizeof(text) - 1, good}
        ROW("a number", "time 5\nresult ok\ngood 7\n", "good 7\n"),
        ROW("nothing", "", ""),
        ROW("no line end", "time 5\nresult ok\ngood 7", "good 7\n"),
        ROW("no result", "time 5\ngood 7\n", ""),
        ROW("not a number", "time 5\nresult ok\ngood 7x\n", ""),
        ROW("no number", "time 5\nresult ok\ngood \n", ""),
        ROW("below zero", "time 5\nresult ok\ngood -7\n", ""),
        ROW("0", "time 5\nresult ok\ngood 0\n", ""),
        ROW("beyond 64 bits", "time 5\nresult ok\ngood 99999999999999999999\n", ""),
        ROW("behind a NUL", "time 5\nresult ok\n\0\ngood 7\n", "good 7\n"),
        ROW("another name", "time 5\nresult ok\nmygood 7\n", ""),
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char expected[128];
        put(rig, rows[i].text, rows[i].len);
        write_record(rig, (struct care){.time = {9}, .result = CARE_FAILED, .error = "io"});
        (void)snprintf(expected, sizeof expected, "time 9\nresult failed\nerror io\n%s",
                       rows[i].good);
        assert_text(rig, CARE_VERIFY_FILE, expected);
    }
}

static void test_links(void **state)
{
    /* A link in the place, or beside it, is replaced, and what it leads to is not. */
    struct rig *rig = *state;
    put(rig, "of another\ngood 7\n", 18);
    assert_int_equal(renameat(rig->fd, CARE_VERIFY_FILE, rig->fd, "victim"), 0);
    assert_int_equal(symlinkat("victim", rig->fd, CARE_VERIFY_FILE), 0);
    assert_int_equal(symlinkat("victim", rig->fd, CARE_VERIFY_FILE ".new"), 0);
    write_record(rig, (struct care){.time = {5}, .result = CARE_FAILED, .error = "io"});
    assert_text(rig, CARE_VERIFY_FILE, "time 5\nresult failed\nerror io\n");
    assert_text(rig, "victim", "of another\ngood 7\n");
}

static void test_cannot_be_written(void **state)
{
    /* What stands in the way stays, nothing is left, and errno says why. */
    struct rig *rig = *state;
    const struct care record = {.time = {5}, .result = CARE_OK};
    assert_int_equal(mkdirat(rig->fd, CARE_VERIFY_FILE, 0700), 0);
    assert_int_equal(care_record_write(rig->fd, CARE_VERIFY_FILE, &record), ERR_IO);
    assert_int_equal(errno, EISDIR);
    assert_int_equal(faccessat(rig->fd, CARE_VERIFY_FILE ".new", F_OK, 0), -1);
    assert_int_equal(unlinkat(rig->fd, CARE_VERIFY_FILE, AT_REMOVEDIR), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_golden, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
        cmocka_unit_test_setup_teardown(test_links, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cannot_be_written, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
