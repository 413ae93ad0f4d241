#include "lib/cm.h"

#include <ctype.h>
#include <string.h>

#include "core/log_event.h"

enum { MESSAGE_ID_LEN = 32 };

static const struct log_event_info *info_of(size_t i)
{
    return log_event_info((enum log_event)i);
}

/* Every event has a name of small letters and hyphens, and everything else that the table has. */
static void test_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < LOG_EVENT_COUNT; i++) {
        const struct log_event_info *info = info_of(i);
        assert_non_null(info->name);
        assert_int_equal(strspn(info->name, "abcdefghijklmnopqrstuvwxyz-"), strlen(info->name));
        assert_true(islower((unsigned char)info->name[0]));
        assert_in_range(info->level, LOG_LEVEL_ERROR, LOG_LEVEL_INFO);
        assert_int_equal(info->meaning[strlen(info->meaning) - 1], '.');
        assert_int_equal(info->remedy[strlen(info->remedy) - 1], '.');
    }
}

/* A MESSAGE_ID is what the journal takes for one: 32 small hexadecimal digits, of a random UUID. */
static void test_ids_are_well_formed(void **state)
{
    (void)state;
    for (size_t i = 0; i < LOG_EVENT_COUNT; i++) {
        const char *id = info_of(i)->message_id;
        assert_int_equal(strlen(id), MESSAGE_ID_LEN);
        assert_int_equal(strspn(id, "0123456789abcdef"), MESSAGE_ID_LEN);
        assert_int_equal(id[12], '4');           /* version 4, which is random ... */
        assert_non_null(strchr("89ab", id[16])); /* ... of the usual variant */
    }
}

/* No two events have a name or an id in common. */
static void test_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < LOG_EVENT_COUNT; i++)
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(info_of(i)->name, info_of(j)->name);
            assert_string_not_equal(info_of(i)->message_id, info_of(j)->message_id);
        }
}

/* Ids are fixed for ever: people and programs look for them. */
static void test_golden(void **state)
{
    (void)state;
    static const struct {
        enum log_event event;
        const char *name, *id;
    } golden[] = {
        {LOG_EVENT_STARTED, "started", "1f6de7764bbf4d4894812948306a92ac"},
        {LOG_EVENT_LINK_LOST, "link-lost", "d96b8c7cbe074d8aa0faccfc306ca0ba"},
        {LOG_EVENT_REPORT_TAKEN_IN, "report-taken-in", "07bc71cf03ee4af690207a30b5972112"},
        {LOG_EVENT_LEFTOVERS, "leftovers", "2e64db8031604cc8a96c80723bd001cf"},
        {LOG_EVENT_CARE_UNREADABLE, "care-unreadable", "8bb05301a27b4f7e87d40583758c4d4a"},
    };
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
        assert_string_equal(log_event_info(golden[i].event)->name, golden[i].name);
        assert_string_equal(log_event_info(golden[i].event)->message_id, golden[i].id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_ids_are_well_formed),
        cmocka_unit_test(test_unique),
        cmocka_unit_test(test_golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
