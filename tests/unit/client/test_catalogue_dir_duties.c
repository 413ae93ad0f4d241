/* Who owes what in a catalogue's folder: columns of forms.csv, deadlines in working days, and the
 * two files that may be left out; each mistake is told at its cell. */
#include "lib/cm.h"

#include <stdio.h>
#include <unistd.h>

#include "client/catalogue_dir.h"
#include "client/catalogue_show.h"
#include "core/mem.h"

static const char ini[] = "[catalogue]\nnumber = 3\ntitle_vi = Thử\n"
                          "[calendar]\ns1_first = -1/12-15\ns1_last = 06-14\n"
                          "s2_first = 06-15\ns2_last = 12-14\n"
                          "[level province]\nname_vi = Cấp tỉnh\n"
                          "[level commune]\nname_vi = Cấp xã\n"
                          "deadline_s1 = +3 working days\n"
                          "deadline_y = +1 working day\n"
                          "[type tinh]\nname_vi = tỉnh\n"
                          "[type xa]\nname_vi = xã\n"
                          "[type phuong]\nname_vi = phường\n"
                          "[body pn]\nname_vi = Hội Phụ nữ\n";
static const char units[] = "id,code,level,type,parent,from,to,name_vi,name_en,successors\n"
                            "64,64,province,tinh,,,,Tỉnh Thử,Thu Province,\n"
                            "1001,01,commune,xa,64,,,Xã Một,Mot Commune,\n"
                            "1002,02,commune,phuong,64,,,Phường Hai,,\n";
static const char forms[] = "number,code,name_vi,name_en,due,accept,types,body,periods\n"
                            "1,chung,Chung,,commune,,,,\n"
                            "2,pn,Phụ nữ,,commune,manual,xa | phuong,pn,s1|y\n";
static const char indicators[] =
    "number,code,form,section,name_vi,name_en,measure,nature,aggregation,decimals,signed,part_of,"
    "levels,valid_from,valid_to,rule\n";
static const char holidays[] = "first,last,name_vi,name_en,working\n"
                               "2024-02-08,2024-02-14,Tết Nguyên đán,Tet,\n"
                               "2024-04-18,,Giỗ Tổ,,\n"
                               "2024-05-04,2024-05-04,Làm bù,,yes\n";
static const char exceptions[] = "unit,form,from,to,reason\n"
                                 "1002,pn,2024-01-01,2024-12-31,Mới thành lập\n"
                                 "1001,,,2023-12-31,Lũ\n";

enum { INI, UNITS, FORMS, INDICATORS, HOLIDAYS, EXCEPTIONS, FILE_COUNT };
static const char *const names[FILE_COUNT] = {"catalogue.ini",  "units.csv",    "forms.csv",
                                              "indicators.csv", "holidays.csv", "exceptions.csv"};
static const char *const good[FILE_COUNT] = {ini, units, forms, indicators, holidays, exceptions};

static int make_folder(void **state)
{
    char *path = mem_strdup("/tmp/test_catalogue_dir_duties.XXXXXX");
    *state = path;
    return mkdtemp(path) == NULL;
}

static int remove_folder(void **state)
{
    int rc = rmdir(*state);
    free(*state);
    return rc;
}

/* Reads the good folder with the file `changed` replaced by `text` (NULL: without it). Problems
 * come a line each, without the folder's name; the caller frees. */
static char *read_in(bool is_vietnamese, const char *folder, int changed, const char *text,
                     struct catalogue **ret_catalogue)
{
    struct problems problems = {.is_vietnamese = is_vietnamese};
    struct buf said = {0};
    char *paths[FILE_COUNT];

    *ret_catalogue = NULL;
    for (int i = 0; i < FILE_COUNT; i++) {
        const char *content = i == changed ? text : good[i];
        paths[i] = mem_printf("%s/%s", folder, names[i]);
        if (content == NULL)
            continue;
        FILE *file = fopen(paths[i], "w");
        assert_non_null(file);
        assert_true(fputs(content, file) >= 0);
        assert_int_equal(fclose(file), 0);
    }
    enum err err = catalogue_dir_read(folder, &problems, ret_catalogue);
    assert_int_equal(err == ERR_OK, *ret_catalogue != NULL);
    assert_int_equal(err == ERR_OK, problems.error_count == 0);
    for (int i = 0; i < FILE_COUNT; i++) {
        (void)unlink(paths[i]); /* it may have been left out */
        free(paths[i]);
    }
    buf_printf(&said, "%s", "");
    for (size_t i = 0; i < problems.count; i++) {
        char *line = problem_format(&problems.items[i]);
        buf_printf(&said, "%s\n", line + strlen(folder) + 1);
        free(line);
    }
    problems_fini(&problems);
    char *copy = mem_strdup((const char *)said.data);
    buf_fini(&said);
    return copy;
}

