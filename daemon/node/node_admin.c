/* Administration: which keys may connect, as what, for which unit; and what could not be processed,
 * until somebody has dealt with it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "link/key.h"
#include "node/authority.h"
#include "node/step.h"

_Static_assert((int)WIRE_KEY_NAME_MAX < (int)STORE_NAME_MAX, "a name that came over the wire fits");

/* ---- enrolling ---- */

/* Beneath this node at some time from last year, whose reports are still coming in, to next year,
 * whose units may be enrolled ahead. */
static bool lies_beneath(struct step *step, uint32_t unit)
{
    struct node *node = step->node;
    int this_year, month, day;
    date_split(instant_date(step->event->now), &this_year, &month, &day);
    for (int year = this_year - 1; year <= this_year + 1; year++) {
        for (uint8_t label = PERIOD_S1; label <= PERIOD_S2; label++) {
            struct period period = {.year = (uint16_t)year, .label = label};
            if (period_is_valid(period) && node_covers(node, node_tree(node, period), unit))
                return true;
        }
    }
    return false;
}

/* Whether the unit may have a key here; refuses and returns false if not. A node without a
 * catalogue cannot tell. */
static bool unit_is_beneath(struct step *step, const Tonghop__Enrol *enrol)
{
    struct node *node = step->node;
    char unit[256];
    bool is_own = enrol->unit == node->options.unit;
    if (enrol->role == TONGHOP__ROLE__ROLE_NODE && is_own) {
        step_refuse(step, ERR_INVALID, NULL,
                    STEP_WORDS(step,
                               "this node serves unit %" PRIu32
                               " itself: enrol nodes of units beneath it",
                               "chính nút này phục vụ đơn vị %" PRIu32
                               ": chỉ đăng ký nút của các đơn vị trực thuộc"),
                    enrol->unit);
        return false;
    }
    if (node->catalogue == NULL)
        return true;
    if (catalogue_unit(node->catalogue, enrol->unit) == NULL) {
        step_refuse(step, ERR_NOT_FOUND, NULL,
                    STEP_WORDS(step,
                               "the catalogue has no unit with id %" PRIu32
                               ": see 'tonghop catalogue show "
                               "units'",
                               "danh mục không có đơn vị nào có id %" PRIu32
                               ": xem `tonghop catalogue show units`"),
                    enrol->unit);
        return false;
    }
    if (!is_own && !lies_beneath(step, enrol->unit)) {
        step_refuse(
            step, ERR_FOREIGN, NULL,
            STEP_WORDS(step,
                       "%s does not lie beneath this node: enrol the key at a node above that unit",
                       "%s không thuộc nút này: đăng ký khóa ở một nút cấp trên của đơn vị đó"),
            step_unit_text(step, enrol->unit, unit, sizeof(unit)));
        return false;
    }
    return true;
}

/* A node cannot stand beneath itself, nor beneath a node that is beneath it. */
static bool is_elsewhere(struct step *step, const Tonghop__Enrol *enrol)
{
    const struct node_options *options = &step->node->options;
    if (memcmp(enrol->key.data, options->public_key, sizeof(options->public_key)) == 0) {
        step_refuse(step, ERR_INVALID, NULL,
                    STEP_WORDS(step,
                               "that is this node's own key: take the one in NAME.pub of the node "
                               "that is to be enrolled",
                               "đó là khóa của chính nút này: lấy khóa trong tệp NAME.pub của nút "
                               "cần đăng ký"));
        return false;
    }
    if (enrol->role == TONGHOP__ROLE__ROLE_NODE && options->has_parent &&
        memcmp(enrol->key.data, options->parent_key, sizeof(options->parent_key)) == 0) {
        step_refuse(
            step, ERR_INVALID, NULL,
            STEP_WORDS(step,
                       "that is the key of the node above this one (%s): enrolled here it "
                       "would make a loop",
                       "đó là khóa của nút cấp trên (%s): đăng ký ở đây sẽ thành vòng tròn"),
            options->parent_endpoint);
        return false;
    }
    return true;
}

/* The unrevoked node key of `unit` other than `but`; false if there is none. */
static bool find_node_key(struct step *step, uint32_t unit, const uint8_t *but, uint8_t *ret_key)
{
    struct enrolled enrolled = {0};
    while (store_next_enrolled(step->txn, &enrolled)) {
        if (enrolled.role != TONGHOP__ROLE__ROLE_NODE || enrolled.is_revoked ||
            enrolled.unit != unit || memcmp(enrolled.key, but, sizeof(enrolled.key)) == 0)
            continue;
        memcpy(ret_key, enrolled.key, sizeof(enrolled.key));
        return true;
    }
    return false;
}

