/* What `tonghop explain` prints for people: a total taken apart, down to the reports it is made of,
 * and what changed it. */
#include "client/explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/selection.h"
#include "client/table.h"
#include "client/words.h"
#include "core/mem.h"

/* Of values of that indicator that are of the whole period or span. */
static struct format format_of_totals(const struct common *common,
                                      const Tonghop__Explanation *explanation,
                                      const Tonghop__IndicatorInfo *info)
{
    struct format format = format_of(common->is_english, info);
    format.from = format_first_year(explanation->from);
    return format;
}

/* ---- the lines beneath a total ---- */

/* Whether the line is the report of a unit whose subtotal stands right above it. */
static bool is_own_part(const Tonghop__ExplainLine *line, const Tonghop__ExplainLine *above)
{
    return above != NULL && above->type == TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_SUBTOTAL &&
           above->unit->id == line->unit->id;
}

bool explain_counts(const Tonghop__Explanation *explanation, size_t i)
{
    const Tonghop__ExplainLine *line = explanation->lines[i];
    if (line->type == TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_REPORT ||
        line->type == TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_PART)
        return true;
    if (line->type != TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_REVISION)
        return false;
    while (i-- > 0 && explanation->lines[i]->unit->id == line->unit->id) {
        const Tonghop__ExplainLine *above = explanation->lines[i];
        if ((above->type == TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_REPORT ||
             above->type == TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_PART) &&
            above->revision == line->revision &&
            strcmp(above->source_period, line->source_period) == 0)
            return true;
    }
    return false;
}

/* Why the line is not in the total, or, of a revision, that it is; else "". */
static const char *why_not_added(bool is_english, const Tonghop__ExplainLine *line, bool counts)
{
    switch (line->type) {
    case TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_COVERED:
        return words(is_english, WORD_EXPLAIN_COVERED);
    case TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_MISSING:
        return words(is_english, line->withdrawn      ? WORD_FILING_WITHDRAWS
                                 : line->revision > 0 ? WORD_EXPLAIN_NOT_COUNTED
                                                      : WORD_COVERAGE_MISSING);
    case TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_LONE_HALF:
        return words(is_english, WORD_EXPLAIN_LONE_HALF);
    case TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_WITHOUT:
        return words(is_english, WORD_EXPLAIN_WITHOUT);
    case TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_REVISION:
        return counts                                 ? words(is_english, WORD_EXPLAIN_COUNTS)
               : (line->states & STATE_RETURNED) != 0 ? words(is_english, WORD_COVERAGE_RETURNED)
               : (line->states & STATE_ACCEPTED) == 0 ? words(is_english, WORD_COVERAGE_WAITING)
               : line->withdrawn                      ? words(is_english, WORD_FILING_WITHDRAWS)
                                                      : "";
    default: /* protobuf-c adds a member of its own to the enum */
        return "";
    }
}

/* What a person has to know of the line beside its numbers; the caller frees. */
static char *describe(const struct common *common, const struct format *format,
                      const Tonghop__Explanation *explanation, size_t i)
{
    const Tonghop__ExplainLine *line = explanation->lines[i];
    const Tonghop__ExplainLine *above = i > 0 ? explanation->lines[i - 1] : NULL;
    bool is_english = common->is_english;
    struct buf out = {0};
    Tonghop__Value shown = TONGHOP__VALUE__INIT;
    if (line->value != NULL)
        shown = *line->value;
    if (line->source[0] != '\0')
        shown.baseline_count = 0; /* its source says so */
    char *marks = format_marks(format, &shown);
    const char *const texts[] = {
        why_not_added(is_english, line, explain_counts(explanation, i)),
        line->scope == TONGHOP__SCOPE__SCOPE_WHOLE ? words(is_english, WORD_SCOPE_WHOLE)
        : is_own_part(line, above)                 ? words(is_english, WORD_SCOPE_OWN)
                                                   : "",
        marks,
        line->reason,
        line->note,
    };
    if (line->source[0] != '\0')
        buf_printf(&out, words(is_english, WORD_EXPLAIN_SOURCE), line->source);
    for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++)
        format_add_mark(&out, texts[n]);
    free(marks);
    return format_take_marks(&out);
}

