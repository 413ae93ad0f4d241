/* The catalogue folder: a good one becomes the catalogue it describes; a broken one is told about
 * cell by cell, everything at once. */
#include "lib/cm.h"

#include <stdio.h>
#include <unistd.h>

#include "client/catalogue_dir.h"
#include "core/mem.h"

/* A small good catalogue. Tests replace one of its files or one piece of text. */
static const char good_ini[] = "[catalogue]\n"
                               "number = 3\n"
                               "title_vi = Danh mục thử\n"
                               "title_en = Trial\n"
                               "[calendar]\n"
                               "s1_first = -1/12-15\n"
                               "s1_last = 06-14\n"
                               "s2_first = 06-15\n"
                               "s2_last = 12-14\n"
                               "[level province]\n"
                               "name_vi = Cấp tỉnh\n"
                               "[level commune]\n"
                               "name_vi = Cấp xã\n"
                               "name_en = Commune\n"
                               "deadline_s1 = 06-17\n"
                               "deadline_y = +1/01-05\n"
                               "[type tinh]\n"
                               "name_vi = tỉnh\n"
                               "[type xa]\n"
                               "name_vi = xã\n"
                               "name_en = rural commune\n";
static const char good_units[] = "id,code,level,type,parent,from,to,name_vi,name_en,successors\n"
                                 "64,64,province,tinh,,,,Tỉnh Thử,Thu Province,\n"
                                 "1001,01,commune,xa,64,,2024-06-30,Xã Cũ,,1002 1003\n"
                                 "1002,02,commune,xa,64,,2022-12-31,Xã Hai,,\n"
                                 "1002,02,commune,xa,64,2023-01-01,,Xã Hai Mới,,\n"
                                 "1003,03,commune,xa,64,,,\"Xã \"\"Ba\"\"\",Three,\n";
static const char good_forms[] = "number,code,name_vi,name_en,due,accept\n"
                                 "1,chung,Báo cáo chung,General,commune | province,\n"
                                 "7,rieng,Riêng,,,manual\n";
static const char good_indicators[] =
    "number,code,form,section,name_vi,name_en,measure,nature,aggregation,decimals,signed,part_of,"
    "levels,valid_from,valid_to,rule\n"
    "1,a.all,chung,Mục,Tất cả,All,cái,flow,sum,0,,,province|commune,,,\n"
    "2,a.some,chung,Mục,Một phần,,cái,flow,sum,0,,a.all,province|commune,,,\n"
    "3,a.rate,,Mục,Tỷ lệ,Rate,%,flow,,2,,,province,,,= 100 * a.some / a.all\n"
    "4,b,rieng,,Nhiều nhất,,đồng,stock,max,6,yes,,commune,2020-01-01,2025-06-30,\n";

enum { INI, UNITS, FORMS, INDICATORS, FILE_COUNT };
static const char *const names[FILE_COUNT] = {"catalogue.ini", "units.csv", "forms.csv",
                                              "indicators.csv"};

struct folder {
    char path[40];
};

static int make_folder(void **state)
{
    struct folder *folder = mem_calloc(1, sizeof *folder);
    (void)snprintf(folder->path, sizeof folder->path, "/tmp/test_catalogue_dir.XXXXXX");
    *state = folder;
    return mkdtemp(folder->path) == NULL;
}

static int remove_folder(void **state)
{
    struct folder *folder = *state;
    int rc = rmdir(folder->path);
    free(folder);
    return rc;
}

/* Writes the good folder but for `texts[i]` where that is not NULL, and reads it. An empty text
 * leaves the file out. Problems come a line each, without the folder's name. */
static enum err read_folder(const struct folder *folder, const char *const *texts,
                            struct buf *ret_problems, struct catalogue **ret_catalogue)
{
    static const char *const good[FILE_COUNT] = {good_ini, good_units, good_forms, good_indicators};
    struct problems problems = {0};
    char *paths[FILE_COUNT];

