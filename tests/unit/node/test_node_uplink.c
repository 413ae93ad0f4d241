/* The uplink: what waits goes up when it can, and leaves the outbox only on the answer that is
 * about exactly that. */
#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/uplink.h"

static const struct draft draft = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))};
static const struct draft newer = {
    .period = "2024-S1", .unit = 23857, .based_on = 1, CELLS(EXACT(1, 20))};

static const struct parent plain = {0};

/* Pumps and returns the number of the only report that goes up. */
static uint64_t sent_report(struct rig *rig)
{
    rig_pump(rig);
    assert_null(to_parent(rig, BODY(REVISION), 1));
    const Tonghop__Envelope *envelope = to_parent(rig, BODY(REVISION), 0);
    assert_non_null(envelope);
    return envelope->seq;
}

static struct node_health health_of(struct rig *rig)
{
    struct node_health health;
    node_get_health(rig->node, &health);
    return health;
}

static bool is_waiting(struct rig *rig, const struct draft *about)
{
    struct outbox_item item;
    return outbox_of(rig, about, &item);
}

/* ---- sending ---- */

/* The hello names what is held; reports go up as they were filed, wrapped, and then the statement
 * that speaks of them. Nothing is sent twice while it is under way. */
static void test_what_goes_up(void **state)
{
    struct rig *rig = *state;
    struct buf filing = {0};
    draft_pack(&draft, &filing);
    file_ok(rig, &draft);
    rig->now_ms += SESSION_BACKOFF_MIN_MS;
    rig_pump(rig);
    assert_int_equal(rig->opened_count, 1);
    const Tonghop__Envelope *sent = to_parent(rig, BODY(HELLO), 0);
    assert_non_null(sent);
    assert_int_equal(sent->hello->unit, 631);
    assert_int_equal(sent->hello->catalogue, 1);
    assert_int_equal(sent->hello->n_buckets, 1);
    assert_int_equal(sent->hello->buckets[0]->count, 1);
    assert_int_equal(count_to_parent(rig), 1);
    welcome_from_parent(rig, sent->seq, plain);
    rig_pump(rig);
    assert_int_equal(count_to_parent(rig), 1);
    sent = rig_open(rig, span_of(&rig->sent[0].bytes));
    assert_body(sent, BODY(REVISION));
    assert_int_equal(sent->revision->revision, 1);
    assert_int_equal(sent->revision->states, STATE_ACCEPTED);
    assert_int_equal(sent->revision->home, 631);
    assert_int_equal(sent->revision->received_us, rig->now.us);
    assert_string_equal(sent->revision->recorded_by, "uid:1000");
    assert_int_equal(sent->revision->filing.len, filing.len);
    assert_memory_equal(sent->revision->filing.data, filing.data, filing.len);
    rig_pump(rig);
    assert_int_equal(count_to_parent(rig), 0);
    rig->now_ms += SESSION_RESEND_MS + 1; /* no answer: once more */
    rig_pump(rig);
    assert_null(to_parent(rig, BODY(STATEMENT), 0));
    uint64_t seq = to_parent(rig, BODY(REVISION), 0)->seq;
    ack(rig, seq, &draft, 1, NULL);
    rig_pump(rig);
    assert_int_equal(count_to_parent(rig), 1);
    assert_non_null(to_parent(rig, BODY(STATEMENT), 0));
    buf_fini(&filing);
}

/* No more is under way than the parent's window allows. */
static void test_the_window_is_kept(void **state)
{
    struct rig *rig = *state;
    for (uint16_t year = 0; year < 100; year++) {
        char period[8];
        (void)snprintf(period, sizeof(period), "%u", 1950u + year);
        file_ok(rig, DRAFT(.period = period, .unit = 23857, CELLS(EXACT(1, 1))));
    }
    rig_link(rig, plain);
    rig_pump(rig);
    assert_int_equal(count_to_parent(rig), NODE_WINDOW);
    const Tonghop__Envelope *first = to_parent(rig, BODY(REVISION), 0);
    ack(rig, first->seq, DRAFT(.period = "1950", .unit = 23857), 1, NULL);
    rig_pump(rig);
    assert_int_equal(count_to_parent(rig), 1);
}

