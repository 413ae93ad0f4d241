/* Names of the users of this machine, for records: "hoa" beside "uid:1000". */
#ifndef DAEMON_NAMES_H
#define DAEMON_NAMES_H

#include <stddef.h>
#include <stdint.h>

enum {
    NAMES_SIZE = 64,     /* of one, with its end */
    NAMES_MAX = 32,      /* that are remembered */
    NAMES_MS = 5 * 60000 /* so long */
};

struct name {
    uint32_t uid;
    int64_t asked_ms; /* 0: the place is free */
    char text[NAMES_SIZE];
};

struct names {
    struct name items[NAMES_MAX];
};

/* "" where the machine does not say. Asks the machine's directory of users, which may block for as
 * long as that takes, once in NAMES_MS for each user. `now_ms` > 0, from the loop. Good until the
 * next call. */
const char *names_of_user(struct names *names, uint32_t uid, int64_t now_ms);

#endif
