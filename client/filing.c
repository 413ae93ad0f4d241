/* The home decides; here it is asked in a way that can be repeated. A report names the revision it
 * is based on, so two people who change the same report cannot overwrite each other. */
#include "client/filing.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/clock.h"
#include "client/format.h"
#include "client/words.h"
#include "core/counted.h"
#include "core/mem.h"
#include "core/utf8.h"

enum { REASON_SIZE = 256, SAFE_POLL_MS = 200 };

int filing_init(struct filing *filing, const struct common *common,
                const struct selection *selection)
{
    static const struct heading columns[] = {
        {"unit", WORD_COLUMN_CODE, TABLE_LEFT},     {"unit_name", WORD_KEYS_UNIT, TABLE_LEFT},
        {"form", WORD_COLUMN_FORM, TABLE_LEFT},     {"revision", WORD_COLUMN_REVISION, TABLE_RIGHT},
        {"result", WORD_COLUMN_RESULT, TABLE_LEFT},
    };
    char reason[REASON_SIZE] = "";
    *filing = (struct filing){.common = common, .selection = selection, .results = table_new()};
    table_add_headings(filing->results, common->is_english, columns,
                       sizeof(columns) / sizeof(columns[0]));
    int status = command_connect(common, &filing->connection);
    if (status != EXIT_DONE)
        return status;
    enum err err = connection_fetch_catalogue(filing->connection, &filing->catalogue, reason);
    if (err != ERR_OK)
        return command_print_failure(common, err, reason);
    filing->tree = tree_new(filing->catalogue, selection->period);
    return EXIT_DONE;
}

void filing_fini(struct filing *filing)
{
    free(filing->told);
    table_free(&filing->results);
    tree_free(&filing->tree);
    catalogue_free(&filing->catalogue);
    connection_close(&filing->connection);
}

/* ---- what the node holds ---- */

/* Latest revisions of a unit ("": the sender's own) and form ("": all). */
static int ask_history(struct filing *filing, char *unit, char *form, bool with_content,
                       const Tonghop__History **ret_history)
{
    char period[PERIOD_TEXT_SIZE];
    Tonghop__HistoryQuery query = TONGHOP__HISTORY_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    query.kind = filing->selection->kind;
    query.period = selection_period(filing->selection, period);
    query.unit = unit;
    query.form = form;
    query.latest_only = true;
    query.with_content = with_content;
    request.body_case = TONGHOP__ENVELOPE__BODY_HISTORY_QUERY;
    request.history_query = &query;
    int status = command_request(filing->common, filing->connection, &request,
                                 TONGHOP__ENVELOPE__BODY_HISTORY, &answer);
    if (status == EXIT_DONE)
        *ret_history = answer->history;
    return status;
}

static int ask_latest(struct filing *filing, const struct report_key *key, bool with_content,
                      const Tonghop__HistoryEntry **ret_entry)
{
    const struct form *form = catalogue_form(filing->catalogue, key->form);
    const Tonghop__History *history = NULL;
    char *unit = mem_printf("id:%" PRIu32, key->unit);
    int status = ask_history(filing, unit, form->code, with_content, &history);
    free(unit);
    if (status == EXIT_DONE)
        *ret_entry = history->n_entries > 0 ? history->entries[0] : NULL;
    return status;
}

int filing_own_unit(struct filing *filing, uint32_t *ret_unit)
{
    char all[] = "";
    const Tonghop__History *history = NULL;
    uint32_t unit = connection_unit(filing->connection);
    if (unit != 0 && tree_find(filing->tree, unit) != TREE_NONE) {
        *ret_unit = unit;
        return EXIT_DONE;
    }
    /* The node knows it, or says what is wrong with it in that period. */
    int status = ask_history(filing, all, all, false, &history);
    if (status == EXIT_DONE)
        *ret_unit = history->unit->id;
    return status;
}

/* Opens a filing; report_fini(ret_report). `content` is equal for equal figures, notes and scope,
 * whoever filed them and under whatever number. */
static enum err open_filing(struct span bytes, struct report *ret_report,
                            uint8_t content[WIRE_DIGEST_SIZE], char *reason, size_t reason_size)
{
    struct wire_filing opened;
    struct arena *arena = arena_new(WIRE_ARENA_MAX);
    enum err err = wire_open_filing(bytes, arena, &opened, ret_report, reason, reason_size);
    if (err == ERR_OK)
        memcpy(content, opened.content, WIRE_DIGEST_SIZE);
    arena_free(&arena);
    return err;
}

