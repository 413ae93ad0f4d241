/* Notices in an export: what one says, and its bytes. Private to daemon/export. */
#ifndef EXPORT_NOTICES_H
#define EXPORT_NOTICES_H

#include "export/given.h"
#include "wire/wire.h"

/* `bytes` are those that the store holds, `notice` what they say; the catalogue in force names
 * unit, form and indicators. */
json_t *line_of_notice(const struct catalogue *catalogue, const Tonghop__Notice *notice,
                       struct span bytes);

/* What import has to remember from line to line. */
struct import_notices {
    bool has_notice;
    struct notice_key last;
};
/* Puts what the line says; ERR_MALFORMED with the problem in `given`. `bytes`, `scratch` and
 * `arena` are used. */
enum err import_take_notice(struct import_notices *notices, const struct catalogue *catalogue,
                            struct store_txn *txn, struct given *given, struct arena *arena,
                            struct buf *bytes, struct buf *scratch);

#endif
