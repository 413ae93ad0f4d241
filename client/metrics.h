/* The health of nodes in the text format of Prometheus (version 0.0.4). docs/METRICS.md lists every
 * metric; a test compares. */
#ifndef CLIENT_METRICS_H
#define CLIENT_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "tonghop.pb-c.h"

/* One node, as it answered just now. */
struct scrape {
    char *name;              /* of its configuration */
    uint32_t unit;           /* 0: not known */
    Tonghop__Status *status; /* NULL: it does not answer */
    bool has_mistakes;       /* its configuration does not read */
};

/* Appends all metrics of all nodes, those of one name together. */
void metrics_format(const struct scrape *scrapes, size_t count, const char *version,
                    struct buf *out);

#endif
