/* A damaged data file, in thousands of ways: bits and bytes changed, sectors zeroed or full of
 * noise, pages in each other's place, an end that is missing. Each in a child process: the store
 * opens and holds exactly what was committed, or it is refused as damaged. It never crashes, hangs,
 * or answers with anything else; and where it opens, it can go on. */
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/log.h"
#include "faults/chance.h"
#include "faults/store_work.h"

enum {
    STEPS = 120,       /* transactions of the sound store */
    FURTHER_STEPS = 3, /* of one that was opened in spite of a damage */
    PAGE_SIZE = 4096,
    SECTOR_SIZE = 512,
    PATH_SIZE = 256,
    CHILD_SECONDS = 60,
    STATUS_REFUSED = 10,
    STATUS_WRONG = 11,
};

struct sound {
    char folder[PATH_SIZE], state[PATH_SIZE], data[PATH_SIZE + 16];
    uint64_t seed;
    struct work_model *model;
    uint8_t *bytes;
    size_t size; /* of the file */
};

static _Noreturn void give_up(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static enum err open_store(const struct sound *sound, struct store **ret_store)
{
    struct store_options options = {.map_size_bytes = (uint64_t)WORK_STORE_MAP_MIB << 20};
    return store_open(sound->state, &options, ret_store);
}

static bool commit_step(struct sound *sound, struct store *store, uint64_t version)
{
    bool is_unknown;
    struct store_txn *txn = store_begin_write(store);
    work_step(chance_seed(sound->seed, version), version, sound->model, txn);
    return store_commit(&txn, &is_unknown) == ERR_OK;
}

/* ---- the sound store ---- */

static void make_store(struct sound *sound)
{
    struct store *store;
    struct stat info;
    if (open_store(sound, &store) != ERR_OK)
        give_up("cannot make a store");
    for (uint64_t version = 1; version <= STEPS; version++) {
        if (!commit_step(sound, store, version))
            give_up("a commit failed");
    }
    store_close(&store);
    int fd = open(sound->data, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0)
        give_up(sound->data);
    sound->size = (size_t)info.st_size;
    sound->bytes = malloc(sound->size);
    if (sound->bytes == NULL || pread(fd, sound->bytes, sound->size, 0) != info.st_size)
        give_up(sound->data);
    (void)close(fd); /* nothing was written through it */
}

static void write_file(const struct sound *sound, const uint8_t *bytes, size_t size)
{
    int fd = open(sound->data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || pwrite(fd, bytes, size, 0) != (ssize_t)size || close(fd) != 0)
        give_up(sound->data);
}

/* ---- damage ---- */

static void change_bit(struct chance *chance, uint8_t *bytes, size_t *size)
{
    bytes[chance_below(chance, *size)] ^= (uint8_t)(1u << chance_below(chance, 8));
}

static void change_byte(struct chance *chance, uint8_t *bytes, size_t *size)
{
    bytes[chance_below(chance, *size)] ^= (uint8_t)(1 + chance_below(chance, 255));
}

/* Where LMDB keeps what it follows. */
static void change_header_of_page(struct chance *chance, uint8_t *bytes, size_t *size)
{
    uint64_t page = chance_below(chance, *size / PAGE_SIZE);
    bytes[page * PAGE_SIZE + chance_below(chance, 48)] ^= (uint8_t)(1 + chance_below(chance, 255));
}

static void change_header_of_file(struct chance *chance, uint8_t *bytes, size_t *size)
{
    (void)size; /* there are always two pages */
    uint64_t page = chance_below(chance, 2);
    bytes[page * PAGE_SIZE + chance_below(chance, 152)] ^= (uint8_t)(1 + chance_below(chance, 255));
}

static void zero_sector(struct chance *chance, uint8_t *bytes, size_t *size)
{
    memset(bytes + chance_below(chance, *size / SECTOR_SIZE) * SECTOR_SIZE, 0, SECTOR_SIZE);
}

static void zero_page(struct chance *chance, uint8_t *bytes, size_t *size)
{
    memset(bytes + chance_below(chance, *size / PAGE_SIZE) * PAGE_SIZE, 0, PAGE_SIZE);
}

static void fill_sector(struct chance *chance, uint8_t *bytes, size_t *size)
{
    uint8_t *sector = bytes + chance_below(chance, *size / SECTOR_SIZE) * SECTOR_SIZE;
    for (size_t i = 0; i < SECTOR_SIZE; i++)
        sector[i] = (uint8_t)chance_next(chance);
}

static void misplace_page(struct chance *chance, uint8_t *bytes, size_t *size)
{
    uint8_t *from = bytes + chance_below(chance, *size / PAGE_SIZE) * PAGE_SIZE;
    uint8_t *to = bytes + chance_below(chance, *size / PAGE_SIZE) * PAGE_SIZE;
    memmove(to, from, PAGE_SIZE);
}

static void cut_end(struct chance *chance, uint8_t *bytes, size_t *size)
{
    (void)bytes;
    *size = (size_t)chance_below(chance, *size);
}

static void cut_page(struct chance *chance, uint8_t *bytes, size_t *size)
{
    (void)bytes;
    *size = (size_t)chance_below(chance, *size / PAGE_SIZE) * PAGE_SIZE;
}

static const struct damage {
    const char *name;
    void (*make)(struct chance *, uint8_t *, size_t *);
} damages[] = {
    {"a bit", change_bit},
    {"a byte", change_byte},
    {"a byte in a page's header", change_header_of_page},
    {"a byte in the file's header", change_header_of_file},
    {"a sector of zeros", zero_sector},
    {"a page of zeros", zero_page},
    {"a sector of noise", fill_sector},
    {"a page in another's place", misplace_page},
    {"an end cut off", cut_end},
    {"an end of whole pages cut off", cut_page},
};

enum { DAMAGES = sizeof damages / sizeof *damages };

/* ---- what comes of it ---- */

/* In a child process. */
static int try_store(struct sound *sound)
{
    struct store *store;
    char text[256];
    enum err err = open_store(sound, &store);
    if (err == ERR_CORRUPT || err == ERR_VERSION)
        return STATUS_REFUSED;
    if (err != ERR_OK || work_version(store) != STEPS ||
        !work_matches(store, sound->model, text, sizeof text))
        return STATUS_WRONG;
    for (uint64_t version = STEPS + 1; version <= STEPS + FURTHER_STEPS; version++) {
        if (!commit_step(sound, store, version))
            return STATUS_WRONG;
    }
    store_close(&store);
    return open_store(sound, &store) == ERR_OK &&
                   work_matches(store, sound->model, text, sizeof text)
               ? EXIT_SUCCESS
               : STATUS_WRONG;
}

static int try_in_child(struct sound *sound)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        (void)alarm(CHILD_SECONDS);
        _exit(try_store(sound));
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        give_up("a child process");
    return status;
}

