/* The note of who accepts warnings stands with what is warned of, once, behind what stood there. */
#include "lib/cm.h"

#include "client/filing.h"
#include "core/mem.h"

enum { ABSENT = 6 };

/* A report with the cells 1 to 3; the notes are "1=text|2=text". */
static struct report report_of(const char *notes)
{
    struct report report = {.author = mem_strdup(""), .reason = mem_strdup("")};
    for (uint32_t i = 1; i <= 3; i++)
        report_add_cell(&report,
                        (struct cell){.indicator = i, .qualifier = QUALIFIER_EXACT, .value = i});
    while (notes[0] != '\0') {
        size_t len = strcspn(notes, "|");
        char *text = mem_strndup(notes + 2, len - 2);
        report_add_note(&report, (uint32_t)(notes[0] - '0'), text);
        free(text);
        notes += len + (notes[len] == '|');
    }
    return report;
}

static char *notes_of(const struct report *report)
{
    struct buf out = {0};
    buf_printf(&out, "%s", "");
    for (size_t i = 0; i < report->note_count; i++)
        buf_printf(&out, "%s%u=%s", i > 0 ? "|" : "", report->notes[i].indicator,
                   report->notes[i].text);
    return (char *)out.data;
}

static void test_notes(void **state)
{
    static const struct {
        const char *name, *before;
        uint32_t warned[3]; /* 9: an error; 0: no more */
        const char *after;
    } rows[] = {
        {"nothing is warned of", "1=a", {0}, "1=a"},
        {"a cell without a note", "", {2}, "2=seen"},
        {"behind the cell's own", "2=a", {2}, "2=a; seen"},
        {"each that is warned of", "3=b", {1, 3}, "3=b; seen|1=seen"},
        {"once, though warned of twice", "", {1, 1}, "1=seen"},
        {"not again", "1=seen|2=a; seen", {1, 2}, "1=seen|2=a; seen"},
        {"what only ends like it", "1=unseen", {1}, "1=unseen; seen"},
        {"a cell that is missing", "", {ABSENT}, "0=seen"},
        {"several that are missing, with a note of the whole", "0=w", {ABSENT, 7}, "0=w; seen"},
        {"an error is not accepted", "", {9}, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct report report = report_of(rows[i].before);
        struct problems problems = {0};
        problems_cell_warn(&problems, 3, "of another report");
        for (size_t w = 0; w < 3 && rows[i].warned[w] != 0; w++) {
            if (rows[i].warned[w] == 9)
                problems_cell(&problems, 1, "wrong");
            else
                problems_cell_warn(&problems, rows[i].warned[w], "odd");
        }
        size_t count = problems.count;
        filing_accept(&report, &problems, 1, count, "seen");
        char *after = notes_of(&report);
        if (strcmp(after, rows[i].after) != 0 || problems.count != count)
            fail_msg("%s: %s", rows[i].name, after);
        free(after);
        report_fini(&report);
        problems_fini(&problems);
    }
}

/* A note that does not fit is an error about its cell, and nothing is cut. */
static void test_long_note(void **state)
{
    char text[REPORT_NOTE_MAX + 1];
    (void)state;
    memset(text, 'x', REPORT_NOTE_MAX);
    text[REPORT_NOTE_MAX] = '\0';
    for (int over = 0; over < 2; over++) {
        struct report report = report_of("");
        struct problems problems = {0};
        text[REPORT_NOTE_MAX - 6 + over] = '\0'; /* "; seen" has 6 bytes */
        report_add_note(&report, 2, text);
        problems_cell_warn(&problems, 2, "odd");
        filing_accept(&report, &problems, 0, 1, "seen");
        assert_int_equal(problems.error_count, over);
        if (over == 1) {
            assert_int_equal(problems.items[1].indicator, 2);
            assert_string_equal(report.notes[0].text, text);
        }
        text[REPORT_NOTE_MAX - 6 + over] = 'x';
        report_fini(&report);
        problems_fini(&problems);
    }
}

/* A report has only so many notes. */
static void test_many_notes(void **state)
{
    struct report report = report_of("");
    struct problems problems = {0};
    (void)state;
    for (uint32_t i = 0; i < REPORT_NOTES_MAX; i++)
        report_add_note(&report, 100 + i, "x");
    problems_cell_warn(&problems, 2, "odd");
    filing_accept(&report, &problems, 0, 1, "seen");
    assert_int_equal(problems.error_count, 1);
    assert_int_equal(report.note_count, REPORT_NOTES_MAX);
    report_fini(&report);
    problems_fini(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_long_note),
        cmocka_unit_test(test_many_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
