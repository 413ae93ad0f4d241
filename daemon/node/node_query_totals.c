/* Totals: a table of indicators by units, with the year before and the plan beside it if asked for.
 *
 *     rows     the unit; then its children, the units of a level, or what its types of units
 *              reported themselves; the greatest or the least of them. Over a span of years, those
 *              of any of its years, each with the years in which it was one: they add up
 *     columns  indicators, of a section or a reporting body
 *     sides    what was asked for; the same a year (or a span of years) before; the plan */
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/editions.h"
#include "node/lone_halves.h"
#include "node/query.h"
#include "node/waiting.h"

/* What the columns of the table are filled from. */
enum side { SIDE_ASKED, SIDE_PREVIOUS, SIDE_PLAN, SIDE_COUNT };

/* The years of what was asked in which a unit is a row: bit n is year from + n. */
struct row {
    uint32_t unit; /* of a row by type, the type's index */
    uint32_t years;
};

/* Everything one answer points to. */
struct totals {
    const Tonghop__TotalsQuery *ask;
    struct view_key sides[SIDE_COUNT]; /* their unit is that of a row */
    bool has_side[SIDE_COUNT];
    const struct indicator **indicators;
    size_t indicator_count;
    struct row *choice; /* what the rows are of */
    size_t unit_count, unit_capacity;
    size_t row_count;        /* those that are left after ranking */
    uint32_t unranked_count; /* those without the figure */
    Tonghop__IndicatorInfo *infos;
    Tonghop__IndicatorInfo **info_pointers;
    Tonghop__UnitTotals *rows;
    Tonghop__UnitTotals **row_pointers;
    Tonghop__UnitInfo *unit_infos;
    Tonghop__Value *values; /* rows x sides x indicators */
    size_t value_count;
    Tonghop__Value **value_pointers;
    struct view totals[SIDE_COUNT]; /* of the first row */
    Tonghop__Value *waiting;        /* rows x indicators, or NULL */
    Tonghop__Value **waiting_pointers;
};

static void totals_fini(struct totals *t)
{
    for (size_t side = 0; side < SIDE_COUNT; side++)
        view_fini(&t->totals[side]);
    for (size_t i = 0; i < t->value_count; i++)
        value_fini(&t->values[i]);
    free(t->indicators);
    free(t->choice);
    free(t->infos);
    free(t->info_pointers);
    free(t->rows);
    free(t->row_pointers);
    free(t->unit_infos);
    free(t->values);
    free(t->value_pointers);
    free(t->waiting);
    free(t->waiting_pointers);
}

/* ---- columns ---- */

/* An indicator belongs into the table when units of the subtree may report it in the period or a
 * year of the span, or it is derived. */
static bool is_shown(const struct step *step, const struct query *query,
                     const struct indicator *indicator)
{
    uint8_t level = query->tree->nodes[tree_find(query->tree, query->unit)].level;
    const struct period first = {query->from, query->period.label};
    struct window window = catalogue_window(step->node->catalogue, first);
    struct date from = indicator->valid_from, to = indicator->valid_to;
    return date_compare(from, query->tree->window.last) <= 0 &&
           date_compare(to, window.last) >= 0 && indicator->level_mask >> level != 0;
}

static bool is_of(const Tonghop__TotalsQuery *ask, const struct indicator *indicator)
{
    return (ask->section[0] == '\0' || strcmp(ask->section, indicator->section) == 0) &&
           (ask->body[0] == '\0' || strcmp(ask->body, indicator->body) == 0);
}

