/* A store under the shim, used by child processes that may die at any moment, and what it must hold
 * then: the version that was promised last, or the one after it, that was under way. */
#ifndef TESTS_FAULTS_STORE_CASE_H
#define TESTS_FAULTS_STORE_CASE_H

#include "faults/control.h"
#include "faults/store_work.h"

/* What is kept of a store that is brought up to date. */
#define CASE_COPY "data.mdb.before-schema-6"

enum { CASE_VERSIONS_MAX = 1000, CASE_PATH_SIZE = 256, CASE_TEXT_SIZE = 512 };

/* What the children tell us. */
struct case_shared {
    uint64_t promised;                 /* the version that must not get lost */
    uint64_t found;                    /* by the last check */
    uint64_t seeds[CASE_VERSIONS_MAX]; /* of the transaction that made each version */
    char text[CASE_TEXT_SIZE];         /* what is wrong */
};

struct store_case {
    struct case_shared *shared;
    struct control *control; /* shared as well: its file is mapped */
    char folder[CASE_PATH_SIZE], state[CASE_PATH_SIZE], journal[CASE_PATH_SIZE];
    char control_path[CASE_PATH_SIZE];
    bool is_quiet;            /* children say nothing */
    bool loses_flushes;       /* see shim.h */
    struct work_model *model; /* of version `base`, which can get lost no more */
    uint64_t base;
};

/* In a new folder in memory, if there is one: what is not flushed is not flushed there either. */
void case_begin(struct store_case *c);
void case_end(struct store_case *c);
/* No store, and nothing promised. */
void case_reset(struct store_case *c);

/* Runs `job` with the seed in a child process; returns the status of waitpid. One that hangs is
 * ended by SIGALRM. */
int case_in_child(struct store_case *c, int (*job)(struct store_case *, uint64_t), uint64_t seed);

/* ---- in a child ---- */

/* From here on the shim looks at the files. */
void case_begin_faults(const struct store_case *c);
enum err case_open(const struct store_case *c, struct store **ret_store);
/* Returns EXIT_FAILURE. */
int case_complain(const struct store_case *c, const char *text);
/* Brings this process's own copy of the model to version `to`. */
bool case_advance(struct store_case *c, uint64_t to);
/* What is found counts as promised from here on: a node answers with it. False, with a complaint,
 * when it is a version that never was. */
bool case_promise_found(struct store_case *c, struct store *store, uint64_t *ret_version);
/* One more transaction; `*ret_unknown` as of store_commit. What was committed is promised. */
enum err case_commit(struct store_case *c, struct store *store, uint64_t seed, uint64_t *version,
                     bool *ret_unknown);
/* A job: EXIT_SUCCESS when the store opens and holds what it must. */
int case_check(struct store_case *c, uint64_t seed);

#endif
