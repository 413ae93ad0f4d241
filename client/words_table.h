/* The table of words is long: its parts are in words*.c. Private to them. */
#ifndef CLIENT_WORDS_TABLE_H
#define CLIENT_WORDS_TABLE_H

#include "client/words.h"

struct words_pair {
    const char *vi;
    const char *en;
};

/* Those of `status`, by enum word; the others are NULL there. */
extern const struct words_pair words_status[WORD_COUNT];
/* Likewise of `close` and `editions`. */
extern const struct words_pair words_edition[WORD_COUNT];
/* Likewise those of `coverage` and of who owes what. */
extern const struct words_pair words_coverage[WORD_COUNT];
/* Likewise those of `inbox`, `remind`, `reopen` and `watch`. */
extern const struct words_pair words_notice[WORD_COUNT];
/* Likewise those of `accept`, `return`, and of decisions in `history`. */
extern const struct words_pair words_mark[WORD_COUNT];

#endif
