#include "bench/realm.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/asking.h"
#include "bench/room.h"
#include "core/mem.h"
#include "node/notice.h"

enum { PEOPLE_ID = 1, CHILD_ID = 2, SETTLE_MAX_MS = 36000000 };
#define MAP_BYTES (UINT64_C(4) << 30)
#define START_US  INT64_C(1736467200000000) /* 2025-01-10T00:00:00Z */

void realm_wrong(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    (void)vfprintf(stderr, format, list);
    va_end(list);
    (void)fputc('\n', stderr);
    exit(1);
}

static struct instant clock_of(const struct realm *realm)
{
    return (struct instant){START_US + realm->now_ms * 1000};
}

/* ---- messages ---- */

static void put(struct realm_node *to, int from, uint32_t connection, struct span bytes)
{
    to->inbox = mem_grow(to->inbox, to->inbox_count, &to->inbox_capacity, sizeof(*to->inbox));
    struct realm_message *message = &to->inbox[to->inbox_count++];
    *message = (struct realm_message){.bytes = mem_alloc(bytes.len + 1),
                                      .len = bytes.len,
                                      .from = from,
                                      .connection = connection};
    memcpy(message->bytes, bytes.data, bytes.len);
}

void realm_tell(struct realm *realm, size_t node, struct span bytes)
{
    put(&realm->nodes[node], REALM_PEOPLE, 0, bytes);
}

static void note_answer(struct realm *realm, struct span bytes)
{
    int body = wire_peek_body(bytes);
    realm->receipts += body == TONGHOP__ENVELOPE__BODY_RECEIPT;
    if (body != TONGHOP__ENVELOPE__BODY_REFUSAL)
        return;
    Tonghop__Envelope *envelope = tonghop__envelope__unpack(NULL, bytes.len, bytes.data);
    if (realm->refusals++ == 0 && envelope != NULL)
        (void)snprintf(realm->refusal, sizeof(realm->refusal), "%s", envelope->refusal->text);
    if (envelope != NULL)
        tonghop__envelope__free_unpacked(envelope, NULL);
}

static void note_flow(struct realm_flow *flow, struct span bytes)
{
    int body = wire_peek_body(bytes);
    if (body == TONGHOP__ENVELOPE__BODY_PING || body == TONGHOP__ENVELOPE__BODY_PONG)
        return;
    flow->messages++;
    flow->bytes += bytes.len;
    if (body == TONGHOP__ENVELOPE__BODY_REVISION) {
        flow->revisions++;
        flow->revision_bytes += bytes.len;
    } else if (body == TONGHOP__ENVELOPE__BODY_CATALOGUE_CHUNK) {
        flow->chunks++;
        flow->chunk_bytes += bytes.len;
    }
}

static void note_outcome(struct realm_node *child, struct span bytes)
{
    if (wire_peek_body(bytes) != TONGHOP__ENVELOPE__BODY_STATEMENT_ACK)
        return;
    Tonghop__Envelope *envelope = tonghop__envelope__unpack(NULL, bytes.len, bytes.data);
    if (envelope == NULL)
        realm_wrong("a node sends what does not unpack");
    child->is_agreed =
        envelope->statement_ack->outcome == TONGHOP__STATEMENT_OUTCOME__STATEMENT_OUTCOME_AGREES;
    child->realm->levels[child->level].statements++;
    tonghop__envelope__free_unpacked(envelope, NULL);
}

static enum err send_peer(void *ctx, const struct peer_address *address, struct span bytes)
{
    struct realm_node *n = ctx;
    struct realm *realm = n->realm;
    uint16_t index;
    uint32_t connection;
    if (address->is_local) {
        note_answer(realm, bytes);
        return ERR_OK;
    }
    memcpy(&index, address->id + 1, sizeof(index));
    memcpy(&connection, address->id + 3, sizeof(connection));
    struct realm_node *child = &realm->nodes[index];
    if (child->connection != connection || child->is_cut)
        return ERR_NOT_FOUND;
    struct realm_level *level = &realm->levels[child->level];
    note_flow(&level->down, bytes);
    note_outcome(child, bytes);
    put(child, (int)(n - realm->nodes), connection, bytes);
    return ERR_OK;
}

static enum err send_parent(void *ctx, struct span bytes)
{
    struct realm_node *n = ctx;
    struct realm *realm = n->realm;
    if (n->connection == 0 || n->is_cut)
        return ERR_NOT_FOUND;
    struct realm_level *level = &realm->levels[n->level];
    note_flow(&level->up, bytes);
    put(&realm->nodes[n->parent], (int)(n - realm->nodes), n->connection, bytes);
    return ERR_OK;
}

