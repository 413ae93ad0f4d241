/* Checks of formulas: they parse, checks say something, and rules do not lead in a circle, which is
 * found by measuring how many steps each stands above entered figures. */
#include "core/catalogue_check.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/check.h"
#include "core/formula_node.h"
#include "core/mem.h"
#include "core/utf8.h"

/* A byte of a text that is a cell's. */
static struct cell_place place_in(const struct indicator *indicator, const char *column,
                                  const char *text, size_t offset)
{
    return (struct cell_place){"indicators.csv", indicator->line, column,
                               (uint32_t)utf8_length(text, offset)};
}

static void parse_rule(const struct checker *checker, struct indicator *indicator)
{
    struct formula_error error = {.is_vietnamese = checker->problems->is_vietnamese};

    if (indicator_is_entered(indicator)) {
        if (indicator->rule[0] != '\0')
            checker_add(checker, place_in(indicator, "rule", "", 0),
                        CHECKER_WORDS(
                            checker,
                            "indicator %u is entered and has a rule: remove the rule, or leave its "
                            "aggregation empty, which makes it derived",
                            "chỉ tiêu %u là chỉ tiêu nhập mà lại có rule: bỏ rule, hoặc để trống "
                            "aggregation để thành chỉ tiêu tính ra"),
                        indicator->number);
        return;
    }
    if (formula_parse(indicator->rule, checker->catalogue, &indicator->formula, &error) == ERR_OK)
        return;
    struct cell_place at = place_in(indicator, "rule", indicator->rule, error.offset);
    checker_add(checker, at,
                CHECKER_WORDS(checker, "indicator %u: its rule, at character %u: %s",
                              "chỉ tiêu %u: rule, ở ký tự thứ %u: %s"),
                indicator->number, at.offset + 1, error.text);
}

/* Levels of which the check is made although the indicator has no figure there. */
static uint32_t idle_levels(const struct indicator *indicator, const struct check *check)
{
    uint32_t levels = indicator->level_mask;

    if (!indicator_is_entered(indicator)) /* shown down to the lowest level named */
        for (uint32_t above = levels >> 1; above != 0; above >>= 1)
            levels |= above;
    return check->level_mask & ~levels;
}

static void check_check(const struct checker *checker, const struct indicator *indicator,
                        const struct check *check)
{
    const struct formula_node *right =
        check->right != CHECK_NO_NODE ? &check->condition->nodes[check->right] : NULL;
    const struct formula_node *root = &check->condition->nodes[check->condition->root];
    struct cell_place at = place_in(indicator, "checks", indicator->checks_text, check->offset);
    uint32_t idle = idle_levels(indicator, check);

    for (size_t i = 0; i < checker->catalogue->level_count; i++)
        if ((idle >> i & 1) != 0)
            checker_add(
                checker, at,
                CHECKER_WORDS(
                    checker,
                    "indicator %u: the check \"%s\" is for level %s, which does not report it: "
                    "leave the level out, or add it to its levels",
                    "chỉ tiêu %u: điều kiện “%s” dành cho cấp %s, là cấp không báo cáo chỉ tiêu "
                    "này: bỏ cấp đó, hoặc thêm nó vào levels"),
                indicator->number, check->text, checker->catalogue->levels[i].code);
    if (right == NULL || right->kind != NODE_INDICATOR)
        return;
    if (right->value == indicator->number)
        checker_add(checker, at,
                    CHECKER_WORDS(
                        checker,
                        "indicator %u: the check \"%s\" compares it with itself: name another",
                        "chỉ tiêu %u: điều kiện “%s” so chỉ tiêu với chính nó: ghi chỉ tiêu khác"),
                    indicator->number, check->text);
    else if (right->value == indicator->part_of && root->kind == NODE_LESS_EQUAL)
        checker_add(checker, at,
                    CHECKER_WORDS(
                        checker,
                        "indicator %u: the check \"%s\" says what part_of already does: remove it",
                        "chỉ tiêu %u: điều kiện “%s” lặp lại điều mà part_of đã kiểm tra: bỏ đi"),
                    indicator->number, check->text);
}