/* A misspelt section or body must not look like one without figures. False: refused. */
static bool check_filters(struct step *step, const Tonghop__TotalsQuery *ask)
{
    const struct catalogue *catalogue = step->node->catalogue;
    bool is_known = ask->section[0] == '\0', is_known_body = ask->body[0] == '\0';
    char word[QUERY_WORD_SIZE];
    for (size_t i = 0; i < catalogue->indicator_count; i++) {
        is_known = is_known || strcmp(ask->section, catalogue->indicators[i].section) == 0;
        is_known_body = is_known_body || strcmp(ask->body, catalogue->indicators[i].body) == 0;
    }
    if (is_known && is_known_body)
        return true;
    step_refuse(step, ERR_NOT_FOUND, NULL,
                is_known ? STEP_WORDS(step,
                                      "no indicator is of body '%s': see 'tonghop catalogue show "
                                      "indicators'",
                                      "không có chỉ tiêu nào của tổ chức “%s”: xem `tonghop "
                                      "catalogue show indicators`")
                         : STEP_WORDS(step,
                                      "no indicator is of section '%s': see 'tonghop catalogue "
                                      "show indicators'",
                                      "không có chỉ tiêu nào thuộc mục “%s”: xem `tonghop "
                                      "catalogue show indicators`"),
                query_word(is_known ? ask->body : ask->section, word));
    return false;
}

/* The indicators asked for, or all in order of display. False: refused. */
static bool choose_indicators(struct step *step, const struct query *query, struct totals *t)
{
    const struct catalogue *catalogue = step->node->catalogue;
    const Tonghop__TotalsQuery *ask = t->ask;
    t->indicators =
        mem_calloc(catalogue->indicator_count + ask->n_indicators + 1, sizeof(*t->indicators));
    for (size_t i = 0; i < ask->n_indicators; i++) {
        const struct indicator *indicator = query_indicator(step, ask->indicators[i]);
        if (indicator == NULL)
            return false;
        t->indicators[t->indicator_count++] = indicator;
    }
    for (size_t i = 0; ask->n_indicators == 0 && i < catalogue->indicator_count; i++) {
        const struct indicator *next = &catalogue->indicators[catalogue->indicators_shown[i]];
        if (is_shown(step, query, next) && is_of(ask, next))
            t->indicators[t->indicator_count++] = next;
    }
    return true;
}

/* ---- rows ---- */

static void add_unit(struct totals *t, uint32_t unit, uint32_t years)
{
    t->choice = mem_grow(t->choice, t->unit_count, &t->unit_capacity, sizeof(*t->choice));
    t->choice[t->unit_count++] = (struct row){unit, years};
}

/* A unit that ended in the year lies beneath its successor, in whose row it is. */
static bool is_topmost(const struct tree *tree, uint32_t root, uint32_t index)
{
    uint32_t parent = tree->nodes[index].parent;
    return parent == root || tree->nodes[parent].level != tree->nodes[index].level;
}

/* The units of a level, or the children (level < 0), in one year's tree; `row_of`, by the unit's
 * index in the catalogue, has the rows that there are. */
static void add_units_of(const struct catalogue *catalogue, const struct query *query,
                         uint16_t year, const struct tree *tree, int level, struct totals *t,
                         uint32_t *row_of)
{
    const uint32_t bit = 1U << (year - query->from), root = tree_find(tree, query->unit);
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i)) {
        const struct tree_node *node = &tree->nodes[i];
        uint32_t *row = &row_of[node->source - catalogue->units];
        if (i == root ||
            (level < 0 ? node->parent != root : node->level != level || !is_topmost(tree, root, i)))
            continue;
        if (*row == 0) {
            *row = (uint32_t)t->unit_count;
            add_unit(t, node->unit, 0);
        }
        t->choice[*row].years |= bit;
    }
}

/* Those of the last year come first, in the order of its tree. */
static void add_units(const struct step *step, const struct query *query, int level,
                      struct totals *t)
{
    const struct catalogue *catalogue = step->node->catalogue;
    uint32_t *row_of = mem_calloc(catalogue->unit_count + 1, sizeof(*row_of));
    for (unsigned year = query->period.year; year >= query->from; year--) {
        const struct period period = {(uint16_t)year, query->period.label};
        add_units_of(catalogue, query, period.year, node_tree(step->node, period), level, t,
                     row_of);
    }
    free(row_of);
}

