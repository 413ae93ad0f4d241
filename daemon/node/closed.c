/* Closings and reopenings, weighed against each other. Closing the year closes its halves too, and
 * so does reopening it. */
#include "node/closed.h"

#include <inttypes.h>

#include "node/notice.h"
#include "wire/edition.h"

/* Reopenings of one unit that run. More than its levels there are not, but for those of labels. */
enum { REOPENINGS_MAX = 32 };

struct reopening {
    uint32_t author;
    int64_t time_us;
};

struct reopenings {
    struct reopening items[REOPENINGS_MAX];
    size_t count;
};

/* Of that period, or of its year. */
static bool is_of(const struct notice_key *at, uint8_t type, struct period period)
{
    return at->type == type && at->report.form == 0 &&
           (at->report.period.label == period.label || at->report.period.label == PERIOD_Y);
}

static void find_reopenings(struct node *node, struct store_txn *txn, const struct report_key *key,
                            struct instant now, struct reopenings *ret)
{
    struct notice_key at = notice_cursor(key->kind, key->period.year, key->unit);
    const Tonghop__Notice *notice;
    while (ret->count < REOPENINGS_MAX && (notice = notice_next(node, txn, &at)) != NULL &&
           at.report.form == 0)
        if (is_of(&at, NOTICE_REOPENING, key->period) && notice->until_us > now.us)
            ret->items[ret->count++] = (struct reopening){at.author, notice->time_us};
}

/* By whoever made it, or by somebody above, and later. */
static bool is_lifted(const struct tree *tree, const struct reopenings *reopenings,
                      const struct closure *closing)
{
    for (size_t i = 0; i < reopenings->count; i++)
        if (reopenings->items[i].time_us > closing->time.us &&
            tree_contains(tree, reopenings->items[i].author, closing->unit))
            return true;
    return false;
}

bool closed_find(struct node *node, struct store_txn *txn, const struct report_key *key,
                 struct instant now, struct closure *ret_closure)
{
    const struct tree *tree = node_tree(node, key->period);
    struct reopenings reopenings = {0};
    bool is_closed = false;
    find_reopenings(node, txn, key, now, &reopenings);
    for (uint32_t unit = key->unit; unit != 0; unit = tree_parent(tree, unit)) {
        struct notice_key at = notice_cursor(key->kind, key->period.year, unit);
        const Tonghop__Notice *notice;
        while ((notice = notice_next(node, txn, &at)) != NULL && at.report.form == 0) {
            struct closure closing = {unit, (uint8_t)notice->edition, {notice->time_us}};
            if (!is_of(&at, NOTICE_CLOSING, key->period) || closing.edition < EDITION_PRELIMINARY ||
                is_lifted(tree, &reopenings, &closing))
                continue;
            *ret_closure = closing;
            is_closed = true;
        }
    }
    return is_closed;
}

bool closed_refuse(struct step *step, const struct report_key *key)
{
    struct node *node = step->node;
    struct closure closing = {0};
    char unit[256], by[256], period[PERIOD_TEXT_SIZE], time[INSTANT_TEXT_SIZE];
    if (!closed_find(node, step->txn, key, step->event->now, &closing))
        return false;
    step_refuse(step, ERR_CLOSED, NULL,
                STEP_WORDS(step,
                           "%s is closed for %s: %s made the %s figures at %s; whoever works at "
                           "that node or above it can reopen it: tonghop reopen %" PRIu32
                           " --period %s --until DAY --reason TEXT",
                           "kỳ %s đã khóa đối với %s: %s đã chốt số %s lúc %s; người làm việc tại "
                           "nút đó hoặc cấp trên có thể mở lại: tonghop reopen %" PRIu32
                           " --period %s --until NGÀY --reason LÝ-DO"),
                period_format(key->period, period),
                node_unit_text(node, key->unit, unit, sizeof(unit)),
                node_unit_text(node, closing.unit, by, sizeof(by)),
                edition_rank_word(step->peer.is_vietnamese, closing.edition),
                instant_format(closing.time, time), key->unit, period);
    return true;
}
