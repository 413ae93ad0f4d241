/* Figures. A result keeps the memory of the answer that it was made from: its texts stay where they
 * are. */
#include <assert.h>
#include <stdlib.h>

#include "client/handle.h"
#include "core/cell.h"
#include "core/mem.h"

struct tonghop_totals {
    struct arena *arena; /* holds the answer */
    const Tonghop__Totals *answer;
    struct tonghop_unit *units;           /* one for each row */
    struct tonghop_indicator *indicators; /* one for each column */
    struct tonghop_figure *figures;       /* row by row */
};

static struct tonghop_indicator indicator_of(const Tonghop__IndicatorInfo *from)
{
    return (struct tonghop_indicator){
        .code = from->code,
        .name_vi = from->name_vi,
        .name_en = from->name_en,
        .measure = from->measure,
        .measure_en = from->measure_en,
        .decimals = from->decimals,
        .is_derived = from->is_derived,
    };
}

static void fill_figure(const Tonghop__IndicatorInfo *indicator, const Tonghop__Value *value,
                        struct tonghop_figure *figure)
{
    static_assert((int)TONGHOP_NUMBER_SIZE == (int)I128_TEXT_SIZE, "any number fits");
    *figure = (struct tonghop_figure){
        .has_value = value->has_value,
        .qualifier = "",
        .unit_count = value->unit_count,
        .exact_count = value->exact_count,
        .partial_count = value->partial_count,
        .implied_count = value->implied_count,
        .early_count = value->early_count,
        .baseline_count = value->baseline_count,
    };
    if (!value->has_value)
        return;
    figure->qualifier = qualifier_sign((enum qualifier)value->qualifier);
    (void)number_format(i128_of(value->value_high, value->value_low), indicator->decimals,
                        indicator->is_ratio, NUMBER_PLAIN, figure->value);
    if (value->qualifier == TONGHOP__QUALIFIER__QUALIFIER_RANGE)
        (void)number_format(i128_of(value->upper_high, value->upper_low), indicator->decimals,
                            indicator->is_ratio, NUMBER_PLAIN, figure->upper);
}

/* Takes the answer from the connection. Every row has a value in each column, as wire_open sees to.
 */
static struct tonghop_totals *make_totals(struct connection *connection,
                                          const Tonghop__Totals *answer)
{
    struct tonghop_totals *totals = mem_calloc(1, sizeof(*totals));
    size_t columns = answer->n_indicators;
    totals->arena = connection_take_answer(connection);
    totals->answer = answer;
    totals->units = mem_calloc(answer->n_units, sizeof(totals->units[0]));
    totals->indicators = mem_calloc(columns, sizeof(totals->indicators[0]));
    totals->figures = mem_calloc(answer->n_units * columns, sizeof(totals->figures[0]));
    for (size_t i = 0; i < columns; i++)
        totals->indicators[i] = indicator_of(answer->indicators[i]);
    for (size_t row = 0; row < answer->n_units; row++) {
        totals->units[row] = handle_unit(answer->units[row]->unit);
        for (size_t i = 0; i < columns; i++)
            fill_figure(answer->indicators[i], answer->units[row]->values[i],
                        &totals->figures[row * columns + i]);
    }
    return totals;
}

/* ---- asking ---- */

static enum err set_rows(struct tonghop *tonghop, const struct tonghop_query *query,
                         Tonghop__TotalsQuery *ret_query, char *reason)
{
    switch (query->rows) {
    case TONGHOP_ROWS_NONE:
        return ERR_OK;
    case TONGHOP_ROWS_CHILDREN:
        ret_query->by = TONGHOP__BY__BY_CHILD;
        return ERR_OK;
    case TONGHOP_ROWS_LEVEL:
        ret_query->by = TONGHOP__BY__BY_LEVEL;
        ret_query->level = handle_borrow(query->level);
        return ERR_OK;
    }
    return handle_fail(reason, ERR_VERSION,
                       HANDLE_WORDS(tonghop,
                                    "libtonghop %s does not know these rows: use a newer one",
                                    "libtonghop %s không biết cách lập hàng này: hãy nâng cấp"),
                       TONGHOP_VERSION);
}

