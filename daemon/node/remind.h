/* Reminders that a node sends by itself. */
#ifndef NODE_REMIND_H
#define NODE_REMIND_H

#include "node/step.h"

/* Whether it is time to look who is to be reminded: once a day, in several turns when more are than
 * one takes; at a node that is configured to, has a catalogue and all that the node above holds,
 * and has room on its disk. */
bool remind_is_due(const struct node *node, struct instant now);
/* Looks, and reminds, when it is due. */
void remind_by_itself(struct step *step);

#endif
