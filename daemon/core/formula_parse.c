/* The parser of formulas: precedence climbing over one table of binary operators.
 *
 * Sums and predicates share brackets ("(a + b) * 2", "(a > b or c > d) and ..."), so one routine
 * parses both and each node knows whether it is a number or a truth; an operator that is given the
 * wrong sort is the writer's mistake, and is told at the place of the operator. Names become
 * numbers here, so nothing is looked up when a formula is evaluated. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue.h"
#include "core/formula_node.h"
#include "core/mem.h"

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_WORD, TOKEN_SIGN };

struct token {
    enum token_kind kind;
    const char *at;
    size_t len;
};

struct parser {
    const char *text;
    const struct catalogue *catalogue;
    struct token token; /* the next one, not consumed yet */
    unsigned depth;
    struct formula_node nodes[FORMULA_NODES_MAX];
    size_t node_count;
    enum err err; /* the first error; everything unwinds once it is set */
    struct formula_error *ret_error;
};

/* Keeps the first error. */
static void fail(struct parser *parser, const char *at, enum err err, const char *text)
{
    if (parser->err != ERR_OK)
        return;
    parser->err = err;
    parser->ret_error->offset = (size_t)(at - parser->text);
    snprintf(parser->ret_error->text, sizeof parser->ret_error->text, "%s", text);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t word_length(const char *text)
{
    size_t len = 0;

    if (!is_letter(*text))
        return 0;
    while (is_letter(text[len]) || is_digit(text[len]) || text[len] == '_' || text[len] == '.')
        len++;
    return len;
}

static void next_token(struct parser *parser)
{
    const char *at = parser->token.at + parser->token.len;
    struct token token = {.kind = TOKEN_SIGN, .len = 1};

    at += strspn(at, " \t\n");
    token.at = at;
    if (*at == '\0') {
        token.kind = TOKEN_END;
        token.len = 0;
    } else if (is_digit(*at)) {
        token.kind = TOKEN_NUMBER;
        token.len = strspn(at, "0123456789.");
    } else if (is_letter(*at)) {
        token.kind = TOKEN_WORD;
        token.len = word_length(at);
    } else if (strchr("<>!", *at) != NULL && at[1] == '=') {
        token.len = 2;
    } else if (strchr("+-*/()<>=@", *at) == NULL) {
        fail(parser, at, ERR_SYNTAX,
             "this character has no meaning here: write codes, numbers such as 0.5, + - * / ( ), "
             "comparisons, and, or, not");
        token.kind = TOKEN_END;
    }
    parser->token = token;
}

static bool token_is(const struct token *token, const char *text)
{
    return token->kind != TOKEN_END && token->len == strlen(text) &&
           memcmp(token->at, text, token->len) == 0;
}

static bool take(struct parser *parser, const char *text)
{
    if (!token_is(&parser->token, text))
        return false;
    next_token(parser);
    return true;
}

static void expect(struct parser *parser, const char *text, const char *otherwise)
{
    if (!take(parser, text))
        fail(parser, parser->token.at, ERR_SYNTAX, otherwise);
}

bool formula_is_name(const char *word)
{
    static const char *const reserved[] = {"and", "or", "not", "count", "unit", "unit.type"};
    size_t len = strlen(word);

    if (len == 0 || word_length(word) != len || word[len - 1] == '.' || strstr(word, ".."))
        return false;
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(word, reserved[i]) == 0)
            return false;
    return true;
}

/* The name that comes next, "" (with the error set) if there is none; into `out`. */
static const char *take_name(struct parser *parser, char out[INDICATOR_CODE_MAX + 1],
                             const char *otherwise)
{
    size_t len = parser->token.len;

    out[0] = '\0';
    if (parser->token.kind == TOKEN_WORD && len <= INDICATOR_CODE_MAX) {
        memcpy(out, parser->token.at, len);
        out[len] = '\0';
    }
    if (formula_is_name(out)) {
        next_token(parser);
        return out;
    }
    fail(parser, parser->token.at, ERR_SYNTAX, otherwise);
    out[0] = '\0';
    return out;
}