/* Nor more bytes than NODE_WINDOW_BYTES, and one message. */
static void test_the_window_has_bytes(void **state)
{
    struct rig *rig = *state;
    struct session *session = &rig->node->session;
    const struct report_key large = {.unit = 23860, .period = {2023, PERIOD_Y}};
    rig_link(rig, plain);
    rig_pump(rig);
    (void)session_send(session, OUTBOX_REPORT, &large, 1, rig->now_ms);
    session_weigh(session, NODE_WINDOW_BYTES);
    file_ok(rig, &draft);
    rig_pump(rig);
    assert_int_equal(count_to_parent(rig), 0);
    session_weigh(session, NODE_WINDOW_BYTES - 1);
    rig_pump(rig);
    assert_non_null(to_parent(rig, BODY(REVISION), 0));
    assert_in_range(session_bytes(session), NODE_WINDOW_BYTES, NODE_WINDOW_BYTES + 2000);
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 1))));
    rig_pump(rig);
    assert_int_equal(count_to_parent(rig), 0);
}

/* ---- acknowledged ---- */

/* The right answer clears the key, and nothing else. */
static void test_an_ack_clears_its_key(void **state)
{
    struct rig *rig = *state;
    const struct draft *other = DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 1)));
    file_ok(rig, &draft);
    file_ok(rig, other);
    rig_link(rig, plain);
    rig_pump(rig);
    ack(rig, to_parent(rig, BODY(REVISION), 0)->seq, &draft, 1, NULL);
    assert_false(is_waiting(rig, &draft));
    assert_true(is_waiting(rig, other));
    assert_int_equal(health_of(rig).outbox_count, 2); /* and the statement */
}

/* An answer that is not about what was sent clears nothing. */
static void test_acks_that_clear_nothing(void **state)
{
    struct rig *rig = *state;
    const struct draft *other = DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 1)));
    file_ok(rig, &draft);
    file_ok(rig, &newer);
    rig_link(rig, plain);
    uint64_t seq = sent_report(rig);
    char *before = dump_store(rig);
    ack(rig, seq + 1000, &draft, 2, NULL); /* answers nothing that was sent */
    ack(rig, 0, &draft, 2, NULL);
    assert_unchanged(rig, before);
    before = dump_store(rig);
    ack(rig, seq, other, 2, NULL); /* about another report */
    assert_unchanged(rig, before);
    assert_logged("another report");
}

/* Below the revision that was sent, and held here still: the parent did not take it over. It waits
 * for its next turn, instead of going up again at once and for ever. */
static void test_an_ack_below_what_was_sent_parks(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &draft);
    file_ok(rig, &newer);
    rig_link(rig, plain);
    ack(rig, sent_report(rig), &draft, 1, NULL);
    assert_true(is_waiting(rig, &draft));
    assert_int_equal(health_of(rig).parked_count, 1);
    rig_pump(rig);
    assert_null(to_parent(rig, BODY(REVISION), 0));
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 2, CELLS(EXACT(1, 30))));
    rig_pump(rig);
    assert_non_null(to_parent(rig, BODY(REVISION), 0)); /* a correction does not wait */
}

/* What was filed while its predecessor was under way is not acknowledged by the answer to that: it
 * goes up itself. */
static void test_an_old_answer_does_not_clear_a_newer_mark(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &draft);
    rig_link(rig, plain);
    uint64_t seq = sent_report(rig);
    file_ok(rig, &newer);
    ack(rig, seq, &draft, 1, NULL);
    assert_true(is_waiting(rig, &draft));
    seq = sent_report(rig);
    ack(rig, seq, &draft, 2, NULL);
    assert_false(is_waiting(rig, &draft));
}

