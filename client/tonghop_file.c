/* Filing: a report is built from texts by the same checks as the command's, and by the node's
 * catalogue. That is fetched with the first report, because who only reads has no use for it, and
 * again when a report does not go with it: by then a newer one may be in force. */
#include <stdlib.h>
#include <string.h>

#include "client/handle.h"
#include "client/reporting.h"
#include "core/mem.h"
#include "core/validate.h"

/* What a report is built with. */
struct draft {
    struct reporting_context context;
    struct tree *tree;
    struct report report;
};

enum tonghop_err tonghop_revision(struct tonghop *tonghop, const struct tonghop_key *key,
                                  uint64_t *ret_revision, char *reason)
{
    Tonghop__HistoryQuery query = TONGHOP__HISTORY_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    if (key->form == NULL || key->form[0] == '\0')
        return handle_err(
            handle_fail(reason, ERR_USAGE,
                        HANDLE_WORDS(tonghop, "the key names no form", "khóa không ghi biểu mẫu")));
    query.kind = handle_kind(key);
    query.period = handle_borrow(key->period);
    query.unit = handle_borrow(key->unit);
    query.form = handle_borrow(key->form);
    query.latest_only = true;
    request.body_case = TONGHOP__ENVELOPE__BODY_HISTORY_QUERY;
    request.history_query = &query;
    enum err err = handle_ask(tonghop, &request, TONGHOP__ENVELOPE__BODY_HISTORY, &answer, reason);
    if (err == ERR_OK)
        *ret_revision = answer->history->n_entries > 0 ? answer->history->entries[0]->revision : 0;
    return handle_err(err);
}

/* ---- building ---- */

static void draft_fini(struct draft *draft)
{
    report_fini(&draft->report);
    tree_free(&draft->tree);
    *draft = (struct draft){0};
}

#define SAY(tonghop, ...) problems_add(&(tonghop)->problems, NULL, (struct place){0}, __VA_ARGS__)

static enum err add_cell(struct tonghop *tonghop, const struct tonghop_cell *from,
                         struct draft *draft)
{
    if (from->indicator == NULL || from->value == NULL) {
        SAY(tonghop, HANDLE_WORDS(tonghop, "a cell has no indicator or no value: leave it out",
                                  "một số liệu không có chỉ tiêu hoặc giá trị: bỏ đi"));
        return ERR_USAGE;
    }
    const struct reporting_fields fields = {
        .knows_style = true, /* as include/tonghop says */
        .value.text = from->value,
        .qualifier.text = from->qualifier != NULL ? from->qualifier : "",
        .upper.text = from->upper != NULL ? from->upper : "",
    };
    struct cell cell;
    const struct indicator *indicator =
        catalogue_indicator_by_code(tonghop->catalogue, from->indicator);
    if (indicator == NULL) {
        SAY(tonghop,
            HANDLE_WORDS(tonghop, "no indicator '%s': see 'tonghop catalogue show indicators'",
                         "không có chỉ tiêu “%s”: xem 'tonghop catalogue show indicators'"),
            from->indicator);
        return ERR_NOT_FOUND;
    }
    if (!indicator_is_entered(indicator)) {
        problems_cell(&tonghop->problems, indicator->number,
                      HANDLE_WORDS(tonghop, "%s is computed and cannot be reported: leave it out",
                                   "%s được tính từ chỉ tiêu khác, không báo cáo được: bỏ đi"),
                      from->indicator);
        return ERR_INVALID;
    }
    size_t known_count = tonghop->problems.count;
    enum err err = reporting_read_cell(indicator, &fields, NUMBER_PLAIN, &tonghop->problems, &cell);
    for (size_t i = known_count; i < tonghop->problems.count; i++)
        tonghop->problems.items[i].indicator = indicator->number; /* a file would have a place */
    if (err != ERR_OK)
        return err;
    report_add_cell(&draft->report, cell);
    if (from->note != NULL && from->note[0] != '\0')
        report_add_note(&draft->report, indicator->number, from->note);
    return ERR_OK;
}

/* The order of the caller's cells must not make another report of the same figures. */
static int compare_notes(const void *a, const void *b)
{
    const struct note *left = a, *right = b;
    return (left->indicator > right->indicator) - (left->indicator < right->indicator);
}

