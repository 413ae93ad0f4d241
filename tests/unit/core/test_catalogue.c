#include "lib/cm.h"

#include "core/mem.h"

static struct date day(int year, int month, int day_of_month)
{
    struct date date = {0};

    assert_int_equal(date_make(year, month, day_of_month, &date), ERR_OK);
    return date;
}

static void replace_text(char **slot, const char *text)
{
    char *old = *slot;

    *slot = mem_strdup(text);
    free(old);
}

/* An unfinished catalogue with three levels and types, and no unit, form or indicator. */
static struct catalogue *empty_catalogue(uint32_t number)
{
    struct catalogue *catalogue = catalogue_new();
    const char *words[] = {"province", "district", "commune"};

    catalogue->number = number;
    catalogue->title_vi = mem_strdup("Thử");
    catalogue->calendar = (struct calendar){{-1, 12, 15}, {0, 6, 14}, {0, 6, 15}, {0, 12, 14}};
    for (size_t i = 0; i < 3; i++) {
        char *word = mem_strdup(words[i]);

        catalogue_add_level(catalogue, &(struct level){.code = word, .name_vi = word});
        catalogue_add_type(catalogue, &(struct unit_type){.code = word, .name_vi = word});
        free(word);
    }
    return catalogue;
}

static void finish(struct catalogue *catalogue)
{
    struct problems problems = {0};

    if (catalogue_finish(catalogue, NULL, &problems) != ERR_OK)
        fail_msg("%s", problems.items[0].text);
    assert_int_equal(problems.count, 0);
}

struct row {
    uint32_t id;
    struct date from, to;
    uint32_t parent;
    uint8_t level;
    const char *code;
    uint32_t successor; /* 0: none */
};

static void add_row(struct catalogue *catalogue, struct row row)
{
    char *code = mem_strdup(row.code);
    const struct unit_version version = {
        .from = row.from,
        .to = row.to,
        .parent = row.parent,
        .level = row.level,
        .type = row.level,
        .code = code,
        .name_vi = code,
    };

    catalogue_add_unit_version(catalogue, row.id, &version, &row.successor, row.successor != 0);
    free(code);
}

/* Every table is found by its number or id and by its code; what is not there is NULL or -1. */
static void lookups_find_what_is_there(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();

    for (size_t i = 0; i < catalogue->unit_count; i++)
        assert_ptr_equal(catalogue_unit(catalogue, catalogue->units[i].id), &catalogue->units[i]);
    for (size_t i = 0; i < catalogue->indicator_count; i++) {
        const struct indicator *indicator = &catalogue->indicators[i];

        assert_ptr_equal(catalogue_indicator(catalogue, indicator->number), indicator);
        assert_ptr_equal(catalogue_indicator_by_code(catalogue, indicator->code), indicator);
    }
    for (size_t i = 0; i < catalogue->form_count; i++) {
        const struct form *form = &catalogue->forms[i];

        assert_ptr_equal(catalogue_form(catalogue, form->number), form);
        assert_ptr_equal(catalogue_form_by_code(catalogue, form->code), form);
    }
    assert_int_equal(catalogue_level_by_code(catalogue, "province"), 0);
    assert_int_equal(catalogue_level_by_code(catalogue, "commune"), 2);
    assert_string_equal(catalogue->types[catalogue_type_by_code(catalogue, "xa")].name_vi, "xã");

    assert_null(catalogue_unit(catalogue, 0));
    assert_null(catalogue_unit(catalogue, 65));
    assert_null(catalogue_indicator(catalogue, 15));
    assert_null(catalogue_indicator_by_code(catalogue, "model"));
    assert_null(catalogue_indicator_by_code(catalogue, ""));
    assert_null(catalogue_form(catalogue, 3));
    assert_null(catalogue_form_by_code(catalogue, "general "));
    assert_int_equal(catalogue_level_by_code(catalogue, "Commune"), -1);
    assert_int_equal(catalogue_type_by_code(catalogue, ""), -1);
    catalogue_free(&catalogue);
    assert_null(catalogue);
    catalogue_free(&catalogue); /* NULL is free-safe */
}

/* Looking up in a catalogue without rows finds nothing and does not fail. */
static void lookups_in_an_empty_catalogue(void **state)
{
    (void)state;
    struct catalogue *catalogue = catalogue_new();
    uint32_t id = 99;

    assert_int_equal(catalogue->number, 0);
    assert_null(catalogue_unit(catalogue, 1));
    assert_null(catalogue_indicator(catalogue, 1));
    assert_null(catalogue_indicator_by_code(catalogue, "a"));
    assert_null(catalogue_form(catalogue, 1));
    assert_int_equal(catalogue_find_unit(catalogue, "1", DATE_MIN, &id), ERR_NOT_FOUND);
    assert_int_equal(id, 99);
    catalogue_free(&catalogue);
}

