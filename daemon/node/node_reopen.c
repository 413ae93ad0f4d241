/* Reopening: a unit may file again in a period that was closed, for a reason, until a moment. */
#include <inttypes.h>
#include <string.h>

#include "core/log.h"
#include "node/closed.h"
#include "node/notice.h"
#include "node/query.h"

enum { DAYS_MAX = 366, DAY_SECONDS = 86400 };

static bool has_reason(struct step *step, const Tonghop__Reopen *reopen)
{
    if (reopen->reason[strspn(reopen->reason, " \t\n")] != '\0')
        return true;
    step_refuse(step, ERR_USAGE, NULL,
                STEP_WORDS(step,
                           "say why it is reopened: the unit and all levels read it: --reason TEXT",
                           "hãy nêu lý do mở lại, đơn vị và các cấp sẽ đọc: --reason LÝ-DO"));
    return false;
}

static bool is_in_time(struct step *step, const Tonghop__Reopen *reopen)
{
    int64_t left_us = reopen->until_us - step->event->now.us;
    if (left_us <= (int64_t)DAYS_MAX * DAY_SECONDS * 1000000)
        return true;
    step_refuse(step, ERR_RANGE, NULL,
                STEP_WORDS(step, "reopen it for %d days at most: it can be reopened again",
                           "chỉ mở lại tối đa %d ngày; hết hạn có thể mở lại lần nữa"),
                DAYS_MAX);
    return false;
}

/* What was closed above the sender's unit is reopened there; and a reopening that runs is changed
 * in the name of this node's unit, which has made it. */
static bool may_reopen(struct step *step, const struct query *query, const struct closure *closing)
{
    char by[256], period[PERIOD_TEXT_SIZE];
    uint32_t unit = closing != NULL ? closing->unit : step->node->options.unit;
    const struct tree *tree =
        closing != NULL ? node_tree(step->node, closing->period) : query->tree;
    if (tree_contains(tree, step->peer.unit, unit))
        return true;
    step_refuse(
        step, ERR_FOREIGN, NULL,
        closing != NULL
            ? STEP_WORDS(step,
                         "%s was closed by %s: only an administrator of that unit, or above "
                         "it, can reopen it",
                         "kỳ %s do %s khóa: chỉ người quản trị của đơn vị đó hoặc cấp trên "
                         "mới mở lại được")
            : STEP_WORDS(step,
                         "%s was reopened by %s: only an administrator of that unit, or "
                         "above it, can change that",
                         "kỳ %s do %s mở lại: chỉ người quản trị của đơn vị đó hoặc cấp "
                         "trên mới thay đổi được"),
        period_format(closing != NULL ? closing->period : query->period, period),
        step_unit_text(step, unit, by, sizeof(by)));
    return false;
}

/* What a reopening lifts: that of a year also what its halves were closed by. */
struct lifted {
    struct closure closings[3];
    size_t count;
    int64_t last_us; /* of them: whatever clocks they were closed by, the reopening is later */
};

static void add_lifted(struct step *step, const struct query *query, enum period_label label,
                       struct lifted *lifted)
{
    const struct report_key key = {
        .kind = query->kind, .period = {query->period.year, (uint8_t)label}, .unit = query->unit};
    struct closure *closing = &lifted->closings[lifted->count];
    if (!closed_find(step->node, step->txn, &key, step->event->now, closing))
        return;
    lifted->count++;
    if (closing->last.us > lifted->last_us)
        lifted->last_us = closing->last.us;
}

/* The period's own comes first. */
static void find_lifted(struct step *step, const struct query *query, struct lifted *ret_lifted)
{
    *ret_lifted = (struct lifted){0};
    add_lifted(step, query, query->period.label, ret_lifted);
    if (ret_lifted->count == 0 || query->period.label != PERIOD_Y)
        return;
    add_lifted(step, query, PERIOD_S1, ret_lifted);
    add_lifted(step, query, PERIOD_S2, ret_lifted);
}