/* A tree is never so deep that what is cut off here would be missed. */
static int indent_of(const Tonghop__ExplainLine *line)
{
    enum { DEPTH_MAX = 32 };
    return 2 * (int)(line->depth < DEPTH_MAX ? line->depth : DEPTH_MAX);
}

static void add_text_line(const struct common *common, const struct format *format,
                          const Tonghop__Explanation *explanation, size_t i, struct table *table)
{
    const Tonghop__ExplainLine *line = explanation->lines[i];
    char received[INSTANT_TEXT_SIZE];
    bool is_report = line->revision > 0;
    if (line->type == TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_YEAR)
        table_addf(table, "%*s%s", indent_of(line), "", line->source_period);
    else if (line->type == TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_REVISION)
        table_addf(table, "%*s%s", indent_of(line), "",
                   words(common->is_english, WORD_EXPLAIN_REVISION));
    else if (line->type == TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_PART)
        table_addf(table, "%*s%s", indent_of(line), "",
                   words(common->is_english, WORD_EXPLAIN_PART));
    else
        table_addf(table, "%*s%s %s", indent_of(line), "", line->unit->code,
                   selection_unit_name(common, line->unit));
    table_take(table, line->value != NULL ? format_value(format, line->value) : NULL);
    table_add(table, is_report ? line->source_period : NULL);
    table_add_number(table, line->revision);
    table_add(table, line->received_us > 0
                         ? instant_format((struct instant){line->received_us}, received)
                         : NULL);
    table_add(table, line->author);
    table_take(table, describe(common, format, explanation, i));
}

static void print_text(const struct common *common, const Tonghop__Explanation *explanation)
{
    static const struct heading columns[] = {
        {"", WORD_KEYS_UNIT, TABLE_LEFT},       {"", WORD_COLUMN_FIGURE, TABLE_RIGHT},
        {"", WORD_COLUMN_PERIOD, TABLE_LEFT},   {"", WORD_COLUMN_REVISION, TABLE_RIGHT},
        {"", WORD_COLUMN_RECEIVED, TABLE_LEFT}, {"", WORD_COLUMN_AUTHOR, TABLE_LEFT},
        {"", WORD_COLUMN_MARKS, TABLE_LEFT},
    };
    struct format format = format_of(common->is_english, explanation->indicator);
    struct table *table = table_new();
    table_add_headings(table, common->is_english, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < explanation->n_lines; i++)
        add_text_line(common, &format, explanation, i, table);
    if (explanation->n_lines > 0)
        table_print(table, OUTPUT_TEXT, stdout);
    table_free(&table);
}

/* ---- what a derived indicator was computed from ---- */

static void print_operands(const struct common *common, const Tonghop__Explanation *explanation)
{
    static const struct heading columns[] = {
        {"", WORD_COLUMN_CODE, TABLE_LEFT},    {"", WORD_CATALOGUE_INDICATORS, TABLE_LEFT},
        {"", WORD_COLUMN_FIGURE, TABLE_RIGHT}, {"", WORD_COLUMN_UNIT_COUNT, TABLE_RIGHT},
        {"", WORD_COLUMN_MARKS, TABLE_LEFT},
    };
    struct table *table = table_new();
    table_add_headings(table, common->is_english, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < explanation->n_operands; i++) {
        const Tonghop__IndicatorInfo *info = explanation->operands[i];
        const Tonghop__Value *value = explanation->operand_values[i];
        struct format format = format_of_totals(common, explanation, info);
        table_add(table, info->code);
        table_add(table, selection_indicator_name(common, info));
        table_take(table, format_value(&format, value));
        table_addf(table, "%" PRIu32, value->unit_count);
        table_take(table, format_marks(&format, value));
    }
    if (explanation->n_operands > 0)
        table_print(table, OUTPUT_TEXT, stdout);
    table_free(&table);
}

/* ---- the units that it counts ---- */

