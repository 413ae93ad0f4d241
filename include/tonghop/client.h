/* libtonghop: hands reports to a Tonghop node, reads figures from it, and follows what changes.
 *
 *     struct tonghop_options options = {.size = sizeof options, .conf_path = "node.conf"};
 *     struct tonghop *node;
 *     char reason[TONGHOP_REASON_SIZE];
 *     if (tonghop_open(&options, &node, reason) != TONGHOP_OK)
 *         fprintf(stderr, "%s\n", reason);
 *
 * Blocking. Every call with a `reason` sends a request and waits for its answer, at most the
 * time-out of the handle, and in tonghop_watch as long as it is told; no other call blocks. There
 * is no callback, and no work between calls. A connection that was lost, or forgotten by the node,
 * is made anew by the next call.
 *
 * Errors. Outputs are untouched when a call fails, and `reason`, TONGHOP_REASON_SIZE bytes of the
 * caller's, says what is wrong and what to do, in the language of the handle; what only a program
 * can do wrong, such as a struct without its size, and words of the machine are English.
 * TONGHOP_ERR_TIMEOUT and TONGHOP_ERR_IO mean that the outcome is unknown; doing the same again is
 * always safe, because what travels is state. A node that went away after tonghop_open is the first
 * of them, and TONGHOP_ERR_NOT_FOUND then always a name. Any call may fail with these two, with
 * TONGHOP_ERR_USAGE (the arguments) and with what a node may refuse (docs/PROTOCOL.md, "Refusals");
 * the errors that need an answer of their own are named at each call. A program has to expect
 * values of enum tonghop_err that are newer than it is, and treat them as a no.
 *
 * Texts are UTF-8. Numbers are texts: nothing here is floating point. What the caller hands in
 * stays his and is not needed after the call.
 *
 * Ownership. What a call gives out through a `struct x **` of an opaque struct is the caller's, who
 * releases it with the function named after it; everything that its accessors return belongs to it.
 * What a call gives out through a `const struct x **` belongs to the handle, until the next call
 * with it. Releasing NULL is fine.
 *
 * Threads. A handle is used by one thread at a time, which need not always be the same; different
 * handles are independent, and different threads may use them at once. A result is not tied to its
 * handle, and does not change: any number of threads may read it. A handle does not survive fork():
 * the child neither uses nor closes it. Each has two threads of libzmq's, which take no signals.
 * The environment is read (CREDENTIALS_DIRECTORY), and must not be changed meanwhile.
 *
 * The process. Nothing is written to standard output or error, and no process-wide setting is
 * touched. Two things end the process, each after one line on standard error: memory that cannot be
 * had (at once, with status 3 and without the handlers of exit()), and a broken assertion, which is
 * a fault of the library's own, or of libzmq's, which has one that descriptors do not run out under
 * it while a handle is opened; when there are too few before, that is TONGHOP_ERR_IO.
 *
 * Versions. A program runs with every later library of the same name, libtonghop.so.0:
 * - a struct that the caller fills begins with `size`, which he sets to its sizeof. New members are
 *   added at its end, and 0 or NULL in them asks for what there was before. A library that is older
 *   than the program refuses members that it does not know, unless they are 0;
 * - a struct that the library hands out is read through its pointer, and neither copied nor made by
 *   the caller: it too may get new members at its end;
 * - struct tonghop_key and struct tonghop_cell, which stand inside others and in arrays, stay as
 *   they are. */
#ifndef TONGHOP_CLIENT_H
#define TONGHOP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

enum { TONGHOP_REASON_SIZE = 512, TONGHOP_NUMBER_SIZE = 64 };

/* ---- errors ---- */

