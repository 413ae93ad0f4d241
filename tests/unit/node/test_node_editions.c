/* Editions at one node: who may close what, what is refused and named, causes of each kind, and
 * what is said when a revision is held no more. */
#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/edit.h"
#include "unit/node/freeze.h"
#include "unit/node/state.h"

enum { NODE_631 = 1, ADMIN = 2, READER_631 = 3, REPORTER = 4, ADMIN_631 = 5 };
#define CAUSE(name) TONGHOP__CAUSE_TYPE__CAUSE_TYPE_##name

/* A commune's annual figures. */
static struct draft models(uint32_t unit, uint64_t based_on, const struct cell *cell)
{
    return (struct draft){.period = "2024",
                          .unit = unit,
                          .based_on = based_on,
                          .author = "Hoa",
                          .reason = "đã rà soát",
                          .cells = cell,
                          .cell_count = 1};
}

/* What is closed has to be reopened before the unit files again; what is not closed stays so. */
static void reopen(struct rig *rig, uint32_t unit)
{
    char text[16];
    Tonghop__Reopen message = TONGHOP__REOPEN__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    (void)snprintf(text, sizeof(text), "id:%u", unit);
    message.period = TEXT("2024");
    message.unit = text;
    message.until_us = rig->now.us + 3600 * INT64_C(1000000);
    message.reason = TEXT("số liệu còn thiếu");
    envelope.body_case = BODY(REOPEN);
    envelope.reopen = &message;
    rig->now.us++; /* later than the closing */
    (void)rig_ask(rig, from_local(), &envelope);
}

static uint64_t file_models(struct rig *rig, uint32_t unit, uint64_t based_on, int64_t count)
{
    const struct cell cell = EXACT(1, count);
    const struct draft draft = models(unit, based_on, &cell);
    reopen(rig, unit);
    return file_ok(rig, &draft);
}

static const Tonghop__Edition *close_ok(struct rig *rig, Tonghop__EditionRank rank)
{
    const Tonghop__Envelope *answer =
        ask_close(rig, from_local(), FREEZE(.period = "2024", .rank = rank, .incomplete = true));
    assert_body(answer, BODY(CLOSED));
    return answer->closed->edition;
}

static const Tonghop__Envelope *ask_edition(struct rig *rig, struct peer_from from,
                                            const char *unit, const char *edition)
{
    Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    char *indicators[] = {TEXT("model.registered")};
    query.period = TEXT("2024");
    query.unit = TEXT(unit);
    query.edition = TEXT(edition);
    query.indicators = indicators;
    query.n_indicators = 1;
    envelope.body_case = BODY(TOTALS_QUERY);
    envelope.totals_query = &query;
    return rig_ask(rig, from, &envelope);
}

/* -1: there is none. */
static int64_t models_of(struct rig *rig, const char *unit, const char *edition)
{
    const Tonghop__Envelope *answer = ask_edition(rig, from_local(), unit, edition);
    assert_body(answer, BODY(TOTALS));
    const Tonghop__Value *value = answer->totals->units[0]->values[0];
    return value->has_value ? (int64_t)value->value_low : -1;
}

static const Tonghop__Envelope *ask_difference(struct rig *rig, const char *unit, const char *from,
                                               const char *to)
{
    Tonghop__DifferenceQuery query = TONGHOP__DIFFERENCE_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.period = TEXT("2024");
    query.unit = TEXT(unit);
    query.from = TEXT(from);
    query.to = TEXT(to);
    envelope.body_case = BODY(DIFFERENCE_QUERY);
    envelope.difference_query = &query;
    return rig_ask(rig, from_local(), &envelope);
}

static const Tonghop__Difference *difference_ok(struct rig *rig, const char *from, const char *to)
{
    const Tonghop__Envelope *answer = ask_difference(rig, "", from, to);
    assert_body(answer, BODY(DIFFERENCE));
    return answer->difference;
}

/* ---- closing ---- */