/* The sample is what cm.h says of it: other tests stand on it. */
static void sample_is_as_documented(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    const struct unit *merged = catalogue_unit(catalogue, 23899);

    assert_int_equal(catalogue->number, 1);
    assert_int_equal(catalogue->level_count, 3);
    assert_int_equal(catalogue->type_count, 4);
    assert_int_equal(catalogue->unit_count, 9);
    assert_int_equal(catalogue->form_count, 2);
    assert_int_equal(catalogue->indicator_count, 15);
    assert_int_equal(unit_end(merged).days, day(2024, 9, 30).days);
    assert_int_equal(merged->successor_count, 1);
    assert_int_equal(merged->successors[0], 23888);
    assert_false(catalogue->levels[0].has_deadline[PERIOD_Y - 1]);
    assert_true(catalogue->levels[2].has_deadline[PERIOD_S1 - 1]);
    assert_int_equal(catalogue_form(catalogue, 1)->due_level_mask, 6);
    assert_int_equal(catalogue_form(catalogue, 2)->due_level_mask, 4);
    assert_int_equal(catalogue_indicator(catalogue, 3)->part_of, 2);
    assert_int_equal(catalogue_indicator(catalogue, 7)->decimals, 1);
    assert_true(catalogue_indicator(catalogue, 13)->is_signed);
    assert_non_null(catalogue_indicator(catalogue, 5)->formula);
    assert_null(catalogue_indicator(catalogue, 6)->formula);
    catalogue_free(&catalogue);
}

/* Rows may come in any order: the rows of one id become one unit with its versions in order and
 * each successor once; strings are copied. */
static void rows_come_in_any_order(void **state)
{
    (void)state;
    struct catalogue *catalogue = empty_catalogue(1);
    struct date end = day(2024, 9, 30), later = day(2025, 6, 30);
    char code[] = "100";
    const struct unit_version version = {.from = DATE_MIN,
                                         .to = end,
                                         .parent = 1,
                                         .level = 2,
                                         .type = 2,
                                         .code = code,
                                         .name_vi = code};
    const uint32_t successors[] = {300, 200, 300};

    add_row(catalogue, (struct row){100, {later.days + 1}, day(2026, 1, 1), 1, 2, "102", 200});
    add_row(catalogue, (struct row){300, DATE_MIN, DATE_MAX, 1, 2, "300", 0});
    catalogue_add_unit_version(catalogue, 100, &version, successors, 3);
    code[0] = 'X';
    add_row(catalogue, (struct row){200, DATE_MIN, DATE_MAX, 1, 2, "200", 0});
    add_row(catalogue, (struct row){100, {end.days + 1}, later, 1, 2, "101", 0});
    add_row(catalogue, (struct row){1, DATE_MIN, DATE_MAX, 0, 0, "1", 0});
    finish(catalogue);

    const struct unit *unit = catalogue_unit(catalogue, 100);
    assert_int_equal(catalogue->unit_count, 4);
    assert_int_equal(unit->version_count, 3);
    assert_string_equal(unit->versions[0].code, "100");
    assert_string_equal(unit->versions[1].code, "101");
    assert_string_equal(unit->versions[2].code, "102");
    assert_string_equal(unit->versions[2].name_en, "");
    assert_int_equal(unit->successor_count, 2);
    assert_int_equal(unit->successors[0], 200);
    assert_int_equal(unit->successors[1], 300);
    catalogue_free(&catalogue);
}

