/* A secret key does not say whose it is; the public one beside it does. */
#include "setup.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/mem.h"

/* `path` with ".pub" in place of `suffix`; NULL when it does not end so. */
static char *public_beside(const char *path, const char *suffix)
{
    size_t len = strlen(path), suffix_len = strlen(suffix);
    if (len <= suffix_len || strcmp(path + len - suffix_len, suffix) != 0)
        return NULL;
    return mem_printf("%.*s.pub", (int)(len - suffix_len), path);
}

/* True only for a file that has a key, and another one. */
static bool has_other_key(const char *path, const struct key_pair *pair)
{
    char line[2 * KEY_TEXT_SIZE];
    uint8_t key[KEY_SIZE];
    int fd = path != NULL ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    bool is_read = file != NULL && fgets(line, sizeof(line), file) != NULL;
    if (file != NULL)
        (void)fclose(file); /* it was only read */
    else if (fd >= 0)
        (void)close(fd); /* likewise */
    return is_read && key_parse(line, key) == ERR_OK &&
           memcmp(key, pair->public_key, sizeof(key)) != 0;
}

char *setup_other_public(const char *conf_path, const struct conf *conf,
                         const struct key_pair *pair)
{
    char *paths[] = {public_beside(conf->key_file, ".key"), public_beside(conf_path, ".conf")};
    char *other = NULL;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (other == NULL && has_other_key(paths[i], pair))
            other = paths[i];
        else
            free(paths[i]);
    }
    return other;
}
