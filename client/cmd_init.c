/* `tonghop init`: a configuration and a key pair for a new node or client.
 *
 * Nothing is ever overwritten and nothing is left half-made: the configuration is written under
 * another name, read back by the same code that the daemon uses, and gets its name by a link, which
 * fails where a file is there; what was made before that is removed again. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/offline.h"
#include "core/mem.h"

enum { NODE_NAME_MAX = 64 };

/* What the arguments say. */
struct wanted {
    const char *name, *unit, *listen, *parent, *state, *run;
    bool is_client;
    uint32_t unit_id;
    char *parent_endpoint;
    char *folder, *state_dir, *runtime_dir; /* absolute */
};

struct paths {
    char *conf, *key, *public_key;
};

static void wanted_fini(struct wanted *wanted)
{
    free(wanted->parent_endpoint);
    free(wanted->folder);
    free(wanted->state_dir);
    free(wanted->runtime_dir);
}

static void paths_fini(struct paths *paths)
{
    free(paths->conf);
    free(paths->key);
    free(paths->public_key);
}

/* ---- arguments ---- */

/* A name is part of paths, of a systemd instance and of commands that people paste. */
static bool is_node_name(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    size_t len = strlen(name);
    return len > 0 && len <= NODE_NAME_MAX && name[0] != '-' && strspn(name, allowed) == len;
}

/* systemd starts daemons in "/": what is written down must not depend on the folder we are in. */
static char *absolute_of(const char *path)
{
    char here[PATH_MAX];
    if (path[0] == '/' || getcwd(here, sizeof(here)) == NULL)
        return mem_strdup(path);
    return mem_printf("%s/%s", here, path);
}

static char *default_folder(bool is_client)
{
    const char *home = getenv("HOME");
    return is_client && home != NULL && home[0] == '/' ? mem_printf("%s/%s", home, COMMAND_HOME_ETC)
                                                       : mem_strdup(COMMAND_ETC);
}

static bool split_parent(const struct common *common, struct wanted *wanted)
{
    uint8_t key[KEY_SIZE];
    const char *blank = strchr(wanted->parent, ' ');
    if (blank == NULL || blank == wanted->parent || key_parse(blank, key) != ERR_OK) {
        (void)command_usage("init", words(common->is_english, WORD_INIT_BAD_PARENT),
                            wanted->parent);
        return false;
    }
    wanted->parent_endpoint = mem_strndup(wanted->parent, (size_t)(blank - wanted->parent));
    return true;
}

/* What goes into the file must not be able to add lines of its own. */
static bool check_values(const struct common *common, const struct wanted *wanted)
{
    const struct {
        const char *option, *value;
        bool is_for_nodes;
    } values[] = {
        {"--listen", wanted->listen, true}, {"--parent", wanted->parent, false},
        {"--state", wanted->state, true},   {"--run", wanted->run, true},
        {"--etc", common->etc, false},
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        enum word word = WORD_COUNT;
        if (values[i].value == NULL)
            continue;
        if (wanted->is_client && values[i].is_for_nodes)
            word = WORD_INIT_CLIENT_ONLY;
        else if (strpbrk(values[i].value, "\r\n") != NULL)
            word = WORD_INIT_LINE_BREAK;
        if (word != WORD_COUNT) {
            (void)command_usage("init", words(common->is_english, word), values[i].option);
            return false;
        }
    }
    return true;
}

/* Where to listen on every address of a machine, which is none to connect to: the port that
 * follows, or NULL. */
static const char *port_of_any(const char *endpoint)
{
    static const char *const any[] = {"tcp://0.0.0.0:", "tcp://[::]:", "tcp://*:"};
    for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++)
        if (strncmp(endpoint, any[i], strlen(any[i])) == 0)
            return endpoint + strlen(any[i]);
    return NULL;
}

/* The same address, or this machine by its names and the same port. */
static bool is_own_address(const char *listen, const char *parent)
{
    static const char *const own[] = {"tcp://127.0.0.1", "tcp://localhost", "tcp://[::1]"};
    const char *port = strrchr(listen, ':'), *parent_port = strrchr(parent, ':');
    bool is_own = strcmp(listen, parent) == 0;
    if (port == NULL || parent_port == NULL || strcmp(port, parent_port) != 0)
        return false;
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        is_own |=
            strncmp(parent, own[i], strlen(own[i])) == 0 && parent + strlen(own[i]) == parent_port;
    return is_own;
}