static enum err ask_totals(struct tonghop *tonghop, const struct tonghop_query *asked,
                           struct tonghop_totals **ret_totals, char *reason)
{
    Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    enum err err = set_rows(tonghop, asked, &query, reason);
    if (err != ERR_OK)
        return err;
    query.kind = handle_kind(&asked->key);
    query.period = handle_borrow(asked->key.period);
    query.unit = handle_borrow(asked->key.unit);
    query.from = handle_borrow(asked->from_year);
    query.n_indicators = asked->indicator_count;
    query.indicators = mem_calloc(asked->indicator_count, sizeof(query.indicators[0]));
    for (size_t i = 0; i < asked->indicator_count; i++)
        query.indicators[i] = handle_borrow(asked->indicators[i]);
    request.body_case = TONGHOP__ENVELOPE__BODY_TOTALS_QUERY;
    request.totals_query = &query;
    err = handle_ask(tonghop, &request, TONGHOP__ENVELOPE__BODY_TOTALS, &answer, reason);
    if (err == ERR_OK)
        *ret_totals = make_totals(tonghop->connection, answer->totals);
    free(query.indicators);
    return err;
}

enum tonghop_err tonghop_totals(struct tonghop *tonghop, const struct tonghop_query *query,
                                struct tonghop_totals **ret_totals, char *reason)
{
    struct tonghop_query own;
    enum err err = handle_take(query, "tonghop_query", sizeof(own), &own, reason);
    if (err == ERR_OK && own.indicators == NULL && own.indicator_count > 0)
        err = handle_fail(reason, ERR_USAGE,
                          HANDLE_WORDS(tonghop, "the query counts indicators and has none",
                                       "câu hỏi ghi số chỉ tiêu nhưng không có chỉ tiêu nào"));
    if (err == ERR_OK)
        err = ask_totals(tonghop, &own, ret_totals, reason);
    return handle_err(err);
}

enum tonghop_err tonghop_total(struct tonghop *tonghop, const struct tonghop_key *key,
                               const char *indicator, const struct tonghop_figure **ret_figure,
                               char *reason)
{
    const struct tonghop_query query = {
        .key = *key, .indicators = &indicator, .indicator_count = 1};
    struct tonghop_totals *totals = NULL;
    enum err err = ask_totals(tonghop, &query, &totals, reason);
    if (err != ERR_OK)
        return handle_err(err);
    tonghop_totals_free(tonghop->total);
    tonghop->total = totals;
    const struct tonghop_figure *figure = tonghop_totals_figure(totals, 0, 0);
    if (figure == NULL || totals->answer->n_units > 1 || totals->answer->n_indicators > 1)
        return handle_err(
            handle_fail(reason, ERR_MALFORMED,
                        HANDLE_WORDS(tonghop, "the answer is not the one figure that was asked for",
                                     "câu trả lời không phải là số liệu đã hỏi")));
    *ret_figure = figure;
    return TONGHOP_OK;
}

/* ---- reading ---- */

void tonghop_totals_free(struct tonghop_totals *totals)
{
    if (totals == NULL)
        return;
    arena_free(&totals->arena);
    free(totals->units);
    free(totals->indicators);
    free(totals->figures);
    free(totals);
}

const struct tonghop_unit *tonghop_totals_unit(const struct tonghop_totals *totals, size_t row)
{
    return row < totals->answer->n_units ? &totals->units[row] : NULL;
}

const struct tonghop_indicator *tonghop_totals_indicator(const struct tonghop_totals *totals,
                                                         size_t column)
{
    return column < totals->answer->n_indicators ? &totals->indicators[column] : NULL;
}

const struct tonghop_figure *tonghop_totals_figure(const struct tonghop_totals *totals, size_t row,
                                                   size_t column)
{
    size_t columns = totals->answer->n_indicators;
    bool is_inside = row < totals->answer->n_units && column < columns;
    return is_inside ? &totals->figures[row * columns + column] : NULL;
}

const char *tonghop_totals_period(const struct tonghop_totals *totals)
{
    return totals->answer->period;
}

bool tonghop_totals_is_rebuilding(const struct tonghop_totals *totals)
{
    return totals->answer->rebuilding;
}
