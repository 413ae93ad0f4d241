/* Intake: the home decides about a report once, and what it refuses leaves no trace. */
#include "lib/cm.h"

#include <fcntl.h>

#include "unit/node/ask.h"
#include "unit/node/draft.h"
#include "unit/node/dump.h"

enum { NODE_631 = 1, REPORTER_632 = 10 };

static const struct draft good = {
    .period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 10), EXACT(2, 6), EXACT(6, 40))};

/* The root, with the district 631 served by a node of its own. */
static int setup_with_district(void **state)
{
    int result = rig_setup_root(state);
    rig_enrol(*state, NODE_631, 631, ROLE(NODE));
    rig_enrol(*state, REPORTER_632, 632, ROLE(REPORTER));
    return result;
}

#define INTAKE_TEST(function)                                                                      \
    cmocka_unit_test_setup_teardown(function, setup_with_district, rig_teardown)

/* ---- what is refused ---- */

static const struct refused {
    const char *name;
    uint8_t reporter; /* key number, 0: the local socket */
    struct draft draft;
    const char *code, *words;
    uint32_t home, problem; /* expected; the indicator of the only problem */
    uint64_t current;
} refused[] = {
    {.name = "another unit than the key's",
     .reporter = REPORTER_632,
     .draft = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 1))},
     .code = "foreign",
     .words = "632 Doi Xanh District"},
    {.name = "the unit above the key's",
     .reporter = REPORTER_632,
     .draft = {.period = "2024-S1", .unit = 64, CELLS(EXACT(1, 1))},
     .code = "foreign",
     .words = "not for 64 Cao Nguyen Province"},
    {.name = "a unit that nobody knows",
     .draft = {.period = "2024-S1", .unit = 99999, CELLS(EXACT(1, 1))},
     .code = "foreign",
     .words = "unit 99999"},
    {.name = "a unit that has ended before the period",
     .draft = {.period = "2025-S1", .unit = 23899, CELLS(EXACT(1, 1))},
     .code = "foreign",
     .words = "not for 23899 Tan Son Commune"},
    {.name = "a commune of a district with a node",
     .draft = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 1))},
     .code = "not-home",
     .words = "631 Suoi Trong District",
     .home = 631},
    {.name = "the district with a node itself",
     .draft = {.period = "2024-S1", .unit = 631, CELLS(EXACT(1, 1))},
     .code = "not-home",
     .words = "631 Suoi Trong District",
     .home = 631},
    {.name = "made under a later catalogue",
     .draft = {.period = "2024-S1", .unit = 23887, .catalogue = 2, CELLS(EXACT(1, 1))},
     .code = "catalogue",
     .words = "catalogue 2"},
    {.name = "first report on a base that is not there",
     .draft = {.period = "2024-S2", .unit = 23887, .based_on = 3, CELLS(EXACT(1, 1))},
     .code = "stale",
     .words = "revision 3"},
    {.name = "on no base although there is one",
     .draft = {.period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 1))},
     .code = "stale",
     .words = "the current one is 1",
     .current = 1},
    {.name = "on a base that is to come",
     .draft = {.period = "2024-S1", .unit = 23887, .based_on = 2, CELLS(EXACT(1, 1))},
     .code = "stale",
     .words = "the current one is 1",
     .current = 1},
    {.name = "a withdrawal on no base",
     .draft = {.period = "2024-S1", .unit = 23887, .is_withdrawn = true},
     .code = "stale",
     .words = "the current one is 1",
     .current = 1},
    {.name = "a cell is dropped",
     .draft =
         {.period = "2024-S1", .unit = 23887, .based_on = 1, CELLS(EXACT(1, 10), EXACT(6, 40))},
     .code = "invalid",
     .words = "1 error ",
     .problem = 2},
    {.name = "an indicator that nobody knows",
     .draft = {.period = "2024-S1", .unit = 23888, CELLS(EXACT(99, 1))},
     .code = "invalid",
     .words = "1 error ",
     .problem = 99},
    {.name = "a derived indicator",
     .draft = {.period = "2024-S1", .unit = 23888, CELLS(EXACT(5, 1))},
     .code = "invalid",
     .words = "1 error ",
     .problem = 5},
    {.name = "an indicator of another form",
     .draft = {.period = "2024-S1", .unit = 23888, CELLS(EXACT(20, 1))},
     .code = "invalid",
     .words = "1 error ",
     .problem = 20},
    {.name = "an indicator of another level",
     .draft = {.period = "2024-S1", .unit = 23888, CELLS(EXACT(9, 1))},
     .code = "invalid",
     .words = "1 error ",
     .problem = 9},
    {.name = "a negative value",
     .draft = {.period = "2024-S1", .unit = 23888, CELLS(EXACT(6, -1))},
     .code = "invalid",
     .words = "1 error ",
     .problem = 6},
    {.name = "a part above its whole",
     .draft = {.period = "2024-S1", .unit = 23888, CELLS(EXACT(2, 5), EXACT(3, 6))},
     .code = "invalid",
     .words = "1 error ",
     .problem = 3},
    {.name = "a form that nobody knows",
     .draft = {.period = "2024-S1", .unit = 23888, .form = 9},
     .code = "invalid",
     .words = "1 error "},
};

