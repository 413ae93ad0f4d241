/* Decisions about a filing, from the notices of its unit and period. */
#include "node/decisions.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/person.h"
#include "node/notice.h"
#include "wire/digest.h"

static void add(const struct notice_key *at, const Tonghop__Notice *notice,
                struct decisions *decisions)
{
    size_t size = notice->n_indicators * sizeof(*notice->indicators);
    struct decision *decision;
    decisions->items = mem_grow(decisions->items, decisions->count, &decisions->capacity,
                                sizeof(*decisions->items));
    decision = &decisions->items[decisions->count++];
    *decision = (struct decision){
        .state = at->type == NOTICE_ACCEPTED ? STATE_ACCEPTED : STATE_RETURNED,
        .author = at->author,
        .time_us = notice->time_us,
        .person = mem_strdup(notice->person),
        .reason = mem_strdup(notice->text),
        .indicators = mem_alloc(size + 1),
        .indicator_count = notice->n_indicators,
    };
    if (size > 0)
        memcpy(decision->indicators, notice->indicators, size);
}

static int by_time(const void *a, const void *b)
{
    const struct decision *x = a, *y = b;
    if (x->time_us != y->time_us)
        return x->time_us > y->time_us ? 1 : -1;
    return x->state != y->state ? x->state - y->state
                                : (x->author > y->author) - (x->author < y->author);
}

void decisions_find(struct step *step, const struct report_key *key,
                    const struct revision *revision, struct decisions *ret_decisions)
{
    static const uint8_t types[] = {NOTICE_ACCEPTED, NOTICE_RETURNED};
    const Tonghop__Notice *notice;
    uint8_t digest[DIGEST_SIZE];
    *ret_decisions = (struct decisions){0};
    digest_of(revision->filing, digest);
    for (size_t i = 0; i < sizeof(types); i++) {
        struct notice_key at = notice_cursor(key, types[i]);
        while ((notice = notice_next(step->node, step->txn, &at)) != NULL)
            if (memcmp(at.about, digest, sizeof(at.about)) == 0)
                add(&at, notice, ret_decisions);
    }
    if (ret_decisions->count > 0)
        qsort(ret_decisions->items, ret_decisions->count, sizeof(*ret_decisions->items), by_time);
}

void decisions_fini(struct decisions *decisions)
{
    for (size_t i = 0; i < decisions->count; i++) {
        free(decisions->items[i].person);
        free(decisions->items[i].reason);
        free(decisions->items[i].indicators);
    }
    free(decisions->items);
    *decisions = (struct decisions){0};
}

const struct decision *decisions_first(const struct decisions *decisions, uint8_t state)
{
    for (size_t i = 0; i < decisions->count; i++)
        if (decisions->items[i].state == state)
            return &decisions->items[i];
    return NULL;
}

const struct decision *decisions_last(const struct decisions *decisions, uint8_t state)
{
    for (size_t i = decisions->count; i > 0; i--)
        if (decisions->items[i - 1].state == state)
            return &decisions->items[i - 1];
    return NULL;
}

char *decision_return_text(struct step *step, const struct decision *decision)
{
    char person[PERSON_SHOWN_SIZE], unit[256], time[INSTANT_TEXT_SIZE];
    if (decision == NULL)
        return mem_strdup("");
    return mem_printf(
        STEP_WORDS(step, " (by %s, %s, at %s%s%s)", " (người trả lại %s, %s, lúc %s%s%s)"),
        person_show(decision->person, person),
        step_unit_text(step, decision->author, unit, sizeof(unit)),
        instant_format((struct instant){decision->time_us}, time),
        decision->reason[0] != '\0' ? ": " : "", decision->reason);
}

bool decisions_is_returned(struct step *step, const struct report_key *key, uint64_t revision)
{
    struct notice_key at = notice_cursor(key, NOTICE_RETURNED);
    struct revision held;
    if (revision == 0)
        return false;
    if (store_get_revision(step->txn, key, revision, &held) == ERR_OK)
        return (held.states & STATE_RETURNED) != 0;
    while (notice_next(step->node, step->txn, &at) != NULL)
        if (at.number == revision)
            return true;
    return false;
}
