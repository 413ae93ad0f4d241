/* A backup in a folder where somebody else may write, too, who can put other things under its names
 * at any moment: it goes on with what it has opened, and touches nothing else. */
#include "unit/store/temp_store.h"

#include <sys/stat.h>

#include "store/backup.h"

/* A store, and beside its folder another one, with a file of the same name. */
struct rig {
    struct temp_store temp;
    char file[TEMP_FILE_SIZE];   /* of the backup */
    char other[TEMP_FILE_SIZE];  /* somebody else's folder */
    char others[TEMP_FILE_SIZE]; /* and the file in it */
    char link[TEMP_FILE_SIZE];   /* what the folder of the copy was called */
    char moved[TEMP_FILE_SIZE];  /* and is now */
};

enum { OTHERS_BYTES = 9 };

static bool is_opened_to_all; /* the next folder that is made */

/* Linked in the place of the real one: somebody exchanges a folder right after it was made. */
char *__real_mkdtemp(char *path);
char *__wrap_mkdtemp(char *path);
char *__wrap_mkdtemp(char *path)
{
    char *made = __real_mkdtemp(path);
    if (made != NULL && is_opened_to_all)
        assert_int_equal(chmod(made, 0777), 0);
    is_opened_to_all = false;
    return made;
}

static int setup(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    temp_init(&rig->temp);
    const char *parent = rig->temp.parent;
    (void)snprintf(rig->file, sizeof rig->file, "%s/copy.mdb", parent);
    (void)snprintf(rig->other, sizeof rig->other, "%s/other", parent);
    (void)snprintf(rig->others, sizeof rig->others, "%s/other/data.mdb", parent);
    (void)snprintf(rig->moved, sizeof rig->moved, "%s/moved", parent);
    assert_int_equal(temp_open(&rig->temp), ERR_OK);
    assert_int_equal(mkdir(rig->other, 0700), 0);
    FILE *file = fopen(rig->others, "w");
    assert_non_null(file);
    assert_int_equal(fwrite("another's", 1, OTHERS_BYTES, file), OTHERS_BYTES);
    assert_int_equal(fclose(file), 0);
    *state = rig;
    return 0;
}

/* Fails if anything else was left or made. */
static int teardown(void **state)
{
    struct rig *rig = *state;
    struct stat info;
    assert_int_equal(stat(rig->others, &info), 0);
    assert_int_equal(info.st_size, OTHERS_BYTES);
    assert_int_equal(unlink(rig->others), 0);
    assert_int_equal(rmdir(rig->other), 0);
    (void)unlink(rig->file); /* not every test makes it */
    temp_fini(&rig->temp);
    free(rig);
    return 0;
}

/* A link to the other folder in the place of the one that the copy is made in. */
static void exchange(struct rig *rig)
{
    DIR *folder = opendir(rig->temp.parent);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (strstr(entry->d_name, ".part-") != NULL)
            (void)snprintf(rig->link, sizeof rig->link, "%s/%s", rig->temp.parent, entry->d_name);
    closedir(folder);
    assert_int_equal(rename(rig->link, rig->moved), 0);
    assert_int_equal(symlink(rig->other, rig->link), 0);
}

/* What is left is empty. */
static void assert_left_empty(const struct rig *rig)
{
    assert_logged("remove it by hand");
    assert_int_equal(unlink(rig->link), 0);
    assert_int_equal(rmdir(rig->moved), 0);
}

static struct backup *begin(struct rig *rig)
{
    struct backup *backup = NULL;
    assert_int_equal(backup_new_file(rig->file, rig->temp.folder, false, &backup), ERR_OK);
    exchange(rig);
    return backup;
}

/* Of a copy, whether or not it comes to its end. */
static void while_a_copy_is_made(void **state)
{
    struct rig *rig = *state;
    struct stat info;
    for (int is_finished = 0; is_finished <= 1; is_finished++) {
        struct store *copy = NULL;
        bool is_replaced;
        struct backup *backup = begin(rig);
        assert_int_equal(backup_take_store(backup, rig->temp.store), ERR_OK);
        assert_int_equal(backup_open_store(backup, TEMP_MAP_BYTES, &copy), ERR_OK);
        store_close(&copy);
        assert_int_equal(backup_flush(backup), ERR_OK);
        if (is_finished)
            assert_int_equal(backup_finish(backup, NULL, &is_replaced), ERR_OK);
        backup_free(&backup);
        assert_left_empty(rig);
    }
    assert_int_equal(stat(rig->file, &info), 0);
    assert_true(info.st_size > OTHERS_BYTES);
}

/* Of a store that is made, as by an import. */
static void while_a_store_is_made(void **state)
{
    struct rig *rig = *state;
    struct store *made = NULL;
    struct backup *backup = begin(rig);
    assert_int_equal(backup_make_store(backup, TEMP_MAP_BYTES, &made), ERR_OK);
    store_close(&made);
    backup_free(&backup);
    assert_left_empty(rig);
}

/* Where it is not the folder that was made, or others may write in it, nothing is begun. */
static void before_the_copy_is_there(void **state)
{
    struct rig *rig = *state;
    struct backup *backup = NULL;
    is_opened_to_all = true;
    assert_int_equal(backup_new_file(rig->file, rig->temp.folder, false, &backup), ERR_IO);
    assert_null(backup);
    assert_logged("somebody else works in folder ");
}

#define NAMES_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAMES_TEST(while_a_copy_is_made),
        NAMES_TEST(while_a_store_is_made),
        NAMES_TEST(before_the_copy_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