/* A code says nothing without a date, and a word that means two units is refused, not guessed. */
static void units_are_found_as_people_name_them(void **state)
{
    (void)state;
    struct catalogue *catalogue = empty_catalogue(1);
    struct date end = day(2025, 6, 30), next = day(2025, 7, 1);
    struct date before = day(2025, 1, 1), after = day(2025, 12, 1);

    add_row(catalogue, (struct row){1, DATE_MIN, DATE_MAX, 0, 0, "01", 0});
    add_row(catalogue, (struct row){100, DATE_MIN, end, 1, 2, "100", 200});
    add_row(catalogue, (struct row){200, next, DATE_MAX, 1, 2, "100", 0}); /* reuses the code */
    add_row(catalogue, (struct row){300, DATE_MIN, DATE_MAX, 1, 1, "55", 0});
    add_row(catalogue, (struct row){400, DATE_MIN, DATE_MAX, 300, 2, "55", 0}); /* other level */
    add_row(catalogue, (struct row){500, DATE_MIN, DATE_MAX, 300, 2, "A-7", 0});
    finish(catalogue);

    const struct {
        const char *text;
        struct date day;
        enum err err;
        uint32_t id;
    } rows[] = {
        {"100", before, ERR_OK, 100}, /* id and code agree */
        {"100", after, ERR_EXISTS, 0},
        {"id:100", after, ERR_OK, 100},
        {"code:100", before, ERR_OK, 100},
        {"code:100", after, ERR_OK, 200},
        {"200", before, ERR_OK, 200}, /* an id is an id on every day */
        {"code:200", after, ERR_NOT_FOUND, 0},
        {"55", after, ERR_EXISTS, 0},
        {"code:55", after, ERR_EXISTS, 0},
        {"id:55", after, ERR_NOT_FOUND, 0},
        {"01", after, ERR_OK, 1},
        {"code:01", after, ERR_OK, 1},
        {"id:01", after, ERR_NOT_FOUND, 0}, /* ids have no leading zero */
        {"1", after, ERR_OK, 1},
        {"A-7", after, ERR_OK, 500},
        {"a-7", after, ERR_NOT_FOUND, 0},
        {"", after, ERR_NOT_FOUND, 0},
        {"id:", after, ERR_NOT_FOUND, 0},
        {"code:", after, ERR_NOT_FOUND, 0},
        {"0", after, ERR_NOT_FOUND, 0},
        {"-1", after, ERR_NOT_FOUND, 0},
        {"4294967396", after, ERR_NOT_FOUND, 0}, /* 100 + 2^32 */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t id = 0;

        if (catalogue_find_unit(catalogue, rows[i].text, rows[i].day, &id) != rows[i].err ||
            id != rows[i].id)
            fail_msg("'%s' (row %zu): %u", rows[i].text, i, id);
    }
    catalogue_free(&catalogue);
}

/* The sample again, as its author would publish it next: number 2. */
static struct catalogue *next_sample(void)
{
    struct catalogue *catalogue = sample_catalogue();

    catalogue->number = 2;
    return catalogue;
}

/* Changes made to a finished catalogue, to compare it with the sample. */
static void same_number(struct catalogue *c)
{
    c->number = 1;
}
static void other_calendar(struct catalogue *c)
{
    c->calendar.s1_last.day = 13;
}
static void indicator_gone(struct catalogue *c)
{
    c->indicators[0].number = 99;
}
static void other_code(struct catalogue *c)
{
    replace_text(&c->indicators[0].code, "model.other");
}
static void other_decimals(struct catalogue *c)
{
    c->indicators[0].decimals = 1;
}
static void other_nature(struct catalogue *c)
{
    c->indicators[0].nature = NATURE_STOCK;
}
static void other_aggregation(struct catalogue *c)
{
    c->indicators[0].aggregation = AGGREGATION_MAX;
}
static void other_sign(struct catalogue *c)
{
    c->indicators[0].is_signed = true;
}
static void other_form(struct catalogue *c)
{
    c->indicators[0].form = 2;
}
static void form_gone(struct catalogue *c)
{
    c->form_count = 1;
    free(c->forms[1].code);
    free(c->forms[1].name_vi);
    free(c->forms[1].name_en);
    free(c->forms[1].body);
}

static struct unit *unit_of(struct catalogue *c, uint32_t id)
{
    return &c->units[catalogue_unit(c, id) - c->units];
}

