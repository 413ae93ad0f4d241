/* A text is read whole: what is right is understood, and every mistake is told at once, where it
 * is. */
#include "lib/cm.h"

#include "client/phrase.h"

static struct phrase_span span_of_text(const char *text)
{
    struct phrase_span span;

    assert_int_equal(phrase_span_parse(text, &span), ERR_OK);
    return span;
}

static void parse(const char *text, const char *period, bool is_vietnamese,
                  struct problems *problems, struct phrase *ret_phrase)
{
    struct phrase_span span = span_of_text(period);
    struct span bytes = {(const uint8_t *)text, strlen(text)};

    *problems = (struct problems){.is_vietnamese = is_vietnamese};
    phrase_parse("f", bytes, &span, problems, ret_phrase);
}

/* A period, or years that rise. */
static void test_spans(void **state)
{
    static const struct {
        const char *text;
        enum err err;
        uint16_t from, year;
        uint8_t label;
    } rows[] = {
        {"2024", ERR_OK, 0, 2024, PERIOD_Y},
        {"2024-S1", ERR_OK, 0, 2024, PERIOD_S1},
        {"2009..2019", ERR_OK, 2009, 2019, PERIOD_Y},
        {"2018..2019", ERR_OK, 2018, 2019, PERIOD_Y},
        {"2019..2019", ERR_RANGE, 0, 0, 0},
        {"2019..2009", ERR_RANGE, 0, 0, 0},
        {"2009-S1..2019", ERR_SYNTAX, 0, 0, 0},
        {"2009..2019-S2", ERR_SYNTAX, 0, 0, 0},
        {"2009...2019", ERR_SYNTAX, 0, 0, 0},
        {"2009..", ERR_SYNTAX, 0, 0, 0},
        {"..2019", ERR_SYNTAX, 0, 0, 0},
        {"1899", ERR_RANGE, 0, 0, 0},
        {"1899..1950", ERR_RANGE, 0, 0, 0},
        {"", ERR_SYNTAX, 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct phrase_span span = {0};
        char text[PHRASE_SPAN_TEXT_SIZE];

        if (phrase_span_parse(rows[i].text, &span) != rows[i].err || span.from != rows[i].from ||
            span.last.year != rows[i].year || span.last.label != rows[i].label)
            fail_msg("%s", rows[i].text);
        if (rows[i].err == ERR_OK)
            assert_string_equal(phrase_span_format(&span, text), rows[i].text);
    }
}

/* Everything that a placeholder may say. */
static void test_placeholders(void **state)
{
    enum { MEASURE = 1, DIGITS = 2, ABS = 4 };
    static const struct {
        const char *text;
        enum phrase_what what;
        const char *code, *unit, *span, *whole;
        int flags;
    } rows[] = {
        {"{a.b}", PHRASE_FIGURE, "a.b", NULL, "2024-S1", NULL, 0},
        {"{a@631}", PHRASE_FIGURE, "a", "631", "2024-S1", NULL, 0},
        {"{a:2023}", PHRASE_FIGURE, "a", NULL, "2023", NULL, 0},
        {"{a@631:2009..2019}", PHRASE_FIGURE, "a", "631", "2009..2019", NULL, 0},
        {"{a@id:631}", PHRASE_FIGURE, "a", "id:631", "2024-S1", NULL, 0},
        {"{a@id:631:2023}", PHRASE_FIGURE, "a", "id:631", "2023", NULL, 0},
        {"{a@code:02:previous}", PHRASE_FIGURE, "a", "code:02", "2023-S1", NULL, 0},
        {"{a|change}", PHRASE_CHANGE, "a", NULL, "2024-S1", NULL, 0},
        {"{a|change|abs|digits}", PHRASE_CHANGE, "a", NULL, "2024-S1", NULL, ABS | DIGITS},
        {"{a|abs|change}", PHRASE_CHANGE, "a", NULL, "2024-S1", NULL, ABS},
        {"{a|change-percent|abs}", PHRASE_CHANGE_PERCENT, "a", NULL, "2024-S1", NULL, ABS},
        {"{a|plan|measure}", PHRASE_PLAN, "a", NULL, "2024-S1", NULL, MEASURE},
        {"{a|done|measure}", PHRASE_DONE, "a", NULL, "2024-S1", NULL, MEASURE},
        {"{a|previous|digits}", PHRASE_PREVIOUS, "a", NULL, "2024-S1", NULL, DIGITS},
        {"{a|measure|digits|abs}", PHRASE_FIGURE, "a", NULL, "2024-S1", NULL,
         MEASURE | DIGITS | ABS},
        {"{a|name}", PHRASE_NAME, "a", NULL, "2024-S1", NULL, 0},
        {"{a|percent-of:c.d}", PHRASE_PERCENT_OF, "a", NULL, "2024-S1", "c.d", 0},
        {"{a|measure|percent-of: c }", PHRASE_PERCENT_OF, "a", NULL, "2024-S1", "c", MEASURE},
        {"{ a @ 631 : 2023 | change }", PHRASE_CHANGE, "a", "631", "2023", NULL, 0},
        {"{unit}", PHRASE_UNIT, NULL, NULL, "2024-S1", NULL, 0},
        {"{unit@631:2023}", PHRASE_UNIT, NULL, "631", "2023", NULL, 0},
        {"{period}", PHRASE_PERIOD, NULL, NULL, "2024-S1", NULL, 0},
        {"{period:previous}", PHRASE_PERIOD, NULL, NULL, "2023-S1", NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problems problems;
        struct phrase phrase;
        char span[PHRASE_SPAN_TEXT_SIZE];

        parse(rows[i].text, "2024-S1", false, &problems, &phrase);
        assert_int_equal(phrase.count, 1);
        const struct placeholder *is = &phrase.placeholders[0];
        int flags = (is->has_measure ? MEASURE : 0) | (is->is_in_digits ? DIGITS : 0) |
                    (is->is_absolute ? ABS : 0);
        const char *got[] = {is->code, is->unit, is->whole};
        const char *expected[] = {rows[i].code, rows[i].unit, rows[i].whole};
        for (size_t j = 0; j < 3; j++)
            if ((got[j] == NULL) != (expected[j] == NULL) ||
                (got[j] != NULL && strcmp(got[j], expected[j]) != 0))
                fail_msg("%s: %s", rows[i].text, got[j] != NULL ? got[j] : "NULL");
        if (problems.count != 0 || is->what != rows[i].what || flags != rows[i].flags ||
            strcmp(phrase_span_format(&is->span, span), rows[i].span) != 0)
            fail_msg("%s: %zu problems, %d, %s, %d", rows[i].text, problems.count, (int)is->what,
                     span, flags);
        phrase_fini(&phrase);
        problems_fini(&problems);
    }
}

/* The text between them comes out byte by byte; doubled braces are braces. */
static void test_texts(void **state)
{
    static const struct {
        const char *text, *plain; /* with each placeholder as <...> */
    } rows[] = {
        {"", ""},
        {"Không có gì.\r\n", "Không có gì.\r\n"},
        {"{a}/{b@1} xã, {c}", "<a>/<b@1> xã, <c>"},
        {"{{a}} {{{a}}} }}{{", "{a} {<a>} }{"},
        {"1\n2 {a}\n3\n", "1\n2 <a>\n3\n"},
        {"{a}{b}", "<a><b>"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problems problems;
        struct phrase phrase;
        struct buf plain = {0};

        parse(rows[i].text, "2024", false, &problems, &phrase);
        for (size_t j = 0; j < phrase.count; j++)
            buf_printf(&plain, "%s<%s>", phrase.placeholders[j].before,
                       phrase.placeholders[j].text);
        buf_printf(&plain, "%s", phrase.after);
        assert_int_equal(problems.count, 0);
        assert_string_equal((const char *)plain.data, rows[i].plain);
        buf_fini(&plain);
        phrase_fini(&phrase);
        problems_fini(&problems);
    }
}

/* The problems, one in each line. */
static char *listed(const struct problems *problems)
{
    struct buf text = {0};

    for (size_t i = 0; i < problems->count; i++) {
        char *line = problem_format(&problems->items[i]);
        buf_printf(&text, "%s%s", i > 0 ? "\n" : "", line);
        free(line);
    }
    buf_printf(&text, "%s", "");
    return (char *)text.data;
}

/* Every mistake, where it is, in characters; several in one text are all told. */
static void test_mistakes(void **state)
{
#define NOT_CLOSED                                                                                 \
    "this brace is not closed in its line: write } behind the placeholder; a brace as such is {{"
#define NO_CODE "no code: write that of an indicator, or unit, or period; a brace as such is {{"
#define FILTERS                                                                                    \
    "write change, change-percent, plan, done, previous, name, percent-of:CODE, measure, digits "  \
    "or abs"
#define PERIODS "is not a period: write 2024, 2024-S1, 2009..2019 or previous"
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"Số {a", "f:1:4: error: " NOT_CLOSED},
        {"ở {a\n}", "f:1:3: error: " NOT_CLOSED
                    "\nf:2:1: error: this brace closes nothing: a brace as such is }}"},
        {"{a {b}", "f:1:1: error: " NOT_CLOSED},
        {"{", "f:1:1: error: " NOT_CLOSED},
        {"a}", "f:1:2: error: this brace closes nothing: a brace as such is }}"},
        {"{}", "f:1:2: error: " NO_CODE},
        {"{ }", "f:1:3: error: " NO_CODE},
        {"{@631}", "f:1:2: error: " NO_CODE},
        {"{|change}", "f:1:2: error: " NO_CODE},
        {"{đơn@}", "f:1:6: error: no unit behind @: write its code or id, such as @631"},
        {"{a:}", "f:1:4: error: '' " PERIODS},
        {"{a: 2024-S3}", "f:1:5: error: '2024-S3' " PERIODS},
        {"{a:2019..2009}", "f:1:4: error: '2019..2009' " PERIODS},
        {"{a:id:5}", "f:1:4: error: 'id:5' " PERIODS},
        {"{a:2024@631}", "f:1:4: error: the unit stands before the period: write code@unit:period"},
        {"{period@631}", "f:1:9: error: a period is of no unit: leave @ out"},
        {"{a|chang}", "f:1:4: error: no filter 'chang': " FILTERS},
        {"{a|}", "f:1:4: error: no filter '': " FILTERS},
        {"{a|change|}", "f:1:11: error: no filter '': " FILTERS},
        {"{a|change:5}", "f:1:4: error: no filter 'change:5': " FILTERS},
        {"{a|percent-of}",
         "f:1:4: error: of what: write the code, such as percent-of:household.total"},
        {"{a|percent-of:}",
         "f:1:4: error: of what: write the code, such as percent-of:household.total"},
        {"{a|change|change}", "f:1:11: error: 'change' stands here twice: leave one out"},
        {"{a|digits|digits}", "f:1:11: error: 'digits' stands here twice: leave one out"},
        {"{a|percent-of:b|percent-of:c}",
         "f:1:17: error: 'percent-of' stands here twice: leave one out"},
        {"{a|change|plan}", "f:1:11: error: 'plan' is something else than the filter before it: "
                            "keep one of them"},
        {"{unit|measure}", "f:1:7: error: unit and period are names, of which 'measure' means "
                           "nothing: leave it out"},
        {"{period|change}", "f:1:9: error: unit and period are names, of which 'change' means "
                            "nothing: leave it out"},
        {"{a|change|measure}",
         "f:1:1: error: 'measure' means nothing beside 'change': leave one of the two out"},
        {"{a|digits|done}",
         "f:1:1: error: 'digits' means nothing beside 'done': leave one of the two out"},
        {"{a|name|measure|abs}",
         "f:1:1: error: 'measure' means nothing beside 'name': leave one of the two out\n"
         "f:1:1: error: 'abs' means nothing beside 'name': leave one of the two out"},
        {"{a|percent-of:b|abs}",
         "f:1:1: error: 'abs' means nothing beside 'percent-of': leave one of the two out"},
        {"{a|change-percent|digits}",
         "f:1:1: error: 'digits' means nothing beside 'change-percent': leave one of the two out"},
        {"Năm {a|x}\n\tvà {b:7} {c", "f:1:8: error: no filter 'x': " FILTERS
                                     "\nf:2:8: error: '7' " PERIODS "\nf:2:11: error: " NOT_CLOSED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problems problems;
        struct phrase phrase;

        parse(rows[i].text, "2024", false, &problems, &phrase);
        char *text = listed(&problems);
        if (strcmp(text, rows[i].expected) != 0)
            fail_msg("%s\n%s", rows[i].text, text);
        free(text);
        phrase_fini(&phrase);
        problems_fini(&problems);
    }
}

/* What comes before depends on the period of the command. */
static void test_previous(void **state)
{
    static const struct {
        const char *period, *expected;
    } rows[] = {
        {"2024", ""},
        {"2009..2019", "f:1:4: lỗi: một giai đoạn không có năm trước: ghi rõ các năm, ví dụ "
                       "2004..2008"},
        {"1900", "f:1:4: lỗi: không có kỳ nào trước kỳ đó: ghi kỳ khác"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problems problems;
        struct phrase phrase;

        parse("{a:previous}", rows[i].period, true, &problems, &phrase);
        char *text = listed(&problems);
        assert_string_equal(text, rows[i].expected);
        free(text);
        phrase_fini(&phrase);
        problems_fini(&problems);
    }
}

/* A text has a limit of placeholders; what is beyond is not read. */
static void test_limit(void **state)
{
    struct buf text = {0};
    struct problems problems;
    struct phrase phrase;

    (void)state;
    for (int i = 0; i < PHRASE_PLACEHOLDERS_MAX + 5; i++)
        buf_printf(&text, "{a}");
    parse((const char *)text.data, "2024", false, &problems, &phrase);
    char *lines = listed(&problems);
    assert_int_equal(phrase.count, PHRASE_PLACEHOLDERS_MAX);
    assert_string_equal(lines, "f:1:30001: error: more than 10000 placeholders: split the text "
                               "into several files");
    free(lines);
    phrase_fini(&phrase);
    problems_fini(&problems);
    buf_fini(&text);
}

/* Codes and units that the catalogue does not have, each where it stands. */
static void test_check(void **state)
{
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"{model.registered@631} {unit@64:2009..2019} {period}", ""},
        {"{model.registred}",
         "f:1:2: error: no indicator 'model.registred': see 'tonghop catalogue show indicators'"},
        {"{model.registered|percent-of:x.y}",
         "f:1:30: error: no indicator 'x.y': see 'tonghop catalogue show indicators'"},
        {"{model.registered@ 99}",
         "f:1:20: error: no unit '99' in that period: see 'tonghop catalogue show units'"},
        {"{unit@id:7}",
         "f:1:7: error: no unit 'id:7' in that period: see 'tonghop catalogue show units'"},
        {"{x@9}\n{y}",
         "f:1:2: error: no indicator 'x': see 'tonghop catalogue show indicators'\n"
         "f:1:4: error: no unit '9' in that period: see 'tonghop catalogue show units'\n"
         "f:2:2: error: no indicator 'y': see 'tonghop catalogue show indicators'"},
    };
    struct catalogue *catalogue = sample_catalogue();

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problems problems;
        struct phrase phrase;

        parse(rows[i].text, "2024", false, &problems, &phrase);
        assert_int_equal(problems.count, 0);
        phrase_check("f", &phrase, catalogue, &problems);
        char *text = listed(&problems);
        if (strcmp(text, rows[i].expected) != 0)
            fail_msg("%s\n%s", rows[i].text, text);
        free(text);
        phrase_fini(&phrase);
        problems_fini(&problems);
    }
    catalogue_free(&catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spans),    cmocka_unit_test(test_placeholders),
        cmocka_unit_test(test_texts),    cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_previous), cmocka_unit_test(test_limit),
        cmocka_unit_test(test_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
