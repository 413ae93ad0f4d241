/* Configurations: what they say, what they leave to defaults, and what is said of broken ones. */
#include "lib/cm.h"

#include <stdio.h>
#include <unistd.h>

#include "core/mem.h"
#include "text/conf.h"

/* 32 bytes 0, 1, 2 ... 31 */
#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

struct folder {
    char path[32];
};

static int make_folder(void **state)
{
    struct folder *folder = mem_calloc(1, sizeof *folder);
    (void)snprintf(folder->path, sizeof folder->path, "/tmp/test_conf.XXXXXX");
    *state = folder;
    return mkdtemp(folder->path) == NULL;
}

static int remove_folder(void **state)
{
    struct folder *folder = *state;
    int rc = rmdir(folder->path);
    free(folder);
    return rc;
}

/* Reads `text` as FOLDER/`name`; problems are returned in the order they were found, a line each
 * and without the folder. */
static enum err read_as(bool is_vietnamese, const struct folder *folder, const char *name,
                        const char *text, struct buf *ret_problems, struct conf *ret_conf)
{
    struct problems problems = {.is_vietnamese = is_vietnamese};
    char *path = mem_printf("%s/%s", folder->path, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    enum err err = conf_read(path, &problems, ret_conf);
    assert_int_equal(unlink(path), 0);
    buf_printf(ret_problems, "%s", "");
    for (size_t i = 0; i < problems.count; i++) {
        char *line = problem_format(&problems.items[i]);
        assert_memory_equal(line, folder->path, strlen(folder->path));
        buf_printf(ret_problems, "%s\n", line + strlen(folder->path) + 1);
        free(line);
    }
    problems_fini(&problems);
    free(path);
    return err;
}

static enum err read_text(const struct folder *folder, const char *name, const char *text,
                          struct buf *ret_problems, struct conf *ret_conf)
{
    return read_as(false, folder, name, text, ret_problems, ret_conf);
}

/* A leaf needs its unit and the node above; everything else follows from the file's name. */
static void test_defaults(void **state)
{
    struct buf said = {0};
    struct conf conf;
    uint8_t key[KEY_SIZE];

    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    assert_int_equal(
        read_text(*state, "ia-dom.conf",
                  "[node]\nunit = 23872\n[parent]\nendpoint = tcp://127.0.0.1:7464\nkey = " KEY
                  "\n",
                  &said, &conf),
        ERR_OK);
    assert_string_equal((const char *)said.data, "");
    assert_string_equal(conf.name, "ia-dom");
    assert_false(conf.is_client);
    assert_int_equal(conf.unit, 23872);
    assert_string_equal(conf.state_dir, "/var/lib/tonghop/ia-dom");
    assert_string_equal(conf.runtime_dir, "/run/tonghop/ia-dom");
    assert_string_equal(conf.key_file, "/etc/tonghop/ia-dom.key");
    assert_int_equal(conf.log_level, 6);
    assert_int_equal(conf.map_size_mib, 16384);
    assert_int_equal(conf.reserve_mib, 64);
    assert_int_equal(conf.remind_every_days, 3);
    assert_int_equal(conf.remind_before_days, 5);
    assert_null(conf.listen_endpoint);
    assert_string_equal(conf.parent_endpoint, "tcp://127.0.0.1:7464");
    assert_memory_equal(conf.parent_key, key, sizeof key);
    char *control = conf_control_path(&conf);
    assert_string_equal(control, "/run/tonghop/ia-dom/control");
    free(control);
    conf_fini(&conf);
    buf_fini(&said);
}

/* Every key of a node is taken from the file when it is there. */
static void test_every_key(void **state)
{
    struct buf said = {0};
    struct conf conf;

    assert_int_equal(read_text(*state, "root",
                               "[node]\nunit = 64\nstate_dir = /s\nruntime_dir = /r\n"
                               "key_file = /k\nlog_level = debug\nmap_size_mib = 1\n"
                               "reserve_mib = 0\nremind_every_days = 0\nremind_before_days = "
                               "60\n[listen]\nendpoint = tcp://[::]:1\n",
                               &said, &conf),
                     ERR_OK);
    assert_string_equal(conf.name, "root");
    assert_string_equal(conf.state_dir, "/s");
    assert_string_equal(conf.runtime_dir, "/r");
    assert_string_equal(conf.key_file, "/k");
    assert_int_equal(conf.log_level, 7);
    assert_int_equal(conf.map_size_mib, 1);
    assert_int_equal(conf.reserve_mib, 0);
    assert_int_equal(conf.remind_every_days, 0);
    assert_int_equal(conf.remind_before_days, 60);
    assert_string_equal(conf.listen_endpoint, "tcp://[::]:1");
    assert_null(conf.parent_endpoint);
    conf_fini(&conf);
    buf_fini(&said);
}

/* A client's key lies beside its configuration, and its unit may be left out. */
static void test_client(void **state)
{
    const struct folder *folder = *state;
    struct buf said = {0};
    struct conf conf;
    char *expected = mem_printf("%s/me.key", folder->path);

    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "/credentials", 1), 0);
    assert_int_equal(read_text(folder, "me.conf",
                               "[client]\nendpoint = tcp://host:65535\nkey = " KEY "\n", &said,
                               &conf),
                     ERR_OK);
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    assert_true(conf.is_client);
    assert_int_equal(conf.unit, 0);
    assert_string_equal(conf.parent_endpoint, "tcp://host:65535");
    assert_string_equal(conf.key_file, expected);
    conf_fini(&conf);
    free(expected);
    buf_fini(&said);
}

