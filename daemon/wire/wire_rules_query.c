/* What queries and their answers may be: wire_rules.c has the rest. Texts of a query are resolved
 * by the node that answers, and kind 0 means actual. */
#include <string.h>

#include "wire/wire_rules.h"

#include "core/check.h"
#include "core/problem.h"

static const struct wire_rule unit_info_rules[] = {{NUMBER(UnitInfo, id)}};

static const struct wire_rule indicator_info_rules[] = {
    {NUMBER(IndicatorInfo, number)},
    {AT(IndicatorInfo, decimals), 0, INDICATOR_DECIMALS_MAX, 0},
};

static const struct wire_rule value_rules[] = {{AT(Value, failed_checks), 0, CHECKS_MAX, 0}};

static const struct wire_rule totals_query_rules[] = {
    {QUERY_KIND(TotalsQuery)},
    {QUERY_PERIOD(TotalsQuery)},
    {AT(TotalsQuery, indicators), 0, CATALOGUE_INDICATORS_MAX, 0},
    {AT(TotalsQuery, from), 0, QUERY_PERIOD_MAX, 0},
    {AT(TotalsQuery, level), 0, CATALOGUE_WORD_MAX, 0},
    {AT(TotalsQuery, section), 0, CATALOGUE_WORD_MAX, 0},
    {AT(TotalsQuery, body), 0, CATALOGUE_WORD_MAX, 0},
    {AT(TotalsQuery, edition), 0, QUERY_EDITION_MAX, 0},
};

static const struct wire_rule totals_rules[] = {
    {AT(Totals, indicators), 0, CATALOGUE_INDICATORS_MAX, 0},
    {AT(Totals, units), 1, CATALOGUE_UNITS_MAX, 0},
};

static const struct wire_rule unit_totals_rules[] = {
    {PRESENT(UnitTotals, unit)},
    {AT(UnitTotals, values), 0, CATALOGUE_INDICATORS_MAX, 0},
    {AT(UnitTotals, previous), 0, CATALOGUE_INDICATORS_MAX, 0},
    {AT(UnitTotals, plan), 0, CATALOGUE_INDICATORS_MAX, 0},
    {AT(UnitTotals, waiting), 0, CATALOGUE_INDICATORS_MAX, 0},
};

static const struct wire_rule coverage_query_rules[] = {
    {QUERY_KIND(CoverageQuery)},
    {QUERY_PERIOD(CoverageQuery)},
    {AT(CoverageQuery, state), 0, CATALOGUE_WORD_MAX, 0},
    {AT(CoverageQuery, body), 0, CATALOGUE_WORD_MAX, 0},
    {AT(CoverageQuery, trend), 0, WIRE_TREND_MAX, 0},
};

static const struct wire_rule coverage_rules[] = {
    {PRESENT(Coverage, unit)},     {LIST(Coverage, lines)},
    {LIST(Coverage, rows)},        {AT(Coverage, trend), 0, WIRE_TREND_MAX, 0},
    {LIST(Coverage, not_obliged)}, {LIST(Coverage, not_due)},
};

static const struct wire_rule coverage_row_rules[] = {
    {PRESENT(CoverageRow, unit)},
    {QUERY_PERIOD(CoverageRow)},
};

static const struct wire_rule not_obliged_rules[] = {{PRESENT(NotObliged, unit)}};

static const struct wire_rule coverage_line_rules[] = {
    {PRESENT(CoverageLine, unit)},
    {KNOWN(CoverageLine, state)},
    {AT(CoverageLine, revision), 0, WIRE_REVISION_MAX, 0},
    {INSTANT(CoverageLine, first_filed_us)},
    {INSTANT(CoverageLine, arrived_us)},
    {AT(CoverageLine, met_by), 0, PERIOD_Y, 0},
};

static const struct wire_rule explain_query_rules[] = {
    {QUERY_KIND(ExplainQuery)},
    {QUERY_PERIOD(ExplainQuery)},
    {AT(ExplainQuery, from), 0, QUERY_PERIOD_MAX, 0},
};

