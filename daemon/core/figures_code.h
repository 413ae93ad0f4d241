/* Writing the stored form of figures one by one, for those who do not have them in a list. */
#ifndef CORE_FIGURES_CODE_H
#define CORE_FIGURES_CODE_H

#include "core/figure.h"

struct figures_writer {
    struct buf *out;
    uint8_t *at;
    uint32_t indicator; /* of the one before */
    /* The one before is one of these; both NULL: there was none. */
    const struct figure *before;
    const struct plain *plain_before;
};

/* `count` figures follow, in order of indicator. */
void figures_write_begin(struct figures_writer *writer, size_t count, struct buf *out);
/* What is given has to stay until the next one is written. */
void figures_write(struct figures_writer *writer, uint32_t indicator, const struct figure *figure);
void figures_write_plain(struct figures_writer *writer, const struct plain *plain);
void figures_write_end(struct figures_writer *writer);

#endif
