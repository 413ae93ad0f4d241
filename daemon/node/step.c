/* Answers to the message in hand: packed at once, sent after the commit. */
#include "node/step.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/counted.h"
#include "core/mem.h"
#include "core/person.h"
#include "core/utf8.h"
#include "link/key.h"

/* Questions are asked again. What tells that something was done is never put off: a refusal would
 * say that nothing was. Those answers are small, or their handlers have looked for room before they
 * did anything: Compared comes after states that are waiting already, and Reminded and Inbox, which
 * may tell of what was done, after step_fits. No default: whoever adds a message decides. */
static bool may_be_put_off(const Tonghop__Envelope *envelope)
{
    switch (envelope->body_case) {
    case TONGHOP__ENVELOPE__BODY_KEYS:
    case TONGHOP__ENVELOPE__BODY_QUARANTINE:
    case TONGHOP__ENVELOPE__BODY_TOTALS:
    case TONGHOP__ENVELOPE__BODY_COVERAGE:
    case TONGHOP__ENVELOPE__BODY_EXPLANATION:
    case TONGHOP__ENVELOPE__BODY_HISTORY:
    case TONGHOP__ENVELOPE__BODY_STATUS:
    case TONGHOP__ENVELOPE__BODY_HOLDERS:
    case TONGHOP__ENVELOPE__BODY_NOTICES:
    case TONGHOP__ENVELOPE__BODY_INBOX:
    case TONGHOP__ENVELOPE__BODY_REMINDED:
    case TONGHOP__ENVELOPE__BODY_CHANGES:
    case TONGHOP__ENVELOPE__BODY_EDITIONS:
    case TONGHOP__ENVELOPE__BODY_DIFFERENCE:
        return true;
    case TONGHOP__ENVELOPE__BODY_WELCOME:
    case TONGHOP__ENVELOPE__BODY_PONG:
    case TONGHOP__ENVELOPE__BODY_RECEIPT:
    case TONGHOP__ENVELOPE__BODY_REFUSAL:
    case TONGHOP__ENVELOPE__BODY_REVISION:
    case TONGHOP__ENVELOPE__BODY_ACK:
    case TONGHOP__ENVELOPE__BODY_STATEMENT_ACK:
    case TONGHOP__ENVELOPE__BODY_CATALOGUE_CHUNK:
    case TONGHOP__ENVELOPE__BODY_CATALOGUE_NOTICE:
    case TONGHOP__ENVELOPE__BODY_DONE:
    case TONGHOP__ENVELOPE__BODY_COMPARED:
    case TONGHOP__ENVELOPE__BODY_NOTICES_ACK:
    case TONGHOP__ENVELOPE__BODY_CLOSED:
    /* No answers: */
    case TONGHOP__ENVELOPE__BODY__NOT_SET:
    case TONGHOP__ENVELOPE__BODY_HELLO:
    case TONGHOP__ENVELOPE__BODY_PING:
    case TONGHOP__ENVELOPE__BODY_FILE:
    case TONGHOP__ENVELOPE__BODY_STATEMENT:
    case TONGHOP__ENVELOPE__BODY_CATALOGUE_REQUEST:
    case TONGHOP__ENVELOPE__BODY_CATALOGUE_PUBLISH:
    case TONGHOP__ENVELOPE__BODY_ENROL:
    case TONGHOP__ENVELOPE__BODY_REVOKE:
    case TONGHOP__ENVELOPE__BODY_KEYS_QUERY:
    case TONGHOP__ENVELOPE__BODY_QUARANTINE_QUERY:
    case TONGHOP__ENVELOPE__BODY_QUARANTINE_CLEAR:
    case TONGHOP__ENVELOPE__BODY_TOTALS_QUERY:
    case TONGHOP__ENVELOPE__BODY_COVERAGE_QUERY:
    case TONGHOP__ENVELOPE__BODY_EXPLAIN_QUERY:
    case TONGHOP__ENVELOPE__BODY_HISTORY_QUERY:
    case TONGHOP__ENVELOPE__BODY_STATUS_QUERY:
    case TONGHOP__ENVELOPE__BODY_INVENTORY:
    case TONGHOP__ENVELOPE__BODY_MARK:
    case TONGHOP__ENVELOPE__BODY_NOTICES_QUERY:
    case TONGHOP__ENVELOPE__BODY_INBOX_QUERY:
    case TONGHOP__ENVELOPE__BODY_WATCH_QUERY:
    case TONGHOP__ENVELOPE__BODY_REMIND:
    case TONGHOP__ENVELOPE__BODY_REOPEN:
    case TONGHOP__ENVELOPE__BODY_EDITIONS_QUERY:
    case TONGHOP__ENVELOPE__BODY_DIFFERENCE_QUERY:
    case TONGHOP__ENVELOPE__BODY_CLOSE:
    case _TONGHOP__ENVELOPE__BODY__CASE_IS_INT_SIZE:
        return false;
    }
    return false; /* a number that is none of them */
}

