/* Every row of both catalogues is written out as texts, under the names that its columns have in
 * the files, and texts are compared: so a level that only moved in the list changes nothing else,
 * and a person reads what they would have to write. */
#include "client/catalogue_diff.h"

#include <stdlib.h>
#include <string.h>

#include "client/table.h"
#include "client/words.h"
#include "core/mem.h"

enum { FIELDS_MAX = 24, NO_ROW = -1 };

/* A row of a catalogue as texts. */
struct fields {
    const char *names[FIELDS_MAX];
    char *texts[FIELDS_MAX];
    size_t count;
};

struct diff {
    const struct common *common;
    const struct catalogue *before, *after;
    struct table *table;
    struct catalogue_changes changes;
};

/* The row that a line is about. */
struct subject {
    enum word what;
    uint32_t number; /* 0: it has none */
    const char *code;
    struct date from; /* of units: the day from which it holds */
};

static void fields_fini(struct fields *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        free(fields->texts[i]);
    fields->count = 0;
}

/* Takes `text` over. */
static void take_text(struct fields *fields, const char *name, char *text)
{
    fields->names[fields->count] = name;
    fields->texts[fields->count++] = text;
}

static void add_text(struct fields *fields, const char *name, const char *text)
{
    take_text(fields, name, mem_strdup(text));
}

static void add_number(struct fields *fields, const char *name, uint32_t number)
{
    take_text(fields, name, number != 0 ? mem_printf("%u", number) : mem_strdup(""));
}

static void add_day(struct fields *fields, const char *name, struct date date)
{
    char text[DATE_TEXT_SIZE];
    add_text(fields, name, date_format(date, text));
}

static void add_calendar_day(struct fields *fields, const char *name, bool is_there,
                             struct calendar_day day)
{
    char *text = mem_printf("%s%02u-%02u",
                            day.year_offset < 0   ? "-1/"
                            : day.year_offset > 0 ? "+1/"
                                                  : "",
                            day.month, day.day);
    if (is_there)
        add_text(fields, name, text);
    else
        add_text(fields, name, "");
    free(text);
}

static void add_levels(struct fields *fields, const char *name, const struct catalogue *catalogue,
                       uint32_t mask)
{
    struct buf text = {0};
    for (size_t i = 0; i < catalogue->level_count; i++)
        if ((mask >> i & 1u) != 0)
            buf_printf(&text, "%s%s", text.len > 0 ? "|" : "", catalogue->levels[i].code);
    add_text(fields, name, text.len > 0 ? (const char *)text.data : "");
    buf_fini(&text);
}

/* ---- lines ---- */

static void print_line(struct diff *diff, const struct subject *subject, const char *field,
                       const char *before, const char *after)
{
    const bool is_english = diff->common->is_english || diff->common->output != OUTPUT_TEXT;
    char day[DATE_TEXT_SIZE];
    table_add(diff->table, words(is_english, subject->what));
    if (subject->number != 0)
        table_addf(diff->table, "%u", subject->number);
    else
        table_add(diff->table, NULL);
    table_add(diff->table, subject->code);
    table_add(diff->table, field);
    table_add(diff->table, date_format(subject->from, day));
    table_add(diff->table, before);
    table_add(diff->table, after);
    diff->changes.count++;
}

static const char *event_word(const struct diff *diff, enum word word)
{
    return words(diff->common->is_english || diff->common->output != OUTPUT_TEXT, word);
}

static void print_changes(struct diff *diff, const struct subject *subject,
                          const struct fields *before, const struct fields *after)
{
    for (size_t i = 0; i < after->count; i++)
        if (strcmp(before->texts[i], after->texts[i]) != 0)
            print_line(diff, subject, after->names[i], before->texts[i], after->texts[i]);
}

