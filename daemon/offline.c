/* Verify, backup, restore.
 *
 *     this process              processes of their own, the workers (offline_work.c)
 *     checks the place,
 *     makes a work folder  -->  one copies
 *                          -->  one opens the copy, marks it, verifies it, flushes it
 *     renames the copy     <--  what they found
 *     removes the folder, whatever happened
 *                          -->  one writes the care record, as the owner of the folder
 *
 * Where we are root, a worker becomes the daemon's user before it opens anything in the state
 * folder, where that user can have put links, and before it reads reports. Root opens and marks the
 * copy, after looking at all its pages. */
#include "offline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/counted.h"
#include "core/log.h"
#include "core/mem.h"
#include "loop.h"
#include "offline_work.h"

/* ---- verify ---- */

static void verify_work(struct job *job)
{
    struct store *store = NULL;
    enum err err = work_open_store(job, &store);
    if (err == ERR_OK)
        err = work_look_at(store, job);
    store_close(&store);
    job->findings->error = err;
}

/* `tonghop verify` reads its numbers. */
static void print_verified(const struct findings *findings)
{
    char *line = counted_text(mem_printf(
        "%" PRIu64 " report{|s}, %" PRIu64 " accumulated figure{|s}, %zu difference{|s}%s",
        findings->visited, findings->figures, findings->differences,
        findings->is_rebuilding ? " (totals are being rebuilt)" : ""));
    printf("%s\n", line);
    free(line);
}

enum err offline_verify(const struct offline *offline)
{
    struct findings *findings = work_new_findings();
    struct job job = {.offline = offline, .what = offline->conf->state_dir, .findings = findings};
    if (findings == NULL)
        return ERR_IO;
    enum err err = work_run(verify_work, &job);
    if (err == ERR_OK || findings->differences > 0)
        print_verified(findings);
    work_note_care(&job, CARE_VERIFY_FILE, err);
    work_free_findings(findings);
    return err;
}

/* ---- what backup and restore share ---- */

static enum err check_copy(struct job *job)
{
    struct store *store = NULL;
    enum err err = backup_open_store(job->copy, job->offline->store.map_size_bytes, &store);
    if (err == ERR_OK)
        err = work_become_owner(job); /* it may not come to the copy, which is open now */
    if (err == ERR_OK)
        err = work_check_unit(store, job);
    if (err == ERR_OK)
        err = work_look_at(store, job);
    store_close(&store);
    if (err == ERR_CORRUPT)
        log_event(LOG_EVENT_STORE_DAMAGED, LOG_FIELDS(.error = ERR_CORRUPT),
                  "%s is damaged: see above", job->what);
    return err == ERR_OK ? backup_flush(job->copy) : err;
}

/* ---- backup ---- */

static void backup_take_work(struct job *job)
{
    struct store *store = NULL;
    enum err err = work_open_store(job, &store);
    if (err == ERR_OK)
        err = backup_take_store(job->copy, store);
    store_close(&store);
    job->findings->error = err;
}

static void backup_check_work(struct job *job)
{
    enum err err = check_copy(job);
    if (err == ERR_OK)
        err = work_take_digest(backup_copy_fd(job->copy), "the copy", job->findings);
    job->findings->error = err;
}

enum err offline_backup(const struct offline *offline, const char *path, bool may_replace)
{
    static void (*const works[])(struct job *) = {backup_take_work, backup_check_work};
    struct findings *findings = work_new_findings();
    struct job job = {.offline = offline, .what = offline->conf->state_dir, .findings = findings};
    if (findings == NULL)
        return ERR_IO;
    enum err err = work_write_file(&job, path, may_replace, works, 2);
    work_note_care(&job, CARE_BACKUP_FILE, err);
    work_free_findings(findings);
    return err;
}

/* ---- restore ---- */

static void restore_work(struct job *job)
{
    enum err err = work_take_digest(job->fd, job->what, job->findings);
    if (err == ERR_OK)
        err = backup_take_file(job->copy, job->fd);
    if (err == ERR_OK)
        err = check_copy(job);
    job->findings->error = err;
}

enum err offline_restore(const struct offline *offline, const char *path, bool may_replace)
{
    return work_replace_state(offline, path, backup_open_file, restore_work, may_replace);
}
