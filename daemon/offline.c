/* Verify, backup, restore.
 *
 *     this process              processes of their own, the workers
 *     checks the place,
 *     makes a work folder  -->  one copies
 *                          -->  one opens the copy, marks it, verifies it, flushes it
 *     renames the copy     <--  what they found
 *     removes the folder, whatever happened
 *
 * LMDB believes its file, so that a damaged one can crash who reads it; and a person may end us in
 * the middle. Either way this process is still there to say so and to clean up.
 *
 * Where we are root, a worker becomes the daemon's user before it opens anything in the state
 * folder, where that user can have put links, and before it reads reports. Root opens and marks the
 * copy, after looking at all its pages. */
#include "offline.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/log.h"
#include "loop.h"
#include "store/backup.h"
#include "store/folder.h"
#include "wire/digest.h"

/* What the worker found; in memory that it shares with us. */
struct findings {
    bool is_complete; /* the worker came to its end */
    enum err error;
    uint64_t reports, visited, figures, bytes; /* visited: reports that were recomputed */
    size_t differences;
    uint32_t catalogue;
    bool is_rebuilding;
    uint8_t digest[DIGEST_SIZE];
};

struct job {
    const struct offline *offline;
    const char *what; /* is read: for messages */
    int fd;           /* of the backup that is restored */
    struct backup *copy;
    struct findings *findings;
};

/* ---- the worker ---- */

static bool is_stop(int number)
{
    return number == SIGINT || number == SIGTERM || number == SIGHUP;
}

/* Waits for the worker, which a signal that asks us to stop ends. */
static enum err wait_for(pid_t worker, const sigset_t *signals, const struct job *job)
{
    int status = 0;
    bool is_stopped = false;
    while (waitpid(worker, &status, WNOHANG) == 0) {
        int number = sigwaitinfo(signals, NULL);
        if (is_stop(number) && kill(worker, SIGKILL) == 0)
            is_stopped = true;
    }
    if (is_stopped) {
        log_event(LOG_EVENT_OFFLINE_FAILED, NULL, "stopped by a signal: nothing was changed");
        return ERR_IO;
    }
    if (job->findings->is_complete)
        return job->findings->error;
    log_event(
        LOG_EVENT_STORE_DAMAGED, LOG_FIELDS(.error = ERR_CORRUPT),
        "%s cannot be read to its end (%s): it is damaged, unless a line above says otherwise",
        job->what, WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "the reader gave up");
    return ERR_CORRUPT;
}

/* Runs `work` in a process of its own. */
static enum err run(void (*work)(struct job *), struct job *job)
{
    static const struct rlimit no_core = {0, 0}; /* it would hold people's reports */
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGHUP);
    (void)sigaddset(&signals, SIGCHLD);
    (void)signal(SIGCHLD, SIG_DFL);               /* who started us may have it ignored */
    (void)sigprocmask(SIG_BLOCK, &signals, NULL); /* these fail only for a wrong call */
    job->findings->is_complete = false;
    pid_t worker = fork();
    if (worker < 0) {
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_IO),
                  "cannot make a process: %s", strerror(errno));
        return ERR_IO;
    }
    if (worker == 0) {
        (void)sigprocmask(SIG_UNBLOCK, &signals, NULL);
        (void)setrlimit(RLIMIT_CORE, &no_core);
        work(job);
        job->findings->is_complete = true;
        _exit(0); /* what is buffered is the other process's to write */
    }
    return wait_for(worker, &signals, job);
}

static struct findings *new_findings(void)
{
    void *memory = mmap(NULL, sizeof(struct findings), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_IO), "cannot share memory: %s",
                  strerror(errno));
        return NULL;
    }
    return memory;
}

static void free_findings(struct findings *findings)
{
    (void)munmap(findings, sizeof(*findings)); /* fails only for a wrong call */
}

/* ---- looking at a store ---- */

