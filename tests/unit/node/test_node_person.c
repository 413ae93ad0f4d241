/* Who did something: a name beside the id in records, notices and editions, taken apart for nodes
 * that know the id alone. */
#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/freeze.h"
#include "unit/node/uplink.h"

enum { NODE_23857 = 1, REPORTER = 2 };
#define KEY_TEXT_OF_2 "key:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="

static int setup(void **state)
{
    int result = rig_setup_unit(state, 631, true);
    rig_install_sample(*state);
    rig_enrol(*state, NODE_23857, 23857, ROLE(NODE));
    rig_enrol(*state, REPORTER, 23860, ROLE(REPORTER));
    rig_hello(*state, from_local(), 0);
    return result;
}

#define PERSON_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

static struct peer_from from_hoa(void)
{
    struct peer_from from = from_local();
    (void)snprintf(from.name, sizeof(from.name), "hoa");
    return from;
}

static void assert_recorded(struct rig *rig, const struct draft *like, uint64_t number,
                            const char *expected)
{
    struct report_key key = draft_key(like);
    struct revision revision;
    struct store_txn *txn = store_begin_read(rig->store);
    assert_int_equal(store_get_revision(txn, &key, number, &revision), ERR_OK);
    char *text = mem_strndup((const char *)revision.recorded_by.data, revision.recorded_by.len);
    store_abort(&txn);
    assert_string_equal(text, expected);
    free(text);
}

/* What goes up of the key: it opens, whatever is held. */
static const Tonghop__Revision *packed(struct rig *rig, const struct draft *like)
{
    struct report_key key = draft_key(like);
    struct buf bytes = {0};
    struct store_txn *txn = store_begin_read(rig->store);
    assert_true(node_pack_revision(txn, &key, 1, 0, &bytes));
    store_abort(&txn);
    const Tonghop__Envelope *envelope = rig_open(rig, span_of(&bytes));
    buf_fini(&bytes);
    assert_body(envelope, BODY(REVISION));
    return envelope->revision;
}

/* The user's name, and that of the key, stand behind the id; upwards the id is as short as it was,
 * and the name goes beside it. A user without a name is a number. */
static void test_names_are_recorded(void **state)
{
    struct rig *rig = *state;
    const struct draft *draft = DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 1)));
    const struct draft *by_key = DRAFT(.period = "2024-S2", .unit = 23860, CELLS(EXACT(1, 1)));
    const struct draft *nameless = DRAFT(.period = "2023", .unit = 23860, CELLS(EXACT(1, 1)));
    assert_body(file_as(rig, from_hoa(), draft), BODY(RECEIPT));
    assert_recorded(rig, draft, 1, "uid:1000 hoa");
    const Tonghop__Revision *up = packed(rig, draft);
    assert_string_equal(up->recorded_by, "uid:1000");
    assert_string_equal(up->person, "hoa");
    assert_body(file_as(rig, from_key(REPORTER), by_key), BODY(RECEIPT));
    assert_recorded(rig, by_key, 1, KEY_TEXT_OF_2 " test");
    up = packed(rig, by_key);
    assert_string_equal(up->recorded_by, KEY_TEXT_OF_2);
    assert_string_equal(up->person, "test");
    assert_body(file_as(rig, from_local(), nameless), BODY(RECEIPT));
    assert_recorded(rig, nameless, 1, "uid:1000");
    up = packed(rig, nameless);
    assert_string_equal(up->recorded_by, "uid:1000");
    assert_string_equal(up->person, "");
    assert_verifies(rig);
}

static char *letters(size_t len, const char *letter, char *out)
{
    out[0] = '\0';
    while (strlen(out) + strlen(letter) <= len)
        (void)strcat(out, letter);
    return out;
}

/* From beneath they come apart and are held as one, of the accepted revision too; what is longer
 * than a record may be is cut between characters, and goes on. */
