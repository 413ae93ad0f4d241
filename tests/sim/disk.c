/* What happens to disks: backups, a backup put back as `tonghop restore` does or copied back by
 * hand, a disk that is lost, a node that is retired. The ledger is told what goes with them. */
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"
#include "sim/sim.h"

enum { PATH_SIZE = 160, COPY_BYTES = 64 << 10 };

static const struct store_options store_options = {.map_size_bytes = 64 << 20};
static const struct store_options reading = {.map_size_bytes = 64 << 20, .is_read_only = true};

static void path_in(const struct sim_node *node, const char *name, char *ret_path)
{
    (void)snprintf(ret_path, PATH_SIZE, "%s/%s", node->folder, name); /* folders are short */
}

/* Holes stay holes: a data file is long in advance. */
static void copy_file(const char *from, const char *to)
{
    static uint8_t bytes[COPY_BYTES];
    struct stat info;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool is_good =
        in >= 0 && out >= 0 && fstat(in, &info) == 0 && ftruncate(out, info.st_size) == 0;
    for (off_t at = 0; is_good && (at = lseek(in, at, SEEK_DATA)) >= 0;) {
        ssize_t count = pread(in, bytes, sizeof(bytes), at);
        is_good = count > 0 && pwrite(out, bytes, (size_t)count, at) == count;
        at += count;
    }
    assert(is_good);
    (void)close(in);
    (void)close(out);
}

static void remove_data(const char *folder)
{
    static const char *const names[] = {"data.mdb", "lock.mdb"};
    char path[PATH_SIZE + 16];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        (void)unlink(path); /* it may not be there */
    }
}

void sim_disk_wipe(const struct sim_node *node)
{
    remove_data(node->folder);
}

void sim_disk_remove(struct sim_node *node)
{
    char backup[PATH_SIZE];
    path_in(node, "backup", backup);
    remove_data(backup);
    (void)rmdir(backup); /* it may not be there */
    remove_data(node->folder);
    (void)rmdir(node->folder);
    free(node->folder);
    node->folder = NULL;
}

void sim_disk_back_up(struct sim *sim, size_t node)
{
    struct sim_node *n = &sim->nodes[node];
    char folder[PATH_SIZE], from[PATH_SIZE], to[PATH_SIZE];
    path_in(n, "backup", folder);
    path_in(n, "data.mdb", from);
    path_in(n, "backup/data.mdb", to);
    (void)mkdir(folder, 0700); /* it may be there */
    copy_file(from, to);
    n->has_backup = true;
    sim_trace(sim, "backup", node, 0, (struct span){0});
}

/* Starts the node on its new disk; the operator comes at once. */
static void start_again(struct sim *sim, size_t node, bool is_marked)
{
    struct sim_node *n = &sim->nodes[node];
    n->disk++;
    n->disk_ms = sim->now_ms;
    memset(n->statements, 0, sizeof(n->statements));
    n->busy_until_ms = sim->now_ms + (int64_t)sim_random(sim, 5000);
    sim_start(sim, node);
    sim_admin_repair(sim, node);
    sim_said_restored(sim, node, is_marked);
}

void sim_disk_lose(struct sim *sim, size_t node)
{
    struct sim_node *n = &sim->nodes[node];
    sim_trace(sim, "disk lost", node, 0, (struct span){0});
    sim_ledger_disaster(sim, node, NULL);
    sim_stop(sim, node);
    remove_data(n->folder);
    start_again(sim, node, true);
}

/* `tonghop restore` leaves a mark: nothing is taken in until the node above has been asked. */
static void put_mark(const struct sim_node *node)
{
    struct store *store;
    bool is_unknown;
    enum err err = store_open(node->folder, &store_options, &store);
    assert(err == ERR_OK);
    struct store_txn *txn = store_begin_write(store);
    (void)store_put_meta_u64(txn, STORE_META_RESTORE, 1); /* the commit tells */
    (void)store_delete_meta(txn, "feed.epoch");
    err = store_commit(&txn, &is_unknown);
    assert(err == ERR_OK);
    store_close(&store);
}

void sim_disk_restore(struct sim *sim, size_t node, bool is_marked)
{
    struct sim_node *n = &sim->nodes[node];
    char folder[PATH_SIZE], from[PATH_SIZE], to[PATH_SIZE];
    struct store *backup;
    path_in(n, "backup", folder);
    path_in(n, "backup/data.mdb", from);
    path_in(n, "data.mdb", to);
    sim_trace(sim, is_marked ? "restore" : "copy back", node, 0, (struct span){0});
    enum err err = store_open(folder, &reading, &backup);
    assert(err == ERR_OK);
    struct store_txn *txn = store_begin_read(backup);
    if (n->node->catalogue != NULL &&
        store_get_meta_u64(txn, "catalogue") < n->node->catalogue->number)
        sim->counts[FAULT_OLD_CATALOGUE]++;
    store_abort(&txn);
    sim_ledger_disaster(sim, node, backup);
    sim_ledger_disturb(sim, sim_unit_of_node(sim, node), !is_marked);
    store_close(&backup);
    sim_stop(sim, node);
    remove_data(n->folder);
    copy_file(from, to);
    n->was_copied_back |= !is_marked;
    if (is_marked)
        put_mark(n);
    start_again(sim, node, is_marked);
}

void sim_disk_retire(struct sim *sim, size_t node)
{
    sim_trace(sim, "retired", node, 0, (struct span){0});
    sim_ledger_disaster(sim, node, NULL);
    sim_stop(sim, node);
    sim->nodes[node].disk++;
    sim->nodes[node].disk_ms = sim->now_ms;
}
