/* Lines: one for each duty, behind them what was filed without being due, and who is not obliged.
 * Rows and trend: the same counts, by unit or by year. Programs get every column always; people
 * those that say something. */
#include "client/coverage.h"

#include <string.h>

#include "client/selection.h"
#include "client/table.h"
#include "client/words.h"

/* How a state is called: for programs, and for people. */
struct term {
    const char *name;
    enum word word;
};

static struct term term_of_state(Tonghop__CoverageState state)
{
    static const struct term terms[] = {
        [TONGHOP__COVERAGE_STATE__COVERAGE_STATE_UNSPECIFIED] = {"unknown", WORD_ROLE_UNKNOWN},
        [TONGHOP__COVERAGE_STATE__COVERAGE_STATE_MISSING] = {"missing", WORD_COVERAGE_MISSING},
        [TONGHOP__COVERAGE_STATE__COVERAGE_STATE_WAITING] = {"waiting", WORD_COVERAGE_WAITING},
        [TONGHOP__COVERAGE_STATE__COVERAGE_STATE_ACCEPTED] = {"accepted", WORD_COVERAGE_ACCEPTED},
        [TONGHOP__COVERAGE_STATE__COVERAGE_STATE_RETURNED] = {"returned", WORD_COVERAGE_RETURNED},
        [TONGHOP__COVERAGE_STATE__COVERAGE_STATE_COVERED] = {"covered", WORD_COVERAGE_COVERED},
    };
    return terms[(size_t)state < sizeof(terms) / sizeof(terms[0]) ? (size_t)state : 0];
}

/* Of what nobody owes. */
static struct term term_of_not_due(Tonghop__CoverageState state)
{
    const struct term waiting = {"waiting-not-obliged", WORD_COVERAGE_NOT_DUE},
                      accepted = {"accepted-not-obliged", WORD_COVERAGE_NOT_DUE_ACCEPTED},
                      returned = {"returned-not-obliged", WORD_COVERAGE_NOT_DUE_RETURNED};
    if (state == TONGHOP__COVERAGE_STATE__COVERAGE_STATE_ACCEPTED)
        return accepted;
    return state == TONGHOP__COVERAGE_STATE__COVERAGE_STATE_RETURNED ? returned : waiting;
}

static struct term term_of_timeliness(Tonghop__Timeliness timeliness)
{
    static const struct term terms[] = {
        [TONGHOP__TIMELINESS__TIMELINESS_UNSPECIFIED] = {NULL, WORD_COUNT},
        [TONGHOP__TIMELINESS__TIMELINESS_EARLY] = {"early", WORD_COVERAGE_EARLY},
        [TONGHOP__TIMELINESS__TIMELINESS_ON_TIME] = {"on-time", WORD_COVERAGE_ON_TIME},
        [TONGHOP__TIMELINESS__TIMELINESS_LATE] = {"late", WORD_COVERAGE_LATE},
    };
    return terms[(size_t)timeliness < sizeof(terms) / sizeof(terms[0]) ? (size_t)timeliness : 0];
}

static void add_term(const struct common *common, struct term term, struct table *table)
{
    if (term.name == NULL || common->output != OUTPUT_TEXT)
        table_add(table, term.name);
    else
        table_add(table, words(common->is_english, term.word));
}

/* ---- lines ---- */

/* Columns that people see only where something stands in them. */
struct shown {
    bool nil, body, reason, arrived;
};

static struct shown shown_of(const struct common *common, const Tonghop__Coverage *coverage)
{
    const bool is_all = common->output != OUTPUT_TEXT;
    struct shown shown = {is_all, is_all, is_all || coverage->n_not_obliged > 0, is_all};
    for (size_t i = 0; i < coverage->n_lines + coverage->n_not_due; i++) {
        const Tonghop__CoverageLine *line =
            i < coverage->n_lines ? coverage->lines[i] : coverage->not_due[i - coverage->n_lines];
        shown.nil = shown.nil || line->nil;
        shown.body = shown.body || line->body[0] != '\0';
        shown.arrived = shown.arrived || line->clock_off;
    }
    for (size_t i = 0; i < coverage->n_not_obliged; i++)
        shown.body = shown.body || coverage->not_obliged[i]->body[0] != '\0';
    return shown;
}

