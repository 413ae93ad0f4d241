/* Whoever writes the files renames them into place: another file has another inode or time. */
#include "care_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"

/* What stands there cannot be trusted to be good news. */
static struct care unreadable(const struct stat *info)
{
    struct care care = {.result = CARE_FAILED, .time.us = (int64_t)info->st_mtim.tv_sec * 1000000};
    (void)snprintf(care.error, sizeof(care.error), "unreadable");
    return care;
}

static struct care read_file(const char *path, const struct stat *info)
{
    char text[CARE_FILE_MAX];
    struct care care;
    int fd = S_ISREG(info->st_mode) ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    ssize_t len = fd >= 0 ? read(fd, text, sizeof(text)) : -1;
    if (fd >= 0)
        (void)close(fd); /* it was only read */
    if (len >= 0 && len < (ssize_t)sizeof(text) &&
        care_parse((struct span){(const uint8_t *)text, (size_t)len}, &care) == ERR_OK)
        return care;
    log_event(LOG_EVENT_CARE_UNREADABLE, NULL,
              "%s does not read: run what it is about again, which writes it anew", path);
    return unreadable(info);
}

static bool is_same(const struct care_file *file, const struct stat *info)
{
    return file->inode == info->st_ino && file->changed.tv_sec == info->st_mtim.tv_sec &&
           file->changed.tv_nsec == info->st_mtim.tv_nsec;
}

static void look_at(struct care_file *file, const char *folder, const char *name,
                    struct care *ret_care)
{
    struct stat info;
    char *path = mem_printf("%s/%s", folder, name);
    if (lstat(path, &info) != 0) {
        *file = (struct care_file){0};
        *ret_care = (struct care){0};
    } else if (!is_same(file, &info)) {
        *file = (struct care_file){info.st_ino, info.st_mtim};
        *ret_care = read_file(path, &info);
    }
    free(path);
}

void care_files_read(struct care_files *files, const char *state_dir, struct node *node)
{
    look_at(&files->verify, state_dir, CARE_VERIFY_FILE, &node->verify);
    look_at(&files->backup, state_dir, CARE_BACKUP_FILE, &node->backup);
}