static bool read_arguments(const struct common *common, int argc, char **argv,
                           struct wanted *wanted)
{
    const struct argument arguments[] = {
        {.name = "NAME", .value = &wanted->name, .is_needed = true},
        {.name = "--unit", .value = &wanted->unit, .is_needed = true},
        {.name = "--listen", .value = &wanted->listen},
        {.name = "--parent", .value = &wanted->parent},
        {.name = "--state", .value = &wanted->state},
        {.name = "--run", .value = &wanted->run},
        {.name = "--client", .is_given = &wanted->is_client},
    };
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !command_parse_unit_id(common, "init", wanted->unit, &wanted->unit_id) ||
        !check_values(common, wanted))
        return false;
    if (!is_node_name(wanted->name)) {
        (void)command_usage("init", words(common->is_english, WORD_INIT_BAD_NAME), wanted->name);
        return false;
    }
    if (wanted->is_client && wanted->parent == NULL) {
        (void)command_usage("init", words(common->is_english, WORD_ARGUMENT_NEEDED), "--parent");
        return false;
    }
    if (wanted->parent != NULL && !split_parent(common, wanted))
        return false;
    if (wanted->parent != NULL && port_of_any(wanted->parent_endpoint) != NULL) {
        (void)command_usage("init", words(common->is_english, WORD_INIT_PARENT_IS_ANY),
                            wanted->parent_endpoint);
        return false;
    }
    if (wanted->parent != NULL && wanted->listen != NULL &&
        is_own_address(wanted->listen, wanted->parent_endpoint)) {
        (void)command_usage("init", words(common->is_english, WORD_INIT_PARENT_IS_SELF),
                            wanted->parent_endpoint);
        return false;
    }
    wanted->folder =
        common->etc != NULL ? absolute_of(common->etc) : default_folder(wanted->is_client);
    wanted->state_dir = wanted->state != NULL ? absolute_of(wanted->state) : NULL;
    wanted->runtime_dir = wanted->run != NULL ? absolute_of(wanted->run) : NULL;
    return true;
}

/* ---- the configuration ---- */

static void write_conf(const struct wanted *wanted, const struct paths *paths, struct buf *out)
{
    const char *parent_key =
        wanted->parent != NULL ? wanted->parent + strlen(wanted->parent_endpoint) : NULL;
    parent_key += parent_key != NULL ? strspn(parent_key, " ") : 0;
    if (wanted->is_client) {
        buf_printf(
            out,
            "# A client without a daemon; `tonghop --node %s` uses it.\n\n[client]\n"
            "unit = %u\nendpoint = %s\n# The public key of the node it talks to.\nkey = %s\n",
            wanted->name, wanted->unit_id, wanted->parent_endpoint, parent_key);
        return;
    }
    buf_printf(out, "# The node %s.\n\n[node]\nunit = %u\n", wanted->name, wanted->unit_id);
    if (wanted->state_dir != NULL)
        buf_printf(out, "state_dir = %s\n", wanted->state_dir);
    if (wanted->runtime_dir != NULL)
        buf_printf(out, "runtime_dir = %s\n", wanted->runtime_dir);
    /* Under systemd the key is a credential of the service, so the default folder names none. */
    if (strcmp(wanted->folder, COMMAND_ETC) != 0)
        buf_printf(out, "key_file = %s\n", paths->key);
    if (wanted->listen != NULL)
        buf_printf(out, "\n[listen]\nendpoint = %s\n", wanted->listen);
    if (wanted->parent != NULL)
        buf_printf(out,
                   "\n[parent]\nendpoint = %s\n# The public key of the node above.\nkey = %s\n",
                   wanted->parent_endpoint, parent_key);
}

/* Makes the folder, with that mode, and those it lies in. */
static bool make_folders(const char *folder, mode_t mode)
{
    char *path = mem_strdup(folder);
    bool is_made = true;
    for (char *at = path + 1; is_made && *at != '\0'; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        is_made = mkdir(path, 0755) == 0 || errno == EEXIST;
        *at = '/';
    }
    is_made = is_made && (mkdir(path, mode) == 0 || errno == EEXIST);
    free(path);
    return is_made;
}

/* Why is in errno. */
static void say_cannot_write(const struct common *common, const struct wanted *wanted,
                             const char *path)
{
    bool is_denied = errno == EACCES || errno == EPERM;
    command_say(words(common->is_english, WORD_INIT_CANNOT_WRITE), path, strerror(errno));
    if (is_denied && geteuid() != 0)
        command_say(words(common->is_english, WORD_INIT_NOT_ROOT), wanted->folder);
}

