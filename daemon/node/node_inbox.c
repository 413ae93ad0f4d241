/* The inbox: what has been said to the units that this node serves, and whether something is still
 * to be done about it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/closed.h"
#include "node/inbox.h"

enum {
    NEWS_DAYS = 30, /* so long a closing is news */
    DAY_SECONDS = 86400,
};

struct inbox {
    struct step *step;
    const Tonghop__InboxQuery *ask;
    uint32_t unit;
    bool is_count; /* nobody reads it: it is for this node's own people */
    struct inbox_entry **items;
    size_t count, capacity;
};

static void inbox_fini(struct inbox *inbox)
{
    for (size_t i = 0; i < inbox->count; i++)
        inbox_entry_free(&inbox->items[i]);
    free(inbox->items);
}

static bool is_told(uint8_t type)
{
    return type == NOTICE_RETURNED || type == NOTICE_REMINDER || type == NOTICE_CLOSING ||
           type == NOTICE_REOPENING;
}

/* Without a unit only what this node's own people have to act upon: that of units that it serves.
 */
static bool is_asked_for(struct inbox *inbox, const struct notice_key *key)
{
    struct step *step = inbox->step;
    const struct tree *tree = node_tree(step->node, key->report.period);
    uint32_t unit = key->report.unit;
    if (key->type == NOTICE_CLOSING)
        return tree_contains(tree, unit, inbox->unit);
    if (!tree_contains(tree, inbox->unit, unit) ||
        (!inbox->is_count && !query_may_read(&step->peer, tree, unit)))
        return false;
    return inbox->ask->unit[0] != '\0' ||
           node_home_of(step->node, step->txn, tree, unit) == step->node->options.unit;
}

/* ---- what is still to be done ---- */

/* The unit owes a form of the period and has not filed it. */
static bool is_missing(struct step *step, const struct notice_key *key)
{
    const struct tree *tree = node_tree(step->node, key->report.period);
    struct coverage coverage = {0};
    struct view_filings filings = {step->txn, key->report.kind, key->report.period.year};
    struct coverage_source source = view_coverage_source(&filings);
    bool is_found = false;
    coverage_build(step->node->catalogue, tree, key->report.unit, &source, &coverage);
    for (size_t i = 0; i < coverage.count; i++)
        is_found = is_found || (coverage.lines[i].unit == key->report.unit &&
                                coverage.lines[i].state == COVERAGE_MISSING);
    coverage_fini(&coverage);
    return is_found;
}

/* What is closed is not to be filed. */
static bool is_closed(struct step *step, const struct notice_key *key)
{
    struct closure closing;
    return closed_find(step->node, step->txn, &key->report, step->event->now, &closing);
}

static void fill_answered(struct step *step, struct inbox_entry *entry)
{
    struct head head;
    if (store_get_head(step->txn, &entry->key.report, &head) != ERR_OK)
        return;
    if (head.revision > entry->key.number)
        entry->message.answered_by = head.revision;
    else
        entry->message.open = (head.states & STATE_RETURNED) != 0;
}

static void fill_open(struct inbox *inbox, struct inbox_entry *entry)
{
    switch ((enum notice_type)entry->key.type) {
    case NOTICE_RETURNED:
        fill_answered(inbox->step, entry);
        break;
    case NOTICE_REMINDER:
        entry->message.open =
            is_missing(inbox->step, &entry->key) && !is_closed(inbox->step, &entry->key);
        break;
    case NOTICE_REOPENING:
        entry->message.open = entry->message.until_us > inbox->step->event->now.us &&
                              !is_closed(inbox->step, &entry->key);
        break;
    case NOTICE_ACCEPTED:
    case NOTICE_HEARD:
    case NOTICE_CLOSING:
    case NOTICE_CLOCK:
        break;
    }
}

/* ---- gathering ---- */

static void gather_one(struct inbox *inbox, const struct notice_key *key,
                       const Tonghop__Notice *notice)
{
    int64_t news_us = inbox->step->event->now.us - (int64_t)NEWS_DAYS * DAY_SECONDS * 1000000;
    struct step *step = inbox->step;
    struct inbox_entry *entry = inbox_entry_new(step->node, key, notice);
    if (key->type != NOTICE_CLOSING)
        inbox_entry_fill_heard(step->node, step->txn, entry);
    fill_open(inbox, entry);
    bool is_news = key->type == NOTICE_CLOSING && entry->message.time_us >= news_us;
    inbox->items = mem_grow(inbox->items, inbox->count, &inbox->capacity, sizeof(*inbox->items));
    inbox->items[inbox->count++] = entry;
    if (entry->message.open || is_news || inbox->ask->all)
        return;
    inbox->count--;
    inbox_entry_free(&entry);
}

static void gather(struct inbox *inbox)
{
    struct step *step = inbox->step;
    struct notice_key cursor = {0};
    struct span bytes;
    while (inbox->count <= QUERY_LINES_MAX && store_next_notice(step->txn, &cursor, &bytes)) {
        if (!is_told(cursor.type) || !is_asked_for(inbox, &cursor))
            continue;
        const Tonghop__Notice *notice = notice_find(step->node, step->txn, &cursor);
        if (notice == NULL)
            return; /* sticky */
        gather_one(inbox, &cursor, notice);
    }
}