bool step_has_room(struct step *step, size_t size_bytes)
{
    if (step->effects->bytes.len + size_bytes <= STEP_ANSWERS_MAX)
        return true;
    step_refuse(step, ERR_BUSY, NULL,
                STEP_WORDS(step, "too much is being asked at once: ask again",
                           "đang có quá nhiều câu hỏi cùng lúc: hãy hỏi lại"));
    return false;
}

/* As the next answer, into node->packed. */
static void pack(struct step *step, Tonghop__Envelope *envelope)
{
    envelope->protocol = WIRE_PROTOCOL;
    envelope->seq = step->node->next_seq + 1;
    /* A message that does not open still gets its answer, if its number can be read. */
    envelope->re = step->in != NULL ? step->in->seq : wire_peek_seq(step->event->bytes);
    buf_clear(&step->node->packed);
    wire_pack(envelope, &step->node->packed);
}

/* Whether a client accepts what is packed. */
static bool is_small_enough(struct step *step)
{
    if (step->node->packed.len <= WIRE_ANSWER_MAX)
        return true;
    step_refuse(step, ERR_TOO_LARGE, NULL,
                STEP_WORDS(step,
                           "the answer has %zu bytes: ask for fewer figures, or for a smaller unit",
                           "câu trả lời dài %zu byte: hãy hỏi ít số liệu hơn, hoặc một đơn vị nhỏ "
                           "hơn"),
                step->node->packed.len);
    return false;
}

bool step_fits(struct step *step, Tonghop__Envelope *envelope)
{
    pack(step, envelope);
    return is_small_enough(step) && step_has_room(step, step->node->packed.len);
}

void step_reply(struct step *step, Tonghop__Envelope *envelope)
{
    pack(step, envelope);
    step->node->next_seq++;
    if (!is_small_enough(step) ||
        (may_be_put_off(envelope) && !step_has_room(step, step->node->packed.len)))
        return;
    struct effect *effect =
        effects_add(step->effects, EFFECT_SEND_PEER, span_of(&step->node->packed));
    effect->peer = step->peer;
}

void step_reply_body(struct step *step, struct span body)
{
    struct buf *packed = &step->node->packed;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    pack(step, &envelope);
    buf_put(packed, body.data, body.len);
    step->node->next_seq++;
    if (step_has_room(step, packed->len))
        effects_add(step->effects, EFFECT_SEND_PEER, span_of(packed))->peer = step->peer;
}

void step_list_problems(const struct problems *problems, struct problem_list *ret_list)
{
    size_t count = problems != NULL ? problems->count : 0;
    if (count > STEP_PROBLEMS_MAX)
        count = STEP_PROBLEMS_MAX;
    ret_list->count = count;
    ret_list->items = mem_calloc(count + 1, sizeof(*ret_list->items));
    ret_list->pointers = mem_calloc(count + 1, sizeof(*ret_list->pointers));
    for (size_t i = 0; i < count; i++) {
        Tonghop__Problem *item = &ret_list->items[i];
        tonghop__problem__init(item);
        item->indicator = problems->items[i].indicator;
        item->warning = problems->items[i].is_warning;
        item->text = problems->items[i].text;
        ret_list->pointers[i] = item;
    }
}

void step_free_problems(struct problem_list *list)
{
    free(list->items);
    free(list->pointers);
    *list = (struct problem_list){0};
}

void step_refuse(struct step *step, enum err code, const struct refusal *detail, const char *format,
                 ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args); /* cut when too long: it is for reading */
    va_end(args);
    utf8_cut(text);

    struct problem_list list;
    step_list_problems(detail != NULL ? detail->problems : NULL, &list);
    Tonghop__Refusal refusal = TONGHOP__REFUSAL__INIT;
    char name[32];
    (void)snprintf(name, sizeof(name), "%s", err_name(code));
    refusal.code = name;
    refusal.text = text;
    refusal.n_problems = list.count;
    refusal.problems = list.pointers;
    refusal.current_revision = detail != NULL ? detail->current_revision : 0;
    refusal.home = detail != NULL ? detail->home : 0;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_REFUSAL;
    envelope.refusal = &refusal;
    step_reply(step, &envelope);
    step_free_problems(&list);
}