static struct table *start_lines(const struct common *common, struct shown shown)
{
    static const struct heading columns[] = {
        {"unit", WORD_COLUMN_CODE, TABLE_LEFT},
        {"unit_name", WORD_KEYS_UNIT, TABLE_LEFT},
        {"form", WORD_COLUMN_FORM, TABLE_LEFT},
        {"state", WORD_KEYS_STATE, TABLE_LEFT},
        {"timeliness", WORD_COLUMN_TIMELY, TABLE_LEFT},
        {"revision", WORD_COLUMN_REVISION, TABLE_RIGHT},
        {"first_filed", WORD_COLUMN_FILED, TABLE_LEFT},
        {"met_by", WORD_COLUMN_MET_BY, TABLE_LEFT},
        {"covered_by", WORD_COLUMN_COVERED_BY, TABLE_LEFT},
    };
    static const struct heading nil = {"nil", WORD_COLUMN_COUNT_NIL, TABLE_LEFT},
                                body = {"body", WORD_COLUMN_BODY, TABLE_LEFT},
                                reason[] = {{"reason", WORD_COLUMN_REASON, TABLE_LEFT},
                                            {"until", WORD_COVERAGE_UNTIL, TABLE_LEFT}};
    static const struct heading arrived[] = {{"arrived", WORD_COVERAGE_ARRIVED, TABLE_LEFT},
                                             {"clock", WORD_COVERAGE_CLOCK, TABLE_LEFT}};
    struct table *table = table_new();
    table_add_headings(table, common->is_english, columns, sizeof(columns) / sizeof(columns[0]));
    if (shown.nil)
        table_add_headings(table, common->is_english, &nil, 1);
    if (shown.body)
        table_add_headings(table, common->is_english, &body, 1);
    if (shown.reason)
        table_add_headings(table, common->is_english, reason, 2);
    if (shown.arrived)
        table_add_headings(table, common->is_english, arrived, 2);
    return table;
}

static void add_line(const struct common *common, const char *period, struct term state,
                     const Tonghop__CoverageLine *line, struct shown shown, struct table *table)
{
    struct period asked;
    char text[INSTANT_TEXT_SIZE], met_by[PERIOD_TEXT_SIZE];
    const struct term nil = {"yes", WORD_YES}, none = {NULL, WORD_COUNT},
                      off = {"off", WORD_COVERAGE_CLOCK_OFF};
    bool is_filed = line->revision > 0;
    table_add(table, line->unit->code);
    table_add(table, selection_unit_name(common, line->unit));
    table_add(table, line->form);
    add_term(common, state, table);
    add_term(common, term_of_timeliness(line->timeliness), table);
    table_add_number(table, line->revision);
    table_add(table,
              is_filed ? instant_format((struct instant){line->first_filed_us}, text) : NULL);
    bool has_label = is_filed && line->met_by != 0 && period_parse(period, &asked) == ERR_OK;
    if (has_label)
        asked.label = (uint8_t)line->met_by;
    table_add(table, has_label ? period_format(asked, met_by) : NULL);
    table_add(table, line->covered_by);
    if (shown.nil)
        add_term(common, line->nil ? nil : none, table);
    if (shown.body)
        table_add(table, line->body);
    if (shown.reason)
        table_skip(table, 2);
    if (!shown.arrived)
        return;
    table_add(table, line->arrived_us != 0
                         ? instant_format((struct instant){line->arrived_us}, text)
                         : NULL);
    add_term(common, line->clock_off ? off : none, table);
}

static void add_not_obliged(const struct common *common, const Tonghop__NotObliged *who,
                            struct shown shown, struct table *table)
{
    const struct term state = {"not-obliged", WORD_COVERAGE_NOT_OBLIGED};
    char day[DATE_TEXT_SIZE];
    table_add(table, who->unit->code);
    table_add(table, selection_unit_name(common, who->unit));
    table_add(table, who->form);
    add_term(common, state, table);
    table_skip(table, 5);
    if (shown.nil)
        table_skip(table, 1);
    if (shown.body)
        table_add(table, who->body);
    table_add(table, who->reason);
    table_add(table, date_format((struct date){who->to}, day));
    if (shown.arrived)
        table_skip(table, 2);
}