/* A unit is served by one node: two would number the revisions of the same reports. */
static bool is_the_only_node(struct step *step, const Tonghop__Enrol *enrol)
{
    uint8_t other[STORE_KEY_SIZE];
    char key[KEY_TEXT_SIZE], heard[INSTANT_TEXT_SIZE];
    char unit[256];
    if (enrol->role != TONGHOP__ROLE__ROLE_NODE ||
        !find_node_key(step, enrol->unit, enrol->key.data, other))
        return true;
    const struct link_time *time = link_times_find(&step->node->link_times, other);
    bool is_heard = time != NULL && time->heard.us != 0;
    step_refuse(
        step, ERR_EXISTS, NULL,
        STEP_WORDS(step,
                   "%s has a node with another key%s%s: if the new one replaces it, revoke it "
                   "first: tonghop revoke %s",
                   "%s đã có nút với khóa khác%s%s: nếu nút mới thay nó thì thu hồi khóa đó trước: "
                   "tonghop revoke %s"),
        step_unit_text(step, enrol->unit, unit, sizeof(unit)),
        is_heard ? STEP_WORDS(step, ", last heard at ", ", tin gần nhất lúc ")
                 : STEP_WORDS(step, ", not heard since this node was started",
                              ", chưa có tin từ khi nút này khởi động"),
        is_heard ? instant_format(time->heard, heard) : "", key_format(other, key));
    return false;
}

/* What a node's key stood for is over: with the last one, the alarms about its unit end, because
 * nobody is left to settle them. */
static void end_alarms(struct step *step, const struct enrolled *former)
{
    uint8_t other[STORE_KEY_SIZE];
    struct alarm alarm = {0};
    if (former->role != TONGHOP__ROLE__ROLE_NODE ||
        find_node_key(step, former->unit, former->key, other))
        return;
    while (store_next_alarm(step->txn, &alarm))
        if (alarm.unit == former->unit)
            (void)store_delete_alarm(step->txn, alarm.kind, alarm.year, alarm.unit); /* sticky */
}

/* Puts an enrolment in force. A session under the key's former role must not go on. */
static void put_enrolled(struct step *step, const struct enrolled *enrolled)
{
    struct enrolled former;
    bool had_former = store_get_enrolled(step->txn, enrolled->key, &former) == ERR_OK;
    (void)store_put_enrolled(step->txn, enrolled); /* the error is sticky */
    step->node->child_units.is_loaded = false;
    step->node->inbox.is_known = false; /* it is of the units that no node beneath serves */
    contact_forget(step->node, enrolled->key);
    if (had_former &&
        (enrolled->is_revoked || enrolled->unit != former.unit || enrolled->role != former.role))
        end_alarms(step, &former);
    /* Now, for what comes later in this batch, and once more for a hello that came before. */
    (void)peers_remove_key(&step->node->peers, enrolled->key);
    effects_add(step->effects, EFFECT_REVOKE,
                (struct span){.data = enrolled->key, .len = sizeof(enrolled->key)});
}

void node_handle_enrol(struct step *step, const Tonghop__Enrol *enrol)
{
    struct enrolled enrolled = {
        .unit = enrol->unit, .role = (uint8_t)enrol->role, .changed = step->event->now};
    char key[KEY_TEXT_SIZE], sender[STEP_SENDER_SIZE];
    char unit[256];
    if (!is_elsewhere(step, enrol) || !unit_is_beneath(step, enrol) ||
        !is_the_only_node(step, enrol))
        return;
    memcpy(enrolled.key, enrol->key.data, sizeof(enrolled.key));
    (void)snprintf(enrolled.name, sizeof(enrolled.name), "%s", enrol->name);
    put_enrolled(step, &enrolled);
    log_event(LOG_EVENT_ENROLLED,
              LOG_FIELDS(.unit = enrolled.unit, .key = key, .peer = step_sender(step, sender)),
              "enrolled %s as %s of %s", key_format(enrolled.key, key),
              authority_role_name(enrolled.role),
              node_unit_text(step->node, enrolled.unit, unit, sizeof(unit)));
    step_done(
        step,
        STEP_WORDS(step, "%s is enrolled as %s of %s", "đã đăng ký khóa %s với vai trò %s của %s"),
        key, authority_role_word(step->peer.is_vietnamese, enrolled.role),
        step_unit_text(step, enrolled.unit, unit, sizeof(unit)));
}

