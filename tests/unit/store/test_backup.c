/* Copies of a store: consistent and marked, never in the way of what is there, gone without a trace
 * when they are not finished. */
#include "unit/store/older_store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "store/backup.h"
#include "store/folder.h"

enum { UNITS = 2000, PAGE_BYTES = 4096 };

/* A store, and beside its folder the places that backups go to. */
struct rig {
    struct temp_store temp;
    char file[TEMP_FILE_SIZE];  /* of the backup */
    char other[TEMP_FILE_SIZE]; /* another state folder */
};

static void put_reports(struct rig *rig, uint64_t revision)
{
    struct head head = {.revision = revision};
    struct store_txn *txn = store_begin_write(rig->temp.store);
    for (uint32_t unit = 1; unit <= UNITS; unit++) {
        struct report_key key = {KIND_ACTUAL, {2024, PERIOD_S1}, unit, 1};
        assert_int_equal(store_put_head(txn, &key, &head), ERR_OK);
    }
    assert_commits(&txn);
}

static int setup(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    temp_init(&rig->temp);
    (void)snprintf(rig->file, sizeof rig->file, "%s/copy.mdb", rig->temp.parent);
    (void)snprintf(rig->other, sizeof rig->other, "%s/other", rig->temp.parent);
    assert_int_equal(temp_open(&rig->temp), ERR_OK);
    put_reports(rig, 1);
    *state = rig;
    return 0;
}

/* Removes the files of a folder, and the folder. */
static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.')
            assert_int_equal(unlinkat(dirfd(folder), entry->d_name, 0), 0);
    if (folder != NULL) {
        closedir(folder);
        assert_int_equal(rmdir(path), 0);
    }
}

/* temp_fini fails if a backup left anything behind. */
static int teardown(void **state)
{
    struct rig *rig = *state;
    (void)unlink(rig->file); /* not every test makes it */
    remove_folder(rig->other);
    temp_fini(&rig->temp);
    free(rig);
    return 0;
}

