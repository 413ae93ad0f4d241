/* Administration: keys only for units beneath this node, one node for a unit; and what needs a
 * person stays until a person has dealt with it, and no longer. */
#include "link/key.h"
#include "unit/node/ask.h"
#include "unit/node/dump.h"
#include "unit/node/edit.h"

static const Tonghop__Envelope *ask_revoke(struct rig *rig, uint8_t n)
{
    struct peer_from owner = from_key(n);
    Tonghop__Revoke revoke = TONGHOP__REVOKE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    revoke.key = (ProtobufCBinaryData){sizeof(owner.key), owner.key};
    envelope.body_case = BODY(REVOKE);
    envelope.revoke = &revoke;
    return rig_ask(rig, from_local(), &envelope);
}

/* One with its content; 0: the list. */
static const Tonghop__Envelope *ask_one(struct rig *rig, struct peer_from from, uint64_t number)
{
    Tonghop__QuarantineQuery query = TONGHOP__QUARANTINE_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.number = number;
    envelope.body_case = BODY(QUARANTINE_QUERY);
    envelope.quarantine_query = &query;
    return rig_ask(rig, from, &envelope);
}

static const Tonghop__Envelope *ask_quarantine(struct rig *rig, struct peer_from from)
{
    return ask_one(rig, from, 0);
}

/* 0: everything. */
static const Tonghop__Envelope *ask_clear(struct rig *rig, struct peer_from from, uint64_t number)
{
    Tonghop__QuarantineClear clear = TONGHOP__QUARANTINE_CLEAR__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    clear.all = number == 0;
    clear.number = number;
    envelope.body_case = BODY(QUARANTINE_CLEAR);
    envelope.quarantine_clear = &clear;
    return rig_ask(rig, from, &envelope);
}

/* ---- enrolling ---- */

/* A district enrols for itself and what lies beneath it, and nobody else's units. */
static void test_only_units_beneath(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *name;
        uint32_t unit;
        Tonghop__Role role;
        const char *code; /* NULL: it is enrolled */
    } rows[] = {
        {"a node beneath", 23857, ROLE(NODE), NULL},
        {"a reporter beneath", 23860, ROLE(REPORTER), NULL},
        {"a reporter of its own unit", 631, ROLE(REPORTER), NULL},
        {"a reader of its own unit", 631, ROLE(READER), NULL},
        {"an administrator of its own unit", 631, ROLE(ADMIN), NULL},
        {"a node of its own unit", 631, ROLE(NODE), "invalid"},
        {"a node of another district's commune", 23887, ROLE(NODE), "foreign"},
        {"a node of another district", 632, ROLE(NODE), "foreign"},
        {"a reporter of another district", 632, ROLE(REPORTER), "foreign"},
        {"a reader of the unit above", 64, ROLE(READER), "foreign"},
        {"a node of the unit above", 64, ROLE(NODE), "foreign"},
        {"a unit that nobody knows", 99999, ROLE(READER), "not-found"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s\n", rows[i].name);
        char *before = dump_store(rig);
        const Tonghop__Envelope *answer =
            ask_enrol(rig, from_local(), (uint8_t)(10 + i), rows[i].unit, rows[i].role);
        if (rows[i].code == NULL) {
            assert_body(answer, BODY(DONE));
            free(before);
            continue;
        }
        assert_refused(answer, rows[i].code);
        assert_unchanged(rig, before);
    }
}

/* Last year's units still hand in reports, and next year's are enrolled ahead; what ended before
 * that is over. The sample's 23899 ended in 2024; 23863 is made to begin in 2026. */
static void test_units_of_other_years(void **state)
{
    struct rig *rig = *state;
    const int64_t year_us = INT64_C(365) * 86400 * 1000000;
    Tonghop__Catalogue *catalogue = edit_begin(2);
    struct date begin;
    assert_int_equal(date_make(2026, 2, 1, &begin), ERR_OK);
    edit_unit(catalogue, 23863)->from = begin.days;
    struct buf bytes = edit_end(catalogue);
    rig_put_catalogue(rig, span_of(&bytes));
    buf_fini(&bytes);
    rig_settle(rig);
    assert_body(ask_enrol(rig, from_local(), 10, 23899, ROLE(REPORTER)), BODY(DONE));
    assert_body(ask_enrol(rig, from_local(), 11, 23863, ROLE(NODE)), BODY(DONE));
    rig->now.us += year_us;
    assert_refused(ask_enrol(rig, from_local(), 12, 23899, ROLE(REPORTER)), "foreign");
    rig->now.us -= 3 * year_us;
    assert_refused(ask_enrol(rig, from_local(), 13, 23863, ROLE(NODE)), "foreign");
}

