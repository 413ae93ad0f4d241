/* Opening LMDB: making its file, looking at every page of it before LMDB follows one, unless the
 * file is sealed, and what is flushed before anybody is answered. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"
#include "store/datafile.h"
#include "store/db.h"
#include "store/db_lmdb.h"
#include "store/deferred.h"
#include "store/folder.h"
#include "store/pages.h"
#include "store/seal.h"

enum {
    FILE_MODE = 0600,
    CHECKS_MAX = 100,            /* a writer may come in between, though hardly so often */
    PENDING_BYTES_MAX = 4 << 20, /* of memory, and of what an opening has to read */
    PENDING_CHANGES_MAX = 32768, /* each may be of a page of its own, when it is placed */
    ROOM_BYTES = 4 << 20,        /* of a new file ... */
    ROOM_DISK_PART = 16,         /* ... if the disk has so many times as much */
    ZEROS_BYTES = 64 << 10,
};

/* What we find may be more than what is on the disk: a process that was killed between writing a
 * commit and flushing it leaves it with the kernel, and one that could not flush the folder leaves
 * the file's name there. Whoever reads it here will be answered with it. */
static enum err make_durable(struct db *db, int folder_fd)
{
    int rc = mdb_env_sync(db->env, 1);
    if (rc == MDB_SUCCESS && folder_sync(folder_fd) != ERR_OK)
        rc = errno;
    if (rc == MDB_SUCCESS)
        return ERR_OK;
    log_event(LOG_EVENT_STORE_FAILED, LOG_FIELDS(.error = db_err_of(rc)),
              "store %s: cannot flush " DATAFILE_NAME ": %s%s", db->path, mdb_strerror(rc),
              db_remedy_of(rc));
    return db_err_of(rc);
}

static void read_sizes(struct db *db)
{
    MDB_stat stat_of_main;
    MDB_envinfo info;
    (void)mdb_env_stat(db->env, &stat_of_main); /* these fail only without an environment */
    (void)mdb_env_info(db->env, &info);
    db->page_bytes = stat_of_main.ms_psize;
    db->map_bytes = info.me_mapsize;
}

/* Before LMDB follows a page number. The transaction keeps a writer beside us from writing over the
 * pages that are looked at. */
static enum err check_pages(const struct db *db)
{
    const char *damage = NULL;
    int fd, tries = 0;
    enum err err = ERR_STALE;
    (void)mdb_env_get_fd(db->env, &fd); /* fails only without an environment */
    while (err == ERR_STALE && tries++ < CHECKS_MAX) {
        MDB_txn *txn = NULL;
        int rc = mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn);
        if (rc != MDB_SUCCESS) {
            log_event(LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = db_err_of(rc)),
                      "store %s: cannot read it: %s%s", db->path, mdb_strerror(rc),
                      db_remedy_of(rc));
            return db_err_of(rc);
        }
        err = pages_check(fd, mdb_txn_id(txn), &damage);
        mdb_txn_abort(txn);
    }
    if (err == ERR_VERSION)
        return datafile_log_schema(db->path, 1, NULL);
    if (err != ERR_OK)
        datafile_log_damage(db->path, damage != NULL ? damage : "its header does not come to rest");
    return err;
}

/* The path that LMDB is given. That of a copy leads to the folder that was made for it: whoever may
 * write beside that one could put another in its place. The caller frees. */
static char *path_for_lmdb(const char *path, int folder_fd, enum db_access access)
{
    bool is_copy = access == DB_ACCESS_COPY || access == DB_ACCESS_MADE;
    return is_copy ? mem_printf("/proc/self/fd/%d", folder_fd) : mem_strdup(path);
}

static int open_environment(struct db *db, const char *path, uint64_t map_size_bytes,
                            enum db_access access)
{
    bool is_read_only = access == DB_ACCESS_READER;
    int rc = mdb_env_create(&db->env);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_set_maxdbs(db->env, DB_TABLE_COUNT);
    /* A reader takes the writer's map size, which is in the file. */
    if (rc == MDB_SUCCESS && !is_read_only)
        rc = mdb_env_set_mapsize(db->env, map_size_bytes);
    unsigned flags = MDB_NOTLS | (is_read_only ? MDB_RDONLY : 0);
    if (access == DB_ACCESS_COPY || access == DB_ACCESS_MADE)
        flags |= MDB_NOLOCK;
    if (rc == MDB_SUCCESS)
        rc = mdb_env_open(db->env, path, flags, FILE_MODE);
    return rc;
}

/* While a file grows, each commit has to flush its new length as well. What waits for the first
 * time finds its place here; later it has what was free again. Where there is little room it is
 * left to those who need it; where it cannot be had all is well, only slower. */
