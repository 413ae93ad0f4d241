/* Random reports: of own activities or whole subtrees, with figures of every qualifier, baselines
 * and notes; where an inexact figure is drawn, so is what it stands for. */
#ifndef TESTS_UNIT_NODE_PROPERTY_REPORTS_H
#define TESTS_UNIT_NODE_PROPERTY_REPORTS_H

#include "unit/node/property_fold.h"

enum { CELL_PERCENT = 60 }; /* of the figures that a report may have */

static inline i128 below(uint64_t *rng, i128 count)
{
    return (i128)(draw(rng) % (uint64_t)count);
}

static inline int64_t draw_value(uint64_t *rng, bool is_signed)
{
    uint32_t size = pick(rng, 10);
    int64_t value = (int64_t)below(rng, size < 7 ? 1000 : size < 9 ? 1000000000 : INT64_MAX / 2);
    return is_signed && chance(rng, 50) ? -value : value;
}

static inline struct p_cell draw_cell(uint64_t *rng, const struct indicator *indicator)
{
    int64_t value = draw_value(rng, indicator->is_signed);
    i128 far = 1 + below(rng, 2000);
    struct p_cell cell = {
        .cell = {.indicator = indicator->number, .qualifier = QUALIFIER_EXACT, .value = value},
        .truth = value};
    if (chance(rng, 65))
        return cell;
    cell.cell.qualifier = (uint8_t)(QUALIFIER_AT_LEAST + pick(rng, 4));
    switch ((enum qualifier)cell.cell.qualifier) {
    case QUALIFIER_AT_LEAST:
        cell.truth = value + far;
        break;
    case QUALIFIER_AT_MOST:
        cell.truth = value - (indicator->is_signed || value >= far ? far : value);
        break;
    case QUALIFIER_RANGE:
        cell.cell.upper = value + (int64_t)far;
        cell.truth = value + below(rng, far + 1);
        break;
    default:
        cell.truth = value + far;
    }
    return cell;
}

/* Where a report goes. */
struct spot {
    size_t kind, year, unit, form;
    int label;
};

/* Few units have most of the reports, so that figures meet; and those that end, move or change are
 * among them. */
static inline size_t draw_unit(const struct p_catalogue *p)
{
    size_t at = pick(p->rng, (uint32_t)p->unit_count);
    if (chance(p->rng, 40))
        return at % 5;
    for (size_t i = 0; i < p->unit_count && chance(p->rng, 95); i++) {
        const struct p_unit *unit = &p->units[(at + i) % p->unit_count];
        if (!is_always(unit) || unit->again.days != INT32_MAX)
            return (at + i) % p->unit_count;
    }
    return at;
}

static inline bool draw_place(const struct p_model *m, struct spot *ret)
{
    uint64_t *rng = m->p->rng;
    *ret = (struct spot){.kind = chance(rng, 85) ? 0 : 1,
                         .year = chance(rng, 60) ? 1 + pick(rng, 2) : pick(rng, P_YEARS),
                         .unit = draw_unit(m->p),
                         .form = pick(rng, (uint32_t)m->p->form_count),
                         .label = (int)pick(rng, 3)};
    return tree_find(m->trees[ret->year][ret->label], m->p->units[ret->unit].id) != TREE_NONE;
}

static inline struct p_report *report_at(struct p_model *m, const struct spot *at)
{
    return &m->reports[at->kind][at->year][at->unit][at->form][at->label];
}

/* What was filed there last, whether it counts or not. */
static inline struct p_report *latest_at(struct p_model *m, const struct spot *at)
{
    return &m->latest[at->kind][at->year][at->unit][at->form][at->label];
}

/* Figures that the unit may have there; they need not fit together. */
static inline struct p_report draw_any_report(const struct p_model *m, const struct spot *at)
{
    uint64_t *rng = m->p->rng;
    const struct tree *tree = m->trees[at->year][at->label];
    uint8_t level = tree->nodes[tree_find(tree, m->p->units[at->unit].id)].level;
    struct p_report report = {.is_there = true, .scope = chance(rng, 75) ? SCOPE_OWN : SCOPE_WHOLE};
    report.is_baseline = report.scope == SCOPE_WHOLE && chance(rng, 30);
    for (size_t i = 0; i < m->p->entered_count; i++) {
        const struct indicator *indicator = p_indicator(m, i);
        uint32_t levels = indicator->level_mask >> level;
        bool may = indicator->form == at->form + 1 &&
                   indicator_is_valid_on(indicator, tree->window.last) &&
                   (report.scope == SCOPE_WHOLE ? levels != 0 : (levels & 1) != 0);
        if (may && chance(rng, CELL_PERCENT))
            report.cells[i] = draw_cell(rng, indicator);
    }
    return report;
}

/* ---- what a report is judged by ---- */

enum verdict { VERDICT_GOOD, VERDICT_WARNING, VERDICT_BAD };

