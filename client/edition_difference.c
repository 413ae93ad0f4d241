/* What changed between two editions: what the figures were and are, and each cause. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/edition.h"
#include "client/format.h"
#include "client/selection.h"
#include "client/words.h"
#include "core/instant.h"
#include "core/int128.h"
#include "core/mem.h"
#include "core/person.h"

struct term {
    const char *name;
    enum word word;
};

static struct term term_of(const Tonghop__Cause *cause)
{
    static const struct term terms[] = {
        [TONGHOP__CAUSE_TYPE__CAUSE_TYPE_UNSPECIFIED] = {"unknown", WORD_EDITION_UNKNOWN},
        [TONGHOP__CAUSE_TYPE__CAUSE_TYPE_FILED] = {"filed", WORD_CAUSE_FILED},
        [TONGHOP__CAUSE_TYPE__CAUSE_TYPE_CORRECTED] = {"corrected", WORD_CAUSE_CORRECTED},
        [TONGHOP__CAUSE_TYPE__CAUSE_TYPE_WITHDRAWN] = {"withdrawn", WORD_CAUSE_WITHDRAWN},
        [TONGHOP__CAUSE_TYPE__CAUSE_TYPE_RETURNED] = {"returned", WORD_CAUSE_RETURNED},
        [TONGHOP__CAUSE_TYPE__CAUSE_TYPE_ACCEPTED] = {"accepted", WORD_CAUSE_ACCEPTED},
        [TONGHOP__CAUSE_TYPE__CAUSE_TYPE_CATALOGUE] = {"catalogue", WORD_CAUSE_CATALOGUE},
    };
    size_t type = (size_t)cause->type;
    if (cause->type == TONGHOP__CAUSE_TYPE__CAUSE_TYPE_FILED && cause->late)
        return (struct term){"late", WORD_CAUSE_LATE};
    return terms[type < sizeof(terms) / sizeof(terms[0]) ? type : 0];
}

/* NULL: the node names an indicator that it does not describe. */
static const Tonghop__IndicatorInfo *find_info(const Tonghop__Difference *difference,
                                               uint32_t number)
{
    for (size_t i = 0; i < difference->n_indicators; i++)
        if (difference->indicators[i]->number == number)
            return difference->indicators[i];
    return NULL;
}

/* A change of the total is a number: whatever it is made of, it adds up. */
static Tonghop__Value change_of(const Tonghop__CauseCell *cell)
{
    Tonghop__Value value = TONGHOP__VALUE__INIT;
    value.has_value = true;
    value.value_high = cell->change_high;
    value.value_low = cell->change_low;
    value.qualifier = TONGHOP__QUALIFIER__QUALIFIER_EXACT;
    return value;
}

/* By how much the total changed: where nothing is known, nothing counts in it. NULL: nothing is
 * known on either side. */
static const Tonghop__Value *total_change(const Tonghop__Value *before, const Tonghop__Value *after,
                                          Tonghop__Value *change)
{
    Tonghop__Value zero = TONGHOP__VALUE__INIT;
    zero.has_value = true;
    zero.qualifier = TONGHOP__QUALIFIER__QUALIFIER_EXACT;
    if (!before->has_value && !after->has_value)
        return NULL;
    format_subtract(after->has_value ? after : &zero, before->has_value ? before : &zero, change);
    return change;
}

/* NULL: it is not known when. */
static const char *time_of(const Tonghop__Cause *cause, char *out)
{
    return cause->received_us != 0 ? instant_format((struct instant){cause->received_us}, out)
                                   : NULL;
}

/* ---- for people ---- */

static char *side_text(const struct common *common, const Tonghop__Edition *edition)
{
    char time[INSTANT_TEXT_SIZE];
    if (edition == NULL)
        return mem_strdup(words(common->is_english, WORD_EDITION_NOW));
    return mem_printf(words(common->is_english, WORD_EDITION_SIDE), edition->number,
                      edition_rank_text(common, edition->rank),
                      instant_format((struct instant){edition->time_us}, time));
}

static void print_title(const struct common *common, const Tonghop__Difference *difference)
{
    char *from = side_text(common, difference->from), *to = side_text(common, difference->to);
    (void)printf(words(common->is_english, WORD_EDITION_TITLE), difference->unit->code,
                 selection_unit_name(common, difference->unit), difference->period);
    (void)printf(": %s → %s\n", from, to);
    free(from);
    free(to);
}

