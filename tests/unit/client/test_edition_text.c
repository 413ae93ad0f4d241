/* Editions and differences as they are printed: in both languages and for programs, with each kind
 * of cause, and whatever else a node may answer. */
#include "lib/cm.h"

#include <stdio.h>
#include <unistd.h>

#include "client/edition.h"
#include "core/mem.h"

#define TEXT(literal) ((char *)(uintptr_t)(literal))
#define CAUSE(name)   TONGHOP__CAUSE_TYPE__CAUSE_TYPE_##name

enum { TEXT_SIZE = 8192 };

static Tonghop__Value value_of(uint64_t number)
{
    Tonghop__Value value = TONGHOP__VALUE__INIT;
    value.has_value = true;
    value.qualifier = TONGHOP__QUALIFIER__QUALIFIER_EXACT;
    value.value_low = number;
    value.unit_count = value.exact_count = 1;
    return value;
}

/* A difference of one indicator with one cause. */
struct fixture {
    Tonghop__Difference difference;
    Tonghop__Edition from, to;
    Tonghop__UnitInfo unit, commune;
    Tonghop__IndicatorInfo info, *infos[1];
    Tonghop__Value before, after, own, none, *befores[1], *afters[1];
    Tonghop__Cause cause, *causes[1];
    Tonghop__CauseCell cell, *cells[1];
    uint8_t digest[32];
    char text[TEXT_SIZE];
};

static void set_edition(struct fixture *f, Tonghop__Edition *edition, uint32_t number,
                        Tonghop__EditionRank rank)
{
    tonghop__edition__init(edition);
    edition->unit = &f->unit;
    edition->kind = 1;
    edition->period = TEXT("2024");
    edition->number = number;
    edition->rank = rank;
    edition->time_us = INT64_C(1736467200000000);
    edition->person = TEXT("uid:1000 hoa");
    edition->reason = TEXT("số ước");
    edition->catalogue = 7;
    edition->due_count = 47;
    edition->filed_count = 45;
    edition->missing_count = 1;
    edition->report_count = 120;
    edition->digest = edition->catalogue_hash = (ProtobufCBinaryData){sizeof(f->digest), f->digest};
}

