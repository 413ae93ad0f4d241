/* The year rule: named cases, every combination against an oracle, and the warnings. */
#include "lib/cm.h"

#include <stdio.h>

#include "core/year.h"

enum { S1 = 0, S2 = 1, Y = 2, LABELS = PERIOD_LABEL_COUNT };

/* The rule looks at nature and aggregation alone, so this catalogue holds one of each and is not
 * finished. UNKNOWN is in none. */
enum {
    FLOW = 1,
    STOCK = 2,
    FLOW_MAX = 3,
    STOCK_MAX = 4,
    FLOW_MIN = 5,
    DERIVED = 6,
    SIGNED = 7,
    UNKNOWN = 8,
};

static struct indicator INDICATORS[] = {
    {.number = FLOW,
     .code = (char[]){"flow"},
     .nature = NATURE_FLOW,
     .aggregation = AGGREGATION_SUM},
    {.number = STOCK,
     .code = (char[]){"stock"},
     .nature = NATURE_STOCK,
     .aggregation = AGGREGATION_SUM},
    {.number = FLOW_MAX,
     .code = (char[]){"flow.max"},
     .nature = NATURE_FLOW,
     .aggregation = AGGREGATION_MAX},
    {.number = STOCK_MAX,
     .code = (char[]){"stock.max"},
     .nature = NATURE_STOCK,
     .aggregation = AGGREGATION_MAX},
    {.number = FLOW_MIN,
     .code = (char[]){"flow.min"},
     .nature = NATURE_FLOW,
     .aggregation = AGGREGATION_MIN},
    {.number = DERIVED,
     .code = (char[]){"derived"},
     .nature = NATURE_FLOW,
     .aggregation = AGGREGATION_DERIVED},
    {.number = SIGNED,
     .code = (char[]){"signed"},
     .nature = NATURE_FLOW,
     .aggregation = AGGREGATION_SUM,
     .is_signed = true},
};

static struct catalogue small_catalogue(void)
{
    return (struct catalogue){
        .number = 1,
        .indicators = INDICATORS,
        .indicator_count = sizeof INDICATORS / sizeof *INDICATORS,
    };
}

static struct year_filed filed_own(const struct cell *cells, size_t count)
{
    return (struct year_filed){
        .is_filed = true, .scope = SCOPE_OWN, .cells = cells, .cell_count = count};
}

/* --- Named cases ------------------------------------------------------------------------------ */

/* A cell, or a figure expected of one unit; no qualifier: there is none. */
struct value {
    char qualifier; /* = exact, > at least, < at most, ~ about, . range */
    int value, upper;
    const char *marks; /* p partial, i implied, n negative */
};

static enum qualifier qualifier_of(char sign)
{
    static const char signs[] = "?=><~.";
    return (enum qualifier)(strchr(signs, sign) - signs);
}

static struct figure figure_of_value(const struct value *value)
{
    struct figure figure = {0};
    if (value->qualifier == 0)
        return figure;
    figure.value = value->value;
    figure.upper = value->upper != 0 ? value->upper : value->value;
    figure.parts[qualifier_of(value->qualifier)] = 1;
    for (const char *mark = value->marks; mark != NULL && *mark != '\0'; mark++) {
        figure.partial_count += *mark == 'p';
        figure.implied_count += *mark == 'i';
        figure.negative_count += *mark == 'n';
    }
    return figure;
}

struct triple_row {
    const char *name;
    uint32_t indicator;
    struct value filed[LABELS];    /* the cells of three own reports, all of which are filed */
    struct value expected[LABELS]; /* what they say */
};

