/* Batches: many events, one commit. A batch that aborts is replayed one event per transaction, so
 * that the guilty one is found, quarantined and refused, and the others are served. */
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "node/authority.h"
#include "node/rollup.h"
#include "node/step.h"

/* Memory may hold what the aborted transaction did: read it again. */
static enum err reload(struct node *node)
{
    struct store_txn *txn = store_begin_read(node->store);
    enum err err = node_reload(node, txn);
    if (err == ERR_OK)
        err = store_error(txn);
    store_abort(&txn);
    return err;
}

/* What comes from the parent is held there, and said again. What only asks says nothing that is not
 * known, is asked again, and would push out what others have sent. */
static bool is_to_be_kept(const struct event *event, enum err why)
{
    return why != ERR_FULL && event->type == EVENT_PEER_MESSAGE &&
           !authority_only_asks(wire_peek_body(event->bytes));
}

/* A message of the parent that met damage here, or is too large: it is answered for and not kept.
 * Nothing leaves if even that cannot be written. */
static enum err give_up(struct node *node, const struct event *event, enum err why,
                        struct effects *effects, bool *ret_fatal)
{
    struct effects_mark mark = effects_mark(effects);
    struct step step = {.node = node, .event = event, .effects = effects};
    arena_reset(node->arena);
    step.txn = store_begin_write(node->store);
    node_give_up(&step, why);
    enum err err = store_commit(&step.txn, ret_fatal);
    if (err != ERR_OK)
        effects_rewind(effects, mark);
    return err;
}

static void log_failed(enum err why, const char *reason, bool is_kept)
{
    log_event(is_kept ? LOG_EVENT_QUARANTINED : LOG_EVENT_MESSAGE_FAILED, LOG_FIELDS(.error = why),
              "%s a message that cannot be processed: %s", is_kept ? "quarantined" : "dropped",
              reason);
}

/* Answers an event that cannot be processed, and keeps it for a person. */
static enum err quarantine(struct node *node, const struct event *event, enum err why,
                           struct effects *effects, bool *ret_fatal)
{
    struct quarantined item = {.received = event->now, .bytes = event->bytes};
    struct step step = {.node = node, .event = event, .effects = effects};
    memcpy(item.peer, event->from.key, sizeof(item.peer));
    (void)snprintf(item.reason, sizeof(item.reason), "%s: %s", err_name(why), err_text(why));
    if (event->type == EVENT_PEER_MESSAGE) {
        step.peer.from = event->from;
        step_refuse(&step, why, NULL, "the message could not be processed: %s", err_text(why));
    }
    if (!is_to_be_kept(event, why)) {
        log_failed(why, item.reason, false);
        bool is_given_up =
            event->type == EVENT_PARENT_MESSAGE && (why == ERR_CORRUPT || why == ERR_TOO_LARGE);
        return is_given_up ? give_up(node, event, why, effects, ret_fatal) : ERR_OK;
    }
    struct store_txn *txn = store_begin_write(node->store);
    (void)store_put_quarantine(txn, &item); /* the error is sticky */
    enum err err = store_commit(&txn, ret_fatal);
    if (!*ret_fatal) /* else nobody knows */
        log_failed(why, item.reason, err == ERR_OK);
    return err;
}

static enum err commit(struct node *node, struct store_txn **txn, bool *ret_fatal)
{
    rollup_save(node, *txn); /* errors are sticky */
    return store_commit(txn, ret_fatal);
}

/* Background work found no room: there may be some later. */
static void put_work_off(struct node *node, const struct event *event)
{
    log_event(LOG_EVENT_WORK_FAILED, LOG_FIELDS(.error = ERR_FULL),
              "background work failed (%s): it is tried again", err_name(ERR_FULL));
    node->work_after_ms = event->now_ms + NODE_RETRY_WORK_MS;
}

/* One event in a transaction of its own. An error is returned when the daemon has to end. */
static enum err step_alone(struct node *node, const struct event *event, struct effects *effects)
{
    bool is_fatal = false;
    struct effects_mark mark = effects_mark(effects);
    struct store_txn *txn = store_begin_write(node->store);
    enum err err = node_step(node, txn, event, effects);
    if (err == ERR_OK)
        err = commit(node, &txn, &is_fatal);
    else
        store_abort(&txn);
    if (err == ERR_OK || is_fatal)
        return err;
    effects_rewind(effects, mark);
    enum err fatal = reload(node);
    if (fatal != ERR_OK)
        return fatal;
    if (event->type == EVENT_TICK && err == ERR_FULL) {
        put_work_off(node, event);
        return ERR_OK;
    }
    /* Nobody is there to be refused, and it would fail again and again. The next start looks at all
     * pages, and names the damage. */
    if (event->type == EVENT_TICK)
        return err;
    err = quarantine(node, event, err, effects, &is_fatal);
    return is_fatal ? err : ERR_OK;
}

enum err node_batch(struct node *node, const struct event *events, size_t count,
                    struct effects *effects)
{
    bool is_fatal = false;
    struct effects_mark mark = effects_mark(effects);
    struct store_txn *txn = store_begin_write(node->store);
    enum err err = store_error(txn);
    for (size_t i = 0; i < count && err == ERR_OK; i++)
        err = node_step(node, txn, &events[i], effects);
    if (err == ERR_OK)
        err = commit(node, &txn, &is_fatal);
    else
        store_abort(&txn);
    if (err == ERR_OK || is_fatal)
        return err;
    effects_rewind(effects, mark);
    err = reload(node);
    for (size_t i = 0; i < count && err == ERR_OK; i++)
        err = step_alone(node, &events[i], effects);
    return err;
}
