/* Watching: the question, those that wait, and their answers. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/inbox.h"
#include "node/watch.h"

/* "EPOCH-NUMBER", each of 16 hexadecimal digits: to clients any text. */
enum { CURSOR_DIGITS = 16, CURSOR_SIZE = 2 * CURSOR_DIGITS + 2 };

/* ---- cursors ---- */

static void write_cursor(uint64_t epoch, uint64_t number, char *ret_text)
{
    (void)snprintf(ret_text, CURSOR_SIZE, "%016" PRIx64 "-%016" PRIx64, epoch, number);
}

/* Sixteen digits as write_cursor writes them, up to `end`. */
static bool read_digits(const char *text, char end, uint64_t *ret_number)
{
    uint64_t number = 0;
    for (int i = 0; i < CURSOR_DIGITS; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = text[i] != '\0' ? strchr(digits, text[i]) : NULL;
        if (digit == NULL)
            return false;
        number = number << 4 | (uint64_t)(digit - digits);
    }
    *ret_number = number;
    return text[CURSOR_DIGITS] == end;
}

static bool read_cursor(const char *text, uint64_t *ret_epoch, uint64_t *ret_number)
{
    return read_digits(text, '-', ret_epoch) &&
           read_digits(text + CURSOR_DIGITS + 1, '\0', ret_number);
}

/* ---- what is told ---- */

/* A change with the memory that its message points to. */
struct told {
    Tonghop__Change message;
    Tonghop__Key key;
    Tonghop__UnitInfo unit;
    char period[PERIOD_TEXT_SIZE];
    char *author, *reason;
};

struct told_notice {
    Tonghop__NoticeChange message;
    struct inbox_entry *entry;
};

struct telling {
    struct node *node;
    struct store_txn *txn;
    const struct peer *peer; /* who asks, as it is enrolled now */
    uint32_t unit;
    bool wants_notices;
    size_t most;       /* changes and notices */
    size_t scan_count; /* places of the feed that may still be looked at */
    uint64_t number;   /* told up to here */
    struct told **items;
    Tonghop__Change **pointers; /* to their messages */
    size_t count, capacity, pointer_capacity;
    struct told_notice **notices;
    Tonghop__NoticeChange **notice_pointers; /* likewise */
    size_t notice_count, notice_capacity, notice_pointer_capacity;
    bool is_at_end;
};

static void telling_fini(struct telling *telling)
{
    for (size_t i = 0; i < telling->count; i++) {
        free(telling->items[i]->author);
        free(telling->items[i]->reason);
        free(telling->items[i]);
    }
    free(telling->items);
    free(telling->pointers);
    for (size_t i = 0; i < telling->notice_count; i++) {
        inbox_entry_free(&telling->notices[i]->entry);
        free(telling->notices[i]);
    }
    free(telling->notices);
    free(telling->notice_pointers);
}

static size_t told_count(const struct telling *telling)
{
    return telling->count + telling->notice_count;
}

/* A report belongs to where its unit stood in its own period. */
static bool concerns(const struct telling *telling, const struct report_key *key)
{
    const struct tree *tree = node_tree(telling->node, key->period);
    return tree_contains(tree, telling->unit, key->unit) &&
           query_may_read(telling->peer, tree, key->unit);
}

/* Who filed the latest revision, and why. One that does not read is told without: who follows must
 * not be held up by it, and whoever asks for the report is told that it is damaged. */
static void read_header(struct telling *telling, const struct report_key *key, uint64_t number,
                        struct told *told)
{
    struct revision revision;
    struct report report = {0};
    char reason[WIRE_REASON_SIZE];
    arena_reset(telling->node->scratch);
    bool is_read = store_get_named_revision(telling->txn, key, number, &revision) == ERR_OK &&
                   wire_read_filing(revision.filing, telling->node->scratch, &report, reason,
                                    sizeof(reason)) == ERR_OK;
    told->author = mem_strdup(is_read ? report.author : "");
    told->reason = mem_strdup(is_read ? report.reason : "");
    report_fini(&report);
}