static void open_parent(void *ctx)
{
    struct realm_node *n = ctx;
    n->connection = ++n->realm->connections;
}

static void close_parent(void *ctx)
{
    struct realm_node *n = ctx;
    n->connection = 0;
}

static const char *parent_trouble(void *ctx)
{
    (void)ctx;
    return "";
}

static struct transport transport_of(struct realm_node *n)
{
    return (struct transport){.ctx = n,
                              .send_peer = send_peer,
                              .send_parent = send_parent,
                              .open_parent = open_parent,
                              .close_parent = close_parent,
                              .parent_trouble = parent_trouble};
}

/* ---- one turn ---- */

static void fill_key(uint32_t unit, uint8_t *ret_key)
{
    memset(ret_key, 7, PEER_KEY_SIZE);
    memcpy(ret_key, &unit, sizeof(unit));
}

static bool open_message(struct realm *realm, const struct realm_node *n,
                         const struct realm_message *message, struct event *ret_event)
{
    struct event event = {.type = EVENT_PEER_MESSAGE, .bytes = {message->bytes, message->len}};
    if (message->from == REALM_PEOPLE) {
        event.from.address =
            (struct peer_address){.id = {PEOPLE_ID}, .id_len = 1, .is_local = true};
    } else if (message->from == n->parent) {
        event.type = EVENT_PARENT_MESSAGE;
        if (message->connection != n->connection)
            return false;
    } else {
        uint16_t index = (uint16_t)message->from;
        event.from.address = (struct peer_address){.id = {CHILD_ID}, .id_len = 7};
        memcpy(event.from.address.id + 1, &index, sizeof(index));
        memcpy(event.from.address.id + 3, &message->connection, sizeof(message->connection));
        fill_key(realm->nodes[message->from].unit, event.from.key);
        if (!node_allows_key(n->node, event.from.key))
            return false;
    }
    *ret_event = event;
    return true;
}

static size_t drain(struct realm *realm, struct realm_node *n, struct event *events,
                    size_t *ret_taken)
{
    size_t count = 0, taken = 0;
    while (taken < n->inbox_count && taken < NODE_BATCH_MAX - 1)
        count += open_message(realm, n, &n->inbox[taken++], &events[count]);
    if (node_has_work(n->node, realm->now_ms))
        events[count++] = (struct event){.type = EVENT_TICK};
    for (size_t i = 0; i < count; i++) {
        events[i].now = clock_of(realm);
        events[i].now_ms = realm->now_ms;
    }
    *ret_taken = taken;
    return count;
}

static void work(struct realm *realm, struct realm_node *n, const struct event *events,
                 size_t count)
{
    const struct transport transport = transport_of(n);
    if (count > 0) {
        if (node_batch(n->node, events, count, &n->effects) != ERR_OK)
            realm_wrong("the store of unit %" PRIu32 " failed", n->unit);
        node_apply(n->node, &n->effects, &transport, clock_of(realm), realm->now_ms);
    }
    node_pump(n->node, &transport, realm->now_ms);
}

/* What callgrind looks for: --toggle-collect=realm_turn_counted. Two functions that must not be
 * made one. */
__attribute__((noinline)) static void realm_turn_counted(struct realm *realm, struct realm_node *n,
                                                         const struct event *events, size_t count)
{
    work(realm, n, events, count);
    __asm__ volatile("");
}

static void turn(struct realm *realm, struct realm_node *n)
{
    struct event events[NODE_BATCH_MAX];
    struct realm_level *level = &realm->levels[n->level];
    uint64_t written = room_written_bytes();
    size_t taken, count = drain(realm, n, events, &taken);
    if (realm->counted_level == (int)n->level)
        realm_turn_counted(realm, n, events, count);
    else
        work(realm, n, events, count);
    level->batches += count > 0;
    level->written += room_written_bytes() - written;
    for (size_t i = 0; i < taken; i++)
        free(n->inbox[i].bytes);
    n->inbox_count -= taken;
    memmove(n->inbox, n->inbox + taken, n->inbox_count * sizeof(*n->inbox));
    n->due_ms = realm->now_ms + node_due_ms(n->node, realm->now_ms);
}

void realm_round(struct realm *realm)
{
    for (size_t i = realm->node_count; i-- > 0;) {
        struct realm_node *n = &realm->nodes[i];
        if (n->node == NULL || (n->inbox_count == 0 && n->due_ms > realm->now_ms))
            continue;
        turn(realm, n);
    }
    realm->now_ms++;
}

/* ---- until there is nothing to do ---- */

