/* Reminders: units that owe a report and have not filed it, or are to correct it, are told so, by
 * hand and by itself.
 *
 * By itself each node reminds those whose parent it serves: of the campaign that is under way, from
 * some days before the deadline on. Nobody is reminded of a period more often than the node
 * is configured for, whoever asks for it, and whichever node has said the last one. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/campaign.h"
#include "core/log.h"
#include "core/mem.h"
#include "node/closed.h"
#include "node/notice.h"
#include "node/query.h"
#include "node/remind.h"

enum {
    HAND_DAYS = 1,   /* between two reminders where none are sent by itself */
    AFTER_DAYS = 60, /* so long after the deadline one is sent by itself */
    TURN_MAX = 64,   /* sent by itself in one turn */
};

/* ---- one reminder ---- */

static struct notice_key key_of(const struct step *step, uint8_t kind, struct period period,
                                uint32_t unit)
{
    return (struct notice_key){.report = {.kind = kind, .period = period, .unit = unit},
                               .type = NOTICE_REMINDER,
                               .author = step->node->options.unit};
}

static int32_t pause_days(const struct node *node)
{
    uint32_t days = node->options.remind_every_days;
    return (int32_t)(days > 0 ? days : HAND_DAYS);
}

/* The last reminder of a unit that is held here. */
struct last {
    int64_t us;     /* 0: there is none */
    uint32_t by;    /* whose node said it */
    uint32_t count; /* how many this node has said */
};

/* One of a later day than today's is the last one only if there is no other. */
static bool is_later(const struct step *step, int64_t us, int64_t than_us)
{
    const int64_t today_us = instant_end_of(instant_date(step->event->now)).us;
    return (us > today_us) != (than_us > today_us) ? us <= today_us || than_us == 0 : us > than_us;
}

/* Any node above the unit may have said it: the time by the clock that it had then counts. That of
 * the notice may be later, because a clock before was ahead. What other nodes send by themselves
 * keeps no person from saying something. */
static struct last last_of(struct step *step, const struct notice_key *key, bool is_by_itself)
{
    const struct tree *tree = node_tree(step->node, key->report.period);
    struct notice_key of = *key;
    struct last last = {0};
    for (of.author = tree_parent(tree, key->report.unit); of.author != 0;
         of.author = tree_parent(tree, of.author)) {
        const Tonghop__Notice *held = notice_find(step->node, step->txn, &of);
        if (held == NULL || (of.author != key->author && !is_by_itself && held->person[0] == '\0'))
            continue;
        if (of.author == key->author)
            last.count = held->count;
        int64_t us = held->delivered_us != 0 ? held->delivered_us : held->time_us;
        if (is_later(step, us, last.us)) {
            last.us = us;
            last.by = of.author;
        }
    }
    return last;
}

/* Days are told, not hours: a look that comes a moment earlier in the day than the last one finds
 * due what is due that day. One of a later day was said by a clock that was wrong: it does not keep
 * a unit from being reminded until that day comes. The next one is of today, and does. */
static bool is_too_early(const struct step *step, int64_t before_us)
{
    int32_t today = instant_date(step->event->now).days;
    int32_t said = instant_date((struct instant){before_us}).days;
    return before_us != 0 && said <= today && today < said + pause_days(step->node);
}

/* The beginning of the day on which the next one may be sent. */
static int64_t next_us(const struct step *step, struct instant last)
{
    const struct date before = {instant_date(last).days + pause_days(step->node) - 1};
    return instant_end_of(before).us + 1;
}

/* What a person has written in the last one stays in those that the node sends by itself: units
 * read one reminder of a period, the latest. A person's next one replaces it, also by nothing. */
static char *text_held(struct step *step, const struct notice_key *key)
{
    const Tonghop__Notice *held = notice_find(step->node, step->txn, key);
    return mem_strdup(held != NULL ? held->text : "");
}

static void say(struct step *step, const struct notice_key *key, uint32_t count, const char *text,
                const struct date *deadline, bool is_by_itself)
{
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    wire_put_notice_key(key, &notice);
    notice.count = count;
    notice.text = (char *)(uintptr_t)text; /* protobuf-c only reads it */
    notice.delivered_us = step->event->now.us;
    if (deadline != NULL)
        notice.until_us = instant_end_of(*deadline).us;
    notice_say(step, &notice, is_by_itself);
}

