/* No request ever ends.
 *
 * Law: what has no end is a bad request */
#include "client/http.h"

bool __wrap_http_is_complete(struct span bytes);

bool __wrap_http_is_complete(struct span bytes)
{
    (void)bytes;
    return false;
}
