/* Catalogues that are kept: what is taken is what was asked for, whatever became of the file, and
 * nothing is written where somebody else could have led us. */
#include "lib/cm.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client/catalogue_cache.h"
#include "core/mem.h"
#include "wire/digest.h"

enum { PATH_SIZE = 512, WRITERS = 4, ROUNDS = 200, CATALOGUES = 6 };

/* What has this inode belongs to that user; 0: nothing does. (Not everybody may give files away.)
 */
static ino_t foreign;
static uid_t foreigner;
/* We are a user of no privilege, whoever runs the test. */
static bool is_plain_user;
static bool is_disk_full;

enum { PLAIN_USER = 1000, OTHER_USER = 1001 };

uid_t __real_geteuid(void);
uid_t __wrap_geteuid(void);
uid_t __wrap_geteuid(void)
{
    return is_plain_user ? PLAIN_USER : __real_geteuid();
}

static void give_away(struct stat *st)
{
    if (st->st_ino == foreign)
        st->st_uid = foreigner;
    else if (is_plain_user && st->st_uid == __real_geteuid())
        st->st_uid = PLAIN_USER;
}

int __real_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st)
{
    int rc = __real_fstat(fd, st);
    if (rc == 0)
        give_away(st);
    return rc;
}

int __real_lstat(const char *path, struct stat *st);
int __wrap_lstat(const char *path, struct stat *st);
int __wrap_lstat(const char *path, struct stat *st)
{
    int rc = __real_lstat(path, st);
    if (rc == 0)
        give_away(st);
    return rc;
}

ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
    if (!is_disk_full)
        return __real_write(fd, bytes, size);
    if (size <= 3) {
        errno = ENOSPC;
        return -1;
    }
    return __real_write(fd, bytes, 3);
}

/* ---- a folder for each test ---- */

struct spot {
    char top[PATH_SIZE / 4], above[PATH_SIZE / 2], folder[PATH_SIZE];
};

static int setup(void **state)
{
    struct spot *spot = mem_calloc(1, sizeof(*spot));
    (void)snprintf(spot->top, sizeof(spot->top), "/tmp/tonghop-cache-XXXXXX");
    assert_non_null(mkdtemp(spot->top));
    (void)snprintf(spot->above, sizeof(spot->above), "%s/.cache", spot->top);
    (void)snprintf(spot->folder, sizeof(spot->folder), "%s/tonghop", spot->above);
    foreign = 0;
    foreigner = __real_geteuid() + 1;
    is_plain_user = is_disk_full = false;
    *state = spot;
    return 0;
}

/* Removes a folder of files and folders like it; links are not followed. */
static void remove_all(const char *path)
{
    char child[2 * PATH_SIZE];
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat st;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        assert_true(snprintf(child, sizeof(child), "%s/%s", path, entry->d_name) <
                    (int)sizeof(child));
        assert_int_equal(__real_lstat(child, &st), 0);
        if (S_ISDIR(st.st_mode))
            remove_all(child);
        else
            assert_int_equal(unlink(child), 0);
    }
    closedir(folder);
    assert_int_equal(rmdir(path), 0);
}

static int teardown(void **state)
{
    struct spot *spot = *state;
    remove_all(spot->top);
    free(spot);
    return 0;
}

static struct span span_of_text(const char *text)
{
    return (struct span){(const uint8_t *)text, strlen(text)};
}

static void keep(const struct spot *spot, const char *text)
{
    uint8_t hash[DIGEST_SIZE];
    digest_of(span_of_text(text), hash);
    catalogue_cache_keep(spot->folder, hash, span_of_text(text));
}

/* Whether the text is there; what is taken is that very text, behind what was there before. */
static bool has(const struct spot *spot, const char *text)
{
    uint8_t hash[DIGEST_SIZE];
    struct buf bytes = {0};
    digest_of(span_of_text(text), hash);
    buf_put(&bytes, "before", 6);
    bool is_taken = catalogue_cache_take(spot->folder, hash, &bytes);
    assert_int_equal(bytes.len, 6 + (is_taken ? strlen(text) : 0));
    assert_memory_equal(bytes.data, "before", 6);
    assert_true(!is_taken || memcmp(bytes.data + 6, text, strlen(text)) == 0);
    buf_fini(&bytes);
    return is_taken;
}

