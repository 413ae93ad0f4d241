/* Checks: what has to hold between the figure of an indicator and others. Parsed once, and made
 * against a formula_env: among the cells of one report when it is taken in (validate.h), and on
 * roll-ups when they are asked for.
 *
 *     checks    := check { ';' check }
 *     check     := [ 'warn' ':' ] [ level { '|' level } ] condition
 *     condition := ('<=' | '>=' | '==' | '<' | '>' | '!=') sum | 'in' '{' number { ',' number } '}'
 *
 * The left side is the indicator itself; a sum is that of formula.h, and a number may have a '-'.
 */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H

#include "core/formula.h"
#include "core/indicator.h"

enum {
    CHECKS_TEXT_MAX = 1000, /* bytes of all checks of an indicator */
    CHECKS_MAX = 20,        /* of an indicator */
    CHECK_DECIMALS = 6,     /* of the two sides of a result */
    CHECK_NO_NODE = UINT16_MAX,
};

struct check {
    char *text;                /* as its author wrote it: "warn: <= model.registered" */
    struct formula *condition; /* holds where the check does */
    uint16_t right;            /* the node that is compared with; CHECK_NO_NODE for `in` a set */
    uint16_t offset;           /* where it begins in the text of all */
    uint32_t level_mask;       /* bit n: made for units of level n; 0: of all */
    bool is_warning;           /* a failure is never more than a warning */
};

/* Parses the checks of `indicator` from `text` ("" is none) against the catalogue, whose index of
 * indicators must be built already. Errors as formula_parse; nothing is made then. */
enum err checks_parse(const char *text, const struct indicator *indicator,
                      const struct catalogue *catalogue, struct check **ret_checks,
                      size_t *ret_count, struct formula_error *ret_error);
void checks_free(struct check **checks, size_t *count);

/* Whether the check is made for units of `level`. */
bool check_is_for(const struct check *check, uint8_t level);

struct check_result {
    enum {
        CHECK_NOT_MADE, /* an operand is missing, or inexact ones leave it open */
        CHECK_HOLDS,
        CHECK_FAILS,
    } state;
    bool is_inexact; /* an operand is inexact, or units beneath could not be counted */
    /* Of a failure, both sides at CHECK_DECIMALS decimals; a set has no right one (no value). */
    struct derived left, right;
};

/* Operands that are skipped are left out of sums; any other that is missing, and a side of which
 * nothing is left, and the check is not made. "About" stands for its number: it is as good as any,
 * and a failure is marked as inexact. */
struct check_result check_make(const struct check *check, const struct formula_env *env);

/* The checks of `indicator` that fail for a unit of `level` whose roll-up is behind `env`; into
 * `ret_failed`, which has room for indicator->check_count (may be NULL if that is 0). Returns how
 * many. They belong to the indicator. */
size_t check_roll_up(const struct indicator *indicator, const struct formula_env *env,
                     uint8_t level, const struct check **ret_failed);

#endif
