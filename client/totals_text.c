/* Totals for people: a table in the order of the catalogue's sections, with the units beneath each
 * indicator where they are asked for. */
#include "client/totals.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/edition.h"
#include "client/selection.h"
#include "client/spoken.h"
#include "client/table.h"
#include "client/words.h"
#include "core/catalogue.h"
#include "core/instant.h"
#include "core/mem.h"

struct output_text {
    const struct common *common;
    const Tonghop__Totals *totals;
    struct table *table;
    size_t width; /* columns */
    bool has_previous, has_plan, has_waiting;
};

/* The row of the indicator that row `i` is a part of, the number of rows if it is not there. */
static size_t whole_of(const Tonghop__Totals *totals, size_t i)
{
    size_t whole = 0;
    while (whole < totals->n_indicators &&
           totals->indicators[whole]->number != totals->indicators[i]->part_of)
        whole++;
    return totals->indicators[i]->part_of != 0 ? whole : totals->n_indicators;
}

static bool is_within(const Tonghop__Totals *totals, size_t i, size_t whole)
{
    for (int depth = 0; depth < CATALOGUE_DEPTH_MAX && i < totals->n_indicators; depth++) {
        if (i == whole)
            return true;
        i = whole_of(totals, i);
    }
    return false;
}

static bool is_same_section(const Tonghop__Totals *totals, size_t i, size_t j)
{
    return strcmp(totals->indicators[i]->section, totals->indicators[j]->section) == 0;
}

/* Whether row `i` stands beneath `whole` with nothing between them but other parts of it. */
static bool is_beneath(const Tonghop__Totals *totals, size_t i, size_t whole)
{
    if (whole >= i || !is_same_section(totals, i, whole))
        return false;
    for (size_t between = whole + 1; between < i; between++)
        if (is_same_section(totals, between, i) && !is_within(totals, between, whole))
            return false;
    return true;
}

/* How many wholes it stands beneath in this table: the order may be that of the question. */
static int depth_of(const Tonghop__Totals *totals, size_t i)
{
    int depth = 0;
    while (depth < CATALOGUE_DEPTH_MAX && is_beneath(totals, i, whole_of(totals, i))) {
        i = whole_of(totals, i);
        depth++;
    }
    return depth;
}

/* How many reports a figure is made of, "25/16" where it is compared; nothing where there are none:
 * a figure that was not reported, or one that the tree alone gives. */
static void add_counts(const struct output_text *out, uint32_t count, uint32_t previous_count)
{
    if (count == 0 && previous_count == 0)
        table_add(out->table, NULL);
    else if (out->has_previous)
        table_addf(out->table, "%" PRIu32 "/%" PRIu32, count, previous_count);
    else
        table_addf(out->table, "%" PRIu32, count);
}

/* "+118 (tăng 4,30 %)"; of a rate "+2,30 (tăng 2,30 điểm %)". */
static void add_change(const struct output_text *out, const Tonghop__IndicatorInfo *info,
                       const struct format *format, const Tonghop__Value *value,
                       const Tonghop__Value *previous)
{
    bool is_english = out->common->is_english;
    struct amount now = format_amount(value), before = format_amount(previous);
    struct amount change = compare_change(&now, &before);
    struct amount relative = spoken_relative(&now, &before);
    bool is_rate = strcmp(info->measure, "%") == 0;
    struct spoken spoken =
        is_rate ? spoken_of_change(is_english, info) : spoken_of_percent(is_english);
    Tonghop__Value difference;
    format_of_amount(&change, &difference);
    char *absolute = format_change(format, &difference);
    char *said = is_rate || relative.has_value
                     ? spoken_change(&spoken, is_rate ? &change : &relative)
                     : NULL;
    if (change.has_value && said != NULL && strcmp(absolute, said) != 0) /* "not down" once */
        table_addf(out->table, "%s (%s)", absolute, said);
    else
        table_add(out->table, absolute);
    free(absolute);
    free(said);
}

