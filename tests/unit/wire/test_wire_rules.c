/* The rules of wire_rules.c: each field of each body, broken in turn. */
#include "core/check.h"
#include "unit/wire/breaker.h"

/* One row: what is done to the golden message `body` (`m` is its body, `arena` has memory), what
 * comes of it, and which field the reason names. */
/* Cells from `first` on, in steps. */
static void *name_cells(Tonghop__Mark *mark, size_t count, uint32_t first, int step,
                        struct arena *arena)
{
    mark->indicators = arena_alloc(arena, count * sizeof(*mark->indicators));
    assert_non_null(mark->indicators);
    mark->n_indicators = count;
    for (size_t i = 0; i < count; i++)
        mark->indicators[i] = first + (uint32_t)((int)i * step);
    return mark;
}

/* A decision about the first entry. */
static Tonghop__Decision *decide(Tonghop__History *history, struct arena *arena)
{
    Tonghop__Decision *decision = arena_alloc(arena, sizeof(*decision));
    assert_non_null(decision);
    tonghop__decision__init(decision);
    decision->states = STATE_RETURNED;
    decision->unit = history->unit;
    history->entries[0]->n_decisions = 1;
    history->entries[0]->decisions = copies(arena, decision, 1);
    return decision;
}

#define HOSTILE(X)                                                                                 \
    X(hello, hash_short, m->catalogue_hash.len = 31, MALFORMED, "Hello.catalogue_hash")            \
    X(hello, number_without_hash, m->catalogue_hash.len = 0, MALFORMED, "Hello")                   \
    X(hello, hash_without_number, m->catalogue = 0, MALFORMED, "Hello")                            \
    X(hello, no_catalogue, (m->catalogue = 0, m->catalogue_hash.len = 0), OK, "")                  \
    X(hello, software_long, m->software = letters(arena, 201), TOO_LARGE, "Hello.software")        \
    X(hello, software_limit, m->software = letters(arena, 200), OK, "")                            \
    X(hello, software_latin_1, m->software = TEXT("caf\xe9"), MALFORMED, "Hello.software")         \
    X(hello, software_escape, m->software = TEXT("\x1b[2J"), MALFORMED, "Hello.software")          \
    X(hello, software_line, m->software = TEXT("a\nb"), MALFORMED, "Hello.software")               \
    X(hello, language_long, m->language = letters(arena, 17), TOO_LARGE, "Hello.language")         \
    X(hello, language_limit, m->language = letters(arena, 16), OK, "")                             \
    X(hello, language_unknown, m->language = TEXT("fr"), OK, "")                                   \
    X(hello, language_line, m->language = TEXT("vi\n"), MALFORMED, "Hello.language")               \
    X(hello, buckets_many, (m->buckets = copies(arena, m->buckets[0], 4097), m->n_buckets = 4097), \
      TOO_LARGE, "Hello.buckets")                                                                  \
    X(hello, bucket_kind, m->buckets[0]->kind = 3, MALFORMED, "Bucket.kind")                       \
    X(hello, bucket_year, m->buckets[0]->year = 1899, MALFORMED, "Bucket.year")                    \
    X(hello, bucket_label, m->buckets[0]->label = 0, MALFORMED, "Bucket.label")                    \
    X(hello, bucket_digest, m->buckets[0]->digest.len = 0, MALFORMED, "Bucket.digest")             \
    X(welcome, protocol, m->protocol = 2, MALFORMED, "Welcome.protocol")                           \
    X(welcome, unit, m->unit = 0, MALFORMED, "Welcome.unit")                                       \
    X(welcome, role_none, m->role = 0, MALFORMED, "Welcome.role")                                  \
    X(welcome, role_unknown, m->role = 7, MALFORMED, "Welcome.role")                               \
    X(welcome, role_negative, m->role = -1, MALFORMED, "Welcome.role")                             \
    X(welcome, window, m->window = 0, MALFORMED, "Welcome.window")                                 \
    X(welcome, clock, m->now_us = -1, MALFORMED, "Welcome.now_us")                                 \
    X(welcome, clock_far, m->now_us = INT64_MAX, MALFORMED, "Welcome.now_us")                      \
    X(welcome, hash_long, m->catalogue_hash.len = 16, MALFORMED, "Welcome.catalogue_hash")         \
    X(file, filing_empty, m->filing.len = 0, MALFORMED, "File.filing")                             \
    X(file, filing_long,                                                                           \
      (m->filing.data = (uint8_t *)letters(arena, 1 << 19), m->filing.len = WIRE_FILING_MAX + 1),  \
      TOO_LARGE, "File.filing")                                                                    \
    X(file, filing_limit,                                                                          \
      (m->filing.data = (uint8_t *)letters(arena, 1 << 19), m->filing.len = WIRE_FILING_MAX), OK,  \
      "")                                                                                          \
    X(receipt, key_absent, m->key = NULL, MALFORMED, "Receipt.key")                                \
    X(receipt, revision, m->revision = UINT64_MAX, MALFORMED, "Receipt.revision")                  \
    X(receipt, states, m->states = 4, MALFORMED, "Receipt.states")                                 \
    X(receipt, received, m->received_us = -1, MALFORMED, "Receipt.received_us")                    \
    X(receipt, warnings_many,                                                                      \
      (m->warnings = copies(arena, m->warnings[0], 1001), m->n_warnings = 1001), TOO_LARGE,        \
      "Receipt.warnings")                                                                          \
    X(receipt, warning_lines, m->warnings[0]->text = TEXT("a\nb"), OK, "")                         \
    X(refusal, code_absent, m->code = TEXT(""), MALFORMED, "Refusal.code")                         \
    X(refusal, code_long, m->code = letters(arena, 33), TOO_LARGE, "Refusal.code")                 \
    X(refusal, text_long, m->text = letters(arena, 2001), TOO_LARGE, "Refusal.text")               \
    X(refusal, problem_text, m->problems[0]->text = TEXT("\xc0\x80"), MALFORMED, "Problem.text")   \
    X(revision, filing, m->filing.len = 0, MALFORMED, "Revision.filing")                           \
    X(revision, revision, m->revision = 0, MALFORMED, "Revision.revision")                         \
    X(revision, revision_far, m->revision = UINT64_MAX, MALFORMED, "Revision.revision")            \
    X(revision, revision_limit, m->revision = WIRE_REVISION_MAX, OK, "")                           \
    X(revision, states, m->states = 255, MALFORMED, "Revision.states")                             \
    X(revision, received, m->received_us = INT64_MIN, MALFORMED, "Revision.received_us")           \
    X(revision, first, m->first_filed_us = -1, MALFORMED, "Revision.first_filed_us")               \
    X(revision, home, m->home = 0, MALFORMED, "Revision.home")                                     \
    X(revision, person, m->person = letters(arena, WIRE_PERSON_MAX + 1), TOO_LARGE,                \
      "Revision.person")                                                                           \
    X(revision, person_limit, m->person = letters(arena, WIRE_PERSON_MAX), OK, "")                 \
    X(revision, person_line, m->person = TEXT("a\nb"), MALFORMED, "Revision.person")               \
    X(revision, recorded_by, m->recorded_by = letters(arena, 65), TOO_LARGE,                       \
      "Revision.recorded_by")                                                                      \
    X(ack, key_absent, m->key = NULL, MALFORMED, "Ack.key")                                        \
    X(ack, kind_none, m->key->kind = 0, MALFORMED, "Key.kind")                                     \
    X(ack, kind, m->key->kind = 257, MALFORMED, "Key.kind")                                        \
    X(ack, year, m->key->year = 3000, MALFORMED, "Key.year")                                       \
    X(ack, year_wraps, m->key->year = 65536 + 2024, MALFORMED, "Key.year")                         \
    X(ack, label, m->key->label = 4, MALFORMED, "Key.label")                                       \
    X(ack, unit, m->key->unit = 0, MALFORMED, "Key.unit")                                          \
    X(ack, form, m->key->form = 0, MALFORMED, "Key.form")                                          \
    X(ack, revision, m->revision = 0, MALFORMED, "Ack.revision")                                   \
    X(ack, states, m->states = 8, MALFORMED, "Ack.states")                                         \
    X(ack, newer_empty, m->newer = empty_revision(arena), MALFORMED, "Revision.filing")            \
    X(statement, kind, m->kind = 0, MALFORMED, "Statement.kind")                                   \
    X(statement, year, m->year = 0, MALFORMED, "Statement.year")                                   \
    X(statement, unit, m->unit = 0, MALFORMED, "Statement.unit")                                   \
    X(statement, catalogue, m->catalogue = 0, MALFORMED, "Statement.catalogue")                    \
    X(statement, digest, m->digest.len = 8, MALFORMED, "Statement.digest")                         \
    X(statement, parts_many, (m->parts = copies(arena, m->parts[0], 769), m->n_parts = 769),       \
      TOO_LARGE, "Statement.parts")                                                                \
    X(statement, form, m->parts[0]->form = 0, MALFORMED, "StatementPart.form")                     \
    X(statement, label, m->parts[0]->label = 9, MALFORMED, "StatementPart.label")                  \
    X(statement, figures_many,                                                                     \
      (m->parts[0]->figures = copies(arena, m->parts[0]->figures[0], 4097),                        \
       m->parts[0]->n_figures = 4097),                                                             \
      TOO_LARGE, "StatementPart.figures")                                                          \
    X(statement, figures_twice, m->parts[0]->figures[1]->indicator = 1, MALFORMED,                 \
      "StatementPart")                                                                             \
    X(statement, figure_of_none, m->parts[0]->figures[0]->indicator = 0, MALFORMED,                \
      "Figure.indicator")                                                                          \
    X(statement, figure_four_parts, m->parts[0]->figures[0]->n_parts = 4, MALFORMED,               \
      "Figure.parts")                                                                              \
    X(statement, figure_of_no_unit, m->parts[0]->figures[0]->parts[0] = 0, MALFORMED, "Figure")    \
    X(statement, figure_units_wrap, (m->parts[0]->figures[1]->parts[0] = UINT32_MAX), MALFORMED,   \
      "Figure")                                                                                    \
    X(statement_ack, outcome_none, m->outcome = 0, MALFORMED, "StatementAck.outcome")              \
    X(statement_ack, outcome, m->outcome = 4, MALFORMED, "StatementAck.outcome")                   \
    X(statement_ack, kind, m->kind = 3, MALFORMED, "StatementAck.kind")                            \
    X(statement_ack, year, m->year = 0, MALFORMED, "StatementAck.year")                            \
    X(statement_ack, unit, m->unit = 0, MALFORMED, "StatementAck.unit")                            \
    X(catalogue_request, index, m->index = WIRE_CHUNKS_MAX, MALFORMED, "CatalogueRequest.index")   \
    X(catalogue_chunk, number, m->number = 0, MALFORMED, "CatalogueChunk.number")                  \
    X(catalogue_chunk, hash, m->hash.len = 0, MALFORMED, "CatalogueChunk.hash")                    \
    X(catalogue_chunk, count_none, m->count = 0, MALFORMED, "CatalogueChunk.count")                \
    X(catalogue_chunk, count, m->count = WIRE_CHUNKS_MAX + 1, MALFORMED, "CatalogueChunk.count")   \
    X(catalogue_chunk, index, m->index = 1, MALFORMED, "CatalogueChunk")                           \
    X(catalogue_chunk, not_full, m->count = 2, MALFORMED, "CatalogueChunk")                        \
    X(catalogue_chunk, empty, m->data.len = 0, MALFORMED, "CatalogueChunk.data")                   \
    X(catalogue_chunk, data_long,                                                                  \
      (m->data.data = (uint8_t *)letters(arena, WIRE_CHUNK_SIZE),                                  \
       m->data.len = WIRE_CHUNK_SIZE + 1),                                                         \
      TOO_LARGE, "CatalogueChunk.data")                                                            \
    X(catalogue_chunk, data_limit,                                                                 \
      (m->data.data = (uint8_t *)letters(arena, WIRE_CHUNK_SIZE), m->data.len = WIRE_CHUNK_SIZE,   \
       m->count = 2),                                                                              \
      OK, "")                                                                                      \
    X(catalogue_publish, chunk_absent, m->chunk = NULL, MALFORMED, "CataloguePublish.chunk")       \
    X(catalogue_publish, chunk, m->chunk->number = 0, MALFORMED, "CatalogueChunk.number")          \
    X(catalogue_notice, number, m->number = 0, MALFORMED, "CatalogueNotice.number")                \
    X(catalogue_notice, hash, m->hash.len = 31, MALFORMED, "CatalogueNotice.hash")                 \
    X(enrol, unit, m->unit = 0, MALFORMED, "Enrol.unit")                                           \
    X(enrol, key, m->key.len = 31, MALFORMED, "Enrol.key")                                         \
    X(enrol, role_none, m->role = 0, MALFORMED, "Enrol.role")                                      \
    X(enrol, role_local, m->role = 5, MALFORMED, "Enrol.role")                                     \
    X(enrol, name, m->name = letters(arena, 64), TOO_LARGE, "Enrol.name")                          \
    X(revoke, key, m->key.len = 0, MALFORMED, "Revoke.key")                                        \
    X(keys, key, m->entries[0]->key.len = 16, MALFORMED, "KeyEntry.key")                           \
    X(keys, unit, m->entries[0]->unit = 0, MALFORMED, "KeyEntry.unit")                             \
    X(keys, role, m->entries[0]->role = 9, MALFORMED, "KeyEntry.role")                             \
    X(keys, changed, m->entries[0]->changed_us = -1, MALFORMED, "KeyEntry.changed_us")             \
    X(quarantine, number, m->entries[0]->number = 0, MALFORMED, "QuarantineEntry.number")          \
    X(quarantine, number_far, m->entries[0]->number = UINT64_MAX, MALFORMED,                       \
      "QuarantineEntry.number")                                                                    \
    X(quarantine, received, m->entries[0]->received_us = -1, MALFORMED,                            \
      "QuarantineEntry.received_us")                                                               \
    X(quarantine, key, m->entries[0]->key.len = 31, MALFORMED, "QuarantineEntry.key")              \
    X(quarantine, key_local, m->entries[0]->key.len = 0, OK, "")                                   \
    X(quarantine, reason_cut, m->entries[0]->reason = TEXT("\xe1\xba"), MALFORMED,                 \
      "QuarantineEntry.reason")                                                                    \
    X(quarantine, content,                                                                         \
      (m->entries[0]->content.data = (uint8_t *)letters(arena, 1 << 19),                           \
       m->entries[0]->content.len = WIRE_FILING_MAX + 1),                                          \
      TOO_LARGE, "QuarantineEntry.content")                                                        \
    X(quarantine, content_limit,                                                                   \
      (m->entries[0]->content.data = (uint8_t *)letters(arena, 1 << 19),                           \
       m->entries[0]->content.len = WIRE_FILING_MAX),                                              \
      OK, "")                                                                                      \
    X(quarantine_query, number_limit, m->number = WIRE_REVISION_MAX, OK, "")                       \
    X(quarantine_query, number_far, m->number = UINT64_MAX, MALFORMED, "QuarantineQuery.number")   \
    X(quarantine_clear, nothing, m->number = 0, MALFORMED, "QuarantineClear")                      \
    X(quarantine_clear, both, m->all = true, MALFORMED, "QuarantineClear")                         \
    X(quarantine_clear, all, (m->all = true, m->number = 0), OK, "")                               \
    X(quarantine_clear, number_far, m->number = UINT64_MAX, MALFORMED, "QuarantineClear.number")   \
    X(done, text, m->text = letters(arena, 2001), TOO_LARGE, "Done.text")                          \
    X(totals_query, kind, m->kind = 3, MALFORMED, "TotalsQuery.kind")                              \
    X(totals_query, period, m->period = letters(arena, 17), TOO_LARGE, "TotalsQuery.period")       \
    X(totals_query, unit, m->unit = letters(arena, 2001), TOO_LARGE, "TotalsQuery.unit")           \
    X(totals_query, by, m->by = 4, MALFORMED, "TotalsQuery.by")                                    \
    X(totals_query, code, m->indicators[0] = TEXT("\xff"), MALFORMED, "TotalsQuery.indicators")    \
    X(totals_query, codes_many,                                                                    \
      (m->indicators = copies(arena, m->indicators[0], 4097), m->n_indicators = 4097), TOO_LARGE,  \
      "TotalsQuery.indicators")                                                                    \
    X(totals, units_none, m->n_units = 0, MALFORMED, "Totals.units")                               \
    X(totals, unit_absent, m->units[0]->unit = NULL, MALFORMED, "UnitTotals.unit")                 \
    X(totals, value_missing, m->units[0]->n_values = 0, MALFORMED, "Totals")                       \
    X(totals, previous_absent, m->units[0]->n_previous = 0, OK, "")                                \
    X(totals, previous_more,                                                                       \
      (m->units[0]->previous = copies(arena, m->units[0]->previous[0], 2),                         \
       m->units[0]->n_previous = 2),                                                               \
      MALFORMED, "Totals")                                                                         \
    X(totals, qualifier, m->units[0]->values[0]->qualifier = 0, MALFORMED, "Value")                \
    X(totals, qualifier_new, m->units[0]->values[0]->qualifier = 6, MALFORMED, "Value.qualifier")  \
    X(totals, decimals, m->indicators[0]->decimals = 7, MALFORMED, "IndicatorInfo.decimals")       \
    X(totals, number, m->indicators[0]->number = 0, MALFORMED, "IndicatorInfo.number")             \
    X(coverage_query, kind, m->kind = 5, MALFORMED, "CoverageQuery.kind")                          \
    X(coverage_query, period, m->period = TEXT("a\tb"), MALFORMED, "CoverageQuery.period")         \
    X(coverage_query, by, m->by = 9, MALFORMED, "CoverageQuery.by")                                \
    X(coverage_query, state_line, m->state = TEXT("a\nb"), MALFORMED, "CoverageQuery.state")       \
    X(coverage_query, body_text, m->body = TEXT("\xff"), MALFORMED, "CoverageQuery.body")          \
    X(coverage_query, trend, m->trend = 20, OK, "")                                                \
    X(coverage_query, trend_long, m->trend = 21, MALFORMED, "CoverageQuery.trend")                 \
    X(coverage, unit_absent, m->unit = NULL, MALFORMED, "Coverage.unit")                           \
    X(coverage, line_unit, m->lines[0]->unit = NULL, MALFORMED, "CoverageLine.unit")               \
    X(coverage, unit_id, m->lines[0]->unit->id = 0, MALFORMED, "UnitInfo.id")                      \
    X(coverage, state, m->lines[0]->state = 0, MALFORMED, "CoverageLine.state")                    \
    X(coverage, timeliness, m->lines[0]->timeliness = 4, MALFORMED, "CoverageLine.timeliness")     \
    X(coverage, met_by, m->lines[0]->met_by = 4, MALFORMED, "CoverageLine.met_by")                 \
    X(explain_query, kind, m->kind = 257, MALFORMED, "ExplainQuery.kind")                          \
    X(explanation, indicator_absent, m->indicator = NULL, MALFORMED, "Explanation.indicator")      \
    X(explanation, unit_absent, m->unit = NULL, MALFORMED, "Explanation.unit")                     \
    X(explanation, total_absent, m->total = NULL, MALFORMED, "Explanation.total")                  \
    X(explanation, operand, m->n_operand_values = 0, MALFORMED, "Explanation")                     \
    X(explanation, line_unit, m->lines[0]->unit = NULL, MALFORMED, "ExplainLine.unit")             \
    X(explanation, line_value, m->lines[0]->value = NULL, MALFORMED, "ExplainLine")                \
    X(explanation, line_missing, (m->lines[0]->type = 4, m->lines[0]->value = NULL), OK, "")       \
    X(explanation, line_type, m->lines[0]->type = 0, MALFORMED, "ExplainLine.type")                \
    X(explanation, line_scope, m->lines[0]->scope = 3, MALFORMED, "ExplainLine.scope")             \
    X(history_query, kind, m->kind = 257, MALFORMED, "HistoryQuery.kind")                          \
    X(history, unit_absent, m->unit = NULL, MALFORMED, "History.unit")                             \
    X(history, key_absent, m->entries[0]->key = NULL, MALFORMED, "HistoryEntry.key")               \
    X(history, revision, m->entries[0]->revision = 0, MALFORMED, "HistoryEntry.revision")          \
    X(history, states, m->entries[0]->states = 4, MALFORMED, "HistoryEntry.states")                \
    X(history, scope, m->entries[0]->scope = 0, MALFORMED, "HistoryEntry.scope")                   \
    X(history, reason, m->entries[0]->reason = TEXT("\xed\xa0\x80"), MALFORMED,                    \
      "HistoryEntry.reason")                                                                       \
    X(watch_query, cursor_long, m->cursor = letters(arena, 65), TOO_LARGE, "WatchQuery.cursor")    \
    X(watch_query, empty, (m->cursor = TEXT(""), m->unit = TEXT(""), m->wait_ms = UINT32_MAX), OK, \
      "")                                                                                          \
    X(changes, cursor_absent, m->cursor = TEXT(""), MALFORMED, "Changes.cursor")                   \
    X(changes, none, m->n_changes = 0, OK, "")                                                     \
    X(changes, key_absent, m->changes[0]->key = NULL, MALFORMED, "Change.key")                     \
    X(changes, unit_absent, m->changes[0]->unit = NULL, MALFORMED, "Change.unit")                  \
    X(changes, revision, m->changes[0]->revision = 0, MALFORMED, "Change.revision")                \
    X(changes, states, m->changes[0]->states = 4, MALFORMED, "Change.states")                      \
    X(changes, received, m->changes[0]->received_us = -1, MALFORMED, "Change.received_us")         \
    X(changes, reason_lines, m->changes[0]->reason = TEXT("a\nb"), OK, "")                         \
    X(changes, author_lines, m->changes[0]->author = TEXT("a\nb"), MALFORMED, "Change.author")     \
    X(changes, entry_absent, m->notices[0]->entry = NULL, MALFORMED, "NoticeChange.entry")         \
    X(changes, entry_unit, m->notices[0]->entry->unit = NULL, MALFORMED, "InboxEntry.unit")        \
    X(changes, entry_new_type, m->notices[0]->entry->type = 99, OK, "")                            \
    X(changes, entry_seen, m->notices[0]->entry->seen_us = -1, MALFORMED, "InboxEntry.seen_us")    \
    X(changes, entry_heard, m->notices[0]->entry->heard = 256, MALFORMED, "InboxEntry.heard")      \
    X(changes, notices_none, m->n_notices = 0, OK, "")                                             \
    X(status, unit_absent, m->unit = NULL, MALFORMED, "Status.unit")                               \
    X(status, started, m->started_us = -1, MALFORMED, "Status.started_us")                         \
    X(status, problem, m->problems[0] = letters(arena, 2001), TOO_LARGE, "Status.problems")        \
    X(status, child_unit, m->children[0]->unit = NULL, MALFORMED, "Link.unit")                     \
    X(refusal, text_lines, m->text = TEXT("a\n\tb"), OK, "")                                       \
    X(refusal, revision, m->current_revision = UINT64_MAX, MALFORMED, "Refusal.current_revision")  \
    X(keys, role_none, m->entries[0]->role = 0, MALFORMED, "KeyEntry.role")                        \
    X(done, text_lines, m->text = TEXT("a\nb"), OK, "")                                            \
    X(totals_query, kind_default, m->kind = 0, OK, "")                                             \
    X(totals_query, period_default, m->period = TEXT(""), OK, "")                                  \
    X(coverage_query, period_long, m->period = letters(arena, 17), TOO_LARGE,                      \
      "CoverageQuery.period")                                                                      \
    X(explain_query, period_long, m->period = letters(arena, 17), TOO_LARGE,                       \
      "ExplainQuery.period")                                                                       \
    X(history_query, period_long, m->period = letters(arena, 17), TOO_LARGE,                       \
      "HistoryQuery.period")                                                                       \
    X(coverage, revision, m->lines[0]->revision = UINT64_MAX, MALFORMED, "CoverageLine.revision")  \
    X(coverage, first, m->lines[0]->first_filed_us = -1, MALFORMED, "CoverageLine.first_filed_us") \
    X(explanation, line_revision, m->lines[0]->revision = UINT64_MAX, MALFORMED,                   \
      "ExplainLine.revision")                                                                      \
    X(explanation, line_received, m->lines[0]->received_us = -1, MALFORMED,                        \
      "ExplainLine.received_us")                                                                   \
    X(explanation, line_reason, m->lines[0]->reason = TEXT("a\nb"), OK, "")                        \
    X(explanation, line_note, m->lines[0]->note = TEXT("a\nb"), OK, "")                            \
    X(history, received, m->entries[0]->received_us = -1, MALFORMED, "HistoryEntry.received_us")   \
    X(history, reason_lines, m->entries[0]->reason = TEXT("a\nb"), OK, "")                         \
    X(history, filing,                                                                             \
      (m->entries[0]->filing.data = (uint8_t *)letters(arena, 1 << 19),                            \
       m->entries[0]->filing.len = WIRE_FILING_MAX + 1),                                           \
      TOO_LARGE, "HistoryEntry.filing")                                                            \
    X(history, filing_limit,                                                                       \
      (m->entries[0]->filing.data = (uint8_t *)letters(arena, 1 << 19),                            \
       m->entries[0]->filing.len = WIRE_FILING_MAX),                                               \
      OK, "")                                                                                      \
    X(status, now, m->now_us = -1, MALFORMED, "Status.now_us")                                     \
    X(status, parent_heard, m->parent_heard_us = -1, MALFORMED, "Status.parent_heard_us")          \
    X(status, child_heard, m->children[0]->heard_us = -1, MALFORMED, "Link.heard_us")              \
    X(status, problem_lines, m->problems[0] = TEXT("a\nb"), OK, "")                                \
    X(pong, digest_short, (m->digest.data = (uint8_t *)letters(arena, 31), m->digest.len = 31),    \
      MALFORMED, "Pong.digest")                                                                    \
    X(pong, digest_limit, (m->digest.data = (uint8_t *)letters(arena, 32), m->digest.len = 32),    \
      OK, "")                                                                                      \
    X(pong, digest_long, (m->digest.data = (uint8_t *)letters(arena, 33), m->digest.len = 33),     \
      MALFORMED, "Pong.digest")                                                                    \
    X(ping, catalogue_any, m->catalogue = UINT32_MAX, OK, "")                                      \
    X(revision, accepted, m->accepted = accepted(m, arena), OK, "")                                \
    X(revision, accepted_equal, (m->accepted = accepted(m, arena))->revision = m->revision,        \
      MALFORMED, "Revision: accepted")                                                             \
    X(revision, accepted_higher, (m->accepted = accepted(m, arena))->revision = m->revision + 1,   \
      MALFORMED, "Revision: accepted")                                                             \
    X(revision, accepted_none, (m->accepted = accepted(m, arena))->revision = 0, MALFORMED,        \
      "Accepted.revision")                                                                         \
    X(revision, accepted_waits, (m->accepted = accepted(m, arena))->states = 0, MALFORMED,         \
      "Accepted.states")                                                                           \
    X(revision, accepted_only_returned, (m->accepted = accepted(m, arena))->states = 2, MALFORMED, \
      "Accepted")                                                                                  \
    X(revision, accepted_returned, (m->accepted = accepted(m, arena))->states = 3, OK, "")         \
    X(revision, accepted_states, (m->accepted = accepted(m, arena))->states = 5, MALFORMED,        \
      "Accepted.states")                                                                           \
    X(revision, accepted_filing, (m->accepted = accepted(m, arena))->filing.len = 0, MALFORMED,    \
      "Accepted.filing")                                                                           \
    X(revision, accepted_filing_long,                                                              \
      (m->accepted = accepted(m, arena),                                                           \
       m->accepted->filing.data = (uint8_t *)letters(arena, 1 << 19),                              \
       m->accepted->filing.len = WIRE_FILING_MAX + 1),                                             \
      TOO_LARGE, "Accepted.filing")                                                                \
    X(revision, accepted_home, (m->accepted = accepted(m, arena))->home = 0, MALFORMED,            \
      "Accepted.home")                                                                             \
    X(revision, accepted_received, (m->accepted = accepted(m, arena))->received_us = -1,           \
      MALFORMED, "Accepted.received_us")                                                           \
    X(revision, accepted_person,                                                                   \
      (m->accepted = accepted(m, arena))->person = letters(arena, WIRE_PERSON_MAX + 1), TOO_LARGE, \
      "Accepted.person")                                                                           \
    X(revision, accepted_recorder,                                                                 \
      (m->accepted = accepted(m, arena))->recorded_by = letters(arena, 65), TOO_LARGE,             \
      "Accepted.recorded_by")                                                                      \
    X(inventory, kind, m->kind = 3, MALFORMED, "Inventory.kind")                                   \
    X(inventory, kind_none, m->kind = 0, MALFORMED, "Inventory.kind")                              \
    X(inventory, year, m->year = 3000, MALFORMED, "Inventory.year")                                \
    X(inventory, units_few, m->n_units = 1, MALFORMED, "Inventory: its columns")                   \
    X(inventory, forms_few, m->n_forms = 1, MALFORMED, "Inventory: its columns")                   \
    X(inventory, labels_few, m->n_labels = 1, MALFORMED, "Inventory: its columns")                 \
    X(inventory, revisions_few, m->n_revisions = 1, MALFORMED, "Inventory: its columns")           \
    X(inventory, digests_few, m->digests.len = WIRE_DIGEST_SIZE, MALFORMED,                        \
      "Inventory: its columns")                                                                    \
    X(inventory, digest_short, m->digests.len = 2 * WIRE_DIGEST_SIZE - 1, MALFORMED,               \
      "Inventory: its columns")                                                                    \
    X(inventory, digest_long,                                                                      \
      (m->digests.data = (uint8_t *)letters(arena, 65), m->digests.len = 65), MALFORMED,           \
      "Inventory: its columns")                                                                    \
    X(inventory, nothing, shorten(m, 0), OK, "")                                                   \
    X(inventory, nothing_but_units, (shorten(m, 0), m->n_units = 2), MALFORMED,                    \
      "Inventory: its columns")                                                                    \
    X(inventory, unit_twice, (m->units[0] = 23860, m->forms[0] = m->forms[1], m->labels[0] = 3),   \
      MALFORMED, "Inventory: its entries must rise")                                               \
    X(inventory, units_fall, (m->units[0] = 23861), MALFORMED, "Inventory: its entries must rise") \
    X(inventory, forms_fall, (m->units[1] = 23857, m->forms[1] = 1), MALFORMED,                    \
      "Inventory: its entries must rise")                                                          \
    X(inventory, forms_rise, (m->units[1] = 23857, m->forms[1] = 3), OK, "")                       \
    X(inventory, labels_fall,                                                                      \
      (m->units[1] = 23857, m->forms[1] = 2, m->labels[0] = 2, m->labels[1] = 1), MALFORMED,       \
      "Inventory: its entries must rise")                                                          \
    X(inventory, labels_rise, (m->units[1] = 23857, m->forms[1] = 2), OK, "")                      \
    X(inventory, unit_none, m->units[0] = 0, MALFORMED, "Inventory: an entry")                     \
    X(inventory, form_none, m->forms[1] = 0, MALFORMED, "Inventory: an entry")                     \
    X(inventory, label_none, m->labels[0] = 0, MALFORMED, "Inventory: an entry")                   \
    X(inventory, label, m->labels[1] = 4, MALFORMED, "Inventory: an entry")                        \
    X(inventory, revision_none, m->revisions[1] = 0, MALFORMED, "Inventory: an entry")             \
    X(inventory, revision_limit, m->revisions[0] = WIRE_REVISION_MAX, OK, "")                      \
    X(inventory, revision_far, m->revisions[0] = WIRE_REVISION_MAX + 1, MALFORMED,                 \
      "Inventory: an entry")                                                                       \
    X(inventory, first_follows, m->after->label = 3, OK, "")                                       \
    X(inventory, first_is_after, (m->after->form = 2, m->after->label = 1), MALFORMED,             \
      "Inventory: its entries must come after")                                                    \
    X(inventory, first_before_after, m->after->unit = 23858, MALFORMED,                            \
      "Inventory: its entries must come after")                                                    \
    X(inventory, no_after, m->after = NULL, OK, "")                                                \
    X(inventory, last_is_through, (m->through->form = 1, m->through->label = 3), OK, "")           \
    X(inventory, last_beyond_label, (m->through->form = 1, m->through->label = 2), MALFORMED,      \
      "Inventory: its entries must not come after")                                                \
    X(inventory, last_beyond_unit, m->through->unit = 23859, MALFORMED,                            \
      "Inventory: its entries must not come after")                                                \
    X(inventory, no_through, m->through = NULL, OK, "")                                            \
    X(inventory, after_unit, m->after->unit = 0, MALFORMED, "Place.unit")                          \
    X(inventory, through_form, m->through->form = 0, MALFORMED, "Place.form")                      \
    X(inventory, through_label, m->through->label = 4, MALFORMED, "Place.label")                   \
    X(inventory, limit, fill(m, WIRE_INVENTORY_MAX, arena), OK, "")                                \
    X(inventory, long, fill(m, WIRE_INVENTORY_MAX + 1, arena), TOO_LARGE, "Inventory.units")       \
    X(compared, through_label, m->through->label = 0, MALFORMED, "Place.label")                    \
    X(compared, no_through, m->through = NULL, OK, "")                                             \
    X(compared, count_limit, m->revision_count = WIRE_INVENTORY_MAX, OK, "")                       \
    X(compared, count, m->revision_count = WIRE_INVENTORY_MAX + 1, MALFORMED,                      \
      "Compared.revision_count")                                                                   \
    X(compared, wanted_limit,                                                                      \
      (m->wanted = copies(arena, m->wanted[0], WIRE_INVENTORY_MAX),                                \
       m->n_wanted = WIRE_INVENTORY_MAX),                                                          \
      OK, "")                                                                                      \
    X(compared, wanted_many,                                                                       \
      (m->wanted = copies(arena, m->wanted[0], WIRE_INVENTORY_MAX + 1),                            \
       m->n_wanted = WIRE_INVENTORY_MAX + 1),                                                      \
      TOO_LARGE, "Compared.wanted")                                                                \
    X(compared, wanted_unit, m->wanted[0]->unit = 0, MALFORMED, "Key.unit")                        \
    X(mark, key_absent, m->key = NULL, MALFORMED, "Mark.key")                                      \
    X(mark, revision, m->revision = 0, MALFORMED, "Mark.revision")                                 \
    X(mark, revision_far, m->revision = WIRE_REVISION_MAX + 1, MALFORMED, "Mark.revision")         \
    X(mark, states_none, m->states = 0, MALFORMED, "Mark.states")                                  \
    X(mark, states_accepted, m->states = 1, OK, "")                                                \
    X(mark, states_both, m->states = 3, MALFORMED, "Mark.states")                                  \
    X(mark, states_unknown, m->states = 4, MALFORMED, "Mark.states")                               \
    X(mark, reason_long, m->reason = letters(arena, REPORT_REASON_MAX + 1), TOO_LARGE,             \
      "Mark.reason")                                                                               \
    X(mark, reason_limit, m->reason = letters(arena, REPORT_REASON_MAX), OK, "")                   \
    X(mark, reason_lines, m->reason = TEXT("a\n\tb"), OK, "")                                      \
    X(mark, reason_escape, m->reason = TEXT("\x1b[2J"), MALFORMED, "Mark.reason")                  \
    X(mark, cells, name_cells(m, 1, 2, 2, arena), OK, "")                                          \
    X(mark, cells_limit, name_cells(m, WIRE_NOTICE_CELLS_MAX, 1, 1, arena), OK, "")                \
    X(mark, cells_many, name_cells(m, WIRE_NOTICE_CELLS_MAX + 1, 1, 1, arena), TOO_LARGE,          \
      "Mark.indicators")                                                                           \
    X(mark, cells_zero, name_cells(m, 2, 0, 1, arena), MALFORMED, "Mark: indicators must rise")    \
    X(mark, cells_twice, name_cells(m, 2, 5, 0, arena), MALFORMED, "Mark: indicators must rise")   \
    X(mark, cells_fall, name_cells(m, 2, 5, -1, arena), MALFORMED, "Mark: indicators must rise")   \
    X(history, decision, decide(m, arena), OK, "")                                                 \
    X(history, decision_states, decide(m, arena)->states = 3, MALFORMED, "Decision.states")        \
    X(history, decision_states_none, decide(m, arena)->states = 0, MALFORMED, "Decision.states")   \
    X(history, decision_unit, decide(m, arena)->unit = NULL, MALFORMED, "Decision.unit")           \
    X(history, decision_time, decide(m, arena)->time_us = -1, MALFORMED, "Decision.time_us")       \
    X(history, decision_person, decide(m, arena)->person = TEXT("a\nb"), MALFORMED,                \
      "Decision.person")                                                                           \
    X(history, decision_reason, decide(m, arena)->reason = TEXT("a\nb"), OK, "")                   \
    X(history, answers_far, m->entries[0]->answers = WIRE_REVISION_MAX + 1, MALFORMED,             \
      "HistoryEntry.answers")                                                                      \
    X(holders, key_absent, m->key = NULL, MALFORMED, "Holders.key")                                \
    X(holders, revision, m->revision = 0, MALFORMED, "Holders.revision")                           \
    X(holders, unit_none, m->unit = 0, OK, "")                                                     \
    X(history, held_by, m->entries[0]->held_by = no_unit(arena), MALFORMED, "UnitInfo.id")         \
    X(totals_query, from_long, m->from = letters(arena, 17), TOO_LARGE, "TotalsQuery.from")        \
    X(totals_query, from_limit, m->from = letters(arena, 16), OK, "")                              \
    X(totals_query, from_line, m->from = TEXT("2009\n"), MALFORMED, "TotalsQuery.from")            \
    X(totals_query, level_long, m->level = letters(arena, CATALOGUE_WORD_MAX + 1), TOO_LARGE,      \
      "TotalsQuery.level")                                                                         \
    X(totals_query, level_limit, m->level = letters(arena, CATALOGUE_WORD_MAX), OK, "")            \
    X(totals_query, section_long, m->section = letters(arena, CATALOGUE_WORD_MAX + 1), TOO_LARGE,  \
      "TotalsQuery.section")                                                                       \
    X(totals_query, section_latin_1, m->section = TEXT("\xe9"), MALFORMED, "TotalsQuery.section")  \
    X(totals_query, body_long, m->body = letters(arena, CATALOGUE_WORD_MAX + 1), TOO_LARGE,        \
      "TotalsQuery.body")                                                                          \
    X(totals_query, body_limit, m->body = letters(arena, CATALOGUE_WORD_MAX), OK, "")              \
    X(totals_query, by_type, m->by = 3, OK, "")                                                    \
    X(totals_query, top_any, m->top = UINT32_MAX, OK, "")                                          \
    X(totals, plan, (m->units[0]->plan = m->units[0]->values, m->units[0]->n_plan = 1), OK, "")    \
    X(totals, plan_more,                                                                           \
      (m->units[0]->plan = copies(arena, m->units[0]->values[0], 2), m->units[0]->n_plan = 2),     \
      MALFORMED, "Totals")                                                                         \
    X(totals, plan_many,                                                                           \
      (m->units[0]->plan = copies(arena, m->units[0]->values[0], 4097),                            \
       m->units[0]->n_plan = 4097),                                                                \
      TOO_LARGE, "UnitTotals.plan")                                                                \
    X(totals, waiting, (m->units[0]->waiting = m->units[0]->values, m->units[0]->n_waiting = 1),   \
      OK, "")                                                                                      \
    X(totals, waiting_more,                                                                        \
      (m->units[0]->waiting = copies(arena, m->units[0]->values[0], 2),                            \
       m->units[0]->n_waiting = 2),                                                                \
      MALFORMED, "Totals")                                                                         \
    X(totals, waiting_many,                                                                        \
      (m->units[0]->waiting = copies(arena, m->units[0]->values[0], 4097),                         \
       m->units[0]->n_waiting = 4097),                                                             \
      TOO_LARGE, "UnitTotals.waiting")                                                             \
    X(totals, checks_limit, fail_checks(m->units[0]->values[0], CHECKS_MAX, arena), OK, "")        \
    X(totals, checks_many, fail_checks(m->units[0]->values[0], CHECKS_MAX + 1, arena), TOO_LARGE,  \
      "Value.failed_checks")                                                                       \
    X(totals, check_lines, fail_checks(m->units[0]->values[0], 1, arena)[0] = TEXT("a\nb"),        \
      MALFORMED, "Value.failed_checks")                                                            \
    X(totals, check_long, fail_checks(m->units[0]->values[0], 1, arena)[0] = letters(arena, 2001), \
      TOO_LARGE, "Value.failed_checks")                                                            \
    X(totals, marks_any,                                                                           \
      (m->units[0]->values[0]->missing_years = UINT32_MAX,                                         \
       m->units[0]->values[0]->as_of = UINT32_MAX, m->units[0]->values[0]->unit_set = UINT64_MAX), \
      OK, "")                                                                                      \
    X(totals, section_en, m->indicators[0]->section_en = TEXT("a\nb"), MALFORMED,                  \
      "IndicatorInfo.section_en")                                                                  \
    X(totals, section_code, m->indicators[0]->section_code = letters(arena, 2001), TOO_LARGE,      \
      "IndicatorInfo.section_code")                                                                \
    X(totals, measure_en, m->indicators[0]->measure_en = TEXT("\xff"), MALFORMED,                  \
      "IndicatorInfo.measure_en")                                                                  \
    X(totals, body, m->indicators[0]->body = TEXT("\x1b"), MALFORMED, "IndicatorInfo.body")        \
    X(totals, type_vi, m->units[0]->type_vi = TEXT("a\nb"), MALFORMED, "UnitTotals.type_vi")       \
    X(totals, type_en, m->units[0]->type_en = letters(arena, 2001), TOO_LARGE,                     \
      "UnitTotals.type_en")                                                                        \
    X(totals, from, m->from = TEXT("\xc0\x80"), MALFORMED, "Totals.from")                          \
    X(totals, previous_from, m->previous_from = letters(arena, 2001), TOO_LARGE,                   \
      "Totals.previous_from")                                                                      \
    X(explain_query, from_long, m->from = letters(arena, 17), TOO_LARGE, "ExplainQuery.from")      \
    X(explain_query, from_limit, m->from = letters(arena, 16), OK, "")                             \
    X(explain_query, since_long, m->since = letters(arena, 2001), TOO_LARGE, "ExplainQuery.since") \
    X(explain_query, since_line, m->since = TEXT("2024-12-01\n"), MALFORMED, "ExplainQuery.since") \
    X(explain_query, type_long, m->type = letters(arena, 2001), TOO_LARGE, "ExplainQuery.type")    \
    X(explain_query, type_limit, m->type = letters(arena, 2000), OK, "")                           \
    X(explain_query, type_line, m->type = TEXT("xa\n"), MALFORMED, "ExplainQuery.type")            \
    X(explanation, since, tell_change(m, arena)->returned = true, OK, "")                          \
    X(explanation, since_alone, m->since_us = 1, MALFORMED, "Explanation: what is told since")     \
    X(explanation, since_before, (tell_change(m, arena), m->since_us = -1), MALFORMED,             \
      "Explanation.since_us")                                                                      \
    X(explanation, since_limit, (tell_change(m, arena), m->since_us = WIRE_INSTANT_MAX_US), OK,    \
      "")                                                                                          \
    X(explanation, since_far, (tell_change(m, arena), m->since_us = WIRE_INSTANT_MAX_US + 1),      \
      MALFORMED, "Explanation.since_us")                                                           \
    X(explanation, before_qualifier, (tell_change(m, arena), m->before->qualifier = 0), MALFORMED, \
      "Value")                                                                                     \
    X(explanation, from, m->from = letters(arena, 2001), TOO_LARGE, "Explanation.from")            \
    X(explanation, change_unit, tell_change(m, arena)->unit = NULL, MALFORMED,                     \
      "ExplainChange.unit")                                                                        \
    X(explanation, change_total, tell_change(m, arena)->total = NULL, MALFORMED,                   \
      "ExplainChange.total")                                                                       \
    X(explanation, change_revision, tell_change(m, arena)->revision = 0, MALFORMED,                \
      "ExplainChange.revision")                                                                    \
    X(explanation, change_revision_far, tell_change(m, arena)->revision = WIRE_REVISION_MAX + 1,   \
      MALFORMED, "ExplainChange.revision")                                                         \
    X(explanation, change_replaced, tell_change(m, arena)->replaced = WIRE_REVISION_MAX, OK, "")   \
    X(explanation, change_replaced_far, tell_change(m, arena)->replaced = WIRE_REVISION_MAX + 1,   \
      MALFORMED, "ExplainChange.replaced")                                                         \
    X(explanation, change_received, tell_change(m, arena)->received_us = -1, MALFORMED,            \
      "ExplainChange.received_us")                                                                 \
    X(explanation, change_period, tell_change(m, arena)->source_period = TEXT("a\nb"), MALFORMED,  \
      "ExplainChange.source_period")                                                               \
    X(explanation, change_form, tell_change(m, arena)->form = letters(arena, 2001), TOO_LARGE,     \
      "ExplainChange.form")                                                                        \
    X(explanation, change_author, tell_change(m, arena)->author = TEXT("a\nb"), MALFORMED,         \
      "ExplainChange.author")                                                                      \
    X(explanation, change_reason, tell_change(m, arena)->reason = TEXT("a\n\tb"), OK, "")          \
    X(explanation, change_note, tell_change(m, arena)->note = TEXT("a\nb"), OK, "")                \
    X(explanation, change_note_long, tell_change(m, arena)->note = letters(arena, 2001),           \
      TOO_LARGE, "ExplainChange.note")                                                             \
    X(explanation, line_source, m->lines[0]->source = TEXT("a\nb"), OK, "")                        \
    X(explanation, line_source_long, m->lines[0]->source = letters(arena, 2001), TOO_LARGE,        \
      "ExplainLine.source")                                                                        \
    X(explanation, line_states, m->lines[0]->states = 3, OK, "")                                   \
    X(explanation, line_states_new, m->lines[0]->states = 4, MALFORMED, "ExplainLine.states")      \
    X(explanation, line_type_new, m->lines[0]->type = 13, MALFORMED, "ExplainLine.type")           \
    X(explanation, line_part, (m->lines[0]->type = 8, m->lines[0]->value = NULL), MALFORMED,       \
      "ExplainLine")                                                                               \
    X(explanation, line_without, (m->lines[0]->type = 9, m->lines[0]->value = NULL), OK, "")       \
    X(explanation, line_counted, (m->lines[0]->type = 10, m->lines[0]->value = NULL), OK, "")      \
    X(explanation, line_undecided, (m->lines[0]->type = 12, m->lines[0]->value = NULL), OK, "")    \
    X(explanation, by_type, m->type = letters(arena, 2001), TOO_LARGE, "Explanation.type")         \
    X(explanation, by_type_vi, m->type_vi = TEXT("a\nb"), MALFORMED, "Explanation.type_vi")        \
    X(explanation, by_type_en, m->type_en = TEXT("\xff"), MALFORMED, "Explanation.type_en")        \
    X(history, source, m->entries[0]->source = TEXT("a\nb"), OK, "")                               \
    X(history, source_long, m->entries[0]->source = letters(arena, 2001), TOO_LARGE,               \
      "HistoryEntry.source")                                                                       \
    X(statement, figure_marks,                                                                     \
      (m->parts[0]->figures[0]->early_count = UINT32_MAX,                                          \
       m->parts[0]->figures[0]->baseline_count = UINT32_MAX,                                       \
       m->parts[0]->figures[0]->unit_set = UINT64_MAX),                                            \
      OK, "")                                                                                      \
    X(file, checked, (m->check_only = true, m->accept_warnings = true), OK, "")                    \
    X(status, child_role, m->children[0]->role = 0, MALFORMED, "Link.role")                        \
    X(status, child_acked, m->children[0]->acked_us = -1, MALFORMED, "Link.acked_us")              \
    X(status, parent_acked, m->parent_acked_us = -1, MALFORMED, "Status.parent_acked_us")          \
    X(status, waiting, m->waiting_since_us = -1, MALFORMED, "Status.waiting_since_us")             \
    X(status, campaign, campaign(m, arena)->due_count = UINT32_MAX, OK, "")                        \
    X(status, campaign_period, campaign(m, arena)->period = TEXT(""), MALFORMED,                   \
      "Campaign.period")                                                                           \
    X(status, campaign_period_long, campaign(m, arena)->period = letters(arena, 17), TOO_LARGE,    \
      "Campaign.period")                                                                           \
    X(status, campaign_deadline, campaign(m, arena)->deadline_us = -1, MALFORMED,                  \
      "Campaign.deadline_us")                                                                      \
    X(status, care, verify(m, arena)->differences = UINT64_MAX, OK, "")                            \
    X(status, care_time, verify(m, arena)->time_us = INT64_MAX, MALFORMED, "Care.time_us")         \
    X(status, care_result, verify(m, arena)->result = 0, MALFORMED, "Care.result")                 \
    X(status, care_unknown, verify(m, arena)->result = 4, MALFORMED, "Care.result")                \
    X(status, care_error, verify(m, arena)->error = letters(arena, 33), TOO_LARGE, "Care.error")   \
    X(status, care_error_line, verify(m, arena)->error = TEXT("a\nb"), MALFORMED, "Care.error")