static bool has_mail(const struct realm *realm)
{
    for (size_t i = 0; i < realm->node_count; i++)
        if (realm->nodes[i].node != NULL && realm->nodes[i].inbox_count > 0)
            return true;
    return false;
}

/* Whose link is cut has nobody to agree with. */
static bool is_at_rest(const struct realm_node *n)
{
    struct node_health health;
    if (n->node == NULL || n->is_cut)
        return true;
    node_get_health(n->node, &health);
    return health.is_linked && health.has_catalogue && !health.is_rebuilding &&
           !health.is_restoring && !health.is_comparing &&
           health.outbox_count == health.parked_count && notices_are_quiet(n->node);
}

/* Time jumps to when the first node wants a turn. */
static void jump(struct realm *realm)
{
    int64_t due_ms = INT64_MAX;
    for (size_t i = 0; i < realm->node_count; i++)
        if (realm->nodes[i].node != NULL && realm->nodes[i].due_ms < due_ms)
            due_ms = realm->nodes[i].due_ms;
    if (due_ms > realm->now_ms && due_ms < INT64_MAX)
        realm->now_ms = due_ms;
}

static void say_restless(const struct realm *realm)
{
    for (size_t i = 0; i < realm->node_count; i++) {
        const struct realm_node *n = &realm->nodes[i];
        struct node_health health;
        if (is_at_rest(n))
            continue;
        node_get_health(n->node, &health);
        realm_wrong("node of unit %" PRIu32 " does not come to rest: %slinked, %scatalogue%s%s%s, "
                    "%" PRIu64 " to send, %" PRIu64 " parked: %s",
                    n->unit, health.is_linked ? "" : "not ", health.has_catalogue ? "" : "no ",
                    health.is_rebuilding ? ", rebuilding" : "",
                    health.is_restoring ? ", restoring" : "",
                    health.is_comparing ? ", comparing" : "", health.outbox_count,
                    health.parked_count, n->node->uplink.trouble);
    }
    realm_wrong("messages do not come to rest");
}

void realm_settle(struct realm *realm)
{
    int64_t give_up_ms = realm->now_ms + SETTLE_MAX_MS;
    for (;;) {
        realm_round(realm);
        bool rests = !has_mail(realm);
        for (size_t i = 0; i < realm->node_count && rests; i++)
            rests = is_at_rest(&realm->nodes[i]);
        if (rests)
            return;
        if (realm->now_ms > give_up_ms)
            say_restless(realm);
        if (!has_mail(realm))
            jump(realm);
    }
}

static void place(struct realm_node *n)
{
    bool is_unknown;
    if (store_settle(n->store, &is_unknown) != ERR_OK)
        realm_wrong("what waits at unit %" PRIu32 " was not placed", n->unit);
}

/* Counted as realm_turn_counted is. */
__attribute__((noinline)) static void realm_place_counted(struct realm_node *n)
{
    place(n);
    __asm__ volatile("");
}

void realm_place(struct realm *realm)
{
    for (size_t i = 0; i < realm->node_count; i++) {
        struct realm_node *n = &realm->nodes[i];
        uint64_t written = room_written_bytes();
        if (n->node == NULL)
            continue;
        if (realm->counted_level == (int)n->level)
            realm_place_counted(n);
        else
            place(n);
        realm->levels[n->level].written += room_written_bytes() - written;
    }
}

void realm_wait(struct realm *realm, int64_t wait_ms)
{
    for (int64_t end_ms = realm->now_ms + wait_ms; realm->now_ms < end_ms;) {
        realm_round(realm);
        if (!has_mail(realm))
            jump(realm);
    }
}

/* ---- nodes ---- */

void realm_start(struct realm *realm, size_t node)
{
    struct realm_node *n = &realm->nodes[node];
    const struct store_options store_options = {.map_size_bytes = MAP_BYTES,
                                                .epoch = ++realm->epochs};
    const struct node_options options = {.unit = n->unit,
                                         .has_parent = n->parent >= 0,
                                         .parent_endpoint = n->parent >= 0 ? "bench" : "",
                                         .software = "bench",
                                         .seed = n->unit};
    if (store_open(n->folder, &store_options, &n->store) != ERR_OK ||
        node_new(n->store, &options, clock_of(realm), realm->now_ms, &n->node) != ERR_OK)
        realm_wrong("the node of unit %" PRIu32 " does not start", n->unit);
    n->due_ms = realm->now_ms;
}