static void add_percent(const struct output_text *out, const Tonghop__Value *value,
                        const Tonghop__Value *plan)
{
    struct amount done = format_amount(value), planned = format_amount(plan);
    struct amount percent = compare_percent(&done, &planned, SPOKEN_PERCENT_DECIMALS);
    struct spoken spoken = spoken_of_percent(out->common->is_english);
    table_take(out->table, spoken_figure(&spoken, &percent));
}

/* "so với kỳ trước không cùng điều kiện: ..." */
static void put_unequal(const struct output_text *out, unsigned reasons, enum word with,
                        struct buf *notes)
{
    static const enum word reason_words[] = {WORD_UNEQUAL_CALENDAR, WORD_UNEQUAL_HALF,
                                             WORD_UNEQUAL_UNITS,    WORD_UNEQUAL_EARLY,
                                             WORD_UNEQUAL_BASELINE, WORD_UNEQUAL_YEARS};
    bool is_english = out->common->is_english;
    const char *separator = ": ";
    if (reasons == 0)
        return;
    format_add_mark(notes, words(is_english, with));
    for (size_t i = 0; i < sizeof(reason_words) / sizeof(reason_words[0]); i++) {
        if ((reasons >> i & 1U) == 0)
            continue;
        buf_printf(notes, "%s%s", separator, words(is_english, reason_words[i]));
        separator = ", ";
    }
}

static void add_notes(const struct output_text *out, const struct format *format,
                      const Tonghop__Value *value, const Tonghop__Value *previous,
                      const Tonghop__Value *plan)
{
    struct buf notes = {0};
    char *marks = format_marks(format, value);
    format_add_mark(&notes, marks);
    if (out->has_previous)
        put_unequal(out, totals_unequal_previous(out->totals, value, previous),
                    WORD_UNEQUAL_PREVIOUS, &notes);
    if (out->has_plan)
        put_unequal(out, totals_unequal_plan(value, plan), WORD_UNEQUAL_PLAN, &notes);
    table_take(out->table, format_take_marks(&notes));
    free(marks);
}

static void add_figures(const struct output_text *out, size_t unit, size_t i)
{
    const Tonghop__UnitTotals *row = out->totals->units[unit];
    const Tonghop__Value *value = row->values[i];
    const Tonghop__Value *previous = totals_value(row->previous, row->n_previous, i);
    const Tonghop__Value *plan = totals_value(row->plan, row->n_plan, i);
    const struct format format = totals_format(out->common, out->totals, i);

    table_take(out->table, format_value(&format, value));
    if (out->has_waiting)
        table_take(out->table,
                   format_value(&format, totals_value(row->waiting, row->n_waiting, i)));
    if (out->has_plan) {
        table_take(out->table, format_value(&format, plan));
        add_percent(out, value, plan);
    }
    if (out->has_previous) {
        table_take(out->table, format_value(&format, previous));
        add_change(out, out->totals->indicators[i], &format, value, previous);
    }
    add_counts(out, value->unit_count, previous->unit_count);
    add_notes(out, &format, value, previous, plan);
}

static void add_indicator(const struct output_text *out, size_t i)
{
    const Tonghop__Totals *totals = out->totals;
    const Tonghop__IndicatorInfo *info = totals->indicators[i];
    int indent = 2 * depth_of(totals, i);
    table_addf(out->table, "%*s%s", indent, "", selection_indicator_name(out->common, info));
    table_add(out->table, info->code);
    table_add(out->table, selection_measure(out->common, info));
    add_figures(out, 0, i);
    for (size_t u = 1; u < totals->n_units; u++) {
        const Tonghop__UnitTotals *row = totals->units[u];
        const char *code = row->type_vi[0] != '\0' ? row->unit->type : row->unit->code;
        table_addf(out->table, "%*s%s %s", indent + 4, "", code, totals_row_name(out->common, row));
        table_skip(out->table, 2); /* code and measure */
        add_figures(out, u, i);
    }
}

