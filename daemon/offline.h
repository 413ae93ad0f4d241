/* What tonghopd does with a node's data instead of serving it: verify, backup and export, which
 * read beside the running daemon, and restore and import, which need it stopped. */
#ifndef DAEMON_OFFLINE_H
#define DAEMON_OFFLINE_H

#include "node/node.h"
#include "text/conf.h"

struct offline {
    const struct conf *conf;
    struct store_options store;
    struct node_options node;
};

/* Each prints its result on standard output and returns ERR_OK, or logs why not. */

/* ERR_CORRUPT: something differs. */
enum err offline_verify(const struct offline *offline);
/* Writes file `path`: a consistent copy of the node's data, verified and flushed. */
enum err offline_backup(const struct offline *offline, const char *path, bool may_replace);
/* Puts backup `path` into the state folder, whose present data is set aside if `may_replace`. */
enum err offline_restore(const struct offline *offline, const char *path, bool may_replace);
/* The same in the open form (export/export.h): writes file `path`, and makes the state anew from
 * one. */
enum err offline_export(const struct offline *offline, const char *path, bool may_replace);
enum err offline_import(const struct offline *offline, const char *path, bool may_replace);

#endif
