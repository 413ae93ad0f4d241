/* Status: how the node is, and what needs a person, each with what to do. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/query.h"
#include "node/reconcile.h"

enum { STATUS_PROBLEMS_MAX = 16 };

struct links {
    Tonghop__Link *items;
    Tonghop__Link **pointers;
    Tonghop__UnitInfo *units;
    char (*names)[STORE_NAME_MAX];
    size_t count;
};

static const struct peer *find_peer(const struct node *node, const uint8_t *key)
{
    size_t index = 0;
    for (struct peer *peer = peers_next(&node->peers, &index); peer != NULL;
         peer = peers_next(&node->peers, &index))
        if (!peer->from.address.is_local && memcmp(peer->from.key, key, PEER_KEY_SIZE) == 0)
            return peer;
    return NULL;
}

/* Nodes enrolled beneath this one, connected or not. */
static void fill_links(struct step *step, struct links *links)
{
    const struct node *node = step->node;
    struct enrolled enrolled = {0};
    size_t capacity = 0;
    while (store_next_enrolled(step->txn, &enrolled))
        capacity += enrolled.role == TONGHOP__ROLE__ROLE_NODE && !enrolled.is_revoked;
    links->items = mem_calloc(capacity + 1, sizeof(*links->items));
    links->pointers = mem_calloc(capacity + 1, sizeof(*links->pointers));
    links->units = mem_calloc(capacity + 1, sizeof(*links->units));
    links->names = mem_calloc(capacity + 1, sizeof(*links->names));
    enrolled = (struct enrolled){0};
    while (links->count < capacity && store_next_enrolled(step->txn, &enrolled)) {
        if (enrolled.role != TONGHOP__ROLE__ROLE_NODE || enrolled.is_revoked)
            continue;
        size_t i = links->count++;
        const struct peer *peer = find_peer(node, enrolled.key);
        Tonghop__Link *link = &links->items[i];
        tonghop__link__init(link);
        query_unit_info(node, enrolled.unit, instant_date(step->event->now), &links->units[i]);
        memcpy(links->names[i], enrolled.name, sizeof(links->names[i]));
        link->unit = &links->units[i];
        link->role = (Tonghop__Role)enrolled.role;
        link->name = links->names[i];
        link->connected = peer != NULL;
        if (peer != NULL)
            link->heard_us = step->event->now.us - (step->event->now_ms - peer->heard_ms) * 1000;
        links->pointers[i] = link;
    }
}

/* The counts and the sentences that go with them. */
struct complaints {
    char *texts[STATUS_PROBLEMS_MAX];
    size_t count;
};

static void complain(struct complaints *complaints, char *text)
{
    complaints->texts[complaints->count++] = text; /* fewer callers than STATUS_PROBLEMS_MAX */
}