static const struct wire_rule explanation_rules[] = {
    {PRESENT(Explanation, indicator)},
    {PRESENT(Explanation, unit)},
    {PRESENT(Explanation, total)},
    {LIST(Explanation, lines)},
    {AT(Explanation, operands), 0, CATALOGUE_INDICATORS_MAX, 0},
    {AT(Explanation, operand_values), 0, CATALOGUE_INDICATORS_MAX, 0},
    {INSTANT(Explanation, since_us)},
    {LIST(Explanation, changes)},
};

static const struct wire_rule explain_change_rules[] = {
    {PRESENT(ExplainChange, unit)},
    {AT(ExplainChange, revision), 1, WIRE_REVISION_MAX, 0},
    {AT(ExplainChange, replaced), 0, WIRE_REVISION_MAX, 0},
    {INSTANT(ExplainChange, received_us)},
    {PRESENT(ExplainChange, total)},
    {LINES(ExplainChange, reason)},
    {LINES(ExplainChange, note)},
};

static const struct wire_rule explain_line_rules[] = {
    {PRESENT(ExplainLine, unit)},
    {KNOWN(ExplainLine, type)},
    {AT(ExplainLine, revision), 0, WIRE_REVISION_MAX, 0},
    {INSTANT(ExplainLine, received_us)},
    {LINES(ExplainLine, reason)},
    {LINES(ExplainLine, note)},
    {LINES(ExplainLine, source)},
    {AT(ExplainLine, states), 0, STATE_ACCEPTED | STATE_RETURNED, 0},
};

static const struct wire_rule history_query_rules[] = {
    {QUERY_KIND(HistoryQuery)},
    {QUERY_PERIOD(HistoryQuery)},
};

static const struct wire_rule history_rules[] = {
    {PRESENT(History, unit)},
    {LIST(History, entries)},
};

static const struct wire_rule held_by_rules[] = {
    {PRESENT(HeldBy, unit)},
    {INSTANT(HeldBy, arrived_us)},
    {AT(HeldBy, content), WIRE_DIGEST_SIZE, WIRE_DIGEST_SIZE, 0},
};

static const struct wire_rule history_entry_rules[] = {
    {PRESENT(HistoryEntry, key)},
    {REVISION(HistoryEntry)},
    {STATES(HistoryEntry)},
    {INSTANT(HistoryEntry, received_us)},
    {KNOWN(HistoryEntry, scope)},
    {LINES(HistoryEntry, reason)},
    {LINES(HistoryEntry, source)},
    {AT(HistoryEntry, filing), 0, WIRE_FILING_MAX, 0},
    {LIST(HistoryEntry, decisions)},
    {AT(HistoryEntry, answers), 0, WIRE_REVISION_MAX, 0},
    {AT(HistoryEntry, held), 0, WIRE_HELD_MAX, 0},
    {HASH(HistoryEntry, content)},
};

static const struct wire_rule decision_rules[] = {
    {AT(Decision, states), STATE_ACCEPTED, STATE_RETURNED, 0},
    {PRESENT(Decision, unit)},
    {INSTANT(Decision, time_us)},
    {LINES(Decision, reason)},
    {AT(Decision, indicators), 0, WIRE_NOTICE_CELLS_MAX, 0},
};

static const struct wire_rule watch_query_rules[] = {
    {AT(WatchQuery, cursor), 0, WIRE_CURSOR_MAX, 0},
};

static const struct wire_rule changes_rules[] = {
    {AT(Changes, cursor), 1, WIRE_CURSOR_MAX, 0},
    {AT(Changes, changes), 0, WIRE_CHANGES_MAX, 0},
    {AT(Changes, notices), 0, WIRE_CHANGES_MAX, 0},
};

static const struct wire_rule notice_change_rules[] = {{PRESENT(NoticeChange, entry)}};

static const struct wire_rule change_rules[] = {
    {PRESENT(Change, key)}, {PRESENT(Change, unit)}, {QUERY_PERIOD(Change)},
    {REVISION(Change)},     {STATES(Change)},        {INSTANT(Change, received_us)},
    {LINES(Change, reason)}};

static const struct wire_rule status_rules[] = {
    {PRESENT(Status, unit)},
    {INSTANT(Status, started_us)},
    {INSTANT(Status, now_us)},
    {INSTANT(Status, parent_heard_us)},
    {LIST(Status, children)},
    {AT(Status, problems), 0, PROBLEMS_MAX, RULE_HAS_LINES},
    {AT(Status, notices), 0, PROBLEMS_MAX, RULE_HAS_LINES},
    {INSTANT(Status, parent_acked_us)},
    {INSTANT(Status, waiting_since_us)},
};

