/* What a person can have set up wrongly on this machine, told before a daemon is started and
 * without disturbing one that runs. */
#ifndef DAEMON_SETUP_H
#define DAEMON_SETUP_H

#include <stdbool.h>
#include <stdint.h>

#include "text/conf.h"

/* The node's own public key, as it lies beside the secret one or beside the configuration: no
 * secret is read. False: it lies at neither. */
bool setup_public(const char *conf_path, const struct conf *conf, uint8_t *ret_key);
/* The path of a public key, beside the secret one or beside the configuration, that does not belong
 * to `pair`: somebody took the key of another node. NULL: there is none. The caller frees. */
char *setup_other_public(const char *conf_path, const struct conf *conf,
                         const struct key_pair *pair);

/* The secret key's file as people know it: under systemd the one beside the configuration, of which
 * the daemon has a copy. The caller frees. */
char *setup_key_origin(const char *conf_path, const struct conf *conf);
/* The same, if others than its owner may use that file, which a copy does not show; or NULL. */
char *setup_open_key(const char *conf_path, const struct conf *conf);

#endif
