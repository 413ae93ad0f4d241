/* Reminders that a node sends by itself. */
#ifndef NODE_REMIND_H
#define NODE_REMIND_H

#include "node/step.h"

/* Whether it is time to look who is to be reminded: once a day, and when more are than one turn
 * takes. */
bool remind_is_due(const struct node *node, struct instant now);
/* Looks, and reminds. The node has a catalogue. */
void remind_by_itself(struct step *step);

#endif
