/* A period is closed by whoever serves the unit; what is missing has to be said to be missing. */
#include "node/closing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/counted.h"
#include "core/log.h"
#include "core/mem.h"
#include "node/notice.h"
#include "node/query.h"

/* ---- may it be closed? ---- */

static bool is_at_home(struct step *step, const struct closing *closing, const struct tree *tree)
{
    struct node *node = step->node;
    char text[256];
    uint32_t home = node_home_of(node, step->txn, tree, closing->unit);
    if (home == node->options.unit)
        return true;
    struct refusal detail = {.home = home};
    if (home == 0)
        step_refuse(step, ERR_NOT_FOUND, NULL,
                    STEP_WORDS(step, "%s is not beneath this node in that period",
                               "%s không thuộc nút này trong kỳ đó"),
                    step_unit_text(step, closing->unit, text, sizeof(text)));
    else
        step_refuse(step, ERR_NOT_HOME, &detail,
                    STEP_WORDS(step, "figures of that unit are closed at the node of %s",
                               "số liệu của đơn vị đó do nút của %s chốt"),
                    step_unit_text(step, home, text, sizeof(text)));
    return false;
}

/* Of the editions of the unit and period: the last number, and how final one is. */
struct last {
    uint32_t number; /* 0: there is none */
    uint8_t rank;
};

/* What was said may have been said by a node that meant no good, and is none any more. */
static void see(struct last *last, uint64_t number, uint8_t rank)
{
    if (number > UINT32_MAX / 2 || rank > EDITION_OFFICIAL)
        return;
    if (number > last->number)
        last->number = (uint32_t)number;
    if (rank > last->rank)
        last->rank = rank;
}

/* Of those that are held; of one that does not read the number is used up. */
static void see_held(struct step *step, const struct closing *closing, struct last *last)
{
    const struct edition_key first = {
        .kind = closing->kind, .period = closing->period, .unit = closing->unit};
    struct edition_key cursor = first;
    struct edition edition;
    struct span bytes;
    while (store_next_edition(step->txn, &cursor, &bytes) && cursor.kind == closing->kind &&
           period_equal(cursor.period, closing->period) && cursor.unit == closing->unit)
        see(last, cursor.number, 0);
    cursor = first;
    while (editions_next(step->txn, &cursor, &edition)) {
        see(last, cursor.number, edition.rank);
        edition_fini(&edition);
    }
}

/* And of those that were lost with a disk, or are of after the backup that was put back: what was
 * said of them has come back. */
static void see_told(struct step *step, const struct closing *closing, struct last *last)
{
    const struct report_key report = {
        .kind = closing->kind, .period = closing->period, .unit = closing->unit};
    struct notice_key at = notice_cursor(&report, NOTICE_CLOSING);
    const Tonghop__Notice *notice;
    while ((notice = notice_next(step->node, step->txn, &at)) != NULL)
        see(last, at.number, (uint8_t)notice->edition);
}

/* No figures become less final than they were. Finds the last number, too. */
static bool is_as_final(struct step *step, const struct closing *closing, uint32_t *ret_number)
{
    struct last last = {0};
    see_held(step, closing, &last);
    see_told(step, closing, &last);
    *ret_number = last.number;
    if (closing->rank >= last.rank)
        return true;
    step_refuse(step, ERR_INVALID, NULL,
                STEP_WORDS(step,
                           "edition %" PRIu32 " is %s already: what follows it cannot be %s: write "
                           "--edition %s",
                           "bản chốt số liệu %" PRIu32 " đã là %s: bản sau không thể là %s: dùng "
                           "--edition %s"),
                last.number, edition_rank_word(step->peer.is_vietnamese, last.rank),
                edition_rank_word(step->peer.is_vietnamese, closing->rank),
                edition_rank_name(last.rank));
    return false;
}

/* ---- what is missing ---- */

/* NULL: nothing is to be said of it. */
static const char *word_of_state(const struct problems *problems, enum coverage_state state)
{
    switch (state) {
    case COVERAGE_MISSING:
        return PROBLEM_WORDS(problems, "missing", "chưa nộp");
    case COVERAGE_WAITING:
        return PROBLEM_WORDS(problems, "waiting to be accepted", "chờ duyệt");
    case COVERAGE_RETURNED:
        return PROBLEM_WORDS(problems, "returned", "bị trả lại");
    case COVERAGE_ACCEPTED:
    case COVERAGE_COVERED:
        break;
    }
    return NULL;
}

static void list_open(struct step *step, const struct coverage *coverage, struct problems *problems)
{
    char name[256];
    for (size_t i = 0; i < coverage->count; i++) {
        const struct coverage_line *line = &coverage->lines[i];
        const struct form *form = catalogue_form(step->node->catalogue, line->form);
        const char *state = word_of_state(problems, line->state);
        if (state == NULL || form == NULL)
            continue;
        problems_add(problems, NULL, (struct place){0},
                     PROBLEM_WORDS(problems, "%s, form %s: %s", "%s, biểu mẫu %s: %s"),
                     step_unit_text(step, line->unit, name, sizeof(name)), form->code, state);
    }
}

static void refuse_incomplete(struct step *step, const struct problems *problems)
{
    struct refusal detail = {.problems = problems};
    char *text = counted_text(mem_printf(
        STEP_WORDS(step,
                   "%zu report{ is|s are} missing, waiting or returned: close the period with "
                   "--incomplete if its figures are to be frozen without {it|them}",
                   "%zu báo cáo chưa nộp, chờ duyệt hoặc bị trả lại: thêm --incomplete nếu vẫn "
                   "chốt số liệu khi thiếu"),
        problems->error_count));
    step_refuse(step, ERR_INVALID, &detail, "%s", text);
    free(text);
}