/* Every reason to refuse a report has its own code and says what to do about it, and the store is
 * as before, to the last byte. */
static void test_refusals_change_nothing(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(file_ok(rig, &good), 1);
    for (size_t i = 0; i < LENGTH(refused); i++) {
        const struct refused *row = &refused[i];
        char *before = dump_store(rig);
        struct peer_from from = row->reporter != 0 ? from_key(row->reporter) : from_local();
        print_message("%s\n", row->name);
        const Tonghop__Refusal *refusal =
            assert_refused(file_as(rig, from, &row->draft), row->code);
        assert_contains(refusal->text, row->words);
        assert_int_equal(refusal->home, row->home);
        assert_int_equal(refusal->current_revision, row->current);
        if (strcmp(row->code, "invalid") == 0) {
            assert_int_equal(refusal->n_problems, 1);
            assert_int_equal(refusal->problems[0]->indicator, row->problem);
            assert_false(refusal->problems[0]->warning);
            assert_true(strlen(refusal->problems[0]->text) > 0);
        } else {
            assert_int_equal(refusal->n_problems, 0);
        }
        assert_unchanged(rig, before);
    }
    assert_verifies(rig);
}

/* All errors come at once, so that nobody has to file five times to learn of five. */
static void test_every_error_is_named(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Envelope *answer =
        file_as(rig, from_local(),
                DRAFT(.period = "2024-S1", .unit = 23888,
                      CELLS(EXACT(1, -1), EXACT(5, 1), EXACT(6, -2), EXACT(77, 1))));
    const Tonghop__Refusal *refusal = assert_refused(answer, "invalid");
    static const uint32_t indicators[] = {1, 5, 6, 77};
    assert_contains(refusal->text, "4 errors");
    assert_int_equal(refusal->n_problems, LENGTH(indicators));
    for (size_t i = 0; i < LENGTH(indicators); i++)
        assert_int_equal(refusal->problems[i]->indicator, indicators[i]);
}

/* A node that has no catalogue yet knows no unit and no indicator: it takes nothing in. */
static void test_no_catalogue(void **state)
{
    struct rig *rig = *state;
    rig_hello(rig, from_local(), 0);
    char *before = dump_store(rig);
    const Tonghop__Refusal *refusal =
        assert_refused(file_as(rig, from_local(), &good), "catalogue");
    assert_contains(refusal->text, "no catalogue yet");
    assert_unchanged(rig, before);
}

/* What is written into a file that has no name is gone at the end: nothing is taken in, from
 * whomever; asking still works, and says it. */
