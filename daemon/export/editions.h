/* Editions in an export: their bytes, what they say, and the catalogues that they name and that are
 * in force no more. Private to daemon/export. */
#ifndef EXPORT_EDITIONS_H
#define EXPORT_EDITIONS_H

#include "export/given.h"
#include "wire/edition.h"

/* A piece of the bytes of a catalogue that is kept for editions. */
json_t *line_of_kept(const struct catalogue_meta *meta, uint32_t index, struct span bytes);
/* `bytes` are those that the store holds; the catalogue in force names the unit. */
json_t *line_of_edition(const struct catalogue *catalogue, const struct edition *edition,
                        struct span bytes);

/* The numbers of the catalogues that editions name, but for `in_force`, in rising order; the caller
 * frees. Errors are sticky. */
uint32_t *editions_catalogues(struct store_txn *txn, uint32_t in_force, size_t *ret_count);

/* What import has to remember from line to line. */
struct import_editions {
    struct catalogue_meta kept; /* of the catalogue whose bytes come; number 0: none came yet */
    struct buf kept_bytes;      /* of it, so far */
    bool has_edition;
    struct edition_key last;
};
void import_editions_fini(struct import_editions *editions);
/* Whether bytes of the last catalogue are missing. */
bool import_editions_lack(const struct import_editions *editions);
/* Each puts what the line says; ERR_MALFORMED with the problem in `given`. `bytes` and `scratch`
 * are used. */
enum err import_take_kept(struct import_editions *editions, uint32_t in_force,
                          struct store_txn *txn, struct given *given, struct buf *bytes,
                          struct buf *scratch);
enum err import_take_edition(struct import_editions *editions, const struct catalogue *catalogue,
                             struct store_txn *txn, struct given *given, struct buf *bytes,
                             struct buf *scratch);

#endif
