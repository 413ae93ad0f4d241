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
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/counted.h"
#include "core/log.h"
#include "core/mem.h"
#include "loop.h"
#include "reload.h"
#include "setup.h"
#include "setup_check_parts.h"

/* ---- findings ---- */

void check_tell(struct check *check, enum verdict verdict, const char *format, ...)
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
    char *text = mem_vprintf(format, args);
    va_end(args);
    if (strchr(format, '{') != NULL)
        text = counted_text(text);
    (void)fprintf(out, "%s\n", text);
    free(text);
}

/* What was logged last: the reason, with its remedy. */
static char caught[1024];

static void catch_line(enum log_level level, const char *line)
{
    if (level <= LOG_LEVEL_WARNING)
        (void)snprintf(caught, sizeof(caught), "%s", line);
}

void check_tell_caught(struct check *check, const char *vietnamese, const char *what)
{
    if (!check->is_vietnamese || vietnamese == NULL) {
        check_tell(check, WRONG, "%s", caught);
        return;
    }
    char *text = mem_strdup(vietnamese);
    char *gap = strstr(text, "%s");
    check_tell(check, WRONG, "%.*s%s%s", (int)(gap - text), text, what, gap + 2);
    free(text);
}

const char *check_sentence_of(const struct sentence *sentences, size_t count, enum err err)
{
    for (size_t i = 0; i < count; i++)
        if (sentences[i].err == err)
            return sentences[i].vietnamese;
    return NULL;
}

bool check_is_default(const struct check *check, const char *path, const char *folder)
{
    size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 && strcmp(path + len, check->conf->name) == 0;
}

bool check_is_service(const struct check *check)
{
    char *by_default = mem_printf("/etc/tonghop/%s.key", check->conf->name);
    bool is_service = strcmp(check->conf->key_file, by_default) == 0;
    free(by_default);
    return is_service;
}

/* ---- whether it runs ---- */

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
        check_tell(
            check, GOOD,
            SAID(check, "a daemon of this node runs: it has %s", "nút này đang chạy: nó giữ %s"),
            control);
    else if (err == ERR_FORBIDDEN)
        check_tell(check, UNKNOWN,
                   SAID(check, "%s: you may not use it, so it is not known whether it runs",
                        "%s: không có quyền dùng, nên không biết nút có chạy không"),
                   control);
    else if (err == ERR_EXISTS)
        check_tell(check, WRONG,
                   SAID(check, "%s is there and is no socket: remove it",
                        "%s đã có và không phải là cổng nội bộ: xóa nó đi"),
                   control);
    else if (err == ERR_USAGE)
        check_tell(check, WRONG,
                   SAID(check, "%s is too long for a local socket: choose a shorter runtime_dir",
                        "%s quá dài cho cổng nội bộ: chọn runtime_dir ngắn hơn"),
                   control);
    else if (stat(folder, &st) == 0 && S_ISDIR(st.st_mode) && !may_write(check, folder, &st))
        check_tell(
            check, WRONG,
            SAID(
                check,
                "runtime folder %s: the daemon's user cannot write there: make that user its owner",
                "thư mục chạy %s: người dùng của nút không ghi được: đổi chủ thư mục thành người "
                "dùng đó"),
            folder);
    else if (stat(folder, &st) == 0 && S_ISDIR(st.st_mode))
        check_tell(check, GOOD, SAID(check, "runtime folder %s", "thư mục chạy %s"), folder);
    else if (check_is_default(check, folder, "/run/tonghop/"))
        check_tell(check, GOOD,
                   SAID(check, "runtime folder %s: made when the service starts",
                        "thư mục chạy %s: được tạo khi dịch vụ khởi động"),
                   folder);
    else
        check_tell(check, WRONG,
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
    struct stat st;
    if (!check_is_service(check) && check->own_uid > 0 && stat(path, &st) == 0 &&
        (int)st.st_uid != check->own_uid)
        check_tell(
            check, WRONG,
            SAID(check,
                 "key file %s belongs to user %d, and the state folder to user %d, who cannot read "
                 "it: run: chown %d %s",
                 "tệp khóa %s thuộc người dùng %d, còn thư mục dữ liệu thuộc người dùng %d nên "
                 "không đọc được khóa: chạy: chown %d %s"),
            path, (int)st.st_uid, check->own_uid, check->own_uid, path);
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
        check_tell(check, UNKNOWN,
                   SAID(check, "key file %s: only root and the daemon's user may look",
                        "tệp khóa %s: chỉ root và người dùng của nút được xem"),
                   path);
        return;
    }
    enum err err = key_load(path, &pair);
    if (err != ERR_OK) {
        check_tell_caught(
            check, check_sentence_of(sentences, sizeof(sentences) / sizeof(sentences[0]), err),
            path);
        return;
    }
    key_wipe(&pair);
    check_tell(
        check, GOOD,
        SAID(check, "key file %s: its public key is %s", "tệp khóa %s: khóa công khai là %s"), path,
        key_format(pair.public_key, key));
    check_key_owner(check);
    if (reload_names_itself(check->conf, pair.public_key))
        check_tell_caught(check,
                          "%s: key trong [parent] là khóa của chính nút này: ghi khóa của nút cấp "
                          "trên vào đó",
                          check->conf_path);
    char *other = setup_other_public(check->conf_path, check->conf, &pair);
    if (other != NULL)
        check_tell(check, NOTE,
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
        check_tell(check, GOOD, SAID(check, "%s is free", "%s còn trống"), endpoint);
    else
        check_tell_caught(
            check, check_sentence_of(sentences, sizeof(sentences) / sizeof(sentences[0]), err),
            endpoint);
    sock_close(&sock);
    sock_context_free(&context);
    key_wipe(&pair);
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
    check_tell(&check, GOOD, SAID(&check, "%s: unit %" PRIu32 "%s%s", "%s: đơn vị %" PRIu32 "%s%s"),
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