/* ---- who is to be reminded ---- */

/* Units beneath `root` with a report that is due, and missing or returned; each once. */
struct missing {
    uint32_t *units;
    size_t count, capacity;
};

static void find_missing(struct step *step, const struct query *query, struct missing *ret)
{
    struct coverage coverage = {0};
    struct view_filings filings = {step->txn, query->kind, query->period.year};
    struct coverage_source source = view_coverage_source(&filings);
    coverage_build(step->node->catalogue, query->tree, query->unit, &source, &coverage);
    for (size_t i = 0; i < coverage.count; i++) {
        uint32_t unit = coverage.lines[i].unit;
        if (!coverage_is_to_file(coverage.lines[i].state) ||
            (ret->count > 0 && ret->units[ret->count - 1] == unit))
            continue;
        ret->units = mem_grow(ret->units, ret->count, &ret->capacity, sizeof(*ret->units));
        ret->units[ret->count++] = unit;
    }
    coverage_fini(&coverage);
}

static bool is_missing(const struct missing *missing, uint32_t unit)
{
    for (size_t i = 0; i < missing->count; i++)
        if (missing->units[i] == unit)
            return true;
    return false;
}

static bool find_deadline(struct step *step, const struct tree *tree, uint32_t unit,
                          struct date *ret_deadline)
{
    uint32_t index = tree_find(tree, unit);
    return index != TREE_NONE && catalogue_deadline(step->node->catalogue, tree->period,
                                                    tree->nodes[index].level, ret_deadline);
}

static bool is_closed(struct step *step, const struct report_key *key)
{
    struct closure closing;
    return closed_find(step->node, step->txn, key, step->event->now, &closing);
}

/* ---- by hand ---- */

struct reminding {
    struct step *step;
    const Tonghop__Remind *ask;
    const struct query *query;
    struct missing missing;
    Tonghop__ReminderLine *lines;
    Tonghop__UnitInfo *infos, *authors;
    size_t count;
    bool *is_judged; /* by index in the tree: a unit may be named twice */
};

/* Whether it is to be reminded. */
static void judge_one(struct reminding *r, uint32_t unit)
{
    struct step *step = r->step;
    struct notice_key key = key_of(step, r->query->kind, r->query->period, unit);
    Tonghop__ReminderLine *line = &r->lines[r->count];
    Tonghop__UnitInfo *author = &r->authors[r->count];
    const struct last last = last_of(step, &key, false);
    tonghop__reminder_line__init(line);
    query_unit_info(step->node, unit, r->query->tree->window.last, &r->infos[r->count]);
    line->unit = &r->infos[r->count++];
    line->last_us = last.us;
    line->count = last.count;
    if (last.us != 0) {
        query_unit_info(step->node, last.by, r->query->tree->window.last, author);
        line->last_by = author;
    }
    line->closed = is_missing(&r->missing, unit) && is_closed(step, &key.report);
    line->nothing_due = line->closed || !is_missing(&r->missing, unit);
    if (line->nothing_due)
        return;
    line->reminded = !is_too_early(step, line->last_us);
    line->count += line->reminded && !r->ask->check_only ? 1 : 0;
    line->next_us =
        next_us(step, line->reminded ? step->event->now : (struct instant){line->last_us});
}

/* True when it is reminded now. */
static bool say_one(struct reminding *r, const Tonghop__ReminderLine *line)
{
    struct step *step = r->step;
    struct notice_key key = key_of(step, r->query->kind, r->query->period, line->unit->id);
    struct date deadline;
    if (!line->reminded)
        return false;
    bool has_deadline = find_deadline(step, r->query->tree, line->unit->id, &deadline);
    say(step, &key, line->count, r->ask->text, has_deadline ? &deadline : NULL, false);
    return true;
}

/* Returns how many were reminded. */
static size_t say_all(struct reminding *r)
{
    size_t said = 0;
    for (size_t i = 0; i < r->count; i++)
        said += say_one(r, &r->lines[i]) ? 1 : 0;
    return said;
}