/* An earlier revision than `latest`, as it may be. */
static Tonghop__Accepted *accepted(const Tonghop__Revision *latest, struct arena *arena)
{
    Tonghop__Accepted *accepted = arena_alloc(arena, sizeof *accepted);
    assert_non_null(accepted);
    tonghop__accepted__init(accepted);
    accepted->filing = latest->filing;
    accepted->revision = latest->revision - 1;
    accepted->states = STATE_ACCEPTED;
    accepted->received_us = latest->received_us;
    accepted->home = latest->home;
    accepted->recorded_by = latest->recorded_by;
    return accepted;
}

/* What changed since a moment: one revision, of the explanation's own unit and total. */
static Tonghop__ExplainChange *tell_change(Tonghop__Explanation *explanation, struct arena *arena)
{
    Tonghop__ExplainChange *change = arena_alloc(arena, sizeof *change);
    assert_non_null(change);
    tonghop__explain_change__init(change);
    change->unit = explanation->unit;
    change->total = explanation->before = explanation->total;
    change->revision = 2;
    explanation->since_us = 1;
    explanation->changes = copies(arena, change, 1);
    explanation->n_changes = 1;
    return change;
}

static char **fail_checks(Tonghop__Value *value, size_t count, struct arena *arena)
{
    value->failed_checks = copies(arena, letters(arena, 3), count);
    value->n_failed_checks = count;
    return value->failed_checks;
}

