/* Authority: the table of PROTOCOL.md section 10, written out once more, cell by cell, and held
 * against the code's. */
#include "lib/cm.h"

#include <limits.h>

#include "node/authority.h"
#include "tonghop.pb-c.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define BODY(name)    TONGHOP__ENVELOPE__BODY_##name

/* One letter for each role in order of its wire number: unspecified, Node, Reporter, reaDer, Admin,
 * Local, Parent; '.' means that it may not. */
static const struct row {
    const char *roles;
    int body;
} matrix[] = {
    {".NRDAL.", BODY(HELLO)},
    {"......P", BODY(WELCOME)},
    {".NRDAL.", BODY(PING)},
    {"......P", BODY(PONG)},
    {"..R..L.", BODY(FILE)},
    {".......", BODY(RECEIPT)},
    {"......P", BODY(REFUSAL)},
    {".N....P", BODY(REVISION)},
    {"......P", BODY(ACK)},
    {".N.....", BODY(STATEMENT)},
    {"......P", BODY(STATEMENT_ACK)},
    {".NRDAL.", BODY(CATALOGUE_REQUEST)},
    {"......P", BODY(CATALOGUE_CHUNK)},
    {"....AL.", BODY(CATALOGUE_PUBLISH)},
    {"......P", BODY(CATALOGUE_NOTICE)},
    {"....AL.", BODY(ENROL)},
    {"....AL.", BODY(REVOKE)},
    {"....AL.", BODY(KEYS_QUERY)},
    {".......", BODY(KEYS)},
    {".......", BODY(DONE)},
    {"....AL.", BODY(QUARANTINE_QUERY)},
    {".......", BODY(QUARANTINE)},
    {"....AL.", BODY(QUARANTINE_CLEAR)},
    {".NRDAL.", BODY(TOTALS_QUERY)},
    {".......", BODY(TOTALS)},
    {".NRDAL.", BODY(COVERAGE_QUERY)},
    {".......", BODY(COVERAGE)},
    {".NRDAL.", BODY(EXPLAIN_QUERY)},
    {".......", BODY(EXPLANATION)},
    {".NRDAL.", BODY(HISTORY_QUERY)},
    {".......", BODY(HISTORY)},
    {".NRDAL.", BODY(STATUS_QUERY)},
    {".......", BODY(STATUS)},
    {".N.....", BODY(INVENTORY)},
    {"......P", BODY(COMPARED)},
    {"....AL.", BODY(MARK)},
    {".N....P", BODY(HOLDERS)},
    {".NRDAL.", BODY(WATCH_QUERY)},
    {".N.....", BODY(NOTICES_QUERY)},
    {".N....P", BODY(NOTICES)},
    {"......P", BODY(NOTICES_ACK)},
    {".NRDAL.", BODY(INBOX_QUERY)},
    {".......", BODY(INBOX)},
    {"....AL.", BODY(REMIND)},
    {".......", BODY(REMINDED)},
    {"....AL.", BODY(REOPEN)},
    {".......", BODY(CHANGES)},
    {".NRDAL.", BODY(EDITIONS_QUERY)},
    {".......", BODY(EDITIONS)},
    {".NRDAL.", BODY(DIFFERENCE_QUERY)},
    {".......", BODY(DIFFERENCE)},
    {"....AL.", BODY(CLOSE)},
    {".......", BODY(CLOSED)},
};

enum { ROLE_COUNT = TONGHOP__ROLE__ROLE_PARENT + 1, FIRST_BODY = 10 };

static const struct row *find_row(int body)
{
    for (size_t i = 0; i < LENGTH(matrix); i++)
        if (matrix[i].body == body)
            return &matrix[i];
    return NULL;
}

/* Each role may send exactly the bodies of its column. */
static void test_every_cell_is_as_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(matrix); i++) {
        assert_int_equal(strlen(matrix[i].roles), ROLE_COUNT);
        for (uint8_t role = 0; role < ROLE_COUNT; role++) {
            bool is_expected = matrix[i].roles[role] != '.';
            if (authority_allows(role, matrix[i].body) != is_expected)
                fail_msg("body %d, role %s: should %sbe allowed", matrix[i].body,
                         authority_role_name(role), is_expected ? "" : "not ");
        }
    }
}