static void tell(struct telling *telling, const struct report_key *key)
{
    const struct node *node = telling->node;
    const struct form *form = catalogue_form(node->catalogue, key->form);
    struct head head;
    if (store_get_head(telling->txn, key, &head) != ERR_OK)
        return; /* sticky */
    struct told *told = mem_calloc(1, sizeof(*told));
    Tonghop__Change *message = &told->message;
    tonghop__change__init(message);
    tonghop__key__init(&told->key);
    wire_key_of(key, &told->key);
    query_unit_info(node, key->unit, node_tree(telling->node, key->period)->window.last,
                    &told->unit);
    read_header(telling, key, head.revision, told);
    message->key = &told->key;
    message->unit = &told->unit;
    message->period = period_format(key->period, told->period);
    message->form = form != NULL ? form->code : message->form;
    message->revision = head.revision;
    message->states = head.states;
    message->received_us = head.received.us;
    message->withdrawn = head.is_withdrawn;
    message->counts = head.counting == head.revision;
    message->author = told->author;
    message->reason = told->reason;
    message->number = telling->number;
    telling->items =
        mem_grow(telling->items, telling->count, &telling->capacity, sizeof(struct told *));
    telling->pointers = mem_grow(telling->pointers, telling->count, &telling->pointer_capacity,
                                 sizeof(Tonghop__Change *));
    telling->items[telling->count] = told;
    telling->pointers[telling->count++] = message;
}

/* Whoever may read the unit's reports, or whose unit a closing is of or above. */
static bool concerns_notice(const struct telling *telling, const struct notice_key *key)
{
    const struct tree *tree = node_tree(telling->node, key->report.period);
    return telling->wants_notices &&
           (concerns(telling, &key->report) ||
            (key->type == NOTICE_CLOSING && tree_contains(tree, key->report.unit, telling->unit)));
}

static void tell_notice(struct telling *telling, const struct notice_key *key)
{
    const Tonghop__Notice *notice = notice_find(telling->node, telling->txn, key);
    /* That it has come is no news for people. */
    if (notice == NULL || key->type == NOTICE_CLOCK ||
        (key->type == NOTICE_HEARD && notice->seen_us == 0))
        return;
    struct told_notice *told = mem_calloc(1, sizeof(*told));
    told->entry = inbox_entry_new(telling->node, key, notice);
    tonghop__notice_change__init(&told->message);
    told->message.entry = &told->entry->message;
    told->message.number = telling->number;
    telling->notices = mem_grow(telling->notices, telling->notice_count, &telling->notice_capacity,
                                sizeof(struct told_notice *));
    telling->notice_pointers =
        mem_grow(telling->notice_pointers, telling->notice_count, &telling->notice_pointer_capacity,
                 sizeof(Tonghop__NoticeChange *));
    telling->notices[telling->notice_count] = told;
    telling->notice_pointers[telling->notice_count++] = &told->message;
}

/* Reads on in the feed, as far as the answer and the turn have room. */
static void gather(struct telling *telling)
{
    struct feed_entry entry;
    while (told_count(telling) < telling->most && telling->scan_count > 0) {
        if (!store_next_change(telling->txn, &telling->number, &entry)) {
            telling->is_at_end = true;
            return;
        }
        telling->scan_count--;
        if (entry.is_notice && concerns_notice(telling, &entry.notice))
            tell_notice(telling, &entry.notice);
        else if (!entry.is_notice && concerns(telling, &entry.report))
            tell(telling, &entry.report);
    }
    telling->is_at_end = telling->number >= store_feed_number(telling->txn);
}

/* The body of the answer; `cursor` of CURSOR_SIZE must outlive it. */
static void fill(const struct telling *telling, char *cursor, Tonghop__Changes *ret_changes)
{
    write_cursor(store_feed_epoch(telling->txn), telling->number, cursor);
    tonghop__changes__init(ret_changes);
    ret_changes->cursor = cursor;
    ret_changes->n_changes = telling->count;
    ret_changes->changes = telling->pointers;
    ret_changes->n_notices = telling->notice_count;
    ret_changes->notices = telling->notice_pointers;
    ret_changes->more = !telling->is_at_end;
}

/* ---- the question ---- */

/* Where to begin; refuses and returns false if the cursor is none. */
static bool find_place(struct step *step, const Tonghop__WatchQuery *ask, uint64_t *ret_number,
                       bool *ret_is_restarted)
{
    uint64_t last = store_feed_number(step->txn), epoch, number;
    *ret_is_restarted = false;
    *ret_number = 0;
    if (ask->cursor[0] == '\0') {
        if (ask->from_now)
            *ret_number = last;
        return true;
    }
    if (!read_cursor(ask->cursor, &epoch, &number)) {
        step_refuse(step, ERR_SYNTAX, NULL,
                    STEP_WORDS(step,
                               "that is no cursor: give the one of the last answer, or none to be "
                               "told everything",
                               "đó không phải là vị trí theo dõi: gửi vị trí của câu trả lời "
                               "trước, hoặc để trống để nhận lại từ đầu"));
        return false;
    }
    *ret_is_restarted = epoch != store_feed_epoch(step->txn) || number > last;
    if (!*ret_is_restarted)
        *ret_number = number;
    return true;
}

