/* Whether formulas, checks and parts compare like with like.
 *
 * Each number in a formula is of a sort: a plain number; so many things (hộ, xã); a quantity (money
 * in đồng); a percentage; a pure ratio, which is what two numbers of one sort leave when they are
 * divided; or something that is composed of different ones (đồng per household). Sums and
 * comparisons need one sort. What nobody can know, such as an indicator without a measure, fits
 * everywhere. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/catalogue_check.h"
#include "core/check.h"
#include "core/formula_node.h"

/* A constant factor, top / bottom; bottom 0: not known. */
struct factor {
    int64_t top, bottom;
};

struct measured {
    enum {
        AMOUNT_UNKNOWN,
        AMOUNT_PLAIN,    /* its value is the factor */
        AMOUNT_COUNT,    /* of `measure` */
        AMOUNT_QUANTITY, /* likewise */
        AMOUNT_PERCENT,
        AMOUNT_RATIO,
        AMOUNT_COMPOSED,
    } sort;
    const char *measure;  /* NULL: any things (count@) */
    bool is_converted;    /* 1000 * đồng may as well be something in nghìn đồng */
    const char *quantity; /* of AMOUNT_QUANTITY */
    struct factor factor; /* what a ratio was multiplied by */
};

/* The formula that is looked at. Only the first mismatch is told: the others may follow from it. */
struct inspection {
    const struct checker *checker;
    const struct indicator *indicator;
    const char *column;
    const struct formula *formula;
    bool has_failed;
};

static const struct measured unknown = {.sort = AMOUNT_UNKNOWN};
static const struct factor one = {1, 1};

static struct factor factor_multiply(struct factor a, struct factor b)
{
    struct factor product;

    if (a.bottom == 0 || b.bottom == 0 || __builtin_mul_overflow(a.top, b.top, &product.top) ||
        __builtin_mul_overflow(a.bottom, b.bottom, &product.bottom))
        return (struct factor){0, 0};
    return product;
}

static struct factor factor_add(struct factor a, struct factor b)
{
    struct factor left = factor_multiply(a, (struct factor){b.bottom, b.bottom});
    struct factor right = factor_multiply(b, (struct factor){a.bottom, a.bottom});
    struct factor sum = {0, left.bottom};

    if (left.bottom == 0 || right.bottom == 0 ||
        __builtin_add_overflow(left.top, right.top, &sum.top))
        return (struct factor){0, 0};
    return sum;
}

static struct factor factor_invert(struct factor a)
{
    return (struct factor){a.bottom, a.bottom == 0 ? 0 : a.top};
}

static struct factor factor_negate(struct factor a)
{
    return factor_multiply(a, (struct factor){-1, 1});
}

/* Whether it is `times`, or its negative. */
static bool factor_is(struct factor a, int64_t times)
{
    int64_t product;

    return a.bottom != 0 && !__builtin_mul_overflow(a.bottom, times, &product) &&
           (a.top == product || a.top == -product);
}

/* 1000, 10000, 1/1000 ...: what leads from one measure of a quantity to another. A factor of 100
 * makes percentages. */
static bool factor_converts(struct factor a)
{
    for (int64_t power = 1000; power <= 1000000000000; power *= 10)
        if (factor_is(a, power) || factor_is(factor_invert(a), power))
            return true;
    return false;
}

static struct measured amount_of_indicator(const struct catalogue *catalogue,
                                           const struct indicator *indicator)
{
    const struct measure *measure = catalogue_measure(catalogue, indicator->measure);
    struct measured amount = {
        .sort = AMOUNT_COUNT, .measure = indicator->measure, .quantity = "", .factor = one};

    if (indicator->measure[0] == '\0')
        return unknown;
    if (strcmp(indicator->measure, "%") == 0)
        amount.sort = AMOUNT_PERCENT;
    if (measure != NULL && measure->quantity[0] != '\0') {
        amount.sort = AMOUNT_QUANTITY;
        amount.quantity = measure->quantity;
    }
    return amount;
}

enum { AMOUNT_TEXT_SIZE = CATALOGUE_TEXT_MAX + 40 };

