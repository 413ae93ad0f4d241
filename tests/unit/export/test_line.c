/* Lines: their golden form, which docs/EXPORT.md promises, and what hostile ones are told. */
#include "unit/export/book.h"

#include "export/base64.h"
#include "export/given.h"
#include "export/notices.h"

/* ---- golden lines ---- */

/* Takes `line`. */
static void assert_line(json_t *line, const char *expected)
{
    struct buf bytes = {0};
    assert_non_null(line);
    assert_true(line_write(line, &bytes));
    json_decref(line);
    buf_put_u8(&bytes, '\0');
    const char *text = (const char *)bytes.data;
    size_t same = 0;
    while (text[same] == expected[same] && text[same] != '\0')
        same++;
    if (strcmp(text, expected) != 0)
        fail_msg("%.*s\ngoes on with %.60s, not %.60s", (int)same, text, text + same,
                 expected + same);
    buf_fini(&bytes);
}

static void test_golden_small(void **state)
{
    (void)state;
    const struct line_export head = {631, 4, "tonghopd 0.1.0", 7, 2, 12, 2};
    assert_line(line_of_export(&head),
                "{\"line\":\"export\",\"format\":2,\"unit\":631,\"software\":\"tonghopd 0.1.0\","
                "\"schema\":4,\"catalogue\":7,\"catalogue_lines\":2,\"quarantine_number\":12}\n");
    assert_line(line_of_chunk(3, (struct span){(const uint8_t *)"\0\xFFz", 3}),
                "{\"line\":\"catalogue-bytes\",\"index\":3,\"bytes\":\"AP96\"}\n");
    const struct enrolled key = {.key = {1},
                                 .unit = 23857,
                                 .role = TONGHOP__ROLE__ROLE_REPORTER,
                                 .is_revoked = true,
                                 .changed = {BOOK_NOW_US + 1},
                                 .name = "xã \"Ia Dom\""};
    assert_line(
        line_of_key(&key),
        "{\"line\":\"key\",\"key\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"unit\":"
        "23857,\"role\":\"reporter\",\"revoked\":true,\"changed\":\"2025-01-10T00:00:00."
        "000001Z\",\"name\":\"xã \\\"Ia Dom\\\"\"}\n");
    const struct quarantined item = {.number = 7,
                                     .received = {0},
                                     .is_kept = true,
                                     .reason = "two nodes",
                                     .bytes = {(const uint8_t *)"x", 1}};
    assert_line(
        line_of_quarantined(&item),
        "{\"line\":\"quarantined\",\"number\":7,\"kept\":true,\"received\":\"1970-01-01T00:00:"
        "00.000000Z\",\"peer\":null,\"reason\":\"two nodes\",\"bytes\":\"eA==\"}\n");
    const struct line_end end = {12, 1, 2, 3, 4, {0xAB, 1}};
    assert_line(line_of_end(&end),
                "{\"line\":\"end\",\"lines\":12,\"keys\":1,\"reports\":2,\"revisions\":3,"
                "\"quarantined\":4,\"digest\":"
                "\"ab01000000000000000000000000000000000000000000000000000000000000\"}\n");
}

