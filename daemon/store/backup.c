/* Copies of a store's data file.
 *
 *     FILE.part-XXXXXX/data.mdb    --rename-->  FILE                a backup
 *     STATE/data.mdb.part-XXXXXX/data.mdb  -->  STATE/data.mdb      a restored store
 *
 * The folder is private, so nobody can get at the copy before it is done, and LMDB finds it by the
 * name that it wants. The copy is filled through a descriptor: a backup that root makes is root's,
 * but the process that reads the store is the daemon's user, who may not come to it by its path.
 *
 * Root may be sent to a folder that others may write in, who could put something else under any of
 * these names at any moment. So what was opened once is used by its descriptor: paths are for
 * messages.
 *
 * In a state folder there is a data file at every moment: the one replaced gets a second name
 * first, because a daemon that finds none starts an empty store. */
#include "store/backup.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"
#include "store/datafile.h"
#include "store/feed.h"
#include "store/folder.h"
#include "store/pages.h"
#include "store/txn.h"

enum { COPY_MODE = 0600, OTHERS_MASK = 077, OTHERS_WRITE = 022, BLOCK_BYTES = 1 << 20 };

struct backup {
    char *place;  /* the path that the copy is to get */
    char *folder; /* that the place is in */
    char *name;   /* of the place in it */
    char *work;   /* the copy's own folder, NULL: not made */
    char *copy;   /* work/data.mdb */
    int folder_fd, work_fd, copy_fd;
    bool is_state;
    bool may_replace;
};

/* ---- places ---- */

static struct backup *new_backup(const char *place, bool may_replace)
{
    struct backup *backup = mem_calloc(1, sizeof *backup);
    const char *slash = strrchr(place, '/');
    backup->place = mem_strdup(place);
    backup->name = mem_strdup(slash != NULL ? slash + 1 : place);
    /* The slash stays: it is the whole path of a file in "/". */
    backup->folder =
        slash != NULL ? mem_strndup(place, (size_t)(slash - place) + 1) : mem_strdup("./");
    backup->folder_fd = backup->work_fd = backup->copy_fd = -1;
    backup->may_replace = may_replace;
    return backup;
}

/* Of the copy's own folder, in the one that it was made in. */
static const char *work_name(const struct backup *backup)
{
    return backup->work + strlen(backup->folder);
}

void backup_free(struct backup **backup)
{
    struct backup *b = *backup;
    if (b == NULL)
        return;
    if (b->work != NULL) {
        /* A copy that has its name is not there any more. */
        bool is_gone =
            b->work_fd < 0 || unlinkat(b->work_fd, DATAFILE_NAME, 0) == 0 || errno == ENOENT;
        if (!is_gone || unlinkat(b->folder_fd, work_name(b), AT_REMOVEDIR) != 0)
            log_event(LOG_EVENT_LEFTOVERS, NULL, "cannot remove %s: %s: remove it by hand", b->work,
                      strerror(errno));
    }
    if (b->copy_fd >= 0)
        (void)close(b->copy_fd); /* what is to stay was flushed */
    if (b->work_fd >= 0)
        (void)close(b->work_fd); /* nothing was written through it */
    if (b->folder_fd >= 0)
        (void)close(b->folder_fd); /* gives the lock back; nothing was written through it */
    free(b->place);
    free(b->folder);
    free(b->name);
    free(b->work);
    free(b->copy);
    free(b);
    *backup = NULL;
}

/* `what` could not be done to the copy, for the reason in errno. */
static enum err fail(const struct backup *backup, const char *what)
{
    bool is_full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = is_full ? ERR_FULL : ERR_IO),
              "cannot %s %s: %s%s", what, backup->copy, strerror(errno),
              is_full ? ": make room there" : "");
    return is_full ? ERR_FULL : ERR_IO;
}

/* Whether the folder is the one that we made, where nobody else can put files: as a new file in it,
 * it is ours and private, as far as the file system keeps such things at all. */
static bool is_private(int folder_fd, int file_fd)
{
    struct stat folder, file;
    return fstat(folder_fd, &folder) == 0 && fstat(file_fd, &file) == 0 &&
           folder.st_uid == file.st_uid &&
           ((folder.st_mode & OTHERS_WRITE) == 0 || (file.st_mode & OTHERS_MASK) != 0);
}

