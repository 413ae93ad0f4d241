/* History: the revisions held of a unit's reports in a period. */
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/decisions.h"
#include "node/query.h"
#include "node/rollup.h"

/* One entry with the memory that its message points to. */
struct entry {
    Tonghop__HistoryEntry message;
    Tonghop__Key key;
    Tonghop__UnitInfo held_by;
    struct held held[WIRE_HELD_MAX];
    Tonghop__HeldBy held_messages[WIRE_HELD_MAX], *held_pointers[WIRE_HELD_MAX];
    Tonghop__UnitInfo held_units[WIRE_HELD_MAX];
    uint8_t content[WIRE_DIGEST_SIZE];
    char *author, *reason, *source, *recorded_by;
    uint8_t *filing;
    struct decisions decisions;
    struct told *told; /* one for each */
    Tonghop__Decision **pointers;
};

/* A decision with the memory that its message points to. */
struct told {
    Tonghop__Decision message;
    Tonghop__UnitInfo unit;
    char *indicators[WIRE_NOTICE_CELLS_MAX]; /* the catalogue's */
};

struct entries {
    struct entry **items;
    size_t count, capacity;
    size_t bytes; /* of texts and content */
};

/* More than one answer may have: nothing more is gathered. */
static bool is_too_large(const struct entries *entries)
{
    return entries->bytes > WIRE_ANSWER_MAX || entries->count > QUERY_LINES_MAX;
}

static void entries_fini(struct entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        free(entries->items[i]->author);
        free(entries->items[i]->reason);
        free(entries->items[i]->source);
        free(entries->items[i]->recorded_by);
        free(entries->items[i]->filing);
        free(entries->items[i]->told);
        free(entries->items[i]->pointers);
        decisions_fini(&entries->items[i]->decisions);
        free(entries->items[i]);
    }
    free(entries->items);
}

/* Safe: more than one node holds it on disk. What a node beneath took in is held there too, while
 * it is enrolled; otherwise it is safe when the node above has acknowledged it. */
static bool is_safe(struct step *step, const struct report_key *key, const struct head *head)
{
    struct node *node = step->node;
    struct outbox_item item;
    uint32_t home = node_home_of(node, step->txn, node_tree(node, key->period), key->unit);
    if (head->home != node->options.unit && home != node->options.unit)
        return true;
    return node->options.has_parent &&
           store_get_outbox(step->txn, OUTBOX_REPORT, key, &item) == ERR_NOT_FOUND;
}

static void tell_one(const struct step *step, const struct decision *decision, struct told *told)
{
    const struct catalogue *catalogue = step->node->catalogue;
    Tonghop__Decision *message = &told->message;
    tonghop__decision__init(message);
    query_unit_info(step->node, decision->author, instant_date(step->event->now), &told->unit);
    message->states = decision->state;
    message->unit = &told->unit;
    message->person = decision->person;
    message->time_us = decision->time_us;
    message->reason = decision->reason;
    message->indicators = told->indicators;
    for (size_t i = 0; i < decision->indicator_count; i++) {
        const struct indicator *indicator = catalogue_indicator(catalogue, decision->indicators[i]);
        if (indicator != NULL)
            told->indicators[message->n_indicators++] = indicator->code;
    }
}

static void tell_decisions(struct step *step, const struct report_key *key,
                           const struct revision *revision, struct entry *entry)
{
    decisions_find(step, key, revision, &entry->decisions);
    size_t count = entry->decisions.count;
    entry->told = mem_calloc(count + 1, sizeof(*entry->told));
    entry->pointers = mem_calloc(count + 1, sizeof(*entry->pointers));
    for (size_t i = 0; i < count; i++) {
        tell_one(step, &entry->decisions.items[i], &entry->told[i]);
        entry->pointers[i] = &entry->told[i].message;
    }
    entry->message.n_decisions = count;
    entry->message.decisions = entry->pointers;
}

static void fill_held(struct step *step, const struct report_key *key, struct entry *entry)
{
    Tonghop__HistoryEntry *message = &entry->message;
    message->n_held = node_list_held(step, key, message->revision, entry->held);
    message->held = entry->held_pointers;
    for (size_t i = 0; i < message->n_held; i++) {
        struct held *held = &entry->held[i];
        Tonghop__HeldBy *told = &entry->held_messages[i];
        tonghop__held_by__init(told);
        query_unit_info(step->node, held->unit, instant_date(step->event->now),
                        &entry->held_units[i]);
        told->unit = &entry->held_units[i];
        told->arrived_us = held->arrived.us;
        told->content = (ProtobufCBinaryData){sizeof(held->content), held->content};
        entry->held_pointers[i] = told;
    }
}

/* Of the latest it is known. */
static void fill_content(struct step *step, const struct head *head,
                         const struct revision *revision, struct entry *entry)
{
    struct report report = {0};
    struct wire_filing filing;
    char reason[WIRE_REASON_SIZE];
    if (revision->number == head->revision) {
        memcpy(entry->content, head->content, sizeof(entry->content));
    } else {
        arena_reset(step->node->scratch);
        if (wire_open_filing(revision->filing, step->node->scratch, &filing, &report, reason,
                             sizeof(reason)) != ERR_OK)
            return; /* it read a moment ago */
        memcpy(entry->content, filing.content, sizeof(entry->content));
        report_fini(&report);
    }
    entry->message.content = (ProtobufCBinaryData){sizeof(entry->content), entry->content};
}

