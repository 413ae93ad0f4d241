/* The node: what it is made of, and dispatch. One file per message family does the work. */
#include "node/node.h"
#include "node/notice.h"
#include "node/remind.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "node/authority.h"
#include "node/frozen.h"
#include "node/reconcile.h"
#include "node/rollup.h"
#include "node/step.h"
#include "node/watch.h"
#include "wire/digest.h"

/* ---- catalogue in force ---- */

static void drop_trees(struct node *node)
{
    for (size_t i = 0; i < NODE_TREES_MAX; i++)
        tree_free(&node->trees[i]);
    memset(node->stated, 0, sizeof(node->stated));
}

void node_drop_catalogue(struct node *node)
{
    drop_trees(node);
    own_cache_clear(&node->owns);
    accumulators_clear(&node->accumulators);
    answers_clear(&node->answers);
    node->campaign.is_known = false;
    node->inbox.is_known = false;
    node->notices.is_known = false;
    node->reminded_day = 0;
    catalogue_free(&node->catalogue);
    memset(node->catalogue_hash, 0, sizeof(node->catalogue_hash));
}

enum err node_read_catalogue(struct store_txn *txn, uint32_t number,
                             struct catalogue **ret_catalogue, uint8_t *ret_hash)
{
    struct catalogue_meta meta;
    struct buf bytes = {0};
    struct problems problems = {0};
    enum err err = store_get_catalogue(txn, number, &meta);
    for (uint32_t i = 0; err == ERR_OK && i < meta.chunk_count; i++) {
        struct span chunk;
        err = store_get_chunk(txn, number, i, &chunk);
        if (err == ERR_OK)
            buf_put(&bytes, chunk.data, chunk.len);
    }
    if (err == ERR_OK)
        err = wire_open_catalogue(span_of(&bytes), ret_catalogue, &problems);
    if (err == ERR_OK)
        memcpy(ret_hash, meta.hash, sizeof(meta.hash));
    problems_fini(&problems);
    buf_fini(&bytes);
    return err;
}

/* Reads the catalogue that meta names; none at all is fine. */
static enum err load_catalogue(struct node *node, struct store_txn *txn)
{
    uint32_t number = (uint32_t)store_get_meta_u64(txn, "catalogue");
    struct catalogue_meta meta;
    if (node->catalogue != NULL && node->catalogue->number == number)
        return ERR_OK;
    node_drop_catalogue(node);
    if (number == 0)
        return ERR_OK;
    enum err err = store_get_catalogue(txn, number, &meta);
    if (err != ERR_OK)
        return err;
    err = node_read_catalogue(txn, number, &node->catalogue, node->catalogue_hash);
    if (err != ERR_OK)
        log_event(LOG_EVENT_CATALOGUE_UNUSABLE, LOG_FIELDS(.catalogue = number, .error = err),
                  "catalogue %" PRIu32 " in the store does not load (%s): restore a backup, or "
                  "remove the state and enrol anew",
                  number, err_name(err));
    return err;
}

/* Each period has one slot, which it shares with those NODE_TREE_YEARS away: whatever a query spans
 * stays in place while it is answered. A tree that is like a neighbour's has its nodes. */
const struct tree *node_tree(struct node *node, struct period period)
{
    size_t slot = (size_t)(period.year * PERIOD_LABEL_COUNT + period.label - 1) % NODE_TREES_MAX;
    struct tree **tree = &node->trees[slot];
    assert(node->catalogue != NULL && period_is_valid(period));
    if (*tree != NULL && period_equal((*tree)->period, period))
        return *tree;
    tree_free(tree);
    *tree = tree_new(node->catalogue, period);
    const struct tree *before = node->trees[(slot + NODE_TREES_MAX - 1) % NODE_TREES_MAX];
    const struct tree *after = node->trees[(slot + 1) % NODE_TREES_MAX];
    if (before != NULL)
        tree_share(*tree, before);
    if (after != NULL)
        tree_share(*tree, after);
    return *tree;
}

bool node_covers(const struct node *node, const struct tree *tree, uint32_t unit)
{
    return tree_contains(tree, node->options.unit, unit);
}

