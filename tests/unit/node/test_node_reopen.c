/* Reopening: who may, what it lifts, and how it ends. */
#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/said.h"
#include "unit/node/state.h"
#include "unit/node/uplink.h"

enum { ADMIN_631 = 1, ADMIN_64 = 2, READER = 3, REPORTER = 4, NODE_632 = 5 };

static const struct draft in_631 = {.period = "2024", .unit = 23857, CELLS(EXACT(1, 10))};
static const struct draft half_in_631 = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 1))};
static const struct draft other = {.period = "2024", .unit = 23860, CELLS(EXACT(1, 3))};

static bool takes_in(struct rig *rig, const struct draft *like)
{
    struct draft trial = *like;
    trial.check_only = true;
    const Tonghop__Envelope *answer = file_as(rig, from_local(), &trial);
    if (answer->body_case == BODY(RECEIPT))
        return true;
    assert_refused(answer, "closed");
    return false;
}

static void reopen(struct rig *rig, const char *period, int64_t until_us)
{
    rig->now.us++; /* later than the closing */
    assert_body(ask_reopen(rig, from_local(), period, "23857", until_us, "nộp sót một biểu"),
                BODY(DONE));
}

/* What the node above has said of the year. */
static void closed_above(struct rig *rig, uint32_t type, uint32_t unit, int64_t until_us)
{
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    Tonghop__Notices notices = TONGHOP__NOTICES__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    struct buf packed = {0};
    const struct notice_key key = {
        .report = {.kind = KIND_ACTUAL, .period = {2024, PERIOD_Y}, .unit = unit},
        .type = (uint8_t)type,
        .author = 64,
        .number = type == NOTICE_CLOSING ? 1 : 0,
    };
    wire_put_notice_key(&key, &notice);
    notice.edition = type == NOTICE_CLOSING ? EDITION_PRELIMINARY : 0;
    notice.time_us = rig->now.us;
    notice.person = TEXT("uid:7");
    notice.text = TEXT("chốt");
    notice.until_us = until_us;
    wire_pack_notice(&notice, &packed);
    ProtobufCBinaryData bytes = {packed.len, packed.data};
    notices.epoch = 5;
    notices.through = 9;
    notices.n_notices = 1;
    notices.notices = &bytes;
    notices.catalogue = 1;
    envelope.body_case = BODY(NOTICES);
    envelope.notices = &notices;
    rig->node->notices.is_spoken_above = true;
    rig->node->notices.pull_seq = 77;
    from_parent(rig, 77, &envelope);
    buf_fini(&packed);
}

/* The unit files again until the moment, and not after it; no other unit does. */
static void test_until_its_end(void **state)
{
    struct rig *rig = *state;
    assert_true(takes_in(rig, &in_631));
    close_year(rig, RANK(PRELIMINARY));
    assert_false(takes_in(rig, &in_631));
    assert_false(takes_in(rig, &half_in_631));
    int64_t until_us = rig->now.us + 2 * DAY_US;
    reopen(rig, "2024", until_us);
    assert_true(takes_in(rig, &in_631));
    assert_true(takes_in(rig, &half_in_631)); /* the year's is of its halves, too */
    assert_false(takes_in(rig, &other));
    rig->now.us = until_us - 1;
    assert_true(takes_in(rig, &in_631));
    rig->now.us++;
    assert_false(takes_in(rig, &in_631));
}

/* That of a half is not of the year. */
static void test_of_a_half(void **state)
{
    struct rig *rig = *state;
    close_year(rig, RANK(OFFICIAL));
    reopen(rig, "2024-S1", rig->now.us + DAY_US);
    assert_true(takes_in(rig, &half_in_631));
    assert_false(takes_in(rig, &in_631));
}

/* A moment up to now ends it at once, and the answer says that; there is one to end, or a refusal.
 */