static enum err add_cells(struct tonghop *tonghop, const struct tonghop_report *from,
                          struct draft *draft)
{
    struct report *report = &draft->report;
    enum err first = ERR_OK;
    for (size_t i = 0; i < from->cell_count; i++) {
        enum err err = add_cell(tonghop, &from->cells[i], draft);
        if (first == ERR_OK)
            first = err;
    }
    if (report->note_count > 0)
        qsort(report->notes, report->note_count, sizeof(report->notes[0]), compare_notes);
    if (first == ERR_OK && report_sort(report) != ERR_OK) {
        SAY(tonghop, HANDLE_WORDS(tonghop, "an indicator is there twice: report it once",
                                  "một chỉ tiêu có hai lần: chỉ báo cáo một lần"));
        first = ERR_EXISTS;
    }
    return first;
}

/* Resolves the names of the key. */
static enum err start_draft(struct tonghop *tonghop, const struct tonghop_key *from,
                            struct draft *draft)
{
    const struct place nowhere = {0};
    struct report_key *key = &draft->report.key;
    if (period_parse(from->period, &key->period) != ERR_OK) {
        SAY(tonghop,
            HANDLE_WORDS(tonghop, "'%s' is not a period: 2024-S1, 2024-S2 or 2024",
                         "“%s” không phải là kỳ báo cáo: 2024-S1, 2024-S2 hoặc 2024"),
            from->period);
        return ERR_SYNTAX;
    }
    const struct form *form = catalogue_form_by_code(tonghop->catalogue, from->form);
    if (form == NULL) {
        SAY(tonghop,
            HANDLE_WORDS(tonghop, "no form '%s': see 'tonghop catalogue show forms'",
                         "không có biểu mẫu “%s”: xem 'tonghop catalogue show forms'"),
            from->form);
        return ERR_NOT_FOUND;
    }
    draft->tree = tree_new(tonghop->catalogue, key->period);
    draft->context = (struct reporting_context){
        .tree = draft->tree, .catalogue = tonghop->catalogue, .kind = handle_kind(from)};
    key->kind = draft->context.kind;
    key->form = form->number;
    return reporting_find_unit(&draft->context, from->unit, NULL, nowhere, &tonghop->problems,
                               &key->unit);
}

static char *copy_text(const char *text)
{
    return mem_strdup(text != NULL ? text : "");
}

/* What is wrong is added to the problems of the handle. */
static enum err build(struct tonghop *tonghop, const struct tonghop_report *from,
                      struct draft *draft)
{
    struct report *report = &draft->report;
    enum err err = start_draft(tonghop, &from->key, draft);
    if (err != ERR_OK)
        return err;
    report->scope = from->is_whole ? SCOPE_WHOLE : SCOPE_OWN;
    report->catalogue = tonghop->catalogue->number;
    report->based_on = from->based_on;
    report->is_withdrawn = from->is_withdrawn;
    report->may_drop_cells = from->may_drop_cells;
    report->author = copy_text(from->author);
    report->reason = copy_text(from->reason);
    report->source = copy_text(from->source);
    err = add_cells(tonghop, from, draft);
    if (err == ERR_OK)
        err = validate_report(report, tonghop->catalogue, draft->tree, &tonghop->problems);
    return err;
}

/* Makes sure of having the catalogue that is in force now, where one is held; whether that is
 * another one than before. */
static enum err renew_catalogue(struct tonghop *tonghop, bool *ret_is_new, char *reason)
{
    struct catalogue *newer = NULL;
    uint32_t number = 0;
    enum err err = connection_catalogue_number(tonghop->connection, &number, reason);
    *ret_is_new = number != tonghop->catalogue->number;
    if (err == ERR_OK && *ret_is_new)
        err = connection_fetch_catalogue(tonghop->connection, &newer, reason);
    if (newer != NULL) {
        catalogue_free(&tonghop->catalogue);
        tonghop->catalogue = newer;
    }
    return err;
}