static const char *amount_text(const struct checker *checker, const struct measured *amount,
                               char out[AMOUNT_TEXT_SIZE])
{
    const char *what = CHECKER_WORDS(checker, "a number", "một con số");

    switch (amount->sort) {
    case AMOUNT_COUNT:
        what = CHECKER_WORDS(checker, "a number of things", "số đếm");
        break;
    case AMOUNT_QUANTITY:
        what = amount->quantity;
        break;
    case AMOUNT_PERCENT:
        what = CHECKER_WORDS(checker, "a percentage (%)", "tỷ lệ phần trăm (%)");
        break;
    case AMOUNT_RATIO:
        what = factor_is(amount->factor, 100) ? CHECKER_WORDS(checker, "a percentage (100 * a / b)",
                                                              "tỷ lệ phần trăm (100 * a / b)")
                                              : CHECKER_WORDS(checker, "a ratio", "tỷ số");
        break;
    case AMOUNT_COMPOSED:
        what = CHECKER_WORDS(checker, "a rate of different measures",
                             "tỷ số của các đơn vị tính khác nhau");
        break;
    case AMOUNT_UNKNOWN:
    case AMOUNT_PLAIN:
        break;
    }
    if (amount->measure != NULL &&
        (amount->sort == AMOUNT_COUNT || amount->sort == AMOUNT_QUANTITY))
        (void)snprintf(out, AMOUNT_TEXT_SIZE, CHECKER_WORDS(checker, "\"%s\"", "“%s”"),
                       amount->measure);
    else
        (void)snprintf(out, AMOUNT_TEXT_SIZE, "%s", what);
    return out;
}

/* Tells the first mismatch, at a node; `format` takes the texts of two amounts. */
__attribute__((format(printf, 5, 0))) static struct measured
fail(struct inspection *inspection, const struct formula_node *node, const struct measured *left,
     const struct measured *right, const char *format)
{
    char left_text[AMOUNT_TEXT_SIZE], right_text[AMOUNT_TEXT_SIZE];
    char text[2 * AMOUNT_TEXT_SIZE + 200];

    if (inspection->has_failed)
        return unknown;
    inspection->has_failed = true;
    (void)snprintf(text, sizeof text, format, amount_text(inspection->checker, left, left_text),
                   amount_text(inspection->checker, right, right_text));
    checker_add(inspection->checker,
                (struct cell_place){"indicators.csv", inspection->indicator->line,
                                    inspection->column, node->offset},
                CHECKER_WORDS(inspection->checker, "indicator %u: its %s, at character %u: %s",
                              "chỉ tiêu %u: %s, ở ký tự thứ %u: %s"),
                inspection->indicator->number, inspection->column, node->offset + 1u, text);
    return unknown;
}

static bool is_percentage(const struct measured *amount)
{
    return amount->sort == AMOUNT_PERCENT ||
           (amount->sort == AMOUNT_RATIO && factor_is(amount->factor, 100));
}

static bool is_fitting(const struct measured *amount)
{
    return amount->sort == AMOUNT_UNKNOWN || amount->sort == AMOUNT_PLAIN;
}

/* One measure, or one of which it is not known; counts, of one sort of things. */
static bool is_same_measure(const struct measured *a, const struct measured *b)
{
    if (a->sort != b->sort || (a->sort != AMOUNT_COUNT && a->sort != AMOUNT_QUANTITY))
        return false;
    return strcmp(a->quantity, b->quantity) == 0 &&
           (a->measure == NULL || b->measure == NULL || a->is_converted || b->is_converted ||
            strcmp(a->measure, b->measure) == 0);
}

static struct measured add(struct inspection *inspection, const struct formula_node *node,
                           struct measured a, struct measured b)
{
    bool is_sum = node->kind == NODE_ADD;