/* The path of the file that is kept under a hash, or that a text is kept in; static storage. */
static const char *path_of_hash(const struct spot *spot, const uint8_t *hash)
{
    static char path[2 * PATH_SIZE];
    int len = snprintf(path, sizeof(path), "%s/", spot->folder);
    for (size_t i = 0; i < DIGEST_SIZE; i++)
        len += snprintf(path + len, sizeof(path) - (size_t)len, "%02x", hash[i]);
    (void)snprintf(path + len, sizeof(path) - (size_t)len, ".catalogue");
    return path;
}

static const char *path_of(const struct spot *spot, const char *text)
{
    uint8_t hash[DIGEST_SIZE];
    digest_of(span_of_text(text), hash);
    return path_of_hash(spot, hash);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

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

static ino_t inode_of(const char *path)
{
    struct stat st;
    assert_int_equal(__real_lstat(path, &st), 0);
    return st.st_ino;
}

static void assert_mode(const char *path, mode_t mode)
{
    struct stat st;
    assert_int_equal(__real_lstat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, mode);
}

static void set_written(const char *path, int64_t at_s)
{
    const struct timespec times[] = {{.tv_sec = at_s}, {.tv_sec = at_s}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* ---- the file ---- */

static void test_what_was_kept_is_taken(void **state)
{
    /* Whatever the umask, for nobody else; the folder and the one above it are made. */
    const struct spot *spot = *state;
    mode_t mask = umask(0);
    keep(spot, "a catalogue");
    (void)umask(mask);
    assert_true(has(spot, "a catalogue"));
    assert_false(has(spot, "another one"));
    assert_int_equal(count_files(spot), 1);
    assert_mode(path_of(spot, "a catalogue"), 0600);
    assert_mode(spot->folder, 0700);
    assert_mode(spot->above, 0700);
}

static void test_looking_makes_nothing(void **state)
{
    const struct spot *spot = *state;
    assert_false(has(spot, "a catalogue"));
    assert_int_equal(access(spot->above, F_OK), -1);
}

static void test_what_is_not_what_it_was_is_ignored_and_replaced(void **state)
{
    const struct spot *spot = *state;
    static const char *const others[] = {"A catalogue", "a catalogu", "a catalogue ", ""};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        keep(spot, "a catalogue");
        write_text(path_of(spot, "a catalogue"), others[i]);
        assert_false(has(spot, "a catalogue"));
        keep(spot, "a catalogue");
        assert_true(has(spot, "a catalogue"));
        assert_int_equal(count_files(spot), 1);
    }
}

static void test_only_a_file_is_opened(void **state)
{
    /* A link is not followed, even to the right content, and nobody waits for a pipe. */
    const struct spot *spot = *state;
    char target[PATH_SIZE];
    (void)snprintf(target, sizeof(target), "%s/target", spot->top);
    keep(spot, "a catalogue");
    write_text(target, "a catalogue");
    ino_t target_inode = inode_of(target);
    for (int kind = 0; kind < 2; kind++) {
        const char *path = path_of(spot, "a catalogue");
        assert_int_equal(unlink(path), 0);
        assert_int_equal(kind == 0 ? symlink(target, path) : mkfifo(path, 0600), 0);
        assert_false(has(spot, "a catalogue"));
        keep(spot, "a catalogue");
        assert_true(has(spot, "a catalogue"));
        assert_mode(path, 0600);
    }
    assert_int_equal(inode_of(target), target_inode);
    assert_int_equal(unlink(path_of(spot, "a catalogue")), 0);
    assert_int_equal(mkdir(path_of(spot, "a catalogue"), 0700), 0);
    assert_false(has(spot, "a catalogue"));
    keep(spot, "a catalogue"); /* which cannot take its place */
    assert_false(has(spot, "a catalogue"));
    assert_int_equal(count_files(spot), 1);
}

static void test_file_of_somebody_else_is_ignored_and_replaced(void **state)
{
    const struct spot *spot = *state;
    keep(spot, "a catalogue");
    foreign = inode_of(path_of(spot, "a catalogue"));
    assert_false(has(spot, "a catalogue"));
    keep(spot, "a catalogue");
    assert_true(has(spot, "a catalogue"));
}

/* ---- the folder ---- */

static void test_folder_that_others_write_to_is_not_used(void **state)
{
    const struct spot *spot = *state;
    static const struct {
        mode_t mode;
        bool is_used;
    } rows[] = {{0700, true}, {0755, true}, {0770, false}, {0702, false}, {01777, false}};
    keep(spot, "a catalogue");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(chmod(spot->folder, rows[i].mode), 0);
        assert_int_equal(has(spot, "a catalogue"), rows[i].is_used);
        keep(spot, "another one");
        assert_int_equal(access(path_of(spot, "another one"), F_OK), rows[i].is_used ? 0 : -1);
        assert_int_equal(chmod(spot->folder, 0700), 0);
        (void)unlink(path_of(spot, "another one")); /* not there where it was not used */
    }
}

static void test_way_through_a_folder_of_somebody_else_is_not_gone(void **state)
{
    /* As root with the home of another person: his home, his .cache, or the folder is his. */
    const struct spot *spot = *state;
    const char *const steps[] = {spot->top, spot->above, spot->folder};
    for (size_t i = 0; i < 3; i++) {
        keep(spot, "a catalogue");
        foreign = inode_of(steps[i]);
        assert_false(has(spot, "a catalogue"));
        keep(spot, "another one");
        foreign = 0;
        assert_true(has(spot, "a catalogue"));
        assert_false(has(spot, "another one"));
    }
    /* Nothing is made there. */
    remove_all(spot->above);
    foreign = inode_of(spot->top);
    keep(spot, "a catalogue");
    assert_int_equal(access(spot->above, F_OK), -1);
}

static void test_way_of_a_user_without_privilege(void **state)
{
    /* It goes through folders of root's, and ends in one of his own. */
    const struct spot *spot = *state;
    is_plain_user = true;
    keep(spot, "a catalogue");
    assert_true(has(spot, "a catalogue"));
    foreigner = 0;
    foreign = inode_of(spot->above);
    assert_true(has(spot, "a catalogue"));
    foreign = inode_of(spot->folder);
    assert_false(has(spot, "a catalogue"));
    keep(spot, "another one");
    assert_int_equal(count_files(spot), 1);
    foreigner = OTHER_USER;
    foreign = inode_of(spot->above);
    assert_false(has(spot, "a catalogue"));
}

static void test_links_on_the_way(void **state)
{
    /* One's own may lead elsewhere, those of others may not; and the folder itself is none. */
    const struct spot *spot = *state;
    char elsewhere[PATH_SIZE], target[2 * PATH_SIZE];
    (void)snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", spot->top);
    (void)snprintf(target, sizeof(target), "%s/tonghop", elsewhere);
    assert_int_equal(mkdir(elsewhere, 0700), 0);
    assert_int_equal(symlink(elsewhere, spot->above), 0);
    foreign = inode_of(spot->above);
    keep(spot, "a catalogue");
    assert_int_equal(access(target, F_OK), -1);
    foreign = 0;
    keep(spot, "a catalogue");
    assert_true(has(spot, "a catalogue"));
    assert_int_equal(access(target, F_OK), 0);

    struct spot linked = *spot;
    (void)snprintf(linked.folder, sizeof(linked.folder), "%s/linked/", spot->top);
    (void)snprintf(elsewhere, sizeof(elsewhere), "%s/linked", spot->top);
    assert_int_equal(symlink(target, elsewhere), 0);
    assert_false(has(&linked, "a catalogue"));
    keep(&linked, "another one");
    assert_false(has(spot, "another one"));
    linked = *spot;
    strcat(linked.folder, "/");
    assert_true(has(&linked, "a catalogue"));
}

static void test_what_cannot_be_written_is_not_kept(void **state)
{
    /* And nothing of it is left. */
    const struct spot *spot = *state;
    static const char *const folders[] = {"relative/tonghop", "", "/proc/self/x/tonghop",
                                          "/dev/null/tonghop", "/dev/null"};
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        struct spot other = *spot;
        (void)snprintf(other.folder, sizeof(other.folder), "%s", folders[i]);
        keep(&other, "a catalogue");
        assert_false(has(&other, "a catalogue"));
    }
    struct spot deep = *spot; /* more than two are missing */
    (void)snprintf(deep.folder, sizeof(deep.folder), "%s/a/b/c", spot->top);
    keep(&deep, "a catalogue");
    (void)snprintf(deep.folder, sizeof(deep.folder), "%s/a", spot->top);
    assert_int_equal(access(deep.folder, F_OK), -1);

    is_disk_full = true;
    keep(spot, "a catalogue");
    is_disk_full = false;
    assert_false(has(spot, "a catalogue"));
    assert_int_equal(count_files(spot), 0);
}