static enum err make_draft(struct tonghop *tonghop, const struct tonghop_report *from,
                           struct draft *draft, char *reason)
{
    bool is_new = false;
    const struct tonghop_key *key = &from->key;
    if (key->unit == NULL || key->period == NULL || key->form == NULL ||
        (from->cells == NULL && from->cell_count > 0))
        return handle_fail(
            reason, ERR_USAGE,
            HANDLE_WORDS(tonghop, "a report names a unit, a period and a form, and has its cells",
                         "báo cáo phải ghi đơn vị, kỳ, biểu mẫu và có số liệu"));
    enum err err = ERR_OK;
    if (tonghop->catalogue == NULL)
        err = connection_fetch_catalogue(tonghop->connection, &tonghop->catalogue, reason);
    if (err != ERR_OK)
        return err;
    err = build(tonghop, from, draft);
    if (err != ERR_OK) { /* by one that may be older than the one in force */
        enum err renewing = renew_catalogue(tonghop, &is_new, reason);
        if (renewing != ERR_OK)
            return renewing;
        if (is_new) {
            draft_fini(draft);
            problems_clear(&tonghop->problems);
            err = build(tonghop, from, draft);
        }
    }
    return err == ERR_OK ? ERR_OK : handle_fail_problems(reason, err, &tonghop->problems);
}

/* ---- handing in ---- */

static enum err hand_in(struct tonghop *tonghop, const struct report *report, bool accepts_warnings,
                        bool is_check, char *reason)
{
    struct buf bytes = {0};
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    wire_pack_filing(report, &bytes);
    file.filing.data = bytes.data;
    file.filing.len = bytes.len;
    file.accept_warnings = accepts_warnings;
    file.check_only = is_check;
    request.body_case = TONGHOP__ENVELOPE__BODY_FILE;
    request.file = &file;
    enum err err = handle_ask(tonghop, &request, TONGHOP__ENVELOPE__BODY_RECEIPT, &answer, reason);
    buf_fini(&bytes);
    if (err != ERR_OK)
        return err;
    const Tonghop__Receipt *receipt = answer->receipt;
    tonghop->receipt = (struct tonghop_receipt){
        .revision = receipt->revision,
        .is_accepted = (receipt->states & STATE_ACCEPTED) != 0,
        .is_repeated = receipt->repeated_content,
        .received_us = receipt->received_us,
    };
    for (size_t i = 0; i < receipt->n_warnings; i++)
        problems_cell_warn(&tonghop->problems, receipt->warnings[i]->indicator, "%s",
                           receipt->warnings[i]->text);
    return ERR_OK;
}

/* As the caller sees them. */
static void publish_problems(struct tonghop *tonghop)
{
    const struct problems *problems = &tonghop->problems;
    tonghop->public_problems = mem_calloc(problems->count, sizeof(tonghop->public_problems[0]));
    for (size_t i = 0; i < problems->count; i++) {
        const struct problem *from = &problems->items[i];
        const struct indicator *indicator =
            tonghop->catalogue != NULL && from->indicator != 0
                ? catalogue_indicator(tonghop->catalogue, from->indicator)
                : NULL;
        tonghop->public_problems[i] = (struct tonghop_problem){
            .indicator = indicator != NULL ? indicator->code : "",
            .is_warning = from->is_warning,
            .text = from->text,
        };
    }
}

static enum tonghop_err submit(struct tonghop *tonghop, const struct tonghop_report *report,
                               bool is_check, const struct tonghop_receipt **ret_receipt,
                               char *reason)
{
    struct tonghop_report own;
    struct draft draft = {0};
    free(tonghop->public_problems);
    tonghop->public_problems = NULL;
    problems_clear(&tonghop->problems);
    enum err err = handle_take(report, "tonghop_report", sizeof(own), &own, reason);
    if (err == ERR_OK)
        err = make_draft(tonghop, &own, &draft, reason);
    if (err == ERR_OK)
        err = hand_in(tonghop, &draft.report, own.accepts_warnings, is_check, reason);
    if (err == ERR_OK)
        *ret_receipt = &tonghop->receipt;
    if (err == ERR_CATALOGUE)
        catalogue_free(&tonghop->catalogue); /* the node has an older one: it was restored */
    publish_problems(tonghop);
    draft_fini(&draft);
    return handle_err(err);
}

enum tonghop_err tonghop_file(struct tonghop *tonghop, const struct tonghop_report *report,
                              const struct tonghop_receipt **ret_receipt, char *reason)
{
    return submit(tonghop, report, false, ret_receipt, reason);
}

enum tonghop_err tonghop_check(struct tonghop *tonghop, const struct tonghop_report *report,
                               const struct tonghop_receipt **ret_receipt, char *reason)
{
    return submit(tonghop, report, true, ret_receipt, reason);
}

const struct tonghop_problem *tonghop_problem(const struct tonghop *tonghop, size_t index)
{
    bool is_there = tonghop->public_problems != NULL && index < tonghop->problems.count;
    return is_there ? &tonghop->public_problems[index] : NULL;
}
