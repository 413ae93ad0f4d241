/* The inbox: what was said to whom, what is still to be done about it, who has seen it; and what is
 * told of that to those who watch. */
#include "store/keys.h"
#include "store/txn.h"
#include "unit/node/ask.h"
#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/said.h"
#include "unit/node/state.h"
#include "unit/node/uplink.h"

enum { NODE_631 = 1, READER = 2, REPORTER_632 = 3, ADMIN_631 = 4, READER_631 = 5 };

static const struct draft in_631 = {.period = "2024", .unit = 23857, CELLS(EXACT(1, 10))};

/* The one entry. */
static const Tonghop__InboxEntry *entry_ok(struct rig *rig, const struct looking *looking)
{
    const Tonghop__Inbox *inbox = inbox_ok(rig, from_local(), looking);
    assert_int_equal(inbox->n_entries, 1);
    return inbox->entries[0];
}

static size_t count_of(struct rig *rig, struct peer_from from, const struct looking *looking)
{
    return inbox_ok(rig, from, looking)->n_entries;
}

/* What status says of it; 0: nothing. */
static unsigned long to_be_done(struct rig *rig)
{
    const Tonghop__Envelope *answer = ask_status(rig, from_local());
    assert_body(answer, BODY(STATUS));
    for (size_t i = 0; i < answer->status->n_notices; i++)
        if (strstr(answer->status->notices[i], "tonghop inbox") != NULL)
            return strtoul(answer->status->notices[i], NULL, 10);
    return 0;
}

static void return_ok(struct rig *rig, uint64_t revision)
{
    struct report_key key = draft_key(&in_631);
    assert_body(ask_mark(rig, from_local(), &key, revision, STATE_RETURNED), BODY(DONE));
}

static void file_both(struct rig *rig, uint32_t unit)
{
    for (uint32_t form = 1; form <= 2; form++)
        file_ok(rig, DRAFT(.period = "2024", .unit = unit, .form = form));
}

/* A report that was returned is to be filed again; then the entry is settled, and names what was
 * filed since. */
static void test_returned(void **state)
{
    struct rig *rig = *state;
    struct draft again = in_631;
    const struct cell cell = EXACT(1, 11);
    file_ok(rig, &in_631);
    assert_int_equal(count_of(rig, from_local(), LOOK(0)), 0);
    rig->now.us++;
    return_ok(rig, 1);
    const Tonghop__InboxEntry *entry = entry_ok(rig, LOOK(0));
    assert_int_equal(entry->type, NOTICE_RETURNED);
    assert_int_equal(entry->unit->id, 23857);
    assert_string_equal(entry->period, "2024");
    assert_string_equal(entry->form, "general");
    assert_int_equal(entry->revision, 1);
    assert_int_equal(entry->author->id, 64);
    assert_string_equal(entry->person, "uid:1000");
    assert_int_equal(entry->time_us, rig->now.us);
    assert_true(entry->open);
    assert_int_equal(entry->answered_by, 0);
    assert_int_equal(to_be_done(rig), 1);
    again.based_on = 1;
    again.cells = &cell;
    file_ok(rig, &again);
    assert_int_equal(count_of(rig, from_local(), LOOK(0)), 0);
    assert_int_equal(to_be_done(rig), 0);
    entry = entry_ok(rig, LOOK(.all = true));
    assert_false(entry->open);
    assert_int_equal(entry->answered_by, 2);
    const struct cell later = EXACT(1, 77);
    again.based_on = 2;
    again.cells = &later;
    file_ok(rig, &again); /* another one is no answer: the first was */
    assert_int_equal(entry_ok(rig, LOOK(.all = true))->answered_by, 2);
}

