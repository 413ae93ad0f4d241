/* Who did something, as records and notices name them: an id ("uid:1000" or "key:" and the key),
 * and after a blank the name, where one is known. */
#ifndef CORE_PERSON_H
#define CORE_PERSON_H

#include <stddef.h>

enum { PERSON_SHOWN_SIZE = 192 };

/* For people: "hoa (uid 1000)", the name of a key, or what there is. Into `out`, of
 * PERSON_SHOWN_SIZE; a longer text is cut between characters. */
const char *person_show(const char *person, char *out);

#endif
