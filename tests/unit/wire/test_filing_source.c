/* Where a baseline's figures are from: part of the header and of the content, and of no report that
 * has none. */
#include "unit/wire/fixture.h"

#include "wire/digest.h"

static enum err open_filing(struct fixture *fixture, struct span bytes, struct wire_filing *filing,
                            struct report *report)
{
    arena_reset(fixture->arena);
    return wire_open_filing(bytes, fixture->arena, filing, report, fixture->reason,
                            sizeof fixture->reason);
}

/* Opens the golden report with another source, as a reporter would make it. */
static enum err open_with_source(struct fixture *fixture, const char *source, uint8_t *ret_content)
{
    struct buf golden = hex_bytes(GOLDEN_FILING);
    struct buf packed = {0};
    struct wire_filing filing;
    struct report report = {0};
    assert_int_equal(open_filing(fixture, span_of(&golden), &filing, &report), ERR_OK);
    free(report.source);
    report.source = source != NULL ? mem_strdup(source) : NULL;
    wire_pack_filing(&report, &packed);
    report_fini(&report);
    enum err err = open_filing(fixture, span_of(&packed), &filing, &report);
    if (err == ERR_OK) {
        assert_string_equal(report.source, source != NULL ? source : "");
        memcpy(ret_content, filing.content, DIGEST_SIZE);
        report_fini(&report);
    }
    buf_fini(&golden);
    buf_fini(&packed);
    return err;
}

/* Rule: what another encoder makes opens, with the source and its content, and packs to the same.
 */
static void a_baseline_has_golden_bytes(void **state)
{
    struct fixture *fixture = *state;
    struct buf golden = hex_bytes(GOLDEN_BASELINE);
    struct buf content = hex_bytes(GOLDEN_BASELINE_CONTENT);
    struct buf packed = {0};
    struct wire_filing filing;
    struct report report;
    assert_int_equal(open_filing(fixture, span_of(&golden), &filing, &report), ERR_OK);
    assert_string_equal(report.source, "Niên giám 2021");
    assert_true(report_is_baseline(&report));
    assert_int_equal(report.scope, SCOPE_WHOLE);
    assert_memory_equal(filing.content, content.data, DIGEST_SIZE);
    wire_pack_filing(&report, &packed);
    assert_true(span_equal(span_of(&packed), span_of(&golden)));
    report_fini(&report);
    buf_fini(&golden);
    buf_fini(&content);
    buf_fini(&packed);
}

/* Rule: another source is another content; none is the content there was before there were any. */
static void the_source_is_content(void **state)
{
    struct fixture *fixture = *state;
    static const char *const sources[] = {NULL, "a", "b", "ab", "a\nb"};
    uint8_t contents[LENGTH(sources)][DIGEST_SIZE], none[DIGEST_SIZE];
    struct buf golden = hex_bytes(GOLDEN_FILING_CONTENT);
    for (size_t i = 0; i < LENGTH(sources); i++) {
        assert_int_equal(open_with_source(fixture, sources[i], contents[i]), ERR_OK);
        for (size_t n = 0; n < i; n++)
            assert_memory_not_equal(contents[i], contents[n], DIGEST_SIZE);
    }
    assert_memory_equal(contents[0], golden.data, DIGEST_SIZE);
    assert_int_equal(open_with_source(fixture, "", none), ERR_OK);
    assert_memory_equal(none, contents[0], DIGEST_SIZE);
    buf_fini(&golden);
}

/* Rule: a text of up to 1,000 bytes that may have lines. */
static void sources_are_bounded(void **state)
{
    struct fixture *fixture = *state;
    char text[REPORT_SOURCE_MAX + 2];
    uint8_t content[DIGEST_SIZE];
    memset(text, 'a', sizeof text);
    text[REPORT_SOURCE_MAX + 1] = '\0';
    assert_int_equal(open_with_source(fixture, text, content), ERR_TOO_LARGE);
    assert_non_null(strstr(fixture->reason, "ReportHeader.source"));
    text[REPORT_SOURCE_MAX] = '\0';
    assert_int_equal(open_with_source(fixture, text, content), ERR_OK);
    assert_int_equal(open_with_source(fixture, "trang 14\n\tbảng 2", content), ERR_OK);
    static const char *const bad[] = {"\x1b", "a\rb", "\xff", "\xc0\x80", "\xed\xa0\x80"};
    for (size_t i = 0; i < LENGTH(bad); i++) {
        assert_int_equal(open_with_source(fixture, bad[i], content), ERR_MALFORMED);
        assert_non_null(strstr(fixture->reason, "ReportHeader.source"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_baseline_has_golden_bytes),
        TEST(the_source_is_content),
        TEST(sources_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