static void print_figures(const struct common *common, const Tonghop__Difference *difference)
{
    static const struct heading columns[] = {
        {"", WORD_CATALOGUE_INDICATORS, TABLE_LEFT}, {"", WORD_COLUMN_CODE, TABLE_LEFT},
        {"", WORD_COLUMN_MEASURE, TABLE_LEFT},       {"", WORD_COLUMN_BEFORE, TABLE_RIGHT},
        {"", WORD_COLUMN_AFTER, TABLE_RIGHT},        {"", WORD_COLUMN_CHANGE, TABLE_RIGHT},
    };
    struct table *table = table_new();
    table_add_headings(table, common->is_english, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < difference->n_indicators; i++) {
        const Tonghop__IndicatorInfo *info = difference->indicators[i];
        const Tonghop__Value *before = difference->before[i], *after = difference->after[i];
        const struct format format = format_of(common->is_english, info);
        Tonghop__Value room;
        const Tonghop__Value *change = total_change(before, after, &room);
        table_add(table, selection_indicator_name(common, info));
        table_add(table, info->code);
        table_add(table, selection_measure(common, info));
        table_take(table, format_value(&format, before));
        table_take(table, format_value(&format, after));
        table_take(table, change != NULL ? format_change(&format, change) : mem_strdup("–"));
    }
    (void)printf("\n");
    table_print(table, OUTPUT_TEXT, stdout);
    table_free(&table);
}

static void add_what(const struct common *common, const Tonghop__Cause *cause, struct table *table)
{
    const char *word = words(common->is_english, term_of(cause).word);
    if (cause->type == TONGHOP__CAUSE_TYPE__CAUSE_TYPE_CATALOGUE)
        table_addf(table, words(common->is_english, WORD_CAUSE_CATALOGUE), cause->catalogue_before,
                   cause->catalogue_after);
    else
        table_add(table, word);
}

static void add_who(const struct common *common, const Tonghop__Cause *cause, struct table *table)
{
    char time[INSTANT_TEXT_SIZE];
    bool is_report = cause->type != TONGHOP__CAUSE_TYPE__CAUSE_TYPE_CATALOGUE;
    table_add(table, is_report ? time_of(cause, time) : NULL);
    add_what(common, cause, table);
    if (is_report)
        table_addf(table, "%s %s", cause->unit->code, selection_unit_name(common, cause->unit));
    else
        table_add(table, NULL);
    table_add(table, cause->form);
    table_add(table, cause->period);
    if (cause->revision_before != 0 && cause->revision_after != 0)
        table_addf(table, "%" PRIu64 " → %" PRIu64, cause->revision_before, cause->revision_after);
    else if (is_report)
        table_addf(table, "%s%" PRIu64 "%s", cause->revision_before == 0 ? "– → " : "",
                   cause->revision_before + cause->revision_after,
                   cause->revision_before == 0 ? "" : " → –");
    else
        table_add(table, NULL);
}

/* Who made the report; of one that was returned, who returned it. */
static void add_author(const struct common *common, const Tonghop__Cause *cause,
                       struct table *table)
{
    char person[PERSON_SHOWN_SIZE];
    if (cause->type != TONGHOP__CAUSE_TYPE__CAUSE_TYPE_RETURNED || cause->decided_by == NULL)
        table_add(table, cause->author);
    else
        table_addf(table, "%s%s%s", person_show(cause->person, person),
                   cause->person[0] != '\0' ? ", " : "",
                   selection_unit_name(common, cause->decided_by));
}

static void add_figure(const struct common *common, const Tonghop__IndicatorInfo *info,
                       const Tonghop__CauseCell *cell, struct table *table)
{
    if (info == NULL) {
        table_skip(table, 3);
        return;
    }
    const struct format format = format_of(common->is_english, info);
    char *before = format_value(&format, cell->before), *after = format_value(&format, cell->after);
    const Tonghop__Value change = change_of(cell);
    table_add(table, info->code);
    table_addf(table, "%s → %s", before, after);
    table_take(table, format_change(&format, &change));
    free(before);
    free(after);
}

static void print_causes(const struct common *common, const Tonghop__Difference *difference)
{
    static const struct heading columns[] = {
        {"", WORD_COLUMN_RECEIVED, TABLE_LEFT}, {"", WORD_COLUMN_CAUSE, TABLE_LEFT},
        {"", WORD_KEYS_UNIT, TABLE_LEFT},       {"", WORD_COLUMN_FORM, TABLE_LEFT},
        {"", WORD_COLUMN_PERIOD, TABLE_LEFT},   {"", WORD_COLUMN_REVISION, TABLE_RIGHT},
        {"", WORD_COLUMN_CODE, TABLE_LEFT},     {"", WORD_COLUMN_FIGURE, TABLE_RIGHT},
        {"", WORD_COLUMN_CHANGE, TABLE_RIGHT},  {"", WORD_COLUMN_AUTHOR, TABLE_LEFT},
        {"", WORD_COLUMN_REASON, TABLE_LEFT},
    };
    struct table *table = table_new();
    table_add_headings(table, common->is_english, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t c = 0; c < difference->n_causes; c++) {
        const Tonghop__Cause *cause = difference->causes[c];
        for (size_t i = 0; i < cause->n_cells || i == 0; i++) {
            const Tonghop__CauseCell *cell = i < cause->n_cells ? cause->cells[i] : NULL;
            if (i == 0)
                add_who(common, cause, table);
            else
                table_skip(table, 6);
            add_figure(common, cell != NULL ? find_info(difference, cell->indicator) : NULL, cell,
                       table);
            if (i == 0)
                add_author(common, cause, table);
            else
                table_add(table, NULL);
            table_add(table, i == 0 ? cause->reason : NULL);
        }
    }
    (void)printf("\n");
    table_print(table, OUTPUT_TEXT, stdout);
    table_free(&table);
}

