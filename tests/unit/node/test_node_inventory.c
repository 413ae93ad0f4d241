/* The parent's side of comparing: what it says to a child's inventory. Each side gets what it
 * lacks, of the child's subtree and of nothing else, page by page. */
#include "unit/node/inventory.h"

enum { NODE_631 = 1, NODE_632 = 2, READER = 3 };

static int setup(void **state)
{
    int result = rig_setup_root(state);
    rig_enrol(*state, NODE_631, 631, ROLE(NODE));
    rig_enrol(*state, NODE_632, 632, ROLE(NODE));
    return result;
}

#define INVENTORY_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

static struct report_key key_of(uint8_t label, uint32_t unit, uint32_t form)
{
    return (struct report_key){
        .kind = KIND_ACTUAL, .period = {2024, label}, .unit = unit, .form = form};
}

static void hold(struct rig *rig, uint8_t from, const struct draft *like, struct state state)
{
    assert_body(state_from_child(rig, from, like, state), BODY(ACK));
}

/* ---- one key ---- */

/* Whoever has the higher revision gives. Equal revisions with other bits, or another content, go
 * both ways, so that the bits are merged at both. */
static void test_who_gives(void **state)
{
    static const struct {
        const char *name;
        struct state held;
        uint64_t revision; /* the child's; 0: it has none */
        bool is_same, is_sent, is_wanted;
    } rows[] = {
        {"nobody has any", {0}, 0, false, false, false},
        {"equal", {2, A, 0, 0}, 2, true, false, false},
        {"only the child has it", {0}, 1, false, false, true},
        {"only the parent has it", {1, A, 0, 0}, 0, false, true, false},
        {"higher at the child", {1, A, 0, 0}, 2, false, false, true},
        {"higher at the parent", {3, A, 0, 0}, 2, false, true, false},
        {"equal revisions, other states", {2, A, 0, 0}, 2, false, true, true},
        {"a state that waits", {2, 0, 1, A}, 1, false, true, false},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint16_t year = (uint16_t)(2000 + i);
        char period[16];
        (void)snprintf(period, sizeof(period), "%u-S1", year);
        const struct draft *like = DRAFT(.period = period, .unit = 23857);
        struct entry entry = {draft_key(like), rows[i].revision, rows[i].is_same};
        struct page_of page = {.kind = KIND_ACTUAL,
                               .year = year,
                               .entries = &entry,
                               .count = rows[i].revision != 0 ? 1 : 0};
        print_message("row: %s\n", rows[i].name);
        if (rows[i].held.latest != 0)
            hold(rig, NODE_631, like, rows[i].held);
        char *before = dump_store(rig);
        send_inventory(rig, NODE_631, &page);
        const Tonghop__Compared *compared = assert_compared(rig, NODE_631, rows[i].is_sent ? 1 : 0);
        assert_null(compared->through);
        assert_int_equal(compared->n_wanted, rows[i].is_wanted ? 1 : 0);
        if (rows[i].is_wanted) {
            struct report_key wanted;
            wire_key_to_domain(compared->wanted[0], &wanted);
            assert_true(report_key_equal(&wanted, &entry.key));
        }
        if (rows[i].is_sent) {
            const Tonghop__Revision *sent = to_child(rig, NODE_631, BODY(REVISION), 0)->revision;
            assert_int_equal(sent->revision, rows[i].held.latest);
            assert_int_equal(sent->states, rows[i].held.states);
            assert_int_equal(sent->accepted != NULL ? sent->accepted->revision : 0,
                             rows[i].held.accepted);
        }
        assert_unchanged(rig, before); /* the parent keeps nothing about it */
    }
}

