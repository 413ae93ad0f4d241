/* One pass over the cells. A cell that the catalogue does not place in this form is reported once
 * and left; of all others everything that is wrong is said at once, so that it can be mended at
 * once. */
#include "core/validate.h"

#include <assert.h>
#include <inttypes.h>

/* What the cells of one report are judged by. */
struct context {
    const struct report *report;
    const struct catalogue *catalogue;
    const struct tree *tree;
    const struct tree_node *unit;
    struct problems *problems;
};

static const struct place NOWHERE = {0};

static void check_place_in_tree(const struct context *context, const struct indicator *indicator)
{
    const struct date last = context->tree->window.last;
    if (!indicator_is_valid_on(indicator, last)) {
        char period[PERIOD_TEXT_SIZE], day[DATE_TEXT_SIZE];
        problems_cell(context->problems, indicator->number,
                      "%s is not valid on %s, the last day of %s: leave it out", indicator->code,
                      date_format(last, day), period_format(context->tree->period, period));
    }
    /* A whole report speaks for everything beneath, with the indicators of lower levels too. */
    const unsigned level = context->unit->level;
    const uint32_t levels = indicator->level_mask >> level;
    const bool is_whole = context->report->scope == SCOPE_WHOLE;
    if (is_whole ? levels == 0 : (levels & 1) == 0)
        problems_cell(context->problems, indicator->number,
                      "%s is not reported by units of level %s: leave it out", indicator->code,
                      context->catalogue->levels[level].code);
}

static void check_value(const struct context *context, const struct indicator *indicator,
                        const struct cell *cell)
{
    if (cell_check(cell) != ERR_OK) {
        if (cell->qualifier == QUALIFIER_NONE || cell->qualifier >= QUALIFIER_COUNT)
            problems_cell(context->problems, indicator->number,
                          "%s has the unknown qualifier %u: use =, >=, <=, ~ or ..",
                          indicator->code, (unsigned)cell->qualifier);
        else if (cell->qualifier == QUALIFIER_RANGE)
            problems_cell(context->problems, indicator->number,
                          "%s: the upper bound of the range is not above its lower bound: give a "
                          "higher one, or a single value",
                          indicator->code);
        else
            problems_cell(context->problems, indicator->number,
                          "%s has an upper bound without being a range: leave the bound out, or "
                          "make it a range",
                          indicator->code);
    }
    if (cell->value < 0 && !indicator->is_signed) {
        char value[I128_TEXT_SIZE];
        problems_cell(context->problems, indicator->number,
                      "%s: %s is negative: enter zero or more", indicator->code,
                      number_format(cell->value, indicator->decimals, false, NUMBER_PLAIN, value));
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

    char least_text[I128_TEXT_SIZE], most_text[I128_TEXT_SIZE];
    number_format(least, part->decimals, false, NUMBER_PLAIN, least_text);
    number_format(most, whole->decimals, false, NUMBER_PLAIN, most_text);
    static const char format[] =
        "%s: %s is above the %s of %s, which it is a part of: correct the one that is wrong";
    if (part_cell->qualifier == QUALIFIER_EXACT && whole_cell->qualifier == QUALIFIER_EXACT)
        problems_cell(context->problems, part->number, format, part->code, least_text, most_text,
                      whole->code);
    else
        problems_cell_warn(context->problems, part->number, format, part->code, least_text,
                           most_text, whole->code);
}

static void check_cell(const struct context *context, const struct cell *cell)
{
    const struct catalogue *catalogue = context->catalogue;
    const struct indicator *indicator = catalogue_indicator(catalogue, cell->indicator);
    if (indicator == NULL) {
        problems_cell(context->problems, cell->indicator,
                      "indicator %" PRIu32 " is not in catalogue %" PRIu32
                      ": leave it out, or fetch the newer catalogue",
                      cell->indicator, catalogue->number);
        return;
    }
    if (!indicator_is_entered(indicator)) {
        problems_cell(context->problems, cell->indicator,
                      "%s is computed from other figures: leave it out", indicator->code);
        return;
    }
    if (indicator->form != context->report->key.form) {
        const struct form *form = catalogue_form(catalogue, indicator->form);
        problems_cell(context->problems, cell->indicator, "%s belongs to form %s: file it there",
                      indicator->code, form != NULL ? form->code : "?");
        return;
    }
    check_place_in_tree(context, indicator);
    check_value(context, indicator, cell);
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
                     "unit %" PRIu32 " is not in the tree of %s: check the unit and the period, or "
                     "file for its successor",
                     report->key.unit, period_format(tree->period, period));
        return ERR_INVALID;
    }
    if (catalogue_form(catalogue, report->key.form) == NULL) {
        problems_add(problems, NULL, NOWHERE,
                     "form %" PRIu32 " is not in catalogue %" PRIu32
                     ": choose one that is, or fetch the newer catalogue",
                     report->key.form, catalogue->number);
        return ERR_INVALID;
    }
    if (report->is_withdrawn && report->cell_count > 0)
        problems_add(problems, NULL, NOWHERE,
                     "a withdrawal has no cells: leave them out, or file them as a new revision");

    const struct context context = {report, catalogue, tree, &tree->nodes[at], problems};
    for (size_t i = 0; i < report->cell_count; i++) {
        assert(i == 0 || report->cells[i - 1].indicator < report->cells[i].indicator);
        check_cell(&context, &report->cells[i]);
    }
    return problems->error_count > errors_before ? ERR_INVALID : ERR_OK;
}

static void name_dropped(const struct cell *cell, const struct catalogue *catalogue,
                         struct problems *problems)
{
    static const char remedy[] = "enter it again, or file with --replace to drop it";
    const struct indicator *indicator = catalogue_indicator(catalogue, cell->indicator);
    if (indicator == NULL) {
        problems_cell(problems, cell->indicator,
                      "indicator %" PRIu32 " was in the revision before and is missing now: %s",
                      cell->indicator, remedy);
        return;
    }
    char value[I128_TEXT_SIZE];
    problems_cell(
        problems, cell->indicator,
        "%s was %s%s in the revision before and is missing "
        "now: %s",
        indicator->code, cell->qualifier == QUALIFIER_EXACT ? "" : qualifier_sign(cell->qualifier),
        number_format(cell->value, indicator->decimals, false, NUMBER_PLAIN, value), remedy);
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