static void test_ended_by_hand(void **state)
{
    struct rig *rig = *state;
    close_year(rig, RANK(PRELIMINARY));
    reopen(rig, "2024", rig->now.us + DAY_US);
    rig->now.us++;
    const Tonghop__Envelope *answer = ask_reopen(rig, from_local(), "2024", "23857", 1, "xong rồi");
    assert_body(answer, BODY(DONE));
    assert_contains(answer->done->text, "no more");
    assert_false(takes_in(rig, &in_631));
    /* It is held as ended when that was said, whatever moment was asked. */
    const Tonghop__Inbox *inbox = inbox_ok(rig, from_local(), LOOK(.all = true));
    assert_int_equal(inbox->entries[0]->type, NOTICE_REOPENING);
    assert_int_equal(inbox->entries[0]->until_us, rig->now.us);
    assert_true(inbox->entries[0]->time_us >= rig->now.us);
    char *before = dump_store(rig);
    const Tonghop__Refusal *refusal =
        assert_refused(ask_reopen(rig, from_local(), "2024", "23857", 1, "xong rồi"), "invalid");
    assert_contains(refusal->text, "none to end");
    assert_unchanged(rig, before);
}

/* A later closing ends it, an estimate does not. */
static void test_ended_by_a_closing(void **state)
{
    struct rig *rig = *state;
    close_year(rig, RANK(PRELIMINARY));
    reopen(rig, "2024", rig->now.us + DAY_US);
    rig->now.us++;
    assert_body(ask_close(rig, from_local(),
                          FREEZE(.period = "2024-S1", .rank = RANK(ESTIMATE), .incomplete = true)),
                BODY(CLOSED));
    assert_true(takes_in(rig, &in_631));
    rig->now.us++;
    close_year(rig, RANK(OFFICIAL));
    assert_false(takes_in(rig, &in_631));
}

/* What was closed above is reopened there: a district's node does not, and says who does. */
static void test_not_what_was_closed_above(void **state)
{
    struct rig *rig = *state;
    rig_link(rig, parent_with(rig, NULL, 0));
    closed_above(rig, NOTICE_CLOSING, 64, 0);
    assert_false(takes_in(rig, &in_631));
    rig->now.us++;
    const Tonghop__Refusal *refusal = assert_refused(
        ask_reopen(rig, from_local(), "2024", "23857", rig->now.us + DAY_US, "sót"), "foreign");
    assert_contains(refusal->text, "64");
    assert_contains(refusal->text, "an administrator of that unit, or above it");
    /* And one of the district's own, of a period that is closed there as well, lifts no other. */
    closed_above(rig, NOTICE_REOPENING, 23857, rig->now.us + DAY_US);
    assert_true(takes_in(rig, &in_631));
    rig->now.us++;
    close_year(rig, RANK(PRELIMINARY));
    assert_false(takes_in(rig, &in_631));
    rig->now.us++;
    assert_body(ask_reopen(rig, from_local(), "2024", "23857", rig->now.us + DAY_US, "sót"),
                BODY(DONE));
    assert_true(takes_in(rig, &in_631));
    rig->now.us++;
    closed_above(rig, NOTICE_REOPENING, 23857, 1); /* the province's ends: its closing stands */
    assert_false(takes_in(rig, &in_631));
}

/* Who may not, and what makes no sense, is refused with what to do; nothing changes. */
static void test_refused(void **state)
{
    struct rig *rig = *state;
    const int64_t day_us = rig->now.us + DAY_US;
    static const struct {
        uint8_t who; /* 0: on the local socket */
        const char *period, *unit, *reason;
        bool is_far;
        const char *code, *says;
    } rows[] = {
        {READER, "2024", "23857", "a", false, "forbidden", ""},
        {REPORTER, "2024", "23857", "a", false, "forbidden", ""},
        {NODE_632, "2024", "23887", "a", false, "forbidden", ""},
        {ADMIN_631, "2024", "23857", "a", false, "foreign", "64"},
        {ADMIN_631, "2024", "23887", "a", false, "foreign", ""},
        {0, "2024", "12345", "a", false, "not-found", ""},
        {0, "2024-S4", "23857", "a", false, "syntax", ""},
        {0, "2024", "23857", "", false, "usage", "--reason TEXT"},
        {0, "2024", "23857", " \n", false, "usage", "--reason TEXT"},
        {0, "2024", "23857", "a", true, "range", "366 days"},
        {0, "2023", "23857", "a", false, "invalid", "is not closed"},
    };
    rig_enrol(rig, ADMIN_631, 631, ROLE(ADMIN));
    rig_enrol(rig, ADMIN_64, 64, ROLE(ADMIN));
    rig_enrol(rig, READER, 64, ROLE(READER));
    rig_enrol(rig, REPORTER, 64, ROLE(REPORTER));
    rig_enrol(rig, NODE_632, 632, ROLE(NODE));
    close_year(rig, RANK(PRELIMINARY));
    rig->now.us++;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row %zu\n", i);
        char *before = dump_store(rig);
        const Tonghop__Refusal *refusal = assert_refused(
            ask_reopen(rig, rows[i].who == 0 ? from_local() : from_key(rows[i].who), rows[i].period,
                       rows[i].unit, rows[i].is_far ? rig->now.us + 367 * DAY_US : day_us,
                       rows[i].reason),
            rows[i].code);
        assert_contains(refusal->text, rows[i].says);
        assert_unchanged(rig, before);
    }
    assert_false(takes_in(rig, &in_631));
    assert_body(ask_reopen(rig, from_key(ADMIN_64), "2024", "23857", day_us, "a"), BODY(DONE));
    assert_true(takes_in(rig, &in_631));
}

