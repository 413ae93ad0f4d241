/* Backups by name: the order of their names is that of their times. */
#include "client/backups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"

char *backups_path(const char *dir, const char *node, struct instant now)
{
    char text[INSTANT_TEXT_SIZE];
    (void)instant_format(now, text); /* 2024-12-12T08:30:00+07:00 */
    const char *slash = dir[0] != '\0' && dir[strlen(dir) - 1] == '/' ? "" : "/";
    return mem_printf("%s%s%s-%.4s%.2s%.2s-%.2s%.2s%.2s.mdb", dir, slash, node, text, text + 5,
                      text + 8, text + 11, text + 14, text + 17);
}

bool backups_is_one(const char *name, const char *node)
{
    static const char form[] = "-00000000-000000.mdb"; /* 0: any digit */
    size_t len = strlen(node);
    if (strncmp(name, node, len) != 0 || strlen(name) != len + sizeof(form) - 1)
        return false;
    for (size_t i = 0; i < sizeof(form) - 1; i++) {
        char c = name[len + i];
        if (form[i] == '0' ? c < '0' || c > '9' : c != form[i])
            return false;
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool backups_list(const char *dir, const char *node, struct backups *ret_backups)
{
    struct backups *list = ret_backups;
    struct dirent *entry;
    *list = (struct backups){.folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    int fd = list->folder >= 0 ? fcntl(list->folder, F_DUPFD_CLOEXEC, 0) : -1;
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (folder == NULL) {
        int reason = errno;
        if (fd >= 0)
            (void)close(fd); /* nothing was written through it */
        errno = reason;
        return false;
    }
    errno = 0;
    while ((entry = readdir(folder)) != NULL) {
        struct stat info;
        if (backups_is_one(entry->d_name, node) &&
            fstatat(dirfd(folder), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(info.st_mode)) {
            list->names = mem_grow(list->names, list->count, &list->capacity, sizeof(*list->names));
            list->names[list->count++] = mem_strdup(entry->d_name);
        }
        errno = 0;
    }
    int reason = errno;
    (void)closedir(folder); /* it was only read */
    if (list->count > 0)
        qsort(list->names, list->count, sizeof(*list->names), compare);
    errno = reason;
    return reason == 0;
}

size_t backups_beyond(const struct backups *backups, size_t keep)
{
    return backups->count > keep ? backups->count - keep : 0;
}

bool backups_remove(const struct backups *backups, size_t index)
{
    return unlinkat(backups->folder, backups->names[index], 0) == 0;
}

void backups_fini(struct backups *backups)
{
    if (backups->folder >= 0)
        (void)close(backups->folder); /* nothing was written through it */
    for (size_t i = 0; i < backups->count; i++)
        free(backups->names[i]);
    free(backups->names);
    *backups = (struct backups){.folder = -1};
}
