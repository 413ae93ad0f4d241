/* Marks: a revision is accepted, or returned, by somebody above the unit that filed it. Both bits
 * only grow and travel both ways, so that all levels agree in the end. Who did it, and why, travels
 * as a notice.
 *
 * What cannot be done is answered with who can, or with what has happened since. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "core/person.h"
#include "core/utf8.h"
#include "node/closed.h"
#include "node/decisions.h"
#include "node/incoming.h"
#include "node/notice.h"

enum { UNIT_TEXT_SIZE = 256, ABOVE_TEXT_SIZE = 600 };

/* ---- who ---- */

/* The units above, the nearest first: "631 Huyện Đức Cơ, 64 Tỉnh Gia Lai". */
static const char *above_text(struct step *step, const struct tree *tree, uint32_t unit, char *out)
{
    char text[UNIT_TEXT_SIZE];
    size_t len = 0;
    out[0] = '\0';
    for (uint32_t at = tree_parent(tree, unit); at != 0 && len + 1 < ABOVE_TEXT_SIZE;
         at = tree_parent(tree, at)) {
        (void)snprintf(out + len, ABOVE_TEXT_SIZE - len, "%s%s", len > 0 ? ", " : "",
                       step_unit_text(step, at, text, sizeof(text)));
        len += strlen(out + len);
    }
    utf8_cut(out);
    return out;
}

static void refuse_foreign(struct step *step, const struct tree *tree, uint32_t unit, uint8_t bit)
{
    char text[UNIT_TEXT_SIZE], above[ABOVE_TEXT_SIZE], parent_text[UNIT_TEXT_SIZE];
    char period[PERIOD_TEXT_SIZE];
    uint32_t parent = tree_parent(tree, unit);
    (void)step_unit_text(step, unit, text, sizeof(text));
    if (tree_find(tree, unit) == TREE_NONE)
        step_refuse(step, ERR_FOREIGN, NULL,
                    STEP_WORDS(step, "there is no unit %s in %s: check unit and period",
                               "không có đơn vị %s trong kỳ %s: kiểm tra lại đơn vị và kỳ"),
                    text, period_format(tree->period, period));
    else if (parent == 0)
        step_refuse(step, ERR_FOREIGN, NULL,
                    STEP_WORDS(step,
                               "nobody is above %s: its reports are neither accepted nor returned",
                               "không có cấp nào trên %s: báo cáo của đơn vị này không phải duyệt "
                               "và không bị trả lại"),
                    text);
    else if (bit == STATE_ACCEPTED)
        step_refuse(
            step, ERR_FOREIGN, NULL,
            STEP_WORDS(step, "reports of %s are accepted at the node that serves %s, and not here",
                       "báo cáo của %s được duyệt ở nút phục vụ %s, không phải ở đây"),
            text, step_unit_text(step, parent, parent_text, sizeof(parent_text)));
    else
        step_refuse(
            step, ERR_FOREIGN, NULL,
            STEP_WORDS(step, "reports of %s are returned by those above it, and not from here: %s",
                       "báo cáo của %s do cấp trên trả lại, không phải từ đây: %s"),
            text, above_text(step, tree, unit, above));
}

/* Who may: any ancestor returns; the node that serves the unit's parent accepts. Refuses and
 * returns false if not. */
static bool may_mark(struct step *step, const struct report_key *key, uint8_t bit)
{
    struct node *node = step->node;
    const struct tree *tree = node_tree(node, key->period);
    char text[UNIT_TEXT_SIZE], unit[UNIT_TEXT_SIZE];
    uint32_t parent = node_covers(node, tree, key->unit) ? tree_parent(tree, key->unit) : 0;
    if (key->unit == node->options.unit || parent == 0 ||
        !tree_contains(tree, step->peer.unit, parent)) {
        refuse_foreign(step, tree, key->unit, bit);
        return false;
    }
    uint32_t home = node_home_of(node, step->txn, tree, parent);
    if (bit == STATE_ACCEPTED && home != node->options.unit) {
        struct refusal detail = {.home = home};
        step_refuse(step, ERR_NOT_HOME, &detail,
                    STEP_WORDS(step,
                               "reports of %s are accepted at the node of %s; from here they may "
                               "be returned",
                               "báo cáo của %s được duyệt ở nút của %s; từ đây chỉ có thể trả lại"),
                    step_unit_text(step, key->unit, unit, sizeof(unit)),
                    step_unit_text(step, home, text, sizeof(text)));
        return false;
    }
    return true;
}

/* ---- what of ---- */

