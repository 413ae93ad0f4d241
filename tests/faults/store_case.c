#include "faults/store_case.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults/shim.h"

enum { CHILD_SECONDS = 60 }; /* a bound on hanging, far above what any job takes */

static _Noreturn void give_up(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void join(const struct store_case *c, const char *name, char *ret_path)
{
    if (snprintf(ret_path, CASE_PATH_SIZE, "%s/%s", c->folder, name) >= CASE_PATH_SIZE)
        give_up("the folder's name is too long");
}

static void *share(size_t size, int fd)
{
    int flags = MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0);
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
    if (memory == MAP_FAILED)
        give_up("shared memory");
    return memory;
}

void case_begin(struct store_case *c)
{
    struct stat memory;
    const char *root = getenv("TMPDIR");
    if (root == NULL)
        root = stat("/dev/shm", &memory) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(c->folder, sizeof c->folder, "%s/tonghop-faults-XXXXXX", root);
    if (mkdtemp(c->folder) == NULL)
        give_up(c->folder);
    join(c, "state", c->state);
    join(c, "journal", c->journal);
    join(c, "control", c->control_path);
    int fd = open(c->control_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof *c->control) != 0)
        give_up(c->control_path);
    c->control = share(sizeof *c->control, fd);
    (void)close(fd); /* it stays mapped */
    c->shared = share(sizeof *c->shared, -1);
    c->model = calloc(1, sizeof *c->model);
    if (c->model == NULL)
        give_up("memory");
}

void case_reset(struct store_case *c)
{
    static const char *const names[] = {
        "data.mdb", "data.mdb.new", "lock.mdb", "data.mdb.before-schema.new",
        CASE_COPY,  CASE_COPY "-2",
    };
    char path[2 * CASE_PATH_SIZE];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", c->state, names[i]);
        (void)unlink(path); /* may not be there; nor may the others */
    }
    (void)rmdir(c->state);
    (void)unlink(c->journal);
    memset(c->shared, 0, sizeof *c->shared);
    *c->control = (struct control){0};
    *c->model = (struct work_model){.has_bulk = c->model->has_bulk};
    c->base = 0;
}

void case_end(struct store_case *c)
{
    case_reset(c);
    (void)unlink(c->control_path);
    if (rmdir(c->folder) != 0)
        give_up(c->folder);
    free(c->model);
}

int case_in_child(struct store_case *c, int (*job)(struct store_case *, uint64_t), uint64_t seed)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        (void)alarm(CHILD_SECONDS);
        if (c->is_quiet && freopen("/dev/null", "w", stderr) == NULL)
            _exit(EXIT_FAILURE);
        _exit(job(c, seed));
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        give_up("a child process");
    return status;
}

/* ---- in a child ---- */

void case_begin_faults(const struct store_case *c)
{
    struct shim_settings settings = {.folder = c->folder,
                                     .journal = c->journal,
                                     .control = c->control_path,
                                     .loses_flushes = c->loses_flushes};
    shim_begin(&settings);
}

enum err case_open(const struct store_case *c, struct store **ret_store)
{
    struct store_options options = {.map_size_bytes = (uint64_t)WORK_STORE_MAP_MIB << 20};
    return store_open(c->state, &options, ret_store);
}

int case_complain(const struct store_case *c, const char *text)
{
    (void)snprintf(c->shared->text, CASE_TEXT_SIZE, "%s", text);
    return EXIT_FAILURE;
}

bool case_advance(struct store_case *c, uint64_t to)
{
    if (to < c->base || to >= CASE_VERSIONS_MAX)
        return false;
    for (; c->base < to; c->base++)
        work_step(c->shared->seeds[c->base + 1], c->base + 1, c->model, NULL);
    return true;
}

bool case_promise_found(struct store_case *c, struct store *store, uint64_t *ret_version)
{
    uint64_t version = work_version(store);
    if (!case_advance(c, version)) {
        (void)case_complain(c, "it holds a version that never was");
        return false;
    }
    c->shared->promised = version;
    *ret_version = version;
    return true;
}

enum err case_commit(struct store_case *c, struct store *store, uint64_t seed, uint64_t *version,
                     bool *ret_unknown)
{
    struct work_model before = *c->model;
    struct store_txn *txn = store_begin_write(store);
    uint64_t next = *version + 1;
    c->shared->seeds[next] = seed;
    work_step(seed, next, c->model, txn);
    enum err err = store_commit(&txn, ret_unknown);
    if (err != ERR_OK) {
        *c->model = before;
        return err;
    }
    c->base = c->shared->promised = *version = next;
    return ERR_OK;
}

int case_check(struct store_case *c, uint64_t seed)
{
    struct case_shared *shared = c->shared;
    struct store *store;
    (void)seed;           /* nothing is left to chance here */
    case_begin_faults(c); /* an opening writes, too: what a flush had failed for is there again */
    if (case_open(c, &store) != ERR_OK)
        return case_complain(c, "the store does not open");
    shared->found = work_version(store);
    if (shared->found < shared->promised)
        return case_complain(c, "a committed transaction is lost");
    if (shared->found > shared->promised + 1)
        return case_complain(c, "a transaction was committed that was not begun");
    if (!case_advance(c, shared->found))
        return case_complain(c, "it holds a version that never was");
    return work_matches(store, c->model, shared->text, CASE_TEXT_SIZE) ? EXIT_SUCCESS
                                                                       : EXIT_FAILURE;
}
