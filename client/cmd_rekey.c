/* `tonghop rekey`: another key for a node or client, in two steps with the enrolment between them.
 *
 *     NAME.key.new    made by the first step, and kept by it when it is run again
 *     NAME.key        in use; replaced by the second step, in one rename
 *     NAME.key.old    what was in use before
 *
 * The rename is the only moment at which anything changes hands: whatever interrupts a step leaves
 * a key in use, and running the step again completes it, or says again what it said. No secret is
 * printed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/command.h"
#include "client/file.h"
#include "client/role.h"
#include "client/words.h"
#include "core/mem.h"

struct keys {
    char *in_use, *next, *former, *public_key; /* paths */
    struct key_pair current, other;            /* in use, and to be */
};

static void keys_fini(struct keys *keys)
{
    key_wipe(&keys->current);
    key_wipe(&keys->other);
    free(keys->in_use);
    free(keys->next);
    free(keys->former);
    free(keys->public_key);
}

static void keys_set_paths(struct keys *keys, const char *key_file)
{
    static const char suffix[] = ".key";
    size_t stem_len = strlen(key_file);
    if (stem_len >= sizeof(suffix) &&
        strcmp(key_file + stem_len - (sizeof(suffix) - 1), suffix) == 0)
        stem_len -= sizeof(suffix) - 1;
    keys->in_use = mem_strdup(key_file);
    keys->next = mem_printf("%s.new", key_file);
    keys->former = mem_printf("%s.old", key_file);
    keys->public_key = mem_printf("%.*s.pub", (int)stem_len, key_file);
}

static int say_cannot_write(const struct common *common, const char *path)
{
    command_say(words(common->is_english, WORD_REKEY_CANNOT_WRITE), path, strerror(errno));
    return EXIT_INPUT;
}

static bool save_key(const char *path, const uint8_t *key, mode_t mode, bool may_replace)
{
    char line[KEY_TEXT_SIZE];
    (void)key_format(key, line);
    line[KEY_TEXT_SIZE - 1] = '\n'; /* in place of the NUL */
    bool is_saved =
        file_save(path, (struct span){(const uint8_t *)line, sizeof(line)}, mode, may_replace);
    int error = errno;
    explicit_bzero(line, sizeof(line));
    errno = error;
    return is_saved;
}

/* Root may replace the key of another user's daemon, which has to be able to read the new one. That
 * user may have put a link in its place, which could lead to anybody's file. */
