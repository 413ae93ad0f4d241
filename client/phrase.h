/* Phrases: text with placeholders for figures, as the official report is written.
 *
 *     placeholder := '{' subject { '|' filter } '}'
 *     subject     := code [ '@' unit ] [ ':' period ]     a figure
 *                  | 'unit' [ '@' unit ] [ ':' period ]   the name of the unit
 *                  | 'period' [ ':' period ]              the name of the period
 *     period      := '2024' | '2024-S1' | '2009..2019' | 'previous'
 *     filter      := 'change' | 'change-percent' | 'plan' | 'done' | 'previous' | 'name'
 *                  | 'percent-of' ':' code | 'measure' | 'digits' | 'abs'
 *
 * A placeholder stands in one line. '{{' and '}}' are braces as such. */
#ifndef CLIENT_PHRASE_H
#define CLIENT_PHRASE_H

#include "core/buf.h"
#include "core/catalogue.h"
#include "core/err.h"
#include "core/period.h"
#include "core/problem.h"

enum { PHRASE_PLACEHOLDERS_MAX = 10000, PHRASE_SPAN_TEXT_SIZE = 16 };

/* A period, or the years `from` to that of `last`. */
struct phrase_span {
    uint16_t from; /* 0: `last` alone */
    struct period last;
};

enum phrase_what {
    PHRASE_FIGURE,
    PHRASE_CHANGE,         /* against the year before */
    PHRASE_CHANGE_PERCENT, /* likewise */
    PHRASE_PLAN,           /* the planned figure */
    PHRASE_DONE,           /* percent of the plan */
    PHRASE_PREVIOUS,       /* the figure of the year before */
    PHRASE_PERCENT_OF,     /* percent of another indicator */
    PHRASE_NAME,           /* the indicator's */
    PHRASE_UNIT,           /* the unit's name */
    PHRASE_PERIOD,         /* the period's name */
};

struct placeholder {
    char *before;       /* the text between the placeholder before and this one */
    char *text;         /* what stands between its braces */
    struct place place; /* of its opening brace */
    enum phrase_what what;
    char *code; /* of the indicator; NULL for unit and period */
    struct place code_place;
    char *unit; /* as it is written; NULL: that of the command */
    struct place unit_place;
    struct phrase_span span;
    char *whole; /* the indicator of PHRASE_PERCENT_OF; NULL otherwise */
    struct place whole_place;
    bool has_measure, is_in_digits, is_absolute;
};

struct phrase {
    struct placeholder *placeholders;
    size_t count, capacity;
    char *after; /* the text behind the last placeholder */
};

/* "2024-S1", "2024" or "2009..2019"; ERR_SYNTAX, or ERR_RANGE for years that there are not, or that
 * do not rise. */
enum err phrase_span_parse(const char *text, struct phrase_span *ret_span);
/* Into PHRASE_SPAN_TEXT_SIZE bytes; returns `out`. */
char *phrase_span_format(const struct phrase_span *span, char *out);

/* Reads the UTF-8 text of `file`; placeholders that name no period have `span`. Adds everything
 * that is wrong, with its place; phrase_fini(ret_phrase) in any case. */
void phrase_parse(const char *file, struct span text, const struct phrase_span *span,
                  struct problems *problems, struct phrase *ret_phrase);
void phrase_fini(struct phrase *phrase);

/* Adds every code and unit that the catalogue does not have. */
void phrase_check(const char *file, const struct phrase *phrase, const struct catalogue *catalogue,
                  struct problems *problems);

#endif