static enum err make_copy(struct backup *backup)
{
    backup->work_fd = openat(backup->folder_fd, work_name(backup),
                             O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (backup->work_fd >= 0)
        backup->copy_fd = openat(backup->work_fd, DATAFILE_NAME,
                                 O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, COPY_MODE);
    if (backup->copy_fd < 0)
        return fail(backup, "make");
    if (is_private(backup->work_fd, backup->copy_fd))
        return ERR_OK;
    log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_IO),
              "%s is not as it was made: somebody else works in folder %s: name one where nobody "
              "else may write",
              backup->work, backup->folder);
    return ERR_IO;
}

static enum err make_work_folder(struct backup *backup)
{
    char *made = mem_printf("/proc/self/fd/%d/%s.part-XXXXXX", backup->folder_fd, backup->name);
    if (mkdtemp(made) == NULL) {
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_IO),
                  "cannot write in folder %s: %s", backup->folder, strerror(errno));
        free(made);
        return ERR_IO;
    }
    backup->work = mem_printf("%s%s", backup->folder, strrchr(made, '/') + 1);
    backup->copy = mem_printf("%s/" DATAFILE_NAME, backup->work);
    free(made);
    return make_copy(backup);
}

static bool is_same_folder(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* True for the state folder and what is beneath it. Goes up from the open folder to the top. */
static bool is_inside(int folder_fd, const char *state_dir)
{
    struct stat wanted, at, below = {0};
    bool is_in = false;
    int fd = stat(state_dir, &wanted) == 0
                 ? openat(folder_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC)
                 : -1;
    while (fd >= 0 && fstat(fd, &at) == 0 && !is_same_folder(&at, &below) && !is_in) {
        int above = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        is_in = is_same_folder(&at, &wanted);
        below = at;
        (void)close(fd); /* it was only looked at */
        fd = above;
    }
    if (fd >= 0)
        (void)close(fd); /* as above */
    return is_in;
}

/* What stands at the place must not be destroyed by mistake. */
static enum err check_place(const struct backup *backup)
{
    struct stat info;
    if (fstatat(backup->folder_fd, backup->name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return ERR_OK;
    if (!S_ISREG(info.st_mode)) {
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_USAGE),
                  "%s is there and is not a file: name another", backup->place);
        return ERR_USAGE;
    }
    if (backup->may_replace)
        return ERR_OK;
    if (backup->is_state)
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_EXISTS),
                  "%s is there: --replace sets it aside and puts the backup in its place",
                  backup->place);
    else
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_EXISTS),
                  "%s is there: choose another name, or --force to replace it", backup->place);
    return ERR_EXISTS;
}

/* In a folder of the daemon's user, such as that of its own backups, that user could put a link in
 * the place of our work folder: what he may touch is made, and removed, with his rights alone. */
static enum err become_user_of_both(const struct backup *backup, const char *state_dir)
{
    struct stat place, state;
    bool is_same = fstat(backup->folder_fd, &place) == 0 && stat(state_dir, &state) == 0 &&
                   place.st_uid == state.st_uid;
    return is_same ? folder_become_owner(backup->folder_fd, backup->folder) : ERR_OK;
}

static enum err begin_file(struct backup *backup, const char *state_dir)
{
    if (backup->name[0] == '\0' || strcmp(backup->name, ".") == 0 ||
        strcmp(backup->name, "..") == 0) {
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_USAGE),
                  "'%s' is not the name of a file", backup->place);
        return ERR_USAGE;
    }
    backup->folder_fd = open(backup->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (backup->folder_fd < 0) {
        bool is_missing = errno == ENOENT || errno == ENOTDIR;
        log_event(LOG_EVENT_OFFLINE_FAILED,
                  LOG_FIELDS(.error = is_missing ? ERR_NOT_FOUND : ERR_IO),
                  "cannot open folder %s: %s", backup->folder, strerror(errno));
        return is_missing ? ERR_NOT_FOUND : ERR_IO;
    }
    if (is_inside(backup->folder_fd, state_dir)) {
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_USAGE),
                  "%s would be inside the state folder %s, and be lost with it: name a place "
                  "elsewhere, best on another disk",
                  backup->place, state_dir);
        return ERR_USAGE;
    }
    enum err err = check_place(backup);
    if (err == ERR_OK)
        err = become_user_of_both(backup, state_dir);
    return err == ERR_OK ? make_work_folder(backup) : err;
}