static void test_removed_file(void **state)
{
    struct rig *rig = *state;
    char path[RIG_PATH_SIZE + sizeof("/data.mdb")], aside[RIG_PATH_SIZE + sizeof("/aside.mdb")];
    int other;
    assert_int_equal(file_ok(rig, &good), 1);
    char *before = dump_store(rig);
    (void)snprintf(path, sizeof path, "%s/data.mdb", rig->folder);
    (void)snprintf(aside, sizeof aside, "%s/aside.mdb", rig->folder);
    assert_int_equal(rename(path, aside), 0);
    const Tonghop__Envelope *answer =
        file_as(rig, from_local(), DRAFT(.period = "2024-S2", .unit = 23887, CELLS(EXACT(1, 1))));
    assert_contains(assert_refused(answer, "io")->text, "was moved or removed");
    other = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(other >= 0);
    assert_int_equal(close(other), 0);
    Tonghop__Enrol enrol = TONGHOP__ENROL__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    uint8_t key[PEER_KEY_SIZE] = {REPORTER_632};
    enrol.key = (ProtobufCBinaryData){sizeof key, key};
    enrol.unit = 632;
    enrol.role = ROLE(REPORTER);
    envelope.body_case = BODY(ENROL);
    envelope.enrol = &enrol;
    assert_refused(rig_ask(rig, from_local(), &envelope), "io");
    assert_unchanged(rig, before);
    answer = ask_status(rig, from_local());
    assert_body(answer, BODY(STATUS));
    assert_int_equal(answer->status->report_count, 1);
    assert_int_equal(answer->status->n_problems, 1);
    assert_int_equal(answer->status->lasting_problems, 1);
    assert_contains(answer->status->problems[0], "moved or removed from the state folder");
    assert_int_equal(rename(aside, path), 0); /* over the other one */
    rig_tick(rig);
    assert_int_equal(file_ok(rig, DRAFT(.period = "2024-S2", .unit = 23887, CELLS(EXACT(1, 1)))),
                     1);
}

/* On a disk that is nearly full nothing is taken in; asking still works. */
static void test_full_disk(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(file_ok(rig, &good), 1);
    rig_stop(rig);
    rig_start(rig, UINT64_MAX);
    rig_hello(rig, from_local(), 0);
    char *before = dump_store(rig);
    const Tonghop__Envelope *answer =
        file_as(rig, from_local(), DRAFT(.period = "2024-S2", .unit = 23887, CELLS(EXACT(1, 1))));
    assert_contains(assert_refused(answer, "full")->text, "disk");
    assert_unchanged(rig, before);
    answer = ask_status(rig, from_local());
    assert_body(answer, BODY(STATUS));
    assert_int_equal(answer->status->report_count, 1);
    assert_int_equal(answer->status->n_problems, 1);
    assert_contains(answer->status->problems[0], "left on the disk");
}

/* ---- bytes that are no report ---- */

/* A filing that does not open is refused as such; one byte anywhere is enough. */
static void test_damaged_filings(void **state)
{
    struct rig *rig = *state;
    struct buf filing = {0};
    draft_pack(&good, &filing);
    char *before = dump_store(rig);
    for (size_t i = 0; i < filing.len; i++) {
        filing.data[i] ^= 0x80;
        const Tonghop__Envelope *answer = file_bytes(rig, from_local(), &filing);
        filing.data[i] ^= 0x80;
        if (answer->body_case == BODY(RECEIPT))
            fail_msg("taken in with byte %zu of %zu changed", i, filing.len);
        assert_body(answer, BODY(REFUSAL));
    }
    for (size_t len = 1; len < filing.len; len++) {
        struct buf cut = {.data = filing.data, .len = len};
        assert_refused(file_bytes(rig, from_local(), &cut), "malformed");
    }
    buf_fini(&filing);
    assert_unchanged(rig, before);
}