static const struct triple_row TRIPLES[] = {
    {"flow: nothing implied from the year alone",
     FLOW,
     {{0}, {0}, {'=', 100, 0, 0}},
     {{0}, {0}, {'=', 100, 0, 0}}},
    {"flow: halves add up",
     FLOW,
     {{'=', 40, 0, 0}, {'=', 50, 0, 0}, {0}},
     {{'=', 40, 0, 0}, {'=', 50, 0, 0}, {'=', 90, 0, 0}}},
    {"flow: one half is a partial year",
     FLOW,
     {{'=', 40, 0, 0}, {0}, {0}},
     {{'=', 40, 0, 0}, {0}, {'=', 40, 0, "p"}}},
    {"flow: the other half too",
     FLOW,
     {{0}, {'=', 50, 0, 0}, {0}},
     {{0}, {'=', 50, 0, 0}, {'=', 50, 0, "p"}}},
    {"flow: S2 is what the year leaves",
     FLOW,
     {{'=', 40, 0, 0}, {0}, {'=', 100, 0, 0}},
     {{'=', 40, 0, 0}, {'=', 60, 0, "i"}, {'=', 100, 0, 0}}},
    {"flow: below zero is marked",
     FLOW,
     {{'=', 40, 0, 0}, {0}, {'=', 30, 0, 0}},
     {{'=', 40, 0, 0}, {'=', -10, 0, "in"}, {'=', 30, 0, 0}}},
    {"flow: nothing left is no mark",
     FLOW,
     {{'=', 40, 0, 0}, {0}, {'=', 40, 0, 0}},
     {{'=', 40, 0, 0}, {'=', 0, 0, "i"}, {'=', 40, 0, 0}}},
    {"flow: all three stand, though they differ",
     FLOW,
     {{'=', 40, 0, 0}, {'=', 50, 0, 0}, {'=', 100, 0, 0}},
     {{'=', 40, 0, 0}, {'=', 50, 0, 0}, {'=', 100, 0, 0}}},
    {"flow: at least less at least is about",
     FLOW,
     {{'>', 40, 0, 0}, {0}, {'>', 100, 0, 0}},
     {{'>', 40, 0, 0}, {'~', 60, 0, "i"}, {'>', 100, 0, 0}}},
    {"flow: at most less at most is about",
     FLOW,
     {{'<', 40, 0, 0}, {0}, {'<', 100, 0, 0}},
     {{'<', 40, 0, 0}, {'~', 60, 0, "i"}, {'<', 100, 0, 0}}},
    {"flow: exact less at least is at most",
     FLOW,
     {{'>', 40, 0, 0}, {0}, {'=', 100, 0, 0}},
     {{'>', 40, 0, 0}, {'<', 60, 0, "i"}, {'=', 100, 0, 0}}},
    {"flow: at least less at most is at least",
     FLOW,
     {{'<', 40, 0, 0}, {0}, {'>', 100, 0, 0}},
     {{'<', 40, 0, 0}, {'>', 60, 0, "i"}, {'>', 100, 0, 0}}},
    {"flow: range less range",
     FLOW,
     {{'.', 40, 45, 0}, {0}, {'.', 100, 110, 0}},
     {{'.', 40, 45, 0}, {'.', 55, 70, "i"}, {'.', 100, 110, 0}}},
    {"flow: exact less range",
     FLOW,
     {{'.', 40, 45, 0}, {0}, {'=', 100, 0, 0}},
     {{'.', 40, 45, 0}, {'.', 55, 60, "i"}, {'=', 100, 0, 0}}},
    {"flow: halves are one part, with both qualifiers",
     FLOW,
     {{'>', 40, 0, 0}, {'<', 50, 0, 0}, {0}},
     {{'>', 40, 0, 0}, {'<', 50, 0, 0}, {'~', 90, 0, 0}}},
    {"flow: a half that is a range",
     FLOW,
     {{'.', 40, 45, 0}, {'=', 50, 0, 0}, {0}},
     {{'.', 40, 45, 0}, {'=', 50, 0, 0}, {'.', 90, 95, 0}}},
    {"stock: the year is its end",
     STOCK,
     {{'=', 40, 0, 0}, {'=', 50, 0, 0}, {0}},
     {{'=', 40, 0, 0}, {'=', 50, 0, 0}, {'=', 50, 0, 0}}},
    {"stock: S2 alone is a whole year",
     STOCK,
     {{0}, {'=', 50, 0, 0}, {0}},
     {{0}, {'=', 50, 0, 0}, {'=', 50, 0, 0}}},
    {"stock: S1 alone is a partial year",
     STOCK,
     {{'=', 40, 0, 0}, {0}, {0}},
     {{'=', 40, 0, 0}, {0}, {'=', 40, 0, "p"}}},
    {"stock: the year is S2, not implied",
     STOCK,
     {{'=', 40, 0, 0}, {0}, {'=', 30, 0, 0}},
     {{'=', 40, 0, 0}, {'=', 30, 0, 0}, {'=', 30, 0, 0}}},
    {"max: the greater half, no S2 from the year",
     STOCK_MAX,
     {{'=', 40, 0, 0}, {'=', 50, 0, 0}, {0}},
     {{'=', 40, 0, 0}, {'=', 50, 0, 0}, {'=', 50, 0, 0}}},
    {"max: the year stands and implies nothing",
     STOCK_MAX,
     {{'=', 40, 0, 0}, {0}, {'=', 60, 0, 0}},
     {{'=', 40, 0, 0}, {0}, {'=', 60, 0, 0}}},
    {"max of a flow implies nothing either",
     FLOW_MAX,
     {{'=', 40, 0, 0}, {0}, {'=', 60, 0, 0}},
     {{'=', 40, 0, 0}, {0}, {'=', 60, 0, 0}}},
    {"max: one half is partial",
     FLOW_MAX,
     {{0}, {'>', 50, 0, 0}, {0}},
     {{0}, {'>', 50, 0, 0}, {'>', 50, 0, "p"}}},
    {"min: the smaller half",
     FLOW_MIN,
     {{'=', 40, 0, 0}, {'=', 50, 0, 0}, {0}},
     {{'=', 40, 0, 0}, {'=', 50, 0, 0}, {'=', 40, 0, 0}}},
    {"unknown indicators are flows",
     UNKNOWN,
     {{'=', 40, 0, 0}, {0}, {'=', 100, 0, 0}},
     {{'=', 40, 0, 0}, {'=', 60, 0, "i"}, {'=', 100, 0, 0}}},
    {"derived values are never taken",
     DERIVED,
     {{'=', 40, 0, 0}, {'=', 50, 0, 0}, {'=', 90, 0, 0}},
     {{0}, {0}, {0}}},
};