const char *step_unit_text(const struct step *step, uint32_t unit, char *out, size_t size)
{
    const struct catalogue *catalogue = step->node->catalogue;
    const struct unit *found = catalogue != NULL ? catalogue_unit(catalogue, unit) : NULL;
    const struct unit_version *last =
        found != NULL ? &found->versions[found->version_count - 1] : NULL;
    if (last == NULL)
        (void)snprintf(out, size, STEP_WORDS(step, "unit %" PRIu32, "đơn vị %" PRIu32), unit);
    else
        (void)snprintf(out, size, "%s %s", last->code, unit_name(last, !step->peer.is_vietnamese));
    return out;
}

const char *step_report_text(const struct step *step, const struct report_key *key,
                             uint64_t revision, char *out)
{
    const struct catalogue *catalogue = step->node->catalogue;
    const struct form *form = catalogue != NULL ? catalogue_form(catalogue, key->form) : NULL;
    const char *plan = key->kind == KIND_PLAN ? STEP_WORDS(step, " (plan)", " (kế hoạch)") : "";
    char unit[UNIT_NAME_MAX + UNIT_CODE_MAX + 2], period[PERIOD_TEXT_SIZE];
    (void)snprintf(out, STEP_REPORT_TEXT_SIZE,
                   STEP_WORDS(step, "revision %" PRIu64 " of form %s, %s%s, of %s",
                              "bản %" PRIu64 " của biểu mẫu %s, kỳ %s%s, của %s"),
                   revision, form != NULL ? form->code : "?", period_format(key->period, period),
                   plan, step_unit_text(step, key->unit, unit, sizeof(unit)));
    utf8_cut(out);
    return out;
}

void step_refuse_without_catalogue(struct step *step)
{
    step_refuse(step, ERR_CATALOGUE, NULL,
                STEP_WORDS(step,
                           "this node has no catalogue yet: it comes from the node above, or by "
                           "'tonghop catalogue publish' at the root",
                           "nút này chưa có danh mục: chờ danh mục từ nút cấp trên, hoặc công bố ở "
                           "nút gốc bằng `tonghop catalogue publish`"));
}

bool step_may_say(struct step *step)
{
    if (step->node->catalogue == NULL || step->node->is_restoring) {
        step_refuse(step, ERR_BUSY, NULL,
                    STEP_WORDS(step, "this node is not complete yet: try again later",
                               "nút này chưa có đủ dữ liệu: thử lại sau"));
        return false;
    }
    if (!store_has_room(step->node->store)) {
        step_refuse(step, ERR_FULL, NULL,
                    STEP_WORDS(step, "the disk of this node is nearly full: make room first",
                               "đĩa của nút này gần đầy: cần có chỗ trống trước đã"));
        return false;
    }
    return true;
}

void step_done(struct step *step, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args); /* cut when too long: it is for reading */
    va_end(args);
    utf8_cut(text);
    char *counted = strchr(format, '{') != NULL ? counted_text(mem_strdup(text)) : NULL;
    Tonghop__Done done = TONGHOP__DONE__INIT;
    done.text = counted != NULL ? counted : text;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_DONE;
    envelope.done = &done;
    step_reply(step, &envelope);
    free(counted);
}

const char *step_sender(const struct step *step, char *out)
{
    char key[KEY_TEXT_SIZE];
    if (step->peer.from.address.is_local)
        (void)snprintf(out, STEP_SENDER_SIZE, "uid:%" PRIu32, step->peer.from.uid);
    else
        (void)snprintf(out, STEP_SENDER_SIZE, "key:%s", key_format(step->peer.from.key, key));
    return out;
}

const char *step_person(struct step *step, char *out)
{
    struct enrolled enrolled = {0};
    char id[STEP_SENDER_SIZE];
    const struct peer_from *from = &step->peer.from;
    const char *name = from->name;
    if (!from->address.is_local)
        name = store_get_enrolled(step->txn, from->key, &enrolled) == ERR_OK ? enrolled.name : "";
    return person_join(step_sender(step, id), name, out, WIRE_PERSON_MAX + 1);
}
