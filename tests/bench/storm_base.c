/* Keys in a file, descriptors, and the end of what went wrong. */
#include "bench/storm.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "core/mem.h"

void storm_give_up(const char *what, const char *why)
{
    (void)fprintf(stderr, "storm: %s: %s\n", what, why);
    exit(1);
}

void storm_raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit); /* the soft limit stays then */
    }
}

void storm_keys_read(const char *path, struct storm_keys *ret_keys)
{
    struct key_pair pair;
    size_t capacity = 0;
    FILE *file = fopen(path, "rb");
    *ret_keys = (struct storm_keys){0};
    if (file == NULL)
        storm_give_up(path, "cannot be read");
    while (fread(&pair, sizeof(pair), 1, file) == 1) {
        ret_keys->pairs =
            mem_grow(ret_keys->pairs, ret_keys->count, &capacity, sizeof(*ret_keys->pairs));
        ret_keys->pairs[ret_keys->count++] = pair;
    }
    (void)fclose(file); /* nothing was written to it */
}

void storm_keys_fini(struct storm_keys *keys)
{
    free(keys->pairs);
    *keys = (struct storm_keys){0};
}