/* An edition is counted from 1 for each unit, kind and period, and says who, when and why. */
static void test_an_edition_says_what_it_is(void **state)
{
    struct rig *rig = *state;
    file_models(rig, 23857, 0, 12);
    const Tonghop__Envelope *answer =
        ask_close(rig, from_local(),
                  FREEZE(.period = "2024", .rank = RANK(ESTIMATE), .incomplete = true,
                         .reason = "theo số ước"));
    assert_body(answer, BODY(CLOSED));
    const Tonghop__Edition *edition = answer->closed->edition;
    assert_false(answer->closed->checked);
    assert_int_equal(edition->number, 1);
    assert_int_equal(edition->unit->id, 64);
    assert_int_equal(edition->time_us, rig->now.us);
    assert_string_equal(edition->person, "uid:1000");
    assert_string_equal(edition->reason, "theo số ước");
    assert_int_equal(edition->catalogue, 1);
    assert_int_equal(edition->report_count, 1);
    assert_true(edition->due_count > edition->filed_count + 1);
    assert_int_equal(edition->filed_count + edition->missing_count, edition->due_count);
    assert_int_equal(close_ok(rig, RANK(OFFICIAL))->number, 2);
    answer = ask_close(rig, from_local(),
                       FREEZE(.period = "2024-S1", .rank = RANK(ESTIMATE), .incomplete = true));
    assert_body(answer, BODY(CLOSED));
    assert_int_equal(answer->closed->edition->number, 1);
    assert_int_equal(answer->closed->edition->report_count, 0); /* the year's is no part of it */
    answer = ask_close(
        rig, from_local(),
        FREEZE(.kind = KIND_PLAN, .period = "2024", .rank = RANK(ESTIMATE), .incomplete = true));
    assert_int_equal(answer->closed->edition->number, 1);
    const Tonghop__Editions *list = list_editions(rig, "2024");
    assert_int_equal(list->n_editions, 2);
    assert_int_equal(list->editions[1]->rank, RANK(OFFICIAL));
    assert_memory_equal(list->editions[0]->digest.data, list->editions[1]->digest.data, 32);
    assert_verifies(rig);
}

/* Nobody is closed out in silence: what is missing, waits or was returned is named, and what is
 * only looked at changes nothing. */
static void test_what_is_open_is_named(void **state)
{
    struct rig *rig = *state;
    rig_install_manual(rig, 2);
    const struct draft returned = {.period = "2024", .unit = 23857};
    file_models(rig, 23857, 0, 12);
    mark_ok(rig, &returned, 1, STATE_RETURNED);
    file_models(rig, 23860, 0, 7); /* waits */
    char *before = dump_store(rig);
    const struct freezing freezing = {.period = "2024", .rank = RANK(OFFICIAL)};
    const Tonghop__Refusal *refusal =
        assert_refused(ask_close(rig, from_local(), &freezing), "invalid");
    assert_contains(refusal->text, "--incomplete");
    size_t waiting = 0, returned_count = 0, missing = 0;
    for (size_t i = 0; i < refusal->n_problems; i++) {
        waiting += strstr(refusal->problems[i]->text, "23860") != NULL &&
                   strstr(refusal->problems[i]->text, "waiting") != NULL;
        returned_count += strstr(refusal->problems[i]->text, "23857") != NULL &&
                          strstr(refusal->problems[i]->text, "returned") != NULL;
        missing += strstr(refusal->problems[i]->text, "missing") != NULL;
    }
    assert_int_equal(waiting, 1);
    assert_int_equal(returned_count, 1);
    assert_int_equal(missing + 2, refusal->n_problems);
    const Tonghop__Envelope *answer = ask_close(
        rig, from_local(),
        FREEZE(.period = "2024", .rank = RANK(OFFICIAL), .incomplete = true, .check_only = true));
    assert_body(answer, BODY(CLOSED));
    assert_true(answer->closed->checked);
    assert_int_equal(answer->closed->edition->number, 0);
    assert_unchanged(rig, before);
    assert_int_equal(list_editions(rig, "2024")->n_editions, 0);
}