static void fail_unknown(struct parser *parser, const char *at, const char *what, const char *name)
{
    char text[sizeof parser->ret_error->text];

    snprintf(text, sizeof text,
             "there is no %s \"%s\" in the catalogue: correct the name or add it", what, name);
    fail(parser, at, ERR_NOT_FOUND, text);
}

static uint16_t add_node(struct parser *parser, struct formula_node node)
{
    if (parser->node_count == FORMULA_NODES_MAX) {
        fail(parser, parser->token.at, ERR_SYNTAX,
             "the formula has too many parts: split it into two derived indicators");
        return 0;
    }
    parser->nodes[parser->node_count] = node;
    return (uint16_t)parser->node_count++;
}

static bool is_truth(const struct parser *parser, uint16_t node)
{
    return parser->nodes[node].kind >= NODE_ANY_UNIT;
}

static void need_number(struct parser *parser, uint16_t node, const char *at)
{
    if (parser->err == ERR_OK && is_truth(parser, node))
        fail(parser, at, ERR_SYNTAX,
             "a number is needed here, not a condition: conditions stand in count@level( )");
}

static void need_truth(struct parser *parser, uint16_t node, const char *at)
{
    if (parser->err == ERR_OK && !is_truth(parser, node))
        fail(parser, at, ERR_SYNTAX,
             "a condition is needed here, not a number: compare it, such as poverty.poor > 0");
}

/* The binary operators, loosest first. What they take and give follows from the kind. */
enum { PRECEDENCE_OR = 1, PRECEDENCE_AND, PRECEDENCE_COMPARE, PRECEDENCE_SUM, PRECEDENCE_TERM };

struct binary {
    const char *sign;
    int precedence;
    enum node_kind kind;
};

static const struct binary *find_binary(const struct token *token)
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
        if (token_is(token, table[i].sign))
            return &table[i];
    return NULL;
}

static uint16_t parse_expression(struct parser *parser, int precedence);

static uint16_t parse_number(struct parser *parser)
{
    struct formula_node node = {.kind = NODE_NUMBER};
    struct token token = parser->token;
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
        fail(parser, token.at, ERR_SYNTAX,
             "this is not a number: write digits and at most 6 decimals after a point, such as "
             "1000 or 0.5");
    next_token(parser);
    return add_node(parser, node);
}

/* count@LEVEL(predicate), after the word "count". */
static uint16_t parse_count(struct parser *parser)
{
    char name[INDICATOR_CODE_MAX + 1];
    struct formula_node node = {.kind = NODE_COUNT};

    expect(parser, "@", "write count@level(condition), such as count@commune(unit)");
    const char *at = parser->token.at;
    take_name(parser, name, "name a level after count@, such as count@commune(unit)");
    node.value = catalogue_level_by_code(parser->catalogue, name);
    if (node.value < 0)
        fail_unknown(parser, at, "level", name);
    expect(parser, "(", "write the condition in brackets: count@level(condition)");
    at = parser->token.at;
    node.left = parse_expression(parser, PRECEDENCE_OR);
    need_truth(parser, node.left, at);
    expect(parser, ")", "close the bracket of count@level( with )");
    return add_node(parser, node);
}

/* 'unit.type' ('=' | '!=') type-code, after the word "unit.type". */
static uint16_t parse_type(struct parser *parser)
{
    char name[INDICATOR_CODE_MAX + 1];
    struct formula_node node = {.kind = NODE_TYPE_IS};

    if (take(parser, "!="))
        node.kind = NODE_TYPE_IS_NOT;
    else
        expect(parser, "=", "compare unit.type by = or !=, such as unit.type = xa");
    const char *at = parser->token.at;
    take_name(parser, name, "name a unit type here, such as unit.type = xa");
    node.value = catalogue_type_by_code(parser->catalogue, name);
    if (node.value < 0)
        fail_unknown(parser, at, "unit type", name);
    return add_node(parser, node);
}

static uint16_t parse_indicator(struct parser *parser)
{
    char name[INDICATOR_CODE_MAX + 1];
    const char *at = parser->token.at;
    const struct indicator *indicator;

    take_name(parser, name, "write an indicator's code, a number or a bracket here");
    indicator = catalogue_indicator_by_code(parser->catalogue, name);
    if (indicator == NULL) {
        fail_unknown(parser, at, "indicator", name);
        return 0;
    }
    return add_node(parser,
                    (struct formula_node){.kind = NODE_INDICATOR, .value = indicator->number});
}

