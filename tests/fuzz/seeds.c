/* fuzz_seeds FOLDER ROOT: writes FOLDER/TARGET/NUMBER. */
#include "fuzz/seeds.h"

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

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "Usage: fuzz_seeds FOLDER ROOT\n");
        return EXIT_FAILURE;
    }
    folder = argv[1];
    make_folder(folder);
    seeds_make_texts(argv[2]);
    seeds_make_messages();
    seeds_make_records();
    seeds_make_frames();
    return EXIT_SUCCESS;
}