/* Marked again without a new revision (the parent lost it, and wants it): the answer to the send
 * before the mark does not clear it either. */
static void test_a_mark_is_cleared_by_its_own_send(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &draft);
    rig_link(rig, plain);
    uint64_t seq = sent_report(rig);
    const struct bucket differing = {.kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}};
    const struct report_key wanted = draft_key(&draft);
    welcome_from_parent(rig, hello_again(rig), parent_with(rig, &differing, 1));
    rig_pump(rig);
    const Tonghop__Envelope *inventory = to_parent(rig, BODY(INVENTORY), 0);
    assert_non_null(inventory);
    compared_from_parent(rig, inventory->seq, (struct page_answer){NULL, 0, &wanted, 1});
    ack(rig, seq, &draft, 1, NULL);
    assert_true(is_waiting(rig, &draft));
    ack(rig, sent_report(rig), &draft, 1, NULL);
    assert_false(is_waiting(rig, &draft));
}

/* The parent numbered this key itself, before it had a node of its own, and what was filed here
 * came later: it stands, above both numbers, and the other stays in history. */
static void test_the_later_filing_stands(void **state)
{
    struct rig *rig = *state;
    static const uint64_t numbers[] = {1, 5}; /* equal to ours, and above it */
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        const struct draft *here =
            i == 0 ? &draft : DRAFT(.period = "2024-S2", .unit = 23857, CELLS(EXACT(1, 30)));
        const struct draft *there =
            i == 0 ? &newer : DRAFT(.period = "2024-S2", .unit = 23857, CELLS(EXACT(1, 31)));
        struct buf filing = {0};
        Tonghop__Revision held;
        file_ok(rig, here);
        struct head before = head_of(rig, here);
        rig_link(rig, plain);
        uint64_t seq = sent_report(rig);
        draft_pack(there, &filing);
        revision_fill(there, (struct wrapper){numbers[i], STATE_ACCEPTED}, &filing, &held);
        held.received_us = before.received.us - 1;
        held.first_filed_us = before.first_filed.us - 1;
        held.recorded_by = TEXT("uid:77");
        ack(rig, seq, here, numbers[i], &held);
        struct head head = head_of(rig, here);
        assert_int_equal(head.revision, numbers[i] + 1);
        assert_int_equal(head.counting, head.revision);
        assert_memory_equal(head.content, before.content, sizeof(head.content));
        assert_int_equal(head.first_filed.us,
                         before.first_filed.us - 1); /* the earlier of the two */
        assert_verifies(rig);
        assert_true(is_waiting(rig, here));
        rig_pump(rig);
        const Tonghop__Envelope *again = to_parent(rig, BODY(REVISION), 0);
        assert_string_equal(again->revision->recorded_by, "uid:1000"); /* of the one that stands */
        ack(rig, again->seq, here, head.revision, NULL);
        assert_false(is_waiting(rig, here));
        buf_fini(&filing);
    }
}

/* The same number, and the parent's filing is the later one: it stands, filed again by its home. */
static void test_the_later_filing_of_the_parent_stands(void **state)
{
    struct rig *rig = *state;
    struct buf filing = {0};
    Tonghop__Revision held;
    file_ok(rig, &draft);
    rig_link(rig, plain);
    uint64_t seq = sent_report(rig);
    draft_pack(&newer, &filing);
    revision_fill(&newer, (struct wrapper){1, STATE_ACCEPTED}, &filing, &held);
    held.received_us = rig->now.us + 1;
    held.recorded_by = TEXT("uid:77");
    ack(rig, seq, &draft, 1, &held);
    assert_int_equal(head_of(rig, &draft).revision, 2);
    rig_pump(rig);
    const Tonghop__Envelope *again = to_parent(rig, BODY(REVISION), 0);
    assert_string_equal(again->revision->recorded_by, "uid:77");
    assert_memory_equal(again->revision->filing.data, filing.data, filing.len);
    assert_verifies(rig);
    buf_fini(&filing);
}