static void test_too_large_is_not_kept(void **state)
{
    const struct spot *spot = *state;
    uint8_t hash[DIGEST_SIZE];
    struct span bytes = {.len = CATALOGUE_CACHE_BYTES_MAX + 1};
    uint8_t *data = mem_calloc(1, bytes.len);
    struct buf taken = {0};
    bytes.data = data;
    digest_of(bytes, hash);
    keep(spot, "one before");
    catalogue_cache_keep(spot->folder, hash, bytes);
    assert_true(has(spot, "one before")); /* which need not give way */
    assert_int_equal(count_files(spot), 1);
    assert_false(catalogue_cache_take(spot->folder, hash, &taken));
    /* Nor taken, whoever has put it there. */
    const char *path = path_of_hash(spot, hash);
    write_text(path, "");
    assert_int_equal(truncate(path, (off_t)bytes.len), 0);
    assert_false(catalogue_cache_take(spot->folder, hash, &taken));
    bytes.len--;
    digest_of(bytes, hash);
    catalogue_cache_keep(spot->folder, hash, bytes);
    assert_true(catalogue_cache_take(spot->folder, hash, &taken));
    assert_int_equal(taken.len, bytes.len);
    keep(spot, "a catalogue"); /* beside which it has no place */
    buf_clear(&taken);
    assert_false(catalogue_cache_take(spot->folder, hash, &taken));
    assert_true(has(spot, "a catalogue"));
    buf_fini(&taken);
    free(data);
}