/* Marks the types of units that there are in the subtree in one year of a side. */
static void mark_types(const struct step *step, struct view_key side, unsigned year, bool *types)
{
    side.period.year = (uint16_t)year;
    const struct tree *tree = node_tree(step->node, side.period);
    uint32_t root = tree_find(tree, side.unit);
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i))
        types[tree->nodes[i].type] = true;
}

/* The types of units that there are in the subtree, in the order of the catalogue: in any of the
 * years, so that each side adds up. */
static void add_types(const struct step *step, struct totals *t)
{
    size_t count = step->node->catalogue->type_count;
    bool *is_there = mem_calloc(count + 1, sizeof(*is_there));
    for (size_t side = 0; side < SIDE_COUNT; side++)
        for (unsigned year = t->sides[side].from; year <= t->sides[side].period.year; year++)
            if (t->has_side[side])
                mark_types(step, t->sides[side], year, is_there);
    for (uint32_t type = 0; type < count; type++)
        if (is_there[type])
            add_unit(t, type, UINT32_MAX);
    free(is_there);
}

/* The unit asked for, then what it is cut into. False: refused. */
static bool choose_units(struct step *step, const struct query *query, struct totals *t)
{
    int level = -1;
    char word[QUERY_WORD_SIZE];
    add_unit(t, query->unit, UINT32_MAX);
    if (t->ask->by == TONGHOP__BY__BY_CHILD) {
        add_units(step, query, level, t);
    } else if (t->ask->by == TONGHOP__BY__BY_LEVEL) {
        level = catalogue_level_by_code(step->node->catalogue, t->ask->level);
        if (level >= 0)
            add_units(step, query, level, t);
        else
            step_refuse(step, ERR_NOT_FOUND, NULL,
                        STEP_WORDS(step, "no level '%s': see 'tonghop catalogue show'",
                                   "không có cấp “%s”: xem `tonghop catalogue show`"),
                        query_word(t->ask->level, word));
        return level >= 0;
    } else if (t->ask->by == TONGHOP__BY__BY_TYPE) {
        add_types(step, t);
    }
    return true;
}

/* ---- the table ---- */

static void choose_sides(const struct query *query, struct totals *t)
{
    int years = query->period.year - query->from + 1;
    struct view_key asked = {query->kind, query->period, query->from, query->unit, 0};
    t->sides[SIDE_ASKED] = t->sides[SIDE_PREVIOUS] = t->sides[SIDE_PLAN] = asked;
    t->sides[SIDE_PLAN].kind = KIND_PLAN;
    t->has_side[SIDE_ASKED] = true;
    t->has_side[SIDE_PLAN] = t->ask->compare_plan && query->kind != KIND_PLAN;
    if (t->ask->compare_previous && query->from - years >= PERIOD_YEAR_MIN) {
        struct view_key *before = &t->sides[SIDE_PREVIOUS];
        before->period.year = (uint16_t)(before->period.year - years);
        before->from = (uint16_t)(before->from - years);
        t->has_side[SIDE_PREVIOUS] = true;
    }
}

static size_t count_sides(const struct totals *t)
{
    size_t count = 0;
    for (size_t side = 0; side < SIDE_COUNT; side++)
        count += t->has_side[side];
    return count;
}

static bool is_there(const struct step *step, const struct view_key *key)
{
    for (unsigned year = key->from; year <= key->period.year; year++) {
        const struct period period = {(uint16_t)year, key->period.label};
        if (tree_find(node_tree(step->node, period), key->unit) != TREE_NONE)
            return true;
    }
    return false;
}

/* Fills a row's values of one side; a unit that was not there then has none. `view` is that of a
 * type, or NULL. */
