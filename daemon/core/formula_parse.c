/* The parser of formulas: precedence climbing over one table of binary operators.
 *
 * Sums and predicates share brackets ("(a + b) * 2", "(a > b or c > d) and ..."), so one routine
 * parses both and each node knows whether it is a number or a truth; an operator that is given the
 * wrong sort is the writer's mistake, and is told at the place of the operator. Names become
 * numbers here, so nothing is looked up when a formula is evaluated. */
#include "core/formula_parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue.h"
#include "core/mem.h"

void formula_parser_fail_unknown(struct formula_parser *parser, const char *at, const char *what,
                                 const char *name)
{
    char text[FORMULA_ERROR_SIZE];

    snprintf(text, sizeof text,
             SCAN_WORDS(&parser->scan,
                        "there is no %s \"%s\" in the catalogue: correct the name or add it",
                        "danh mục không có %s “%s”: sửa lại mã, hoặc thêm vào danh mục"),
             what, name);
    formula_scan_fail(&parser->scan, at, ERR_NOT_FOUND, text);
}

uint16_t formula_parser_add(struct formula_parser *parser, const char *at, struct formula_node node)
{
    if (parser->node_count == FORMULA_NODES_MAX) {
        formula_scan_fail(
            &parser->scan, parser->scan.token.at, ERR_SYNTAX,
            SCAN_WORDS(&parser->scan,
                       "the formula has too many parts: split it into two derived indicators",
                       "công thức có quá nhiều phần: tách thành hai chỉ tiêu tính ra"));
        return 0;
    }
    node.offset = (uint16_t)(at - parser->scan.text);
    parser->nodes[parser->node_count] = node;
    return (uint16_t)parser->node_count++;
}

static bool is_truth(const struct formula_parser *parser, uint16_t node)
{
    return parser->nodes[node].kind >= NODE_ANY_UNIT;
}

static void need_number(struct formula_parser *parser, uint16_t node, const char *at)
{
    if (parser->scan.err == ERR_OK && is_truth(parser, node))
        formula_scan_fail(
            &parser->scan, at, ERR_SYNTAX,
            SCAN_WORDS(
                &parser->scan,
                "a number is needed here, not a condition: conditions stand in count@level( )",
                "ở đây cần một con số, không phải điều kiện: điều kiện viết trong count@level( )"));
}

static void need_truth(struct formula_parser *parser, uint16_t node, const char *at)
{
    if (parser->scan.err == ERR_OK && !is_truth(parser, node))
        formula_scan_fail(
            &parser->scan, at, ERR_SYNTAX,
            SCAN_WORDS(
                &parser->scan,
                "a condition is needed here, not a number: compare it, such as poverty.poor > 0",
                "ở đây cần một điều kiện, không phải con số: hãy so sánh, như poverty.poor > 0"));
}

/* The binary operators, loosest first. What they take and give follows from the kind. */
enum { PRECEDENCE_OR = 1, PRECEDENCE_AND, PRECEDENCE_COMPARE, PRECEDENCE_SUM, PRECEDENCE_TERM };

struct binary {
    const char *sign;
    int precedence;
    enum node_kind kind;
};

