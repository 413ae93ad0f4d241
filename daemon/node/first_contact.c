/* Notes of what went wrong. A note is about one key and one fault; the log has a line when it is
 * new, and once an hour. */
#include "node/first_contact.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "link/key.h"
#include "node/authority.h"
#include "node/step.h"

enum { US_PER_MINUTE = 60 * 1000000 };

static const uint8_t no_key[PEER_KEY_SIZE];

/* ---- lists of notes ---- */

struct notes {
    struct contact_note *items;
    size_t *count;
    size_t max;
};

static struct notes faults_of(struct contact *contact)
{
    return (struct notes){contact->faults, &contact->fault_count, CONTACT_FAULTS_MAX};
}

static struct notes strangers_of(struct contact *contact)
{
    return (struct notes){contact->strangers, &contact->stranger_count, CONTACT_STRANGERS_MAX};
}

static void drop(const struct notes *notes, size_t at)
{
    *notes->count -= 1;
    memmove(notes->items + at, notes->items + at + 1, (*notes->count - at) * sizeof *notes->items);
}

static void drop_old(const struct notes *notes, struct instant now, int64_t kept_us)
{
    for (size_t i = *notes->count; i-- > 0;)
        if (now.us - notes->items[i].last.us > kept_us)
            drop(notes, i);
}

/* The same key with the same fault; without a key, the same address. */
static bool is_same(const struct contact_note *a, const struct contact_note *b)
{
    return a->fault == b->fault && memcmp(a->key, b->key, sizeof a->key) == 0 &&
           (memcmp(a->key, no_key, sizeof no_key) != 0 || strcmp(a->host, b->host) == 0);
}

/* Whom to give up for a new one: whoever came least often, because a node of ours comes again every
 * minute and a scan of the ports does not; of those, who came longest ago. */
static size_t least(const struct notes *notes)
{
    size_t at = 0;
    for (size_t i = 1; i < *notes->count; i++) {
        const struct contact_note *note = &notes->items[i], *best = &notes->items[at];
        if (note->count < best->count ||
            (note->count == best->count && note->last.us < best->last.us))
            at = i;
    }
    return at;
}

/* The note that this is about, with the new state. */
static struct contact_note *put(const struct notes *notes, const struct contact_note *note)
{
    size_t at = 0;
    while (at < *notes->count && !is_same(&notes->items[at], note))
        at++;
    if (at == *notes->count && at == notes->max) {
        at = least(notes);
        notes->items[at] = (struct contact_note){0};
    } else if (at == *notes->count) {
        notes->items[(*notes->count)++] = (struct contact_note){0};
    }
    struct contact_note *held = &notes->items[at];
    uint64_t count = held->count + 1;
    struct instant told = held->told;
    *held = *note;
    held->count = count;
    held->told = told;
    return held;
}

/* ---- noting ---- */

static struct contact_note note_of(enum contact_fault fault, const uint8_t *key, const char *host,
                                   struct instant now)
{
    struct contact_note note = {.fault = fault, .last = now};
    if (key != NULL)
        memcpy(note.key, key, sizeof note.key);
    (void)snprintf(note.host, sizeof note.host, "%s", host);
    return note;
}

static bool is_parents(const struct node *node, const uint8_t *key)
{
    return node->options.has_parent && memcmp(key, no_key, sizeof no_key) != 0 &&
           memcmp(key, node->options.parent_key, sizeof node->options.parent_key) == 0;
}

void contact_note_stranger(struct node *node, enum contact_fault fault, const uint8_t *key,
                           const char *host, struct instant now)
{
    struct notes strangers = strangers_of(&node->contact), faults = faults_of(&node->contact);
    struct contact_note note = note_of(fault, key, host, now);
    drop_old(&strangers, now, (int64_t)CONTACT_STRANGER_HOURS * 60 * US_PER_MINUTE);
    if (key != NULL && is_parents(node, key)) {
        note.fault = CONTACT_LOOP;
        (void)put(&faults, &note);
        return;
    }
    (void)put(&strangers, &note);
}

