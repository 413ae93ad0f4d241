/* What the two files of `tonghopd --check` share. Private to daemon/setup_check*.c. */
#ifndef DAEMON_SETUP_CHECK_PARTS_H
#define DAEMON_SETUP_CHECK_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"
#include "text/conf.h"

enum verdict { GOOD, WRONG, NOTE, UNKNOWN };

struct check {
    const struct conf *conf;
    const char *conf_path;
    bool is_vietnamese;
    bool is_running; /* a daemon of this node, by its local socket */
    bool may_look;   /* root, or the owner of the state folder */
    bool has_wrong;
    int own_uid; /* whom the state folder belongs to; -1: it is not there */
};

/* The format in the reader's language; both take the same arguments, as the compiler checks. */
#define SAID(check, english, vietnamese) ((check)->is_vietnamese ? (vietnamese) : (english))

/* A finding. */
void check_tell(struct check *check, enum verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A failure that the function concerned has logged in English. `vietnamese` has one %s, for `what`;
 * NULL: the English line says it all. */
void check_tell_caught(struct check *check, const char *vietnamese, const char *what);

struct sentence {
    enum err err;
    const char *vietnamese; /* with one %s */
};

/* NULL when there is none for `err`. */
const char *check_sentence_of(const struct sentence *sentences, size_t count, enum err err);

/* Whether `path` is this node's in `folder`: systemd makes it when it starts the daemon. */
bool check_is_default(const struct check *check, const char *path, const char *folder);

/* Whether systemd runs the daemon: only there no key file is named. */
bool check_is_service(const struct check *check);

/* The state folder and what is in it. Root gives up its rights for it. */
void check_state(struct check *check);

#endif
