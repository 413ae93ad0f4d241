/* What the two outputs of totals share, and the one for programs. */
#include "client/totals.h"

#include <inttypes.h>

#include "client/edition.h"
#include "client/selection.h"
#include "client/table.h"
#include "client/words.h"
#include "core/instant.h"

enum { PERCENT_DECIMALS = 2 };

static const Tonghop__Value absent = TONGHOP__VALUE__INIT;

const Tonghop__Value *totals_value(Tonghop__Value *const *list, size_t count, size_t i)
{
    return i < count ? list[i] : &absent;
}

struct format totals_format(const struct common *common, const Tonghop__Totals *totals, size_t i)
{
    struct format format = format_of(common->is_english, totals->indicators[i]);
    format.from = format_first_year(totals->from);
    format.known = totals->indicators;
    format.known_count = totals->n_indicators;
    return format;
}

const char *totals_row_name(const struct common *common, const Tonghop__UnitTotals *row)
{
    if (row->type_vi[0] == '\0')
        return selection_unit_name(common, row->unit);
    return words_name(common->is_english, row->type_vi, row->type_en);
}

/* ---- what is not alike ---- */

static unsigned unequal_of(const Tonghop__Value *now, const Tonghop__Value *other)
{
    unsigned reasons = 0;
    if (!now->has_value || !other->has_value)
        return 0;
    if (now->partial_count > 0 || other->partial_count > 0)
        reasons |= UNEQUAL_HALF;
    if (now->unit_set != other->unit_set)
        reasons |= UNEQUAL_UNITS;
    if (now->early_count > 0)
        reasons |= UNEQUAL_EARLY;
    if ((now->missing_years | other->missing_years | now->as_of | other->as_of) != 0)
        reasons |= UNEQUAL_YEARS;
    return reasons;
}

unsigned totals_unequal_previous(const Tonghop__Totals *totals, const Tonghop__Value *now,
                                 const Tonghop__Value *before)
{
    unsigned reasons = unequal_of(now, before);
    if (!now->has_value || !before->has_value)
        return 0;
    if (before->early_count > 0)
        reasons |= UNEQUAL_EARLY;
    if (totals->calendar_differs)
        reasons |= UNEQUAL_CALENDAR;
    if ((now->baseline_count > 0) != (before->baseline_count > 0))
        reasons |= UNEQUAL_BASELINE;
    return reasons;
}

/* A plan that the unit made as a whole is for everybody beneath it, who need not plan themselves.
 */
unsigned totals_unequal_plan(const Tonghop__Value *now, const Tonghop__Value *plan)
{
    unsigned reasons = unequal_of(now, plan);
    return plan->whole ? reasons & ~(unsigned)UNEQUAL_UNITS : reasons;
}

/* ---- for programs ---- */

static const char *const columns[] = {
    "unit",           "unit_id",       "unit_name",      "type",
    "indicator",      "name",          "measure",        "period",
    "from",           "value",         "qualifier",      "upper",
    "unit_count",     "exact_count",   "partial_count",  "implied_count",
    "negative_count", "early_count",   "baseline_count", "least_units",
    "most_units",     "known_count",   "all_count",      "lone_half_count",
    "missing_years",  "as_of",         "thin_year",      "thin_count",
    "full_count",     "failed_checks", "section",        "body",
};
static const char *const previous_columns[] = {
    "previous_period",        "previous",
    "previous_qualifier",     "previous_upper",
    "previous_unit_count",    "change",
    "change_qualifier",       "change_upper",
    "change_percent",         "change_percent_qualifier",
    "change_percent_upper",   "previous_baseline_count",
    "previous_missing_years", "previous_as_of",
    "previous_unequal",
};
static const char *const plan_columns[] = {
    "plan",    "plan_qualifier",    "plan_upper",    "plan_unit_count",
    "percent", "percent_qualifier", "percent_upper", "plan_unequal",
};

static const char *const edition_columns[] = {"edition", "edition_rank", "edition_time",
                                              "edition_unit", "catalogue"};

static const char *const waiting_columns[] = {"waiting", "waiting_qualifier", "waiting_upper",
                                              "waiting_unit_count"};

static void add_edition(const Tonghop__Edition *edition, struct table *table)
{
    char time[INSTANT_TEXT_SIZE];
    table_addf(table, "%" PRIu32, edition->number);
    table_add(table, edition_rank_code(edition->rank));
    table_add(table, instant_format((struct instant){edition->time_us}, time));
    table_add(table, edition->unit->code);
    table_addf(table, "%" PRIu32, edition->catalogue);
}

static void add_percent(struct table *table, const struct amount *percent)
{
    const struct format format = {.decimals = PERCENT_DECIMALS, .is_ratio = true};
    Tonghop__Value value;
    format_of_amount(percent, &value);
    format_add_value(&format, &value, table);
}

static void add_counts(struct table *table, const Tonghop__Value *value)
{
    const uint32_t counts[] = {
        value->unit_count,     value->exact_count, value->partial_count,  value->implied_count,
        value->negative_count, value->early_count, value->baseline_count, value->least_units,
        value->most_units,     value->known_count, value->all_count,
    };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        table_addf(table, "%" PRIu32, counts[i]);
}

/* Words separated by blanks: programs split them. */
static void add_unequal(struct table *table, unsigned reasons)
{
    static const char *const names[] = {"calendar", "half", "units", "early", "baseline", "years"};
    struct buf out = {0};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if ((reasons >> i & 1U) != 0)
            buf_printf(&out, "%s%s", out.len > 0 ? " " : "", names[i]);
    table_add(table, (const char *)out.data);
    buf_fini(&out);
}

