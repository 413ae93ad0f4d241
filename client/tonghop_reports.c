/* Who has reported, and what became of a report. As in tonghop_totals.c, a result keeps the memory
 * of its answer. */
#include <stdlib.h>

#include "client/handle.h"
#include "core/mem.h"
#include "core/report.h"

/* ---- coverage ---- */

struct tonghop_coverage {
    struct arena *arena; /* holds the answer's texts */
    struct tonghop_counts counts;
    struct tonghop_unit *units; /* one for each duty */
    struct tonghop_duty *duties;
    size_t duty_count;
};

static struct tonghop_duty duty_of(const Tonghop__CoverageLine *line,
                                   const struct tonghop_unit *unit)
{
    return (struct tonghop_duty){
        .unit = unit,
        .form = line->form,
        /* The wire's numbers are for ever, too. */
        .state = (enum tonghop_state)line->state,
        .timeliness = (enum tonghop_timeliness)line->timeliness,
        .revision = line->revision,
        .first_filed_us = line->first_filed_us,
        .covered_by = line->covered_by,
    };
}

static struct tonghop_coverage *make_coverage(struct connection *connection,
                                              const Tonghop__Coverage *answer)
{
    struct tonghop_coverage *coverage = mem_calloc(1, sizeof(*coverage));
    coverage->arena = connection_take_answer(connection);
    coverage->counts = (struct tonghop_counts){
        .due_count = answer->due_count,
        .filed_count = answer->filed_count,
        .accepted_count = answer->accepted_count,
        .covered_count = answer->covered_count,
        .late_count = answer->late_count,
    };
    coverage->duty_count = answer->n_lines;
    coverage->units = mem_calloc(answer->n_lines, sizeof(coverage->units[0]));
    coverage->duties = mem_calloc(answer->n_lines, sizeof(coverage->duties[0]));
    for (size_t i = 0; i < answer->n_lines; i++) {
        coverage->units[i] = handle_unit(answer->lines[i]->unit);
        coverage->duties[i] = duty_of(answer->lines[i], &coverage->units[i]);
    }
    return coverage;
}

enum tonghop_err tonghop_coverage(struct tonghop *tonghop, const struct tonghop_key *key,
                                  bool only_missing, struct tonghop_coverage **ret_coverage,
                                  char *reason)
{
    Tonghop__CoverageQuery query = TONGHOP__COVERAGE_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    query.kind = handle_kind(key);
    query.period = handle_borrow(key->period);
    query.unit = handle_borrow(key->unit);
    query.only_missing = only_missing;
    request.body_case = TONGHOP__ENVELOPE__BODY_COVERAGE_QUERY;
    request.coverage_query = &query;
    enum err err = handle_ask(tonghop, &request, TONGHOP__ENVELOPE__BODY_COVERAGE, &answer, reason);
    if (err == ERR_OK)
        *ret_coverage = make_coverage(tonghop->connection, answer->coverage);
    return handle_err(err);
}

void tonghop_coverage_free(struct tonghop_coverage *coverage)
{
    if (coverage == NULL)
        return;
    arena_free(&coverage->arena);
    free(coverage->units);
    free(coverage->duties);
    free(coverage);
}

const struct tonghop_counts *tonghop_coverage_counts(const struct tonghop_coverage *coverage)
{
    return &coverage->counts;
}

const struct tonghop_duty *tonghop_coverage_duty(const struct tonghop_coverage *coverage,
                                                 size_t index)
{
    return index < coverage->duty_count ? &coverage->duties[index] : NULL;
}

/* ---- history ---- */

struct tonghop_history {
    struct arena *arena;          /* holds the answer's texts */
    struct tonghop_unit *holders; /* one for each entry that names one */
    struct tonghop_entry *entries;
    size_t entry_count;
};

static struct tonghop_entry entry_of(const Tonghop__HistoryEntry *from,
                                     const struct tonghop_unit *holder)
{
    return (struct tonghop_entry){
        .form = from->form,
        .revision = from->revision,
        .is_latest = from->is_latest,
        .is_accepted = (from->states & STATE_ACCEPTED) != 0,
        .is_returned = (from->states & STATE_RETURNED) != 0,
        .counts = from->counts,
        .is_safe = from->is_safe,
        .is_whole = from->scope == TONGHOP__SCOPE__SCOPE_WHOLE,
        .is_withdrawn = from->withdrawn,
        .received_us = from->received_us,
        .cell_count = from->cell_count,
        .author = from->author,
        .reason = from->reason,
        .source = from->source,
        .recorded_by = from->recorded_by,
        .held_by = holder,
    };
}

static struct tonghop_history *make_history(struct connection *connection,
                                            const Tonghop__History *answer)
{
    struct tonghop_history *history = mem_calloc(1, sizeof(*history));
    history->arena = connection_take_answer(connection);
    history->entry_count = answer->n_entries;
    history->holders = mem_calloc(answer->n_entries, sizeof(history->holders[0]));
    history->entries = mem_calloc(answer->n_entries, sizeof(history->entries[0]));
    for (size_t i = 0; i < answer->n_entries; i++) {
        const Tonghop__HistoryEntry *from = answer->entries[i];
        bool is_held = from->held_by != NULL;
        if (is_held)
            history->holders[i] = handle_unit(from->held_by);
        history->entries[i] = entry_of(from, is_held ? &history->holders[i] : NULL);
    }
    return history;
}

enum tonghop_err tonghop_history(struct tonghop *tonghop, const struct tonghop_key *key,
                                 struct tonghop_history **ret_history, char *reason)
{
    Tonghop__HistoryQuery query = TONGHOP__HISTORY_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    query.kind = handle_kind(key);
    query.period = handle_borrow(key->period);
    query.unit = handle_borrow(key->unit);
    query.form = handle_borrow(key->form);
    request.body_case = TONGHOP__ENVELOPE__BODY_HISTORY_QUERY;
    request.history_query = &query;
    enum err err = handle_ask(tonghop, &request, TONGHOP__ENVELOPE__BODY_HISTORY, &answer, reason);
    if (err == ERR_OK)
        *ret_history = make_history(tonghop->connection, answer->history);
    return handle_err(err);
}

void tonghop_history_free(struct tonghop_history *history)
{
    if (history == NULL)
        return;
    arena_free(&history->arena);
    free(history->holders);
    free(history->entries);
    free(history);
}

const struct tonghop_entry *tonghop_history_entry(const struct tonghop_history *history,
                                                  size_t index)
{
    return index < history->entry_count ? &history->entries[index] : NULL;
}