static const char *say_counted(bool is_english, Tonghop__ExplainType type)
{
    switch (type) {
    case TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_COUNTED:
        return words(is_english, WORD_EXPLAIN_PASSES);
    case TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_NOT_COUNTED:
        return words(is_english, WORD_EXPLAIN_FAILS);
    case TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_UNDECIDED:
        return words(is_english, WORD_EXPLAIN_UNDECIDED);
    default: /* protobuf-c adds a member of its own to the enum */
        return "";
    }
}

/* Each unit with what the condition says of it; the condition only where there is more than one. */
static void print_counts(const struct common *common, const Tonghop__Explanation *explanation)
{
    bool is_english = common->is_english, has_conditions = false;
    struct table *table = table_new();
    for (size_t i = 0; i < explanation->n_lines; i++)
        has_conditions = has_conditions || explanation->lines[i]->note[0] != '\0';
    table_add_column(table, "", words(is_english, WORD_KEYS_UNIT), TABLE_LEFT);
    table_add_column(table, "", words(is_english, WORD_COLUMN_RESULT), TABLE_LEFT);
    if (has_conditions)
        table_add_column(table, "", words(is_english, WORD_COLUMN_CONDITION), TABLE_LEFT);
    for (size_t i = 0; i < explanation->n_lines; i++) {
        const Tonghop__ExplainLine *line = explanation->lines[i];
        table_addf(table, "%s %s", line->unit->code, selection_unit_name(common, line->unit));
        table_add(table, say_counted(is_english, line->type));
        if (has_conditions)
            table_add(table, line->note);
    }
    if (explanation->n_lines > 0 && explanation->n_operands > 0)
        (void)printf("\n");
    if (explanation->n_lines > 0)
        table_print(table, OUTPUT_TEXT, stdout);
    table_free(&table);
}

/* ---- what changed ---- */

/* "1.204 → 1.198"; the caller frees. */
static char *arrow(const struct format *format, const Tonghop__Value *before,
                   const Tonghop__Value *after)
{
    char *old_text = format_value(format, before), *new_text = format_value(format, after);
    char *text = mem_printf("%s → %s", old_text, new_text);
    free(old_text);
    free(new_text);
    return text;
}

/* Why the revision was filed, or that it does not count, and the marks of the total where they are
 * others than before; the caller frees. */
