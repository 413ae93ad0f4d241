/* The child's side of comparing, between the messages. */
#include "node/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/notice.h"
#include "node/rollup.h"
#include "node/step.h"
#include "wire/digest.h"

void reconcile_reset(struct reconcile *reconcile)
{
    reconcile->count = 0;
    reconcile->is_done = false;
    reconcile->seq = 0;
    reconcile->hello_ms = INT64_MAX;
    reconcile->awaits_catalogue = false;
    memset(reconcile->settled, 0, sizeof(reconcile->settled));
}

void reconcile_fini(struct reconcile *reconcile)
{
    free(reconcile->parts);
    *reconcile = (struct reconcile){0};
}

bool reconcile_is_ready(const struct node *node)
{
    return node->catalogue != NULL && !node->rebuild.is_active;
}

static bool can_say_hello(const struct node *node)
{
    return reconcile_is_ready(node) && node->session.state == SESSION_UP &&
           store_has_room(node->store);
}

/* Different catalogues make different trees, and so different buckets of the same reports. */
static bool catalogues_agree(const struct node *node)
{
    return reconcile_is_ready(node) && node->catalogue->number == node->uplink.catalogue;
}

enum err reconcile_digest(struct node *node, struct store_txn *txn, uint32_t unit,
                          uint8_t *ret_digest)
{
    rollup_save(node, txn); /* reports of this transaction are in it */
    struct buf all = {0};
    struct bucket bucket = {0};
    while (store_next_bucket(txn, unit, &bucket)) {
        buf_put_u8(&all, bucket.kind);
        buf_put_u16(&all, bucket.period.year);
        buf_put_u8(&all, bucket.period.label);
        buf_put_u32(&all, bucket.count);
        buf_put(&all, bucket.digest, sizeof(bucket.digest));
    }
    digest_of(span_of(&all), ret_digest);
    buf_fini(&all);
    return store_error(txn);
}

/* ---- effects ---- */

/* One of the two sides is not ready, or not any more: begin anew then. Until a catalogue has come
 * where it is missing, which can take days, a hello would be in vain; that it has is told by a
 * notice, which may get lost. */
static void begin_later(struct node *node, int64_t now_ms, int64_t wait_ms)
{
    struct reconcile *reconcile = &node->reconcile;
    reconcile->count = 0;
    reconcile->seq = 0;
    reconcile->awaits_catalogue = reconcile_is_ready(node) && !catalogues_agree(node);
    reconcile->hello_ms = now_ms + (reconcile->awaits_catalogue ? NODE_COMPARE_OTHER_MS : wait_ms);
}

static void begin(struct reconcile *reconcile, struct span bytes)
{
    size_t count = bytes.len / sizeof(*reconcile->parts);
    reconcile->count = 0;
    for (size_t i = 0; i < count; i++) {
        reconcile->parts = mem_grow(reconcile->parts, reconcile->count, &reconcile->capacity,
                                    sizeof(*reconcile->parts));
        memcpy(&reconcile->parts[reconcile->count++], bytes.data + i * sizeof(*reconcile->parts),
               sizeof(*reconcile->parts));
    }
    reconcile->after = (struct report_key){0};
    reconcile->seq = 0;
    reconcile->hello_ms = INT64_MAX;
    reconcile->awaits_catalogue = false;
    reconcile->met_damage = false;
    reconcile->is_done = count == 0;
}

enum { RECEIVED_MAX = 2 * NODE_COMPARE_REVISIONS };

static bool has_received(const struct reconcile *reconcile, uint64_t seq)
{
    for (size_t i = 0; i < reconcile->received_count && i < RECEIVED_MAX; i++)
        if (reconcile->received[i] == seq)
            return true;
    return false;
}

/* A state counts once, however often the transport hands it over. */
static void take_revision(struct reconcile *reconcile, const struct effect *effect,
                          struct span bytes)
{
    uint64_t seq;
    memcpy(&seq, bytes.data, sizeof(seq));
    if (reconcile->seq == 0 || effect->re != reconcile->seq || has_received(reconcile, seq))
        return;
    reconcile->received[reconcile->received_count++ % RECEIVED_MAX] = seq;
    reconcile->met_damage |= effect->number != 0;
}

/* The states of an answer have the numbers before its own: where the transport handed a page over
 * twice, there are two answers, and what is missing in one does not count because the other has as
 * many. */
static bool is_whole(const struct reconcile *reconcile, uint64_t seq, uint32_t count)
{
    if (count >= seq || count > NODE_COMPARE_REVISIONS)
        return false;
    for (uint64_t i = 1; i <= count; i++)
        if (!has_received(reconcile, seq - i))
            return false;
    return true;
}