static void print_text(const struct common *common, const Tonghop__Difference *difference)
{
    print_title(common, difference);
    if (difference->n_indicators > 0)
        print_figures(common, difference);
    if (difference->n_causes > 0)
        print_causes(common, difference);
    if (difference->n_indicators == 0 && difference->n_causes == 0)
        (void)printf("%s\n", words(common->is_english, WORD_EDITION_SAME));
}

/* ---- for programs ---- */

static const char *const keys[] = {
    "row",
    "indicator",
    "name",
    "measure",
    "before",
    "before_qualifier",
    "before_upper",
    "after",
    "after_qualifier",
    "after_upper",
    "change",
    "cause",
    "unit",
    "unit_id",
    "unit_name",
    "form",
    "period",
    "revision_before",
    "revision_after",
    "received",
    "author",
    "person",
    "reason",
    "late",
    "catalogue_before",
    "catalogue_after",
    "decided_by",
};

enum { CAUSE_KEYS = 16 }; /* from "cause" on */

static void add_info(const struct common *common, const Tonghop__IndicatorInfo *info,
                     struct table *table)
{
    if (info == NULL) {
        table_skip(table, 3);
        return;
    }
    table_add(table, info->code);
    table_add(table, selection_indicator_name(common, info));
    table_add(table, selection_measure(common, info));
}

static void add_total(const struct common *common, const Tonghop__Difference *difference, size_t i,
                      struct table *table)
{
    const Tonghop__IndicatorInfo *info = difference->indicators[i];
    const Tonghop__Value *before = difference->before[i], *after = difference->after[i];
    const struct format format = format_of(common->is_english, info);
    Tonghop__Value room;
    const Tonghop__Value *change = total_change(before, after, &room);
    table_add(table, "total");
    add_info(common, info, table);
    format_add_value(&format, before, table);
    format_add_value(&format, after, table);
    if (change != NULL)
        table_take(table, format_plain(&format, change));
    else
        table_add(table, NULL);
    table_skip(table, CAUSE_KEYS);
}

static void add_cause_columns(const struct common *common, const Tonghop__Cause *cause,
                              struct table *table)
{
    char time[INSTANT_TEXT_SIZE];
    bool is_report = cause->type != TONGHOP__CAUSE_TYPE__CAUSE_TYPE_CATALOGUE;
    table_add(table, term_of(cause).name);
    table_add(table, cause->unit->code);
    table_addf(table, "%" PRIu32, cause->unit->id);
    table_add(table, selection_unit_name(common, cause->unit));
    table_add(table, cause->form);
    table_add(table, cause->period);
    table_add_number(table, cause->revision_before);
    table_add_number(table, cause->revision_after);
    table_add(table, is_report ? time_of(cause, time) : NULL);
    table_add(table, cause->author);
    table_add(table, cause->person);
    table_add(table, cause->reason);
    table_add(table, cause->late ? "yes" : NULL);
    table_add_number(table, cause->catalogue_before);
    table_add_number(table, cause->catalogue_after);
    table_add(table, cause->decided_by != NULL ? cause->decided_by->code : NULL);
}

static void add_cause(const struct common *common, const Tonghop__Difference *difference,
                      const Tonghop__Cause *cause, const Tonghop__CauseCell *cell,
                      struct table *table)
{
    const Tonghop__IndicatorInfo *info =
        cell != NULL ? find_info(difference, cell->indicator) : NULL;
    table_add(table, "cause");
    add_info(common, info, table);
    if (info != NULL) {
        const struct format format = format_of(common->is_english, info);
        const Tonghop__Value change = change_of(cell);
        format_add_value(&format, cell->before, table);
        format_add_value(&format, cell->after, table);
        table_take(table, format_plain(&format, &change));
    } else {
        table_skip(table, 7);
    }
    add_cause_columns(common, cause, table);
}

static void print_plain(const struct common *common, const Tonghop__Difference *difference)
{
    struct table *table = table_new();
    table_add_keys(table, keys, sizeof(keys) / sizeof(keys[0]));
    for (size_t i = 0; i < difference->n_indicators; i++)
        add_total(common, difference, i, table);
    for (size_t c = 0; c < difference->n_causes; c++) {
        const Tonghop__Cause *cause = difference->causes[c];
        for (size_t i = 0; i < cause->n_cells || i == 0; i++)
            add_cause(common, difference, cause, i < cause->n_cells ? cause->cells[i] : NULL,
                      table);
    }
    table_print(table, common->output, stdout);
    table_free(&table);
}

void edition_print_difference(const struct common *common, const Tonghop__Difference *difference)
{
    if (common->output == OUTPUT_TEXT)
        print_text(common, difference);
    else
        print_plain(common, difference);
}