/* What officials would say of three reports, case by case. */
static void test_named_triples(void **state)
{
    (void)state;
    const struct catalogue catalogue = small_catalogue();
    for (size_t i = 0; i < sizeof TRIPLES / sizeof *TRIPLES; i++) {
        const struct triple_row *row = &TRIPLES[i];
        struct cell cells[LABELS];
        struct year_filed filed[LABELS] = {0};
        for (int label = 0; label < LABELS; label++) {
            const struct value *value = &row->filed[label];
            cells[label] = (struct cell){row->indicator, 0, value->value, value->upper};
            filed[label] = filed_own(&cells[label], 0);
            if (value->qualifier != 0) {
                cells[label].qualifier = (uint8_t)qualifier_of(value->qualifier);
                filed[label].cell_count = 1;
            }
        }
        struct year_triple triple = {0};
        year_resolve(filed, &catalogue, &triple);
        for (int label = 0; label < LABELS; label++) {
            struct figures expected = {0};
            const struct figure figure = figure_of_value(&row->expected[label]);
            figures_append(&expected, row->indicator, &figure);
            if (!figures_equal(&triple.own[label], &expected))
                fail_msg("%s: label %d", row->name, label + 1);
            assert_int_equal(triple.whole[label].count, 0);
            assert_false(triple.is_covered[label]);
            figures_fini(&expected);
        }
        year_triple_fini(&triple);
    }
}

/* --- Every combination ------------------------------------------------------------------------ */