/* A reminder is settled when all is filed, or when the period is closed; with its deadline. */
static void test_reminded(void **state)
{
    struct rig *rig = *state;
    struct date deadline;
    assert_true(remind_ok(rig, "23857")->reminded);
    const Tonghop__InboxEntry *entry = entry_ok(rig, LOOK(0));
    assert_int_equal(entry->type, NOTICE_REMINDER);
    assert_string_equal(entry->text, "sớm nhé");
    assert_string_equal(entry->form, "");
    assert_int_equal(entry->count, 1);
    assert_int_equal(date_make(2024, 12, 17, &deadline), ERR_OK);
    assert_int_equal(entry->until_us, instant_end_of(deadline).us);
    assert_true(entry->open);
    file_ok(rig, &in_631);
    assert_true(entry_ok(rig, LOOK(0))->open); /* of its two forms one is missing */
    file_ok(rig, DRAFT(.period = "2024", .unit = 23857, .form = 2));
    assert_int_equal(count_of(rig, from_local(), LOOK(0)), 0);
    assert_int_equal(to_be_done(rig), 0);
    assert_true(remind_ok(rig, "23860")->reminded);
    assert_int_equal(to_be_done(rig), 1);
    close_year(rig, RANK(PRELIMINARY));
    assert_int_equal(to_be_done(rig), 0);
    assert_int_equal(entry_ok(rig, LOOK(0))->type, NOTICE_CLOSING);
}

/* A closing is news for a month and nothing to be done; a reopening is open while it runs. */
static void test_closed_and_reopened(void **state)
{
    struct rig *rig = *state;
    close_year(rig, RANK(PRELIMINARY));
    const Tonghop__InboxEntry *entry = entry_ok(rig, LOOK(0));
    assert_int_equal(entry->type, NOTICE_CLOSING);
    assert_int_equal(entry->edition, EDITION_PRELIMINARY);
    assert_false(entry->open);
    assert_int_equal(to_be_done(rig), 0);
    rig->now.us++;
    int64_t until_us = rig->now.us + 40 * DAY_US;
    assert_body(ask_reopen(rig, from_local(), "2024", "23857", until_us, "sót"), BODY(DONE));
    const Tonghop__Inbox *inbox = inbox_ok(rig, from_local(), LOOK(0));
    assert_int_equal(inbox->n_entries, 2);
    assert_int_equal(inbox->entries[0]->type, NOTICE_REOPENING); /* the latest first */
    assert_int_equal(inbox->entries[0]->until_us, until_us);
    assert_true(inbox->entries[0]->open);
    assert_int_equal(to_be_done(rig), 1);
    rig->now.us += 31 * DAY_US;
    assert_int_equal(entry_ok(rig, LOOK(0))->type, NOTICE_REOPENING);
    rig->now.us = until_us + DAY_US;
    assert_int_equal(count_of(rig, from_local(), LOOK(0)), 0);
    assert_int_equal(to_be_done(rig), 0); /* counted anew though nothing was said */
    assert_int_equal(count_of(rig, from_local(), LOOK(.all = true)), 2);
}

/* Without a unit: those that the node serves; with one: it and those beneath, whoever serves them.
 * Nobody is told of units that the key may not read. */
static void test_whose(void **state)
{
    struct rig *rig = *state;
    static const struct {
        uint8_t who; /* 0: on the local socket */
        const char *unit;
        size_t count;
    } rows[] = {
        {0, NULL, 1},
        {0, "631", 1},
        {0, "23857", 1},
        {0, "64", 2},
        {0, "632", 1},
        {READER, NULL, 1},
        {READER, "64", 2},
        {READER_631, NULL, 0},
        {READER_631, "631", 1},
        {REPORTER_632, NULL, 1},
        {REPORTER_632, "23887", 1},
    };
    assert_true(remind_ok(rig, "23857")->reminded);
    assert_true(remind_ok(rig, "23887")->reminded);
    rig_enrol(rig, NODE_631, 631, ROLE(NODE)); /* from now on another node serves it */
    rig_enrol(rig, READER, 64, ROLE(READER));
    rig_enrol(rig, READER_631, 631, ROLE(READER));
    rig_enrol(rig, REPORTER_632, 632, ROLE(REPORTER));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row %zu\n", i);
        struct peer_from from = rows[i].who == 0 ? from_local() : from_key(rows[i].who);
        assert_int_equal(count_of(rig, from, LOOK(.unit = rows[i].unit)), rows[i].count);
    }
    assert_int_equal(to_be_done(rig), 1);
    assert_refused(ask_inbox(rig, from_key(REPORTER_632), LOOK(.unit = "631")), "foreign");
    assert_refused(ask_inbox(rig, from_local(), LOOK(.unit = "12345")), "not-found");
}