/* An envelope that was cut anywhere is refused, and the refusal names the message where the cut
 * has left its number. */
static void test_truncated_messages(void **state)
{
    enum { PROTOCOL_AND_SEQ = 4 }; /* bytes: each a tag and a number below 128 */
    struct rig *rig = *state;
    struct buf filing = {0}, bytes = {0};
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    draft_pack(&good, &filing);
    file.filing = (ProtobufCBinaryData){filing.len, filing.data};
    envelope.seq = 99;
    envelope.body_case = BODY(FILE);
    envelope.file = &file;
    wire_pack(&envelope, &bytes);
    char *before = dump_store(rig);
    for (size_t len = 0; len < bytes.len; len++) {
        rig_message(rig, from_local(), (struct span){bytes.data, len});
        const Tonghop__Envelope *answer = rig_answer(rig, from_local());
        assert_body(answer, BODY(REFUSAL));
        assert_int_equal(answer->re, len >= PROTOCOL_AND_SEQ ? 99 : 0);
        assert_string_equal(answer->refusal->code, "malformed");
    }
    buf_fini(&bytes);
    buf_fini(&filing);
    assert_unchanged(rig, before);
}

/* ---- what is taken in ---- */

/* The home numbers revisions from 1 and keeps, beside the bytes, when and by whom they came; the
 * time of the first filing stays. */
static void test_revisions_are_numbered(void **state)
{
    struct rig *rig = *state;
    struct draft draft = good;
    struct instant first = rig->now;
    for (uint64_t revision = 1; revision <= 3; revision++) {
        struct cell cells[] = {EXACT(1, 10), EXACT(2, 6), EXACT(6, 40 + (int64_t)revision)};
        draft.cells = cells;
        draft.based_on = revision - 1;
        struct peer_from from = revision == 2 ? from_key(REPORTER_632) : from_local();
        const Tonghop__Envelope *answer = file_as(rig, from, &draft);
        assert_body(answer, BODY(RECEIPT));
        assert_int_equal(answer->receipt->revision, revision);
        assert_int_equal(answer->receipt->states, STATE_ACCEPTED);
        assert_int_equal(answer->receipt->received_us, rig->now.us);
        assert_int_equal(answer->receipt->key->unit, 23887);
        assert_false(answer->receipt->repeated_content);
        struct head head = head_of(rig, &draft);
        assert_int_equal(head.revision, revision);
        assert_int_equal(head.counting, revision);
        assert_int_equal(head.home, 64);
        assert_int_equal(head.received.us, rig->now.us);
        assert_int_equal(head.first_filed.us, first.us);
        rig->now.us += 1000000;
    }
    struct report_key key = draft_key(&good);
    struct store_txn *txn = store_begin_read(rig->store);
    struct revision revision;
    assert_int_equal(store_get_revision(txn, &key, 2, &revision), ERR_OK);
    assert_int_equal(revision.recorded_by.len, 4 + 44 + strlen(" test")); /* its name */
    assert_memory_equal(revision.recorded_by.data, "key:CgoKCgoK", 12);
    assert_int_equal(store_get_revision(txn, &key, 3, &revision), ERR_OK);
    assert_int_equal(revision.recorded_by.len, 8);
    assert_memory_equal(revision.recorded_by.data, "uid:1000", 8);
    store_abort(&txn);
    assert_verifies(rig);
}

/* The reporter's bytes are kept as they came: nothing is repacked. */
static void test_bytes_are_kept_verbatim(void **state)
{
    struct rig *rig = *state;
    struct buf filing = {0};
    struct revision revision;
    struct report_key key = draft_key(&good);
    draft_pack(&good, &filing);
    static const uint8_t unknown_field[] = {0x7a, 0x02, 'h', 'i'}; /* field 15, ignored */
    buf_put(&filing, unknown_field, sizeof(unknown_field));
    assert_body(file_bytes(rig, from_local(), &filing), BODY(RECEIPT));
    struct store_txn *txn = store_begin_read(rig->store);
    assert_int_equal(store_get_revision(txn, &key, 1, &revision), ERR_OK);
    assert_true(span_equal(revision.filing, span_of(&filing)));
    store_abort(&txn);
    buf_fini(&filing);
}

