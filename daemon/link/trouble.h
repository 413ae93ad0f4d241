/* Why a link does not stand, as the transport says it. Texts are stable: what to do about each is
 * looked up by them (node/first_contact_text.c). */
#ifndef LINK_TROUBLE_H
#define LINK_TROUBLE_H

#include <stdbool.h>
#include <string.h>

#define TROUBLE_REFUSED       "refused: this key is not enrolled there"
#define TROUBLE_WRONG_SERVER  "the server's key is not the configured one"
#define TROUBLE_NOT_A_NODE    "what listens there is not a node"
#define TROUBLE_NO_HOST       "the name of that machine is not known"
#define TROUBLE_NO_CONNECTION "no connection"
/* Once, which proves nothing: whoever is ended in a handshake closes it, too. */
#define TROUBLE_CUT "the connection was closed during the handshake"
/* Somebody is there, and nothing comes: not even a handshake, or no welcome after it. */
#define TROUBLE_SILENT "no answer"

/* Whether a handshake was cut off: by another key, by another program, or by a node that is ended,
 * which then is not there, or there again. Only the first two do so twice in a row. */
static inline bool trouble_is_cut(const char *trouble)
{
    return strcmp(trouble, TROUBLE_WRONG_SERVER) == 0 || strcmp(trouble, TROUBLE_NOT_A_NODE) == 0;
}

#endif
