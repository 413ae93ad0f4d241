/* Reading the configuration again, at SIGHUP: what can change in a running node changes at once;
 * what cannot is told. docs/OPERATING.md says which keys are which. */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

#include "text/conf.h"

/* Reads `path` and checks it as at start: a client's configuration, or one whose [parent] is the
 * node itself (`own_key`), will not do. Every problem is logged; in Vietnamese only for --check. */
enum err reload_read(const char *path, bool is_vietnamese, struct conf *ret_conf);
bool reload_names_itself(const struct conf *conf, const uint8_t *own_key);

/* What became of it, for status. */
enum reload_outcome {
    RELOAD_NONE,    /* as the file says */
    RELOAD_REFUSED, /* the file has errors: nothing was changed */
    RELOAD_PARTIAL, /* some of it needs a restart */
};

struct reload {
    enum reload_outcome outcome;
    bool is_parent_moved;
};

/* Takes over into `conf`, which was read from `path`, what can change now: log_level (set at once),
 * reserve_mib, when units are reminded, and the parent's endpoint and key. Logs what was changed
 * and what needs a restart. The caller makes use of what has changed. */
struct reload reload_conf(const char *path, const uint8_t *own_key, struct conf *conf);

#endif