enum { E = QUALIFIER_EXACT, L = QUALIFIER_AT_LEAST, M = QUALIFIER_AT_MOST, A = QUALIFIER_ABOUT };
enum { R = QUALIFIER_RANGE };

/* The design's words as tables: row + column, and row - column. */
static const int PLUS[QUALIFIER_COUNT][QUALIFIER_COUNT] = {
    [E] = {0, E, L, M, A, R}, [L] = {0, L, L, A, A, L}, [M] = {0, M, A, M, A, M},
    [A] = {0, A, A, A, A, A}, [R] = {0, R, L, M, A, R},
};
static const int MINUS[QUALIFIER_COUNT][QUALIFIER_COUNT] = {
    [E] = {0, E, M, L, A, R}, [L] = {0, L, A, L, A, L}, [M] = {0, M, M, A, A, M},
    [A] = {0, A, A, A, A, A}, [R] = {0, R, M, L, A, R},
};

/* A value as the oracle sees it; qualifier 0: there is none. */
struct guess {
    int qualifier;
    int64_t low, high;
    bool is_partial, is_implied;
};

static struct guess guess_of(const struct year_filed *filed, enum scope scope)
{
    if (!filed->is_filed || filed->scope != scope || filed->cell_count == 0)
        return (struct guess){0};
    const struct cell *cell = filed->cells;
    const int64_t high = cell->qualifier == QUALIFIER_RANGE ? cell->upper : cell->value;
    return (struct guess){cell->qualifier, cell->value, high, false, false};
}

/* The year of two halves, of which at least one may be missing. */
static struct guess guess_year(uint32_t indicator, struct guess s1, struct guess s2)
{
    if (indicator == STOCK && s2.qualifier != 0)
        return s2;
    if (s1.qualifier == 0 || s2.qualifier == 0) {
        struct guess only = s1.qualifier != 0 ? s1 : s2;
        only.is_partial = only.qualifier != 0;
        return only;
    }
    struct guess year = {PLUS[s1.qualifier][s2.qualifier], 0, 0, false, false};
    switch (indicator) {
    case FLOW_MAX:
    case STOCK_MAX:
        year.low = s1.low > s2.low ? s1.low : s2.low;
        year.high = s1.high > s2.high ? s1.high : s2.high;
        break;
    case FLOW_MIN:
        year.low = s1.low < s2.low ? s1.low : s2.low;
        year.high = s1.high < s2.high ? s1.high : s2.high;
        break;
    default:
        year.low = s1.low + s2.low;
        year.high = s1.high + s2.high;
    }
    return year;
}

/* What label `label` says by the reports of `scope`, told from the design alone. */
static struct guess guess_label(const struct year_filed *filed, enum scope scope, int label,
                                uint32_t indicator)
{
    const struct guess s1 = guess_of(&filed[S1], scope);
    const struct guess s2 = guess_of(&filed[S2], scope);
    const struct guess year = guess_of(&filed[Y], scope);
    if (label == S1)
        return s1;
    if (label == Y)
        return year.qualifier != 0 ? year : guess_year(indicator, s1, s2);
    if (s2.qualifier != 0)
        return s2;
    if (indicator == STOCK)
        return year;
    if ((indicator == FLOW || indicator == UNKNOWN) && s1.qualifier != 0 && year.qualifier != 0)
        return (struct guess){MINUS[year.qualifier][s1.qualifier], year.low - s1.high,
                              year.high - s1.low, false, true};
    return (struct guess){0};
}

/* Which labels are covered (bit 0 S1, 1 S2, 2 Y) by which whole reports (the same bits). */
static const unsigned COVERED[8] = {0, 1, 2, 7, 4, 7, 6, 7};
/*                                  -  1  2 12  Y 1Y 2Y all */