enum err backup_new_file(const char *path, const char *state_dir, bool may_replace,
                         struct backup **ret_backup)
{
    struct backup *backup = new_backup(path, may_replace);
    enum err err = begin_file(backup, state_dir);
    if (err == ERR_OK)
        *ret_backup = backup;
    else
        backup_free(&backup);
    return err;
}

enum err backup_new_state(const char *state_dir, bool may_replace, struct backup **ret_backup)
{
    char *place = mem_printf("%s/" DATAFILE_NAME, state_dir);
    struct backup *backup = new_backup(place, may_replace);
    backup->is_state = true;
    enum err err = folder_open(state_dir, false, &backup->folder_fd);
    if (err == ERR_OK)
        err = check_place(backup);
    if (err == ERR_OK)
        err = folder_become_owner(backup->folder_fd, state_dir);
    if (err == ERR_OK)
        err = make_work_folder(backup);
    if (err == ERR_OK)
        *ret_backup = backup;
    else
        backup_free(&backup);
    free(place);
    return err;
}

/* ---- contents ---- */

bool backup_crowds_out(int fd, const struct store *source, uint64_t bytes)
{
    struct stat ours, theirs;
    if (fstat(fd, &ours) != 0 || fstat(source->folder, &theirs) != 0 ||
        ours.st_dev != theirs.st_dev)
        return false;
    uint64_t free_bytes = folder_free_bytes(fd);
    if (free_bytes >= bytes && free_bytes - bytes >= source->reserve_bytes)
        return false;
    log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_FULL),
              "%llu MiB more would take the room that the node keeps free on its disk "
              "(reserve_mib): make room, or name a place on another disk",
              (unsigned long long)(bytes >> 20) + 1);
    return true;
}

enum err backup_take_store(struct backup *backup, struct store *source)
{
    if (backup_crowds_out(backup->folder_fd, source, db_live_bytes(source->db)))
        return ERR_FULL;
    return db_copy(source->db, backup->copy_fd, backup->copy);
}

enum err backup_open_any(const char *path, const char *wanted, int *ret_fd)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not hold us up */
    if (fd < 0) {
        bool is_missing = errno == ENOENT || errno == ENOTDIR;
        log_event(LOG_EVENT_OFFLINE_FAILED,
                  LOG_FIELDS(.error = is_missing ? ERR_NOT_FOUND : ERR_IO), "cannot open %s: %s",
                  path, strerror(errno));
        return is_missing ? ERR_NOT_FOUND : ERR_IO;
    }
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_USAGE),
                  "%s is not a file: name %s", path, wanted);
        (void)close(fd); /* nothing was written through it */
        return ERR_USAGE;
    }
    *ret_fd = fd;
    return ERR_OK;
}

enum err backup_open_file(const char *path, int *ret_fd)
{
    int fd;
    const char *damage = "it is being written to"; /* if its header tells of another transaction */
    enum err err = backup_open_any(path, "the backup itself, such as FOLDER/" DATAFILE_NAME, &fd);
    if (err != ERR_OK)
        return err;
    err = pages_check(fd, PAGES_LATEST, &damage);
    if (err == ERR_VERSION)
        (void)datafile_log_schema(path, 1, NULL); /* it says what err does */
    else if (err != ERR_OK)
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = err),
                  "%s is not a backup, or is damaged: %s: use another one", path, damage);
    if (err != ERR_OK) {
        (void)close(fd); /* nothing was written through it */
        return err == ERR_STALE ? ERR_CORRUPT : err;
    }
    *ret_fd = fd;
    return ERR_OK;
}

enum err backup_take_file(struct backup *backup, int fd)
{
    off_t offset = 0;
    ssize_t sent;
    do {
        sent = sendfile(backup->copy_fd, fd, &offset, BLOCK_BYTES);
    } while (sent > 0);
    return sent == 0 ? ERR_OK : fail(backup, "copy it to");
}

/* ---- looking at it, and finishing ---- */

static enum err mark(struct store *store)
{
    bool is_unknown;
    struct store_txn *txn = store_begin_write(store);
    /* Errors are sticky: the commit returns them. */
    (void)store_put_meta_u64(txn, STORE_META_RESTORE, 1);
    feed_end(txn);
    return store_commit(&txn, &is_unknown);
}

enum err backup_open_store(struct backup *backup, uint64_t map_size_bytes, struct store **ret_store)
{
    struct store_options options = {
        .map_size_bytes = map_size_bytes, .is_copy = true, .folder = backup->work_fd};
    struct store *store = NULL;
    enum err err = store_open(backup->work, &options, &store);
    if (err == ERR_NOT_FOUND)
        err = ERR_CORRUPT;
    if (err == ERR_OK)
        err = mark(store);
    if (err == ERR_OK)
        *ret_store = store;
    else
        store_close(&store);
    return err;
}