/* Rule: all that a notice says can be read, and what it does not say is null. */
static void test_golden_notices(void **state)
{
    struct catalogue *catalogue = sample_catalogue();
    const struct span bytes = {(const uint8_t *)"x", 1};
    const struct notice_key returned = {
        {KIND_ACTUAL, {2024, PERIOD_S1}, 23857, 1}, NOTICE_RETURNED, 64, 3, {0xAB, 1}};
    const struct notice_key heard = {{KIND_PLAN, {2024, PERIOD_Y}, 77777, 0},
                                     NOTICE_HEARD,
                                     631,
                                     (uint64_t)NOTICE_REMINDER << 32 | 64,
                                     {0}};
    uint32_t indicators[] = {7, 999};
    uint8_t digest[DIGEST_SIZE] = {0xCD};
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    (void)state;
    wire_put_notice_key(&returned, &notice);
    notice.time_us = BOOK_NOW_US;
    notice.person = TEXT("uid:1000 hoa");
    notice.text = TEXT("sai\nđơn vị");
    notice.indicators = indicators;
    notice.n_indicators = LENGTH(indicators);
    assert_line(
        line_of_notice(catalogue, &notice, bytes),
        "{\"line\":\"notice\",\"type\":\"returned\",\"kind\":\"actual\",\"period\":\"2024-S1\","
        "\"unit\":23857,\"unit_code\":\"23857\",\"unit_name\":\"Thị trấn Suối Trong\",\"form\":1,"
        "\"form_code\":\"general\",\"author\":64,\"number\":3,\"heard\":null,\"heard_of\":null,"
        "\"about\":\"ab010000000000000000000000000000\",\"time\":\"2025-01-10T00:00:00.000000Z\","
        "\"person\":\"uid:1000 hoa\",\"text\":\"sai\\nđơn vị\",\"indicators\":[{\"indicator\":7,"
        "\"code\":\"contrib.land\"},{\"indicator\":999,\"code\":null}],\"until\":null,\"rank\":"
        "null,"
        "\"digest\":null,\"catalogue\":null,\"due\":null,\"missing\":null,\"delivered\":null,"
        "\"seen\":null,\"count\":null,\"bytes\":\"eA==\"}\n");
    notice = (Tonghop__Notice)TONGHOP__NOTICE__INIT;
    wire_put_notice_key(&heard, &notice);
    notice.time_us = 1;
    notice.until_us = BOOK_NOW_US + 1;
    notice.edition = 3;
    notice.digest = (ProtobufCBinaryData){sizeof digest, digest};
    notice.catalogue = 7;
    notice.due_count = 9;
    notice.delivered_us = BOOK_NOW_US + 2;
    notice.seen_us = BOOK_NOW_US + 3;
    notice.count = 4;
    assert_line(
        line_of_notice(NULL, &notice, bytes),
        "{\"line\":\"notice\",\"type\":\"heard\",\"kind\":\"plan\",\"period\":\"2024\",\"unit\":"
        "77777,"
        "\"unit_code\":null,\"unit_name\":null,\"form\":null,\"form_code\":null,\"author\":631,"
        "\"number\":null,\"heard\":\"reminder\",\"heard_of\":64,\"about\":null,\"time\":"
        "\"1970-01-01T00:00:00.000001Z\",\"person\":null,\"text\":null,\"indicators\":[],\"until\":"
        "\"2025-01-10T00:00:00.000001Z\",\"rank\":\"official\",\"digest\":"
        "\"cd00000000000000000000000000000000000000000000000000000000000000\",\"catalogue\":7,"
        "\"due\":9,\"missing\":null,\"delivered\":\"2025-01-10T00:00:00.000002Z\",\"seen\":"
        "\"2025-01-10T00:00:00.000003Z\",\"count\":4,\"bytes\":\"eA==\"}\n");
    notice.type = 200; /* of a later version */
    notice.number = 5;
    json_t *line = line_of_notice(NULL, &notice, bytes);
    assert_string_equal(json_string_value(json_object_get(line, "type")), "200");
    assert_int_equal(json_integer_value(json_object_get(line, "number")), 5);
    json_decref(line);
    notice.type = NOTICE_CLOSING; /* none missing is said, not left open */
    line = line_of_notice(NULL, &notice, bytes);
    assert_true(json_is_integer(json_object_get(line, "missing")));
    json_decref(line);
    catalogue_free(&catalogue);
}