enum tonghop_err {
    TONGHOP_OK = 0,
    /* What the caller, or his file, gave. */
    TONGHOP_ERR_USAGE = 1,   /* the arguments, the configuration or the key file */
    TONGHOP_ERR_SYNTAX = 2,  /* a text is not a number, a period ... */
    TONGHOP_ERR_RANGE = 3,   /* a value lies outside its range */
    TONGHOP_ERR_INVALID = 4, /* well formed, but it breaks a rule of the catalogue */
    TONGHOP_ERR_NOT_FOUND = 5,
    TONGHOP_ERR_EXISTS = 6,
    /* What the node refuses. */
    TONGHOP_ERR_MALFORMED = 7,
    TONGHOP_ERR_TOO_LARGE = 8,   /* a named limit would be passed */
    TONGHOP_ERR_VERSION = 9,     /* the other side, or the library, is too old */
    TONGHOP_ERR_FORBIDDEN = 10,  /* this key may not do that, or is not enrolled */
    TONGHOP_ERR_FOREIGN = 11,    /* this key may not speak for that unit */
    TONGHOP_ERR_NOT_HOME = 12,   /* another node takes in the reports of that unit */
    TONGHOP_ERR_WARNINGS = 13,   /* it has warnings that nobody has accepted */
    TONGHOP_ERR_STALE = 14,      /* based on a revision that is not the current one */
    TONGHOP_ERR_CONFLICT = 15,   /* reserved */
    TONGHOP_ERR_CATALOGUE = 16,  /* the node has no catalogue, or not that one */
    TONGHOP_ERR_CLOSED = 17,     /* reserved: the period is closed */
    TONGHOP_ERR_NO_SESSION = 18, /* the node forgets the connection again and again */
    /* The machine, here or there. */
    TONGHOP_ERR_IO = 19,
    TONGHOP_ERR_FULL = 20,
    TONGHOP_ERR_CORRUPT = 21,
    TONGHOP_ERR_BUSY = 22,    /* not now */
    TONGHOP_ERR_TIMEOUT = 23, /* no answer: the outcome is unknown */
};

enum tonghop_language { TONGHOP_ENGLISH = 0, TONGHOP_VIETNAMESE = 1 };

/* The stable name of an error, such as "not-home"; static storage. */
const char *tonghop_err_name(enum tonghop_err err);
/* A sentence in English that says what it means; static storage. */
const char *tonghop_err_text(enum tonghop_err err);
/* The version of the library that runs, such as "0.2.0"; static storage. */
const char *tonghop_version(void);

/* ---- a handle ---- */

struct tonghop;

/* Either a configuration file, or endpoint and both keys. */
struct tonghop_options {
    size_t size;
    const char *conf_path; /* as `tonghop init` makes it: of a client, or of a node on this machine,
                              whose local socket is used then */
    const char *endpoint;  /* "tcp://10.64.0.1:7464" */
    const char *server_key; /* the node's public key, 44 characters of base64: NAME.pub there */
    const char *secret_key; /* our own: NAME.key here. It is copied, and wiped at the end */
    uint32_t unit;          /* id of the unit that the key is enrolled for; 0: whatever it is */
    uint32_t timeout_ms;    /* of every call; 0: 15,000 */
    enum tonghop_language language; /* of reasons, and of what the node says of reports */
    uint32_t reserved;              /* 0 */
};

/* Connects and says hello. The caller closes the handle. TONGHOP_ERR_USAGE: the options, the
 * configuration or the key file; TONGHOP_ERR_NOT_FOUND: no node there; TONGHOP_ERR_FORBIDDEN: the
 * key is not enrolled, or not allowed to use the local socket. */
enum tonghop_err tonghop_open(const struct tonghop_options *options, struct tonghop **ret_tonghop,
                              char *reason);
/* Where this handle keeps the catalogue that reports are checked by, for other handles and for
 * later: in this folder, whose path begins with "/", and which is made if it is missing. There it
 * is taken from as long as the node says that it is the one in force; a file is believed only when
 * its content has the hash that the node names. What cannot be kept is fetched again, and is no
 * error: also where the folder does not belong to the effective user, or others may write to it, or
 * a step on the way to it belongs to somebody else who is not root. The newest 4 catalogues stay,
 * 32 MiB at most; files may be removed at any time, and any number of handles, threads and programs
 * of one user may use one folder, such as his ~/.cache/tonghop, which is the command's.
 * NULL, as at first: it is kept nowhere, and fetched once for each handle. A library leaves no
 * files that its program has not asked for, and a service need not have a home to leave them in.
 * TONGHOP_ERR_USAGE: not such a path. Since 0.3.0. */
enum tonghop_err tonghop_keep_catalogue(struct tonghop *tonghop, const char *folder);
/* Ends the connection. */
void tonghop_close(struct tonghop *tonghop);