/* The matrix above has every body that an envelope can have: a new message needs a row here. */
static void test_no_body_is_left_out(void **state)
{
    (void)state;
    const ProtobufCMessageDescriptor *envelope = &tonghop__envelope__descriptor;
    size_t count = 0;
    for (unsigned i = 0; i < envelope->n_fields; i++) {
        if (envelope->fields[i].id < FIRST_BODY)
            continue;
        count++;
        if (find_row((int)envelope->fields[i].id) == NULL)
            fail_msg("no row for '%s'", envelope->fields[i].name);
    }
    assert_int_equal(count, LENGTH(matrix));
}

/* A role that is not one (a damaged enrolment record, a newer program's) may send nothing. */
static void test_roles_out_of_range_may_nothing(void **state)
{
    (void)state;
    for (unsigned role = ROLE_COUNT; role <= UINT8_MAX; role++)
        for (size_t i = 0; i < LENGTH(matrix); i++)
            assert_false(authority_allows((uint8_t)role, matrix[i].body));
}

/* Nobody may send what is no message. */
static void test_bodies_out_of_the_table_are_for_nobody(void **state)
{
    (void)state;
    static const int odd[] = {INT_MIN, -1, INT_MAX};
    for (uint8_t role = 0; role < ROLE_COUNT; role++) {
        for (int body = 0; body < 300; body++)
            if (find_row(body) == NULL && authority_allows(role, body))
                fail_msg("body %d is allowed to role %u", body, role);
        for (size_t i = 0; i < LENGTH(odd); i++)
            assert_false(authority_allows(role, odd[i]));
    }
}

/* Who may not is told a role that may: the first of a person's roles, or a node's. */
static void test_role_that_may(void **state)
{
    (void)state;
    static const struct {
        int body;
        const char *role;
    } rows[] = {
        {TONGHOP__ENVELOPE__BODY_FILE, "reporter"},
        {TONGHOP__ENVELOPE__BODY_CLOSE, "admin"},
        {TONGHOP__ENVELOPE__BODY_MARK, "admin"},
        {TONGHOP__ENVELOPE__BODY_REVISION, "node"},
        {TONGHOP__ENVELOPE__BODY_INBOX_QUERY, "reporter"},
        {TONGHOP__ENVELOPE__BODY_ACK, "unknown"},
        {-1, "unknown"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_string_equal(authority_role_name(authority_role_for(rows[i].body)), rows[i].role);
}

/* Names are what refusals and logs say; a role that is not one has a name too. */
static void test_role_names(void **state)
{
    (void)state;
    static const char *const names[] = {"unknown", "node",  "reporter", "reader",
                                        "admin",   "local", "parent"};
    for (uint8_t role = 0; role < LENGTH(names); role++)
        assert_string_equal(authority_role_name(role), names[role]);
    assert_string_equal(authority_role_name(7), "unknown");
    assert_string_equal(authority_role_name(UINT8_MAX), "unknown");
}

/* In a Vietnamese sentence a role has a Vietnamese word. */
static void test_role_words(void **state)
{
    (void)state;
    static const char *const words[] = {"không rõ", "nút",     "bên nộp",     "người xem",
                                        "quản trị", "tại chỗ", "nút cấp trên"};
    for (uint8_t role = 0; role < LENGTH(words); role++) {
        assert_string_equal(authority_role_word(true, role), words[role]);
        assert_string_equal(authority_role_word(false, role), authority_role_name(role));
    }
    assert_string_equal(authority_role_word(true, 7), "không rõ");
    assert_string_equal(authority_role_word(true, UINT8_MAX), "không rõ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cell_is_as_written),
        cmocka_unit_test(test_no_body_is_left_out),
        cmocka_unit_test(test_roles_out_of_range_may_nothing),
        cmocka_unit_test(test_bodies_out_of_the_table_are_for_nobody),
        cmocka_unit_test(test_role_that_may),
        cmocka_unit_test(test_role_names),
        cmocka_unit_test(test_role_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
