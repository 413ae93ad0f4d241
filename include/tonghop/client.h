/* libtonghop: hands reports to a Tonghop node and reads figures from it.
 *
 *     struct tonghop *node;
 *     char reason[TONGHOP_REASON_SIZE];
 *     enum err err = tonghop_open("/etc/our-software/tonghop.conf", &node, reason);
 *
 * Each call sends a request and waits for its answer: it blocks, at most the time-out of the
 * connection (15 s). ERR_TIMEOUT and ERR_IO mean that the outcome is unknown; doing the same again
 * is always safe, because what travels is state. A connection that was lost is made anew by the
 * next call.
 *
 * Texts are UTF-8, belong to the caller, and are not needed after the call. Numbers are texts:
 * nothing here is floating point. Outputs are untouched when a call fails; `reason` then says, in
 * English, what is wrong and what to do. Errors about files of keys are also logged to standard
 * error.
 *
 * A handle is used by one thread at a time; different handles are independent. */
#ifndef TONGHOP_CLIENT_H
#define TONGHOP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tonghop/err.h"

enum { TONGHOP_REASON_SIZE = 512, TONGHOP_NUMBER_SIZE = 64 };

struct tonghop;

/* Reads a configuration as `tonghop init` makes it (of a client, or of a node on this machine),
 * connects and fetches the catalogue. The caller closes the handle. ERR_USAGE, ERR_INVALID: the
 * configuration or the key file; ERR_NOT_FOUND: no node there; ERR_FORBIDDEN: the key is not
 * enrolled; ERR_CATALOGUE: the node has no catalogue yet. */
enum err tonghop_open(const char *conf_path, struct tonghop **ret_tonghop, char *reason);
void tonghop_close(struct tonghop **tonghop);

/* Which report or figure is meant. */
struct tonghop_key {
    const char *unit;   /* "23857" or "id:631"; NULL but in tonghop_file: the caller's own */
    const char *period; /* "2024-S1", "2024-S2", "2024" */
    const char *form;   /* its code; not used by tonghop_total */
    bool is_plan;       /* the plan instead of what was achieved */
};

/* One value. A cell that is not given is not reported, which is not zero. */
struct tonghop_cell {
    const char *indicator; /* its code, such as "reception.visits" */
    const char *value;     /* "2861", "75.6" */
    const char *qualifier; /* "=", ">=", "<=", "~", ".."; NULL: exact */
    const char *upper;     /* with "..": the upper bound; NULL otherwise */
};

struct tonghop_report {
    struct tonghop_key key;
    bool is_whole;         /* the unit and everything beneath it, compiled already */
    uint64_t based_on;     /* the revision that it replaces, as tonghop_revision says; 0: none */
    bool may_drop_cells;   /* cells of that revision are left out on purpose */
    bool accepts_warnings; /* somebody has looked at what the node warns of */
    const char *author;    /* who made it, NULL: not said */
    const char *reason;    /* why it was changed, NULL: not said */
    const struct tonghop_cell *cells;
    size_t cell_count; /* 0: a nil report, which is a report */
};

struct tonghop_receipt {
    uint64_t revision;
    bool is_accepted; /* else it waits for the level above */
    bool is_repeated; /* the node held this content already, as that revision */
};

/* The current revision of a report at the node, 0 if there is none. */
enum err tonghop_revision(struct tonghop *tonghop, const struct tonghop_key *key,
                          uint64_t *ret_revision, char *reason);

/* Files a report. ERR_OK: it is on disk at the node. Everything is checked here before anything is
 * sent, and decided by the node: ERR_SYNTAX, ERR_RANGE, ERR_INVALID, ERR_EXISTS (a cell twice),
 * ERR_NOT_FOUND (a name); ERR_WARNINGS: figures are odd, such as a year below its half, and
 * `reason` names one: correct them, or have somebody look and file with `accepts_warnings`;
 * ERR_STALE: `based_on` is not the current revision; ERR_FOREIGN, ERR_NOT_HOME: not to be handed in
 * here, or not by this key. */
enum err tonghop_file(struct tonghop *tonghop, const struct tonghop_report *report,
                      struct tonghop_receipt *ret_receipt, char *reason);

struct tonghop_figure {
    bool has_value;                  /* false: nothing reported, or it cannot be computed */
    char value[TONGHOP_NUMBER_SIZE]; /* "2861"; "" without a value */
    char qualifier[3];               /* "=", ">=", "<=", "~" or ".." */
    char upper[TONGHOP_NUMBER_SIZE]; /* with "..", else "" */
    uint32_t unit_count;             /* reports that it is made of */
};

/* Reads one figure of a unit and everything beneath it. */
enum err tonghop_total(struct tonghop *tonghop, const struct tonghop_key *key,
                       const char *indicator, struct tonghop_figure *ret_figure, char *reason);

#endif
