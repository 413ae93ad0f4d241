/* `tonghop history`: the revisions of a unit's reports, with their figures if asked for. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/cells.h"
#include "client/filing.h"
#include "client/words.h"
#include "core/mem.h"
#include "core/person.h"

enum { REASON_SIZE = 256 };

struct asked {
    struct selection selection;
    const char *form;
    bool with_cells;
};

static const char *yes_or_no(const struct common *common, bool is_yes)
{
    return words(common->is_english || common->output != OUTPUT_TEXT, is_yes ? WORD_YES : WORD_NO);
}

/* ---- revisions ---- */

static const char *state_of(const struct common *common, const Tonghop__HistoryEntry *entry)
{
    bool is_text = common->output == OUTPUT_TEXT;
    if (entry->states & STATE_RETURNED)
        return is_text ? words(common->is_english, WORD_COVERAGE_RETURNED) : "returned";
    if (entry->states & STATE_ACCEPTED)
        return is_text ? words(common->is_english, WORD_COVERAGE_ACCEPTED) : "accepted";
    return is_text ? words(common->is_english, WORD_COVERAGE_WAITING) : "waiting";
}

/* ---- decisions ---- */

/* The last of that state; NULL: none. */
static const Tonghop__Decision *decision_of(const Tonghop__HistoryEntry *entry, uint32_t state)
{
    for (size_t i = entry->n_decisions; i > 0; i--)
        if (entry->decisions[i - 1]->states == state)
            return entry->decisions[i - 1];
    return NULL;
}

/* "a, b"; the caller frees. */
static char *cells_of(const Tonghop__Decision *decision)
{
    char *text = mem_strdup("");
    for (size_t i = 0; i < decision->n_indicators; i++) {
        char *longer = mem_printf("%s%s%s", text, i > 0 ? ", " : "", decision->indicators[i]);
        free(text);
        text = longer;
    }
    return text;
}

/* For people: what a row has no room for, as far as it is there. */
static void remark_details(const struct common *common, const Tonghop__HistoryEntry *entry,
                           struct table *table)
{
    char person[PERSON_SHOWN_SIZE];
    bool is_whole = entry->scope == TONGHOP__SCOPE__SCOPE_WHOLE;
    const struct {
        enum word word;
        const char *text;
    } details[] = {
        {WORD_COLUMN_AUTHOR, entry->author},
        {WORD_COLUMN_RECORDED_BY, person_show(entry->recorded_by, person)},
        {WORD_COLUMN_HELD_BY,
         entry->held_by != NULL ? selection_unit_name(common, entry->held_by) : ""},
        {WORD_COLUMN_SCOPE, is_whole ? words(common->is_english, WORD_SCOPE_WHOLE) : ""},
        {WORD_COLUMN_WITHDRAWN, entry->withdrawn ? yes_or_no(common, true) : ""},
        {WORD_COLUMN_REASON, entry->reason},
        {WORD_COLUMN_SOURCE, entry->source},
    };
    char *text = mem_strdup("");
    for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++) {
        if (details[i].text[0] == '\0')
            continue;
        char *longer = mem_printf("%s%s%s: %s", text, text[0] != '\0' ? "; " : "",
                                  words(common->is_english, details[i].word), details[i].text);
        free(text);
        text = longer;
    }
    if (text[0] != '\0')
        table_add_remark(table, text);
    free(text);
}

/* For people: a line for each, beneath its revision. */
static void remark_decisions(const struct common *common, const Tonghop__HistoryEntry *entry,
                             struct table *table)
{
    char time[INSTANT_TEXT_SIZE], person[PERSON_SHOWN_SIZE];
    bool is_english = common->is_english;
    if (entry->answers != 0) {
        char *text =
            mem_printf(words(is_english, WORD_HISTORY_ANSWERS), (unsigned long long)entry->answers);
        table_add_remark(table, text);
        free(text);
    }
    for (size_t i = 0; i < entry->n_decisions; i++) {
        const Tonghop__Decision *decision = entry->decisions[i];
        bool is_return = decision->states == STATE_RETURNED;
        char *cells = cells_of(decision);
        char *what = mem_printf(
            words(is_english, is_return ? WORD_HISTORY_RETURNED : WORD_HISTORY_ACCEPTED),
            person_show(decision->person, person), selection_unit_name(common, decision->unit),
            instant_format((struct instant){decision->time_us}, time));
        char *text = mem_printf("%s%s%s%s%s%s", what, decision->reason[0] != '\0' ? ": " : "",
                                decision->reason, cells[0] != '\0' ? " (" : "", cells,
                                cells[0] != '\0' ? ")" : "");
        table_add_remark(table, text);
        free(text);
        free(what);
        free(cells);
    }
}

