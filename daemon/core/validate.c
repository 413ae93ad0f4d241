/* One pass over the cells. A cell that the catalogue does not place in this form is reported once
 * and left; of all others everything that is wrong is said at once, so that it can be mended at
 * once. */
#include "core/validate.h"

#include <assert.h>
#include <inttypes.h>

#include "core/validate_check.h"

/* What the cells of one report are judged by. */
struct context {
    const struct report *report;
    const struct catalogue *catalogue;
    const struct tree *tree;
    const struct tree_node *unit;
    struct problems *problems;
};

static const struct place NOWHERE = {0};

/* A figure as the reader of the problems writes it. Into I128_TEXT_SIZE bytes; returns `out`. */
static char *figure_text(const struct problems *problems, const struct indicator *indicator,
                         int64_t value, char *out)
{
    return number_format(value, indicator->decimals, false,
                         PROBLEM_WORDS(problems, NUMBER_PLAIN, NUMBER_VI), out);
}

static void check_place_in_tree(const struct context *context, const struct indicator *indicator)
{
    const struct date last = context->tree->window.last;
    if (!indicator_is_valid_on(indicator, last)) {
        char period[PERIOD_TEXT_SIZE], day[DATE_TEXT_SIZE];
        problems_cell(
            context->problems, indicator->number,
            PROBLEM_WORDS(context->problems,
                          "%s is not valid on %s, the last day of %s: leave it out",
                          "%s không có hiệu lực vào %s, ngày cuối của kỳ %s: bỏ số liệu này"),
            indicator->code, date_format(last, day), period_format(context->tree->period, period));
    }
    /* A whole report speaks for everything beneath, with the indicators of lower levels too. */
    const unsigned level = context->unit->level;
    const struct level *named = &context->catalogue->levels[level];
    const uint32_t levels = indicator->level_mask >> level;
    const bool is_whole = context->report->scope == SCOPE_WHOLE;
    if (is_whole ? levels == 0 : (levels & 1) == 0)
        problems_cell(context->problems, indicator->number,
                      PROBLEM_WORDS(context->problems,
                                    "%s is not reported by units of level %s: leave it out",
                                    "%s không phải chỉ tiêu của “%s”: bỏ số liệu này"),
                      indicator->code,
                      PROBLEM_WORDS(context->problems, named->code, named->name_vi));
}

static void check_value(struct problems *problems, const struct indicator *indicator,
                        const struct cell *cell)
{
    if (cell_check(cell) != ERR_OK) {
        if (cell->qualifier == QUALIFIER_NONE || cell->qualifier >= QUALIFIER_COUNT)
            problems_cell(problems, indicator->number,
                          PROBLEM_WORDS(problems,
                                        "%s has the unknown qualifier %u: use =, >=, <=, ~ or ..",
                                        "%s có dấu không hợp lệ (%u): dùng =, >=, <=, ~ hoặc .."),
                          indicator->code, (unsigned)cell->qualifier);
        else if (cell->qualifier == QUALIFIER_RANGE)
            problems_cell(problems, indicator->number,
                          PROBLEM_WORDS(problems,
                                        "%s: the upper bound of the range is not above its lower "
                                        "bound: give a higher one, or a single value",
                                        "%s: cận trên của khoảng không lớn hơn cận dưới: nhập cận "
                                        "trên lớn hơn, hoặc chỉ một số"),
                          indicator->code);
        else
            problems_cell(problems, indicator->number,
                          PROBLEM_WORDS(problems,
                                        "%s has an upper bound without being a range: leave the "
                                        "bound out, or make it a range",
                                        "%s có cận trên mà không phải là khoảng: bỏ cận trên, hoặc "
                                        "đổi thành khoảng"),
                          indicator->code);
    }
    if (cell->value < 0 && !indicator->is_signed) {
        char value[I128_TEXT_SIZE];
        problems_cell(problems, indicator->number,
                      PROBLEM_WORDS(problems, "%s: %s is negative: enter zero or more",
                                    "%s: %s là số âm: nhập từ 0 trở lên"),
                      indicator->code, figure_text(problems, indicator, cell->value, value));
    }
}

/* The least that a part may be, false if there is no saying. */
static bool lowest(const struct cell *cell, int64_t *ret_value)
{
    if (cell->qualifier == QUALIFIER_AT_MOST)
        return false;
    *ret_value = cell->value;
    return true;
}