static void test_who_may_close(void **state)
{
    struct rig *rig = *state;
    const struct freezing own = {.period = "2024", .rank = RANK(OFFICIAL), .incomplete = true};
    struct freezing district = own, future = own;
    district.unit = "631";
    future.period = "2025-S2";
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    rig_enrol(rig, ADMIN, 64, ROLE(ADMIN));
    rig_enrol(rig, READER_631, 631, ROLE(READER));
    rig_enrol(rig, REPORTER, 64, ROLE(REPORTER));
    const Tonghop__Refusal *refusal =
        assert_refused(ask_close(rig, from_key(ADMIN), &district), "not-home");
    assert_int_equal(refusal->home, 631);
    assert_contains(refusal->text, "631");
    rig_enrol(rig, ADMIN_631, 631, ROLE(ADMIN));
    assert_refused(ask_close(rig, from_key(ADMIN_631), &own), "foreign");
    assert_refused(ask_close(rig, from_key(READER_631), &own), "forbidden");
    assert_refused(ask_close(rig, from_key(REPORTER), &own), "forbidden");
    assert_refused(ask_close(rig, from_key(NODE_631), &own), "forbidden");
    assert_refused(ask_close(rig, from_local(), &future), "range");
    future.kind = KIND_PLAN; /* a plan is made before */
    assert_body(ask_close(rig, from_local(), &future), BODY(CLOSED));
    assert_body(ask_close(rig, from_key(ADMIN), &own), BODY(CLOSED));
    refusal = assert_refused(
        ask_close(rig, from_local(),
                  FREEZE(.period = "2024", .rank = RANK(PRELIMINARY), .incomplete = true)),
        "invalid");
    assert_contains(refusal->text, "official");
    assert_int_equal(close_ok(rig, RANK(OFFICIAL))->number, 2); /* again is well */
    assert_refused(
        ask_close(rig, from_local(), FREEZE(.period = "2024-S3", .rank = RANK(OFFICIAL))),
        "syntax");
}

/* A node that may lack reports freezes nothing. */
static void test_an_incomplete_node_closes_nothing(void **state)
{
    struct rig *rig = *state;
    rig_set_restoring(rig, true);
    rig_restart(rig);
    rig_hello(rig, from_local(), 0);
    assert_refused(ask_close(rig, from_local(),
                             FREEZE(.period = "2024", .rank = RANK(OFFICIAL), .incomplete = true)),
                   "busy");
}

/* What is kept for good needs room, as reports do. */
static void test_a_full_disk_closes_nothing(void **state)
{
    struct rig *rig = *state;
    rig_stop(rig);
    rig_start(rig, UINT64_MAX);
    rig_hello(rig, from_local(), 0);
    assert_refused(ask_close(rig, from_local(),
                             FREEZE(.period = "2024", .rank = RANK(OFFICIAL), .incomplete = true)),
                   "full");
}

/* ---- asking ---- */

/* By number or rank; of a unit beneath from the edition of the nearest unit above that has it; by
 * whoever may read the unit. */