/* systemd hands a node its key in a folder of its own; a key_file that was set wins. */
static void test_credentials(void **state)
{
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"[node]\nunit = 1\n", "/credentials/key"},
        {"[node]\nunit = 1\nkey_file = /k\n", "/k"},
    };

    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "/credentials", 1), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf said = {0};
        struct conf conf;
        assert_int_equal(read_text(*state, "n.conf", rows[i].text, &said, &conf), ERR_OK);
        assert_string_equal(conf.key_file, rows[i].expected);
        conf_fini(&conf);
        buf_fini(&said);
    }
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

#define KEY_EXPECTED    "key has to be 44 characters of base64, as in the NAME.pub of the node above\n"
#define LISTEN_EXPECTED "endpoint has to be an address to listen on, such as tcp://0.0.0.0:7464\n"

/* Texts of n.conf, and all that is said of them. */
static const struct {
    const char *name, *text, *expected;
} bad_texts[] = {
    {"empty", "",
     "n.conf: error: unit is missing in [node]: add `unit = ...`, a unit's id, a whole number "
     "from 1\n"},
    {"unknown key", "[node]\nunit = 1\n  state-dir = /x\n",
     "n.conf:3:3: error: unknown key state-dir in [node]: if state_dir is meant, correct it; else "
     "remove it\n"},
    {"a key that is like none", "[node]\nunit = 1\ncolour = red\n",
     "n.conf:3:1: error: unknown key colour in [node]: correct its spelling or remove it\n"},
    {"a key of another section", "[node]\nunit = 1\nendpoint = tcp://*:1\n",
     "n.conf:3:1: error: unknown key endpoint in [node]: correct its spelling or remove it\n"},
    {"a short key", "[node]\nunit = 1\nx = 1\n",
     "n.conf:3:1: error: unknown key x in [node]: correct its spelling or remove it\n"},
    {"the nearest key", "[node]\nunit = 1\nstat_dir = /x\nkey_files = /x\n",
     "n.conf:3:1: error: unknown key stat_dir in [node]: if state_dir is meant, correct it; else "
     "remove it\n"
     "n.conf:4:1: error: unknown key key_files in [node]: if key_file is meant, correct it; else "
     "remove it\n"},
    {"unknown section", "[node]\nunit = 1\n[lsiten]\nendpoint = tcp://*:1\n",
     "n.conf:4:1: error: unknown key endpoint in [lsiten]: if endpoint in [listen] is meant, "
     "correct it; else remove it\n"},
    {"titled section", "[node]\nunit = 1\n[parent a]\nkey = x\n",
     "n.conf:4:1: error: unknown key key in [parent a]: correct its spelling or remove it\n"},
    {"unit 0", "[node]\nunit = 0\n",
     "n.conf:2:8: error: unit has to be a unit's id, a whole number from 1\n"},
    {"unit beyond 32 bits", "[node]\nunit = 4294967296\n",
     "n.conf:2:8: error: unit has to be a unit's id, a whole number from 1\n"},
    {"unit empty", "[node]\nunit =\n",
     "n.conf:2:7: error: unit has to be a unit's id, a whole number from 1\n"},
    {"relative path", "[node]\nunit = 1\nstate_dir = state\n",
     "n.conf:3:13: error: state_dir has to be an absolute path\n"},
    {"log level", "[node]\nunit = 1\nlog_level = 8\n",
     "n.conf:3:13: error: log_level has to be error, warning, notice, info or debug\n"},
    {"map size", "[node]\nunit = 1\nmap_size_mib = 0\n",
     "n.conf:3:16: error: map_size_mib has to be a whole number from 1 to 1048576\n"},
    {"remind", "[node]\nunit = 1\nremind_every_days = 61\n",
     "n.conf:3:21: error: remind_every_days has to be a whole number from 0 to 60\n"},
    {"reserve", "[node]\nunit = 1\nreserve_mib = 1.5\n",
     "n.conf:3:15: error: reserve_mib has to be a whole number from 0 to 1048576\n"},
    {"endpoint without port", "[node]\nunit = 1\n[listen]\nendpoint = tcp://localhost\n",
     "n.conf:4:12: error: " LISTEN_EXPECTED},
    {"endpoint without host", "[node]\nunit = 1\n[listen]\nendpoint = tcp://:7464\n",
     "n.conf:4:12: error: " LISTEN_EXPECTED},
    {"port beyond 65535", "[node]\nunit = 1\n[listen]\nendpoint = tcp://*:65536\n",
     "n.conf:4:12: error: " LISTEN_EXPECTED},
    {"another transport", "[node]\nunit = 1\n[listen]\nendpoint = ipc:///tmp/x:1\n",
     "n.conf:4:12: error: " LISTEN_EXPECTED},
    {"parent without key", "[node]\nunit = 1\n[parent]\nendpoint = tcp://h:1\n",
     "n.conf: error: key is missing in [parent]: add `key = ...`, 44 characters of base64, as "
     "in the NAME.pub of the node above\n"},
    {"short key", "[node]\nunit = 1\n[parent]\nendpoint = tcp://h:1\nkey = AAEC\n",
     "n.conf:5:7: error: " KEY_EXPECTED},
    {"node and client", "[client]\nendpoint = tcp://h:1\nkey = " KEY "\n[node]\nunit = 1\n",
     "n.conf:5:1: error: [node] does not go with [client]: a file is about a node or about a "
     "client; use two files\n"},
    {"all at once", "[node]\nunit = x\nlog_level = loud\nunti = 1\n[parent]\nkey = x\n",
     "n.conf:2:8: error: unit has to be a unit's id, a whole number from 1\n"
     "n.conf:3:13: error: log_level has to be error, warning, notice, info or debug\n"
     "n.conf: error: endpoint is missing in [parent]: add `endpoint = ...`, the address of the "
     "node above, such as tcp://10.0.0.1:7464\n"
     "n.conf:6:7: error: " KEY_EXPECTED
     "n.conf:4:1: error: unknown key unti in [node]: if unit is meant, correct it; else remove "
     "it\n"},
};