/* Recomputes everything; each difference is logged. */
static enum err look_at(struct store *store, struct job *job)
{
    struct findings *findings = job->findings;
    struct node *node = NULL;
    enum err err = node_new(store, &job->offline->node, loop_now(), loop_now_ms(), &node);
    if (err != ERR_OK) /* it was logged: all but a foreign store is one that does not decode */
        return err == ERR_FOREIGN ? err : ERR_CORRUPT;
    findings->differences = node_verify(node, &findings->visited, &findings->figures);
    findings->is_rebuilding = node->rebuild.is_active;
    findings->catalogue = node->catalogue != NULL ? node->catalogue->number : 0;
    struct store_txn *txn = store_begin_read(store);
    findings->reports = store_count_heads(txn);
    err = store_error(txn);
    store_abort(&txn);
    node_free(&node);
    return err == ERR_OK && findings->differences > 0 ? ERR_CORRUPT : err;
}

static enum err become_owner(const struct job *job)
{
    const char *state_dir = job->offline->conf->state_dir;
    int folder;
    if (geteuid() != 0)
        return ERR_OK;
    enum err err = folder_open(state_dir, true, &folder);
    if (err != ERR_OK)
        return err;
    err = folder_become_owner(folder, state_dir);
    (void)close(folder); /* nothing was written through it */
    return err;
}

static enum err open_store(const struct job *job, struct store **ret_store)
{
    struct store_options options = job->offline->store;
    options.is_read_only = true;
    enum err err = become_owner(job);
    return err == ERR_OK ? store_open(job->offline->conf->state_dir, &options, ret_store) : err;
}

static void verify_work(struct job *job)
{
    struct store *store = NULL;
    enum err err = open_store(job, &store);
    if (err == ERR_OK)
        err = look_at(store, job);
    store_close(&store);
    job->findings->error = err;
}

enum err offline_verify(const struct offline *offline)
{
    struct findings *findings = new_findings();
    struct job job = {.offline = offline, .what = offline->conf->state_dir, .findings = findings};
    if (findings == NULL)
        return ERR_IO;
    enum err err = run(verify_work, &job);
    if (err == ERR_OK || findings->differences > 0)
        printf("%" PRIu64 " reports, %" PRIu64 " accumulated figures, %zu differences%s\n",
               findings->visited, findings->figures, findings->differences,
               findings->is_rebuilding ? " (totals are being rebuilt)" : "");
    free_findings(findings);
    return err;
}

/* ---- what backup and restore share ---- */

static enum err take_digest(int fd, const char *path, struct findings *findings)
{
    struct stat info;
    if (fstat(fd, &info) == 0) {
        size_t size = (size_t)info.st_size;
        void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes != MAP_FAILED) {
            digest_of((struct span){bytes, size}, findings->digest);
            (void)munmap(bytes, size); /* fails only for a wrong call */
            findings->bytes = (uint64_t)size;
            return ERR_OK;
        }
    }
    log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_IO), "cannot read %s: %s", path,
              strerror(errno));
    return ERR_IO;
}

/* A copy of another unit's data would be a good one, and wrong. */
static enum err check_unit(struct store *store, const struct job *job)
{
    const struct conf *conf = job->offline->conf;
    struct store_txn *txn = store_begin_read(store);
    uint64_t unit = store_get_meta_u64(txn, "unit");
    enum err err = store_error(txn);
    store_abort(&txn);
    if (err != ERR_OK || unit == conf->unit)
        return err;
    log_event(LOG_EVENT_STORE_FOREIGN, LOG_FIELDS(.unit = (uint32_t)unit, .error = ERR_FOREIGN),
              "%s holds the data of unit %" PRIu64 ", and node %s is that of unit %" PRIu32
              ": choose the right backup or the right --node",
              job->what, unit, conf->name, conf->unit);
    return ERR_FOREIGN;
}

static enum err check_copy(struct job *job)
{
    struct store *store = NULL;
    enum err err = backup_open_store(job->copy, job->offline->store.map_size_bytes, &store);
    if (err == ERR_OK)
        err = become_owner(job); /* it may not come to the copy, which is open now */
    if (err == ERR_OK)
        err = check_unit(store, job);
    if (err == ERR_OK)
        err = look_at(store, job);
    store_close(&store);
    if (err == ERR_CORRUPT)
        log_event(LOG_EVENT_STORE_DAMAGED, LOG_FIELDS(.error = ERR_CORRUPT),
                  "%s is damaged: see above", job->what);
    return err == ERR_OK ? backup_flush(job->copy) : err;
}