static int by_time(const void *a, const void *b)
{
    const struct inbox_entry *x = *(struct inbox_entry *const *)a,
                             *y = *(struct inbox_entry *const *)b;
    return (x->message.time_us < y->message.time_us) - (x->message.time_us > y->message.time_us);
}

/* ---- seen ---- */

/* Only whoever acts for the units that this node serves. */
static bool may_mark(struct step *step)
{
    if (step->peer.role != TONGHOP__ROLE__ROLE_READER &&
        step->peer.role != TONGHOP__ROLE__ROLE_NODE)
        return true;
    step_refuse(step, ERR_FORBIDDEN, NULL,
                STEP_WORDS(step,
                           "this key may only read: who files for the unit, or works at its node, "
                           "notes that it was seen",
                           "khóa này chỉ được xem: người nộp báo cáo của đơn vị, hoặc người làm "
                           "việc tại nút, mới được ghi nhận là đã xem"));
    return false;
}

/* What nobody has seen yet of what this node's own people are told. */
static bool is_to_be_seen(struct inbox *inbox, const struct inbox_entry *entry)
{
    struct step *step = inbox->step;
    const struct tree *tree = node_tree(step->node, entry->key.report.period);
    return entry->key.type != NOTICE_CLOSING && entry->message.seen_us == 0 &&
           node_home_of(step->node, step->txn, tree, entry->key.report.unit) ==
               step->node->options.unit;
}

/* The entries tell what is noted once it is known that the answer arrives. */
static void tell_seen(struct inbox *inbox)
{
    struct step *step = inbox->step;
    char person[WIRE_PERSON_MAX + 1];
    (void)step_person(step, person);
    for (size_t i = 0; i < inbox->count; i++) {
        struct inbox_entry *entry = inbox->items[i];
        entry->is_marked = is_to_be_seen(inbox, entry);
        if (entry->is_marked)
            inbox_entry_tell_seen(entry, person, step->event->now);
    }
}

static void mark_seen(struct inbox *inbox)
{
    for (size_t i = 0; i < inbox->count; i++)
        if (inbox->items[i]->is_marked)
            notice_note_seen(inbox->step, &inbox->items[i]->key, inbox->items[i]->message.time_us);
}

/* Nothing is noted as seen that nobody gets to see. */
static void answer(struct inbox *inbox)
{
    struct step *step = inbox->step;
    Tonghop__UnitInfo unit;
    Tonghop__Inbox message = TONGHOP__INBOX__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    Tonghop__InboxEntry **pointers = mem_calloc(inbox->count + 1, sizeof(*pointers));
    if (inbox->ask->mark_seen)
        tell_seen(inbox);
    for (size_t i = 0; i < inbox->count; i++)
        pointers[i] = &inbox->items[i]->message;
    query_unit_info(step->node, inbox->unit, instant_date(step->event->now), &unit);
    message.unit = &unit;
    message.n_entries = inbox->count;
    message.entries = pointers;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_INBOX;
    envelope.inbox = &message;
    if (!inbox->ask->mark_seen) {
        step_reply(step, &envelope);
    } else if (step_fits(step, &envelope)) {
        mark_seen(inbox);
        step_reply(step, &envelope);
    }
    free(pointers);
}

void node_handle_inbox_query(struct step *step, const Tonghop__InboxQuery *ask)
{
    struct inbox inbox = {.step = step, .ask = ask};
    struct query query;
    int year, month, day;
    date_split(instant_date(step->event->now), &year, &month, &day);
    if (!query_resolve_in(step, (struct period){(uint16_t)year, PERIOD_Y}, ask->unit, &query) ||
        (ask->mark_seen && !may_mark(step)))
        return;
    inbox.unit = query.unit;
    gather(&inbox);
    if (inbox.count > QUERY_LINES_MAX) {
        step_refuse(step, ERR_TOO_LARGE, NULL,
                    STEP_WORDS(step, "that is too much for one answer: name a unit",
                               "quá nhiều cho một câu trả lời: hãy chọn một đơn vị"));
    } else {
        if (inbox.count > 0)
            qsort(inbox.items, inbox.count, sizeof(*inbox.items), by_time);
        answer(&inbox);
    }
    inbox_fini(&inbox);
}

/* ---- counting ---- */

static size_t count_open(struct step *step)
{
    const Tonghop__InboxQuery ask = TONGHOP__INBOX_QUERY__INIT;
    struct inbox inbox = {
        .step = step, .ask = &ask, .unit = step->node->options.unit, .is_count = true};
    size_t count = 0;
    gather(&inbox);
    for (size_t i = 0; i < inbox.count; i++)
        count += inbox.items[i]->message.open ? 1 : 0;
    inbox_fini(&inbox);
    return count;
}

size_t inbox_count_open(struct step *step)
{
    struct node_inbox *known = &step->node->inbox;
    const struct date today = instant_date(step->event->now);
    uint64_t number = store_feed_number(step->txn);
    /* In a damaged store what does not read would keep a whole answer back. */
    if (step->node->catalogue == NULL || store_is_damaged(step->node->store))
        return 0;
    if (!known->is_known || known->number != number || date_compare(known->today, today) != 0) {
        known->count = count_open(step);
        known->number = number;
        known->today = today;
        known->is_known = store_error(step->txn) == ERR_OK;
    }
    return known->count;
}