/* What is wrong is told with its place, all of it at once, and nothing is given back. */
static void test_bad_files(void **state)
{
    for (size_t i = 0; i < sizeof bad_texts / sizeof *bad_texts; i++) {
        struct buf said = {0};
        struct conf conf = {.unit = 77};

        if (read_text(*state, "n.conf", bad_texts[i].text, &said, &conf) != ERR_INVALID)
            fail_msg("%s: taken", bad_texts[i].name);
        if (strcmp((const char *)said.data, bad_texts[i].expected) != 0)
            fail_msg("%s: got\n%s", bad_texts[i].name, (const char *)said.data);
        assert_int_equal(conf.unit, 77);
        buf_fini(&said);
    }
}

static void test_vietnamese(void **state)
{
    struct buf said = {0};
    struct conf conf;
    assert_int_equal(read_as(true, *state, "n.conf",
                             "[node]\nlog_level = loud\nstate_dir = here\n"
                             "[parent]\nkey = KEY\n",
                             &said, &conf),
                     ERR_INVALID);
    assert_string_equal((const char *)said.data,
                        "n.conf: lỗi: thiếu unit trong [node]: thêm `unit = ...`, mã số (id) đơn "
                        "vị, số nguyên từ 1\n"
                        "n.conf:3:13: lỗi: state_dir phải là một đường dẫn tuyệt đối\n"
                        "n.conf:2:13: lỗi: log_level phải là error, warning, notice, info hoặc "
                        "debug\n"
                        "n.conf: lỗi: thiếu endpoint trong [parent]: thêm `endpoint = ...`, địa "
                        "chỉ của nút cấp trên, ví dụ tcp://10.0.0.1:7464\n"
                        "n.conf:5:7: lỗi: key phải là 44 ký tự base64, như trong tệp NAME.pub của "
                        "nút cấp trên\n");
    buf_fini(&said);
    assert_int_equal(read_as(true, *state, "n.conf", "[client]\n[node]\nunit = 1\n", &said, &conf),
                     ERR_INVALID);
    assert_non_null(strstr((const char *)said.data, "[node] không đi cùng [client]: một tệp là"));
    buf_fini(&said);
}