/* The same content again, whoever sends it, whatever it is based on, is acknowledged again under
 * the revision that it has, and changes nothing. */
static void test_identical_content_is_acknowledged_again(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(file_ok(rig, &good), 1);
    char *before = dump_store(rig);
    struct draft again = good;
    static const uint64_t bases[] = {0, 1, 7};
    rig->now.us += 5000000;
    for (size_t i = 0; i < LENGTH(bases); i++) {
        again.based_on = bases[i];
        again.author = "another";
        again.reason = "to be sure";
        const Tonghop__Envelope *answer = file_as(rig, from_key(REPORTER_632), &again);
        assert_body(answer, BODY(RECEIPT));
        assert_true(answer->receipt->repeated_content);
        assert_int_equal(answer->receipt->revision, 1);
        assert_int_equal(answer->receipt->received_us, RIG_NOW_US);
    }
    assert_unchanged(rig, before);
}

/* One message delivered twice, in one batch or in two, is one report. */
static void test_replayed_message(void **state)
{
    struct rig *rig = *state;
    struct buf filing = {0}, bytes = {0};
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    draft_pack(&good, &filing);
    file.filing = (ProtobufCBinaryData){filing.len, filing.data};
    envelope.seq = 50;
    envelope.body_case = BODY(FILE);
    envelope.file = &file;
    wire_pack(&envelope, &bytes);
    struct event events[2] = {rig_event(rig, EVENT_PEER_MESSAGE)};
    events[0].from = from_local();
    events[0].bytes = span_of(&bytes);
    events[1] = events[0];
    rig_batch(rig, events, 2);
    assert_int_equal(rig->sent_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const Tonghop__Envelope *answer = rig_open(rig, span_of(&rig->sent[i].bytes));
        assert_body(answer, BODY(RECEIPT));
        assert_int_equal(answer->re, 50);
        assert_int_equal(answer->receipt->revision, 1);
        assert_int_equal(answer->receipt->repeated_content, i == 1);
    }
    char *before = dump_store(rig);
    rig_message(rig, from_local(), span_of(&bytes));
    assert_true(rig_answer(rig, from_local())->receipt->repeated_content);
    assert_unchanged(rig, before);
    buf_fini(&bytes);
    buf_fini(&filing);
}

/* Dropping cells needs to be said; a withdrawal drops all, and a report can follow it. */
static void test_dropping_and_withdrawing(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(file_ok(rig, &good), 1);
    assert_int_equal(file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23887, .based_on = 1,
                                        .may_drop_cells = true, CELLS(EXACT(1, 10)))),
                     2);
    assert_int_equal(file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23887, .based_on = 2,
                                        .is_withdrawn = true)),
                     3);
    struct head head = head_of(rig, &good);
    assert_true(head.is_withdrawn);
    assert_int_equal(head.counting, 3);
    assert_verifies(rig);
    /* What was withdrawn cannot be dropped any more. */
    assert_int_equal(
        file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23887, .based_on = 3, CELLS(EXACT(6, 1)))),
        4);
    assert_false(head_of(rig, &good).is_withdrawn);
    assert_verifies(rig);
}

/* A nil report is a report. */
static void test_nil_report(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23888)), 1);
    assert_int_equal(head_of(rig, DRAFT(.period = "2024-S1", .unit = 23888)).counting, 1);
    assert_verifies(rig);
}

/* What is odd about the three reports of a year together is a warning on the receipt, with its
 * cell; the report is taken in. */