void node_handle_revoke(struct step *step, const Tonghop__Revoke *revoke)
{
    struct enrolled enrolled;
    char key[KEY_TEXT_SIZE], sender[STEP_SENDER_SIZE];
    if (store_get_enrolled(step->txn, revoke->key.data, &enrolled) != ERR_OK) {
        step_refuse(step, ERR_NOT_FOUND, NULL,
                    STEP_WORDS(step, "that key is not enrolled here: see 'tonghop keys'",
                               "khóa đó chưa được đăng ký ở đây: xem `tonghop keys`"));
        return;
    }
    enrolled.is_revoked = true;
    enrolled.changed = step->event->now;
    put_enrolled(step, &enrolled);
    log_event(LOG_EVENT_REVOKED,
              LOG_FIELDS(.unit = enrolled.unit, .key = key, .peer = step_sender(step, sender)),
              "revoked %s", key_format(enrolled.key, key));
    step_done(step, STEP_WORDS(step, "%s is revoked", "đã thu hồi khóa %s"), key);
}

/* ---- listing ---- */

static bool key_is_connected(const struct node *node, const uint8_t *key)
{
    size_t index = 0;
    for (struct peer *peer = peers_next(&node->peers, &index); peer != NULL;
         peer = peers_next(&node->peers, &index))
        if (!peer->from.address.is_local && memcmp(peer->from.key, key, PEER_KEY_SIZE) == 0)
            return true;
    return false;
}

void node_handle_keys_query(struct step *step)
{
    struct enrolled *all = NULL;
    size_t count = 0, capacity = 0;
    struct enrolled cursor = {0};
    while (store_next_enrolled(step->txn, &cursor)) {
        all = mem_grow(all, count, &capacity, sizeof(*all));
        all[count++] = cursor;
    }
    Tonghop__KeyEntry *items = mem_calloc(count + 1, sizeof(*items));
    Tonghop__KeyEntry **pointers = mem_calloc(count + 1, sizeof(*pointers));
    for (size_t i = 0; i < count; i++) {
        tonghop__key_entry__init(&items[i]);
        items[i].key.data = all[i].key;
        items[i].key.len = sizeof(all[i].key);
        items[i].unit = all[i].unit;
        items[i].role = (Tonghop__Role)all[i].role;
        items[i].name = all[i].name;
        items[i].revoked = all[i].is_revoked;
        items[i].changed_us = all[i].changed.us;
        items[i].connected = key_is_connected(step->node, all[i].key);
        pointers[i] = &items[i];
    }
    Tonghop__Keys keys = TONGHOP__KEYS__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    keys.n_entries = count;
    keys.entries = pointers;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_KEYS;
    envelope.keys = &keys;
    step_reply(step, &envelope);
    free(pointers);
    free(items);
    free(all);
}

/* ---- quarantine ---- */

static void fill_quarantine_entry(struct quarantined *item, Tonghop__QuarantineEntry *ret_entry)
{
    static const uint8_t nobody[STORE_KEY_SIZE];
    tonghop__quarantine_entry__init(ret_entry);
    ret_entry->number = item->number;
    ret_entry->received_us = item->received.us;
    ret_entry->key.data = item->peer;
    ret_entry->key.len = memcmp(item->peer, nobody, sizeof(nobody)) != 0 ? sizeof(item->peer) : 0;
    ret_entry->reason = item->reason;
    ret_entry->size = (uint32_t)item->bytes.len;
    ret_entry->kept = item->is_kept;
}

static void reply_quarantine(struct step *step, Tonghop__QuarantineEntry **entries, size_t count)
{
    Tonghop__Quarantine quarantine = TONGHOP__QUARANTINE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    quarantine.entries = entries;
    quarantine.n_entries = count;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_QUARANTINE;
    envelope.quarantine = &quarantine;
    step_reply(step, &envelope);
}

static void list_quarantine(struct step *step)
{
    size_t max = (size_t)store_count_quarantine(step->txn); /* they are bounded */
    struct quarantined *all = mem_calloc(max + 1, sizeof(*all));
    Tonghop__QuarantineEntry *items = mem_calloc(max + 1, sizeof(*items));
    Tonghop__QuarantineEntry **pointers = mem_calloc(max + 1, sizeof(*pointers));
    struct quarantined cursor = {0};
    size_t count = 0;
    for (; count < max && store_next_quarantine(step->txn, &cursor); count++) {
        all[count] = cursor;
        fill_quarantine_entry(&all[count], &items[count]);
        pointers[count] = &items[count];
    }
    reply_quarantine(step, pointers, count);
    free(pointers);
    free(items);
    free(all);
}