/* ---- the set ---- */

static void test_newest_few_stay(void **state)
{
    /* What is kept now stays, also where the others are of a clock that was ahead. */
    const struct spot *spot = *state;
    char text[] = "catalogue 0";
    for (int i = 0; i < CATALOGUES; i++) {
        text[sizeof(text) - 2] = (char)('0' + i);
        keep(spot, text);
        assert_true(has(spot, text));
        set_written(path_of(spot, text), INT64_C(10000000000) - i); /* the later, the older */
    }
    assert_int_equal(count_files(spot), CATALOGUE_CACHE_FILES_MAX);
    for (int i = 0; i < CATALOGUES; i++) {
        text[sizeof(text) - 2] = (char)('0' + i);
        assert_int_equal(has(spot, text), i < CATALOGUE_CACHE_FILES_MAX - 1 || i == CATALOGUES - 1);
    }
    /* An older one that is kept again is the newest. */
    keep(spot, "catalogue 5");
    set_written(path_of(spot, "catalogue 5"), INT64_C(20000000000));
    keep(spot, "catalogue 6");
    assert_true(has(spot, "catalogue 5"));
}

static void test_only_what_is_ours_is_removed(void **state)
{
    const struct spot *spot = *state;
    static const char *const others[] = {
        "notes.txt",
        "x.catalogue",
        ".hidden",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.catalogue~",
        "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef.catalogue",
        ".0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.catalogue",
    };
    static const char unfinished[] =
        ".0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.catalogue."
        "0123456789abcde";
    char path[2 * PATH_SIZE];
    size_t other_count = sizeof(others) / sizeof(others[0]);
    int64_t now_s = time(NULL);
    keep(spot, "a catalogue");
    for (size_t i = 0; i < other_count; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", spot->folder, others[i]);
        write_text(path, "x");
        set_written(path, 1);
    }
    const int64_t ages_s[] = {CATALOGUE_CACHE_ABANDONED_S + 60, CATALOGUE_CACHE_ABANDONED_S - 60,
                              -CATALOGUE_CACHE_ABANDONED_S - 60};
    for (int i = 0; i < 3; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s%d", spot->folder, unfinished, i);
        write_text(path, "x");
        set_written(path, now_s - ages_s[i]);
    }
    keep(spot, "another one");
    assert_int_equal(count_files(spot), 2 + other_count + 1);
    (void)snprintf(path, sizeof(path), "%s/%s1", spot->folder, unfinished);
    assert_int_equal(access(path, F_OK), 0);
}