/* The content that a node finds in a report which it is handed; none of one that it will not take:
 * notes that were added since it was asked may have made it too large. */
static void content_of(const struct report *report, uint8_t content[WIRE_DIGEST_SIZE])
{
    struct buf bytes = {0};
    struct report opened = {0};
    char reason[REASON_SIZE];
    wire_pack_filing(report, &bytes);
    enum err err = open_filing(span_of(&bytes), &opened, content, reason, sizeof(reason));
    if (err != ERR_OK)
        memset(content, 0, WIRE_DIGEST_SIZE);
    report_fini(&opened);
    buf_fini(&bytes);
}

/* What the node holds, and whether another node holds it too. Exit status. */
static int fetch(struct filing *filing, const struct report_key *key, struct filing_base *ret_base,
                 bool *ret_is_safe)
{
    const Tonghop__HistoryEntry *entry = NULL;
    struct filing_base base = {0};
    char reason[REASON_SIZE] = "";
    int status = ask_latest(filing, key, true, &entry);
    if (status != EXIT_DONE)
        return status;
    if (entry != NULL) {
        enum err err = open_filing((struct span){entry->filing.data, entry->filing.len},
                                   &base.report, base.content, reason, sizeof(reason));
        if (err == ERR_OK && !report_key_equal(key, &base.report.key)) {
            err = ERR_MALFORMED;
            (void)snprintf(reason, sizeof(reason), "the answer is about another report");
        }
        if (err != ERR_OK) {
            report_fini(&base.report);
            return command_print_failure(filing->common, err, reason);
        }
        base.revision = entry->revision;
        base.is_returned = (entry->states & STATE_RETURNED) != 0;
    }
    *ret_base = base;
    *ret_is_safe = entry != NULL && entry->is_safe;
    return EXIT_DONE;
}

int filing_fetch(struct filing *filing, const struct report_key *key, struct filing_base *ret_base)
{
    bool is_safe;
    return fetch(filing, key, ret_base, &is_safe);
}

bool filing_is_same(const struct filing_base *base, const struct report *next)
{
    uint8_t content[WIRE_DIGEST_SIZE];
    if (base->revision == 0)
        return false;
    content_of(next, content);
    return memcmp(content, base->content, sizeof(content)) == 0;
}

/* ---- differences ---- */

static void print_change(const struct filing *filing, uint32_t number, const struct cell *before,
                         const struct cell *after)
{
    const struct indicator *indicator = catalogue_indicator(filing->catalogue, number);
    struct format format = {.is_english = filing->common->is_english,
                            .decimals = indicator != NULL ? indicator->decimals : 0};
    char *old_text = before != NULL ? format_cell(&format, before) : mem_strdup("–");
    char *new_text = after != NULL ? format_cell(&format, after) : mem_strdup("–");
    if (indicator != NULL)
        (void)fprintf(stderr, "  %s: %s → %s\n", indicator->code, old_text, new_text);
    else /* a catalogue never loses one: the node has a newer catalogue by now */
        (void)fprintf(stderr, "  %" PRIu32 ": %s → %s\n", number, old_text, new_text);
    free(old_text);
    free(new_text);
}

/* Both are in order of indicator. Returns how many cells differ. */
static size_t print_changes(const struct filing *filing, const struct report *before,
                            const struct report *after)
{
    size_t count = 0;
    size_t b = 0, a = 0;
    while (b < before->cell_count || a < after->cell_count) {
        const struct cell *old_cell = b < before->cell_count ? &before->cells[b] : NULL;
        const struct cell *new_cell = a < after->cell_count ? &after->cells[a] : NULL;
        uint32_t old_number = old_cell != NULL ? old_cell->indicator : UINT32_MAX;
        uint32_t new_number = new_cell != NULL ? new_cell->indicator : UINT32_MAX;
        uint32_t number = old_number < new_number ? old_number : new_number;
        if (old_number != number)
            old_cell = NULL;
        if (new_number != number)
            new_cell = NULL;
        b += old_cell != NULL;
        a += new_cell != NULL;
        if (old_cell == NULL || new_cell == NULL || !cell_equal(old_cell, new_cell)) {
            print_change(filing, number, old_cell, new_cell);
            count++;
        }
    }
    return count;
}

static const char *scope_word(const struct filing *filing, uint8_t scope)
{
    return words(filing->common->is_english,
                 scope == SCOPE_WHOLE ? WORD_SCOPE_WHOLE : WORD_SCOPE_OWN);
}

