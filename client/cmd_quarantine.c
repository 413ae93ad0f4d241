/* `tonghop quarantine`: what the node was sent and could not process, and saying that somebody has
 * dealt with it. */
#include "client/table.h"
#include "client/words.h"

static void add_entry(const Tonghop__QuarantineEntry *entry, struct table *table)
{
    char key[KEY_TEXT_SIZE], received[INSTANT_TEXT_SIZE];
    table_addf(table, "%llu", (unsigned long long)entry->number);
    table_add(table, instant_format((struct instant){entry->received_us}, received));
    table_add(table, entry->key.len > 0 ? key_format(entry->key.data, key) : NULL);
    table_addf(table, "%u", entry->size);
    table_add(table, entry->reason);
}

static void print_quarantine(const struct common *common, const Tonghop__Quarantine *quarantine)
{
    static const struct {
        const char *key;
        enum word heading;
        enum table_align align;
    } columns[] = {
        {"number", WORD_COLUMN_NUMBER, TABLE_RIGHT}, {"received", WORD_COLUMN_RECEIVED, TABLE_LEFT},
        {"key", WORD_KEYS_KEY, TABLE_LEFT},          {"size", WORD_COLUMN_SIZE, TABLE_RIGHT},
        {"reason", WORD_COLUMN_REASON, TABLE_LEFT},
    };
    struct table *table = table_new();
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        table_add_column(table, columns[i].key, words(common->is_english, columns[i].heading),
                         columns[i].align);
    for (size_t i = 0; i < quarantine->n_entries; i++)
        add_entry(quarantine->entries[i], table);
    table_print(table, common->output, stdout);
    table_free(&table);
    if (quarantine->n_entries == 0)
        command_say("%s", words(common->is_english, WORD_QUARANTINE_EMPTY));
}

static int show(const struct common *common, struct connection *connection)
{
    Tonghop__QuarantineQuery query = TONGHOP__QUARANTINE_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    request.body_case = TONGHOP__ENVELOPE__BODY_QUARANTINE_QUERY;
    request.quarantine_query = &query;
    int status =
        command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_QUARANTINE, &answer);
    if (status == EXIT_DONE)
        print_quarantine(common, answer->quarantine);
    return status;
}

/* One message, or with number 0 everything. */
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
        command_say("%s", words(common->is_english, WORD_QUARANTINE_CLEARED));
    else
        command_say(words(common->is_english, WORD_QUARANTINE_CLEARED_ONE), (long long)number);
    return status;
}

static int run_quarantine(const struct common *common, int argc, char **argv)
{
    bool is_clear = false;
    const char *text = NULL;
    const struct argument arguments[] = {
        {.name = "--clear", .is_given = &is_clear},
        {.name = "NUMBER", .value = &text},
    };
    int64_t number = 0;
    struct connection *connection = NULL;

    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])))
        return EXIT_INPUT;
    if (text != NULL && !is_clear)
        return command_usage("quarantine", words(common->is_english, WORD_ARGUMENT_EXTRA), text);
    if (text != NULL && (number_parse(text, 0, NUMBER_PLAIN, &number) != ERR_OK || number < 1))
        return command_usage("quarantine", words(common->is_english, WORD_OPTION_CHOICE), "NUMBER",
                             "1 | 2 | 3 ...");
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status = is_clear ? clear(common, connection, number) : show(common, connection);
    connection_close(&connection);
    return status;
}

const struct command command_quarantine = {
    .name = "quarantine",
    .arguments = "[--clear [NUMBER]]",
    .summary = "show what this node could not process, and clear it",
    .summary_vi = "xem những gì nút này không xử lý được, và xóa khi đã xem xét",
    .help = "Messages that are malformed, or from a node that may not speak for the unit, are kept "
            "with\n"
            "their reason, the oldest first. `tonghop status` says that the node is not well until "
            "they\n"
            "are cleared. Without a key, a message came over the local socket or from the node "
            "above.\n\n"
            "  --clear NUMBER   delete that message\n"
            "  --clear          delete all of them, and end all alarms; an alarm whose cause is "
            "still\n"
            "                   there comes back\n",
    .help_vi =
        "Thông điệp sai dạng, hoặc của nút không có quyền nói thay đơn vị đó, được giữ lại kèm lý "
        "do,\n"
        "cũ nhất đứng trước. `tonghop status` còn báo có vấn đề cho đến khi chúng được xóa. Không\n"
        "có khóa nghĩa là đến từ máy này hoặc từ nút cấp trên.\n\n"
        "  --clear SỐ   xóa thông điệp đó\n"
        "  --clear      xóa tất cả và tắt mọi báo động; báo động nào còn nguyên nhân thì sẽ có "
        "lại\n",
    .run = run_quarantine,
};
