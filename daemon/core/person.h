/* Who did something, as records and notices name them: an id ("uid:1000" or "key:" and the key),
 * and after a blank the name, where one is known. */
#ifndef CORE_PERSON_H
#define CORE_PERSON_H

#include <stddef.h>

enum { PERSON_SHOWN_SIZE = 192 };

/* An id and a name ("": none) in one text, into `out`; what does not fit is cut between characters,
 * and what is no text of one line is replaced. */
const char *person_join(const char *id, const char *name, char *out, size_t size);
/* Bytes of the id in a text that person_join made; the name begins one byte further, if the text
 * does not end there. */
size_t person_id_len(const char *text, size_t len);

/* For people: "hoa (uid 1000)", the name of a key, or what there is. Into `out`, of
 * PERSON_SHOWN_SIZE; a longer text is cut between characters. */
const char *person_show(const char *person, char *out);

#endif
