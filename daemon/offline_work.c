/* Workers: processes that do what is done to a node's data beside its daemon.
 *
 * LMDB believes its file, so that a damaged one can crash who reads it; and a person may end us in
 * the middle. Either way the process that started the worker is still there to say so and to clean
 * up. And as root, a worker can become the daemon's user for good while that process stays root. */
#include "offline_work.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "core/log.h"
#include "journal.h"
#include "store/folder.h"

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
enum err work_run(void (*work)(struct job *), struct job *job)
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
        if (job->findings->error != ERR_OK)
            journal_linger();
        _exit(0); /* what is buffered is the other process's to write */
    }
    return wait_for(worker, &signals, job);
}

struct findings *work_new_findings(void)
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

void work_free_findings(struct findings *findings)
{
    (void)munmap(findings, sizeof(*findings)); /* fails only for a wrong call */
}

/* ---- looking at a store ---- */

/* Recomputes everything; each difference is logged. */
enum err work_look_at(struct store *store, struct job *job)
{
    struct findings *findings = job->findings;
    struct node *node = NULL;
    enum err err = node_new(store, &job->offline->node, clock_now(), clock_now_ms(), &node);
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

enum err work_become_owner(const struct job *job)
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

enum err work_open_store(const struct job *job, struct store **ret_store)
{
    struct store_options options = job->offline->store;
    options.is_read_only = true;
    enum err err = work_become_owner(job);
    return err == ERR_OK ? store_open(job->offline->conf->state_dir, &options, ret_store) : err;
}

enum err work_take_digest(int fd, const char *path, struct findings *findings)
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

enum err work_check_unit(struct store *store, const struct job *job)
{
    const struct conf *conf = job->offline->conf;
    struct store_txn *txn = store_begin_read(store);
    uint64_t unit = store_get_meta_u64(txn, STORE_META_UNIT);
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

/* ---- taking the place of the data ---- */

enum { ASIDE_SIZE = 64 };

/* "data.mdb.before-restore-20241212-083000", the time in Viet Nam. */
static void name_aside(struct instant now, char *ret_name)
{
    char text[INSTANT_TEXT_SIZE];
    (void)instant_format(now, text); /* 2024-12-12T08:30:00+07:00 */
    (void)snprintf(ret_name, ASIDE_SIZE, "data.mdb.before-restore-%.4s%.2s%.2s-%.2s%.2s%.2s", text,
                   text + 5, text + 8, text + 11, text + 14, text + 17);
}

/* The store would have its owner changed, which is the remedy where it is the daemon that may not.
 */
static enum err check_access(const char *state_dir)
{
    if (access(state_dir, R_OK | W_OK | X_OK) == 0 || errno != EACCES)
        return ERR_OK;
    log_event(
        LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = ERR_IO),
        "store %s: cannot open the folder: %s: run this as root or as its owner, the daemon's "
        "user",
        state_dir, strerror(EACCES));
    return ERR_IO;
}

static enum err replace_state(void (*work)(struct job *), struct job *job, bool may_replace)
{
    const struct conf *conf = job->offline->conf;
    char aside[ASIDE_SIZE];
    bool is_replaced = false;
    name_aside(clock_now(), aside);
    enum err err = check_access(conf->state_dir);
    if (err == ERR_OK)
        err = backup_new_state(conf->state_dir, may_replace, &job->copy);
    if (err == ERR_OK)
        err = work_run(work, job);
    if (err == ERR_OK)
        err = backup_finish(job->copy, aside, &is_replaced);
    print_findings(err, job->findings);
    if (is_replaced)
        printf("aside %s/%s\n", conf->state_dir, aside);
    backup_free(&job->copy);
    return err;
}

enum err work_replace_state(const struct offline *offline, const char *path,
                            enum err (*open_file)(const char *path, int *ret_fd),
                            void (*work)(struct job *), bool may_replace)
{
    struct findings *findings = work_new_findings();
    struct job job = {.offline = offline, .what = path, .fd = -1, .findings = findings};
    if (findings == NULL)
        return ERR_IO;
    prepare();
    enum err err = open_file(path, &job.fd);
    if (err == ERR_OK)
        err = replace_state(work, &job, may_replace);
    else
        print_findings(err, findings);
    if (err == ERR_OK) /* what was there before is another's; a failure says nothing of it */
        work_note_care(&job, CARE_VERIFY_FILE, err);
    if (job.fd >= 0)
        (void)close(job.fd); /* nothing was written through it */
    work_free_findings(findings);
    return err;
}

enum err work_write_file(struct job *job, const char *path, bool may_replace,
                         void (*const works[])(struct job *), size_t count)
{
    bool is_replaced = false;
    prepare();
    enum err err = backup_new_file(path, job->offline->conf->state_dir, may_replace, &job->copy);
    for (size_t i = 0; i < count && err == ERR_OK; i++)
        err = work_run(works[i], job);
    if (err == ERR_OK)
        err = backup_finish(job->copy, NULL, &is_replaced);
    print_findings(err, job->findings);
    backup_free(&job->copy);
    return err;
}

/* ---- care records ---- */

/* As the owner of the folder: what has its name there may be a link that this user made. */
static void note_work(struct job *job)
{
    const char *state_dir = job->offline->conf->state_dir;
    int folder = -1;
    enum err err = folder_open(state_dir, true, &folder);
    if (err == ERR_OK)
        err = folder_become_owner(folder, state_dir);
    if (err == ERR_OK && care_record_write(folder, job->care_name, &job->care) != ERR_OK)
        log_event(LOG_EVENT_CARE_UNRECORDED, LOG_FIELDS(.error = ERR_IO),
                  "cannot write %s/%s, which 'tonghop status' reads: %s", state_dir, job->care_name,
                  strerror(errno));
    if (folder >= 0)
        (void)close(folder); /* what was written was flushed */
    job->findings->error = ERR_OK;
}

void work_note_care(struct job *job, const char *name, enum err err)
{
    const struct findings *findings = job->findings;
    /* A mistake in the call says nothing of the data; where there is no folder, or one that this
     * user may not open, which was said, nothing can be noted. */
    if (err == ERR_USAGE || err == ERR_EXISTS ||
        access(job->offline->conf->state_dir, R_OK | X_OK) != 0)
        return;
    job->care_name = name;
    bool differs = err == ERR_CORRUPT && findings->differences > 0;
    job->care = (struct care){
        .time = clock_now(),
        .result = differs         ? CARE_DIFFERS
                  : err == ERR_OK ? CARE_OK
                                  : CARE_FAILED,
        .differences = differs ? findings->differences : 0,
        .reports = findings->visited,
    };
    (void)snprintf(job->care.error, sizeof(job->care.error), "%s",
                   job->care.result == CARE_FAILED ? err_name(err) : "");
    (void)work_run(note_work, job); /* it was logged, and changes nothing about the outcome */
}