/* Seen is noted once, with who has seen it first; whoever only reads notes nothing. */
static void test_seen(void **state)
{
    struct rig *rig = *state;
    assert_true(remind_ok(rig, "23887")->reminded);
    rig_enrol(rig, READER, 64, ROLE(READER));
    rig_enrol(rig, REPORTER_632, 632, ROLE(REPORTER));
    int64_t said_us = rig->now.us;
    rig->now.us += 1000;
    char *before = dump_store(rig);
    const Tonghop__Refusal *refusal =
        assert_refused(ask_inbox(rig, from_key(READER), LOOK(.mark_seen = true)), "forbidden");
    assert_contains(refusal->text, "who files for the unit");
    assert_int_equal(entry_ok(rig, LOOK(0))->seen_us, 0);
    assert_int_equal(entry_ok(rig, LOOK(0))->delivered_us, said_us);
    assert_unchanged(rig, before);
    const Tonghop__Inbox *inbox = inbox_ok(rig, from_key(REPORTER_632), LOOK(.mark_seen = true));
    assert_int_equal(inbox->n_entries, 1);
    int64_t seen_us = rig->now.us;
    assert_int_equal(inbox->entries[0]->seen_us, seen_us);
    rig->now.us += 1000;
    before = dump_store(rig);
    (void)inbox_ok(rig, from_local(), LOOK(.mark_seen = true));
    assert_unchanged(rig, before);
    const Tonghop__InboxEntry *entry = entry_ok(rig, LOOK(0));
    assert_int_equal(entry->seen_us, seen_us);
    assert_contains(entry->seen_by, "key:");
    /* Another reminder has not been seen. */
    rig->now.us += DAY_US;
    assert_true(remind_ok(rig, "23887")->reminded);
    assert_int_equal(entry_ok(rig, LOOK(0))->seen_us, 0);
}

/* What another node's people have to see is not noted here. */
static void test_seen_elsewhere(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    assert_true(remind_ok(rig, "23857")->reminded);
    char *before = dump_store(rig);
    const Tonghop__InboxEntry *entry = entry_ok(rig, LOOK(.unit = "23857", .mark_seen = true));
    assert_int_equal(entry->seen_us, 0);
    assert_int_equal(entry->delivered_us, 0);
    assert_unchanged(rig, before);
}

static void put_notice(struct store_txn *txn, const struct notice_key *key, int64_t time_us,
                       const char *text)
{
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    struct buf bytes = {0};
    wire_put_notice_key(key, &notice);
    notice.time_us = time_us;
    notice.text = TEXT(text);
    notice.edition = key->type == NOTICE_CLOSING ? EDITION_OFFICIAL : 0;
    wire_pack_notice(&notice, &bytes);
    (void)store_put_notice(txn, key, span_of(&bytes)); /* errors are sticky */
    buf_fini(&bytes);
}