/* Which report or figure is meant. */
struct tonghop_key {
    const char *unit;   /* "23857", or "id:631"; NULL in a question: that of the caller's key */
    const char *period; /* "2024-S1", "2024-S2", "2024" */
    const char *form;   /* its code, where a report is meant; else not used */
    bool is_plan;       /* the plan instead of what was achieved */
};

/* ---- filing ---- */

/* One value. A cell that is not given is not reported, which is not zero. */
struct tonghop_cell {
    const char *indicator; /* its code, such as "reception.visits" */
    const char *value;     /* "2861", "75.6" */
    const char *qualifier; /* "=", ">=", "<=", "~", ".."; NULL: exact */
    const char *upper;     /* with "..": the upper bound; NULL otherwise */
    const char *note;      /* why it is as it is; NULL: nothing to say */
};

struct tonghop_report {
    size_t size;
    struct tonghop_key key; /* names a unit and a form */
    bool is_whole;          /* the unit and everything beneath it, compiled already */
    bool is_withdrawn;      /* takes the report back; there are no cells then */
    bool may_drop_cells;    /* cells of the revision before are left out on purpose */
    bool accepts_warnings;  /* somebody has looked at what the node warns of */
    uint64_t based_on;      /* the revision that it replaces, as tonghop_revision says; 0: none */
    const char *author;     /* who made it; NULL: not said */
    const char *reason;     /* why it was changed; NULL: not said */
    const char *source; /* of a baseline, which is `whole`: where it is from; NULL: it is none */
    const struct tonghop_cell *cells;
    size_t cell_count; /* 0: a nil report, which is a report */
};

struct tonghop_receipt {
    uint64_t revision;   /* 0 of a check: it would be taken in */
    bool is_accepted;    /* else it waits for the level above */
    bool is_repeated;    /* the node held this content already, as that revision */
    int64_t received_us; /* when the node took it in, microseconds since 1970-01-01T00:00:00Z */
};

/* The current revision of a report at the node, 0 if there is none: what the next one is based on.
 */
enum tonghop_err tonghop_revision(struct tonghop *tonghop, const struct tonghop_key *key,
                                  uint64_t *ret_revision, char *reason);

/* Files a report. TONGHOP_OK: it is on disk at the node, and a power cut does not lose it.
 * Everything is checked here, by the node's catalogue, before anything is sent, and decided by the
 * node. TONGHOP_ERR_SYNTAX, _RANGE, _INVALID, _EXISTS (an indicator twice), _NOT_FOUND (a name):
 * correct it; TONGHOP_ERR_WARNINGS: figures are odd, such as a year below its half: correct them,
 * or have somebody look and file with `accepts_warnings`; TONGHOP_ERR_STALE: `based_on` is not the
 * current revision; TONGHOP_ERR_FOREIGN, _NOT_HOME: not to be handed in here, or not by this key.
 * tonghop_problem tells all that is wrong, cell by cell. */
enum tonghop_err tonghop_file(struct tonghop *tonghop, const struct tonghop_report *report,
                              const struct tonghop_receipt **ret_receipt, char *reason);

/* Answers as tonghop_file would, and changes nothing. */
enum tonghop_err tonghop_check(struct tonghop *tonghop, const struct tonghop_report *report,
                               const struct tonghop_receipt **ret_receipt, char *reason);

/* What was found about a report. */
struct tonghop_problem {
    const char *indicator; /* the code of the cell that it is about; "": the report */
    bool is_warning;       /* it is odd, and may be right */
    const char *text;      /* with what to do, in the language of the handle */
};

/* Problem `index`, from 0, of the last tonghop_file or tonghop_check with this handle, also of one
 * that was taken in; NULL behind the last. It belongs to the handle, until the next of these. */
const struct tonghop_problem *tonghop_problem(const struct tonghop *tonghop, size_t index);

/* ---- figures ---- */

struct tonghop_unit {
    uint32_t id;
    const char *code;
    const char *name_vi, *name_en; /* name_en "": there is none */
    const char *level, *type;      /* their codes */
};

struct tonghop_indicator {
    const char *code;
    const char *name_vi, *name_en;
    const char *measure, *measure_en;
    uint32_t decimals;
    bool is_derived; /* computed from others, and never reported */
};

