/* Reports: taken in from reporters (the home decides, once), taken over from children, forwarded to
 * the parent, acknowledged. What travels is the latest state of a key: applying it twice, out of
 * order or after a restore changes nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/validate.h"
#include "link/key.h"
#include "node/rollup.h"
#include "node/step.h"
#include "wire/digest.h"

enum { KEY_TEXT_MAX = 320 };

/* Everything about one incoming revision, decoded. */
struct incoming {
    struct report_key key;
    struct revision revision; /* its filing lies in the message */
    struct wire_filing filing;
    struct report report;
};

/* ---- one revision into the store ---- */

/* The highest accepted revision counts, unless it is returned: then none does. A revision that
 * waits for acceptance leaves what counts alone. */
static uint64_t counting_of(const struct incoming *in, const struct head *old)
{
    if ((in->revision.states & STATE_ACCEPTED) == 0)
        return old->counting;
    return state_counts(in->revision.states) ? in->revision.number : 0;
}

/* Carries the change of what counts under a key into the totals; the store still holds the old
 * state. */
static void change_totals(struct step *step, const struct incoming *in, uint64_t counting)
{
    struct group group = {0};
    struct year_triple after = {0};
    group_load(step->node, step->txn, &in->key, false, &group);
    group_resolve_with(step->node, &group, (enum period_label)in->key.period.label,
                       counting == 0 ? NULL : &in->report, &after);
    rollup_change(step->node, step->txn, &in->key, &group.triple, &after);
    year_triple_fini(&after);
    group_fini(&group);
}

/* Writes head and revision and carries the difference into totals and digests. `old` is the state
 * of this key before, NULL if there was none. */
static void put_state(struct step *step, const struct incoming *in, const struct head *old)
{
    static const struct head nothing;
    struct store_txn *txn = step->txn;
    struct head head = {
        .revision = in->revision.number,
        .counting = counting_of(in, old != NULL ? old : &nothing),
        .states = in->revision.states,
        .scope = in->report.scope,
        .is_withdrawn = in->report.is_withdrawn,
        .home = in->revision.home,
        .received = in->revision.received,
        .first_filed = in->revision.first_filed,
    };
    memcpy(head.content, in->filing.content, sizeof(head.content));
    digest_of_state(&in->key, head.revision, head.states, head.content, head.counting,
                    head.state_digest);
    if (head.counting != (old != NULL ? old->counting : 0))
        change_totals(step, in, head.counting);
    (void)store_put_revision(txn, &in->key, &in->revision); /* errors are sticky */
    (void)store_put_head(txn, &in->key, &head);
    rollup_change_digest(step->node, txn, &in->key, old != NULL ? old->state_digest : NULL,
                         head.state_digest);
    if (step->node->options.has_parent) {
        struct report_key year = {.kind = in->key.kind, .period = {.year = in->key.period.year}};
        (void)store_mark_outbox(txn, OUTBOX_REPORT, &in->key);
        (void)store_mark_outbox(txn, OUTBOX_STATEMENT, &year);
    }
}

/* ---- intake: node_handle_file ---- */

static void send_receipt(struct step *step, const struct report_key *key, const struct head *head,
                         bool is_repeated, const struct problems *warnings)
{
    Tonghop__Key wire_key = TONGHOP__KEY__INIT;
    Tonghop__Receipt receipt = TONGHOP__RECEIPT__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    size_t count = warnings != NULL ? warnings->count : 0;
    Tonghop__Problem *items = calloc(count + 1, sizeof(*items));
    Tonghop__Problem **pointers = calloc(count + 1, sizeof(*pointers));
    for (size_t i = 0; i < count && items != NULL && pointers != NULL; i++) {
        tonghop__problem__init(&items[i]);
        items[i].indicator = warnings->items[i].indicator;
        items[i].warning = true;
        items[i].text = warnings->items[i].text;
        pointers[i] = &items[i];
    }
    wire_key_of(key, &wire_key);
    receipt.key = &wire_key;
    receipt.revision = head->revision;
    receipt.states = head->states;
    receipt.repeated_content = is_repeated;
    receipt.received_us = head->received.us;
    receipt.n_warnings = count;
    receipt.warnings = pointers;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_RECEIPT;
    envelope.receipt = &receipt;
    step_reply(step, &envelope);
    free(pointers);
    free(items);
}