    if (!is_sum)
        b.factor = factor_negate(b.factor);
    if (a.sort == AMOUNT_PLAIN && b.sort == AMOUNT_PLAIN)
        return (struct measured){.sort = AMOUNT_PLAIN, .factor = factor_add(a.factor, b.factor)};
    if (a.sort == AMOUNT_UNKNOWN || b.sort == AMOUNT_UNKNOWN)
        return unknown;
    if (a.sort == AMOUNT_PLAIN || b.sort == AMOUNT_PLAIN)
        return a.sort == AMOUNT_PLAIN ? b : a;
    if (is_percentage(&a) && is_percentage(&b) && is_sum)
        return fail(
            inspection, node, &a, &b,
            CHECKER_WORDS(
                inspection->checker,
                "percentages are never added (%s, %s): add what they are made of, and divide "
                "the sums",
                "không bao giờ cộng tỷ lệ phần trăm (%s, %s): cộng các số tạo ra chúng rồi chia "
                "các tổng cho nhau"));
    if (is_percentage(&a) && is_percentage(&b))
        return a;
    if (is_same_measure(&a, &b))
        return a.measure != NULL && !a.is_converted ? a : b;
    if (a.sort == AMOUNT_RATIO && b.sort == AMOUNT_RATIO)
        return (struct measured){.sort = AMOUNT_RATIO};
    if ((a.sort == AMOUNT_COMPOSED && !is_percentage(&b)) ||
        (b.sort == AMOUNT_COMPOSED && !is_percentage(&a)))
        return (struct measured){.sort = AMOUNT_COMPOSED};
    return fail(
        inspection, node, &a, &b,
        CHECKER_WORDS(
            inspection->checker,
            "%s and %s cannot be added or subtracted: all terms need the same unit of measure",
            "không thể cộng hoặc trừ %s và %s: mọi số hạng phải cùng đơn vị tính"));
}

/* `amount` times a constant. */
static struct measured scale(struct measured amount, struct factor factor)
{
    amount.factor = factor_multiply(amount.factor, factor);
    if (amount.sort == AMOUNT_QUANTITY && factor_converts(factor))
        amount.is_converted = true;
    return amount;
}

static struct measured multiply(struct measured a, struct measured b)
{
    if (a.sort == AMOUNT_UNKNOWN || b.sort == AMOUNT_UNKNOWN)
        return unknown;
    if (a.sort == AMOUNT_PLAIN || b.sort == AMOUNT_PLAIN)
        return a.sort == AMOUNT_PLAIN ? scale(b, a.factor) : scale(a, b.factor);
    if (a.sort == AMOUNT_RATIO || b.sort == AMOUNT_RATIO)
        return a.sort == AMOUNT_RATIO ? scale(b, a.factor) : scale(a, b.factor);
    if (a.sort == AMOUNT_PERCENT && b.sort != AMOUNT_PERCENT)
        return scale(b, (struct factor){0, 0});
    if (b.sort == AMOUNT_PERCENT && a.sort != AMOUNT_PERCENT)
        return scale(a, (struct factor){0, 0});
    return (struct measured){.sort = AMOUNT_COMPOSED};
}

static struct measured divide(struct inspection *inspection, const struct formula_node *node,
                              struct measured a, struct measured b)
{
    bool is_ratio = (a.sort == AMOUNT_COUNT && b.sort == AMOUNT_COUNT) || is_same_measure(&a, &b);

    if (b.sort == AMOUNT_PERCENT)
        return fail(inspection, node, &a, &b,
                    CHECKER_WORDS(inspection->checker,
                                  "%s is divided by %s: divide by the figure that it is a share of",
                                  "lấy %s chia cho %s: hãy chia cho số mà nó là một phần"));
    if (a.sort == AMOUNT_UNKNOWN || b.sort == AMOUNT_UNKNOWN)
        return unknown;
    if (b.sort == AMOUNT_PLAIN || b.sort == AMOUNT_RATIO) {
        bool keeps = a.sort != AMOUNT_PLAIN || b.sort == AMOUNT_PLAIN;
        struct measured quotient = scale(a, factor_invert(b.factor));
        quotient.sort = keeps ? a.sort : AMOUNT_RATIO;
        return quotient;
    }
    /* Between two measures of one quantity, part of the factor is that between them. */
    bool is_pure = is_ratio && (a.sort == AMOUNT_COUNT || strcmp(a.measure, b.measure) == 0);
    if (is_ratio)
        return (struct measured){.sort = AMOUNT_RATIO,
                                 .factor = is_pure
                                               ? factor_multiply(a.factor, factor_invert(b.factor))
                                               : (struct factor){0, 0}};
    return (struct measured){.sort = AMOUNT_COMPOSED};
}