void contact_note_fault(struct step *step, enum contact_fault fault, uint32_t unit, const char *why)
{
    struct notes faults = faults_of(&step->node->contact);
    struct instant now = step->event->now;
    struct contact_note note = note_of(fault, step->event->from.key, step->event->from.host, now);
    char key[KEY_TEXT_SIZE];
    drop_old(&faults, now, (int64_t)CONTACT_FAULT_MINUTES * US_PER_MINUTE);
    note.unit = unit;
    struct contact_note *held = put(&faults, &note);
    if (held->told.us != 0 &&
        now.us - held->told.us < (int64_t)CONTACT_TOLD_MINUTES * US_PER_MINUTE)
        return;
    held->told = now;
    log_event(LOG_EVENT_CHILD_REFUSED, LOG_FIELDS(.unit = unit, .key = key, .peer = note.host),
              "the key %s, from %s: %s", key_format(note.key, key),
              note.host[0] != '\0' ? note.host : "an unknown address", why);
}

void contact_forget(struct node *node, const uint8_t *key)
{
    struct notes lists[] = {strangers_of(&node->contact), faults_of(&node->contact)};
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
        for (size_t i = *lists[l].count; i-- > 0;)
            if (memcmp(lists[l].items[i].key, key, PEER_KEY_SIZE) == 0)
                drop(&lists[l], i);
}

void contact_forget_faults(struct node *node, const uint8_t *key)
{
    struct notes faults = faults_of(&node->contact);
    for (size_t i = *faults.count; i-- > 0;)
        if (faults.items[i].fault != CONTACT_SHARED &&
            memcmp(faults.items[i].key, key, PEER_KEY_SIZE) == 0)
            drop(&faults, i);
}

/* ---- clocks ---- */

bool contact_clock_is_off(int64_t ahead_us)
{
    int64_t limit_us = (int64_t)CONTACT_CLOCK_OFF_MINUTES * US_PER_MINUTE;
    return ahead_us > limit_us || ahead_us < -limit_us;
}

/* Both instants are within a few thousand years of each other: no overflow. */
static void tell_clock(const char *whose, uint32_t unit, int64_t old_us, int64_t ahead_us)
{
    int64_t minutes = ahead_us / US_PER_MINUTE;
    if (contact_clock_is_off(ahead_us) == contact_clock_is_off(old_us))
        return;
    if (contact_clock_is_off(ahead_us))
        log_event(LOG_EVENT_CLOCK_OFF, LOG_FIELDS(.unit = unit),
                  "the clock of %s is %" PRId64 " minutes %s this one's: set both by a time "
                  "server (timedatectl set-ntp true): whether reports are filed in time is told "
                  "by these clocks",
                  whose, minutes < 0 ? -minutes : minutes, minutes < 0 ? "behind" : "ahead of");
    else
        log_event(LOG_EVENT_CLOCK_AGREES, LOG_FIELDS(.unit = unit),
                  "the clock of %s agrees with this one's again", whose);
}

void contact_hear_clock(struct step *step, struct peer *peer, int64_t now_us)
{
    char unit[256], whose[300];
    int64_t ahead_us = now_us - step->event->now.us;
    if (now_us == 0)
        return;
    (void)snprintf(whose, sizeof whose, "the node of %s",
                   node_unit_text(step->node, peer->unit, unit, sizeof unit));
    tell_clock(whose, peer->unit, peer->ahead_us, ahead_us);
    peer->ahead_us = ahead_us;
}

void contact_hear_parent(struct step *step, int64_t now_us, bool is_shared)
{
    struct contact *contact = &step->node->contact;
    struct instant now = step->event->now;
    if (now_us != 0) {
        tell_clock("the node above", 0, contact->parent_ahead_us, now_us - now.us);
        contact->parent_ahead_us = now_us - now.us;
    }
    if (is_shared && now.us - contact->shared.us > (int64_t)CONTACT_TOLD_MINUTES * US_PER_MINUTE)
        log_event(LOG_EVENT_KEY_SHARED, NULL,
                  "another daemon is linked with the node above under this node's key: stop one of "
                  "the two; if the key was copied, make a new one: tonghop rekey");
    if (is_shared)
        contact->shared = now;
}

