/* Properties of totals, on random catalogues, trees, reports, acceptances and returns:
 *   1  after every step, what is kept incrementally equals what is recomputed, and the totals of
 *      every unit, period, span and type equal a fold of the reports that is written here
 *   2  the order of arrival does not matter: it ends in the same bytes
 *   3  removing what was added restores the bytes
 *   4  no exactness is lost in silence, and nothing false is said of what an inexact figure means
 *   5  figures by type add up to the total
 *   6  what is compared with are the same figures of the years before, and of the plan
 *   7  the greatest and the least are just that, in order, and nobody else is missing from them
 *   8  what waits, is refused, or warns, changes nothing by that
 * A seed that fails is printed; TONGHOP_PROPERTY_SEED=N runs it alone, and TONGHOP_PROPERTY_SEEDS=N
 * runs so many instead of the few that every build runs. */
#include "unit/node/dump.h"
#include "unit/node/property_order.h"
#include "unit/node/property_rank.h"
#include "unit/node/property_steps.h"

enum { SEEDS = 8, STEPS = 40 };

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

/* ---- 1 and 4 to 8 ---- */

static void check_years(struct rig *rig, const struct p_model *m, size_t kind)
{
    for (size_t year = 0; year < P_YEARS; year++) {
        for (int label = 0; label < 3; label++) {
            struct p_span one = {.what = {kind, year, label, 0}, .from = year};
            check_units(rig, m, one);
            check_types(rig, m, one);
            check_rank(rig, m, one);
        }
        for (size_t from = 0; from < year; from++) {
            struct p_span span = {.what = {kind, year, PERIOD_Y - 1, 0}, .from = from};
            check_units(rig, m, span);
            check_types(rig, m, span);
            check_rank(rig, m, span);
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
        take_random_step(&rig, m, &at);
        assert_recomputes(&rig);
        struct p_span one = {.what = {at.kind, at.year, (int)(step % 3), 0}, .from = at.year};
        check_units(&rig, m, one);
        check_rank(&rig, m, one);
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
        if (!has_state(latest_at(m, &at), STATE_ACCEPTED)) {
            char *meanwhile = dump_totals(&rig, false);
            assert_string_equal(before, meanwhile);
            free(meanwhile);
        }
        accept_latest(&rig, m, &at);
        file_report(&rig, m, &at, was); /* a withdrawal, if nothing was there */
        accept_latest(&rig, m, &at);
        char *after = dump_totals(&rig, false);
        assert_string_equal(before, after);
        free(before);
        free(after);
        if (chance(rng, 80)) {
            file_report(&rig, m, &at, draw_report(m, &at));
            accept_latest(&rig, m, &at);
        }
    }
    for (struct spot at = {0}; at.kind < 2; at.kind++)
        for (at.year = 0; at.year < P_YEARS; at.year++)
            for (at.unit = 0; at.unit < m->p->unit_count; at.unit++)
                for (at.form = 0; at.form < m->p->form_count; at.form++)
                    for (at.label = 0; at.label < 3; at.label++)
                        remove_report(&rig, m, &at);
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
