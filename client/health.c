/* The node complains in the language that the hello asked for, with names and reasons; the
 * complaints here are those that follow from its numbers, where it has not said them itself. */
#include "client/health.h"

#include <stdint.h>

#include "client/words.h"
#include "core/counted.h"
#include "core/mem.h"

struct condition {
    bool is_bad;
    bool is_told_by_node;
    bool has_count;
    uint64_t count;
    enum word word;
};

enum { CONDITION_COUNT = 8 };

static void list_conditions(const Tonghop__Status *status, struct condition *conditions)
{
    enum word catalogue =
        status->has_parent ? WORD_STATUS_DO_CATALOGUE : WORD_STATUS_DO_CATALOGUE_ROOT;
    const struct condition list[CONDITION_COUNT] = {
        {status->has_parent && !status->parent_linked, true, false, 0, WORD_STATUS_DO_LINK},
        {status->catalogue == 0, true, false, 0, catalogue},
        {status->rebuilding, false, false, 0, WORD_STATUS_DO_REBUILD},
        {status->comparing, false, false, 0, WORD_STATUS_DO_COMPARE},
        {status->outbox_count > status->parked_count, false, true,
         status->outbox_count - status->parked_count, WORD_STATUS_DO_OUTBOX},
        {status->parked_count > 0, true, true, status->parked_count, WORD_STATUS_DO_PARKED},
        {status->quarantine_count > 0, true, true, status->quarantine_count,
         WORD_STATUS_DO_QUARANTINE},
        {status->alarm_count > 0, true, true, status->alarm_count, WORD_STATUS_DO_ALARMS},
    };
    for (size_t i = 0; i < CONDITION_COUNT; i++)
        conditions[i] = list[i];
}

bool health_is_good(const Tonghop__Status *status)
{
    struct condition conditions[CONDITION_COUNT];
    bool is_good = status->n_problems == 0;
    list_conditions(status, conditions);
    for (size_t i = 0; i < CONDITION_COUNT; i++)
        is_good = is_good && !conditions[i].is_bad;
    return is_good;
}

bool health_may_settle(const Tonghop__Status *status)
{
    struct condition conditions[CONDITION_COUNT];
    size_t count = status->n_problems;
    list_conditions(status, conditions);
    for (size_t i = 0; i < CONDITION_COUNT; i++)
        if (conditions[i].is_bad && (!conditions[i].is_told_by_node || status->n_problems == 0))
            count++;
    return count > status->lasting_problems;
}

bool health_complaint(const Tonghop__Status *status, bool is_english, size_t index, char **ret_text)
{
    struct condition conditions[CONDITION_COUNT];
    if (index < status->n_problems) { /* causes, such as no link, before what waits for them */
        *ret_text = mem_strdup(status->problems[index]);
        return true;
    }
    index -= status->n_problems;
    list_conditions(status, conditions);
    for (size_t i = 0; i < CONDITION_COUNT; i++) {
        const struct condition *condition = &conditions[i];
        bool is_told = condition->is_told_by_node && status->n_problems > 0;
        if (!condition->is_bad || is_told || index-- > 0)
            continue;
        const char *text = words(is_english, condition->word);
        *ret_text = condition->has_count
                        ? counted_text(mem_printf(text, (unsigned long long)condition->count))
                        : mem_strdup(text);
        return true;
    }
    return false;
}
