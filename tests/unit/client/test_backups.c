/* Backups in a folder: by the names alone it is clear which are a node's, and which are the oldest.
 */
#include "lib/cm.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/backups.h"

static void test_path(void **state)
{
    (void)state;
    /* 2024-12-12T08:30:05+07:00 */
    const struct instant now = {INT64_C(1733967005000000)};
    char *path = backups_path("/backups", "duc-co", now);
    assert_string_equal(path, "/backups/duc-co-20241212-083005.mdb");
    free(path);
    path = backups_path("/", "x", now);
    assert_string_equal(path, "/x-20241212-083005.mdb");
    assert_true(backups_is_one(path + 1, "x"));
    free(path);
}

static void test_names(void **state)
{
    static const struct {
        const char *name;
        bool is_one; /* of node "duc-co" */
    } rows[] = {
        {"duc-co-20241212-083005.mdb", true},
        {"duc-co-00000000-999999.mdb", true},
        {"duc-co-2-20241212-083005.mdb", false}, /* of node "duc-co-2" */
        {"duc-20241212-083005.mdb", false},
        {"xduc-co-20241212-083005.mdb", false},
        {"duc-co-20241212-083005.mdb.part-XXXXXX", false},
        {"duc-co-20241212-083005.mdbx", false},
        {"duc-co-20241212-083005", false},
        {"duc-co-20241212-08300.mdb", false},
        {"duc-co-20241212-08300a.mdb", false},
        {"duc-co-20241212_083005.mdb", false},
        {"duc-co-2024-12-12.mdb", false},
        {"duc-co.mdb", false},
        {"", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (backups_is_one(rows[i].name, "duc-co") != rows[i].is_one)
            fail_msg("%s", rows[i].name);
}

static void test_list(void **state)
{
    /* Only files, oldest first; and how many are too many. */
    static const char *const files[] = {"n-20250101-000000.mdb", "n-20231231-235959.mdb",
                                        "n-20240630-120000.mdb", "n.mdb", "notes"};
    char folder[] = "/tmp/tonghop-backups-XXXXXX", path[128];
    struct backups backups;
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_true(backups_list(folder, "n", &backups));
    assert_int_equal(backups.count, 0);
    backups_fini(&backups);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        (void)fclose(file);
    }
    (void)snprintf(path, sizeof path, "%s/n-20200101-000000.mdb", folder);
    assert_int_equal(symlink("n.mdb", path), 0);
    assert_true(backups_list(folder, "n", &backups));
    assert_int_equal(backups.count, 3);
    assert_string_equal(backups.names[0], "n-20231231-235959.mdb");
    assert_string_equal(backups.names[1], "n-20240630-120000.mdb");
    assert_string_equal(backups.names[2], "n-20250101-000000.mdb");
    assert_int_equal(backups_beyond(&backups, 1), 2);
    assert_int_equal(backups_beyond(&backups, 3), 0);
    assert_int_equal(backups_beyond(&backups, 14), 0);
    backups_fini(&backups);
    assert_int_equal(unlink(path), 0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(folder), 0);
    assert_false(backups_list(folder, "n", &backups));
    assert_int_equal(errno, ENOENT);
    backups_fini(&backups);
}

static void make(const char *folder, const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fclose(file);
}

static void test_remove(void **state)
{
    /* What is removed lay in the folder that was looked at, whatever has its name by now. */
    static const char name[] = "n-20240630-120000.mdb";
    char above[] = "/tmp/tonghop-backups-XXXXXX", folder[64], moved[64], path[128];
    struct backups backups;
    (void)state;
    assert_non_null(mkdtemp(above));
    (void)snprintf(folder, sizeof folder, "%s/folder", above);
    (void)snprintf(moved, sizeof moved, "%s/moved", above);
    assert_int_equal(mkdir(folder, 0700), 0);
    make(folder, name);
    assert_true(backups_list(folder, "n", &backups));
    assert_int_equal(rename(folder, moved), 0);
    assert_int_equal(mkdir(folder, 0700), 0);
    make(folder, name);
    assert_true(backups_remove(&backups, 0));
    assert_false(backups_remove(&backups, 0));
    assert_int_equal(errno, ENOENT);
    backups_fini(&backups);
    assert_int_equal(rmdir(moved), 0);
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rmdir(above), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
