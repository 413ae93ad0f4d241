/* `tonghopd --check`: the state folder, what is in it, and the room on its disk. */
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/mem.h"
#include "setup_check_parts.h"
#include "store/datafile.h"
#include "store/folder.h"
#include "store/store.h"

/* False, with the reason told, when another process has the store, or we may not write there. */
static bool folder_is_ours(struct check *check, int fd, const char *path)
{
    if (folder_is_read_only(fd) || faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) != 0) {
        check_tell(check, WRONG,
                   SAID(check,
                        "store %s: user %d cannot write there: make the daemon's user "
                        "its owner, on a disk that is not read-only",
                        "thư mục dữ liệu %s: người dùng %d không ghi được: đổi chủ thư mục "
                        "thành người dùng của nút, trên đĩa cho phép ghi"),
                   path, (int)geteuid());
        return false;
    }
    /* Shared, and given back at once: a daemon that starts in this instant is started again. */
    if (!check->is_running && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        check_tell(check, WRONG,
                   SAID(check, "store %s: another process has it open: stop that tonghopd first",
                        "thư mục dữ liệu %s: có tiến trình khác đang mở: dừng tonghopd đó "
                        "trước"),
                   path);
        return false;
    }
    (void)flock(fd, LOCK_UN);
    return true;
}

/* False, with the reason told, when the store belongs to another unit. */
static bool is_own_unit(struct check *check, uint32_t owner)
{
    if (owner == 0 || owner == check->conf->unit)
        return true;
    check_tell(check, WRONG,
               SAID(check,
                    "the state folder belongs to unit %" PRIu32
                    ", the configuration says unit %" PRIu32
                    ": correct 'unit', or give this node a state_dir of its own",
                    "thư mục dữ liệu thuộc đơn vị %" PRIu32 ", cấu hình ghi đơn vị %" PRIu32
                    ": sửa unit, hoặc cho nút này một state_dir riêng"),
               owner, check->conf->unit);
    return false;
}

static void check_unit(struct check *check, struct store *store)
{
    struct store_txn *txn = store_begin_read(store);
    uint32_t owner = (uint32_t)store_get_meta_u64(txn, STORE_META_UNIT);
    uint64_t count = store_count_heads(txn);
    enum err err = store_error(txn);
    store_abort(&txn);
    if (err != ERR_OK)
        check_tell_caught(check, NULL, NULL);
    else if (is_own_unit(check, owner))
        check_tell(check, GOOD,
                   SAID(check, "store %s: %" PRIu64 " report{|s}",
                        "thư mục dữ liệu %s: %" PRIu64 " báo cáo"),
                   check->conf->state_dir, count);
}

static void check_older(struct check *check, const struct store_older *older)
{
    const char *path = check->conf->state_dir;
    if (!is_own_unit(check, older->unit))
        return;
    if (!older->has_room)
        check_tell_caught(
            check,
            "thư mục dữ liệu %s: do phiên bản cũ ghi, và đĩa không đủ chỗ cho bản sao cất "
            "trước khi chuyển đổi: dọn chỗ, hoặc dùng tiếp phiên bản cũ",
            path);
    else
        check_tell(
            check, GOOD,
            SAID(check,
                 "store %s: written by an older version: it is brought up to date at the start, "
                 "after a copy was put beside it",
                 "thư mục dữ liệu %s: do phiên bản cũ ghi: được chuyển đổi khi khởi động, sau khi "
                 "đã cất một bản sao bên cạnh"),
            path);
}

/* systemd makes the folder by default, and no other: the service's user could not even write in
 * one that is root's. */
static bool is_elsewhere(const struct check *check)
{
    return check_is_service(check) &&
           !check_is_default(check, check->conf->state_dir, "/var/lib/tonghop/");
}

/* Nobody's where the packages are not installed: then only root is known to be another one. */
static bool is_the_services(const struct check *check)
{
    const struct passwd *user = getpwnam("tonghop");
    return check->own_uid != 0 && (user == NULL || check->own_uid == (int)user->pw_uid);
}

static void tell_not_the_services(struct check *check)
{
    const char *path = check->conf->state_dir;
    check_tell(
        check, WRONG,
        SAID(check,
             "store %s: the service, which runs as the user tonghop, cannot write there: "
             "run: install -d -o tonghop -g tonghop -m 0700 %s (and for data that is there: "
             "chown -R tonghop:tonghop %s)",
             "thư mục dữ liệu %s: dịch vụ chạy với người dùng tonghop, không ghi được ở "
             "đó: chạy: install -d -o tonghop -g tonghop -m 0700 %s (nếu đã có dữ liệu ở đó: "
             "chown -R tonghop:tonghop %s)"),
        path, path, path);
}

static void tell_shut_in(struct check *check)
{
    const char *path = check->conf->state_dir;
    check_tell(check, NOTE,
               SAID(check,
                    "store %s: unless it is done already, name it to systemd: systemctl edit "
                    "tonghopd@%s, with the lines [Service] and ReadWritePaths=%s",
                    "thư mục dữ liệu %s: nếu chưa khai báo với systemd thì chạy: systemctl edit "
                    "tonghopd@%s, ghi hai dòng [Service] và ReadWritePaths=%s"),
               path, check->conf->name, path);
}