static void fill_values(struct step *step, struct totals *t, enum side side, const struct row *row,
                        struct view *view, Tonghop__Value *values)
{
    struct view_key key = t->sides[side];
    struct view own = {0};
    key.unit = row->unit;
    key.left_out = side == SIDE_PREVIOUS ? 0 : ~row->years;
    if (view == NULL && is_there(step, &key)) {
        view_init(&own, step->node, step->txn, &key);
        own.total = t->totals[side].node != NULL ? &t->totals[side] : NULL;
        view = &own;
    }
    if (view != NULL)
        view_prepare(view, t->indicators, t->indicator_count);
    for (size_t i = 0; i < t->indicator_count; i++) {
        if (view != NULL)
            view_value(view, t->indicators[i], &values[i]);
        else
            tonghop__value__init(&values[i]);
    }
    view_fini(&own);
}

/* Gives each side of each row its place. */
static void lay_out(struct totals *t)
{
    size_t width = t->indicator_count, at = 0;
    size_t value_count = t->unit_count * width * count_sides(t);
    t->rows = mem_calloc(t->unit_count, sizeof(*t->rows));
    t->row_pointers = mem_calloc(t->unit_count, sizeof(*t->row_pointers));
    t->unit_infos = mem_calloc(t->unit_count, sizeof(*t->unit_infos));
    t->values = mem_calloc(value_count + 1, sizeof(*t->values));
    t->value_pointers = mem_calloc(value_count + 1, sizeof(*t->value_pointers));
    for (; t->value_count < value_count; t->value_count++)
        t->value_pointers[t->value_count] = &t->values[t->value_count];
    for (size_t i = 0; i < t->unit_count; i++) {
        Tonghop__UnitTotals *row = &t->rows[i];
        tonghop__unit_totals__init(row);
        t->row_pointers[i] = row;
        row->n_values = width;
        row->values = t->value_pointers + at;
        at += width;
        if (t->has_side[SIDE_PREVIOUS]) {
            row->n_previous = width;
            row->previous = t->value_pointers + at;
            at += width;
        }
        if (t->has_side[SIDE_PLAN]) {
            row->n_plan = width;
            row->plan = t->value_pointers + at;
            at += width;
        }
    }
}

static Tonghop__Value *values_of(const struct totals *t, size_t row, enum side side)
{
    Tonghop__Value **list = side == SIDE_ASKED      ? t->rows[row].values
                            : side == SIDE_PREVIOUS ? t->rows[row].previous
                                                    : t->rows[row].plan;
    return t->values + (list - t->value_pointers);
}

static void fill_unit(struct step *step, const struct query *query, size_t i, struct totals *t)
{
    query_unit_info(step->node, t->choice[i].unit, query->tree->window.last, &t->unit_infos[i]);
    t->rows[i].unit = &t->unit_infos[i];
    for (enum side side = SIDE_ASKED; side < SIDE_COUNT; side++) {
        struct view *total = &t->totals[side];
        bool is_total = i == 0 && t->has_side[side] && is_there(step, &t->sides[side]);
        if (is_total)
            view_init(total, step->node, step->txn, &t->sides[side]);
        if (t->has_side[side])
            fill_values(step, t, side, &t->choice[i], is_total ? total : NULL,
                        values_of(t, i, side));
    }
}

/* The rows behind the first: one for each type, whose figures are loaded together. */
static void fill_types(struct step *step, const struct query *query, struct totals *t)
{
    const struct catalogue *catalogue = step->node->catalogue;
    for (enum side side = SIDE_ASKED; side < SIDE_COUNT; side++) {
        struct view_key key = t->sides[side];
        struct view *family = t->has_side[side] && is_there(step, &key)
                                  ? view_family_new(step->node, step->txn, &key)
                                  : NULL;
        for (size_t i = 1; i < t->unit_count && t->has_side[side]; i++) {
            struct view *view = family != NULL ? &family[t->choice[i].unit] : NULL;
            const struct row nowhere = {0}; /* without a view there is no value */
            fill_values(step, t, side, &nowhere, view, values_of(t, i, side));
        }
        view_family_free(&family);
    }
    for (size_t i = 1; i < t->unit_count; i++) {
        const struct unit_type *type = &catalogue->types[t->choice[i].unit];
        tonghop__unit_info__init(&t->unit_infos[i]);
        t->unit_infos[i].id = query->unit;
        t->unit_infos[i].type = type->code;
        t->rows[i].unit = &t->unit_infos[i];
        t->rows[i].type_vi = type->name_vi;
        t->rows[i].type_en = type->name_en;
    }
}

