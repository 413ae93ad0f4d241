/* Holders: how far up a revision is on disk. Each node answers what it knows and asks the one above
 * it, so that the answer gets better each time somebody looks. */
#include "unit/node/ask.h"
#include "unit/node/state.h"
#include "unit/node/uplink.h"

enum { CHILD = 9, READER = 4, TOP = 1 /* a unit above 64, for an answer from afar */ };

static const struct draft draft = {.period = "2024-S1", .unit = 23857};

static int setup(void **state)
{
    int result = rig_setup_district(state);
    rig_enrol(*state, CHILD, 23857, ROLE(NODE));
    return result;
}

#define HOLDERS_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

static void fill_question(const struct draft *like, uint64_t revision, Tonghop__Key *key,
                          Tonghop__Holders *question)
{
    struct report_key domain = draft_key(like);
    wire_key_of(&domain, key);
    tonghop__holders__init(question);
    question->key = key;
    question->revision = revision;
}

/* What the child is answered. */
static uint32_t asked_by_child(struct rig *rig, const struct draft *like, uint64_t revision)
{
    Tonghop__Key key;
    Tonghop__Holders question;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    struct buf bytes = {0};
    fill_question(like, revision, &key, &question);
    envelope.seq = ++rig->seq;
    envelope.body_case = BODY(HOLDERS);
    envelope.holders = &question;
    wire_pack(&envelope, &bytes);
    rig_message(rig, from_key(CHILD), span_of(&bytes));
    buf_fini(&bytes);
    const Tonghop__Envelope *answer = to_child(rig, CHILD, BODY(HOLDERS), 0);
    assert_non_null(answer);
    assert_int_equal(answer->re, rig->seq);
    assert_int_equal(answer->holders->revision, revision);
    assert_int_equal(answer->holders->key->unit, like->unit);
    return answer->holders->unit;
}

/* The node above says who holds it. */
static void parent_says(struct rig *rig, const struct draft *like, uint64_t revision, uint32_t unit)
{
    Tonghop__Key key;
    Tonghop__Holders answer;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    fill_question(like, revision, &key, &answer);
    answer.unit = unit;
    envelope.body_case = BODY(HOLDERS);
    envelope.holders = &answer;
    from_parent(rig, 0, &envelope);
}

static void hold(struct rig *rig, const struct draft *like, uint64_t revision)
{
    assert_body(state_from_child(rig, CHILD, like, (struct state){revision, A, 0, 0}), BODY(ACK));
}

/* What a node beneath took in is on two disks, as long as that node is enrolled: afterwards this
 * one's may be the only copy until the node above has it. */
static void test_safe_with_a_node_beneath(void **state)
{
    struct rig *rig = *state;
    const struct question *question = ASK(.period = "2024-S1", .unit = "23857");
    hold(rig, &draft, 1);
    assert_true(ask_history(rig, from_local(), question)->history->entries[0]->is_safe);
    rig_revoke(rig, CHILD);
    assert_false(ask_history(rig, from_local(), question)->history->entries[0]->is_safe);
    empty_outbox(rig); /* the node above has acknowledged it */
    assert_true(ask_history(rig, from_local(), question)->history->entries[0]->is_safe);
}

/* As the chain learns: this node, the one above when it has acknowledged, whoever that one names.
 */
static void test_the_chain_learns(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(asked_by_child(rig, &draft, 1), 0); /* not even here */
    hold(rig, &draft, 1);
    assert_int_equal(asked_by_child(rig, &draft, 1), 631);
    assert_int_equal(asked_by_child(rig, &draft, 2), 0);
    rig_link(rig, parent_with(rig, NULL, 0));
    rig_hello(rig, from_key(CHILD), 23857);
    assert_int_equal(asked_by_child(rig, &draft, 1), 631); /* it has not gone up yet */
    assert_null(to_parent(rig, BODY(HOLDERS), 0));
    rig_pump(rig);
    ack(rig, to_parent(rig, BODY(REVISION), 0)->seq, &draft, 1, NULL);
    assert_int_equal(asked_by_child(rig, &draft, 1), 64);
    const Tonghop__Envelope *question = to_parent(rig, BODY(HOLDERS), 0);
    assert_non_null(question);
    assert_int_equal(question->holders->key->unit, 23857);
    assert_int_equal(question->holders->revision, 1);
    assert_int_equal(question->holders->unit, 0);
    parent_says(rig, &draft, 1, 0); /* it lost it meanwhile, or knows no better */
    assert_int_equal(asked_by_child(rig, &draft, 1), 64);
    parent_says(rig, &draft, 1, TOP);
    assert_int_equal(asked_by_child(rig, &draft, 1), TOP);
    assert_non_null(to_parent(rig, BODY(HOLDERS), 0)); /* it is asked each time */
    parent_says(rig, &draft, 1, 0);
    assert_int_equal(asked_by_child(rig, &draft, 1), TOP); /* what it said before stays true */
}