/* Where damage was met, it is asked once a minute whether what was left out reads again. */
static void end_part(struct reconcile *reconcile, int64_t now_ms)
{
    reconcile->seq = 0;
    reconcile->count--;
    memmove(reconcile->parts, reconcile->parts + 1, reconcile->count * sizeof(*reconcile->parts));
    reconcile->after = (struct report_key){0};
    if (reconcile->count > 0)
        return;
    if (reconcile->met_damage) {
        reconcile->hello_ms = now_ms + NODE_COMPARE_OTHER_MS;
        return;
    }
    reconcile->is_done = true;
    memcpy(reconcile->settled, reconcile->asked, sizeof(reconcile->settled));
}

/* A page is compared. Where something of its answer got lost, or could not be taken over yet, it
 * counts as unanswered, and is sent again when its time is up. */
static void take_compared(struct reconcile *reconcile, const struct effect *effect,
                          struct span bytes, int64_t now_ms)
{
    struct reconcile_answer answer;
    memcpy(&answer, bytes.data, sizeof(answer));
    if (reconcile->seq == 0 || effect->re != reconcile->seq ||
        !is_whole(reconcile, answer.seq, effect->number))
        return;
    if (answer.through.period.label != 0) {
        reconcile->seq = 0;
        reconcile->after = answer.through;
        return;
    }
    end_part(reconcile, now_ms);
}

/* What still differed when all had been compared is no news: reports that the parent refused. A
 * hello that is due already keeps its time, as the parent could not compare before; but where it
 * waits for a catalogue, a digest says that this has come. */
static void take_difference(struct reconcile *reconcile, struct span bytes, int64_t now_ms)
{
    if (memcmp(reconcile->settled, bytes.data, sizeof(reconcile->settled)) == 0 ||
        reconcile->count > 0)
        return;
    memcpy(reconcile->found, bytes.data, sizeof(reconcile->found));
    if (reconcile->hello_ms == INT64_MAX || reconcile->awaits_catalogue)
        reconcile->hello_ms = now_ms;
}

void reconcile_apply(struct node *node, const struct effect *effect, struct span bytes,
                     int64_t now_ms)
{
    struct reconcile *reconcile = &node->reconcile;
    switch (effect->type) {
    case EFFECT_COMPARE:
        begin(reconcile, bytes);
        return;
    case EFFECT_COMPARE_LATER:
        begin_later(node, now_ms, effect->number);
        return;
    case EFFECT_DIFFERS:
        take_difference(reconcile, bytes, now_ms);
        return;
    case EFFECT_PARENT_REVISION:
        take_revision(reconcile, effect, bytes);
        return;
    case EFFECT_COMPARED:
        take_compared(reconcile, effect, bytes, now_ms);
        return;
    default:
        return;
    }
}

/* ---- sending ---- */

static bool page_is_due(const struct node *node, int64_t now_ms)
{
    const struct reconcile *reconcile = &node->reconcile;
    return reconcile->count > 0 &&
           (reconcile->seq == 0 || now_ms - reconcile->asked_ms >= SESSION_RESEND_MS);
}

/* The columns of a page. */
struct page {
    uint32_t units[WIRE_INVENTORY_MAX], forms[WIRE_INVENTORY_MAX], labels[WIRE_INVENTORY_MAX];
    uint64_t revisions[WIRE_INVENTORY_MAX];
    uint8_t digests[WIRE_INVENTORY_MAX][WIRE_DIGEST_SIZE];
    size_t count;
    struct report_key last;
    bool is_last;
};

/* ERR_CORRUPT: nothing is left of the part before the head that does not read. */
static enum err fill_page(const struct reconcile *reconcile, struct store_txn *txn,
                          struct page *page)
{
    struct reconcile_part part = reconcile->parts[0];
    struct report_key cursor = reconcile->after;
    struct head head;
    if (cursor.period.label == 0)
        cursor = store_cursor_before(part.kind, part.year, 0, 0);
    page->is_last = true;
    while (store_next_head(txn, &cursor, &head) && cursor.kind == part.kind &&
           cursor.period.year == part.year) {
        if (page->count == WIRE_INVENTORY_MAX) {
            page->is_last = false;
            return ERR_OK;
        }
        size_t i = page->count++;
        page->units[i] = cursor.unit;
        page->forms[i] = cursor.form;
        page->labels[i] = cursor.period.label;
        page->revisions[i] = head.revision;
        memcpy(page->digests[i], head.state_digest, WIRE_DIGEST_SIZE);
        page->last = cursor;
    }
    if (store_error(txn) != ERR_CORRUPT || page->count == 0)
        return store_error(txn);
    page->is_last = false;
    return ERR_OK;
}

static Tonghop__Place place_of(const struct report_key *key)
{
    Tonghop__Place place = TONGHOP__PLACE__INIT;
    place.unit = key->unit;
    place.form = key->form;
    place.label = key->period.label;
    return place;
}

