/* Keys are made by libsodium, written as base64 and kept in files of one line. A secret stays in
 * no buffer of ours longer than it takes to copy it. */
#include "link/key.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"

enum {
    KEY_FILE_MAX = 256, /* bytes: a key and whatever blanks an editor left around it */
    SECRET_MODE = 0600,
    PUBLIC_MODE = 0644,
};

static const char key_blanks[] = " \t\r\n";
/* libsodium 1.0.18 takes some bytes above 127 for letters: two texts would be one key. */
static const char key_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

static_assert(KEY_SIZE == crypto_box_PUBLICKEYBYTES, "CURVE's public keys are crypto_box's");
static_assert(KEY_SIZE == crypto_box_SECRETKEYBYTES, "CURVE's secret keys are crypto_box's");
static_assert(KEY_TEXT_SIZE == sodium_base64_ENCODED_LEN(KEY_SIZE, sodium_base64_VARIANT_ORIGINAL),
              "a key in text, with its NUL");

/* Chooses the random source, and the fastest code for this processor. Threads may call it at the
 * same time and again: it takes a lock, and what it chose never changes afterwards. */
static void start_sodium(void)
{
    int rc = sodium_init();
    assert(rc >= 0);
}

void key_generate(struct key_pair *ret_pair)
{
    start_sodium();
    int rc = crypto_box_keypair(ret_pair->public_key, ret_pair->secret_key);
    assert(rc == 0);
}

void key_public_of(const uint8_t *secret_key, uint8_t *ret_public_key)
{
    start_sodium();
    int rc = crypto_scalarmult_base(ret_public_key, secret_key);
    assert(rc == 0);
}

char *key_format(const uint8_t *key, char *out)
{
    return sodium_bin2base64(out, KEY_TEXT_SIZE, key, KEY_SIZE, sodium_base64_VARIANT_ORIGINAL);
}