enum err backup_make_store(struct backup *backup, uint64_t map_size_bytes, struct store **ret_store)
{
    struct store_options options = {.map_size_bytes = map_size_bytes,
                                    .is_copy = true,
                                    .folder = backup->work_fd,
                                    .is_made = true};
    struct store *store = NULL;
    if (unlinkat(backup->work_fd, DATAFILE_NAME, 0) != 0)
        return fail(backup, "make"); /* an empty file is no store */
    enum err err = store_open(backup->work, &options, &store);
    if (err == ERR_OK)
        err = mark(store);
    (void)close(backup->copy_fd); /* nothing was written through it */
    backup->copy_fd =
        err == ERR_OK ? openat(backup->work_fd, DATAFILE_NAME, O_RDWR | O_CLOEXEC) : -1;
    if (err == ERR_OK && backup->copy_fd < 0)
        err = fail(backup, "open");
    if (err == ERR_OK)
        *ret_store = store;
    else
        store_close(&store);
    return err;
}

int backup_copy_fd(const struct backup *backup)
{
    return backup->copy_fd;
}

enum err backup_flush(struct backup *backup)
{
    return fsync(backup->copy_fd) == 0 ? ERR_OK : fail(backup, "flush");
}

/* A file system without RENAME_NOREPLACE has the check that was made at the beginning. */
static int rename_file(const struct backup *backup)
{
    unsigned flags = backup->may_replace ? 0 : RENAME_NOREPLACE;
    int rc = renameat2(backup->work_fd, DATAFILE_NAME, backup->folder_fd, backup->name, flags);
    if (rc != 0 && (errno == EINVAL || errno == ENOSYS))
        rc = renameat(backup->work_fd, DATAFILE_NAME, backup->folder_fd, backup->name);
    return rc;
}

static enum err finish_file(struct backup *backup, bool *ret_is_replaced)
{
    bool is_replaced = faccessat(backup->folder_fd, backup->name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    if (rename_file(backup) != 0) {
        bool exists = errno == EEXIST;
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = exists ? ERR_EXISTS : ERR_IO),
                  "cannot name the copy %s: %s", backup->place, strerror(errno));
        return exists ? ERR_EXISTS : ERR_IO;
    }
    if (folder_sync(backup->folder_fd) != ERR_OK) {
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_IO),
                  "cannot flush folder %s: %s", backup->folder, strerror(errno));
        return ERR_IO;
    }
    *ret_is_replaced = is_replaced;
    return ERR_OK;
}

/* The table of readers goes, too: in one that a reader of the former data keeps open, LMDB would
 * look for the last commit of the new. */
static enum err finish_state(struct backup *backup, const char *aside, bool *ret_is_replaced)
{
    bool is_replaced = linkat(backup->folder_fd, DATAFILE_NAME, backup->folder_fd, aside, 0) == 0;
    if (!is_replaced && errno != ENOENT) {
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_IO),
                  "cannot set %s aside as %s: %s%s", backup->place, aside, strerror(errno),
                  errno == EEXIST ? ": it was made in this very second: run this again" : "");
        return ERR_IO;
    }
    if ((unlinkat(backup->folder_fd, DATAFILE_LOCK_NAME, 0) != 0 && errno != ENOENT) ||
        renameat(backup->work_fd, DATAFILE_NAME, backup->folder_fd, DATAFILE_NAME) != 0) {
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_IO),
                  "cannot put the copy in the place of %s: %s", backup->place, strerror(errno));
        if (is_replaced)
            (void)unlinkat(backup->folder_fd, aside, 0); /* the first name is still there */
        return ERR_IO;
    }
    if (folder_sync(backup->folder_fd) != ERR_OK) {
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_IO),
                  "cannot flush folder %s: %s", backup->folder, strerror(errno));
        return ERR_IO;
    }
    *ret_is_replaced = is_replaced;
    return ERR_OK;
}

enum err backup_finish(struct backup *backup, const char *aside, bool *ret_is_replaced)
{
    assert(backup->is_state == (aside != NULL));
    return backup->is_state ? finish_state(backup, aside, ret_is_replaced)
                            : finish_file(backup, ret_is_replaced);
}
