/* The rules of wire_rules_edition.c: each field of each body, broken in turn. */
#include "core/catalogue.h"
#include "unit/wire/breaker.h"

#define HOSTILE(X)                                                                                 \
    X(totals_query, edition_long, m->edition = letters(arena, 17), TOO_LARGE,                      \
      "TotalsQuery.edition")                                                                       \
    X(totals_query, edition_limit, m->edition = letters(arena, 16), OK, "")                        \
    X(totals_query, edition_line, m->edition = TEXT("2\n"), MALFORMED, "TotalsQuery.edition")      \
    X(editions_query, kind, m->kind = 3, MALFORMED, "EditionsQuery.kind")                          \
    X(editions_query, kind_none, m->kind = 0, OK, "")                                              \
    X(editions_query, period_long, m->period = letters(arena, 17), TOO_LARGE,                      \
      "EditionsQuery.period")                                                                      \
    X(editions_query, unit_line, m->unit = TEXT("64\n"), MALFORMED, "EditionsQuery.unit")          \
    X(editions, unit_absent, m->unit = NULL, MALFORMED, "Editions.unit")                           \
    X(editions, none, m->n_editions = 0, OK, "")                                                   \
    X(editions, edition_unit, m->editions[0]->unit = NULL, MALFORMED, "Edition.unit")              \
    X(editions, edition_kind, m->editions[0]->kind = 0, MALFORMED, "Edition.kind")                 \
    X(editions, edition_rank, m->editions[0]->rank = 0, MALFORMED, "Edition.rank")                 \
    X(editions, edition_rank_new, m->editions[0]->rank = 4, MALFORMED, "Edition.rank")             \
    X(editions, edition_time, m->editions[0]->time_us = -1, MALFORMED, "Edition.time_us")          \
    X(editions, edition_person, m->editions[0]->person = letters(arena, 401), TOO_LARGE,           \
      "Edition.person")                                                                            \
    X(editions, edition_person_limit, m->editions[0]->person = letters(arena, 400), OK, "")        \
    X(editions, edition_person_line, m->editions[0]->person = TEXT("a\nb"), MALFORMED,             \
      "Edition.person")                                                                            \
    X(editions, edition_reason, m->editions[0]->reason = TEXT("a\nb"), OK, "")                     \
    X(editions, edition_catalogue, m->editions[0]->catalogue = 0, MALFORMED, "Edition.catalogue")  \
    X(editions, edition_hash, m->editions[0]->catalogue_hash.len = 31, MALFORMED,                  \
      "Edition.catalogue_hash")                                                                    \
    X(editions, edition_digest, m->editions[0]->digest.len = 0, MALFORMED, "Edition.digest")       \
    X(editions, edition_filed, m->editions[0]->filed_count = 48, MALFORMED, "Edition: no more")    \
    X(editions, edition_missing, m->editions[0]->missing_count = 3, MALFORMED, "Edition: no more") \
    X(editions, edition_missing_limit, m->editions[0]->missing_count = 2, OK, "")                  \
    X(difference_query, kind, m->kind = 3, MALFORMED, "DifferenceQuery.kind")                      \
    X(difference_query, period, m->period = letters(arena, 17), TOO_LARGE,                         \
      "DifferenceQuery.period")                                                                    \
    X(difference_query, from, m->from = letters(arena, 17), TOO_LARGE, "DifferenceQuery.from")     \
    X(difference_query, to, m->to = letters(arena, 17), TOO_LARGE, "DifferenceQuery.to")           \
    X(difference_query, indicators,                                                                \
      (m->indicators = copies(arena, m->indicators[0], 4097), m->n_indicators = 4097), TOO_LARGE,  \
      "DifferenceQuery.indicators")                                                                \
    X(difference_query, section, m->section = letters(arena, CATALOGUE_WORD_MAX + 1), TOO_LARGE,   \
      "DifferenceQuery.section")                                                                   \
    X(difference_query, body, m->body = letters(arena, CATALOGUE_WORD_MAX + 1), TOO_LARGE,         \
      "DifferenceQuery.body")                                                                      \
    X(difference, unit, m->unit = NULL, MALFORMED, "Difference.unit")                              \
    X(difference, from, m->from = NULL, MALFORMED, "Difference.from")                              \
    X(difference, now, m->to = NULL, OK, "")                                                       \
    X(difference, before, m->n_before = 0, MALFORMED, "Difference: every indicator")               \
    X(difference, after, m->n_after = 0, MALFORMED, "Difference: every indicator")                 \
    X(difference, cause_type, m->causes[0]->type = 0, MALFORMED, "Cause.type")                     \
    X(difference, cause_type_new, m->causes[0]->type = 7, MALFORMED, "Cause.type")                 \
    X(difference, cause_unit, m->causes[0]->unit = NULL, MALFORMED, "Cause.unit")                  \
    X(difference, cause_before, m->causes[0]->revision_before = WIRE_REVISION_MAX + 1, MALFORMED,  \
      "Cause.revision_before")                                                                     \
    X(difference, cause_after, m->causes[0]->revision_after = WIRE_REVISION_MAX + 1, MALFORMED,    \
      "Cause.revision_after")                                                                      \
    X(difference, cause_none, m->causes[0]->revision_after = 0, OK, "")                            \
    X(difference, cause_author, m->causes[0]->author = TEXT("a\nb"), MALFORMED, "Cause.author")    \
    X(difference, cause_reason, m->causes[0]->reason = TEXT("a\nb"), OK, "")                       \
    X(difference, cause_person, m->causes[0]->person = letters(arena, 401), TOO_LARGE,             \
      "Cause.person")                                                                              \
    X(difference, cause_received, m->causes[0]->received_us = -1, MALFORMED, "Cause.received_us")  \
    X(difference, cell_indicator, m->causes[0]->cells[0]->indicator = 0, MALFORMED,                \
      "CauseCell.indicator")                                                                       \
    X(difference, cell_before, m->causes[0]->cells[0]->before = NULL, MALFORMED,                   \
      "CauseCell.before")                                                                          \
    X(difference, cell_after, m->causes[0]->cells[0]->after = NULL, MALFORMED, "CauseCell.after")  \
    X(difference, cells_many,                                                                      \
      (m->causes[0]->cells = copies(arena, m->causes[0]->cells[0], 4097),                          \
       m->causes[0]->n_cells = 4097),                                                              \
      TOO_LARGE, "Cause.cells")                                                                    \
    X(close, kind, m->kind = 3, MALFORMED, "Close.kind")                                           \
    X(close, period, m->period = letters(arena, 17), TOO_LARGE, "Close.period")                    \
    X(close, rank_none, m->rank = 0, MALFORMED, "Close.rank")                                      \
    X(close, rank_new, m->rank = 4, MALFORMED, "Close.rank")                                       \
    X(close, reason_long, m->reason = letters(arena, REPORT_REASON_MAX + 1), TOO_LARGE,            \
      "Close.reason")                                                                              \
    X(close, reason_limit, m->reason = letters(arena, REPORT_REASON_MAX), OK, "")                  \
    X(close, reason_lines, m->reason = TEXT("a\n\tb"), OK, "")                                     \
    X(close, reason_escape, m->reason = TEXT("\x1b[2J"), MALFORMED, "Close.reason")                \
    X(closed, edition, m->edition = NULL, MALFORMED, "Closed.edition")                             \
    X(closed, checked, (m->checked = true, m->edition->number = 0), OK, "")

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