/* The same figures answer a return where they are based on what was returned. */
static enum word same_word(const struct filing_base *base, const struct report *next)
{
    if (!base->is_returned)
        return WORD_FILING_UNCHANGED;
    return next->based_on == base->revision ? WORD_FILING_ANSWERS : WORD_FILING_STAYS_RETURNED;
}

void filing_show(const struct filing *filing, const struct filing_base *base,
                 const struct report *next, bool with_all)
{
    bool is_english = filing->common->is_english;
    const struct form *form = catalogue_form(filing->catalogue, next->key.form);
    uint32_t index = tree_find(filing->tree, next->key.unit);
    const struct unit_version *version = filing->tree->nodes[index].version;
    char period[PERIOD_TEXT_SIZE];
    size_t count = 0;
    bool is_unchanged = filing_is_same(base, next);
    enum word word = is_unchanged ? same_word(base, next) : WORD_FILING_BASE;

    (void)fprintf(stderr, "%s %s, %s, %s: ", version->code, unit_name(version, is_english),
                  form->code, period_format(next->key.period, period));
    if (base->revision == 0) {
        char *first =
            counted_text(mem_printf(words(is_english, WORD_FILING_FIRST), next->cell_count));
        (void)fputs(first, stderr);
        free(first);
    } else {
        (void)fprintf(stderr, words(is_english, word), (unsigned long long)base->revision);
    }
    (void)fputc('\n', stderr);
    if (word == WORD_FILING_STAYS_RETURNED)
        (void)fprintf(stderr, "  %s\n", words(is_english, WORD_FILING_ALONE));
    if (is_unchanged || (base->revision == 0 && !with_all))
        return;
    if (base->revision > 0 && base->report.scope != next->scope)
        (void)fprintf(stderr, "  %s → %s\n", scope_word(filing, base->report.scope),
                      scope_word(filing, next->scope));
    count = print_changes(filing, &base->report, next);
    if (base->report.is_withdrawn != next->is_withdrawn)
        (void)fprintf(
            stderr, "  %s\n",
            words(is_english, next->is_withdrawn ? WORD_FILING_WITHDRAWS : WORD_FILING_RESTORES));
    else if (count == 0 && base->revision > 0)
        (void)fprintf(stderr, "  %s\n", words(is_english, WORD_FILING_SAME));
}

/* ---- results ---- */

void filing_add_result(struct filing *filing, const struct report_key *key, uint64_t revision,
                       enum filing_outcome outcome)
{
    static const struct {
        const char *name; /* for programs */
        enum word word;
    } outcomes[] = {
        [FILING_ACCEPTED] = {"accepted", WORD_RESULT_ACCEPTED},
        [FILING_WAITING] = {"waiting", WORD_RESULT_WAITING},
        [FILING_UNCHANGED] = {"unchanged", WORD_RESULT_UNCHANGED},
        [FILING_RETURNED] = {"returned", WORD_RESULT_RETURNED},
        [FILING_REFUSED] = {"refused", WORD_RESULT_REFUSED},
        [FILING_UNKNOWN] = {"unknown", WORD_RESULT_UNKNOWN},
        [FILING_NOT_SENT] = {"not-sent", WORD_RESULT_NOT_SENT},
        [FILING_CHECKED] = {"checked", WORD_RESULT_CHECKED},
    };
    bool is_english = filing->common->is_english;
    uint32_t index = tree_find(filing->tree, key->unit);
    const struct unit_version *version = filing->tree->nodes[index].version;
    table_add(filing->results, version->code);
    table_add(filing->results, unit_name(version, is_english));
    table_add(filing->results, catalogue_form(filing->catalogue, key->form)->code);
    table_add_number(filing->results, revision);
    table_add(filing->results, filing->common->output == OUTPUT_TEXT
                                   ? words(is_english, outcomes[outcome].word)
                                   : outcomes[outcome].name);
}

void filing_print_results(const struct filing *filing)
{
    if (filing->results != NULL && table_row_count(filing->results) > 0)
        table_print(filing->results, filing->common->output, stdout);
}

/* ---- handing in ---- */

static bool is_known(const struct problems *known, const Tonghop__Problem *problem)
{
    for (size_t i = 0; i < known->count; i++)
        if (known->items[i].indicator == problem->indicator &&
            strcmp(known->items[i].text, problem->text) == 0)
            return true;
    return false;
}

