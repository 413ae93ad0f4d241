/* What the parts of the answer about the node's health share (node_query_status.c). Private to
 * node/. */
#ifndef NODE_STATUS_H
#define NODE_STATUS_H

#include "node/query.h"

/* Of one answer: more sentences than there are reasons to complain. */
enum { STATUS_PROBLEMS_MAX = 40, STATUS_NOTICES_MAX = 16 };
/* Older than that, a verification or a backup has to be looked after. The timers run every week and
 * every day: one that was missed is no reason yet. */
enum { STATUS_VERIFY_DAYS_MAX = 15, STATUS_BACKUP_DAYS_MAX = 3 };

/* ---- complaints: what needs a person, each with what to do ---- */

struct complaints {
    char *texts[STATUS_PROBLEMS_MAX];
    size_t count;
    size_t lasting; /* of them: a person has to end them here, and nobody has to wait for that */
};
/* Takes ownership of `text`. */
void status_complain(struct complaints *complaints, char *text);
/* Likewise, of what does not end by waiting, whatever other nodes and their people do. */
void status_complain_lasting(struct complaints *complaints, char *text);
/* Everything that there is to complain of, in a fixed order. `status` is filled but for them. */
void status_find_complaints(struct step *step, const Tonghop__Status *status,
                            struct complaints *ret_complaints);
void status_complaints_fini(struct complaints *complaints);

/* About the link with the node above, and about the last verification and backup: status_links.c
 * and status_care.c. */
void status_complain_of_link(struct step *step, const Tonghop__Status *status,
                             struct complaints *complaints);
void status_complain_of_care(struct step *step, struct complaints *complaints);

/* ---- links: status_links.c ---- */

/* The arrays an answer points to. */
struct links {
    Tonghop__Link *items;
    Tonghop__Link **pointers;
    Tonghop__UnitInfo *units;
    char (*names)[STORE_NAME_MAX];
    size_t count;
};
/* Nodes enrolled beneath this one, connected or not. */
void status_fill_links(struct step *step, struct links *ret_links);
void status_links_fini(struct links *links);
/* Since when the oldest report in the outbox waits; 0 if none does. */
struct instant status_waiting_since(struct step *step);

/* ---- the campaign and the care records, as an answer has them ---- */

/* False: there is none. The period goes into `ret_period`, which the message points to. */
bool status_fill_campaign(struct step *step, char ret_period[PERIOD_TEXT_SIZE],
                          Tonghop__Campaign *ret_message);
/* False: there never was one. The message points into `care`. */
bool status_fill_care(const struct care *care, Tonghop__Care *ret_message);

#endif
