/* The parser of checks. What stands to the right of the sign is a sum of the formula language; the
 * indicator itself is put to its left, so that a check is a condition like any other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue.h"
#include "core/check.h"
#include "core/formula_parser.h"
#include "core/mem.h"

static const char *begins_with(const struct formula_scan *scan)
{
    return SCAN_WORDS(
        scan,
        "a check begins with <=, >=, ==, <, >, != or in {...}, after warn: and levels if there are "
        "any, such as \"warn: commune <= 100\"",
        "điều kiện bắt đầu bằng <=, >=, ==, <, >, != hoặc in {...}, sau warn: và các cấp nếu có, "
        "như “warn: commune <= 100”");
}

/* Another sort of mistake gets a better remedy than "no such level". */
static void fail_level(struct formula_parser *parser, const char *at, const char *name)
{
    if (catalogue_indicator_by_code(parser->catalogue, name) != NULL)
        formula_scan_fail(
            &parser->scan, at, ERR_SYNTAX,
            SCAN_WORDS(&parser->scan,
                       "the left side of a check is the indicator itself: leave it out, and "
                       "begin with <=, >=, ==, <, >, != or in {...}",
                       "vế trái của điều kiện chính là chỉ tiêu: bỏ nó đi, và bắt đầu bằng <=, >=, "
                       "==, <, >, != hoặc in {...}"));
    else
        formula_parser_fail_unknown(parser, at, SCAN_WORDS(&parser->scan, "level", "cấp"), name);
}

/* level { '|' level }, if there is one. */
static uint32_t parse_levels(struct formula_parser *parser)
{
    struct formula_scan *scan = &parser->scan;
    uint32_t mask = 0;

    while (scan->err == ERR_OK && scan->token.kind == TOKEN_WORD &&
           !formula_token_is(&scan->token, "in")) {
        char name[INDICATOR_CODE_MAX + 1];
        const char *at = scan->token.at;
        formula_scan_name(scan, name, begins_with(scan));
        int level = catalogue_level_by_code(parser->catalogue, name);
        if (level < 0)
            fail_level(parser, at, name);
        else
            mask |= 1u << level;
        if (!formula_scan_take(scan, "|"))
            break;
        if (scan->token.kind != TOKEN_WORD)
            formula_scan_fail(scan, scan->token.at, ERR_SYNTAX,
                              SCAN_WORDS(scan,
                                         "name another level after |, such as commune|district",
                                         "ghi một cấp nữa sau |, như commune|district"));
    }
    return mask;
}

/* [ '-' ] number */
static uint16_t parse_member(struct formula_parser *parser)
{
    const char *at = parser->scan.token.at;
    bool is_negative = formula_scan_take(&parser->scan, "-");

    if (parser->scan.token.kind != TOKEN_NUMBER) {
        formula_scan_fail(&parser->scan, parser->scan.token.at, ERR_SYNTAX,
                          SCAN_WORDS(&parser->scan, "write a number here, such as in {0, 1}",
                                     "viết một số ở đây, như in {0, 1}"));
        return 0;
    }
    uint16_t number = formula_parser_number(parser);
    if (!is_negative)
        return number;
    return formula_parser_add(parser, at,
                              (struct formula_node){.kind = NODE_NEGATE, .left = number});
}

/* { number {, number} }, each an equality: one of them has to hold. */
static uint16_t parse_set(struct formula_parser *parser, const char *at, uint16_t left)
{
    struct formula_scan *scan = &parser->scan;
    uint16_t any = 0;
    bool is_first = true;

    formula_scan_expect(scan, "{",
                        SCAN_WORDS(scan, "write the numbers in braces: in {0, 1}",
                                   "viết các số trong ngoặc nhọn: in {0, 1}"));
    while (scan->err == ERR_OK) {
        struct formula_node equal = {
            .kind = NODE_EQUAL, .left = left, .right = parse_member(parser)};
        uint16_t one = formula_parser_add(parser, at, equal);
        struct formula_node either = {.kind = NODE_OR, .left = any, .right = one};
        any = is_first ? one : formula_parser_add(parser, at, either);
        is_first = false;
        if (!formula_scan_take(scan, ","))
            break;
    }
    formula_scan_expect(scan, "}",
                        SCAN_WORDS(scan, "close the numbers with }, or write a comma between them",
                                   "đóng ngoặc nhọn bằng }, hoặc viết dấu phẩy giữa các số"));
    return any;
}

/* The kind of the sign that comes next; false if it is none. */
static bool find_sign(const struct formula_token *token, enum node_kind *ret_kind)
{
    static const struct {
        const char *sign;
        enum node_kind kind;
    } signs[] = {
        {"<=", NODE_LESS_EQUAL}, {">=", NODE_GREATER_EQUAL}, {"==", NODE_EQUAL},
        {"<", NODE_LESS},        {">", NODE_GREATER},        {"!=", NODE_NOT_EQUAL},
    };

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (formula_token_is(token, signs[i].sign)) {
            *ret_kind = signs[i].kind;
            return true;
        }
    }
    return false;
}

