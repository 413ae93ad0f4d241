/* Whether a node is well, from what it says of itself. */
#ifndef CLIENT_HEALTH_H
#define CLIENT_HEALTH_H

#include <stdbool.h>
#include <stddef.h>

#include "tonghop.pb-c.h"

/* Linked (or the root), with a catalogue, nothing being rebuilt, nothing left to be sent, nothing
 * parked, in quarantine or alarming, and no complaint of its own. */
bool health_is_good(const Tonghop__Status *status);

/* Whether some of what is wrong may end without a person at this node: a link that is not there
 * yet, what is to be sent. An older node does not tell what may not. */
bool health_may_settle(const Tonghop__Status *status);

/* What to do about complaint `index`, from 0, in the language wanted; false beyond the last one.
 * The caller frees the text. */
bool health_complaint(const Tonghop__Status *status, bool is_english, size_t index,
                      char **ret_text);

#endif
