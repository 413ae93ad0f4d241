/* A page of notices that has come: what a node takes over from one beneath it, and from the one
 * above. What is not for the sender to say, or does not read, is left out, and holds nothing up. */
#include <string.h>

#include "core/log.h"
#include "node/notice.h"

enum { CROWDS_MAX = 4 }; /* units of which too much is said, looked for in one page */

/* How many notices are held of one unit, kind and year: of the last one that was looked at. */
struct crowd {
    struct report_key of;
    size_t count;
    size_t full; /* so many were met in this page that can take no more */
};

struct taking {
    struct step *step;
    struct span bytes; /* of the notice */
    struct crowd crowd;
};

static const struct tree *tree_of(struct node *node, const struct notice_key *key)
{
    return node_tree(node, key->report.period);
}

bool notice_concerns(struct node *node, const struct notice_key *key, uint32_t child)
{
    const struct tree *tree = tree_of(node, key);
    return tree_contains(tree, child, key->report.unit) ||
           (key->type == NOTICE_CLOSING && tree_contains(tree, key->report.unit, child));
}

/* ---- how many ---- */

static bool is_of(const struct report_key *key, const struct report_key *crowd)
{
    return key->kind == crowd->kind && key->period.year == crowd->period.year &&
           key->unit == crowd->unit;
}

static size_t count_held(struct step *step, const struct report_key *of)
{
    struct notice_key at = {.report = store_cursor_before(of->kind, of->period.year, of->unit, 0)};
    struct span bytes;
    size_t count = 0;
    while (count < NODE_NOTICES_OF_UNIT && store_next_notice(step->txn, &at, &bytes) &&
           is_of(&at.report, of))
        count++;
    return count;
}

/* No honest node comes near the bound; a walk of what is said of one unit and year stays short. A
 * page that is full of such units is not worth the counting. */
static bool has_place(struct taking *taking, const struct notice_key *key)
{
    struct crowd *crowd = &taking->crowd;
    struct span bytes;
    if (store_get_notice(taking->step->txn, key, &bytes) == ERR_OK)
        return true;
    if (!is_of(&key->report, &crowd->of)) {
        if (crowd->full == CROWDS_MAX)
            return false;
        crowd->of = key->report;
        crowd->count = count_held(taking->step, &key->report);
        crowd->full += crowd->count == NODE_NOTICES_OF_UNIT;
    }
    if (crowd->count == NODE_NOTICES_OF_UNIT)
        return false;
    crowd->count++;
    return true;
}

/* ---- from beneath ---- */

/* What a unit's own node does not say of it: whom it serves it also closes and reopens. */
static bool is_from_above(uint8_t type)
{
    return type == NOTICE_ACCEPTED || type == NOTICE_RETURNED || type == NOTICE_REMINDER ||
           type == NOTICE_CLOCK;
}

/* What a child may say: what is about its units, said there by the unit's node or one above it; and
 * what this node has said itself, which it may have lost. What those above the child have said (as
 * they are, or were in that period) comes from them. NULL: it may; otherwise why not, "" if nothing
 * is wrong with that. */
static const char *why_not_from_child(struct taking *taking, const Tonghop__Notice *notice)
{
    struct step *step = taking->step;
    const uint32_t child = step->peer.unit;
    struct notice_key key;
    wire_notice_key(notice, &key);
    const struct tree *tree = tree_of(step->node, &key);
    if (notice_is_own(step->node, notice))
        return NULL;
    if (tree_contains(tree, key.author, step->node->options.unit) ||
        (key.author != child && tree_contains(tree, key.author, child)))
        return ""; /* handed back to whoever may have lost it */
    if (!tree_contains(tree, child, key.report.unit))
        return "its unit is not beneath who sent it";
    if (!tree_contains(tree, child, key.author))
        return "who said it is not beneath who sent it";
    if (!tree_contains(tree, key.author, key.report.unit) ||
        (key.author == key.report.unit && is_from_above(key.type)))
        return "who said it is not above its unit";
    if (!has_place(taking, &key))
        return "too much is said of its unit and year";
    return NULL;
}

/* ---- from above ---- */

/* Nobody else says what this node says. One that is restored does not know what it has said, nor,
 * where its key was lost with its disk, by its seal. What is no news is compared as ever. */
static bool is_made_up(struct taking *taking, const Tonghop__Notice *notice)
{
    const struct node *node = taking->step->node;
    return notice->author == node->options.unit && !node->is_restoring &&
           !notice_is_own(node, notice) && notice_is_news(taking->step, taking->bytes, notice);
}

static const char *why_not_from_parent(struct taking *taking, const Tonghop__Notice *notice)
{
    struct node *node = taking->step->node;
    struct notice_key key;
    wire_notice_key(notice, &key);
    if (is_made_up(taking, notice))
        return "it is in this node's name, and this node has not said it";
    if (!notice_concerns(node, &key, node->options.unit))
        return "its unit is not beneath this node";
    return NULL;
}

/* ---- taking ---- */

static void take_one(struct taking *taking,
                     const char *(*why_not)(struct taking *taking, const Tonghop__Notice *notice))
{
    struct step *step = taking->step;
    char reason[WIRE_REASON_SIZE], sender[STEP_SENDER_SIZE];
    Tonghop__Notice *notice;
    arena_reset(step->node->scratch);
    if (wire_open_notice(taking->bytes, step->node->scratch, &notice, reason, sizeof(reason)) !=
        ERR_OK) {
        log_event(LOG_EVENT_NOTICE_IGNORED,
                  LOG_FIELDS(.error = ERR_MALFORMED, .peer = step_sender(step, sender)),
                  "a notice does not read: %s", reason);
        return;
    }
    const char *why = why_not(taking, notice);
    if (why == NULL)
        notice_take(step, taking->bytes, notice);
    else if (why[0] != '\0')
        log_event(LOG_EVENT_NOTICE_IGNORED,
                  LOG_FIELDS(.error = ERR_FOREIGN, .unit = notice->unit,
                             .peer = step_sender(step, sender)),
                  "a notice is not for the sender to say: %s", why);
}

static void take_all(struct step *step, const Tonghop__Notices *notices,
                     const char *(*why_not)(struct taking *taking, const Tonghop__Notice *notice))
{
    struct taking taking = {.step = step};
    for (size_t i = 0; i < notices->n_notices; i++) {
        taking.bytes = (struct span){notices->notices[i].data, notices->notices[i].len};
        take_one(&taking, why_not);
    }
}

void notices_take_from_child(struct step *step, const Tonghop__Notices *notices)
{
    take_all(step, notices, why_not_from_child);
}

void notices_take_from_parent(struct step *step, const Tonghop__Notices *notices)
{
    take_all(step, notices, why_not_from_parent);
}
