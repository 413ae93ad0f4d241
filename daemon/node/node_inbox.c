/* The inbox: what has been said to the units that this node serves, and whether something is still
 * to be done about it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/closed.h"
#include "node/notice.h"
#include "node/query.h"

enum {
    NEWS_DAYS = 30, /* so long a closing is news */
    DAY_SECONDS = 86400,
};

/* An entry with the memory that its message points to. */
struct entry {
    Tonghop__InboxEntry message;
    Tonghop__UnitInfo unit, author;
    char period[PERIOD_TEXT_SIZE];
    char *person, *text, *seen_by;
    char *indicators[WIRE_NOTICE_CELLS_MAX]; /* the catalogue's */
    struct notice_key key;
};

struct inbox {
    struct step *step;
    const Tonghop__InboxQuery *ask;
    uint32_t unit;
    struct entry **items;
    size_t count, capacity;
};

static void inbox_fini(struct inbox *inbox)
{
    for (size_t i = 0; i < inbox->count; i++) {
        free(inbox->items[i]->person);
        free(inbox->items[i]->text);
        free(inbox->items[i]->seen_by);
        free(inbox->items[i]);
    }
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
    if (!tree_contains(tree, inbox->unit, unit) || !query_may_read(&step->peer, tree, unit))
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

static void fill_answered(struct step *step, struct entry *entry)
{
    struct head head;
    if (store_get_head(step->txn, &entry->key.report, &head) != ERR_OK)
        return;
    if (head.revision > entry->key.number)
        entry->message.answered_by = head.revision;
    else
        entry->message.open = (head.states & STATE_RETURNED) != 0;
}

static void fill_open(struct inbox *inbox, struct entry *entry)
{
    struct closure closure;
    switch ((enum notice_type)entry->key.type) {
    case NOTICE_RETURNED:
        fill_answered(inbox->step, entry);
        break;
    case NOTICE_REMINDER:
        entry->message.open = is_missing(inbox->step, &entry->key);
        break;
    case NOTICE_REOPENING:
        entry->message.open = entry->message.until_us > inbox->step->event->now.us &&
                              !closed_find(inbox->step->node, inbox->step->txn, &entry->key.report,
                                           inbox->step->event->now, &closure);
        break;
    case NOTICE_ACCEPTED:
    case NOTICE_HEARD:
    case NOTICE_CLOSING:
    case NOTICE_CLOCK:
        break;
    }
}

/* When it came to the unit's home, and who has seen it there. */
static void fill_heard(struct inbox *inbox, struct entry *entry)
{
    struct step *step = inbox->step;
    struct notice_key key = entry->key;
    const struct tree *tree = node_tree(step->node, key.report.period);
    key.number = notice_heard_number(entry->key.type, entry->key.author);
    key.type = NOTICE_HEARD;
    key.author = node_home_of(step->node, step->txn, tree, key.report.unit);
    const Tonghop__Notice *heard = notice_find(step->node, step->txn, &key);
    if (heard == NULL || heard->time_us < entry->message.time_us)
        return;
    entry->message.delivered_us = heard->delivered_us;
    entry->message.seen_us = heard->seen_us;
    free(entry->seen_by);
    entry->seen_by = mem_strdup(heard->person);
    entry->message.seen_by = entry->seen_by;
}

/* ---- gathering ---- */

static struct entry *new_entry(struct inbox *inbox, const struct notice_key *key,
                               const Tonghop__Notice *notice)
{
    struct node *node = inbox->step->node;
    const struct tree *tree = node_tree(node, key->report.period);
    const struct form *form = catalogue_form(node->catalogue, key->report.form);
    struct entry *entry = mem_calloc(1, sizeof(*entry));
    Tonghop__InboxEntry *message = &entry->message;
    tonghop__inbox_entry__init(message);
    entry->key = *key;
    entry->person = mem_strdup(notice->person);
    entry->text = mem_strdup(notice->text);
    entry->seen_by = mem_strdup("");
    query_unit_info(node, key->report.unit, tree->window.last, &entry->unit);
    query_unit_info(node, key->author, tree->window.last, &entry->author);
    message->type = key->type;
    message->unit = &entry->unit;
    message->kind = key->report.kind;
    message->period = period_format(key->report.period, entry->period);
    message->form = form != NULL ? form->code : message->form;
    message->time_us = notice->time_us;
    message->author = &entry->author;
    message->person = entry->person;
    message->text = entry->text;
    message->until_us = notice->until_us;
    message->edition = notice->edition;
    message->count = notice->count;
    message->seen_by = entry->seen_by;
    message->revision = key->type == NOTICE_RETURNED ? key->number : 0;
    message->indicators = entry->indicators;
    for (size_t i = 0; i < notice->n_indicators; i++) {
        const struct indicator *indicator =
            catalogue_indicator(node->catalogue, notice->indicators[i]);
        if (indicator != NULL)
            entry->indicators[message->n_indicators++] = indicator->code;
    }
    return entry;
}

static void gather_one(struct inbox *inbox, const struct notice_key *key,
                       const Tonghop__Notice *notice)
{
    int64_t news_us = inbox->step->event->now.us - (int64_t)NEWS_DAYS * DAY_SECONDS * 1000000;
    struct entry *entry = new_entry(inbox, key, notice);
    if (key->type != NOTICE_CLOSING)
        fill_heard(inbox, entry);
    fill_open(inbox, entry);
    bool is_news = key->type == NOTICE_CLOSING && entry->message.time_us >= news_us;
    inbox->items = mem_grow(inbox->items, inbox->count, &inbox->capacity, sizeof(*inbox->items));
    inbox->items[inbox->count++] = entry;
    if (entry->message.open || is_news || inbox->ask->all)
        return;
    inbox->count--;
    free(entry->person);
    free(entry->text);
    free(entry->seen_by);
    free(entry);
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
    const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;
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

static void mark_seen(struct inbox *inbox)
{
    struct step *step = inbox->step;
    for (size_t i = 0; i < inbox->count; i++) {
        struct entry *entry = inbox->items[i];
        const struct tree *tree = node_tree(step->node, entry->key.report.period);
        if (entry->key.type == NOTICE_CLOSING || entry->message.seen_us != 0 ||
            node_home_of(step->node, step->txn, tree, entry->key.report.unit) !=
                step->node->options.unit)
            continue;
        notice_note_seen(step, &entry->key, entry->message.time_us);
        fill_heard(inbox, entry);
    }
}

static void answer(struct inbox *inbox)
{
    struct step *step = inbox->step;
    Tonghop__UnitInfo unit;
    Tonghop__Inbox message = TONGHOP__INBOX__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    Tonghop__InboxEntry **pointers = mem_calloc(inbox->count + 1, sizeof(*pointers));
    for (size_t i = 0; i < inbox->count; i++)
        pointers[i] = &inbox->items[i]->message;
    query_unit_info(step->node, inbox->unit, instant_date(step->event->now), &unit);
    message.unit = &unit;
    message.n_entries = inbox->count;
    message.entries = pointers;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_INBOX;
    envelope.inbox = &message;
    step_reply(step, &envelope);
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
        if (ask->mark_seen)
            mark_seen(&inbox);
        answer(&inbox);
    }
    inbox_fini(&inbox);
}
