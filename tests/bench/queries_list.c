/* Every kind of query that staff ask: totals with their comparisons, spans and cuts, and explain.
 */
#include "bench/queries.h"

#include <stdio.h>
#include <string.h>

static char last_year[] = "2019", first[8], commune[] = "commune", section[] = "htct";
static char visits[] = "reception.visits", rate[] = "model.recognition_rate";
static char counted[] = "ntm.village.reg_communes", stock[] = "poverty.poor";
static char edition[] = "1";
static char long_ago[] = "2000-01-01", corrected[INSTANT_TEXT_SIZE];
static char *one_flow[] = {visits}, *one_rate[] = {rate}, *one_count[] = {counted};

enum kind_of_query { ASK_TOTALS, ASK_EXPLAIN, ASK_DIFFERENCE };

struct query_row {
    const char *name;
    enum kind_of_query kind;
    bool is_frozen, is_span, has_previous, has_plan, has_revisions, has_reports;
    Tonghop__By by;
    char **indicators; /* one, or NULL for all */
    char *section, *explained, *since;
    unsigned top;
};

static const struct query_row rows[] = {
    {.name = "totals: one figure", .indicators = one_flow},
    {.name = "totals: one count", .indicators = one_count},
    {.name = "totals: all"},
    {.name = "totals: all, previous and plan", .has_previous = true, .has_plan = true},
    {.name = "totals: a section, previous", .section = section, .has_previous = true},
    {.name = "totals: one figure of the span", .indicators = one_flow, .is_span = true},
    {.name = "totals: one rate of the span", .indicators = one_rate, .is_span = true},
    {.name = "totals: one count of the span", .indicators = one_count, .is_span = true},
    {.name = "totals: all of the span", .is_span = true},
    {.name = "totals: all, by district", .by = TONGHOP__BY__BY_CHILD},
    {.name = "totals: one rate, by commune", .by = TONGHOP__BY__BY_LEVEL, .indicators = one_rate},
    {.name = "totals: top 5 of the communes",
     .by = TONGHOP__BY__BY_LEVEL,
     .indicators = one_flow,
     .top = 5},
    {.name = "totals: top 5 of the span",
     .by = TONGHOP__BY__BY_LEVEL,
     .indicators = one_flow,
     .top = 5,
     .is_span = true},
    {.name = "totals: one figure, by type", .by = TONGHOP__BY__BY_TYPE, .indicators = one_flow},
    {.name = "totals: all, by type", .by = TONGHOP__BY__BY_TYPE},
    {.name = "totals: all, frozen", .is_frozen = true},
    {.name = "totals: all, frozen, by district", .is_frozen = true, .by = TONGHOP__BY__BY_CHILD},
    {.name = "difference: all since the edition", .kind = ASK_DIFFERENCE},
    {.name = "explain: a flow", .kind = ASK_EXPLAIN, .explained = visits},
    {.name = "explain: a stock", .kind = ASK_EXPLAIN, .explained = stock},
    {.name = "explain: a rate", .kind = ASK_EXPLAIN, .explained = rate},
    {.name = "explain: a flow, revisions",
     .kind = ASK_EXPLAIN,
     .explained = visits,
     .has_revisions = true},
    {.name = "explain: a flow of the span",
     .kind = ASK_EXPLAIN,
     .explained = visits,
     .is_span = true},
    {.name = "explain: a flow of the span, all reports",
     .kind = ASK_EXPLAIN,
     .explained = visits,
     .is_span = true,
     .has_reports = true},
    {.name = "explain: a flow since the first",
     .kind = ASK_EXPLAIN,
     .explained = visits,
     .since = long_ago},
    {.name = "explain: a flow of the span since the corrections",
     .kind = ASK_EXPLAIN,
     .explained = visits,
     .is_span = true,
     .since = corrected},
    {.name = "explain: a count of the span since the corrections",
     .kind = ASK_EXPLAIN,
     .explained = counted,
     .is_span = true,
     .since = corrected},
    {.name = "explain: a flow of the span since the first",
     .kind = ASK_EXPLAIN,
     .explained = visits,
     .is_span = true,
     .since = long_ago},
    {.name = "explain: a rate since the first",
     .kind = ASK_EXPLAIN,
     .explained = rate,
     .since = long_ago},
    {.name = "explain: a count since the first",
     .kind = ASK_EXPLAIN,
     .explained = counted,
     .since = long_ago},
};

const char *query_list(unsigned n, const struct load *load, Tonghop__Envelope *ret_request)
{
    static Tonghop__TotalsQuery totals;
    static Tonghop__ExplainQuery explain;
    static Tonghop__DifferenceQuery difference;
    if (n >= sizeof(rows) / sizeof(rows[0]))
        return NULL;
    const struct query_row *row = &rows[n];
    (void)snprintf(first, sizeof(first), "%u", load->first_year % 10000);
    (void)memcpy(corrected, load->corrected, sizeof(corrected));
    tonghop__envelope__init(ret_request);
    if (row->kind == ASK_EXPLAIN) {
        tonghop__explain_query__init(&explain);
        explain.period = last_year;
        explain.indicator = row->explained;
        if (row->is_span)
            explain.from = first;
        if (row->since != NULL)
            explain.since = row->since;
        explain.revisions = row->has_revisions;
        explain.reports = row->has_reports;
        ret_request->body_case = TONGHOP__ENVELOPE__BODY_EXPLAIN_QUERY;
        ret_request->explain_query = &explain;
        return row->name;
    }
    if (row->kind == ASK_DIFFERENCE) {
        tonghop__difference_query__init(&difference);
        difference.period = last_year;
        difference.from = edition;
        ret_request->body_case = TONGHOP__ENVELOPE__BODY_DIFFERENCE_QUERY;
        ret_request->difference_query = &difference;
        return row->name;
    }
    tonghop__totals_query__init(&totals);
    if (row->is_frozen)
        totals.edition = edition;
    totals.period = last_year;
    if (row->is_span)
        totals.from = first;
    totals.n_indicators = row->indicators != NULL;
    totals.indicators = row->indicators;
    totals.by = row->by;
    if (row->by == TONGHOP__BY__BY_LEVEL)
        totals.level = commune;
    if (row->section != NULL)
        totals.section = row->section;
    totals.compare_previous = row->has_previous;
    totals.compare_plan = row->has_plan;
    totals.top = row->top;
    ret_request->body_case = TONGHOP__ENVELOPE__BODY_TOTALS_QUERY;
    ret_request->totals_query = &totals;
    return row->name;
}
