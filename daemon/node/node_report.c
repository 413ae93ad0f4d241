/* Reports, as their home takes them in from reporters. Business rules are decided here, once; nodes
 * above check form only (node_revision.c). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/validate.h"
#include "link/key.h"
#include "node/closed.h"
#include "node/decisions.h"
#include "node/incoming.h"
#include "node/rollup.h"
#include "wire/digest.h"

static void send_receipt(struct step *step, const struct report_key *key, const struct head *head,
                         bool is_repeated, const struct problems *warnings)
{
    Tonghop__Key wire_key = TONGHOP__KEY__INIT;
    Tonghop__Receipt receipt = TONGHOP__RECEIPT__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    struct problem_list list;
    step_list_problems(warnings, &list);
    wire_key_of(key, &wire_key);
    receipt.key = &wire_key;
    receipt.revision = head->revision;
    receipt.states = head->states;
    receipt.repeated_content = is_repeated;
    receipt.received_us = head->received.us;
    receipt.n_warnings = list.count;
    receipt.warnings = list.pointers;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_RECEIPT;
    envelope.receipt = &receipt;
    step_reply(step, &envelope);
    step_free_problems(&list);
}

/* Whether this node may take this report from this peer; refuses and returns false if not. */
static bool may_take_in(struct step *step, const struct report *report)
{
    struct node *node = step->node;
    const struct tree *tree = node_tree(node, report->key.period);
    uint32_t unit = report->key.unit;
    char text[256], other[256];
    if (report->catalogue > node->catalogue->number) {
        step_refuse(step, ERR_CATALOGUE, NULL,
                    STEP_WORDS(step,
                               "the report was made under catalogue %" PRIu32
                               ", this node has %" PRIu32 ": try again when it has come",
                               "báo cáo lập theo danh mục %" PRIu32 ", nút này mới có danh mục "
                               "%" PRIu32 ": thử lại khi danh mục mới về tới"),
                    report->catalogue, node->catalogue->number);
        return false;
    }
    if (!tree_contains(tree, step->peer.unit, unit)) {
        step_refuse(step, ERR_FOREIGN, NULL,
                    STEP_WORDS(step,
                               "this key speaks for %s, not for %s"
                               ": check the unit, or use a key that is enrolled for it",
                               "chỉ được nộp cho %s, không được nộp cho %s"
                               ": kiểm tra lại đơn vị, hoặc dùng khóa đã đăng ký cho đơn vị đó"),
                    step_unit_text(step, step->peer.unit, text, sizeof(text)),
                    step_unit_text(step, unit, other, sizeof(other)));
        return false;
    }
    uint32_t home = node_home_of(node, step->txn, tree, unit);
    if (home == 0) {
        step_refuse(step, ERR_FOREIGN, NULL,
                    STEP_WORDS(step,
                               "%s is not beneath this node in that period: hand the "
                               "report to a node above it",
                               "%s không thuộc nút này trong kỳ đó: nộp ở nút cấp "
                               "trên của đơn vị"),
                    step_unit_text(step, unit, text, sizeof(text)));
        return false;
    }
    if (home != node->options.unit) {
        struct refusal detail = {.home = home};
        step_refuse(
            step, ERR_NOT_HOME, &detail,
            STEP_WORDS(step,
                       "reports of that unit are taken in by the node of %s: hand it in there",
                       "báo cáo của đơn vị đó do nút của %s nhận: nộp ở nút đó"),
            step_unit_text(step, home, text, sizeof(text)));
        return false;
    }
    return true;
}

/* What may be wrong with a whole report in view of what lies beneath its unit. */
static void warn_of_hidden(struct step *step, const struct report *report,
                           struct problems *problems)
{
    struct node *node = step->node;
    const struct date last = node_tree(node, report->key.period)->window.last;
    struct figures below = {0};
    rollup_below(step->node, step->txn, &report->key, NULL, &below);
    validate_whole(report, &below, node->catalogue, last, problems);
    figures_fini(&below);
}

/* The content rules: catalogue, dropped cells, the year, the time and what lies beneath. Warnings
 * stay in `problems`. */
static enum err check_content(struct step *step, const struct report *report,
                              const struct group *held, struct problems *problems)
{
    struct node *node = step->node;
    size_t i = (size_t)report->key.period.label - 1;
    enum err err =
        validate_report(report, node->catalogue, node_tree(node, report->key.period), problems);
    if (err == ERR_OK && held->filed[i].is_filed)
        err = validate_dropped(&held->reports[i], report, node->catalogue, problems);
    if (err == ERR_OK && !report->is_withdrawn) {
        struct year_filed filed[PERIOD_LABEL_COUNT];
        memcpy(filed, held->filed, sizeof(filed));
        filed[i].is_filed = true;
        filed[i].scope = report->scope;
        filed[i].cells = report->cells;
        filed[i].cell_count = report->cell_count;
        year_check(filed, node->catalogue, problems);
        validate_begun(report, node_tree(node, report->key.period), instant_date(step->event->now),
                       problems);
        if (report->scope == SCOPE_WHOLE)
            warn_of_hidden(step, report, problems);
    }
    return err;
}