static void parse_checks(const struct checker *checker, struct indicator *indicator)
{
    struct formula_error error = {.is_vietnamese = checker->problems->is_vietnamese};

    if (checks_parse(indicator->checks_text, indicator, checker->catalogue, &indicator->checks,
                     &indicator->check_count, &error) != ERR_OK) {
        struct cell_place at = place_in(indicator, "checks", indicator->checks_text, error.offset);
        checker_add(checker, at,
                    CHECKER_WORDS(checker, "indicator %u: its checks, at character %u: %s",
                                  "chỉ tiêu %u: checks, ở ký tự thứ %u: %s"),
                    indicator->number, at.offset + 1, error.text);
        return;
    }
    for (size_t i = 0; i < indicator->check_count; i++)
        check_check(checker, indicator, &indicator->checks[i]);
}

void catalogue_check_formula(const struct checker *checker, struct indicator *indicator)
{
    parse_rule(checker, indicator);
    parse_checks(checker, indicator);
}

enum { DEPTH_UNKNOWN = 0, DEPTH_ON_PATH = UINT8_MAX, CIRCLE_NAMES_MAX = 8 };

struct walk {
    const struct checker *checker;
    uint8_t *depths; /* of each indicator */
    uint32_t *steps; /* likewise; CATALOGUE_STEPS_MAX + 1 is any more */
    uint32_t *path;  /* indexes of those that are being measured */
    size_t path_len;
};

/* Names the way round: "a -> b -> a". Codes in it are words of formulas. */
static void report_circle(const struct walk *walk, size_t index)
{
    const struct indicator *indicators = walk->checker->catalogue->indicators;
    struct buf way = {0};
    size_t first = walk->path_len, named = 0;

    while (walk->path[first - 1] != index)
        first--;
    for (size_t i = first - 1; i < walk->path_len && named < CIRCLE_NAMES_MAX; i++, named++)
        buf_printf(&way, "%s -> ", indicators[walk->path[i]].code);
    buf_printf(&way, "%s%s", walk->path_len - first + 1 > named ? "... -> " : "",
               indicators[index].code);
    checker_add(walk->checker, place_in(&indicators[index], "rule", "", 0),
                CHECKER_WORDS(walk->checker,
                              "indicator %u: its rule leads back to itself (%s): break the circle",
                              "chỉ tiêu %u: rule dẫn về chính nó (%s): cắt vòng này"),
                indicators[index].number, (const char *)way.data);
    buf_fini(&way);
}

/* What computing a formula takes: its own parts, and those of all that it reads each time it does.
 * Those are measured. */
static uint32_t steps_of(const struct walk *walk, const struct formula *formula)
{
    const struct catalogue *catalogue = walk->checker->catalogue;
    uint32_t steps = (uint32_t)formula->node_count;

    for (size_t i = 0; i < formula->node_count && steps <= CATALOGUE_STEPS_MAX; i++) {
        if (formula->nodes[i].kind != NODE_INDICATOR)
            continue;
        const struct indicator *operand =
            catalogue_indicator(catalogue, (uint32_t)formula->nodes[i].value);
        steps += walk->steps[operand - catalogue->indicators];
    }
    return steps <= CATALOGUE_STEPS_MAX ? steps : CATALOGUE_STEPS_MAX + 1;
}

