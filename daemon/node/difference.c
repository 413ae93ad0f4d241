/* The walk from one edition to the other: it is A's frozen node that changes, report by report. */
#include "node/difference.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/decisions.h"
#include "node/rollup.h"

/* ---- what differs ---- */

static void add_cause(struct difference *difference, const struct edition *edition,
                      const struct edition_report *before, const struct edition_report *after)
{
    struct difference_cause cause = {.has_before = before != NULL, .has_after = after != NULL};
    cause.key = edition_report_key(edition, before != NULL ? before : after);
    if (before != NULL)
        cause.before = *before;
    if (after != NULL)
        cause.after = *after;
    difference->causes = mem_grow(difference->causes, difference->cause_count,
                                  &difference->cause_capacity, sizeof(*difference->causes));
    difference->causes[difference->cause_count++] = cause;
}

static bool is_same(const struct edition_report *a, const struct edition_report *b)
{
    return a->revision == b->revision && memcmp(a->content, b->content, sizeof(a->content)) == 0;
}

/* Reports of the unit and those beneath it, of which not the same counts on both sides. Those of
 * units that stood elsewhere on one side are part of what the new catalogue changed. */
static void find_causes(struct difference *difference, const struct edition *from,
                        const struct edition *to, const struct tree *here, const struct tree *there)
{
    const uint32_t unit = difference->query.unit;
    size_t i = 0, j = 0;
    while (i < from->report_count || j < to->report_count) {
        int order = i == from->report_count ? 1
                    : j == to->report_count
                        ? -1
                        : edition_report_compare(&from->reports[i], &to->reports[j]);
        const struct edition_report *a = order <= 0 ? &from->reports[i++] : NULL;
        const struct edition_report *b = order >= 0 ? &to->reports[j++] : NULL;
        const uint32_t of = order <= 0 ? a->unit : b->unit;
        if ((order != 0 || !is_same(a, b)) && tree_contains(here, unit, of) &&
            tree_contains(there, unit, of))
            add_cause(difference, from, a, b);
    }
}

/* ---- why ---- */

static char *text_of(struct span bytes)
{
    return mem_strndup(bytes.len > 0 ? (const char *)bytes.data : "", bytes.len);
}

/* When this node had it; older records do not say. */
static struct instant arrival(const struct revision *revision)
{
    return revision->arrived.us != 0 ? revision->arrived : revision->received;
}

static Tonghop__CauseType type_of(const struct difference *difference,
                                  const struct difference_cause *cause, bool is_withdrawn,
                                  struct instant arrived)
{
    if (!cause->has_after)
        return TONGHOP__CAUSE_TYPE__CAUSE_TYPE_RETURNED;
    if (is_withdrawn)
        return TONGHOP__CAUSE_TYPE__CAUSE_TYPE_WITHDRAWN;
    if (arrived.us < difference->from_time.us)
        return TONGHOP__CAUSE_TYPE__CAUSE_TYPE_ACCEPTED;
    return cause->has_before ? TONGHOP__CAUSE_TYPE__CAUSE_TYPE_CORRECTED
                             : TONGHOP__CAUSE_TYPE__CAUSE_TYPE_FILED;
}

static bool is_late(struct difference *difference, const struct difference_cause *cause)
{
    struct node *namer = difference_namer(difference);
    const struct tree *tree = node_tree(namer, cause->key.period);
    uint32_t index = tree_find(tree, cause->key.unit);
    struct date deadline;
    return cause->type == TONGHOP__CAUSE_TYPE__CAUSE_TYPE_FILED && index != TREE_NONE &&
           catalogue_deadline(namer->catalogue, cause->key.period, tree->nodes[index].level,
                              &deadline) &&
           date_compare(instant_date(cause->received), deadline) > 0;
}

/* The decision that made the difference: what counted was returned, or a later one that had taken
 * its place; or what had been filed before was accepted. Its first: later ones changed nothing. */
static void read_decision(struct difference *difference, struct step *step,
                          struct difference_cause *cause, const struct revision *revision)
{
    const uint8_t state = cause->has_after ? STATE_ACCEPTED : STATE_RETURNED;
    struct decisions decisions;
    struct revision other;
    struct head head;
    decisions_find(step, &cause->key, revision, &decisions);
    const struct decision *first = decisions_first(&decisions, state);
    if (first == NULL && !cause->has_after &&
        store_get_head(difference->txn, &cause->key, &head) == ERR_OK &&
        head.accepted > revision->number &&
        store_get_revision(difference->txn, &cause->key, head.accepted, &other) == ERR_OK) {
        decisions_fini(&decisions);
        decisions_find(step, &cause->key, &other, &decisions);
        first = decisions_first(&decisions, state);
    }
    cause->received = (struct instant){first != NULL ? first->time_us : 0};
    if (!cause->has_after) {
        cause->author[0] = '\0';
        cause->reason[0] = '\0';
    }
    cause->person[0] = '\0';
    if (first != NULL) {
        cause->decided_by = first->author;
        free(cause->person);
        cause->person = mem_strdup(first->person);
        if (!cause->has_after) {
            free(cause->reason);
            cause->reason = mem_strdup(first->reason);
        }
    }
    decisions_fini(&decisions);
}