static void refuse_stale(struct step *step, const struct report_key *key, uint64_t revision,
                         uint64_t latest)
{
    struct refusal detail = {.current_revision = latest};
    char text[STEP_REPORT_TEXT_SIZE];
    (void)step_report_text(step, key, revision, text);
    if (revision > latest)
        step_refuse(step, ERR_STALE, &detail,
                    STEP_WORDS(step, "there is no %s here: the latest is revision %" PRIu64,
                               "ở đây không có %s: bản mới nhất là bản %" PRIu64),
                    text, latest);
    else
        step_refuse(
            step, ERR_STALE, &detail,
            STEP_WORDS(step, "%s has been replaced by revision %" PRIu64 ": look at that one first",
                       "%s đã được thay bằng bản %" PRIu64 ": xem bản mới trước đã"),
            text, latest);
}

/* Only what is the latest, or counts, can still be marked: anything else was replaced. */
static bool is_current(struct step *step, const struct report_key *key, uint64_t revision)
{
    struct head head;
    char text[STEP_REPORT_TEXT_SIZE];
    if (store_get_head(step->txn, key, &head) != ERR_OK) {
        step_refuse(step, ERR_NOT_FOUND, NULL,
                    STEP_WORDS(step, "there is no %s here: check the unit, form and period",
                               "ở đây không có %s: kiểm tra lại đơn vị, biểu mẫu và kỳ"),
                    step_report_text(step, key, revision, text));
        return false;
    }
    if (revision == head.revision || (revision == head.counting && revision != 0))
        return true;
    refuse_stale(step, key, revision, head.revision);
    return false;
}

/* The cells are of the form. Refuses and returns false if not. */
static bool has_cells(struct step *step, const Tonghop__Mark *mark)
{
    const struct catalogue *catalogue = step->node->catalogue;
    const struct form *form = catalogue_form(catalogue, mark->key->form);
    for (size_t i = 0; i < mark->n_indicators; i++) {
        const struct indicator *indicator = catalogue_indicator(catalogue, mark->indicators[i]);
        if (indicator != NULL && indicator->form == mark->key->form)
            continue;
        char number[16];
        (void)snprintf(number, sizeof(number), "%" PRIu32, mark->indicators[i]);
        step_refuse(
            step, ERR_INVALID, NULL,
            STEP_WORDS(step, "indicator %s is not filed in form %s: name one that is",
                       "chỉ tiêu %s không thuộc biểu mẫu %s: hãy chọn chỉ tiêu của biểu mẫu"),
            indicator != NULL ? indicator->code : number, form != NULL ? form->code : "?");
        return false;
    }
    return true;
}

/* ---- done already ---- */

static bool has_said(const struct step *step, const struct decision *decision,
                     const Tonghop__Mark *mark)
{
    return decision->author == step->node->options.unit &&
           strcmp(decision->reason, mark->reason) == 0 &&
           decision->indicator_count == mark->n_indicators &&
           (mark->n_indicators == 0 || memcmp(decision->indicators, mark->indicators,
                                              mark->n_indicators * sizeof(*mark->indicators)) == 0);
}

static const char *already_word(const struct step *step, uint8_t bit)
{
    return bit == STATE_ACCEPTED ? STEP_WORDS(step, "is accepted already", "đã được duyệt")
                                 : STEP_WORDS(step, "is returned already", "đã bị trả lại");
}

/* When, by whom and why, as far as that is known; the caller frees. */
static char *already_text(struct step *step, const struct report_key *key, uint64_t revision,
                          uint8_t bit, const struct decision *decision)
{
    const struct form *form = catalogue_form(step->node->catalogue, key->form);
    char text[STEP_REPORT_TEXT_SIZE], person[PERSON_SHOWN_SIZE], unit[UNIT_TEXT_SIZE];
    char time[INSTANT_TEXT_SIZE];
    (void)step_report_text(step, key, revision, text);
    if (decision == NULL && bit == STATE_ACCEPTED && form != NULL && !form->is_manual)
        return mem_printf(STEP_WORDS(step, "%s %s: its form is accepted when it is filed",
                                     "%s %s: biểu mẫu này được duyệt ngay khi nộp"),
                          text, already_word(step, bit));
    if (decision == NULL)
        return mem_printf("%s %s", text, already_word(step, bit));
    return mem_printf(STEP_WORDS(step, "%s %s, by %s, %s, at %s%s%s",
                                 "%s %s, người thực hiện %s, %s, lúc %s%s%s"),
                      text, already_word(step, bit), person_show(decision->person, person),
                      step_unit_text(step, decision->author, unit, sizeof(unit)),
                      instant_format((struct instant){decision->time_us}, time),
                      decision->reason[0] != '\0' ? ": " : "", decision->reason);
}