static void assert_guess(const struct figures *actual, uint32_t indicator, struct guess guess,
                         const char *what)
{
    if (guess.qualifier == 0) {
        if (actual->count != 0)
            fail_msg("%s: there should be none", what);
        return;
    }
    struct figure figure = {.value = guess.low, .upper = guess.high};
    figure.parts[guess.qualifier] = 1;
    figure.partial_count = guess.is_partial;
    figure.implied_count = guess.is_implied;
    const int64_t shown = guess.qualifier == QUALIFIER_AT_MOST ? guess.high
                          : guess.qualifier == QUALIFIER_ABOUT
                              ? guess.low + (guess.high - guess.low + 1) / 2
                              : guess.low;
    figure.negative_count = guess.is_implied && shown < 0;
    struct figures expected = {0};
    figures_append(&expected, indicator, &figure);
    if (!figures_equal(actual, &expected))
        fail_msg("%s: value %ld..%ld differs", what, (long)guess.low, (long)guess.high);
    figures_fini(&expected);
}

/* One report out of its choice: 0 not filed, then for own and whole: nil, or a cell with one of the
 * five qualifiers. */
enum { CHOICES = 1 + 2 * QUALIFIER_COUNT };

static struct year_filed filed_of(unsigned choice, struct cell *cell)
{
    struct year_filed filed = {0};
    if (choice == 0)
        return filed;
    filed.is_filed = true;
    filed.scope = choice <= QUALIFIER_COUNT ? SCOPE_OWN : SCOPE_WHOLE;
    cell->qualifier = (uint8_t)((choice - 1) % QUALIFIER_COUNT);
    if (cell->qualifier == QUALIFIER_NONE)
        return filed;
    if (cell->qualifier != QUALIFIER_RANGE)
        cell->upper = 0;
    filed.cells = cell;
    filed.cell_count = 1;
    return filed;
}

static void check_combination(const struct year_filed *filed, uint32_t indicator,
                              const struct catalogue *catalogue, struct year_triple *triple)
{
    year_resolve(filed, catalogue, triple);
    unsigned whole = 0;
    for (int label = 0; label < LABELS; label++)
        whole |= filed[label].is_filed && filed[label].scope == SCOPE_WHOLE ? 1U << label : 0;
    for (int label = 0; label < LABELS; label++) {
        const bool is_covered = (COVERED[whole] >> label & 1) != 0;
        const bool is_left_out =
            filed[label].has_ended && indicator != FLOW && indicator != UNKNOWN;
        struct guess own = {0}, all = {0};
        if (is_covered && !is_left_out)
            all = guess_label(filed, SCOPE_WHOLE, label, indicator);
        else if (!is_left_out)
            own = guess_label(filed, SCOPE_OWN, label, indicator);
        char what[100];
        snprintf(what, sizeof what, "indicator %u, label %d, S1 %d/%zu S2 %d/%zu Y %d/%zu",
                 indicator, label + 1, filed[S1].scope, filed[S1].cell_count, filed[S2].scope,
                 filed[S2].cell_count, filed[Y].scope, filed[Y].cell_count);
        if (triple->is_covered[label] != is_covered)
            fail_msg("%s: covered", what);
        assert_guess(&triple->own[label], indicator, own, what);
        assert_guess(&triple->whole[label], indicator, all, what);
    }
    const bool is_lone = whole == 1 || whole == 2;
    assert_int_equal(triple->has_lone_whole_half, is_lone);
}

/* Every choice of three reports, for every kind of indicator, for units that ended and that did
 * not, with a year above, below and (for ranges)
 * perhaps below its first half: the same as the oracle says. */