static void test_an_edition_is_asked(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, READER_631, 631, ROLE(READER));
    file_models(rig, 23857, 0, 12);
    file_models(rig, 23887, 0, 5);
    close_ok(rig, RANK(PRELIMINARY));
    file_models(rig, 23857, 1, 20);
    close_ok(rig, RANK(PRELIMINARY));
    file_models(rig, 23857, 2, 30);
    assert_int_equal(models_of(rig, "", ""), 35);
    assert_int_equal(models_of(rig, "", "1"), 17);
    assert_int_equal(models_of(rig, "", "2"), 25);
    assert_int_equal(models_of(rig, "", "preliminary"), 25); /* the latest of them */
    assert_int_equal(models_of(rig, "631", "1"), 12);
    assert_int_equal(models_of(rig, "23887", "1"), 5);
    assert_int_equal(models_of(rig, "23860", "1"), -1);
    const Tonghop__Envelope *answer = ask_edition(rig, from_key(READER_631), "", "1");
    assert_body(answer, BODY(TOTALS));
    assert_int_equal(answer->totals->units[0]->unit->id, 631);
    assert_int_equal(answer->totals->edition->unit->id, 64);
    assert_refused(ask_edition(rig, from_key(READER_631), "632", "1"), "foreign");
    assert_refused(ask_edition(rig, from_local(), "", "3"), "not-found");
    assert_refused(ask_edition(rig, from_local(), "", "official"), "not-found");
    assert_refused(ask_edition(rig, from_local(), "", "0"), "syntax");
    assert_refused(ask_edition(rig, from_local(), "", "1a"), "syntax");
    assert_refused(ask_edition(rig, from_local(), "", "4294967296"), "syntax");
    answer = ask_close(
        rig, from_local(),
        FREEZE(.period = "2024", .unit = "631", .rank = RANK(OFFICIAL), .incomplete = true));
    assert_body(answer, BODY(CLOSED));                          /* this node serves it */
    assert_int_equal(answer->closed->edition->report_count, 1); /* not that of 23887 */
    assert_int_equal(models_of(rig, "631", "official"), 30);
    assert_int_equal(models_of(rig, "23857", "official"), 30);
    assert_int_equal(models_of(rig, "631", "1"), 30); /* its own one is nearer */
    assert_refused(ask_edition(rig, from_local(), "632", "official"), "not-found");
}

/* What is not frozen is not asked together with what is. */
static void test_what_is_not_frozen_is_refused(void **state)
{
    struct rig *rig = *state;
    close_ok(rig, RANK(OFFICIAL));
    for (int i = 0; i < 3; i++) {
        Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
        query.period = TEXT("2024");
        query.edition = TEXT("1");
        query.from = TEXT(i == 0 ? "2023" : "");
        query.compare_previous = i == 1;
        query.compare_plan = i == 2;
        const Tonghop__Refusal *refusal = assert_refused(ask_frozen(rig, &query), "usage");
        assert_contains(refusal->text, "not frozen");
    }
}

