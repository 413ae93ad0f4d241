/* `tonghop explain`: a total taken apart, down to the reports it is made of. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/format.h"
#include "client/selection.h"
#include "client/table.h"
#include "client/words.h"
#include "core/mem.h"

static void take_cell(struct table *table, char *text)
{
    table_add(table, text);
    free(text);
}

static const char *type_name(Tonghop__ExplainType type)
{
    static const char *const names[] = {
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_REPORT] = "report",
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_SUBTOTAL] = "subtotal",
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_COVERED] = "covered",
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_MISSING] = "missing",
        [TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_LONE_HALF] = "lone-half",
    };
    return (size_t)type < sizeof(names) / sizeof(names[0]) ? names[type] : NULL;
}

/* ---- the lines beneath a total ---- */

/* Whether the line is the report of a unit whose subtotal stands right above it. */
static bool is_own_part(const Tonghop__ExplainLine *line, const Tonghop__ExplainLine *above)
{
    return above != NULL && above->type == TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_SUBTOTAL &&
           above->unit->id == line->unit->id;
}

/* Why the line is not in the total; "" if it is. */
static const char *why_not_added(bool is_english, const Tonghop__ExplainLine *line)
{
    switch (line->type) {
    case TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_COVERED:
        return words(is_english, WORD_EXPLAIN_COVERED);
    case TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_MISSING:
        return words(is_english,
                     line->revision > 0 ? WORD_EXPLAIN_NOT_COUNTED : WORD_COVERAGE_MISSING);
    case TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_LONE_HALF:
        return words(is_english, WORD_EXPLAIN_LONE_HALF);
    default: /* protobuf-c adds a member of its own to the enum */
        return "";
    }
}

/* What a person has to know of the line beside its numbers; the caller frees. */
static char *describe(const struct common *common, const struct format *format,
                      const Tonghop__ExplainLine *line, const Tonghop__ExplainLine *above)
{
    bool is_english = common->is_english;
    struct buf out = {0};
    char *marks = line->value != NULL ? format_marks(format, line->value) : mem_strdup("");
    const char *const texts[] = {
        why_not_added(is_english, line),
        line->scope == TONGHOP__SCOPE__SCOPE_WHOLE ? words(is_english, WORD_SCOPE_WHOLE)
        : is_own_part(line, above)                 ? words(is_english, WORD_SCOPE_OWN)
                                                   : "",
        marks,
        line->reason,
        line->note,
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i][0] != '\0')
            buf_printf(&out, "%s%s", out.len > 0 ? "; " : "", texts[i]);
    free(marks);
    return out.data != NULL ? (char *)out.data : mem_strdup(""); /* buf_printf ends it with a NUL */
}

static void add_text_line(const struct common *common, const struct format *format,
                          const Tonghop__ExplainLine *line, const Tonghop__ExplainLine *above,
                          struct table *table)
{
    char received[INSTANT_TEXT_SIZE];
    bool is_report = line->revision > 0;
    table_addf(table, "%*s%s %s", (int)(2 * line->depth), "", line->unit->code,
               selection_unit_name(common, line->unit));
    take_cell(table, line->value != NULL ? format_value(format, line->value) : NULL);
    table_add(table, is_report ? line->source_period : NULL);
    if (is_report)
        table_addf(table, "%" PRIu64, line->revision);
    else
        table_add(table, NULL);
    table_add(table, line->received_us > 0
                         ? instant_format((struct instant){line->received_us}, received)
                         : NULL);
    table_add(table, line->author);
    take_cell(table, describe(common, format, line, above));
}