/* Lines of "name value", for people and for `tonghop`; after a failure the error's name alone. */
static void print_findings(enum err err, const struct findings *findings)
{
    if (err != ERR_OK) {
        printf("error %s\n", err_name(err));
        return;
    }
    printf("reports %" PRIu64 "\ncatalogue %" PRIu32 "\nbytes %" PRIu64 "\ndigest ",
           findings->reports, findings->catalogue, findings->bytes);
    for (size_t i = 0; i < sizeof(findings->digest); i++)
        printf("%02x", findings->digest[i]);
    putchar('\n');
}

static void prepare(void)
{
    (void)umask(077);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file size limit is an error of a write then */
}

/* ---- backup ---- */

static void backup_take_work(struct job *job)
{
    struct store *store = NULL;
    enum err err = open_store(job, &store);
    if (err == ERR_OK)
        err = backup_take_store(job->copy, store);
    store_close(&store);
    job->findings->error = err;
}

static void backup_check_work(struct job *job)
{
    enum err err = check_copy(job);
    if (err == ERR_OK)
        err = take_digest(backup_copy_fd(job->copy), "the copy", job->findings);
    job->findings->error = err;
}

enum err offline_backup(const struct offline *offline, const char *path, bool may_replace)
{
    bool is_replaced = false;
    struct findings *findings = new_findings();
    struct job job = {.offline = offline, .what = offline->conf->state_dir, .findings = findings};
    if (findings == NULL)
        return ERR_IO;
    prepare();
    enum err err = backup_new_file(path, offline->conf->state_dir, may_replace, &job.copy);
    if (err == ERR_OK)
        err = run(backup_take_work, &job);
    if (err == ERR_OK)
        err = run(backup_check_work, &job);
    if (err == ERR_OK)
        err = backup_finish(job.copy, NULL, &is_replaced);
    print_findings(err, findings);
    backup_free(&job.copy);
    free_findings(findings);
    return err;
}

/* ---- restore ---- */

static void restore_work(struct job *job)
{
    enum err err = take_digest(job->fd, job->what, job->findings);
    if (err == ERR_OK)
        err = backup_take_file(job->copy, job->fd);
    if (err == ERR_OK)
        err = check_copy(job);
    job->findings->error = err;
}

enum { ASIDE_SIZE = 64 };

/* "data.mdb.before-restore-20241212-083000", the time in Viet Nam. */
static void name_aside(struct instant now, char *ret_name)
{
    char text[INSTANT_TEXT_SIZE];
    (void)instant_format(now, text); /* 2024-12-12T08:30:00+07:00 */
    (void)snprintf(ret_name, ASIDE_SIZE, "data.mdb.before-restore-%.4s%.2s%.2s-%.2s%.2s%.2s", text,
                   text + 5, text + 8, text + 11, text + 14, text + 17);
}

enum err offline_restore(const struct offline *offline, const char *path, bool may_replace)
{
    const char *state_dir = offline->conf->state_dir;
    char aside[ASIDE_SIZE];
    bool is_replaced = false;
    struct findings *findings = new_findings();
    struct job job = {.offline = offline, .what = path, .fd = -1, .findings = findings};
    if (findings == NULL)
        return ERR_IO;
    prepare();
    name_aside(loop_now(), aside);
    enum err err = backup_open_file(path, &job.fd);
    if (err == ERR_OK) {
        err = backup_new_state(state_dir, may_replace, &job.copy);
        if (err == ERR_BUSY)
            log_event(LOG_EVENT_ALREADY_RUNNING, LOG_FIELDS(.error = ERR_BUSY),
                      "node %s runs: 'systemctl stop tonghopd@%s' first", offline->conf->name,
                      offline->conf->name);
    }
    if (err == ERR_OK)
        err = run(restore_work, &job);
    if (err == ERR_OK)
        err = backup_finish(job.copy, aside, &is_replaced);
    print_findings(err, findings);
    if (is_replaced)
        printf("aside %s/%s\n", state_dir, aside);
    backup_free(&job.copy);
    if (job.fd >= 0)
        (void)close(job.fd); /* nothing was written through it */
    free_findings(findings);
    return err;
}