static void begin_waiting(struct step *step, const struct telling *telling, uint32_t wait_ms)
{
    struct watcher watcher = {
        .address = step->peer.from.address,
        .seq = step->in->seq,
        .unit = telling->unit,
        .most = (uint32_t)telling->most,
        .wants_notices = telling->wants_notices,
        .number = telling->number,
        .deadline_ms =
            step->event->now_ms + (wait_ms < NODE_WATCH_WAIT_MS ? wait_ms : NODE_WATCH_WAIT_MS),
    };
    memcpy(watcher.key, step->peer.from.key, sizeof(watcher.key));
    effects_add(step->effects, EFFECT_WATCH,
                (struct span){(const uint8_t *)&watcher, sizeof(watcher)});
}

/* Those that an earlier event of this batch has put in the queue count too. */
static bool may_wait(const struct step *step)
{
    size_t count = step->node->watch.count;
    for (size_t i = 0; i < step->effects->count; i++)
        count += step->effects->items[i].type == EFFECT_WATCH;
    return count < NODE_WATCHERS_MAX;
}

static void answer(struct step *step, const struct telling *telling, bool is_restarted)
{
    char cursor[CURSOR_SIZE];
    Tonghop__Changes changes;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    fill(telling, cursor, &changes);
    changes.restarted = is_restarted;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_CHANGES;
    envelope.changes = &changes;
    step_reply(step, &envelope);
}

/* The unit is looked up in the tree of this year. */
static bool find_unit(struct step *step, const char *text, uint32_t *ret_unit)
{
    struct query query;
    int year, month, day;
    date_split(instant_date(step->event->now), &year, &month, &day);
    if (!query_resolve_in(step, (struct period){(uint16_t)year, PERIOD_Y}, text, &query))
        return false;
    *ret_unit = query.unit;
    return true;
}

void node_handle_watch_query(struct step *step, const Tonghop__WatchQuery *ask)
{
    bool is_restarted;
    size_t most = ask->most > 0 && ask->most < WIRE_CHANGES_MAX ? ask->most : WIRE_CHANGES_MAX;
    struct telling telling = {.node = step->node,
                              .txn = step->txn,
                              .peer = &step->peer,
                              .wants_notices = ask->notices,
                              .most = most,
                              .scan_count = NODE_WATCH_HEADS};
    if (!find_unit(step, ask->unit, &telling.unit) ||
        !find_place(step, ask, &telling.number, &is_restarted))
        return;
    gather(&telling);
    bool waits =
        told_count(&telling) == 0 && telling.is_at_end && !is_restarted && ask->wait_ms > 0;
    if (!waits)
        answer(step, &telling, is_restarted);
    else if (may_wait(step))
        begin_waiting(step, &telling, ask->wait_ms);
    else
        step_refuse(step, ERR_BUSY, NULL,
                    STEP_WORDS(step, "too many are following this node: try again later",
                               "có quá nhiều nơi đang theo dõi nút này: thử lại sau"));
    telling_fini(&telling);
}

/* ---- those that wait ---- */

void watch_fini(struct watch *watch)
{
    free(watch->items);
    *watch = (struct watch){0};
}

void watch_begin(struct watch *watch, struct span bytes)
{
    struct watcher watcher;
    memcpy(&watcher, bytes.data, sizeof(watcher));
    for (size_t i = 0; i < watch->count; i++)
        if (peer_address_equal(&watch->items[i].address, &watcher.address))
            watch->items[i].deadline_ms = 0;
    watch->items = mem_grow(watch->items, watch->count, &watch->capacity, sizeof(*watch->items));
    watch->items[watch->count++] = watcher;
}

static void forget(struct watch *watch, size_t index)
{
    watch->items[index] = watch->items[--watch->count];
}

/* As it is enrolled now, NULL if its session is gone, or is another key's. */
static const struct peer *peer_of(const struct node *node, const struct watcher *watcher)
{
    const struct peer *peer = peers_find(&node->peers, &watcher->address);
    bool is_same = peer != NULL && memcmp(peer->from.key, watcher->key, PEER_KEY_SIZE) == 0;
    return is_same ? peer : NULL;
}

