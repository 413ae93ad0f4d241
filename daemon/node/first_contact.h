/* What goes wrong when two nodes meet, remembered so that both sides can tell it: keys that are not
 * enrolled, keys of other units and roles, loops, clocks that differ, a key that two daemons use.
 *
 * All of it is a cache: what is lost with the process is seen again at the next try; what a step
 * that is undone has noted may be counted twice. Everything is bounded, because strangers can cause
 * it. */
#ifndef NODE_FIRST_CONTACT_H
#define NODE_FIRST_CONTACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/instant.h"
#include "node/peers.h"

enum {
    CONTACT_CLOCK_OFF_MINUTES = 5, /* clocks that differ by more are told: a report that was filed
                                      in time may be taken for a late one, or the reverse */
    CONTACT_STRANGERS_MAX = 8,     /* remembered; they are no reason to call the node unwell */
    CONTACT_STRANGER_HOURS = 24,   /* then forgotten */
    CONTACT_FAULTS_MAX = 16,       /* of keys that are enrolled */
    CONTACT_FAULT_MINUTES = 10,    /* who still has it has tried again by then */
    CONTACT_TOLD_MINUTES = 60,     /* until the log says the same of the same key again */
    CONTACT_SHARED_MS = 5000,      /* a word on an older connection, so long after a newer one said
                                      hello, is a second daemon's */
    CONTACT_SHARED_MIN = 2,        /* such words; one may have been under way */
};

enum contact_fault {
    /* Of strangers: */
    CONTACT_UNKNOWN_KEY, /* not enrolled, or revoked */
    CONTACT_MISTAKEN,    /* it connected for another server's key */
    /* Of keys that are enrolled, or in our configuration: */
    CONTACT_OTHER_UNIT,
    CONTACT_OTHER_ROLE,
    CONTACT_OTHER_CATALOGUE,
    CONTACT_OTHER_PROTOCOL,
    CONTACT_LOOP,   /* the node above, as one that is beneath */
    CONTACT_SHARED, /* two daemons at once */
};

struct contact_note {
    enum contact_fault fault;
    uint8_t key[PEER_KEY_SIZE]; /* zero: not known */
    char host[PEER_HOST_SIZE];  /* "": not known */
    uint32_t unit;              /* that it said it serves, where that is wrong */
    uint64_t count;
    struct instant last, told;
};

struct contact {
    struct contact_note strangers[CONTACT_STRANGERS_MAX], faults[CONTACT_FAULTS_MAX];
    size_t stranger_count, fault_count;
    int64_t parent_ahead_us; /* of our clock, as it was last heard */
    struct instant shared;   /* when the parent last said that another daemon has our key */
    bool is_reload_refused;  /* the configuration on the disk has errors */
    bool is_reload_partial;  /* some of it needs a restart */
};

struct enrolled;
struct node;
struct step;

/* ---- noting ---- */

/* A handshake was refused (CONTACT_UNKNOWN_KEY), or was made for another server's key
 * (CONTACT_MISTAKEN; `key` NULL). The log is the caller's. */
void contact_note_stranger(struct node *node, enum contact_fault fault, const uint8_t *key,
                           const char *host, struct instant now);
/* The sender of the message in hand is not what it should be; `why` is what the log says of it. */
void contact_note_fault(struct step *step, enum contact_fault fault, uint32_t unit,
                        const char *why);
/* The key has another enrolment: what was noted of it is past. */
void contact_forget(struct node *node, const uint8_t *key);
/* Its hello was right: what was wrong with earlier ones is past. */
void contact_forget_faults(struct node *node, const uint8_t *key);
/* The clock of a node beneath, from a message of its (0: it does not say). */
void contact_hear_clock(struct step *step, struct peer *peer, int64_t now_us);
/* That of the node above; and whether it says that another daemon has our key. */
void contact_hear_parent(struct step *step, int64_t now_us, bool is_shared);
bool contact_clock_is_off(int64_t ahead_us);
/* Whether the sender's key is used by two daemons at once: looks whether a newer connection with
 * it is there. */
bool contact_is_shared(struct step *step);
/* Tells the log what is wrong before anybody has come: the node above is enrolled beneath. */
void contact_check_start(struct node *node);

/* Likewise, when a catalogue has come into force, of the next. */
void contact_check_enrolled(struct step *step);
/* A key that is enrolled for a unit that the catalogue does not have: the node had none when it
 * enrolled it. */
bool contact_find_homeless(struct step *step, struct enrolled *ret_enrolled);

/* ---- telling, in the language of who asks ---- */

/* Writes up to `max` sentences about what needs a person; the caller frees them. `ret_lasting`: how
 * many of them do not end by waiting, whatever other nodes do. */
size_t contact_problems(struct step *step, char **ret_texts, size_t max, size_t *ret_lasting);
/* Likewise of what a person may want to know: strangers at the door. */
size_t contact_notices(struct step *step, char **ret_texts, size_t max);
/* What is the matter with the node above, "" if nothing is known. */
const char *contact_trouble(const struct step *step);
/* Why there is no link with the node above, and what to do; the caller frees it. */
char *contact_link_text(struct step *step);

#endif
