/* Options, arguments, and which configuration is meant. */
#include "lib/cm.h"

#include <stdio.h>
#include <unistd.h>

#include "client/options.h"
#include "core/mem.h"

enum { ARGUMENTS_MAX = 12, TEXT_SIZE = 4096 };

/* ---- what is said on standard error ---- */

struct capture {
    int saved;
    FILE *file;
    char text[TEXT_SIZE];
};

static void capture_start(struct capture *capture)
{
    fflush(stderr);
    capture->saved = dup(STDERR_FILENO);
    capture->file = tmpfile();
    assert_true(capture->saved >= 0 && capture->file != NULL);
    assert_true(dup2(fileno(capture->file), STDERR_FILENO) >= 0);
}

static void capture_stop(struct capture *capture)
{
    fflush(stderr);
    assert_true(dup2(capture->saved, STDERR_FILENO) >= 0);
    close(capture->saved);
    rewind(capture->file);
    size_t len = fread(capture->text, 1, sizeof(capture->text) - 1, capture->file);
    capture->text[len] = '\0';
    fclose(capture->file);
}

/* A copy of `words`, which ends with NULL, that may be changed; the count without the NULL. */
static int copy_arguments(const char *const *from, char **to)
{
    int count = 0;
    while (from[count] != NULL) {
        to[count] = (char *)(uintptr_t)from[count]; /* only the pointers are moved */
        count++;
    }
    to[count] = NULL;
    return count;
}

/* ---- common options ---- */

static void test_common_options_stand_anywhere(void **state)
{
    /* Before or after the subcommand, as two words or with "="; the rest stays in order. */
    static const char *const line[] = {"tonghop", "--node", "a",      "status", "--format=json",
                                       "--wait",  "3",      "--lang", "en",     "--timeout",
                                       "0.5",     NULL};
    char *argv[ARGUMENTS_MAX];
    int argc = copy_arguments(line, argv);
    struct options options;
    (void)state;
    assert_true(options_take(&argc, argv, &options));
    assert_int_equal(argc, 4);
    assert_string_equal(argv[1], "status");
    assert_string_equal(argv[2], "--wait");
    assert_string_equal(argv[3], "3");
    assert_null(argv[4]);
    assert_string_equal(options.common.node, "a");
    assert_int_equal(options.common.output, OUTPUT_JSON);
    assert_int_equal(options.common.numbers, NUMBER_PLAIN);
    assert_int_equal(options.common.timeout_ms, 500);
    assert_true(options.common.is_english);
    assert_null(options.common.etc);
    assert_false(options.wants_help || options.wants_version);
}

static void test_common_options_end_at_two_dashes(void **state)
{
    /* What follows "--" is nobody's option. */
    static const char *const line[] = {"tonghop", "x", "--help", "--", "--version", "--node", NULL};
    char *argv[ARGUMENTS_MAX];
    int argc = copy_arguments(line, argv);
    struct options options;
    (void)state;
    assert_true(options_take(&argc, argv, &options));
    assert_int_equal(argc, 5);
    assert_string_equal(argv[2], "--");
    assert_true(options.wants_help);
    assert_false(options.wants_version);
    assert_null(options.common.node);
}

static void test_wrong_common_options_are_refused(void **state)
{
    /* Each with the option's name, and what it may be. */
    static const struct {
        const char *line[4];
        const char *said;
    } rows[] = {
        {{"tonghop", "--format", "xml"}, "--format"},
        {{"tonghop", "--lang=fr"}, "vi | en"},
        {{"tonghop", "--numbers", "en"}, "--numbers"},
        {{"tonghop", "--timeout", "0"}, "--timeout"},
        {{"tonghop", "--timeout", "-1"}, "--timeout"},
        {{"tonghop", "--timeout", "x"}, "--timeout"},
        {{"tonghop", "--timeout="}, "a number of seconds such as 30"},
        {{"tonghop", "--timeout", "86401"}, "--t"},
        {{"tonghop", "status", "--node"}, "--node"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *argv[ARGUMENTS_MAX];
        int argc = copy_arguments(rows[i].line, argv);
        struct options options = {.wants_help = true};
        struct capture capture;
        capture_start(&capture);
        bool is_taken = options_take(&argc, argv, &options);
        capture_stop(&capture);
        assert_false(is_taken);
        assert_true(options.wants_help); /* untouched */
        assert_non_null(strstr(capture.text, rows[i].said));
    }
}

/* ---- arguments of a subcommand ---- */

struct parsed {
    const char *first, *second, *role;
    bool is_forced;
};

static bool parse(const char *const *line, struct parsed *parsed, struct capture *capture)
{
    const struct common common = {.is_english = true};
    const struct argument arguments[] = {
        {.name = "FIRST", .value = &parsed->first, .is_needed = true},
        {.name = "SECOND", .value = &parsed->second},
        {.name = "--role", .value = &parsed->role},
        {.name = "--force", .is_given = &parsed->is_forced},
    };
    char *argv[ARGUMENTS_MAX];
    int argc = copy_arguments(line, argv);
    capture_start(capture);
    bool is_right = command_parse(&common, argc, argv, arguments, 4);
    capture_stop(capture);
    return is_right;
}

static void test_arguments_are_read(void **state)
{
    /* Options and arguments mix; numbers below zero, "-" and what follows "--" are arguments. */
    static const char *const lines[][8] = {
        {"x", "--role", "r", "a", "-25", "--force"},
        {"x", "a", "--force", "-25", "--role=r"},
        {"x", "--force", "--role", "r", "--", "a", "-25"},
    };
    struct capture capture;
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct parsed parsed = {0};
        assert_true(parse(lines[i], &parsed, &capture));
        assert_string_equal(capture.text, "");
        assert_string_equal(parsed.first, "a");
        assert_string_equal(parsed.second, "-25");
        assert_string_equal(parsed.role, "r");
        assert_true(parsed.is_forced);
    }
    static const char *const files[] = {"x", "-", "--", "--force", NULL};
    struct parsed parsed = {0};
    assert_true(parse(files, &parsed, &capture));
    assert_string_equal(parsed.first, "-");
    assert_string_equal(parsed.second, "--force");
    assert_false(parsed.is_forced);
}