static bool give_to_owner_of(const char *path, const char *to)
{
    struct stat owner, st;
    int fd = open(to, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool is_given = stat(path, &owner) == 0 && fstat(fd, &st) == 0;
    if (is_given && (st.st_uid != owner.st_uid || st.st_gid != owner.st_gid)) {
        errno = EMLINK;
        is_given =
            S_ISREG(st.st_mode) && st.st_nlink == 1 && fchown(fd, owner.st_uid, owner.st_gid) == 0;
    }
    int error = errno;
    (void)close(fd); /* nothing was written through it */
    errno = error;
    return is_given;
}

/* ---- the two steps ---- */

/* Makes the next key, or takes the one that an earlier run made: it may be enrolled by now. */
static int prepare(const struct common *common, struct keys *keys)
{
    struct stat st;
    if (lstat(keys->next, &st) == 0) {
        if (key_load(keys->next, &keys->other) != ERR_OK) /* it says why */
            return EXIT_INPUT;
    } else {
        key_generate(&keys->other);
        if (!save_key(keys->next, keys->other.secret_key, 0600, false))
            return say_cannot_write(common, keys->next);
    }
    return give_to_owner_of(keys->in_use, keys->next) ? EXIT_DONE
                                                      : say_cannot_write(common, keys->next);
}

/* Without a new key: the step was done, and perhaps ended before it could print what is next. A
 * former key that is the one in use was left by a step that ended before the rename. */
static int commit_again(const struct common *common, struct keys *keys)
{
    struct stat st;
    if (lstat(keys->former, &st) != 0) {
        command_say(words(common->is_english, WORD_REKEY_NOT_PREPARED), keys->next);
        return EXIT_INPUT;
    }
    keys->other = keys->current;
    if (key_load(keys->former, &keys->current) != ERR_OK) /* it says why */
        return EXIT_INPUT;
    bool is_done = memcmp(keys->current.public_key, keys->other.public_key, KEY_SIZE) != 0;
    command_say(words(common->is_english, is_done ? WORD_REKEY_DONE : WORD_REKEY_NOT_PREPARED),
                is_done ? keys->in_use : keys->next);
    return is_done ? EXIT_DONE : EXIT_INPUT;
}

/* The public key is written first: until the rename the step can be run again. */
static int commit(const struct common *common, struct keys *keys)
{
    struct stat st;
    if (lstat(keys->next, &st) != 0)
        return commit_again(common, keys);
    if (key_load(keys->next, &keys->other) != ERR_OK) /* it says why */
        return EXIT_INPUT;
    if (!give_to_owner_of(keys->in_use, keys->next))
        return say_cannot_write(common, keys->next);
    if (!save_key(keys->public_key, keys->other.public_key, 0644, true))
        return say_cannot_write(common, keys->public_key);
    if ((unlink(keys->former) != 0 && errno != ENOENT) || link(keys->in_use, keys->former) != 0)
        return say_cannot_write(common, keys->former);
    if (!file_rename(keys->next, keys->in_use))
        return say_cannot_write(common, keys->in_use);
    return EXIT_DONE;
}

/* ---- what next ---- */

/* "tonghop --etc DIR --node NAME", as far as it is needed to mean this configuration. */
static char *command_of(const struct common *common, const struct conf *conf)
{
    if (common->config != NULL)
        return mem_printf("tonghop --config %s", common->config);
    if (common->etc != NULL)
        return mem_printf("tonghop --etc %s --node %s", common->etc, conf->name);
    return mem_printf("tonghop --node %s", conf->name);
}

/* A unit has one node key at a time, so the old one is revoked before; a client may have two. */
static void print_prepared(const struct common *common, const struct conf *conf,
                           const struct keys *keys, Tonghop__Role role)
{
    bool is_english = common->is_english;
    char *command = command_of(common, conf);
    char old_key[KEY_TEXT_SIZE], new_key[KEY_TEXT_SIZE];
    int step = 0;
    (void)key_format(keys->current.public_key, old_key);
    (void)key_format(keys->other.public_key, new_key);
    command_say(words(is_english, WORD_REKEY_PREPARED), keys->next, new_key, keys->in_use);
    if (conf->parent_endpoint != NULL) {
        if (!conf->is_client)
            (void)printf("tonghop revoke %s\n", old_key);
        (void)printf("tonghop enrol %u %s --role %s\n", conf->unit, new_key, role_name(role));
        if (conf->is_client)
            command_say(words(is_english, WORD_INIT_ENROL_THERE), ++step, conf->parent_endpoint);
        else
            command_say(words(is_english, WORD_REKEY_REPLACE), ++step);
    }
    command_say(words(is_english, WORD_REKEY_COMMIT), ++step, command);
    free(command);
}

static void print_committed(const struct common *common, const struct conf *conf,
                            const struct keys *keys)
{
    bool is_english = common->is_english;
    bool is_systemd = strncmp(keys->in_use, COMMAND_ETC "/", sizeof(COMMAND_ETC)) == 0;
    char *command = command_of(common, conf);
    char *restart = is_systemd ? mem_printf("systemctl restart tonghopd@%s", conf->name)
                               : mem_strdup(words(is_english, WORD_REKEY_BY_HAND));
    char old_key[KEY_TEXT_SIZE], new_key[KEY_TEXT_SIZE];
    int step = 0;
    (void)key_format(keys->current.public_key, old_key);
    (void)key_format(keys->other.public_key, new_key);
    command_say(words(is_english, WORD_REKEY_COMMITTED), keys->in_use, keys->former);
    if (conf->is_client) {
        (void)printf("tonghop revoke %s\n", old_key);
        command_say(words(is_english, WORD_INIT_ENROL_THERE), ++step, conf->parent_endpoint);
    } else {
        command_say(words(is_english, WORD_REKEY_RESTART), ++step, restart);
    }
    if (conf->listen_endpoint != NULL)
        command_say(words(is_english, WORD_REKEY_BENEATH), ++step, new_key);
    command_say(words(is_english, WORD_REKEY_CHECK), ++step, command, keys->former);
    free(restart);
    free(command);
}

static bool read_role(const struct common *common, const struct conf *conf, const char *text,
                      Tonghop__Role *ret_role)
{
    *ret_role = conf->is_client ? TONGHOP__ROLE__ROLE_REPORTER : TONGHOP__ROLE__ROLE_NODE;
    if (text == NULL)
        return true;
    if (conf->is_client && role_parse(text, ret_role) == ERR_OK &&
        *ret_role != TONGHOP__ROLE__ROLE_NODE)
        return true;
    (void)command_usage("rekey", words(common->is_english, WORD_OPTION_CHOICE), "--role",
                        conf->is_client ? "reporter | reader | admin" : "node");
    return false;
}

static int run_rekey(const struct common *common, int argc, char **argv)
{
    const char *role_text = NULL;
    bool is_commit = false;
    const struct argument arguments[] = {
        {.name = "--commit", .is_given = &is_commit},
        {.name = "--role", .value = &role_text},
    };
    struct conf conf;
    struct keys keys = {0};
    Tonghop__Role role;
    int status = EXIT_INPUT;

    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !command_find_conf(common, &conf))
        return EXIT_INPUT;
    keys_set_paths(&keys, conf.key_file);
    if (!read_role(common, &conf, role_text, &role))
        goto out;
    if (conf.unit == 0) {
        command_say("%s", words(common->is_english, WORD_REKEY_NO_UNIT));
        goto out;
    }
    if (key_load(keys.in_use, &keys.current) != ERR_OK) /* it says why */
        goto out;
    status = is_commit ? commit(common, &keys) : prepare(common, &keys);
    if (status == EXIT_DONE && is_commit)
        print_committed(common, &conf, &keys);
    else if (status == EXIT_DONE)
        print_prepared(common, &conf, &keys, role);
out:
    keys_fini(&keys);
    conf_fini(&conf);
    return status;
}