static bool is_comparable(const struct measured *a, const struct measured *b)
{
    bool is_composed = a->sort == AMOUNT_COMPOSED || b->sort == AMOUNT_COMPOSED;

    if (is_fitting(a) || is_fitting(b) || is_same_measure(a, b))
        return true;
    if (a->sort == AMOUNT_RATIO && b->sort == AMOUNT_RATIO)
        return true;
    if (is_percentage(a) || is_percentage(b))
        return is_percentage(a) && is_percentage(b);
    return is_composed || (a->sort == AMOUNT_COUNT && b->sort == AMOUNT_COUNT);
}

static void inspect_truth(struct inspection *inspection, uint16_t index);

static struct measured inspect_number(struct inspection *inspection, uint16_t index)
{
    const struct formula_node *node = &inspection->formula->nodes[index];
    const struct catalogue *catalogue = inspection->checker->catalogue;
    struct measured left = unknown, right = unknown;

    switch ((enum node_kind)node->kind) {
    case NODE_NUMBER:
        return (struct measured){.sort = AMOUNT_PLAIN,
                                 .factor = {node->value, pow10_i64(node->decimals)}};
    case NODE_INDICATOR:
        return amount_of_indicator(catalogue,
                                   catalogue_indicator(catalogue, (uint32_t)node->value));
    case NODE_COUNT:
        inspect_truth(inspection, node->left);
        return (struct measured){.sort = AMOUNT_COUNT, .quantity = "", .factor = one};
    case NODE_NEGATE:
        left = inspect_number(inspection, node->left);
        left.factor = factor_negate(left.factor);
        return left;
    case NODE_ADD:
    case NODE_SUBTRACT:
        left = inspect_number(inspection, node->left);
        right = inspect_number(inspection, node->right);
        return add(inspection, node, left, right);
    case NODE_MULTIPLY:
        left = inspect_number(inspection, node->left);
        right = inspect_number(inspection, node->right);
        return multiply(left, right);
    case NODE_DIVIDE:
        left = inspect_number(inspection, node->left);
        right = inspect_number(inspection, node->right);
        return divide(inspection, node, left, right);
    case NODE_ANY_UNIT:
    case NODE_TYPE_IS:
    case NODE_TYPE_IS_NOT:
    case NODE_LESS:
    case NODE_LESS_EQUAL:
    case NODE_GREATER:
    case NODE_GREATER_EQUAL:
    case NODE_EQUAL:
    case NODE_NOT_EQUAL:
    case NODE_NOT:
    case NODE_AND:
    case NODE_OR:
        break;
    }
    assert(false && "the parser lets no truth stand for a number");
    return unknown;
}

static void inspect_truth(struct inspection *inspection, uint16_t index)
{
    const struct formula_node *node = &inspection->formula->nodes[index];

    if (node->kind == NODE_ANY_UNIT || node->kind == NODE_TYPE_IS || node->kind == NODE_TYPE_IS_NOT)
        return;
    if (node->kind == NODE_NOT || node->kind == NODE_AND || node->kind == NODE_OR) {
        inspect_truth(inspection, node->left);
        if (node->kind != NODE_NOT)
            inspect_truth(inspection, node->right);
        return;
    }
    struct measured left = inspect_number(inspection, node->left);
    struct measured right = inspect_number(inspection, node->right);
    if (!is_comparable(&left, &right))
        (void)fail(inspection, node, &left, &right,
                   CHECKER_WORDS(
                       inspection->checker,
                       "%s is compared with %s: both need the same unit of measure, or have to be "
                       "numbers of things",
                       "so %s với %s: cả hai phải cùng đơn vị tính, hoặc đều là số đếm"));
}

