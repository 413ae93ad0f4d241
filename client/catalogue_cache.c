/* A file gets its name when it is whole, by a rename; after a power cut it may be cut all the same,
 * because it is not flushed: then it does not have its hash, and is replaced. Who writes and who
 * reads at the same time do not disturb each other: an open file stays what it is. */
#include "client/catalogue_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/clock.h"
#include "client/file.h"
#include "core/mem.h"
#include "wire/digest.h"

static const char suffix[] = ".catalogue";

enum {
    HEX_LEN = 2 * DIGEST_SIZE,
    RANDOM_LEN = 16,
    NAME_SIZE = HEX_LEN + sizeof(suffix),
    UNFINISHED_SIZE = 1 + NAME_SIZE + 1 + RANDOM_LEN,
    US_PER_S = 1000000,
};

char *catalogue_cache_home(void)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache != NULL && cache[0] == '/') /* the specification has others ignored */
        return mem_printf("%s/tonghop", cache);
    return home != NULL && home[0] == '/' ? mem_printf("%s/.cache/tonghop", home) : NULL;
}

/* ---- the folder ---- */

/* A folder or a link on the way. */
static bool is_step_safe(const char *path, bool may_make)
{
    struct stat st;
    if (may_make)
        (void)mkdir(path, 0700); /* it is there already, or missing in what follows */
    return lstat(path, &st) == 0 && (st.st_uid == 0 || st.st_uid == geteuid());
}

static bool is_way_safe(char *path, bool may_make)
{
    bool is_safe = path[0] == '/';
    for (char *end = path; is_safe && end != NULL;) {
        end = strchr(end + 1, '/');
        bool is_last_two = end == NULL || strchr(end + 1, '/') == NULL;
        if (end != NULL)
            *end = '\0';
        is_safe = is_step_safe(path, may_make && is_last_two);
        if (end != NULL)
            *end = '/';
    }
    return is_safe;
}

/* -1: it is not there, or not one that nobody else can write to. The caller closes it. */
static int open_folder(const char *folder, bool may_make)
{
    struct stat st;
    char *path = mem_strdup(folder);
    for (size_t len = strlen(path); len > 1 && path[len - 1] == '/'; len--)
        path[len - 1] = '\0'; /* behind which a link would be followed */
    int fd = is_way_safe(path, may_make)
                 ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                 : -1;
    free(path);
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
        (st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
        return fd;
    if (fd >= 0)
        (void)close(fd); /* it was not even read */
    return -1;
}

/* ---- names ---- */

static const char digits[] = "0123456789abcdef";

static void name_of(const uint8_t *hash, char ret_name[NAME_SIZE])
{
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        ret_name[2 * i] = digits[hash[i] >> 4];
        ret_name[2 * i + 1] = digits[hash[i] & 15];
    }
    memcpy(ret_name + HEX_LEN, suffix, sizeof(suffix));
}

static bool is_name(const char *name)
{
    return strspn(name, digits) == HEX_LEN && strcmp(name + HEX_LEN, suffix) == 0;
}

/* ".NAME.RANDOM" */
static bool is_unfinished(const char *name)
{
    return name[0] == '.' && strlen(name) == UNFINISHED_SIZE - 1 &&
           strspn(name + 1, digits) == HEX_LEN &&
           strncmp(name + 1 + HEX_LEN, suffix, sizeof(suffix) - 1) == 0;
}

/* ---- taking ---- */

/* Appends the whole of it. */
static bool read_file(int fd, struct buf *out)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
        st.st_size > CATALOGUE_CACHE_BYTES_MAX)
        return false;
    size_t left = (size_t)st.st_size;
    uint8_t *to = buf_reserve(out, left);
    while (left > 0) {
        ssize_t count = read(fd, to, left);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        to += count;
        out->len += (size_t)count;
        left -= (size_t)count;
    }
    return true;
}

