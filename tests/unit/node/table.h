/* Tables of totals: every question of a TotalsQuery in one line, and what stands in one cell. */
#ifndef TESTS_UNIT_NODE_TABLE_H
#define TESTS_UNIT_NODE_TABLE_H

#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/edit.h"

#define BY(name) TONGHOP__BY__BY_##name

/* What is left 0 or NULL means: actual, the node's unit alone, no span, all indicators. */
struct table {
    uint32_t kind;
    const char *period, *from, *unit;
    Tonghop__By by;
    const char *level, *section, *body;
    bool compare_previous, compare_plan;
    uint32_t top, bottom;
    const char *indicators[4];
};

#define TABLE(...) (&(const struct table){__VA_ARGS__})

static inline const Tonghop__Envelope *ask_table(struct rig *rig, const struct table *table)
{
    char *indicators[LENGTH(table->indicators)];
    Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.kind = table->kind;
    query.period = TEXT(table->period);
    query.from = TEXT(table->from != NULL ? table->from : "");
    query.unit = TEXT(table->unit != NULL ? table->unit : "");
    query.by = table->by;
    query.level = TEXT(table->level != NULL ? table->level : "");
    query.section = TEXT(table->section != NULL ? table->section : "");
    query.body = TEXT(table->body != NULL ? table->body : "");
    query.compare_previous = table->compare_previous;
    query.compare_plan = table->compare_plan;
    query.top = table->top;
    query.bottom = table->bottom;
    while (query.n_indicators < LENGTH(indicators) &&
           table->indicators[query.n_indicators] != NULL) {
        indicators[query.n_indicators] = TEXT(table->indicators[query.n_indicators]);
        query.n_indicators++;
    }
    query.indicators = indicators;
    envelope.body_case = BODY(TOTALS_QUERY);
    envelope.totals_query = &query;
    return rig_ask(rig, from_local(), &envelope);
}

/* The answer, which is no refusal; lives until the next one. */
static inline const Tonghop__Totals *table_of(struct rig *rig, const struct table *table)
{
    const Tonghop__Envelope *answer = ask_table(rig, table);
    assert_body(answer, BODY(TOTALS));
    return answer->totals;
}

/* The first value of the first row. */
static inline const Tonghop__Value *first_value(struct rig *rig, const struct table *table)
{
    return table_of(rig, table)->units[0]->values[0];
}

/* The first column as "64=41 631=31 632=-": by id, of rows by type "xa=5"; the caller frees. */
static inline char *column_of(const Tonghop__Totals *totals)
{
    struct buf out = {0};
    for (size_t row = 0; row < totals->n_units; row++) {
        const Tonghop__UnitTotals *unit = totals->units[row];
        buf_printf(&out, "%s", row > 0 ? " " : "");
        if (unit->type_vi[0] != '\0')
            buf_printf(&out, "%s=", unit->unit->type);
        else
            buf_printf(&out, "%" PRIu32 "=", unit->unit->id);
        if (unit->values[0]->has_value)
            buf_printf(&out, "%" PRId64, number_of(unit->values[0]));
        else
            buf_printf(&out, "-");
    }
    return (char *)out.data;
}

static inline void assert_column(struct rig *rig, const struct table *table, const char *expected)
{
    char *column = column_of(table_of(rig, table));
    assert_string_equal(column, expected);
    free(column);
}

static inline void file_all(struct rig *rig, const struct draft *drafts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        file_ok(rig, &drafts[i]);
}

#endif
