/* `tonghop totals`: what the reports add up to.
 *
 * As text, a table in the order of the catalogue's sections, with the units beneath each indicator
 * where they are asked for; for programs, one row for each unit and indicator with everything that
 * is known of the figure. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/format.h"
#include "client/selection.h"
#include "client/table.h"
#include "client/words.h"
#include "core/mem.h"

struct asked {
    struct selection selection;
    const char *by, *compare;
    char **indicators; /* belong to argv */
    size_t indicator_count;
};

/* ---- arguments ---- */

/* Takes every `--indicator CODE` out of the arguments, which command_parse would take once. False:
 * one has no value. */
static bool take_indicators(int *argc, char **argv, struct asked *asked)
{
    int kept = 1;
    asked->indicators = mem_calloc((size_t)*argc, sizeof(*asked->indicators));
    for (int i = 1; i < *argc; i++) {
        const char *value = NULL;
        if (command_option(*argc, argv, &i, "--indicator", &value)) {
            if (value == NULL)
                return false;
            asked->indicators[asked->indicator_count++] = (char *)(uintptr_t)value;
        } else {
            argv[kept++] = argv[i];
        }
    }
    *argc = kept;
    return true;
}

static bool check_choice(const struct common *common, const char *option, const char *value,
                         const char *choice)
{
    if (value == NULL || strcmp(value, choice) == 0)
        return true;
    (void)command_usage("totals", words(common->is_english, WORD_OPTION_CHOICE), option, choice);
    return false;
}

static bool read_arguments(const struct common *common, int argc, char **argv, struct asked *asked)
{
    const struct argument arguments[] = {
        SELECTION_PERIOD(asked->selection),
        SELECTION_KIND(asked->selection),
        SELECTION_UNIT(asked->selection),
        {.name = "--by", .value = &asked->by},
        {.name = "--compare", .value = &asked->compare},
    };
    if (!take_indicators(&argc, argv, asked)) {
        (void)command_usage("totals", words(common->is_english, WORD_OPTION_NO_VALUE),
                            "--indicator");
        return false;
    }
    return command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) &&
           selection_check(common, "totals", &asked->selection) &&
           check_choice(common, "--by", asked->by, "unit") &&
           check_choice(common, "--compare", asked->compare, "previous");
}

/* ---- text ---- */

struct output_text {
    const struct common *common;
    const Tonghop__Totals *totals;
    struct table *table;
};

static void take_cell(struct table *table, char *text)
{
    table_add(table, text);
    free(text);
}