static void add_entry(struct step *step, const struct report_key *key, const struct head *head,
                      const struct revision *revision, bool with_content, struct entries *entries)
{
    struct report report = {0};
    if (!revision_read(step->node, step->txn, key, revision, &report))
        return;
    const struct form *form = catalogue_form(step->node->catalogue, key->form);
    struct entry *entry = mem_calloc(1, sizeof(*entry));
    Tonghop__HistoryEntry *message = &entry->message;
    tonghop__history_entry__init(message);
    tonghop__key__init(&entry->key);
    wire_key_of(key, &entry->key);
    entry->author = mem_strdup(report.author);
    entry->reason = mem_strdup(report.reason);
    entry->source = mem_strdup(report.source);
    entry->recorded_by =
        mem_strndup((const char *)revision->recorded_by.data, revision->recorded_by.len);
    message->key = &entry->key;
    message->form = form != NULL ? form->code : message->form;
    message->revision = revision->number;
    message->states = revision->states;
    message->counts = revision->number == head->counting;
    message->is_latest = revision->number == head->revision;
    message->is_safe = message->is_latest && is_safe(step, key, head);
    if (message->is_latest) {
        query_unit_info(step->node, node_find_holder(step, key, revision->number),
                        instant_date(step->event->now), &entry->held_by);
        message->held_by = &entry->held_by;
        fill_held(step, key, entry);
    }
    fill_content(step, head, revision, entry);
    message->received_us = revision->received.us;
    message->scope = (Tonghop__Scope)report.scope;
    message->withdrawn = report.is_withdrawn;
    message->author = entry->author;
    message->reason = entry->reason;
    message->source = entry->source;
    message->recorded_by = entry->recorded_by;
    message->cell_count = (uint32_t)report.cell_count;
    if (decisions_is_returned(step, key, report.based_on))
        message->answers = report.based_on;
    tell_decisions(step, key, revision, entry);
    if (with_content) {
        entry->filing = mem_alloc(revision->filing.len);
        memcpy(entry->filing, revision->filing.data, revision->filing.len);
        message->filing.data = entry->filing;
        message->filing.len = revision->filing.len;
    }
    entries->items =
        mem_grow(entries->items, entries->count, &entries->capacity, sizeof(*entries->items));
    entries->items[entries->count++] = entry;
    entries->bytes += protobuf_c_message_get_packed_size(&message->base);
    report_fini(&report);
}

static void add_revisions(struct step *step, const struct report_key *key, const struct head *head,
                          const Tonghop__HistoryQuery *ask, struct entries *entries)
{
    uint64_t number = UINT64_MAX;
    struct revision revision;
    while (!is_too_large(entries) &&
           store_previous_revision(step->txn, key, &number, &revision) == ERR_OK) {
        add_entry(step, key, head, &revision, ask->with_content, entries);
        if (ask->latest_only)
            return;
    }
}

void node_handle_history_query(struct step *step, const Tonghop__HistoryQuery *ask)
{
    struct query query;
    struct entries entries = {0};
    if (!query_resolve(step, ask->kind, ask->period, ask->unit, &query))
        return;
    const struct catalogue *catalogue = step->node->catalogue;
    const struct form *only = NULL;
    char word[QUERY_WORD_SIZE];
    if (ask->form[0] != '\0') {
        only = catalogue_form_by_code(catalogue, ask->form);
        if (only == NULL) {
            step_refuse(step, ERR_NOT_FOUND, NULL,
                        STEP_WORDS(step, "no form '%s': see 'tonghop catalogue show forms'",
                                   "không có biểu mẫu “%s”: xem `tonghop catalogue show forms`"),
                        query_word(ask->form, word));
            return;
        }
    }
    for (size_t f = 0; f < catalogue->form_count; f++) {
        struct report_key key = {.kind = query.kind,
                                 .period = query.period,
                                 .unit = query.unit,
                                 .form = catalogue->forms[f].number};
        struct head head;
        if ((only == NULL || only == &catalogue->forms[f]) &&
            store_get_head(step->txn, &key, &head) == ERR_OK)
            add_revisions(step, &key, &head, ask, &entries);
    }
    if (is_too_large(&entries)) {
        step_refuse(
            step, ERR_TOO_LARGE, NULL,
            STEP_WORDS(step,
                       "the revisions are too many for one answer: name a form, or ask without "
                       "content, or for the latest only",
                       "có quá nhiều bản cho một câu trả lời: hãy chọn một biểu mẫu, hoặc hỏi "
                       "không kèm nội dung, hoặc chỉ hỏi bản mới nhất"));
        entries_fini(&entries);
        return;
    }
    Tonghop__UnitInfo unit;
    Tonghop__History history = TONGHOP__HISTORY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    Tonghop__HistoryEntry **pointers = mem_calloc(entries.count + 1, sizeof(*pointers));
    for (size_t i = 0; i < entries.count; i++)
        pointers[i] = &entries.items[i]->message;
    query_unit_info(step->node, query.unit, query.tree->window.last, &unit);
    history.unit = &unit;
    history.n_entries = entries.count;
    history.entries = pointers;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_HISTORY;
    envelope.history = &history;
    step_reply(step, &envelope);
    free(pointers);
    entries_fini(&entries);
}