static void say(struct step *step, const struct query *query, int64_t after_us,
                const Tonghop__Reopen *reopen)
{
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    const struct notice_key key = {
        .report = {.kind = query->kind, .period = query->period, .unit = query->unit},
        .type = NOTICE_REOPENING,
        .author = step->node->options.unit,
    };
    char unit[256], period[PERIOD_TEXT_SIZE], until[INSTANT_TEXT_SIZE], sender[STEP_SENDER_SIZE];
    wire_put_notice_key(&key, &notice);
    notice.time_us = after_us + 1;
    notice.delivered_us = step->event->now.us;
    notice.text = reopen->reason;
    bool is_end = reopen->until_us <= step->event->now.us;
    notice.until_us = is_end ? step->event->now.us : reopen->until_us;
    notice_say(step, &notice, false);
    if (is_end) {
        log_event(LOG_EVENT_PERIOD_REOPENED,
                  LOG_FIELDS(.report = &key.report, .peer = step_sender(step, sender)),
                  "the reopening of %s for %s has ended", period_format(query->period, period),
                  node_unit_text(step->node, query->unit, unit, sizeof(unit)));
        step_done(step,
                  STEP_WORDS(step, "%s may file %s no more: the reopening has ended",
                             "%s không được nộp lại kỳ %s nữa: đã hết hạn mở lại"),
                  step_unit_text(step, query->unit, unit, sizeof(unit)), period);
        return;
    }
    log_event(LOG_EVENT_PERIOD_REOPENED,
              LOG_FIELDS(.report = &key.report, .peer = step_sender(step, sender)),
              "%s is reopened for %s until %s", period_format(query->period, period),
              node_unit_text(step->node, query->unit, unit, sizeof(unit)),
              instant_format((struct instant){reopen->until_us}, until));
    step_done(step, STEP_WORDS(step, "%s may file %s until %s", "%s được nộp lại kỳ %s đến %s"),
              step_unit_text(step, query->unit, unit, sizeof(unit)), period, until);
}

/* A reopening of this node that runs. */
static bool is_reopened(struct step *step, const struct query *query)
{
    const struct notice_key key = {
        .report = {.kind = query->kind, .period = query->period, .unit = query->unit},
        .type = NOTICE_REOPENING,
        .author = step->node->options.unit,
    };
    const Tonghop__Notice *held = notice_find(step->node, step->txn, &key);
    return held != NULL && held->until_us > step->event->now.us;
}

/* All that it lifts, and, where one of this node runs already, that: it takes its place. */
static bool may_reopen_all(struct step *step, const struct query *query,
                           const struct lifted *lifted, bool is_reopened)
{
    for (size_t i = 0; i < lifted->count; i++)
        if (!may_reopen(step, query, &lifted->closings[i]))
            return false;
    return !is_reopened || may_reopen(step, query, NULL);
}

static void refuse(struct step *step, const struct query *query, const char *text)
{
    char unit[256], period[PERIOD_TEXT_SIZE];
    step_refuse(step, ERR_INVALID, NULL, text, period_format(query->period, period),
                step_unit_text(step, query->unit, unit, sizeof(unit)));
}

void node_handle_reopen(struct step *step, const Tonghop__Reopen *reopen)
{
    struct query query;
    struct lifted lifted;
    if (!query_resolve(step, reopen->kind, reopen->period, reopen->unit, &query) ||
        !step_may_say(step) || !has_reason(step, reopen) || !is_in_time(step, reopen))
        return;
    bool is_running = is_reopened(step, &query);
    find_lifted(step, &query, &lifted);
    if (lifted.count == 0 && !is_running)
        refuse(step, &query,
               STEP_WORDS(step, "%s is not closed for %s: it can be filed as it is",
                          "kỳ %s chưa khóa đối với %s: vẫn nộp được bình thường"));
    else if (!may_reopen_all(step, &query, &lifted, is_running))
        return;
    else if (reopen->until_us <= step->event->now.us && !is_running)
        refuse(step, &query,
               STEP_WORDS(step, "%s is not reopened for %s by this node: there is none to end",
                          "nút này không mở lại kỳ %s cho %s: không có gì để kết thúc"));
    else
        say(step, &query, lifted.last_us, reopen);
}