static uint16_t parse_prefixed(struct parser *parser)
{
    const char *at = parser->token.at;
    uint16_t node;

    if (parser->token.kind == TOKEN_NUMBER)
        return parse_number(parser);
    if (take(parser, "(")) {
        node = parse_expression(parser, PRECEDENCE_OR);
        expect(parser, ")", "close the bracket with ), or write an operator");
        return node;
    }
    if (take(parser, "-")) {
        node = parse_expression(parser, PRECEDENCE_TERM + 1);
        need_number(parser, node, at);
        return add_node(parser, (struct formula_node){.kind = NODE_NEGATE, .left = node});
    }
    if (take(parser, "not")) {
        node = parse_expression(parser, PRECEDENCE_COMPARE);
        need_truth(parser, node, at);
        return add_node(parser, (struct formula_node){.kind = NODE_NOT, .left = node});
    }
    if (take(parser, "count"))
        return parse_count(parser);
    if (take(parser, "unit.type"))
        return parse_type(parser);
    if (take(parser, "unit"))
        return add_node(parser, (struct formula_node){.kind = NODE_ANY_UNIT});
    return parse_indicator(parser);
}

static uint16_t parse_binary(struct parser *parser, const struct binary *binary, uint16_t left)
{
    const char *at = parser->token.at;
    bool is_logic = binary->precedence < PRECEDENCE_COMPARE;

    next_token(parser);
    uint16_t right = parse_expression(parser, binary->precedence + 1);
    (is_logic ? need_truth : need_number)(parser, left, at);
    (is_logic ? need_truth : need_number)(parser, right, at);
    return add_node(
        parser, (struct formula_node){.kind = (uint8_t)binary->kind, .left = left, .right = right});
}

/* Everything that binds at least as tightly as `precedence`. */
static uint16_t parse_expression(struct parser *parser, int precedence)
{
    const struct binary *binary;

    if (parser->depth == FORMULA_DEPTH_MAX)
        fail(parser, parser->token.at, ERR_SYNTAX,
             "brackets and signs are nested too deeply here: write the formula more simply");
    if (parser->err != ERR_OK)
        return 0;
    parser->depth++;
    uint16_t left = parse_prefixed(parser);
    while (parser->err == ERR_OK && (binary = find_binary(&parser->token)) != NULL &&
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

static void parse_rule(struct parser *parser, uint16_t *ret_root)
{
    bool is_sum = take(parser, "=");
    const char *at = parser->token.at;

    if (!is_sum && !token_is(&parser->token, "count"))
        fail(parser, at, ERR_SYNTAX,
             "a rule begins with = or count@, such as \"= 100 * a / b\" or \"count@commune(a > "
             "0)\"");
    uint16_t root = is_sum ? parse_expression(parser, PRECEDENCE_OR) : parse_prefixed(parser);
    need_number(parser, root, at);
    if (parser->err == ERR_OK && parser->token.kind != TOKEN_END)
        fail(parser, parser->token.at, ERR_SYNTAX,
             "the formula should end here: write an operator (+ - * /), or remove the rest");
    *ret_root = root;
}

enum err formula_parse(const char *text, const struct catalogue *catalogue,
                       struct formula **ret_formula, struct formula_error *ret_error)
{
    struct parser parser = {
        .text = text,
        .catalogue = catalogue,
        .token = {.at = text},
        .ret_error = ret_error,
    };
    uint16_t root = 0;

    if (strlen(text) > FORMULA_TEXT_MAX)
        fail(&parser, text + FORMULA_TEXT_MAX, ERR_SYNTAX,
             "the formula is too long: split it into two derived indicators");
    next_token(&parser);
    parse_rule(&parser, &root);
    if (parser.err != ERR_OK)
        return parser.err;

    struct formula *formula = mem_calloc(1, sizeof *formula);
    formula->root = root;
    formula->node_count = parser.node_count;
    formula->nodes = mem_alloc(parser.node_count * sizeof *formula->nodes);
    memcpy(formula->nodes, parser.nodes, parser.node_count * sizeof *formula->nodes);
    collect_operands(formula);
    *ret_formula = formula;
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