static void put_one(struct rig *rig, const struct notice_key *key)
{
    bool is_unknown;
    struct store_txn *txn = store_begin_write(rig->store);
    put_notice(txn, key, rig->now.us, "a");
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

enum { MANY = 17000, TEXT_BYTES = 1000 };

/* More that was said than an answer holds. */
static void put_many(struct rig *rig)
{
    char text[TEXT_BYTES + 1];
    bool is_unknown;
    memset(text, 'x', TEXT_BYTES);
    text[TEXT_BYTES] = '\0';
    struct store_txn *txn = store_begin_write(rig->store);
    for (uint64_t number = 1; number <= MANY; number++) {
        const struct notice_key key = {
            .report = draft_key(&in_631), .type = NOTICE_RETURNED, .author = 64, .number = number};
        put_notice(txn, &key, rig->now.us, text);
    }
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

/* Nothing is noted as seen that nobody gets to see: neither when the answer is too large, nor when
 * it is put off. */
static void test_not_seen(void **state)
{
    struct rig *rig = *state;
    Tonghop__InboxQuery query = TONGHOP__INBOX_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    assert_true(remind_ok(rig, "23887")->reminded);
    query.mark_seen = true;
    envelope.body_case = BODY(INBOX_QUERY);
    envelope.inbox_query = &query;
    char *before = dump_store(rig);
    assert_refused(ask_waiting(rig, &envelope, STEP_ANSWERS_MAX), "busy");
    assert_unchanged(rig, before);
    put_many(rig);
    before = dump_store(rig);
    query.all = true;
    assert_refused(ask_waiting(rig, &envelope, 0), "too-large");
    assert_unchanged(rig, before);
    query.all = false; /* of those no revision is held: nothing is to be done */
    const Tonghop__Envelope *answer = ask_waiting(rig, &envelope, 0);
    assert_body(answer, BODY(INBOX));
    assert_int_equal(answer->inbox->n_entries, 1);
    assert_int_equal(answer->inbox->entries[0]->seen_us, rig->now.us);
    assert_int_equal(entry_ok(rig, LOOK(0))->seen_us, rig->now.us);
    assert_string_equal(entry_ok(rig, LOOK(0))->seen_by, "uid:1000");
}

/* A node that may lack what the node above holds, or has no room, notes nothing as seen; what was
 * said is read there as ever. */
static void test_silent(void **state)
{
    struct rig *rig = *state;
    assert_true(remind_ok(rig, "23857")->reminded);
    for (int is_full = 0; is_full < 2; is_full++) {
        print_message("row %d\n", is_full);
        rig_set_restoring(rig, !is_full);
        rig_stop(rig);
        rig_start(rig, is_full ? UINT64_MAX : 0);
        rig_hello(rig, from_local(), 0);
        char *before = dump_store(rig);
        assert_refused(ask_inbox(rig, from_local(), LOOK(.mark_seen = true)),
                       is_full ? "full" : "busy");
        assert_int_equal(entry_ok(rig, LOOK(0))->seen_us, 0);
        assert_int_equal(entry_ok(rig, LOOK(.all = true))->seen_us, 0);
        assert_unchanged(rig, before);
    }
    rig_restart(rig);
    rig_hello(rig, from_local(), 0);
    assert_int_equal(entry_ok(rig, LOOK(.mark_seen = true))->seen_us, rig->now.us);
}

/* A closing above is told to the units beneath, of whatever year, and one beside or beneath them
 * not. */
static void test_closed_above(void **state)
{
    struct rig *rig = *state;
    static const struct {
        uint32_t unit;
        uint16_t year;
        size_t count; /* by then */
    } rows[] = {{64, 2023, 1}, {632, 2024, 1}, {64, 2024, 2}, {23857, 2024, 2}, {631, 2024, 3}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row %zu\n", i);
        put_one(rig, &(struct notice_key){
                         .report = {KIND_ACTUAL, {rows[i].year, PERIOD_Y}, rows[i].unit, 0},
                         .type = NOTICE_CLOSING,
                         .author = 64,
                         .number = 1});
        assert_int_equal(count_of(rig, from_local(), LOOK(0)), rows[i].count);
    }
    assert_int_equal(count_of(rig, from_local(), LOOK(.unit = "23857")), 4);
}

/* Of several closings of a unit and period the latest is told, by whomever, each beside those of
 * other units and periods; all of them when all are asked for. */
static void test_closed_again(void **state)
{
    struct rig *rig = *state;
    static const struct {
        uint32_t unit, author;
        uint8_t label;
        uint64_t number;
        int64_t later_us;
        size_t count, all; /* by then */
        int64_t last_us;   /* of the year at 64 */
    } rows[] = {
        {64, 64, PERIOD_Y, 1, 0, 1, 1, 0},  {64, 64, PERIOD_Y, 2, 5, 1, 2, 5},
        {64, 64, PERIOD_Y, 3, 4, 1, 3, 5}, /* by a clock that was behind */
        {64, 64, PERIOD_S1, 1, 9, 2, 4, 5}, {631, 64, PERIOD_Y, 1, 1, 3, 5, 5},
        {64, 79, PERIOD_Y, 1, 7, 3, 6, 7},  {64, 64, PERIOD_Y, 4, -40 * DAY_US, 3, 7, 7},
        {631, 64, PERIOD_Y, 2, 2, 3, 8, 7},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row %zu\n", i);
        const struct notice_key key = {
            .report = {KIND_ACTUAL, {2024, rows[i].label}, rows[i].unit, 0},
            .type = NOTICE_CLOSING,
            .author = rows[i].author,
            .number = rows[i].number};
        const int64_t now_us = rig->now.us;
        rig->now.us += rows[i].later_us;
        put_one(rig, &key);
        rig->now.us = now_us;
        assert_int_equal(count_of(rig, from_local(), LOOK(.all = true)), rows[i].all);
        const Tonghop__Inbox *inbox = inbox_ok(rig, from_local(), LOOK(0));
        assert_int_equal(inbox->n_entries, rows[i].count);
        for (size_t k = 0; k < inbox->n_entries; k++)
            if (inbox->entries[k]->unit->id == 64 && strcmp(inbox->entries[k]->period, "2024") == 0)
                assert_int_equal(inbox->entries[k]->time_us, now_us + rows[i].last_us);
    }
}

/* And a reminder of that unit and period stays beside it: an estimate takes in on. */
static void test_estimated_again(void **state)
{
    struct rig *rig = *state;
    put_one(rig, &(struct notice_key){.report = {KIND_ACTUAL, {2024, PERIOD_Y}, 631, 0},
                                      .type = NOTICE_REMINDER,
                                      .author = 64});
    for (int i = 0; i < 2; i++) {
        rig->now.us++;
        close_year(rig, RANK(ESTIMATE));
        const Tonghop__Inbox *inbox = inbox_ok(rig, from_local(), LOOK(0));
        assert_int_equal(inbox->n_entries, 2);
        assert_int_equal(inbox->entries[0]->type, NOTICE_CLOSING);
        assert_int_equal(inbox->entries[0]->time_us, rig->now.us);
        assert_true(inbox->entries[1]->open);
    }
}

/* A unit that was merged away within the year is told of the periods in which it was there. */
static void test_of_a_unit_that_ended(void **state)
{
    struct rig *rig = *state;
    size_t told = 0;
    for (uint16_t year = 2023; year <= 2025; year++) {
        for (enum period_label label = PERIOD_S1; label <= PERIOD_Y; label++) {
            const struct period period = {year, label};
            put_one(rig, &(struct notice_key){.report = {KIND_ACTUAL, period, 23899, 1},
                                              .type = NOTICE_RETURNED,
                                              .author = 64,
                                              .number = 1});
            told += tree_contains(node_tree(rig->node, period), 64, 23899) ? 1 : 0;
            assert_int_equal(count_of(rig, from_local(), LOOK(.all = true)), told);
        }
    }
    assert_in_range(told, 4, 8); /* in some of them, and not in all */
}

/* Of each period a unit is beneath what it was beneath at that period's end. */
static void test_of_a_unit_that_moved(void **state)
{
    struct rig *rig = *state;
    struct date day;
    size_t before = 0, since = 0;
    assert_int_equal(date_make(2024, 9, 1, &day), ERR_OK);
    Tonghop__Catalogue *catalogue = edit_begin(2);
    edit_move(catalogue, 23863, day, 632);
    rig_install_edited(rig, catalogue);
    rig_settle(rig);
    rig_hello(rig, from_local(), 0);
    for (uint16_t year = 2023; year <= 2025; year++) {
        for (enum period_label label = PERIOD_S1; label <= PERIOD_Y; label++) {
            bool is_before = year < 2024 || (year == 2024 && label == PERIOD_S1);
            put_one(rig, &(struct notice_key){.report = {KIND_ACTUAL, {year, label}, 23863, 1},
                                              .type = NOTICE_RETURNED,
                                              .author = 64,
                                              .number = 1});
            before += is_before ? 1 : 0;
            since += is_before ? 0 : 1;
            assert_int_equal(count_of(rig, from_local(), LOOK(.unit = "631", .all = true)), before);
            assert_int_equal(count_of(rig, from_local(), LOOK(.unit = "632", .all = true)), since);
        }
    }
}

/* ---- counting ---- */

/* What status says is right the moment a reopening ends, though nothing was said and the day is the
 * same; so it is when the clock is set back. A reminder of the unit ends with it, too. */
static void test_counted_at_noon(void **state)
{
    struct rig *rig = *state;
    close_year(rig, RANK(PRELIMINARY));
    int64_t noon_us = instant_end_of(instant_date(rig->now)).us + 1 - DAY_US / 2;
    assert_true(noon_us > rig->now.us);
    rig->now.us++;
    assert_body(ask_reopen(rig, from_local(), "2024", "23857", noon_us, "sót"), BODY(DONE));
    assert_body(ask_reopen(rig, from_local(), "2024", "23860", noon_us + DAY_US, "sót"),
                BODY(DONE));
    assert_true(remind_ok(rig, "23857")->reminded);
    const int64_t began_us = rig->now.us;
    static const struct {
        int64_t later_us; /* than noon */
        unsigned long count;
    } rows[] = {{-1, 3}, {0, 1}, {-1, 3}, {1, 1}, {DAY_US - 1, 1}, {DAY_US, 0}, {-1, 3}};
    assert_int_equal(to_be_done(rig), 3);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row %zu\n", i);
        rig->now.us = noon_us + rows[i].later_us;
        assert_int_equal(to_be_done(rig), rows[i].count);
    }
    rig->now.us = began_us;
    assert_int_equal(to_be_done(rig), 3);
}

/* And when another node begins to serve the unit. */
static void test_counted_when_served_elsewhere(void **state)
{
    struct rig *rig = *state;
    assert_true(remind_ok(rig, "23857")->reminded);
    assert_true(remind_ok(rig, "23887")->reminded);
    assert_int_equal(to_be_done(rig), 2);
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    assert_int_equal(to_be_done(rig), 1);
    rig_revoke(rig, NODE_631);
    assert_int_equal(to_be_done(rig), 2);
}

/* A unit after all that the node serves, in order of id. */
enum { LAST_UNIT = 99999 };

static const struct draft settled = {.period = "2024", .unit = 23888};

/* A notice whose record, or whose own bytes, make no sense: whoever reads it fails. */
static void put_unreadable(struct rig *rig, const struct notice_key *key, bool is_record)
{
    bool is_unknown;
    static const uint8_t nonsense[] = {0xff, 0xff, 0xff};
    struct store_txn *txn = store_begin_write(rig->store);
    if (is_record) {
        buf_put_u8(txn_record(txn), 1);
        assert_int_equal(txn_put_record(txn, DB_NOTICE, keys_notice(key)), ERR_OK);
    } else {
        assert_int_equal(store_put_notice(txn, key, (struct span){nonsense, sizeof(nonsense)}),
                         ERR_OK);
    }
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

/* Of units that other nodes serve, and of years, whatever a node beneath has said of them, no more
 * than one key each is read; of its own units' nothing but the key, when that says that nothing is
 * to be done. Each of these would otherwise keep the answer back. */
static void test_what_is_read(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    assert_true(remind_ok(rig, "23857")->reminded);
    assert_true(remind_ok(rig, "23860")->reminded);
    assert_true(remind_ok(rig, "23887")->reminded);
    assert_true(remind_ok(rig, "632")->reminded);
    file_both(rig, settled.unit);
    for (uint8_t type = NOTICE_ACCEPTED; type <= NOTICE_TYPE_LAST; type++) {
        struct notice_key key = {.report = draft_key(&in_631), .type = type, .author = 631};
        for (key.number = 10; key.number < 20; key.number++)
            put_unreadable(rig, &key, true); /* after the reminder, in order */
        key.report.unit = LAST_UNIT;
        for (key.number = 10; key.number < 20; key.number++)
            put_unreadable(rig, &key, key.number > 10); /* the first is leapt from */
        if (type == NOTICE_CLOSING || type == NOTICE_REOPENING)
            continue; /* what they say is not in the key */
        key.report = draft_key(&settled);
        key.author = 64;
        for (key.number = 10; key.number < 20; key.number++)
            put_unreadable(rig, &key, false);
    }
    assert_int_equal(to_be_done(rig), 2);
    assert_int_equal(count_of(rig, from_local(), LOOK(0)), 2);
    assert_int_equal(count_of(rig, from_local(), LOOK(.unit = "632")), 2);
    assert_refused(ask_inbox(rig, from_local(), LOOK(.unit = "23888", .all = true)), "corrupt");
}

/* A key that makes no sense is damage, and does not end the daemon. */
static void test_spoilt_key(void **state)
{
    static const struct period periods[] = {{60000, PERIOD_Y}, {2024, 9}};
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(periods); i++) {
        print_message("row %zu\n", i);
        put_one(rig, &(struct notice_key){
                         .report = {KIND_ACTUAL, periods[LENGTH(periods) - 1 - i], 64, 0},
                         .type = NOTICE_REMINDER,
                         .author = 64});
        assert_refused(ask_inbox(rig, from_local(), LOOK(.all = true)), "corrupt");
    }
}

/* ---- watching ---- */

static const Tonghop__Changes *watch(struct rig *rig, struct peer_from from, const char *cursor,
                                     bool notices)
{
    Tonghop__WatchQuery query = TONGHOP__WATCH_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.cursor = TEXT(cursor);
    query.notices = notices;
    query.most = 3;
    envelope.body_case = BODY(WATCH_QUERY);
    envelope.watch_query = &query;
    const Tonghop__Envelope *answer = rig_ask(rig, from, &envelope);
    assert_body(answer, BODY(CHANGES));
    return answer->changes;
}

/* Whoever asks for it is told what was said, page by page, in one order with the reports; others
 * are told of reports alone, as ever. */
static void test_watched(void **state)
{
    struct rig *rig = *state;
    static const uint32_t wanted[] = {0, NOTICE_REMINDER, NOTICE_HEARD, NOTICE_CLOSING,
                                      NOTICE_REOPENING};
    uint32_t found[16];
    size_t count = 0;
    char cursor[64] = "";
    uint64_t last = 0;
    file_both(rig, 23857);
    assert_true(remind_ok(rig, "23860")->reminded);
    (void)inbox_ok(rig, from_local(), LOOK(.mark_seen = true));
    close_year(rig, RANK(OFFICIAL));
    rig->now.us++;
    assert_body(ask_reopen(rig, from_local(), "2024", "23860", rig->now.us + DAY_US, "sót"),
                BODY(DONE));
    for (bool more = true; more;) {
        const Tonghop__Changes *changes = watch(rig, from_local(), cursor, true);
        assert_true(changes->n_changes + changes->n_notices <= 3);
        for (size_t i = 0; i < changes->n_changes; i++) {
            assert_true(changes->changes[i]->number > last);
            last = changes->changes[i]->number;
        }
        for (size_t i = 0; i < changes->n_notices; i++) {
            assert_true(changes->notices[i]->number > last);
            last = changes->notices[i]->number;
            const Tonghop__InboxEntry *entry = changes->notices[i]->entry;
            if (entry->type == NOTICE_HEARD) {
                assert_int_equal(entry->heard, NOTICE_REMINDER);
                assert_string_equal(entry->seen_by, "uid:1000");
                assert_true(entry->seen_us != 0);
            }
            found[count++] = entry->type;
        }
        more = changes->more;
        (void)snprintf(cursor, sizeof(cursor), "%s", changes->cursor);
    }
    for (size_t i = 1; i < LENGTH(wanted); i++) {
        size_t times = 0;
        for (size_t k = 0; k < count; k++)
            times += found[k] == wanted[i] ? 1 : 0;
        assert_int_equal(times, 1);
    }
    assert_int_equal(count, LENGTH(wanted) - 1); /* that it came is no news of its own */
    const Tonghop__Changes *changes = watch(rig, from_local(), "", false);
    assert_int_equal(changes->n_changes, 2);
    assert_int_equal(changes->n_notices, 0);
    assert_false(changes->more);
}

/* What is said to others is nobody's to follow, but a closing above is everybody's beneath. */
static void test_watched_beneath(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, READER_631, 631, ROLE(READER));
    rig_enrol(rig, REPORTER_632, 632, ROLE(REPORTER));
    assert_true(remind_ok(rig, "23857")->reminded);
    close_year(rig, RANK(OFFICIAL));
    assert_int_equal(watch(rig, from_key(READER_631), "", true)->n_notices, 2);
    const Tonghop__Changes *changes = watch(rig, from_key(REPORTER_632), "", true);
    assert_int_equal(changes->n_notices, 1);
    assert_int_equal(changes->notices[0]->entry->type, NOTICE_CLOSING);
}