/* A reopening that runs is changed by an administrator of the unit that made it, or above: no other
 * lengthens or ends it, or makes it of a unit of its own; who may is said. */
static void test_who_changes_it(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, ADMIN_631, 631, ROLE(ADMIN));
    rig_enrol(rig, ADMIN_64, 64, ROLE(ADMIN));
    close_year(rig, RANK(PRELIMINARY));
    int64_t until_us = rig->now.us + 2 * DAY_US;
    reopen(rig, "2024", until_us);
    const int64_t moments[] = {1, until_us - DAY_US, until_us + 30 * DAY_US};
    for (size_t i = 0; i < LENGTH(moments); i++) {
        rig->now.us++;
        char *before = dump_store(rig);
        const Tonghop__Refusal *refusal = assert_refused(
            ask_reopen(rig, from_key(ADMIN_631), "2024", "23857", moments[i], "a"), "foreign");
        assert_contains(refusal->text, "reopened by 64");
        assert_contains(refusal->text, "an administrator of that unit, or above");
        assert_unchanged(rig, before);
    }
    /* Of another unit nothing was reopened: there it is the closing that counts. */
    assert_contains(
        assert_refused(ask_reopen(rig, from_key(ADMIN_631), "2024", "23860", until_us, "a"),
                       "foreign")
            ->text,
        "closed by 64");
    assert_true(takes_in(rig, &in_631));
    assert_body(ask_reopen(rig, from_key(ADMIN_64), "2024", "23857", 1, "a"), BODY(DONE));
    assert_false(takes_in(rig, &in_631));
}

/* A node that may lack a closing of the node above, or has no room, reopens nothing. */
static void test_silent(void **state)
{
    struct rig *rig = *state;
    close_year(rig, RANK(PRELIMINARY));
    for (int is_full = 0; is_full < 2; is_full++) {
        print_message("row %d\n", is_full);
        rig->now.us++;
        rig_set_restoring(rig, !is_full);
        rig_stop(rig);
        rig_start(rig, is_full ? UINT64_MAX : 0);
        rig_hello(rig, from_local(), 0);
        char *before = dump_store(rig);
        assert_refused(ask_reopen(rig, from_local(), "2024", "23857", rig->now.us + DAY_US, "sót"),
                       is_full ? "full" : "busy");
        assert_unchanged(rig, before);
    }
    rig_restart(rig);
    rig_hello(rig, from_local(), 0);
    reopen(rig, "2024", rig->now.us + DAY_US);
    assert_true(takes_in(rig, &in_631));
}

/* It outlives a restart, as the closing does. */
static void test_after_a_restart(void **state)
{
    struct rig *rig = *state;
    close_year(rig, RANK(PRELIMINARY));
    reopen(rig, "2024", rig->now.us + DAY_US);
    rig_restart(rig);
    rig_hello(rig, from_local(), 0);
    assert_true(takes_in(rig, &in_631));
    assert_false(takes_in(rig, &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_until_its_end),
        ROOT_TEST(test_of_a_half),
        ROOT_TEST(test_ended_by_hand),
        ROOT_TEST(test_ended_by_a_closing),
        DISTRICT_TEST(test_not_what_was_closed_above),
        ROOT_TEST(test_refused),
        ROOT_TEST(test_who_changes_it),
        DISTRICT_TEST(test_silent),
        ROOT_TEST(test_after_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