/* Accepted at once, or waiting for the node of the unit's parent, as the form has it; above the top
 * unit is nobody. */
static uint8_t first_states(struct step *step, const struct report_key *key)
{
    struct node *node = step->node;
    const struct form *form = catalogue_form(node->catalogue, key->form);
    uint32_t parent = tree_parent(node_tree(node, key->period), key->unit);
    return form->is_manual && parent != 0 ? 0 : STATE_ACCEPTED;
}

/* Refuses what breaks a rule, or has warnings that nobody has accepted; true when it may be taken
 * in. */
static bool may_be_filed(struct step *step, const struct incoming *in, const Tonghop__File *file,
                         struct problems *problems)
{
    struct refusal detail = {.problems = problems};
    if (check_content(step, &in->report, in->held, problems) != ERR_OK) {
        step_refuse(step, ERR_INVALID, &detail,
                    STEP_WORDS(step, "%zu error%s in the report: nothing was taken in",
                               "báo cáo có %zu lỗi%s: chưa có gì được nhận"),
                    problems->error_count,
                    STEP_WORDS(step, problems->error_count == 1 ? "" : "s", ""));
        return false;
    }
    size_t count = problems->count + problems->dropped_count; /* all of them warnings */
    if (count > 0 && !file->accept_warnings && !file->check_only) {
        step_refuse(
            step, ERR_WARNINGS, &detail,
            STEP_WORDS(step,
                       "%zu warning%s: nothing was taken in; look at them, then correct the "
                       "report, or file it again and say that they are accepted",
                       "báo cáo có %zu cảnh báo%s: chưa có gì được nhận; xem lại, rồi sửa "
                       "báo cáo, hoặc nộp lại và xác nhận đã xem cảnh báo"),
            count, STEP_WORDS(step, count == 1 ? "" : "s", ""));
        return false;
    }
    return true;
}

/* Whether a revision may follow the current one of the key; refuses and returns false if not. */
static bool may_follow(struct step *step, const struct report *report, const struct head *head)
{
    if (report->based_on != head->revision) {
        struct refusal detail = {.current_revision = head->revision};
        step_refuse(step, ERR_STALE, &detail,
                    STEP_WORDS(step,
                               "the report is based on revision %" PRIu64
                               ", the current one is %" PRIu64
                               ": look at it and file again on that base",
                               "báo cáo dựa trên bản %" PRIu64 ", bản hiện tại là %" PRIu64
                               ": xem bản hiện tại rồi nộp lại trên bản đó"),
                    report->based_on, head->revision);
        return false;
    }
    if (head->revision >= WIRE_REVISION_MAX) {
        step_refuse(step, ERR_RANGE, NULL,
                    STEP_WORDS(step,
                               "no revision can follow %" PRIu64
                               ": a node made up that number; have the unit above return it",
                               "không còn số bản nào sau bản %" PRIu64
                               ": một nút đã tự đặt số này; đề nghị cấp trên trả lại bản đó"),
                    head->revision);
        return false;
    }
    return true;
}

/* What the log says of a report, once it is on the disk. */
struct taken_in {
    struct report_key key;
    uint64_t revision;
    char sender[STEP_SENDER_SIZE];
};

/* Puts it on disk as the revision after `head`, whose revision is 0 when it is the first. */
static void put_revision(struct step *step, struct incoming *in, const struct head *head,
                         const struct problems *warnings)
{
    struct node *node = step->node;
    char person[WIRE_PERSON_MAX + 1];
    (void)step_person(step, person);
    in->revision = (struct revision){
        .number = head->revision + 1,
        .states = first_states(step, &in->key),
        .home = node->options.unit,
        .received = instant_later(step->event->now, head->received),
        .first_filed = head->revision > 0 ? head->first_filed : step->event->now,
        .arrived = step->event->now,
        .first_arrived = step->event->now,
        .recorded_by = {.data = (const uint8_t *)person, .len = strlen(person)},
        .filing = in->revision.filing,
    };
    incoming_put(step, in, FROM_REPORTER);
    struct head now = {.revision = in->revision.number,
                       .states = in->revision.states,
                       .received = in->revision.received};
    struct taken_in taken = {.key = in->key, .revision = now.revision};
    (void)step_sender(step, taken.sender);
    (void)effects_add(step->effects, EFFECT_TAKEN_IN,
                      (struct span){(const uint8_t *)&taken, sizeof(taken)});
    send_receipt(step, &in->key, &now, false, warnings);
}

