/* The links of a node: with the one above and those beneath, and what waits to go up. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/status.h"

/* ---- beneath ---- */

static int compare_keys(const void *a, const void *b)
{
    const struct peer *const *x = a, *const *y = b;
    return memcmp((*x)->from.key, (*y)->from.key, PEER_KEY_SIZE);
}

static int compare_with_key(const void *key, const void *element)
{
    const struct peer *const *peer = element;
    return memcmp(key, (*peer)->from.key, PEER_KEY_SIZE);
}

/* The connected nodes in order of their keys: there may be thousands. The caller frees. */
static const struct peer **connected_nodes(const struct node *node, size_t *ret_count)
{
    const struct peer **list = mem_calloc(node->peers.count + 1, sizeof(*list));
    size_t index = 0, count = 0;
    for (const struct peer *peer = peers_next(&node->peers, &index); peer != NULL;
         peer = peers_next(&node->peers, &index))
        if (peer->role == TONGHOP__ROLE__ROLE_NODE && !peer->from.address.is_local)
            list[count++] = peer;
    qsort(list, count, sizeof(*list), compare_keys);
    *ret_count = count;
    return list;
}

static bool is_child(const struct enrolled *enrolled)
{
    return enrolled->role == TONGHOP__ROLE__ROLE_NODE && !enrolled->is_revoked;
}

static size_t count_children(struct step *step)
{
    struct enrolled enrolled = {0};
    size_t count = 0;
    while (store_next_enrolled(step->txn, &enrolled))
        count += is_child(&enrolled) ? 1 : 0;
    return count;
}

static void add_link(struct step *step, const struct enrolled *enrolled, bool is_connected,
                     struct links *links)
{
    const struct node *node = step->node;
    const struct link_time *time = link_times_find(&node->link_times, enrolled->key);
    size_t i = links->count++;
    Tonghop__Link *link = &links->items[i];
    tonghop__link__init(link);
    query_unit_info(node, enrolled->unit, instant_date(step->event->now), &links->units[i]);
    memcpy(links->names[i], enrolled->name, sizeof(links->names[i]));
    link->unit = &links->units[i];
    link->role = (Tonghop__Role)enrolled->role;
    link->name = links->names[i];
    link->connected = is_connected;
    if (time != NULL) {
        link->heard_us = time->heard.us;
        link->acked_us = time->acked.us;
    }
    links->pointers[i] = link;
}

void status_fill_links(struct step *step, struct links *ret_links)
{
    struct enrolled enrolled = {0};
    size_t most = count_children(step), connected_count;
    const struct peer **connected = connected_nodes(step->node, &connected_count);
    *ret_links = (struct links){
        .items = mem_calloc(most + 1, sizeof(*ret_links->items)),
        .pointers = mem_calloc(most + 1, sizeof(*ret_links->pointers)),
        .units = mem_calloc(most + 1, sizeof(*ret_links->units)),
        .names = mem_calloc(most + 1, sizeof(*ret_links->names)),
    };
    while (ret_links->count < most && store_next_enrolled(step->txn, &enrolled)) {
        if (!is_child(&enrolled))
            continue;
        const struct peer **peer =
            bsearch(enrolled.key, connected, connected_count, sizeof(*connected), compare_with_key);
        add_link(step, &enrolled, peer != NULL, ret_links);
    }
    free(connected);
}

void status_links_fini(struct links *links)
{
    free(links->items);
    free(links->pointers);
    free(links->units);
    free(links->names);
}

/* ---- above ---- */

/* In a damaged store an entry that does not read would keep the answer back. */
struct instant status_waiting_since(struct step *step)
{
    struct instant oldest = {0};
    if (!store_is_damaged(step->node->store))
        (void)store_find_oldest(step->txn, &oldest); /* none: it stays 0 */
    return oldest;
}

void status_complain_of_link(struct step *step, const Tonghop__Status *status,
                             struct complaints *complaints)
{
    const struct node_uplink *uplink = &step->node->uplink;
    if (status->has_parent && !status->parent_linked)
        status_complain(complaints, contact_link_text(step));
    if (status->parent_linked && uplink->trouble[0] != '\0')
        status_complain(complaints,
                        mem_printf(STEP_WORDS(step, "linked with the node above, but: %s",
                                              "đã nối được với nút cấp trên, nhưng: %s"),
                                   uplink->trouble));
    if (status->restoring)
        status_complain(complaints, mem_strdup(STEP_WORDS(
                                        step,
                                        "nothing is taken in until the reports that the node above "
                                        "holds are here: it ends by itself once linked",
                                        "chưa nhận báo cáo cho đến khi lấy lại đủ báo cáo mà nút "
                                        "cấp trên đang giữ: tự kết thúc sau khi nối được")));
    if (status->parked_count > 0) {
        struct outbox_item item = {0};
        while (store_next_outbox(step->txn, &item) && !item.is_parked)
            continue;
        char text[STEP_KEY_TEXT_SIZE] = "";
        if (item.type == OUTBOX_REPORT)
            node_key_text(step->node, &item.key, text, sizeof(text));
        status_complain(
            complaints,
            mem_printf(STEP_WORDS(step, "%" PRIu64 " not taken by the node above, first: %s%s%s",
                                  "nút cấp trên chưa nhận %" PRIu64 " mục, mục đầu: %s%s%s"),
                       status->parked_count, text, text[0] != '\0' ? ": " : "", item.reason));
    }
}
