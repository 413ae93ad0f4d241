/* The child's side of comparing: what it says it holds, page by page, what it makes of the answers,
 * and what it does when one of them does not come. */
#include "unit/node/state.h"

static const struct bucket differing = {.kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}};

static struct report_key key_of(uint8_t label, uint32_t unit)
{
    return (struct report_key){
        .kind = KIND_ACTUAL, .period = {2024, label}, .unit = unit, .form = 1};
}

/* Linked with a parent that holds 2024 differently. */
static void link_differing(struct rig *rig)
{
    rig_link(rig, parent_with(rig, &differing, 1));
}

/* The page that goes up now, NULL if none does. */
static const Tonghop__Envelope *page_sent(struct rig *rig)
{
    rig_pump(rig);
    assert_null(to_parent(rig, BODY(INVENTORY), 1));
    return to_parent(rig, BODY(INVENTORY), 0);
}

static uint64_t seq_of_page(struct rig *rig)
{
    const Tonghop__Envelope *page = page_sent(rig);
    assert_non_null(page);
    return page->seq;
}

static void assert_hello(struct rig *rig, bool is_sent)
{
    rig_pump(rig);
    assert_int_equal(to_parent(rig, BODY(HELLO), 0) != NULL, is_sent);
}

/* ---- pages ---- */

/* A page says of each report of one (kind, year), in order, its latest revision and the digest of
 * its state. */
static void test_what_a_page_says(void **state)
{
    struct rig *rig = *state;
    const struct draft held[] = {
        {.period = "2024-S1", .unit = 631, CELLS(EXACT(1, 1))},
        {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 2))},
        {.period = "2024", .unit = 23857, CELLS(EXACT(1, 3))},
        {.period = "2024-S2", .unit = 23857, .form = 2, CELLS(EXACT(20, 4))},
        {.period = "2024-S2", .unit = 23860, CELLS(EXACT(1, 5))},
    };
    for (size_t i = LENGTH(held); i > 0; i--)
        file_ok(rig, &held[i - 1]);
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 1, CELLS(EXACT(1, 9))));
    file_ok(rig, DRAFT(.period = "2023-S1", .unit = 23857, CELLS(EXACT(1, 1))));
    file_ok(rig, DRAFT(.period = "2025-S1", .unit = 23857, CELLS(EXACT(1, 1))));
    file_ok(rig, DRAFT(.kind = KIND_PLAN, .period = "2024-S1", .unit = 631, CELLS(EXACT(1, 1))));
    link_differing(rig);
    const Tonghop__Envelope *page = page_sent(rig);
    assert_non_null(page);
    const Tonghop__Inventory *inventory = page->inventory;
    assert_int_equal(inventory->kind, KIND_ACTUAL);
    assert_int_equal(inventory->year, 2024);
    assert_null(inventory->after);
    assert_null(inventory->through);
    assert_int_equal(inventory->n_units, LENGTH(held));
    for (size_t i = 0; i < LENGTH(held); i++) {
        struct report_key key = draft_key(&held[i]);
        struct head head = head_of(rig, &held[i]);
        assert_int_equal(inventory->units[i], key.unit);
        assert_int_equal(inventory->forms[i], key.form);
        assert_int_equal(inventory->labels[i], key.period.label);
        assert_int_equal(inventory->revisions[i], i == 1 ? 2 : 1);
        assert_memory_equal(inventory->digests.data + i * DIGEST_SIZE, head.state_digest,
                            DIGEST_SIZE);
    }
}

/* One who holds nothing says so: that is how a lost disk gets everything back. */
static void test_an_empty_page(void **state)
{
    struct rig *rig = *state;
    link_differing(rig);
    const Tonghop__Envelope *page = page_sent(rig);
    assert_non_null(page);
    assert_int_equal(page->inventory->n_units, 0);
    assert_null(page->inventory->after);
    assert_null(page->inventory->through);
}

