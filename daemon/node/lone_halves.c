/* Found among the heads, which are read for every unit; groups are loaded only where a half counts
 * that is, or may be, whole. */
#include "node/lone_halves.h"

#include <stdlib.h>

#include "core/mem.h"
#include "node/frozen.h"
#include "node/rollup.h"
#include "node/view.h"
#include "node/year_heads.h"

/* Marks the forms that the figures are made of. */
static void mark_forms(const struct catalogue *catalogue, const struct indicator *const *indicators,
                       size_t count, bool *forms)
{
    bool *is_needed = mem_calloc(catalogue->indicator_count + 1, sizeof(*is_needed));
    for (size_t i = 0; i < count; i++)
        view_mark_needed(catalogue, indicators[i], is_needed);
    for (size_t i = 0; i < catalogue->indicator_count; i++) {
        const struct form *form = catalogue_form(catalogue, catalogue->indicators[i].form);
        if (is_needed[i] && form != NULL)
            forms[form - catalogue->forms] = true;
    }
    free(is_needed);
}

/* Counts the lone half of key->unit, if it has one, for it and the units above: up to one whose own
 * whole report stands for all of it. */
static void count_lone_half(struct step *step, const struct query *query,
                            const struct report_key *key, uint32_t *counts)
{
    const struct tree_node *nodes = query->tree->nodes;
    uint32_t top = tree_find(query->tree, query->unit);
    uint32_t first = tree_find(query->tree, key->unit);
    for (uint32_t i = first;; i = nodes[i].parent) {
        struct report_key k = *key;
        struct group group = {0};
        k.unit = nodes[i].unit;
        group_load(step->node, step->txn, &k, false, &group);
        bool is_counted =
            i == first ? group.triple.has_lone_whole_half : !group.triple.is_covered[PERIOD_Y - 1];
        group_fini(&group);
        counts[i] += is_counted;
        if (!is_counted || i == top)
            return;
    }
}

static bool is_asked(const struct step *step, uint32_t form, const bool *forms)
{
    const struct catalogue *catalogue = step->node->catalogue;
    const struct form *found = catalogue_form(catalogue, form);
    return found != NULL && forms[found - catalogue->forms];
}

/* The same of an edition, which names what counts. */
static void count_frozen_halves_of(struct step *step, const struct query *query, uint32_t unit,
                                   const bool *forms, uint32_t *counts)
{
    const struct frozen *frozen = step->node->frozen;
    const struct edition *edition = &frozen->edition;
    uint32_t done = 0; /* the form whose group was looked at */
    for (size_t i = frozen_first(frozen, unit); i < edition->report_count; i++) {
        const struct edition_report *report = &edition->reports[i];
        const struct report_key key = edition_report_key(edition, report);
        if (report->unit != unit)
            return;
        if (report->label == PERIOD_Y || report->form == done || frozen->seen[i] == FROZEN_OWN ||
            !is_asked(step, report->form, forms))
            continue;
        count_lone_half(step, query, &key, counts);
        done = report->form;
    }
}

/* Looks at the halves that one unit filed for a year. */
static void count_lone_halves_of(struct step *step, const struct query *query, uint32_t unit,
                                 const bool *forms, uint32_t *counts)
{
    struct report_key cursor = store_cursor_before(query->kind, query->period.year, unit, 0);
    struct head head;
    while (store_next_head(step->txn, &cursor, &head) && cursor.kind == query->kind &&
           cursor.period.year == query->period.year && cursor.unit == unit) {
        if (!year_heads_may_be_whole(&cursor, &head) || !is_asked(step, cursor.form, forms))
            continue;
        count_lone_half(step, query, &cursor, counts);
        cursor.period.label = PERIOD_Y; /* its group is done */
    }
}

void lone_halves_count(struct step *step, const struct query *query,
                       const struct indicator *const *indicators, size_t indicator_count,
                       uint32_t *counts)
{
    const struct tree *tree = query->tree;
    bool is_live = step->node->frozen == NULL;
    if (is_live && !year_heads(step->node, step->txn, query->kind, query->period.year)->has_whole)
        return;
    bool *forms = mem_calloc(step->node->catalogue->form_count + 1, sizeof(*forms));
    mark_forms(step->node->catalogue, indicators, indicator_count, forms);
    uint32_t root = tree_find(tree, query->unit);
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i)) {
        if (is_live)
            count_lone_halves_of(step, query, tree->nodes[i].unit, forms, counts);
        else
            count_frozen_halves_of(step, query, tree->nodes[i].unit, forms, counts);
    }
    free(forms);
}
