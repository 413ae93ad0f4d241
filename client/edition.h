/* Editions as commands print them. */
#ifndef CLIENT_EDITION_H
#define CLIENT_EDITION_H

#include "client/command.h"
#include "client/table.h"

/* A rank in the language of the output. */
const char *edition_rank_text(const struct common *common, Tonghop__EditionRank rank);
/* As commands have it: "preliminary"; NULL for one that is not known. */
const char *edition_rank_code(Tonghop__EditionRank rank);
/* False for any other word. */
bool edition_read_rank(const char *word, Tonghop__EditionRank *ret_rank);

/* A table of editions, one row for each. For people: without what the title says. */
struct table *edition_table_new(const struct common *common);
void edition_add(const struct common *common, const Tonghop__Edition *edition, struct table *table);

/* What changed and why: as two tables for people, as one for programs. */
void edition_print_difference(const struct common *common, const Tonghop__Difference *difference);

#endif
