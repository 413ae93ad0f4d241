/* `tonghop keys`: which keys are enrolled here, and which are connected. */
#include <string.h>

#include "client/role.h"
#include "client/table.h"
#include "client/words.h"

static void add_entry(const struct common *common, const Tonghop__KeyEntry *entry,
                      struct table *table)
{
    bool is_text = common->output == OUTPUT_TEXT;
    bool is_english = common->is_english;
    char key[KEY_TEXT_SIZE], changed[INSTANT_TEXT_SIZE];

    table_add(table, key_format(entry->key.data, key));
    table_addf(table, "%u", entry->unit);
    table_add(table, is_text ? role_word(is_english, entry->role) : role_name(entry->role));
    table_add(table, entry->name);
    table_add(table, words(is_english || !is_text,
                           entry->revoked ? WORD_KEYS_REVOKED : WORD_KEYS_ENROLLED));
    table_add(table, instant_format((struct instant){entry->changed_us}, changed));
    table_add(table, words(is_english || !is_text, entry->connected ? WORD_YES : WORD_NO));
}

static void print_keys(const struct common *common, const Tonghop__Keys *keys)
{
    static const struct heading columns[] = {
        {"key", WORD_KEYS_KEY, TABLE_LEFT},
        {"unit", WORD_KEYS_UNIT, TABLE_RIGHT},
        {"role", WORD_KEYS_ROLE, TABLE_LEFT},
        {"name", WORD_KEYS_NAME, TABLE_LEFT},
        {"state", WORD_KEYS_STATE, TABLE_LEFT},
        {"changed", WORD_KEYS_CHANGED, TABLE_LEFT},
        {"connected", WORD_KEYS_CONNECTED, TABLE_LEFT},
    };
    struct table *table = table_new();
    table_add_headings(table, common->is_english, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < keys->n_entries; i++)
        add_entry(common, keys->entries[i], table);
    table_print(table, common->output, stdout);
    table_free(&table);
}

static int run_keys(const struct common *common, int argc, char **argv)
{
    Tonghop__KeysQuery query = TONGHOP__KEYS_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    struct connection *connection = NULL;

    if (!command_parse(common, argc, argv, NULL, 0))
        return EXIT_INPUT;
    request.body_case = TONGHOP__ENVELOPE__BODY_KEYS_QUERY;
    request.keys_query = &query;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status =
            command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_KEYS, &answer);
    if (status == EXIT_DONE) {
        print_keys(common, answer->keys);
        if (answer->keys->n_entries == 0)
            command_say("%s", words(common->is_english, WORD_KEYS_EMPTY));
    }
    connection_close(&connection);
    return status;
}

const struct command command_keys = {
    .name = "keys",
    .arguments = "",
    .summary = "list the keys that are enrolled at this node",
    .summary_vi = "liệt kê các khóa đã đăng ký ở nút này",
    .help = "Also those that were revoked; `connected` says whether a key is in use now.\n",
    .help_vi = "Kể cả khóa đã thu hồi; cột “Đang nối” cho biết khóa có đang được dùng không.\n",
    .run = run_keys,
};