static const struct wire_rule link_rules[] = {
    {PRESENT(Link, unit)},
    {KNOWN(Link, role)},
    {INSTANT(Link, heard_us)},
    {INSTANT(Link, acked_us)},
};

static const struct wire_rule campaign_rules[] = {
    {AT(Campaign, period), 1, QUERY_PERIOD_MAX, 0},
    {INSTANT(Campaign, deadline_us)},
};

static const struct wire_rule care_rules[] = {
    {INSTANT(Care, time_us)},
    {KNOWN(Care, result)},
    {AT(Care, error), 0, CODE_MAX, 0},
};

static const char *check_printed_value(const ProtobufCMessage *message)
{
    const Tonghop__Value *value = (const void *)message;
    return !value->has_value || value->qualifier != TONGHOP__QUALIFIER__QUALIFIER_UNSPECIFIED
               ? NULL
               : "a value must have a qualifier";
}

static const char *check_totals(const ProtobufCMessage *message)
{
    const Tonghop__Totals *totals = (const void *)message;
    for (size_t i = 0; i < totals->n_units; i++) {
        const Tonghop__UnitTotals *unit = totals->units[i];
        if (unit->n_values != totals->n_indicators ||
            (unit->n_previous != 0 && unit->n_previous != totals->n_indicators) ||
            (unit->n_plan != 0 && unit->n_plan != totals->n_indicators) ||
            (unit->n_waiting != 0 && unit->n_waiting != totals->n_indicators))
            return "every unit must have one value for each indicator";
    }
    return NULL;
}

static const char *check_explanation(const ProtobufCMessage *message)
{
    const Tonghop__Explanation *explanation = (const void *)message;
    if (explanation->n_operands != explanation->n_operand_values)
        return "every operand must have one value";
    return explanation->since_us == 0 || explanation->before != NULL
               ? NULL
               : "what is told since a moment must have a total before it";
}

static const char *check_explain_line(const ProtobufCMessage *message)
{
    const Tonghop__ExplainLine *line = (const void *)message;
    bool is_added = line->type == TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_REPORT ||
                    line->type == TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_PART ||
                    line->type == TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_SUBTOTAL;
    return line->value != NULL || !is_added ? NULL : "what is added must have a value";
}

/* ---- notices ---- */

static const struct wire_rule notice_rules[] = {
    {AT(Notice, type), 1, UINT8_MAX, 0},
    {KIND(Notice)},
    {YEAR(Notice)},
    {LABEL(Notice)},
    {NUMBER(Notice, unit)},
    {NUMBER(Notice, author)},
    {AT(Notice, number), 0, WIRE_REVISION_MAX, 0},
    {AT(Notice, about), NOTICE_ABOUT_SIZE, NOTICE_ABOUT_SIZE, 0},
    {INSTANT(Notice, time_us)},
    {AT(Notice, person), 0, WIRE_PERSON_MAX, 0},
    {AT(Notice, text), 0, REPORT_REASON_MAX, RULE_HAS_LINES},
    {AT(Notice, indicators), 0, WIRE_NOTICE_CELLS_MAX, 0},
    {INSTANT(Notice, until_us)},
    {AT(Notice, edition), 0, UINT8_MAX, 0},
    {HASH(Notice, digest)},
    {INSTANT(Notice, delivered_us)},
    {INSTANT(Notice, seen_us)},
    {AT(Notice, seal), WIRE_SEAL_SIZE, WIRE_SEAL_SIZE, RULE_OR_EMPTY},
};

/* What its key may be: nothing in it that means nothing, or one fact would have many keys. Types of
 * a later version are theirs to check. */
static const char *check_notice(const ProtobufCMessage *message)
{
    static const uint8_t nothing[NOTICE_ABOUT_SIZE];
    const Tonghop__Notice *notice = (const void *)message;
    bool is_of_filing = notice->type == NOTICE_ACCEPTED || notice->type == NOTICE_RETURNED;
    bool has_number = notice->type != NOTICE_REMINDER && notice->type != NOTICE_REOPENING;
    if (notice->type > NOTICE_TYPE_LAST)
        return NULL;
    if (!is_of_filing && notice->type != NOTICE_HEARD &&
        memcmp(notice->about.data, nothing, sizeof(nothing)) != 0)
        return "it is about no filing";
    if (notice->number != 0 && !has_number)
        return "it has no number";
    if (notice->form != 0 && (!has_number || notice->type == NOTICE_CLOSING))
        return "it is about no form";
    return NULL;
}