/* With time and content: this node, and those above as they say, of that very revision alone. */
static void test_times_and_contents(void **state)
{
    struct rig *rig = *state;
    const struct question *question = ASK(.period = "2024-S1", .unit = "23857");
    struct report_key key = draft_key(&draft);
    struct head head;
    Tonghop__Key wire_key;
    Tonghop__Holders answer;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    Tonghop__Held above[2] = {TONGHOP__HELD__INIT, TONGHOP__HELD__INIT};
    Tonghop__Held *pointers[] = {&above[0], &above[1]};
    uint8_t content[WIRE_DIGEST_SIZE] = {7};
    hold(rig, &draft, 2);
    const Tonghop__HistoryEntry *entry =
        ask_history(rig, from_local(), question)->history->entries[0];
    struct store_txn *txn = store_begin_read(rig->store);
    assert_int_equal(store_get_head(txn, &key, &head), ERR_OK);
    store_abort(&txn);
    assert_int_equal(entry->n_held, 1);
    assert_int_equal(entry->held[0]->unit->id, 631);
    assert_int_equal(entry->held[0]->arrived_us, rig->now.us);
    assert_memory_equal(entry->held[0]->content.data, head.content, WIRE_DIGEST_SIZE);
    assert_memory_equal(entry->content.data, head.content, WIRE_DIGEST_SIZE);
    empty_outbox(rig); /* the node above has acknowledged it */
    fill_question(&draft, 2, &wire_key, &answer);
    answer.unit = TOP;
    answer.held = pointers;
    answer.n_held = 2;
    for (uint32_t i = 0; i < 2; i++) {
        above[i].unit = i == 0 ? 64 : TOP;
        above[i].arrived_us = 100 + i;
        above[i].content = (ProtobufCBinaryData){sizeof(content), content};
    }
    envelope.body_case = BODY(HOLDERS);
    envelope.holders = &answer;
    rig_link(rig, parent_with(rig, NULL, 0));
    from_parent(rig, 0, &envelope);
    rig_hello(rig, from_local(), 0);
    entry = ask_history(rig, from_local(), question)->history->entries[0];
    assert_int_equal(entry->n_held, 3);
    assert_int_equal(entry->held[1]->unit->id, 64);
    assert_int_equal(entry->held[2]->arrived_us, 101);
    assert_memory_equal(entry->held[2]->content.data, content, sizeof(content));
    rig_hello(rig, from_key(CHILD), 23857);
    hold(rig, &draft, 3); /* of it nothing is known above */
    entry = ask_history(rig, from_local(), question)->history->entries[0];
    assert_int_equal(entry->revision, 3);
    assert_int_equal(entry->n_held, 1);
    (void)asked_by_child(rig, &draft, 2); /* those above still hold that one, this node a later */
    assert_int_equal(to_child(rig, CHILD, BODY(HOLDERS), 0)->holders->n_held, 2);
    (void)asked_by_child(rig, &draft, 1);
    assert_int_equal(to_child(rig, CHILD, BODY(HOLDERS), 0)->holders->n_held, 0);
}

/* More than the limit, or without a content, is no answer: what was known stays. */
static void test_malformed_held(void **state)
{
    struct rig *rig = *state;
    Tonghop__Key key;
    uint8_t content[WIRE_DIGEST_SIZE] = {7};
    Tonghop__Held one = TONGHOP__HELD__INIT, *pointers[WIRE_HELD_MAX + 1];
    static const struct {
        size_t count, content_len;
        uint32_t unit;
        size_t known; /* then, beside this node */
    } rows[] = {
        {1, WIRE_DIGEST_SIZE, 64, 1},
        {WIRE_HELD_MAX + 1, WIRE_DIGEST_SIZE, 64, 1},
        {2, 0, 64, 1},
        {2, WIRE_DIGEST_SIZE - 1, 64, 1},
        {2, WIRE_DIGEST_SIZE, 0, 1},
        {WIRE_HELD_MAX, WIRE_DIGEST_SIZE, 64, WIRE_HELD_MAX - 1},
    };
    for (size_t i = 0; i < LENGTH(pointers); i++)
        pointers[i] = &one;
    hold(rig, &draft, 1);
    rig_link(rig, parent_with(rig, NULL, 0));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        Tonghop__Holders answer;
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        print_message("row %zu\n", i);
        fill_question(&draft, 1, &key, &answer);
        answer.unit = 64;
        answer.held = pointers;
        answer.n_held = rows[i].count;
        one.unit = rows[i].unit;
        one.content = (ProtobufCBinaryData){rows[i].content_len, content};
        envelope.body_case = BODY(HOLDERS);
        envelope.holders = &answer;
        from_parent(rig, 0, &envelope);
        rig_hello(rig, from_local(), 0);
        assert_int_equal(ask_history(rig, from_local(), ASK(.period = "2024-S1", .unit = "23857"))
                             ->history->entries[0]
                             ->n_held,
                         1 + rows[i].known);
    }
}

/* Who holds a revision holds it, or a later one: an earlier answer says nothing about a later
 * revision. */