static void add_problems(Tonghop__Problem *const *from, size_t count, const struct problems *known,
                         struct problems *to)
{
    for (size_t i = 0; i < count; i++) {
        if (known != NULL && is_known(known, from[i]))
            continue;
        if (from[i]->warning)
            problems_cell_warn(to, from[i]->indicator, "%s", from[i]->text);
        else
            problems_cell(to, from[i]->indicator, "%s", from[i]->text);
    }
}

/* One that is about the key, say, is the same of each report. */
static int print_refusal_once(struct filing *filing, const Tonghop__Refusal *refusal)
{
    char *told = mem_printf("%s %" PRIu64 " %" PRIu32 " %s", refusal->code,
                            refusal->current_revision, refusal->home, refusal->text);
    bool is_told = filing->told != NULL && strcmp(filing->told, told) == 0;
    free(filing->told);
    filing->told = told;
    return is_told ? EXIT_NO : command_print_refusal(filing->common, refusal);
}

/* Sends it and takes the answer: the receipt, or a refusal, whose problems are added, or which is
 * printed where it has none. */
static int hand_in(struct filing *filing, Tonghop__File *file, const struct report *report,
                   struct problems *problems, const Tonghop__Receipt **ret_receipt)
{
    struct buf bytes = {0};
    char reason[CONNECTION_REASON_SIZE] = "";
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    wire_pack_filing(report, &bytes);
    file->filing.data = bytes.data;
    file->filing.len = bytes.len;
    request.body_case = TONGHOP__ENVELOPE__BODY_FILE;
    request.file = file;
    enum err err = connection_request(filing->connection, &request, &answer, reason);
    buf_fini(&bytes);
    if (err != ERR_OK)
        return command_print_failure(filing->common, err, reason);
    if (answer->body_case == TONGHOP__ENVELOPE__BODY_RECEIPT) {
        *ret_receipt = answer->receipt;
        return EXIT_DONE;
    }
    if (answer->body_case != TONGHOP__ENVELOPE__BODY_REFUSAL) {
        command_say(words(filing->common->is_english, WORD_OTHER_ANSWER), wire_body_name(answer));
        return EXIT_UNKNOWN;
    }
    if (answer->refusal->n_problems == 0)
        return print_refusal_once(filing, answer->refusal);
    add_problems(answer->refusal->problems, answer->refusal->n_problems, NULL, problems);
    return EXIT_NO;
}

int filing_check(struct filing *filing, const struct report *report, struct problems *problems)
{
    Tonghop__File file = TONGHOP__FILE__INIT;
    const Tonghop__Receipt *receipt = NULL;
    file.check_only = true;
    int status = hand_in(filing, &file, report, problems, &receipt);
    if (status == EXIT_DONE)
        add_problems(receipt->warnings, receipt->n_warnings, NULL, problems);
    return status;
}

int filing_send(struct filing *filing, const struct report *report, bool accepts_warnings,
                const struct problems *known, struct problems *ret_fresh)
{
    Tonghop__File file = TONGHOP__FILE__INIT;
    const Tonghop__Receipt *receipt = NULL;
    file.accept_warnings = accepts_warnings;
    int status = hand_in(filing, &file, report, ret_fresh, &receipt);
    if (status != EXIT_DONE) {
        filing_add_result(filing, &report->key, 0,
                          status == EXIT_NO ? FILING_REFUSED : FILING_UNKNOWN);
        return status;
    }
    bool is_returned = receipt->repeated_content && (receipt->states & STATE_RETURNED) != 0;
    add_problems(receipt->warnings, receipt->n_warnings, known, ret_fresh);
    filing_add_result(filing, &report->key, receipt->revision,
                      is_returned                          ? FILING_RETURNED
                      : receipt->repeated_content          ? FILING_UNCHANGED
                      : (receipt->states & STATE_ACCEPTED) ? FILING_ACCEPTED
                                                           : FILING_WAITING);
    return is_returned ? EXIT_NO : EXIT_DONE;
}

/* ---- waiting ---- */

/* Whether the node has a parent that could hold reports too. Exit status. */
static int ask_has_parent(const struct filing *filing, bool *ret_has_parent)
{
    Tonghop__StatusQuery query = TONGHOP__STATUS_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    request.body_case = TONGHOP__ENVELOPE__BODY_STATUS_QUERY;
    request.status_query = &query;
    int status = command_request(filing->common, filing->connection, &request,
                                 TONGHOP__ENVELOPE__BODY_STATUS, &answer);
    if (status == EXIT_DONE)
        *ret_has_parent = answer->status->has_parent;
    return status;
}