static void test_names_travel(void **state)
{
    char longest[WIRE_PERSON_MAX + 1], id[WIRE_RECORDED_BY_MAX + 1], cut[WIRE_PERSON_MAX + 1];
    (void)letters(WIRE_PERSON_MAX, "à", longest);
    (void)letters(WIRE_RECORDED_BY_MAX, "k", id);
    size_t room = sizeof(cut) - 1 - strlen(id) - 1;
    (void)snprintf(cut, sizeof(cut), "%s %.*s", id, (int)(room - room % 2), longest);
    const struct {
        const char *id, *name, *recorded, *name_up;
    } rows[] = {
        {"uid:7", "", "uid:7", ""}, /* as a node of before sends it */
        {"uid:7", "lan", "uid:7 lan", "lan"},
        {"key:AA=", "Nguyễn Thị  Hoa", "key:AA= Nguyễn Thị  Hoa", "Nguyễn Thị  Hoa"},
        {"", "lan", "", ""},
        {"", "", "", ""},
        {id, longest, cut, cut + WIRE_RECORDED_BY_MAX + 1},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char period[16];
        struct buf filing = {0}, earlier = {0};
        Tonghop__Revision revision;
        Tonghop__Accepted accepted = TONGHOP__ACCEPTED__INIT;
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        (void)snprintf(period, sizeof(period), "%u-S1", (unsigned)(2000 + i));
        const struct draft *draft = DRAFT(.period = period, .unit = 23857, CELLS(EXACT(1, 2)));
        const struct draft *before = DRAFT(.period = period, .unit = 23857, CELLS(EXACT(1, 1)));
        print_message("row: %s %s\n", rows[i].id, rows[i].name);
        draft_pack(draft, &filing);
        draft_pack(before, &earlier);
        revision_fill(draft, (struct wrapper){2, 0}, &filing, &revision);
        revision.recorded_by = TEXT(rows[i].id);
        revision.person = TEXT(rows[i].name);
        accepted.filing = (ProtobufCBinaryData){earlier.len, earlier.data};
        accepted.revision = 1;
        accepted.states = STATE_ACCEPTED;
        accepted.received_us = revision.received_us - 1;
        accepted.home = 23857;
        accepted.recorded_by = TEXT(rows[i].id);
        accepted.person = TEXT(rows[i].name);
        revision.accepted = &accepted;
        envelope.body_case = BODY(REVISION);
        envelope.revision = &revision;
        assert_body(rig_ask(rig, from_key(NODE_23857), &envelope), BODY(ACK));
        assert_recorded(rig, draft, 2, rows[i].recorded);
        assert_recorded(rig, draft, 1, rows[i].recorded);
        const Tonghop__Revision *up = packed(rig, draft);
        assert_string_equal(up->recorded_by, rows[i].id);
        assert_string_equal(up->person, rows[i].name_up);
        assert_string_equal(up->accepted->recorded_by, rows[i].id);
        assert_string_equal(up->accepted->person, rows[i].name_up);
        buf_fini(&filing);
        buf_fini(&earlier);
    }
    assert_verifies(rig);
}

/* Notices and editions name the person, too. */
static void test_notices_and_editions_name_them(void **state)
{
    struct rig *rig = *state;
    const struct draft *draft = DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 1)));
    struct report_key key = draft_key(draft);
    file_ok(rig, draft);
    assert_body(ask_mark(rig, from_hoa(), &key, 1, STATE_RETURNED), BODY(DONE));
    assert_contains(ask_mark(rig, from_hoa(), &key, 1, STATE_RETURNED)->done->text,
                    "is returned already, by hoa (uid 1000), 631 ");
    const Tonghop__Envelope *answer = ask_close(
        rig, from_hoa(), FREEZE(.period = "2024-S1", .rank = RANK(ESTIMATE), .incomplete = true));
    assert_body(answer, BODY(CLOSED));
    assert_string_equal(answer->closed->edition->person, "uid:1000 hoa");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PERSON_TEST(test_names_are_recorded),
        PERSON_TEST(test_names_travel),
        PERSON_TEST(test_notices_and_editions_name_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
