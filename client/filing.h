/* Filing reports, for `submit` and `amend`: what the node holds now, what would change, the filing
 * itself, and one result line for each report.
 *
 * All of it may be repeated: a report that is held already is answered as such. */
#ifndef CLIENT_FILING_H
#define CLIENT_FILING_H

#include "client/selection.h"
#include "client/table.h"
#include "core/tree.h"
#include "wire/wire.h"

/* A connection with everything that filing needs to know. */
struct filing {
    const struct common *common;
    const struct selection *selection;
    struct connection *connection;
    struct catalogue *catalogue; /* in force at the node */
    struct tree *tree;           /* of the period */
    struct table *results;
    char *told; /* the refusal that was printed last: of the next report it is not said again */
};

enum filing_outcome {
    FILING_ACCEPTED,
    FILING_WAITING,   /* taken in, to be accepted by hand */
    FILING_UNCHANGED, /* held already with this content */
    FILING_RETURNED,  /* likewise, and returned: it does not count, and nothing answers that */
    FILING_REFUSED,
    FILING_UNKNOWN,  /* no answer */
    FILING_NOT_SENT, /* because of that */
    FILING_CHECKED,  /* not sent: --dry-run */
};

/* What the node holds of a report. */
struct filing_base {
    uint64_t revision; /* 0: nothing */
    bool is_returned;
    struct report report;
    uint8_t content[WIRE_DIGEST_SIZE];
};

/* Connects and fetches the catalogue. EXIT_DONE, or the exit status with the reason printed; in any
 * case the caller calls filing_fini. `common` and `selection` must outlive it. */
int filing_init(struct filing *filing, const struct common *common,
                const struct selection *selection);
void filing_fini(struct filing *filing);

/* The unit that the sender speaks for: the node's on its local socket, else its key's. Exit status.
 */
int filing_own_unit(struct filing *filing, uint32_t *ret_unit);
/* The current revision with its content; report_fini(&ret_base->report). Exit status. */
int filing_fetch(struct filing *filing, const struct report_key *key, struct filing_base *ret_base);
/* Whether its figures, notes and scope are those that the node holds. */
bool filing_is_same(const struct filing_base *base, const struct report *next);

/* Prints on standard error which report it is and which cells it changes. The cells of a first
 * filing are only counted, unless `with_all`. */
void filing_show(const struct filing *filing, const struct filing_base *base,
                 const struct report *next, bool with_all);
/* Asks the home for its verdict, which changes nothing. What it warns of, and the errors that it
 * would refuse the report for, are added to `problems` (with their cell, without a place); another
 * refusal is printed. EXIT_DONE when it would be taken in; EXIT_NO, EXIT_UNKNOWN. */
int filing_check(struct filing *filing, const struct report *report, struct problems *problems);
/* Hands the report in and adds its result line. Without `accepts_warnings` the home refuses what it
 * warns of. What it says that is not in `known` is added to `ret_fresh`, as by filing_check.
 * EXIT_DONE, EXIT_NO, also of FILING_RETURNED, or EXIT_UNKNOWN. */
int filing_send(struct filing *filing, const struct report *report, bool accepts_warnings,
                const struct problems *known, struct problems *ret_fresh);
/* Adds a result line; `revision` 0: none. */
void filing_add_result(struct filing *filing, const struct report_key *key, uint64_t revision,
                       enum filing_outcome outcome);
void filing_print_results(const struct filing *filing);

/* Adds a note of a cell (0: of the whole report), behind the one that it has; one that is there
 * already is not repeated. Too many, or too long a one, are an error, with the cell, in `problems`.
 */
void filing_add_note(struct report *report, uint32_t indicator, const char *text,
                     struct problems *problems);
/* Puts the note on every cell that a warning of problems->items[first..end) is about, behind its
 * own note, and on the whole report for one that is about none of its cells. A note that is there
 * already is not repeated. One that would be too long is an error, with the cell, in `problems`. */
void filing_accept(struct report *report, struct problems *problems, size_t first, size_t end,
                   const char *note);

/* Waits until another node holds what was filed too, at most --timeout for all of them. Exit
 * status: EXIT_NO when no node will (there is none above), or when another filing has taken the
 * place of one of them; EXIT_UNKNOWN when the time is over. Says which. */
int filing_wait_safe(struct filing *filing, const struct report *const *reports, size_t count);

/* `option` (--author), else TONGHOP_AUTHOR, else the login name; NULL, with the reason printed,
 * when the text is too long or not one line. The caller frees. */
char *filing_author(const struct common *common, const char *name, const char *option);
/* The text of --reason, "" for NULL; likewise. */
char *filing_reason(const struct common *common, const char *name, const char *option);
/* Likewise where the figures of a baseline are from (--source), "" if not given. */
char *filing_source(const struct common *common, const char *name, const char *option);
/* Whether the text of an option (NULL: not given) says something, in at most that many bytes of
 * text; prints why not. */
bool filing_check_text(const struct common *common, const char *name, const char *option,
                       const char *text, size_t max_bytes);
/* Whether the text of --accept-warnings (NULL: not given) may be a note; prints why not. */
bool filing_check_note(const struct common *common, const char *name, const char *option);

#endif
