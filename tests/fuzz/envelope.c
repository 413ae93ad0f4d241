/* Envelopes: any bytes as one message from a peer.
 *
 * Laws: what is refused is refused with one of three codes and a reason that reads as text, and
 * hands nothing out; what opens packs, opens again as the same message, and packs to the same
 * bytes; its sequence number is found without opening it; the filings, keys, figures and values
 * inside keep to the limits that their users rely on. */
#include <stdlib.h>
#include <string.h>

#include "client/format.h"
#include "core/arena.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "fuzz/fuzz.h"
#include "fuzz/mutate.h"
#include "link/session.h"
#include "wire/wire.h"

/* True if somewhere in it is a field that this version does not know: protobuf-c packs some of
 * those to bytes that it then refuses, and nothing in the program packs what it received. */
static bool has_unknown(const ProtobufCMessage *message)
{
    if (message->n_unknown_fields > 0)
        return true;
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const uint8_t *base = (const uint8_t *)message;
        uint32_t body;
        if (field->type != PROTOBUF_C_TYPE_MESSAGE)
            continue;
        memcpy(&body, base + field->quantifier_offset, sizeof body);
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            ProtobufCMessage **list = *(ProtobufCMessage ***)(void *)(base + field->offset);
            size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
            for (size_t k = 0; k < count; k++)
                if (has_unknown(list[k]))
                    return true;
        } else if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0 || body == field->id) {
            const ProtobufCMessage *inner =
                *(ProtobufCMessage *const *)(const void *)(base + field->offset);
            if (inner != NULL && has_unknown(inner))
                return true;
        }
    }
    return false;
}

static void check_packing(const Tonghop__Envelope *envelope, struct arena *arena)
{
    struct buf packed = {0}, again = {0};
    struct wire_message message;
    char reason[WIRE_REASON_SIZE];

    if (has_unknown(&envelope->base))
        return;
    wire_pack(envelope, &packed);
    LAW(wire_peek_seq(span_of(&packed)) == envelope->seq, "the number is found in front");
    LAW(wire_open(span_of(&packed), arena, &message, reason, sizeof reason) == ERR_OK,
        "what opens packs and opens again");
    LAW(message.envelope->body_case == envelope->body_case, "it is the same message again");
    wire_pack(message.envelope, &again);
    LAW(span_equal(span_of(&packed), span_of(&again)), "a message packs to the same bytes");
    buf_fini(&packed);
    buf_fini(&again);
}

static void check_reason(enum err err, const char *reason)
{
    LAW(err == ERR_MALFORMED || err == ERR_TOO_LARGE || err == ERR_VERSION,
        "a refusal has one of three codes");
    LAW(reason[0] != '\0' && utf8_is_text(reason, strlen(reason)), "a reason reads as text");
}

static void check_key(const Tonghop__Key *wire_key)
{
    struct report_key key;
    Tonghop__Key again;
    wire_key_to_domain(wire_key, &key);
    LAW(period_is_valid(key.period) && key.unit > 0 && key.form > 0 &&
            (key.kind == KIND_ACTUAL || key.kind == KIND_PLAN),
        "a key that opens can stand in the store");
    wire_key_of(&key, &again);
    LAW(again.kind == wire_key->kind && again.year == wire_key->year &&
            again.label == wire_key->label && again.unit == wire_key->unit &&
            again.form == wire_key->form,
        "a key loses nothing on its way in");
}

static void check_filing(ProtobufCBinaryData bytes, struct arena *arena)
{
    struct wire_filing filing;
    struct report report;
    char reason[WIRE_REASON_SIZE];
    enum err err = wire_open_filing((struct span){bytes.data, bytes.len}, arena, &filing, &report,
                                    reason, sizeof reason);
    if (err != ERR_OK) {
        check_reason(err, reason);
        return;
    }
    check_key(filing.header->key);
    report_fini(&report);
}