/* Counts the duties. False: some are open, and it is refused. */
static bool count_duties(struct step *step, const struct closing *closing, const struct tree *tree,
                         struct edition *edition)
{
    struct coverage coverage = {0};
    struct problems problems = {.is_vietnamese = step->peer.is_vietnamese};
    struct view_filings filings = {step->txn, closing->kind, closing->period.year};
    struct coverage_source source = view_coverage_source(&filings);
    coverage_build(step->node->catalogue, tree, closing->unit, &source, &coverage);
    list_open(step, &coverage, &problems);
    edition->due_count = coverage.counts.due;
    edition->filed_count = coverage.counts.filed;
    edition->missing_count = coverage.counts.missing;
    bool is_good = closing->is_incomplete || problems.count == 0;
    if (!is_good)
        refuse_incomplete(step, &problems);
    problems_fini(&problems);
    coverage_fini(&coverage);
    return is_good;
}

/* ---- freezing ---- */

static bool check(struct step *step, const struct closing *closing, struct edition *ret_edition,
                  uint32_t *ret_last)
{
    struct node *node = step->node;
    char person[WIRE_PERSON_MAX + 1];
    const struct tree *tree = node_tree(node, closing->period);
    if (!step_may_say(step))
        return false;
    struct edition edition = {0}, counts = {0};
    if (!is_at_home(step, closing, tree) || !query_has_begun(step, closing->kind, tree) ||
        !is_as_final(step, closing, ret_last) || !count_duties(step, closing, tree, &counts))
        return false;
    if (!editions_take(node, step->txn, closing->kind, closing->period, closing->unit, &edition)) {
        step_refuse(step, ERR_TOO_LARGE, NULL,
                    STEP_WORDS(step, "more than %d reports: close the units beneath one by one",
                               "có hơn %d báo cáo: hãy chốt số liệu theo từng đơn vị trực thuộc"),
                    EDITION_REPORTS_MAX);
        return false;
    }
    edition.rank = closing->rank;
    edition.time = step->event->now;
    edition.person = mem_strdup(step_person(step, person));
    edition.reason = mem_strdup(closing->reason);
    edition.due_count = counts.due_count;
    edition.filed_count = counts.filed_count;
    edition.missing_count = counts.missing_count;
    *ret_edition = edition;
    return true;
}

bool edition_check_close(struct step *step, const struct closing *closing,
                         struct edition *ret_edition)
{
    uint32_t last;
    return check(step, closing, ret_edition, &last);
}

bool edition_close(struct step *step, const struct closing *closing, struct edition *ret_edition)
{
    struct buf bytes = {0};
    uint32_t last;
    char text[256], sender[STEP_SENDER_SIZE];
    if (!check(step, closing, ret_edition, &last))
        return false;
    ret_edition->number = last + 1;
    const struct edition_key key = {.kind = ret_edition->kind,
                                    .period = ret_edition->period,
                                    .unit = ret_edition->unit,
                                    .number = ret_edition->number};
    const struct report_key about = {
        .kind = key.kind, .period = key.period, .unit = key.unit, .form = 0};
    edition_encode(ret_edition, &bytes);
    (void)store_put_edition(step->txn, &key, span_of(&bytes)); /* the error is sticky */
    buf_fini(&bytes);
    log_event(LOG_EVENT_PERIOD_CLOSED,
              LOG_FIELDS(.report = &about, .peer = step_sender(step, sender)),
              "closed: %s edition %" PRIu32 " of %s, %zu reports, %" PRIu32 " missing",
              edition_rank_name(ret_edition->rank), ret_edition->number,
              node_unit_text(step->node, key.unit, text, sizeof(text)), ret_edition->report_count,
              ret_edition->missing_count);
    notice_say_closing(step, ret_edition);
    return true;
}

/* A closing ends the reopenings that were made here or above: whatever the clocks said by which
 * they were made, it is later. 0: there is none. */
static int64_t last_reopening(struct step *step, const struct edition *edition)
{
    const struct tree *tree = node_tree(step->node, edition->period);
    struct notice_key at = {.report =
                                store_cursor_before(edition->kind, edition->period.year, 0, 0)};
    struct span bytes;
    int64_t last_us = 0;
    while (store_next_notice(step->txn, &at, &bytes) && at.report.kind == edition->kind &&
           at.report.period.year == edition->period.year) {
        if (at.type != NOTICE_REOPENING || !tree_contains(tree, at.author, edition->unit) ||
            !tree_contains(tree, edition->unit, at.report.unit))
            continue;
        const Tonghop__Notice *reopening = notice_find(step->node, step->txn, &at);
        if (reopening != NULL && reopening->time_us > last_us)
            last_us = reopening->time_us;
    }
    return last_us;
}

void notice_say_closing(struct step *step, const struct edition *edition)
{
    const struct notice_key key = {
        .report = {.kind = edition->kind, .period = edition->period, .unit = edition->unit},
        .type = NOTICE_CLOSING,
        .author = step->node->options.unit,
        .number = edition->number,
    };
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    wire_put_notice_key(&key, &notice);
    notice.time_us = last_reopening(step, edition) + 1;
    notice.text = edition->reason;
    notice.edition = edition->rank;
    notice.digest.data = (uint8_t *)(uintptr_t)edition->digest; /* protobuf-c only reads it */
    notice.digest.len = sizeof(edition->digest);
    notice.catalogue = edition->catalogue;
    notice.due_count = edition->due_count;
    notice.missing_count = edition->missing_count;
    notice_say(step, &notice, false);
}