/* A node without a catalogue cannot tell what lies beneath it. */
static void test_without_a_catalogue(void **state)
{
    struct rig *rig = *state;
    rig_hello(rig, from_local(), 0);
    assert_body(ask_enrol(rig, from_local(), 10, 23887, ROLE(NODE)), BODY(DONE));
    assert_refused(ask_enrol(rig, from_local(), 11, 631, ROLE(NODE)), "invalid");
}

static int setup_empty(void **state)
{
    return rig_setup_unit(state, 631, true);
}

/* A unit has one node: another key is refused until the one before is revoked, which the refusal
 * says how to do. */
static void test_one_node_for_a_unit(void **state)
{
    struct rig *rig = *state;
    char key[KEY_TEXT_SIZE];
    rig_enrol(rig, 1, 631, ROLE(NODE));
    char *before = dump_store(rig);
    const char *text =
        assert_refused(ask_enrol(rig, from_local(), 2, 631, ROLE(NODE)), "exists")->text;
    assert_contains(text, "tonghop revoke");
    assert_contains(text, key_format(from_key(1).key, key));
    assert_unchanged(rig, before);
    assert_body(ask_enrol(rig, from_local(), 1, 631, ROLE(NODE)), BODY(DONE)); /* the same key */
    assert_body(ask_enrol(rig, from_local(), 3, 631, ROLE(READER)), BODY(DONE));
    assert_body(ask_enrol(rig, from_local(), 4, 23857, ROLE(NODE)), BODY(DONE));
    assert_body(ask_revoke(rig, 1), BODY(DONE));
    assert_body(ask_enrol(rig, from_local(), 2, 631, ROLE(NODE)), BODY(DONE));
    assert_refused(ask_enrol(rig, from_local(), 1, 631, ROLE(NODE)), "exists");
}

/* ---- alarms ---- */

