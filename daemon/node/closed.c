/* Closings and reopenings, weighed against each other. Closing the year closes its halves too, and
 * so does reopening it. */
#include "node/closed.h"

#include "node/notice.h"
#include "node/query.h"
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

/* What a search for closings is about, and what it has found. */
struct search {
    struct node *node;
    struct store_txn *txn;
    const struct report_key *key;
    struct instant now;
    struct reopenings reopenings;
    struct closure found;
    bool is_found;
};

/* What is said to a unit about all of its reports of a period. */
static struct notice_key notices_of(const struct search *search, struct period period,
                                    uint32_t unit, uint8_t type)
{
    const struct report_key report = {.kind = search->key->kind, .period = period, .unit = unit};
    return notice_cursor(&report, type);
}

static void find_reopenings(struct search *search, struct period period)
{
    struct notice_key at = notices_of(search, period, search->key->unit, NOTICE_REOPENING);
    struct reopenings *reopenings = &search->reopenings;
    const Tonghop__Notice *notice;
    while (reopenings->count < REOPENINGS_MAX &&
           (notice = notice_next(search->node, search->txn, &at)) != NULL)
        if (notice->until_us > search->now.us)
            reopenings->items[reopenings->count++] = (struct reopening){at.author, notice->time_us};
}

/* After the last moment that there is nothing can be said: what comes to it is as late. */
static bool is_later(int64_t time_us, int64_t closed_us)
{
    return time_us > closed_us || closed_us == WIRE_INSTANT_MAX_US;
}

/* By whoever made it, or by somebody above, and later. */
static bool is_lifted(const struct tree *tree, const struct reopenings *reopenings,
                      const struct closure *closing)
{
    for (size_t i = 0; i < reopenings->count; i++)
        if (is_later(reopenings->items[i].time_us, closing->time.us) &&
            tree_contains(tree, reopenings->items[i].author, closing->unit))
            return true;
    return false;
}

/* The year is weighed after its half: what of it was closed beneath does not count more. */
static void found_one(struct search *search, const struct tree *tree, const struct closure *closing)
{
    struct closure *found = &search->found;
    int64_t last_us = closing->time.us;
    if (search->is_found && found->last.us > last_us)
        last_us = found->last.us;
    if (!search->is_found || found->unit == closing->unit ||
        !tree_contains(tree, found->unit, closing->unit))
        *found = *closing;
    found->last.us = last_us;
    search->is_found = true;
}

static void find_closings(struct search *search, struct period period)
{
    const struct tree *tree = node_tree(search->node, period);
    for (uint32_t unit = search->key->unit; unit != 0; unit = tree_parent(tree, unit)) {
        struct notice_key at = notices_of(search, period, unit, NOTICE_CLOSING);
        const Tonghop__Notice *notice;
        while ((notice = notice_next(search->node, search->txn, &at)) != NULL) {
            const struct closure closing = {
                unit, period, (uint8_t)notice->edition, {notice->time_us}, {0}};
            if (closing.edition >= EDITION_PRELIMINARY &&
                !is_lifted(tree, &search->reopenings, &closing))
                found_one(search, tree, &closing);
        }
    }
}

bool closed_find(struct node *node, struct store_txn *txn, const struct report_key *key,
                 struct instant now, struct closure *ret_closure)
{
    const struct period year = {key->period.year, PERIOD_Y};
    const bool is_half = key->period.label != PERIOD_Y;
    struct search search = {.node = node, .txn = txn, .key = key, .now = now};
    find_reopenings(&search, year);
    if (is_half)
        find_reopenings(&search, key->period);
    if (is_half)
        find_closings(&search, key->period);
    find_closings(&search, year);
    *ret_closure = search.found;
    return search.is_found;
}

bool closed_refuse(struct step *step, const struct report_key *key)
{
    struct node *node = step->node;
    struct closure closing = {0};
    char unit[256], by[256], period[PERIOD_TEXT_SIZE], time[INSTANT_TEXT_SIZE];
    char code[QUERY_UNIT_SIZE];
    if (!closed_find(node, step->txn, key, step->event->now, &closing))
        return false;
    step_refuse(step, ERR_CLOSED, NULL,
                STEP_WORDS(step,
                           "%s is closed for %s: %s made the %s figures at %s; whoever works at "
                           "that node or above it can reopen it: tonghop reopen %s"
                           " --period %s --until DAY --reason TEXT",
                           "kỳ %s đã khóa đối với %s: %s đã chốt số %s lúc %s; người làm việc tại "
                           "nút đó hoặc cấp trên có thể mở lại: tonghop reopen %s"
                           " --period %s --until NGÀY --reason LÝ-DO"),
                period_format(key->period, period),
                step_unit_text(step, key->unit, unit, sizeof(unit)),
                step_unit_text(step, closing.unit, by, sizeof(by)),
                edition_rank_word(step->peer.is_vietnamese, closing.edition),
                instant_format(closing.time, time),
                query_unit_code(node, node_tree(node, key->period), key->unit, code), period);
    return true;
}