static uint16_t parse_condition(struct formula_parser *parser, uint32_t indicator,
                                uint16_t *ret_right)
{
    struct formula_scan *scan = &parser->scan;
    const char *at = scan->token.at;
    enum node_kind kind;
    uint16_t left = formula_parser_add(
        parser, at, (struct formula_node){.kind = NODE_INDICATOR, .value = indicator});

    *ret_right = CHECK_NO_NODE;
    if (formula_scan_take(scan, "in"))
        return parse_set(parser, at, left);
    if (formula_token_is(&scan->token, "="))
        formula_scan_fail(
            scan, at, ERR_SYNTAX,
            SCAN_WORDS(scan, "write == where two figures have to be equal; a single = makes a rule",
                       "viết == khi hai số phải bằng nhau; một dấu = là của rule"));
    if (!find_sign(&scan->token, &kind)) {
        formula_scan_fail(scan, at, ERR_SYNTAX, begins_with(scan));
        return 0;
    }
    formula_scan_next(scan);
    *ret_right = formula_parser_sum(parser);
    return formula_parser_add(
        parser, at,
        (struct formula_node){.kind = (uint8_t)kind, .left = left, .right = *ret_right});
}

/* What stands from `begin` up to the next token, without the blanks before that. */
static char *copy_text(const char *begin, const char *end)
{
    while (end > begin && strchr(" \t\n", end[-1]) != NULL)
        end--;
    return mem_strndup(begin, (size_t)(end - begin));
}

/* One check, up to the ';' or the end behind it. False: failed. */
static bool parse_check(struct formula_parser *parser, uint32_t indicator, struct check *ret_check)
{
    struct formula_scan *scan = &parser->scan;
    const char *begin = scan->token.at;
    struct check check = {0};

    parser->node_count = 0;
    if (formula_token_is(&scan->token, ";") || scan->token.kind == TOKEN_END)
        formula_scan_fail(scan, begin, ERR_SYNTAX,
                          SCAN_WORDS(scan, "a check is missing here: write one, or remove the ;",
                                     "ở đây thiếu một điều kiện: viết vào, hoặc bỏ dấu ;"));
    if (formula_scan_take(scan, "warn")) {
        check.is_warning = true;
        formula_scan_expect(scan, ":",
                            SCAN_WORDS(scan, "write warn: with a colon, such as \"warn: <= 100\"",
                                       "viết warn: có dấu hai chấm, như “warn: <= 100”"));
    }
    check.level_mask = parse_levels(parser);
    uint16_t root = scan->err == ERR_OK ? parse_condition(parser, indicator, &check.right) : 0;
    if (scan->err == ERR_OK && scan->token.kind != TOKEN_END &&
        !formula_token_is(&scan->token, ";"))
        formula_scan_fail(
            scan, scan->token.at, ERR_SYNTAX,
            SCAN_WORDS(scan,
                       "the check should end here: write an operator (+ - * /), or ; before "
                       "the next check",
                       "điều kiện phải kết thúc ở đây: viết một phép tính (+ - * /), hoặc ; trước "
                       "điều kiện tiếp theo"));
    if (scan->err != ERR_OK)
        return false;
    check.text = copy_text(begin, scan->token.at);
    check.offset = (uint16_t)(begin - scan->text);
    check.condition = formula_parser_finish(parser, root);
    *ret_check = check;
    return true;
}

enum err checks_parse(const char *text, const struct indicator *indicator,
                      const struct catalogue *catalogue, struct check **ret_checks,
                      size_t *ret_count, struct formula_error *ret_error)
{
    struct formula_parser parser = {.catalogue = catalogue};
    struct check *checks = NULL;
    size_t count = 0, capacity = 0;

    formula_scan_start(&parser.scan, text, true, ret_error);
    if (strlen(text) > CHECKS_TEXT_MAX)
        formula_scan_fail(
            &parser.scan, text + CHECKS_TEXT_MAX, ERR_SYNTAX,
            SCAN_WORDS(&parser.scan,
                       "the checks are too long: write fewer, or make a derived indicator of a "
                       "sum that they share",
                       "các điều kiện quá dài: viết ít hơn, hoặc lập một chỉ tiêu tính ra cho tổng "
                       "dùng chung"));
    bool has_more = parser.scan.err != ERR_OK || parser.scan.token.kind != TOKEN_END;
    while (has_more) {
        if (count == CHECKS_MAX)
            formula_scan_fail(&parser.scan, parser.scan.token.at, ERR_SYNTAX,
                              SCAN_WORDS(&parser.scan,
                                         "an indicator has at most 20 checks: leave some out",
                                         "một chỉ tiêu có nhiều nhất 20 điều kiện: bỏ bớt"));
        struct check check;
        if (parser.scan.err != ERR_OK || !parse_check(&parser, indicator->number, &check))
            break;
        checks = mem_grow(checks, count, &capacity, sizeof *checks);
        checks[count++] = check;
        has_more = formula_scan_take(&parser.scan, ";");
    }
    if (parser.scan.err != ERR_OK) {
        checks_free(&checks, &count);
        return parser.scan.err;
    }
    *ret_checks = checks;
    *ret_count = count;
    return ERR_OK;
}

void checks_free(struct check **checks, size_t *count)
{
    for (size_t i = 0; i < *count; i++) {
        free((*checks)[i].text);
        formula_free(&(*checks)[i].condition);
    }
    free(*checks);
    *checks = NULL;
    *count = 0;
}
