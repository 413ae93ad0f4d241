/* The table of keys says everything about a key: where it stands, whether it must, what it takes.
 */
#include "text/conf.h"

#include <stdlib.h>
#include <string.h>

#include "core/cell.h"
#include "core/log.h"
#include "core/mem.h"
#include "text/ini.h"

enum { MIB_MAX = 1 << 20 /* 1 TiB */, PORT_MAX = 65535, REMIND_DAYS_MAX = 60 };

static bool set_number(const char *text, int64_t min, int64_t max, uint32_t *ret_value)
{
    int64_t value;
    if (number_parse(text, 0, NUMBER_PLAIN, &value) != ERR_OK || value < min || value > max)
        return false;
    *ret_value = (uint32_t)value;
    return true;
}

static bool set_unit(struct conf *conf, const char *text)
{
    return set_number(text, 1, UINT32_MAX, &conf->unit);
}

static bool set_map_size(struct conf *conf, const char *text)
{
    return set_number(text, 1, MIB_MAX, &conf->map_size_mib);
}

static bool set_reserve(struct conf *conf, const char *text)
{
    return set_number(text, 0, MIB_MAX, &conf->reserve_mib);
}

static bool set_remind_every(struct conf *conf, const char *text)
{
    return set_number(text, 0, REMIND_DAYS_MAX, &conf->remind_every_days);
}

static bool set_remind_before(struct conf *conf, const char *text)
{
    return set_number(text, 0, REMIND_DAYS_MAX, &conf->remind_before_days);
}

static const struct {
    const char *name, *number;
    enum log_level level;
} levels[] = {
    {"error", "3", LOG_LEVEL_ERROR},   {"warning", "4", LOG_LEVEL_WARNING},
    {"notice", "5", LOG_LEVEL_NOTICE}, {"info", "6", LOG_LEVEL_INFO},
    {"debug", "7", LOG_LEVEL_DEBUG},
};

const char *conf_log_level_name(int level)
{
    size_t i = 0;
    while (i + 1 < sizeof levels / sizeof *levels && (int)levels[i].level != level)
        i++;
    return levels[i].name;
}

static bool set_log_level(struct conf *conf, const char *text)
{
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (strcmp(text, levels[i].name) == 0 || strcmp(text, levels[i].number) == 0) {
            conf->log_level = (int)levels[i].level;
            return true;
        }
    }
    return false;
}

/* systemd starts services in "/": a relative path would mean something else there. */
static bool set_path(char **path, const char *text)
{
    if (text[0] != '/')
        return false;
    free(*path);
    *path = mem_strdup(text);
    return true;
}

static bool set_state_dir(struct conf *conf, const char *text)
{
    return set_path(&conf->state_dir, text);
}

static bool set_runtime_dir(struct conf *conf, const char *text)
{
    return set_path(&conf->runtime_dir, text);
}

static bool set_key_file(struct conf *conf, const char *text)
{
    return set_path(&conf->key_file, text);
}

static bool set_endpoint(char **endpoint, const char *text)
{
    static const char scheme[] = "tcp://";
    const char *port = strrchr(text, ':');
    uint32_t number;

    if (strncmp(text, scheme, sizeof scheme - 1) != 0 || port <= text + sizeof scheme - 1 ||
        strpbrk(text, " \t") != NULL || !set_number(port + 1, 1, PORT_MAX, &number))
        return false;
    free(*endpoint);
    *endpoint = mem_strdup(text);
    return true;
}

static bool set_listen_endpoint(struct conf *conf, const char *text)
{
    return set_endpoint(&conf->listen_endpoint, text);
}

static bool set_parent_endpoint(struct conf *conf, const char *text)
{
    return set_endpoint(&conf->parent_endpoint, text);
}

static bool set_parent_key(struct conf *conf, const char *text)
{
    return key_parse(text, conf->parent_key) == ERR_OK;
}

enum need { NEED_NONE, NEED_ALWAYS, NEED_WITH_SECTION };

static const struct rule {
    const char *section;
    const char *name;
    enum need need;
    bool (*set)(struct conf *conf, const char *text);
    const char *expected, *expected_vi;
} rules[] = {
#define PATH_EXPECTED "an absolute path", "một đường dẫn tuyệt đối"
#define UNIT_EXPECTED "a unit's id, a whole number from 1", "mã số (id) đơn vị, số nguyên từ 1"
#define KEY_EXPECTED                                                                               \
    "44 characters of base64, as in the NAME.pub of the node above",                               \
        "44 ký tự base64, như trong tệp NAME.pub của nút cấp trên"
    {"node", "unit", NEED_ALWAYS, set_unit, UNIT_EXPECTED},
    {"node", "state_dir", NEED_NONE, set_state_dir, PATH_EXPECTED},
    {"node", "runtime_dir", NEED_NONE, set_runtime_dir, PATH_EXPECTED},
    {"node", "key_file", NEED_NONE, set_key_file, PATH_EXPECTED},
    {"node", "log_level", NEED_NONE, set_log_level, "error, warning, notice, info or debug",
     "error, warning, notice, info hoặc debug"},
    {"node", "map_size_mib", NEED_NONE, set_map_size, "a whole number from 1 to 1048576",
     "số nguyên từ 1 đến 1048576"},
    {"node", "reserve_mib", NEED_NONE, set_reserve, "a whole number from 0 to 1048576",
     "số nguyên từ 0 đến 1048576"},
    {"node", "remind_every_days", NEED_NONE, set_remind_every, "a whole number from 0 to 60",
     "số nguyên từ 0 đến 60"},
    {"node", "remind_before_days", NEED_NONE, set_remind_before, "a whole number from 0 to 60",
     "số nguyên từ 0 đến 60"},
    {"listen", "endpoint", NEED_NONE, set_listen_endpoint,
     "an address to listen on, such as tcp://0.0.0.0:7464",
     "địa chỉ để nghe, ví dụ tcp://0.0.0.0:7464"},
    {"parent", "endpoint", NEED_WITH_SECTION, set_parent_endpoint,
     "the address of the node above, such as tcp://10.0.0.1:7464",
     "địa chỉ của nút cấp trên, ví dụ tcp://10.0.0.1:7464"},
    {"parent", "key", NEED_WITH_SECTION, set_parent_key, KEY_EXPECTED},
    {"client", "endpoint", NEED_ALWAYS, set_parent_endpoint,
     "the address of the node, such as tcp://10.0.0.1:7464",
     "địa chỉ của nút, ví dụ tcp://10.0.0.1:7464"},
    {"client", "key", NEED_ALWAYS, set_parent_key, KEY_EXPECTED},
    {"client", "key_file", NEED_NONE, set_key_file, PATH_EXPECTED},
    {"client", "unit", NEED_NONE, set_unit, UNIT_EXPECTED},
};