static void test_wrong_arguments_are_refused(void **state)
{
    /* Missing, unknown, without a value, too many: each says which one. */
    static const struct {
        const char *line[6];
        const char *said;
    } rows[] = {
        {{"x"}, "FIRST is missing"},
        {{"x", "a", "--rol", "r"}, "no option --rol\n"},
        {{"x", "a", "--roles=r"}, "no option --roles=r\n"},
        {{"x", "a", "--force=1"}, "no option --force=1\n"},
        {{"x", "a", "-f"}, "no option -f\n"},
        {{"x", "a", "--role"}, "option --role needs a value"},
        {{"x", "a", "--role=r", "--role"}, "option --role needs a value"},
        {{"x", "a", "--role", "r", "--role", "r"}, "option --role may be given only once"},
        {{"x", "a", "--role=", "--role=r"}, "option --role may be given only once"},
        {{"x", "a", "b", "c"}, "'c'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct parsed parsed = {0};
        struct capture capture;
        assert_false(parse(rows[i].line, &parsed, &capture));
        if (strstr(capture.text, rows[i].said) == NULL)
            fail_msg("'%s' is not in: %s", rows[i].said, capture.text);
        assert_non_null(strstr(capture.text, "tonghop x --help"));
    }
}

static void test_unit_ids(void **state)
{
    /* Keys are given to ids, which name one unit for all time; a code names several. */
    static const struct {
        const char *text;
        uint32_t id; /* 0: refused */
    } rows[] = {
        {"631", 631}, {"id:631", 631}, {"4294967295", UINT32_MAX},
        {"0", 0},     {"-1", 0},       {"4294967296", 0},
        {"", 0},      {"id:", 0},      {"code:631", 0},
        {"631.5", 0}, {"6 31", 0},     {"99999999999999999999", 0},
    };
    const struct common common = {.is_english = true};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint32_t id = 7;
        struct capture capture;
        capture_start(&capture);
        bool is_right = command_parse_unit_id(&common, "x", rows[i].text, &id);
        capture_stop(&capture);
        assert_int_equal(is_right, rows[i].id != 0);
        assert_int_equal(id, rows[i].id != 0 ? rows[i].id : 7);
    }
}

/* ---- which node ---- */

struct place_of_confs {
    char etc[64];
};

static int setup_etc(void **state)
{
    struct place_of_confs *place = mem_calloc(1, sizeof(*place));
    strcpy(place->etc, "/tmp/tonghop-test-XXXXXX");
    assert_non_null(mkdtemp(place->etc));
    assert_int_equal(unsetenv("TONGHOP_NODE"), 0);
    *state = place;
    return 0;
}

static void change_conf(const struct place_of_confs *place, const char *name, const char *text)
{
    char *path = mem_printf("%s/%s", place->etc, name);
    FILE *file = text != NULL ? fopen(path, "w") : NULL;
    if (file != NULL) {
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
    } else {
        assert_int_equal(unlink(path), 0);
    }
    free(path);
}

static int teardown_etc(void **state)
{
    struct place_of_confs *place = *state;
    int rc = rmdir(place->etc);
    free(place);
    return rc;
}

/* The name of the configuration found, "" if none; what was said stays in `capture`. */
static char *found(const struct place_of_confs *place, const char *node, struct capture *capture)
{
    const struct common common = {.etc = place->etc, .node = node, .is_english = true};
    struct conf conf = {0};
    capture_start(capture);
    bool is_found = command_find_conf(&common, &conf);
    capture_stop(capture);
    char *name = mem_strdup(is_found ? conf.name : "");
    if (is_found)
        conf_fini(&conf);
    return name;
}