/* Nobody is reminded of whom the sender would not be told. */
static void answer(struct reminding *r)
{
    char period[PERIOD_TEXT_SIZE], sender[STEP_SENDER_SIZE];
    Tonghop__Reminded reminded = TONGHOP__REMINDED__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    Tonghop__ReminderLine **pointers = mem_calloc(r->count + 1, sizeof(*pointers));
    for (size_t i = 0; i < r->count; i++)
        pointers[i] = &r->lines[i];
    reminded.period = period_format(r->query->period, period);
    reminded.n_lines = r->count;
    reminded.lines = pointers;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_REMINDED;
    envelope.reminded = &reminded;
    bool fits = step_fits(r->step, &envelope);
    size_t said = fits && !r->ask->check_only ? say_all(r) : 0;
    if (fits)
        step_reply(r->step, &envelope);
    if (said > 0)
        log_event(LOG_EVENT_UNITS_REMINDED, LOG_FIELDS(.peer = step_sender(r->step, sender)),
                  "%zu units were reminded of %s", said, period);
    free(pointers);
}

/* Whom an administrator of `by` reminds lies beneath that, and is not it. */
static bool may_remind(struct step *step, const struct query *query, uint32_t by)
{
    char unit[256], own[256];
    if (query->unit != by && tree_contains(query->tree, by, query->unit))
        return true;
    step_refuse(step, ERR_FOREIGN, NULL,
                STEP_WORDS(step,
                           "%s is reminded by an administrator of a unit above it; you are one of "
                           "%s",
                           "%s do người quản trị của một đơn vị cấp trên nhắc; bạn là người quản "
                           "trị của %s"),
                step_unit_text(step, query->unit, unit, sizeof(unit)),
                step_unit_text(step, by, own, sizeof(own)));
    return false;
}

/* Each unit that is named, or all that miss something beneath the sender's, which its superior
 * reminds. Refuses and returns false if one that is named is not beneath it. */
static bool judge_all(struct reminding *r)
{
    struct step *step = r->step;
    size_t wanted = r->ask->n_units > 0 ? r->ask->n_units : r->missing.count;
    r->lines = mem_calloc(wanted + 1, sizeof(*r->lines));
    r->infos = mem_calloc(wanted + 1, sizeof(*r->infos));
    r->authors = mem_calloc(wanted + 1, sizeof(*r->authors));
    r->is_judged = mem_calloc(r->query->tree->node_count + 1, sizeof(*r->is_judged));
    for (size_t i = 0; i < r->ask->n_units; i++) {
        struct query query;
        if (!query_resolve(step, r->ask->kind, r->ask->period, r->ask->units[i], &query) ||
            !may_remind(step, &query, r->query->unit))
            return false;
    }
    for (size_t i = 0; i < wanted; i++) {
        struct query query = {.unit = r->ask->n_units > 0 ? 0 : r->missing.units[i]};
        if (r->ask->n_units > 0)
            (void)query_resolve(step, r->ask->kind, r->ask->period, r->ask->units[i],
                                &query); /* it was above */
        const uint32_t index = tree_find(r->query->tree, query.unit);
        assert(index != TREE_NONE); /* it lies beneath the sender's */
        if (query.unit != r->query->unit && !r->is_judged[index])
            judge_one(r, query.unit);
        r->is_judged[index] = true;
    }
    return true;
}

/* The unit in whose name the sender reminds: its own, which an administrator may have of less than
 * this node's unit. */
static bool find_sender(struct step *step, struct query *query)
{
    char own[256], period[PERIOD_TEXT_SIZE];
    if (node_covers(step->node, query->tree, step->peer.unit)) {
        query->unit = step->peer.unit;
        return true;
    }
    step_refuse(
        step, ERR_FOREIGN, NULL,
        STEP_WORDS(step,
                   "your key is of %s, which is not beneath this node in %s: who reminds is "
                   "an administrator of a unit above those that owe reports of it",
                   "khóa của bạn là của %s, kỳ %s không thuộc nút này: việc nhắc do người "
                   "quản trị của đơn vị cấp trên của các đơn vị còn nợ báo cáo"),
        node_unit_text(step->node, step->peer.unit, own, sizeof(own)),
        period_format(query->period, period));
    return false;
}