static void fill_rows(struct step *step, const struct query *query, struct totals *t)
{
    bool is_by_type = t->ask->by == TONGHOP__BY__BY_TYPE;
    lay_out(t);
    for (size_t i = 0; i < (is_by_type ? 1 : t->unit_count); i++)
        fill_unit(step, query, i, t);
    if (is_by_type)
        fill_types(step, query, t);
}

/* Each year's halves are counted in that year's tree. */
static void fill_lone_halves(struct step *step, const struct query *query, struct totals *t)
{
    size_t count = t->ask->by == TONGHOP__BY__BY_TYPE ? 1 : t->unit_count;
    if (query->period.label != PERIOD_Y)
        return;
    for (unsigned year = query->from; year <= query->period.year; year++) {
        struct query one = *query;
        one.period.year = (uint16_t)year;
        one.tree = node_tree(step->node, one.period);
        uint32_t *counts = mem_calloc(one.tree->node_count + 1, sizeof(*counts));
        lone_halves_count(step, &one, t->indicators, t->indicator_count, counts);
        for (size_t i = 0; i < count; i++) {
            const struct row *row = &t->choice[i];
            uint32_t index = tree_find(one.tree, row->unit);
            if (index != TREE_NONE && (row->years >> (year - query->from) & 1U) != 0)
                t->rows[i].lone_half_count += counts[index];
        }
        free(counts);
    }
}

/* ---- what waits ---- */

static void fill_waiting(struct step *step, const struct query *query, struct totals *t)
{
    const struct catalogue *catalogue = step->node->catalogue;
    const bool is_by_type = t->ask->by == TONGHOP__BY__BY_TYPE;
    const size_t width = t->indicator_count, count = t->unit_count * width;
    uint32_t *row_of = mem_calloc(query->tree->node_count + 1, sizeof(*row_of));
    uint32_t *row_of_type = mem_calloc(catalogue->type_count + 1, sizeof(*row_of_type));
    struct figure *sums = mem_calloc(count + 1, sizeof(*sums));
    for (size_t i = 0; i < t->unit_count; i++) {
        uint32_t *rows = i > 0 && is_by_type ? row_of_type : row_of;
        uint32_t at =
            i > 0 && is_by_type ? t->choice[i].unit : tree_find(query->tree, t->choice[i].unit);
        if (at != TREE_NONE)
            rows[at] = (uint32_t)i + 1;
    }
    const struct waiting waiting = {t->indicators, width, row_of, is_by_type ? row_of_type : NULL,
                                    sums};
    waiting_sum(step, query, &waiting);
    t->waiting = mem_calloc(count + 1, sizeof(*t->waiting));
    t->waiting_pointers = mem_calloc(count + 1, sizeof(*t->waiting_pointers));
    for (size_t i = 0; i < count; i++) {
        value_of_figure(&sums[i], &t->waiting[i]);
        t->waiting_pointers[i] = &t->waiting[i];
    }
    for (size_t i = 0; i < t->unit_count; i++) {
        t->rows[i].n_waiting = width;
        t->rows[i].waiting = t->waiting_pointers + i * width;
    }
    free(row_of);
    free(row_of_type);
    free(sums);
}

/* ---- the greatest and the least ---- */

static int compare_values(const void *a, const void *b)
{
    const Tonghop__UnitTotals *left = *(Tonghop__UnitTotals *const *)a;
    const Tonghop__UnitTotals *right = *(Tonghop__UnitTotals *const *)b;
    i128 x = i128_of(left->values[0]->value_high, left->values[0]->value_low);
    i128 y = i128_of(right->values[0]->value_high, right->values[0]->value_low);
    if (x != y)
        return x > y ? -1 : 1;
    return (left > right) - (left < right); /* equal ones stay in order */
}