/* Each (kind, year) that differs in any label is compared, once, one after the other. */
static void test_one_year_after_the_other(void **state)
{
    static const struct bucket buckets[] = {
        {.kind = KIND_ACTUAL, .period = {2023, PERIOD_S1}},
        {.kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}},
        {.kind = KIND_ACTUAL, .period = {2024, PERIOD_Y}},
        {.kind = KIND_PLAN, .period = {2024, PERIOD_S2}},
    };
    static const struct reconcile_part parts[] = {
        {KIND_ACTUAL, 2023}, {KIND_ACTUAL, 2024}, {KIND_PLAN, 2024}};
    struct rig *rig = *state;
    rig_link(rig, parent_with(rig, buckets, LENGTH(buckets)));
    for (size_t i = 0; i < LENGTH(parts); i++) {
        const Tonghop__Envelope *page = page_sent(rig);
        assert_non_null(page);
        assert_int_equal(page->inventory->kind, parts[i].kind);
        assert_int_equal(page->inventory->year, parts[i].year);
        assert_null(page->inventory->after);
        uint64_t seq = page->seq;
        assert_null(page_sent(rig));                            /* one at a time */
        const struct report_key cut = key_of(PERIOD_S1, 23857); /* in two pages */
        compared_from_parent(rig, seq, (struct page_answer){.through = &cut});
        compared_from_parent(rig, seq_of_page(rig), (struct page_answer){0});
    }
    assert_null(page_sent(rig));
    rig->now_ms += SESSION_RESEND_MS;
    assert_null(page_sent(rig));
}

/* Nothing differs: nothing is asked. */
static void test_nothing_to_compare(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 631, CELLS(EXACT(1, 1))));
    rig_link(rig, parent_with(rig, NULL, 0));
    assert_null(page_sent(rig));
}

enum { FIRST_ADDED = 100000, ADDED = 200, ALL = ADDED * PERIOD_LABEL_COUNT };

static void hold_many(struct rig *rig)
{
    static const char *const periods[] = {"2024-S1", "2024-S2", "2024"};
    Tonghop__Catalogue *catalogue = edit_begin(2);
    edit_add_communes(catalogue, 631, FIRST_ADDED, ADDED);
    struct buf bytes = edit_end(catalogue);
    rig_put_catalogue(rig, span_of(&bytes));
    rig_settle(rig);
    buf_fini(&bytes);
    for (uint32_t i = 0; i < ALL; i++)
        state_from_parent(rig, 0, DRAFT(.period = periods[i % 3], .unit = FIRST_ADDED + i / 3),
                          (struct state){1, A, 0, 0});
}

/* A page has at most 512 entries; the next one begins where the parent says that it has come to,
 * which may be before the end of the page. */
static void test_pages_follow_each_other(void **state)
{
    struct rig *rig = *state;
    hold_many(rig);
    link_differing(rig);
    const Tonghop__Envelope *page = page_sent(rig);
    assert_non_null(page);
    assert_int_equal(page->inventory->n_units, WIRE_INVENTORY_MAX);
    assert_int_equal(page->inventory->through->unit, page->inventory->units[511]);
    assert_int_equal(page->inventory->through->label, page->inventory->labels[511]);
    const struct report_key cut = key_of(PERIOD_S2, FIRST_ADDED + 20);
    compared_from_parent(rig, page->seq, (struct page_answer){.through = &cut});
    page = page_sent(rig);
    assert_non_null(page);
    assert_int_equal(page->inventory->after->unit, cut.unit);
    assert_int_equal(page->inventory->after->form, 1);
    assert_int_equal(page->inventory->after->label, PERIOD_S2);
    assert_int_equal(page->inventory->units[0], cut.unit); /* its whole year */
    assert_int_equal(page->inventory->labels[0], PERIOD_Y);
    assert_int_equal(page->inventory->n_units, WIRE_INVENTORY_MAX);
    const struct report_key end =
        key_of((uint8_t)page->inventory->through->label, page->inventory->through->unit);
    compared_from_parent(rig, page->seq, (struct page_answer){.through = &end});
    page = page_sent(rig);
    assert_non_null(page);
    assert_int_equal(page->inventory->n_units, ALL - WIRE_INVENTORY_MAX - 20 * 3 - 2);
    assert_null(page->inventory->through);
    compared_from_parent(rig, page->seq, (struct page_answer){0});
    assert_null(page_sent(rig));
}