static void drop_revision(struct rig *rig, const struct draft *like, uint64_t number)
{
    bool is_unknown;
    struct report_key key = draft_key(like);
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(store_delete_revision(txn, &key, number), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    rig_restart(rig);
    rig_hello(rig, from_local(), 0);
}

/* Never a wrong total: what lacks a revision is refused, and that is named; what does not need it
 * is answered. verify finds it. */
static void test_a_revision_that_is_lost_is_named(void **state)
{
    struct rig *rig = *state;
    const struct draft lost = {.period = "2024", .unit = 23857};
    file_models(rig, 23857, 0, 12);
    file_models(rig, 23887, 0, 5);
    close_ok(rig, RANK(PRELIMINARY));
    file_models(rig, 23857, 1, 20);
    assert_int_equal(models_of(rig, "", "1"), 17);
    drop_revision(rig, &lost, 1);
    for (int i = 0; i < 2; i++) {
        const Tonghop__Refusal *refusal =
            assert_refused(ask_edition(rig, from_local(), "", "1"), "not-found");
        assert_contains(refusal->text, "revision 1 of form general, 2024, of 23857");
    }
    assert_refused(ask_difference(rig, "", "1", ""), "not-found");
    assert_int_equal(models_of(rig, "", ""), 25);
    uint64_t reports, figures;
    assert_int_equal(node_verify(rig->node, &reports, &figures), 1);
    assert_logged("revision 1 of actual 2024 of 23857");
}

/* Puts a filing in the place of a revision that is held, as when two nodes numbered it. */
static void replace_revision(struct rig *rig, const struct draft *draft, uint64_t number)
{
    bool is_unknown;
    struct report_key key = draft_key(draft);
    struct revision revision;
    struct buf filing = {0};
    draft_pack(draft, &filing);
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(store_get_revision(txn, &key, number + 1, &revision), ERR_OK);
    revision.number = number;
    revision.recorded_by = (struct span){0};
    revision.filing = span_of(&filing);
    assert_int_equal(store_put_revision(txn, &key, &revision), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    buf_fini(&filing);
}

/* Another filing under that number is not the one that was frozen; when the right one is back, it
 * is taken again, at once. */
static void test_another_revision_of_that_number_is_none(void **state)
{
    struct rig *rig = *state;
    const struct cell right = EXACT(1, 12), wrong = EXACT(1, 13);
    const struct draft filed = models(23857, 0, &right), other = models(23857, 0, &wrong);
    file_models(rig, 23857, 0, 12);
    close_ok(rig, RANK(PRELIMINARY));
    file_models(rig, 23857, 1, 20);
    replace_revision(rig, &other, 1);
    assert_refused(ask_edition(rig, from_local(), "", "1"), "not-found");
    assert_refused(ask_difference(rig, "", "1", ""), "not-found");
    replace_revision(rig, &filed, 1);
    assert_int_equal(models_of(rig, "", "1"), 12);
    uint64_t reports, figures;
    replace_revision(rig, &other, 1);
    assert_int_equal(node_verify(rig->node, &reports, &figures), 1);
    replace_revision(rig, &filed, 1);
    assert_int_equal(node_verify(rig->node, &reports, &figures), 0);
}

/* A catalogue that an edition names stays when others come; without it the edition is refused. */
static void test_a_catalogue_that_is_lost_is_named(void **state)
{
    struct rig *rig = *state;
    bool is_unknown;
    close_ok(rig, RANK(OFFICIAL));
    rig_install_edited(rig, edit_begin(2));
    assert_body(ask_edition(rig, from_local(), "", "1"), BODY(TOTALS));
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(store_delete_catalogue(txn, 1), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    rig_restart(rig);
    rig_hello(rig, from_local(), 0);
    const Tonghop__Refusal *refusal =
        assert_refused(ask_edition(rig, from_local(), "", "1"), "not-found");
    assert_contains(refusal->text, "catalogue");
    assert_refused(ask_difference(rig, "", "1", ""), "not-found");
    uint64_t reports, figures;
    assert_int_equal(node_verify(rig->node, &reports, &figures), 1);
}

/* ---- differences ---- */

static const Tonghop__Cause *cause_of(const Tonghop__Difference *difference, uint32_t unit)
{
    for (size_t i = 0; i < difference->n_causes; i++)
        if (difference->causes[i]->unit->id == unit)
            return difference->causes[i];
    fail_msg("unit %u is no cause", unit);
    return NULL;
}

static void return_ok(struct rig *rig, const struct draft *like, uint64_t revision,
                      const char *reason)
{
    struct report_key key = draft_key(like);
    Tonghop__Key wire_key;
    Tonghop__Mark mark = TONGHOP__MARK__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    wire_key_of(&key, &wire_key);
    mark.key = &wire_key;
    mark.revision = revision;
    mark.states = STATE_RETURNED;
    mark.reason = TEXT(reason);
    envelope.body_case = BODY(MARK);
    envelope.mark = &mark;
    assert_body(rig_ask(rig, from_local(), &envelope), BODY(DONE));
}

/* Each kind of cause, with the revisions on both sides and what it did. */
static void test_causes_of_each_kind(void **state)
{
    struct rig *rig = *state;
    rig_install_manual(rig, 2);
    const struct draft a = {.period = "2024", .unit = 23857}, b = {.period = "2024", .unit = 23860},
                       c = {.period = "2024", .unit = 23863}, d = {.period = "2024", .unit = 23887},
                       e = {.period = "2024", .unit = 23888};
    file_models(rig, a.unit, 0, 10);
    mark_ok(rig, &a, 1, STATE_ACCEPTED);
    file_models(rig, b.unit, 0, 20);
    mark_ok(rig, &b, 1, STATE_ACCEPTED);
    file_models(rig, c.unit, 0, 30); /* waits */
    file_models(rig, d.unit, 0, 40);
    mark_ok(rig, &d, 1, STATE_ACCEPTED);
    rig->now.us += 1000000;
    close_ok(rig, RANK(PRELIMINARY));
    rig->now.us += 1000000;
    assert_int_equal(difference_ok(rig, "1", "")->n_causes, 0);
    file_models(rig, a.unit, 1, 11);
    mark_ok(rig, &a, 2, STATE_ACCEPTED);
    reopen(rig, b.unit);
    rig->now.us += 1000000;
    const int64_t returned_us = rig->now.us;
    return_ok(rig, &b, 1, "sau sao lưu");
    rig->now.us += 1000000;
    const int64_t accepted_us = rig->now.us;
    mark_ok(rig, &c, 1, STATE_ACCEPTED);
    rig->now.us += 1000000;
    reopen(rig, d.unit);
    file_ok(rig, DRAFT(.period = "2024", .unit = d.unit, .based_on = 1, .is_withdrawn = true,
                       .reason = "nhầm"));
    mark_ok(rig, &d, 2, STATE_ACCEPTED);
    file_models(rig, e.unit, 0, 50);
    mark_ok(rig, &e, 1, STATE_ACCEPTED);
    const Tonghop__Difference *difference = difference_ok(rig, "1", "");
    assert_null(difference->to);
    static const struct {
        uint32_t unit;
        Tonghop__CauseType type;
        uint64_t before, after;
        int64_t change;
    } rows[] = {{23857, CAUSE(CORRECTED), 1, 2, 1},
                {23860, CAUSE(RETURNED), 1, 0, -20},
                {23863, CAUSE(ACCEPTED), 0, 1, 30},
                {23887, CAUSE(WITHDRAWN), 1, 2, -40},
                {23888, CAUSE(FILED), 0, 1, 50}};
    assert_int_equal(difference->n_causes, LENGTH(rows));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const Tonghop__Cause *cause = cause_of(difference, rows[i].unit);
        assert_int_equal(cause->type, rows[i].type);
        assert_int_equal(cause->revision_before, rows[i].before);
        assert_int_equal(cause->revision_after, rows[i].after);
        assert_int_equal(cause->n_cells, 1);
        assert_int_equal((int64_t)cause->cells[0]->change_low, rows[i].change);
        assert_string_equal(cause->person, "uid:1000");
        assert_true((cause->decided_by != NULL) ==
                    (cause->type == CAUSE(RETURNED) || cause->type == CAUSE(ACCEPTED)));
        assert_string_equal(cause->period, "2024");
        assert_string_equal(cause->form, "general");
    }
    /* In order of time: of the decision, where that made the difference. */
    for (size_t i = 1; i < difference->n_causes; i++)
        assert_true(difference->causes[i - 1]->received_us <= difference->causes[i]->received_us);
    const Tonghop__Cause *decided = cause_of(difference, 23860);
    assert_int_equal(decided->received_us, returned_us);
    assert_int_equal(decided->decided_by->id, 64);
    assert_string_equal(decided->reason, "sau sao lưu");
    assert_string_equal(decided->author, "");
    decided = cause_of(difference, 23863);
    assert_int_equal(decided->received_us, accepted_us);
    assert_int_equal(decided->decided_by->id, 64);
    assert_string_equal(decided->author, "Hoa");
    assert_string_equal(cause_of(difference, 23888)->author, "Hoa");
    assert_string_equal(cause_of(difference, 23887)->reason, "nhầm");
    assert_int_equal(difference->before[0]->value_low, 70);
    assert_int_equal(difference->after[0]->value_low, 91);
    const Tonghop__Envelope *answer = ask_difference(rig, "631", "1", "");
    assert_body(answer, BODY(DIFFERENCE));
    assert_int_equal(answer->difference->n_causes, 3);
}

/* A correction that was accepted and then returned ends what the edition had: its return is told. A
 * return of which nothing is known but the bit has no time, and comes last. */
static void test_returns_that_end_another(void **state)
{

    struct rig *rig = *state;
    const struct draft a = {.period = "2024", .unit = 23888}, b = {.period = "2024", .unit = 23857};
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    rig_hello(rig, from_local(), 0);
    file_models(rig, a.unit, 0, 10);
    (void)state_from_child(rig, NODE_631, &b, (struct state){1, STATE_ACCEPTED, 0, 0});
    rig->now.us += 1000000;
    close_ok(rig, RANK(PRELIMINARY));
    rig->now.us += 1000000;
    (void)state_from_child(rig, NODE_631, &b,
                           (struct state){1, STATE_ACCEPTED | STATE_RETURNED, 0, 0});
    file_models(rig, a.unit, 1, 11);
    rig->now.us += 1000000;
    const int64_t returned_us = rig->now.us;
    return_ok(rig, &a, 2, "đếm lại");
    rig->now.us += 1000000;
    const Tonghop__Difference *difference = difference_ok(rig, "1", "");
    assert_int_equal(difference->n_causes, 2);
    const Tonghop__Cause *first = difference->causes[0], *second = difference->causes[1];
    assert_int_equal(first->unit->id, 23888);
    assert_int_equal(first->type, CAUSE(RETURNED));
    assert_int_equal(first->received_us, returned_us);
    assert_string_equal(first->reason, "đếm lại");
    assert_int_equal(first->revision_before, 1);
    assert_int_equal(second->unit->id, 23857);
    assert_int_equal(second->type, CAUSE(RETURNED));
    assert_int_equal(second->received_us, 0);
    assert_null(second->decided_by);
    assert_string_equal(second->author, "");
    assert_string_equal(second->reason, "");
    assert_string_equal(second->person, "");
}

/* A formula that changed is the catalogue's doing, and so are units that stand elsewhere; names
 * alone change no figure. */
static void test_a_catalogue_is_a_cause(void **state)
{
    struct rig *rig = *state;
    const struct cell cells[] = {EXACT(1, 20), EXACT(2, 10)};
    const struct draft draft = {
        .period = "2024", .unit = 23857, .cells = cells, .cell_count = LENGTH(cells)};
    file_ok(rig, &draft);
    file_models(rig, 23888, 0, 7);
    close_ok(rig, RANK(OFFICIAL));
    Tonghop__Catalogue *catalogue = edit_begin(2);
    edit_text(&edit_indicator(catalogue, 1)->name_vi, "Tên khác");
    rig_install_edited(rig, catalogue);
    const Tonghop__Difference *difference = difference_ok(rig, "1", "");
    assert_int_equal(difference->n_causes, 1);
    assert_int_equal(difference->causes[0]->type, CAUSE(CATALOGUE));
    assert_int_equal(difference->causes[0]->catalogue_before, 1);
    assert_int_equal(difference->causes[0]->catalogue_after, 2);
    assert_int_equal(difference->causes[0]->n_cells, 0);
    assert_int_equal(difference->n_indicators, 0);
    catalogue = edit_begin(3);
    edit_text(&edit_indicator(catalogue, 5)->rule,
              "= 100 * model.recognised / (model.registered + model.recognised)");
    rig_install_edited(rig, catalogue);
    file_models(rig, 23888, 1, 9);
    difference = difference_ok(rig, "1", "");
    assert_int_equal(difference->n_causes, 2);
    assert_int_equal(difference->causes[0]->type, CAUSE(CORRECTED));
    const Tonghop__Cause *last = difference->causes[1];
    assert_int_equal(last->type, CAUSE(CATALOGUE));
    assert_int_equal(last->n_cells, 1);
    assert_int_equal(last->cells[0]->indicator, 5);
    assert_int_equal(last->cells[0]->before->value_low, 3448); /* 100 * 10 / 29 */
    assert_int_equal(last->cells[0]->after->value_low, 2564);  /* 100 * 10 / 39 */
}

/* A unit that the new catalogue moves away takes its figures along: of a district they are the
 * catalogue's, and its corrections are no causes of their own. */
static void test_a_unit_that_moved_is_the_catalogues(void **state)
{
    struct rig *rig = *state;
    struct date day;
    assert_int_equal(date_make(2024, 7, 1, &day), ERR_OK);
    file_models(rig, 23857, 0, 12);
    file_models(rig, 23860, 0, 3);
    close_ok(rig, RANK(OFFICIAL));
    Tonghop__Catalogue *catalogue = edit_begin(2);
    edit_move(catalogue, 23860, day, 632);
    rig_install_edited(rig, catalogue);
    file_models(rig, 23860, 1, 4);
    file_models(rig, 23857, 1, 13);
    const Tonghop__Envelope *answer = ask_difference(rig, "631", "1", "");
    assert_body(answer, BODY(DIFFERENCE));
    const Tonghop__Difference *difference = answer->difference;
    assert_int_equal(difference->before[0]->value_low, 15);
    assert_int_equal(difference->after[0]->value_low, 13);
    assert_int_equal(difference->n_causes, 2);
    assert_int_equal(difference->causes[0]->unit->id, 23857);
    assert_int_equal(difference->causes[0]->cells[0]->change_low, 1);
    assert_int_equal((int64_t)difference->causes[1]->cells[0]->change_low, -3);
    difference = difference_ok(rig, "1", "");
    assert_int_equal(difference->n_causes, 3); /* of the province both are reports */
    assert_int_equal(models_of(rig, "631", "1"), 15);
    assert_int_equal(models_of(rig, "632", "1"), -1);
}

/* A province with a node above. */
static int setup_between(void **state)
{
    int result = rig_setup_unit(state, 64, true);
    rig_install_sample(*state);
    rig_hello(*state, from_local(), 0);
    return result;
}

/* What moved within the node's own units is all held here: the edition of one of them is no more
 * split than the live figures are. */
static void test_a_move_within_the_node_splits_nothing(void **state)
{
    struct rig *rig = *state;
    struct date day;
    assert_int_equal(date_make(2024, 7, 1, &day), ERR_OK);
    Tonghop__Catalogue *catalogue = edit_begin(2);
    edit_move(catalogue, 23888, day, 631);
    rig_install_edited(rig, catalogue);
    file_models(rig, 23888, 0, 6);
    assert_body(ask_close(rig, from_local(),
                          FREEZE(.period = "2024", .unit = "631", .rank = RANK(OFFICIAL),
                                 .incomplete = true)),
                BODY(CLOSED));
    for (int i = 0; i < 2; i++) {
        const Tonghop__Envelope *answer =
            ask_edition(rig, from_local(), "631", i == 0 ? "" : "official");
        assert_body(answer, BODY(TOTALS));
        assert_false(answer->totals->split_year);
        assert_int_equal(answer->totals->units[0]->values[0]->value_low, 6);
    }
}

static void test_differences_that_are_none(void **state)
{
    struct rig *rig = *state;
    close_ok(rig, RANK(PRELIMINARY));
    close_ok(rig, RANK(OFFICIAL));
    assert_refused(ask_difference(rig, "", "2", "1"), "usage");
    assert_refused(ask_difference(rig, "", "1", "1"), "usage");
    assert_refused(ask_difference(rig, "", "3", ""), "not-found");
    assert_refused(ask_difference(rig, "", "1", "estimate"), "not-found");
    assert_refused(ask_difference(rig, "", "", ""), "syntax");
    assert_int_equal(difference_ok(rig, "1", "2")->n_causes, 0);
    assert_int_equal(difference_ok(rig, "preliminary", "official")->to->number, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_an_edition_says_what_it_is),
        ROOT_TEST(test_what_is_open_is_named),
        ROOT_TEST(test_who_may_close),
        DISTRICT_TEST(test_an_incomplete_node_closes_nothing),
        ROOT_TEST(test_a_full_disk_closes_nothing),
        ROOT_TEST(test_an_edition_is_asked),
        ROOT_TEST(test_what_is_not_frozen_is_refused),
        ROOT_TEST(test_a_revision_that_is_lost_is_named),
        ROOT_TEST(test_another_revision_of_that_number_is_none),
        ROOT_TEST(test_a_catalogue_that_is_lost_is_named),
        ROOT_TEST(test_causes_of_each_kind),
        ROOT_TEST(test_returns_that_end_another),
        ROOT_TEST(test_a_catalogue_is_a_cause),
        ROOT_TEST(test_a_unit_that_moved_is_the_catalogues),
        cmocka_unit_test_setup_teardown(test_a_move_within_the_node_splits_nothing, setup_between,
                                        rig_teardown),
        ROOT_TEST(test_differences_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
