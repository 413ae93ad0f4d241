/* Questions of every family, asked in one line. */
#ifndef TESTS_UNIT_NODE_ASK_H
#define TESTS_UNIT_NODE_ASK_H

#include "unit/node/rig.h"

/* What is left 0 or NULL means: actual, the sender's own unit, everything. */
struct question {
    uint32_t kind;
    const char *period, *unit;
    const char *indicator; /* or form, of history */
    bool by_child, compare_previous, only_missing, latest_only, with_content;
    const char *state, *body; /* of coverage, as `trend` */
    uint32_t trend;
};

#define ASK(...) (&(const struct question){__VA_ARGS__})

static inline char *text_or_empty(const char *text)
{
    return TEXT(text != NULL ? text : "");
}

static inline const Tonghop__Envelope *ask_totals(struct rig *rig, struct peer_from from,
                                                  const struct question *question)
{
    char *indicators[] = {text_or_empty(question->indicator)};
    Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.kind = question->kind;
    query.period = text_or_empty(question->period);
    query.unit = text_or_empty(question->unit);
    query.by = question->by_child ? TONGHOP__BY__BY_CHILD : TONGHOP__BY__BY_UNSPECIFIED;
    query.compare_previous = question->compare_previous;
    query.indicators = indicators;
    query.n_indicators = question->indicator != NULL ? 1 : 0;
    envelope.body_case = BODY(TOTALS_QUERY);
    envelope.totals_query = &query;
    return rig_ask(rig, from, &envelope);
}

static inline const Tonghop__Envelope *ask_coverage(struct rig *rig, struct peer_from from,
                                                    const struct question *question)
{
    Tonghop__CoverageQuery query = TONGHOP__COVERAGE_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.kind = question->kind;
    query.period = text_or_empty(question->period);
    query.unit = text_or_empty(question->unit);
    query.only_missing = question->only_missing;
    query.by = question->by_child ? TONGHOP__BY__BY_CHILD : TONGHOP__BY__BY_UNSPECIFIED;
    query.state = text_or_empty(question->state);
    query.body = text_or_empty(question->body);
    query.trend = question->trend;
    envelope.body_case = BODY(COVERAGE_QUERY);
    envelope.coverage_query = &query;
    return rig_ask(rig, from, &envelope);
}

static inline const Tonghop__Envelope *ask_explain(struct rig *rig, struct peer_from from,
                                                   const struct question *question)
{
    Tonghop__ExplainQuery query = TONGHOP__EXPLAIN_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.kind = question->kind;
    query.period = text_or_empty(question->period);
    query.unit = text_or_empty(question->unit);
    query.indicator = text_or_empty(question->indicator);
    envelope.body_case = BODY(EXPLAIN_QUERY);
    envelope.explain_query = &query;
    return rig_ask(rig, from, &envelope);
}

static inline const Tonghop__Envelope *ask_history(struct rig *rig, struct peer_from from,
                                                   const struct question *question)
{
    Tonghop__HistoryQuery query = TONGHOP__HISTORY_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.kind = question->kind;
    query.period = text_or_empty(question->period);
    query.unit = text_or_empty(question->unit);
    query.form = text_or_empty(question->indicator);
    query.latest_only = question->latest_only;
    query.with_content = question->with_content;
    envelope.body_case = BODY(HISTORY_QUERY);
    envelope.history_query = &query;
    return rig_ask(rig, from, &envelope);
}

static inline const Tonghop__Envelope *ask_status(struct rig *rig, struct peer_from from)
{
    Tonghop__StatusQuery query = TONGHOP__STATUS_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.body_case = BODY(STATUS_QUERY);
    envelope.status_query = &query;
    return rig_ask(rig, from, &envelope);
}

#endif
