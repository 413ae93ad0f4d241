/* Private to formula*.c and check_parse.c: words, numbers and signs, one after the other. */
#ifndef CORE_FORMULA_SCAN_H
#define CORE_FORMULA_SCAN_H

#include "core/formula.h"
#include "core/indicator.h"

enum formula_token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_WORD, TOKEN_SIGN };

struct formula_token {
    enum formula_token_kind kind;
    const char *at;
    size_t len;
};

struct formula_scan {
    const char *text;
    struct formula_token token; /* the next one, not consumed yet */
    bool is_check;              /* checks have more signs: == { } , ; : | */
    enum err err;               /* the first error; everything unwinds once it is set */
    struct formula_error *ret_error;
};

/* At the first token of `text`. */
void formula_scan_start(struct formula_scan *scan, const char *text, bool is_check,
                        struct formula_error *ret_error);
/* A text in the language asked for, as PROBLEM_WORDS. */
#define SCAN_WORDS(scan, english, vietnamese)                                                      \
    ((scan)->ret_error->is_vietnamese ? (vietnamese) : (english))

/* Keeps the first error. */
void formula_scan_fail(struct formula_scan *scan, const char *at, enum err err, const char *text);
void formula_scan_next(struct formula_scan *scan);
bool formula_token_is(const struct formula_token *token, const char *text);
/* Consumes the next token if it is `text`. */
bool formula_scan_take(struct formula_scan *scan, const char *text);
/* As formula_scan_take; else it fails with `otherwise`. */
void formula_scan_expect(struct formula_scan *scan, const char *text, const char *otherwise);
/* The name that comes next, "" (and failed with `otherwise`) if there is none; into `out`. */
const char *formula_scan_name(struct formula_scan *scan, char out[INDICATOR_CODE_MAX + 1],
                              const char *otherwise);

#endif