static void test_warnings_come_with_the_receipt(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &good);
    const Tonghop__Envelope *answer =
        file_as(rig, from_local(),
                DRAFT(.period = "2024", .unit = 23887, CELLS(EXACT(1, 4), EXACT(6, 41))));
    assert_body(answer, BODY(RECEIPT));
    assert_int_equal(answer->receipt->n_warnings, 2);
    assert_int_equal(answer->receipt->warnings[0]->indicator, 1); /* below its S1 */
    assert_int_equal(answer->receipt->warnings[1]->indicator, 2); /* lacking in the year */
    for (size_t i = 0; i < 2; i++)
        assert_true(answer->receipt->warnings[i]->warning);
}

/* Warnings that nobody has looked at keep a report out, and nothing changes; the same one says all
 * of them, and is taken in once they are accepted. */
static void test_warnings_are_refused(void **state)
{
    struct rig *rig = *state;
    struct draft year = *DRAFT(.period = "2024", .unit = 23887, CELLS(EXACT(1, 4), EXACT(6, 41)));
    file_ok(rig, &good);
    char *before = dump_store(rig);
    year.refuses_warnings = true;
    const Tonghop__Refusal *refusal = assert_refused(file_as(rig, from_local(), &year), "warnings");
    assert_string_equal(
        refusal->text,
        "2 warnings: nothing was taken in; look at them, then correct the report, or "
        "file it again and say that they are accepted");
    assert_int_equal(refusal->n_problems, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(refusal->problems[i]->warning);
        assert_int_equal(refusal->problems[i]->indicator, i + 1);
    }
    assert_unchanged(rig, before);
    year.refuses_warnings = false;
    assert_int_equal(file_ok(rig, &year), 1);
    /* What is held already is told so, whatever it would warn of. */
    year.refuses_warnings = true;
    const Tonghop__Envelope *answer = file_as(rig, from_local(), &year);
    assert_body(answer, BODY(RECEIPT));
    assert_true(answer->receipt->repeated_content);
    assert_int_equal(answer->receipt->n_warnings, 0);
}

/* A report without warnings needs nobody to accept any. */
static void test_good_report_needs_no_acceptance(void **state)
{
    struct rig *rig = *state;
    struct draft careful = good;
    careful.refuses_warnings = true;
    assert_int_equal(file_ok(rig, &careful), 1);
}

/* To check is to be told what filing would tell, and changes nothing. */
static void test_check_only(void **state)
{
    struct rig *rig = *state;
    struct draft check = good,
                 year = *DRAFT(.period = "2024", .unit = 23887, CELLS(EXACT(1, 4), EXACT(6, 41)));
    char *empty = dump_store(rig);
    check.check_only = check.refuses_warnings = true;
    const Tonghop__Envelope *answer = file_as(rig, from_local(), &check);
    assert_body(answer, BODY(RECEIPT));
    assert_int_equal(answer->receipt->revision, 0);
    assert_int_equal(answer->receipt->states, 0);
    assert_int_equal(answer->receipt->received_us, 0);
    assert_int_equal(answer->receipt->key->unit, good.unit);
    assert_false(answer->receipt->repeated_content);
    assert_int_equal(answer->receipt->n_warnings, 0);
    assert_unchanged(rig, empty);

    file_ok(rig, &good);
    char *before = dump_store(rig);
    answer = file_as(rig, from_local(), &check); /* the same content */
    assert_body(answer, BODY(RECEIPT));
    assert_true(answer->receipt->repeated_content);
    assert_int_equal(answer->receipt->revision, 1);
    year.check_only = true;
    for (int accepts = 0; accepts < 2; accepts++) {
        year.refuses_warnings = accepts == 0;
        answer = file_as(rig, from_local(), &year);
        assert_body(answer, BODY(RECEIPT));
        assert_int_equal(answer->receipt->revision, 0);
        assert_int_equal(answer->receipt->n_warnings, 2);
        assert_true(answer->receipt->warnings[0]->warning);
    }
    year.based_on = 7;
    assert_int_equal(assert_refused(file_as(rig, from_local(), &year), "stale")->current_revision,
                     0);
    year.based_on = 0;
    year.cells = (const struct cell[]){EXACT(9, 1)}; /* of another level */
    year.cell_count = 1;
    assert_refused(file_as(rig, from_local(), &year), "invalid");
    assert_unchanged(rig, before);
}

