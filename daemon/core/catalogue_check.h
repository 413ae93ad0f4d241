/* Private to catalogue*.c: the checks of catalogue_finish, and how they report. */
#ifndef CORE_CATALOGUE_CHECK_H
#define CORE_CATALOGUE_CHECK_H

#include "core/catalogue.h"

struct checker {
    struct catalogue *catalogue;           /* sorted and indexed */
    const struct catalogue_source *source; /* or NULL */
    struct problems *problems;
};

/* The cell that a problem is about; `line` 0 when it has no line of its own. */
struct cell_place {
    const char *file;
    uint32_t line;
    const char *column;
    uint32_t offset; /* the character in the cell, from 0 */
};

/* The format in the language of the checker's problems, as PROBLEM_WORDS: checker_add(checker, at,
 * CHECKER_WORDS(checker, "English %s", "tiếng Việt %s"), x). */
#define CHECKER_WORDS(checker, english, vietnamese)                                                \
    PROBLEM_WORDS((checker)->problems, english, vietnamese)

/* Adds an error. Texts name rows by number or id, never by strings that may not be text. */
void checker_add(const struct checker *checker, struct cell_place at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Likewise a warning. */
void checker_warn(const struct checker *checker, struct cell_place at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One line of UTF-8 of 1 (0 with `may_be_empty`) to `max_bytes`. `what` opens the text:
 * "indicator 5: the Vietnamese name". */
struct text_rule {
    size_t max_bytes;
    bool may_be_empty;
};
void checker_text(const struct checker *checker, struct cell_place at, const char *text,
                  struct text_rule rule, const char *what, ...)
    __attribute__((format(printf, 5, 6)));
/* A code that formulas can name, of at most `max_bytes`. */
void checker_name(const struct checker *checker, struct cell_place at, const char *code,
                  size_t max_bytes, const char *what, ...) __attribute__((format(printf, 5, 6)));
/* Both days exist (or are open), in order; `what` and `number` name the row: "unit 631". */
void checker_days(const struct checker *checker, struct cell_place at, struct window days,
                  const char *what, uint32_t number);

/* Fills catalogue->indicators_shown. */
void catalogue_order_indicators(struct catalogue *catalogue);

/* All checks; the limits on counts come first, and nothing else is looked at when one is passed. */
void catalogue_check(const struct checker *checker);
/* What forms say of who owes them, deadlines in working days, holidays and exceptions. */
void catalogue_check_duties(const struct checker *checker);
void catalogue_check_calendars(const struct checker *checker);
/* Also parses formulas and checks into the indicators. */
void catalogue_check_indicators(const struct checker *checker);
/* Parses rule and checks of one indicator, and looks at each check by itself. */
void catalogue_check_formula(const struct checker *checker, struct indicator *indicator);
/* Derived ones that lead back to themselves, or are built on each other too deep. */
void catalogue_check_circles(const struct checker *checker);
/* Whether formulas, checks and parts compare like with like. Asked where there is a source, that is
 * where a catalogue is written, or where it declares measures: those published before measures were
 * looked at stay what they are. */
void catalogue_check_measures(const struct checker *checker);
void catalogue_check_units(const struct checker *checker);

#endif
