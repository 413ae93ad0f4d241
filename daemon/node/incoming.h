/* The state of one report key on its way into the store, from a reporter or from another node.
 * Private to node/. */
#ifndef NODE_INCOMING_H
#define NODE_INCOMING_H

#include "node/rollup.h"
#include "node/step.h"
#include "wire/digest.h"

/* Everything about one incoming state, decoded. The spans lie in the message. */
struct incoming {
    struct report_key key;
    struct revision revision; /* the latest */
    struct wire_filing filing;
    struct report report;
    bool is_report_lent; /* it is the event's (opened.h) */
    bool has_accepted;
    struct revision accepted; /* the highest accepted one, where that is an earlier one */
    uint8_t accepted_content[DIGEST_SIZE];
    /* What is held of the key's group, for incoming_put to take, if the caller has loaded it
     * already and nothing has changed since; NULL. */
    struct group *held;
};

/* Whom it comes from: that one need not be told of it. */
enum origin { FROM_REPORTER, FROM_CHILD, FROM_PARENT };

/* Opens the filing of the event's message, to which `in->revision.filing` is set. Errors as
 * wire_open_filing. incoming_fini in any case. */
enum err incoming_open_filing(struct step *step, struct incoming *in, char *reason,
                              size_t reason_size);
/* Decodes what a node sent. False, with a reason (256 bytes), when it is malformed. incoming_fini
 * in any case. */
bool incoming_open(struct step *step, const Tonghop__Revision *message, struct incoming *ret_in,
                   char *reason, size_t reason_size);
void incoming_fini(struct incoming *in);
/* What the state adds to its bucket, as its sender has it: equal digests are equal states. */
void incoming_digest(const struct incoming *in, uint8_t *ret_digest);

/* The digest of what is held under the key, whose head is given. Errors are sticky. */
void incoming_digest_held(struct node *node, struct store_txn *txn, const struct report_key *key,
                          const struct head *head, uint8_t *ret_digest);
/* Whether there is no room for the filing that would have to be set aside (incoming_put) for this
 * state of a child: it is then not taken before a person has looked at what was set aside already.
 * For the parent's there always is: one that waits gives way to one that is accepted, once. */
bool incoming_is_stuck(struct step *step, const struct incoming *in);

/* Merges `in` into what is held: a higher revision becomes the latest, of one that is held already
 * the bits grow; a fork of the latest is the caller's to see first. Carries what counts into totals
 * and digests, marks the key to be sent up unless the parent has this very state, and sends it down
 * to the child that is its home, unless that is where it comes from. Applying it twice changes
 * nothing. Errors are sticky.
 */
void incoming_put(struct step *step, const struct incoming *in, enum origin origin);
/* Sets bits of a revision that is held, and does all that incoming_put does with the change. */
void incoming_mark(struct step *step, const struct report_key *key, uint64_t revision,
                   uint8_t states);
/* ---- node_fork.c ---- */

/* Whether two states of a key are not of one history: two nodes numbered it. Their contents differ,
 * and either their numbers are equal or the higher number was received earlier: within one history
 * the time of receipt never goes back. */
bool incoming_is_fork(const struct incoming *in, const struct head *held);
enum settled {
    SETTLED,      /* taken over, or the fork was settled */
    NOT_BY_US,    /* a fork, ours stays: the message is to be passed down to the home */
    NOT_AT_ALL,   /* a fork, ours stays: no numbers are left above */
    NOT_READABLE, /* a fork, and ours is damaged */
};
/* Takes over what the parent holds. Where it contradicts ours, the home settles it. */
enum settled incoming_take_parents(struct step *step, struct incoming *theirs);

#endif
