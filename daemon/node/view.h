/* Views: the figures of one unit under one period, entered and derived, loaded when they are asked
 * for. What queries and formulas see. */
#ifndef NODE_VIEW_H
#define NODE_VIEW_H

#include "core/coverage.h"
#include "core/figure.h"
#include "core/formula.h"
#include "node/node.h"

/* The roll-ups of one unit by form, loaded one by one. */
struct view {
    struct node *node;
    struct store_txn *txn;
    uint8_t kind;
    struct period period;
    uint32_t unit;
    struct figures *forms; /* one for each of catalogue.forms */
    bool *is_loaded;
};

/* The unit must be in the period's tree. */
void view_init(struct view *view, struct node *node, struct store_txn *txn,
               const struct report_key *key);
void view_fini(struct view *view);
/* An indicator's value, entered or derived, as it travels in an answer. */
void view_value(struct view *view, const struct indicator *indicator, Tonghop__Value *ret_value);

/* A figure as it travels in an answer (NULL: no value). */
void value_of_figure(const struct figure *figure, Tonghop__Value *ret_value);

/* What coverage asks of the store; `filings` must outlive the source. */
struct view_filings {
    struct store_txn *txn;
    uint8_t kind;
    uint16_t year;
};
struct coverage_source view_coverage_source(struct view_filings *filings);

/* Whether reports that figures of `unit` need may be held elsewhere alone: units beneath it in the
 * period's tree stood outside this node's subtree under another label of the year. Never so for S1,
 * which needs no other label, nor at the root. */
bool view_is_split_year(struct node *node, struct period period, uint32_t unit);

#endif