static void unit_gone(struct catalogue *c)
{
    unit_of(c, 23899)->id = 23900;
}
static void other_parent(struct catalogue *c)
{
    unit_of(c, 23860)->versions[0].parent = 632;
}
static void other_level(struct catalogue *c)
{
    unit_of(c, 23860)->versions[0].level = 1;
}
static void other_type(struct catalogue *c)
{
    unit_of(c, 23860)->versions[0].type = 3;
}
static void ends_before_last_fixed_day(struct catalogue *c)
{
    unit_of(c, 23860)->versions[0].to = day(2025, 6, 13);
}
static void ends_on_last_fixed_day(struct catalogue *c)
{
    unit_of(c, 23860)->versions[0].to = day(2025, 6, 14);
}
static void ends_earlier(struct catalogue *c)
{
    unit_of(c, 23899)->versions[0].to = day(2024, 9, 29);
}
static void begins_later(struct catalogue *c)
{
    unit_of(c, 23899)->versions[0].from = day(2020, 1, 1);
}
static void other_successor(struct catalogue *c)
{
    unit_of(c, 23899)->successors[0] = 23887;
}
static void other_names(struct catalogue *c)
{
    replace_text(&unit_of(c, 23860)->versions[0].name_vi, "Xã Bình Yên");
    replace_text(&c->indicators[0].name_vi, "Mô hình đã đăng ký");
    replace_text(&c->title_vi, "Danh mục mới");
}
static void other_rule(struct catalogue *c)
{
    replace_text(&c->indicators[4].rule, "= 1");
}
static void other_deadline(struct catalogue *c)
{
    c->levels[1].deadline[0].day = 25;
}
/* Who owes what, and until when, is for the owner of the programme to say, also of past periods. */
static void other_duties(struct catalogue *c)
{
    c->forms[0].due_level_mask = 4;
    c->forms[0].due_type_mask = 4;
    c->forms[0].due_label_mask = 1;
    c->levels[1].has_deadline[0] = false;
    c->levels[1].working_days[0] = 3;
    catalogue_add_holiday(c, &(struct holiday){.first = day(2024, 1, 1), .last = day(2024, 1, 1)});
    catalogue_add_exception(
        c, &(struct duty_exception){.unit = 23860, .from = DATE_MIN, .to = day(2024, 6, 14)});
}
static void nothing(struct catalogue *c)
{
    (void)c;
}

/* What was published stays: numbers and meaning of indicators, and the tree of every window that
 * has begun (on 1 July 2024: until 14 December 2024). Names, rules and deadlines may change. */