/* A report that has figures lacks one that has to be in it. Plans and baselines need none. */
static inline bool lacks(const struct p_model *m, const struct spot *at,
                         const struct p_report *report, size_t entered)
{
    const struct tree *tree = m->trees[at->year][at->label];
    const struct indicator *indicator = p_indicator(m, entered);
    uint8_t level = tree->nodes[tree_find(tree, m->p->units[at->unit].id)].level;
    bool has_any = false;
    for (size_t i = 0; i < m->p->entered_count; i++)
        has_any = has_any || report->cells[i].cell.qualifier != QUALIFIER_NONE;
    return indicator->is_required && has_any && indicator->form == at->form + 1 &&
           (indicator->level_mask >> level & 1) != 0 && at->kind + KIND_ACTUAL == KIND_ACTUAL &&
           !report->is_baseline && indicator_is_valid_on(indicator, tree->window.last) &&
           report->cells[entered].cell.qualifier == QUALIFIER_NONE;
}

/* The whole that an indicator is a part of: its index; SIZE_MAX if none. */
static inline size_t whole_of(const struct p_model *m, size_t part)
{
    for (size_t i = 0; i < m->p->entered_count; i++)
        if (m->p->entered[i] == p_indicator(m, part)->part_of)
            return i;
    return SIZE_MAX;
}

/* A part is above its whole, for certain; where one of them is not exact, that warns alone. */
static inline enum verdict verdict_on_part(const struct p_model *m, const struct p_report *report,
                                           size_t part)
{
    size_t whole = whole_of(m, part);
    if (whole == SIZE_MAX || p_indicator(m, whole)->is_signed || p_indicator(m, part)->is_signed ||
        p_indicator(m, part)->aggregation == AGGREGATION_MIN)
        return VERDICT_GOOD;
    const struct cell *of_part = &report->cells[part].cell, *of_whole = &report->cells[whole].cell;
    if (of_part->qualifier == QUALIFIER_NONE || of_part->qualifier == QUALIFIER_AT_MOST ||
        of_whole->qualifier == QUALIFIER_NONE || of_whole->qualifier == QUALIFIER_AT_LEAST)
        return VERDICT_GOOD;
    int64_t most = of_whole->qualifier == QUALIFIER_RANGE ? of_whole->upper : of_whole->value;
    if (of_part->value <= most)
        return VERDICT_GOOD;
    return of_part->qualifier == QUALIFIER_EXACT && of_whole->qualifier == QUALIFIER_EXACT
               ? VERDICT_BAD
               : VERDICT_WARNING;
}

static inline enum verdict verdict_on(const struct p_model *m, const struct spot *at,
                                      const struct p_report *report)
{
    enum verdict worst = VERDICT_GOOD;
    for (size_t i = 0; i < m->p->entered_count; i++) {
        enum verdict verdict =
            lacks(m, at, report, i) ? VERDICT_BAD : verdict_on_part(m, report, i);
        worst = verdict > worst ? verdict : worst;
    }
    return worst;
}

/* Figures that may be filed there; some of them warn. */
static inline struct p_report draw_report(const struct p_model *m, const struct spot *at)
{
    struct p_report report = draw_any_report(m, at);
    for (size_t i = 0; i < m->p->entered_count; i++)
        if (lacks(m, at, &report, i))
            report.cells[i] = draw_cell(m->p->rng, p_indicator(m, i));
    for (size_t i = 0; i < m->p->entered_count; i++) /* wholes come before their parts */
        if (verdict_on_part(m, &report, i) == VERDICT_BAD) {
            report.cells[i] = report.cells[whole_of(m, i)];
            report.cells[i].cell.indicator = m->p->entered[i];
        }
    return report;
}

/* ---- bytes ---- */

static inline void pack(const struct p_model *m, const struct spot *at, const struct p_report *made,
                        uint64_t based_on, struct buf *out)
{
    struct report report = {
        .key = {.kind = (uint8_t)(at->kind + KIND_ACTUAL),
                .period = {(uint16_t)(P_FIRST_YEAR + at->year), (uint8_t)(at->label + 1)},
                .unit = m->p->units[at->unit].id,
                .form = (uint32_t)at->form + 1},
        .scope = made->scope != 0 ? made->scope : (uint8_t)SCOPE_OWN,
        .catalogue = 1,
        .based_on = based_on,
        .is_withdrawn = !made->is_there,
        .may_drop_cells = true,
        .author = mem_strdup("ai đó"),
        .reason = mem_strdup("thử"),
        .source = mem_strdup(made->is_baseline ? "sách" : ""),
    };
    for (size_t i = 0; i < m->p->entered_count && made->is_there; i++)
        if (made->cells[i].cell.qualifier != QUALIFIER_NONE)
            report_add_cell(&report, made->cells[i].cell);
    if (report.cell_count > 0 && chance(m->p->rng, 10))
        report_add_note(&report, report.cells[0].indicator, "ghi chú");
    assert_int_equal(report_sort(&report), ERR_OK);
    wire_pack_filing(&report, out);
    report_fini(&report);
}

#endif