static void find_complaints(struct step *step, const Tonghop__Status *status,
                            struct complaints *complaints)
{
    const struct node *node = step->node;
    char *heard = node_heard_text(step);
    if (heard != NULL)
        complain(complaints, heard);
    if (node->catalogue == NULL)
        complain(complaints,
                 mem_strdup(node->options.has_parent
                                ? STEP_WORDS(step,
                                             "no catalogue yet: it comes with the link to the "
                                             "node above",
                                             "chưa có danh mục: danh mục đến khi nối được với nút "
                                             "cấp trên")
                                : STEP_WORDS(step,
                                             "no catalogue yet: run 'tonghop catalogue publish "
                                             "DIR'",
                                             "chưa có danh mục: chạy `tonghop catalogue publish "
                                             "THƯ-MỤC`")));
    else if (catalogue_unit(node->catalogue, node->options.unit) == NULL)
        complain(complaints, mem_printf(STEP_WORDS(step,
                                                   "the catalogue has no unit %" PRIu32
                                                   ": correct 'unit' in the configuration",
                                                   "danh mục không có đơn vị %" PRIu32
                                                   ": sửa 'unit' trong tệp cấu hình"),
                                        node->options.unit));
    if (node->catalogue != NULL && node->uplink.catalogue > node->catalogue->number)
        complain(complaints,
                 mem_printf(STEP_WORDS(step,
                                       "catalogue %" PRIu32 " of the node above is not in force "
                                       "here yet: wait; if that stays, see the log",
                                       "danh mục %" PRIu32 " của nút cấp trên chưa có hiệu lực ở "
                                       "đây: chờ; nếu kéo dài, xem nhật ký"),
                            node->uplink.catalogue));
    if (status->has_parent && !status->parent_linked)
        complain(complaints,
                 mem_printf(STEP_WORDS(step,
                                       "no link with the node above (%s)%s%s: see that it runs, "
                                       "that its address and key are right here, and that this "
                                       "node's key is enrolled there",
                                       "chưa nối được với nút cấp trên (%s)%s%s: xem nút đó có "
                                       "chạy không, địa chỉ và khóa trong [parent] có đúng không, "
                                       "khóa của nút này đã được đăng ký ở đó chưa"),
                            node->options.parent_endpoint,
                            node->uplink.trouble[0] != '\0' ? ": " : "", node->uplink.trouble));
    if (status->parent_linked && node->uplink.trouble[0] != '\0')
        complain(complaints, mem_printf(STEP_WORDS(step, "linked with the node above, but: %s",
                                                   "đã nối được với nút cấp trên, nhưng: %s"),
                                        node->uplink.trouble));
    if (status->restoring)
        complain(complaints,
                 mem_strdup(STEP_WORDS(step,
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
            node_key_text(node, &item.key, text, sizeof(text));
        complain(complaints,
                 mem_printf(STEP_WORDS(step,
                                       "%" PRIu64 " not taken by the node above, "
                                       "first: %s%s%s",
                                       "nút cấp trên chưa nhận %" PRIu64 " mục, mục đầu: %s%s%s"),
                            status->parked_count, text, text[0] != '\0' ? ": " : "", item.reason));
    }
    if (status->quarantine_count > 0)
        complain(complaints, mem_printf(STEP_WORDS(step,
                                                   "%" PRIu64 " in quarantine: see "
                                                   "'tonghop quarantine', and 'tonghop quarantine "
                                                   "--clear' when they are dealt with (what "
                                                   "is kept: '--clear NUMBER')",
                                                   "%" PRIu64 " mục bị cách ly: xem "
                                                   "`tonghop quarantine`; xử lý xong thì `tonghop "
                                                   "quarantine --clear` (báo cáo được giữ: "
                                                   "`--clear SỐ`)"),
                                        status->quarantine_count));
    if (status->alarm_count > 0) {
        struct alarm alarm = {0};
        if (store_next_alarm(step->txn, &alarm))
            complain(complaints, mem_printf(STEP_WORDS(step,
                                                       "%s; 'tonghop quarantine --clear' ends an "
                                                       "alarm that nobody can settle any more",
                                                       "%s; `tonghop quarantine --clear` kết thúc "
                                                       "báo động không còn ai xử lý được"),
                                            alarm.text));
    }
    if (store_is_damaged(node->store))
        complain(complaints,
                 mem_strdup(STEP_WORDS(step,
                                       "the data file is damaged: see the log and 'tonghop "
                                       "verify', and restore a backup",
                                       "tệp dữ liệu bị hỏng: xem nhật ký và `tonghop verify`, rồi "
                                       "khôi phục từ bản sao lưu")));
    if (!store_has_room(node->store))
        complain(complaints, mem_printf(STEP_WORDS(step,
                                                   "%" PRIu64 " MiB left on the disk: nothing is "
                                                   "taken in until there is room",
                                                   "đĩa chỉ còn %" PRIu64 " MiB: chưa nhận báo "
                                                   "cáo cho đến khi có chỗ trống"),
                                        status->disk_free_bytes >> 20));
}

static void fill_status(struct step *step, Tonghop__Status *status)
{
    struct node *node = step->node;
    status->software = (char *)(uintptr_t)node->options.software; /* protobuf-c only reads these */
    status->parent_endpoint = (char *)(uintptr_t)node->options.parent_endpoint;
    status->parent_trouble = node->uplink.trouble;
    status->catalogue = node->catalogue != NULL ? node->catalogue->number : 0;
    status->started_us = node->started.us;
    status->now_us = step->event->now.us;
    status->has_parent = node->options.has_parent;
    status->parent_linked = node->session.state == SESSION_UP;
    status->parent_heard_us = node->uplink.heard.us;
    status->report_count = store_count_heads(step->txn);
    status->outbox_count = store_count_outbox(step->txn, &status->parked_count);
    status->quarantine_count = store_count_quarantine(step->txn);
    status->alarm_count = store_count_alarms(step->txn);
    status->disk_free_bytes = store_free_bytes(node->store);
    status->rebuilding = node->rebuild.is_active;
    status->restoring = node->is_restoring;
    status->comparing = reconcile_is_under_way(node);
}

void node_handle_status_query(struct step *step)
{
    Tonghop__UnitInfo unit;
    Tonghop__Status status = TONGHOP__STATUS__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    struct links links = {0};
    struct complaints complaints = {0};
    query_unit_info(step->node, step->node->options.unit, instant_date(step->event->now), &unit);
    fill_status(step, &status);
    fill_links(step, &links);
    find_complaints(step, &status, &complaints);
    status.unit = &unit;
    status.n_children = links.count;
    status.children = links.pointers;
    status.n_problems = complaints.count;
    status.problems = complaints.texts;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_STATUS;
    envelope.status = &status;
    step_reply(step, &envelope);
    for (size_t i = 0; i < complaints.count; i++)
        free(complaints.texts[i]);
    free(links.items);
    free(links.pointers);
    free(links.units);
    free(links.names);
}