static void test_golden_report(void **state)
{
    /* Values are text with the indicator's decimals; of an unknown one, as they were filed. */
    struct catalogue *catalogue = sample_catalogue();
    struct cell cells[] = {{1, QUALIFIER_EXACT, 12, 0},
                           {7, QUALIFIER_RANGE, 756, 800},
                           {13, QUALIFIER_AT_MOST, -250, 0},
                           {999, QUALIFIER_ABOUT, INT64_MIN, 0}};
    struct note notes[] = {{0, TEXT("all\nof it")}, {7, TEXT("đo lại")}};
    const struct report report = {.key = {KIND_PLAN, {2024, PERIOD_S1}, 23857, 1},
                                  .scope = SCOPE_WHOLE,
                                  .catalogue = 1,
                                  .based_on = 2,
                                  .author = TEXT("Hoa"),
                                  .reason = TEXT(""),
                                  .source = TEXT("Số 12"),
                                  .cells = cells,
                                  .cell_count = LENGTH(cells),
                                  .notes = notes,
                                  .note_count = LENGTH(notes)};
    const struct revision held = {.number = 3,
                                  .states = STATE_ACCEPTED | STATE_RETURNED,
                                  .home = 631,
                                  .received = {BOOK_NOW_US},
                                  .first_filed = {BOOK_NOW_US - 1},
                                  .arrived = {BOOK_NOW_US + 1},
                                  .recorded_by = {(const uint8_t *)"uid:1000", 8},
                                  .filing = {(const uint8_t *)"\n\2\10\1", 4}};
    const struct line_report of = {report.key, 2, 3, 3, 0};
    (void)state;
    assert_line(
        line_of_report(catalogue, &of),
        "{\"line\":\"report\",\"kind\":\"plan\",\"period\":\"2024-S1\",\"unit\":23857,"
        "\"unit_code\":\"23857\",\"unit_name\":\"Thị trấn Suối Trong\",\"form\":1,\"form_code\":"
        "\"general\",\"revisions\":2,\"latest\":3,\"accepted\":3,\"counting\":null}\n");
    const struct line_revision line = {&held, &report, false};
    assert_line(
        line_of_revision(catalogue, &line),
        "{\"line\":\"revision\",\"kind\":\"plan\",\"period\":\"2024-S1\",\"unit\":23857,\"unit_"
        "code\":"
        "\"23857\",\"unit_name\":\"Thị trấn Suối "
        "Trong\",\"form\":1,\"form_code\":\"general\",\"revision\":"
        "3,\"counts\":false,\"states\":[\"accepted\",\"returned\"],\"received\":\"2025-01-10T00:00:"
        "00."
        "000000Z\",\"first_filed\":\"2025-01-09T23:59:59.999999Z\",\"arrived\":"
        "\"2025-01-10T00:00:00.000001Z\",\"home\":631,\"recorded_by\":"
        "\"uid:"
        "1000\",\"scope\":\"whole\",\"made_under\":1,\"based_on\":2,\"withdrawn\":false,\"drops_"
        "cells\":"
        "false,\"author\":\"Hoa\",\"reason\":\"\",\"source\":\"Số 12\",\"cells\":[{\"indicator\":1,"
        "\"code\":\"model.registered\",\"value\":\"12\",\"qualifier\":\"exact\"},{\"indicator\":7,"
        "\"code\":\"contrib.land\",\"value\":\"75.6\",\"qualifier\":\"range\",\"upper\":\"80\"},"
        "{\"indicator\":13,\"code\":\"balance\",\"value\":\"-2.5\",\"qualifier\":\"at most\"},"
        "{\"indicator\":999,\"code\":null,\"value\":\"-9223372036854775808\",\"qualifier\":"
        "\"about\"}],"
        "\"notes\":[{\"indicator\":null,\"code\":null,\"text\":\"all\\nof "
        "it\"},{\"indicator\":7,\"code\":"
        "\"contrib.land\",\"text\":\"đo lại\"}],\"filing\":\"CgIIAQ==\"}\n");
    catalogue_free(&catalogue);
}

/* Rule: who owes what is told where the catalogue says something of it, and else the lines are what
 * they were. */
static void test_golden_duties(void **state)
{
    struct catalogue *catalogue = sample_catalogue();
    const uint8_t hash[STORE_DIGEST_SIZE] = {0};
    const struct line_catalogue of = {catalogue, hash, 100};
    (void)state;
    catalogue->forms[0].due_type_mask = 12;
    catalogue->forms[0].due_label_mask = 5;
    free(catalogue->forms[0].body);
    catalogue->forms[0].body = mem_strdup("pn");
    assert_line(line_of_catalogue_row(&of, 1),
                "{\"line\":\"form\",\"number\":1,\"code\":\"general\",\"name_vi\":\"Báo cáo "
                "chung\",\"name_en\":\"General report\",\"due_levels\":[\"district\",\"commune\"],"
                "\"accepted_by_hand\":false,\"due_types\":[\"xa\",\"thi_tran\"],\"due_periods\":["
                "\"s1\",\"y\"],\"body\":\"pn\"}\n");
    catalogue->levels[1].working_days[0] = 3;
    catalogue->levels[1].has_deadline[0] = false;
    catalogue_add_holiday(catalogue, &(struct holiday){.first = {19723},
                                                       .last = {19724},
                                                       .name_vi = (char[]){"Tết"},
                                                       .is_worked = true});
    catalogue_add_exception(
        catalogue, &(struct duty_exception){
                       .unit = 23888, .from = DATE_MIN, .to = {19800}, .reason = (char[]){"Lũ"}});
    json_t *head = line_of_catalogue_row(&of, 0);
    char *text = json_dumps(head, JSON_COMPACT);
    assert_non_null(strstr(text, "\"due_s1\":\"+3 working days\",\"due_s2\":\"12-20\""));
    assert_non_null(strstr(text,
                           "\"holidays\":[{\"first\":\"2024-01-01\",\"last\":\"2024-01-02\","
                           "\"name_vi\":\"Tết\",\"name_en\":null,\"working\":true}],"
                           "\"exceptions\":[{\"unit\":23888,\"form\":null,\"from\":null,\"to\":"
                           "\"2024-03-18\",\"reason\":\"Lũ\"}]}"));
    free(text);
    json_decref(head);
    catalogue_free(&catalogue);
}

