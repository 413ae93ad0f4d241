/* The public library: text in, text out, over the same connection and the same checks as the
 * command. */
#include "tonghop/client.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/connection.h"
#include "client/format.h"
#include "client/reporting.h"
#include "core/mem.h"
#include "core/validate.h"

struct tonghop {
    struct connection *connection;
    struct catalogue *catalogue; /* as it was when the handle was opened */
};

/* What a report is built with. */
struct draft {
    struct reporting_context context;
    struct tree *tree;
    struct report report;
    struct problems problems;
};

static enum err fail(char *reason, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum err fail(char *reason, enum err err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, TONGHOP_REASON_SIZE, format, args); /* cut when too long */
    va_end(args);
    return err;
}

/* The first error found, and how many more there are. */
static enum err fail_problems(char *reason, enum err err, const struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        if (problems->items[i].is_warning)
            continue;
        if (problems->error_count > 1)
            return fail(reason, err, "%s (and %zu more)", problems->items[i].text,
                        problems->error_count - 1);
        return fail(reason, err, "%s", problems->items[i].text);
    }
    return fail(reason, err, "%s", err_text(err));
}

/* ---- opening and closing ---- */

enum err tonghop_open(const char *conf_path, struct tonghop **ret_tonghop, char *reason)
{
    struct problems problems = {0};
    struct conf conf;
    struct tonghop *tonghop = NULL;
    enum err err = conf_read(conf_path, &problems, &conf);
    if (err != ERR_OK) {
        err = fail_problems(reason, err == ERR_NOT_FOUND ? ERR_USAGE : err, &problems);
        problems_fini(&problems);
        return err;
    }
    problems_fini(&problems);
    tonghop = mem_calloc(1, sizeof(*tonghop));
    err = connection_open(&conf, false, CONNECTION_TIMEOUT_MS, &tonghop->connection, reason);
    if (err == ERR_OK)
        err = connection_fetch_catalogue(tonghop->connection, &tonghop->catalogue, reason);
    conf_fini(&conf);
    if (err != ERR_OK)
        tonghop_close(&tonghop);
    else
        *ret_tonghop = tonghop;
    return err;
}

void tonghop_close(struct tonghop **tonghop)
{
    struct tonghop *old = *tonghop;
    if (old == NULL)
        return;
    connection_close(&old->connection);
    catalogue_free(&old->catalogue);
    free(old);
    *tonghop = NULL;
}

/* ---- asking ---- */

/* Sends a request and takes the answer, whose body must be the one expected. */
static enum err ask(struct tonghop *tonghop, Tonghop__Envelope *request,
                    Tonghop__Envelope__BodyCase expected, const Tonghop__Envelope **ret_answer,
                    char *reason)
{
    const Tonghop__Envelope *answer = NULL;
    enum err err = connection_request(tonghop->connection, request, &answer, reason);
    if (err != ERR_OK)
        return err;
    if (answer->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL) {
        const Tonghop__Refusal *refusal = answer->refusal;
        return fail(reason, connection_refusal_err(refusal), "%s%s%s", refusal->text,
                    refusal->n_problems > 0 ? ": " : "",
                    refusal->n_problems > 0 ? refusal->problems[0]->text : "");
    }
    if (answer->body_case != expected)
        return fail(reason, ERR_MALFORMED, "the node answered with '%s'", wire_body_name(answer));
    *ret_answer = answer;
    return ERR_OK;
}

/* protobuf-c's strings are not const, and it only reads them. */
static char *borrow(const char *text)
{
    return (char *)(uintptr_t)(text != NULL ? text : "");
}

static uint8_t kind_of(const struct tonghop_key *key)
{
    return key->is_plan ? KIND_PLAN : KIND_ACTUAL;
}

enum err tonghop_revision(struct tonghop *tonghop, const struct tonghop_key *key,
                          uint64_t *ret_revision, char *reason)
{
    Tonghop__HistoryQuery query = TONGHOP__HISTORY_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    query.kind = kind_of(key);
    query.period = borrow(key->period);
    query.unit = borrow(key->unit);
    query.form = borrow(key->form);
    query.latest_only = true;
    request.body_case = TONGHOP__ENVELOPE__BODY_HISTORY_QUERY;
    request.history_query = &query;
    enum err err = ask(tonghop, &request, TONGHOP__ENVELOPE__BODY_HISTORY, &answer, reason);
    if (err == ERR_OK)
        *ret_revision = answer->history->n_entries > 0 ? answer->history->entries[0]->revision : 0;
    return err;
}

/* ---- filing ---- */

static void draft_fini(struct draft *draft)
{
    report_fini(&draft->report);
    problems_fini(&draft->problems);
    tree_free(&draft->tree);
}

static enum err add_cell(struct draft *draft, const struct tonghop_cell *from, char *reason)
{
    const struct reporting_fields fields = {
        .knows_style = true, /* as include/tonghop says */
        .value.text = from->value,
        .qualifier.text = from->qualifier != NULL ? from->qualifier : "",
        .upper.text = from->upper != NULL ? from->upper : "",
    };
    struct cell cell;
    const struct indicator *indicator =
        catalogue_indicator_by_code(draft->context.catalogue, from->indicator);
    if (indicator == NULL)
        return fail(reason, ERR_NOT_FOUND,
                    "no indicator '%s': see 'tonghop catalogue show indicators'", from->indicator);
    if (!indicator_is_entered(indicator))
        return fail(reason, ERR_INVALID, "%s is computed and cannot be reported", from->indicator);
    enum err err = reporting_read_cell(indicator, &fields, NUMBER_PLAIN, &draft->problems, &cell);
    if (err != ERR_OK)
        return fail_problems(reason, err, &draft->problems);
    report_add_cell(&draft->report, cell);
    return ERR_OK;
}

