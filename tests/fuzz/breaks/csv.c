/* A field with a quote in it is left empty when the command prints it.
 *
 * Law: a table that is written has the same rows */
#include <string.h>

#include "client/table.h"

void __real_table_add(struct table *table, const char *text);
void __wrap_table_add(struct table *table, const char *text);

void __wrap_table_add(struct table *table, const char *text)
{
    __real_table_add(table, strchr(text, '"') != NULL ? "" : text);
}
