/* What needs the data of a node of this machine is done by the daemon's program, tonghopd, in a
 * process of its own. */
#ifndef CLIENT_OFFLINE_H
#define CLIENT_OFFLINE_H

#include "client/command.h"
#include "client/words.h"

/* The configuration that is chosen, if it is a node's; prints what is wrong, and returns false:
 * exit 2. The caller frees the path. */
bool offline_find_conf(const struct common *common, struct conf *ret_conf, char **ret_path);

/* Becomes `tonghopd --config CONF ARGUMENTS`; `arguments` ends with NULL. Returns only when that
 * fails (printed): exit 2. */
int offline_become(const struct common *common, const char *conf_path,
                   const char *const *arguments);
/* Runs it, appends its standard output to `out`, and returns its exit status; EXIT_UNKNOWN if it
 * crashed. */
int offline_run(const struct common *common, const char *conf_path, const char *const *arguments,
                struct buf *out);

/* Has tonghopd say what would keep the node from starting, on standard error and in the language of
 * the command. False if there is anything, or it cannot be told. */
bool offline_check(const struct common *common, const char *conf_path);

/* Which words an error of tonghopd has. */
struct offline_reason {
    enum err code;
    enum word word; /* may have a %s: the node's name */
};

/* Prints what was found in backup `file`, from the output of a run that went well. */
void offline_print_backup(const struct common *common, const char *file, const struct buf *out);
/* Prints why a run did not; `otherwise` for a code that `reasons` does not have. tonghopd has said
 * it in English, with names and numbers. */
void offline_print_failure(const struct common *common, const char *node_name,
                           const struct buf *out, const struct offline_reason *reasons,
                           size_t count, enum word otherwise);

/* The value in the line "name value" of such an output; NULL without one. The caller frees. */
char *offline_value(const struct buf *out, const char *name);

/* What export, import and restore do alike: tonghopd works on FILE. */
struct offline_task {
    const char *option, *flag; /* of tonghopd; the flag is the command's too: "--replace" */
    const struct offline_reason *reasons;
    size_t reason_count;
    enum word failed;    /* what is said for a code that `reasons` does not have */
    enum word done;      /* and when it went well */
    bool replaces_state; /* then also what has to be known before the node is started */
};
/* Reads "FILE [flag]", has tonghopd do it, and prints what became of it. Returns the exit status.
 */
int offline_do(const struct common *common, int argc, char **argv, const struct offline_task *task);

#endif
