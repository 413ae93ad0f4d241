/* Properties of totals, on random catalogues, trees and reports:
 *   1  after every step, what is kept incrementally equals what is recomputed, and the totals of
 *      every unit, period, span and type equal a fold of the reports that is written here
 *   2  the order of arrival does not matter: it ends in the same bytes
 *   3  removing what was added restores the bytes
 *   4  no exactness is lost in silence, and nothing false is said of what an inexact figure means
 *   5  figures by type add up to the total
 * A seed that fails is printed; TONGHOP_PROPERTY_SEED=N runs it alone, and TONGHOP_PROPERTY_SEEDS=N
 * runs so many instead of the few that every build runs. */
#include "unit/node/dump.h"
#include "unit/node/property_check.h"
#include "unit/node/property_reports.h"

enum { SEEDS = 8, STEPS = 40, MESSAGES_MAX = 240, TRIES_MAX = 3000 };

/* ---- handed in ---- */

static const Tonghop__Envelope *hand_in(struct rig *rig, const struct buf *filing)
{
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    file.accept_warnings = true;
    file.filing = (ProtobufCBinaryData){filing->len, filing->data};
    envelope.body_case = BODY(FILE);
    envelope.file = &file;
    return rig_ask(rig, from_local(), &envelope);
}

static bool is_early(const struct p_model *m, const struct spot *at, struct instant received)
{
    return date_compare(instant_date(received), m->trees[at->year][at->label]->window.last) <= 0;
}

/* Files at the node and in the model. */
static void file_report(struct rig *rig, struct p_model *m, const struct spot *at,
                        struct p_report made)
{
    struct p_report *held = report_at(m, at);
    struct buf filing = {0};
    pack(m, at, &made, held->revision, &filing);
    const Tonghop__Envelope *answer = hand_in(rig, &filing);
    assert_body(answer, BODY(RECEIPT));
    buf_fini(&filing);
    if (answer->receipt->revision == held->revision)
        return; /* what was there already */
    made.revision = answer->receipt->revision;
    made.received = instant_later(rig->now, held->received);
    made.is_early = made.is_there && is_early(m, at, made.received);
    *held = made;
}

static void withdraw(struct rig *rig, struct p_model *m, const struct spot *at)
{
    file_report(rig, m, at, (struct p_report){0});
}

/* Some instant from the first period to long after the last; the ends of the last days of periods
 * more often than chance has them. */
static void draw_now(struct rig *rig, const struct p_model *m)
{
    static const int64_t day_us = INT64_C(86400000000), viet_nam_us = INT64_C(25200000000);
    uint64_t *rng = m->p->rng;
    int64_t first = m->trees[0][0]->window.first.days;
    rig->now.us = (first + (int64_t)pick(rng, 365 * (P_YEARS + 1))) * day_us +
                  (int64_t)pick(rng, 86400) * 1000000;
    if (chance(rng, 70))
        return;
    struct date last = m->trees[pick(rng, P_YEARS)][pick(rng, 3)]->window.last;
    rig->now.us = (last.days + 1) * day_us - viet_nam_us - (int64_t)pick(rng, 2);
}

static void assert_recomputes(struct rig *rig)
{
    uint64_t reports = 0, figures = 0;
    if (node_verify(rig->node, &reports, &figures) != 0)
        fail_msg("verify finds differences: %s", rig_log);
}

/* ---- rigs and seeds ---- */

struct property {
    uint64_t rng;
    struct p_catalogue p;
    struct p_model model;
};

static void install(struct rig *rig, const struct property *property)
{
    struct buf bytes = {0};
    wire_pack_catalogue(property->p.made, &bytes);
    rig_init(rig, 1, false);
    rig_put_catalogue(rig, span_of(&bytes));
    rig_settle(rig);
    rig_hello(rig, from_local(), 0);
    buf_fini(&bytes);
}

static unsigned number_from(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);
    return text != NULL && text[0] != '\0' ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

/* Runs one property for every seed. */
static void for_seeds(void (*run)(struct property *property))
{
    unsigned only = number_from("TONGHOP_PROPERTY_SEED", 0);
    unsigned first = only != 0 ? only : 1;
    unsigned last = only != 0 ? only : number_from("TONGHOP_PROPERTY_SEEDS", SEEDS);
    struct property *property = mem_calloc(1, sizeof(*property));
    for (unsigned seed = first; seed <= last; seed++) {
        print_message("seed %u\n", seed);
        property->rng = seed;
        p_catalogue_make(&property->rng, &property->p);
        p_model_init(&property->model, &property->p);
        run(property);
        p_model_fini(&property->model);
        catalogue_free(&property->p.made);
    }
    free(property);
}