void node_take_catalogue(struct node *node, struct store_txn *txn, struct catalogue *catalogue,
                         const uint8_t *hash)
{
    node_drop_catalogue(node);
    node->catalogue = catalogue;
    memcpy(node->catalogue_hash, hash, sizeof(node->catalogue_hash));
    (void)store_put_meta_u64(txn, "catalogue", catalogue->number); /* the error is sticky */
    rollup_start_rebuild(node, txn);
}

/* ---- enrolled nodes beneath ---- */

static int compare_ids(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void load_child_units(struct node *node, struct store_txn *txn)
{
    struct unit_set *set = &node->child_units;
    struct enrolled enrolled = {0};
    set->count = 0;
    while (store_next_enrolled(txn, &enrolled)) {
        if (enrolled.role != TONGHOP__ROLE__ROLE_NODE || enrolled.is_revoked)
            continue;
        set->ids = mem_grow(set->ids, set->count, &set->capacity, sizeof(*set->ids));
        set->ids[set->count++] = enrolled.unit;
    }
    if (set->count > 0)
        qsort(set->ids, set->count, sizeof(*set->ids), compare_ids);
    set->is_loaded = true;
}

uint32_t node_home_of(struct node *node, struct store_txn *txn, const struct tree *tree,
                      uint32_t unit)
{
    if (!node_covers(node, tree, unit))
        return 0;
    if (!node->child_units.is_loaded)
        load_child_units(node, txn);
    const struct unit_set *set = &node->child_units;
    for (uint32_t u = unit; u != node->options.unit; u = tree_parent(tree, u))
        if (set->count > 0 &&
            bsearch(&u, set->ids, set->count, sizeof(*set->ids), compare_ids) != NULL)
            return u;
    return node->options.unit;
}

/* ---- life ---- */

enum err node_reload(struct node *node, struct store_txn *txn)
{
    node->child_units.is_loaded = false;
    own_cache_clear(&node->owns);
    accumulators_clear(&node->accumulators);
    answers_clear(&node->answers);
    frozen_free(&node->edition);
    memset(node->years, 0, sizeof(node->years));
    node->campaign.is_known = false;
    node->inbox.is_known = false;
    node->reminded_day = 0; /* what was said may not stand */
    node->is_restoring =
        node->options.has_parent && store_get_meta_u64(txn, STORE_META_RESTORE) != 0;
    rollup_load_rebuild(node, txn);
    return load_catalogue(node, txn);
}

/* A store belongs to one unit for good: another unit's reports must not mix with it. */
static enum err check_owner(struct node *node)
{
    struct store_txn *txn = store_begin_read(node->store);
    bool is_unknown, is_owned = store_get_meta_u64(txn, STORE_META_UNIT) != 0;
    enum err err = store_check_unit(txn, node->options.unit);
    store_abort(&txn);
    if (err != ERR_OK || is_owned)
        return err;
    txn = store_begin_write(node->store);
    (void)store_put_meta_u64(txn, STORE_META_UNIT, node->options.unit); /* errors are sticky */
    /* A new store may stand in for a lost one, and a new node for the one above. */
    (void)store_put_meta_u64(txn, STORE_META_RESTORE, 1);
    return store_commit(&txn, &is_unknown);
}

enum err node_new(struct store *store, const struct node_options *options, struct instant now,
                  int64_t now_ms, struct node **ret_node)
{
    struct node *node = mem_calloc(1, sizeof(*node));
    node->options = *options;
    node->parent_endpoint = mem_strdup(options->parent_endpoint);
    node->options.parent_endpoint = node->parent_endpoint;
    node->store = store;
    node->arena = arena_new(WIRE_ARENA_MAX);
    node->scratch = arena_new(WIRE_ARENA_MAX);
    node->noting = arena_new(WIRE_ARENA_MAX);
    node->started = now;
    node->clock_us = now.us - now_ms * 1000;
    session_init(&node->session, options->seed, now_ms);
    reconcile_reset(&node->reconcile);
    enum err err = check_owner(node);
    if (err == ERR_OK) {
        struct store_txn *txn = store_begin_read(store);
        err = node_reload(node, txn);
        if (err == ERR_OK)
            err = store_error(txn);
        store_abort(&txn);
    }
    if (err != ERR_OK) {
        node_free(&node);
        return err;
    }
    contact_check_start(node);
    *ret_node = node;
    return ERR_OK;
}

void node_free(struct node **node)
{
    struct node *n = *node;
    if (n == NULL)
        return;
    frozen_free(&n->edition);
    node_drop_catalogue(n);
    peers_fini(&n->peers);
    link_times_fini(&n->link_times);
    session_fini(&n->session);
    reconcile_fini(&n->reconcile);
    watch_fini(&n->watch);
    arena_free(&n->arena);
    arena_free(&n->scratch);
    arena_free(&n->noting);
    buf_fini(&n->packed);
    free(n->child_units.ids);
    free(n->parent_endpoint);
    free(n);
    *node = NULL;
}

void node_set_reminding(struct node *node, uint32_t every_days, uint32_t before_days)
{
    node->options.remind_every_days = every_days;
    node->options.remind_before_days = before_days;
    node->reminded_day = 0;
}

bool node_allows_key(struct node *node, const uint8_t *key)
{
    struct store_txn *txn = store_begin_read(node->store);
    struct enrolled enrolled;
    enum err err = store_get_enrolled(txn, key, &enrolled);
    store_abort(&txn);
    return err == ERR_OK && !enrolled.is_revoked;
}

const char *node_unit_text(const struct node *node, uint32_t unit, char *out, size_t size)
{
    const struct unit *found =
        node->catalogue != NULL ? catalogue_unit(node->catalogue, unit) : NULL;
    if (found == NULL)
        (void)snprintf(out, size, "unit %" PRIu32, unit);
    else
        (void)snprintf(out, size, "%s %s", found->versions[found->version_count - 1].code,
                       found->versions[found->version_count - 1].name_vi);
    return out;
}

const char *node_key_text(const struct node *node, const struct report_key *key, char *out,
                          size_t size)
{
    char period[PERIOD_TEXT_SIZE];
    char unit[UNIT_NAME_MAX + UNIT_CODE_MAX + 2];
    const struct form *form =
        node->catalogue != NULL ? catalogue_form(node->catalogue, key->form) : NULL;
    (void)snprintf(out, size, "%s %s of %s, form %s", key->kind == KIND_PLAN ? "plan" : "actual",
                   period_format(key->period, period),
                   node_unit_text(node, key->unit, unit, sizeof(unit)),
                   form != NULL ? form->code : "?");
    return out;
}

/* ---- dispatch ---- */

static void dispatch_peer(struct step *step)
{
    const Tonghop__Envelope *in = step->in;
    switch (in->body_case) {
    case TONGHOP__ENVELOPE__BODY_HELLO:
        node_handle_hello(step, in->hello);
        return;
    case TONGHOP__ENVELOPE__BODY_PING:
        node_handle_ping(step, in->ping);
        return;
    case TONGHOP__ENVELOPE__BODY_FILE:
        node_handle_file(step, in->file);
        return;
    case TONGHOP__ENVELOPE__BODY_REVISION:
        node_handle_revision(step, in->revision);
        return;
    case TONGHOP__ENVELOPE__BODY_STATEMENT:
        node_handle_statement(step, in->statement);
        return;
    case TONGHOP__ENVELOPE__BODY_CATALOGUE_REQUEST:
        node_handle_catalogue_request(step, in->catalogue_request);
        return;
    case TONGHOP__ENVELOPE__BODY_CATALOGUE_PUBLISH:
        node_handle_catalogue_publish(step, in->catalogue_publish);
        return;
    case TONGHOP__ENVELOPE__BODY_ENROL:
        node_handle_enrol(step, in->enrol);
        return;
    case TONGHOP__ENVELOPE__BODY_REVOKE:
        node_handle_revoke(step, in->revoke);
        return;
    case TONGHOP__ENVELOPE__BODY_KEYS_QUERY:
        node_handle_keys_query(step);
        return;
    case TONGHOP__ENVELOPE__BODY_QUARANTINE_QUERY:
        node_handle_quarantine_query(step, in->quarantine_query);
        return;
    case TONGHOP__ENVELOPE__BODY_QUARANTINE_CLEAR:
        node_handle_quarantine_clear(step, in->quarantine_clear);
        return;
    case TONGHOP__ENVELOPE__BODY_TOTALS_QUERY:
        node_handle_totals_query(step, in->totals_query);
        return;
    case TONGHOP__ENVELOPE__BODY_COVERAGE_QUERY:
        node_handle_coverage_query(step, in->coverage_query);
        return;
    case TONGHOP__ENVELOPE__BODY_EXPLAIN_QUERY:
        node_handle_explain_query(step, in->explain_query);
        return;
    case TONGHOP__ENVELOPE__BODY_HISTORY_QUERY:
        node_handle_history_query(step, in->history_query);
        return;
    case TONGHOP__ENVELOPE__BODY_STATUS_QUERY:
        node_handle_status_query(step);
        return;
    case TONGHOP__ENVELOPE__BODY_WATCH_QUERY:
        node_handle_watch_query(step, in->watch_query);
        return;
    case TONGHOP__ENVELOPE__BODY_EDITIONS_QUERY:
        node_handle_editions_query(step, in->editions_query);
        return;
    case TONGHOP__ENVELOPE__BODY_DIFFERENCE_QUERY:
        node_handle_difference_query(step, in->difference_query);
        return;
    case TONGHOP__ENVELOPE__BODY_CLOSE:
        node_handle_close(step, in->close);
        return;
    case TONGHOP__ENVELOPE__BODY_INVENTORY:
        node_handle_inventory(step, in->inventory);
        return;
    case TONGHOP__ENVELOPE__BODY_MARK:
        node_handle_mark(step, in->mark);
        return;
    case TONGHOP__ENVELOPE__BODY_NOTICES_QUERY:
        node_handle_notices_query(step, in->notices_query);
        return;
    case TONGHOP__ENVELOPE__BODY_NOTICES:
        node_handle_notices(step, in->notices);
        return;
    case TONGHOP__ENVELOPE__BODY_REMIND:
        node_handle_remind(step, in->remind);
        return;
    case TONGHOP__ENVELOPE__BODY_REOPEN:
        node_handle_reopen(step, in->reopen);
        return;
    case TONGHOP__ENVELOPE__BODY_INBOX_QUERY:
        node_handle_inbox_query(step, in->inbox_query);
        return;
    case TONGHOP__ENVELOPE__BODY_HOLDERS:
        node_handle_holders(step, in->holders);
        return;
    default: /* the authority table let nothing else through */
        assert(false);
    }
}

static void dispatch_parent(struct step *step)
{
    const Tonghop__Envelope *in = step->in;
    switch (in->body_case) {
    case TONGHOP__ENVELOPE__BODY_WELCOME:
        node_handle_welcome(step, in->welcome);
        return;
    case TONGHOP__ENVELOPE__BODY_ACK:
        node_handle_ack(step, in->ack);
        return;
    case TONGHOP__ENVELOPE__BODY_STATEMENT_ACK:
        node_handle_statement_ack(step, in->statement_ack);
        return;
    case TONGHOP__ENVELOPE__BODY_REFUSAL:
        node_handle_parent_refusal(step, in->refusal);
        return;
    case TONGHOP__ENVELOPE__BODY_CATALOGUE_CHUNK:
        node_handle_chunk(step, in->catalogue_chunk);
        return;
    case TONGHOP__ENVELOPE__BODY_CATALOGUE_NOTICE:
        node_handle_notice(step, in->catalogue_notice);
        return;
    case TONGHOP__ENVELOPE__BODY_PONG:
        node_handle_pong(step, in->pong);
        return;
    case TONGHOP__ENVELOPE__BODY_REVISION:
        node_handle_parent_revision(step, in->revision);
        return;
    case TONGHOP__ENVELOPE__BODY_NOTICES:
        node_handle_parent_notices(step, in->notices);
        return;
    case TONGHOP__ENVELOPE__BODY_NOTICES_ACK:
        node_handle_notices_ack(step, in->notices_ack);
        return;
    case TONGHOP__ENVELOPE__BODY_COMPARED:
        node_handle_compared(step, in->compared);
        return;
    case TONGHOP__ENVELOPE__BODY_HOLDERS:
        node_handle_parent_holders(step, in->holders);
        return;
    default: /* the authority table let nothing else through */
        assert(false);
    }
}

/* A node that cannot be understood from its hello on says the same at each try. */
static bool is_node_of_another_protocol(struct step *step, enum err err)
{
    struct enrolled enrolled;
    return err == ERR_VERSION && step->peer.role == 0 && !step->peer.from.address.is_local &&
           store_get_enrolled(step->txn, step->peer.from.key, &enrolled) == ERR_OK &&
           enrolled.role == TONGHOP__ROLE__ROLE_NODE;
}

static void log_refused(struct step *step, enum err err, const char *reason)
{
    if (is_node_of_another_protocol(step, err))
        contact_note_fault(step, CONTACT_OTHER_PROTOCOL, 0, reason);
    else
        log_event(LOG_EVENT_MESSAGE_REFUSED, LOG_FIELDS(.unit = step->peer.unit, .error = err),
                  "refused a message from a %s: %s", authority_role_name(step->peer.role), reason);
}

static void refuse_role(struct step *step, uint8_t role)
{
    const int body = (int)step->in->body_case;
    const uint8_t other = authority_role_for(body);
    bool is_vietnamese = step->peer.is_vietnamese;
    step_refuse(step, ERR_FORBIDDEN, NULL,
                STEP_WORDS(step,
                           "a key enrolled as %s may not do that (%s): have the node's "
                           "administrator enrol one with a role that may%s%s",
                           "khóa đăng ký với vai trò %s không được làm việc này (%s): nhờ người "
                           "quản trị nút đăng ký khóa với vai trò phù hợp%s%s"),
                authority_role_word(is_vietnamese, role), wire_body_name(step->in),
                other == 0 ? ""
                           : STEP_WORDS(step, ": tonghop enrol UNIT KEY --role ",
                                        ": tonghop enrol MÃ-ĐƠN-VỊ KHÓA --role "),
                other != 0 ? authority_role_name(other) : "");
}

static enum err open_message(struct step *step, struct wire_message *ret_message, char *reason,
                             size_t reason_size)
{
    const struct event *event = step->event;
    if (event->opened == NULL)
        return wire_open(event->bytes, step->node->arena, ret_message, reason, reason_size);
    *ret_message = event->opened->message;
    return ERR_OK;
}

static void step_peer_message(struct step *step)
{
    struct node *node = step->node;
    const struct peer *known = peers_find(&node->peers, &step->event->from.address);
    /* An address is no identity: under another key it has no session. */
    if (known != NULL && memcmp(known->from.key, step->event->from.key, PEER_KEY_SIZE) != 0)
        known = NULL;
    step->peer = known != NULL ? *known : (struct peer){0};
    step->peer.from = step->event->from;
    step->peer.heard_ms = step->event->now_ms;

    struct wire_message message;
    char reason[256];
    enum err err = open_message(step, &message, reason, sizeof(reason));
    if (err != ERR_OK) {
        log_refused(step, err, reason);
        step_refuse(step, err, NULL, "%s", reason);
        return;
    }
    step->in = message.envelope;
    int body = (int)step->in->body_case;
    if (known == NULL && body != TONGHOP__ENVELOPE__BODY_HELLO) {
        step_refuse(step, ERR_NO_SESSION, NULL, "say hello first");
        return;
    }
    if (known != NULL) {
        struct effect *heard = effects_add(step->effects, EFFECT_PEER_HEARD, (struct span){0});
        heard->peer = step->peer;
        if (!authority_allows(known->role, body)) {
            refuse_role(step, known->role);
            return;
        }
    }
    if (store_is_removed(node->store) && !authority_only_asks(body)) {
        step_refuse(
            step, ERR_IO, NULL,
            STEP_WORDS(
                step,
                "the data file of this node was moved or removed: nothing is taken in until "
                "its operator has seen to it (tonghop status)",
                "tệp dữ liệu của nút này đã bị chuyển đi hoặc xóa: chưa nhận gì cho đến khi người "
                "vận hành xử lý (tonghop status)"));
        return;
    }
    dispatch_peer(step);
}

static void step_parent_message(struct step *step)
{
    struct wire_message message;
    char reason[256];
    enum err err = open_message(step, &message, reason, sizeof(reason));
    if (err == ERR_VERSION && step->node->session.state == SESSION_HELLO) {
        node_fail_hello(step, err_name(err), reason);
        return;
    }
    if (err != ERR_OK) {
        log_event(LOG_EVENT_PARENT_MESSAGE_IGNORED, LOG_FIELDS(.error = err),
                  "dropped a message from the parent: %s", reason);
        return;
    }
    step->in = message.envelope;
    if (!authority_allows(TONGHOP__ROLE__ROLE_PARENT, (int)step->in->body_case)) {
        log_event(LOG_EVENT_PARENT_MESSAGE_IGNORED, LOG_FIELDS(.error = ERR_FORBIDDEN),
                  "dropped a message from the parent: it may not send '%s'",
                  wire_body_name(step->in));
        return;
    }
    effects_add(step->effects, EFFECT_SESSION, (struct span){0})->session = SESSION_HEARD;
    dispatch_parent(step);
}

/* Refused for now, not for good: the disk above has room again some day, its catalogue comes. */
static bool is_temporary(const char *reason)
{
    static const enum err codes[] = {ERR_FULL, ERR_BUSY, ERR_CATALOGUE, ERR_IO};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (strncmp(reason, err_name(codes[i]), strlen(err_name(codes[i]))) == 0)
            return true;
    return false;
}

/* What the parent could not take a while ago may go by now; what it will never take waits for a
 * person, and for the next link. The time is noted at once, not as an effect: a tick that meets
 * damage here leaves this out when it is replayed, instead of ending the daemon. */
static void retry_parked(struct node *node, struct store_txn *txn, const struct event *event)
{
    struct outbox_item item = {0};
    if (event->now_ms - node->uplink.unparked_ms < NODE_RETRY_PARKED_MS)
        return;
    node->uplink.unparked_ms = event->now_ms;
    while (store_next_outbox(txn, &item))
        if (item.is_parked && is_temporary(item.reason))
            (void)store_mark_outbox(txn, item.type, &item.key, event->now); /* it is sticky */
}

/* Until somebody has restored a backup, and the outbox is tried again with the next link. */
static void park_unreadable(struct node *node, struct store_txn *txn, struct effects *effects)
{
    struct outbox_item item;
    if (!node->uplink.has_unreadable)
        return;
    effects_add(effects, EFFECT_UNREADABLE_PARKED, (struct span){0});
    if (store_get_outbox(txn, OUTBOX_REPORT, &node->uplink.unreadable, &item) == ERR_OK &&
        item.version == node->uplink.unreadable_version)
        (void)store_park_outbox(txn, OUTBOX_REPORT, &node->uplink.unreadable,
                                "corrupt: it does not read here: restore a backup"); /* sticky */
}

/* All that the parent holds is here: reports may be taken in again. */
static void end_restoring(struct node *node, struct store_txn *txn)
{
    if (!reconcile_is_restored(node))
        return;
    (void)store_delete_meta(txn, STORE_META_RESTORE); /* the error is sticky */
    node->is_restoring = false;
    log_event(LOG_EVENT_RESTORE_COMPLETE, NULL,
              "complete: the node above holds nothing that is not here");
}

enum err node_step(struct node *node, struct store_txn *txn, const struct event *event,
                   struct effects *effects)
{
    struct step step = {.node = node, .txn = txn, .event = event, .effects = effects};
    arena_reset(node->arena);
    switch (event->type) {
    case EVENT_PEER_MESSAGE:
        step_peer_message(&step);
        break;
    case EVENT_PARENT_MESSAGE:
        step_parent_message(&step);
        break;
    case EVENT_TICK:
        rollup_rebuild_step(node, txn, event->now);
        retry_parked(node, txn, event);
        park_unreadable(node, txn, effects);
        end_restoring(node, txn);
        remind_by_itself(&step);
        break;
    }
    return store_error(txn);
}