static void put_alarm(struct rig *rig, uint32_t unit, uint16_t year)
{
    struct alarm alarm = {.kind = KIND_ACTUAL, .year = year, .unit = unit, .text = "other totals"};
    bool is_unknown;
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(store_put_alarm(txn, &alarm), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

static struct node_health health_of(struct rig *rig)
{
    struct node_health health;
    node_get_health(rig->node, &health);
    return health;
}

/* An alarm about a unit whose node is gone can never be settled: it ends with the node's key. Those
 * about other units stay. */
static void test_alarms_end_with_the_node(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 1, 631, ROLE(NODE));
    rig_enrol(rig, 2, 632, ROLE(NODE));
    rig_enrol(rig, 3, 631, ROLE(READER));
    put_alarm(rig, 631, 2023);
    put_alarm(rig, 632, 2023);
    put_alarm(rig, 631, 2024);
    assert_body(ask_revoke(rig, 3), BODY(DONE)); /* not the node's key */
    assert_body(ask_enrol(rig, from_local(), 1, 631, ROLE(NODE)), BODY(DONE));
    assert_int_equal(health_of(rig).alarm_count, 3);
    assert_body(ask_revoke(rig, 1), BODY(DONE));
    assert_int_equal(health_of(rig).alarm_count, 1);
    /* The key of the other one passes to another unit. */
    assert_body(ask_enrol(rig, from_local(), 2, 23887, ROLE(NODE)), BODY(DONE));
    assert_int_equal(health_of(rig).alarm_count, 0);
}

/* ---- quarantine ---- */

static void put_quarantine(struct rig *rig, uint8_t n, const char *reason, const char *bytes)
{
    struct quarantined item = {.received = rig->now,
                               .bytes = {(const uint8_t *)bytes, strlen(bytes)}};
    bool is_unknown;
    memset(item.peer, n, sizeof(item.peer));
    (void)snprintf(item.reason, sizeof(item.reason), "%s", reason);
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(store_put_quarantine(txn, &item), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

/* As a filing that gave way in a fork is put. */
static void put_aside(struct rig *rig, struct span bytes)
{
    struct quarantined item = {
        .received = rig->now, .is_kept = true, .reason = "two nodes", .bytes = bytes};
    bool is_unknown;
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(store_put_quarantine(txn, &item), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

/* What is kept for a person is shown: whose it is, when it came, why it was not taken. */
static void test_quarantine_is_listed(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Envelope *answer = ask_quarantine(rig, from_local());
    assert_body(answer, BODY(QUARANTINE));
    assert_int_equal(answer->quarantine->n_entries, 0);
    put_quarantine(rig, 7, "đơn vị khác", "abc");
    rig->now.us += 1000000;
    put_quarantine(rig, 0, "corrupt", "");
    answer = ask_quarantine(rig, from_local());
    assert_body(answer, BODY(QUARANTINE));
    assert_int_equal(answer->quarantine->n_entries, 2);
    const Tonghop__QuarantineEntry *entry = answer->quarantine->entries[0];
    assert_int_equal(entry->number, 1);
    assert_int_equal(entry->received_us, RIG_NOW_US);
    assert_int_equal(entry->key.len, WIRE_KEY_SIZE);
    assert_memory_equal(entry->key.data, from_key(7).key, WIRE_KEY_SIZE);
    assert_string_equal(entry->reason, "đơn vị khác");
    assert_int_equal(entry->size, 3);
    assert_false(entry->kept);
    assert_int_equal(entry->content.len, 0); /* the list is without */
    entry = answer->quarantine->entries[1];
    assert_int_equal(entry->number, 2);
    assert_int_equal(entry->received_us, RIG_NOW_US + 1000000);
    assert_int_equal(entry->key.len, 0);
    assert_int_equal(entry->size, 0);
}

/* One by one, or all at once with the alarms: then the node is well again. */
static void test_quarantine_is_cleared(void **state)
{
    struct rig *rig = *state;
    put_quarantine(rig, 7, "odd", "a");
    put_quarantine(rig, 7, "odd", "b");
    put_quarantine(rig, 7, "odd", "c");
    put_alarm(rig, 631, 2024);
    assert_body(ask_clear(rig, from_local(), 2), BODY(DONE));
    assert_contains(assert_refused(ask_clear(rig, from_local(), 2), "not-found")->text,
                    "tonghop quarantine");
    assert_refused(ask_clear(rig, from_local(), 4), "not-found");
    const Tonghop__Quarantine *left = ask_quarantine(rig, from_local())->quarantine;
    assert_int_equal(left->n_entries, 2);
    assert_int_equal(left->entries[0]->number, 1);
    assert_int_equal(left->entries[1]->number, 3);
    assert_int_equal(health_of(rig).alarm_count, 1);
    const Tonghop__Envelope *answer = ask_clear(rig, from_local(), 0);
    assert_body(answer, BODY(DONE));
    assert_contains(answer->done->text, "2 messages and 1 alarm are");
    assert_int_equal(health_of(rig).quarantine_count, 0);
    assert_int_equal(health_of(rig).alarm_count, 0);
    assert_int_equal(ask_status(rig, from_local())->status->n_problems, 0);
}

/* One is shown as it came, whole: also the largest filing there is. */
static void test_one_is_shown(void **state)
{
    static uint8_t largest[WIRE_FILING_MAX];
    struct rig *rig = *state;
    memset(largest, 'f', sizeof(largest));
    put_quarantine(rig, 7, "odd", "abc");
    put_aside(rig, (struct span){largest, sizeof(largest)});
    put_quarantine(rig, 0, "corrupt", "");
    const Tonghop__Envelope *answer = ask_one(rig, from_local(), 1);
    assert_body(answer, BODY(QUARANTINE));
    assert_int_equal(answer->quarantine->n_entries, 1);
    const Tonghop__QuarantineEntry *entry = answer->quarantine->entries[0];
    assert_int_equal(entry->number, 1);
    assert_string_equal(entry->reason, "odd");
    assert_false(entry->kept);
    assert_int_equal(entry->content.len, 3);
    assert_memory_equal(entry->content.data, "abc", 3);
    answer = ask_one(rig, from_local(), 2);
    assert_body(answer, BODY(QUARANTINE));
    entry = answer->quarantine->entries[0];
    assert_int_equal(entry->number, 2);
    assert_true(entry->kept);
    assert_int_equal(entry->size, sizeof(largest));
    assert_int_equal(entry->content.len, sizeof(largest));
    assert_memory_equal(entry->content.data, largest, sizeof(largest));
    answer = ask_one(rig, from_local(), 3);
    assert_body(answer, BODY(QUARANTINE));
    assert_int_equal(answer->quarantine->entries[0]->content.len, 0);
    char *before = dump_store(rig);
    assert_contains(assert_refused(ask_one(rig, from_local(), 4), "not-found")->text,
                    "tonghop quarantine");
    assert_unchanged(rig, before);
}

/* What somebody may have a receipt for does not go with the rest: only by its number. The list has
 * it at the end. */
static void test_what_is_kept_stays(void **state)
{
    struct rig *rig = *state;
    put_aside(rig, (struct span){(const uint8_t *)"first", 5});
    put_quarantine(rig, 7, "odd", "a");
    put_aside(rig, (struct span){(const uint8_t *)"second", 6});
    put_quarantine(rig, 7, "odd", "b");
    put_alarm(rig, 631, 2024);
    const Tonghop__Quarantine *listed = ask_quarantine(rig, from_local())->quarantine;
    static const struct {
        uint64_t number;
        bool is_kept;
    } rows[] = {{2, false}, {4, false}, {1, true}, {3, true}};
    assert_int_equal(listed->n_entries, LENGTH(rows));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        assert_int_equal(listed->entries[i]->number, rows[i].number);
        assert_int_equal(listed->entries[i]->kept, rows[i].is_kept);
    }
    const Tonghop__Envelope *answer = ask_clear(rig, from_local(), 0);
    assert_body(answer, BODY(DONE));
    assert_contains(answer->done->text, "2 messages and 1 alarm are");
    assert_contains(answer->done->text, "2 kept filings are left");
    assert_int_equal(health_of(rig).quarantine_count, 2);
    assert_int_equal(health_of(rig).alarm_count, 0);
    assert_true(ask_one(rig, from_local(), 1)->quarantine->entries[0]->kept);
    assert_body(ask_clear(rig, from_local(), 1), BODY(DONE));
    assert_refused(ask_one(rig, from_local(), 1), "not-found");
    assert_body(ask_clear(rig, from_local(), 3), BODY(DONE));
    answer = ask_clear(rig, from_local(), 0);
    assert_contains(answer->done->text, "0 messages and 0 alarms are cleared");
    assert_int_equal(health_of(rig).quarantine_count, 0);
}

/* Whoever was quarantined does not clear it. */
static void test_who_may_clear(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 1, 631, ROLE(NODE));
    rig_enrol(rig, 2, 632, ROLE(ADMIN));
    put_quarantine(rig, 1, "odd", "a");
    assert_refused(ask_quarantine(rig, from_key(1)), "forbidden");
    assert_refused(ask_one(rig, from_key(1), 1), "forbidden");
    assert_refused(ask_clear(rig, from_key(1), 0), "forbidden");
    assert_int_equal(health_of(rig).quarantine_count, 1);
    assert_body(ask_quarantine(rig, from_key(2)), BODY(QUARANTINE));
    assert_body(ask_clear(rig, from_key(2), 0), BODY(DONE));
    assert_int_equal(health_of(rig).quarantine_count, 0);
}

/* A quarantine that is full is still one answer. */
static void test_a_full_quarantine_is_listed(void **state)
{
    struct rig *rig = *state;
    struct quarantined item = {.received = rig->now};
    bool is_unknown;
    memset(item.reason, 'r', sizeof(item.reason) - 1);
    struct store_txn *txn = store_begin_write(rig->store);
    for (uint32_t i = 0; i < STORE_QUARANTINE_MAX; i++) {
        item.bytes = (struct span){(const uint8_t *)&i, sizeof(i)};
        (void)store_put_quarantine(txn, &item); /* the error is sticky */
    }
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    const Tonghop__Envelope *answer = ask_quarantine(rig, from_local());
    assert_body(answer, BODY(QUARANTINE));
    assert_int_equal(answer->quarantine->n_entries, STORE_QUARANTINE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DISTRICT_TEST(test_only_units_beneath),
        ROOT_TEST(test_units_of_other_years),
        cmocka_unit_test_setup_teardown(test_without_a_catalogue, setup_empty, rig_teardown),
        ROOT_TEST(test_one_node_for_a_unit),
        ROOT_TEST(test_alarms_end_with_the_node),
        ROOT_TEST(test_quarantine_is_listed),
        ROOT_TEST(test_quarantine_is_cleared),
        ROOT_TEST(test_one_is_shown),
        ROOT_TEST(test_what_is_kept_stays),
        ROOT_TEST(test_who_may_clear),
        ROOT_TEST(test_a_full_quarantine_is_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
