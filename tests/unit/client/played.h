/* A node that is played by a process of its own: what a client does with each answer, and without.
 *
 * It has the sample catalogue (tests/lib/sample.h) and serves unit 631 on a local socket. A report
 * is taken if it is based on revision 4; the receipt's revision is then 10 and the number of cells,
 * or 0 of a check. One with a single cell has a warning, which a check does not tell. With a
 * QuarantineClear a newer catalogue comes into force, whose form "general" is called "renamed". */
#ifndef UNIT_CLIENT_PLAYED_H
#define UNIT_CLIENT_PLAYED_H

#include <sys/types.h>

#include "core/catalogue.h"
#include "text/conf.h"

enum { PLAYED_PATH_SIZE = 128, PLAYED_UNIT = 631 };

/* The window of the welcome says in what language it was asked to speak. */
enum { WINDOW_VIETNAMESE = 8, WINDOW_ENGLISH = 9, WINDOW_OTHER = 10 };

struct world {
    char folder[PLAYED_PATH_SIZE], socket[PLAYED_PATH_SIZE + 16], conf_path[PLAYED_PATH_SIZE + 16];
    struct conf conf;
    pid_t node;
};

/* The sample, with so many more communes that it takes several messages. */
struct catalogue *played_big_catalogue(void);

/* For cmocka: the state is a world whose node runs, with the sample, or with the big one. */
int played_setup(void **state);
int played_setup_big(void **state);
int played_teardown(void **state);

#endif