/* Refuses and returns false if there is no such number, which is not 0. */
static bool find_quarantined(struct step *step, uint64_t number, struct quarantined *ret_item)
{
    for (int is_kept = 0; is_kept <= 1; is_kept++) {
        struct quarantined item = {.is_kept = is_kept != 0, .number = number - 1};
        if (store_next_quarantine(step->txn, &item) && item.number == number) {
            *ret_item = item;
            return true;
        }
    }
    step_refuse(
        step, ERR_NOT_FOUND, NULL,
        STEP_WORDS(step, "no message %" PRIu64 " is in quarantine: see 'tonghop quarantine'",
                   "không có thông điệp số %" PRIu64 " nào bị cách ly: xem `tonghop quarantine`"),
        number);
    return false;
}

void node_handle_quarantine_query(struct step *step, const Tonghop__QuarantineQuery *query)
{
    struct quarantined item;
    Tonghop__QuarantineEntry entry;
    Tonghop__QuarantineEntry *pointer = &entry;
    if (query->number == 0) {
        list_quarantine(step);
        return;
    }
    if (!find_quarantined(step, query->number, &item))
        return;
    fill_quarantine_entry(&item, &entry);
    entry.content.data = (uint8_t *)(uintptr_t)item.bytes.data; /* protobuf-c only reads it */
    entry.content.len = item.bytes.len < WIRE_FILING_MAX ? item.bytes.len : WIRE_FILING_MAX;
    reply_quarantine(step, &pointer, 1);
}

/* Those that are kept stay: somebody may have a receipt for them, so each is cleared by a person
 * who names it. */
static void clear_all(struct step *step)
{
    char sender[STEP_SENDER_SIZE];
    struct quarantined cursor = {0};
    uint64_t messages = 0;
    uint64_t alarms = store_count_alarms(step->txn);
    while (store_next_quarantine(step->txn, &cursor) && !cursor.is_kept) {
        (void)store_delete_quarantine(step->txn, cursor.number); /* errors are sticky */
        messages++;
    }
    (void)store_clear_alarms(step->txn);
    uint64_t left = store_count_quarantine(step->txn);
    log_event(LOG_EVENT_QUARANTINE_CLEARED, LOG_FIELDS(.peer = step_sender(step, sender)),
              "cleared the quarantine (%" PRIu64 ", %" PRIu64 " left) and the alarms (%" PRIu64 ")",
              messages, left, alarms);
    if (left == 0)
        step_done(step,
                  STEP_WORDS(step, "%" PRIu64 " message{|s} and %" PRIu64 " alarm{|s} are cleared",
                             "đã xóa %" PRIu64 " thông điệp bị cách ly và tắt %" PRIu64
                             " báo động"),
                  messages, alarms);
    else
        step_done(
            step,
            STEP_WORDS(
                step,
                "%" PRIu64 " message{|s} and %" PRIu64 " alarm{|s} are cleared; %" PRIu64
                " kept {filing is|filings are} left: see 'tonghop quarantine', and clear each "
                "by its number",
                "đã xóa %" PRIu64 " thông điệp bị cách ly và tắt %" PRIu64
                " báo động; còn lại %" PRIu64
                " báo cáo được giữ: xem `tonghop quarantine`, rồi xóa từng báo cáo "
                "theo số"),
            messages, alarms, left);
}

void node_handle_quarantine_clear(struct step *step, const Tonghop__QuarantineClear *clear)
{
    char sender[STEP_SENDER_SIZE];
    struct quarantined item;
    if (clear->all) {
        clear_all(step);
        return;
    }
    if (!find_quarantined(step, clear->number, &item))
        return;
    (void)store_delete_quarantine(step->txn, clear->number); /* the error is sticky */
    log_event(LOG_EVENT_QUARANTINE_CLEARED, LOG_FIELDS(.peer = step_sender(step, sender)),
              "cleared message %" PRIu64 " from the quarantine", clear->number);
    step_done(step,
              STEP_WORDS(step, "message %" PRIu64 " is cleared",
                         "đã xóa thông điệp bị cách ly số %" PRIu64),
              clear->number);
}