/* The most that a whole may be, false if there is no saying. */
static bool highest(const struct cell *cell, int64_t *ret_value)
{
    if (cell->qualifier == QUALIFIER_AT_LEAST)
        return false;
    *ret_value = cell->qualifier == QUALIFIER_RANGE ? cell->upper : cell->value;
    return true;
}

/* A part is not above its whole, except where parts may be negative, or where the figure is a
 * minimum. Between inexact cells it is only a warning, and only when no reading of them fits. */
static void check_part(const struct context *context, const struct indicator *part,
                       const struct cell *part_cell)
{
    const struct indicator *whole = catalogue_indicator(context->catalogue, part->part_of);
    const struct cell *whole_cell = report_cell(context->report, part->part_of);
    if (whole == NULL || whole_cell == NULL || whole->is_signed || part->is_signed ||
        part->aggregation == AGGREGATION_MIN)
        return;
    int64_t least = 0, most = 0;
    if (!lowest(part_cell, &least) || !highest(whole_cell, &most) || least <= most)
        return;

    static const char english[] =
        "%s: %s is above the %s of %s, which it is a part of: correct the one that is wrong";
    static const char vietnamese[] = "%s: %s lớn hơn số chung %s ở %s: sửa số bị sai";
    struct problems *problems = context->problems;
    char least_text[I128_TEXT_SIZE], most_text[I128_TEXT_SIZE];
    figure_text(problems, part, least, least_text);
    figure_text(problems, whole, most, most_text);
    if (part_cell->qualifier == QUALIFIER_EXACT && whole_cell->qualifier == QUALIFIER_EXACT)
        problems_cell(problems, part->number, PROBLEM_WORDS(problems, english, vietnamese),
                      part->code, least_text, most_text, whole->code);
    else
        problems_cell_warn(problems, part->number, PROBLEM_WORDS(problems, english, vietnamese),
                           part->code, least_text, most_text, whole->code);
}

/* `*at`: where the indicator of the cell before is in the catalogue. */
static void check_cell(const struct context *context, const struct cell *cell, size_t *at)
{
    const struct catalogue *catalogue = context->catalogue;
    struct problems *problems = context->problems;
    const struct indicator *indicator = catalogue_indicator_from(catalogue, cell->indicator, at);
    if (indicator == NULL) {
        problems_cell(problems, cell->indicator,
                      PROBLEM_WORDS(problems,
                                    "indicator %" PRIu32 " is not in catalogue %" PRIu32
                                    ": leave it out, or fetch the newer catalogue",
                                    "chỉ tiêu số %" PRIu32 " không có trong danh mục %" PRIu32
                                    ": bỏ số liệu này, hoặc lấy danh mục mới hơn"),
                      cell->indicator, catalogue->number);
        return;
    }
    if (!indicator_is_entered(indicator)) {
        problems_cell(problems, cell->indicator,
                      PROBLEM_WORDS(problems, "%s is computed from other figures: leave it out",
                                    "%s được tính từ các số liệu khác: bỏ số liệu này"),
                      indicator->code);
        return;
    }
    if (indicator->form != context->report->key.form) {
        const struct form *form = catalogue_form(catalogue, indicator->form);
        problems_cell(problems, cell->indicator,
                      PROBLEM_WORDS(problems, "%s belongs to form %s: file it there",
                                    "%s thuộc biểu mẫu %s: nộp ở biểu mẫu đó"),
                      indicator->code, form != NULL ? form->code : "?");
        return;
    }
    check_place_in_tree(context, indicator);
    check_value(problems, indicator, cell);
    if (indicator->part_of != 0)
        check_part(context, indicator, cell);
}