/* Keeps the greatest and the least of the rows behind the first, in order of value. */
static void rank(struct totals *t)
{
    size_t top = t->ask->top, bottom = t->ask->bottom, kept = 1;
    t->row_count = t->unit_count;
    if (top == 0 && bottom == 0)
        return;
    for (size_t i = 1; i < t->unit_count; i++)
        if (t->rows[i].values[0]->has_value)
            t->row_pointers[kept++] = &t->rows[i];
    size_t ranked = kept;
    qsort(t->row_pointers + 1, kept - 1, sizeof(*t->row_pointers), compare_values);
    if (top < kept - 1 && bottom < kept - 1 - top) {
        memmove(t->row_pointers + 1 + top, t->row_pointers + kept - bottom,
                bottom * sizeof(*t->row_pointers));
        kept = 1 + top + bottom;
    }
    t->row_count = kept;
    t->unranked_count = (uint32_t)(t->unit_count - ranked);
}

/* ---- the answer ---- */

/* Whether a year of `a` has other days than its counterpart in `b`, which is as many years long. */
static bool has_other_days(const struct step *step, const struct view_key *a,
                           const struct view_key *b)
{
    const struct catalogue *catalogue = step->node->catalogue;
    for (int year = a->from; year <= a->period.year; year++)
        if (!calendar_same_days(catalogue_calendar(catalogue, year),
                                catalogue_calendar(catalogue, year - a->from + b->from),
                                a->period.label))
            return true;
    return false;
}

static void answer(struct step *step, const struct query *query, struct totals *t)
{
    if (step->node->frozen != NULL && !editions_is_whole(step, step->node->frozen))
        return;
    char period[PERIOD_TEXT_SIZE], previous[PERIOD_TEXT_SIZE] = "";
    char from[PERIOD_TEXT_SIZE] = "", previous_from[PERIOD_TEXT_SIZE] = "";
    const struct view_key *asked = &t->sides[SIDE_ASKED], *before = &t->sides[SIDE_PREVIOUS];
    bool is_span = query->from != query->period.year, counts_units = false;
    struct frozen *frozen = step->node->frozen;
    struct edition_message edition;
    Tonghop__Totals totals = TONGHOP__TOTALS__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    t->infos = mem_calloc(t->indicator_count + 1, sizeof(*t->infos));
    t->info_pointers = mem_calloc(t->indicator_count + 1, sizeof(*t->info_pointers));
    for (size_t i = 0; i < t->indicator_count; i++) {
        query_indicator_info(step->node, t->indicators[i], &t->infos[i]);
        t->info_pointers[i] = &t->infos[i];
        counts_units = counts_units || view_counts_units(step->node->catalogue, t->indicators[i]);
    }
    totals.period = period_format(query->period, period);
    if (is_span)
        totals.from = period_format((struct period){query->from, PERIOD_Y}, from);
    if (t->has_side[SIDE_PREVIOUS]) {
        totals.previous = period_format(before->period, previous);
        totals.calendar_differs = has_other_days(step, asked, before);
        if (is_span)
            totals.previous_from =
                period_format((struct period){before->from, PERIOD_Y}, previous_from);
    }
    totals.catalogue = step->node->catalogue->number;
    totals.n_indicators = t->indicator_count;
    totals.indicators = t->info_pointers;
    totals.n_units = t->row_count;
    totals.units = t->row_pointers;
    totals.unranked_count = t->unranked_count;
    totals.rebuilding = step->node->rebuild.is_active;
    totals.split_year = view_is_split_year(step->node, asked, counts_units);
    if (frozen != NULL) {
        editions_fill(step->node, &frozen->edition, &edition);
        totals.edition = &edition.message;
    }
    envelope.body_case = TONGHOP__ENVELOPE__BODY_TOTALS;
    envelope.totals = &totals;
    step_reply(step, &envelope);
}