/* How many parts of indicators it is a part of stand above it in this table. */
static int depth_of(const Tonghop__Totals *totals, const Tonghop__IndicatorInfo *info)
{
    int depth = 0;
    uint32_t whole = info->part_of;
    while (whole != 0 && depth < CATALOGUE_DEPTH_MAX) {
        const Tonghop__IndicatorInfo *above = NULL;
        for (size_t i = 0; i < totals->n_indicators && above == NULL; i++)
            if (totals->indicators[i]->number == whole)
                above = totals->indicators[i];
        if (above == NULL)
            break;
        whole = above->part_of;
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
    else if (out->totals->previous[0] != '\0')
        table_addf(out->table, "%" PRIu32 "/%" PRIu32, count, previous_count);
    else
        table_addf(out->table, "%" PRIu32, count);
}

static void add_figures(const struct output_text *out, size_t unit, size_t i)
{
    const Tonghop__UnitTotals *row = out->totals->units[unit];
    const Tonghop__Value *value = row->values[i];
    struct format format = format_of(out->common->is_english, out->totals->indicators[i]);

    take_cell(out->table, format_value(&format, value));
    if (out->totals->previous[0] != '\0') {
        Tonghop__Value absent = TONGHOP__VALUE__INIT;
        const Tonghop__Value *previous = row->n_previous > 0 ? row->previous[i] : &absent;
        Tonghop__Value change;
        format_subtract(value, previous, &change);
        take_cell(out->table, format_value(&format, previous));
        take_cell(out->table, format_change(&format, &change));
        add_counts(out, value->unit_count, previous->unit_count);
    } else {
        add_counts(out, value->unit_count, 0);
    }
    take_cell(out->table, format_marks(&format, value));
}

static void add_indicator(const struct output_text *out, size_t i)
{
    const Tonghop__Totals *totals = out->totals;
    const Tonghop__IndicatorInfo *info = totals->indicators[i];
    int indent = 2 * depth_of(totals, info);
    table_addf(out->table, "%*s%s", indent, "", selection_indicator_name(out->common, info));
    table_add(out->table, info->code);
    table_add(out->table, info->measure);
    add_figures(out, 0, i);
    for (size_t u = 1; u < totals->n_units; u++) {
        const Tonghop__UnitInfo *unit = totals->units[u]->unit;
        table_addf(out->table, "%*s%s %s", indent + 4, "", unit->code,
                   selection_unit_name(out->common, unit));
        table_add(out->table, NULL);
        table_add(out->table, NULL);
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

static void add_section(const struct output_text *out, const char *section)
{
    size_t width = out->totals->previous[0] != '\0' ? 8 : 6;
    table_addf(out->table, "[%s]", section);
    for (size_t i = 1; i < width; i++)
        table_add(out->table, NULL);
}

static void add_columns(const struct output_text *out)
{
    bool is_english = out->common->is_english;
    const Tonghop__Totals *totals = out->totals;
    table_add_column(out->table, "name", words(is_english, WORD_CATALOGUE_INDICATORS), TABLE_LEFT);
    table_add_column(out->table, "indicator", words(is_english, WORD_COLUMN_CODE), TABLE_LEFT);
    table_add_column(out->table, "measure", words(is_english, WORD_COLUMN_MEASURE), TABLE_LEFT);
    table_add_column(out->table, "value", totals->period, TABLE_RIGHT);
    if (totals->previous[0] != '\0') {
        table_add_column(out->table, "previous", totals->previous, TABLE_RIGHT);
        table_add_column(out->table, "change", words(is_english, WORD_COLUMN_CHANGE), TABLE_RIGHT);
    }
    table_add_column(out->table, "unit_count", words(is_english, WORD_COLUMN_UNIT_COUNT),
                     TABLE_RIGHT);
    table_add_column(out->table, "marks", words(is_english, WORD_COLUMN_MARKS), TABLE_LEFT);
}

static void print_text(const struct common *common, const Tonghop__Totals *totals)
{
    struct output_text out = {.common = common, .totals = totals, .table = table_new()};
    const Tonghop__UnitInfo *unit = totals->units[0]->unit;
    (void)printf("%s %s, %s", unit->code, selection_unit_name(common, unit), totals->period);
    (void)printf(words(common->is_english, WORD_TOTALS_CATALOGUE), totals->catalogue);
    (void)printf("\n\n");
    add_columns(&out);
    for (size_t first = 0; first < totals->n_indicators; first++) {
        const char *section = totals->indicators[first]->section;
        if (!is_first_of_section(totals, first))
            continue;
        if (section[0] != '\0')
            add_section(&out, section);
        for (size_t i = first; i < totals->n_indicators; i++)
            if (strcmp(totals->indicators[i]->section, section) == 0)
                add_indicator(&out, i);
    }
    table_print(out.table, OUTPUT_TEXT, stdout);
    table_free(&out.table);
}

/* ---- for programs ---- */

static const char *const plain_columns[] = {
    "unit",        "unit_id",     "unit_name",     "indicator",     "name",
    "measure",     "period",      "value",         "qualifier",     "upper",
    "unit_count",  "exact_count", "partial_count", "implied_count", "negative_count",
    "least_units", "most_units",  "known_count",   "all_count",     "lone_half_count",
};
static const char *const plain_previous_columns[] = {
    "previous_period",     "previous", "previous_qualifier", "previous_upper",
    "previous_unit_count", "change",   "change_qualifier",   "change_upper",
};

static void add_plain_value(struct table *table, const struct format *format,
                            const Tonghop__Value *value)
{
    take_cell(table, format_plain(format, value));
    table_add(table, format_qualifier(value));
    take_cell(table, format_plain_upper(format, value));
}

static void add_plain_counts(struct table *table, const Tonghop__Value *value)
{
    const uint32_t counts[] = {
        value->unit_count,    value->exact_count,    value->partial_count,
        value->implied_count, value->negative_count, value->least_units,
        value->most_units,    value->known_count,    value->all_count,
    };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        table_addf(table, "%" PRIu32, counts[i]);
}

static void add_plain_row(const struct common *common, const Tonghop__Totals *totals,
                          const Tonghop__UnitTotals *row, size_t i, struct table *table)
{
    const Tonghop__IndicatorInfo *info = totals->indicators[i];
    struct format format = format_of(common->is_english, info);
    table_add(table, row->unit->code);
    table_addf(table, "%" PRIu32, row->unit->id);
    table_add(table, selection_unit_name(common, row->unit));
    table_add(table, info->code);
    table_add(table, selection_indicator_name(common, info));
    table_add(table, info->measure);
    table_add(table, totals->period);
    add_plain_value(table, &format, row->values[i]);
    add_plain_counts(table, row->values[i]);
    table_addf(table, "%" PRIu32, row->lone_half_count);
    if (totals->previous[0] == '\0')
        return;
    Tonghop__Value absent = TONGHOP__VALUE__INIT;
    const Tonghop__Value *previous = row->n_previous > 0 ? row->previous[i] : &absent;
    Tonghop__Value change;
    format_subtract(row->values[i], previous, &change);
    table_add(table, totals->previous);
    add_plain_value(table, &format, previous);
    table_addf(table, "%" PRIu32, previous->unit_count);
    add_plain_value(table, &format, &change);
}

static void print_plain(const struct common *common, const Tonghop__Totals *totals)
{
    struct table *table = table_new();
    for (size_t i = 0; i < sizeof(plain_columns) / sizeof(plain_columns[0]); i++)
        table_add_column(table, plain_columns[i], plain_columns[i], TABLE_LEFT);
    if (totals->previous[0] != '\0')
        for (size_t i = 0; i < sizeof(plain_previous_columns) / sizeof(plain_previous_columns[0]);
             i++)
            table_add_column(table, plain_previous_columns[i], plain_previous_columns[i],
                             TABLE_LEFT);
    for (size_t u = 0; u < totals->n_units; u++)
        for (size_t i = 0; i < totals->n_indicators; i++)
            add_plain_row(common, totals, totals->units[u], i, table);
    table_print(table, common->output, stdout);
    table_free(&table);
}

/* What a reader has to know of the whole table, beside the data and not in it. */
static void say_notes(const struct common *common, const Tonghop__Totals *totals)
{
    uint32_t lone_halves = totals->units[0]->lone_half_count; /* everything beneath counted */
    if (lone_halves > 0)
        command_say(words(common->is_english, WORD_TOTALS_LONE_HALVES), lone_halves);
    if (totals->split_year)
        command_say("%s", words(common->is_english, WORD_TOTALS_SPLIT_YEAR));
    if (totals->rebuilding)
        command_say("%s", words(common->is_english, WORD_STATUS_DO_REBUILD));
}

static int ask(const struct common *common, const struct asked *asked)
{
    char period[PERIOD_TEXT_SIZE];
    Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    struct connection *connection = NULL;

    query.kind = asked->selection.kind;
    query.period = selection_period(&asked->selection, period);
    query.unit = selection_unit(&asked->selection);
    query.n_indicators = asked->indicator_count;
    query.indicators = asked->indicators;
    query.by = asked->by != NULL ? TONGHOP__BY__BY_CHILD : TONGHOP__BY__BY_UNSPECIFIED;
    query.compare_previous = asked->compare != NULL;
    request.body_case = TONGHOP__ENVELOPE__BODY_TOTALS_QUERY;
    request.totals_query = &query;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status =
            command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_TOTALS, &answer);
    if (status == EXIT_DONE) {
        if (common->output == OUTPUT_TEXT)
            print_text(common, answer->totals);
        else
            print_plain(common, answer->totals);
        say_notes(common, answer->totals);
    }
    connection_close(&connection);
    return status;
}

static int run_totals(const struct common *common, int argc, char **argv)
{
    struct asked asked = {0};
    int status = EXIT_INPUT;
    if (read_arguments(common, argc, argv, &asked))
        status = ask(common, &asked);
    free(asked.indicators);
    return status;
}

const struct command command_totals = {
    .name = "totals",
    .arguments = "--period PERIOD [--unit UNIT] [--by unit] [--compare previous] ...",
    .summary = "show what the reports add up to",
    .summary_vi = "xem số tổng hợp",
    .help =
        "Figures of a unit and everything beneath it. What was not reported is shown as – and is\n"
        "never 0. \"Reports\" says how many reports a figure is made of.\n\n"
        "  --period PERIOD      2024-S1, 2024-S2 or 2024\n"
        "  --unit UNIT          code or id of the unit; else that of the node or key\n"
        "  --by unit            also each unit directly beneath it\n"
        "  --compare previous   also the same period one year before, and the change\n"
        "  --indicator CODE     only this indicator; may be repeated\n"
        "  --kind KIND          actual (default) or plan\n\n"
        "Example:\n"
        "  tonghop totals --period 2024 --compare previous\n",
    .help_vi =
        "Số liệu của một đơn vị cùng mọi đơn vị trực thuộc. Số chưa được báo cáo hiện là –, không\n"
        "bao giờ là 0. Cột “Báo cáo” cho biết số liệu gộp từ bao nhiêu báo cáo.\n\n"
        "  --period KỲ          2024-S1, 2024-S2 hoặc 2024\n"
        "  --unit ĐƠN-VỊ        mã hoặc id của đơn vị; nếu không có thì đơn vị của nút hoặc khóa\n"
        "  --by unit            kèm từng đơn vị trực thuộc\n"
        "  --compare previous   kèm cùng kỳ năm trước và mức tăng, giảm\n"
        "  --indicator MÃ       chỉ chỉ tiêu này; có thể lặp lại\n"
        "  --kind LOẠI          actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n\n"
        "Ví dụ:\n"
        "  tonghop totals --period 2024 --compare previous\n",
    .run = run_totals,
};