/* One row in both: `before` or `after` may be NULL, which is a row that is new or gone. */
static void compare(struct diff *diff, const struct subject *subject, const struct fields *before,
                    const struct fields *after, const char *name)
{
    if (before == NULL)
        print_line(diff, subject, event_word(diff, WORD_DIFF_ADDED), NULL, name);
    else if (after == NULL)
        print_line(diff, subject, event_word(diff, WORD_DIFF_REMOVED), name, NULL);
    else
        print_changes(diff, subject, before, after);
}

/* ---- rows of catalogue.ini ---- */

static void describe_head(const struct catalogue *catalogue, struct fields *ret)
{
    const struct calendar *calendar = &catalogue->calendar;
    add_number(ret, "number", catalogue->number);
    add_text(ret, "title_vi", catalogue->title_vi);
    add_text(ret, "title_en", catalogue->title_en);
    add_calendar_day(ret, "s1_first", true, calendar->s1_first);
    add_calendar_day(ret, "s1_last", true, calendar->s1_last);
    add_calendar_day(ret, "s2_first", true, calendar->s2_first);
    add_calendar_day(ret, "s2_last", true, calendar->s2_last);
}

static void diff_head(struct diff *diff)
{
    struct fields before = {0}, after = {0};
    const struct subject subject = {.what = WORD_DIFF_CATALOGUE, .from = DATE_MIN};
    describe_head(diff->before, &before);
    describe_head(diff->after, &after);
    print_changes(diff, &subject, &before, &after);
    fields_fini(&before);
    fields_fini(&after);
}

static const char *describe_level(const struct level *level, struct fields *ret)
{
    static const char *const deadlines[] = {"deadline_s1", "deadline_s2", "deadline_y"};
    if (ret == NULL)
        return level->code;
    add_text(ret, "name_vi", level->name_vi);
    add_text(ret, "name_en", level->name_en);
    for (size_t label = 0; label < PERIOD_LABEL_COUNT; label++)
        add_calendar_day(ret, deadlines[label], level->has_deadline[label], level->deadline[label]);
    return level->code;
}

static const char *describe_type(const struct unit_type *type, struct fields *ret)
{
    if (ret == NULL)
        return type->code;
    add_text(ret, "name_vi", type->name_vi);
    add_text(ret, "name_en", type->name_en);
    return type->code;
}

static const char *describe_named(const struct named *named, struct fields *ret)
{
    if (ret == NULL)
        return named->code;
    add_text(ret, "name_vi", named->name_vi);
    add_text(ret, "name_en", named->name_en);
    return named->code;
}

static const char *describe_measure(const struct measure *measure, struct fields *ret)
{
    if (ret == NULL)
        return measure->name;
    add_text(ret, "name_en", measure->name_en);
    add_text(ret, "quantity", measure->quantity);
    return measure->name;
}

/* The lists of catalogue.ini, by what is said of their rows. */
static const enum word lists[] = {WORD_DIFF_LEVEL, WORD_DIFF_TYPE, WORD_DIFF_SECTION,
                                  WORD_DIFF_BODY, WORD_DIFF_MEASURE};

/* The code of row `i` of a list, NULL behind the last one; its fields too where `ret` is given. */
static const char *describe_row(const struct catalogue *c, enum word list, size_t i,
                                struct fields *ret)
{
    if (list == WORD_DIFF_LEVEL)
        return i < c->level_count ? describe_level(&c->levels[i], ret) : NULL;
    if (list == WORD_DIFF_TYPE)
        return i < c->type_count ? describe_type(&c->types[i], ret) : NULL;
    if (list == WORD_DIFF_SECTION)
        return i < c->section_count ? describe_named(&c->sections[i], ret) : NULL;
    if (list == WORD_DIFF_BODY)
        return i < c->body_count ? describe_named(&c->bodies[i], ret) : NULL;
    return i < c->measure_count ? describe_measure(&c->measures[i], ret) : NULL;
}