/* Kind, period, unit and form are all part of the key: none of these replaces another. */
static void test_keys_are_apart(void **state)
{
    struct rig *rig = *state;
    const struct draft drafts[] = {
        {.period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 1))},
        {.period = "2024-S1", .unit = 23887, .kind = KIND_PLAN, CELLS(EXACT(1, 2))},
        {.period = "2024-S2", .unit = 23887, CELLS(EXACT(1, 3))},
        {.period = "2023-S1", .unit = 23887, CELLS(EXACT(1, 4))},
        {.period = "2024-S1", .unit = 23888, CELLS(EXACT(1, 5))},
        {.period = "2024-S1", .unit = 23887, .form = 2, CELLS(EXACT(20, 6))},
    };
    for (size_t i = 0; i < LENGTH(drafts); i++)
        assert_int_equal(file_ok(rig, &drafts[i]), 1);
    for (size_t i = 0; i < LENGTH(drafts); i++)
        assert_int_equal(head_of(rig, &drafts[i]).revision, 1);
    assert_verifies(rig);
}

/* What is taken in beneath a parent waits for it, report and statement; at the root nothing does.
 */
static void test_outbox_is_marked_beneath_a_parent(void **state)
{
    struct rig *rig = *state;
    const struct draft *draft = DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 1)));
    struct outbox_item item = {0};
    uint64_t parked;
    file_ok(rig, draft);
    assert_true(outbox_of(rig, draft, &item));
    assert_false(item.is_parked);
    struct store_txn *txn = store_begin_read(rig->store);
    assert_int_equal(store_count_outbox(txn, &parked), 2);
    assert_true(store_next_outbox(txn, &item)); /* after the report */
    assert_int_equal(item.type, OUTBOX_STATEMENT);
    assert_int_equal(item.key.period.year, 2024);
    assert_int_equal(item.key.unit, 0);
    store_abort(&txn);
}

static void test_nothing_waits_at_the_root(void **state)
{
    struct rig *rig = *state;
    struct node_health health;
    file_ok(rig, &good);
    node_get_health(rig->node, &health);
    assert_int_equal(health.outbox_count, 0);
    assert_true(health.is_linked);
}

static int setup_empty(void **state)
{
    return rig_setup_unit(state, 64, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        INTAKE_TEST(test_refusals_change_nothing),
        INTAKE_TEST(test_every_error_is_named),
        cmocka_unit_test_setup_teardown(test_no_catalogue, setup_empty, rig_teardown),
        ROOT_TEST(test_full_disk),
        ROOT_TEST(test_removed_file),
        ROOT_TEST(test_damaged_filings),
        ROOT_TEST(test_truncated_messages),
        INTAKE_TEST(test_revisions_are_numbered),
        ROOT_TEST(test_bytes_are_kept_verbatim),
        INTAKE_TEST(test_identical_content_is_acknowledged_again),
        ROOT_TEST(test_replayed_message),
        ROOT_TEST(test_dropping_and_withdrawing),
        ROOT_TEST(test_nil_report),
        ROOT_TEST(test_warnings_come_with_the_receipt),
        ROOT_TEST(test_warnings_are_refused),
        ROOT_TEST(test_good_report_needs_no_acceptance),
        ROOT_TEST(test_check_only),
        ROOT_TEST(test_keys_are_apart),
        DISTRICT_TEST(test_outbox_is_marked_beneath_a_parent),
        ROOT_TEST(test_nothing_waits_at_the_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
