/* Closing a period: its figures are frozen as an edition. Private to node/. */
#ifndef NODE_CLOSING_H
#define NODE_CLOSING_H

#include "node/editions.h"

struct closing {
    uint8_t kind;
    struct period period;
    uint32_t unit;
    uint8_t rank; /* enum edition_rank */
    const char *reason;
    bool is_incomplete; /* though reports are missing, wait or were returned */
};

/* Everything that edition_close does but for the change: checks whether the period may be closed,
 * and makes the edition, under number 0. Refuses and returns false if not; edition_fini. */
bool edition_check_close(struct step *step, const struct closing *closing,
                         struct edition *ret_edition);
/* Freezes the period under the next number, and says so (notice_say_closing). Refuses and returns
 * false if it may not be. `ret_edition` is what was frozen; edition_fini. */
bool edition_close(struct step *step, const struct closing *closing, struct edition *ret_edition);

/* An edition was made: tells those beneath and above. */
void notice_say_closing(struct step *step, const struct edition *edition);

#endif