static void what_was_published_stays(void **state)
{
    (void)state;
    const struct {
        const char *name;
        void (*change)(struct catalogue *c);
        const char *says; /* NULL: it may follow */
    } rows[] = {
        {"nothing but the number", nothing, NULL},
        {"names and titles", other_names, NULL},
        {"rule of a derived indicator", other_rule, NULL},
        {"deadline", other_deadline, NULL},
        {"duties, deadlines, holidays and exceptions", other_duties, NULL},
        {"an end on the last fixed day", ends_on_last_fixed_day, NULL},
        {"an end before it", ends_before_last_fixed_day, "on 2025-06-14"},
        {"same number", same_number, "give it a higher one"},
        {"calendar", other_calendar, "the calendar of 2025 cannot change"},
        {"indicator gone", indicator_gone, "indicator 1 (model.registered) is gone"},
        {"code", other_code, "its code was published"},
        {"decimals", other_decimals, "its decimals was published"},
        {"nature", other_nature, "its nature was published"},
        {"aggregation", other_aggregation, "its aggregation was published"},
        {"sign", other_sign, "its sign was published"},
        {"form of an indicator", other_form, "its form was published"},
        {"form gone", form_gone, "form 2 (security) is gone"},
        {"unit gone", unit_gone, "unit 23899 is gone"},
        {"parent", other_parent, "unit 23860 changes its place"},
        {"level", other_level, "unit 23860 changes its place"},
        {"type", other_type, "unit 23860 changes its place"},
        {"end moved", ends_earlier, "on 2024-09-30"},
        {"begin moved", begins_later, "on its first day"},
        {"successor", other_successor, "unit 23899 has other successors"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalogue *current = sample_catalogue(), *next = next_sample();
        struct problems problems = {0};

        rows[i].change(next);
        enum err err = catalogue_check_succession(current, next, day(2025, 7, 1), &problems);
        if (err != (rows[i].says == NULL ? ERR_OK : ERR_INVALID))
            fail_msg("%s: err %d: %s", rows[i].name, err,
                     problems.count > 0 ? problems.items[0].text : "no problem");
        if (rows[i].says != NULL && strstr(problems.items[0].text, rows[i].says) == NULL)
            fail_msg("%s: %s", rows[i].name, problems.items[0].text);
        problems_fini(&problems);
        catalogue_free(&current);
        catalogue_free(&next);
    }
}

/* The last fixed day is that of the latest half-year that has ended: a change is refused up to it
 * and taken from the day after, also with effect from some days ago. */
static void windows_that_have_ended_are_fixed(void **state)
{
    (void)state;
    const struct {
        const char *name;
        struct date today, change; /* first day of the new parent */
        enum err err;
    } rows[] = {
        {"in S1: the year before has ended", day(2024, 1, 10), day(2023, 12, 14), ERR_INVALID},
        {"in S1: from its first day", day(2024, 1, 10), day(2023, 12, 15), ERR_OK},
        {"last day of S1: S1 still runs", day(2024, 6, 14), day(2024, 1, 1), ERR_OK},
        {"first day of S2: S1 has ended", day(2024, 6, 15), day(2024, 6, 14), ERR_INVALID},
        {"first day of S2: from that day", day(2024, 6, 15), day(2024, 6, 15), ERR_OK},
        {"districts abolished five days ago", day(2025, 7, 5), day(2025, 6, 30), ERR_OK},
        {"long ago", day(2024, 7, 1), day(2000, 1, 1), ERR_INVALID},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalogue *current = empty_catalogue(1), *next = empty_catalogue(2);
        struct catalogue *both[] = {current, next};
        struct problems problems = {0};
        struct date last = {rows[i].change.days - 1};

        for (size_t j = 0; j < 2; j++) {
            add_row(both[j], (struct row){1, DATE_MIN, DATE_MAX, 0, 0, "1", 0});
            add_row(both[j], (struct row){10, DATE_MIN, DATE_MAX, 1, 1, "10", 0});
            add_row(both[j], (struct row){20, DATE_MIN, DATE_MAX, 1, 1, "20", 0});
        }
        add_row(current, (struct row){100, DATE_MIN, DATE_MAX, 10, 2, "100", 0});
        add_row(next, (struct row){100, DATE_MIN, last, 10, 2, "100", 0});
        add_row(next, (struct row){100, rows[i].change, DATE_MAX, 20, 2, "101", 0});
        finish(current);
        finish(next);
        if (catalogue_check_succession(current, next, rows[i].today, &problems) != rows[i].err)
            fail_msg("%s", rows[i].name);
        problems_fini(&problems);
        catalogue_free(&current);
        catalogue_free(&next);
    }
}

/* A new unit begins after the windows that have ended. */
static void new_units_begin_later(void **state)
{
    (void)state;
    const struct {
        struct date begin;
        enum err err;
    } rows[] = {{day(2024, 6, 14), ERR_INVALID}, {day(2024, 6, 15), ERR_OK}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalogue *current = empty_catalogue(1), *next = empty_catalogue(2);
        struct problems problems = {0};

        add_row(current, (struct row){1, DATE_MIN, DATE_MAX, 0, 0, "1", 0});
        add_row(next, (struct row){1, DATE_MIN, DATE_MAX, 0, 0, "1", 0});
        add_row(next, (struct row){2, rows[i].begin, DATE_MAX, 1, 1, "2", 0});
        finish(current);
        finish(next);
        assert_int_equal(catalogue_check_succession(current, next, day(2024, 7, 1), &problems),
                         rows[i].err);
        problems_fini(&problems);
        catalogue_free(&current);
        catalogue_free(&next);
    }
}

/* A row may be split, and levels may stand elsewhere in the list, as long as every day says the
 * same of the unit. */
static void the_tree_is_compared_by_day(void **state)
{
    (void)state;
    struct catalogue *current = empty_catalogue(1), *next = empty_catalogue(2);
    struct problems problems = {0};
    struct date split = day(2010, 1, 1);
    const struct level district = next->levels[1];

    next->levels[1] = next->levels[2];
    next->levels[2] = district; /* what was a commune is now above */
    add_row(current, (struct row){1, DATE_MIN, DATE_MAX, 0, 0, "1", 0});
    add_row(current, (struct row){2, DATE_MIN, DATE_MAX, 1, 2, "2", 0});
    add_row(next, (struct row){1, DATE_MIN, split, 0, 0, "old code", 0});
    add_row(next, (struct row){1, {split.days + 1}, DATE_MAX, 0, 0, "1", 0});
    add_row(next, (struct row){2, DATE_MIN, DATE_MAX, 1, 1, "2", 0});
    next->units[2].versions[0].type = 2;
    finish(current);
    finish(next);
    if (catalogue_check_succession(current, next, day(2024, 7, 1), &problems) != ERR_OK)
        fail_msg("%s", problems.items[0].text);
    catalogue_free(&current);
    catalogue_free(&next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lookups_find_what_is_there),
        cmocka_unit_test(lookups_in_an_empty_catalogue),
        cmocka_unit_test(sample_is_as_documented),
        cmocka_unit_test(rows_come_in_any_order),
        cmocka_unit_test(units_are_found_as_people_name_them),
        cmocka_unit_test(what_was_published_stays),
        cmocka_unit_test(windows_that_have_ended_are_fixed),
        cmocka_unit_test(new_units_begin_later),
        cmocka_unit_test(the_tree_is_compared_by_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
