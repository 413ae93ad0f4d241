/* Private to formula_parse.c and check_parse.c: the parser of sums, which both are made of. */
#ifndef CORE_FORMULA_PARSER_H
#define CORE_FORMULA_PARSER_H

#include "core/formula_node.h"
#include "core/formula_scan.h"

struct formula_parser {
    struct formula_scan scan;
    const struct catalogue *catalogue;
    unsigned depth;
    struct formula_node nodes[FORMULA_NODES_MAX];
    size_t node_count;
};

/* The index of the new node; `at` is where it stands. Fails when there are too many. */
uint16_t formula_parser_add(struct formula_parser *parser, const char *at,
                            struct formula_node node);
void formula_parser_fail_unknown(struct formula_parser *parser, const char *at, const char *what,
                                 const char *name);
/* The number that is the next token. */
uint16_t formula_parser_number(struct formula_parser *parser);
/* A sum; fails where a condition stands for it. */
uint16_t formula_parser_sum(struct formula_parser *parser);
/* Makes a formula of the nodes, which it copies. Not to be called when the scan has failed. */
struct formula *formula_parser_finish(const struct formula_parser *parser, uint16_t root);

#endif
