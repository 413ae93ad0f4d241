/* fuzz_seeds FOLDER ROOT: writes FOLDER/TARGET/NUMBER.
 * fuzz_seeds --told CORPUS FOLDER: of what other targets found worth keeping, writes
 * FOLDER/node/NUMBER. */
#include "fuzz/seeds.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/mem.h"

static const char *folder;

static void fail(const char *path)
{
    perror(path);
    exit(EXIT_FAILURE);
}

static void make_folder(const char *path)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        fail(path);
}

void seeds_put(const char *target, struct span bytes)
{
    static unsigned number;
    char *parent = mem_printf("%s/%s", folder, target);
    char *path = mem_printf("%s/%03u", parent, ++number);
    make_folder(parent);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes.data, 1, bytes.len, file) != bytes.len || fclose(file) != 0)
        fail(path);
    free(path);
    free(parent);
}

void seeds_take(const char *target, struct buf *bytes)
{
    seeds_put(target, span_of(bytes));
    buf_fini(bytes);
}

static void read_one(const char *path, void (*take)(struct span bytes))
{
    uint8_t bytes[SEEDS_TOLD_MAX + 1];
    FILE *file = fopen(path, "rb");
    if (file == NULL && errno == ENOENT)
        return; /* who wrote it has found a shorter one */
    if (file == NULL)
        fail(path);
    size_t len = fread(bytes, 1, sizeof bytes, file);
    if (ferror(file) || fclose(file) != 0)
        fail(path);
    if (len <= SEEDS_TOLD_MAX)
        take((struct span){bytes, len});
}

void seeds_read_all(const char *parent, const char *name, void (*take)(struct span bytes))
{
    char *path = mem_printf("%s/%s", parent, name);
    DIR *dir = opendir(path);
    const struct dirent *entry;
    if (dir == NULL && errno != ENOENT)
        fail(path);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char *file = mem_printf("%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.')
            read_one(file, take);
        free(file);
    }
    if (dir != NULL)
        (void)closedir(dir);
    free(path);
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "--told") == 0) {
        folder = argv[3];
        make_folder(folder);
        seeds_tell(argv[2]);
        return EXIT_SUCCESS;
    }
    if (argc != 3) {
        fprintf(stderr, "Usage: fuzz_seeds FOLDER ROOT, or fuzz_seeds --told CORPUS FOLDER\n");
        return EXIT_FAILURE;
    }
    folder = argv[1];
    make_folder(folder);
    seeds_make_texts(argv[2]);
    seeds_make_messages();
    seeds_make_records();
    seeds_make_exports();
    seeds_make_frames();
    return EXIT_SUCCESS;
}