/* What cannot be asked together. False: refused. */
static bool check_ask(struct step *step, const Tonghop__TotalsQuery *ask)
{
    bool is_cut = ask->by == TONGHOP__BY__BY_CHILD || ask->by == TONGHOP__BY__BY_LEVEL;
    if (ask->with_waiting && ask->from[0] != '\0') {
        step_refuse(step, ERR_USAGE, NULL,
                    STEP_WORDS(step, "what waits is told of one period, not of a span of years",
                               "số chờ duyệt chỉ xem được theo một kỳ, không theo giai đoạn"));
        return false;
    }
    if ((ask->top == 0 && ask->bottom == 0) || (is_cut && ask->n_indicators == 1))
        return true;
    step_refuse(step, ERR_USAGE, NULL,
                STEP_WORDS(step,
                           "the greatest and the least are told of one indicator, and of units: "
                           "name one, and by which units",
                           "chỉ xếp hạng theo một chỉ tiêu và theo đơn vị: chọn một chỉ tiêu, và "
                           "cấp đơn vị"));
    return false;
}

/* Asks the live node, or a frozen one. */
static void answer_query(struct step *step, const Tonghop__TotalsQuery *ask)
{
    struct query query;
    struct totals t = {.ask = ask};
    if (!query_resolve(step, ask->kind, ask->period, ask->unit, &query) ||
        !query_resolve_span(step, ask->from, &query) || !check_ask(step, ask) ||
        !check_filters(step, ask))
        return;
    choose_sides(&query, &t);
    if (choose_indicators(step, &query, &t) && choose_units(step, &query, &t)) {
        size_t figures =
            t.unit_count * t.indicator_count * (count_sides(&t) + (ask->with_waiting ? 1 : 0));
        if (figures > QUERY_LINES_MAX) {
            step_refuse(
                step, ERR_TOO_LARGE, NULL,
                STEP_WORDS(step,
                           "that is %zu figures: ask for fewer indicators, or for a smaller unit",
                           "có tới %zu số liệu: hãy hỏi ít chỉ tiêu hơn, hoặc một đơn vị nhỏ hơn"),
                figures);
        } else {
            fill_rows(step, &query, &t);
            fill_lone_halves(step, &query, &t);
            if (ask->with_waiting)
                fill_waiting(step, &query, &t);
            rank(&t);
            answer(step, &query, &t);
        }
    }
    totals_fini(&t);
}

/* An edition has the figures of one period and kind. False: refused. */
static bool check_edition(struct step *step, const Tonghop__TotalsQuery *ask)
{
    if (ask->from[0] == '\0' && !ask->compare_previous && !ask->compare_plan && !ask->with_waiting)
        return true;
    step_refuse(
        step, ERR_USAGE, NULL,
        STEP_WORDS(
            step,
            "an edition has the figures of one period: ask for it without a span of "
            "years, the period before, the plan and what waits, which are not frozen with it",
            "bản chốt chỉ có số liệu của một kỳ: hỏi không kèm giai đoạn, kỳ trước, "
            "kế hoạch và số chờ duyệt, vì những số đó không được chốt cùng"));
    return false;
}

static void answer_totals(struct step *step, const Tonghop__TotalsQuery *ask)
{
    struct query query;
    if (ask->edition[0] == '\0') {
        answer_query(step, ask);
        return;
    }
    if (!check_edition(step, ask) ||
        !query_resolve(step, ask->kind, ask->period, ask->unit, &query))
        return;
    struct frozen *frozen = editions_open(step, &query, ask->edition);
    if (frozen == NULL)
        return;
    struct step within = editions_enter(step, frozen);
    answer_query(&within, ask);
    editions_leave(step, &within);
}

void node_handle_totals_query(struct step *step, const Tonghop__TotalsQuery *ask)
{
    const size_t effect_count = step->effects->count;
    if (answers_repeat(step))
        return;
    answer_totals(step, ask);
    answers_keep(step, effect_count);
}