/* How many names are in the folder beside "." and "..". */
static size_t count_names(const char *path)
{
    size_t count = 0;
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static struct stat stat_of(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0)
        fail_msg("%s: %s", path, strerror(errno));
    return info;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_text(const char *path, const char *text)
{
    char found[256] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    if (fgets(found, sizeof found, file) == NULL)
        found[0] = 0;
    assert_int_equal(fclose(file), 0);
    assert_string_equal(found, text);
}

/* Copies the open store into `file` up to the rename. */
static struct backup *save(struct rig *rig, bool may_replace)
{
    struct backup *backup = NULL;
    struct store *copy = NULL;
    assert_int_equal(backup_new_file(rig->file, rig->temp.folder, may_replace, &backup), ERR_OK);
    assert_int_equal(backup_take_store(backup, rig->temp.store), ERR_OK);
    assert_int_equal(backup_open_store(backup, TEMP_MAP_BYTES, &copy), ERR_OK);
    store_close(&copy);
    assert_int_equal(backup_flush(backup), ERR_OK);
    return backup;
}

static void make_backup(struct rig *rig)
{
    bool is_replaced = true;
    struct backup *backup = save(rig, false);
    assert_int_equal(backup_finish(backup, NULL, &is_replaced), ERR_OK);
    assert_false(is_replaced);
    backup_free(&backup);
    assert_null(backup);
}

/* Brings `file` into the other state folder; `*ret_is_replaced` as backup_finish. */
static enum err restore(struct rig *rig, bool may_replace, const char *aside, bool *ret_is_replaced)
{
    struct backup *backup = NULL;
    struct store *copy = NULL;
    int fd = -1;
    enum err err = backup_open_file(rig->file, &fd);
    if (err == ERR_OK)
        err = backup_new_state(rig->other, may_replace, &backup);
    if (err == ERR_OK)
        err = backup_take_file(backup, fd);
    if (err == ERR_OK)
        err = backup_open_store(backup, TEMP_MAP_BYTES, &copy);
    store_close(&copy);
    if (err == ERR_OK)
        err = backup_flush(backup);
    if (err == ERR_OK)
        err = backup_finish(backup, aside, ret_is_replaced);
    backup_free(&backup);
    if (fd >= 0)
        close(fd);
    return err;
}

/* What a store holds: the mark, and the revision that all reports have; 0 if they differ. */
static uint64_t revision_in(struct store *store, uint64_t *ret_mark)
{
    struct report_key cursor = {0};
    struct head head, first = {0};
    size_t count = 0;
    bool is_same = true;
    struct store_txn *txn = store_begin_read(store);
    *ret_mark = store_get_meta_u64(txn, STORE_META_RESTORE);
    while (store_next_head(txn, &cursor, &head)) {
        if (count++ == 0)
            first = head;
        is_same = is_same && head.revision == first.revision;
    }
    assert_int_equal(store_error(txn), ERR_OK);
    store_abort(&txn);
    return is_same && count == UNITS ? first.revision : 0;
}

static void assert_other_holds(struct rig *rig, uint64_t revision)
{
    uint64_t mark = 0;
    struct store *store = NULL;
    assert_int_equal(store_open(rig->other, &rig->temp.options, &store), ERR_OK);
    assert_int_equal(revision_in(store, &mark), revision);
    assert_int_equal(mark, 1);
    store_close(&store);
}

/* ---- making one ---- */

/* A backup holds the last commit and its mark; the store it was taken from is not marked; it is
 * private, without slack, and nothing else is left beside it. */
static void copy_is_marked(void **state)
{
    struct rig *rig = *state;
    uint64_t mark = 7;
    bool is_replaced;
    mode_t umask_before = umask(077);
    make_backup(rig);
    umask(umask_before);
    assert_int_equal(revision_in(rig->temp.store, &mark), 1);
    assert_int_equal(mark, 0);
    assert_int_equal(count_names(rig->temp.parent), 2); /* the state folder and the backup */
    struct stat info = stat_of(rig->file);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_int_equal(info.st_size % PAGE_BYTES, 0);
    assert_true(info.st_size < 130 * PAGE_BYTES); /* heads, and the feed */

    assert_int_equal(restore(rig, false, "aside", &is_replaced), ERR_OK);
    assert_other_holds(rig, 1);
}

/* 0 when the copy was made while this process was in the middle of a change. */
static int copy_beside_writer(struct temp_store *temp)
{
    struct store *reader = NULL;
    struct backup *backup = NULL;
    struct store_options options = {.is_read_only = true};
    char file[TEMP_FILE_SIZE];
    bool is_replaced;
    (void)snprintf(file, sizeof file, "%s/copy.mdb", temp->parent);
    if (store_open(temp->folder, &options, &reader) != ERR_OK ||
        backup_new_file(file, temp->folder, false, &backup) != ERR_OK ||
        backup_take_store(backup, reader) != ERR_OK || backup_flush(backup) != ERR_OK ||
        backup_finish(backup, NULL, &is_replaced) != ERR_OK)
        return 1;
    backup_free(&backup);
    store_close(&reader);
    return 0;
}

/* Beside a writer: what is committed when the copy begins, nothing of what is not. */
static void copy_is_consistent(void **state)
{
    struct rig *rig = *state;
    bool is_replaced;
    put_reports(rig, 2);
    struct store_txn *txn = store_begin_write(rig->temp.store);
    struct head head = {.revision = 3};
    for (uint32_t unit = 1; unit <= UNITS / 2; unit++) {
        struct report_key key = {KIND_ACTUAL, {2024, PERIOD_S1}, unit, 1};
        assert_int_equal(store_put_head(txn, &key, &head), ERR_OK);
    }
    assert_int_equal(run_in_child(copy_beside_writer, &rig->temp), 0);
    assert_commits(&txn);
    /* A copy that was never marked, as mdb_copy makes it, is marked on its way back. */
    assert_int_equal(restore(rig, false, "aside", &is_replaced), ERR_OK);
    assert_other_holds(rig, 2);
}

/* What stands at a place is not destroyed by mistake, and a place that cannot be is named. */
static void places(void **state)
{
    struct rig *rig = *state;
    char inner[TEMP_FILE_SIZE], link[TEMP_FILE_SIZE];
    temp_path(&rig->temp, "inner", inner);
    (void)snprintf(link, sizeof link, "%s/link", rig->temp.parent);
    write_file(rig->file, "precious\n");
    assert_int_equal(mkdir(rig->other, 0700), 0);
    assert_int_equal(mkdir(inner, 0700), 0);
    assert_int_equal(symlink(rig->file, link), 0);
    const struct {
        const char *name;
        const char *place; /* %s: the folder that all is in */
        bool may_replace;
        enum err expected;
        const char *logged;
    } rows[] = {
        {"a file that is there", "%s/copy.mdb", false, ERR_EXISTS, "--force"},
        {"a folder", "%s/other", false, ERR_USAGE, "is not a file"},
        {"a folder, to be replaced", "%s/other", true, ERR_USAGE, "is not a file"},
        {"a link", "%s/link", true, ERR_USAGE, "is not a file"},
        {"no name", "%s/", true, ERR_USAGE, "not the name of a file"},
        {"this folder", "%s/.", true, ERR_USAGE, "not the name of a file"},
        {"the folder above", "%s/other/..", true, ERR_USAGE, "not the name of a file"},
        {"no folder", "%s/none/copy.mdb", false, ERR_NOT_FOUND, "cannot open folder"},
        {"a file as folder", "%s/copy.mdb/x", false, ERR_NOT_FOUND, "cannot open folder"},
        {"the store itself", "%s/state/data.mdb", true, ERR_USAGE, "inside the state folder"},
        {"beside the store", "%s/state/new.mdb", false, ERR_USAGE, "inside the state folder"},
        {"beneath it", "%s/state/inner/new.mdb", false, ERR_USAGE, "inside the state folder"},
        {"a way around", "%s/other/../state/new.mdb", false, ERR_USAGE, "inside the state folder"},
        {"a device", "/dev/null", true, ERR_USAGE, "is not a file"},
        {"nothing", "", true, ERR_USAGE, "not the name of a file"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char place[TEMP_FILE_SIZE];
        struct backup *backup = NULL;
        const char *rest = rows[i].place[0] == '%' ? rows[i].place + 2 : rows[i].place;
        (void)snprintf(place, sizeof place, "%s%s", rest == rows[i].place ? "" : rig->temp.parent,
                       rest);
        enum err err = backup_new_file(place, rig->temp.folder, rows[i].may_replace, &backup);
        if (err != rows[i].expected || backup != NULL)
            fail_msg("%s: %s", rows[i].name, err_name(err));
        assert_logged(rows[i].logged);
    }
    assert_text(rig->file, "precious\n");
    assert_int_equal(unlink(link), 0);
    assert_int_equal(rmdir(inner), 0);
    assert_int_equal(count_names(rig->temp.parent), 3);
    assert_int_equal(count_names(rig->temp.folder), 2);
}

/* The name of the state folder may be the beginning of another's. */
static void a_longer_name_is_elsewhere(void **state)
{
    struct rig *rig = *state;
    char folder[TEMP_FILE_SIZE], place[TEMP_FILE_SIZE + 16];
    struct backup *backup = NULL;
    (void)snprintf(folder, sizeof folder, "%s-2", rig->temp.folder);
    (void)snprintf(place, sizeof place, "%s/copy.mdb", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(backup_new_file(place, rig->temp.folder, false, &backup), ERR_OK);
    backup_free(&backup);
    assert_int_equal(rmdir(folder), 0);
}

/* With leave, a file is replaced, at the end and not before. */
static void replaces_with_leave(void **state)
{
    struct rig *rig = *state;
    bool is_replaced = false;
    write_file(rig->file, "old\n");
    struct backup *backup = save(rig, true);
    assert_text(rig->file, "old\n");
    assert_int_equal(backup_finish(backup, NULL, &is_replaced), ERR_OK);
    assert_true(is_replaced);
    backup_free(&backup);
    assert_int_equal(restore(rig, false, "aside", &is_replaced), ERR_OK);
    assert_other_holds(rig, 1);
}

/* A file that came while the copy was made is not overwritten either. */
static void latecomer_is_kept(void **state)
{
    struct rig *rig = *state;
    bool is_replaced;
    struct backup *backup = save(rig, false);
    write_file(rig->file, "mine\n");
    assert_int_equal(backup_finish(backup, NULL, &is_replaced), ERR_EXISTS);
    backup_free(&backup);
    assert_text(rig->file, "mine\n");
    assert_int_equal(count_names(rig->temp.parent), 2);
}

/* Stopped at any moment before the end, a copy leaves nothing. */
static void unfinished_leaves_nothing(void **state)
{
    struct rig *rig = *state;
    for (int steps = 0; steps < 4; steps++) {
        struct backup *backup = NULL;
        struct store *copy = NULL;
        assert_int_equal(backup_new_file(rig->file, rig->temp.folder, false, &backup), ERR_OK);
        if (steps > 0)
            assert_int_equal(backup_take_store(backup, rig->temp.store), ERR_OK);
        if (steps > 1)
            assert_int_equal(backup_open_store(backup, TEMP_MAP_BYTES, &copy), ERR_OK);
        store_close(&copy);
        if (steps > 2)
            assert_int_equal(backup_flush(backup), ERR_OK);
        assert_int_equal(count_names(rig->temp.parent), 2); /* the state folder and its own */
        backup_free(&backup);
        backup_free(&backup); /* freeing nothing is allowed */
        assert_int_equal(count_names(rig->temp.parent), 1);
    }
}

/* 0 when a limit of `fsize` bytes is an error that leaves nothing, from a store and from a file. */
static int copy_within(struct temp_store *temp, rlim_t size_bytes, bool is_from_file)
{
    struct rlimit limit = {size_bytes, size_bytes};
    struct backup *backup = NULL;
    struct store *reader = NULL;
    struct store_options options = {.is_read_only = true};
    char file[TEMP_FILE_SIZE], source[TEMP_FILE_SIZE];
    int fd = -1;
    enum err err = ERR_OK;
    (void)snprintf(file, sizeof file, "%s/copy.mdb", temp->parent);
    temp_path(temp, "data.mdb", source);
    (void)signal(SIGXFSZ, SIG_IGN);
    if (store_open(temp->folder, &options, &reader) != ERR_OK ||
        backup_open_file(source, &fd) != ERR_OK || setrlimit(RLIMIT_FSIZE, &limit) != 0 ||
        backup_new_file(file, temp->folder, false, &backup) != ERR_OK)
        return 1;
    err = is_from_file ? backup_take_file(backup, fd) : backup_take_store(backup, reader);
    backup_free(&backup);
    store_close(&reader);
    close(fd);
    return err == ERR_FULL || err == ERR_IO ? 0 : 2;
}

static int store_to_small_disk(struct temp_store *temp)
{
    return copy_within(temp, 5 * PAGE_BYTES, false);
}

static int store_to_no_disk(struct temp_store *temp)
{
    return copy_within(temp, 0, false);
}

static int file_to_small_disk(struct temp_store *temp)
{
    return copy_within(temp, 5 * PAGE_BYTES, true);
}

/* No room: an error, and nothing left. */
static void no_room(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(run_in_child(store_to_small_disk, &rig->temp), 0);
    assert_int_equal(run_in_child(store_to_no_disk, &rig->temp), 0);
    assert_int_equal(run_in_child(file_to_small_disk, &rig->temp), 0);
    assert_int_equal(count_names(rig->temp.parent), 1);
}

/* A copy on the node's own disk leaves the node its reserve. */
static void the_reserve_is_the_nodes(void **state)
{
    struct rig *rig = *state;
    const struct {
        const char *name;
        uint64_t reserve_bytes;
        enum err expected;
    } rows[] = {
        {"none", 0, ERR_OK},
        {"a page", PAGE_BYTES, ERR_OK},
        {"more than any disk", UINT64_MAX, ERR_FULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct backup *backup = NULL;
        rig->temp.options.reserve_bytes = rows[i].reserve_bytes;
        temp_reopen(&rig->temp);
        assert_int_equal(backup_new_file(rig->file, rig->temp.folder, false, &backup), ERR_OK);
        enum err err = backup_take_store(backup, rig->temp.store);
        if (err != rows[i].expected)
            fail_msg("%s: %s", rows[i].name, err_name(err));
        backup_free(&backup);
    }
    assert_logged("reserve_mib");
}

/* ---- the way back ---- */

/* A data file that is there stays, under another name, and so does the state folder's privacy. */
static void restore_sets_aside(void **state)
{
    struct rig *rig = *state;
    char path[TEMP_FILE_SIZE + 16];
    bool is_replaced = false;
    make_backup(rig);
    assert_int_equal(mkdir(rig->other, 0755), 0);
    (void)snprintf(path, sizeof path, "%s/data.mdb", rig->other);
    write_file(path, "whatever it was\n");

    assert_int_equal(restore(rig, false, "aside", &is_replaced), ERR_EXISTS);
    assert_logged("--replace");
    assert_text(path, "whatever it was\n");
    assert_int_equal(count_names(rig->other), 1);

    assert_int_equal(restore(rig, true, "aside", &is_replaced), ERR_OK);
    assert_true(is_replaced);
    assert_other_holds(rig, 1);
    assert_int_equal(stat_of(path).st_mode & 07777, 0600);
    assert_int_equal(stat_of(rig->other).st_mode & 07777, 0700);
    (void)snprintf(path, sizeof path, "%s/aside", rig->other);
    assert_text(path, "whatever it was\n");

    /* The same name again: it is not overwritten, and the present data stays. */
    assert_int_equal(restore(rig, true, "aside", &is_replaced), ERR_IO);
    assert_logged("run this again");
    assert_text(path, "whatever it was\n");
    assert_other_holds(rig, 1);
}

/* LMDB would look for the former data's last commit in the table of readers: a reader that has it
 * open keeps its own, the new data begins with none. */
static void restore_drops_the_readers(void **state)
{
    struct rig *rig = *state;
    char path[TEMP_FILE_SIZE + 16];
    bool is_replaced;
    make_backup(rig);
    assert_int_equal(mkdir(rig->other, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/lock.mdb", rig->other);
    write_file(path, "of the former data\n");
    assert_int_equal(restore(rig, true, "aside", &is_replaced), ERR_OK);
    assert_false(is_replaced);
    assert_int_equal(access(path, F_OK), -1);
    assert_other_holds(rig, 1);
}

/* A running daemon keeps its folder to itself. */
static void restore_needs_it_stopped(void **state)
{
    struct rig *rig = *state;
    struct backup *backup = NULL;
    assert_int_equal(backup_new_state(rig->temp.folder, true, &backup), ERR_BUSY);
    assert_null(backup);
    assert_logged("stop that tonghopd first");
    store_close(&rig->temp.store);
    assert_int_equal(backup_new_state(rig->temp.folder, true, &backup), ERR_OK);
    struct store *store = NULL;
    assert_int_equal(store_open(rig->temp.folder, &rig->temp.options, &store), ERR_BUSY);
    backup_free(&backup);
    assert_int_equal(temp_open(&rig->temp), ERR_OK);
}

/* What is no backup, or a part of one, is refused before anything is made. */
static void not_a_backup(void **state)
{
    struct rig *rig = *state;
    make_backup(rig);
    off_t whole = stat_of(rig->file).st_size;
    const struct {
        const char *name;
        off_t size_bytes;
    } rows[] = {
        {"a byte less", whole - 1},
        {"half", whole / 2},
        {"a page", PAGE_BYTES},
        {"nothing", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool is_replaced;
        assert_int_equal(truncate(rig->file, rows[i].size_bytes), 0);
        enum err err = restore(rig, false, "aside", &is_replaced);
        if (err != ERR_CORRUPT)
            fail_msg("%s: %s", rows[i].name, err_name(err));
    }
    assert_logged("is not a backup, or is damaged");
    assert_int_equal(access(rig->other, F_OK), -1);
    int fd = -1;
    assert_int_equal(backup_open_file(rig->temp.folder, &fd), ERR_USAGE);
    assert_logged("name the backup itself");
    assert_int_equal(unlink(rig->file), 0);
    assert_int_equal(backup_open_file(rig->file, &fd), ERR_NOT_FOUND);
    assert_int_equal(mkfifo(rig->file, 0600), 0); /* would wait for a writer */
    assert_int_equal(backup_open_file(rig->file, &fd), ERR_USAGE);
    assert_int_equal(fd, -1);
}

/* Of another schema, also from before there were checksums: refused by name, and the other folder
 * stays as it was. */
static void another_schema(void **state)
{
    struct rig *rig = *state;
    bool is_replaced;
    struct store_txn *txn = store_begin_write(rig->temp.store);
    assert_int_equal(store_put_meta_u64(txn, "schema", STORE_SCHEMA + 1), ERR_OK);
    assert_commits(&txn);
    temp_settle(rig->temp.store);
    store_close(&rig->temp.store);
    char source[TEMP_FILE_SIZE];
    temp_path(&rig->temp, "data.mdb", source);
    assert_int_equal(link(source, rig->file), 0);
    assert_int_equal(restore(rig, false, "aside", &is_replaced), ERR_VERSION);
    assert_logged("newer version");
    older_make(source, 1);
    assert_int_equal(restore(rig, false, "aside", &is_replaced), ERR_VERSION);
    assert_logged("older version: its schema is 1");
    assert_int_equal(count_names(rig->other), 0);
}

/* A header that counts 2^49 pages, and a map for them, is refused before memory is asked for. */
static void impossible_header(void **state)
{
    struct rig *rig = *state;
    const uint64_t map_bytes = UINT64_C(1) << 62, last_page = UINT64_C(1) << 49;
    int fd = -1;
    make_backup(rig);
    int out = open(rig->file, O_WRONLY | O_CLOEXEC);
    for (off_t page = 0; page <= PAGE_BYTES; page += PAGE_BYTES) {
        assert_int_equal(pwrite(out, &map_bytes, 8, page + 32), 8);
        assert_int_equal(pwrite(out, &last_page, 8, page + 136), 8);
    }
    assert_int_equal(close(out), 0);
    assert_int_equal(backup_open_file(rig->file, &fd), ERR_CORRUPT);
    assert_logged("the number of pages in its header is wrong: use another one");
}

/* ---- root ---- */

enum { DAEMON = 65534 };

/* What verify does as root; 0 when this process is the owner for good, and the store opens. */
static int read_as_owner(struct temp_store *temp)
{
    int fd = open(temp->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    temp->options.is_read_only = true;
    if (folder_become_owner(fd, temp->folder) != ERR_OK || getuid() != DAEMON ||
        getgid() != DAEMON || getgroups(0, NULL) != 0 || setuid(0) == 0 || seteuid(0) == 0)
        return 1;
    return temp_open(temp) == ERR_OK ? 0 : 2;
}

static void give_to_daemon(const struct rig *rig)
{
    char data[TEMP_FILE_SIZE];
    temp_path(&rig->temp, "data.mdb", data);
    assert_int_equal(chmod(rig->temp.parent, 0711), 0); /* the other user passes through */
    assert_int_equal(chown(rig->temp.folder, DAEMON, DAEMON), 0);
    assert_int_equal(chown(data, DAEMON, DAEMON), 0);
}

/* Root reads a store as its owner: a table of readers that is made is the daemon's, and a link in
 * its place leads to nothing that the daemon's user could not reach. */
static void root_becomes_the_owner(void **state)
{
    struct rig *rig = *state;
    char lock[TEMP_FILE_SIZE], data[TEMP_FILE_SIZE];
    if (geteuid() != 0)
        skip(); /* only root can become another user */
    temp_path(&rig->temp, "lock.mdb", lock);
    temp_path(&rig->temp, "data.mdb", data);
    store_close(&rig->temp.store);
    give_to_daemon(rig);
    assert_int_equal(unlink(lock), 0);
    assert_int_equal(run_in_child(read_as_owner, &rig->temp), 0);
    assert_int_equal(stat_of(lock).st_uid, DAEMON);
    assert_int_equal(stat_of(lock).st_mode & 07777, 0600);

    assert_int_equal(unlink(lock), 0);
    assert_int_equal(symlink(rig->other, lock), 0);
    assert_int_equal(run_in_child(read_as_owner, &rig->temp), 2 << 8);
    assert_int_equal(access(rig->other, F_OK), -1);

    assert_int_equal(unlink(lock), 0);
    assert_int_equal(rename(data, rig->file), 0);
    assert_int_equal(chown(rig->file, 0, 0), 0);
    assert_int_equal(symlink(rig->file, data), 0);
    assert_int_equal(run_in_child(read_as_owner, &rig->temp), 2 << 8);
}

/* Nobody else becomes another user, and root stays root where the folder is root's. */
static void others_stay(void **state)
{
    struct rig *rig = *state;
    uid_t user = geteuid();
    int fd = open(rig->temp.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(folder_become_owner(fd, rig->temp.folder), ERR_OK);
    assert_int_equal(close(fd), 0);
    assert_int_equal(geteuid(), user);
}

#define BACKUP_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BACKUP_TEST(copy_is_marked),
        BACKUP_TEST(copy_is_consistent),
        BACKUP_TEST(places),
        BACKUP_TEST(a_longer_name_is_elsewhere),
        BACKUP_TEST(replaces_with_leave),
        BACKUP_TEST(latecomer_is_kept),
        BACKUP_TEST(unfinished_leaves_nothing),
        BACKUP_TEST(no_room),
        BACKUP_TEST(the_reserve_is_the_nodes),
        BACKUP_TEST(restore_sets_aside),
        BACKUP_TEST(restore_drops_the_readers),
        BACKUP_TEST(restore_needs_it_stopped),
        BACKUP_TEST(not_a_backup),
        BACKUP_TEST(another_schema),
        BACKUP_TEST(impossible_header),
        BACKUP_TEST(root_becomes_the_owner),
        BACKUP_TEST(others_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