/* A question that waits is answered by what is said then, if it asks for that. */
static void test_watch_waits(void **state)
{
    struct rig *rig = *state;
    static const bool asks[] = {true, false};
    for (size_t i = 0; i < LENGTH(asks); i++) {
        Tonghop__WatchQuery query = TONGHOP__WATCH_QUERY__INIT;
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        struct buf bytes = {0};
        query.from_now = true;
        query.wait_ms = 1000;
        query.notices = asks[i];
        envelope.seq = ++rig->seq;
        envelope.body_case = BODY(WATCH_QUERY);
        envelope.watch_query = &query;
        wire_pack(&envelope, &bytes);
        rig_hello(rig, from_local(), 0);
        rig_message(rig, from_local(), span_of(&bytes));
        buf_fini(&bytes);
        assert_int_equal(rig->sent_count, 0);
        assert_true(remind_ok(rig, i == 0 ? "23857" : "23860")->reminded);
        rig_pump(rig);
        assert_int_equal(rig->sent_count, asks[i] ? 1 : 0);
        if (asks[i])
            assert_int_equal(rig_answer(rig, from_local())->changes->n_notices, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_returned),
        ROOT_TEST(test_reminded),
        ROOT_TEST(test_closed_and_reopened),
        ROOT_TEST(test_whose),
        ROOT_TEST(test_seen),
        ROOT_TEST(test_seen_elsewhere),
        ROOT_TEST(test_not_seen),
        DISTRICT_TEST(test_silent),
        DISTRICT_TEST(test_closed_above),
        DISTRICT_TEST(test_closed_again),
        DISTRICT_TEST(test_estimated_again),
        ROOT_TEST(test_of_a_unit_that_ended),
        ROOT_TEST(test_of_a_unit_that_moved),
        ROOT_TEST(test_counted_at_noon),
        ROOT_TEST(test_counted_when_served_elsewhere),
        ROOT_TEST(test_what_is_read),
        ROOT_TEST(test_spoilt_key),
        ROOT_TEST(test_watched),
        ROOT_TEST(test_watched_beneath),
        ROOT_TEST(test_watch_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