static Tonghop__Campaign *campaign(Tonghop__Status *status, struct arena *arena)
{
    status->campaign = arena_alloc(arena, sizeof *status->campaign);
    assert_non_null(status->campaign);
    tonghop__campaign__init(status->campaign);
    status->campaign->period = TEXT("2024-S1");
    return status->campaign;
}

static Tonghop__Care *verify(Tonghop__Status *status, struct arena *arena)
{
    status->verify = arena_alloc(arena, sizeof *status->verify);
    assert_non_null(status->verify);
    tonghop__care__init(status->verify);
    status->verify->result = TONGHOP__CARE_RESULT__CARE_RESULT_OK;
    return status->verify;
}

static Tonghop__UnitInfo *no_unit(struct arena *arena)
{
    Tonghop__UnitInfo *unit = arena_alloc(arena, sizeof *unit);
    assert_non_null(unit);
    tonghop__unit_info__init(unit);
    return unit;
}

static bool shorten(Tonghop__Inventory *inventory, size_t count)
{
    inventory->n_units = inventory->n_forms = inventory->n_labels = inventory->n_revisions = count;
    inventory->digests.len = count * WIRE_DIGEST_SIZE;
    return true;
}

/* `count` entries that rise, without bounds. */
static bool fill(Tonghop__Inventory *inventory, size_t count, struct arena *arena)
{
    uint32_t *columns = arena_alloc(arena, 3 * count * sizeof *columns);
    uint64_t *revisions = arena_alloc(arena, count * sizeof *revisions);
    assert_true(columns != NULL && revisions != NULL);
    for (size_t i = 0; i < count; i++) {
        columns[i] = (uint32_t)i + 1;
        columns[count + i] = columns[2 * count + i] = PERIOD_S1;
        revisions[i] = 1;
    }
    inventory->units = columns;
    inventory->forms = columns + count;
    inventory->labels = columns + 2 * count;
    inventory->revisions = revisions;
    inventory->digests.data = (uint8_t *)letters(arena, count * WIRE_DIGEST_SIZE);
    inventory->after = inventory->through = NULL;
    return shorten(inventory, count);
}

static Tonghop__Revision *empty_revision(struct arena *arena)
{
    Tonghop__Revision *revision = arena_alloc(arena, sizeof *revision);
    assert_non_null(revision);
    tonghop__revision__init(revision);
    return revision;
}

HOSTILE(DEFINE_BREAKER)

/* Rule: each field has its limits, one step beyond is refused, and the reason names the field. */
static void every_field_is_checked(void **state)
{
    static const struct breaker rows[] = {HOSTILE(BREAKER_ROW)};
    break_all(*state, rows, LENGTH(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(every_field_is_checked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
