/* Formulas of derived indicators: parsed once into a small checked tree, evaluated on roll-ups in
 * 128-bit rational arithmetic, without floating point and without overflow going unseen.
 *
 *     rule       := '=' sum | count
 *     sum        := term { ('+' | '-') term }
 *     term       := factor { ('*' | '/') factor }
 *     factor     := number | indicator-code | '(' sum ')' | '-' factor | count
 *     count      := 'count' '@' level '(' predicate ')'
 *     predicate  := conjunct { 'or' conjunct }
 *     conjunct   := test { 'and' test }
 *     test       := 'unit' | 'unit.type' ('=' | '!=') type-code | '(' predicate ')' | 'not' test
 *                 | sum ('<' | '<=' | '>' | '>=' | '=' | '!=') sum
 *
 * count@LEVEL(p) is the number of units of that level in the subtree for which p holds. */
#ifndef CORE_FORMULA_H
#define CORE_FORMULA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "core/quantity.h"

struct formula; /* opaque; freed with formula_free */
struct catalogue;

/* A predicate inside a formula, to be given to formula_holds; the same where both members are. */
struct formula_test {
    const struct formula *formula;
    uint16_t node;
};

enum {
    FORMULA_TEXT_MAX = 500,
    FORMULA_ERROR_SIZE = 320, /* Vietnamese letters take up to three bytes */
    FORMULA_DEPTH_MAX = 20,
    FORMULA_NODES_MAX = 200
};

struct formula_error {
    bool is_vietnamese;            /* set before parsing: the language to write in */
    size_t offset;                 /* byte offset into the text */
    char text[FORMULA_ERROR_SIZE]; /* what is wrong and what to write instead */
};

/* Whether `word` can stand for an indicator, level or type in a formula: ASCII letters, digits and
 * '_', in parts joined by single '.', starting with a letter, and not a word of the grammar. */
bool formula_is_name(const char *word);

/* Parses `text` against the indicators, levels and types of `catalogue` (names are resolved to
 * numbers here, so the indicator index must be built already). ERR_SYNTAX with `*ret_error` filled;
 * ERR_NOT_FOUND for an unknown name, also filled. */
enum err formula_parse(const char *text, const struct catalogue *catalogue,
                       struct formula **ret_formula, struct formula_error *ret_error);
void formula_free(struct formula **formula);

/* The indicator numbers a formula reads, without duplicates; storage belongs to the formula. */
const uint32_t *formula_operands(const struct formula *formula, size_t *ret_count);
/* True when the formula divides anywhere: its operands must then cover the same units. */
bool formula_is_ratio(const struct formula *formula);

/* The count@ terms of a formula: a level, and what is counted there. Gives term `n`, from 0; false
 * when there are no more. */
bool formula_count_term(const struct formula *formula, size_t n, uint8_t *ret_level,
                        struct formula_test *ret_test);

/* A count@ term, and its condition as it is written: `condition_len` bytes, not ended. */
struct formula_count {
    uint8_t level;
    struct formula_test test;
    const char *condition;
    size_t condition_len;
};

/* The count@ terms that the formula adds up, in the order of the text, without those that stand in
 * the condition of another. Gives term `n`, from 0; false when there are no more. `text` is what
 * the formula was parsed from; the condition lies in it. */
bool formula_own_count(const struct formula *formula, const char *text, size_t n,
                       struct formula_count *ret_count);

/* An operand as the evaluator sees it. */
struct operand {
    enum {
        OPERAND_MISSING,
        OPERAND_SKIPPED,
        OPERAND_VALUE
    } state;    /* SKIPPED: not valid in the
period or reported by no level of the subtree: left out of a sum */
    i128 value; /* scaled by 10^decimals */
    unsigned decimals;
    uint8_t qualifier;   /* enum qualifier of the figure */
    i128 upper;          /* for QUALIFIER_RANGE */
    uint32_t unit_count; /* how many units it is made of */
};

/* What a formula sees of the world: operands of the unit it is evaluated for, and the counting of
 * units beneath it. Derived operands are resolved by the callee (catalogue_check refuses cycles).
 */
struct formula_env {
    void *ctx;
    struct operand (*operand)(void *ctx, uint32_t indicator);
    /* Calls back `formula_test` for each unit of `level` in the subtree. Returns the number of
     * units for which `predicate` holds and, in *ret_unknown, of those for which it cannot be
     * decided. */
    uint32_t (*count)(void *ctx, uint8_t level, const struct formula_test *predicate,
                      uint32_t *ret_unknown, uint32_t *ret_all);
};

/* Evaluates a predicate for one unit: its type, and its roll-up through `env`. */
enum truth formula_holds(const struct formula_test *predicate, uint8_t unit_type,
                         const struct formula_env *env);

/* A derived value. Skipped terms are left out of sums; a skipped divisor is a missing one. A factor
 * or divisor that is exact and positive keeps the other's qualifier (a negative one swaps at least
 * and at most); others follow their bounds where signs are known (core/quantity.h)
 * and are ABOUT elsewhere. */
struct derived {
    bool has_value; /* false: a term is missing, a division by zero, a count of which no unit could
                       be decided, or more than 128 bits */
    i128 value;     /* scaled by 10^decimals, rounded half away from zero */
    uint8_t qualifier; /* enum qualifier */
    i128 upper;        /* for QUALIFIER_RANGE, 0 otherwise */
    bool is_uneven;    /* a ratio whose operands are made of different numbers of units ... */
    uint32_t least_units, most_units; /* ... and those numbers (of sums, too) */
    uint32_t known, all; /* count@: units decided, units of that level; 0, 0 otherwise */
};

/* Evaluates for one unit; never fails: what cannot be computed has no value. */
struct derived formula_eval(const struct formula *formula, unsigned decimals,
                            const struct formula_env *env);

#endif