static const struct binary *find_binary(const struct formula_token *token)
{
    static const struct binary table[] = {
        {"or", PRECEDENCE_OR, NODE_OR},          {"and", PRECEDENCE_AND, NODE_AND},
        {"<", PRECEDENCE_COMPARE, NODE_LESS},    {"<=", PRECEDENCE_COMPARE, NODE_LESS_EQUAL},
        {">", PRECEDENCE_COMPARE, NODE_GREATER}, {">=", PRECEDENCE_COMPARE, NODE_GREATER_EQUAL},
        {"=", PRECEDENCE_COMPARE, NODE_EQUAL},   {"!=", PRECEDENCE_COMPARE, NODE_NOT_EQUAL},
        {"+", PRECEDENCE_SUM, NODE_ADD},         {"-", PRECEDENCE_SUM, NODE_SUBTRACT},
        {"*", PRECEDENCE_TERM, NODE_MULTIPLY},   {"/", PRECEDENCE_TERM, NODE_DIVIDE},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (formula_token_is(token, table[i].sign))
            return &table[i];
    return NULL;
}

static uint16_t parse_expression(struct formula_parser *parser, int precedence);

uint16_t formula_parser_number(struct formula_parser *parser)
{
    struct formula_node node = {.kind = NODE_NUMBER};
    struct formula_token token = parser->scan.token;
    bool has_point = false, is_wrong = token.at[token.len - 1] == '.';

    for (size_t i = 0; i < token.len; i++) {
        if (token.at[i] == '.') {
            is_wrong |= has_point;
            has_point = true;
            continue;
        }
        node.decimals = (uint8_t)(node.decimals + has_point);
        is_wrong |= node.decimals > INDICATOR_DECIMALS_MAX ||
                    __builtin_mul_overflow(node.value, 10, &node.value) ||
                    __builtin_add_overflow(node.value, token.at[i] - '0', &node.value);
        if (is_wrong)
            break;
    }
    if (is_wrong)
        formula_scan_fail(
            &parser->scan, token.at, ERR_SYNTAX,
            SCAN_WORDS(
                &parser->scan,
                "this is not a number: write digits and at most 6 decimals after a point, such as "
                "1000 or 0.5",
                "đây không phải là số: viết các chữ số và nhiều nhất 6 chữ số thập phân sau dấu "
                "chấm, như 1000 hoặc 0.5"));
    formula_scan_next(&parser->scan);
    return formula_parser_add(parser, token.at, node);
}

/* Types are what units are called by, so they are easily taken for levels. */
static void fail_level(struct formula_parser *parser, const char *at, const char *name)
{
    char text[FORMULA_ERROR_SIZE];

    if (catalogue_type_by_code(parser->catalogue, name) < 0) {
        formula_parser_fail_unknown(parser, at, SCAN_WORDS(&parser->scan, "level", "cấp"), name);
        return;
    }
    snprintf(
        text, sizeof text,
        SCAN_WORDS(&parser->scan,
                   "\"%s\" is a type: name a level, and ask for the type in the brackets: "
                   "(unit.type = ...)",
                   "“%s” là loại đơn vị: ghi một cấp, và hỏi loại trong ngoặc: (unit.type = ...)"),
        name);
    formula_scan_fail(&parser->scan, at, ERR_SYNTAX, text);
}

/* count@LEVEL(predicate), from the word "count" on. */
static uint16_t parse_count(struct formula_parser *parser)
{
    char name[INDICATOR_CODE_MAX + 1];
    struct formula_node node = {.kind = NODE_COUNT};
    const char *begin = parser->scan.token.at;

    formula_scan_next(&parser->scan);
    formula_scan_expect(&parser->scan, "@",
                        SCAN_WORDS(&parser->scan,
                                   "write count@level(condition), such as count@commune(unit)",
                                   "viết count@cấp(điều kiện), như count@commune(unit)"));
    const char *at = parser->scan.token.at;
    formula_scan_name(&parser->scan, name,
                      SCAN_WORDS(&parser->scan,
                                 "name a level after count@, such as count@commune(unit)",
                                 "ghi một cấp sau count@, như count@commune(unit)"));
    node.value = catalogue_level_by_code(parser->catalogue, name);
    if (node.value < 0)
        fail_level(parser, at, name);
    formula_scan_expect(&parser->scan, "(",
                        SCAN_WORDS(&parser->scan,
                                   "write the condition in brackets: count@level(condition)",
                                   "viết điều kiện trong ngoặc: count@cấp(điều kiện)"));
    at = parser->scan.token.at;
    node.left = parse_expression(parser, PRECEDENCE_OR);
    need_truth(parser, node.left, at);
    formula_scan_expect(&parser->scan, ")",
                        SCAN_WORDS(&parser->scan, "close the bracket of count@level( with )",
                                   "đóng ngoặc của count@cấp( bằng )"));
    return formula_parser_add(parser, begin, node);
}

/* 'unit.type' ('=' | '!=') type-code, after the word "unit.type". */
static uint16_t parse_type(struct formula_parser *parser)
{
    char name[INDICATOR_CODE_MAX + 1];
    struct formula_node node = {.kind = NODE_TYPE_IS};

    if (formula_scan_take(&parser->scan, "!="))
        node.kind = NODE_TYPE_IS_NOT;
    else
        formula_scan_expect(&parser->scan, "=",
                            SCAN_WORDS(&parser->scan,
                                       "compare unit.type by = or !=, such as unit.type = xa",
                                       "so sánh unit.type bằng = hoặc !=, như unit.type = xa"));
    const char *at = parser->scan.token.at;
    formula_scan_name(&parser->scan, name,
                      SCAN_WORDS(&parser->scan, "name a unit type here, such as unit.type = xa",
                                 "ghi một loại đơn vị ở đây, như unit.type = xa"));
    node.value = catalogue_type_by_code(parser->catalogue, name);
    if (node.value < 0)
        formula_parser_fail_unknown(parser, at,
                                    SCAN_WORDS(&parser->scan, "unit type", "loại đơn vị"), name);
    return formula_parser_add(parser, at, node);
}

static uint16_t parse_indicator(struct formula_parser *parser)
{
    char name[INDICATOR_CODE_MAX + 1];
    const char *at = parser->scan.token.at;
    const struct indicator *indicator;

    formula_scan_name(&parser->scan, name,
                      SCAN_WORDS(&parser->scan,
                                 "write an indicator's code, a number or a bracket here",
                                 "viết mã chỉ tiêu, số hoặc dấu ngoặc ở đây"));
    indicator = catalogue_indicator_by_code(parser->catalogue, name);
    if (indicator == NULL) {
        formula_parser_fail_unknown(parser, at, SCAN_WORDS(&parser->scan, "indicator", "chỉ tiêu"),
                                    name);
        return 0;
    }
    return formula_parser_add(
        parser, at, (struct formula_node){.kind = NODE_INDICATOR, .value = indicator->number});
}

static uint16_t parse_prefixed(struct formula_parser *parser)
{
    const char *at = parser->scan.token.at;
    uint16_t node;

    if (parser->scan.token.kind == TOKEN_NUMBER)
        return formula_parser_number(parser);
    if (formula_scan_take(&parser->scan, "(")) {
        node = parse_expression(parser, PRECEDENCE_OR);
        formula_scan_expect(&parser->scan, ")",
                            SCAN_WORDS(&parser->scan,
                                       "close the bracket with ), or write an operator",
                                       "đóng ngoặc bằng ), hoặc viết một phép tính"));
        return node;
    }
    if (formula_scan_take(&parser->scan, "-")) {
        node = parse_expression(parser, PRECEDENCE_TERM + 1);
        need_number(parser, node, at);
        return formula_parser_add(parser, at,
                                  (struct formula_node){.kind = NODE_NEGATE, .left = node});
    }
    if (formula_scan_take(&parser->scan, "not")) {
        node = parse_expression(parser, PRECEDENCE_COMPARE);
        need_truth(parser, node, at);
        return formula_parser_add(parser, at,
                                  (struct formula_node){.kind = NODE_NOT, .left = node});
    }
    if (formula_token_is(&parser->scan.token, "count"))
        return parse_count(parser);
    if (formula_scan_take(&parser->scan, "unit.type"))
        return parse_type(parser);
    if (formula_scan_take(&parser->scan, "unit"))
        return formula_parser_add(parser, at, (struct formula_node){.kind = NODE_ANY_UNIT});
    return parse_indicator(parser);
}

static uint16_t parse_binary(struct formula_parser *parser, const struct binary *binary,
                             uint16_t left)
{
    const char *at = parser->scan.token.at;
    bool is_logic = binary->precedence < PRECEDENCE_COMPARE;

    formula_scan_next(&parser->scan);
    uint16_t right = parse_expression(parser, binary->precedence + 1);
    (is_logic ? need_truth : need_number)(parser, left, at);
    (is_logic ? need_truth : need_number)(parser, right, at);
    return formula_parser_add(
        parser, at,
        (struct formula_node){.kind = (uint8_t)binary->kind, .left = left, .right = right});
}

/* Everything that binds at least as tightly as `precedence`. */
static uint16_t parse_expression(struct formula_parser *parser, int precedence)
{
    const struct binary *binary;

    if (parser->depth == FORMULA_DEPTH_MAX)
        formula_scan_fail(
            &parser->scan, parser->scan.token.at, ERR_SYNTAX,
            SCAN_WORDS(
                &parser->scan,
                "brackets and signs are nested too deeply here: write the formula more simply",
                "ngoặc và dấu lồng nhau quá sâu ở đây: viết công thức đơn giản hơn"));
    if (parser->scan.err != ERR_OK)
        return 0;
    parser->depth++;
    uint16_t left = parse_prefixed(parser);
    while (parser->scan.err == ERR_OK && (binary = find_binary(&parser->scan.token)) != NULL &&
           binary->precedence >= precedence)
        left = parse_binary(parser, binary, left);
    parser->depth--;
    return left;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

static void collect_operands(struct formula *formula)
{
    size_t count = 0, kept = 0;

    formula->operands = mem_calloc(formula->node_count, sizeof *formula->operands);
    for (size_t i = 0; i < formula->node_count; i++)
        if (formula->nodes[i].kind == NODE_INDICATOR)
            formula->operands[count++] = (uint32_t)formula->nodes[i].value;
    qsort(formula->operands, count, sizeof *formula->operands, compare_numbers);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || formula->operands[kept - 1] != formula->operands[i])
            formula->operands[kept++] = formula->operands[i];
    formula->operand_count = kept;
}

static void parse_rule(struct formula_parser *parser, uint16_t *ret_root)
{
    bool is_sum = formula_scan_take(&parser->scan, "=");
    const char *at = parser->scan.token.at;

    if (!is_sum && !formula_token_is(&parser->scan.token, "count"))
        formula_scan_fail(
            &parser->scan, at, ERR_SYNTAX,
            SCAN_WORDS(
                &parser->scan,
                "a rule begins with = or count@, such as \"= 100 * a / b\" or \"count@commune(a > "
                "0)\"",
                "rule bắt đầu bằng = hoặc count@, như “= 100 * a / b” hoặc “count@commune(a > "
                "0)”"));
    uint16_t root = is_sum ? parse_expression(parser, PRECEDENCE_OR) : parse_prefixed(parser);
    need_number(parser, root, at);
    if (parser->scan.err == ERR_OK && parser->scan.token.kind != TOKEN_END)
        formula_scan_fail(
            &parser->scan, parser->scan.token.at, ERR_SYNTAX,
            SCAN_WORDS(
                &parser->scan,
                "the formula should end here: write an operator (+ - * /), or remove the rest",
                "công thức phải kết thúc ở đây: viết một phép tính (+ - * /), hoặc bỏ phần còn "
                "lại"));
    *ret_root = root;
}

uint16_t formula_parser_sum(struct formula_parser *parser)
{
    const char *at = parser->scan.token.at;
    uint16_t root = parse_expression(parser, PRECEDENCE_SUM);

    need_number(parser, root, at);
    return root;
}

struct formula *formula_parser_finish(const struct formula_parser *parser, uint16_t root)
{
    struct formula *formula = mem_calloc(1, sizeof *formula);

    formula->root = root;
    formula->node_count = parser->node_count;
    formula->nodes = mem_alloc(parser->node_count * sizeof *formula->nodes);
    memcpy(formula->nodes, parser->nodes, parser->node_count * sizeof *formula->nodes);
    collect_operands(formula);
    return formula;
}

enum err formula_parse(const char *text, const struct catalogue *catalogue,
                       struct formula **ret_formula, struct formula_error *ret_error)
{
    struct formula_parser parser = {.catalogue = catalogue};
    uint16_t root = 0;

    formula_scan_start(&parser.scan, text, false, ret_error);
    if (strlen(text) > FORMULA_TEXT_MAX)
        formula_scan_fail(
            &parser.scan, text + FORMULA_TEXT_MAX, ERR_SYNTAX,
            SCAN_WORDS(&parser.scan,
                       "the formula is too long: split it into two derived indicators",
                       "công thức quá dài: tách thành hai chỉ tiêu tính ra"));
    parse_rule(&parser, &root);
    if (parser.scan.err != ERR_OK)
        return parser.scan.err;
    *ret_formula = formula_parser_finish(&parser, root);
    return ERR_OK;
}

void formula_free(struct formula **formula)
{
    if (*formula == NULL)
        return;
    free((*formula)->nodes);
    free((*formula)->operands);
    free(*formula);
    *formula = NULL;
}

const uint32_t *formula_operands(const struct formula *formula, size_t *ret_count)
{
    *ret_count = formula->operand_count;
    return formula->operands;
}

bool formula_is_ratio(const struct formula *formula)
{
    for (size_t i = 0; i < formula->node_count; i++)
        if (formula->nodes[i].kind == NODE_DIVIDE)
            return true;
    return false;
}
