/* Forks: two nodes numbered a report, because its home has moved, or an old disk came back. The one
 * that is its home now settles it: the later filing stands, and nothing acknowledged vanishes. */
#include <inttypes.h>
#include <string.h>

#include "core/log.h"
#include "node/incoming.h"

/* A revision with memory of its own: what the store or a message lent does not live long enough. */
struct kept {
    struct revision revision;
    struct buf bytes;
};

static void keep(const struct revision *from, struct kept *ret_kept)
{
    *ret_kept = (struct kept){.revision = *from};
    buf_put(&ret_kept->bytes, from->filing.data, from->filing.len);
    buf_put(&ret_kept->bytes, from->recorded_by.data, from->recorded_by.len);
    const uint8_t *data = ret_kept->bytes.data;
    ret_kept->revision.filing = (struct span){data, from->filing.len};
    ret_kept->revision.recorded_by = (struct span){data + from->filing.len, from->recorded_by.len};
}

/* A fork that is being settled: what both sides share from now on. */
struct fork {
    const struct report_key *key;
    uint64_t number; /* the highest so far */
    struct instant received, first_filed;
};

/* Files `kept` again above all: same content, same recorder, same bits; received when the later of
 * the two was, so that a third one can still be later. */
static void reissue(struct step *step, struct fork *fork, const struct kept *kept)
{
    struct incoming in = {.key = *fork->key, .revision = kept->revision};
    char reason[256];
    in.revision.number = ++fork->number;
    in.revision.home = step->node->options.unit;
    in.revision.received = fork->received;
    in.revision.first_filed = fork->first_filed;
    enum err err = wire_open_filing(in.revision.filing, step->node->arena, &in.filing, &in.report,
                                    reason, sizeof(reason));
    if (err == ERR_OK)
        incoming_put(step, &in, FROM_REPORTER);
    else /* both were opened when they were taken in; but the message may be a huge one */
        store_fail(step->txn, err == ERR_TOO_LARGE ? err : ERR_CORRUPT);
    incoming_fini(&in);
}

/* The parent holds another state of a key that this node is the home of: a node above was its home
 * before, or this node was restored from an old backup. Nothing that was accepted may vanish: the
 * later filing stands. Theirs keeps a number above ours; otherwise it is filed again, above both.
 * The other stays in the history of the node that had it; if it was accepted and the later one
 * still waits, it goes on counting, below that: at an equal number it is filed again for it. */
static enum settled settle_fork(struct step *step, struct incoming *theirs, const struct head *ours)
{
    struct revision held;
    struct kept later, earlier;
    char text[STEP_KEY_TEXT_SIZE];
    uint64_t number = theirs->revision.number;
    bool is_ours_later = ours->received.us > theirs->revision.received.us;
    struct fork fork = {
        .key = &theirs->key,
        .number = ours->revision > number ? ours->revision : number,
        .received = instant_later(ours->received, theirs->revision.received),
        .first_filed = instant_earlier(ours->first_filed, theirs->revision.first_filed),
    };
    if (store_get_named_revision(step->txn, &theirs->key, ours->revision, &held) != ERR_OK)
        return NOT_READABLE;
    keep(is_ours_later ? &held : &theirs->revision, &later);
    keep(is_ours_later ? &theirs->revision : &held, &earlier);
    if (number != ours->revision)
        incoming_put(step, theirs, FROM_PARENT);
    else if ((earlier.revision.states & ~later.revision.states & STATE_ACCEPTED) != 0)
        reissue(step, &fork, &earlier);
    if (is_ours_later || number <= ours->revision)
        reissue(step, &fork, &later);
    log_event(LOG_EVENT_FORK_SETTLED, LOG_FIELDS(.report = fork.key, .revision = fork.number),
              "two nodes had numbered %s: the later filing stands, as revision %" PRIu64,
              node_key_text(step->node, fork.key, text, sizeof(text)), fork.number);
    buf_fini(&later.bytes);
    buf_fini(&earlier.bytes);
    return SETTLED;
}

bool incoming_is_fork(const struct incoming *in, const struct head *held)
{
    const struct revision *revision = &in->revision;
    if (memcmp(held->content, in->filing.content, sizeof(held->content)) == 0)
        return false;
    if (revision->number > held->revision)
        return revision->received.us < held->received.us;
    return revision->number == held->revision || revision->received.us > held->received.us;
}

/* Only a hostile node ever comes so near to the last number that settling might go beyond. */
static bool fits_above(uint64_t number)
{
    enum { REISSUED_MAX = 2 };
    return number <= WIRE_REVISION_MAX - REISSUED_MAX;
}

enum settled incoming_take_parents(struct step *step, struct incoming *theirs)
{
    struct node *node = step->node;
    struct head ours = {0};
    char text[STEP_KEY_TEXT_SIZE];
    bool is_fork =
        store_get_head(step->txn, &theirs->key, &ours) == ERR_OK && incoming_is_fork(theirs, &ours);
    const struct tree *tree = node_tree(node, theirs->key.period);
    bool is_home = node_home_of(node, step->txn, tree, theirs->key.unit) == node->options.unit;
    bool has_numbers = fits_above(theirs->revision.number) && fits_above(ours.revision);
    if (!is_fork) {
        incoming_put(step, theirs, FROM_PARENT);
        return SETTLED;
    }
    if (!is_home)
        return NOT_BY_US;
    if (!has_numbers) {
        log_event(LOG_EVENT_NUMBERS_USED_UP,
                  LOG_FIELDS(.report = &theirs->key, .revision = theirs->revision.number),
                  "%s: another node made up revision %" PRIu64 ", and too few numbers are left",
                  node_key_text(node, &theirs->key, text, sizeof(text)), theirs->revision.number);
        return NOT_AT_ALL;
    }
    return settle_fork(step, theirs, &ours);
}
