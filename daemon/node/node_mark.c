/* Marks: a revision is accepted, or returned, by somebody above the unit that filed it. Both bits
 * only grow and travel both ways, so that all levels agree in the end. */
#include <inttypes.h>
#include <stdio.h>

#include "core/log.h"
#include "node/incoming.h"
#include "node/notice.h"

/* Who may: any ancestor returns; the node that serves the unit's parent accepts. Refuses and
 * returns false if not. */
static bool may_mark(struct step *step, const struct report_key *key, uint8_t bit)
{
    struct node *node = step->node;
    const struct tree *tree = node_tree(node, key->period);
    char text[256];
    uint32_t parent = node_covers(node, tree, key->unit) ? tree_parent(tree, key->unit) : 0;
    if (key->unit == node->options.unit || parent == 0 ||
        !tree_contains(tree, step->peer.unit, parent)) {
        step_refuse(step, ERR_FOREIGN, NULL,
                    STEP_WORDS(step, "reports of %s are accepted and returned by those above it",
                               "báo cáo của %s do cấp trên của đơn vị đó duyệt và trả lại"),
                    node_unit_text(node, key->unit, text, sizeof(text)));
        return false;
    }
    uint32_t home = node_home_of(node, step->txn, tree, parent);
    if (bit == STATE_ACCEPTED && home != node->options.unit) {
        struct refusal detail = {.home = home};
        step_refuse(step, ERR_NOT_HOME, &detail,
                    STEP_WORDS(step, "reports of that unit are accepted at the node of %s",
                               "báo cáo của đơn vị đó được duyệt ở nút của %s"),
                    node_unit_text(node, home, text, sizeof(text)));
        return false;
    }
    return true;
}

/* Only what is the latest, or counts, can still be marked: anything else was replaced. */
static bool is_current(struct step *step, const struct report_key *key, uint64_t revision)
{
    struct head head;
    char text[STEP_KEY_TEXT_SIZE];
    if (store_get_head(step->txn, key, &head) != ERR_OK) {
        step_refuse(step, ERR_NOT_FOUND, NULL,
                    STEP_WORDS(step, "there is no report %s here: check the unit, form and period",
                               "ở đây không có báo cáo %s: kiểm tra lại đơn vị, biểu mẫu và kỳ"),
                    node_key_text(step->node, key, text, sizeof(text)));
        return false;
    }
    if (revision == head.revision || (revision == head.counting && revision != 0))
        return true;
    struct refusal detail = {.current_revision = head.revision};
    step_refuse(step, ERR_STALE, &detail,
                STEP_WORDS(step,
                           "revision %" PRIu64 " has been replaced by revision %" PRIu64
                           ": look at that one first",
                           "bản %" PRIu64 " đã được thay bằng bản %" PRIu64
                           ": xem bản mới trước đã"),
                revision, head.revision);
    return false;
}

/* Asked again because the answer got lost: a revision that was returned counts no more, and is
 * still answered. */
static bool is_marked(struct step *step, const struct report_key *key, uint64_t revision,
                      uint8_t bit)
{
    struct revision held;
    return store_get_revision(step->txn, key, revision, &held) == ERR_OK &&
           (held.states & bit) != 0;
}

void node_handle_mark(struct step *step, const Tonghop__Mark *mark)
{
    struct node *node = step->node;
    struct report_key key;
    char text[STEP_KEY_TEXT_SIZE], sender[STEP_SENDER_SIZE];
    uint8_t bit = (uint8_t)mark->states;
    wire_key_to_domain(mark->key, &key);
    if (node->catalogue == NULL || node->is_restoring) {
        step_refuse(step, ERR_BUSY, NULL,
                    STEP_WORDS(step, "this node is not complete yet: try again later",
                               "nút này chưa có đủ dữ liệu: thử lại sau"));
        return;
    }
    if (!may_mark(step, &key, bit))
        return;
    if (!is_marked(step, &key, mark->revision, bit)) {
        if (!is_current(step, &key, mark->revision))
            return;
        incoming_mark(step, &key, mark->revision, bit);
        notice_decide(step, &key, mark->revision, bit, "", NULL, 0);
        log_event(bit == STATE_ACCEPTED ? LOG_EVENT_REPORT_ACCEPTED : LOG_EVENT_REPORT_RETURNED,
                  LOG_FIELDS(.report = &key, .revision = mark->revision,
                             .peer = step_sender(step, sender)),
                  "%s %s, revision %" PRIu64, bit == STATE_ACCEPTED ? "accepted" : "returned",
                  node_key_text(node, &key, text, sizeof(text)), mark->revision);
    }
    step_done(step, bit == STATE_ACCEPTED ? STEP_WORDS(step, "accepted", "đã duyệt")
                                          : STEP_WORDS(step, "returned", "đã trả lại"));
}
