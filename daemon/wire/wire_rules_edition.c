/* What editions, and what is asked of them, may be. */
#include "wire/wire_rules.h"

static const struct wire_rule edition_rules[] = {
    {PRESENT(Edition, unit)},          {KIND(Edition)},
    {QUERY_PERIOD(Edition)},           {KNOWN(Edition, rank)},
    {INSTANT(Edition, time_us)},       {AT(Edition, person), 0, PERSON_MAX, 0},
    {LINES(Edition, reason)},          {NUMBER(Edition, catalogue)},
    {DIGEST(Edition, catalogue_hash)}, {DIGEST(Edition, digest)},
};

static const struct wire_rule editions_query_rules[] = {
    {QUERY_KIND(EditionsQuery)},
    {QUERY_PERIOD(EditionsQuery)},
};

static const struct wire_rule editions_rules[] = {
    {QUERY_PERIOD(Editions)},
    {PRESENT(Editions, unit)},
    {LIST(Editions, editions)},
};

static const struct wire_rule close_rules[] = {
    {QUERY_KIND(Close)},
    {QUERY_PERIOD(Close)},
    {AT(Close, rank), TONGHOP__EDITION_RANK__EDITION_RANK_ESTIMATE,
     TONGHOP__EDITION_RANK__EDITION_RANK_OFFICIAL, 0},
    {AT(Close, reason), 0, REPORT_REASON_MAX, RULE_HAS_LINES},
};

static const struct wire_rule closed_rules[] = {{PRESENT(Closed, edition)}};

static const struct wire_rule difference_query_rules[] = {
    {QUERY_KIND(DifferenceQuery)},
    {QUERY_PERIOD(DifferenceQuery)},
    {AT(DifferenceQuery, from), 0, QUERY_EDITION_MAX, 0},
    {AT(DifferenceQuery, to), 0, QUERY_EDITION_MAX, 0},
    {AT(DifferenceQuery, indicators), 0, CATALOGUE_INDICATORS_MAX, 0},
    {AT(DifferenceQuery, section), 0, CATALOGUE_WORD_MAX, 0},
    {AT(DifferenceQuery, body), 0, CATALOGUE_WORD_MAX, 0},
};

static const struct wire_rule difference_rules[] = {
    {QUERY_PERIOD(Difference)},
    {PRESENT(Difference, unit)},
    {PRESENT(Difference, from)},
    {AT(Difference, indicators), 0, CATALOGUE_INDICATORS_MAX, 0},
    {AT(Difference, before), 0, CATALOGUE_INDICATORS_MAX, 0},
    {AT(Difference, after), 0, CATALOGUE_INDICATORS_MAX, 0},
    {LIST(Difference, causes)},
};

static const struct wire_rule cause_rules[] = {
    {KNOWN(Cause, type)},
    {PRESENT(Cause, unit)},
    {QUERY_PERIOD(Cause)},
    {AT(Cause, revision_before), 0, WIRE_REVISION_MAX, 0},
    {AT(Cause, revision_after), 0, WIRE_REVISION_MAX, 0},
    {LINES(Cause, reason)},
    {AT(Cause, person), 0, PERSON_MAX, 0},
    {INSTANT(Cause, received_us)},
    {AT(Cause, cells), 0, CATALOGUE_INDICATORS_MAX, 0},
};

static const struct wire_rule cause_cell_rules[] = {
    {NUMBER(CauseCell, indicator)},
    {PRESENT(CauseCell, before)},
    {PRESENT(CauseCell, after)},
};

static const char *check_edition(const ProtobufCMessage *message)
{
    const Tonghop__Edition *edition = (const void *)message;
    return edition->filed_count <= edition->due_count &&
                   edition->missing_count <= edition->due_count - edition->filed_count
               ? NULL
               : "no more can be filed or missing than is due";
}

static const char *check_difference(const ProtobufCMessage *message)
{
    const Tonghop__Difference *difference = (const void *)message;
    return difference->n_before == difference->n_indicators &&
                   difference->n_after == difference->n_indicators
               ? NULL
               : "every indicator must have one value before and one after";
}

const struct wire_shape wire_edition_shapes[] = {
    {SHAPE(edition, check_edition)},
    {SHAPE(editions_query, NULL)},
    {SHAPE(editions, NULL)},
    {SHAPE(close, NULL)},
    {SHAPE(closed, NULL)},
    {SHAPE(difference_query, NULL)},
    {SHAPE(difference, check_difference)},
    {SHAPE(cause, NULL)},
    {SHAPE(cause_cell, NULL)},
};

const size_t wire_edition_shape_count = LENGTH(wire_edition_shapes);