static void send_page(struct node *node, const struct page *page, const struct transport *transport)
{
    struct reconcile *reconcile = &node->reconcile;
    Tonghop__Place after = place_of(&reconcile->after), through = place_of(&page->last);
    Tonghop__Inventory inventory = TONGHOP__INVENTORY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    inventory.kind = reconcile->parts[0].kind;
    inventory.year = reconcile->parts[0].year;
    inventory.after = reconcile->after.period.label != 0 ? &after : NULL;
    inventory.through = page->is_last ? NULL : &through;
    inventory.n_units = inventory.n_forms = inventory.n_labels = inventory.n_revisions =
        page->count;
    inventory.units = (uint32_t *)(uintptr_t)page->units; /* protobuf-c only reads them */
    inventory.forms = (uint32_t *)(uintptr_t)page->forms;
    inventory.labels = (uint32_t *)(uintptr_t)page->labels;
    inventory.revisions = (uint64_t *)(uintptr_t)page->revisions;
    inventory.digests.data = (uint8_t *)(uintptr_t)page->digests;
    inventory.digests.len = page->count * WIRE_DIGEST_SIZE;
    envelope.protocol = WIRE_PROTOCOL;
    envelope.seq = reconcile->seq;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_INVENTORY;
    envelope.inventory = &inventory;
    buf_clear(&node->packed);
    wire_pack(&envelope, &node->packed);
    (void)transport->send_parent(transport->ctx, span_of(&node->packed)); /* resent if lost */
}

static void ask(struct node *node, const struct page *page, const struct transport *transport,
                int64_t now_ms)
{
    struct reconcile *reconcile = &node->reconcile;
    reconcile->seq = session_take_seq(&node->session);
    reconcile->asked_ms = now_ms;
    reconcile->received_count = 0;
    send_page(node, page, transport);
}

/* A part is compared as far as it reads: a list with a gap would have the parent send what is in
 * the gap, each time. */
void reconcile_pump(struct node *node, const struct transport *transport, int64_t now_ms)
{
    struct reconcile *reconcile = &node->reconcile;
    if (!page_is_due(node, now_ms) || !can_say_hello(node))
        return;
    if (!catalogues_agree(node)) { /* one has changed in the middle */
        begin_later(node, now_ms, NODE_COMPARE_RETRY_MS);
        return;
    }
    struct page *page = mem_calloc(1, sizeof(*page));
    struct store_txn *txn = store_begin_read(node->store);
    enum err err = fill_page(reconcile, txn, page);
    store_abort(&txn);
    if (err == ERR_OK) {
        ask(node, page, transport, now_ms);
    } else if (err == ERR_CORRUPT) {
        reconcile->met_damage = true;
        end_part(reconcile, now_ms);
    } else {
        begin_later(node, now_ms, NODE_COMPARE_OTHER_MS);
    }
    free(page);
}

/* When to say hello again; long ago when what was awaited has come. */
static int64_t hello_due_ms(const struct node *node)
{
    return node->reconcile.awaits_catalogue && catalogues_agree(node) ? 0
                                                                      : node->reconcile.hello_ms;
}

bool reconcile_wants_hello(const struct node *node, int64_t now_ms)
{
    return now_ms >= hello_due_ms(node) && can_say_hello(node);
}

/* While there is no intake before the comparison is done, a lost hello must not stop it; otherwise
 * the next pong tells again. While the parent has another catalogue no pong tells anything, and a
 * notice may get lost: hello is said once a minute. */
void reconcile_said_hello(struct node *node, int64_t now_ms)
{
    struct reconcile *reconcile = &node->reconcile;
    memcpy(reconcile->asked, reconcile->found, sizeof(reconcile->asked));
    reconcile->awaits_catalogue = !catalogues_agree(node);
    reconcile->hello_ms = INT64_MAX;
    if (node->is_restoring)
        reconcile->hello_ms = now_ms + SESSION_RESEND_MS;
    else if (reconcile->awaits_catalogue)
        reconcile->hello_ms = now_ms + NODE_COMPARE_OTHER_MS;
}

int64_t reconcile_due_ms(const struct node *node, int64_t now_ms)
{
    const struct reconcile *reconcile = &node->reconcile;
    int64_t due_ms = hello_due_ms(node);
    if (reconcile->count > 0) {
        int64_t page_ms = reconcile->seq != 0 ? reconcile->asked_ms + SESSION_RESEND_MS : now_ms;
        if (page_ms < due_ms)
            due_ms = page_ms;
    }
    if (due_ms == INT64_MAX)
        return INT64_MAX;
    if (due_ms <= now_ms) /* waits for a catalogue, a rebuild or room: looked at again then */
        return can_say_hello(node) ? 0 : NODE_COMPARE_RETRY_MS;
    return due_ms - now_ms;
}

bool reconcile_is_under_way(const struct node *node)
{
    return node->session.state == SESSION_UP &&
           (node->reconcile.count > 0 || node->reconcile.hello_ms != INT64_MAX);
}

bool reconcile_is_restored(const struct node *node)
{
    return node->is_restoring && node->reconcile.is_done && notices_are_pulled(node);
}