static int find_row(const struct catalogue *catalogue, enum word list, const char *code)
{
    const char *found;
    for (size_t i = 0; (found = describe_row(catalogue, list, i, NULL)) != NULL; i++)
        if (strcmp(found, code) == 0)
            return (int)i;
    return NO_ROW;
}

/* The row that stands before row `i` and is in both catalogues: where that is another one, the row
 * has moved. */
static const char *row_above(const struct catalogue *catalogue, enum word list, size_t i,
                             const struct catalogue *other)
{
    while (i-- > 0) {
        const char *code = describe_row(catalogue, list, i, NULL);
        if (find_row(other, list, code) != NO_ROW)
            return code;
    }
    return "";
}

static void describe_place(const struct catalogue *catalogue, enum word list, int i,
                           const struct catalogue *other, struct fields *ret)
{
    (void)describe_row(catalogue, list, (size_t)i, ret);      /* its code is known */
    if (list == WORD_DIFF_LEVEL || list == WORD_DIFF_SECTION) /* the order of others says nothing */
        add_text(ret, "after", row_above(catalogue, list, (size_t)i, other));
}

static void diff_list_row(struct diff *diff, enum word list, const char *code)
{
    struct fields before = {0}, after = {0};
    const struct subject subject = {.what = list, .code = code, .from = DATE_MIN};
    const int was = find_row(diff->before, list, code), is = find_row(diff->after, list, code);
    if (was != NO_ROW)
        describe_place(diff->before, list, was, diff->after, &before);
    if (is != NO_ROW)
        describe_place(diff->after, list, is, diff->before, &after);
    compare(diff, &subject, was != NO_ROW ? &before : NULL, is != NO_ROW ? &after : NULL,
            is != NO_ROW ? after.texts[0] : before.texts[0]);
    fields_fini(&before);
    fields_fini(&after);
}

static void diff_list(struct diff *diff, enum word list)
{
    const char *code;
    for (size_t i = 0; (code = describe_row(diff->after, list, i, NULL)) != NULL; i++)
        diff_list_row(diff, list, code);
    for (size_t i = 0; (code = describe_row(diff->before, list, i, NULL)) != NULL; i++)
        if (find_row(diff->after, list, code) == NO_ROW)
            diff_list_row(diff, list, code);
}

/* ---- forms and indicators ---- */

static void describe_form(const struct catalogue *catalogue, const struct form *form,
                          struct fields *ret)
{
    add_text(ret, "code", form->code);
    add_text(ret, "name_vi", form->name_vi);
    add_text(ret, "name_en", form->name_en);
    add_levels(ret, "due", catalogue, form->due_level_mask);
    add_text(ret, "accept", form->is_manual ? "manual" : "auto");
}

static void diff_form(struct diff *diff, const struct form *was, const struct form *is)
{
    struct fields before = {0}, after = {0};
    const struct form *any = is != NULL ? is : was;
    const struct subject subject = {WORD_DIFF_FORM, any->number, any->code, DATE_MIN};
    if (was != NULL)
        describe_form(diff->before, was, &before);
    if (is != NULL)
        describe_form(diff->after, is, &after);
    compare(diff, &subject, was != NULL ? &before : NULL, is != NULL ? &after : NULL, any->name_vi);
    fields_fini(&before);
    fields_fini(&after);
}

static const char *aggregation_text(enum aggregation aggregation)
{
    static const char *const texts[] = {[AGGREGATION_SUM] = "sum",
                                        [AGGREGATION_MAX] = "max",
                                        [AGGREGATION_MIN] = "min",
                                        [AGGREGATION_DERIVED] = ""};
    return texts[aggregation];
}