/* The folders that the daemon is to find, where they are not systemd's to make. */
static bool make_all_folders(const struct common *common, const struct wanted *wanted)
{
    const struct {
        const char *path;
        mode_t mode;
    } folders[] = {
        {wanted->folder, wanted->is_client ? 0700 : 0755},
        {wanted->state_dir, 0700},
        {wanted->runtime_dir, 0750},
    };
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (folders[i].path == NULL || make_folders(folders[i].path, folders[i].mode))
            continue;
        say_cannot_write(common, wanted, folders[i].path);
        return false;
    }
    return true;
}

/* Writes a file that nobody else sees under a name of its own, which replaces the XXXXXX. */
static bool write_hidden(char *path, struct span text)
{
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return false;
    bool is_written = write(fd, text.data, text.len) == (ssize_t)text.len &&
                      fchmod(fd, 0644) == 0 && fsync(fd) == 0;
    int error = errno;
    (void)close(fd); /* it was synced */
    if (!is_written)
        (void)unlink(path); /* nobody has seen it */
    errno = error;
    return is_written;
}

/* The daemon's own reader decides whether the configuration is right; what it says of our file is
 * about an option of this command. */
static bool check_conf(const char *path)
{
    struct problems problems = {0};
    struct conf conf;
    enum err err = conf_read(path, &problems, &conf);
    for (size_t i = 0; i < problems.count; i++)
        command_say("%s", problems.items[i].text);
    problems_fini(&problems);
    if (err == ERR_OK)
        conf_fini(&conf);
    return err == ERR_OK;
}

static bool is_any_there(const struct common *common, const struct paths *paths)
{
    const char *const all[] = {paths->conf, paths->key, paths->public_key};
    struct stat st;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (lstat(all[i], &st) != 0)
            continue;
        command_say(words(common->is_english, WORD_INIT_EXISTS), all[i]);
        return true;
    }
    return false;
}

/* Makes the three files, or none; at worst an empty folder stays. */
static int make_files(const struct common *common, const struct wanted *wanted,
                      const struct paths *paths, struct key_pair *pair)
{
    struct buf text = {0};
    char *hidden = mem_printf("%s/.%s.XXXXXX", wanted->folder, wanted->name);
    bool is_hidden = false, are_keys_saved = false;
    int status = EXIT_INPUT;

    write_conf(wanted, paths, &text);
    if (!make_all_folders(common, wanted))
        goto out;
    is_hidden = write_hidden(hidden, span_of(&text));
    if (!is_hidden) {
        say_cannot_write(common, wanted, paths->conf);
        goto out;
    }
    if (!check_conf(hidden))
        goto out;
    key_generate(pair);
    are_keys_saved = key_save(paths->key, paths->public_key, pair) == ERR_OK; /* it says why not */
    if (!are_keys_saved)
        goto out;
    if (link(hidden, paths->conf) != 0) {
        say_cannot_write(common, wanted, paths->conf);
        goto out;
    }
    status = EXIT_DONE;
out:
    /* Ours, a moment old; that one cannot be removed changes nothing for anybody. */
    if (is_hidden)
        (void)unlink(hidden);
    if (are_keys_saved && status != EXIT_DONE) {
        (void)unlink(paths->key);
        (void)unlink(paths->public_key);
    }
    free(hidden);
    buf_fini(&text);
    return status;
}

/* ---- what next ---- */

static void print_next(const struct common *common, const struct wanted *wanted,
                       const struct paths *paths, const char *key)
{
    bool is_english = common->is_english;
    bool is_default = strcmp(wanted->folder, COMMAND_ETC) == 0;
    char *etc = is_default || (wanted->is_client && common->etc == NULL)
                    ? mem_strdup("")
                    : mem_printf("--etc %s ", wanted->folder);
    const char *any_port = wanted->listen != NULL ? port_of_any(wanted->listen) : NULL;
    int step = 0;
    char *start = is_default ? mem_printf("systemctl enable --now tonghopd@%s", wanted->name)
                             : mem_printf("tonghopd --config %s", paths->conf);
    char *check = mem_printf("tonghop %s--node %s status%s", etc, wanted->name,
                             wanted->is_client ? "" : " --wait 30");

    command_say(words(is_english, WORD_INIT_MADE), paths->conf, paths->key, paths->public_key);
    if (wanted->parent != NULL)
        command_say(words(is_english, WORD_INIT_ENROL_THERE), ++step, wanted->parent_endpoint);
    else
        command_say(words(is_english, WORD_INIT_IS_ROOT), ++step);
    if (!wanted->is_client)
        command_say(words(is_english, WORD_INIT_START), ++step, start);
    if (!wanted->is_client && wanted->parent == NULL)
        command_say(words(is_english, WORD_INIT_PUBLISH), ++step, etc, wanted->name);
    command_say(words(is_english, WORD_INIT_THEN), ++step, check);
    if (any_port != NULL)
        command_say(words(is_english, WORD_INIT_BENEATH_ANY), any_port, key);
    else if (wanted->listen != NULL)
        command_say(words(is_english, WORD_INIT_BENEATH), wanted->listen, key);
    free(etc);
    free(start);
    free(check);
}

