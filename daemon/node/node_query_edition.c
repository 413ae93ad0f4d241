/* Editions asked for by name: the list of a period's, and the closing of one. */
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/closing.h"
#include "node/editions.h"

/* ---- the list ---- */

struct list {
    struct edition *editions;
    size_t count, capacity;
};

static void gather(struct step *step, const struct query *query, struct list *list)
{
    struct edition_key cursor = {.kind = query->kind, .period = query->period, .unit = query->unit};
    struct edition edition;
    while (editions_next(step->txn, &cursor, &edition)) {
        list->editions =
            mem_grow(list->editions, list->count, &list->capacity, sizeof(*list->editions));
        list->editions[list->count++] = edition;
    }
}

static void answer(struct step *step, const struct query *query, struct list *list)
{
    char period[PERIOD_TEXT_SIZE];
    Tonghop__UnitInfo unit;
    Tonghop__Editions message = TONGHOP__EDITIONS__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    struct edition_message *items = mem_calloc(list->count + 1, sizeof(*items));
    Tonghop__Edition **pointers = mem_calloc(list->count + 1, sizeof(*pointers));
    for (size_t i = 0; i < list->count; i++) {
        editions_fill(step->node, &list->editions[i], &items[i]);
        pointers[i] = &items[i].message;
    }
    query_unit_info(step->node, query->unit, query->tree->window.last, &unit);
    message.period = period_format(query->period, period);
    message.unit = &unit;
    message.n_editions = list->count;
    message.editions = pointers;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_EDITIONS;
    envelope.editions = &message;
    step_reply(step, &envelope);
    free(items);
    free(pointers);
}

void node_handle_editions_query(struct step *step, const Tonghop__EditionsQuery *ask)
{
    struct query query;
    struct list list = {0};
    if (!query_resolve(step, ask->kind, ask->period, ask->unit, &query))
        return;
    gather(step, &query, &list);
    answer(step, &query, &list);
    for (size_t i = 0; i < list.count; i++)
        edition_fini(&list.editions[i]);
    free(list.editions);
}

/* ---- closing ---- */

void node_handle_close(struct step *step, const Tonghop__Close *ask)
{
    struct query query;
    struct edition edition = {0};
    if (!query_resolve(step, ask->kind, ask->period, ask->unit, &query))
        return;
    if (!tree_contains(query.tree, step->peer.unit, query.unit)) {
        char unit[256], own[256];
        step_refuse(step, ERR_FOREIGN, NULL,
                    STEP_WORDS(step, "%s is closed by whoever works for it; your key is of %s",
                               "kỳ của %s do người của đơn vị đó chốt; khóa này của %s"),
                    step_unit_text(step, query.unit, unit, sizeof(unit)),
                    step_unit_text(step, step->peer.unit, own, sizeof(own)));
        return;
    }
    const struct closing closing = {.kind = query.kind,
                                    .period = query.period,
                                    .unit = query.unit,
                                    .rank = (uint8_t)ask->rank,
                                    .reason = ask->reason,
                                    .is_incomplete = ask->incomplete};
    bool is_made = ask->check_only ? edition_check_close(step, &closing, &edition)
                                   : edition_close(step, &closing, &edition);
    if (!is_made)
        return;
    struct edition_message message;
    Tonghop__Closed closed = TONGHOP__CLOSED__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    editions_fill(step->node, &edition, &message);
    closed.edition = &message.message;
    closed.checked = ask->check_only;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_CLOSED;
    envelope.closed = &closed;
    step_reply(step, &envelope);
    edition_fini(&edition);
}
