/* One form at a time, so that nobody decides about what they have not looked at. */
#include "client/mark.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/filing.h"
#include "client/selection.h"
#include "client/words.h"
#include "core/mem.h"

enum { REASON_SIZE = 256 };

struct asked {
    const struct common *common;
    const char *name; /* of the command */
    uint8_t bit;
    struct selection selection;
    const char *form, *revision_text, *reason;
    uint64_t revision;  /* 0: the latest */
    const char **cells; /* codes, which belong to argv */
    size_t cell_count;
};

/* ---- arguments ---- */

/* Takes every `--cell CODE` out of the arguments, which command_parse would take once. False: one
 * has no value. */
static bool take_cells(struct asked *asked, int *argc, char **argv)
{
    int kept = 1;
    asked->cells = mem_calloc((size_t)*argc, sizeof(*asked->cells));
    for (int i = 1; i < *argc; i++) {
        const char *value = NULL;
        if (!command_option(*argc, argv, &i, "--cell", &value)) {
            argv[kept++] = argv[i];
            continue;
        }
        if (value == NULL || value[0] == '\0')
            return false;
        asked->cells[asked->cell_count++] = value;
    }
    *argc = kept;
    return true;
}

static bool read_revision(struct asked *asked)
{
    const char *text = asked->revision_text;
    char *end;
    if (text == NULL)
        return true;
    unsigned long long number = strtoull(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && number > 0 &&
        number <= WIRE_REVISION_MAX) {
        asked->revision = number;
        return true;
    }
    (void)command_usage(asked->name, words(asked->common->is_english, WORD_OPTION_NUMBER),
                        "--revision");
    return false;
}

static bool read_arguments(struct asked *asked, int argc, char **argv)
{
    const struct common *common = asked->common;
    bool is_return = asked->bit == STATE_RETURNED;
    const struct argument arguments[] = {
        {.name = "UNIT", .value = &asked->selection.unit_text, .is_needed = true},
        SELECTION_PERIOD(asked->selection),
        SELECTION_KIND(asked->selection),
        {.name = "--form", .value = &asked->form},
        {.name = "--revision", .value = &asked->revision_text},
        {.name = "--reason", .value = &asked->reason, .is_needed = true}, /* of `return` alone */
    };
    size_t count = sizeof(arguments) / sizeof(arguments[0]) - (is_return ? 0 : 1);
    if (is_return && !take_cells(asked, &argc, argv)) {
        (void)command_usage(asked->name, words(common->is_english, WORD_OPTION_NO_VALUE), "--cell");
        return false;
    }
    return command_parse(common, argc, argv, arguments, count) &&
           selection_check(common, asked->name, &asked->selection) && read_revision(asked) &&
           filing_check_text(common, asked->name, "--reason", asked->reason, REPORT_REASON_MAX);
}

/* ---- what it is about ---- */

/* The form's latest revision. EXIT_DONE or the exit status. */
static int choose_entry(const struct asked *asked, const Tonghop__History *history,
                        const Tonghop__HistoryEntry **ret_entry)
{
    bool is_english = asked->common->is_english;
    const Tonghop__HistoryEntry *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < history->n_entries; i++) {
        if (!history->entries[i]->is_latest)
            continue;
        found = history->entries[i];
        count++;
    }
    if (count == 0) {
        selection_say_nothing_filed(asked->common, &asked->selection, history->unit, asked->form);
        return EXIT_NO;
    }
    if (count > 1) {
        command_say("%s", words(is_english, WORD_MARK_WHICH_FORM));
        for (size_t i = 0; i < history->n_entries; i++)
            if (history->entries[i]->is_latest)
                (void)fprintf(stderr, "  --form %s\n", history->entries[i]->form);
        return EXIT_INPUT;
    }
    *ret_entry = found;
    return EXIT_DONE;
}