static void test_of_which_revision(void **state)
{
    struct rig *rig = *state;
    hold(rig, &draft, 3);
    rig_link(rig, parent_with(rig, NULL, 0));
    rig_hello(rig, from_key(CHILD), 23857);
    empty_outbox(rig);
    parent_says(rig, &draft, 2, TOP);
    assert_int_equal(asked_by_child(rig, &draft, 2), TOP);
    assert_int_equal(asked_by_child(rig, &draft, 1), TOP);
    assert_int_equal(asked_by_child(rig, &draft, 3), 64);
    parent_says(rig, &draft, 3, TOP);
    assert_int_equal(asked_by_child(rig, &draft, 3), TOP);
    assert_int_equal(asked_by_child(rig, &draft, 4), 0);
}

/* A node learns nothing about what is not beneath it, and nobody above is asked for it. */
static void test_foreign_units(void **state)
{
    struct rig *rig = *state;
    const struct draft *other = DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 1)));
    const struct draft *above = DRAFT(.period = "2024-S1", .unit = 631, CELLS(EXACT(1, 1)));
    file_ok(rig, other);
    file_ok(rig, above);
    rig_link(rig, parent_with(rig, NULL, 0));
    rig_hello(rig, from_key(CHILD), 23857);
    empty_outbox(rig);
    assert_int_equal(asked_by_child(rig, other, 1), 0);
    assert_int_equal(asked_by_child(rig, above, 1), 0);
    assert_null(to_parent(rig, BODY(HOLDERS), 0));
}

/* Without a link nobody is asked; what is known already stays known. */
static void test_without_a_link(void **state)
{
    struct rig *rig = *state;
    hold(rig, &draft, 1);
    rig_link(rig, parent_with(rig, NULL, 0));
    rig_hello(rig, from_key(CHILD), 23857);
    empty_outbox(rig);
    parent_says(rig, &draft, 1, TOP);
    refusal_from_parent(rig, 0, "no-session");
    assert_int_equal(asked_by_child(rig, &draft, 1), TOP);
    assert_null(to_parent(rig, BODY(HOLDERS), 0));
}

/* Only so many answers are remembered; one that was forgotten is asked for again. */
static void test_how_many_are_remembered(void **state)
{
    struct rig *rig = *state;
    struct draft years[NODE_HOLDERS_MAX + 1];
    char periods[NODE_HOLDERS_MAX + 1][16];
    rig_link(rig, parent_with(rig, NULL, 0));
    rig_hello(rig, from_key(CHILD), 23857);
    for (size_t i = 0; i < LENGTH(years); i++) {
        (void)snprintf(periods[i], sizeof(periods[i]), "%u", (unsigned)(2000 + i));
        years[i] = (struct draft){.period = periods[i], .unit = 23857};
        hold(rig, &years[i], 1);
        parent_says(rig, &years[i], 1, TOP);
        parent_says(rig, &years[i], 1, TOP); /* takes no more room */
    }
    empty_outbox(rig);
    assert_int_equal(asked_by_child(rig, &years[0], 1), 64);
    for (size_t i = 1; i < LENGTH(years); i++)
        assert_int_equal(asked_by_child(rig, &years[i], 1), TOP);
}

/* The top asks nobody, and is the answer. History shows it, of the latest revision. */
static void test_the_root(void **state)
{
    struct rig *rig = *state;
    const struct draft *second =
        DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 1, CELLS(EXACT(1, 2)));
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 1))));
    file_ok(rig, second);
    const Tonghop__Envelope *answer =
        ask_history(rig, from_local(), ASK(.period = "2024-S1", .unit = "23857"));
    assert_body(answer, BODY(HISTORY));
    assert_int_equal(answer->history->n_entries, 2);
    assert_non_null(answer->history->entries[0]->held_by);
    assert_int_equal(answer->history->entries[0]->held_by->id, 64);
    assert_null(answer->history->entries[1]->held_by);
}

/* Nodes ask; others look at the history. */
static void test_only_nodes_ask(void **state)
{
    struct rig *rig = *state;
    Tonghop__Key key;
    Tonghop__Holders question;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    rig_enrol(rig, READER, 23857, ROLE(READER));
    hold(rig, &draft, 1);
    fill_question(&draft, 1, &key, &question);
    envelope.body_case = BODY(HOLDERS);
    envelope.holders = &question;
    assert_refused(rig_ask(rig, from_key(READER), &envelope), "forbidden");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOLDERS_TEST(test_safe_with_a_node_beneath),
        HOLDERS_TEST(test_the_chain_learns),
        HOLDERS_TEST(test_times_and_contents),
        HOLDERS_TEST(test_malformed_held),
        HOLDERS_TEST(test_of_which_revision),
        HOLDERS_TEST(test_foreign_units),
        HOLDERS_TEST(test_without_a_link),
        HOLDERS_TEST(test_how_many_are_remembered),
        ROOT_TEST(test_the_root),
        HOLDERS_TEST(test_only_nodes_ask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