/* Whether this node may take this report from this peer; refuses and returns false if not. */
static bool may_take_in(struct step *step, const struct report *report)
{
    struct node *node = step->node;
    const struct tree *tree = node_tree(node, report->key.period);
    uint32_t unit = report->key.unit;
    char text[256];
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
                    STEP_WORDS(step, "this key speaks for %s, not for unit %" PRIu32,
                               "chỉ được nộp cho %s, không được nộp cho đơn vị %" PRIu32),
                    node_unit_text(node, step->peer.unit, text, sizeof(text)), unit);
        return false;
    }
    uint32_t home = node_home_of(node, step->txn, tree, unit);
    if (home == 0) {
        step_refuse(step, ERR_FOREIGN, NULL,
                    STEP_WORDS(step,
                               "unit %" PRIu32 " is not beneath this node in that period: hand the "
                               "report to a node above it",
                               "đơn vị %" PRIu32 " không thuộc nút này trong kỳ đó: nộp ở nút cấp "
                               "trên của đơn vị"),
                    unit);
        return false;
    }
    if (home != node->options.unit) {
        struct refusal detail = {.home = home};
        step_refuse(
            step, ERR_NOT_HOME, &detail,
            STEP_WORDS(step,
                       "reports of that unit are taken in by the node of %s: hand it in there",
                       "báo cáo của đơn vị đó do nút của %s nhận: nộp ở nút đó"),
            node_unit_text(node, home, text, sizeof(text)));
        return false;
    }
    return true;
}

/* The content rules: catalogue, dropped cells, the year. Warnings stay in `problems`. */
static enum err check_content(struct step *step, const struct report *report,
                              struct problems *problems)
{
    struct node *node = step->node;
    struct group group = {0};
    group_load(node, step->txn, &report->key, true, &group);
    size_t i = (size_t)report->key.period.label - 1;
    enum err err =
        validate_report(report, node->catalogue, node_tree(node, report->key.period), problems);
    if (err == ERR_OK && group.filed[i].is_filed)
        err = validate_dropped(&group.reports[i], report, node->catalogue, problems);
    if (err == ERR_OK && !report->is_withdrawn) {
        group.filed[i].is_filed = true;
        group.filed[i].scope = report->scope;
        group.filed[i].cells = report->cells;
        group.filed[i].cell_count = report->cell_count;
        year_check(group.filed, node->catalogue, problems);
    }
    group_fini(&group);
    return err;
}

/* Who handed it in, as history shows it. */
static size_t recorder_of(const struct step *step, char *out, size_t size)
{
    char key[KEY_TEXT_SIZE];
    int len = step->peer.from.address.is_local
                  ? snprintf(out, size, "uid:%" PRIu32, step->peer.from.uid)
                  : snprintf(out, size, "key:%s", key_format(step->peer.from.key, key));
    return (size_t)len;
}