const struct command command_rekey = {
    .name = "rekey",
    .arguments = "[--commit] [--role reporter|reader|admin]",
    .summary = "replace the key of this node or client",
    .summary_vi = "thay khóa của nút hoặc bên nộp này",
    .help =
        "Without --commit it makes a new key beside the one in use, NAME.key.new, and prints what\n"
        "the administrator of the node above has to run. Run again, it prints the same.\n\n"
        "  --commit     from now on the new key is NAME.key; the old one is kept as NAME.key.old.\n"
        "               A daemon takes the new key when it is restarted. Run again, it prints the\n"
        "               same\n"
        "  --role ROLE  what the key of a client is enrolled as (reporter)\n\n"
        "No report is lost: what a node takes in waits until it is linked again. To give it up,\n"
        "remove NAME.key.new before --commit. Nodes and clients beneath know a node by its key:\n"
        "they need the new one in [parent] or [client].\n",
    .help_vi =
        "Không có --commit: tạo khóa mới bên cạnh khóa đang dùng, NAME.key.new, và in ra các dòng\n"
        "mà người quản trị nút cấp trên phải chạy. Chạy lại thì in ra như cũ.\n\n"
        "  --commit        từ nay khóa mới là NAME.key; khóa cũ được giữ ở NAME.key.old. Nút dùng\n"
        "                  khóa mới khi được khởi động lại. Chạy lại thì in ra như cũ\n"
        "  --role VAI-TRÒ  vai trò mà khóa của bên nộp được đăng ký (reporter)\n\n"
        "Không mất báo cáo nào: báo cáo nút đã nhận chờ đến khi nối lại được. Muốn bỏ thì xóa\n"
        "NAME.key.new trước khi --commit. Nút và bên nộp cấp dưới nhận ra một nút bằng khóa của\n"
        "nó: họ cần khóa mới trong [parent] hoặc [client].\n",
    .run = run_rekey,
};