static struct table *table_of_lines(const struct common *common, const Tonghop__Coverage *coverage)
{
    const struct shown shown = shown_of(common, coverage);
    struct table *table = start_lines(common, shown);
    for (size_t i = 0; i < coverage->n_lines; i++)
        add_line(common, coverage->period, term_of_state(coverage->lines[i]->state),
                 coverage->lines[i], shown, table);
    for (size_t i = 0; i < coverage->n_not_due; i++)
        add_line(common, coverage->period, term_of_not_due(coverage->not_due[i]->state),
                 coverage->not_due[i], shown, table);
    for (size_t i = 0; i < coverage->n_not_obliged; i++)
        add_not_obliged(common, coverage->not_obliged[i], shown, table);
    return table;
}

/* ---- counts ---- */

static const struct heading count_columns[] = {
    {"due", WORD_COLUMN_COUNT_DUE, TABLE_RIGHT},
    {"filed", WORD_COLUMN_COUNT_FILED, TABLE_RIGHT},
    {"covered", WORD_COLUMN_COUNT_COVERED, TABLE_RIGHT},
    {"missing", WORD_COLUMN_COUNT_MISSING, TABLE_RIGHT},
    {"accepted", WORD_COLUMN_COUNT_ACCEPTED, TABLE_RIGHT},
    {"waiting", WORD_COLUMN_COUNT_WAITING, TABLE_RIGHT},
    {"returned", WORD_COLUMN_COUNT_RETURNED, TABLE_RIGHT},
    {"early", WORD_COLUMN_COUNT_EARLY, TABLE_RIGHT},
    {"on_time", WORD_COLUMN_COUNT_ON_TIME, TABLE_RIGHT},
    {"late", WORD_COLUMN_COUNT_LATE, TABLE_RIGHT},
    {"untimed", WORD_COLUMN_COUNT_UNTIMED, TABLE_RIGHT},
    {"nil", WORD_COLUMN_COUNT_NIL, TABLE_RIGHT},
    {"not_obliged", WORD_COLUMN_COUNT_NOT_OBLIGED, TABLE_RIGHT},
};

enum { COUNT_COLUMNS = sizeof(count_columns) / sizeof(count_columns[0]) };

/* In the order of the columns. */
static void numbers_of(const Tonghop__CoverageCounts *counts, uint32_t ret_numbers[COUNT_COLUMNS])
{
    const uint32_t numbers[COUNT_COLUMNS] = {
        counts->due,     counts->filed,    counts->covered,     counts->missing, counts->accepted,
        counts->waiting, counts->returned, counts->early,       counts->on_time, counts->late,
        counts->untimed, counts->nil,      counts->not_obliged,
    };
    memcpy(ret_numbers, numbers, sizeof(numbers));
}

/* Columns as a mask. People see those that say something, and those of the summary. */
static unsigned columns_of(const struct common *common, const Tonghop__Coverage *coverage)
{
    enum { SUMMARY = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 9 };
    uint32_t numbers[COUNT_COLUMNS];
    unsigned mask = common->output != OUTPUT_TEXT ? ~0U : SUMMARY;
    for (size_t row = 0; row <= coverage->n_trend; row++) {
        const Tonghop__CoverageCounts *counts =
            row < coverage->n_trend ? coverage->trend[row]->counts : coverage->counts;
        if (counts == NULL)
            continue;
        numbers_of(counts, numbers);
        for (size_t i = 0; i < COUNT_COLUMNS; i++)
            mask |= numbers[i] > 0 ? 1U << i : 0;
    }
    return mask;
}

static void start_counts(const struct common *common, unsigned columns, struct table *table)
{
    for (size_t i = 0; i < COUNT_COLUMNS; i++)
        if ((columns >> i & 1) != 0)
            table_add_headings(table, common->is_english, &count_columns[i], 1);
}

/* NULL: nothing is known. */
static void add_counts(const Tonghop__CoverageCounts *counts, unsigned columns, struct table *table)
{
    uint32_t numbers[COUNT_COLUMNS];
    if (counts != NULL)
        numbers_of(counts, numbers);
    for (size_t i = 0; i < COUNT_COLUMNS; i++) {
        if ((columns >> i & 1) == 0)
            continue;
        if (counts == NULL)
            table_skip(table, 1);
        else
            table_addf(table, "%u", numbers[i]);
    }
}

/* Programs tell the rows apart by `row`: the unit's own duties and the total have the same code. */
static void add_row(const struct common *common, const char *row, const Tonghop__UnitInfo *unit,
                    const Tonghop__CoverageCounts *counts, unsigned columns, struct table *table)
{
    const bool is_total = strcmp(row, "total") == 0, is_text = common->output == OUTPUT_TEXT;
    if (!is_text)
        table_add(table, row);
    table_add(table, is_total && is_text ? NULL : unit->code);
    table_add(table, is_total && is_text ? words(common->is_english, WORD_COVERAGE_TOTAL)
                                         : selection_unit_name(common, unit));
    add_counts(counts, columns, table);
}