/* Only the lowest one that is too much is reported: it counts as one step above. */
static void measure_steps(struct walk *walk, uint32_t index)
{
    const struct indicator *indicator = &walk->checker->catalogue->indicators[index];

    walk->steps[index] = 1;
    if (indicator->formula == NULL)
        return;
    uint32_t steps = steps_of(walk, indicator->formula);
    if (steps > CATALOGUE_STEPS_MAX)
        checker_add(walk->checker, place_in(indicator, "rule", "", 0),
                    CHECKER_WORDS(
                        walk->checker,
                        "indicator %u: computing it takes more than %d steps, with all that it is "
                        "built on: write the rule more simply",
                        "chỉ tiêu %u: tính nó cần hơn %d bước, kể cả những chỉ tiêu mà nó dựa vào: "
                        "viết rule đơn giản hơn"),
                    indicator->number, CATALOGUE_STEPS_MAX);
    else
        walk->steps[index] = steps;
}

/* The same of its checks, each of which reads the indicator and others. */
static void check_steps(const struct walk *walk, const struct indicator *indicator)
{
    for (size_t i = 0; i < indicator->check_count; i++)
        if (steps_of(walk, indicator->checks[i].condition) > CATALOGUE_STEPS_MAX)
            checker_add(
                walk->checker,
                place_in(indicator, "checks", indicator->checks_text, indicator->checks[i].offset),
                CHECKER_WORDS(
                    walk->checker,
                    "indicator %u: the check \"%s\" takes more than %d steps, with all that it "
                    "is built on: write it more simply",
                    "chỉ tiêu %u: điều kiện “%s” cần hơn %d bước, kể cả những chỉ tiêu mà nó dựa "
                    "vào: viết đơn giản hơn"),
                indicator->number, indicator->checks[i].text, CATALOGUE_STEPS_MAX);
}

/* How many formulas lie one above the other at the indicator: 1 for an entered one. Each is
 * measured once; depths beyond the limit are cut off so that only the lowest one is reported. */
static uint8_t measure(struct walk *walk, uint32_t index)
{
    const struct catalogue *catalogue = walk->checker->catalogue;
    const struct indicator *indicator = &catalogue->indicators[index];
    const uint8_t too_deep = CATALOGUE_DEPTH_MAX + 1;
    uint8_t deepest = 0;
    size_t count = 0;

    if (walk->depths[index] == DEPTH_ON_PATH) {
        report_circle(walk, index);
        return 0;
    }
    if (walk->depths[index] != DEPTH_UNKNOWN)
        return walk->depths[index];
    walk->depths[index] = DEPTH_ON_PATH;
    walk->path[walk->path_len++] = index;
    const uint32_t *operands =
        indicator->formula != NULL ? formula_operands(indicator->formula, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        const struct indicator *operand = catalogue_indicator(catalogue, operands[i]);
        uint8_t depth = measure(walk, (uint32_t)(operand - catalogue->indicators));

        deepest = depth > deepest ? depth : deepest;
    }
    if (deepest == CATALOGUE_DEPTH_MAX)
        checker_add(
            walk->checker, place_in(indicator, "rule", "", 0),
            CHECKER_WORDS(
                walk->checker,
                "indicator %u: derived ones are built on each other more than %d deep: write "
                "the sum out",
                "chỉ tiêu %u: các chỉ tiêu tính ra dựa vào nhau sâu quá %d lớp: viết thẳng tổng "
                "ra"),
            indicator->number, CATALOGUE_DEPTH_MAX - 1);
    measure_steps(walk, index);
    walk->path_len--;
    walk->depths[index] = deepest >= too_deep ? too_deep : (uint8_t)(deepest + 1);
    return walk->depths[index];
}

void catalogue_check_circles(const struct checker *checker)
{
    size_t count = checker->catalogue->indicator_count;
    struct walk walk = {
        .checker = checker,
        .depths = mem_calloc(count, sizeof *walk.depths),
        .steps = mem_calloc(count, sizeof *walk.steps),
        .path = mem_calloc(count, sizeof *walk.path),
    };

    for (uint32_t i = 0; i < count; i++)
        (void)measure(&walk, i); /* the problems are what is wanted */
    for (uint32_t i = 0; i < count; i++)
        check_steps(&walk, &checker->catalogue->indicators[i]);
    free(walk.depths);
    free(walk.steps);
    free(walk.path);
}