    for (size_t i = 0; i < FILE_COUNT; i++) {
        const char *text = texts[i] != NULL ? texts[i] : good[i];
        paths[i] = mem_printf("%s/%s", folder->path, names[i]);
        if (text[0] == '\0')
            continue;
        FILE *file = fopen(paths[i], "w");
        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
    }
    char *with_slash = mem_printf("%s/", folder->path); /* the messages have one slash only */
    enum err err = catalogue_dir_read(with_slash, &problems, ret_catalogue);
    free(with_slash);
    for (size_t i = 0; i < FILE_COUNT; i++) {
        (void)unlink(paths[i]); /* it may have been left out */
        free(paths[i]);
    }
    buf_printf(ret_problems, "%s", "");
    for (size_t i = 0; i < problems.count; i++) {
        char *line = problem_format(&problems.items[i]);
        assert_memory_equal(line, folder->path, strlen(folder->path));
        assert_int_equal(line[strlen(folder->path)], '/');
        buf_printf(ret_problems, "%s\n", line + strlen(folder->path) + 1);
        free(line);
    }
    problems_fini(&problems);
    return err;
}

/* `text` with its one `old` replaced; the caller frees. */
static char *replaced(const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    assert_non_null(at);
    assert_null(strstr(at + 1, old));
    return mem_printf("%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

static void check_head(const struct catalogue *catalogue)
{
    assert_int_equal(catalogue->number, 3);
    assert_string_equal(catalogue->title_vi, "Danh mục thử");
    assert_string_equal(catalogue->title_en, "Trial");
    assert_int_equal(catalogue->calendar.s1_first.year_offset, -1);
    assert_int_equal(catalogue->calendar.s1_first.month, 12);
    assert_int_equal(catalogue->calendar.s2_last.day, 14);
    assert_int_equal(catalogue->level_count, 2);
    assert_string_equal(catalogue->levels[0].code, "province");
    assert_string_equal(catalogue->levels[0].name_en, "");
    assert_false(catalogue->levels[0].has_deadline[PERIOD_Y - 1]);
    assert_string_equal(catalogue->levels[1].name_vi, "Cấp xã");
    assert_true(catalogue->levels[1].has_deadline[PERIOD_S1 - 1]);
    assert_false(catalogue->levels[1].has_deadline[PERIOD_S2 - 1]);
    assert_int_equal(catalogue->levels[1].deadline[PERIOD_Y - 1].year_offset, 1);
    assert_int_equal(catalogue->levels[1].deadline[PERIOD_Y - 1].day, 5);
    assert_int_equal(catalogue->type_count, 2);
    assert_string_equal(catalogue->types[1].name_en, "rural commune");
}

static void check_units_and_forms(const struct catalogue *catalogue)
{
    char day[DATE_TEXT_SIZE];
    const struct unit *unit = catalogue_unit(catalogue, 1001);
    const struct form *form = catalogue_form_by_code(catalogue, "chung");

    assert_int_equal(catalogue->unit_count, 4);
    assert_int_equal(unit->successor_count, 2);
    assert_int_equal(unit->successors[1], 1003);
    assert_string_equal(unit->versions[0].code, "01");
    assert_string_equal(date_format(unit->versions[0].to, day), "2024-06-30");
    assert_int_equal(unit->versions[0].parent, 64);
    assert_int_equal(unit->versions[0].level, 1);
    assert_int_equal(unit->versions[0].type, 1);
    assert_int_equal(catalogue_unit(catalogue, 1002)->version_count, 2);
    assert_string_equal(catalogue_unit(catalogue, 1003)->versions[0].name_vi, "Xã \"Ba\"");
    assert_int_equal(form->number, 1);
    assert_int_equal(form->due_level_mask, 3);
    assert_int_equal(catalogue_form(catalogue, 7)->due_level_mask, 0);
    assert_false(form->is_manual);
    assert_true(catalogue_form(catalogue, 7)->is_manual);
}

static void check_indicators(const struct catalogue *catalogue)
{
    char day[DATE_TEXT_SIZE];
    const struct indicator *some = catalogue_indicator(catalogue, 2);
    const struct indicator *rate = catalogue_indicator(catalogue, 3);
    const struct indicator *b = catalogue_indicator_by_code(catalogue, "b");

    assert_int_equal(catalogue->indicator_count, 4);
    assert_int_equal(some->part_of, 1);
    assert_int_equal(some->form, 1);
    assert_int_equal(some->nature, NATURE_FLOW);
    assert_int_equal(some->aggregation, AGGREGATION_SUM);
    assert_string_equal(some->section, "Mục");
    assert_string_equal(some->measure, "cái");
    assert_int_equal(rate->aggregation, AGGREGATION_DERIVED);
    assert_int_equal(rate->decimals, 2);
    assert_non_null(rate->formula);
    assert_int_equal(b->nature, NATURE_STOCK);
    assert_int_equal(b->aggregation, AGGREGATION_MAX);
    assert_true(b->is_signed);
    assert_int_equal(b->level_mask, 2);
    assert_int_equal(b->form, 7);
    assert_string_equal(date_format(b->valid_from, day), "2020-01-01");
    assert_string_equal(date_format(b->valid_to, day), "2025-06-30");
}

/* Every column and key of a good folder arrives in the catalogue. */
static void test_good_folder(void **state)
{
    static const char *const no_change[FILE_COUNT] = {NULL};
    struct catalogue *catalogue;
    struct buf said = {0};

    enum err err = read_folder(*state, no_change, &said, &catalogue);
    assert_string_equal((const char *)said.data, "");
    assert_int_equal(err, ERR_OK);
    check_head(catalogue);
    check_units_and_forms(catalogue);
    check_indicators(catalogue);
    catalogue_free(&catalogue);
    buf_fini(&said);
}

#define SECTIONS                                                                                   \
    "sections are [catalogue], [calendar], [calendar YEAR], [level CODE], [type CODE], [section "  \
    "CODE], [body CODE] and [measure NAME]; correct or remove it\n"

/* One change to the good folder, and all that is said of it. */
static const struct {
    const char *name;
    int file;
    const char *old, *new, *expected;
} changes[] = {
    {"number", INI, "number = 3", "number = 0",
     "catalogue.ini:2:10: error: number has to be 1, 2, 3 ...: higher than the last one "
     "published\n"},
    {"title", INI, "title_vi = Danh mục thử\n", "",
     "catalogue.ini:2:1: error: title_vi is missing in [catalogue]: add `title_vi = ...`\n"},
    {"empty name", INI, "name_vi = xã", "name_vi =",
     "catalogue.ini:20:10: error: name_vi is missing in [type xa]: add `name_vi = ...`\n"},
    {"calendar day", INI, "06-14", "06-31",
     "catalogue.ini:7:11: error: s1_last is not a day of every year: write 06-14, or -1/12-15 "
     "for a day of the year before, or +1/01-10 for one of the year after\n"},
    {"calendar order", INI, "06-15", "06-16",
     "catalogue.ini:6:1: error: the calendar is not in order: S1 has to end after it begins, "
     "S2 to begin on the day after and to end before the next year's S1 begins\n"},
    {"calendars that overlap", INI, "[level province]\n",
     "[calendar 2026]\ns1_first = -1/12-14\ns1_last = 06-14\ns2_first = 06-15\n"
     "s2_last = 12-13\n[level province]\n",
     "catalogue.ini:11: error: 2026 begins on 2025-12-14, but 2025, by the calendar before, ends "
     "on 2025-12-14: give 2026 a calendar of its own that begins on the day after, and let this "
     "one follow it\n"},
    {"deadline", INI, "06-17", "17/6",
     "catalogue.ini:15:15: error: deadline_s1 is not a day of every year: write 06-14, or "
     "+1/01-10 for a day of the year after, or +3 working days (1 to 60) after the period has "
     "ended\n"},
    {"unknown key", INI, "deadline_y", "deadline_year",
     "catalogue.ini:16:1: error: unknown key deadline_year in [level commune]: correct its "
     "spelling or remove it\n"},
    {"unknown section", INI, "[catalogue]\n", "[other]\nx = 1\n[catalogue]\n",
     "catalogue.ini:2:1: error: unknown section [other]: " SECTIONS},
    {"unknown section without keys", INI, "[type xa]\n", "[Type xb]\n[type xa]\n",
     "catalogue.ini:19:1: error: unknown section [Type xb]: " SECTIONS},
    {"section without its code", INI, "[type xa]\n", "[level]\n[type xa]\n",
     "catalogue.ini:19:1: error: unknown section [level]: " SECTIONS},
    {"successors of a unit that does not end, in its first row", UNITS,
     "2022-12-31,Xã Hai,,\n1002,02,commune,xa,64,2023-01-01,,Xã Hai Mới,,",
     "2022-12-31,Xã Hai,,1003\n1002,02,commune,xa,64,2023-01-01,,Xã Hai Mới,,",
     "units.csv:4:43: error: unit 1002 has successors but does not end: give its last day, or "
     "remove them\n"},
    {"missing column of names", FORMS, "number,code,name_vi", "number,code,name",
     "forms.csv:1:1: error: the column name_vi is missing: add it, and fill it in in every row\n"
     "forms.csv:1:13: error: unknown column \"name\": correct its spelling or remove it\n"},
    {"type code", INI, "[type tinh]\nname_vi = tỉnh\n",
     "[type tinh]\nname_vi = tỉnh\n[type thị_trấn]\n  name_vi = thị trấn\n",
     "catalogue.ini:20:3: error: thị_trấn in [type thị_trấn] is not a code: write 1 to 32 "
     "letters a-z, digits and '_', starting with a letter\n"},
    {"unit id", UNITS, "1003,03", "x,03",
     "units.csv:3:42: error: unit 1001: its successor 1003 is not there: write the id "
     "(not the code) of a unit that is\n"
     "units.csv:6:1: error: id \"x\" is not a whole number from 1 to 4294967295: correct it\n"},
    {"unit level", UNITS, "1003,03,commune", "1003,03,comune",
     "units.csv:6:9: error: level \"comune\" is not in catalogue.ini: write one of province, "
     "commune\n"},
    {"unit type", UNITS, "03,commune,xa", "03,commune,phuong",
     "units.csv:6:17: error: type \"phuong\" is not in catalogue.ini: add [type phuong] "
     "there\n"},
    {"unit parent", UNITS, "xa,64,,,\"", "xa,6x,,,\"",
     "units.csv:6:20: error: parent \"6x\" is not a whole number from 1 to 4294967295: correct "
     "it\n"},
    {"unknown parent", UNITS, "xa,64,,,\"", "xa,65,,,\"",
     "units.csv:6:20: error: unit 1003: its parent 65 is not there: write the id (not the "
     "code) of a unit that is\n"},
    {"unit date", UNITS, "2022-12-31", "31/12/2022",
     "units.csv:4:24: error: to \"31/12/2022\" is not a day: write 2024-12-14, or leave it "
     "empty for no limit\n"
     "units.csv:5:23: error: unit 1002 has two rows that are valid on the same days: end one "
     "on the day before the other begins\n"},
    {"successor", UNITS, "1002 1003", "1002 1003,",
     "units.csv:3:52: error: the row has 11 fields but the header has 10: remove a comma, or "
     "put quotes around the field that contains it\n"},
    {"successor word", UNITS, "1002 1003", "1002 xã",
     "units.csv:3:42: error: successor \"xã\" is not a unit's id: write ids, separated by "
     "blanks\n"},
    {"form number", FORMS, "7,rieng", ",rieng",
     "forms.csv:3:1: error: number \"\" is not a whole number from 1 to 4294967295: correct "
     "it\n"},
    {"form due", FORMS, "commune | province", "commune | tỉnh",
     "forms.csv:2:31: error: level \"tỉnh\" is not in catalogue.ini: write one of province, "
     "commune\n"},
    {"form due, with a comma", FORMS, "commune | province", "\"commune, province\"",
     "forms.csv:2:31: error: level \"commune, province\" is not in catalogue.ini: write one of "
     "province, commune; several are separated by |\n"},
    {"form accept", FORMS, ",manual", ",by hand",
     "forms.csv:3:17: error: accept \"by hand\" is not known: write auto or manual, or leave "
     "it empty\n"},
    {"missing column", FORMS, "name_en,due", "name_en",
     "forms.csv:1:1: error: the column due is missing: add it to the header; its cells may be "
     "empty\n"
     "forms.csv:2:50: error: the row has 6 fields but the header has 5: remove a comma, or put "
     "quotes around the field that contains it\n"
     "forms.csv:3:17: error: the row has 6 fields but the header has 5: remove a comma, or put "
     "quotes around the field that contains it\n"},
    {"surplus field beside a bad cell", UNITS, ",,2022-12-31,Xã Hai,,", ",,31/12,Xã Hai,,,",
     "units.csv:4:24: error: to \"31/12\" is not a day: write 2024-12-14, or leave it empty for "
     "no limit\n"
     "units.csv:4:39: error: the row has 11 fields but the header has 10: remove a comma, or "
     "put quotes around the field that contains it\n"
     "units.csv:5:23: error: unit 1002 has two rows that are valid on the same days: end one "
     "on the day before the other begins\n"},
    {"rows behind a bad quote are not blamed on others", UNITS, "02,commune,xa,64,2023-01-01",
     "02,com\"mune,xa,64,2023-01-01",
     "units.csv:5:12: error: a quote in the middle of a field: put quotes around the whole "
     "field, and write each quote inside it twice\n"},
    {"other column", FORMS, "name_en,due", "name_en,owed",
     "forms.csv:1:1: error: the column due is missing: add it to the header; its cells may be "
     "empty\n"
     "forms.csv:1:29: error: unknown column \"owed\": correct its spelling or remove it\n"},
    {"unknown form", INDICATORS, "4,b,rieng", "4,b,reing",
     "indicators.csv:5:5: error: form \"reing\" is not in forms.csv: correct it, or add the "
     "form there\n"},
    {"no form", INDICATORS, "4,b,rieng", "4,b,",
     "indicators.csv:5:5: error: indicator 4 has no form: name one of forms.csv; if it is derived, "
     "leave its aggregation empty and write its rule\n"},
    {"a derived one with an aggregation", INDICATORS, "%,flow,,2", "%,flow,sum,2",
     "indicators.csv:4:52: error: indicator 3 is entered and has a rule: remove the rule, or leave "
     "its aggregation empty, which makes it derived\n"},
    {"nature", INDICATORS, "stock,max", "stok,max",
     "indicators.csv:5:29: error: nature \"stok\" is not known: write flow or stock\n"},
    {"aggregation", INDICATORS, "stock,max", "stock,avg",
     "indicators.csv:5:35: error: aggregation \"avg\" is not known: write sum, max or min\n"},
    {"neither aggregation nor rule", INDICATORS, "stock,max", "stock,",
     "indicators.csv:5:35: error: neither aggregation nor rule: write sum, max or min for a "
     "figure that is reported, or a rule for a derived one\n"},
    {"decimals", INDICATORS, "max,6", "max,7",
     "indicators.csv:5:39: error: decimals \"7\" is not a number from 0 to 6: correct it\n"},
    {"no decimals", INDICATORS, "max,6", "max,",
     "indicators.csv:5:39: error: decimals \"\" is not a number from 0 to 6: correct it\n"},
    {"signed", INDICATORS, "yes", "có",
     "indicators.csv:5:41: error: signed \"có\" is not known: write yes, or leave it empty\n"},
    {"part of", INDICATORS, ",a.all,province", ",a.al,province",
     "indicators.csv:3:46: error: indicator \"a.al\" is not in this file: write the code of "
     "the "
     "whole, or leave it empty\n"},
    {"levels", INDICATORS, ",commune,2020", ",huyện|commune,2020",
     "indicators.csv:5:46: error: level \"huyện\" is not in catalogue.ini: write one of "
     "province, commune\n"},
    {"valid_to", INDICATORS, "2025-06-30", "2019-06-30",
     "indicators.csv:5:54: error: indicator 4 ends before it begins: correct one of the "
     "days\n"},
    {"empty name of an indicator", INDICATORS, "Nhiều nhất", "",
     "indicators.csv:5:12: error: indicator 4: the Vietnamese name is empty: fill it in\n"},
};

/* One thing is wrong: one message, with its line, column and remedy. */
static void test_one_problem(void **state)
{
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        static const char *const good[FILE_COUNT] = {good_ini, good_units, good_forms,
                                                     good_indicators};
        const char *texts[FILE_COUNT] = {NULL};
        char *text = replaced(good[changes[i].file], changes[i].old, changes[i].new);
        struct catalogue *catalogue = NULL;
        struct buf said = {0};

        texts[changes[i].file] = text;
        enum err err = read_folder(*state, texts, &said, &catalogue);
        if (strcmp((const char *)said.data, changes[i].expected) != 0)
            fail_msg("%s: got\n%s", changes[i].name, (const char *)said.data);
        assert_int_equal(err, ERR_INVALID);
        assert_null(catalogue); /* untouched on failure */
        buf_fini(&said);
        free(text);
    }
}

/* Days that no period covers are told with their place, and keep nobody from going on. */
static void test_days_between_calendars(void **state)
{
    char *ini = mem_printf("%s[calendar 2026]\ns1_first = 01-01\ns1_last = 06-30\n"
                           "s2_first = 07-01\ns2_last = 12-31\n",
                           good_ini);
    const char *texts[FILE_COUNT] = {[INI] = ini};
    struct catalogue *catalogue;
    struct buf said = {0};

    assert_int_equal(read_folder(*state, texts, &said, &catalogue), ERR_OK);
    assert_string_equal((const char *)said.data,
                        "catalogue.ini:23: warning: no period covers 2025-12-15 to 2025-12-31, "
                        "between 2025 and 2026: what happens on these days is reported nowhere\n");
    assert_int_equal(catalogue->era_count, 1);
    catalogue_free(&catalogue);
    buf_fini(&said);
    free(ini);
}

/* A rule that does not parse is told with the place of its cell and the position inside it. */
static void test_rule_place(void **state)
{
    static const char wanted[] =
        "indicators.csv:4:66: error: indicator 3: its rule, at character 18: ";
    const char *texts[FILE_COUNT] = {NULL};
    char *text = replaced(good_indicators, "a.some / a.all", "a.some / a.none");
    struct catalogue *catalogue;
    struct buf said = {0};

    texts[INDICATORS] = text;
    assert_int_equal(read_folder(*state, texts, &said, &catalogue), ERR_INVALID);
    assert_non_null(strstr((const char *)said.data, wanted));
    assert_non_null(strstr((const char *)said.data, "a.none"));
    buf_fini(&said);
    free(text);
}

/* A folder with everything that may be left out: sections, bodies, measures, and four columns. */
static const char full_ini[] = "[section dau]\n"
                               "name_vi = Mục đầu\n"
                               "name_en = First\n"
                               "[section sau]\n"
                               "name_vi = Mục sau\n"
                               "[body pn]\n"
                               "name_vi = Hội Phụ nữ\n"
                               "name_en = Women\n"
                               "[measure cái / ngày]\n"
                               "name_en = pieces a day\n"
                               "[measure đồng]\n"
                               "name_en = dong\n"
                               "quantity = money\n";
static const char full_indicators[] =
    "number,code,form,section,name_vi,name_en,measure,nature,aggregation,decimals,signed,part_of,"
    "levels,valid_from,valid_to,rule,order,checks,required,body\n"
    "1,a,chung,sau,A,,cái / ngày,flow,sum,0,,,commune,,,,,<= 5,yes,pn\n"
    "2,b,chung,dau,B,,đồng,flow,sum,0,,,commune,,,,9,\"warn: commune in {0, 1}; >= c\",,\n"
    "3,c,chung,dau,C,,đồng,flow,sum,0,,,commune,,,\n";

static enum err read_full(const struct folder *state, const char *old, const char *new,
                          struct buf *said, struct catalogue **ret_catalogue)
{
    char *ini = mem_printf("%s%s", good_ini, full_ini);
    const char *whole = strstr(full_indicators, old) != NULL ? full_indicators : ini;
    char *changed = replaced(whole, old, new);
    const char *texts[FILE_COUNT] = {
        [INI] = whole == ini ? changed : ini,
        [INDICATORS] = whole == ini ? full_indicators : changed,
    };
    enum err err = read_folder(state, texts, said, ret_catalogue);
    free(changed);
    free(ini);
    return err;
}

static void test_full_folder(void **state)
{
    struct catalogue *catalogue;
    struct buf said = {0};

    enum err err = read_full(*state, "name_vi = Mục đầu", "name_vi = Mục đầu", &said, &catalogue);
    assert_string_equal((const char *)said.data, "");
    assert_int_equal(err, ERR_OK);
    assert_int_equal(catalogue->section_count, 2);
    assert_string_equal(catalogue->sections[0].name_en, "First");
    assert_string_equal(catalogue->bodies[0].name_vi, "Hội Phụ nữ");
    assert_string_equal(catalogue_measure(catalogue, "cái / ngày")->name_en, "pieces a day");
    assert_string_equal(catalogue_measure(catalogue, "đồng")->quantity, "money");
    const struct indicator *a = catalogue_indicator(catalogue, 1);
    const struct indicator *b = catalogue_indicator(catalogue, 2);
    const struct indicator *c = catalogue_indicator(catalogue, 3);
    assert_true(a->is_required && !b->is_required && !c->is_required);
    assert_string_equal(a->body, "pn");
    assert_int_equal(a->check_count, 1);
    assert_int_equal(b->check_count, 2);
    assert_int_equal(b->rank, 9);
    assert_string_equal(b->checks_text, "warn: commune in {0, 1}; >= c");
    assert_int_equal(catalogue->indicators_shown[0], 2); /* c, before b, before the other section */
    assert_int_equal(catalogue->indicators_shown[2], 0);
    catalogue_free(&catalogue);
    buf_fini(&said);
}

/* One change to that folder, and all that is said of it. */
static void test_problems_of_a_full_folder(void **state)
{
    static const struct {
        const char *name, *old, *new, *expected;
    } rows[] = {
        {"section", ",dau,B", ",dua,B",
         "indicators.csv:3:11: error: indicator 2: section \"dua\" is not in catalogue.ini: "
         "correct "
         "it, or add [section dua] there\n"},
        {"section without a name", "name_vi = Mục sau\n", "name_en = Later\n",
         "catalogue.ini:26:1: error: name_vi is missing in [section sau]: add `name_vi = ...`\n"},
        {"section code", "[section sau]", "[section mục]",
         "catalogue.ini:26:1: error: mục in [section mục] is not a code: write 1 to 32 letters "
         "a-z, "
         "digits and '_', starting with a letter\n"
         "indicators.csv:2:11: error: indicator 1: section \"sau\" is not in catalogue.ini: "
         "correct "
         "it, or add [section sau] there\n"},
        {"body", "yes,pn", "yes,np",
         "indicators.csv:2:63: error: indicator 1: body \"np\" is not in catalogue.ini: correct "
         "it, "
         "or add [body np] there\n"},
        {"measure", ",cái / ngày", ",cái/ngày",
         "indicators.csv:2:18: error: indicator 1: measure \"cái/ngày\" is not in catalogue.ini: "
         "correct it, or add [measure cái/ngày] there\n"},
        {"quantity", "quantity = money", "quantity = tiền",
         "catalogue.ini:34:12: error: the quantity of [measure đồng] is not a word: write 1 to 32 "
         "letters a-z, digits and '_', such as money or area; leave it out for a number of "
         "things\n"},
        {"a key that measures do not have", "quantity = money", "name_vi = đồng",
         "catalogue.ini:34:1: error: unknown key name_vi in [measure đồng]: correct its spelling "
         "or "
         "remove it\n"},
        {"order", ",9,\"warn", ",0,\"warn",
         "indicators.csv:3:47: error: order \"0\" is not a whole number from 1 to 4294967295: "
         "correct it\n"},
        {"required", ",yes,", ",must,",
         "indicators.csv:2:59: error: required \"must\" is not known: write yes, or leave it "
         "empty\n"},
        {"check", "<= 5", "<= d",
         "indicators.csv:2:57: error: indicator 1: its checks, at character 4: there is no "
         "indicator \"d\" in the catalogue: correct the name or add it\n"},
        {"check in quotes", ">= c\"", ">= a\"",
         "indicators.csv:3:75: error: indicator 2: its checks, at character 26: \"đồng\" is "
         "compared "
         "with \"cái / ngày\": both need the same unit of measure, or have to be numbers of "
         "things\n"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalogue *catalogue = NULL;
        struct buf said = {0};
        enum err err = read_full(*state, rows[i].old, rows[i].new, &said, &catalogue);
        if (strcmp((const char *)said.data, rows[i].expected) != 0)
            fail_msg("%s: got\n%s", rows[i].name, (const char *)said.data);
        assert_int_equal(err, ERR_INVALID);
        buf_fini(&said);
    }
}

/* Errors in all four files, of cells and of what rows say together, come in one answer. */
static void test_all_problems_at_once(void **state)
{
    static const char *const wanted[] = {
        "catalogue.ini:2:10: error: number has to be",
        "units.csv:3:9: error: level \"x\"",
        "units.csv:4:20: error: unit 1002: its parent 99 is not there",
        "forms.csv:3:1: error: form 1 is there twice",
        "indicators.csv:3:43: error: decimals \"z\"",
        "indicators.csv:5:3: error: indicator 4: its code \"b b\" is not a code",
    };
    const char *texts[FILE_COUNT];
    char *changed[FILE_COUNT + 2];
    struct catalogue *catalogue;
    struct buf said = {0};

    texts[INI] = changed[INI] = replaced(good_ini, "number = 3", "number = ba");
    changed[4] = replaced(good_units, "1001,01,commune", "1001,01,x");
    texts[UNITS] = changed[UNITS] = replaced(changed[4], "xa,64,,2022-12-31", "xa,99,,2022-12-31");
    texts[FORMS] = changed[FORMS] = replaced(good_forms, "7,rieng", "1,rieng");
    changed[5] = replaced(good_indicators, "sum,0,,a.all", "sum,z,,a.all");
    texts[INDICATORS] = changed[INDICATORS] = replaced(changed[5], "4,b,", "4,b b,");
    assert_int_equal(read_folder(*state, texts, &said, &catalogue), ERR_INVALID);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (strstr((const char *)said.data, wanted[i]) == NULL)
            fail_msg("%s is not in\n%s", wanted[i], (const char *)said.data);
    }
    for (size_t i = 0; i < sizeof changed / sizeof *changed; i++)
        free(changed[i]);
    buf_fini(&said);
}

/* Of many rows, half of them bad by themselves, half by what there is not: each is told once. */
static void test_many_problems(void **state)
{
    enum { PAIRS = 20 };
    const char *texts[FILE_COUNT] = {NULL};
    struct catalogue *catalogue;
    struct buf units = {0}, said = {0};

    buf_printf(&units, "%s", good_units);
    for (unsigned i = 0; i < PAIRS; i++)
        buf_printf(&units, "%u,c%u,x,xa,64,,,Xã,,\n%u,d%u,commune,xa,99,,,Xã,,\n", 2000 + i, i,
                   3000 + i, i);
    texts[UNITS] = (const char *)units.data;
    assert_int_equal(read_folder(*state, texts, &said, &catalogue), ERR_INVALID);
    for (unsigned i = 0; i < PAIRS; i++) {
        char level[40], parent[40];
        (void)snprintf(level, sizeof level, "units.csv:%u:", 7 + 2 * i);
        (void)snprintf(parent, sizeof parent, "unit %u: its parent 99", 3000 + i);
        const char *at = strstr((const char *)said.data, level);
        if (at == NULL || strstr(at + 1, level) != NULL)
            fail_msg("%s is not there once in\n%s", level, (const char *)said.data);
        if (strstr((const char *)said.data, parent) == NULL)
            fail_msg("%s is not in\n%s", parent, (const char *)said.data);
    }
    buf_fini(&units);
    buf_fini(&said);
}

/* Files that are not tables are told together, whichever they are. */
static void test_broken_files(void **state)
{
    static const char *const texts[FILE_COUNT] = {"[catalogue\n", "", "number,code\n\"", "\xFF"};
    struct catalogue *catalogue;
    struct buf said = {0};

    assert_int_equal(read_folder(*state, texts, &said, &catalogue), ERR_INVALID);
    assert_string_equal(
        (const char *)said.data,
        "catalogue.ini:1:1: error: not a section: write [name] alone on its line\n"
        "units.csv: error: cannot be opened: No such file or directory\n"
        "forms.csv:2:1: error: the quote that opens here is never closed: close it, or write a "
        "quote inside a quoted field twice\n"
        "indicators.csv:1:1: error: byte 0xff is not UTF-8: save the file again as UTF-8\n");
    buf_fini(&said);
}

/* One folder that is not there is one error, not four. */
static void test_no_folder(void **state)
{
    const struct folder *folder = *state;
    struct problems problems = {0};
    struct catalogue *catalogue;
    char *path = mem_printf("%s/none", folder->path);
    assert_int_equal(catalogue_dir_read(path, &problems, &catalogue), ERR_INVALID);
    assert_int_equal(problems.count, 1);
    assert_string_equal(problems.items[0].text, "there is no such folder: check its name");
    problems_fini(&problems);
    free(path);
}

/* The catalogue that is shipped as a sample is without a fault, and is the tree it says it is. */
static void test_sample(void **state)
{
    struct problems problems = {0};
    struct catalogue *catalogue;
    (void)state;

    enum err err = catalogue_dir_read("deploy/sample/gia-lai/catalogue", &problems, &catalogue);
    for (size_t i = 0; i < problems.count; i++)
        print_error("%s:%u: %s\n", problems.items[i].file, problems.items[i].place.line,
                    problems.items[i].text);
    assert_int_equal(err, ERR_OK);
    assert_int_equal(problems.count, 0);
    assert_int_equal(catalogue->unit_count, 1 + 17 + 10 + 20);
    assert_string_equal(catalogue_unit(catalogue, 23935)->versions[0].name_vi, "Xã Ia Piơr");
    assert_int_equal(catalogue_unit(catalogue, 23935)->versions[0].parent, 632);
    assert_non_null(catalogue_indicator_by_code(catalogue, "dialogue.total")->formula);
    catalogue_free(&catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_folder),
        cmocka_unit_test(test_one_problem),
        cmocka_unit_test(test_full_folder),
        cmocka_unit_test(test_problems_of_a_full_folder),
        cmocka_unit_test(test_days_between_calendars),
        cmocka_unit_test(test_all_problems_at_once),
        cmocka_unit_test(test_many_problems),
        cmocka_unit_test(test_rule_place),
        cmocka_unit_test(test_broken_files),
        cmocka_unit_test(test_no_folder),
        cmocka_unit_test(test_sample),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