struct tonghop_figure {
    bool has_value;                  /* false: nothing reported, or it cannot be computed */
    char value[TONGHOP_NUMBER_SIZE]; /* "2861"; "" without a value */
    const char *qualifier;           /* "=", ">=", "<=", "~" or ".."; "" without a value */
    char upper[TONGHOP_NUMBER_SIZE]; /* with "..", else "" */
    uint32_t unit_count;             /* reports that it is made of; of these */
    uint32_t exact_count;            /* have an exact value */
    uint32_t partial_count;          /* lack a half of the year */
    uint32_t implied_count;          /* are the year minus its first half */
    uint32_t early_count;            /* were taken in before their period had ended */
    uint32_t baseline_count;         /* are figures of earlier years, from another source */
};

/* One figure of a unit and everything beneath it. */
enum tonghop_err tonghop_total(struct tonghop *tonghop, const struct tonghop_key *key,
                               const char *indicator, const struct tonghop_figure **ret_figure,
                               char *reason);

/* Which rows follow that of the unit itself. */
enum tonghop_rows {
    TONGHOP_ROWS_NONE = 0,
    TONGHOP_ROWS_CHILDREN = 1, /* each unit directly beneath it */
    TONGHOP_ROWS_LEVEL = 2,    /* each unit of `level` beneath it */
};

struct tonghop_query {
    size_t size;
    struct tonghop_key key;
    const char *const *indicators; /* codes */
    size_t indicator_count;        /* 0: all that there are */
    enum tonghop_rows rows;
    const char *level;     /* of TONGHOP_ROWS_LEVEL: its code */
    const char *from_year; /* first year of a span that ends with the year key.period; NULL: none */
};

struct tonghop_totals;

/* Many figures at once: a table with a row for each unit and a column for each indicator.
 * TONGHOP_ERR_TOO_LARGE: more than 50,000 figures; ask for fewer rows or indicators. */
enum tonghop_err tonghop_totals(struct tonghop *tonghop, const struct tonghop_query *query,
                                struct tonghop_totals **ret_totals, char *reason);
void tonghop_totals_free(struct tonghop_totals *totals);

/* The unit of a row, from 0, which is the unit that was asked for; NULL behind the last. */
const struct tonghop_unit *tonghop_totals_unit(const struct tonghop_totals *totals, size_t row);
/* The indicator of a column, from 0, in order of display; NULL behind the last. */
const struct tonghop_indicator *tonghop_totals_indicator(const struct tonghop_totals *totals,
                                                         size_t column);
/* NULL outside the table. */
const struct tonghop_figure *tonghop_totals_figure(const struct tonghop_totals *totals, size_t row,
                                                   size_t column);
/* As it was asked for: "2024". */
const char *tonghop_totals_period(const struct tonghop_totals *totals);
/* True while the node works a new catalogue in: figures are incomplete, ask again. */
bool tonghop_totals_is_rebuilding(const struct tonghop_totals *totals);

/* ---- who has reported ---- */

enum tonghop_state {
    TONGHOP_STATE_MISSING = 1,
    TONGHOP_STATE_WAITING = 2, /* to be accepted */
    TONGHOP_STATE_ACCEPTED = 3,
    TONGHOP_STATE_RETURNED = 4, /* to be corrected */
    TONGHOP_STATE_COVERED = 5,  /* by a report `whole` of a unit at or above */
};

enum tonghop_timeliness {
    TONGHOP_TIME_NONE = 0, /* nothing was filed */
    TONGHOP_TIME_EARLY = 1,
    TONGHOP_TIME_ON_TIME = 2,
    TONGHOP_TIME_LATE = 3,
};

/* How many duties (a unit owes a form) there are, and what became of them. */
struct tonghop_counts {
    uint32_t due_count, filed_count, accepted_count, covered_count, late_count;
};

struct tonghop_duty {
    const struct tonghop_unit *unit;
    const char *form;                   /* its code */
    enum tonghop_state state;           /* a newer node may know more of them */
    enum tonghop_timeliness timeliness; /* of the first filing, against the deadline */
    uint64_t revision;                  /* the latest; 0: none */
    int64_t first_filed_us;             /* microseconds since 1970-01-01T00:00:00Z; 0: never */
    const char *covered_by;             /* code of the unit whose report stands for it, or "" */
};

