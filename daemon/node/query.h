/* What the queries share: resolving what was asked, and naming units and indicators in answers. */
#ifndef NODE_QUERY_H
#define NODE_QUERY_H

#include "node/step.h"
#include "node/view.h"

enum { QUERY_WORD_SIZE = 65 };
enum { QUERY_LINES_MAX = 50000 }; /* lines of one answer; more is a refusal that says "narrow it" */

struct query {
    uint8_t kind;
    struct period period;
    uint16_t from;           /* first year of a span that ends with `period`; else its own year */
    const struct tree *tree; /* of the period */
    uint32_t unit; /* in the tree, beneath this node, and within what the sender may read */
};

/* Resolves kind, period and unit; refuses and returns false if something is wrong. */
bool query_resolve(struct step *step, uint32_t kind, const char *period, const char *unit,
                   struct query *ret_query);
/* The same of actual figures of a period that is known. */
bool query_resolve_in(struct step *step, struct period period, const char *unit,
                      struct query *ret_query);
/* Whether there can be figures of the period: plans there can be before. Refuses and returns false
 * if not. */
bool query_has_begun(struct step *step, uint8_t kind, const struct tree *tree);
/* Resolves the first year of a span ("": none) that ends with the query's period, which has to be a
 * year; refuses and returns false if something is wrong. */
bool query_resolve_span(struct step *step, const char *from, struct query *query);
/* A unit of the tree by code or id, wherever it stands; refuses and returns false if there is none,
 * with the codes of those that are called so. */
bool query_find_unit(struct step *step, const char *text, const struct tree *tree,
                     uint32_t *ret_unit);
enum { QUERY_UNIT_SIZE = UNIT_CODE_MAX + 1 };
/* What to type for a unit of the tree so that it is found: its code, or "id:" and its id where
 * another is meant by the code too. Into QUERY_UNIT_SIZE bytes; returns `out`. */
const char *query_unit_code(const struct node *node, const struct tree *tree, uint32_t unit,
                            char *out);
/* What was asked for, as a refusal repeats it: its beginning, into QUERY_WORD_SIZE bytes; returns
 * `out`. */
const char *query_word(const char *text, char *out);
/* An entered or derived indicator by code; refuses and returns NULL if there is none. */
const struct indicator *query_indicator(struct step *step, const char *code);

/* What a peer may read: administrators and people on the local socket everything held here. */
bool query_may_read(const struct peer *peer, const struct tree *tree, uint32_t unit);

/* Initialise and fill; strings stay the catalogue's. `day` chooses the version. */
void query_unit_info(const struct node *node, uint32_t unit, struct date day,
                     Tonghop__UnitInfo *ret_info);
void query_indicator_info(const struct node *node, const struct indicator *indicator,
                          Tonghop__IndicatorInfo *ret_info);

#endif