/* Both lists are walked side by side, wherever one has what the other lacks. */
static void test_two_lists(void **state)
{
    struct rig *rig = *state;
    static const uint32_t held[] = {631, 23857, 23860};
    for (size_t i = 0; i < LENGTH(held); i++)
        hold(rig, NODE_631, DRAFT(.period = "2024-S2", .unit = held[i]),
             (struct state){2, A, 0, 0});
    hold(rig, NODE_631, DRAFT(.period = "2024-S1", .unit = 23857), (struct state){1, A, 0, 0});
    hold(rig, NODE_631, DRAFT(.period = "2024", .unit = 23857, .form = 2),
         (struct state){1, A, 0, 0});
    const struct entry entries[] = {
        {key_of(PERIOD_S1, 631, 1), 1, false},   {key_of(PERIOD_S2, 631, 1), 2, true},
        {key_of(PERIOD_S2, 23857, 1), 1, false}, {key_of(PERIOD_S1, 23857, 2), 5, false},
        {key_of(PERIOD_S1, 23863, 1), 1, false},
    };
    static const size_t wanted[] = {0, 3, 4}; /* of the entries */
    const struct report_key sent[] = {key_of(PERIOD_S1, 23857, 1), key_of(PERIOD_S2, 23857, 1),
                                      key_of(PERIOD_Y, 23857, 2), key_of(PERIOD_S2, 23860, 1)};
    send_inventory(
        rig, NODE_631,
        &(struct page_of){
            .kind = KIND_ACTUAL, .year = 2024, .entries = entries, .count = LENGTH(entries)});
    const Tonghop__Compared *compared = assert_compared(rig, NODE_631, LENGTH(sent));
    assert_int_equal(compared->n_wanted, LENGTH(wanted));
    for (size_t i = 0; i < LENGTH(wanted); i++) {
        struct report_key key;
        wire_key_to_domain(compared->wanted[i], &key);
        assert_true(report_key_equal(&key, &entries[wanted[i]].key));
    }
    for (size_t i = 0; i < LENGTH(sent); i++) {
        struct report_key key = key_sent(rig, NODE_631, i);
        assert_true(report_key_equal(&key, &sent[i]));
    }
}

/* A report that lacks a revision is never left out in silence: the child would believe that it has
 * all. */
static void test_damage_is_told(void **state)
{
    static const struct {
        const char *name;
        struct state held;
        uint64_t lost;
    } rows[] = {{"the latest", {2, A, 0, 0}, 2}, {"the accepted one below", {2, 0, 1, A}, 1}};
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint16_t year = (uint16_t)(2000 + i);
        char period[16];
        (void)snprintf(period, sizeof(period), "%u-S2", year);
        const struct draft *like = DRAFT(.period = period, .unit = 23857);
        print_message("row: %s\n", rows[i].name);
        hold(rig, NODE_631, like, rows[i].held);
        lose_revision(rig, like, rows[i].lost);
        rig_log[0] = '\0';
        char *before = dump_store(rig);
        send_inventory(rig, NODE_631, &(struct page_of){.kind = KIND_ACTUAL, .year = year});
        assert_int_equal(rig->sent_count, 1);
        assert_refused(rig_open(rig, span_of(&rig->sent[0].bytes)), "corrupt");
        assert_logged("lacks a revision in the store");
        assert_unchanged(rig, before);
    }
}

/* ---- whose reports ---- */

/* Nothing outside the child's subtree is sent to it or wanted of it, and nothing of another kind or
 * year than the page's. */
static void test_nothing_foreign(void **state)
{
    struct rig *rig = *state;
    const struct draft *const elsewhere[] = {
        DRAFT(.period = "2024-S1", .unit = 632),
        DRAFT(.period = "2024-S1", .unit = 23887),
        DRAFT(.period = "2024-S1", .unit = 23888),
    };
    for (size_t i = 0; i < LENGTH(elsewhere); i++)
        hold(rig, NODE_632, elsewhere[i], (struct state){2, A, 0, 0});
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 64, CELLS(EXACT(1, 1))));
    hold(rig, NODE_631, DRAFT(.period = "2023-S1", .unit = 23857), (struct state){1, A, 0, 0});
    hold(rig, NODE_631, DRAFT(.period = "2025-S1", .unit = 23857), (struct state){1, A, 0, 0});
    hold(rig, NODE_631, DRAFT(.kind = KIND_PLAN, .period = "2024-S1", .unit = 23857),
         (struct state){1, A, 0, 0});
    const struct entry entries[] = {
        {key_of(PERIOD_S1, 64, 1), 9, false},    {key_of(PERIOD_S1, 632, 1), 2, false},
        {key_of(PERIOD_S1, 23887, 1), 1, false}, {key_of(PERIOD_S1, 23899, 1), 9, false},
        {key_of(PERIOD_S1, 99999, 1), 9, false},
    };
    struct page_of page = {.kind = KIND_ACTUAL, .year = 2024};
    send_inventory(rig, NODE_631, &page);
    assert_int_equal(assert_compared(rig, NODE_631, 0)->n_wanted, 0);
    page.entries = entries;
    page.count = LENGTH(entries);
    send_inventory(rig, NODE_631, &page);
    assert_int_equal(assert_compared(rig, NODE_631, 0)->n_wanted, 0);
}