/* An answer that says it came no further than before would be asked for ever. */
static void test_an_answer_that_goes_nowhere(void **state)
{
    static const struct {
        uint8_t label;
        uint32_t unit;
        bool goes_on;
    } rows[] = {{PERIOD_S1, 23860, true}, {PERIOD_S1, 23857, false}, {PERIOD_S2, 23857, false},
                {PERIOD_Y, 23857, true},  {PERIOD_S1, 631, false},   {PERIOD_S1, 99999, true}};
    struct rig *rig = *state;
    const struct report_key begin = key_of(PERIOD_S2, 23857);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        link_differing(rig);
        compared_from_parent(rig, seq_of_page(rig), (struct page_answer){.through = &begin});
        uint64_t seq = seq_of_page(rig);
        const struct report_key end = key_of(rows[i].label, rows[i].unit);
        compared_from_parent(rig, seq, (struct page_answer){.through = &end});
        assert_int_equal(page_sent(rig) != NULL, rows[i].goes_on);
        node_link_lost(rig->node,
                       &(struct transport){.ctx = rig,
                                           .close_parent = rig_close_parent,
                                           .parent_trouble = rig_parent_trouble},
                       rig->now_ms);
    }
}

/* ---- what gets lost ---- */

/* A page without an answer is sent again, when its time is up, under another number. */
static void test_a_page_is_repeated(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 631, CELLS(EXACT(1, 1))));
    link_differing(rig);
    uint64_t seq = seq_of_page(rig);
    rig->now_ms += SESSION_RESEND_MS - 1;
    assert_null(page_sent(rig));
    assert_true(node_due_ms(rig->node, rig->now_ms) <= 1);
    rig->now_ms += 1;
    assert_true(seq_of_page(rig) > seq);
}

/* How an answer may be incomplete, or not an answer to this page at all. */
static void test_answers_that_do_not_count(void **state)
{
    static const struct {
        const char *name;
        size_t states, others; /* that came for the page, and for another one */
        size_t twice;          /* messages that came again */
        uint32_t count;        /* that were sent, says the parent */
        int64_t page;          /* whose answer: 0 the last one, -1 the one before it */
        bool goes_on;
    } rows[] = {
        {"nothing was sent", 0, 0, 0, 0, 0, true},
        {"all have come", 2, 0, 0, 2, 0, true},
        {"one was lost", 1, 0, 0, 2, 0, false},
        {"all were lost", 0, 0, 0, 2, 0, false},
        {"others do not count", 1, 1, 0, 2, 0, false},
        {"all have come, one twice", 2, 0, 1, 2, 0, true},
        {"one was lost, the other came twice", 1, 0, 1, 2, 0, false},
        {"of an earlier page", 2, 0, 0, 2, -1, false},
        {"of a later page", 2, 0, 0, 2, 1, false},
    };
    struct rig *rig = *state;
    const struct report_key held = key_of(PERIOD_S1, 631);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char period[16];
        (void)snprintf(period, sizeof(period), "%u-S1", (unsigned)(2000 + i));
        print_message("row: %s\n", rows[i].name);
        link_differing(rig);
        (void)seq_of_page(rig);
        rig->now_ms += SESSION_RESEND_MS;
        uint64_t seq = seq_of_page(rig);
        for (size_t n = 0; n < rows[i].states + rows[i].others; n++)
            state_from_parent(rig, n < rows[i].states ? seq : seq - 1,
                              DRAFT(.period = period, .unit = n == 0 ? 23857 : 23860),
                              (struct state){1, A, 0, 0});
        for (size_t n = 0; n < rows[i].twice; n++) {
            rig->seq--; /* the very message */
            state_from_parent(rig, seq, DRAFT(.period = period, .unit = 23857),
                              (struct state){1, A, 0, 0});
        }
        empty_outbox(rig);
        compared_from_parent(rig, seq + (uint64_t)rows[i].page,
                             (struct page_answer){NULL, rows[i].count, &held, 0});
        assert_null(page_sent(rig));
        rig->now_ms += SESSION_RESEND_MS;
        assert_int_equal(page_sent(rig) == NULL, rows[i].goes_on);
        node_link_lost(rig->node,
                       &(struct transport){.ctx = rig,
                                           .close_parent = rig_close_parent,
                                           .parent_trouble = rig_parent_trouble},
                       rig->now_ms);
    }
}

/* The transport handed the page over twice: two answers, in each of which another state was lost.
 * As many as one of them speaks of have come, and the page is not compared all the same. */