/* ---- a key that two daemons use ---- */

/* A connection with the sender's key that said hello well after the sender's did. */
static bool has_newer(const struct node *node, const struct peer *sender, int64_t now_ms)
{
    size_t index = 0;
    for (struct peer *peer = peers_next(&node->peers, &index); peer != NULL;
         peer = peers_next(&node->peers, &index))
        if (!peer->from.address.is_local && peer->hello_ms > sender->hello_ms &&
            now_ms - peer->hello_ms >= CONTACT_SHARED_MS &&
            memcmp(peer->from.key, sender->from.key, sizeof sender->from.key) == 0)
            return true;
    return false;
}

bool contact_is_shared(struct step *step)
{
    const struct contact *contact = &step->node->contact;
    struct notes faults = faults_of(&step->node->contact);
    if (has_newer(step->node, &step->peer, step->event->now_ms)) {
        struct contact_note note =
            note_of(CONTACT_SHARED, step->peer.from.key, step->event->from.host, step->event->now);
        struct contact_note *held = put(&faults, &note);
        if (held->count == CONTACT_SHARED_MIN) {
            char unit[256];
            log_event(LOG_EVENT_KEY_SHARED,
                      LOG_FIELDS(.unit = step->peer.unit, .peer = step->event->from.host),
                      "two daemons use the key of the node of %s at once: stop one of them; if the "
                      "key was copied, make a new one: tonghop rekey",
                      node_unit_text(step->node, step->peer.unit, unit, sizeof unit));
        }
    }
    drop_old(&faults, step->event->now, (int64_t)CONTACT_FAULT_MINUTES * US_PER_MINUTE);
    for (size_t i = 0; i < contact->fault_count; i++) {
        const struct contact_note *note = &contact->faults[i];
        if (note->fault == CONTACT_SHARED && note->count >= CONTACT_SHARED_MIN &&
            memcmp(note->key, step->peer.from.key, sizeof note->key) == 0)
            return true;
    }
    return false;
}

void contact_check_start(struct node *node)
{
    struct enrolled enrolled;
    struct store_txn *txn = store_begin_read(node->store);
    bool is_wrong = is_parents(node, node->options.parent_key) &&
                    store_get_enrolled(txn, node->options.parent_key, &enrolled) == ERR_OK &&
                    !enrolled.is_revoked;
    if (is_wrong && enrolled.role != TONGHOP__ROLE__ROLE_NODE)
        log_event(LOG_EVENT_PARENT_BENEATH, LOG_FIELDS(.unit = enrolled.unit),
                  "the key in [parent] is that of no node, it is enrolled here as %s of unit "
                  "%" PRIu32 ": put the content of NAME.pub of the node above there, and reload",
                  authority_role_name(enrolled.role), enrolled.unit);
    else if (is_wrong)
        log_event(LOG_EVENT_PARENT_BENEATH, LOG_FIELDS(.unit = enrolled.unit),
                  "the node above, by its key in [parent], is enrolled here for unit %" PRIu32
                  ": that makes a loop: correct [parent], or revoke the key",
                  enrolled.unit);
    store_abort(&txn);
}

bool contact_find_homeless(struct step *step, struct enrolled *ret_enrolled)
{
    const struct catalogue *catalogue = step->node->catalogue;
    struct enrolled enrolled = {0};
    while (catalogue != NULL && store_next_enrolled(step->txn, &enrolled)) {
        if (enrolled.is_revoked || catalogue_unit(catalogue, enrolled.unit) != NULL)
            continue;
        *ret_enrolled = enrolled;
        return true;
    }
    return false;
}

void contact_check_enrolled(struct step *step)
{
    struct enrolled enrolled;
    char key[KEY_TEXT_SIZE];
    if (contact_find_homeless(step, &enrolled))
        log_event(LOG_EVENT_ENROLLED_UNKNOWN, LOG_FIELDS(.unit = enrolled.unit, .key = key),
                  "the key %s is enrolled for unit %" PRIu32
                  ", which the catalogue does not have: revoke it, or enrol it for the right unit",
                  key_format(enrolled.key, key), enrolled.unit);
}