/* A node between, which is not the home, keeps the state that it passed on, and lets the home
 * settle what contradicts it: until then it does not count as acknowledged. */
static void test_a_node_between_waits(void **state)
{
    struct rig *rig = *state;
    struct peer_from child = from_key(9);
    struct buf here = {0}, there = {0};
    Tonghop__Revision sent, held;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    rig_enrol(rig, 9, 23857, ROLE(NODE));
    rig_hello(rig, child, 23857);
    draft_pack(&draft, &here);
    revision_fill(&draft, (struct wrapper){1, STATE_ACCEPTED}, &here, &sent);
    sent.home = 23857;
    envelope.body_case = BODY(REVISION);
    envelope.revision = &sent;
    assert_body(rig_ask(rig, child, &envelope), BODY(ACK));
    struct head before = head_of(rig, &draft);
    assert_int_equal(before.home, 23857);
    rig_link(rig, plain);
    uint64_t seq = sent_report(rig);
    draft_pack(&newer, &there);
    revision_fill(&newer, (struct wrapper){1, STATE_ACCEPTED}, &there, &held);
    ack(rig, seq, &draft, 1, &held);
    struct head after = head_of(rig, &draft);
    assert_int_equal(after.revision, 1);
    assert_memory_equal(after.content, before.content, sizeof(after.content));
    assert_int_equal(health_of(rig).parked_count, 1);
    assert_verifies(rig);
    buf_fini(&here);
    buf_fini(&there);
}

/* What the parent holds newer is taken over, and counts. */
static void test_the_newer_state_is_taken_over(void **state)
{
    struct rig *rig = *state;
    struct buf filing = {0};
    Tonghop__Revision held;
    file_ok(rig, &draft);
    rig_link(rig, plain);
    uint64_t seq = sent_report(rig);
    draft_pack(&newer, &filing);
    revision_fill(&newer, (struct wrapper){5, STATE_ACCEPTED}, &filing, &held);
    held.received_us = rig->now.us + 1;
    ack(rig, seq, &draft, 5, &held);
    struct head head = head_of(rig, &draft);
    assert_int_equal(head.revision, 5);
    assert_int_equal(head.counting, 5);
    assert_verifies(rig);
    /* The reporter is told of it by being stale, and goes on from there. */
    const struct draft *stale =
        DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 1, CELLS(EXACT(1, 30)));
    assert_int_equal(assert_refused(file_as(rig, from_local(), stale), "stale")->current_revision,
                     5);
    /* Should our copy go up once more, it is acknowledged and nothing is left. */
    rig_pump(rig);
    const Tonghop__Envelope *again = to_parent(rig, BODY(REVISION), 0);
    if (again != NULL)
        ack(rig, again->seq, &draft, 5, NULL);
    assert_false(is_waiting(rig, &draft));
    buf_fini(&filing);
}

/* A newer state of another key than the one acknowledged, or one that does not open, is left. */
static void test_a_newer_state_that_does_not_fit(void **state)
{
    struct rig *rig = *state;
    struct buf filing = {0};
    Tonghop__Revision held;
    const struct draft *other = DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 1)));
    file_ok(rig, &draft);
    rig_link(rig, plain);
    uint64_t seq = sent_report(rig);
    draft_pack(other, &filing);
    revision_fill(other, (struct wrapper){5, STATE_ACCEPTED}, &filing, &held);
    ack(rig, seq, &draft, 5, &held);
    assert_int_equal(head_of(rig, other).revision, 0);
    assert_int_equal(head_of(rig, &draft).revision, 1);
    assert_logged("with another report");
    buf_fini(&filing);
}

/* On a full disk what the parent holds cannot be taken over. Ours may contradict it, so it does not
 * pass for acknowledged: otherwise the parent's would later seem to be simply newer. */