static void describe_indicator(const struct catalogue *catalogue, const struct indicator *indicator,
                               struct fields *ret)
{
    const struct form *form = catalogue_form(catalogue, indicator->form);
    const struct indicator *whole = catalogue_indicator(catalogue, indicator->part_of);
    add_text(ret, "code", indicator->code);
    add_text(ret, "form", form != NULL ? form->code : "");
    add_text(ret, "section", indicator->section);
    add_text(ret, "name_vi", indicator->name_vi);
    add_text(ret, "name_en", indicator->name_en);
    add_text(ret, "measure", indicator->measure);
    add_text(ret, "nature", indicator->nature == NATURE_STOCK ? "stock" : "flow");
    add_text(ret, "aggregation", aggregation_text(indicator->aggregation));
    take_text(ret, "decimals", mem_printf("%u", indicator->decimals));
    add_text(ret, "signed", indicator->is_signed ? "yes" : "");
    add_text(ret, "part_of", whole != NULL ? whole->code : "");
    add_levels(ret, "levels", catalogue, indicator->level_mask);
    add_day(ret, "valid_from", indicator->valid_from);
    add_day(ret, "valid_to", indicator->valid_to);
    add_text(ret, "rule", indicator->rule);
    add_text(ret, "checks", indicator->checks_text);
    add_text(ret, "body", indicator->body);
    add_number(ret, "order", indicator->rank);
    add_text(ret, "required", indicator->is_required ? "yes" : "");
}

static void diff_indicator(struct diff *diff, const struct indicator *was,
                           const struct indicator *is)
{
    struct fields before = {0}, after = {0};
    const struct indicator *any = is != NULL ? is : was;
    const struct subject subject = {WORD_DIFF_INDICATOR, any->number, any->code, DATE_MIN};
    if (was != NULL)
        describe_indicator(diff->before, was, &before);
    if (is != NULL)
        describe_indicator(diff->after, is, &after);
    if (was != NULL && is != NULL && strcmp(was->rule, is->rule) != 0)
        diff->changes.formula_count++;
    compare(diff, &subject, was != NULL ? &before : NULL, is != NULL ? &after : NULL, any->name_vi);
    fields_fini(&before);
    fields_fini(&after);
}

static void diff_numbered(struct diff *diff)
{
    const struct catalogue *before = diff->before, *after = diff->after;
    for (size_t i = 0; i < after->form_count; i++)
        diff_form(diff, catalogue_form(before, after->forms[i].number), &after->forms[i]);
    for (size_t i = 0; i < before->form_count; i++)
        if (catalogue_form(after, before->forms[i].number) == NULL)
            diff_form(diff, &before->forms[i], NULL);
    for (size_t i = 0; i < after->indicator_count; i++)
        diff_indicator(diff, catalogue_indicator(before, after->indicators[i].number),
                       &after->indicators[i]);
    for (size_t i = 0; i < before->indicator_count; i++)
        if (catalogue_indicator(after, before->indicators[i].number) == NULL)
            diff_indicator(diff, &before->indicators[i], NULL);
}

/* ---- units ---- */

/* What stands in the columns of units.csv on one day. */
static void describe_version(const struct catalogue *catalogue, const struct unit_version *version,
                             struct fields *ret)
{
    add_text(ret, "code", version->code);
    add_text(ret, "level", catalogue->levels[version->level].code);
    add_text(ret, "type", catalogue->types[version->type].code);
    add_number(ret, "parent", version->parent);
    add_text(ret, "name_vi", version->name_vi);
    add_text(ret, "name_en", version->name_en);
}

static void diff_day(struct diff *diff, const struct unit *was, const struct unit *is,
                     struct date day)
{
    struct fields before = {0}, after = {0};
    const struct unit_version *old = unit_at(was, day), *new = unit_at(is, day);
    if (old == NULL || new == NULL) /* first and last days are compared by themselves */
        return;
    const struct subject subject = {WORD_DIFF_UNIT, is->id, new->code, day};
    describe_version(diff->before, old, &before);
    describe_version(diff->after, new, &after);
    print_changes(diff, &subject, &before, &after);
    fields_fini(&before);
    fields_fini(&after);
}

