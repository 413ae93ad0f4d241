/* What a person can have set up wrongly on this machine, told before a daemon is started and
 * without disturbing one that runs. */
#ifndef DAEMON_SETUP_H
#define DAEMON_SETUP_H

#include <stdbool.h>

#include "text/conf.h"

/* The path of a public key, beside the secret one or beside the configuration, that does not belong
 * to `pair`: somebody took the key of another node. NULL: there is none. The caller frees. */
char *setup_other_public(const char *conf_path, const struct conf *conf,
                         const struct key_pair *pair);

#endif