static _Noreturn void keep_and_take(const struct spot *spot, int seed)
{
    char text[] = "catalogue 0 of those that are kept at once";
    for (int i = 0; i < ROUNDS; i++) {
        text[10] = (char)('0' + (i + seed) % CATALOGUES);
        keep(spot, text);
        for (int j = 0; j < CATALOGUES; j++) {
            text[10] = (char)('0' + j);
            (void)has(spot, text); /* or not: it may be removed by now */
        }
    }
    _exit(0);
}

static void test_many_at_once(void **state)
{
    /* Each takes what it asks for, or nothing; what is left is whole and within the limit. */
    const struct spot *spot = *state;
    for (int i = 0; i < WRITERS; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            keep_and_take(spot, i);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    keep(spot, "the last one");
    assert_true(has(spot, "the last one"));
    assert_int_equal(count_files(spot), CATALOGUE_CACHE_FILES_MAX);
}

/* ---- where it is ---- */

static void test_place_is_that_of_the_person(void **state)
{
    (void)state;
    static const struct {
        const char *cache, *home, *expected;
    } rows[] = {
        {"/c", "/h", "/c/tonghop"},
        {NULL, "/h", "/h/.cache/tonghop"},
        {"", "/h", "/h/.cache/tonghop"},
        {"c", "/h", "/h/.cache/tonghop"},
        {"/c", NULL, "/c/tonghop"},
        {NULL, NULL, NULL},
        {NULL, "", NULL},
        {"c", "h", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)unsetenv("XDG_CACHE_HOME");
        (void)unsetenv("HOME");
        if (rows[i].cache != NULL)
            assert_int_equal(setenv("XDG_CACHE_HOME", rows[i].cache, 1), 0);
        if (rows[i].home != NULL)
            assert_int_equal(setenv("HOME", rows[i].home, 1), 0);
        char *folder = catalogue_cache_home();
        if (rows[i].expected != NULL)
            assert_string_equal(folder, rows[i].expected);
        else
            assert_null(folder);
        free(folder);
    }
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(test_what_was_kept_is_taken),
        in_a_folder(test_looking_makes_nothing),
        in_a_folder(test_what_is_not_what_it_was_is_ignored_and_replaced),
        in_a_folder(test_only_a_file_is_opened),
        in_a_folder(test_file_of_somebody_else_is_ignored_and_replaced),
        in_a_folder(test_folder_that_others_write_to_is_not_used),
        in_a_folder(test_way_through_a_folder_of_somebody_else_is_not_gone),
        in_a_folder(test_way_of_a_user_without_privilege),
        in_a_folder(test_links_on_the_way),
        in_a_folder(test_what_cannot_be_written_is_not_kept),
        in_a_folder(test_too_large_is_not_kept),
        in_a_folder(test_newest_few_stay),
        in_a_folder(test_only_what_is_ours_is_removed),
        in_a_folder(test_many_at_once),
        cmocka_unit_test(test_place_is_that_of_the_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