static int setup(void **state)
{
    struct fixture *f = mem_calloc(1, sizeof(*f));
    tonghop__unit_info__init(&f->unit);
    f->unit.id = 64;
    f->unit.code = TEXT("64");
    f->unit.name_vi = TEXT("Tỉnh Gia Lai");
    f->unit.name_en = TEXT("Gia Lai Province");
    f->commune = f->unit;
    f->commune.id = 23857;
    f->commune.code = TEXT("23857");
    f->commune.name_vi = TEXT("Xã Suối");
    f->commune.name_en = TEXT("Suoi Commune");
    for (size_t i = 0; i < sizeof(f->digest); i++)
        f->digest[i] = (uint8_t)(0xa0 + i);
    set_edition(f, &f->from, 1, TONGHOP__EDITION_RANK__EDITION_RANK_PRELIMINARY);
    set_edition(f, &f->to, 2, TONGHOP__EDITION_RANK__EDITION_RANK_OFFICIAL);
    tonghop__indicator_info__init(&f->info);
    f->info.number = 5;
    f->info.code = TEXT("visits");
    f->info.name_vi = TEXT("Lượt tiếp");
    f->info.name_en = TEXT("Visits");
    f->info.measure = TEXT("lượt");
    f->before = value_of(54);
    f->after = value_of(70);
    f->own = value_of(16);
    tonghop__value__init(&f->none);
    tonghop__cause_cell__init(&f->cell);
    f->cell.indicator = 5;
    f->cell.before = &f->none;
    f->cell.after = &f->own;
    f->cell.change_low = 16;
    tonghop__cause__init(&f->cause);
    f->cause.type = CAUSE(FILED);
    f->cause.unit = &f->commune;
    f->cause.form = TEXT("chung");
    f->cause.period = TEXT("2024");
    f->cause.revision_after = 3;
    f->cause.author = TEXT("Lan");
    f->cause.reason = TEXT("nộp bù");
    f->cause.person = TEXT("uid:7");
    f->cause.received_us = INT64_C(1736467200000000);
    f->cells[0] = &f->cell;
    f->cause.n_cells = 1;
    f->cause.cells = f->cells;
    tonghop__difference__init(&f->difference);
    f->infos[0] = &f->info;
    f->befores[0] = &f->before;
    f->afters[0] = &f->after;
    f->causes[0] = &f->cause;
    f->difference.period = TEXT("2024");
    f->difference.unit = &f->unit;
    f->difference.from = &f->from;
    f->difference.n_indicators = f->difference.n_before = f->difference.n_after = 1;
    f->difference.indicators = f->infos;
    f->difference.before = f->befores;
    f->difference.after = f->afters;
    f->difference.n_causes = 1;
    f->difference.causes = f->causes;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

/* ---- what goes to standard output ---- */

static int begin(FILE **ret_file)
{
    (void)fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    *ret_file = tmpfile();
    assert_true(saved >= 0 && *ret_file != NULL);
    assert_true(dup2(fileno(*ret_file), STDOUT_FILENO) >= 0);
    return saved;
}

static void end(int saved, FILE *file, char *text)
{
    (void)fflush(stdout);
    assert_true(dup2(saved, STDOUT_FILENO) >= 0);
    close(saved);
    rewind(file);
    size_t len = fread(text, 1, TEXT_SIZE - 1, file);
    text[len] = '\0';
    assert_true(len < TEXT_SIZE - 1);
    (void)fclose(file);
}

static const char *printed(struct fixture *f, bool is_english, enum output output)
{
    const struct common common = {.is_english = is_english, .output = output};
    FILE *file;
    int saved = begin(&file);
    edition_print_difference(&common, &f->difference);
    end(saved, file, f->text);
    return f->text;
}

static void assert_says(const char *text, const char *words)
{
    if (strstr(text, words) == NULL)
        fail_msg("it does not say \"%s\":\n%s", words, text);
}

/* What was and is, the change with its sign, and the cause with who and why. */
static void test_people_read_it(void **state)
{
    struct fixture *f = *state;
    const char *text = printed(f, true, OUTPUT_TEXT);
    assert_says(text,
                "64 Gia Lai Province, 2024: edition 1 (preliminary, 2025-01-10T07:00:00+07:00) "
                "→ now\n");
    assert_says(text, "Visits      visits  lượt         54     70     +16\n");
    assert_says(text, "filed  23857 Suoi Commune  chung  2024       – → 3  visits  – → 16     +16  "
                      "Lan     nộp bù\n");
    f->difference.to = &f->to;
    text = printed(f, false, OUTPUT_TEXT);
    assert_says(text, "64 Tỉnh Gia Lai, kỳ 2024: bản 1 (sơ bộ, 2025-01-10T07:00:00+07:00) → bản 2 "
                      "(chính thức, ");
    assert_says(text, "nộp thêm");
}

static void test_causes_have_words(void **state)
{
    static const struct {
        Tonghop__CauseType type;
        bool late;
        uint64_t before, after;
        const char *en, *vi, *code, *revisions;
    } rows[] = {
        {CAUSE(FILED), false, 0, 1, "filed", "nộp thêm", "filed", "– → 1"},
        {CAUSE(FILED), true, 0, 1, "filed late", "nộp muộn", "late", "– → 1"},
        {CAUSE(CORRECTED), false, 1, 2, "corrected", "đính chính", "corrected", "1 → 2"},
        {CAUSE(WITHDRAWN), false, 1, 2, "withdrawn", "rút lại", "withdrawn", "1 → 2"},
        {CAUSE(RETURNED), false, 4, 0, "returned", "bị trả lại", "returned", "4 → –"},
        {CAUSE(ACCEPTED), false, 0, 2, "accepted", "được duyệt", "accepted", "– → 2"},
        {CAUSE(CATALOGUE), false, 0, 0, "catalogue 6 → 7", "danh mục 6 → 7", "catalogue", ""},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        f->cause.type = rows[i].type;
        f->cause.late = rows[i].late;
        f->cause.revision_before = rows[i].before;
        f->cause.revision_after = rows[i].after;
        f->cause.catalogue_before = rows[i].type == CAUSE(CATALOGUE) ? 6 : 0;
        f->cause.catalogue_after = rows[i].type == CAUSE(CATALOGUE) ? 7 : 0;
        assert_says(printed(f, true, OUTPUT_TEXT), rows[i].en);
        assert_says(f->text, rows[i].revisions);
        assert_says(printed(f, false, OUTPUT_TEXT), rows[i].vi);
        char cell[64];
        (void)snprintf(cell, sizeof(cell), ",%s,", rows[i].code);
        assert_says(printed(f, true, OUTPUT_CSV), cell);
    }
}

/* One row for each figure, then one for each cell of a cause; numbers are bare. */
static void test_programs_read_it(void **state)
{
    struct fixture *f = *state;
    const char *text = printed(f, true, OUTPUT_CSV);
    assert_says(text, "\ntotal,visits,Visits,lượt,54,=,,70,=,,16,,,,,,,,,,,,,,,,\r\n");
    assert_says(text, "\ncause,visits,Visits,lượt,,,,16,=,,16,filed,23857,23857,Suoi Commune,chung,"
                      "2024,,3,2025-01-10T07:00:00+07:00,Lan,uid:7,nộp bù,,,,\r\n");
    assert_says(printed(f, true, OUTPUT_JSON), "\"change\": \"16\"");
    f->cell.change_high = -1;
    f->cell.change_low = UINT64_MAX - 8;
    assert_says(printed(f, true, OUTPUT_CSV), ",-9,filed,");
}

/* A cause without figures, a figure of an indicator that is not described, and nothing at all. */
static void test_what_is_not_there(void **state)
{
    struct fixture *f = *state;
    f->cell.indicator = 6;
    assert_says(printed(f, true, OUTPUT_TEXT), "23857 Suoi Commune");
    assert_says(printed(f, true, OUTPUT_CSV), "\ncause,,,,,,,,,,,filed,23857");
    f->cause.n_cells = 0;
    assert_says(printed(f, true, OUTPUT_TEXT), "23857 Suoi Commune");
    assert_says(printed(f, true, OUTPUT_CSV), "\ncause,,,,,,,,,,,filed,23857");
    f->difference.n_causes = f->difference.n_indicators = 0;
    assert_says(printed(f, true, OUTPUT_TEXT), "nothing has changed\n");
    assert_says(printed(f, false, OUTPUT_TEXT), "không có gì thay đổi\n");
}

/* A figure that was not there, or is no more, has changed by all of it, as its causes have it;
 * between nothing and nothing there is no change. */
static void test_nothing_changes_by_all_of_it(void **state)
{
    struct fixture *f = *state;
    f->before = f->none;
    assert_says(printed(f, true, OUTPUT_TEXT), "–     70     +70\n");
    assert_says(printed(f, true, OUTPUT_CSV), "\ntotal,visits,Visits,lượt,,,,70,=,,70,");
    f->before = f->after;
    f->after = f->none;
    assert_says(printed(f, true, OUTPUT_TEXT), "70      –     -70\n");
    assert_says(printed(f, true, OUTPUT_CSV), "\ntotal,visits,Visits,lượt,70,=,,,,,-70,");
    f->before = f->none;
    assert_says(printed(f, true, OUTPUT_TEXT), "–      –       –\n");
    assert_says(printed(f, true, OUTPUT_CSV), "\ntotal,visits,Visits,lượt,,,,,,,,");
}

/* Of what was returned the author's column says who returned it, and where; the time is that of the
 * decision, and is empty where it is not known. */
static void test_who_decided_is_told(void **state)
{
    struct fixture *f = *state;
    f->cause.type = CAUSE(RETURNED);
    f->cause.author = TEXT("");
    f->cause.reason = TEXT("đếm lại");
    f->cause.person = TEXT("uid:7 lan");
    f->cause.decided_by = &f->unit;
    assert_says(printed(f, true, OUTPUT_TEXT), "  lan (uid 7), Gia Lai Province  đếm lại\n");
    assert_says(printed(f, false, OUTPUT_TEXT), "  lan (uid 7), Tỉnh Gia Lai  đếm lại\n");
    assert_says(printed(f, true, OUTPUT_CSV),
                ",2025-01-10T07:00:00+07:00,,uid:7 lan,đếm lại,,,,64\r\n");
    f->cause.decided_by = NULL;
    f->cause.received_us = 0;
    f->cause.person = f->cause.reason = TEXT("");
    assert_says(printed(f, true, OUTPUT_TEXT), "\n          returned  23857 ");
    assert_says(printed(f, true, OUTPUT_CSV), ",,3,,,,,,,,\r\n");
    f->cause.type = CAUSE(ACCEPTED); /* the figures are still their author's */
    f->cause.author = TEXT("Lan");
    f->cause.decided_by = &f->unit;
    assert_says(printed(f, true, OUTPUT_TEXT), "  Lan\n");
}

/* ---- editions ---- */

static void test_editions_are_listed(void **state)
{
    struct fixture *f = *state;
    for (int output = OUTPUT_TEXT; output <= OUTPUT_JSON; output++) {
        const struct common common = {.is_english = output != OUTPUT_TEXT,
                                      .output = (enum output)output};
        FILE *file;
        struct table *table = edition_table_new(&common);
        edition_add(&common, &f->from, table);
        edition_add(&common, &f->to, table);
        int saved = begin(&file);
        table_print(table, common.output, stdout);
        end(saved, file, f->text);
        table_free(&table);
        assert_says(f->text, output == OUTPUT_TEXT ? "sơ bộ" : "preliminary");
        assert_says(f->text, output == OUTPUT_TEXT ? "chính thức" : "official");
        assert_says(f->text, output == OUTPUT_TEXT ? "hoa (uid 1000)" : "uid:1000 hoa");
        assert_says(f->text,
                    output == OUTPUT_TEXT
                        ? "  a0a1a2a3a4a5a6a7\n"
                        : "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf");
    }
}

static void test_ranks(void **state)
{
    const struct common english = {.is_english = true}, vietnamese = {0};
    Tonghop__EditionRank rank;
    (void)state;
    for (int i = 1; i <= 3; i++) {
        const char *code = edition_rank_code((Tonghop__EditionRank)i);
        assert_true(edition_read_rank(code, &rank));
        assert_int_equal(rank, i);
        assert_string_equal(edition_rank_text(&english, rank), code);
    }
    assert_string_equal(edition_rank_text(&vietnamese, (Tonghop__EditionRank)1), "ước");
    assert_false(edition_read_rank("", &rank));
    assert_false(edition_read_rank("1", &rank));
    assert_false(edition_read_rank("Official", &rank));
    assert_null(edition_rank_code((Tonghop__EditionRank)4));
    assert_string_equal(edition_rank_text(&english, (Tonghop__EditionRank)-1), "unknown");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_people_read_it),      TEST(test_causes_have_words),
        TEST(test_programs_read_it),    TEST(test_nothing_changes_by_all_of_it),
        TEST(test_who_decided_is_told), TEST(test_what_is_not_there),
        TEST(test_editions_are_listed), TEST(test_ranks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
