/* Where the disks are: one folder for this process, locked while it lives and removed when it ends.
 * A process that was killed leaves its folder behind, but no lock: the next one removes it. */
#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"
#include "sim/sim.h"

enum { DESCRIPTORS = 8 };

static const char prefix[] = "tonghop-sims-";

/* In memory if it may be; where the caller says, if it wants to clear up after us. */
static const char *base_folder(void)
{
    const char *given = getenv("TONGHOP_SIM_FOLDER");
    if (given != NULL)
        return given;
    return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info;
    (void)type;
    (void)at;
    (void)remove(path); /* what cannot be removed stays */
    return 0;
}

static void remove_if_left(const char *path)
{
    struct stat info;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return;
    if (fstat(folder, &info) == 0 && info.st_uid == geteuid() &&
        flock(folder, LOCK_EX | LOCK_NB) == 0)
        (void)nftw(path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS); /* as far as it goes */
    (void)close(folder);
}

static void remove_left(const char *base)
{
    DIR *dir = opendir(base);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
            continue;
        char *path = mem_printf("%s/%s", base, entry->d_name);
        remove_if_left(path);
        free(path);
    }
    if (dir != NULL)
        (void)closedir(dir);
}

/* The base is locked meanwhile, so that nobody takes a folder that is not locked yet for one that
 * was left behind. */
char *sim_folder_new(int *ret_lock)
{
    const char *base = base_folder();
    char *folder = mem_printf("%s/%sXXXXXX", base, prefix);
    int base_lock = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int locked = flock(base_lock, LOCK_EX);
    assert(locked == 0);
    remove_left(base);
    char *made = mkdtemp(folder);
    assert(made != NULL);
    *ret_lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    locked = flock(*ret_lock, LOCK_EX);
    assert(locked == 0);
    (void)close(base_lock);
    return folder;
}

void sim_folder_remove(char **folder, int lock)
{
    (void)rmdir(*folder); /* every node has removed its own */
    (void)close(lock);
    free(*folder);
    *folder = NULL;
}