void watch_drop_gone(struct node *node)
{
    for (size_t i = 0; i < node->watch.count;) {
        if (peer_of(node, &node->watch.items[i]) == NULL)
            forget(&node->watch, i);
        else
            i++;
    }
}

int64_t watch_due_ms(const struct watch *watch, int64_t now_ms)
{
    int64_t due_ms = INT64_MAX;
    if (watch->has_news && watch->count > 0)
        return 0;
    for (size_t i = 0; i < watch->count; i++) {
        int64_t left_ms = watch->items[i].deadline_ms - now_ms;
        if (left_ms < due_ms)
            due_ms = left_ms > 0 ? left_ms : 0;
    }
    return due_ms;
}

/* One turn of the pump, and what it may still do. */
struct turn {
    struct node *node;
    struct store_txn *txn;
    const struct transport *transport;
    int64_t now_ms;
    size_t scan_count, change_count;
};

static void send(struct turn *turn, const struct watcher *watcher, Tonghop__Envelope *envelope)
{
    struct node *node = turn->node;
    envelope->protocol = WIRE_PROTOCOL;
    envelope->seq = ++node->next_seq;
    envelope->re = watcher->seq;
    buf_clear(&node->packed);
    wire_pack(envelope, &node->packed);
    (void)turn->transport->send_peer(turn->transport->ctx, &watcher->address,
                                     span_of(&node->packed)); /* if it gets lost: asked again */
}

static void send_changes(struct turn *turn, const struct watcher *watcher,
                         const struct telling *telling)
{
    char cursor[CURSOR_SIZE];
    Tonghop__Changes changes;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    fill(telling, cursor, &changes);
    envelope.body_case = TONGHOP__ENVELOPE__BODY_CHANGES;
    envelope.changes = &changes;
    send(turn, watcher, &envelope);
}

/* The store does not read. */
static void send_refusal(struct turn *turn, const struct watcher *watcher, enum err err)
{
    char code[32], text[160];
    Tonghop__Refusal refusal = TONGHOP__REFUSAL__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    (void)snprintf(code, sizeof(code), "%s", err_name(err));
    (void)snprintf(text, sizeof(text), "the question could not be answered: %s", err_text(err));
    refusal.code = code;
    refusal.text = text;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_REFUSAL;
    envelope.refusal = &refusal;
    send(turn, watcher, &envelope);
}

/* Whether the watcher is done with. */
static bool serve(struct turn *turn, struct watcher *watcher)
{
    const struct peer *peer = peer_of(turn->node, watcher);
    if (peer == NULL)
        return true;
    struct telling telling = {.node = turn->node,
                              .txn = turn->txn,
                              .peer = peer,
                              .unit = watcher->unit,
                              .wants_notices = watcher->wants_notices,
                              .most = watcher->most,
                              .scan_count = turn->scan_count,
                              .number = watcher->number};
    if (telling.most > turn->change_count)
        telling.most = turn->change_count;
    gather(&telling);
    enum err err = store_error(turn->txn);
    bool is_done =
        err != ERR_OK || told_count(&telling) > 0 || turn->now_ms >= watcher->deadline_ms;
    if (err != ERR_OK)
        send_refusal(turn, watcher, err);
    else if (is_done)
        send_changes(turn, watcher, &telling);
    watcher->number = telling.number;
    turn->scan_count = telling.scan_count;
    turn->change_count -= told_count(&telling);
    telling_fini(&telling);
    return is_done;
}

void watch_pump(struct node *node, const struct transport *transport, int64_t now_ms)
{
    struct watch *watch = &node->watch;
    struct turn turn = {.node = node,
                        .transport = transport,
                        .now_ms = now_ms,
                        .scan_count = NODE_WATCH_HEADS,
                        .change_count = WIRE_CHANGES_MAX};
    if (watch->count == 0)
        watch->has_news = false;
    if (watch_due_ms(watch, now_ms) > 0)
        return;
    turn.txn = store_begin_read(node->store);
    size_t left = watch->count;
    for (; left > 0 && turn.scan_count > 0 && turn.change_count > 0; left--) {
        watch->next = watch->next < watch->count ? watch->next : 0;
        if (serve(&turn, &watch->items[watch->next]))
            forget(watch, watch->next);
        else
            watch->next++;
    }
    store_abort(&turn.txn);
    watch->has_news = left > 0 || turn.scan_count == 0;
}