enum { RULE_COUNT = sizeof rules / sizeof *rules };

bool conf_key(size_t index, const char **ret_section, const char **ret_name)
{
    if (index >= RULE_COUNT)
        return false;
    *ret_section = rules[index].section;
    *ret_name = rules[index].name;
    return true;
}

/* The first entry of `section`, or NULL. */
static const struct ini_entry *section_find(const struct ini_table *table, const char *section)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->entries[i].section, section) == 0 && table->entries[i].title[0] == '\0')
            return &table->entries[i];
    }
    return NULL;
}

static void apply_rule(const struct rule *rule, struct ini_table *table, struct problems *problems,
                       struct conf *conf)
{
    const struct ini_entry *entry = ini_take(table, rule->section, "", rule->name);
    bool is_own = strcmp(rule->section, "client") == 0;
    const char *expected = PROBLEM_WORDS(problems, rule->expected, rule->expected_vi);

    if (entry == NULL) {
        bool is_needed = rule->need == NEED_WITH_SECTION
                             ? section_find(table, rule->section) != NULL
                             : rule->need == NEED_ALWAYS && is_own == conf->is_client;
        if (is_needed)
            problems_add(problems, table->file, (struct place){0},
                         PROBLEM_WORDS(problems, "%s is missing in [%s]: add `%s = ...`, %s",
                                       "thiếu %s trong [%s]: thêm `%s = ...`, %s"),
                         rule->name, rule->section, rule->name, expected);
    } else if (is_own != conf->is_client) {
        problems_add(problems, table->file, entry->place,
                     PROBLEM_WORDS(problems,
                                   "[%s] does not go with [client]: a file is about a node or "
                                   "about a client; use two files",
                                   "[%s] không đi cùng [client]: một tệp là của một nút hoặc của "
                                   "một bên nộp; hãy dùng hai tệp"),
                     rule->section);
    } else if (!rule->set(conf, entry->value)) {
        problems_add(problems, table->file, entry->value_place,
                     PROBLEM_WORDS(problems, "%s has to be %s", "%s phải là %s"), rule->name,
                     expected);
    }
}

/* Paths that the file left out follow from the node's name. */
static void set_defaults(struct conf *conf, const char *path, size_t stem_len)
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");

    if (conf->state_dir == NULL)
        conf->state_dir = mem_printf("/var/lib/tonghop/%s", conf->name);
    if (conf->runtime_dir == NULL)
        conf->runtime_dir = mem_printf("/run/tonghop/%s", conf->name);
    if (conf->key_file != NULL)
        return;
    if (conf->is_client)
        conf->key_file = mem_printf("%.*s.key", (int)stem_len, path);
    else if (credentials != NULL)
        conf->key_file = mem_printf("%s/key", credentials);
    else
        conf->key_file = mem_printf("/etc/tonghop/%s.key", conf->name);
}

enum err conf_read(const char *path, struct problems *problems, struct conf *ret_conf)
{
    static const char suffix[] = ".conf";
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    size_t stem_len = strlen(path);
    struct ini_table table;
    size_t error_count = problems->error_count;
    enum err err = ini_read(path, problems, &table);

    if (err != ERR_OK)
        return err;
    if (strlen(base) >= sizeof suffix && strcmp(path + stem_len - (sizeof suffix - 1), suffix) == 0)
        stem_len -= sizeof suffix - 1;
    struct conf conf = {
        .name = mem_strndup(base, stem_len - (size_t)(base - path)),
        .is_client = section_find(&table, "client") != NULL,
        .log_level = LOG_LEVEL_INFO,
        .map_size_mib = 16384,
        .reserve_mib = 64,
        .remind_every_days = 3,
        .remind_before_days = 5,
    };
    for (size_t i = 0; i < RULE_COUNT; i++)
        apply_rule(&rules[i], &table, problems, &conf);
    ini_report_unknown(&table, conf_key, problems);
    set_defaults(&conf, path, stem_len);
    ini_fini(&table);
    if (problems->error_count > error_count) {
        conf_fini(&conf);
        return ERR_INVALID;
    }
    *ret_conf = conf;
    return ERR_OK;
}

void conf_fini(struct conf *conf)
{
    free(conf->name);
    free(conf->state_dir);
    free(conf->runtime_dir);
    free(conf->key_file);
    free(conf->listen_endpoint);
    free(conf->parent_endpoint);
    *conf = (struct conf){0};
}

char *conf_control_path(const struct conf *conf)
{
    return mem_printf("%s/control", conf->runtime_dir);
}