static void test_unreadable(void **state)
{
    struct problems problems = {0};
    struct conf conf;
    (void)state;

    assert_int_equal(conf_read("no-such-folder/x.conf", &problems, &conf), ERR_NOT_FOUND);
    assert_int_equal(problems.error_count, 1);
    problems_fini(&problems);
}

/* Every key that is read is explained in docs/OPERATING.md, as `name` under its [section]. */
static void test_documented(void **state)
{
    struct buf text = {0};
    char chunk[4096];
    const char *section, *name;
    size_t size;
    FILE *file = fopen("docs/OPERATING.md", "r");
    (void)state;

    assert_non_null(file);
    while ((size = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_put(&text, chunk, size);
    assert_int_equal(fclose(file), 0);
    buf_put_u8(&text, 0);
    for (size_t i = 0; conf_key(i, &section, &name); i++) {
        char *heading = mem_printf("[%s]", section);
        char *entry = mem_printf("`%s`", name);
        const char *at = strstr((const char *)text.data, heading);
        if (at == NULL || strstr(at, entry) == NULL)
            fail_msg("docs/OPERATING.md does not explain %s in [%s]", name, section);
        free(heading);
        free(entry);
    }
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),   cmocka_unit_test(test_every_key),
        cmocka_unit_test(test_client),     cmocka_unit_test(test_credentials),
        cmocka_unit_test(test_bad_files),  cmocka_unit_test(test_vietnamese),
        cmocka_unit_test(test_unreadable), cmocka_unit_test(test_documented),
    };
    (void)unsetenv("CREDENTIALS_DIRECTORY"); /* cannot fail for a name without '=' */
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
