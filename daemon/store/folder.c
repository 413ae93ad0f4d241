/* The state folder. The lock is flock(2) on the folder itself: it needs no file that somebody could
 * delete, it ends with the process however that ends, and LMDB's own locks do not keep a second
 * writer process out. */
#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/log.h"

enum { PRIVATE_MODE = 0700, OTHERS_MASK = 077, MODE_MASK = 07777 };
enum { LOCK_TRIES = 10, LOCK_PAUSE_MS = 50 };

const char *folder_network_name(uint64_t type)
{
    /* Numbers of statfs(2) and linux/magic.h. */
    static const struct {
        uint32_t type;
        const char *name;
    } rows[] = {
        {0x00006969, "NFS"},   {0x0000517B, "SMB"},    {0xFF534D42, "CIFS"},
        {0xFE534D42, "SMB 2"}, {0x65735546, "FUSE"},   {0x01021997, "9P"},
        {0x5346414F, "AFS"},   {0x73757245, "Coda"},   {0x0000564C, "NCP"},
        {0x00C36400, "Ceph"},  {0x0BD00BD0, "Lustre"}, {0x01161970, "GFS2"},
        {0x7461636F, "OCFS2"}, {0x786F4256, "vboxsf"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].type == type)
            return rows[i].name;
    }
    return NULL;
}

bool folder_tells_changes(int fd)
{
    /* ext4, XFS, Btrfs, F2FS, ZFS, bcachefs, tmpfs, overlayfs: numbers as above. */
    static const uint32_t types[] = {0x0000EF53, 0x58465342, 0x9123683E, 0xF2F52010,
                                     0x2FC12FC1, 0xCA451A4E, 0x01021994, 0x794C7630};
    struct statfs disk;
    if (fstatfs(fd, &disk) != 0)
        return false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if ((uint32_t)disk.f_type == types[i])
            return true;
    return false;
}

bool folder_is_read_only(int fd)
{
    struct statfs disk;
    return fstatfs(fd, &disk) == 0 && (disk.f_flags & ST_RDONLY) != 0;
}

static void log_read_only(const char *path)
{
    log_event(LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = ERR_IO),
              "store %s: the disk is read-only here: under systemd, name it to the service "
              "(ReadWritePaths=, see tonghopd.conf(5)); else use one that can be written",
              path);
}

static enum err check_file_system(int fd, const char *path)
{
    struct statfs disk;
    if (fstatfs(fd, &disk) != 0) {
        log_event(LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = ERR_IO),
                  "store %s: cannot ask for its file system: %s", path, strerror(errno));
        return ERR_IO;
    }
    /* The type is a 32-bit number in a signed field of the machine's width. */
    const char *name = folder_network_name((uint32_t)disk.f_type);
    if (name != NULL) {
        log_event(LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = ERR_IO),
                  "store %s: it lies on a %s file system, where locks and memory maps cannot be "
                  "relied on: move state_dir to a local disk",
                  path, name);
        return ERR_IO;
    }
    return ERR_OK;
}

static enum err make_private(int fd, const char *path)
{
    struct stat info;
    bool is_private = fstat(fd, &info) == 0 && (info.st_mode & MODE_MASK & OTHERS_MASK) == 0;
    if (!is_private && fchmod(fd, PRIVATE_MODE) != 0) {
        log_event(LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = ERR_IO),
                  "store %s: others may read it, and its mode cannot be set to 0700: %s: make this "
                  "user its owner",
                  path, strerror(errno));
        return ERR_IO;
    }
    return ERR_OK;
}

/* `tonghopd --check` holds it for a moment: one that is held is tried again. */
static bool try_lock(int fd)
{
    for (int tries = 1; flock(fd, LOCK_EX | LOCK_NB) != 0; tries++) {
        if (errno != EWOULDBLOCK || tries == LOCK_TRIES)
            return false;
        (void)poll(NULL, 0, LOCK_PAUSE_MS); /* a signal may cut it short */
    }
    return true;
}

static enum err lock(int fd, const char *path)
{
    if (try_lock(fd))
        return ERR_OK;
    if (errno == EWOULDBLOCK) {
        log_event(LOG_EVENT_ALREADY_RUNNING, LOG_FIELDS(.error = ERR_BUSY),
                  "store %s: another process has it open: stop that tonghopd first", path);
        return ERR_BUSY;
    }
    log_event(LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = ERR_IO), "store %s: cannot lock it: %s",
              path, strerror(errno));
    return ERR_IO;
}

enum err folder_open(const char *path, bool is_read_only, int *ret_fd)
{
    if (!is_read_only && mkdir(path, PRIVATE_MODE) != 0 && errno != EEXIST) {
        if (errno == EROFS) {
            log_read_only(path);
            return ERR_IO;
        }
        log_event(LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = ERR_IO),
                  "store %s: cannot make the folder: %s: make the folder above it, writable by "
                  "this user",
                  path, strerror(errno));
        return ERR_IO;
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        bool is_missing = errno == ENOENT, is_denied = errno == EACCES;
        log_event(LOG_EVENT_STORE_UNUSABLE,
                  LOG_FIELDS(.error = is_missing ? ERR_NOT_FOUND : ERR_IO),
                  "store %s: cannot open the folder: %s: %s", path, strerror(errno),
                  !is_denied     ? "check state_dir"
                  : is_read_only ? "run this as root or as its owner, the daemon's user"
                                 : "make the daemon's user its owner");
        return is_missing ? ERR_NOT_FOUND : ERR_IO;
    }
    enum err err = check_file_system(fd, path);
    if (err == ERR_OK && !is_read_only && folder_is_read_only(fd)) {
        log_read_only(path);
        err = ERR_IO;
    }
    if (err == ERR_OK && !is_read_only)
        err = lock(fd, path);
    if (err == ERR_OK && !is_read_only)
        err = make_private(fd, path);
    if (err != ERR_OK) {
        (void)close(fd); /* nothing was written through it */
        return err;
    }
    *ret_fd = fd;
    return ERR_OK;
}

enum err folder_become_owner(int fd, const char *path)
{
    struct stat info;
    if (geteuid() != 0 ||
        (fstat(fd, &info) == 0 &&
         (info.st_uid == 0 ||
          (setgroups(0, NULL) == 0 && setgid(info.st_gid) == 0 && setuid(info.st_uid) == 0))))
        return ERR_OK;
    log_event(LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = ERR_IO),
              "store %s: cannot go on as the owner of the folder: %s: run this as that user", path,
              strerror(errno));
    return ERR_IO;
}

/* Some file systems cannot flush a folder, and say so. */
static bool flush(int fd)
{
    return fsync(fd) == 0 || errno == EINVAL;
}

enum err folder_sync(int fd)
{
    int parent = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* A parent that we may pass through but not read is the set-up's to make durable. */
    bool is_synced = flush(fd) && (parent < 0 || flush(parent));
    if (parent >= 0)
        (void)close(parent); /* nothing was written through it */
    return is_synced ? ERR_OK : ERR_IO;
}

uint64_t folder_free_bytes(int fd)
{
    struct statvfs disk;
    if (fstatvfs(fd, &disk) != 0)
        return 0;
    return (uint64_t)disk.f_bavail * disk.f_frsize;
}