struct tonghop_coverage;

/* What the unit and those beneath it owe in a period; `key.form` is not used. `only_missing`: only
 * those duties that nothing meets; the counts are of all. */
enum tonghop_err tonghop_coverage(struct tonghop *tonghop, const struct tonghop_key *key,
                                  bool only_missing, struct tonghop_coverage **ret_coverage,
                                  char *reason);
void tonghop_coverage_free(struct tonghop_coverage *coverage);
const struct tonghop_counts *tonghop_coverage_counts(const struct tonghop_coverage *coverage);
/* Duty `index`, from 0, in the order of the tree; NULL behind the last. */
const struct tonghop_duty *tonghop_coverage_duty(const struct tonghop_coverage *coverage,
                                                 size_t index);

/* ---- what became of a report ---- */

struct tonghop_entry {
    const char *form; /* its code */
    uint64_t revision;
    bool is_latest;
    bool is_accepted, is_returned;
    bool counts;  /* this revision is the one in the totals */
    bool is_safe; /* of the latest: more than one node holds it on disk */
    bool is_whole, is_withdrawn;
    int64_t received_us; /* microseconds since 1970-01-01T00:00:00Z */
    uint32_t cell_count;
    const char *author, *reason, *source; /* "": not said */
    const char *recorded_by;              /* who handed it in: "key:..." or "uid:...", and after
                                             a blank the name, where it is known */
    const struct tonghop_unit *held_by;   /* of the latest: the highest unit whose node is known to
                                             hold it; NULL: not known */
};

struct tonghop_history;

/* The revisions that the node holds of a unit's reports in a period; `key.form` NULL or "": of all
 * forms. None is an answer too. */
enum tonghop_err tonghop_history(struct tonghop *tonghop, const struct tonghop_key *key,
                                 struct tonghop_history **ret_history, char *reason);
void tonghop_history_free(struct tonghop_history *history);
/* Entry `index`, from 0, by form, the newest revision first; NULL behind the last. */
const struct tonghop_entry *tonghop_history_entry(const struct tonghop_history *history,
                                                  size_t index);

/* ---- following what changes ---- */

struct tonghop_change {
    const struct tonghop_unit *unit;
    const char *period, *form; /* "2024-S1"; its code */
    bool is_plan;
    uint64_t revision; /* the latest */
    bool is_accepted, is_returned;
    bool counts; /* this revision is the one in the totals */
    bool is_withdrawn;
    int64_t received_us; /* microseconds since 1970-01-01T00:00:00Z */
    const char *author, *reason;
};

struct tonghop_changes;

/* What has changed since `cursor`, of the unit (NULL: all that the key may read) and those beneath
 * it: each report once, as it is now, in the order of their changes. With nothing to tell, it waits
 * for a change, at most `wait_ms` (the node lets nobody wait longer than 30,000), and then answers
 * that there is none; it blocks so long, and at most the time-out of the handle beyond it.
 *
 * `cursor` is that of the last answer; "": everything that the node holds comes first; NULL: only
 * what changes from now on. A program that keeps it, on disk if need be, misses nothing, over any
 * pause and another connection; after an error it asks with the same one again.
 * TONGHOP_ERR_SYNTAX: not a cursor; TONGHOP_ERR_BUSY: too many wait; TONGHOP_ERR_VERSION: a node
 * before 0.2.0. */
enum tonghop_err tonghop_watch(struct tonghop *tonghop, const char *unit, const char *cursor,
                               uint32_t wait_ms, struct tonghop_changes **ret_changes,
                               char *reason);
void tonghop_changes_free(struct tonghop_changes *changes);
/* Change `index`, from 0; NULL behind the last. */
const struct tonghop_change *tonghop_changes_change(const struct tonghop_changes *changes,
                                                    size_t index);
/* Where to go on. */
const char *tonghop_changes_cursor(const struct tonghop_changes *changes);
/* There is more to tell: ask again at once. */
bool tonghop_changes_has_more(const struct tonghop_changes *changes);
/* The cursor was of another life of the node's data, which were lost, or put back from a backup:
 * everything is told again, and what is not told again is not there any more. */
bool tonghop_changes_is_restarted(const struct tonghop_changes *changes);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