static bool is_first_of_section(const Tonghop__Totals *totals, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(totals->indicators[j]->section, totals->indicators[i]->section) == 0)
            return false;
    return true;
}

static void add_section(const struct output_text *out, const Tonghop__IndicatorInfo *first)
{
    table_addf(out->table, "[%s]",
               words_name(out->common->is_english, first->section, first->section_en));
    table_skip(out->table, out->width - 1);
}

static void add_column(struct output_text *out, const char *heading, enum table_align align)
{
    table_add_column(out->table, "", heading, align);
    out->width++;
}

/* "2019", or "2009–2019". */
static char *span_text(const char *from, const char *last)
{
    return from[0] != '\0' ? mem_printf("%s–%s", from, last) : mem_strdup(last);
}

static void add_columns(struct output_text *out)
{
    bool is_english = out->common->is_english;
    const Tonghop__Totals *totals = out->totals;
    char *period = span_text(totals->from, totals->period);
    char *previous = span_text(totals->previous_from, totals->previous);
    add_column(out, words(is_english, WORD_CATALOGUE_INDICATORS), TABLE_LEFT);
    add_column(out, words(is_english, WORD_COLUMN_CODE), TABLE_LEFT);
    add_column(out, words(is_english, WORD_COLUMN_MEASURE), TABLE_LEFT);
    add_column(out, period, TABLE_RIGHT);
    if (out->has_waiting)
        add_column(out, words(is_english, WORD_COLUMN_WAITING), TABLE_RIGHT);
    if (out->has_plan) {
        add_column(out, words(is_english, WORD_COLUMN_PLAN), TABLE_RIGHT);
        add_column(out, words(is_english, WORD_COLUMN_DONE), TABLE_RIGHT);
    }
    if (out->has_previous) {
        add_column(out, previous, TABLE_RIGHT);
        add_column(out, words(is_english, WORD_COLUMN_CHANGE), TABLE_RIGHT);
    }
    add_column(out, words(is_english, WORD_COLUMN_UNIT_COUNT), TABLE_RIGHT);
    add_column(out, words(is_english, WORD_COLUMN_MARKS), TABLE_LEFT);
    free(period);
    free(previous);
}

static void print_edition(const struct common *common, const Tonghop__Edition *edition)
{
    char time[INSTANT_TEXT_SIZE];
    (void)printf(words(common->is_english, WORD_EDITION_OF_TOTALS), edition->number,
                 edition_rank_text(common, edition->rank), edition->unit->code,
                 selection_unit_name(common, edition->unit),
                 instant_format((struct instant){edition->time_us}, time));
}

void totals_print_text(const struct common *common, const Tonghop__Totals *totals)
{
    struct output_text out = {.common = common,
                              .totals = totals,
                              .table = table_new(),
                              .has_previous = totals->previous[0] != '\0',
                              .has_plan = totals->units[0]->n_plan > 0,
                              .has_waiting = totals->units[0]->n_waiting > 0};
    const Tonghop__UnitInfo *unit = totals->units[0]->unit;
    char *period = span_text(totals->from, totals->period);
    (void)printf("%s %s, %s", unit->code, selection_unit_name(common, unit), period);
    (void)printf(words(common->is_english, WORD_TOTALS_CATALOGUE), totals->catalogue);
    if (totals->edition != NULL)
        print_edition(common, totals->edition);
    (void)printf("\n\n");
    add_columns(&out);
    for (size_t first = 0; first < totals->n_indicators; first++) {
        const char *section = totals->indicators[first]->section;
        if (!is_first_of_section(totals, first))
            continue;
        if (section[0] != '\0')
            add_section(&out, totals->indicators[first]);
        for (size_t i = first; i < totals->n_indicators; i++)
            if (strcmp(totals->indicators[i]->section, section) == 0)
                add_indicator(&out, i);
    }
    table_print(out.table, OUTPUT_TEXT, stdout);
    table_free(&out.table);
    free(period);
}