static void take_in(struct step *step, struct incoming *in)
{
    struct node *node = step->node;
    struct head head = {0};
    bool had_head = store_get_head(step->txn, &in->key, &head) == ERR_OK;
    if (had_head && memcmp(head.content, in->filing.content, sizeof(head.content)) == 0) {
        send_receipt(step, &in->key, &head, true, NULL);
        return;
    }
    if (in->report.based_on != head.revision) {
        struct refusal detail = {.current_revision = head.revision};
        step_refuse(step, ERR_STALE, &detail,
                    STEP_WORDS(step,
                               "the report is based on revision %" PRIu64
                               ", the current one is %" PRIu64
                               ": look at it and file again on that base",
                               "báo cáo dựa trên bản %" PRIu64 ", bản hiện tại là %" PRIu64
                               ": xem bản hiện tại rồi nộp lại trên bản đó"),
                    in->report.based_on, head.revision);
        return;
    }
    struct problems problems = {.is_vietnamese = step->peer.is_vietnamese};
    if (check_content(step, &in->report, &problems) != ERR_OK) {
        struct refusal detail = {.problems = &problems};
        step_refuse(step, ERR_INVALID, &detail,
                    STEP_WORDS(step, "%zu error%s in the report: nothing was taken in",
                               "báo cáo có %zu lỗi%s: chưa có gì được nhận"),
                    problems.error_count,
                    STEP_WORDS(step, problems.error_count == 1 ? "" : "s", ""));
        problems_fini(&problems);
        return;
    }
    char recorder[80];
    in->revision = (struct revision){
        .number = head.revision + 1,
        .states = STATE_ACCEPTED,
        .home = node->options.unit,
        .received = step->event->now,
        .first_filed = had_head ? head.first_filed : step->event->now,
        .recorded_by = {.data = (const uint8_t *)recorder,
                        .len = recorder_of(step, recorder, sizeof(recorder))},
        .filing = in->revision.filing,
    };
    put_state(step, in, had_head ? &head : NULL);
    struct head now = {.revision = in->revision.number,
                       .states = in->revision.states,
                       .received = in->revision.received};
    send_receipt(step, &in->key, &now, false, &problems);
    char text[KEY_TEXT_MAX];
    log_info("took in %s, revision %" PRIu64, node_key_text(node, &in->key, text, sizeof(text)),
             in->revision.number);
    problems_fini(&problems);
}