void node_handle_remind(struct step *step, const Tonghop__Remind *ask)
{
    struct query query;
    struct reminding reminding = {.step = step, .ask = ask, .query = &query};
    if (!query_resolve(step, ask->kind, ask->period, "", &query) || !step_may_say(step) ||
        !query_has_begun(step, query.kind, query.tree) || !find_sender(step, &query))
        return;
    find_missing(step, &query, &reminding.missing);
    if (judge_all(&reminding))
        answer(&reminding);
    free(reminding.missing.units);
    free(reminding.lines);
    free(reminding.infos);
    free(reminding.authors);
    free(reminding.is_judged);
}

/* ---- by itself ---- */

static bool serves_parent(struct step *step, const struct tree *tree, uint32_t unit)
{
    uint32_t parent = tree_parent(tree, unit);
    return unit != step->node->options.unit && parent != 0 &&
           node_home_of(step->node, step->txn, tree, parent) == step->node->options.unit;
}

/* True when one was sent. */
static bool remind_if_due(struct step *step, const struct query *query, uint32_t unit)
{
    struct node *node = step->node;
    struct notice_key key = key_of(step, query->kind, query->period, unit);
    const struct date today = instant_date(step->event->now);
    struct date deadline;
    if (!serves_parent(step, query->tree, unit) ||
        !find_deadline(step, query->tree, unit, &deadline) ||
        today.days < deadline.days - (int32_t)node->options.remind_before_days ||
        today.days > deadline.days + AFTER_DAYS)
        return false;
    const struct last last = last_of(step, &key, true);
    if (is_too_early(step, last.us) || is_closed(step, &key.report))
        return false;
    char *text = text_held(step, &key);
    say(step, &key, last.count + 1, text, &deadline, true);
    free(text);
    return true;
}

static int by_id(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* One turn: those from that unit on, in order of id. The node keeps where the next one goes on,
 * which is behind all that were looked at, whatever is filed or said between the two: so a day's
 * look comes to its end. Returns how many were reminded. */
static size_t take_turn(struct step *step, const struct query *query, uint32_t from)
{
    struct missing missing = {0};
    size_t said = 0;
    find_missing(step, query, &missing);
    if (missing.count > 0)
        qsort(missing.units, missing.count, sizeof(*missing.units), by_id);
    for (size_t i = 0; i < missing.count && step->node->remind_from == 0; i++) {
        if (missing.units[i] < from)
            continue;
        if (said < TURN_MAX)
            said += remind_if_due(step, query, missing.units[i]) ? 1 : 0;
        else
            step->node->remind_from = missing.units[i];
    }
    free(missing.units);
    return said;
}

void remind_by_itself(struct step *step)
{
    struct node *node = step->node;
    struct query query = {.kind = KIND_ACTUAL, .unit = node->options.unit};
    const struct date today = instant_date(step->event->now);
    char period[PERIOD_TEXT_SIZE];
    if (!remind_is_due(node, step->event->now))
        return;
    uint32_t from = node->reminded_day == today.days ? node->remind_from : 0;
    node->reminded_day = today.days;
    node->remind_from = 0;
    if (!campaign_find(node->catalogue, today, &query.period))
        return;
    query.tree = node_tree(node, query.period);
    if (tree_find(query.tree, query.unit) == TREE_NONE)
        return;
    size_t said = take_turn(step, &query, from);
    if (said > 0)
        log_event(LOG_EVENT_UNITS_REMINDED, NULL, "%zu units were reminded of %s", said,
                  period_format(query.period, period));
}

bool remind_is_due(const struct node *node, struct instant now)
{
    return node->options.remind_every_days > 0 &&
           (instant_date(now).days != node->reminded_day || node->remind_from != 0) &&
           node->catalogue != NULL && !node->is_restoring && !node->rebuild.is_active &&
           store_has_room(node->store) && !store_is_damaged(node->store);
}