static void open_store(struct check *check, int fd)
{
    static const struct sentence sentences[] = {
        {ERR_VERSION, "thư mục dữ liệu %s: do phiên bản khác ghi: dùng đúng phiên bản đã ghi, hoặc "
                      "phiên bản mới hơn biết chuyển đổi"},
        {ERR_CORRUPT, "thư mục dữ liệu %s: tệp dữ liệu bị hỏng: khôi phục từ bản sao lưu, hoặc "
                      "chuyển thư mục đi nơi khác để nút cấp trên nạp lại"},
    };
    const struct store_options options = {.is_read_only = true};
    const char *path = check->conf->state_dir;
    struct store *store = NULL;
    struct store_older older;
    if (faccessat(fd, DATAFILE_NAME, F_OK, 0) != 0 && errno == ENOENT) {
        check_tell(check, GOOD,
                   SAID(check, "store %s: empty, one is made at the start",
                        "thư mục dữ liệu %s: trống, dữ liệu được tạo khi khởi động"),
                   path);
        return;
    }
    if (store_awaits_upgrade(path, (uint64_t)check->conf->reserve_mib << 20, &older)) {
        check_older(check, &older);
        return;
    }
    enum err err = store_open(path, &options, &store);
    if (err == ERR_OK)
        check_unit(check, store);
    else
        check_tell_caught(
            check, check_sentence_of(sentences, sizeof(sentences) / sizeof(sentences[0]), err),
            path);
    store_close(&store);
}

/* It starts all the same, to answer questions and to hand up what it holds. */
static void check_room(struct check *check, int fd)
{
    uint64_t free_mib = folder_free_bytes(fd) >> 20;
    if (free_mib < check->conf->reserve_mib)
        check_tell(check, NOTE,
                   SAID(check,
                        "store %s: %" PRIu64
                        " MiB are left on its disk, and with less than %" PRIu32
                        " (reserve_mib) no reports are taken in: make room",
                        "thư mục dữ liệu %s: đĩa chỉ còn %" PRIu64 " MiB, dưới %" PRIu32
                        " (reserve_mib) thì không nhận báo cáo: hãy giải phóng chỗ"),
                   check->conf->state_dir, free_mib, check->conf->reserve_mib);
}

/* In a process of its own: LMDB believes its file, and a damaged one can crash who reads it. */
static void check_store(struct check *check)
{
    const char *path = check->conf->state_dir;
    int fd = -1, status = 0;
    if (folder_open(path, true, &fd) != ERR_OK) {
        check_tell_caught(
            check,
            "thư mục dữ liệu %s: không mở được, hoặc nằm trên hệ thống tệp mạng: đổi chủ thư "
            "mục thành người dùng của nút, dùng đĩa trong máy",
            path);
        return;
    }
    if (folder_become_owner(fd, path) != ERR_OK) {
        check_tell_caught(check, NULL, NULL);
    } else if (folder_is_ours(check, fd, path)) {
        check_room(check, fd);
        (void)fflush(NULL); /* what is buffered is told once */
        pid_t worker = fork();
        if (worker == 0) {
            check->has_wrong = false;
            open_store(check, fd);
            (void)fflush(NULL);
            _exit(check->has_wrong ? 1 : 0);
        }
        if (worker < 0 || waitpid(worker, &status, 0) != worker || !WIFEXITED(status))
            check_tell(check, WRONG,
                       SAID(check,
                            "store %s: cannot be read to its end: it is damaged: "
                            "restore a backup",
                            "thư mục dữ liệu %s: không đọc được hết: dữ liệu bị hỏng: khôi "
                            "phục từ bản sao lưu"),
                       path);
        else
            check->has_wrong |= WEXITSTATUS(status) != 0;
    }
    (void)close(fd); /* nothing was written through it */
}

/* It is not there yet. */
static void check_new_state(struct check *check)
{
    const char *path = check->conf->state_dir;
    char *copy = mem_strdup(path);
    if (check_is_default(check, path, "/var/lib/tonghop/"))
        check_tell(check, GOOD,
                   SAID(check, "store %s: made when the service starts",
                        "thư mục dữ liệu %s: được tạo khi dịch vụ khởi động"),
                   path);
    else if (is_elsewhere(check) && geteuid() == 0)
        tell_not_the_services(check);
    else if (access(dirname(copy), W_OK | X_OK) == 0)
        check_tell(check, GOOD,
                   SAID(check, "store %s: made at the start",
                        "thư mục dữ liệu %s: được tạo khi khởi động"),
                   path);
    else
        check_tell(
            check, WRONG,
            SAID(check,
                 "store %s: cannot make the folder: %s: make the folder above it, writable by this "
                 "user",
                 "không tạo được thư mục dữ liệu %s: %s: tạo thư mục cha cho người dùng này ghi "
                 "được"),
            path, strerror(errno));
    free(copy);
}

void check_state(struct check *check)
{
    if (!check->may_look)
        check_tell(check, UNKNOWN,
                   SAID(check, "store %s: only root and the daemon's user may look",
                        "thư mục dữ liệu %s: chỉ root và người dùng của nút được xem"),
                   check->conf->state_dir);
    else if (check->own_uid >= 0 && is_elsewhere(check) && !is_the_services(check))
        tell_not_the_services(check);
    else if (check->own_uid >= 0)
        check_store(check);
    else
        check_new_state(check);
    if (check->own_uid > 0 && is_elsewhere(check) && is_the_services(check) && !check->is_running)
        tell_shut_in(check);
}
