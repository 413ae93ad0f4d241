#include "node/answers.h"

#include <stdlib.h>

#include "core/mem.h"
#include "node/step.h"

void answers_clear(struct answers *answers)
{
    for (size_t i = 0; i < answers->count; i++) {
        buf_fini(&answers->items[i].question);
        buf_fini(&answers->items[i].answer);
    }
    free(answers->items);
    *answers = (struct answers){0};
}

static int32_t today(const struct step *step)
{
    return instant_date(step->event->now).days;
}

/* Everything that an answer depends on, but for the store and the day: who may read what, in which
 * language, and what was asked. */
static void put_question(const struct step *step, struct buf *out)
{
    const struct span bytes = step->event->bytes;
    const size_t offset = wire_body_offset(bytes);
    buf_put_u8(out, step->peer.role);
    buf_put_u8(out, step->peer.is_vietnamese);
    buf_put_u8(out, step->peer.from.address.is_local);
    buf_put_u32(out, step->peer.unit);
    buf_put(out, bytes.data + offset, bytes.len - offset);
}

/* FNV-1a: questions are short. */
static uint64_t hash_of(struct span bytes)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < bytes.len; i++)
        hash = (hash ^ bytes.data[i]) * UINT64_C(0x100000001B3);
    return hash;
}

static const struct kept_answer *find(const struct answers *answers, struct span question)
{
    const uint64_t hash = hash_of(question);
    for (size_t i = 0; i < answers->count; i++)
        if (answers->items[i].hash == hash &&
            span_equal(span_of(&answers->items[i].question), question))
            return &answers->items[i];
    return NULL;
}

bool answers_repeat(struct step *step)
{
    struct answers *answers = &step->node->answers;
    struct buf question = {0};
    if (answers->count == 0 || store_is_changed(step->txn) ||
        answers->changes != store_changes(step->node->store) || answers->day != today(step))
        return false;
    put_question(step, &question);
    const struct kept_answer *kept = find(answers, span_of(&question));
    buf_fini(&question);
    if (kept == NULL)
        return false;
    step_reply_body(step, span_of(&kept->answer));
    return true;
}

/* Of those that still hold, with room for one more of that size; none if that would be too much. */
static struct answers *make_room(struct step *step, size_t bytes)
{
    struct answers *answers = &step->node->answers;
    const uint64_t changes = store_changes(step->node->store);
    if (answers->changes != changes || answers->day != today(step) ||
        answers->count == ANSWERS_MAX || answers->bytes + bytes > ANSWERS_BYTES_MAX)
        answers_clear(answers);
    if (answers->items == NULL)
        answers->items = mem_calloc(ANSWERS_MAX, sizeof(*answers->items));
    answers->changes = changes;
    answers->day = today(step);
    return answers;
}

void answers_keep(struct step *step, size_t effect_count)
{
    const struct effects *effects = step->effects;
    const struct effect *last = &effects->items[effects->count - 1];
    if (effects->count != effect_count + 1 || last->type != EFFECT_SEND_PEER ||
        store_is_changed(step->txn) || store_error(step->txn) != ERR_OK)
        return;
    const struct span bytes = effects_bytes(effects, last);
    const size_t offset = wire_body_offset(bytes);
    if (wire_peek_body(bytes) != TONGHOP__ENVELOPE__BODY_TOTALS ||
        bytes.len > ANSWERS_BYTES_MAX / 8)
        return;
    struct kept_answer kept = {0};
    put_question(step, &kept.question);
    kept.hash = hash_of(span_of(&kept.question));
    buf_put(&kept.answer, bytes.data + offset, bytes.len - offset);
    const size_t size = kept.question.cap + kept.answer.cap;
    struct answers *answers = make_room(step, size);
    answers->items[answers->count++] = kept;
    answers->bytes += size;
}