/* For programs: the last of each. */
static void add_decision(const Tonghop__Decision *decision, bool is_return, struct table *table)
{
    char time[INSTANT_TEXT_SIZE];
    if (decision == NULL) {
        table_skip(table, is_return ? 5 : 3);
        return;
    }
    table_add(table, instant_format((struct instant){decision->time_us}, time));
    table_add(table, decision->unit->code);
    table_add(table, decision->person);
    if (!is_return)
        return;
    table_add(table, decision->reason);
    table_take(table, cells_of(decision));
}

/* ---- tables of revisions ---- */

static void add_state(const struct common *common, const Tonghop__HistoryEntry *entry,
                      struct table *table)
{
    table_add(table, entry->form);
    table_add_number(table, entry->revision);
    table_add(table, state_of(common, entry));
    table_add(table, yes_or_no(common, entry->counts));
    /* Only the latest revision travels: of the others nobody asks. */
    table_add(table, entry->is_latest ? yes_or_no(common, entry->is_safe) : NULL);
}

static void add_for_programs(const struct common *common, const Tonghop__HistoryEntry *entry,
                             struct table *table)
{
    add_state(common, entry, table);
    table_add(table, entry->held_by != NULL ? entry->held_by->code : NULL);
    table_add_instant(table, entry->received_us);
    table_add(table, entry->scope == TONGHOP__SCOPE__SCOPE_WHOLE ? "whole" : "own");
    table_addf(table, "%" PRIu32, entry->cell_count);
    table_add(table, yes_or_no(common, entry->withdrawn));
    table_add(table, entry->author);
    table_add(table, entry->recorded_by);
    table_add(table, entry->reason);
    table_add(table, entry->source);
    table_add_number(table, entry->answers);
    add_decision(decision_of(entry, STATE_ACCEPTED), false, table);
    add_decision(decision_of(entry, STATE_RETURNED), true, table);
}

static void add_for_people(const struct common *common, const Tonghop__HistoryEntry *entry,
                           struct table *table)
{
    add_state(common, entry, table);
    table_add_instant(table, entry->received_us);
    table_addf(table, "%" PRIu32, entry->cell_count);
    remark_details(common, entry, table);
    remark_decisions(common, entry, table);
}

static void print_revisions(const struct common *common, const Tonghop__History *history)
{
    static const char *const keys[] = {
        "form",        "revision",        "state",         "counts",   "safe",
        "held_by",     "received",        "scope",         "cells",    "withdrawn",
        "author",      "recorded_by",     "reason",        "source",   "answers",
        "accepted",    "accepted_unit",   "accepted_by",   "returned", "returned_unit",
        "returned_by", "returned_reason", "returned_cells"};
    static const struct heading columns[] = {
        {"form", WORD_COLUMN_FORM, TABLE_LEFT},    {"revision", WORD_COLUMN_REVISION, TABLE_RIGHT},
        {"state", WORD_KEYS_STATE, TABLE_LEFT},    {"counts", WORD_COLUMN_COUNTS, TABLE_LEFT},
        {"safe", WORD_COLUMN_SAFE, TABLE_LEFT},    {"received", WORD_COLUMN_RECEIVED, TABLE_LEFT},
        {"cells", WORD_COLUMN_CELLS, TABLE_RIGHT},
    };
    bool is_text = common->output == OUTPUT_TEXT;
    struct table *table = table_new();
    if (is_text)
        table_add_headings(table, common->is_english, columns,
                           sizeof(columns) / sizeof(columns[0]));
    else
        table_add_keys(table, keys, sizeof(keys) / sizeof(keys[0]));
    for (size_t i = 0; i < history->n_entries; i++)
        (is_text ? add_for_people : add_for_programs)(common, history->entries[i], table);
    table_print(table, common->output, stdout);
    table_free(&table);
}

/* ---- cells ---- */

/* Exit status. */
static int add_cells(const struct cells *cells, const Tonghop__History *history,
                     struct table *table)
{
    int status = EXIT_DONE;
    struct arena *arena = arena_new(WIRE_ARENA_MAX);
    for (size_t i = 0; i < history->n_entries && status == EXIT_DONE; i++) {
        const Tonghop__HistoryEntry *entry = history->entries[i];
        struct wire_filing opened;
        struct report report = {0};
        char reason[REASON_SIZE] = "";
        arena_reset(arena);
        enum err err = wire_open_filing((struct span){entry->filing.data, entry->filing.len}, arena,
                                        &opened, &report, reason, sizeof(reason));
        if (err != ERR_OK)
            status = command_print_failure(cells->common, err, reason);
        for (size_t c = 0; c < report.cell_count; c++) {
            table_add(table, entry->form);
            table_addf(table, "%" PRIu64, entry->revision);
            cells_add_row(cells, &report, &report.cells[c], table);
        }
        if (cells_note(&report, 0) != NULL) {
            table_add(table, entry->form);
            table_addf(table, "%" PRIu64, entry->revision);
            cells_add_report_note(cells, &report, table);
        }
        report_fini(&report);
    }
    arena_free(&arena);
    return status;
}