/* Asked again because the answer got lost, or after somebody else. True: it is answered. */
static bool is_done_already(struct step *step, const struct report_key *key,
                            const Tonghop__Mark *mark)
{
    struct revision held;
    struct decisions decisions;
    uint8_t bit = (uint8_t)mark->states;
    if (store_get_revision(step->txn, key, mark->revision, &held) != ERR_OK ||
        (held.states & bit) == 0)
        return false;
    decisions_find(step, key, &held, &decisions);
    const struct decision *last = decisions_last(&decisions, bit);
    bool is_same = mark->reason[0] == '\0' && mark->n_indicators == 0;
    for (size_t i = 0; i < decisions.count; i++)
        is_same = is_same ||
                  (decisions.items[i].state == bit && has_said(step, &decisions.items[i], mark));
    char *text = already_text(step, key, mark->revision, bit, last);
    /* By a node that gave no reasons: now there is one. */
    bool is_new = !is_same && last == NULL;
    if (is_same)
        step_done(step, "%s", text);
    else if (!is_new)
        step_refuse(step, ERR_EXISTS, NULL, "%s", text);
    free(text);
    decisions_fini(&decisions);
    return !is_new;
}

/* What was returned does not count, whether or not it is accepted: who accepts it is told so, with
 * when, by whom and why. True: refused. */
static bool refuse_returned(struct step *step, const struct report_key *key,
                            const Tonghop__Mark *mark)
{
    struct revision held;
    struct decisions decisions;
    char text[STEP_REPORT_TEXT_SIZE];
    if (mark->states != STATE_ACCEPTED ||
        store_get_revision(step->txn, key, mark->revision, &held) != ERR_OK ||
        (held.states & STATE_RETURNED) == 0)
        return false;
    if (!is_current(step, key, mark->revision))
        return true;
    decisions_find(step, key, &held, &decisions);
    char *who = decision_return_text(step, decisions_last(&decisions, STATE_RETURNED));
    const char *accepted =
        (held.states & STATE_ACCEPTED) != 0
            ? STEP_WORDS(step, "is accepted already, but it", "đã được duyệt, nhưng")
            : STEP_WORDS(step, "is not accepted, and", "không được duyệt, và");
    step_refuse(step, ERR_EXISTS, NULL,
                STEP_WORDS(step,
                           "%s %s does not count: it was returned, and the unit has to file a "
                           "correction%s",
                           "%s %s không được tính: bản này đã bị trả lại, đơn vị phải nộp bản "
                           "sửa%s"),
                step_report_text(step, key, mark->revision, text), accepted, who);
    free(who);
    decisions_fini(&decisions);
    return true;
}

/* ---- doing it ---- */

static void say_done(struct step *step, const struct report_key *key, uint64_t revision,
                     uint8_t bit)
{
    struct head head;
    char text[STEP_REPORT_TEXT_SIZE];
    (void)step_report_text(step, key, revision, text);
    if (store_get_head(step->txn, key, &head) != ERR_OK)
        return; /* sticky: nothing of this step stands */
    if (bit == STATE_ACCEPTED)
        step_done(step, STEP_WORDS(step, "accepted %s: it counts", "đã duyệt %s: được tính"), text);
    else if (head.counting != 0)
        step_done(step,
                  STEP_WORDS(step,
                             "returned %s: the unit has to file a correction; revision %" PRIu64
                             " goes on counting",
                             "đã trả lại %s: đơn vị phải nộp bản sửa; bản %" PRIu64
                             " vẫn được tính"),
                  text, head.counting);
    else
        step_done(step,
                  STEP_WORDS(step, "returned %s: the unit has to file a correction",
                             "đã trả lại %s: đơn vị phải nộp bản sửa"),
                  text);
}

void node_handle_mark(struct step *step, const Tonghop__Mark *mark)
{
    struct node *node = step->node;
    struct report_key key;
    char text[STEP_KEY_TEXT_SIZE], sender[STEP_SENDER_SIZE];
    uint8_t bit = (uint8_t)mark->states;
    wire_key_to_domain(mark->key, &key);
    if (!step_may_say(step) || !may_mark(step, &key, bit) || refuse_returned(step, &key, mark) ||
        is_done_already(step, &key, mark) || !is_current(step, &key, mark->revision) ||
        !has_cells(step, mark) || (bit == STATE_RETURNED && closed_refuse(step, &key)))
        return;
    incoming_mark(step, &key, mark->revision, bit);
    notice_decide(step, &key, mark->revision, bit, mark->reason, mark->indicators,
                  mark->n_indicators);
    log_event(
        bit == STATE_ACCEPTED ? LOG_EVENT_REPORT_ACCEPTED : LOG_EVENT_REPORT_RETURNED,
        LOG_FIELDS(.report = &key, .revision = mark->revision, .peer = step_sender(step, sender)),
        "%s %s, revision %" PRIu64, bit == STATE_ACCEPTED ? "accepted" : "returned",
        node_key_text(node, &key, text, sizeof(text)), mark->revision);
    say_done(step, &key, mark->revision, bit);
}