static void test_every_combination(void **state)
{
    (void)state;
    static const int64_t values[][LABELS] = {{40, 50, 100}, {40, -3, 30}, {40, 5, 44}};
    static const bool ended[][LABELS] = {{0}, {false, true, true}, {true, false, true}};
    const struct catalogue catalogue = small_catalogue();
    const uint32_t indicators[] = {FLOW, STOCK, FLOW_MAX, STOCK_MAX, FLOW_MIN, UNKNOWN};
    struct year_triple triple = {0};
    for (unsigned n = 0; n < CHOICES * CHOICES * CHOICES * 6 * 3 * 3; n++) {
        const unsigned choices[] = {n % CHOICES, n / CHOICES % CHOICES,
                                    n / (CHOICES * CHOICES) % CHOICES};
        const unsigned rest = n / (CHOICES * CHOICES * CHOICES);
        const uint32_t indicator = indicators[rest % 6];
        struct cell cells[LABELS];
        struct year_filed filed[LABELS];
        for (int label = 0; label < LABELS; label++) {
            const int64_t value = values[rest / 6 % 3][label];
            cells[label] = (struct cell){indicator, 0, value, value + 7};
            filed[label] = filed_of(choices[label], &cells[label]);
            filed[label].has_ended = ended[rest / 18][label];
        }
        check_combination(filed, indicator, &catalogue, &triple);
    }
    year_triple_fini(&triple);
}

/* Reports with different cells are joined by indicator, each by its own rule. */
static void test_indicators_do_not_mix(void **state)
{
    (void)state;
    const struct catalogue catalogue = small_catalogue();
    const struct cell s1[] = {{FLOW, E, 4, 0}, {STOCK, E, 7, 0}};
    const struct cell year[] = {{FLOW, E, 10, 0}, {FLOW_MAX, E, 3, 0}, {UNKNOWN, E, 1, 0}};
    const struct year_filed filed[] = {filed_own(s1, 2), {0}, filed_own(year, 3)};
    struct year_triple triple = {0};
    year_resolve(filed, &catalogue, &triple);
    assert_int_equal(triple.own[S1].count, 2);
    assert_int_equal(triple.own[S2].count, 1);
    assert_true(figures_find(&triple.own[S2], FLOW)->value == 6);
    assert_int_equal(triple.own[Y].count, 4);
    /* The filed year lacks the stock that S1 has: it stands in, partial. */
    assert_true(figures_find(&triple.own[Y], STOCK)->value == 7);
    assert_int_equal(figures_find(&triple.own[Y], STOCK)->partial_count, 1);
    year_triple_fini(&triple);
}

/* --- Warnings --------------------------------------------------------------------------------- */

struct check_row {
    const char *name;
    uint32_t indicator;
    struct value filed[LABELS];
    const char *scopes; /* o own, w whole, - not filed */
    bool has_ended;
    const char *warnings;
};

