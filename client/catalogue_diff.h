/* What changes from one catalogue to the next, for the person who is about to publish it. */
#ifndef CLIENT_CATALOGUE_DIFF_H
#define CLIENT_CATALOGUE_DIFF_H

#include <stdio.h>

#include "client/command.h"
#include "core/catalogue.h"

struct catalogue_changes {
    size_t count;         /* lines printed */
    size_t formula_count; /* of those, changed rules of derived indicators */
};

/* Prints a table, a line for each field that changes and for each row that is new or gone, in order
 * of the files and then of their rows. Units are compared day by day: a line says from when it
 * holds. Both are finished. */
void catalogue_diff(const struct common *common, const struct catalogue *before,
                    const struct catalogue *after, FILE *out,
                    struct catalogue_changes *ret_changes);

#endif
