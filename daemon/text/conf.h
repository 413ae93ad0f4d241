/* Configuration of a node (tonghopd) and of a client (tonghop): one table of keys for both.
 *
 *     [node]    unit, state_dir, runtime_dir, key_file, log_level, map_size_mib, reserve_mib,
 *               remind_every_days, remind_before_days
 *     [listen]  endpoint
 *     [parent]  endpoint, key            without it the node is the root
 *     [client]  endpoint, key, key_file, unit   a remote reporter or reader, instead of [node]
 *
 * Unknown keys are errors with file, line and column. docs/OPERATING.md lists them; a test
 * compares.
 */
#ifndef TEXT_CONF_H
#define TEXT_CONF_H

#include "core/err.h"
#include "core/problem.h"
#include "link/key.h"

struct conf {
    char *name;            /* of the file, without folder and ".conf": what --node names */
    bool is_client;        /* [client] instead of [node] */
    uint32_t unit;         /* 0 for a client that names none */
    char *state_dir;       /* default /var/lib/tonghop/NAME */
    char *runtime_dir;     /* default /run/tonghop/NAME */
    char *key_file;        /* default /etc/tonghop/NAME.key, or $CREDENTIALS_DIRECTORY/key if set;
                              for a client, NAME.key beside the configuration */
    int log_level;         /* 3 error .. 7 debug, default 6 info; by name or number */
    uint32_t map_size_mib; /* default 16384 */
    uint32_t reserve_mib;  /* default 64 */
    uint32_t remind_every_days;  /* default 3; 0: no reminders are sent by themselves */
    uint32_t remind_before_days; /* default 5 */
    char *listen_endpoint;       /* NULL: a leaf that nobody connects to */
    char *parent_endpoint;       /* NULL: the root; for a client, the node it talks to */
    uint8_t parent_key[KEY_SIZE];
};

/* Reads and checks; every problem is added. ERR_NOT_FOUND, ERR_IO, ERR_INVALID. */
enum err conf_read(const char *path, struct problems *problems, struct conf *ret_conf);
void conf_fini(struct conf *conf);
/* "info", as log_level is written; of no level that there is, the last one. */
const char *conf_log_level_name(int level);
/* The path of the local socket, "RUNTIME_DIR/control"; the caller frees. */
char *conf_control_path(const struct conf *conf);

/* The keys there are: false beyond the last one. */
bool conf_key(size_t index, const char **ret_section, const char **ret_name);

#endif