static void test_a_newer_state_and_a_full_disk(void **state)
{
    struct rig *rig = *state;
    struct buf filing = {0};
    struct outbox_item item;
    Tonghop__Revision held;
    file_ok(rig, &draft);
    rig_stop(rig);
    rig_start(rig, UINT64_MAX);
    rig_link(rig, plain);
    draft_pack(&newer, &filing);
    revision_fill(&newer, (struct wrapper){5, STATE_ACCEPTED}, &filing, &held);
    ack(rig, sent_report(rig), &draft, 5, &held);
    assert_int_equal(head_of(rig, &draft).revision, 1);
    assert_true(outbox_of(rig, &draft, &item));
    assert_true(item.is_parked);
    buf_fini(&filing);
}

/* ---- refused ---- */

/* What the parent does not take now is parked with the reason, seen by a person, and tried again
 * after a minute, with a new catalogue and with a new link. */
static void test_a_refusal_parks(void **state)
{
    struct rig *rig = *state;
    struct outbox_item item;
    file_ok(rig, &draft);
    rig_link(rig, plain);
    uint64_t seq = sent_report(rig);
    refusal_from_parent(rig, seq, "catalogue");
    assert_true(outbox_of(rig, &draft, &item));
    assert_true(item.is_parked);
    assert_string_equal(item.reason, "catalogue: because of the test");
    assert_int_equal(health_of(rig).parked_count, 1);
    rig_pump(rig);
    assert_null(to_parent(rig, BODY(REVISION), 0));
    assert_int_equal(rig->node->session.state, SESSION_UP);

    uint8_t hash[WIRE_DIGEST_SIZE] = {0};
    Tonghop__CatalogueNotice notice = TONGHOP__CATALOGUE_NOTICE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    memcpy(hash, rig->node->catalogue_hash, sizeof(hash));
    notice.number = 1;
    notice.hash = (ProtobufCBinaryData){sizeof(hash), hash};
    envelope.body_case = BODY(CATALOGUE_NOTICE);
    envelope.catalogue_notice = &notice;
    from_parent(rig, 0, &envelope);
    assert_int_equal(health_of(rig).parked_count, 0);

    refusal_from_parent(rig, sent_report(rig), "full");
    assert_int_equal(health_of(rig).parked_count, 1);
    rig->now_ms += NODE_RETRY_PARKED_MS;
    assert_true(node_has_work(rig->node, rig->now_ms));
    rig_tick(rig);
    assert_int_equal(health_of(rig).parked_count, 0);
    assert_false(node_has_work(rig->node, rig->now_ms));

    rig_link(rig, plain); /* the silence has ended the link */
    refusal_from_parent(rig, sent_report(rig), "conflict");
    assert_int_equal(health_of(rig).parked_count, 1);
    /* Hello said again over the same link, to compare, is no reason to try. */
    welcome_from_parent(rig, hello_again(rig), plain);
    assert_int_equal(health_of(rig).parked_count, 1);
    rig_link(rig, plain);
    assert_int_equal(health_of(rig).parked_count, 0);
}

/* A parent that is not complete compares no totals. That is nobody's concern: the statement is not
 * parked, and is made again. */
static void test_a_statement_that_has_to_wait(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &draft);
    rig_link(rig, plain);
    ack(rig, sent_report(rig), &draft, 1, NULL);
    rig_pump(rig);
    uint64_t seq = to_parent(rig, BODY(STATEMENT), 0)->seq;
    rig_log[0] = '\0';
    refusal_from_parent(rig, seq, "busy");
    assert_string_equal(rig_log, "");
    assert_int_equal(health_of(rig).parked_count, 0);
    rig_pump(rig);
    assert_int_equal(count_to_parent(rig), 0);
    rig->now_ms += SESSION_RESEND_MS;
    rig_pump(rig);
    const Tonghop__Envelope *again = to_parent(rig, BODY(STATEMENT), 0);
    assert_non_null(again);
    ack_statement(rig, again->seq, TONGHOP__STATEMENT_OUTCOME__STATEMENT_OUTCOME_AGREES);
    assert_int_equal(health_of(rig).outbox_count, 0);
}

