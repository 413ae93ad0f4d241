/* `tonghop quarantine`: what the node was sent and could not process, or set aside in a fork; the
 * figures of one, to be filed again; and saying that somebody has dealt with it. */
#include <inttypes.h>
#include <stdlib.h>

#include "client/cells.h"
#include "client/words.h"
#include "core/mem.h"
#include "core/tree.h"

enum { REASON_SIZE = 256 };

/* A message that opened as a filing. */
struct shown {
    const struct common *common;
    uint64_t number;
    char *why; /* it is in quarantine */
    struct report report;
    struct catalogue *catalogue; /* in force at the node */
};

/* ---- the list ---- */

static const char *yes_or_no(const struct common *common, bool is_yes)
{
    return words(common->is_english || common->output != OUTPUT_TEXT, is_yes ? WORD_YES : WORD_NO);
}

static void add_entry(const struct common *common, const Tonghop__QuarantineEntry *entry,
                      struct table *table)
{
    char key[KEY_TEXT_SIZE], received[INSTANT_TEXT_SIZE];
    table_addf(table, "%llu", (unsigned long long)entry->number);
    table_add(table, instant_format((struct instant){entry->received_us}, received));
    table_add(table, entry->key.len > 0 ? key_format(entry->key.data, key) : NULL);
    table_addf(table, "%u", entry->size);
    table_add(table, yes_or_no(common, entry->kept));
    table_add(table, entry->reason);
}

static void print_quarantine(const struct common *common, const Tonghop__Quarantine *quarantine)
{
    static const struct heading columns[] = {
        {"number", WORD_COLUMN_NUMBER, TABLE_RIGHT}, {"received", WORD_COLUMN_RECEIVED, TABLE_LEFT},
        {"key", WORD_KEYS_KEY, TABLE_LEFT},          {"size", WORD_COLUMN_SIZE, TABLE_RIGHT},
        {"kept", WORD_COLUMN_KEPT, TABLE_LEFT},      {"reason", WORD_COLUMN_REASON, TABLE_LEFT},
    };
    struct table *table = table_new();
    table_add_headings(table, common->is_english, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < quarantine->n_entries; i++)
        add_entry(common, quarantine->entries[i], table);
    table_print(table, common->output, stdout);
    table_free(&table);
    if (quarantine->n_entries == 0)
        command_say("%s", words(common->is_english, WORD_QUARANTINE_EMPTY));
}

/* One message, or with number 0 the list. Exit status. */
static int ask(const struct common *common, struct connection *connection, int64_t number,
               const Tonghop__Quarantine **ret_quarantine)
{
    Tonghop__QuarantineQuery query = TONGHOP__QUARANTINE_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    query.number = (uint64_t)number;
    request.body_case = TONGHOP__ENVELOPE__BODY_QUARANTINE_QUERY;
    request.quarantine_query = &query;
    int status =
        command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_QUARANTINE, &answer);
    if (status == EXIT_DONE)
        *ret_quarantine = answer->quarantine;
    return status;
}

static int list(const struct common *common, struct connection *connection)
{
    const Tonghop__Quarantine *quarantine = NULL;
    int status = ask(common, connection, 0, &quarantine);
    if (status == EXIT_DONE)
        print_quarantine(common, quarantine);
    return status;
}

/* ---- one of them ---- */

/* In the tree of its period; one that is not there, or no longer, is named by its id. */
static void add_unit(const struct shown *shown, struct table *table)
{
    const struct report_key *key = &shown->report.key;
    struct tree *tree = tree_new(shown->catalogue, key->period);
    uint32_t index = tree_find(tree, key->unit);
    if (index != TREE_NONE) {
        const struct unit_version *version = tree->nodes[index].version;
        table_addf(table, "%s %s (id:%" PRIu32 ")", version->code,
                   unit_name(version, shown->common->is_english), key->unit);
    } else {
        table_addf(table, "id:%" PRIu32, key->unit);
    }
    tree_free(&tree);
}

static void add_form(const struct shown *shown, struct table *table)
{
    const struct form *form = catalogue_form(shown->catalogue, shown->report.key.form);
    if (form != NULL)
        table_add(table, form->code);
    else
        table_addf(table, "%" PRIu32, shown->report.key.form);
}