static char *read_folder(const char *folder, int changed, const char *text,
                         struct catalogue **ret_catalogue)
{
    return read_in(false, folder, changed, text, ret_catalogue);
}

static char *replaced(const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    assert_non_null(at);
    assert_null(strstr(at + 1, old));
    return mem_printf("%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

static void assert_date(struct date date, const char *text)
{
    char formatted[DATE_TEXT_SIZE];
    assert_string_equal(date_format(date, formatted), text);
}

/* Rule: all that may be said of duties arrives in the catalogue. */
static void duties_are_read(void **state)
{
    struct catalogue *c;
    char *said = read_folder(*state, -1, NULL, &c);
    assert_string_equal(said, "");
    assert_int_equal(c->levels[1].working_days[PERIOD_S1 - 1], 3);
    assert_int_equal(c->levels[1].working_days[PERIOD_S2 - 1], 0);
    assert_int_equal(c->levels[1].working_days[PERIOD_Y - 1], 1);
    assert_false(c->levels[1].has_deadline[PERIOD_S1 - 1]);
    assert_int_equal(catalogue_form(c, 1)->due_type_mask, 0);
    assert_int_equal(catalogue_form(c, 1)->due_label_mask, 0);
    assert_string_equal(catalogue_form(c, 1)->body, "");
    assert_int_equal(catalogue_form(c, 2)->due_type_mask, 6);
    assert_int_equal(catalogue_form(c, 2)->due_label_mask, 5);
    assert_string_equal(catalogue_form(c, 2)->body, "pn");
    assert_int_equal(c->holiday_count, 3);
    assert_date(c->holidays[0].last, "2024-02-14");
    assert_string_equal(c->holidays[0].name_en, "Tet");
    assert_date(c->holidays[1].last, "2024-04-18"); /* one day, where no last one is given */
    assert_true(!c->holidays[1].is_worked && c->holidays[2].is_worked);
    assert_int_equal(c->exception_count, 2); /* by unit */
    assert_int_equal(c->exceptions[0].unit, 1001);
    assert_int_equal(c->exceptions[0].form, 0);
    assert_true(date_compare(c->exceptions[0].from, DATE_MIN) == 0);
    assert_date(c->exceptions[0].to, "2023-12-31");
    assert_int_equal(c->exceptions[1].form, 2);
    assert_string_equal(c->exceptions[1].reason, "Mới thành lập");
    catalogue_free(&c);
    free(said);
}

/* Rule: holidays.csv and exceptions.csv may be left out; deadlines in working days then have a
 * warning, and the column of days that are worked may be left out, too. */
static void files_may_be_left_out(void **state)
{
    struct catalogue *c;
    char *said = read_folder(*state, EXCEPTIONS, NULL, &c);
    assert_string_equal(said, "");
    assert_int_equal(c->exception_count, 0);
    catalogue_free(&c);
    free(said);
    said = read_folder(*state, HOLIDAYS, NULL, &c);
    assert_string_equal(said, "holidays.csv: warning: deadlines are counted in working days, and "
                              "no public holiday is known: all of them count as working days\n");
    assert_int_equal(c->holiday_count, 0);
    catalogue_free(&c);
    free(said);
    said = read_folder(*state, HOLIDAYS,
                       "name_vi,first,last,name_en\nTết,2024-01-01,,\nTết,2026-01-01,,\n", &c);
    assert_string_equal(said, "holidays.csv: warning: no public holiday of 2025 is known, and "
                              "deadlines are counted in working days: add those of that year\n");
    assert_int_equal(c->holiday_count, 2);
    catalogue_free(&c);
    free(said);
}

#define DEADLINE(name)                                                                             \
    "error: deadline_" name " is not a day of every year: write 06-14, or +1/01-10 for a day of "  \
    "the year after, or +3 working days (1 to 60) after the period has ended\n"

/* Rule: one mistake is one message, with its line, its column and what to do. */
static void mistakes_are_told_at_their_cells(void **state)
{
    static const struct {
        int file;
        const char *old, *new, *expected;
    } rows[] = {
        {INI, "+3 working days", "+0 working days", "catalogue.ini:13:15: " DEADLINE("s1")},
        {INI, "+3 working days", "+61 working days", "catalogue.ini:13:15: " DEADLINE("s1")},
        {INI, "+3 working days", "+4294967299 working days",
         "catalogue.ini:13:15: " DEADLINE("s1")},
        {INI, "+3 working days", "3 working days", "catalogue.ini:13:15: " DEADLINE("s1")},
        {INI, "+3 working days", "+3 days", "catalogue.ini:13:15: " DEADLINE("s1")},
        {INI, "+1 working day", "+1 working day or so", "catalogue.ini:14:14: " DEADLINE("y")},
        {FORMS, "xa | phuong", "xa | thon",
         "forms.csv:3:29: error: type \"thon\" is not in catalogue.ini: add [type thon] there, or "
         "correct it; several are separated by |\n"},
        {FORMS, "s1|y", "s1,y",
         "forms.csv:3:47: error: the row has 10 fields but the header has 9: remove a comma, or "
         "put quotes around the field that contains it\n"},
        {FORMS, "s1|y", "S1|y",
         "forms.csv:3:44: error: period \"S1\" is not known: write s1, s2 or y; several are "
         "separated by |\n"},
        {FORMS, ",pn,s1", ",np,s1",
         "forms.csv:3:41: error: form 2: body \"np\" is not in catalogue.ini: correct it, or add "
         "[body np] there\n"},
        {FORMS, "commune,manual", ",manual",
         "forms.csv:3:22: error: form 2 has types, but no level owes it: write its levels into "
         "due, or leave types empty\n"
         "forms.csv:3:37: error: form 2 has periods, but no level owes it: write its levels into "
         "due, or leave periods empty\n"},
        {FORMS, "types,body,periods", "type,body,periods",
         "forms.csv:1:40: error: unknown column \"type\": correct its spelling or remove it\n"},
        {HOLIDAYS, "first,last", "day,last",
         "holidays.csv:1:1: error: the column first is missing: add it, and fill it in in every "
         "row\n"
         "holidays.csv:1:1: error: unknown column \"day\": correct its spelling or remove it\n"},
        {HOLIDAYS, "2024-02-08", "8/2/2024",
         "holidays.csv:2:1: error: first \"8/2/2024\" is not a day: write 2024-12-14\n"},
        {HOLIDAYS, "2024-02-14", "2024-02-30",
         "holidays.csv:2:12: error: last \"2024-02-30\" is not a day: write 2024-12-14\n"},
        {HOLIDAYS, "2024-04-18,", ",",
         "holidays.csv:3:1: error: first \"\" is not a day: write 2024-12-14\n"},
        {HOLIDAYS, "2024-02-14", "2023-02-14",
         "holidays.csv:2:1: error: a holiday has to end on the day on which it begins or later, "
         "and to last at most 31 days: correct its days\n"},
        {HOLIDAYS, "2024-04-18", "2024-02-14",
         "holidays.csv:3:1: error: a holiday has a day of another row: give each day to one\n"},
        {HOLIDAYS, "2024-04-18", "1824-04-18",
         "holidays.csv:3:1: error: a holiday lies outside the years 1900 to 2999: correct its "
         "days\n"},
        {HOLIDAYS, "Giỗ Tổ", "",
         "holidays.csv:3:13: error: a holiday: its Vietnamese name is empty: fill it in\n"},
        {HOLIDAYS, "2024-05-04,2024-05-04", "2024-05-03,2024-05-04",
         "holidays.csv:4:1: error: a day that is worked in exchange has to be a Saturday or "
         "Sunday: others are worked anyway\n"},
        {HOLIDAYS, ",yes", ",có",
         "holidays.csv:4:31: error: working \"có\" is not known: write yes, or leave it empty\n"},
        {EXCEPTIONS, "1002,pn", "02,pn",
         "exceptions.csv:2:1: error: an exception is for unit 2, which is not there: write the id "
         "(not the code) of a unit that is\n"},
        {EXCEPTIONS, "1002,pn", "xã,pn",
         "exceptions.csv:2:1: error: unit \"xã\" is not a whole number from 1 to 4294967295: "
         "correct it\n"},
        {EXCEPTIONS, "1002,pn", "1002,np",
         "exceptions.csv:2:6: error: form \"np\" is not in forms.csv: correct it, or add the form "
         "there\n"},
        {EXCEPTIONS, "2024-12-31", "",
         "exceptions.csv:2:20: error: the exception of unit 1002 has no last day: an exception "
         "ends; write the day\n"},
        {EXCEPTIONS, "2024-12-31", "31/12/2024",
         "exceptions.csv:2:20: error: to \"31/12/2024\" is not a day: write 2024-12-14\n"},
        {EXCEPTIONS, "2024-01-01", "2025-01-01",
         "exceptions.csv:2:9: error: the exception of unit 1002 ends before it begins: correct one "
         "of the days\n"},
        {EXCEPTIONS, "Mới thành lập", "",
         "exceptions.csv:2:31: error: the exception of unit 1002: its reason is empty: fill it "
         "in\n"},
        {EXCEPTIONS, "1001,,,2023-12-31,Lũ", "1002,pn,2024-12-31,2025-12-31,Lũ",
         "exceptions.csv:3:9: error: unit 1002 has two exceptions of one form on the same days: "
         "end one before the other begins\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = replaced(good[rows[i].file], rows[i].old, rows[i].new);
        struct catalogue *c;
        char *said = read_folder(*state, rows[i].file, text, &c);
        if (c != NULL || strcmp(said, rows[i].expected) != 0)
            fail_msg("%s: got\n%s", rows[i].new, said);
        free(said);
        free(text);
    }
}

/* Rule: officers read them in Vietnamese. */
static void mistakes_are_told_in_vietnamese(void **state)
{
    static const struct {
        int file;
        const char *old, *new, *says;
    } rows[] = {
        {INI, "+3 working days", "3 ngày",
         "catalogue.ini:13:15: lỗi: deadline_s1 không phải là ngày có trong mọi năm: viết 06-14, "
         "hoặc +1/01-10 cho một ngày của năm sau, hoặc +3 working days (1 đến 60) là số ngày làm "
         "việc sau khi hết kỳ\n"},
        {FORMS, "s1|y", "s1|năm",
         "forms.csv:3:44: lỗi: kỳ “năm” không hợp lệ: viết s1, s2 hoặc y; nếu có nhiều kỳ thì cách "
         "nhau bằng |\n"},
        {FORMS, "xa | phuong", "xã",
         "forms.csv:3:29: lỗi: loại đơn vị “xã” không có trong catalogue.ini: thêm [type xã] vào "
         "đó, hoặc sửa lại; nếu có nhiều loại thì cách nhau bằng |\n"},
        {HOLIDAYS, "2024-02-08", "8/2",
         "holidays.csv:2:1: lỗi: first “8/2” không phải là ngày: viết 2024-12-14\n"},
        {HOLIDAYS, "2024-04-18", "2024-02-14",
         "holidays.csv:3:1: lỗi: có ngày nghỉ trùng với dòng khác: mỗi ngày chỉ ghi một lần\n"},
        {EXCEPTIONS, "2024-12-31", "",
         "exceptions.csv:2:20: lỗi: ngoại lệ của đơn vị 1002 chưa có ngày cuối: ngoại lệ phải có "
         "thời hạn; ghi ngày đó\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = replaced(good[rows[i].file], rows[i].old, rows[i].new);
        struct catalogue *c;
        char *said = read_in(true, *state, rows[i].file, text, &c);
        assert_string_equal(said, rows[i].says);
        free(said);
        free(text);
    }
    struct catalogue *c;
    char *said = read_in(true, *state, HOLIDAYS, NULL, &c);
    assert_string_equal(said, "holidays.csv: cảnh báo: hạn nộp tính theo ngày làm việc mà chưa có "
                              "ngày nghỉ lễ nào: các ngày lễ đều bị tính là ngày làm việc\n");
    free(said);
    catalogue_free(&c);
}

/* What a list shows as CSV, without the carriage returns of RFC 4180; the caller frees. */
static char *shown(const struct catalogue *c, const char *what, const struct common *common)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_true(catalogue_can_show(what));
    catalogue_show(common, c, what, out);
    assert_int_equal(fclose(out), 0);
    for (char *from = text, *to = text;; from++) {
        if (*from != '\r')
            *to++ = *from;
        if (*from == '\0')
            return text;
    }
}

/* Rule: `catalogue show` lists them, programs by the same words in every language. */
static void duties_are_shown(void **state)
{
    static const struct {
        const char *what, *text;
    } rows[] = {
        {"forms", "number,code,name,due,accept,types,periods,body\n"
                  "1,chung,Chung,commune,auto,,,\n2,pn,Phụ nữ,commune,manual,xa phuong,s1 y,pn\n"},
        {"holidays", "first,last,name,working\n2024-02-08,2024-02-14,Tết Nguyên đán,\n"
                     "2024-04-18,2024-04-18,Giỗ Tổ,\n2024-05-04,2024-05-04,Làm bù,yes\n"},
        {"exceptions", "unit,code,name,form,from,to,reason\n"
                       "1001,01,Xã Một,,,2023-12-31,Lũ\n"
                       "1002,02,Phường Hai,pn,2024-01-01,2024-12-31,Mới thành lập\n"},
    };
    struct catalogue *c;
    const struct common csv = {.output = OUTPUT_CSV};
    const struct common text = {.output = OUTPUT_TEXT, .is_english = true};
    free(read_folder(*state, -1, NULL, &c));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *lines = shown(c, rows[i].what, &csv);
        assert_string_equal(lines, rows[i].text);
        free(lines);
    }
    char *lines = shown(c, "holidays", &text);
    assert_non_null(strstr(lines, "First day   Last day    Name"));
    assert_non_null(strstr(lines, "2024-02-08  2024-02-14  Tet"));
    free(lines);
    catalogue_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(duties_are_read),
        cmocka_unit_test(files_may_be_left_out),
        cmocka_unit_test(mistakes_are_told_at_their_cells),
        cmocka_unit_test(mistakes_are_told_in_vietnamese),
        cmocka_unit_test(duties_are_shown),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
