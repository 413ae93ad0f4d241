/* The checks are those of the start, by the same functions wherever that changes nothing; what
 * those log is caught and printed. Each finding is one line:
 *
 *     good:    unit 631, key ..., port tcp://0.0.0.0:7464
 *     wrong:   tcp://0.0.0.0:7464 is in use: choose another port, or stop what listens there
 *     note:    it will start, and this is odd all the same
 *     unknown: who asks may not look at it
 */
#include "setup_check.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"
#include "loop.h"
#include "reload.h"
#include "setup.h"
#include "store/datafile.h"
#include "store/folder.h"

enum verdict { GOOD, WRONG, NOTE, UNKNOWN };

struct check {
    const struct conf *conf;
    const char *conf_path;
    bool is_vietnamese;
    bool is_running; /* a daemon of this node, by its local socket */
    bool may_look;   /* root, or the owner of the state folder */
    bool has_wrong;
    int own_uid; /* whom the state folder belongs to; -1: it is not there */
};

/* ---- findings ---- */

/* The format in the reader's language; both take the same arguments, as the compiler checks. */
#define SAID(check, english, vietnamese) ((check)->is_vietnamese ? (vietnamese) : (english))

static void tell(struct check *check, enum verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void tell(struct check *check, enum verdict verdict, const char *format, ...)
{
    static const char *const words[][2] = {
        [GOOD] = {"good", "tốt"},
        [WRONG] = {"wrong", "sai"},
        [NOTE] = {"note", "lưu ý"},
        [UNKNOWN] = {"unknown", "chưa rõ"},
    };
    FILE *out = verdict == GOOD || verdict == UNKNOWN ? stdout : stderr;
    va_list args;
    check->has_wrong |= verdict == WRONG;
    (void)fprintf(out, "%s: ", words[verdict][check->is_vietnamese]);
    va_start(args, format);
    (void)vfprintf(out, format, args);
    va_end(args);
    (void)fputc('\n', out);
}

/* What was logged last: the reason, with its remedy. */
static char caught[1024];

static void catch_line(enum log_level level, const char *line)
{
    if (level <= LOG_LEVEL_WARNING)
        (void)snprintf(caught, sizeof(caught), "%s", line);
}

/* A failure that the function concerned has logged in English. `vietnamese` has one %s, for `what`;
 * NULL: the English line says it all. */
static void tell_caught(struct check *check, const char *vietnamese, const char *what)
{
    if (!check->is_vietnamese || vietnamese == NULL) {
        tell(check, WRONG, "%s", caught);
        return;
    }
    char *text = mem_strdup(vietnamese);
    char *gap = strstr(text, "%s");
    tell(check, WRONG, "%.*s%s%s", (int)(gap - text), text, what, gap + 2);
    free(text);
}

struct sentence {
    enum err err;
    const char *vietnamese; /* with one %s */
};

static const char *sentence_of(const struct sentence *sentences, size_t count, enum err err)
{
    for (size_t i = 0; i < count; i++)
        if (sentences[i].err == err)
            return sentences[i].vietnamese;
    return NULL;
}

/* ---- whether it runs ---- */

/* systemd makes these folders when it starts the daemon. */
static bool is_default(const struct check *check, const char *path, const char *folder)
{
    size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 && strcmp(path + len, check->conf->name) == 0;
}

/* Whether the daemon's user may: root asks for that of the state folder, by owner and mode alone.
 */
static bool may_write(const struct check *check, const char *folder, const struct stat *st)
{
    if (geteuid() != 0)
        return access(folder, W_OK | X_OK) == 0;
    return check->own_uid <= 0 || (int)st->st_uid == check->own_uid ||
           (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

static void check_runtime(struct check *check)
{
    const char *folder = check->conf->runtime_dir;
    char *control = conf_control_path(check->conf);
    enum err err = sock_probe_local(control);
    struct stat st;
    check->is_running = err == ERR_OK;
    if (err == ERR_OK)
        tell(check, GOOD,
             SAID(check, "a daemon of this node runs: %s answers",
                  "nút này đang chạy: %s có trả lời"),
             control);
    else if (err == ERR_FORBIDDEN)
        tell(check, UNKNOWN,
             SAID(check, "%s: you may not use it, so it is not known whether it runs",
                  "%s: không có quyền dùng, nên không biết nút có chạy không"),
             control);
    else if (err == ERR_EXISTS)
        tell(check, WRONG,
             SAID(check, "%s is there and is no socket: remove it",
                  "%s đã có và không phải là cổng nội bộ: xóa nó đi"),
             control);
    else if (err == ERR_USAGE)
        tell(check, WRONG,
             SAID(check, "%s is too long for a local socket: choose a shorter runtime_dir",
                  "%s quá dài cho cổng nội bộ: chọn runtime_dir ngắn hơn"),
             control);
    else if (stat(folder, &st) == 0 && S_ISDIR(st.st_mode) && !may_write(check, folder, &st))
        tell(
            check, WRONG,
            SAID(
                check,
                "runtime folder %s: the daemon's user cannot write there: make that user its owner",
                "thư mục chạy %s: người dùng của nút không ghi được: đổi chủ thư mục thành người "
                "dùng đó"),
            folder);
    else if (stat(folder, &st) == 0 && S_ISDIR(st.st_mode))
        tell(check, GOOD, SAID(check, "runtime folder %s", "thư mục chạy %s"), folder);
    else if (is_default(check, folder, "/run/tonghop/"))
        tell(check, GOOD,
             SAID(check, "runtime folder %s: made when the service starts",
                  "thư mục chạy %s: được tạo khi dịch vụ khởi động"),
             folder);
    else
        tell(check, WRONG,
             SAID(check,
                  "runtime folder %s: it is not there: make it, writable by the "
                  "daemon's user, or correct runtime_dir",
                  "thư mục chạy %s: chưa có: tạo thư mục cho người dùng của nút ghi "
                  "được, hoặc sửa runtime_dir"),
             folder);
    free(control);
}

/* ---- keys ---- */

/* The daemon's user has to read a key file that is named; the one by default systemd hands over. */
static void check_key_owner(struct check *check)
{
    const char *path = check->conf->key_file;
    char *by_default = mem_printf("/etc/tonghop/%s.key", check->conf->name);
    struct stat st;
    if (strcmp(path, by_default) != 0 && check->own_uid > 0 && stat(path, &st) == 0 &&
        (int)st.st_uid != check->own_uid)
        tell(
            check, WRONG,
            SAID(check,
                 "key file %s belongs to user %d, and the state folder to user %d, who cannot read "
                 "it: run: chown %d %s",
                 "tệp khóa %s thuộc người dùng %d, còn thư mục dữ liệu thuộc người dùng %d nên "
                 "không đọc được khóa: chạy: chown %d %s"),
            path, (int)st.st_uid, check->own_uid, check->own_uid, path);
    free(by_default);
}

static void check_keys(struct check *check)
{
    static const struct sentence sentences[] = {
        {ERR_NOT_FOUND, "tệp khóa %s: không có; tạo bằng: tonghop init"},
        {ERR_FORBIDDEN,
         "tệp khóa %s: người khác cũng dùng được; chạy chmod 600 cho tệp này, và tạo "
         "khóa mới nếu có thể đã bị đọc"},
        {ERR_SYNTAX,
         "tệp khóa %s: không phải một dòng có khóa 44 ký tự base64; khôi phục từ bản sao "
         "lưu, hoặc xóa đi rồi chạy: tonghop init"},
        {ERR_IO, "tệp khóa %s: không đọc được; cho người dùng của nút đọc tệp này"},
    };
    const char *path = check->conf->key_file;
    struct key_pair pair;
    char key[KEY_TEXT_SIZE];
    if (!check->may_look) {
        tell(check, UNKNOWN,
             SAID(check, "key file %s: only root and the daemon's user may look",
                  "tệp khóa %s: chỉ root và người dùng của nút được xem"),
             path);
        return;
    }
    enum err err = key_load(path, &pair);
    if (err != ERR_OK) {
        tell_caught(check, sentence_of(sentences, sizeof(sentences) / sizeof(sentences[0]), err),
                    path);
        return;
    }
    key_wipe(&pair);
    tell(check, GOOD,
         SAID(check, "key file %s: its public key is %s", "tệp khóa %s: khóa công khai là %s"),
         path, key_format(pair.public_key, key));
    check_key_owner(check);
    if (reload_names_itself(check->conf, pair.public_key))
        tell_caught(check,
                    "%s: key trong [parent] là khóa của chính nút này: ghi khóa của nút cấp "
                    "trên vào đó",
                    check->conf_path);
    char *other = setup_other_public(check->conf_path, check->conf, &pair);
    if (other != NULL)
        tell(check, NOTE,
             SAID(check,
                  "the secret key in %s is not that of %s: put the right key "
                  "there, or the right NAME.pub",
                  "khóa bí mật trong %s không phải của %s: đặt lại đúng khóa, hoặc đúng "
                  "tệp NAME.pub"),
             path, other);
    free(other);
}

/* ---- the port ---- */

/* Nobody can come in meanwhile: the key is known to nobody. */
static void check_port(struct check *check)
{
    static const struct sentence sentences[] = {
        {ERR_EXISTS, "%s đang được dùng: chọn cổng khác, hoặc dừng chương trình đang nghe ở đó"},
        {ERR_USAGE, "không nghe được ở %s: ghi một địa chỉ IP của máy này, hoặc 0.0.0.0, và một "
                    "cổng"},
        {ERR_IO, "không nghe được ở %s: người dùng này không được phép, hoặc máy thiếu tài nguyên"},
    };
    const char *endpoint = check->conf->listen_endpoint;
    struct key_pair pair;
    struct sock *sock = NULL;
    if (endpoint == NULL || check->is_running)
        return; /* what runs has it */
    struct sock_context *context = sock_context_new();
    key_generate(&pair);
    enum err err = context != NULL ? loop_listen(context, endpoint, &pair, &sock) : ERR_IO;
    if (err == ERR_OK)
        tell(check, GOOD, SAID(check, "%s is free", "%s còn trống"), endpoint);
    else
        tell_caught(check, sentence_of(sentences, sizeof(sentences) / sizeof(sentences[0]), err),
                    endpoint);
    sock_close(&sock);
    sock_context_free(&context);
    key_wipe(&pair);
}

/* ---- the state folder ---- */

/* False, with the reason told, when another process has the store, or we may not write there. */
static bool folder_is_ours(struct check *check, int fd, const char *path)
{
    if (faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) != 0) {
        tell(check, WRONG,
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
        tell(check, WRONG,
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
    tell(check, WRONG,
         SAID(check,
              "the state folder belongs to unit %" PRIu32 ", the configuration says unit %" PRIu32
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
        tell(check, WRONG, "%s", caught);
    else if (is_own_unit(check, owner))
        tell(
            check, GOOD,
            SAID(check, "store %s: %" PRIu64 " reports", "thư mục dữ liệu %s: %" PRIu64 " báo cáo"),
            check->conf->state_dir, count);
}

static void check_older(struct check *check, const struct store_older *older)
{
    const char *path = check->conf->state_dir;
    if (!is_own_unit(check, older->unit))
        return;
    if (!older->has_room)
        tell_caught(check,
                    "thư mục dữ liệu %s: do phiên bản cũ ghi, và đĩa không đủ chỗ cho bản sao cất "
                    "trước khi chuyển đổi: dọn chỗ, hoặc dùng tiếp phiên bản cũ",
                    path);
    else
        tell(check, GOOD,
             SAID(check,
                  "store %s: written by an older version: it is brought up to date at the start, "
                  "after a copy was put beside it",
                  "thư mục dữ liệu %s: do phiên bản cũ ghi: được chuyển đổi khi khởi động, sau khi "
                  "đã cất một bản sao bên cạnh"),
             path);
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
        tell(check, GOOD,
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
        tell_caught(check, sentence_of(sentences, sizeof(sentences) / sizeof(sentences[0]), err),
                    path);
    store_close(&store);
}

/* It starts all the same, to answer questions and to hand up what it holds. */
static void check_room(struct check *check, int fd)
{
    uint64_t free_mib = folder_free_bytes(fd) >> 20;
    if (free_mib < check->conf->reserve_mib)
        tell(check, NOTE,
             SAID(check,
                  "store %s: %" PRIu64 " MiB are left on its disk, and with less than %" PRIu32
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
        tell_caught(
            check,
            "thư mục dữ liệu %s: không mở được, hoặc nằm trên hệ thống tệp mạng: đổi chủ thư "
            "mục thành người dùng của nút, dùng đĩa trong máy",
            path);
        return;
    }
    if (folder_become_owner(fd, path) != ERR_OK) {
        tell(check, WRONG, "%s", caught);
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
            tell(check, WRONG,
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
    if (is_default(check, path, "/var/lib/tonghop/"))
        tell(check, GOOD,
             SAID(check, "store %s: made when the service starts",
                  "thư mục dữ liệu %s: được tạo khi dịch vụ khởi động"),
             path);
    else if (access(dirname(copy), W_OK | X_OK) == 0)
        tell(check, GOOD,
             SAID(check, "store %s: made at the start",
                  "thư mục dữ liệu %s: được tạo khi khởi động"),
             path);
    else
        tell(
            check, WRONG,
            SAID(check,
                 "store %s: cannot make the folder: %s: make the folder above it, writable by this "
                 "user",
                 "không tạo được thư mục dữ liệu %s: %s: tạo thư mục cha cho người dùng này ghi "
                 "được"),
            path, strerror(errno));
    free(copy);
}

static void check_state(struct check *check)
{
    if (!check->may_look)
        tell(check, UNKNOWN,
             SAID(check, "store %s: only root and the daemon's user may look",
                  "thư mục dữ liệu %s: chỉ root và người dùng của nút được xem"),
             check->conf->state_dir);
    else if (check->own_uid >= 0)
        check_store(check);
    else
        check_new_state(check);
}

bool setup_check(const char *conf_path, const struct conf *conf, bool is_vietnamese)
{
    struct check check = {.conf = conf, .conf_path = conf_path, .is_vietnamese = is_vietnamese};
    struct stat st;
    bool is_there = stat(conf->state_dir, &st) == 0;
    check.own_uid = is_there ? (int)st.st_uid : -1;
    check.may_look =
        geteuid() == 0 || (is_there && st.st_uid == geteuid()) || (!is_there && errno == ENOENT);
    log_set_sink(catch_line);
    tell(&check, GOOD, SAID(&check, "%s: unit %" PRIu32 "%s%s", "%s: đơn vị %" PRIu32 "%s%s"),
         conf_path, conf->unit,
         conf->parent_endpoint != NULL ? SAID(&check, ", beneath ", ", thuộc ") : "",
         conf->parent_endpoint != NULL ? conf->parent_endpoint : "");
    check_runtime(&check);
    check_keys(&check);
    check_port(&check);
    check_state(&check); /* last: root gives up its rights for it */
    log_set_sink(NULL);
    return !check.has_wrong;
}