static void test_two_answers_to_one_page(void **state)
{
    struct rig *rig = *state;
    link_differing(rig);
    uint64_t seq = seq_of_page(rig);
    for (int i = 0; i < 2; i++) {
        rig->seq += i == 0; /* the first of two is lost; then the second */
        state_from_parent(rig, seq, DRAFT(.period = "2024-S1", .unit = 23857),
                          (struct state){1, A, 0, 0});
        rig->seq += i == 1;
        compared_from_parent(rig, seq, (struct page_answer){.revision_count = 2});
    }
    rig->now_ms += SESSION_RESEND_MS;
    seq = seq_of_page(rig);
    for (int i = 0; i < 2; i++)
        state_from_parent(rig, seq, DRAFT(.period = "2024-S1", .unit = i == 0 ? 23857 : 23860),
                          (struct state){1, A, 0, 0});
    compared_from_parent(rig, seq, (struct page_answer){.revision_count = 2});
    rig->now_ms += SESSION_RESEND_MS;
    assert_null(page_sent(rig));
}

/* What the answer to another page wants is not sent for this one; keys that are not held are
 * passed over. */
static void test_what_is_wanted(void **state)
{
    struct rig *rig = *state;
    const struct draft *draft = DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 1)));
    const struct report_key wanted[] = {key_of(PERIOD_S1, 23860), draft_key(draft),
                                        key_of(PERIOD_S1, 99999)};
    file_ok(rig, draft);
    empty_outbox(rig);
    link_differing(rig);
    uint64_t seq = seq_of_page(rig);
    compared_from_parent(rig, seq + 1, (struct page_answer){NULL, 0, wanted, LENGTH(wanted)});
    assert_false(is_in_outbox(rig, draft));
    compared_from_parent(rig, seq, (struct page_answer){NULL, 0, wanted, LENGTH(wanted)});
    assert_true(is_in_outbox(rig, draft));
    struct node_health health;
    node_get_health(rig->node, &health);
    assert_int_equal(health.outbox_count, 2); /* and the statement of the year */
    rig_pump(rig);
    assert_non_null(to_parent(rig, BODY(REVISION), 0));
    assert_null(to_parent(rig, BODY(REVISION), 1));
}

/* What is under way when the parent says that it lacks it goes up once: the parent had not come to
 * it yet, and its ack counts. What is parked is tried again. */
static void test_what_is_on_its_way(void **state)
{
    struct rig *rig = *state;
    const struct draft *draft = DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 1))),
                       *parked = DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 1)));
    const struct report_key wanted[] = {draft_key(draft), draft_key(parked)};
    struct outbox_item item;
    bool is_unknown;
    file_ok(rig, draft);
    file_ok(rig, parked);
    link_differing(rig);
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(store_park_outbox(txn, OUTBOX_REPORT, &wanted[1], "full: above"), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    uint64_t seq = seq_of_page(rig);
    assert_non_null(to_parent(rig, BODY(REVISION), 0));
    assert_null(to_parent(rig, BODY(REVISION), 1));
    uint64_t sent = to_parent(rig, BODY(REVISION), 0)->seq;
    compared_from_parent(rig, seq, (struct page_answer){NULL, 0, wanted, LENGTH(wanted)});
    ack(rig, sent, draft, 1, NULL);
    assert_false(is_in_outbox(rig, draft));
    assert_true(outbox_of(rig, parked, &item));
    assert_false(item.is_parked);
}

/* The link went in the middle: everything begins anew, from the first page, and answers to what was
 * asked over the old link are nothing. */
static void test_the_link_goes(void **state)
{
    struct rig *rig = *state;
    const struct draft *draft = DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 1)));
    const struct report_key key = draft_key(draft), cut = key_of(PERIOD_S1, 631);
    file_ok(rig, draft);
    empty_outbox(rig);
    link_differing(rig);
    compared_from_parent(rig, seq_of_page(rig), (struct page_answer){.through = &cut});
    uint64_t seq = seq_of_page(rig);
    refusal_from_parent(rig, 0, "no-session");
    assert_int_equal(rig->node->session.state, SESSION_IDLE);
    compared_from_parent(rig, seq, (struct page_answer){NULL, 0, &key, 1});
    assert_false(is_in_outbox(rig, draft));
    assert_null(page_sent(rig));
    link_differing(rig);
    const Tonghop__Envelope *page = page_sent(rig);
    assert_non_null(page);
    assert_null(page->inventory->after);
}

