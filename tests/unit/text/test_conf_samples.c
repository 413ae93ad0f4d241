/* Rule: the sample configurations that are shipped parse without a problem and say what their
 * comments say. */
#include "lib/cm.h"

#include "text/conf.h"

struct sample_row {
    const char *path;
    const char *name;
    bool is_client;
    uint32_t unit;
    const char *state_dir, *runtime_dir, *key_file;
    const char *listen_endpoint, *parent_endpoint;
    const char *parent_key;
};

#define DISTRICT_KEY "VZ3YQ+8gScQBcwcsHKgOR6yRnDAP/4Q7pNH5xHESf2U="

static const struct sample_row SAMPLES[] = {
    {.path = "deploy/sample/conf/root.conf",
     .name = "root",
     .unit = 64,
     .state_dir = "/var/lib/tonghop/root",
     .runtime_dir = "/run/tonghop/root",
     .key_file = "/etc/tonghop/root.key",
     .listen_endpoint = "tcp://0.0.0.0:7464"},
    {.path = "deploy/sample/conf/district.conf",
     .name = "district",
     .unit = 631,
     .state_dir = "/var/lib/tonghop/district",
     .runtime_dir = "/run/tonghop/district",
     .key_file = "/etc/tonghop/district.key",
     .listen_endpoint = "tcp://0.0.0.0:7464",
     .parent_endpoint = "tcp://province.example.org:7464",
     .parent_key = "XFOoTHPUlOSisJEUTl00jnZ2JGGs9b2JZy1e0L3oclM="},
    {.path = "deploy/sample/conf/leaf.conf",
     .name = "leaf",
     .unit = 23857,
     .state_dir = "/var/lib/tonghop/leaf",
     .runtime_dir = "/run/tonghop/leaf",
     .key_file = "/etc/tonghop/leaf.key",
     .parent_endpoint = "tcp://district.example.org:7464",
     .parent_key = DISTRICT_KEY},
    {.path = "deploy/sample/conf/reporter.conf",
     .name = "reporter",
     .is_client = true,
     .unit = 23860,
     .key_file = "/home/officer/.config/tonghop/reporter.key",
     .parent_endpoint = "tcp://district.example.org:7464",
     .parent_key = DISTRICT_KEY},
};

static void assert_text(const char *actual, const char *expected)
{
    if (expected == NULL) {
        assert_null(actual);
    } else {
        assert_non_null(actual);
        assert_string_equal(actual, expected);
    }
}

static void test_each_sample(void **state)
{
    const struct sample_row *row = *state;
    struct problems problems = {0};
    struct conf conf;
    enum err err = conf_read(row->path, &problems, &conf);
    for (size_t i = 0; i < problems.count; i++)
        print_error("%s\n", problems.items[i].text);
    assert_int_equal(err, ERR_OK);
    assert_int_equal(problems.count, 0);

    assert_text(conf.name, row->name);
    assert_int_equal(conf.is_client, row->is_client);
    assert_int_equal(conf.unit, row->unit);
    assert_text(conf.key_file, row->key_file);
    assert_text(conf.listen_endpoint, row->listen_endpoint);
    assert_text(conf.parent_endpoint, row->parent_endpoint);
    if (!row->is_client) {
        assert_text(conf.state_dir, row->state_dir);
        assert_text(conf.runtime_dir, row->runtime_dir);
        /* The sample of the root spells the defaults out; they must be the real ones. */
        assert_int_equal(conf.log_level, 6);
        assert_int_equal(conf.map_size_mib, 16384);
        assert_int_equal(conf.reserve_mib, 64);
    }
    if (row->parent_key != NULL) {
        char text[KEY_TEXT_SIZE];
        assert_string_equal(key_format(conf.parent_key, text), row->parent_key);
    }
    conf_fini(&conf);
    problems_fini(&problems);
}

int main(void)
{
    enum { COUNT = sizeof(SAMPLES) / sizeof(SAMPLES[0]) };
    struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){.name = SAMPLES[i].path,
                                       .test_func = test_each_sample,
                                       .initial_state = (void *)(uintptr_t)&SAMPLES[i]};
    (void)unsetenv("CREDENTIALS_DIRECTORY"); /* it would change the default of key_file */
    return cmocka_run_group_tests_name("conf_samples", tests, NULL, NULL);
}