/* Where one report comes after the other, one statement speaks of many: the first goes at once, the
 * next when its time has come, and the node wakes for it. */
static void test_statements_have_a_pace(void **state)
{
    struct rig *rig = *state;
    rig->node->options.state_every_ms = NODE_STATE_EVERY_MS;
    file_ok(rig, &draft);
    rig_link(rig, plain);
    ack(rig, sent_report(rig), &draft, 1, NULL);
    rig_pump(rig);
    ack_statement(rig, to_parent(rig, BODY(STATEMENT), 0)->seq,
                  TONGHOP__STATEMENT_OUTCOME__STATEMENT_OUTCOME_AGREES);
    rig->now_ms += NODE_STATE_EVERY_MS / 2;
    file_ok(rig, &newer);
    ack(rig, sent_report(rig), &newer, 2, NULL);
    rig_pump(rig);
    assert_int_equal(count_to_parent(rig), 0);
    rig_tick(rig); /* what else waits for the time */
    int64_t due_ms = node_due_ms(rig->node, rig->now_ms);
    assert_in_range(due_ms, 1, NODE_STATE_EVERY_MS - NODE_STATE_EVERY_MS / 2);
    rig->now_ms += due_ms;
    rig_pump(rig);
    assert_non_null(to_parent(rig, BODY(STATEMENT), 0));
}

/* One that the parent will never take is parked, and told as what it is. */
static void test_a_statement_that_is_refused(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &draft);
    rig_link(rig, plain);
    ack(rig, sent_report(rig), &draft, 1, NULL);
    rig_pump(rig);
    refusal_from_parent(rig, to_parent(rig, BODY(STATEMENT), 0)->seq, "foreign");
    assert_logged("the parent did not take the totals of 2024 (actual): foreign");
    assert_int_equal(health_of(rig).parked_count, 1);
}

/* A correction is new: it goes up at once, whatever became of the revision before. */
static void test_a_correction_is_not_parked(void **state)
{
    struct rig *rig = *state;
    struct outbox_item item;
    file_ok(rig, &draft);
    rig_link(rig, plain);
    refusal_from_parent(rig, sent_report(rig), "conflict");
    file_ok(rig, &newer);
    assert_true(outbox_of(rig, &draft, &item));
    assert_false(item.is_parked);
    sent_report(rig);
}

/* A correction that was filed while its predecessor was under way was not refused: the refusal of
 * the predecessor does not park it. */
static void test_a_late_refusal_does_not_park_a_correction(void **state)
{
    struct rig *rig = *state;
    struct outbox_item item;
    file_ok(rig, &draft);
    rig_link(rig, plain);
    uint64_t seq = sent_report(rig);
    file_ok(rig, &newer);
    refusal_from_parent(rig, seq, "conflict");
    assert_true(outbox_of(rig, &draft, &item));
    assert_false(item.is_parked);
}

/* A parent that does not know us any more is greeted anew; nothing is parked for it, nothing lost.
 */
static void test_no_session_begins_anew(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &draft);
    rig_link(rig, plain);
    refusal_from_parent(rig, sent_report(rig), "no-session");
    assert_int_equal(rig->node->session.state, SESSION_IDLE);
    assert_int_equal(rig->closed_count, 1);
    assert_int_equal(health_of(rig).parked_count, 0);
    assert_false(health_of(rig).is_linked);
    assert_string_equal(rig->node->uplink.trouble, "no-session: because of the test");
    rig_link(rig, plain);
    assert_string_equal(rig->node->uplink.trouble, "");
    ack(rig, sent_report(rig), &draft, 1, NULL);
    assert_false(is_waiting(rig, &draft));
}