/* ---- not now ---- */

/* A parent that is not complete itself is asked again after a while, by a hello; so is one that
 * became so in the middle. */
static void test_a_parent_that_is_busy(void **state)
{
    struct rig *rig = *state;
    struct parent incomplete = parent_with(rig, &differing, 1);
    incomplete.is_incomplete = true;
    rig_link(rig, incomplete);
    assert_null(page_sent(rig));
    rig->now_ms += NODE_COMPARE_RETRY_MS - 1;
    assert_hello(rig, false);
    rig->now_ms += 1;
    assert_int_equal(node_due_ms(rig->node, rig->now_ms), 0);
    assert_hello(rig, true);
    welcome_from_parent(rig, to_parent(rig, BODY(HELLO), 0)->seq, parent_with(rig, &differing, 1));
    refusal_from_parent(rig, seq_of_page(rig), "busy");
    assert_int_equal(rig->node->session.state, SESSION_UP);
    rig->now_ms += NODE_COMPARE_RETRY_MS - 1;
    assert_null(page_sent(rig));
    assert_null(to_parent(rig, BODY(HELLO), 0));
    rig->now_ms += 1;
    assert_hello(rig, true);
}

/* Time passes, and the parent is heard all the while; no hello is sent. */
static void pass_without_hello(struct rig *rig, int64_t ms)
{
    Tonghop__Pong pong = TONGHOP__PONG__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.body_case = BODY(PONG);
    envelope.pong = &pong;
    while (ms > 0) {
        int64_t step_ms = ms < SESSION_PING_MS ? ms : SESSION_PING_MS;
        assert_hello(rig, false);
        rig->now_ms += step_ms;
        ms -= step_ms;
        from_parent(rig, 0, &envelope);
    }
    assert_int_equal(rig->node->session.state, SESSION_UP);
}

/* Says hello, at once; returns its number. */
static uint64_t hello_at_once(struct rig *rig)
{
    assert_int_equal(node_due_ms(rig->node, rig->now_ms), 0);
    assert_hello(rig, true);
    return to_parent(rig, BODY(HELLO), 0)->seq;
}

static const uint8_t other_hash[WIRE_DIGEST_SIZE] = {1};

/* Trees of different catalogues have different buckets: nothing is compared before both have the
 * same. That may take long, so hellos are rare: what matters is that one is said as soon as they
 * have. */
static void test_other_catalogues(void **state)
{
    static const struct {
        const char *name;
        uint32_t theirs;
    } rows[] = {{"newer above", 3}, {"older above", 1}, {"none above", 0}};
    struct rig *rig = *state;
    rig_install_manual(rig, 2);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct parent parent = {.catalogue = rows[i].theirs,
                                      .hash = other_hash,
                                      .differing = &differing,
                                      .differing_count = 1};
        print_message("row: %s\n", rows[i].name);
        rig_link(rig, parent);
        for (int again = 0; again < 2; again++) {
            assert_null(page_sent(rig));
            pass_without_hello(rig, NODE_COMPARE_OTHER_MS - 1);
            assert_hello(rig, false);
            rig->now_ms += 1;
            welcome_from_parent(rig, hello_at_once(rig), parent);
        }
        pass_without_hello(rig, SESSION_PING_MS);
        notice_from_parent(rig, 2, rig->node->catalogue_hash);
        if (rows[i].theirs > 2) { /* it was overtaken on its way */
            assert_hello(rig, false);
            rig_install_manual(rig, rows[i].theirs);
        }
        welcome_from_parent(rig, hello_at_once(rig), parent_with(rig, &differing, 1));
        assert_non_null(page_sent(rig));
        node_link_lost(rig->node,
                       &(struct transport){.ctx = rig,
                                           .close_parent = rig_close_parent,
                                           .parent_trouble = rig_parent_trouble},
                       rig->now_ms);
        rig_install_manual(rig, 2);
    }
}