static void check_revision(const Tonghop__Revision *revision, struct arena *arena)
{
    LAW(revision->revision > 0 && revision->revision <= WIRE_REVISION_MAX,
        "a revision can be counted on from");
    check_filing(revision->filing, arena);
    if (revision->accepted != NULL)
        check_filing(revision->accepted->filing, arena);
}

/* Each entry of an inventory may come back as a key. */
static void check_inventory(const Tonghop__Inventory *inventory)
{
    for (size_t i = 0; i < inventory->n_units; i++) {
        Tonghop__Key key = TONGHOP__KEY__INIT;
        key.kind = inventory->kind;
        key.year = inventory->year;
        key.label = inventory->labels[i];
        key.unit = inventory->units[i];
        key.form = inventory->forms[i];
        check_key(&key);
    }
}

static void check_figures(const Tonghop__Statement *statement)
{
    for (size_t p = 0; p < statement->n_parts; p++)
        for (size_t i = 0; i < statement->parts[p]->n_figures; i++) {
            const Tonghop__Figure *wire = statement->parts[p]->figures[i];
            uint32_t parts[QUALIFIER_COUNT];
            struct figure figure, figure_again;
            Tonghop__Figure again;
            wire_figure_to_domain(wire, &figure);
            wire_figure_of(wire->indicator, &figure, &again, parts);
            wire_figure_to_domain(&again, &figure_again);
            LAW(figure_equal(&figure, &figure_again) && again.indicator == wire->indicator,
                "a figure loses nothing on its way out and in");
        }
}

/* What the command makes of a value that a node sent. */
static void check_value(const Tonghop__IndicatorInfo *indicator, const Tonghop__Value *value)
{
    for (int is_english = 0; is_english <= 1; is_english++) {
        struct format format = format_of(is_english == 1, indicator);
        Tonghop__Value change = TONGHOP__VALUE__INIT;
        format_subtract(value, value, &change);
        char *texts[] = {format_value(&format, value), format_change(&format, &change),
                         format_marks(&format, value), format_plain(&format, value),
                         format_plain_upper(&format, value)};
        for (size_t i = 0; i < LENGTH(texts); i++) {
            LAW(texts[i] == NULL || utf8_is_text(texts[i], strlen(texts[i])),
                "a value prints as text");
            free(texts[i]);
        }
    }
}

static void check_totals(const Tonghop__Totals *totals)
{
    for (size_t u = 0; u < totals->n_units; u++) {
        const Tonghop__UnitTotals *unit = totals->units[u];
        LAW(unit->n_values == totals->n_indicators &&
                (unit->n_previous == 0 || unit->n_previous == totals->n_indicators) &&
                (unit->n_plan == 0 || unit->n_plan == totals->n_indicators),
            "there is a value for each indicator");
        for (size_t i = 0; i < unit->n_values; i++)
            check_value(totals->indicators[i], unit->values[i]);
        for (size_t i = 0; i < unit->n_previous; i++)
            check_value(totals->indicators[i], unit->previous[i]);
        for (size_t i = 0; i < unit->n_plan; i++)
            check_value(totals->indicators[i], unit->plan[i]);
    }
}

static void check_explanation(const Tonghop__Explanation *explanation)
{
    LAW(explanation->n_operands == explanation->n_operand_values,
        "there is a value for each operand");
    check_value(explanation->indicator, explanation->total);
    for (size_t i = 0; i < explanation->n_operands; i++)
        check_value(explanation->operands[i], explanation->operand_values[i]);
    for (size_t i = 0; i < explanation->n_lines; i++)
        if (explanation->lines[i]->value != NULL)
            check_value(explanation->indicator, explanation->lines[i]->value);
    LAW(explanation->since_us == 0 || explanation->before != NULL, "a story has a beginning");
    if (explanation->before != NULL)
        check_value(explanation->indicator, explanation->before);
    for (size_t i = 0; i < explanation->n_changes; i++)
        check_value(explanation->indicator, explanation->changes[i]->total);
}

