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
    struct inbox_entry **items;
    size_t count, capacity;
};

static void inbox_fini(struct inbox *inbox)
{
    for (size_t i = 0; i < inbox->count; i++)
        inbox_entry_free(&inbox->items[i]);
    free(inbox->items);
}

/* ---- what is still to be done ---- */

struct judged {
    bool is_open;
    bool is_answered; /* something was filed since */
};

/* The unit owes a form of the period and has not filed it, or it was returned. */
static bool is_missing(struct step *step, const struct notice_key *key)
{
    const struct catalogue *catalogue = step->node->catalogue;
    const struct tree *tree = node_tree(step->node, key->report.period);
    struct view_filings filings = {step->txn, key->report.kind, key->report.period.year};
    struct coverage_source source = view_coverage_source(&filings);
    uint32_t index = tree_find(tree, key->report.unit);
    for (size_t i = 0; index != TREE_NONE && i < catalogue->form_count; i++) {
        const struct form *form = &catalogue->forms[i];
        if (coverage_is_owed(catalogue, tree, index, form, NULL) &&
            coverage_is_to_file(coverage_duty(catalogue, tree, index, form->number, &source).state))
            return true;
    }
    return false;
}

/* What is closed is not to be filed. */
static bool is_closed(struct step *step, const struct notice_key *key)
{
    struct closure closing;
    return closed_find(step->node, step->txn, &key->report, step->event->now, &closing);
}

static struct judged judge_return(struct step *step, const struct notice_key *key)
{
    struct judged judged = {0};
    struct head head;
    if (store_get_head(step->txn, &key->report, &head) != ERR_OK)
        return judged;
    if (head.revision > key->number)
        judged.is_answered = true;
    else
        judged.is_open = (head.states & STATE_RETURNED) != 0;
    return judged;
}

/* Until when, 0: it does not run. */
static int64_t reopened_until_us(struct step *step, const struct notice_key *key)
{
    const Tonghop__Notice *notice = notice_find(step->node, step->txn, key);
    return notice != NULL && notice->until_us > step->event->now.us ? notice->until_us : 0;
}

/* Only that of a reopening has to be read for it. */
static struct judged judge(struct step *step, const struct notice_key *key)
{
    switch ((enum notice_type)key->type) {
    case NOTICE_RETURNED:
        return judge_return(step, key);
    case NOTICE_REMINDER:
        return (struct judged){.is_open = is_missing(step, key) && !is_closed(step, key)};
    case NOTICE_REOPENING:
        return (struct judged){.is_open =
                                   reopened_until_us(step, key) != 0 && !is_closed(step, key)};
    case NOTICE_ACCEPTED:
    case NOTICE_HEARD:
    case NOTICE_CLOSING:
    case NOTICE_CLOCK:
        break;
    }
    return (struct judged){0};
}

/* ---- gathering ---- */

/* The first revision that was filed after the one that was returned, as far as they are held, and
 * can be read: else the latest, which is after it, too. */
static uint64_t first_after(struct step *step, const struct notice_key *key)
{
    uint64_t number = UINT64_MAX, first = 0;
    struct revision revision;
    struct head head;
    if (store_is_damaged(step->node->store))
        return store_get_head(step->txn, &key->report, &head) == ERR_OK ? head.revision : 0;
    while (store_previous_revision(step->txn, &key->report, &number, &revision) == ERR_OK &&
           number > key->number)
        first = number;
    return first;
}

static void add_entry(struct inbox *inbox, const struct notice_key *key,
                      const struct judged *judged, const Tonghop__Notice *notice)
{
    struct step *step = inbox->step;
    struct inbox_entry *entry = inbox_entry_new(step->node, key, notice);
    if (key->type != NOTICE_CLOSING)
        inbox_entry_fill_heard(step->node, step->txn, entry);
    entry->message.open = judged->is_open;
    if (judged->is_answered)
        entry->message.answered_by = first_after(step, key);
    inbox->items = mem_grow(inbox->items, inbox->count, &inbox->capacity, sizeof(*inbox->items));
    inbox->items[inbox->count++] = entry;
}

/* Of several closings of a unit and period the latest is news, whoever has closed it: they come one
 * after the other. False if a later one was gathered; one that was earlier is let go. */
static bool is_last_closing(struct inbox *inbox, const struct notice_key *key, int64_t time_us)
{
    struct inbox_entry *before = inbox->count > 0 ? inbox->items[inbox->count - 1] : NULL;
    if (before == NULL || before->key.type != NOTICE_CLOSING ||
        !report_key_equal(&before->key.report, &key->report))
        return true;
    if (before->message.time_us > time_us)
        return false;
    inbox_entry_free(&before);
    inbox->count--;
    return true;
}

/* What is settled is not read unless it is asked for. */
static void gather_one(struct inbox *inbox, const struct notice_key *key)
{
    struct step *step = inbox->step;
    int64_t news_us = step->event->now.us - (int64_t)NEWS_DAYS * DAY_SECONDS * 1000000;
    const struct judged judged = judge(step, key);
    bool is_wanted = judged.is_open || inbox->ask->all;
    if (!is_wanted && key->type != NOTICE_CLOSING)
        return;
    const Tonghop__Notice *notice = notice_find(step->node, step->txn, key);
    if (notice == NULL)
        return; /* sticky */
    if (is_wanted || (notice->time_us >= news_us && is_last_closing(inbox, key, notice->time_us)))
        add_entry(inbox, key, &judged, notice);
}

static void gather(struct inbox *inbox)
{
    struct inbox_walk walk = {.step = inbox->step,
                              .unit = inbox->unit,
                              .is_of_served = inbox->ask->unit[0] == '\0',
                              .is_for_sender = true};
    while (inbox->count <= QUERY_LINES_MAX && inbox_next(&walk))
        gather_one(inbox, &walk.at);
    inbox_walk_fini(&walk);
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
        (ask->mark_seen && (!may_mark(step) || !step_may_say(step))))
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

static void count_open(struct step *step, struct node_inbox *ret)
{
    struct inbox_walk walk = {.step = step, .unit = step->node->options.unit, .is_of_served = true};
    *ret = (struct node_inbox){
        .number = store_feed_number(step->txn),
        .from = step->event->now,
        .until = instant_end_of(instant_date(step->event->now)),
    };
    while (inbox_next(&walk)) {
        struct instant until = {walk.at.type == NOTICE_REOPENING ? reopened_until_us(step, &walk.at)
                                                                 : 0};
        if (until.us != 0)
            ret->until = instant_earlier(ret->until, until);
        ret->count += judge(step, &walk.at).is_open ? 1 : 0;
    }
    inbox_walk_fini(&walk);
    ret->is_known = store_error(step->txn) == ERR_OK;
}

size_t inbox_count_open(struct step *step)
{
    struct node_inbox *known = &step->node->inbox;
    int64_t now_us = step->event->now.us;
    /* In a damaged store what does not read would keep a whole answer back. */
    if (step->node->catalogue == NULL || store_is_damaged(step->node->store))
        return 0;
    if (!known->is_known || known->number != store_feed_number(step->txn) ||
        now_us < known->from.us || now_us >= known->until.us)
        count_open(step, known);
    return known->count;
}