static const struct wire_rule notices_rules[] = {
    {AT(Notices, notices), 0, WIRE_NOTICES_MAX, 0},
};

static const struct wire_rule remind_rules[] = {
    {QUERY_KIND(Remind)},
    {QUERY_PERIOD(Remind)},
    {AT(Remind, units), 0, WIRE_REMIND_MAX, 0},
    {AT(Remind, text), 0, REPORT_REASON_MAX, RULE_HAS_LINES},
};

static const struct wire_rule reminded_rules[] = {{LIST(Reminded, lines)}};

static const struct wire_rule reminder_line_rules[] = {
    {PRESENT(ReminderLine, unit)},
    {INSTANT(ReminderLine, last_us)},
    {INSTANT(ReminderLine, next_us)},
};

static const struct wire_rule reopen_rules[] = {
    {QUERY_KIND(Reopen)},
    {QUERY_PERIOD(Reopen)},
    {INSTANT(Reopen, until_us)},
    {AT(Reopen, reason), 0, REPORT_REASON_MAX, RULE_HAS_LINES},
};

static const struct wire_rule inbox_rules[] = {
    {PRESENT(Inbox, unit)},
    {LIST(Inbox, entries)},
};

static const struct wire_rule inbox_entry_rules[] = {
    {AT(InboxEntry, type), 1, UINT8_MAX, 0},
    {PRESENT(InboxEntry, unit)},
    {PRESENT(InboxEntry, author)},
    {AT(InboxEntry, revision), 0, WIRE_REVISION_MAX, 0},
    {INSTANT(InboxEntry, time_us)},
    {LINES(InboxEntry, text)},
    {AT(InboxEntry, indicators), 0, WIRE_NOTICE_CELLS_MAX, 0},
    {INSTANT(InboxEntry, until_us)},
    {INSTANT(InboxEntry, delivered_us)},
    {INSTANT(InboxEntry, seen_us)},
    {AT(InboxEntry, answered_by), 0, WIRE_REVISION_MAX, 0},
    {AT(InboxEntry, heard), 0, UINT8_MAX, 0},
};

const struct wire_shape wire_query_shapes[] = {
    {SHAPE(notice, check_notice)},
    {SHAPE(notices, NULL)},
    {SHAPE(inbox, NULL)},
    {SHAPE(inbox_entry, NULL)},
    {SHAPE(remind, NULL)},
    {SHAPE(reminded, NULL)},
    {SHAPE(reminder_line, NULL)},
    {SHAPE(reopen, NULL)},
    {SHAPE(unit_info, NULL)},
    {SHAPE(indicator_info, NULL)},
    {SHAPE(value, check_printed_value)},
    {SHAPE(totals_query, NULL)},
    {SHAPE(totals, check_totals)},
    {SHAPE(unit_totals, NULL)},
    {SHAPE(coverage_query, NULL)},
    {SHAPE(coverage, NULL)},
    {SHAPE(coverage_line, NULL)},
    {SHAPE(coverage_row, NULL)},
    {SHAPE(not_obliged, NULL)},
    {SHAPE(explain_query, NULL)},
    {SHAPE(explanation, check_explanation)},
    {SHAPE(explain_line, check_explain_line)},
    {SHAPE(explain_change, NULL)},
    {SHAPE(history_query, NULL)},
    {SHAPE(history, NULL)},
    {SHAPE(history_entry, NULL)},
    {SHAPE(decision, NULL)},
    {SHAPE(held_by, NULL)},
    {SHAPE(watch_query, NULL)},
    {SHAPE(changes, NULL)},
    {SHAPE(change, NULL)},
    {SHAPE(notice_change, NULL)},
    {SHAPE(status, NULL)},
    {SHAPE(link, NULL)},
    {SHAPE(campaign, NULL)},
    {SHAPE(care, NULL)},
};

const size_t wire_query_shape_count = LENGTH(wire_query_shapes);