/* ---- 1, 4 and 5 ---- */

static void check_years(struct rig *rig, const struct p_model *m, size_t kind)
{
    for (size_t year = 0; year < P_YEARS; year++) {
        for (int label = 0; label < 3; label++) {
            struct p_span one = {.what = {kind, year, label, 0}, .from = year};
            check_units(rig, m, one);
            check_types(rig, m, one);
        }
        for (size_t from = 0; from < year; from++) {
            struct p_span span = {.what = {kind, year, PERIOD_Y - 1, 0}, .from = from};
            check_units(rig, m, span);
            check_types(rig, m, span);
        }
    }
}

/* A catalogue of the next number, which says the same: all is computed again, to the same bytes. */
static void assert_rebuilds(struct rig *rig, const struct property *property)
{
    char *before = dump_totals(rig, false);
    struct buf bytes = {0};
    property->p.made->number++;
    wire_pack_catalogue(property->p.made, &bytes);
    rig_put_catalogue(rig, span_of(&bytes));
    rig_settle(rig);
    buf_fini(&bytes);
    char *after = dump_totals(rig, false);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void run_totals(struct property *property)
{
    struct p_model *m = &property->model;
    struct rig rig;
    install(&rig, property);
    for (size_t step = 0; step < STEPS; step++) {
        struct spot at;
        while (!draw_place(m, &at))
            continue;
        draw_now(&rig, m);
        if (chance(&property->rng, 15))
            withdraw(&rig, m, &at);
        else
            file_report(&rig, m, &at, draw_report(m, &at));
        assert_recomputes(&rig);
        struct p_span one = {.what = {at.kind, at.year, (int)(step % 3), 0}, .from = at.year};
        check_units(&rig, m, one);
        if (step % 4 != 0)
            continue;
        struct p_span span = {.what = {at.kind, P_YEARS - 1, PERIOD_Y - 1, 0}, .from = at.year};
        check_units(&rig, m, span);
        check_types(&rig, m, span);
    }
    check_years(&rig, m, 0);
    check_years(&rig, m, 1);
    assert_rebuilds(&rig, property);
    assert_recomputes(&rig);
    rig_fini(&rig);
}

static void test_totals_are_those_of_the_reports(void **state)
{
    (void)state;
    for_seeds(run_totals);
}

/* ---- 3 ---- */

static void run_removal(struct property *property)
{
    struct p_model *m = &property->model;
    uint64_t *rng = &property->rng;
    struct rig rig;
    install(&rig, property);
    for (size_t step = 0; step < STEPS / 2; step++) {
        struct spot at;
        while (!draw_place(m, &at))
            continue;
        struct p_report was = *report_at(m, &at);
        char *before = dump_totals(&rig, false);
        file_report(&rig, m, &at, draw_report(m, &at));
        file_report(&rig, m, &at, was); /* a withdrawal, if nothing was there */
        char *after = dump_totals(&rig, false);
        assert_string_equal(before, after);
        free(before);
        free(after);
        if (chance(rng, 80))
            file_report(&rig, m, &at, draw_report(m, &at));
    }
    for (struct spot at = {0}; at.kind < 2; at.kind++)
        for (at.year = 0; at.year < P_YEARS; at.year++)
            for (at.unit = 0; at.unit < m->p->unit_count; at.unit++)
                for (at.form = 0; at.form < m->p->form_count; at.form++)
                    for (at.label = 0; at.label < 3; at.label++)
                        if (report_at(m, &at)->is_there)
                            withdraw(&rig, m, &at);
    char *nothing = dump_totals(&rig, false);
    assert_string_equal(nothing, "totals\n");
    free(nothing);
    assert_recomputes(&rig);
    rig_fini(&rig);
}

static void test_removing_restores_the_bytes(void **state)
{
    (void)state;
    for_seeds(run_removal);
}

/* ---- 2 ---- */

/* A report to be filed, or the state of a key as a child's node has it. */
struct message {
    struct spot at;
    struct buf filing;
    uint64_t revision;
    uint32_t states;
    int64_t received_us;
    uint8_t key; /* of the child's node */
};

/* The nodes right beneath the root, by number of their keys from 1. */
static size_t find_children(const struct p_catalogue *p, uint32_t *ret_units)
{
    size_t count = 0;
    for (size_t i = 1; i < p->unit_count; i++)
        if (p->units[i].parent == 1 && is_always(&p->units[i]) &&
            p->units[i].again.days == INT32_MAX)
            ret_units[count++] = p->units[i].id;
    return count;
}

/* The key of the node that is home of a unit; 0: the root is. */
static uint8_t home_key(const struct p_model *m, const struct spot *at, const uint32_t *children,
                        size_t count)
{
    const struct tree *tree = m->trees[at->year][at->label];
    for (size_t i = 0; i < count; i++)
        if (tree_contains(tree, children[i], m->p->units[at->unit].id))
            return (uint8_t)(i + 1);
    return 0;
}

static void send(struct rig *rig, const struct p_model *m, const struct message *message)
{
    Tonghop__Revision revision = TONGHOP__REVISION__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    if (message->key == 0) {
        assert_body(hand_in(rig, &message->filing), BODY(RECEIPT));
        return;
    }
    revision.filing = (ProtobufCBinaryData){message->filing.len, message->filing.data};
    revision.revision = message->revision;
    revision.states = message->states;
    revision.received_us = message->received_us;
    revision.first_filed_us = RIG_NOW_US - INT64_C(400000000000000);
    revision.home = m->p->units[message->at.unit].id;
    revision.recorded_by = TEXT("uid:1000");
    envelope.body_case = BODY(REVISION);
    envelope.revision = &revision;
    assert_body(rig_ask(rig, from_key(message->key), &envelope), BODY(ACK));
}

/* Up to three revisions of each of some keys, the later ones received later. */
static size_t draw_messages(struct p_model *m, const uint32_t *children, size_t child_count,
                            struct message *messages)
{
    uint64_t *rng = m->p->rng;
    size_t count = 0;
    for (size_t tries = 0; tries < TRIES_MAX && count + 3 < MESSAGES_MAX / 2; tries++) {
        struct spot at;
        if (!draw_place(m, &at) || report_at(m, &at)->revision != 0)
            continue;
        uint8_t key = home_key(m, &at, children, child_count);
        uint32_t revisions = key == 0 ? 1 : 1 + pick(rng, 3);
        report_at(m, &at)->revision = revisions; /* it is taken */
        int64_t received = RIG_NOW_US - (int64_t)pick(rng, 1500) * INT64_C(86400000000);
        for (uint32_t n = 1; n <= revisions; n++) {
            struct message *message = &messages[count++];
            *message = (struct message){.at = at,
                                        .revision = n,
                                        .states = STATE_ACCEPTED,
                                        .received_us = received += 1000000,
                                        .key = key};
            struct p_report made = draw_report(m, &at);
            if (n > 1 && chance(rng, 15))
                made = (struct p_report){0};
            if (chance(rng, 10))
                message->states |= STATE_RETURNED;
            pack(m, &at, &made, n - 1, &message->filing);
        }
    }
    return count;
}

/* Sends all, in any order but that of the numbers where the root files; some twice. */
static char *send_all(struct property *property, const struct message *messages, size_t count,
                      bool is_shuffled)
{
    struct rig rig;
    uint32_t children[P_UNITS_MAX];
    size_t child_count = find_children(&property->p, children);
    size_t order[MESSAGES_MAX];
    install(&rig, property);
    for (size_t i = 0; i < child_count; i++)
        rig_enrol(&rig, (uint8_t)(i + 1), children[i], ROLE(NODE));
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; is_shuffled && i-- > 1;) {
        size_t other = pick(&property->rng, (uint32_t)(i + 1));
        size_t kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    for (size_t i = 0; i < count; i++) {
        send(&rig, &property->model, &messages[order[i]]);
        if (is_shuffled && chance(&property->rng, 20))
            send(&rig, &property->model, &messages[order[pick(&property->rng, (uint32_t)i + 1)]]);
    }
    assert_recomputes(&rig);
    char *dump = dump_totals(&rig, false);
    rig_fini(&rig);
    return dump;
}

static void run_order(struct property *property)
{
    struct message messages[MESSAGES_MAX];
    uint32_t children[P_UNITS_MAX];
    size_t child_count = find_children(&property->p, children);
    size_t count = draw_messages(&property->model, children, child_count, messages);
    char *one = send_all(property, messages, count, false);
    for (int i = 0; i < 2; i++) {
        char *other = send_all(property, messages, count, true);
        assert_string_equal(one, other);
        free(other);
    }
    free(one);
    for (size_t i = 0; i < count; i++)
        buf_fini(&messages[i].filing);
}

static void test_the_order_of_arrival_does_not_matter(void **state)
{
    (void)state;
    for_seeds(run_order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals_are_those_of_the_reports),
        cmocka_unit_test(test_removing_restores_the_bytes),
        cmocka_unit_test(test_the_order_of_arrival_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
