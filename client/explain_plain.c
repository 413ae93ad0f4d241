/* What `tonghop explain` prints for programs: one table each of the parts of a total, of what a
 * derived indicator was computed from, and of what changed since a moment. */
#include "client/explain.h"

#include <inttypes.h>
#include <stdio.h>

#include "client/selection.h"
#include "client/table.h"

/* ---- the lines beneath a total ---- */

static const char *type_name(Tonghop__ExplainType type)
{
    static const char *const names[] = {
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_REPORT] = "report",
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_SUBTOTAL] = "subtotal",
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_COVERED] = "covered",
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_MISSING] = "missing",
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_LONE_HALF] = "lone-half",
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_YEAR] = "year",
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_REVISION] = "revision",
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_PART] = "part",
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_WITHOUT] = "without",
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_COUNTED] = "counted",
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_NOT_COUNTED] = "not-counted",
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_UNDECIDED] = "undecided",
    };
    return (size_t)type < sizeof(names) / sizeof(names[0]) ? names[type] : NULL;
}

/* Whether it can be asked of the line if it is in the total: it is of one report, or of none. */
static bool may_count(Tonghop__ExplainType type)
{
    return type != TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_SUBTOTAL &&
           type != TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_YEAR;
}

static void add_line(const struct common *common, const Tonghop__Explanation *explanation, size_t i,
                     struct table *table)
{
    struct format format = format_of(common->is_english, explanation->indicator);
    const Tonghop__ExplainLine *line = explanation->lines[i];
    Tonghop__Value absent = TONGHOP__VALUE__INIT;
    const Tonghop__Value *value = line->value != NULL ? line->value : &absent;
    char received[INSTANT_TEXT_SIZE];
    table_addf(table, "%" PRIu32, line->depth);
    table_add(table, type_name(line->type));
    selection_add_unit(common, line->unit, table);
    format_add_value(&format, value, table);
    table_add(table, line->source_period);
    table_add(table, line->scope == TONGHOP__SCOPE__SCOPE_WHOLE ? "whole"
                     : line->scope == TONGHOP__SCOPE__SCOPE_OWN ? "own"
                                                                : NULL);
    table_addf(table, "%" PRIu32, value->unit_count);
    table_addf(table, "%" PRIu64, line->revision);
    table_add(table, line->received_us > 0
                         ? instant_format((struct instant){line->received_us}, received)
                         : NULL);
    table_add(table, line->author);
    table_add(table, line->reason);
    table_add(table, line->note);
    table_add(table, line->source);
    table_addf(table, "%" PRIu32, line->states);
    table_add(table, line->withdrawn ? "1" : "0");
    table_add(table, !may_count(line->type) ? NULL : explain_counts(explanation, i) ? "1" : "0");
    table_skip(table, 2); /* from, by_type */
}

/* The total itself, which nothing else says where nothing was reported, or of a span. */
static void add_total(const struct common *common, const Tonghop__Explanation *explanation,
                      struct table *table)
{
    enum { REVISION_TO_COUNTS = 9 }; /* columns that only reports have */
    struct format format = format_of(common->is_english, explanation->indicator);
    table_add(table, NULL); /* depth */
    table_add(table, "total");
    selection_add_unit(common, explanation->unit, table);
    format_add_value(&format, explanation->total, table);
    table_add(table, explanation->period);
    table_add(table, NULL); /* scope */
    table_addf(table, "%" PRIu32, explanation->total->unit_count);
    table_skip(table, REVISION_TO_COUNTS);
    table_add(table, explanation->from);
    table_add(table, explanation->type);
}

static void print_lines(const struct common *common, const Tonghop__Explanation *explanation)
{
    static const char *const columns[] = {
        "depth",  "type",   "unit",       "unit_id",  "unit_name", "value",   "qualifier", "upper",
        "period", "scope",  "unit_count", "revision", "received",  "author",  "reason",    "note",
        "source", "states", "withdrawn",  "counts",   "from",      "by_type",
    };
    struct table *table = table_new();
    table_add_keys(table, columns, sizeof(columns) / sizeof(columns[0]));
    add_total(common, explanation, table);
    for (size_t i = 0; i < explanation->n_lines; i++)
        add_line(common, explanation, i, table);
    table_print(table, common->output, stdout);
    table_free(&table);
}

/* ---- what a derived indicator was computed from ---- */

static void add_figure(const struct common *common, const Tonghop__Explanation *explanation,
                       const Tonghop__IndicatorInfo *info, const Tonghop__Value *value,
                       struct table *table)
{
    struct format format = format_of(common->is_english, info);
    table_add(table, info == explanation->indicator ? "total" : "operand");
    table_add(table, info->code);
    table_add(table, selection_indicator_name(common, info));
    format_add_value(&format, value, table);
    table_addf(table, "%" PRIu32, value->unit_count);
    table_add(table, selection_measure(common, info));
    selection_add_unit(common, explanation->unit, table);
    table_add(table, explanation->from);
    table_add(table, explanation->period);
    table_add(table, explanation->type);
    table_add(table, NULL); /* condition */
    table_add_number(table, value->as_of);
}