static void add_missing_years(struct table *table, unsigned from, const Tonghop__Value *value)
{
    struct buf out = {0};
    for (unsigned n = 0; n < 32; n++)
        if ((value->missing_years >> n & 1U) != 0)
            buf_printf(&out, "%s%u", out.len > 0 ? " " : "", from + n);
    table_add(table, (const char *)out.data);
    buf_fini(&out);
}

static void add_failed_checks(struct table *table, const Tonghop__Value *value)
{
    struct buf out = {0};
    for (size_t i = 0; i < value->n_failed_checks; i++)
        buf_printf(&out, "%s%s", i > 0 ? "; " : "", value->failed_checks[i]);
    table_add(table, (const char *)out.data);
    buf_fini(&out);
}

static void add_previous(const Tonghop__Totals *totals, const Tonghop__UnitTotals *row, size_t i,
                         const struct format *format, struct table *table)
{
    const Tonghop__Value *value = row->values[i];
    const Tonghop__Value *previous = totals_value(row->previous, row->n_previous, i);
    struct amount now = format_amount(value), before = format_amount(previous);
    struct amount percent = compare_relative(&now, &before, PERCENT_DECIMALS);
    Tonghop__Value change;
    format_subtract(value, previous, &change);
    if (totals->previous_from[0] != '\0')
        table_addf(table, "%s..%s", totals->previous_from, totals->previous);
    else
        table_add(table, totals->previous);
    format_add_value(format, previous, table);
    table_addf(table, "%" PRIu32, previous->unit_count);
    format_add_value(format, &change, table);
    add_percent(table, &percent);
    table_addf(table, "%" PRIu32, previous->baseline_count);
    add_missing_years(table, format_first_year(totals->previous_from), previous);
    table_add_number(table, previous->as_of);
    add_unequal(table, totals_unequal_previous(totals, value, previous));
}

static void add_plan(const Tonghop__UnitTotals *row, size_t i, const struct format *format,
                     struct table *table)
{
    const Tonghop__Value *value = row->values[i];
    const Tonghop__Value *plan = totals_value(row->plan, row->n_plan, i);
    struct amount done = format_amount(value), planned = format_amount(plan);
    struct amount percent = compare_percent(&done, &planned, PERCENT_DECIMALS);
    format_add_value(format, plan, table);
    table_addf(table, "%" PRIu32, plan->unit_count);
    add_percent(table, &percent);
    add_unequal(table, totals_unequal_plan(value, plan));
}

static void add_row(const struct common *common, const Tonghop__Totals *totals,
                    const Tonghop__UnitTotals *row, size_t i, struct table *table)
{
    const Tonghop__IndicatorInfo *info = totals->indicators[i];
    const Tonghop__Value *value = row->values[i];
    const struct format format = totals_format(common, totals, i);
    table_add(table, row->unit->code);
    table_addf(table, "%" PRIu32, row->unit->id);
    table_add(table, totals_row_name(common, row));
    table_add(table, row->unit->type);
    table_add(table, info->code);
    table_add(table, selection_indicator_name(common, info));
    table_add(table, selection_measure(common, info));
    table_add(table, totals->period);
    table_add(table, totals->from);
    format_add_value(&format, value, table);
    add_counts(table, value);
    table_addf(table, "%" PRIu32, row->lone_half_count);
    add_missing_years(table, format.from, value);
    table_add_number(table, value->as_of);
    table_add_number(table, value->thin_year);
    table_add_number(table, value->thin_count);
    table_add_number(table, value->full_count);
    add_failed_checks(table, value);
    table_add(table, info->section_code);
    table_add(table, info->body);
    if (totals->previous[0] != '\0')
        add_previous(totals, row, i, &format, table);
    if (totals->units[0]->n_plan > 0)
        add_plan(row, i, &format, table);
    if (totals->edition != NULL)
        add_edition(totals->edition, table);
    if (totals->units[0]->n_waiting > 0) {
        const Tonghop__Value *waiting = totals_value(row->waiting, row->n_waiting, i);
        format_add_value(&format, waiting, table);
        table_addf(table, "%" PRIu32, waiting->unit_count);
    }
}

void totals_print_plain(const struct common *common, const Tonghop__Totals *totals)
{
    struct table *table = table_new();
    table_add_keys(table, columns, sizeof(columns) / sizeof(columns[0]));
    if (totals->previous[0] != '\0')
        table_add_keys(table, previous_columns,
                       sizeof(previous_columns) / sizeof(previous_columns[0]));
    if (totals->units[0]->n_plan > 0)
        table_add_keys(table, plan_columns, sizeof(plan_columns) / sizeof(plan_columns[0]));
    if (totals->edition != NULL)
        table_add_keys(table, edition_columns,
                       sizeof(edition_columns) / sizeof(edition_columns[0]));
    if (totals->units[0]->n_waiting > 0)
        table_add_keys(table, waiting_columns,
                       sizeof(waiting_columns) / sizeof(waiting_columns[0]));
    for (size_t u = 0; u < totals->n_units; u++)
        for (size_t i = 0; i < totals->n_indicators; i++)
            add_row(common, totals, totals->units[u], i, table);
    table_print(table, common->output, stdout);
    table_free(&table);
}