/* The first day after `day` on which a row of one of the two begins; false if there is none. */
static bool next_day(const struct unit *was, const struct unit *is, struct date *day)
{
    struct date next = DATE_MAX;
    for (size_t i = 0; i < was->version_count; i++)
        if (date_compare(was->versions[i].from, *day) > 0 &&
            date_compare(was->versions[i].from, next) < 0)
            next = was->versions[i].from;
    for (size_t i = 0; i < is->version_count; i++)
        if (date_compare(is->versions[i].from, *day) > 0 &&
            date_compare(is->versions[i].from, next) < 0)
            next = is->versions[i].from;
    *day = next;
    return date_compare(next, DATE_MAX) != 0;
}

static void describe_life(const struct unit *unit, struct fields *ret)
{
    struct buf successors = {0};
    for (size_t i = 0; i < unit->successor_count; i++)
        buf_printf(&successors, "%s%u", i > 0 ? " " : "", unit->successors[i]);
    add_day(ret, "from", unit_begin(unit));
    add_day(ret, "to", unit_end(unit));
    add_text(ret, "successors", successors.len > 0 ? (const char *)successors.data : "");
    buf_fini(&successors);
}

static const struct unit_version *last_version(const struct unit *unit)
{
    return &unit->versions[unit->version_count - 1];
}

static void diff_unit(struct diff *diff, const struct unit *was, const struct unit *is)
{
    struct fields before = {0}, after = {0};
    const struct unit *any = is != NULL ? is : was;
    const struct unit_version *version = last_version(any);
    const struct subject subject = {WORD_DIFF_UNIT, any->id, version->code,
                                    was == NULL ? unit_begin(any) : DATE_MIN};
    if (was != NULL)
        describe_life(was, &before);
    if (is != NULL)
        describe_life(is, &after);
    compare(diff, &subject, was != NULL ? &before : NULL, is != NULL ? &after : NULL,
            version->name_vi);
    fields_fini(&before);
    fields_fini(&after);
    if (was == NULL || is == NULL)
        return;
    struct date day = DATE_MIN;
    diff_day(diff, was, is, day);
    while (next_day(was, is, &day))
        diff_day(diff, was, is, day);
}

static void diff_units(struct diff *diff)
{
    for (size_t i = 0; i < diff->after->unit_count; i++)
        diff_unit(diff, catalogue_unit(diff->before, diff->after->units[i].id),
                  &diff->after->units[i]);
    for (size_t i = 0; i < diff->before->unit_count; i++)
        if (catalogue_unit(diff->after, diff->before->units[i].id) == NULL)
            diff_unit(diff, &diff->before->units[i], NULL);
}

void catalogue_diff(const struct common *common, const struct catalogue *before,
                    const struct catalogue *after, FILE *out, struct catalogue_changes *ret_changes)
{
    static const struct {
        const char *key;
        enum word word;
        enum table_align align;
    } columns[] = {
        {"what", WORD_COLUMN_WHAT, TABLE_LEFT},   {"number", WORD_COLUMN_NUMBER, TABLE_RIGHT},
        {"code", WORD_COLUMN_CODE, TABLE_LEFT},   {"field", WORD_COLUMN_FIELD, TABLE_LEFT},
        {"from", WORD_COLUMN_FROM, TABLE_LEFT},   {"before", WORD_COLUMN_BEFORE, TABLE_LEFT},
        {"after", WORD_COLUMN_AFTER, TABLE_LEFT},
    };
    struct diff diff = {common, before, after, table_new(), {0}};
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        table_add_column(diff.table, columns[i].key, words(common->is_english, columns[i].word),
                         columns[i].align);
    diff_head(&diff);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        diff_list(&diff, lists[i]);
    diff_numbered(&diff);
    diff_units(&diff);
    table_print(diff.table, common->output, out);
    table_free(&diff.table);
    *ret_changes = diff.changes;
}