static void make_room(MDB_env *env, int folder_fd)
{
    int fd;
    if (folder_free_bytes(folder_fd) < (uint64_t)ROOM_BYTES * ROOM_DISK_PART)
        return;
    (void)mdb_env_get_fd(env, &fd); /* fails only without an environment */
    uint8_t *zeros = mem_calloc(1, ZEROS_BYTES);
    off_t at = lseek(fd, 0, SEEK_END), end = at + ROOM_BYTES; /* -1: nothing is written */
    while (at > 0 && at < end && pwrite(fd, zeros, ZEROS_BYTES, at) == ZEROS_BYTES)
        at += ZEROS_BYTES;
    free(zeros);
}

/* An empty environment, on disk with its name before anybody relies on it: a first start that was
 * cut off must leave no half file, which would be taken for a damaged store. */
static enum err make_file(const char *path, int folder_fd, const char *lmdb_path,
                          enum db_access access)
{
    static const char name[] = DATAFILE_NAME ".new";
    MDB_env *env = NULL;
    char *file = mem_printf("%s/%s", lmdb_path, name);
    (void)unlinkat(folder_fd, name, 0); /* of a start that was cut off, if there was one */
    int rc = mdb_env_create(&env);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_open(env, file, MDB_NOSUBDIR | MDB_NOLOCK, FILE_MODE);
    if (rc == MDB_SUCCESS && access == DB_ACCESS_OWNER)
        make_room(env, folder_fd);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_sync(env, 1);
    mdb_env_close(env);
    if (rc == MDB_SUCCESS && (renameat(folder_fd, name, folder_fd, DATAFILE_NAME) != 0 ||
                              folder_sync(folder_fd) != ERR_OK))
        rc = errno;
    if (rc != MDB_SUCCESS)
        log_event(LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = db_err_of(rc)),
                  "store %s: cannot make " DATAFILE_NAME ": %s%s", path, mdb_strerror(rc),
                  db_remedy_of(rc));
    free(file);
    return rc == MDB_SUCCESS ? ERR_OK : db_err_of(rc);
}

/* Placing takes a page for each change, where they are scattered, and room for what is new: at most
 * half of what has to be free for anything to wait. */
static struct deferred_amount bound_of(const struct db *db)
{
    uint64_t part_bytes = db->map_bytes / DB_ROOM_PART / 4;
    uint64_t changes = part_bytes / db->page_bytes;
    return (struct deferred_amount){
        .changes = changes < PENDING_CHANGES_MAX ? changes : PENDING_CHANGES_MAX,
        .bytes = part_bytes < PENDING_BYTES_MAX ? part_bytes : PENDING_BYTES_MAX};
}

/* The file is there. */
static enum err open_file(struct db *db, const char *lmdb_path, int folder_fd,
                          uint64_t map_size_bytes, enum db_access access)
{
    int rc = open_environment(db, lmdb_path, map_size_bytes, access);
    if (rc != MDB_SUCCESS) {
        log_event(LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = db_err_of(rc)),
                  "store %s: cannot open it: %s%s", db->path, mdb_strerror(rc), db_remedy_of(rc));
        return db_err_of(rc);
    }
    read_sizes(db);
    struct deferred_amount bound = bound_of(db);
    db->is_reader = access == DB_ACCESS_READER;
    db->deferred = deferred_new(&bound, db->is_reader);
    db_check_readers(db);
    bool is_sealed = access == DB_ACCESS_OWNER && seal_take(folder_fd);
    if (is_sealed)
        log_debug("store %s: " DATAFILE_NAME " is what a daemon that ended well has left: its "
                  "pages are not looked at again",
                  db->path);
    enum err err = is_sealed ? ERR_OK : check_pages(db);
    if (err == ERR_OK && access == DB_ACCESS_OWNER)
        err = make_durable(db, folder_fd);
    return err;
}

enum err db_open(const char *path, int folder_fd, uint64_t map_size_bytes, enum db_access access,
                 struct db **ret_db)
{
    char *lmdb_path = path_for_lmdb(path, folder_fd, access);
    struct db *db = NULL;
    enum err err = datafile_check(folder_fd, path);
    if (err == ERR_NOT_FOUND && (access == DB_ACCESS_OWNER || access == DB_ACCESS_MADE))
        err = make_file(path, folder_fd, lmdb_path, access);
    else if (err == ERR_NOT_FOUND)
        log_event(LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = err),
                  "store %s: there is no store: check state_dir", path);
    if (err == ERR_OK) {
        db = mem_calloc(1, sizeof *db);
        db->path = mem_strdup(path);
        err = open_file(db, lmdb_path, folder_fd, map_size_bytes, access);
    }
    if (err != ERR_OK)
        db_close(&db);
    else
        *ret_db = db;
    free(lmdb_path);
    return err;
}

void db_close(struct db **db)
{
    if (*db == NULL)
        return;
    assert(!(*db)->is_writing);
    mdb_env_close((*db)->env);
    deferred_free(&(*db)->deferred);
    free((*db)->path);
    free(*db);
    *db = NULL;
}
