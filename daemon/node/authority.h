/* Authority: what each role may do, as one table. Tested cell by cell. */
#ifndef NODE_AUTHORITY_H
#define NODE_AUTHORITY_H

#include <stdbool.h>
#include <stdint.h>

/* `role` as on the wire (Tonghop__Role), `body` a Tonghop__Envelope__BodyCase. */
bool authority_allows(uint8_t role, int body);
/* What only asks changes nothing that would have to be kept. */
bool authority_only_asks(int body);
/* The role with which a key may do that; of several the first of reporter, reader, admin and node;
 * ROLE_UNSPECIFIED: no key may. */
uint8_t authority_role_for(int body);
/* "node", "reporter", ...; "unknown". As commands and logs have it, and in English sentences. */
const char *authority_role_name(uint8_t role);
/* In a sentence, with the words of `tonghop keys`: "bên nộp". */
const char *authority_role_word(bool is_vietnamese, uint8_t role);

#endif