/* Of the revision that counts now, or of that which counts no more. One that is not held is found
 * to be missing when it is taken over. */
static void read_why(struct difference *difference, struct step *step,
                     struct difference_cause *cause)
{
    struct revision revision;
    struct report report = {0};
    uint64_t number = cause->has_after ? cause->after.revision : cause->before.revision;
    char reason[WIRE_REASON_SIZE];
    arena_reset(difference->node->scratch);
    if (store_get_revision(difference->txn, &cause->key, number, &revision) != ERR_OK ||
        wire_read_filing(revision.filing, difference->node->scratch, &report, reason,
                         sizeof(reason)) != ERR_OK) {
        cause->author = mem_strdup("");
        cause->reason = mem_strdup("");
        cause->person = mem_strdup("");
        cause->type = TONGHOP__CAUSE_TYPE__CAUSE_TYPE_CORRECTED;
        return;
    }
    cause->type = type_of(difference, cause, report.is_withdrawn, arrival(&revision));
    cause->received = revision.received;
    cause->is_late = is_late(difference, cause);
    cause->author = mem_strdup(report.author);
    cause->reason = mem_strdup(report.reason);
    cause->person = text_of(revision.recorded_by);
    report_fini(&report);
    if (!cause->has_after || arrival(&revision).us < difference->from_time.us)
        read_decision(difference, step, cause, &revision);
}

static int compare_causes(const void *a, const void *b)
{
    const struct difference_cause *x = a, *y = b;
    const struct report_key *left = &x->key, *right = &y->key;
    const bool is_x_known = x->received.us != 0, is_y_known = y->received.us != 0;
    if (is_x_known != is_y_known) /* when it was decided is not known: at the end */
        return is_x_known ? -1 : 1;
    if (x->received.us != y->received.us)
        return x->received.us < y->received.us ? -1 : 1;
    if (left->unit != right->unit)
        return left->unit < right->unit ? -1 : 1;
    if (left->form != right->form)
        return left->form < right->form ? -1 : 1;
    return (left->period.label > right->period.label) - (left->period.label < right->period.label);
}

/* ---- life ---- */

enum err difference_init(struct difference *difference, struct step *step,
                         const struct query *query, struct edition *from, struct edition *to)
{
    *difference =
        (struct difference){.node = step->node,
                            .txn = step->txn,
                            .query = *query,
                            .from_time = from->time,
                            .has_new_catalogue = from->catalogue != to->catalogue ||
                                                 memcmp(from->catalogue_hash, to->catalogue_hash,
                                                        sizeof(to->catalogue_hash)) != 0};
    enum err err = frozen_new(step->node, step->txn, from, &difference->from);
    if (err == ERR_OK)
        err = frozen_new(step->node, step->txn, to, &difference->to);
    else
        edition_fini(to);
    if (err != ERR_OK)
        return err;
    struct frozen *a = difference->from, *b = difference->to;
    find_causes(difference, &a->edition, &b->edition, node_tree(&a->node, query->period),
                node_tree(&b->node, query->period));
    if (difference->cause_count > DIFFERENCE_CAUSES_MAX)
        return ERR_OK; /* difference_compute says so */
    for (size_t i = 0; i < difference->cause_count; i++)
        read_why(difference, step, &difference->causes[i]);
    if (difference->cause_count > 0)
        qsort(difference->causes, difference->cause_count, sizeof(*difference->causes),
              compare_causes);
    return ERR_OK;
}

static void free_values(struct difference *difference, Tonghop__Value *values)
{
    for (size_t i = 0; values != NULL && i < difference->indicator_count; i++)
        value_fini(&values[i]);
    free(values);
}

void difference_fini(struct difference *difference)
{
    free_values(difference, difference->before);
    free_values(difference, difference->after);
    free_values(difference, difference->meanwhile);
    for (size_t i = 0; i < difference->cause_count; i++) {
        struct difference_cause *cause = &difference->causes[i];
        free(cause->author);
        free(cause->reason);
        free(cause->person);
        free(cause->cells);
    }
    free(difference->causes);
    free(difference->indicators);
    frozen_free(&difference->from);
    frozen_free(&difference->to);
    *difference = (struct difference){0};
}