/* One unit that the indicator counts, or does not. */
static void add_counted(const struct common *common, const Tonghop__Explanation *explanation,
                        const Tonghop__ExplainLine *line, struct table *table)
{
    enum { VALUE_TO_MEASURE = 5 }; /* columns that only figures have */
    table_add(table, type_name(line->type));
    table_add(table, explanation->indicator->code);
    table_add(table, selection_indicator_name(common, explanation->indicator));
    table_skip(table, VALUE_TO_MEASURE);
    selection_add_unit(common, line->unit, table);
    table_add(table, explanation->from);
    table_add(table, explanation->period);
    table_add(table, explanation->type);
    table_add(table, line->note);
    table_add(table, NULL); /* as_of */
}

static void print_operands(const struct common *common, const Tonghop__Explanation *explanation)
{
    static const char *const columns[] = {
        "type", "indicator", "name",      "value", "qualifier", "upper",   "unit_count", "measure",
        "unit", "unit_id",   "unit_name", "from",  "period",    "by_type", "condition",  "as_of",
    };
    struct table *table = table_new();
    table_add_keys(table, columns, sizeof(columns) / sizeof(columns[0]));
    add_figure(common, explanation, explanation->indicator, explanation->total, table);
    for (size_t i = 0; i < explanation->n_operands; i++)
        add_figure(common, explanation, explanation->operands[i], explanation->operand_values[i],
                   table);
    for (size_t i = 0; i < explanation->n_lines; i++)
        add_counted(common, explanation, explanation->lines[i], table);
    table_print(table, common->output, stdout);
    table_free(&table);
}

/* ---- what changed ---- */

/* The figures before and after, and the difference; NULL before: there is nothing to compare. */
static void add_step(const struct format *format, const Tonghop__Value *before,
                     const Tonghop__Value *after, struct table *table)
{
    static const Tonghop__Value absent = TONGHOP__VALUE__INIT;
    Tonghop__Value difference = TONGHOP__VALUE__INIT;
    if (before != NULL)
        format_subtract(after, before, &difference);
    format_add_value(format, before != NULL ? before : &absent, table);
    format_add_value(format, after, table);
    format_add_value(format, &difference, table);
    table_addf(table, "%" PRIu32, after->unit_count);
}

static void add_change(const struct common *common, const struct format *format,
                       const Tonghop__ExplainChange *change, const Tonghop__Value *before,
                       struct table *table)
{
    char received[INSTANT_TEXT_SIZE];
    table_add(table, "change");
    table_add(table, instant_format((struct instant){change->received_us}, received));
    selection_add_unit(common, change->unit, table);
    table_add(table, change->source_period);
    table_add(table, change->form);
    table_addf(table, "%" PRIu64, change->revision);
    table_addf(table, "%" PRIu64, change->replaced);
    add_step(format, before, change->total, table);
    table_add(table, change->returned ? "1" : "0");
    table_add(table, change->withdrawn ? "1" : "0");
    table_add(table, change->author);
    table_add(table, change->reason);
    table_add(table, change->note);
    table_add(table, NULL); /* from */
}

/* What the unit asked for had at the moment (`before` is NULL), or has now. */
static void add_end(const struct common *common, const Tonghop__Explanation *explanation,
                    const Tonghop__Value *before, const Tonghop__Value *after, struct table *table)
{
    enum { AFTER_STEP = 5, BEFORE_STEP = 3 };
    struct format format = format_of(common->is_english, explanation->indicator);
    char since[INSTANT_TEXT_SIZE];
    table_add(table, before == NULL ? "since" : "total");
    table_add(table, before == NULL ? instant_format((struct instant){explanation->since_us}, since)
                                    : NULL);
    selection_add_unit(common, explanation->unit, table);
    table_add(table, explanation->period);
    table_skip(table, BEFORE_STEP); /* form, revision, replaced */
    add_step(&format, before, after, table);
    table_skip(table, AFTER_STEP);
    table_add(table, explanation->from);
}

static void print_changes(const struct common *common, const Tonghop__Explanation *explanation)
{
    static const char *const columns[] = {
        "type",       "received",         "unit",
        "unit_id",    "unit_name",        "period",
        "form",       "revision",         "replaced",
        "before",     "before_qualifier", "before_upper",
        "total",      "total_qualifier",  "total_upper",
        "change",     "change_qualifier", "change_upper",
        "unit_count", "returned",         "withdrawn",
        "author",     "reason",           "note",
        "from",
    };
    struct format format = format_of(common->is_english, explanation->indicator);
    const Tonghop__Value *before = explanation->before;
    struct table *table = table_new();
    table_add_keys(table, columns, sizeof(columns) / sizeof(columns[0]));
    add_end(common, explanation, NULL, before, table);
    for (size_t i = 0; i < explanation->n_changes; i++) {
        add_change(common, &format, explanation->changes[i], before, table);
        before = explanation->changes[i]->total;
    }
    add_end(common, explanation, explanation->before, explanation->total, table);
    table_print(table, common->output, stdout);
    table_free(&table);
}

void explain_print_plain(const struct common *common, const Tonghop__Explanation *explanation)
{
    if (explanation->since_us != 0)
        print_changes(common, explanation);
    else if (explanation->indicator->is_derived)
        print_operands(common, explanation);
    else
        print_lines(common, explanation);
}