/* EXIT_NO when the latest revision is not what was filed: a wait would then be for that. */
static int wait_safe(struct filing *filing, const struct report *report, int64_t deadline_ms)
{
    const struct timespec pause = {.tv_nsec = SAFE_POLL_MS * 1000000L};
    bool is_english = filing->common->is_english;
    uint8_t content[WIRE_DIGEST_SIZE];
    content_of(report, content);
    for (;;) {
        struct filing_base latest = {0};
        bool is_safe = false;
        int status = fetch(filing, &report->key, &latest, &is_safe);
        if (status != EXIT_DONE)
            return status;
        report_fini(&latest.report);
        if (latest.revision > 0 && memcmp(latest.content, content, sizeof(content)) != 0) {
            uint32_t index = tree_find(filing->tree, report->key.unit);
            command_say(words(is_english, WORD_FILING_REPLACED), latest.revision,
                        filing->tree->nodes[index].version->code,
                        catalogue_form(filing->catalogue, report->key.form)->code);
            return EXIT_NO;
        }
        if (is_safe)
            return EXIT_DONE;
        if (clock_now_ms() >= deadline_ms) {
            command_say("%s", words(is_english, WORD_FILING_NOT_SAFE));
            return EXIT_UNKNOWN;
        }
        (void)nanosleep(&pause, NULL); /* cut short by a signal: asked a little early */
    }
}

int filing_wait_safe(struct filing *filing, const struct report *const *reports, size_t count)
{
    int64_t deadline_ms = clock_now_ms() + filing->common->timeout_ms;
    bool has_parent = false, is_replaced = false;
    int status = ask_has_parent(filing, &has_parent);
    if (status == EXIT_DONE && !has_parent) {
        command_say("%s", words(filing->common->is_english, WORD_FILING_NO_PARENT));
        return EXIT_NO;
    }
    for (size_t i = 0; status == EXIT_DONE && i < count; i++) {
        status = wait_safe(filing, reports[i], deadline_ms);
        if (status == EXIT_NO) {
            is_replaced = true;
            status = EXIT_DONE; /* the others are waited for all the same */
        }
    }
    return status == EXIT_DONE && is_replaced ? EXIT_NO : status;
}

/* ---- author and reason ---- */

static bool check_text(const struct common *common, const char *name, const char *option,
                       const char *text, size_t max_bytes, bool may_have_lines)
{
    size_t len = strlen(text);
    if (len <= max_bytes && utf8_is_plain(text, len) &&
        (may_have_lines || strpbrk(text, "\n\t") == NULL))
        return true;
    (void)command_usage(name, words(common->is_english, WORD_FILING_BAD_TEXT), option, max_bytes);
    return false;
}

char *filing_author(const struct common *common, const char *name, const char *option)
{
    const char *text = option != NULL ? option : getenv("TONGHOP_AUTHOR");
    if (text == NULL || text[0] == '\0') {
        const struct passwd *user = getpwuid(getuid());
        text = user != NULL ? user->pw_name : "";
    }
    return check_text(common, name, "--author", text, REPORT_AUTHOR_MAX, false) ? mem_strdup(text)
                                                                                : NULL;
}

char *filing_reason(const struct common *common, const char *name, const char *option)
{
    const char *text = option != NULL ? option : "";
    return check_text(common, name, "--reason", text, REPORT_REASON_MAX, true) ? mem_strdup(text)
                                                                               : NULL;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\n")] == '\0';
}

bool filing_check_text(const struct common *common, const char *name, const char *option,
                       const char *text, size_t max_bytes)
{
    if (text == NULL)
        return true;
    if (is_blank(text)) {
        (void)command_usage(name, words(common->is_english, WORD_OPTION_NO_VALUE), option);
        return false;
    }
    return check_text(common, name, option, text, max_bytes, true);
}

char *filing_source(const struct common *common, const char *name, const char *option)
{
    if (!filing_check_text(common, name, "--source", option, REPORT_SOURCE_MAX))
        return NULL;
    return mem_strdup(option != NULL ? option : "");
}

bool filing_check_note(const struct common *common, const char *name, const char *option)
{
    if (option != NULL && is_blank(option)) {
        (void)command_usage(name, "%s", words(common->is_english, WORD_FILING_NOTE_NEEDED));
        return false;
    }
    return filing_check_text(common, name, "--accept-warnings", option, REPORT_NOTE_MAX);
}