static struct table *table_of_children(const struct common *common,
                                       const Tonghop__Coverage *coverage)
{
    static const struct heading headings[] = {
        {"row", WORD_COLUMN_TYPE, TABLE_LEFT},
        {"unit", WORD_COLUMN_CODE, TABLE_LEFT},
        {"unit_name", WORD_KEYS_UNIT, TABLE_LEFT},
    };
    const size_t left_out = common->output == OUTPUT_TEXT ? 1 : 0;
    const unsigned columns = columns_of(common, coverage);
    struct table *table = table_new();
    table_add_headings(table, common->is_english, headings + left_out,
                       sizeof(headings) / sizeof(headings[0]) - left_out);
    start_counts(common, columns, table);
    for (size_t i = 0; i < coverage->n_rows; i++) {
        const Tonghop__CoverageRow *row = coverage->rows[i];
        const bool is_own = row->unit->id == coverage->unit->id;
        add_row(common, is_own ? "itself" : "child", row->unit, row->counts, columns, table);
    }
    add_row(common, "total", coverage->unit, coverage->counts, columns, table);
    return table;
}

static struct table *table_of_trend(const struct common *common, const Tonghop__Coverage *coverage)
{
    static const struct heading period = {"period", WORD_COLUMN_PERIOD, TABLE_LEFT};
    const unsigned columns = columns_of(common, coverage);
    struct table *table = table_new();
    table_add_headings(table, common->is_english, &period, 1);
    start_counts(common, columns, table);
    for (size_t i = 0; i < coverage->n_trend; i++) {
        table_add(table, coverage->trend[i]->period);
        add_counts(coverage->trend[i]->counts, columns, table);
    }
    return table;
}

/* ---- all of it ---- */

/* What the summary does not say, where there is any of it. */
static void print_more(const struct common *common, const Tonghop__CoverageCounts *c, FILE *out)
{
    const struct {
        uint32_t count;
        enum word word;
    } more[] = {
        {c->missing, WORD_COVERAGE_MISSING},   {c->waiting, WORD_COVERAGE_WAITING},
        {c->returned, WORD_COVERAGE_RETURNED}, {c->early, WORD_COVERAGE_EARLY},
        {c->on_time, WORD_COVERAGE_ON_TIME},   {c->untimed, WORD_COVERAGE_UNTIMED},
        {c->nil, WORD_COVERAGE_NIL},           {c->not_obliged, WORD_COVERAGE_NOT_OBLIGED},
    };
    bool is_first = true;
    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        if (more[i].count == 0)
            continue;
        (void)fprintf(out, "%s", is_first ? "" : ", ");
        (void)fprintf(out, words(common->is_english, WORD_COVERAGE_COUNT), more[i].count,
                      words(common->is_english, more[i].word));
        is_first = false;
    }
    if (!is_first)
        (void)fprintf(out, "\n");
}

static void print_head(const struct common *common, const Tonghop__Coverage *coverage, FILE *out)
{
    (void)fprintf(out, "%s %s, %s\n", coverage->unit->code,
                  selection_unit_name(common, coverage->unit), coverage->period);
    (void)fprintf(out, words(common->is_english, WORD_COVERAGE_SUMMARY), coverage->due_count,
                  coverage->filed_count, coverage->accepted_count, coverage->covered_count,
                  coverage->late_count);
    (void)fprintf(out, "\n");
    if (coverage->counts != NULL) /* else the node is of an earlier version */
        print_more(common, coverage->counts, out);
}

void coverage_print(const struct common *common, const Tonghop__Coverage *coverage,
                    enum coverage_view view, FILE *out)
{
    struct table *table = view == COVERAGE_BY_CHILD ? table_of_children(common, coverage)
                          : view == COVERAGE_TREND  ? table_of_trend(common, coverage)
                                                    : table_of_lines(common, coverage);
    if (common->output == OUTPUT_TEXT)
        print_head(common, coverage, out);
    if (common->output != OUTPUT_TEXT || table_row_count(table) > 0) {
        if (common->output == OUTPUT_TEXT)
            (void)fprintf(out, "\n");
        table_print(table, common->output, out);
    }
    table_free(&table);
}