static int run_init(const struct common *common, int argc, char **argv)
{
    struct wanted wanted = {0};
    struct paths paths = {0};
    struct key_pair pair = {0};
    char key[KEY_TEXT_SIZE];
    int status = EXIT_INPUT;

    if (!read_arguments(common, argc, argv, &wanted))
        goto out;
    paths.conf = mem_printf("%s/%s.conf", wanted.folder, wanted.name);
    paths.key = mem_printf("%s/%s.key", wanted.folder, wanted.name);
    paths.public_key = mem_printf("%s/%s.pub", wanted.folder, wanted.name);
    if (is_any_there(common, &paths))
        goto out;
    status = make_files(common, &wanted, &paths, &pair);
    if (status != EXIT_DONE)
        goto out;
    key_format(pair.public_key, key);
    if (wanted.parent != NULL)
        (void)printf("tonghop enrol %u %s --role %s\n", wanted.unit_id, key,
                     wanted.is_client ? "reporter" : "node");
    print_next(common, &wanted, &paths, key);
    if (strcmp(wanted.folder, COMMAND_ETC) == 0 &&
        (wanted.state_dir != NULL || wanted.runtime_dir != NULL))
        command_say("%s", words(common->is_english, WORD_INIT_OWN_FOLDERS));
    (void)fflush(stdout); /* before what the other program says */
    if (!wanted.is_client)
        (void)offline_check(common, paths.conf); /* it says what is wrong; the files are made */
out:
    key_wipe(&pair);
    paths_fini(&paths);
    wanted_fini(&wanted);
    return status;
}

const struct command command_init = {
    .name = "init",
    .arguments = "NAME --unit ID [--listen ENDPOINT] [--parent 'ENDPOINT KEY'] [--client] ...",
    .summary = "make the configuration and the keys of a new node or client",
    .summary_vi = "tạo cấu hình và khóa cho một nút hoặc bên nộp mới",
    .help =
        "Writes NAME.conf, NAME.key (secret) and NAME.pub, never over a file that is there, and\n"
        "prints the line that the administrator of the node above has to run.\n\n"
        "  --unit ID                 the catalogue's id of the unit it serves\n"
        "  --listen ENDPOINT         where nodes and reporters beneath connect: "
        "tcp://0.0.0.0:7464\n"
        "  --parent 'ENDPOINT KEY'   the node above and the content of its NAME.pub; none: the "
        "root\n"
        "  --client                  a reporter without a daemon, in ~/.config/tonghop\n"
        "  --etc DIR                 where the files go, instead of /etc/tonghop\n"
        "  --state DIR, --run DIR    where the daemon keeps its data and its local socket\n\n"
        "Example:\n"
        "  tonghop init duc-co --unit 631 --listen tcp://0.0.0.0:7464 \\\n"
        "      --parent 'tcp://province.example.org:7464 "
        "XFOoTHPUlOSisJEUTl00jnZ2JGGs9b2JZy1e0L3oclM='\n",
    .help_vi =
        "Ghi NAME.conf, NAME.key (bí mật) và NAME.pub, không bao giờ ghi đè tệp đã có, và in ra\n"
        "dòng lệnh mà người quản trị nút cấp trên phải chạy.\n\n"
        "  --unit ID                 mã số (id) của đơn vị trong danh mục\n"
        "  --listen ĐỊA-CHỈ          nơi cấp dưới nối vào: tcp://0.0.0.0:7464\n"
        "  --parent 'ĐỊA-CHỈ KHÓA'   nút cấp trên và nội dung tệp NAME.pub của nó; không có: nút "
        "trên cùng\n"
        "  --client                  bên nộp không có nút riêng, trong ~/.config/tonghop\n"
        "  --etc THƯ-MỤC             nơi ghi các tệp, thay cho /etc/tonghop\n"
        "  --state, --run THƯ-MỤC    nơi nút giữ dữ liệu và cổng nội bộ\n",
    .run = run_init,
};