static char *describe_change(const struct common *common, const struct format *format,
                             const Tonghop__ExplainChange *change, const Tonghop__Value *before)
{
    bool is_english = common->is_english;
    struct buf out = {0};
    char *marks = format_marks(format, change->total), *old_marks = format_marks(format, before);
    const char *const texts[] = {
        change->returned ? words(is_english, WORD_COVERAGE_RETURNED) : "",
        change->withdrawn ? words(is_english, WORD_FILING_WITHDRAWS) : "",
        strcmp(marks, old_marks) != 0 ? marks : "",
        change->reason,
        change->note,
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        format_add_mark(&out, texts[i]);
    free(marks);
    free(old_marks);
    return format_take_marks(&out);
}

static void add_change(const struct common *common, const struct format *format,
                       const Tonghop__ExplainChange *change, const Tonghop__Value *before,
                       struct table *table)
{
    char received[INSTANT_TEXT_SIZE];
    Tonghop__Value difference;
    format_subtract(change->total, before, &difference);
    table_add(table, instant_format((struct instant){change->received_us}, received));
    table_take(table, arrow(format, before, change->total));
    table_take(table, format_change(format, &difference));
    table_addf(table, "%s %s", change->unit->code, selection_unit_name(common, change->unit));
    table_add(table, change->source_period);
    if (change->replaced > 0)
        table_addf(table, "%" PRIu64 " → %" PRIu64, change->replaced, change->revision);
    else
        table_addf(table, "%" PRIu64, change->revision);
    table_add(table, change->author);
    table_take(table, describe_change(common, format, change, before));
}

static void print_changes(const struct common *common, const Tonghop__Explanation *explanation)
{
    static const struct heading columns[] = {
        {"", WORD_COLUMN_RECEIVED, TABLE_LEFT}, {"", WORD_COLUMN_FIGURE, TABLE_LEFT},
        {"", WORD_COLUMN_CHANGE, TABLE_RIGHT},  {"", WORD_KEYS_UNIT, TABLE_LEFT},
        {"", WORD_COLUMN_PERIOD, TABLE_LEFT},   {"", WORD_COLUMN_REVISION, TABLE_LEFT},
        {"", WORD_COLUMN_AUTHOR, TABLE_LEFT},   {"", WORD_COLUMN_MARKS, TABLE_LEFT},
    };
    struct format format = format_of_totals(common, explanation, explanation->indicator);
    const Tonghop__Value *before = explanation->before;
    char since[INSTANT_TEXT_SIZE];
    if (explanation->n_changes == 0) {
        (void)printf(words(common->is_english, WORD_EXPLAIN_UNCHANGED),
                     instant_format((struct instant){explanation->since_us}, since));
        (void)printf("\n");
        return;
    }
    char *change = arrow(&format, before, explanation->total);
    struct table *table = table_new();
    (void)printf(words(common->is_english, WORD_EXPLAIN_SINCE),
                 instant_format((struct instant){explanation->since_us}, since), change);
    (void)printf(" %s\n\n", selection_measure(common, explanation->indicator));
    table_add_headings(table, common->is_english, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < explanation->n_changes; i++) {
        add_change(common, &format, explanation->changes[i], before, table);
        before = explanation->changes[i]->total;
    }
    table_print(table, OUTPUT_TEXT, stdout);
    table_free(&table);
    free(change);
}

/* ---- the total ---- */

/* The type of units whose total it is, or "". */
static const char *type_name(const struct common *common, const Tonghop__Explanation *explanation)
{
    return words_name(common->is_english, explanation->type_vi, explanation->type_en);
}

/* The total, on a line of its own, and how many units it lacks. */
static void print_total(const struct common *common, const Tonghop__Explanation *explanation)
{
    const Tonghop__IndicatorInfo *info = explanation->indicator;
    struct format format = format_of_totals(common, explanation, explanation->indicator);
    char *value = format_value(&format, explanation->total);
    char *marks = format_marks(&format, explanation->total);
    (void)printf("%s (%s), %s %s, %s%s%s%s%s: %s %s%s%s%s\n",
                 selection_indicator_name(common, info), info->code, explanation->unit->code,
                 selection_unit_name(common, explanation->unit), type_name(common, explanation),
                 explanation->type[0] != '\0' ? ", " : "", explanation->from,
                 explanation->from[0] != '\0' ? "–" : "", explanation->period, value,
                 selection_measure(common, info), marks[0] != '\0' ? " (" : "", marks,
                 marks[0] != '\0' ? ")" : "");
    if (explanation->due_count > 0) {
        (void)printf(words(common->is_english, WORD_EXPLAIN_COVERAGE), explanation->due_count,
                     explanation->missing_count);
        if (explanation->without_count > 0)
            (void)printf(words(common->is_english, WORD_EXPLAIN_WITHOUT_COUNT),
                         explanation->without_count);
        (void)printf("\n");
    }
    (void)printf("\n");
    free(value);
    free(marks);
}

void explain_print(const struct common *common, const Tonghop__Explanation *explanation)
{
    bool is_text = common->output == OUTPUT_TEXT;
    if (is_text)
        print_total(common, explanation);
    if (!is_text)
        explain_print_plain(common, explanation);
    else if (explanation->since_us != 0)
        print_changes(common, explanation);
    else if (!explanation->indicator->is_derived)
        print_text(common, explanation);
    else {
        print_operands(common, explanation);
        print_counts(common, explanation);
    }
    if (explanation->split_year)
        command_say("%s", words(common->is_english, WORD_TOTALS_SPLIT_YEAR));
    if (explanation->brief)
        command_say("%s", words(common->is_english, WORD_EXPLAIN_BRIEF));
    if (explanation->rebuilding)
        command_say("%s", words(common->is_english, WORD_STATUS_DO_REBUILD));
}
