/* `tonghopd --check`: everything that would keep a daemon from starting, all at once. */
#ifndef DAEMON_SETUP_CHECK_H
#define DAEMON_SETUP_CHECK_H

#include <stdbool.h>

#include "text/conf.h"

/* Looks at what the configuration, read from `conf_path`, names: keys, port, state and runtime
 * folder. What is right is printed on standard output, what is not on standard error, a line each
 * with its remedy, in Vietnamese or English. Changes nothing, and disturbs no daemon that runs: of
 * the same node's it says that it runs. Returns whether a daemon could start, or runs. As root, it
 * goes on as the owner of the state folder, for good. */
bool setup_check(const char *conf_path, const struct conf *conf, bool is_vietnamese);

#endif
