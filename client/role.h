/* What a key may be enrolled as, by the names that people type and read. */
#ifndef CLIENT_ROLE_H
#define CLIENT_ROLE_H

#include <stdbool.h>

#include "core/err.h"
#include "tonghop.pb-c.h"

/* "node", "reporter", "reader", "admin"; ERR_SYNTAX otherwise. */
enum err role_parse(const char *text, Tonghop__Role *ret_role);
/* The same name back, "unknown" for a role that is never enrolled: static storage. */
const char *role_name(Tonghop__Role role);
/* As people read it. */
const char *role_word(bool is_english, Tonghop__Role role);

#endif