struct node *difference_namer(const struct difference *difference)
{
    return &difference->to->node;
}

struct frozen *difference_missing(const struct difference *difference)
{
    if (difference->from->has_missing)
        return difference->from;
    return difference->to->has_missing ? difference->to : NULL;
}

/* ---- values ---- */

/* The unit's values in one of the two frozen nodes; none where it was not there, and none of an
 * indicator that was not there. */
static Tonghop__Value *values_of(struct difference *difference, struct frozen *frozen)
{
    const struct query *query = &difference->query;
    const size_t count = difference->indicator_count;
    const struct view_key key = {query->kind, query->period, query->period.year, query->unit, 0};
    const struct indicator **known = mem_calloc(count + 1, sizeof(*known));
    Tonghop__Value *values = mem_calloc(count + 1, sizeof(*values));
    struct view view = {0};
    size_t known_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct indicator *found =
            catalogue_indicator(frozen->node.catalogue, difference->indicators[i]->number);
        tonghop__value__init(&values[i]);
        if (found != NULL)
            known[known_count++] = found;
    }
    if (tree_find(node_tree(&frozen->node, query->period), query->unit) != TREE_NONE) {
        view_init(&view, &frozen->node, difference->txn, &key);
        view_prepare(&view, known, known_count);
        for (size_t i = 0; i < count; i++) {
            const struct indicator *found =
                catalogue_indicator(frozen->node.catalogue, difference->indicators[i]->number);
            if (found != NULL)
                view_value(&view, found, &values[i]);
        }
    }
    view_fini(&view);
    free(known);
    return values;
}

/* ---- one step ---- */

static i128 shown_of(const struct figure *figure)
{
    return figure != NULL ? figure_shown(figure) : 0;
}

static bool is_changed(const struct figure *before, const struct figure *after)
{
    if (before == NULL || after == NULL)
        return before != after;
    return !figure_equal(before, after);
}

/* What is known before, and after, a report is taken over. */
struct moment {
    struct figures total, own;
};

static void look(struct difference *difference, const struct report_key *key, struct moment *moment)
{
    struct frozen *frozen = difference->from;
    struct report_key k = *key;
    k.period = difference->query.period;
    (void)rollup_own(&frozen->node, difference->txn, &k, NULL, &moment->own);
    k.unit = difference->query.unit;
    (void)rollup_of(&frozen->node, difference->txn, &k, NULL, &moment->total);
}

static void moment_fini(struct moment *moment)
{
    figures_fini(&moment->total);
    figures_fini(&moment->own);
}

static void add_cells(struct difference *difference, struct difference_cause *cause,
                      const struct moment *before, const struct moment *after)
{
    for (size_t i = 0; i < difference->indicator_count; i++) {
        const struct indicator *indicator = difference->indicators[i];
        const uint32_t number = indicator->number;
        if (!indicator_is_entered(indicator) || indicator->form != cause->key.form)
            continue;
        const struct figure *own_before = figures_find(&before->own, number);
        const struct figure *own_after = figures_find(&after->own, number);
        const struct figure *was = figures_find(&before->total, number);
        const struct figure *is = figures_find(&after->total, number);
        if (!is_changed(own_before, own_after) && !is_changed(was, is))
            continue;
        struct difference_cell cell = {.indicator = indicator,
                                       .change = shown_of(is) - shown_of(was)};
        if (own_before != NULL)
            cell.before = *own_before;
        if (own_after != NULL)
            cell.after = *own_after;
        cause->cells =
            mem_grow(cause->cells, cause->cell_count, &cause->cell_capacity, sizeof(*cause->cells));
        cause->cells[cause->cell_count++] = cell;
        difference->cell_count++;
    }
}

static void take_over(struct difference *difference, struct difference_cause *cause)
{
    struct moment before = {0}, after = {0};
    look(difference, &cause->key, &before);
    frozen_change(difference->from, difference->txn, &cause->key,
                  cause->has_after ? &cause->after : NULL);
    look(difference, &cause->key, &after);
    add_cells(difference, cause, &before, &after);
    moment_fini(&before);
    moment_fini(&after);
}

bool difference_compute(struct difference *difference)
{
    if (difference->cause_count > DIFFERENCE_CAUSES_MAX)
        return false;
    difference->before = values_of(difference, difference->from);
    for (size_t i = 0; i < difference->cause_count; i++) {
        take_over(difference, &difference->causes[i]);
        if (difference->cell_count > QUERY_LINES_MAX)
            return false;
    }
    if (difference->has_new_catalogue)
        difference->meanwhile = values_of(difference, difference->from);
    difference->after =
        values_of(difference, difference->has_new_catalogue ? difference->to : difference->from);
    return true;
}