static int find_entry(const struct asked *asked, struct connection *connection, Tonghop__Key *key,
                      uint64_t *ret_latest)
{
    char period[PERIOD_TEXT_SIZE];
    Tonghop__HistoryQuery query = TONGHOP__HISTORY_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    const Tonghop__HistoryEntry *entry = NULL;
    query.kind = asked->selection.kind;
    query.period = selection_period(&asked->selection, period);
    query.unit = selection_unit(&asked->selection);
    query.form = command_request_text(asked->form);
    request.body_case = TONGHOP__ENVELOPE__BODY_HISTORY_QUERY;
    request.history_query = &query;
    int status = command_request(asked->common, connection, &request,
                                 TONGHOP__ENVELOPE__BODY_HISTORY, &answer);
    if (status == EXIT_DONE)
        status = choose_entry(asked, answer->history, &entry);
    if (status != EXIT_DONE)
        return status;
    *key = *entry->key;
    *ret_latest = entry->revision;
    return EXIT_DONE;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Numbers of the cells, rising, each once. */
static int find_cells(const struct asked *asked, struct connection *connection,
                      uint32_t *ret_numbers, size_t *ret_count)
{
    char reason[REASON_SIZE] = "";
    bool is_english = asked->common->is_english;
    struct catalogue *catalogue = NULL;
    size_t count = 0;
    int status = EXIT_DONE;
    *ret_count = 0;
    if (asked->cell_count == 0)
        return EXIT_DONE;
    enum err err = connection_fetch_catalogue(connection, &catalogue, reason);
    if (err != ERR_OK)
        return command_print_failure(asked->common, err, reason);
    for (size_t i = 0; i < asked->cell_count && status == EXIT_DONE; i++) {
        const struct indicator *indicator = catalogue_indicator_by_code(catalogue, asked->cells[i]);
        if (indicator != NULL)
            ret_numbers[i] = indicator->number;
        else
            status = command_usage(asked->name, words(is_english, WORD_MARK_NO_INDICATOR),
                                   asked->cells[i]);
    }
    catalogue_free(&catalogue);
    if (status != EXIT_DONE)
        return status;
    qsort(ret_numbers, asked->cell_count, sizeof(*ret_numbers), by_number);
    for (size_t i = 0; i < asked->cell_count; i++)
        if (count == 0 || ret_numbers[count - 1] != ret_numbers[i])
            ret_numbers[count++] = ret_numbers[i];
    if (count > WIRE_NOTICE_CELLS_MAX)
        return command_usage(asked->name, words(is_english, WORD_MARK_MANY_CELLS),
                             WIRE_NOTICE_CELLS_MAX);
    *ret_count = count;
    return EXIT_DONE;
}

/* ---- the command ---- */

static int decide(const struct asked *asked, struct connection *connection)
{
    Tonghop__Key key;
    Tonghop__Mark mark = TONGHOP__MARK__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    uint64_t latest = 0;
    uint32_t *numbers = mem_calloc(asked->cell_count + 1, sizeof(*numbers));
    int status = find_entry(asked, connection, &key, &latest);
    if (status == EXIT_DONE)
        status = find_cells(asked, connection, numbers, &mark.n_indicators);
    mark.key = &key;
    mark.revision = asked->revision != 0 ? asked->revision : latest;
    mark.states = asked->bit;
    mark.reason = command_request_text(asked->reason);
    mark.indicators = numbers;
    request.body_case = TONGHOP__ENVELOPE__BODY_MARK;
    request.mark = &mark;
    if (status == EXIT_DONE)
        status = command_request(asked->common, connection, &request, TONGHOP__ENVELOPE__BODY_DONE,
                                 &answer);
    if (status == EXIT_DONE)
        command_say_long(answer->done->text); /* in our language: what is done, or was already */
    free(numbers);
    return status;
}

int mark_run(const struct common *common, const char *name, uint8_t bit, int argc, char **argv)
{
    struct asked asked = {.common = common, .name = name, .bit = bit};
    struct connection *connection = NULL;
    int status = EXIT_INPUT;
    if (read_arguments(&asked, argc, argv)) {
        status = command_connect(common, &connection);
        if (status == EXIT_DONE)
            status = decide(&asked, connection);
        connection_close(&connection);
    }
    free(asked.cells);
    return status;
}