/* A refused hello is no link, and the reason is kept for status. */
static void test_a_refused_hello(void **state)
{
    struct rig *rig = *state;
    rig->now_ms += SESSION_BACKOFF_MIN_MS;
    rig_pump(rig);
    refusal_from_parent(rig, to_parent(rig, BODY(HELLO), 0)->seq, "forbidden");
    assert_int_equal(rig->node->session.state, SESSION_IDLE);
    assert_string_equal(rig->node->uplink.trouble, "forbidden: because of the test");
    assert_int_equal(rig->closed_count, 1);
    assert_int_equal(rig->opened_count, 1);
}

/* ---- what a parent may say ---- */

/* A bucket that differs makes nothing go up by itself: the child says what it holds of that (kind,
 * year), and what the parent then wants goes up, with the statement of the year; the rest does not.
 */
static void test_what_the_parent_wants_goes_up_again(void **state)
{
    struct rig *rig = *state;
    const struct draft *second = DRAFT(.period = "2024-S2", .unit = 23857, CELLS(EXACT(1, 3)));
    const struct draft *plan =
        DRAFT(.kind = KIND_PLAN, .period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 3)));
    file_ok(rig, &draft);
    file_ok(rig, second);
    file_ok(rig, plan);
    struct store_txn *txn = store_begin_write(rig->store);
    struct outbox_item item = {0};
    bool is_unknown;
    while (store_next_outbox(txn, &item))
        assert_int_equal(store_clear_outbox(txn, item.type, &item.key, item.version), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    const struct bucket differing = {.kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}};
    rig_link(rig, parent_with(rig, &differing, 1));
    assert_int_equal(health_of(rig).outbox_count, 0);
    rig_pump(rig);
    assert_int_equal(count_to_parent(rig), 1);
    const Tonghop__Envelope *sent = to_parent(rig, BODY(INVENTORY), 0);
    assert_non_null(sent);
    assert_int_equal(sent->inventory->n_units, 2); /* of both halves, and not the plan */
    const struct report_key wanted = draft_key(&draft);
    compared_from_parent(rig, sent->seq, (struct page_answer){NULL, 0, &wanted, 1});
    assert_true(is_waiting(rig, &draft));
    assert_false(is_waiting(rig, second));
    assert_false(is_waiting(rig, plan));
    assert_int_equal(health_of(rig).outbox_count, 2);
}

/* A parent has its own row in the authority table: what it may not send is dropped, logged, and no
 * sign of life. */
static void test_what_a_parent_may_not_send(void **state)
{
    struct rig *rig = *state;
    struct buf filing = {0};
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    rig_link(rig, plain);
    int64_t heard_ms = rig->node->session.heard_ms;
    char *before = dump_store(rig);
    draft_pack(&draft, &filing);
    file.filing = (ProtobufCBinaryData){filing.len, filing.data};
    envelope.body_case = BODY(FILE);
    envelope.file = &file;
    rig->now_ms += 1000;
    from_parent(rig, 0, &envelope);
    assert_logged("may not send 'file'");
    struct event event = rig_event(rig, EVENT_PARENT_MESSAGE);
    event.bytes = (struct span){(const uint8_t *)"rubbish", 7};
    rig_batch(rig, &event, 1);
    assert_int_equal(rig->sent_count, 0);
    assert_int_equal(rig->node->session.heard_ms, heard_ms);
    assert_unchanged(rig, before);
    buf_fini(&filing);
}

/* ---- another parent ---- */

/* The peer of the last event that names one. */
static char told_peer[64];

static bool keep_peer(void *ctx, const struct log_entry *entry)
{
    (void)ctx;
    if (entry->fields != NULL && entry->fields->peer != NULL)
        (void)snprintf(told_peer, sizeof(told_peer), "%s", entry->fields->peer);
    return true;
}