static void print_text(const struct common *common, const Tonghop__Explanation *explanation)
{
    static const struct {
        const char *key;
        enum word heading;
        enum table_align align;
    } columns[] = {
        {"unit", WORD_KEYS_UNIT, TABLE_LEFT},
        {"value", WORD_COLUMN_FIGURE, TABLE_RIGHT},
        {"period", WORD_COLUMN_PERIOD, TABLE_LEFT},
        {"revision", WORD_COLUMN_REVISION, TABLE_RIGHT},
        {"received", WORD_COLUMN_RECEIVED, TABLE_LEFT},
        {"author", WORD_COLUMN_AUTHOR, TABLE_LEFT},
        {"marks", WORD_COLUMN_MARKS, TABLE_LEFT},
    };
    struct format format = format_of(common->is_english, explanation->indicator);
    struct table *table = table_new();
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        table_add_column(table, columns[i].key, words(common->is_english, columns[i].heading),
                         columns[i].align);
    for (size_t i = 0; i < explanation->n_lines; i++)
        add_text_line(common, &format, explanation->lines[i],
                      i > 0 ? explanation->lines[i - 1] : NULL, table);
    if (explanation->n_lines > 0)
        table_print(table, OUTPUT_TEXT, stdout);
    table_free(&table);
}

static void print_plain(const struct common *common, const Tonghop__Explanation *explanation)
{
    static const char *const columns[] = {
        "depth",  "type",  "unit",       "unit_id",  "unit_name", "value",  "qualifier", "upper",
        "period", "scope", "unit_count", "revision", "received",  "author", "reason",    "note",
    };
    struct format format = format_of(common->is_english, explanation->indicator);
    struct table *table = table_new();
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        table_add_column(table, columns[i], columns[i], TABLE_LEFT);
    for (size_t i = 0; i < explanation->n_lines; i++) {
        const Tonghop__ExplainLine *line = explanation->lines[i];
        Tonghop__Value absent = TONGHOP__VALUE__INIT;
        const Tonghop__Value *value = line->value != NULL ? line->value : &absent;
        char received[INSTANT_TEXT_SIZE];
        table_addf(table, "%" PRIu32, line->depth);
        table_add(table, type_name(line->type));
        table_add(table, line->unit->code);
        table_addf(table, "%" PRIu32, line->unit->id);
        table_add(table, selection_unit_name(common, line->unit));
        take_cell(table, format_plain(&format, value));
        table_add(table, format_qualifier(value));
        take_cell(table, format_plain_upper(&format, value));
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
    }
    table_print(table, common->output, stdout);
    table_free(&table);
}

/* ---- what a derived indicator was computed from ---- */

static void print_operands(const struct common *common, const Tonghop__Explanation *explanation)
{
    bool is_text = common->output == OUTPUT_TEXT;
    bool is_english = common->is_english;
    struct table *table = table_new();
    table_add_column(table, "indicator", words(is_english, WORD_COLUMN_CODE), TABLE_LEFT);
    table_add_column(table, "name", words(is_english, WORD_CATALOGUE_INDICATORS), TABLE_LEFT);
    table_add_column(table, "value", words(is_english, WORD_COLUMN_FIGURE), TABLE_RIGHT);
    if (!is_text) {
        table_add_column(table, "qualifier", "qualifier", TABLE_LEFT);
        table_add_column(table, "upper", "upper", TABLE_LEFT);
    }
    table_add_column(table, "unit_count", words(is_english, WORD_COLUMN_UNIT_COUNT), TABLE_RIGHT);
    for (size_t i = 0; i < explanation->n_operands; i++) {
        const Tonghop__IndicatorInfo *info = explanation->operands[i];
        const Tonghop__Value *value = explanation->operand_values[i];
        struct format format = format_of(common->is_english, info);
        table_add(table, info->code);
        table_add(table, selection_indicator_name(common, info));
        take_cell(table, is_text ? format_value(&format, value) : format_plain(&format, value));
        if (!is_text) {
            table_add(table, format_qualifier(value));
            take_cell(table, format_plain_upper(&format, value));
        }
        table_addf(table, "%" PRIu32, value->unit_count);
    }
    if (!is_text || explanation->n_operands > 0)
        table_print(table, common->output, stdout);
    table_free(&table);
}

