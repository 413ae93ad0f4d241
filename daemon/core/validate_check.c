/* Checks at entry see one report: its cells, and what can be derived from them. How many units
 * there are beneath, and what those reported, is not known here; checks that need it are made on
 * roll-ups. */
#include "core/validate_check.h"

#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/check.h"
#include "core/formula_node.h"

enum { NAMES_BYTES_MAX = 600 }; /* of a sum in a message; a longer one is its value alone */

/* What the checks of one report see. */
struct entry {
    const struct report *report;
    const struct catalogue *catalogue;
    struct date last; /* of the period */
    uint8_t level;    /* of the unit */
    struct problems *problems;
};

static struct operand read_operand(void *ctx, uint32_t number);

/* Units are not counted among cells. */
static uint32_t count_units(void *ctx, uint8_t level, const struct formula_test *predicate,
                            uint32_t *ret_unknown, uint32_t *ret_all)
{
    (void)ctx;
    (void)level;
    (void)predicate;
    *ret_unknown = *ret_all = 1;
    return 0;
}

static struct formula_env env_of(const struct entry *entry)
{
    return (struct formula_env){(void *)(uintptr_t)entry, read_operand, count_units};
}

/* Whether the unit has such a figure at all: it may be left out of sums if not. */
static bool is_known_here(const struct entry *entry, const struct indicator *indicator)
{
    const uint32_t levels = indicator->level_mask >> entry->level;
    const bool speaks_for_lower =
        entry->report->scope == SCOPE_WHOLE || !indicator_is_entered(indicator);

    return indicator_is_valid_on(indicator, entry->last) &&
           (speaks_for_lower ? levels != 0 : (levels & 1) != 0);
}

/* The cell of an entered indicator, NULL unless it is one that can be reckoned with. */
static const struct cell *cell_of(const struct entry *entry, const struct indicator *indicator)
{
    const struct cell *cell = report_cell(entry->report, indicator->number);

    if (cell == NULL || !indicator_is_entered(indicator) ||
        indicator->form != entry->report->key.form || cell_check(cell) != ERR_OK)
        return NULL;
    return cell;
}

static struct operand read_operand(void *ctx, uint32_t number)
{
    const struct entry *entry = ctx;
    const struct indicator *indicator = catalogue_indicator(entry->catalogue, number);

    if (indicator == NULL || !is_known_here(entry, indicator))
        return (struct operand){.state = OPERAND_SKIPPED};
    if (indicator->formula != NULL) {
        const struct formula_env env = env_of(entry);
        struct derived derived = formula_eval(indicator->formula, indicator->decimals, &env);
        return (struct operand){.state = derived.has_value ? OPERAND_VALUE : OPERAND_MISSING,
                                .value = derived.value,
                                .upper = derived.upper,
                                .decimals = indicator->decimals,
                                .qualifier = derived.qualifier,
                                .unit_count = 1};
    }
    const struct cell *cell = cell_of(entry, indicator);
    if (cell == NULL)
        return (struct operand){.state = OPERAND_MISSING};
    return (struct operand){.state = OPERAND_VALUE,
                            .value = cell->value,
                            .upper = cell->upper,
                            .decimals = indicator->decimals,
                            .qualifier = cell->qualifier,
                            .unit_count = 1};
}

/* ">=28" as the reader of the problems writes numbers. */
enum { SIDE_TEXT_SIZE = I128_TEXT_SIZE + 4 };

static const char *side_text(const struct problems *problems, const struct derived *side,
                             char out[SIDE_TEXT_SIZE])
{
    const enum number_style style = PROBLEM_WORDS(problems, NUMBER_PLAIN, NUMBER_VI);
    const bool is_exact = side->qualifier == QUALIFIER_EXACT;
    char number[I128_TEXT_SIZE];

    (void)snprintf(out, SIDE_TEXT_SIZE, "%s%s",
                   is_exact ? "" : qualifier_sign((enum qualifier)side->qualifier),
                   number_format(side->value, CHECK_DECIMALS, false, style, number));
    return out;
}

/* The cell that a person can mend: the indicator's own, or of a derived one the first that it is
 * made of. */
static uint32_t cell_to_blame(const struct entry *entry, const struct indicator *indicator)
{
    size_t count = 0;
    const uint32_t *operands =
        indicator->formula != NULL ? formula_operands(indicator->formula, &count) : NULL;

    for (size_t i = 0; i < count; i++)
        if (report_cell(entry->report, operands[i]) != NULL)
            return operands[i];
    return indicator->number;
}

/* How the figure has to be to what stands on the right of a check's sign. */
static const char *relation_of(const struct problems *problems, enum node_kind sign)
{
    static const struct {
        enum node_kind sign;
        const char *english, *vietnamese;
    } rows[] = {
        {NODE_LESS, "less than", "nhỏ hơn"},    {NODE_LESS_EQUAL, "at most", "không quá"},
        {NODE_GREATER, "more than", "lớn hơn"}, {NODE_GREATER_EQUAL, "at least", "không dưới"},
        {NODE_EQUAL, "equal to", "bằng"},       {NODE_NOT_EQUAL, "other than", "khác"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].sign == sign)
            return PROBLEM_WORDS(problems, rows[i].english, rows[i].vietnamese);
    return PROBLEM_WORDS(problems, "one of", "là một trong"); /* in {...} */
}