static void test_golden_catalogue(void **state)
{
    struct catalogue *catalogue = sample_catalogue();
    const uint8_t hash[STORE_DIGEST_SIZE] = {0};
    const struct line_catalogue of = {catalogue, hash, 100};
    (void)state;
    assert_int_equal(line_catalogue_rows(catalogue), 1 + catalogue->form_count +
                                                         catalogue->indicator_count +
                                                         catalogue->unit_count);
    assert_line(
        line_of_catalogue_row(&of, 1),
        "{\"line\":\"form\",\"number\":1,\"code\":\"general\",\"name_vi\":\"Báo cáo chung\","
        "\"name_en\":\"General report\",\"due_levels\":[\"district\",\"commune\"],"
        "\"accepted_by_hand\":false}\n");
    for (size_t row = 0; row < line_catalogue_rows(catalogue); row++) {
        json_t *line = line_of_catalogue_row(&of, row);
        assert_non_null(line);
        json_decref(line);
    }
    catalogue_free(&catalogue);
}

static void test_bad_text(void **state)
{
    /* A text that is no UTF-8 makes no line. */
    const struct enrolled key = {.key = {1}, .unit = 1, .role = 1, .name = "\xFF"};
    (void)state;
    assert_null(line_of_key(&key));
}

/* ---- words and numbers ---- */

static void test_instants(void **state)
{
    static const struct {
        int64_t us;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000000Z"},
        {1, "1970-01-01T00:00:00.000001Z"},
        {INT64_C(951782399999999), "2000-02-28T23:59:59.999999Z"},
        {INT64_C(951782400000000), "2000-02-29T00:00:00.000000Z"},
        {WIRE_INSTANT_MAX_US, "9999-12-31T23:59:59.999999Z"},
    };
    static const char *const others[] = {
        "",
        "1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00.000000",
        "1970-01-01T00:00:00.000000+00:00",
        "1970-01-01T00:00:00.0000000Z",
        "1969-12-31T23:59:59.999999Z",
        "2023-02-29T00:00:00.000000Z",
        "2023-01-01T24:00:00.000000Z",
        "2023-01-01T23:60:00.000000Z",
        "2023-01-01T23:00:60.000000Z",
        "2023-1-01T23:00:00.0000000Z",
        "2023-01-01t23:00:00.000000z",
        " 2023-01-01T23:00:00.000000",
        "2023-01-01T23:00:00.-00001Z",
    };
    char text[LINE_INSTANT_SIZE];
    struct instant instant = {77};
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        assert_string_equal(line_instant_format((struct instant){rows[i].us}, text), rows[i].text);
        assert_true(line_instant_parse(rows[i].text, &instant));
        assert_int_equal(instant.us, rows[i].us);
    }
    instant.us = 77;
    for (size_t i = 0; i < LENGTH(others); i++)
        if (line_instant_parse(others[i], &instant) || instant.us != 77)
            fail_msg("'%s' was read", others[i]);
    assert_string_equal(line_instant_format((struct instant){-1}, text),
                        "1969-12-31T23:59:59.999999Z"); /* written, as it may be held */
}

