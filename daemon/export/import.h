/* Taking an export line by line. Private to daemon/export, and its tests. */
#ifndef EXPORT_IMPORT_H
#define EXPORT_IMPORT_H

#include "export/export.h"
#include "export/given.h"

struct import;

/* An import of `unit`. */
struct import *import_new(uint32_t unit);
void import_free(struct import **import);

/* Puts what the next line says; `line` is without its line end. ERR_MALFORMED, ERR_VERSION,
 * ERR_FOREIGN: import_problem says why; any other error is the transaction's. After an error
 * nothing more is taken. */
enum err import_take(struct import *import, struct store_txn *txn, struct span line);
/* That the last line was there; as import_take. */
enum err import_finish(struct import *import);

/* Of the first failure: the line, from 1, and what is wrong there. */
const struct given_problem *import_problem(const struct import *import, uint64_t *ret_line);
void import_get_counts(const struct import *import, struct export_counts *ret_counts);

#endif