static const struct check_row CHECKS[] = {
    {"agree", FLOW, {{'=', 4, 0, 0}, {'=', 5, 0, 0}, {'=', 9, 0, 0}}, "ooo", false, ""},
    {"differ", FLOW, {{'=', 4, 0, 0}, {'=', 5, 0, 0}, {'=', 8, 0, 0}}, "ooo", false, "d"},
    {"differ, all whole",
     FLOW,
     {{'=', 4, 0, 0}, {'=', 5, 0, 0}, {'=', 8, 0, 0}},
     "www",
     false,
     "d"},
    {"own and whole are not compared",
     FLOW,
     {{'=', 4, 0, 0}, {'=', 5, 0, 0}, {'=', 1, 0, 0}},
     "oow",
     false,
     ""},
    {"inexact is not compared",
     FLOW,
     {{'~', 4, 0, 0}, {'=', 5, 0, 0}, {'=', 8, 0, 0}},
     "ooo",
     false,
     ""},
    {"stocks do not add",
     STOCK,
     {{'=', 4, 0, 0}, {'=', 5, 0, 0}, {'=', 1, 0, 0}},
     "ooo",
     false,
     ""},
    {"extremes do not add",
     FLOW_MAX,
     {{'=', 4, 0, 0}, {'=', 5, 0, 0}, {'=', 1, 0, 0}},
     "ooo",
     false,
     ""},
    {"below S1", FLOW, {{'=', 4, 0, 0}, {0}, {'=', 3, 0, 0}}, "o-o", false, "b"},
    {"below S1 and differing",
     FLOW,
     {{'=', 4, 0, 0}, {'=', 5, 0, 0}, {'=', 3, 0, 0}},
     "ooo",
     false,
     "dbs"},
    {"below S2", FLOW, {{0}, {'=', 5, 0, 0}, {'=', 3, 0, 0}}, "-oo", false, "s"},
    {"below S2, S1 about",
     FLOW,
     {{'~', 1, 0, 0}, {'=', 5, 0, 0}, {'=', 3, 0, 0}},
     "ooo",
     false,
     "s"},
    {"below S2 alone, and differing",
     FLOW,
     {{'=', 1, 0, 0}, {'=', 5, 0, 0}, {'=', 3, 0, 0}},
     "ooo",
     false,
     "ds"},
    {"equal to S2", FLOW, {{0}, {'=', 4, 0, 0}, {'=', 4, 0, 0}}, "-oo", false, ""},
    {"below at least S2", FLOW, {{0}, {'>', 4, 0, 0}, {'=', 3, 0, 0}}, "-oo", false, "s"},
    {"a whole year is not below an own S2",
     FLOW,
     {{0}, {'=', 4, 0, 0}, {'=', 3, 0, 0}},
     "-ow",
     false,
     ""},
    {"a stock may be below S2", STOCK, {{0}, {'=', 4, 0, 0}, {'=', 3, 0, 0}}, "-oo", false, ""},
    {"what may be negative may be below its halves",
     SIGNED,
     {{'=', 4, 0, 0}, {0}, {'=', 3, 0, 0}},
     "o-o",
     false,
     ""},
    {"equal to S1", FLOW, {{'=', 4, 0, 0}, {0}, {'=', 4, 0, 0}}, "o-o", false, ""},
    {"at least S1 is not known to be below",
     FLOW,
     {{'=', 4, 0, 0}, {0}, {'<', 5, 0, 0}},
     "o-o",
     false,
     ""},
    {"at most, below S1", FLOW, {{'=', 4, 0, 0}, {0}, {'<', 3, 0, 0}}, "o-o", false, "b"},
    {"lacks what S1 has", FLOW, {{'=', 4, 0, 0}, {0}, {0}}, "o-o", false, "l"},
    {"lacks what S2 has", FLOW, {{0}, {'=', 4, 0, 0}, {0}}, "-oo", false, "l"},
    {"lacks a stock", STOCK, {{'=', 4, 0, 0}, {0}, {0}}, "o-o", false, "l"},
    {"lacks an extreme", STOCK_MAX, {{'=', 4, 0, 0}, {0}, {0}}, "o-o", false, "l"},
    {"lacks a stock, but has ended", STOCK, {{'=', 4, 0, 0}, {0}, {0}}, "o-o", true, ""},
    {"lacks a flow, and has ended", FLOW, {{'=', 4, 0, 0}, {0}, {0}}, "o-o", true, "l"},
    {"no year filed", FLOW, {{'=', 4, 0, 0}, {0}, {0}}, "o--", false, ""},
    {"the whole year need not have it", FLOW, {{'=', 4, 0, 0}, {0}, {0}}, "o-w", false, ""},
    {"only the year has it", FLOW, {{0}, {0}, {'=', 4, 0, 0}}, "ooo", false, ""},
    {"derived is another's business", DERIVED, {{'=', 4, 0, 0}, {0}, {0}}, "o-o", false, ""},
    {"unknown is another's business", UNKNOWN, {{'=', 4, 0, 0}, {0}, {0}}, "o-o", false, ""},
};

/* What filing says about three reports together; each warning names the cell and the remedy, and
 * none is an error. A letter per warning: d differs, b below S1, s below S2, l lacks. */
