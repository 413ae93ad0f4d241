/* One entry of the inbox, made of a notice. */
#include <stdlib.h>

#include "core/mem.h"
#include "node/inbox.h"

struct inbox_entry *inbox_entry_new(struct node *node, const struct notice_key *key,
                                    const Tonghop__Notice *notice)
{
    const struct tree *tree = node_tree(node, key->report.period);
    const struct form *form = catalogue_form(node->catalogue, key->report.form);
    struct inbox_entry *entry = mem_calloc(1, sizeof(*entry));
    Tonghop__InboxEntry *message = &entry->message;
    tonghop__inbox_entry__init(message);
    entry->key = *key;
    entry->person = mem_strdup(notice->person);
    entry->text = mem_strdup(notice->text);
    entry->seen_by = mem_strdup(key->type == NOTICE_HEARD ? notice->person : "");
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
    message->delivered_us = key->type == NOTICE_HEARD ? notice->delivered_us : 0;
    message->ended = key->type == NOTICE_REOPENING && notice->until_us <= notice->delivered_us;
    message->seen_us = notice->seen_us;
    message->seen_by = entry->seen_by;
    message->revision =
        key->type == NOTICE_RETURNED || key->type == NOTICE_ACCEPTED ? key->number : 0;
    message->heard = key->type == NOTICE_HEARD ? (uint32_t)(key->number >> 32) : 0;
    message->indicators = entry->indicators;
    for (size_t i = 0; i < notice->n_indicators; i++) {
        const struct indicator *indicator =
            catalogue_indicator(node->catalogue, notice->indicators[i]);
        if (indicator != NULL)
            entry->indicators[message->n_indicators++] = indicator->code;
    }
    return entry;
}

void inbox_entry_free(struct inbox_entry **entry)
{
    if (*entry == NULL)
        return;
    free((*entry)->person);
    free((*entry)->text);
    free((*entry)->seen_by);
    free(*entry);
    *entry = NULL;
}

static void put_seen_by(struct inbox_entry *entry, const char *person)
{
    free(entry->seen_by);
    entry->seen_by = mem_strdup(person);
    entry->message.seen_by = entry->seen_by;
}

/* Than what was found before, of a saying at `time_us`. */
static bool tells_more(const Tonghop__Notice *heard, int64_t time_us,
                       const Tonghop__InboxEntry *told)
{
    if (heard->time_us != time_us)
        return heard->time_us > time_us;
    return heard->seen_us != told->seen_us ? heard->seen_us > told->seen_us
                                           : heard->delivered_us > told->delivered_us;
}

/* A unit's home says it: of one that other nodes serve a node knows who serves what lies directly
 * beneath, and the home is that node or one further down; so each unit up from the one that the
 * entry is about may have said it. */
void inbox_entry_fill_heard(struct node *node, struct store_txn *txn, struct inbox_entry *entry)
{
    struct notice_key key = entry->key;
    const struct tree *tree = node_tree(node, key.report.period);
    const uint32_t own = node->options.unit;
    const bool is_home = node_home_of(node, txn, tree, key.report.unit) == own;
    int64_t time_us = 0;
    key.number = notice_heard_number(entry->key.type, entry->key.author);
    key.type = NOTICE_HEARD;
    for (key.author = is_home ? own : key.report.unit; key.author != 0;
         key.author = key.author != own ? tree_parent(tree, key.author) : 0) {
        const Tonghop__Notice *heard = notice_find(node, txn, &key);
        if (heard == NULL || heard->time_us < entry->message.time_us ||
            !tells_more(heard, time_us, &entry->message))
            continue;
        time_us = heard->time_us;
        entry->message.delivered_us = heard->delivered_us;
        entry->message.seen_us = heard->seen_us;
        put_seen_by(entry, heard->person);
    }
}

void inbox_entry_tell_seen(struct inbox_entry *entry, const char *person, struct instant now)
{
    if (entry->message.delivered_us == 0)
        entry->message.delivered_us = now.us;
    entry->message.seen_us = now.us;
    put_seen_by(entry, person);
}