static void check_welcome(const Tonghop__Welcome *welcome)
{
    struct session session;
    session_init(&session, 1, 0);
    int64_t now_ms = session_due_ms(&session, 0);
    (void)session_handle(&session, SESSION_TICK, 0, now_ms);
    (void)session_handle(&session, SESSION_WELCOMED, welcome->window, now_ms);
    LAW(session_room(&session) <= SESSION_WINDOW_MAX, "the window has its limit");
    session_fini(&session);
}

/* Each stands by its key, which it carries. */
static void check_notices(const Tonghop__Notices *notices, struct arena *arena)
{
    for (size_t i = 0; i < notices->n_notices; i++) {
        struct notice_key key, again;
        Tonghop__Notice *notice, keyed = TONGHOP__NOTICE__INIT;
        char reason[WIRE_REASON_SIZE] = "";
        struct span bytes = {notices->notices[i].data, notices->notices[i].len};
        enum err err = wire_open_notice(bytes, arena, &notice, reason, sizeof reason);
        if (err != ERR_OK) {
            check_reason(err, reason);
            continue;
        }
        wire_notice_key(notice, &key);
        wire_put_notice_key(&key, &keyed);
        wire_notice_key(&keyed, &again);
        LAW(notice_key_equal(&key, &again), "a notice has one key");
        LAW(bytes.len <= WIRE_NOTICE_MAX && key.report.unit != 0 && key.author != 0,
            "a notice keeps to its limits");
    }
}

/* What follows from a body before the store is asked. */
static void check_body(const Tonghop__Envelope *envelope, struct arena *arena)
{
    switch (envelope->body_case) {
    case TONGHOP__ENVELOPE__BODY_WELCOME:
        check_welcome(envelope->welcome);
        break;
    case TONGHOP__ENVELOPE__BODY_FILE:
        check_filing(envelope->file->filing, arena);
        break;
    case TONGHOP__ENVELOPE__BODY_RECEIPT:
        check_key(envelope->receipt->key);
        break;
    case TONGHOP__ENVELOPE__BODY_REVISION:
        check_revision(envelope->revision, arena);
        break;
    case TONGHOP__ENVELOPE__BODY_ACK:
        check_key(envelope->ack->key);
        if (envelope->ack->newer != NULL)
            check_revision(envelope->ack->newer, arena);
        break;
    case TONGHOP__ENVELOPE__BODY_STATEMENT:
        check_figures(envelope->statement);
        break;
    case TONGHOP__ENVELOPE__BODY_INVENTORY:
        check_inventory(envelope->inventory);
        break;
    case TONGHOP__ENVELOPE__BODY_NOTICES:
        check_notices(envelope->notices, arena);
        break;
    case TONGHOP__ENVELOPE__BODY_TOTALS:
        check_totals(envelope->totals);
        break;
    case TONGHOP__ENVELOPE__BODY_EXPLANATION:
        check_explanation(envelope->explanation);
        break;
    case TONGHOP__ENVELOPE__BODY_HISTORY:
        for (size_t i = 0; i < envelope->history->n_entries; i++)
            check_filing(envelope->history->entries[i]->filing, arena);
        break;
    default: /* that it keeps to its limits is all there is to it */
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(WIRE_ARENA_MAX);
    struct wire_message message = {NULL};
    char reason[WIRE_REASON_SIZE];

    memset(reason, 0, sizeof reason);
    fuzz_be_quiet();
    enum err err = wire_open((struct span){data, size}, arena, &message, reason, sizeof reason);
    LAW((err == ERR_OK) == (message.envelope != NULL), "what is refused hands nothing out");
    if (err == ERR_OK) {
        check_packing(message.envelope, arena);
        check_body(message.envelope, arena);
    } else {
        check_reason(err, reason);
    }
    arena_free(&arena);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return mutate_in_place(&tonghop__envelope__descriptor, data, size, max_size, seed);
}