/* Resolves the names of the key. */
static enum err start_draft(struct tonghop *tonghop, const struct tonghop_report *from,
                            struct draft *draft, char *reason)
{
    const struct place nowhere = {0};
    struct period period;
    enum err err = period_parse(from->key.period, &period);
    if (err != ERR_OK)
        return fail(reason, err, "'%s' is not a period: 2024-S1, 2024-S2 or 2024",
                    from->key.period);
    const struct form *form = catalogue_form_by_code(tonghop->catalogue, from->key.form);
    if (form == NULL)
        return fail(reason, ERR_NOT_FOUND, "no form '%s': see 'tonghop catalogue show forms'",
                    from->key.form);
    draft->tree = tree_new(tonghop->catalogue, period);
    draft->context = (struct reporting_context){
        .tree = draft->tree, .catalogue = tonghop->catalogue, .kind = kind_of(&from->key)};
    struct report_key *key = &draft->report.key;
    err = reporting_find_unit(&draft->context, from->key.unit, NULL, nowhere, &draft->problems,
                              &key->unit);
    if (err != ERR_OK)
        return fail_problems(reason, err, &draft->problems);
    key->kind = draft->context.kind;
    key->period = period;
    key->form = form->number;
    return ERR_OK;
}

static enum err build(struct tonghop *tonghop, const struct tonghop_report *from,
                      struct draft *draft, char *reason)
{
    struct report *report = &draft->report;
    enum err err = start_draft(tonghop, from, draft, reason);
    if (err != ERR_OK)
        return err;
    report->scope = from->is_whole ? SCOPE_WHOLE : SCOPE_OWN;
    report->catalogue = tonghop->catalogue->number;
    report->based_on = from->based_on;
    report->may_drop_cells = from->may_drop_cells;
    report->author = mem_strdup(from->author != NULL ? from->author : "");
    report->reason = mem_strdup(from->reason != NULL ? from->reason : "");
    for (size_t i = 0; i < from->cell_count && err == ERR_OK; i++)
        err = add_cell(draft, &from->cells[i], reason);
    if (err != ERR_OK)
        return err;
    if (report_sort(report) != ERR_OK)
        return fail(reason, ERR_EXISTS, "an indicator is there twice: report it once");
    err = validate_report(report, tonghop->catalogue, draft->tree, &draft->problems);
    return err == ERR_OK ? ERR_OK : fail_problems(reason, err, &draft->problems);
}

enum err tonghop_file(struct tonghop *tonghop, const struct tonghop_report *report,
                      struct tonghop_receipt *ret_receipt, char *reason)
{
    struct draft draft = {0};
    struct buf bytes = {0};
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    enum err err = build(tonghop, report, &draft, reason);
    if (err == ERR_OK) {
        wire_pack_filing(&draft.report, &bytes);
        file.filing.data = bytes.data;
        file.filing.len = bytes.len;
        file.accept_warnings = report->accepts_warnings;
        request.body_case = TONGHOP__ENVELOPE__BODY_FILE;
        request.file = &file;
        err = ask(tonghop, &request, TONGHOP__ENVELOPE__BODY_RECEIPT, &answer, reason);
    }
    if (err == ERR_OK)
        *ret_receipt = (struct tonghop_receipt){
            .revision = answer->receipt->revision,
            .is_accepted = (answer->receipt->states & STATE_ACCEPTED) != 0,
            .is_repeated = answer->receipt->repeated_content,
        };
    buf_fini(&bytes);
    draft_fini(&draft);
    return err;
}

/* ---- figures ---- */

static void copy_number(char *out, char *number)
{
    if (number != NULL)
        (void)snprintf(out, TONGHOP_NUMBER_SIZE, "%s", number);
    free(number);
}

static void fill_figure(const Tonghop__IndicatorInfo *indicator, const Tonghop__Value *value,
                        struct tonghop_figure *ret_figure)
{
    static_assert((int)TONGHOP_NUMBER_SIZE == (int)I128_TEXT_SIZE, "any number fits");
    const struct format format = {
        .is_english = true, .decimals = indicator->decimals, .is_ratio = indicator->is_ratio};
    const char *qualifier = format_qualifier(value);
    *ret_figure =
        (struct tonghop_figure){.has_value = value->has_value, .unit_count = value->unit_count};
    copy_number(ret_figure->value, format_plain(&format, value));
    copy_number(ret_figure->upper, format_plain_upper(&format, value));
    if (qualifier != NULL)
        (void)snprintf(ret_figure->qualifier, sizeof(ret_figure->qualifier), "%s", qualifier);
}

enum err tonghop_total(struct tonghop *tonghop, const struct tonghop_key *key,
                       const char *indicator, struct tonghop_figure *ret_figure, char *reason)
{
    Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    char *indicators[] = {borrow(indicator)};
    query.kind = kind_of(key);
    query.period = borrow(key->period);
    query.unit = borrow(key->unit);
    query.indicators = indicators;
    query.n_indicators = 1;
    request.body_case = TONGHOP__ENVELOPE__BODY_TOTALS_QUERY;
    request.totals_query = &query;
    enum err err = ask(tonghop, &request, TONGHOP__ENVELOPE__BODY_TOTALS, &answer, reason);
    if (err != ERR_OK)
        return err;
    const Tonghop__Totals *totals = answer->totals;
    if (totals->n_indicators != 1 || totals->n_units != 1 || totals->units[0]->n_values != 1)
        return fail(reason, ERR_MALFORMED, "the answer is not the one figure that was asked for");
    fill_figure(totals->indicators[0], totals->units[0]->values[0], ret_figure);
    return ERR_OK;
}