static void assert_found(const struct place_of_confs *place, const char *node, const char *expected,
                         const char *said)
{
    struct capture capture;
    char *name = found(place, node, &capture);
    assert_string_equal(name, expected);
    if (strstr(capture.text, said) == NULL)
        fail_msg("'%s' is not in: %s", said, capture.text);
    free(name);
}

static void test_which_node_is_meant(void **state)
{
    /* --node, else TONGHOP_NODE, else the only one there is; several are listed. */
    static const char conf[] = "[node]\nunit = 631\n";
    const struct place_of_confs *place = *state;
    assert_found(place, NULL, "", "run `tonghop init`");
    change_conf(place, "b.conf", conf);
    change_conf(place, "b.key", "not a configuration");
    change_conf(place, ".hidden.conf", conf);
    assert_found(place, NULL, "b", "");
    change_conf(place, "a.conf", conf);
    assert_found(place, NULL, "", "  --node a\n  --node b\n");
    assert_found(place, "a", "a", "");
    assert_found(place, "c", "", "no c.conf in ");
    assert_found(place, "../etc/a", "", "no ../etc/a.conf in ");
    assert_int_equal(setenv("TONGHOP_NODE", "b", 1), 0);
    assert_found(place, NULL, "b", "");
    assert_found(place, "a", "a", "");
    assert_int_equal(setenv("TONGHOP_NODE", "", 1), 0);
    assert_found(place, NULL, "", "several nodes");
    change_conf(place, "a.conf", "[node]\nunit = 0\nunitt = 1\n");
    assert_found(place, "a", "", "a.conf:2:8: error: ");
    assert_found(place, "a", "", "a.conf:3:1: error: ");
    change_conf(place, "a.conf", NULL);
    change_conf(place, "b.conf", NULL);
    change_conf(place, "b.key", NULL);
    change_conf(place, ".hidden.conf", NULL);
}

static void test_refusal_is_told_in_full(void **state)
{
    /* Code, sentence in the language chosen, the node's words, which come in that language as they
     * are, the cells, what to go on with. */
    const struct common common = {.is_english = false};
    char code[] = "stale", text[] = "bản hiện tại của nút là 3", cell[] = "model.total: quá lớn";
    Tonghop__Refusal refusal = TONGHOP__REFUSAL__INIT;
    Tonghop__Problem problem = TONGHOP__PROBLEM__INIT;
    Tonghop__Problem *problems[] = {&problem};
    struct capture capture;
    (void)state;
    problem.text = cell;
    refusal.code = code;
    refusal.text = text;
    refusal.n_problems = 1;
    refusal.problems = problems;
    refusal.current_revision = 3;
    refusal.home = 631;
    capture_start(&capture);
    int status = command_print_refusal(&common, &refusal);
    capture_stop(&capture);
    assert_int_equal(status, EXIT_NO);
    assert_string_equal(capture.text,
                        "tonghop: bị từ chối (stale): Báo cáo đã được sửa sau khi anh/chị lấy số "
                        "liệu;\n  hãy xem bản hiện tại rồi nộp lại.\n"
                        "  bản hiện tại của nút là 3\n"
                        "  - model.total: quá lớn\n"
                        "  bản hiện tại là 3\n"
                        "  nơi nhận là nút của đơn vị id:631\n");
}

static void test_a_refusal_with_its_remedy_is_told_alone(void **state)
{
    /* That something is there already "or twice" would not help who has to revoke a key first. */
    const struct common common = {.is_english = true};
    char code[] = "exists", text[] = "631 has a node with another key: revoke it first";
    Tonghop__Refusal refusal = TONGHOP__REFUSAL__INIT;
    struct capture capture;
    (void)state;
    refusal.code = code;
    refusal.text = text;
    refusal.home = 12; /* the text has it by its code and name */
    capture_start(&capture);
    assert_int_equal(command_print_refusal(&common, &refusal), EXIT_NO);
    capture_stop(&capture);
    assert_string_equal(
        capture.text,
        "tonghop: refused (exists): 631 has a node with another key: revoke it first\n");
    capture_start(&capture);
    assert_int_equal(command_print_failure(&common, ERR_FORBIDDEN, "there: have your key enrolled"),
                     EXIT_NO);
    capture_stop(&capture);
    assert_string_equal(capture.text,
                        "tonghop: refused (forbidden): there: have your key enrolled\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_common_options_stand_anywhere),
        cmocka_unit_test(test_common_options_end_at_two_dashes),
        cmocka_unit_test(test_wrong_common_options_are_refused),
        cmocka_unit_test(test_arguments_are_read),
        cmocka_unit_test(test_wrong_arguments_are_refused),
        cmocka_unit_test(test_unit_ids),
        cmocka_unit_test_setup_teardown(test_which_node_is_meant, setup_etc, teardown_etc),
        cmocka_unit_test(test_refusal_is_told_in_full),
        cmocka_unit_test(test_a_refusal_with_its_remedy_is_told_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