void node_handle_file(struct step *step, const Tonghop__File *file)
{
    struct node *node = step->node;
    struct incoming in = {.revision.filing = {.data = file->filing.data, .len = file->filing.len}};
    char reason[256] = "";
    if (node->catalogue == NULL) {
        step_refuse(step, ERR_CATALOGUE, NULL,
                    STEP_WORDS(step,
                               "this node has no catalogue yet: it comes from the node above, or "
                               "by 'tonghop catalogue publish' at the root",
                               "nút này chưa có danh mục: chờ danh mục từ nút cấp trên, hoặc công "
                               "bố ở nút gốc bằng `tonghop catalogue publish`"));
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
    enum err err = wire_open_filing(in.revision.filing, node->arena, &in.filing, &in.report, reason,
                                    sizeof(reason));
    if (err != ERR_OK) {
        step_refuse(step, err, NULL, "%s", reason);
    } else {
        in.key = in.report.key;
        if (may_take_in(step, &in.report))
            take_in(step, &in);
    }
    report_fini(&in.report);
}

/* ---- between nodes ---- */

static void fill_revision(const struct revision *from, char *recorded_by, size_t size,
                          Tonghop__Revision *ret)
{
    (void)snprintf(recorded_by, size, "%.*s", (int)from->recorded_by.len,
                   (const char *)from->recorded_by.data);
    ret->filing.data = (uint8_t *)(uintptr_t)from->filing.data; /* protobuf-c only reads it */
    ret->filing.len = from->filing.len;
    ret->revision = from->number;
    ret->states = from->states;
    ret->received_us = from->received.us;
    ret->first_filed_us = from->first_filed.us;
    ret->home = from->home;
    ret->recorded_by = recorded_by;
}

static void send_ack(struct step *step, const struct report_key *key, uint64_t sent_revision)
{
    struct head head;
    struct revision held;
    char recorded_by[128];
    Tonghop__Key wire_key = TONGHOP__KEY__INIT;
    Tonghop__Revision newer = TONGHOP__REVISION__INIT;
    Tonghop__Ack ack = TONGHOP__ACK__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    if (store_get_head(step->txn, key, &head) != ERR_OK)
        return; /* sticky: the batch is replayed */
    wire_key_of(key, &wire_key);
    ack.key = &wire_key;
    ack.revision = head.revision;
    ack.states = head.states;
    if (head.revision > sent_revision &&
        store_get_revision(step->txn, key, head.revision, &held) == ERR_OK) {
        fill_revision(&held, recorded_by, sizeof(recorded_by), &newer);
        ack.newer = &newer;
    }
    envelope.body_case = TONGHOP__ENVELOPE__BODY_ACK;
    envelope.ack = &ack;
    step_reply(step, &envelope);
}

/* Decodes what a node sent. False (with a reason) when it is malformed. */
static bool open_revision(struct step *step, const Tonghop__Revision *message, struct incoming *in,
                          char *reason, size_t reason_size)
{
    in->revision = (struct revision){
        .number = message->revision,
        .states = (uint8_t)message->states,
        .home = message->home,
        .received = {message->received_us},
        .first_filed = {message->first_filed_us},
        .recorded_by = {.data = (const uint8_t *)message->recorded_by,
                        .len = strlen(message->recorded_by)},
        .filing = {.data = message->filing.data, .len = message->filing.len},
    };
    enum err err = wire_open_filing(in->revision.filing, step->node->arena, &in->filing,
                                    &in->report, reason, reason_size);
    in->key = in->report.key;
    return err == ERR_OK;
}

enum merge { MERGE_TAKEN, MERGE_HELD, MERGE_CONFLICT };

/* Merges another node's state of a key into ours: higher revisions win, equal ones OR their bits.
 */
static enum merge merge_state(struct step *step, struct incoming *in)
{
    struct head head = {0};
    bool had_head = store_get_head(step->txn, &in->key, &head) == ERR_OK;
    if (had_head && head.revision > in->revision.number)
        return MERGE_HELD;
    if (had_head && head.revision == in->revision.number) {
        if (memcmp(head.content, in->filing.content, sizeof(head.content)) != 0)
            return MERGE_CONFLICT;
        if ((head.states | in->revision.states) == head.states)
            return MERGE_HELD;
        in->revision.states |= head.states;
    }
    put_state(step, in, had_head ? &head : NULL);
    return MERGE_TAKEN;
}

/* Malformed or foreign between nodes: kept for a person, and refused for good. */
static void quarantine_and_refuse(struct step *step, enum err code, const char *reason)
{
    struct quarantined item = {.received = step->event->now, .bytes = step->event->bytes};
    memcpy(item.peer, step->peer.from.key, sizeof(item.peer));
    (void)snprintf(item.reason, sizeof(item.reason), "%s", reason);
    (void)store_put_quarantine(step->txn, &item); /* the error is sticky */
    log_error("quarantined a revision from the node of unit %" PRIu32 ": %s", step->peer.unit,
              reason);
    step_refuse(step, code, NULL, "%s", reason);
}

/* Whether the sending child may speak for the key; refuses and returns false if not. */
static bool child_may_send(struct step *step, const struct incoming *in)
{
    struct node *node = step->node;
    const struct tree *tree = node_tree(node, in->key.period);
    char reason[160];
    if (in->report.catalogue > node->catalogue->number ||
        (tree_find(tree, in->key.unit) == TREE_NONE &&
         step->peer.catalogue > node->catalogue->number)) {
        step_refuse(step, ERR_CATALOGUE, NULL, "catalogue %" PRIu32 " has not come here yet",
                    in->report.catalogue);
        return false;
    }
    if (catalogue_form(node->catalogue, in->key.form) == NULL) {
        (void)snprintf(reason, sizeof(reason),
                       "catalogue %" PRIu32 " has no form %" PRIu32 " and the node of unit %" PRIu32
                       " sent a report of it",
                       node->catalogue->number, in->key.form, step->peer.unit);
        quarantine_and_refuse(step, ERR_INVALID, reason);
        return false;
    }
    if (node_home_of(node, step->txn, tree, in->key.unit) != step->peer.unit) {
        (void)snprintf(reason, sizeof(reason),
                       "the node of unit %" PRIu32 " may not speak for unit %" PRIu32,
                       step->peer.unit, in->key.unit);
        quarantine_and_refuse(step, ERR_FOREIGN, reason);
        return false;
    }
    return true;
}

void node_handle_revision(struct step *step, const Tonghop__Revision *message)
{
    struct incoming in = {0};
    char reason[256] = "";
    char text[KEY_TEXT_MAX];
    if (step->node->catalogue == NULL) {
        step_refuse(step, ERR_CATALOGUE, NULL, "this node has no catalogue yet");
        return;
    }
    if (!store_has_room(step->node->store)) {
        step_refuse(step, ERR_FULL, NULL, "the disk of this node is nearly full");
        return;
    }
    if (!open_revision(step, message, &in, reason, sizeof(reason))) {
        quarantine_and_refuse(step, ERR_MALFORMED, reason);
    } else if (child_may_send(step, &in)) {
        switch (merge_state(step, &in)) {
        case MERGE_TAKEN:
            log_info("took over %s, revision %" PRIu64,
                     node_key_text(step->node, &in.key, text, sizeof(text)), in.revision.number);
            send_ack(step, &in.key, in.revision.number);
            break;
        case MERGE_HELD:
            send_ack(step, &in.key, in.revision.number);
            break;
        case MERGE_CONFLICT:
            (void)snprintf(reason, sizeof(reason),
                           "revision %" PRIu64 " of that report is held with another content",
                           in.revision.number);
            quarantine_and_refuse(step, ERR_CONFLICT, reason);
            break;
        }
    }
    report_fini(&in.report);
}

void node_handle_ack(struct step *step, const Tonghop__Ack *ack)
{
    const struct session_sent *sent = node_sent(step->node, step->in->re);
    effects_add(step->effects, EFFECT_ANSWERED, (struct span){0})->re = step->in->re;
    if (sent == NULL || sent->type != OUTBOX_REPORT)
        return; /* of an earlier connection: the report goes out again and is acked again */
    struct report_key key;
    struct head head;
    wire_key_to_domain(ack->key, &key);
    if (!report_key_equal(&key, &sent->key)) {
        log_warning("the parent acknowledged another report than the one sent: ignored");
        return;
    }
    if (store_get_head(step->txn, &key, &head) == ERR_OK && ack->revision >= head.revision)
        (void)store_clear_outbox(step->txn, OUTBOX_REPORT, &key, sent->version); /* sticky */
    if (ack->newer == NULL || step->node->catalogue == NULL)
        return;
    struct incoming in = {0};
    char reason[256] = "";
    if (open_revision(step, ack->newer, &in, reason, sizeof(reason)) &&
        report_key_equal(&in.key, &key))
        (void)merge_state(step,
                          &in); /* held or in conflict: ours goes up again and is judged there */
    else
        log_warning("the parent's newer revision does not read: %s", reason);
    report_fini(&in.report);
}

bool node_pack_revision(struct store_txn *txn, const struct report_key *key, uint64_t seq,
                        struct buf *out)
{
    struct head head;
    struct revision revision;
    char recorded_by[128];
    if (store_get_head(txn, key, &head) != ERR_OK ||
        store_get_revision(txn, key, head.revision, &revision) != ERR_OK)
        return false;
    Tonghop__Revision message = TONGHOP__REVISION__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    fill_revision(&revision, recorded_by, sizeof(recorded_by), &message);
    envelope.protocol = WIRE_PROTOCOL;
    envelope.seq = seq;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_REVISION;
    envelope.revision = &message;
    wire_pack(&envelope, out);
    return true;
}