void realm_stop(struct realm *realm, size_t node)
{
    struct realm_node *n = &realm->nodes[node];
    uint64_t before = room_heap_bytes();
    for (size_t i = 0; i < n->inbox_count; i++)
        free(n->inbox[i].bytes);
    n->inbox_count = 0;
    n->connection = 0;
    node_free(&n->node);
    store_close(&n->store);
    effects_fini(&n->effects);
    n->memory = before - room_heap_bytes();
}

uint32_t realm_parent_of(const struct realm *realm, uint32_t unit)
{
    const struct unit *found = catalogue_unit(realm->country.catalogue, unit);
    return found->versions[0].parent;
}

size_t realm_home(const struct realm *realm, uint32_t unit)
{
    for (; unit != 0; unit = realm_parent_of(realm, unit))
        if (realm->home_of[unit] != 0)
            return realm->home_of[unit] - 1;
    realm_wrong("a unit has no home");
}

static void add_nodes(struct realm *realm, unsigned node_levels)
{
    const struct catalogue *catalogue = realm->country.catalogue;
    uint32_t last = catalogue->units[catalogue->unit_count - 1].id;
    realm->home_of = mem_calloc((size_t)last + 1, sizeof(*realm->home_of));
    realm->nodes = mem_calloc(catalogue->unit_count, sizeof(*realm->nodes));
    for (size_t i = 0; i < catalogue->unit_count; i++) { /* by id, which is level by level */
        const struct unit *unit = &catalogue->units[i];
        uint32_t parent = unit->versions[0].parent;
        if (unit->versions[0].level >= node_levels)
            break;
        struct realm_node *n = &realm->nodes[realm->node_count++];
        *n = (struct realm_node){.realm = realm,
                                 .unit = unit->id,
                                 .level = unit->versions[0].level,
                                 .parent = parent != 0 ? (int)realm->home_of[parent] - 1 : -1,
                                 .folder = mem_printf("%s/%" PRIu32, realm->folder, unit->id)};
        realm->home_of[unit->id] = (uint32_t)realm->node_count;
        if (mkdir(n->folder, 0700) != 0)
            realm_wrong("%s is there already, or cannot be made", n->folder);
    }
}

void realm_greet(struct realm *realm)
{
    struct buf bytes = {0};
    if (realm->greeted_ms != 0 && realm->now_ms - realm->greeted_ms < SESSION_PING_MS)
        return;
    realm->greeted_ms = realm->now_ms;
    for (size_t i = 0; i < realm->node_count; i++) {
        buf_clear(&bytes);
        asking_pack_hello(++realm->seq, &bytes);
        realm_tell(realm, i, span_of(&bytes));
    }
    buf_fini(&bytes);
    realm_round(realm);
}

static void publish(struct realm *realm)
{
    struct buf bytes = {0};
    struct publishing publishing;
    publishing_init(realm->country.catalogue, &publishing);
    for (uint32_t i = 0; i < publishing.chunk_count; i++) {
        buf_clear(&bytes);
        asking_pack_chunk(&publishing, i, ++realm->seq, &bytes);
        realm_tell(realm, 0, span_of(&bytes));
    }
    realm->catalogue_bytes = publishing.bytes.len;
    publishing_fini(&publishing);
    buf_fini(&bytes);
}

static void enrol(struct realm *realm, size_t child)
{
    struct buf bytes = {0};
    uint8_t key[PEER_KEY_SIZE];
    fill_key(realm->nodes[child].unit, key);
    asking_pack_enrol(realm->nodes[child].unit, key, ++realm->seq, &bytes);
    realm_tell(realm, (size_t)realm->nodes[child].parent, span_of(&bytes));
    buf_fini(&bytes);
}

void realm_open(struct realm *realm, const char *folder, unsigned node_levels)
{
    realm->folder = folder;
    realm->node_levels = node_levels;
    realm->now_ms = 1000;
    add_nodes(realm, node_levels);
    for (size_t i = 0; i < realm->node_count; i++)
        realm_start(realm, i);
    realm_greet(realm);
    publish(realm);
    for (size_t i = 1; i < realm->node_count; i++)
        enrol(realm, i);
    realm_settle(realm);
    if (realm->refusals > 0)
        realm_wrong("the set-up was refused: %s", realm->refusal);
}

void realm_count(struct realm *realm)
{
    memset(realm->levels, 0, sizeof(realm->levels));
    realm->receipts = realm->refusals = 0;
}

void realm_close(struct realm *realm)
{
    for (size_t i = 0; i < realm->node_count; i++) {
        struct realm_node *n = &realm->nodes[i];
        if (n->node != NULL)
            realm_stop(realm, i);
        free(n->inbox);
        free(n->folder);
    }
    free(realm->nodes);
    free(realm->home_of);
    country_fini(&realm->country);
}
