/* Persons as people read them. */
#include "lib/cm.h"

#include "core/person.h"
#include "core/utf8.h"

/* The name comes first, and a key's stands for it; without a name there is the id. */
static void people_read_names(void **state)
{
    static const struct {
        const char *person, *shown;
    } rows[] = {
        {"", ""},
        {"uid:1000", "uid:1000"},
        {"uid:1000 ", "uid:1000 "},
        {"uid:1000 hoa", "hoa (uid 1000)"},
        {"uid:0 Nguyễn Thị Hoa", "Nguyễn Thị Hoa (uid 0)"},
        {"key:AAAA=", "key:AAAA="},
        {"key:AAAA= xã Ia Dom", "xã Ia Dom"},
        {"hoa", "hoa"},
        {"uid: hoa", "hoa (uid )"},
    };
    char shown[PERSON_SHOWN_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("row: %s\n", rows[i].person);
        assert_string_equal(person_show(rows[i].person, shown), rows[i].shown);
    }
}

/* However long, it fits, and no character is cut in two. */
static void a_long_one_is_cut(void **state)
{
    char person[400] = "uid:1000 ", shown[PERSON_SHOWN_SIZE];
    (void)state;
    for (size_t len = strlen(person); len + 2 < sizeof(person); len += 2)
        memcpy(person + len, "\xC3\xA0", 3);
    (void)person_show(person, shown);
    assert_in_range(strlen(shown), PERSON_SHOWN_SIZE - 4, PERSON_SHOWN_SIZE - 1);
    assert_true(utf8_is_valid(shown, strlen(shown)));
}

/* Id and name make one text and come apart again; what would not fit a line of a record does not
 * get into one. */
static void ids_and_names_are_joined(void **state)
{
    static const struct {
        const char *id, *name, *joined;
        size_t id_len;
    } rows[] = {
        {"uid:7", "lan", "uid:7 lan", 5},
        {"uid:7", "", "uid:7", 5},
        {"", "lan", "", 0},
        {"", "", "", 0},
        {"uid:7", "a b", "uid:7 a b", 5},
        {"uid:7", "a\nb\x1b", "uid:7 a b ", 5},
        {"uid:7", "\xC3\xA0\xC3\xA0\xC3\xA0\xC3\xA0", "uid:7 \xC3\xA0\xC3\xA0", 5},
        {"uid:1234567890", "lan", "uid:1234567", 11},
    };
    char joined[12];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("row: %s, %s\n", rows[i].id, rows[i].name);
        assert_string_equal(person_join(rows[i].id, rows[i].name, joined, sizeof(joined)),
                            rows[i].joined);
        assert_int_equal(person_id_len(joined, strlen(joined)), rows[i].id_len);
    }
    assert_int_equal(person_id_len(NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(people_read_names),
                                       cmocka_unit_test(a_long_one_is_cut),
                                       cmocka_unit_test(ids_and_names_are_joined)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
