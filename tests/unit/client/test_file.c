/* Files that appear whole or not at all. */
#include "lib/cm.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/file.h"
#include "core/mem.h"

struct spot {
    char folder[64];
    char path[96];
};

static int setup(void **state)
{
    struct spot *spot = mem_calloc(1, sizeof(*spot));
    (void)snprintf(spot->folder, sizeof(spot->folder), "/tmp/tonghop-file-XXXXXX");
    assert_non_null(mkdtemp(spot->folder));
    (void)snprintf(spot->path, sizeof(spot->path), "%s/name", spot->folder);
    *state = spot;
    return 0;
}

/* The names in the folder; there are no hidden ones left. */
static size_t count_files(const struct spot *spot)
{
    size_t count = 0;
    DIR *folder = opendir(spot->folder);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(folder);
    return count;
}

static int teardown(void **state)
{
    struct spot *spot = *state;
    (void)unlink(spot->path); /* a test may not have made it */
    assert_int_equal(rmdir(spot->folder), 0);
    free(spot);
    return 0;
}

static bool save(const struct spot *spot, const char *text, mode_t mode, bool may_replace)
{
    struct span bytes = {.data = (const uint8_t *)text, .len = strlen(text)};
    errno = 0;
    return file_save(spot->path, bytes, mode, may_replace);
}

static void assert_holds(const struct spot *spot, const char *text, mode_t mode)
{
    char content[64];
    struct stat st;
    FILE *file = fopen(spot->path, "rb");
    assert_non_null(file);
    content[fread(content, 1, sizeof(content) - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(content, text);
    assert_int_equal(stat(spot->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, mode);
    assert_int_equal(count_files(spot), 1);
}

/* A file that is there stays, unless it may be replaced: with content and mode. */
static void test_never_overwrites_unasked(void **state)
{
    const struct spot *spot = *state;
    assert_true(save(spot, "first", 0600, false));
    assert_holds(spot, "first", 0600);
    assert_false(save(spot, "second", 0644, false));
    assert_int_equal(errno, EEXIST);
    assert_holds(spot, "first", 0600);
    assert_true(save(spot, "third", 0644, true));
    assert_holds(spot, "third", 0644);
    assert_true(save(spot, "", 0600, true));
    assert_holds(spot, "", 0600);
}

/* The mode is the one that was asked for, whatever the umask. */
static void test_the_umask_does_not_matter(void **state)
{
    const struct spot *spot = *state;
    mode_t before = umask(0777);
    bool is_saved = save(spot, "text", 0644, false);
    (void)umask(0);
    bool is_replaced = save(spot, "text", 0600, true);
    (void)umask(before);
    assert_true(is_saved && is_replaced);
    assert_holds(spot, "text", 0600);
}

/* Where nothing can be written, nothing is left, and errno says why. */
static void test_failures(void **state)
{
    struct spot *spot = *state, gone = {.path = "/tmp/tonghop-file-none/name"};
    assert_false(save(&gone, "text", 0600, true));
    assert_int_equal(errno, ENOENT);
    assert_false(file_rename(gone.path, spot->path));
    assert_int_equal(errno, ENOENT);
    assert_int_equal(mkdir(spot->path, 0700), 0);
    assert_false(save(spot, "text", 0600, true)); /* a folder is not replaced */
    assert_int_equal(count_files(spot), 1);
    assert_int_equal(rmdir(spot->path), 0);
}

/* A rename replaces. */
static void test_rename(void **state)
{
    const struct spot *spot = *state;
    char other[128];
    (void)snprintf(other, sizeof(other), "%s.new", spot->path);
    assert_true(save(spot, "old", 0644, false));
    struct span bytes = {.data = (const uint8_t *)"new", .len = 3};
    assert_true(file_save(other, bytes, 0600, false));
    assert_true(file_rename(other, spot->path));
    assert_holds(spot, "new", 0600);
}

#define FILE_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(test_never_overwrites_unasked),
        FILE_TEST(test_the_umask_does_not_matter),
        FILE_TEST(test_failures),
        FILE_TEST(test_rename),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