/* The subtree is that of the period: a unit that moved is compared with the node it was beneath. */
static void test_the_tree_of_the_period(void **state)
{
    struct rig *rig = *state;
    struct date day;
    assert_int_equal(date_parse("2024-09-01", &day), ERR_OK);
    Tonghop__Catalogue *catalogue = edit_begin(2);
    edit_move(catalogue, 23887, day, 631);
    struct buf bytes = edit_end(catalogue);
    rig_put_catalogue(rig, span_of(&bytes));
    rig_settle(rig);
    buf_fini(&bytes);
    hold(rig, NODE_632, DRAFT(.period = "2024-S1", .unit = 23887), (struct state){1, A, 0, 0});
    hold(rig, NODE_631, DRAFT(.period = "2024-S2", .unit = 23887), (struct state){1, A, 0, 0});
    static const struct {
        uint8_t node, label;
    } rows[] = {{NODE_632, PERIOD_S1}, {NODE_631, PERIOD_S2}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        send_inventory(rig, rows[i].node, &(struct page_of){.kind = KIND_ACTUAL, .year = 2024});
        assert_compared(rig, rows[i].node, 1);
        assert_int_equal(key_sent(rig, rows[i].node, 0).period.label, rows[i].label);
    }
}

/* A unit beneath the child that has a node of its own here: the child may have its reports, but is
 * not asked for what would be refused of it. */
static void test_nothing_is_wanted_that_would_be_refused(void **state)
{
    enum { NODE_23857 = 5 };
    struct rig *rig = *state;
    rig_enrol(rig, NODE_23857, 23857, ROLE(NODE));
    hold(rig, NODE_23857, DRAFT(.period = "2024-S1", .unit = 23857), (struct state){2, A, 0, 0});
    const struct entry entries[] = {{key_of(PERIOD_S1, 23857, 1), 2, false},
                                    {key_of(PERIOD_S2, 23857, 1), 1, false},
                                    {key_of(PERIOD_S2, 23860, 1), 1, false}};
    send_inventory(
        rig, NODE_631,
        &(struct page_of){
            .kind = KIND_ACTUAL, .year = 2024, .entries = entries, .count = LENGTH(entries)});
    const Tonghop__Compared *compared = assert_compared(rig, NODE_631, 1);
    assert_int_equal(compared->n_wanted, 1);
    assert_int_equal(compared->wanted[0]->unit, 23860);
}

/* ---- pages ---- */

/* Only what lies after the page's beginning and not behind its end is looked at. */
static void test_a_page_has_ends(void **state)
{
    static const uint32_t units[] = {631, 23857, 23860, 23863};
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(units); i++)
        for (uint8_t label = PERIOD_S1; label <= PERIOD_Y; label++) {
            static const char *const periods[] = {"", "2024-S1", "2024-S2", "2024"};
            hold(rig, NODE_631, DRAFT(.period = periods[label], .unit = units[i]),
                 (struct state){1, A, 0, 0});
        }
    const struct report_key s1 = key_of(PERIOD_S1, 23857, 1), y = key_of(PERIOD_Y, 23857, 1),
                            last = key_of(PERIOD_Y, 23863, 1), next = key_of(PERIOD_S2, 23860, 1),
                            absent = key_of(PERIOD_S1, 23858, 1),
                            beyond = key_of(PERIOD_S1, 99999, 1);
    const struct {
        const char *name;
        const struct report_key *after, *through;
        size_t count;
    } rows[] = {
        {"all", NULL, NULL, 12},
        {"from the first", NULL, &y, 6},
        {"to the last", &y, NULL, 6},
        {"between", &s1, &next, 4},
        {"a place where nothing is", &absent, NULL, 6},
        {"up to a place where nothing is", NULL, &absent, 6},
        {"nothing in it", &y, &absent, 0},
        {"behind the last", &last, NULL, 0},
        {"an end behind the last", NULL, &beyond, 12},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row: %s\n", rows[i].name);
        send_inventory(rig, NODE_631,
                       &(struct page_of){.kind = KIND_ACTUAL,
                                         .year = 2024,
                                         .after = rows[i].after,
                                         .through = rows[i].through});
        const Tonghop__Compared *compared = assert_compared(rig, NODE_631, rows[i].count);
        assert_int_equal(compared->through != NULL, rows[i].through != NULL);
        if (rows[i].through != NULL) {
            assert_int_equal(compared->through->unit, rows[i].through->unit);
            assert_int_equal(compared->through->form, rows[i].through->form);
            assert_int_equal(compared->through->label, rows[i].through->period.label);
        }
    }
}