/* The link that goes is told by its own endpoint, though who has moved the node has let go of that
 * one; what was known of the parent before goes with it. */
static void test_another_parent(void **state)
{
    struct rig *rig = *state;
    struct transport transport = rig_transport(rig);
    char first[] = "tcp://first:7464", second[] = "tcp://second:7464";
    const uint8_t keys[2][WIRE_KEY_SIZE] = {{1}, {2}};
    rig_link(rig, plain);
    node_move_parent(rig->node, first, keys[0], &transport, rig->now_ms);
    assert_string_equal(rig->node->options.parent_endpoint, "tcp://first:7464");
    rig_link(rig, plain);
    rig->node->uplink.acked = rig->now;
    rig->node->contact.parent_ahead_us = 1;
    rig->node->contact.shared = rig->now;
    memset(first, 'x', strlen(first));
    log_set_sink(NULL);
    log_set_journal(keep_peer, NULL);
    node_move_parent(rig->node, second, keys[1], &transport, rig->now_ms);
    log_set_journal(NULL, NULL);
    log_set_sink(rig_log_line);
    assert_string_equal(told_peer, "tcp://first:7464");
    assert_string_equal(rig->node->options.parent_endpoint, "tcp://second:7464");
    assert_memory_equal(rig->node->options.parent_key, keys[1], WIRE_KEY_SIZE);
    assert_int_equal(rig->node->uplink.heard.us, 0);
    assert_int_equal(rig->node->uplink.acked.us, 0);
    assert_int_equal(rig->node->contact.parent_ahead_us, 0);
    assert_int_equal(rig->node->contact.shared.us, 0);
}

/* Without a parent there is no link to open, and none is missed. */
static void test_the_root_has_no_uplink(void **state)
{
    struct rig *rig = *state;
    rig->now_ms += 3600000;
    rig_pump(rig);
    assert_int_equal(rig->opened_count, 0);
    assert_int_equal(rig->sent_count, 0);
    assert_true(health_of(rig).is_linked);
    assert_int_equal(node_due_ms(rig->node, rig->now_ms), 60000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DISTRICT_TEST(test_what_goes_up),
        DISTRICT_TEST(test_the_window_is_kept),
        DISTRICT_TEST(test_the_window_has_bytes),
        DISTRICT_TEST(test_an_ack_clears_its_key),
        DISTRICT_TEST(test_acks_that_clear_nothing),
        DISTRICT_TEST(test_an_ack_below_what_was_sent_parks),
        DISTRICT_TEST(test_an_old_answer_does_not_clear_a_newer_mark),
        DISTRICT_TEST(test_a_mark_is_cleared_by_its_own_send),
        DISTRICT_TEST(test_the_later_filing_stands),
        DISTRICT_TEST(test_the_later_filing_of_the_parent_stands),
        DISTRICT_TEST(test_a_node_between_waits),
        DISTRICT_TEST(test_the_newer_state_is_taken_over),
        DISTRICT_TEST(test_a_newer_state_that_does_not_fit),
        DISTRICT_TEST(test_a_newer_state_and_a_full_disk),
        DISTRICT_TEST(test_a_refusal_parks),
        DISTRICT_TEST(test_a_statement_that_has_to_wait),
        DISTRICT_TEST(test_statements_have_a_pace),
        DISTRICT_TEST(test_a_statement_that_is_refused),
        DISTRICT_TEST(test_a_correction_is_not_parked),
        DISTRICT_TEST(test_a_late_refusal_does_not_park_a_correction),
        DISTRICT_TEST(test_no_session_begins_anew),
        DISTRICT_TEST(test_a_refused_hello),
        DISTRICT_TEST(test_what_the_parent_wants_goes_up_again),
        DISTRICT_TEST(test_what_a_parent_may_not_send),
        DISTRICT_TEST(test_another_parent),
        ROOT_TEST(test_the_root_has_no_uplink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
