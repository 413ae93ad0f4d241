/* Status: how the node is. Its parts are in status_*.c. */
#include <stdlib.h>

#include "core/counted.h"
#include "core/mem.h"
#include "node/first_contact.h"
#include "node/inbox.h"
#include "node/reconcile.h"
#include "node/status.h"

/* What an answer points to. */
struct answer {
    Tonghop__Status status;
    Tonghop__UnitInfo unit;
    Tonghop__Campaign campaign;
    char period[PERIOD_TEXT_SIZE]; /* of the campaign */
    Tonghop__Care verify, backup;
    struct links links;
    struct complaints complaints;
    char *notices[STATUS_NOTICES_MAX];
};

static void fill_node(struct step *step, Tonghop__Status *status)
{
    struct node *node = step->node;
    status->software = (char *)(uintptr_t)node->options.software; /* protobuf-c only reads it */
    status->catalogue = node->catalogue != NULL ? node->catalogue->number : 0;
    status->started_us = node->started.us;
    status->now_us = step->event->now.us;
    status->report_count = store_count_heads(step->txn);
    status->quarantine_count = store_count_quarantine(step->txn);
    status->alarm_count = store_count_alarms(step->txn);
    status->rebuilding = node->rebuild.is_active;
    status->restoring = node->is_restoring;
    status->comparing = reconcile_is_under_way(node);
}

static void fill_parent(struct step *step, Tonghop__Status *status)
{
    struct node *node = step->node;
    status->parent_endpoint = (char *)(uintptr_t)node->options.parent_endpoint; /* likewise */
    status->parent_trouble = (char *)(uintptr_t)contact_trouble(step);          /* likewise */
    status->has_parent = node->options.has_parent;
    status->parent_linked = node->session.state == SESSION_UP;
    status->parent_heard_us = node->uplink.heard.us;
    status->parent_acked_us = node->uplink.acked.us;
    status->outbox_count = store_count_outbox(step->txn, &status->parked_count);
    status->waiting_since_us = status_waiting_since(step).us;
}

static void fill_room(struct step *step, Tonghop__Status *status)
{
    struct store_room room;
    store_get_room(step->node->store, &room);
    status->disk_free_bytes = room.free_bytes;
    status->disk_reserve_bytes = room.reserve_bytes;
    status->store_bytes = room.used_bytes;
    status->store_live_bytes = room.live_bytes;
    status->map_bytes = room.map_bytes;
}

static void fill_notices(struct step *step, struct answer *answer)
{
    Tonghop__Status *status = &answer->status;
    size_t open = inbox_count_open(step);
    if (open > 0)
        answer->notices[status->n_notices++] = counted_text(
            mem_printf(STEP_WORDS(step, "%zu thing{|s} to be done in the inbox: tonghop inbox",
                                  "%zu việc phải làm trong hộp thư: tonghop inbox"),
                       open));
    status->n_notices += contact_notices(step, answer->notices + status->n_notices,
                                         STATUS_NOTICES_MAX - status->n_notices);
    status->notices = answer->notices;
}

static void fill_answer(struct step *step, struct answer *answer)
{
    const struct node *node = step->node;
    Tonghop__Status *status = &answer->status;
    tonghop__status__init(status);
    fill_node(step, status);
    fill_parent(step, status);
    fill_room(step, status);
    query_unit_info(node, node->options.unit, instant_date(step->event->now), &answer->unit);
    status->unit = &answer->unit;
    if (status_fill_campaign(step, answer->period, &answer->campaign))
        status->campaign = &answer->campaign;
    if (status_fill_care(&node->verify, &answer->verify))
        status->verify = &answer->verify;
    if (status_fill_care(&node->backup, &answer->backup))
        status->backup = &answer->backup;
    status_fill_links(step, &answer->links);
    status->n_children = answer->links.count;
    status->children = answer->links.pointers;
    status_find_complaints(step, status, &answer->complaints);
    status->n_problems = answer->complaints.count;
    status->problems = answer->complaints.texts;
    status->lasting_problems =
        (uint32_t)answer->complaints.lasting; /* at most STATUS_PROBLEMS_MAX */
    fill_notices(step, answer);
}

void node_handle_status_query(struct step *step)
{
    struct answer answer = {0};
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    fill_answer(step, &answer);
    envelope.body_case = TONGHOP__ENVELOPE__BODY_STATUS;
    envelope.status = &answer.status;
    step_reply(step, &envelope);
    status_links_fini(&answer.links);
    status_complaints_fini(&answer.complaints);
    for (size_t i = 0; i < answer.status.n_notices; i++)
        free(answer.notices[i]);
}