void node_log_taken_in(const struct node *node, struct span bytes)
{
    struct taken_in taken;
    char text[STEP_KEY_TEXT_SIZE];
    memcpy(&taken, bytes.data, sizeof(taken));
    log_event(LOG_EVENT_REPORT_TAKEN_IN,
              LOG_FIELDS(.report = &taken.key, .revision = taken.revision, .peer = taken.sender),
              "took in %s, revision %" PRIu64, node_key_text(node, &taken.key, text, sizeof(text)),
              taken.revision);
}

/* The same figures once more, by somebody who has seen that they were returned: it says so in what
 * it is based on. The filing that was returned, sent again because the answer got lost, does not.
 */
static bool is_answer(const struct incoming *in, const struct head *head)
{
    return (head->states & STATE_RETURNED) != 0 && in->report.based_on == head->revision;
}

/* Figures that were returned may be right: then somebody says why. Refuses and returns false if
 * nobody does. */
static bool is_explained(struct step *step, const struct incoming *in, const struct head *head)
{
    struct revision held;
    struct decisions decisions = {0};
    char text[STEP_REPORT_TEXT_SIZE];
    if (in->report.reason[strspn(in->report.reason, " \t\n")] != '\0')
        return true;
    if (store_get_named_revision(step->txn, &in->key, head->revision, &held) == ERR_OK)
        decisions_find(step, &in->key, &held, &decisions);
    char *who = decision_return_text(step, decisions_last(&decisions, STATE_RETURNED));
    step_refuse(step, ERR_INVALID, NULL,
                STEP_WORDS(step,
                           "%s was returned%s, and these are the same figures: correct them, or "
                           "say why they are right (--reason)",
                           "%s đã bị trả lại%s, và số liệu vẫn như cũ: sửa số liệu, hoặc nêu vì "
                           "sao số liệu đúng (--reason)"),
                step_report_text(step, &in->key, head->revision, text), who);
    free(who);
    decisions_fini(&decisions);
    return false;
}

static void take_in(struct step *step, struct incoming *in, const Tonghop__File *file)
{
    struct problems problems = {.is_vietnamese = step->peer.is_vietnamese};
    struct group held = {0};
    const size_t i = (size_t)in->key.period.label - 1;
    group_load(step->node, step->txn, &in->key, true, &held);
    const bool had_head = held.has_head[i];
    const struct head head = held.heads[i]; /* zero if there is none */
    in->held = &held;
    bool is_same = had_head && memcmp(head.content, in->filing.content, sizeof(head.content)) == 0;
    if (is_same && !is_answer(in, &head))
        send_receipt(step, &in->key, &head, true, NULL);
    else if (!closed_refuse(step, &in->key) && may_follow(step, &in->report, &head) &&
             (!is_same || is_explained(step, in, &head)) &&
             may_be_filed(step, in, file, &problems)) {
        if (file->check_only)
            send_receipt(step, &in->key, &(const struct head){0}, false, &problems);
        else
            put_revision(step, in, &head, &problems);
    }
    in->held = NULL;
    group_fini(&held);
    problems_fini(&problems);
}

void node_handle_file(struct step *step, const Tonghop__File *file)
{
    struct node *node = step->node;
    struct incoming in = {.revision.filing = {.data = file->filing.data, .len = file->filing.len}};
    char reason[256] = "";
    if (node->catalogue == NULL) {
        step_refuse_without_catalogue(step);
        return;
    }
    if (node->is_restoring) {
        step_refuse(step, ERR_BUSY, NULL,
                    STEP_WORDS(step,
                               "this node is new or was restored: it takes reports in once it has "
                               "all that the node above holds; try again in a moment",
                               "nút này mới hoặc vừa được khôi phục: chỉ nhận báo cáo sau khi lấy "
                               "đủ dữ liệu từ nút cấp trên; thử lại sau ít phút"));
        return;
    }
    if (!store_has_room(node->store)) {
        step_refuse(
            step, ERR_FULL, NULL,
            STEP_WORDS(
                step,
                "the disk of this node is nearly full: nothing is taken in until there is room",
                "đĩa của nút này gần đầy: chưa nhận báo cáo cho đến khi có chỗ trống"));
        return;
    }
    enum err err = incoming_open_filing(step, &in, reason, sizeof(reason));
    if (err != ERR_OK) {
        step_refuse(step, err, NULL, "%s", reason);
    } else {
        in.key = in.report.key;
        if (may_take_in(step, &in.report))
            take_in(step, &in, file);
    }
    incoming_fini(&in);
}
