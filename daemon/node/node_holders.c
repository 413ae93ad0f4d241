/* Holders: how far up a revision is on disk. Asked for when somebody looks, and remembered in
 * memory only: each node asks the one above it, so that after a few looks the answer names the top.
 */
#include <string.h>

#include "node/step.h"

enum { HOLDER_RECORD_SIZE = sizeof(struct report_key) + sizeof(uint64_t) };

static struct holder *find_holder(struct node *node, const struct report_key *key)
{
    for (size_t i = 0; i < NODE_HOLDERS_MAX; i++)
        if (node->holders[i].unit != 0 && report_key_equal(&node->holders[i].key, key))
            return &node->holders[i];
    return NULL;
}

/* An effect's bytes: key and revision. */
static struct span pack_record(const struct report_key *key, uint64_t revision, uint8_t *out)
{
    memcpy(out, key, sizeof(*key));
    memcpy(out + sizeof(*key), &revision, sizeof(revision));
    return (struct span){out, HOLDER_RECORD_SIZE};
}

uint32_t node_find_holder(struct step *step, const struct report_key *key, uint64_t revision)
{
    struct node *node = step->node;
    struct outbox_item item;
    struct head head;
    uint8_t record[HOLDER_RECORD_SIZE];
    if (store_get_head(step->txn, key, &head) != ERR_OK || head.revision < revision)
        return 0;
    uint32_t parent = (uint32_t)store_get_meta_u64(step->txn, "parent");
    if (!node->options.has_parent || parent == 0 ||
        store_get_outbox(step->txn, OUTBOX_REPORT, key, &item) == ERR_OK)
        return node->options.unit;
    effects_add(step->effects, EFFECT_ASK_HOLDERS, pack_record(key, revision, record));
    const struct holder *known = find_holder(node, key);
    return known != NULL && known->revision >= revision ? known->unit : parent;
}

/* This node itself. */
static bool find_own(struct step *step, const struct report_key *key, uint64_t number,
                     struct held *ret_held)
{
    struct head head;
    struct revision revision;
    if (store_get_head(step->txn, key, &head) != ERR_OK || head.revision != number ||
        store_get_revision(step->txn, key, number, &revision) != ERR_OK)
        return false;
    ret_held->unit = step->node->options.unit;
    ret_held->arrived = revision.arrived;
    memcpy(ret_held->content, head.content, sizeof(ret_held->content));
    return true;
}

size_t node_list_held(struct step *step, const struct report_key *key, uint64_t revision,
                      struct held *ret_held)
{
    const struct holder *known = find_holder(step->node, key);
    size_t count = find_own(step, key, revision, &ret_held[0]) ? 1 : 0;
    if (known == NULL || known->revision != revision)
        return count;
    for (size_t i = 0; i < known->held_count && count < WIRE_HELD_MAX; i++)
        ret_held[count++] = known->held[i];
    return count;
}

/* What an answer has of them. */
struct held_list {
    struct held items[WIRE_HELD_MAX];
    Tonghop__Held messages[WIRE_HELD_MAX], *pointers[WIRE_HELD_MAX];
};

static void fill_held(struct step *step, const struct report_key *key, struct held_list *list,
                      Tonghop__Holders *answer)
{
    answer->n_held = node_list_held(step, key, answer->revision, list->items);
    answer->held = list->pointers;
    for (size_t i = 0; i < answer->n_held; i++) {
        struct held *held = &list->items[i];
        tonghop__held__init(&list->messages[i]);
        list->messages[i].unit = held->unit;
        list->messages[i].arrived_us = held->arrived.us;
        list->messages[i].content = (ProtobufCBinaryData){sizeof(held->content), held->content};
        list->pointers[i] = &list->messages[i];
    }
}

void node_handle_holders(struct step *step, const Tonghop__Holders *question)
{
    struct node *node = step->node;
    struct report_key key;
    Tonghop__Key wire_key = TONGHOP__KEY__INIT;
    Tonghop__Holders answer = TONGHOP__HOLDERS__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    struct held_list list;
    wire_key_to_domain(question->key, &key);
    bool is_childs = node->catalogue != NULL &&
                     tree_contains(node_tree(node, key.period), step->peer.unit, key.unit);
    wire_key_of(&key, &wire_key);
    answer.key = &wire_key;
    answer.revision = question->revision;
    answer.unit = is_childs ? node_find_holder(step, &key, question->revision) : 0;
    if (is_childs)
        fill_held(step, &key, &list, &answer);
    envelope.body_case = TONGHOP__ENVELOPE__BODY_HOLDERS;
    envelope.holders = &answer;
    step_reply(step, &envelope);
}

void node_handle_parent_holders(struct step *step, const Tonghop__Holders *answer)
{
    struct holder holder;
    if (answer->unit == 0)
        return; /* it holds an earlier revision, or none */
    memset(&holder, 0, sizeof(holder));
    wire_key_to_domain(answer->key, &holder.key);
    holder.revision = answer->revision;
    holder.unit = answer->unit;
    for (size_t i = 0; i < answer->n_held; i++) {
        struct held *held = &holder.held[holder.held_count++];
        held->unit = answer->held[i]->unit;
        held->arrived.us = answer->held[i]->arrived_us;
        memcpy(held->content, answer->held[i]->content.data, sizeof(held->content));
    }
    effects_add(step->effects, EFFECT_HOLDERS,
                (struct span){(const uint8_t *)&holder, sizeof(holder)});
}

/* ---- effects ---- */

void node_ask_holders(struct node *node, struct span record, const struct transport *transport)
{
    struct report_key key;
    Tonghop__Key wire_key = TONGHOP__KEY__INIT;
    Tonghop__Holders question = TONGHOP__HOLDERS__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    if (node->session.state != SESSION_UP)
        return;
    memcpy(&key, record.data, sizeof(key));
    memcpy(&question.revision, record.data + sizeof(key), sizeof(question.revision));
    wire_key_of(&key, &wire_key);
    question.key = &wire_key;
    envelope.protocol = WIRE_PROTOCOL;
    envelope.seq = session_take_seq(&node->session);
    envelope.body_case = TONGHOP__ENVELOPE__BODY_HOLDERS;
    envelope.holders = &question;
    buf_clear(&node->packed);
    wire_pack(&envelope, &node->packed);
    (void)transport->send_parent(transport->ctx, span_of(&node->packed)); /* asked again if lost */
}

void node_note_holder(struct node *node, struct span bytes)
{
    struct holder holder;
    memcpy(&holder, bytes.data, sizeof(holder));
    struct holder *known = find_holder(node, &holder.key);
    if (known == NULL)
        known = &node->holders[node->holder_next++ % NODE_HOLDERS_MAX];
    *known = holder;
}