bool catalogue_cache_take(const char *folder, const uint8_t *hash, struct buf *ret_bytes)
{
    char name[NAME_SIZE];
    uint8_t found[DIGEST_SIZE];
    size_t begin = ret_bytes->len;
    int dir = open_folder(folder, false);
    if (dir < 0)
        return false;
    name_of(hash, name);
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    (void)close(dir); /* it was only looked into */
    bool is_taken = fd >= 0 && read_file(fd, ret_bytes);
    if (fd >= 0)
        (void)close(fd); /* it was only read */
    if (is_taken) {
        digest_of((struct span){ret_bytes->data + begin, ret_bytes->len - begin}, found);
        is_taken = memcmp(found, hash, sizeof(found)) == 0;
    }
    if (!is_taken)
        ret_bytes->len = begin;
    return is_taken;
}

/* ---- keeping ---- */

static void write_file(int dir, const char *name, struct span bytes)
{
    char unfinished[UNFINISHED_SIZE];
    uint64_t random = 0;
    if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
        return;
    (void)snprintf(unfinished, sizeof(unfinished), ".%s.%016llx", name, (unsigned long long)random);
    int fd = openat(dir, unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    bool is_written = file_write(fd, bytes);
    if (close(fd) != 0) /* over a network this may be the first to know */
        is_written = false;
    if (!is_written || renameat(dir, unfinished, dir, name) != 0)
        (void)unlinkat(dir, unfinished, 0); /* else it is removed when it is old */
}

struct kept {
    char name[NAME_SIZE];
    bool is_fresh; /* was written just now, whatever clocks say */
    struct timespec written;
    int64_t size_bytes;
};

static int compare_kept(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;
    if (x->is_fresh != y->is_fresh)
        return x->is_fresh ? -1 : 1;
    if (x->written.tv_sec != y->written.tv_sec)
        return x->written.tv_sec > y->written.tv_sec ? -1 : 1;
    if (x->written.tv_nsec != y->written.tv_nsec)
        return x->written.tv_nsec > y->written.tv_nsec ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Removes what is beyond the limits, and what was never finished. Names that are not ours stay. */
static void prune(int dir, const char *fresh)
{
    struct kept *items = NULL;
    size_t count = 0, capacity = 0;
    const struct dirent *entry;
    struct stat st;
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
    if (listing == NULL) {
        if (fd >= 0)
            (void)close(fd); /* nothing was read */
        return;
    }
    int64_t now_s = clock_now().us / US_PER_S;
    while ((entry = readdir(listing)) != NULL) {
        const char *name = entry->d_name;
        bool is_ours = is_name(name);
        if ((!is_ours && !is_unfinished(name)) || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (!is_ours) {
            if (llabs((long long)(now_s - st.st_mtim.tv_sec)) > CATALOGUE_CACHE_ABANDONED_S)
                (void)unlinkat(dir, name, 0); /* or the next one does */
            continue;
        }
        items = mem_grow(items, count, &capacity, sizeof(*items));
        items[count] = (struct kept){
            .is_fresh = strcmp(name, fresh) == 0, .written = st.st_mtim, .size_bytes = st.st_size};
        memcpy(items[count++].name, name, NAME_SIZE);
    }
    (void)closedir(listing); /* reading it is over */
    if (count > 0)
        qsort(items, count, sizeof(*items), compare_kept);
    int64_t total_bytes = 0;
    for (size_t i = 0; i < count; i++) {
        total_bytes += items[i].size_bytes;
        if (i >= CATALOGUE_CACHE_FILES_MAX || total_bytes > CATALOGUE_CACHE_BYTES_MAX)
            (void)unlinkat(dir, items[i].name, 0); /* or the next one does */
    }
    free(items);
}

void catalogue_cache_keep(const char *folder, const uint8_t *hash, struct span bytes)
{
    char name[NAME_SIZE];
    int dir = bytes.len <= CATALOGUE_CACHE_BYTES_MAX ? open_folder(folder, true) : -1;
    if (dir < 0)
        return;
    name_of(hash, name);
    write_file(dir, name, bytes);
    prune(dir, name);
    (void)close(dir); /* what is in it is there, or not */
}