/* The notice got lost, but a pong says what the parent holds under this node's own catalogue. */
static void test_a_lost_notice(void **state)
{
    static uint8_t digest[WIRE_DIGEST_SIZE] = {1};
    struct rig *rig = *state;
    Tonghop__Pong pong = TONGHOP__PONG__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.body_case = BODY(PONG);
    envelope.pong = &pong;
    pong.digest = (ProtobufCBinaryData){sizeof(digest), digest};
    rig_link(rig, (struct parent){.catalogue = 0, .differing = &differing, .differing_count = 1});
    pass_without_hello(rig, SESSION_PING_MS);
    from_parent(rig, 0, &envelope);
    welcome_from_parent(rig, hello_at_once(rig), parent_with(rig, &differing, 1));
    assert_non_null(page_sent(rig));
}

/* One of the catalogues changes in the middle: what is compared already is left, and everything
 * begins anew with a hello when the other one has changed too. */
static void test_a_catalogue_changes_in_the_middle(void **state)
{
    struct rig *rig = *state;
    const struct report_key cut = key_of(PERIOD_S1, 23857);
    link_differing(rig);
    uint64_t seq = seq_of_page(rig);
    notice_from_parent(rig, 2, other_hash);
    compared_from_parent(rig, seq, (struct page_answer){.through = &cut});
    assert_null(page_sent(rig));
    pass_without_hello(rig, NODE_COMPARE_RETRY_MS);
    rig_install_manual(rig, 2);
    (void)hello_at_once(rig);
    assert_null(to_parent(rig, BODY(INVENTORY), 0));
}

/* A rebuild is under way: the own buckets do not speak of all reports yet. */
static void test_a_rebuild(void **state)
{
    struct rig *rig = *state;
    struct buf bytes = sample_bytes(2);
    link_differing(rig);
    uint64_t seq = seq_of_page(rig);
    rig_put_catalogue(rig, span_of(&bytes));
    rig->node->uplink.catalogue = 2; /* as a notice has it */
    assert_true(rig->node->rebuild.is_active);
    rig->now_ms += SESSION_RESEND_MS;
    assert_null(page_sent(rig));
    rig_settle(rig);
    assert_true(seq_of_page(rig) > seq);
    buf_fini(&bytes);
}

/* A welcome speaks of its own hello, and once: late or given twice it would speak of what was. */
static void test_a_welcome_counts_once(void **state)
{
    struct rig *rig = *state;
    const struct parent other = parent_with(rig, &differing, 1);
    rig_link(rig, parent_with(rig, NULL, 0));
    uint64_t first = hello_again(rig);
    uint64_t second = hello_again(rig);
    welcome_from_parent(rig, first, other);
    assert_null(page_sent(rig));
    welcome_from_parent(rig, 0, other);
    assert_null(page_sent(rig));
    welcome_from_parent(rig, second, parent_with(rig, NULL, 0));
    welcome_from_parent(rig, second, other);
    assert_null(page_sent(rig));
    welcome_from_parent(rig, hello_again(rig), other);
    assert_non_null(page_sent(rig));
}

/* Without room there is nowhere to put what would come. */
static void test_a_full_disk(void **state)
{
    struct rig *rig = *state;
    rig_stop(rig);
    rig_start(rig, UINT64_MAX);
    rig_hello(rig, from_local(), 0);
    link_differing(rig);
    assert_null(page_sent(rig));
    rig_tick(rig);
    assert_true(node_due_ms(rig->node, rig->now_ms) > 0); /* and nobody waits busily for it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DISTRICT_TEST(test_what_a_page_says),
        DISTRICT_TEST(test_an_empty_page),
        DISTRICT_TEST(test_one_year_after_the_other),
        DISTRICT_TEST(test_nothing_to_compare),
        DISTRICT_TEST(test_pages_follow_each_other),
        DISTRICT_TEST(test_an_answer_that_goes_nowhere),
        DISTRICT_TEST(test_a_page_is_repeated),
        DISTRICT_TEST(test_answers_that_do_not_count),
        DISTRICT_TEST(test_two_answers_to_one_page),
        DISTRICT_TEST(test_what_is_wanted),
        DISTRICT_TEST(test_what_is_on_its_way),
        DISTRICT_TEST(test_the_link_goes),
        DISTRICT_TEST(test_a_parent_that_is_busy),
        DISTRICT_TEST(test_other_catalogues),
        DISTRICT_TEST(test_a_lost_notice),
        DISTRICT_TEST(test_a_catalogue_changes_in_the_middle),
        DISTRICT_TEST(test_a_rebuild),
        DISTRICT_TEST(test_a_welcome_counts_once),
        DISTRICT_TEST(test_a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