static void print_facts(const struct shown *shown)
{
    static const enum word headings[] = {
        WORD_COLUMN_NUMBER, WORD_COLUMN_WHY_THERE, WORD_KEYS_UNIT,    WORD_COLUMN_PERIOD,
        WORD_COLUMN_KIND,   WORD_COLUMN_FORM,      WORD_COLUMN_SCOPE, WORD_COLUMN_WITHDRAWN,
        WORD_COLUMN_AUTHOR, WORD_COLUMN_REASON,    WORD_COLUMN_MARKS,
    };
    const struct common *common = shown->common;
    const struct report *report = &shown->report;
    bool is_english = common->is_english;
    char period[PERIOD_TEXT_SIZE];
    struct table *table = table_new();
    for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
        table_add_column(table, "", words(is_english, headings[i]), TABLE_LEFT);
    table_addf(table, "%" PRIu64, shown->number);
    table_add(table, shown->why);
    add_unit(shown, table);
    table_add(table, period_format(report->key.period, period));
    table_add(table,
              words(is_english, report->key.kind == KIND_PLAN ? WORD_KIND_PLAN : WORD_KIND_ACTUAL));
    add_form(shown, table);
    table_add(table,
              words(is_english, report->scope == SCOPE_WHOLE ? WORD_SCOPE_WHOLE : WORD_SCOPE_OWN));
    table_add(table, yes_or_no(common, report->is_withdrawn));
    table_add(table, report->author);
    table_add(table, report->reason);
    table_add(table, cells_note(report, 0));
    table_print_record(table, OUTPUT_TEXT, stdout);
    table_free(&table);
}

/* With a form that the catalogue does not know it cannot be filed. */
static void say_how_to_file(const struct shown *shown)
{
    const struct report *report = &shown->report;
    const struct form *form = catalogue_form(shown->catalogue, report->key.form);
    bool has_cells = report->cell_count > 0;
    bool is_english = shown->common->is_english;
    char period[PERIOD_TEXT_SIZE];
    if (form == NULL)
        return;
    char *command = mem_printf("tonghop submit %s%s --unit id:%" PRIu32 " --period %s%s%s",
                               has_cells              ? words(is_english, WORD_QUARANTINE_FILE)
                               : report->is_withdrawn ? "--withdraw "
                                                      : "--nil ",
                               has_cells ? "" : form->code, report->key.unit,
                               period_format(report->key.period, period),
                               report->key.kind == KIND_PLAN ? " --kind plan" : "",
                               report->scope == SCOPE_WHOLE ? " --scope whole" : "");
    command_say(words(is_english,
                      has_cells ? WORD_QUARANTINE_FILE_AGAIN : WORD_QUARANTINE_FILE_EMPTY_AGAIN),
                command);
    free(command);
}

/* One table for programs, whose CSV `tonghop submit` takes; for people also what it is about. */
static void print_shown(const struct shown *shown)
{
    bool is_text = shown->common->output == OUTPUT_TEXT;
    struct cells cells = {
        .common = shown->common, .catalogue = shown->catalogue, .with_name = is_text};
    struct table *table = table_new();
    cells_add_columns(&cells, table);
    for (size_t i = 0; i < shown->report.cell_count; i++)
        cells_add_row(&cells, &shown->report, &shown->report.cells[i], table);
    if (is_text) {
        print_facts(shown);
        (void)printf("\n");
    }
    table_print(table, shown->common->output, stdout);
    table_free(&table);
    say_how_to_file(shown);
}

/* Copies what is needed of the answer, which ends with the next request. Exit status. */
static int open_entry(const Tonghop__QuarantineEntry *entry, struct shown *shown)
{
    struct wire_filing opened;
    char reason[REASON_SIZE] = "";
    struct arena *arena = arena_new(WIRE_ARENA_MAX);
    enum err err = wire_open_filing((struct span){entry->content.data, entry->content.len}, arena,
                                    &opened, &shown->report, reason, sizeof(reason));
    arena_free(&arena);
    if (err != ERR_OK) {
        command_say(words(shown->common->is_english, WORD_QUARANTINE_NO_REPORT),
                    (long long)entry->number, entry->size, entry->reason);
        return EXIT_NO;
    }
    shown->number = entry->number;
    shown->why = mem_strdup(entry->reason);
    return EXIT_DONE;
}

static int show(const struct common *common, struct connection *connection, int64_t number)
{
    struct shown shown = {.common = common};
    const Tonghop__Quarantine *quarantine = NULL;
    char reason[CONNECTION_REASON_SIZE] = "";
    int status = ask(common, connection, number, &quarantine);
    if (status != EXIT_DONE)
        return status;
    if (quarantine->n_entries != 1 || quarantine->entries[0]->number != (uint64_t)number) {
        command_say(words(common->is_english, WORD_OTHER_ANSWER), "quarantine");
        return EXIT_UNKNOWN;
    }
    status = open_entry(quarantine->entries[0], &shown);
    if (status != EXIT_DONE)
        goto out;
    enum err err = connection_fetch_catalogue(connection, &shown.catalogue, reason);
    if (err == ERR_OK)
        print_shown(&shown);
    else
        status = command_print_failure(common, err, reason);
out:
    catalogue_free(&shown.catalogue);
    report_fini(&shown.report);
    free(shown.why);
    return status;
}