/* What a rule gives against the measure that its indicator has; NULL when all is well. */
static const char *find_wrong_measure(const struct checker *checker, const struct measured *given,
                                      const struct measured *own)
{
    if (is_fitting(given) || own->sort == AMOUNT_UNKNOWN)
        return NULL;
    bool is_share = own->sort == AMOUNT_PERCENT;
    if (given->sort == AMOUNT_RATIO) {
        bool is_hundredfold = factor_is(given->factor, 100);
        if (is_share && given->factor.bottom != 0 && !is_hundredfold)
            return CHECKER_WORDS(checker, "a percentage needs the factor 100: write = 100 * a / b",
                                 "tỷ lệ phần trăm cần nhân với 100: viết = 100 * a / b");
        if (!is_share && is_hundredfold)
            return CHECKER_WORDS(
                checker, "100 * a / b is a percentage: make the measure %, or leave the factor out",
                "100 * a / b là tỷ lệ phần trăm: đổi đơn vị tính thành %, hoặc bỏ số 100");
        return own->sort == AMOUNT_QUANTITY
                   ? CHECKER_WORDS(checker, "a ratio has no such measure: correct one of the two",
                                   "tỷ số không có đơn vị tính đó: sửa một trong hai")
                   : NULL;
    }
    if (given->sort == AMOUNT_COMPOSED)
        return is_share
                   ? CHECKER_WORDS(
                         checker,
                         "figures of different measures make no percentage: correct the rule, or "
                         "the measure",
                         "số liệu có đơn vị tính khác nhau không thành tỷ lệ phần trăm: sửa rule "
                         "hoặc đơn vị tính")
                   : NULL;
    if (given->sort == AMOUNT_PERCENT || is_share)
        return given->sort == AMOUNT_PERCENT && is_share
                   ? NULL
                   : CHECKER_WORDS(
                         checker,
                         "the rule and the measure do not agree on whether it is a percentage",
                         "rule và đơn vị tính không thống nhất đây có phải tỷ lệ phần trăm hay "
                         "không");
    return is_same_measure(given, own)
               ? NULL
               : CHECKER_WORDS(checker, "the rule gives another unit of measure than this one",
                               "rule cho ra đơn vị tính khác với đơn vị tính này");
}

static void inspect_rule(const struct checker *checker, const struct indicator *indicator)
{
    struct inspection inspection = {.checker = checker,
                                    .indicator = indicator,
                                    .column = "rule",
                                    .formula = indicator->formula};
    struct measured own = amount_of_indicator(checker->catalogue, indicator);
    struct measured given = inspect_number(&inspection, indicator->formula->root);
    const char *wrong = find_wrong_measure(checker, &given, &own);
    char given_text[AMOUNT_TEXT_SIZE], own_text[AMOUNT_TEXT_SIZE];

    if (wrong != NULL && !inspection.has_failed)
        checker_add(checker, (struct cell_place){"indicators.csv", indicator->line, "measure", 0},
                    CHECKER_WORDS(checker,
                                  "indicator %u: its rule gives %s, and its measure is %s: %s",
                                  "chỉ tiêu %u: rule cho ra %s, còn đơn vị tính là %s: %s"),
                    indicator->number, amount_text(checker, &given, given_text),
                    amount_text(checker, &own, own_text), wrong);
}

static void inspect_part(const struct checker *checker, const struct indicator *indicator)
{
    const struct indicator *whole = catalogue_indicator(checker->catalogue, indicator->part_of);
    char part_text[AMOUNT_TEXT_SIZE], whole_text[AMOUNT_TEXT_SIZE];

    if (whole == NULL)
        return;
    struct measured a = amount_of_indicator(checker->catalogue, indicator);
    struct measured b = amount_of_indicator(checker->catalogue, whole);
    if (!is_comparable(&a, &b))
        checker_add(
            checker, (struct cell_place){"indicators.csv", indicator->line, "part_of", 0},
            CHECKER_WORDS(
                checker,
                "indicator %u is measured in %s and its whole, indicator %u, in %s: give them "
                "the same unit of measure",
                "chỉ tiêu %u có đơn vị tính là %s, còn chỉ tiêu tổng %u là %s: đặt cùng một đơn vị "
                "tính"),
            indicator->number, amount_text(checker, &a, part_text), whole->number,
            amount_text(checker, &b, whole_text));
}

void catalogue_check_measures(const struct checker *checker)
{
    const struct catalogue *catalogue = checker->catalogue;

    for (size_t i = 0; i < catalogue->indicator_count; i++) {
        const struct indicator *indicator = &catalogue->indicators[i];
        if (indicator->formula != NULL)
            inspect_rule(checker, indicator);
        if (indicator->part_of != 0)
            inspect_part(checker, indicator);
        for (size_t j = 0; j < indicator->check_count; j++) {
            const struct formula *condition = indicator->checks[j].condition;
            struct inspection inspection = {.checker = checker,
                                            .indicator = indicator,
                                            .column = "checks",
                                            .formula = condition};
            inspect_truth(&inspection, condition->root);
        }
    }
}