static int print_cells(const struct common *common, const struct catalogue *catalogue,
                       const Tonghop__History *history)
{
    bool is_english = common->is_english;
    struct cells cells = {.common = common, .catalogue = catalogue, .with_name = true};
    struct table *table = table_new();
    table_add_column(table, "form", words(is_english, WORD_COLUMN_FORM), TABLE_LEFT);
    table_add_column(table, "revision", words(is_english, WORD_COLUMN_REVISION), TABLE_RIGHT);
    cells_add_columns(&cells, table);
    int status = add_cells(&cells, history, table);
    if (status == EXIT_DONE) {
        if (common->output == OUTPUT_TEXT)
            (void)printf("\n");
        table_print(table, common->output, stdout);
    }
    table_free(&table);
    return status;
}

/* ---- the command ---- */

static int print_history(const struct common *common, const struct asked *asked,
                         const struct catalogue *catalogue, const Tonghop__History *history)
{
    char period[PERIOD_TEXT_SIZE];
    bool is_text = common->output == OUTPUT_TEXT;
    if (is_text)
        (void)printf("%s %s, %s\n\n", history->unit->code,
                     selection_unit_name(common, history->unit),
                     selection_period(&asked->selection, period));
    /* One table for programs, both for people. */
    if (is_text || !asked->with_cells)
        print_revisions(common, history);
    return asked->with_cells ? print_cells(common, catalogue, history) : EXIT_DONE;
}

static int ask(const struct common *common, const struct asked *asked,
               struct connection *connection)
{
    char period[PERIOD_TEXT_SIZE], reason[REASON_SIZE] = "";
    Tonghop__HistoryQuery query = TONGHOP__HISTORY_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    struct catalogue *catalogue = NULL;

    if (asked->with_cells) {
        enum err err = connection_fetch_catalogue(connection, &catalogue, reason);
        if (err != ERR_OK)
            return command_print_failure(common, err, reason);
    }
    query.kind = asked->selection.kind;
    query.period = selection_period(&asked->selection, period);
    query.unit = selection_unit(&asked->selection);
    query.form = command_request_text(asked->form);
    query.with_content = asked->with_cells;
    request.body_case = TONGHOP__ENVELOPE__BODY_HISTORY_QUERY;
    request.history_query = &query;
    int status =
        command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_HISTORY, &answer);
    if (status == EXIT_DONE && answer->history->n_entries == 0)
        selection_say_nothing_filed(common, &asked->selection, answer->history->unit, asked->form);
    if (status == EXIT_DONE && (answer->history->n_entries > 0 || common->output != OUTPUT_TEXT))
        status = print_history(common, asked, catalogue, answer->history);
    catalogue_free(&catalogue);
    return status;
}

static int run_history(const struct common *common, int argc, char **argv)
{
    struct asked asked = {0};
    struct connection *connection = NULL;
    const struct argument arguments[] = {
        {.name = "UNIT", .value = &asked.selection.unit_text, .is_needed = true},
        SELECTION_PERIOD(asked.selection),
        SELECTION_KIND(asked.selection),
        {.name = "--form", .value = &asked.form},
        {.name = "--cells", .is_given = &asked.with_cells},
    };
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !selection_check(common, "history", &asked.selection))
        return EXIT_INPUT;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status = ask(common, &asked, connection);
    connection_close(&connection);
    return status;
}

const struct command command_history = {
    .name = "history",
    .arguments = "UNIT --period PERIOD [--form FORM] [--cells]",
    .summary = "show the revisions of a unit's reports",
    .summary_vi = "xem các bản báo cáo của một đơn vị",
    .help =
        "Newest first. `counts`: this revision is the one in the totals; `safe`: more than one\n"
        "node holds the latest one. Beneath a revision: who accepted or returned it, and why.\n\n"
        "  --period PERIOD   2024-S1, 2024-S2 or 2024\n"
        "  --form FORM       only this form\n"
        "  --cells           also the figures of each revision\n"
        "  --kind KIND       actual (default) or plan\n\n"
        "Example:\n"
        "  tonghop history 23857 --period 2024-S1 --cells\n",
    .help_vi =
        "Bản mới nhất trước. “Được tính”: bản này nằm trong số tổng hợp; “An toàn”: bản\n"
        "mới nhất có ở hơn một nút. Bên dưới mỗi bản: ai đã duyệt hoặc trả lại, và vì sao.\n\n"
        "  --period KỲ       2024-S1, 2024-S2 hoặc 2024\n"
        "  --form BIỂU-MẪU   chỉ biểu mẫu này\n"
        "  --cells           kèm số liệu của từng bản\n"
        "  --kind LOẠI       actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n\n"
        "Ví dụ:\n"
        "  tonghop history 23857 --period 2024-S1 --cells\n",
    .run = run_history,
};
