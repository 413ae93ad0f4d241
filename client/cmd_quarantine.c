/* `tonghop quarantine`: what this node was sent and could not process, and saying that it has been
 * dealt with. */
#include "client/table.h"
#include "client/words.h"
#include "text/number.h"

enum { TABLE_COLUMNS = 5 };

static void add_entry(const Tonghop__QuarantineEntry *entry, struct table *table)
{
    char key[KEY_TEXT_SIZE], received[INSTANT_TEXT_SIZE];
    table_addf(table, "%llu", (unsigned long long)entry->number);
    table_add(table, instant_format((struct instant){entry->received_us}, received));
    table_add(table, entry->key.len > 0 ? key_format(entry->key.data, key) : NULL);
    table_addf(table, "%u", entry->size);
    table_add(table, entry->reason);
}