enum err key_parse(const char *text, uint8_t *ret_key)
{
    text += strspn(text, key_blanks);
    size_t len = strlen(text);
    while (len > 0 && strchr(key_blanks, text[len - 1]) != NULL)
        len--;
    uint8_t key[KEY_SIZE];
    size_t size;
    if (strspn(text, key_letters) < len ||
        sodium_base642bin(key, sizeof key, text, len, NULL, &size, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        size != sizeof key)
        return ERR_SYNTAX;
    memcpy(ret_key, key, sizeof key);
    sodium_memzero(key, sizeof key);
    return ERR_OK;
}

void key_wipe(struct key_pair *pair)
{
    sodium_memzero(pair->secret_key, sizeof pair->secret_key);
}

/* ---- loading ---- */

/* Who loads, and what is said to them. */
struct loading {
    const char *path, *origin; /* the file that is read, and the one that people know */
    bool is_vietnamese;
    char *reason; /* KEY_REASON_SIZE bytes */
};

/* The format in the reader's language; both take the same arguments, as the compiler checks. */
#define SAID(loading, english, vietnamese) ((loading)->is_vietnamese ? (vietnamese) : (english))

static enum err fail(const struct loading *loading, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Writes the reason, cut where it is too long, and returns `err`. */
static enum err fail(const struct loading *loading, enum err err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(loading->reason, KEY_REASON_SIZE, format, args);
    va_end(args);
    return err;
}

/* True for a file inside systemd's credentials, whatever links lead there. */
static bool is_credential(const char *path)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    char real_folder[PATH_MAX], real_path[PATH_MAX];
    if (folder == NULL || realpath(folder, real_folder) == NULL ||
        realpath(path, real_path) == NULL)
        return false;
    size_t len = strlen(real_folder);
    return strncmp(real_path, real_folder, len) == 0 && real_path[len] == '/';
}

static enum err fail_to_read(const struct loading *loading, int error)
{
    return fail(loading, ERR_IO,
                SAID(loading,
                     "key file %s: cannot be read (%s); let the user of this program read it",
                     "tệp khóa %s: không đọc được (%s); hãy cho người chạy chương trình này đọc"),
                loading->origin, strerror(error));
}

static enum err open_secret(const struct loading *loading, int *ret_fd)
{
    const char *path = loading->path;
    /* Not to be held up by a pipe that somebody put there. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ENOENT)
        return fail(loading, ERR_NOT_FOUND,
                    SAID(loading, "key file %s: not there; make one with: tonghop init",
                         "tệp khóa %s: không có; hãy tạo bằng: tonghop init"),
                    loading->origin);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        int error = errno;
        if (fd >= 0)
            close(fd);
        return fail_to_read(loading, error);
    }
    if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0 && !is_credential(path)) {
        close(fd);
        return fail(loading, ERR_FORBIDDEN,
                    SAID(loading,
                         "key file %s: others than its owner may use it (mode %04o); run: chmod "
                         "600 %s, and make a new key if somebody may have read this one",
                         "tệp khóa %s: người khác ngoài chủ tệp cũng dùng được (quyền %04o); hãy "
                         "chạy: chmod 600 %s, và tạo khóa mới nếu có thể đã có người đọc khóa này"),
                    path, (unsigned)(st.st_mode & 07777), path);
    }
    *ret_fd = fd;
    return ERR_OK;
}

/* Reads the whole of a small file, at most `size` - 1 bytes, and ends it with NUL. */
static enum err read_small(int fd, char *out, size_t size, size_t *ret_len)
{
    size_t len = 0;
    while (len < size - 1) {
        ssize_t got = read(fd, out + len, size - 1 - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ERR_IO;
        if (got == 0)
            break;
        len += (size_t)got;
    }
    out[len] = '\0';
    *ret_len = len;
    return ERR_OK;
}

static enum err read_pair(const struct loading *loading, struct key_pair *ret_pair)
{
    int fd = -1;
    enum err err = open_secret(loading, &fd);
    if (err != ERR_OK)
        return err;
    char text[KEY_FILE_MAX];
    struct key_pair pair;
    size_t len;
    err = read_small(fd, text, sizeof text, &len);
    if (err != ERR_OK) {
        err = fail_to_read(loading, errno);
        goto out;
    }
    /* A NUL would hide what follows it; a full buffer, what was not read. */
    if (strlen(text) != len || len == sizeof text - 1 ||
        key_parse(text, pair.secret_key) != ERR_OK) {
        err = fail(loading, ERR_SYNTAX,
                   SAID(loading,
                        "key file %s: not one line with a key of 44 base64 characters; restore it "
                        "from a backup, or remove it and run: tonghop init",
                        "tệp khóa %s: không phải một dòng chứa khóa gồm 44 ký tự base64; hãy khôi "
                        "phục từ bản sao lưu, hoặc xóa tệp rồi chạy: tonghop init"),
                   loading->origin);
        goto out;
    }
    key_public_of(pair.secret_key, pair.public_key);
    *ret_pair = pair;
    key_wipe(&pair);
out:
    sodium_memzero(text, sizeof text);
    close(fd);
    return err;
}

enum err key_read(const char *path, bool is_vietnamese, struct key_pair *ret_pair, char *reason)
{
    const struct loading loading = {path, path, is_vietnamese, reason};
    return read_pair(&loading, ret_pair);
}

enum err key_load(const char *path, struct key_pair *ret_pair)
{
    return key_load_copy(path, path, ret_pair);
}

enum err key_load_copy(const char *path, const char *origin, struct key_pair *ret_pair)
{
    char reason[KEY_REASON_SIZE];
    const struct loading loading = {path, origin, false, reason};
    enum err err = read_pair(&loading, ret_pair);
    if (err != ERR_OK)
        log_event(LOG_EVENT_KEY_FILE_WRONG, LOG_FIELDS(.error = err), "%s", reason);
    return err;
}

/* ---- saving ---- */

/* Makes a new name in a folder survive a power cut. */
static bool sync_folder_of(const char *path)
{
    char *copy = mem_strdup(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    if (fd < 0)
        return false;
    bool is_synced = fsync(fd) == 0;
    close(fd);
    return is_synced;
}

static bool write_line(int fd, const uint8_t *key, mode_t mode)
{
    char line[KEY_TEXT_SIZE];
    key_format(key, line);
    line[KEY_TEXT_SIZE - 1] = '\n'; /* in place of the NUL */
    /* A regular file takes 45 bytes at once or has no room for them. */
    bool is_written = write(fd, line, sizeof line) == (ssize_t)sizeof line &&
                      fchmod(fd, mode) == 0 && fsync(fd) == 0;
    sodium_memzero(line, sizeof line);
    return is_written;
}

static enum err save_new(const char *path, const uint8_t *key, mode_t mode)
{
    /* Narrow from its first moment, whatever the umask; fchmod widens it if asked. */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, SECRET_MODE);
    if (fd < 0 && errno == EEXIST) {
        log_event(LOG_EVENT_KEY_FILE_WRONG, LOG_FIELDS(.error = ERR_EXISTS),
                  "key file %s: already there and never overwritten; remove it yourself if its key "
                  "is not needed any more",
                  path);
        return ERR_EXISTS;
    }
    bool is_saved = fd >= 0 && write_line(fd, key, mode) && sync_folder_of(path);
    if (!is_saved)
        log_event(LOG_EVENT_KEY_FILE_WRONG, LOG_FIELDS(.error = ERR_IO),
                  "key file %s: cannot be written (%s); check its folder and the room on the disk",
                  path, strerror(errno));
    if (fd >= 0) {
        close(fd);
        if (!is_saved)
            unlink(path);
    }
    return is_saved ? ERR_OK : ERR_IO;
}

enum err key_save(const char *path, const char *public_path, const struct key_pair *pair)
{
    enum err err = save_new(path, pair->secret_key, SECRET_MODE);
    if (err != ERR_OK)
        return err;
    err = save_new(public_path, pair->public_key, PUBLIC_MODE);
    if (err != ERR_OK)
        unlink(path); /* ours, a moment old: both files or none */
    return err;
}
