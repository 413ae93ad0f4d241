/* Export and import: as backup and restore, but in the open form, line by line.
 *
 * An import is made beside the place, as a copy is: a store of its own, filled from the file, its
 * totals rebuilt and verified, flushed, and then renamed. What goes wrong before that has changed
 * nothing. */
#include "clock.h"
#include "export/export.h"
#include "offline_work.h"

/* ---- export ---- */

static void export_work(struct job *job)
{
    struct findings *findings = job->findings;
    struct store *store = NULL;
    struct export_counts counts;
    int fd = backup_copy_fd(job->copy);
    enum err err = work_open_store(job, &store);
    if (err == ERR_OK)
        err = work_check_unit(store, job);
    if (err == ERR_OK)
        err = export_write(store, job->offline->node.software, fd, "the export", &counts);
    store_close(&store);
    if (err == ERR_OK) {
        findings->reports = counts.reports;
        findings->catalogue = counts.catalogue;
        err = work_take_digest(fd, "the export", findings);
    }
    if (err == ERR_OK)
        err = backup_flush(job->copy);
    findings->error = err;
}

enum err offline_export(const struct offline *offline, const char *path, bool may_replace)
{
    static void (*const works[])(struct job *) = {export_work};
    struct findings *findings = work_new_findings();
    struct job job = {.offline = offline, .what = offline->conf->state_dir, .findings = findings};
    if (findings == NULL)
        return ERR_IO;
    enum err err = work_write_file(&job, path, may_replace, works, 1);
    work_free_findings(findings);
    return err;
}

/* ---- import ---- */

static enum err open_export(const char *path, int *ret_fd)
{
    return backup_open_any(path, "the export itself", ret_fd);
}

/* The totals of the reports that are in `store` now. */
static enum err rebuild(struct store *store, const struct job *job)
{
    struct node *node = NULL;
    enum err err = node_new(store, &job->offline->node, clock_now(), clock_now_ms(), &node);
    if (err == ERR_OK)
        err = node_rebuild(node);
    node_free(&node);
    return err;
}

static void import_work(struct job *job)
{
    const struct offline *offline = job->offline;
    struct store *store = NULL;
    struct export_counts counts;
    enum err err = backup_make_store(job->copy, offline->store.map_size_bytes, &store);
    if (err == ERR_OK)
        err = import_read(job->fd, job->what, offline->conf->unit, store, &counts);
    if (err == ERR_OK)
        err = rebuild(store, job);
    if (err == ERR_OK)
        err = work_look_at(store, job);
    store_close(&store);
    if (err == ERR_OK)
        err = work_take_digest(job->fd, job->what, job->findings);
    if (err == ERR_OK)
        err = backup_flush(job->copy);
    job->findings->error = err;
}

enum err offline_import(const struct offline *offline, const char *path, bool may_replace)
{
    return work_replace_state(offline, path, open_export, import_work, may_replace);
}
