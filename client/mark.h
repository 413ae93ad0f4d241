/* What `accept` and `return` share: finding the revision, and deciding about it. */
#ifndef CLIENT_MARK_H
#define CLIENT_MARK_H

#include "client/command.h"

/* Runs the command of that name; `bit` is STATE_ACCEPTED or STATE_RETURNED. Exit status. */
int mark_run(const struct common *common, const char *name, uint8_t bit, int argc, char **argv);

#endif
