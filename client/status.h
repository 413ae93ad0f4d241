/* What a node says of its health, as people and as programs read it. */
#ifndef CLIENT_STATUS_H
#define CLIENT_STATUS_H

#include "client/command.h"
#include "client/table.h"

/* One row for people, a column for each line: what an operator looks at every day, or all of it.
 * The caller frees it. */
struct table *status_table_text(bool is_english, bool is_all, const Tonghop__Status *status);
/* One row for programs: the same keys whatever there is; likewise. */
struct table *status_table_record(const Tonghop__Status *status);
/* The nodes beneath; for people only those that are not connected, unless `is_all`. Likewise. */
struct table *status_table_children(const struct common *common, bool is_all,
                                    const Tonghop__Status *status);

#endif