enum { FIRST_ADDED = 100000, ADDED = 60, ALL = ADDED * PERIOD_LABEL_COUNT };

static const char *period_of(size_t i)
{
    static const char *const periods[] = {"2024-S1", "2024-S2", "2024"};
    return periods[i % PERIOD_LABEL_COUNT];
}

/* 631 with 60 communes more, and a year of reports from each. */
static void hold_many(struct rig *rig)
{
    Tonghop__Catalogue *catalogue = edit_begin(2);
    edit_add_communes(catalogue, 631, FIRST_ADDED, ADDED);
    struct buf bytes = edit_end(catalogue);
    rig_put_catalogue(rig, span_of(&bytes));
    rig_settle(rig);
    buf_fini(&bytes);
    for (uint32_t i = 0; i < ALL; i++)
        hold(rig, NODE_631, DRAFT(.period = period_of(i), .unit = FIRST_ADDED + i / 3),
             (struct state){1, A, 0, 0});
}

/* No more than NODE_COMPARE_REVISIONS states answer one page; the child asks on from where the
 * answer ended, and gets each state once. */
static void test_a_page_is_cut_and_goes_on(void **state)
{
    struct rig *rig = *state;
    struct report_key after = {0};
    size_t got = 0, pages = 0;
    hold_many(rig);
    for (bool is_last = false; !is_last; pages++) {
        size_t count = ALL - got < NODE_COMPARE_REVISIONS ? ALL - got : NODE_COMPARE_REVISIONS;
        struct page_of page = {
            .kind = KIND_ACTUAL, .year = 2024, .after = pages > 0 ? &after : NULL};
        send_inventory(rig, NODE_631, &page);
        const Tonghop__Compared *compared = assert_compared(rig, NODE_631, count);
        is_last = compared->through == NULL;
        if (!is_last)
            after = key_of((uint8_t)compared->through->label, compared->through->unit,
                           compared->through->form);
        for (size_t i = 0; i < count; i++, got++) {
            struct report_key key = key_sent(rig, NODE_631, i);
            assert_int_equal(key.unit, FIRST_ADDED + got / 3);
            assert_int_equal(key.period.label, PERIOD_S1 + got % 3);
        }
        assert_int_equal(is_last, got == ALL);
    }
    assert_int_equal(pages, (ALL + NODE_COMPARE_REVISIONS - 1) / NODE_COMPARE_REVISIONS);
}

/* What was cut off is not compared yet: nothing of it is wanted, and it is again when asked on. */
static void test_what_is_cut_off_waits(void **state)
{
    struct rig *rig = *state;
    struct entry entries[PERIOD_LABEL_COUNT];
    hold_many(rig);
    for (size_t i = 0; i < LENGTH(entries); i++) /* one before, one in the first page, one behind */
        entries[i] = (struct entry){
            key_of(PERIOD_S1, i == 0 ? 23860 : FIRST_ADDED + (uint32_t)(i == 1 ? 10 : 50), 2), 1,
            false};
    struct page_of page = {
        .kind = KIND_ACTUAL, .year = 2024, .entries = entries, .count = LENGTH(entries)};
    send_inventory(rig, NODE_631, &page);
    const Tonghop__Compared *compared = assert_compared(rig, NODE_631, NODE_COMPARE_REVISIONS);
    assert_int_equal(compared->n_wanted, 2);
    assert_int_equal(compared->wanted[0]->unit, 23860);
    assert_int_equal(compared->wanted[1]->unit, FIRST_ADDED + 10);
    assert_non_null(compared->through);
    const struct report_key after =
        key_of((uint8_t)compared->through->label, compared->through->unit, compared->through->form);
    assert_true(after.unit < FIRST_ADDED + 50);
    page = (struct page_of){
        .kind = KIND_ACTUAL, .year = 2024, .after = &after, .entries = entries + 2, .count = 1};
    send_inventory(rig, NODE_631, &page);
    compared = assert_compared(rig, NODE_631, NODE_COMPARE_REVISIONS);
    while (compared->n_wanted == 0) {
        assert_non_null(compared->through);
        const struct report_key next = key_of((uint8_t)compared->through->label,
                                              compared->through->unit, compared->through->form);
        page.after = &next;
        send_inventory(rig, NODE_631, &page);
        compared = assert_compared(rig, NODE_631, ALL - 2 * NODE_COMPARE_REVISIONS);
    }
    assert_int_equal(compared->wanted[0]->unit, FIRST_ADDED + 50);
    assert_null(compared->through);
}