static void test_base64(void **state)
{
    static const char *const others[] = {"A",      "AA",    "AAA",       "AA=",  "A===", "AB==",
                                         "AAA=\n", " AAAA", "AAAA AAAA", "AA-_", "====", "AAAA="};
    struct buf text = {0}, bytes = {0};
    uint64_t rng = 3;
    (void)state;
    for (size_t len = 0; len < 70; len++) {
        uint8_t given[70];
        for (size_t i = 0; i < len; i++)
            given[i] = (uint8_t)draw(&rng);
        buf_clear(&text);
        buf_clear(&bytes);
        base64_put((struct span){given, len}, &text);
        assert_int_equal(text.len, (len + 2) / 3 * 4);
        assert_true(base64_take(span_of(&text), &bytes));
        assert_true(span_equal(span_of(&bytes), (struct span){given, len}));
    }
    for (size_t i = 0; i < LENGTH(others); i++) {
        struct span given = {(const uint8_t *)others[i], strlen(others[i])};
        buf_clear(&bytes);
        if (base64_take(given, &bytes) || bytes.len != 0)
            fail_msg("'%s' was read", others[i]);
    }
    buf_fini(&text);
    buf_fini(&bytes);
}

/* ---- hostile lines ---- */

static void test_hostile(void **state)
{
    /* What cannot be an object is told with its column, which counts characters. */
    static const struct {
        const char *text;
        size_t len, column;
        const char *says;
    } rows[] = {
#define ROW(text, column, says) {text, sizeof(text) - 1, column, says}
        ROW("", 1, "it is not JSON"),
        ROW("\"x\"", 3, "it is not JSON"),
        ROW("[]", 1, "it is not a JSON object"),
        ROW("{\"a\":1} {", 9, "it is not JSON"),
        ROW("{\"a\":1,\"a\":1}", 10, "duplicate"),
        ROW("{\"a\":\"\\u0000\"}", 13, "it is not JSON"),
        ROW("{\"a\":\"\\ud800\"}", 13, "it is not JSON"),
        ROW("{\"a\":1e999}", 10, "it is not JSON"),
        ROW("{\"a\":99999999999999999999}", 25, "it is not JSON"),
        ROW("{\"a\":\"b", 7, "it is not JSON"),
        ROW("{\"a\":\"\x01\"}", 6, "it is not JSON"),
        ROW("{\"\xC3\xA1\":\"\xFF\"}", 7, "it is not UTF-8"),
        ROW("{\"a\":\"\0\"}", 7, "it is not UTF-8"),
        ROW("{\"a\":[[[[[[[[1]]]]]]]]}", 13, "nested more than 8 deep"),
        ROW("{\"a\":\"[[[[[[[[[[[[\\\"[[[\"", 24, "it is not JSON"),
    };
    (void)state;
    line_prepare();
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct given given;
        given_open((struct span){(const uint8_t *)rows[i].text, rows[i].len}, &given);
        if (!given.failed || strstr(given.problem.text, rows[i].says) == NULL ||
            given.problem.column != rows[i].column)
            fail_msg("%s: column %zu: %s", rows[i].text, given.problem.column, given.problem.text);
        given_fini(&given);
    }
}

static void test_huge(void **state)
{
    /* Eight MiB of empty lists would be 300 MiB of them: they are refused before they are made. */
    struct buf line = {0};
    struct given given;
    (void)state;
    buf_printf(&line, "{\"a\":[");
    while (line.len < LINE_SIZE_MAX - 10)
        buf_printf(&line, "[],");
    buf_printf(&line, "1]}");
    given_open(span_of(&line), &given);
    assert_true(given.failed);
    assert_non_null(strstr(given.problem.text, "more than 200000 members"));
    given_fini(&given);
    buf_fini(&line);
}

static void test_escapes_are_not_printed(void **state)
{
    /* What is quoted of the file moves no cursor, and is cut where it is long. */
    static const char text[] =
        "{\"line\":\"export\",\"x\":\"\xC2\x9B[2J\\u001b[31m"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}";
    struct given given;
    struct buf scratch = {0};
    struct line made = line_begin("export");
    (void)state;
    line_put_text(&made, "x", "b");
    given_open((struct span){(const uint8_t *)text, sizeof text - 1}, &given);
    given_compare(&given, line_finish(&made), "so there", &scratch);
    assert_true(given.failed);
    assert_int_equal(given.problem.column, 23);
    assert_non_null(strstr(given.problem.text, " ..., where it has to be \"b\": so there"));
    assert_null(strpbrk(given.problem.text, "\x1B\x9B"));
    given_fini(&given);
    buf_fini(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_small),
        cmocka_unit_test(test_golden_notices),
        cmocka_unit_test(test_golden_report),
        cmocka_unit_test(test_golden_catalogue),
        cmocka_unit_test(test_golden_duties),
        cmocka_unit_test(test_bad_text),
        cmocka_unit_test(test_instants),
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_huge),
        cmocka_unit_test(test_escapes_are_not_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
