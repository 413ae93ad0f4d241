/* Keys as bytes: fixed for ever, and sorted as their values are. */
#include "lib/cm.h"

#include "store/keys.h"
#include "store/store.h"

static const struct report_key report = {
    .kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}, .unit = 23857, .form = 1};
static const struct notice_key notice = {
    {KIND_ACTUAL, {2024, PERIOD_S1}, 23857, 1}, NOTICE_RETURNED, 64, 3, {[0] = 0xA0, [15] = 0xAF}};
static const struct edition_key edition = {KIND_ACTUAL, {2024, PERIOD_S1}, 64, 2};

static const uint8_t curve_key[STORE_KEY_SIZE] = {0x01, 0x23, [31] = 0xFF};

/* The disk holds these bytes: a change is a new schema. */
static void golden(void **state)
{
    (void)state;
    const struct {
        const char *name;
        struct store_key key;
        const char *bytes;
        size_t len;
    } rows[] = {
        {"meta", keys_meta("catalogue"), "catalogue", 9},
        {"report", keys_report(&report), "\x01\x07\xE8\x00\x00\x5D\x31\x00\x00\x00\x01\x01", 12},
        {"revision", keys_revision(&report, 3),
         "\x01\x07\xE8\x00\x00\x5D\x31\x00\x00\x00\x01\x01\x00\x00\x00\x00\x00\x00\x00\x03", 20},
        {"bucket", keys_bucket(23857, KIND_PLAN, (struct period){2024, PERIOD_Y}),
         "\x00\x00\x5D\x31\x02\x07\xE8\x03", 8},
        {"outbox report", keys_outbox(OUTBOX_REPORT, &report),
         "\x01\x01\x07\xE8\x00\x00\x5D\x31\x00\x00\x00\x01\x01", 13},
        {"outbox statement",
         keys_outbox(
             OUTBOX_STATEMENT,
             &(struct report_key){.kind = KIND_ACTUAL, .period = {.year = 2024}, .unit = 631}),
         "\x02\x01\x07\xE8\x00\x00\x02\x77\x00\x00\x00\x00\x00", 13},
        {"alarm", keys_alarm(KIND_ACTUAL, 2024, 631), "\x01\x07\xE8\x00\x00\x02\x77", 7},
        {"quarantine", keys_quarantine(false, 258), "\x00\x00\x00\x00\x00\x00\x00\x01\x02", 9},
        {"kept", keys_quarantine(true, 258), "\x01\x00\x00\x00\x00\x00\x00\x01\x02", 9},
        {"change", keys_change(258), "\x00\x00\x00\x00\x00\x00\x01\x02", 8},
        {"enrolled", keys_enrolled(curve_key), (const char *)curve_key, 32},
        {"catalogue", keys_catalogue(7), "\x00\x00\x00\x07", 4},
        {"notice", keys_notice(&notice),
         "\x01\x07\xE8\x00\x00\x5D\x31\x00\x00\x00\x01\x01"
         "\x02\x00\x00\x00\x40\x00\x00\x00\x00\x00\x00\x00\x03"
         "\xA0\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xAF",
         41},
        {"edition", keys_edition(&edition), "\x01\x07\xE8\x00\x00\x00\x40\x01\x00\x00\x00\x02", 12},
        {"chunk", keys_chunk(7, 300), "\x00\x00\x00\x07\x00\x00\x01\x2C", 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct span expected = {(const uint8_t *)rows[i].bytes, rows[i].len};
        if (!span_equal(keys_span(&rows[i].key), expected))
            fail_msg("%s: other bytes", rows[i].name);
    }
}

/* What a key was made of comes back from it. */
static void parsed(void **state)
{
    (void)state;
    struct store_key key;
    struct report_key report_key = {0};
    struct period period = {0};
    uint8_t byte = 0, curve[STORE_KEY_SIZE] = {0};
    uint16_t year = 0;
    uint32_t unit = 0, index = 0;
    uint64_t number = 0;
    bool is_kept = false;

    key = keys_report(&report);
    assert_true(keys_parse_report(keys_span(&key), &report_key));
    assert_true(report_key_equal(&report_key, &report));

    key = keys_revision(&report, UINT64_MAX - 1);
    report_key = (struct report_key){0};
    assert_true(keys_parse_revision(keys_span(&key), &report_key, &number));
    assert_true(report_key_equal(&report_key, &report));
    assert_true(number == UINT64_MAX - 1);

    key = keys_bucket(UINT32_MAX, KIND_PLAN, (struct period){2999, PERIOD_S2});
    assert_true(keys_parse_bucket(keys_span(&key), &unit, &byte, &period));
    assert_true(unit == UINT32_MAX && byte == KIND_PLAN);
    assert_true(period_equal(period, (struct period){2999, PERIOD_S2}));

    key = keys_outbox(OUTBOX_STATEMENT, &report);
    report_key = (struct report_key){0};
    assert_true(keys_parse_outbox(keys_span(&key), &byte, &report_key));
    assert_int_equal(byte, OUTBOX_STATEMENT);
    assert_true(report_key_equal(&report_key, &report));

    key = keys_alarm(KIND_ACTUAL, 2024, 631);
    assert_true(keys_parse_alarm(keys_span(&key), &byte, &year, &unit));
    assert_true(byte == KIND_ACTUAL && year == 2024 && unit == 631);

    key = keys_quarantine(true, 258);
    assert_true(keys_parse_quarantine(keys_span(&key), &is_kept, &number));
    assert_true(is_kept && number == 258);
    key.bytes[0] = 2;
    assert_false(keys_parse_quarantine(keys_span(&key), &is_kept, &number));

    key = keys_change(UINT64_MAX - 1);
    assert_true(keys_parse_change(keys_span(&key), &number));
    assert_true(number == UINT64_MAX - 1);

    key = keys_enrolled(curve_key);
    assert_true(keys_parse_enrolled(keys_span(&key), curve));
    assert_memory_equal(curve, curve_key, sizeof curve);

    key = keys_catalogue(258);
    assert_true(keys_parse_catalogue(keys_span(&key), &unit));
    assert_int_equal(unit, 258);

    struct notice_key notice_key = {0};
    key = keys_notice(&notice);
    assert_true(keys_parse_notice(keys_span(&key), &notice_key));
    assert_true(report_key_equal(&notice_key.report, &report));
    assert_true(notice_key.type == NOTICE_RETURNED && notice_key.author == 64 &&
                notice_key.number == 3);
    assert_memory_equal(notice_key.about, notice.about, sizeof notice.about);

    struct edition_key edition_key = {0};
    key = keys_edition(&edition);
    assert_true(keys_parse_edition(keys_span(&key), &edition_key));
    assert_true(edition_key.kind == KIND_ACTUAL && edition_key.unit == 64 &&
                edition_key.number == 2 && period_equal(edition_key.period, edition.period));

    key = keys_chunk(7, 300);
    assert_true(keys_parse_chunk(keys_span(&key), &unit, &index));
    assert_true(unit == 7 && index == 300);
}

/* Nor are those that name no period: the trees of one are looked up by it. */
static void notices_refused(void **state)
{
    (void)state;
    struct store_key key = keys_notice(&notice);
    struct notice_key parsed = {0};
    for (size_t len = 0; len <= key.len; len++) {
        struct span span = {keys_span(&key).data, len};
        assert_int_equal(keys_parse_notice(span, &parsed), len == 41);
    }
    struct notice_key bad = notice;
    bad.report.period.year = PERIOD_YEAR_MAX + 1;
    key = keys_notice(&bad);
    assert_false(keys_parse_notice(keys_span(&key), &parsed));
    assert_true(notice_key_equal(&parsed, &notice));
}

/* Bytes of another length are not a key, and change nothing. */
static void refused(void **state)
{
    (void)state;
    const uint8_t bytes[KEYS_BYTES_MAX + 1] = {0};
    for (size_t len = 0; len < sizeof bytes; len++) {
        struct span span = {bytes, len};
        struct report_key key = report;
        struct period period = {1, 1};
        uint8_t byte = 1, curve[STORE_KEY_SIZE] = {1};
        uint16_t year = 1;
        uint32_t unit = 1, index = 1;
        uint64_t number = 1;
        bool is_kept = false;
        struct notice_key notice_key = notice;
        struct edition_key edition_key = edition;
        assert_false(keys_parse_notice(span, &notice_key)); /* there is no such period */
        assert_int_equal(keys_parse_edition(span, &edition_key), len == 12);
        assert_int_equal(notice_key.number, 3);
        assert_int_equal(edition_key.number, len == 12 ? 0 : 2);
        assert_int_equal(keys_parse_report(span, &key), len == 12);
        assert_int_equal(keys_parse_revision(span, &key, &number), len == 20);
        assert_int_equal(keys_parse_outbox(span, &byte, &key), len == 13);
        assert_int_equal(keys_parse_bucket(span, &unit, &byte, &period), len == 8);
        assert_int_equal(keys_parse_alarm(span, &byte, &year, &unit), len == 7);
        assert_int_equal(keys_parse_quarantine(span, &is_kept, &number), len == 9);
        assert_int_equal(keys_parse_change(span, &number), len == 8);
        assert_int_equal(keys_parse_enrolled(span, curve), len == 32);
        assert_int_equal(keys_parse_chunk(span, &unit, &index), len == 8);
        assert_int_equal(keys_parse_catalogue(span, &unit), len == 4);
        if (len != 4 && len != 7 && len != 8 && len != 9 && len != 12 && len != 13 && len != 20) {
            assert_true(report_key_equal(&key, &report));
            assert_true(byte == 1 && year == 1 && unit == 1 && index == 1 && number == 1);
            assert_true(period.year == 1 && period.label == 1);
            assert_int_equal(curve[0], len == 32 ? 0 : 1);
        }
    }
}

static int order_of(struct store_key a, struct store_key b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = memcmp(a.bytes, b.bytes, len);
    return order != 0 ? order : (int)a.len - (int)b.len;
}

/* Order of reports: kind, year, unit, form, label. Each row is below the next by one member, while
 * every later member is greater: no member outweighs an earlier one. */
static void reports_sort_by_members(void **state)
{
    (void)state;
    static const struct report_key rows[] = {
        {KIND_ACTUAL, {1900, PERIOD_Y}, UINT32_MAX, UINT32_MAX},
        {KIND_ACTUAL, {2024, PERIOD_Y}, 1, UINT32_MAX},
        {KIND_ACTUAL, {2024, PERIOD_Y}, 255, UINT32_MAX},
        {KIND_ACTUAL, {2024, PERIOD_Y}, 256, 1},
        {KIND_ACTUAL, {2024, PERIOD_S1}, 256, 2},
        {KIND_ACTUAL, {2024, PERIOD_S2}, 256, 2},
        {KIND_ACTUAL, {2024, PERIOD_Y}, 256, 2},
        {KIND_ACTUAL, {2024, PERIOD_S1}, UINT32_MAX, 1},
        {KIND_ACTUAL, {2025, PERIOD_S1}, 1, 1},
        {KIND_PLAN, {1900, PERIOD_S1}, 1, 1},
    };
    for (size_t i = 0; i + 1 < sizeof rows / sizeof *rows; i++) {
        const struct report_key *low = &rows[i], *high = &rows[i + 1];
        assert_true(order_of(keys_report(low), keys_report(high)) < 0);
        assert_true(order_of(keys_outbox(1, low), keys_outbox(1, high)) < 0);
        assert_true(order_of(keys_outbox(1, high), keys_outbox(2, low)) < 0);
        assert_true(order_of(keys_revision(low, UINT64_MAX), keys_revision(high, 0)) < 0);
        assert_true(order_of(keys_revision(low, 255), keys_revision(low, 256)) < 0);
    }
}

/* Buckets lie by unit first, then in order of kind and period; catalogues before their chunks. */
static void others_sort_by_members(void **state)
{
    (void)state;
    const struct store_key rows[][2] = {
        {keys_bucket(1, KIND_PLAN, (struct period){2999, PERIOD_Y}),
         keys_bucket(2, KIND_ACTUAL, (struct period){1900, PERIOD_S1})},
        {keys_bucket(1, KIND_ACTUAL, (struct period){2999, PERIOD_Y}),
         keys_bucket(1, KIND_PLAN, (struct period){1900, PERIOD_S1})},
        {keys_bucket(1, KIND_PLAN, (struct period){2023, PERIOD_Y}),
         keys_bucket(1, KIND_PLAN, (struct period){2024, PERIOD_S1})},
        {keys_bucket(1, KIND_PLAN, (struct period){2024, PERIOD_S1}),
         keys_bucket(1, KIND_PLAN, (struct period){2024, PERIOD_S2})},
        {keys_alarm(1, 2999, UINT32_MAX), keys_alarm(2, 1900, 1)},
        {keys_alarm(1, 2023, UINT32_MAX), keys_alarm(1, 2024, 1)},
        {keys_alarm(1, 2024, 255), keys_alarm(1, 2024, 256)},
        {keys_quarantine(false, 255), keys_quarantine(false, 256)},
        {keys_quarantine(false, UINT64_MAX), keys_quarantine(true, 0)},
        {keys_change(255), keys_change(256)},
        {keys_catalogue(255), keys_catalogue(256)},
        {keys_catalogue(7), keys_chunk(7, 0)},
        {keys_chunk(7, 255), keys_chunk(7, 256)},
        {keys_chunk(7, UINT32_MAX), keys_chunk(8, 0)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (order_of(rows[i][0], rows[i][1]) >= 0)
            fail_msg("row %zu is not in order", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden),
        cmocka_unit_test(parsed),
        cmocka_unit_test(notices_refused),
        cmocka_unit_test(refused),
        cmocka_unit_test(reports_sort_by_members),
        cmocka_unit_test(others_sort_by_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