static bool play(struct sound *sound, uint64_t seed, uint64_t *refused, uint64_t *harmless)
{
    struct chance chance = {seed};
    size_t size = sound->size, kind = (size_t)chance_below(&chance, DAMAGES);
    uint8_t *bytes = malloc(size);
    if (bytes == NULL)
        give_up("memory");
    memcpy(bytes, sound->bytes, size);
    damages[kind].make(&chance, bytes, &size);
    write_file(sound, bytes, size);
    free(bytes);
    int status = try_in_child(sound);
    if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_REFUSED)
        refused[kind]++;
    else if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
        harmless[kind]++;
    else if (WIFEXITED(status))
        printf("FAIL  seed %" PRIu64 ": %s: opened, and wrong\n", seed, damages[kind].name);
    else
        printf("FAIL  seed %" PRIu64 ": %s: signal %d\n", seed, damages[kind].name,
               WTERMSIG(status));
    return WIFEXITED(status) && WEXITSTATUS(status) != STATUS_WRONG;
}

static void begin(struct sound *sound, uint64_t seed)
{
    struct stat memory;
    const char *root = getenv("TMPDIR");
    if (root == NULL)
        root = stat("/dev/shm", &memory) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(sound->folder, sizeof sound->folder, "%s/tonghop-damage-XXXXXX", root);
    if (mkdtemp(sound->folder) == NULL ||
        snprintf(sound->state, PATH_SIZE, "%s/state", sound->folder) >= PATH_SIZE)
        give_up(sound->folder);
    (void)snprintf(sound->data, sizeof sound->data, "%s/data.mdb", sound->state);
    sound->seed = seed;
    sound->model = calloc(1, sizeof *sound->model);
    if (sound->model == NULL)
        give_up("memory");
    make_store(sound);
}

static void end(struct sound *sound)
{
    char lock[PATH_SIZE + 16];
    (void)snprintf(lock, sizeof lock, "%s/lock.mdb", sound->state);
    (void)unlink(lock); /* what is not there needs no removing */
    (void)unlink(sound->data);
    (void)rmdir(sound->state);
    (void)rmdir(sound->folder);
    free(sound->bytes);
    free(sound->model);
}

static void ignore_line(enum log_level level, const char *line)
{
    (void)level;
    (void)line;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {
        {"count", required_argument, NULL, 'c'}, {"seed", required_argument, NULL, 's'}, {0}};
    struct sound sound = {0};
    uint64_t count = 1500, seed = 1, failures = 0, all_refused = 0, all_harmless = 0;
    uint64_t refused[DAMAGES] = {0}, harmless[DAMAGES] = {0};
    for (int c; (c = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
        if (c == 'c') {
            count = strtoull(optarg, NULL, 10);
        } else if (c == 's') {
            seed = strtoull(optarg, NULL, 10);
        } else {
            fputs("usage: store_damage [--count N] [--seed S]\n", stderr);
            return 2;
        }
    }
    begin(&sound, seed);
    log_set_sink(ignore_line); /* every refusal has its line */
    for (uint64_t i = 0; i < count; i++)
        failures += !play(&sound, seed + i, refused, harmless);
    for (size_t kind = 0; kind < DAMAGES; kind++) {
        printf("  %-30s %6" PRIu64 " refused, %6" PRIu64 " harmless\n", damages[kind].name,
               refused[kind], harmless[kind]);
        all_refused += refused[kind];
        all_harmless += harmless[kind];
    }
    end(&sound);
    printf("store: %" PRIu64 " damaged files, seeds %" PRIu64 " to %" PRIu64 ": %" PRIu64
           " failures (%" PRIu64 " refused, %" PRIu64 " in places that are not used)\n",
           count, seed, seed + count - 1, failures, all_refused, all_harmless);
    /* Without either of them nothing was proved. */
    return failures == 0 && all_refused > 0 && all_harmless > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
