/* A secret key does not say whose it is; the public one beside it does. */
#include "setup.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"

/* `path` with `other` in place of `suffix`; NULL when it does not end so. */
static char *beside(const char *path, const char *suffix, const char *other)
{
    size_t len = strlen(path), suffix_len = strlen(suffix);
    if (len <= suffix_len || strcmp(path + len - suffix_len, suffix) != 0)
        return NULL;
    return mem_printf("%.*s%s", (int)(len - suffix_len), path, other);
}

/* False when there is no such file, or no key in it. */
static bool read_public(const char *path, uint8_t *ret_key)
{
    char line[2 * KEY_TEXT_SIZE];
    int fd = path != NULL ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    bool is_read = file != NULL && fgets(line, sizeof(line), file) != NULL;
    if (file != NULL)
        (void)fclose(file); /* it was only read */
    else if (fd >= 0)
        (void)close(fd); /* likewise */
    return is_read && key_parse(line, ret_key) == ERR_OK;
}

/* True only for a file that has a key, and another one. */
static bool has_other_key(const char *path, const struct key_pair *pair)
{
    uint8_t key[KEY_SIZE];
    return read_public(path, key) && memcmp(key, pair->public_key, sizeof(key)) != 0;
}

bool setup_public(const char *conf_path, const struct conf *conf, uint8_t *ret_key)
{
    char *paths[] = {beside(conf->key_file, ".key", ".pub"), beside(conf_path, ".conf", ".pub")};
    bool is_read = read_public(paths[0], ret_key) || read_public(paths[1], ret_key);
    free(paths[0]);
    free(paths[1]);
    return is_read;
}

char *setup_other_public(const char *conf_path, const struct conf *conf,
                         const struct key_pair *pair)
{
    char *paths[] = {beside(conf->key_file, ".key", ".pub"), beside(conf_path, ".conf", ".pub")};
    char *other = NULL;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (other == NULL && has_other_key(paths[i], pair))
            other = paths[i];
        else
            free(paths[i]);
    }
    return other;
}

static bool is_handed_over(const char *path)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    size_t len = folder != NULL ? strlen(folder) : 0;
    return len > 0 && strncmp(path, folder, len) == 0 && path[len] == '/';
}

char *setup_key_origin(const char *conf_path, const struct conf *conf)
{
    char *origin = is_handed_over(conf->key_file) ? beside(conf_path, ".conf", ".key") : NULL;
    if (origin != NULL && access(origin, F_OK) == 0)
        return origin;
    free(origin); /* who set the service up has it elsewhere */
    return mem_strdup(conf->key_file);
}

char *setup_open_key(const char *conf_path, const struct conf *conf)
{
    char *origin = setup_key_origin(conf_path, conf);
    struct stat st;
    if (!is_handed_over(origin) && stat(origin, &st) == 0 &&
        (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return origin;
    free(origin);
    return NULL;
}