static void test_check(void **state)
{
    (void)state;
    const struct catalogue catalogue = small_catalogue();
    for (size_t i = 0; i < sizeof CHECKS / sizeof *CHECKS; i++) {
        struct cell cells[LABELS];
        struct year_filed filed[LABELS] = {0};
        for (int label = 0; label < LABELS; label++) {
            const struct value *value = &CHECKS[i].filed[label];
            cells[label] = (struct cell){CHECKS[i].indicator, 0, value->value, value->upper};
            filed[label].is_filed = CHECKS[i].scopes[label] != '-';
            filed[label].scope = CHECKS[i].scopes[label] == 'w' ? SCOPE_WHOLE : SCOPE_OWN;
            filed[label].cells = &cells[label];
            filed[label].has_ended = CHECKS[i].has_ended && label != S1;
            if (value->qualifier != 0) {
                cells[label].qualifier = (uint8_t)qualifier_of(value->qualifier);
                filed[label].cell_count = 1;
            }
        }
        struct problems problems = {0};
        year_check(filed, &catalogue, &problems);
        char found[8] = "";
        for (size_t p = 0; p < problems.count; p++) {
            const struct problem *problem = &problems.items[p];
            assert_true(problem->is_warning);
            assert_int_equal(problem->indicator, CHECKS[i].indicator);
            assert_non_null(strstr(problem->text, INDICATORS[CHECKS[i].indicator - 1].code));
            strcat(found, strstr(problem->text, "S1 + S2") != NULL        ? "d"
                          : strstr(problem->text, "below its S1") != NULL ? "b"
                          : strstr(problem->text, "below its S2") != NULL ? "s"
                          : strstr(problem->text, "lacks it") != NULL     ? "l"
                                                                          : "?");
        }
        if (strcmp(found, CHECKS[i].warnings) != 0)
            fail_msg("%s: \"%s\"", CHECKS[i].name, found);
        problems_fini(&problems);
    }
}

/* The texts themselves, in the units that people filed and in their language: one decimal of a real
 * indicator. */
static void test_check_texts(void **state)
{
    (void)state;
    static const struct {
        bool is_vietnamese;
        const char *texts[4];
    } rows[] = {
        {false,
         {"contrib.land: the year says 900, but S1 + S2 = 1000.5 + 901 = 1901.5; the year stands: "
          "correct the year or the half that is wrong",
          "contrib.land: the year is below its S1 and leaves -100.5 for S2: correct the year or S1",
          "contrib.land: the year is below its S2 and leaves -1 for S1: correct the year or S2",
          "contrib.land: the filed year lacks it although S1 has it; the half-year stands in for "
          "it: add it to the year"}},
        {true,
         {"contrib.land: cả năm là 900, nhưng S1 + S2 = 1.000,5 + 901 = 1.901,5; vẫn lấy số cả "
          "năm: "
          "sửa số cả năm hoặc số nửa năm bị sai",
          "contrib.land: số cả năm nhỏ hơn số S1, S2 chỉ còn -100,5: sửa số cả năm hoặc số S1",
          "contrib.land: số cả năm nhỏ hơn số S2, S1 chỉ còn -1: sửa số cả năm hoặc số S2",
          "contrib.land: báo cáo năm thiếu số này trong khi S1 có; tạm lấy số nửa năm: bổ sung vào "
          "báo cáo năm"}},
    };
    struct catalogue *catalogue = sample_catalogue();
    const struct cell s1 = {7, E, 10005, 0}, s2 = {7, E, 9010, 0}, year = {7, E, 9000, 0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct year_filed filed[] = {filed_own(&s1, 1), filed_own(&s2, 1), filed_own(&year, 1)};
        struct problems problems = {.is_vietnamese = rows[i].is_vietnamese};
        year_check(filed, catalogue, &problems);
        filed[Y].cell_count = 0;
        year_check(filed, catalogue, &problems);
        assert_int_equal(problems.count, 4);
        assert_int_equal(problems.error_count, 0);
        for (size_t p = 0; p < problems.count; p++)
            assert_string_equal(problems.items[p].text, rows[i].texts[p]);
        problems_fini(&problems);
    }
    catalogue_free(&catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_named_triples),         cmocka_unit_test(test_every_combination),
        cmocka_unit_test(test_indicators_do_not_mix), cmocka_unit_test(test_check),
        cmocka_unit_test(test_check_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