/* The total, on a line of its own. */
static void print_total(const struct common *common, const Tonghop__Explanation *explanation)
{
    const Tonghop__IndicatorInfo *info = explanation->indicator;
    struct format format = format_of(common->is_english, info);
    char *value = format_value(&format, explanation->total);
    char *marks = format_marks(&format, explanation->total);
    (void)printf("%s (%s), %s %s, %s: %s %s%s%s%s\n\n", selection_indicator_name(common, info),
                 info->code, explanation->unit->code,
                 selection_unit_name(common, explanation->unit), explanation->period, value,
                 selection_measure(common, info), marks[0] != '\0' ? " (" : "", marks,
                 marks[0] != '\0' ? ")" : "");
    free(value);
    free(marks);
}

static void print_explanation(const struct common *common, const Tonghop__Explanation *explanation)
{
    bool is_text = common->output == OUTPUT_TEXT;
    if (is_text)
        print_total(common, explanation);
    if (explanation->indicator->is_derived)
        print_operands(common, explanation);
    else if (is_text)
        print_text(common, explanation);
    else
        print_plain(common, explanation);
    if (explanation->split_year)
        command_say("%s", words(common->is_english, WORD_TOTALS_SPLIT_YEAR));
}

static int ask(const struct common *common, const struct selection *selection,
               const char *indicator)
{
    char period[PERIOD_TEXT_SIZE];
    Tonghop__ExplainQuery query = TONGHOP__EXPLAIN_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    struct connection *connection = NULL;

    query.kind = selection->kind;
    query.period = selection_period(selection, period);
    query.unit = selection_unit(selection);
    query.indicator = (char *)(uintptr_t)indicator; /* protobuf-c only reads it */
    request.body_case = TONGHOP__ENVELOPE__BODY_EXPLAIN_QUERY;
    request.explain_query = &query;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status = command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_EXPLANATION,
                                 &answer);
    if (status == EXIT_DONE)
        print_explanation(common, answer->explanation);
    connection_close(&connection);
    return status;
}

static int run_explain(const struct common *common, int argc, char **argv)
{
    struct selection selection = {0};
    const char *indicator = NULL;
    const struct argument arguments[] = {
        {.name = "INDICATOR", .value = &indicator, .is_needed = true},
        SELECTION_PERIOD(selection),
        SELECTION_KIND(selection),
        SELECTION_UNIT(selection),
    };
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !selection_check(common, "explain", &selection))
        return EXIT_INPUT;
    return ask(common, &selection, indicator);
}

const struct command command_explain = {
    .name = "explain",
    .arguments = "INDICATOR --period PERIOD [--unit UNIT]",
    .summary = "take a total apart, down to the reports it is made of",
    .summary_vi = "xem một số tổng hợp gồm những báo cáo nào",
    .help =
        "Every unit beneath with its figure, and every report with revision, time, author, reason\n"
        "and note; reports that are missing too. Of a computed indicator, what it is computed "
        "from.\n\n"
        "  --period PERIOD   2024-S1, 2024-S2 or 2024\n"
        "  --unit UNIT       code or id of the unit; else that of the node or key\n"
        "  --kind KIND       actual (default) or plan\n\n"
        "Example:\n"
        "  tonghop explain reception.visits --period 2024\n",
    .help_vi =
        "Từng đơn vị trực thuộc với số của họ, từng báo cáo với số bản, thời điểm, người lập, lý\n"
        "do và ghi chú; cả những đơn vị chưa nộp. Với chỉ tiêu tính ra: tính từ những số nào.\n\n"
        "  --period KỲ       2024-S1, 2024-S2 hoặc 2024\n"
        "  --unit ĐƠN-VỊ     mã hoặc id của đơn vị; nếu không có thì đơn vị của nút hoặc khóa\n"
        "  --kind LOẠI       actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n\n"
        "Ví dụ:\n"
        "  tonghop explain reception.visits --period 2024\n",
    .run = run_explain,
};
