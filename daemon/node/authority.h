/* Authority: what each role may do, as one table. Tested cell by cell. */
#ifndef NODE_AUTHORITY_H
#define NODE_AUTHORITY_H

#include <stdbool.h>
#include <stdint.h>

/* `role` as on the wire (Tonghop__Role), `body` a Tonghop__Envelope__BodyCase. */
bool authority_allows(uint8_t role, int body);
/* What only asks changes nothing that would have to be kept. */
bool authority_only_asks(int body);
/* "node", "reporter", ...; "unknown". */
const char *authority_role_name(uint8_t role);

#endif
