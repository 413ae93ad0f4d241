/* Receipts as they are kept: reading a file of them, and what a node that was asked says of one. */
#ifndef CLIENT_RECEIPT_H
#define CLIENT_RECEIPT_H

#include "client/selection.h"
#include "client/table.h"

enum { RECEIPT_FIELD_SIZE = 128, RECEIPT_HEX_SIZE = 2 * WIRE_DIGEST_SIZE + 1 };

/* What a receipt says; the keys are the same in every language, because programs read them. */
struct receipt {
    char unit[RECEIPT_FIELD_SIZE]; /* its code; of a receipt without `unit_id`, that */
    char unit_id[RECEIPT_FIELD_SIZE], period[RECEIPT_FIELD_SIZE], kind[RECEIPT_FIELD_SIZE],
        form[RECEIPT_FIELD_SIZE], revision[RECEIPT_FIELD_SIZE], content[RECEIPT_FIELD_SIZE],
        received[RECEIPT_FIELD_SIZE];
};
struct receipts {
    struct receipt *items;
    size_t count, capacity;
};

/* All receipts of a file ("-": standard input), each whole. Prints what is wrong and returns false.
 * The caller frees the items, in any case. */
bool receipts_read(const struct common *common, const char *path, struct receipts *ret_receipts);

/* Says what the node holds of it: as text at once, else as a row of the table. EXIT_DONE: the very
 * same; EXIT_UNKNOWN: the node is of a version that does not tell; else EXIT_NO. `selection` is
 * what the node was asked. */
int receipt_check(const struct common *common, const struct receipt *receipt,
                  const struct selection *selection, const Tonghop__History *history,
                  struct table *table);
void receipt_add_keys(struct table *table);

/* A digest in text, RECEIPT_HEX_SIZE bytes; returns `out`. */
const char *receipt_hex(ProtobufCBinaryData bytes, char *out);

#endif