enum err validate_report(const struct report *report, const struct catalogue *catalogue,
                         const struct tree *tree, struct problems *problems)
{
    assert(period_equal(report->key.period, tree->period));

    const size_t errors_before = problems->error_count;
    const uint32_t at = tree_find(tree, report->key.unit);
    if (at == TREE_NONE) {
        char period[PERIOD_TEXT_SIZE];
        problems_add(problems, NULL, NOWHERE,
                     PROBLEM_WORDS(problems,
                                   "unit %" PRIu32 " is not in the tree of %s: check the unit and "
                                   "the period, or file for its successor",
                                   "đơn vị %" PRIu32 " không có trong kỳ %s: kiểm tra lại đơn vị "
                                   "và kỳ, hoặc nộp cho đơn vị kế thừa"),
                     report->key.unit, period_format(tree->period, period));
        return ERR_INVALID;
    }
    if (catalogue_form(catalogue, report->key.form) == NULL) {
        problems_add(problems, NULL, NOWHERE,
                     PROBLEM_WORDS(problems,
                                   "form %" PRIu32 " is not in catalogue %" PRIu32
                                   ": choose one that is, or fetch the newer catalogue",
                                   "biểu mẫu số %" PRIu32 " không có trong danh mục %" PRIu32
                                   ": chọn biểu mẫu có trong đó, hoặc lấy danh mục mới hơn"),
                     report->key.form, catalogue->number);
        return ERR_INVALID;
    }
    if (report->is_withdrawn && report->cell_count > 0)
        problems_add(problems, NULL, NOWHERE,
                     PROBLEM_WORDS(problems,
                                   "a withdrawal has no cells: leave them out, or file them as a "
                                   "new revision",
                                   "rút báo cáo thì không kèm số liệu: bỏ số liệu ra, hoặc nộp "
                                   "thành bản mới"));

    if (report_is_baseline(report) && report->scope != SCOPE_WHOLE)
        problems_add(problems, NULL, NOWHERE,
                     PROBLEM_WORDS(problems,
                                   "only a whole report states a source: file it with --scope "
                                   "whole, or leave the source out",
                                   "chỉ báo cáo số toàn đơn vị mới ghi nguồn: nộp với --scope "
                                   "whole, hoặc bỏ nguồn"));

    const struct context context = {report, catalogue, tree, &tree->nodes[at], problems};
    size_t indicator_at = 0;
    for (size_t i = 0; i < report->cell_count; i++) {
        assert(i == 0 || report->cells[i - 1].indicator < report->cells[i].indicator);
        check_cell(&context, &report->cells[i], &indicator_at);
    }
    if (!report->is_withdrawn)
        validate_checks(report, catalogue, tree, problems);
    return problems->error_count > errors_before ? ERR_INVALID : ERR_OK;
}

static void name_dropped(const struct cell *cell, const struct catalogue *catalogue,
                         struct problems *problems)
{
    const char *remedy =
        PROBLEM_WORDS(problems, "enter it again, or file with --replace to drop it",
                      "nhập lại, hoặc nộp với --replace để bỏ");
    const struct indicator *indicator = catalogue_indicator(catalogue, cell->indicator);
    if (indicator == NULL) {
        problems_cell(
            problems, cell->indicator,
            PROBLEM_WORDS(problems,
                          "indicator %" PRIu32 " was in the revision before and is missing now: %s",
                          "chỉ tiêu số %" PRIu32 " có trong bản trước mà nay không có: %s"),
            cell->indicator, remedy);
        return;
    }
    char value[I128_TEXT_SIZE];
    problems_cell(
        problems, cell->indicator,
        PROBLEM_WORDS(problems, "%s was %s%s in the revision before and is missing now: %s",
                      "%s trong bản trước là %s%s mà nay không có: %s"),
        indicator->code, cell->qualifier == QUALIFIER_EXACT ? "" : qualifier_sign(cell->qualifier),
        figure_text(problems, indicator, cell->value, value), remedy);
}

enum err validate_dropped(const struct report *previous, const struct report *next,
                          const struct catalogue *catalogue, struct problems *problems)
{
    if (next->may_drop_cells || next->is_withdrawn)
        return ERR_OK;
    enum err err = ERR_OK;
    for (size_t i = 0; i < previous->cell_count; i++) {
        if (report_cell(next, previous->cells[i].indicator) != NULL)
            continue;
        name_dropped(&previous->cells[i], catalogue, problems);
        err = ERR_INVALID;
    }
    return err;
}

void validate_begun(const struct report *report, const struct tree *tree, struct date today,
                    struct problems *problems)
{
    const struct date first = tree->window.first;
    if (report->key.kind != KIND_ACTUAL || date_compare(first, today) <= 0)
        return;
    char period[PERIOD_TEXT_SIZE], day[DATE_TEXT_SIZE];
    problems_warn(problems, NULL, NOWHERE,
                  PROBLEM_WORDS(problems,
                                "the period %s begins on %s, which is still to come: is it another "
                                "year?",
                                "kỳ %s bắt đầu từ ngày %s, chưa tới: có nhầm năm không?"),
                  period_format(tree->period, period), date_format(first, day));
}