/* "Of which women" is quoted: it begins in the middle of a sentence. */
static void put_name(const struct entry *entry, const struct indicator *indicator, struct buf *out)
{
    const char *name = indicator_name(indicator, !entry->problems->is_vietnamese);

    if (indicator->part_of != 0)
        buf_printf(out, PROBLEM_WORDS(entry->problems, "'%s'", "“%s”"), name);
    else
        buf_printf(out, "%s", name);
}

/* A sum of indicators by their names: "Tổng số hộ", "Nam + Nữ"; false where it is another formula.
 */
static bool put_names(const struct entry *entry, const struct formula *formula, uint16_t at,
                      struct buf *out)
{
    const struct formula_node *node = &formula->nodes[at];

    switch ((int)node->kind) {
    case NODE_INDICATOR:
        put_name(entry, catalogue_indicator(entry->catalogue, (uint32_t)node->value), out);
        return out->len <= NAMES_BYTES_MAX;
    case NODE_ADD:
        if (!put_names(entry, formula, node->left, out))
            return false;
        buf_printf(out, " + ");
        return put_names(entry, formula, node->right, out);
    default:
        return false;
    }
}

/* What the figure was compared with: "Tổng số hộ (10)", "100", "{0, 1}". */
static void put_right(const struct entry *entry, const struct check *check,
                      const struct check_result *result, struct buf *out)
{
    const struct formula *condition = check->condition;
    struct buf names = {0};
    char right[SIDE_TEXT_SIZE];

    if (!result->right.has_value) {
        const char *set = strchr(check->text, '{');
        buf_printf(out, "%s", set != NULL ? set : check->text);
        return;
    }
    side_text(entry->problems, &result->right, right);
    if (put_names(entry, condition, check->right, &names))
        buf_printf(out, "%s (%s)", (const char *)names.data, right);
    else
        buf_printf(out, "%s", right);
    buf_fini(&names);
}

static void tell_failure(const struct entry *entry, const struct indicator *indicator,
                         const struct check *check, const struct check_result *result)
{
    struct problems *problems = entry->problems;
    const struct formula *condition = check->condition;
    const bool is_warning = check->is_warning || result->is_inexact;
    const enum node_kind sign = check->right == CHECK_NO_NODE
                                    ? NODE_OR
                                    : (enum node_kind)condition->nodes[condition->root].kind;
    const char *remedy =
        is_warning ? PROBLEM_WORDS(problems, "make sure that the figures are right",
                                   "kiểm tra lại các số này")
                   : PROBLEM_WORDS(problems, "correct the figure that is wrong", "sửa số bị sai");
    const char *verb = check->is_warning ? PROBLEM_WORDS(problems, "is usually", "thường")
                                         : PROBLEM_WORDS(problems, "has to be", "phải");
    void (*add)(struct problems *, uint32_t, const char *, ...)
        __attribute__((format(printf, 3, 4))) = is_warning ? problems_cell_warn : problems_cell;
    char left[SIDE_TEXT_SIZE];
    struct buf name = {0}, right = {0};

    put_name(entry, indicator, &name);
    put_right(entry, check, result, &right);
    add(problems, cell_to_blame(entry, indicator),
        PROBLEM_WORDS(problems, "%s: %s, %s %s %s: %s (check \"%s\")",
                      "%s: %s, %s %s %s: %s (điều kiện “%s”)"),
        (const char *)name.data, side_text(problems, &result->left, left), verb,
        relation_of(problems, sign), (const char *)right.data, remedy, check->text);
    buf_fini(&name);
    buf_fini(&right);
}

static void make_checks(const struct entry *entry, const struct indicator *indicator)
{
    const struct formula_env env = env_of(entry);

    for (size_t i = 0; i < indicator->check_count; i++) {
        const struct check *check = &indicator->checks[i];
        if (!check_is_for(check, entry->level))
            continue;
        struct check_result result = check_make(check, &env);
        if (result.state == CHECK_FAILS)
            tell_failure(entry, indicator, check, &result);
    }
}

/* Plans name what is planned, and nothing has to be. */
static void ask_for_required(const struct entry *entry, const struct indicator *indicator)
{
    if (!indicator->is_required)
        return;
    const bool is_reported = indicator_is_valid_on(indicator, entry->last) &&
                             (indicator->level_mask >> entry->level & 1) != 0;
    if (!is_reported || indicator->form != entry->report->key.form ||
        entry->report->key.kind != KIND_ACTUAL || report_is_baseline(entry->report) ||
        report_cell(entry->report, indicator->number) != NULL)
        return;
    problems_cell(entry->problems, indicator->number,
                  PROBLEM_WORDS(entry->problems,
                                "%s is required and is missing: enter it, and write 0 if there was "
                                "none",
                                "thiếu chỉ tiêu bắt buộc %s: nhập số liệu, ghi 0 nếu không có"),
                  indicator->code);
}

void validate_checks(const struct report *report, const struct catalogue *catalogue,
                     const struct tree *tree, struct problems *problems)
{
    const uint32_t at = tree_find(tree, report->key.unit);
    const struct entry entry = {
        .report = report,
        .catalogue = catalogue,
        .last = tree->window.last,
        .level = tree->nodes[at].level,
        .problems = problems,
    };

    if (report->cell_count == 0)
        return;
    for (size_t i = 0; i < catalogue->indicator_count; i++) {
        const struct indicator *indicator = &catalogue->indicators[i];
        if (indicator->check_count > 0 && is_known_here(&entry, indicator))
            make_checks(&entry, indicator);
        ask_for_required(&entry, indicator);
    }
}