/* Reports of 240 kB each: the fifth one of a page passes NODE_COMPARE_BYTES. */
enum { LARGE = 9, LARGE_NOTES = 120, LARGE_OF_PAGE = 5 };

static void hold_large(struct rig *rig)
{
    char *text = mem_alloc(REPORT_NOTE_MAX + 1);
    memset(text, 'a', REPORT_NOTE_MAX);
    text[REPORT_NOTE_MAX] = '\0';
    for (uint32_t i = 0; i < LARGE; i++) {
        static const uint32_t units[] = {631, 23857, 23860};
        struct report report = {.scope = SCOPE_OWN, .catalogue = 1};
        struct buf filing = {0};
        Tonghop__Revision revision;
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        const struct draft *like = DRAFT(.period = period_of(i), .unit = units[i / 3]);
        report.key = draft_key(like);
        report.author = mem_strdup("");
        report.reason = mem_strdup("");
        for (uint32_t note = 1; note <= LARGE_NOTES; note++)
            report_add_note(&report, note, text);
        assert_int_equal(report_sort(&report), ERR_OK);
        wire_pack_filing(&report, &filing);
        report_fini(&report);
        revision_fill(like, (struct wrapper){1, A}, &filing, &revision);
        envelope.body_case = BODY(REVISION);
        envelope.revision = &revision;
        assert_body(rig_ask(rig, from_key(NODE_631), &envelope), BODY(ACK));
        buf_fini(&filing);
    }
    free(text);
}

/* Filings can be large: an answer also ends when there are enough bytes in it. */
static void test_a_page_is_cut_by_its_bytes(void **state)
{
    struct rig *rig = *state;
    hold_large(rig);
    send_inventory(rig, NODE_631, &(struct page_of){.kind = KIND_ACTUAL, .year = 2024});
    const Tonghop__Compared *compared = assert_compared(rig, NODE_631, LARGE_OF_PAGE);
    assert_int_equal(compared->through->unit, 23857);
    assert_int_equal(compared->through->label, PERIOD_S2);
}

/* ---- many reports of others ---- */

/* Every second unit from FIRST_ADDED on is foreign. Before them the node holds two reports of the
 * child's. An answer ends at FIRST_CUT, the next one at SECOND_CUT. */
enum {
    FOREIGN = 2 * NODE_COMPARE_HEADS + 100,
    FIRST_CUT = FIRST_ADDED + 2 * (NODE_COMPARE_HEADS - 2 - 1),
    SECOND_CUT = FIRST_CUT + 2 * NODE_COMPARE_HEADS,
    LAST = FIRST_ADDED + 2 * FOREIGN + 1,
};