/* ---- clearing ---- */

/* One message, or with number 0 all that are not kept. */
static int clear(const struct common *common, struct connection *connection, int64_t number)
{
    Tonghop__QuarantineClear message = TONGHOP__QUARANTINE_CLEAR__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    message.all = number == 0;
    message.number = (uint64_t)number;
    request.body_case = TONGHOP__ENVELOPE__BODY_QUARANTINE_CLEAR;
    request.quarantine_clear = &message;
    int status =
        command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_DONE, &answer);
    if (status != EXIT_DONE)
        return status;
    if (message.all)
        command_say("%s", answer->done->text); /* in our language: what is gone, what is left */
    else
        command_say(words(common->is_english, WORD_QUARANTINE_CLEARED_ONE), (long long)number);
    return status;
}

static int run_quarantine(const struct common *common, int argc, char **argv)
{
    bool is_clear = false;
    const char *clear_text = NULL, *show_text = NULL;
    const struct argument arguments[] = {
        {.name = "--clear", .is_given = &is_clear},
        {.name = "--show", .value = &show_text},
        {.name = "NUMBER", .value = &clear_text},
    };
    int64_t number = 0;
    struct connection *connection = NULL;

    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])))
        return EXIT_INPUT;
    if (is_clear && show_text != NULL)
        return command_usage("quarantine", words(common->is_english, WORD_ARGUMENT_EXTRA),
                             "--clear");
    if (clear_text != NULL && !is_clear)
        return command_usage("quarantine", words(common->is_english, WORD_ARGUMENT_EXTRA),
                             clear_text);
    const char *text = is_clear ? clear_text : show_text;
    if (text != NULL && (number_parse(text, 0, NUMBER_PLAIN, &number) != ERR_OK || number < 1))
        return command_usage("quarantine", words(common->is_english, WORD_OPTION_CHOICE), "NUMBER",
                             "1 | 2 | 3 ...");
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE && is_clear)
        status = clear(common, connection, number);
    else if (status == EXIT_DONE)
        status = show_text != NULL ? show(common, connection, number) : list(common, connection);
    connection_close(&connection);
    return status;
}

const struct command command_quarantine = {
    .name = "quarantine",
    .arguments = "[--show NUMBER | --clear [NUMBER]]",
    .summary = "show what this node could not process, and clear it",
    .summary_vi = "xem những gì nút này không xử lý được, và xóa khi đã xem xét",
    .help = "Messages that are malformed, or from a node that may not speak for the unit, are kept "
            "with\n"
            "their reason, the oldest first; then, as `kept`, filings that gave way to another one "
            "under\n"
            "the same number. `tonghop status` says that the node is not well until they are "
            "cleared.\n"
            "Without a key, a message came over the local socket or from the node above, or was "
            "filed\n"
            "here.\n\n"
            "  --show NUMBER    if that message is a report: who made it, for what, and its "
            "figures;\n"
            "                   with --format csv a file for `tonghop submit`\n"
            "  --clear NUMBER   delete that message\n"
            "  --clear          delete all that are not kept, and end all alarms; an alarm whose "
            "cause\n"
            "                   is still there comes back\n\n"
            "Example:\n"
            "  tonghop quarantine --show 7 --format csv > report.csv\n",
    .help_vi =
        "Thông điệp sai dạng, hoặc của nút không có quyền nói thay đơn vị đó, được giữ lại kèm lý "
        "do,\n"
        "cũ nhất đứng trước; sau đó là các báo cáo “được giữ”: đã phải nhường cho một báo cáo "
        "khác\n"
        "mang cùng số. `tonghop status` còn báo có vấn đề cho đến khi chúng được xóa. Không có "
        "khóa\n"
        "nghĩa là đến từ máy này hoặc từ nút cấp trên.\n\n"
        "  --show SỐ    nếu thông điệp đó là một báo cáo: ai lập, cho đơn vị và kỳ nào, và các số\n"
        "               liệu; với --format csv thì thành tệp cho `tonghop submit`\n"
        "  --clear SỐ   xóa thông điệp đó\n"
        "  --clear      xóa tất cả trừ những gì được giữ, và tắt mọi báo động; báo động nào còn\n"
        "               nguyên nhân thì sẽ có lại\n\n"
        "Ví dụ:\n"
        "  tonghop quarantine --show 7 --format csv > bao-cao.csv\n",
    .run = run_quarantine,
};