/* Reports of units that are nowhere in the tree, as those of other districts: only looked at. */
static void hold_foreign(struct rig *rig)
{
    bool is_unknown;
    struct store_txn *txn = store_begin_write(rig->store);
    for (uint32_t i = 0; i < FOREIGN; i++) {
        const struct report_key key = key_of(PERIOD_S1, FIRST_ADDED + 2 * i, 1);
        struct head head = {.revision = 1};
        if (store_get_head(txn, &key, &head) != ERR_OK)
            (void)store_put_head(txn, &key, &head); /* errors are sticky */
    }
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

/* An answer costs no more than looking at NODE_COMPARE_HEADS reports, whosever they are. It says
 * how far it came: what both have up to there is compared, what lies behind waits, and so it goes
 * on to the end, each thing once. */
static void test_reports_of_others_cut_a_page_too(void **state)
{
    static const uint32_t added[] = {FIRST_CUT - 1, FIRST_CUT + 1,  SECOND_CUT - 1,
                                     SECOND_CUT,    SECOND_CUT + 1, LAST};
    static const uint32_t held[] = {631, 23857, SECOND_CUT, LAST};
    const struct entry entries[] = {
        {key_of(PERIOD_S1, 631, 1), 1, true},
        {key_of(PERIOD_S1, FIRST_CUT - 2, 1), 9, false}, /* a foreign one: not wanted */
        {key_of(PERIOD_S1, FIRST_CUT - 1, 1), 1, false},
        {key_of(PERIOD_S1, FIRST_CUT + 1, 1), 1, false},
        {key_of(PERIOD_S1, SECOND_CUT - 1, 1), 1, false},
        {key_of(PERIOD_S1, SECOND_CUT + 1, 1), 1, false},
    };
    static const struct {
        uint32_t through; /* 0: all */
        uint32_t sent;
        size_t first, wanted, wanted_count; /* of the entries: those of the page, those wanted */
    } pages[] = {
        {FIRST_CUT, 23857, 0, 2, 1},
        {SECOND_CUT, SECOND_CUT, 3, 3, 2}, /* here the last one looked at is the child's */
        {0, LAST, 5, 5, 1},
    };
    struct rig *rig = *state;
    Tonghop__Catalogue *catalogue = edit_begin(2);
    for (size_t i = 0; i < LENGTH(added); i++)
        edit_add_communes(catalogue, 631, added[i], 1);
    struct buf bytes = edit_end(catalogue);
    rig_put_catalogue(rig, span_of(&bytes));
    rig_settle(rig);
    buf_fini(&bytes);
    for (size_t i = 0; i < LENGTH(held); i++)
        hold(rig, NODE_631, DRAFT(.period = "2024-S1", .unit = held[i]),
             (struct state){1, A, 0, 0});
    hold_foreign(rig);
    struct report_key after;
    for (size_t i = 0; i < LENGTH(pages); i++) {
        const struct page_of page = {.kind = KIND_ACTUAL,
                                     .year = 2024,
                                     .after = i > 0 ? &after : NULL,
                                     .entries = entries + pages[i].first,
                                     .count = LENGTH(entries) - pages[i].first};
        send_inventory(rig, NODE_631, &page);
        assert_int_equal(key_sent(rig, NODE_631, 0).unit, pages[i].sent);
        const Tonghop__Compared *compared = assert_compared(rig, NODE_631, 1);
        assert_int_equal(compared->n_wanted, pages[i].wanted_count);
        for (size_t n = 0; n < compared->n_wanted; n++)
            assert_int_equal(compared->wanted[n]->unit, entries[pages[i].wanted + n].key.unit);
        assert_int_equal(compared->through != NULL ? compared->through->unit : 0, pages[i].through);
        after = key_of(PERIOD_S1, pages[i].through, 1);
    }
}

/* A page that has its own end is not cut behind it. */
static void test_reports_of_others_behind_the_end(void **state)
{
    struct rig *rig = *state;
    const struct report_key end = key_of(PERIOD_S1, FIRST_ADDED + 2 * 10, 1);
    hold_foreign(rig);
    send_inventory(rig, NODE_631,
                   &(struct page_of){.kind = KIND_ACTUAL, .year = 2024, .through = &end});
    assert_int_equal(assert_compared(rig, NODE_631, 0)->through->unit, end.unit);
}

/* ---- many inventories ---- */

/* The effects that answer the event that named `re`, from `*first` on: either states and then
 * Compared, which says how many, or a refusal and nothing else. Returns which. */
static bool is_answered(struct rig *rig, uint64_t re, size_t *first)
{
    for (uint32_t states = 0;; states++) {
        const struct effect *effect = &rig->effects.items[(*first)++];
        while (effect->type == EFFECT_PEER_HEARD)
            effect = &rig->effects.items[(*first)++];
        assert_int_equal(effect->type, EFFECT_SEND_PEER);
        const Tonghop__Envelope *envelope = rig_open(rig, effects_bytes(&rig->effects, effect));
        assert_int_equal(envelope->re, re);
        if (envelope->body_case == BODY(REVISION))
            continue;
        if (envelope->body_case == BODY(COMPARED)) {
            assert_true(states > 0);
            assert_int_equal(envelope->compared->revision_count, states);
            return true;
        }
        assert_int_equal(states, 0);
        assert_contains(assert_refused(envelope, "busy")->text, "ask again");
        return false;
    }
}

/* The answers to inventories wait in memory as all others do, and within the same bound: what would
 * not fit is put off before anything is gathered for it, and answered when it is asked again. */
static void test_inventories_of_one_batch(void **state)
{
    struct rig *rig = *state;
    struct event events[NODE_BATCH_MAX];
    struct buf bytes[NODE_BATCH_MAX] = {0};
    size_t first = 0, answered = 0;
    hold_large(rig);
    for (size_t i = 0; i < NODE_BATCH_MAX; i++) {
        pack_inventory(rig, &(struct page_of){.kind = KIND_ACTUAL, .year = 2024}, &bytes[i]);
        events[i] = rig_event(rig, EVENT_PEER_MESSAGE);
        events[i].from = from_key(NODE_631);
        events[i].bytes = span_of(&bytes[i]);
    }
    assert_int_equal(node_batch(rig->node, events, NODE_BATCH_MAX, &rig->effects), ERR_OK);
    assert_true(rig->effects.bytes.len <= STEP_ANSWERS_MAX);
    for (size_t i = 0; i < NODE_BATCH_MAX; i++)
        answered += is_answered(rig, rig->seq - NODE_BATCH_MAX + 1 + i, &first);
    assert_int_equal(first, rig->effects.count);
    /* Room for the largest answer is kept free, and no more than that is wasted. */
    assert_true(answered < NODE_BATCH_MAX);
    assert_true(rig->effects.bytes.len > STEP_ANSWERS_MAX - NODE_COMPARE_ANSWER);
    effects_clear(&rig->effects);
    rig_message(rig, from_key(NODE_631), span_of(&bytes[NODE_BATCH_MAX - 1]));
    assert_compared(rig, NODE_631, LARGE_OF_PAGE);
    for (size_t i = 0; i < NODE_BATCH_MAX; i++)
        buf_fini(&bytes[i]);
}

/* ---- not now ---- */

static int setup_restoring(void **state)
{
    int result = rig_setup_unit(state, 64, true);
    rig_install_sample(*state);
    rig_enrol(*state, NODE_631, 631, ROLE(NODE));
    rig_set_restoring(*state, true);
    rig_restart(*state);
    rig_hello(*state, from_key(NODE_631), 631);
    return result;
}

static int setup_empty(void **state)
{
    int result = rig_setup_unit(state, 64, false);
    rig_enrol(*state, NODE_631, 631, ROLE(NODE));
    return result;
}

/* A node that is not complete itself says so: its answer would tell a child that it has nothing. */
static void test_busy(void **state)
{
    struct rig *rig = *state;
    send_inventory(rig, NODE_631, &(struct page_of){.kind = KIND_ACTUAL, .year = 2024});
    assert_refused(rig_answer(rig, from_key(NODE_631)), "busy");
}

/* Only nodes compare. */
static void test_only_nodes_compare(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, READER, 631, ROLE(READER));
    hold(rig, NODE_631, DRAFT(.period = "2024-S1", .unit = 23857), (struct state){1, A, 0, 0});
    send_inventory(rig, READER, &(struct page_of){.kind = KIND_ACTUAL, .year = 2024});
    assert_refused(rig_answer(rig, from_key(READER)), "forbidden");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        INVENTORY_TEST(test_who_gives),
        INVENTORY_TEST(test_two_lists),
        INVENTORY_TEST(test_damage_is_told),
        INVENTORY_TEST(test_nothing_foreign),
        INVENTORY_TEST(test_the_tree_of_the_period),
        INVENTORY_TEST(test_nothing_is_wanted_that_would_be_refused),
        INVENTORY_TEST(test_a_page_has_ends),
        INVENTORY_TEST(test_a_page_is_cut_and_goes_on),
        INVENTORY_TEST(test_what_is_cut_off_waits),
        INVENTORY_TEST(test_a_page_is_cut_by_its_bytes),
        INVENTORY_TEST(test_reports_of_others_cut_a_page_too),
        INVENTORY_TEST(test_reports_of_others_behind_the_end),
        INVENTORY_TEST(test_inventories_of_one_batch),
        cmocka_unit_test_setup_teardown(test_busy, setup_restoring, rig_teardown),
        cmocka_unit_test_setup_teardown(test_busy, setup_empty, rig_teardown),
        INVENTORY_TEST(test_only_nodes_compare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
