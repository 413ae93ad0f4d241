/* Properties of editions, on random catalogues, trees, reports, acceptances and returns:
 *   1  what is frozen is what the live totals were at that moment, to the byte: of every level,
 *      every type and every period
 *   2  whatever happens afterwards changes no byte of it, and verify finds nothing wrong
 *   3  the difference of two editions, or of one and now, has on both sides what the totals say,
 * and what its causes change of an entered indicator adds up to the whole change Seeds as in
 * test_property.c. */
#include "unit/node/freeze.h"
#include "unit/node/property_check.h"
#include "unit/node/property_steps.h"

enum { SEEDS = 6, ROUNDS = 8, STEPS = 12, KEPT_MAX = 512 };

/* An answer that must stay what it was. */
struct kept {
    uint32_t kind;
    char period[PERIOD_TEXT_SIZE], edition[16], level[16];
    Tonghop__By by;
    struct buf bytes;
};

struct run {
    uint64_t rng;
    struct p_catalogue p;
    struct p_model model;
    struct rig rig;
    struct kept kept[KEPT_MAX];
    size_t kept_count;
};

static void query_of(struct kept *kept, bool is_frozen, Tonghop__TotalsQuery *ret)
{
    tonghop__totals_query__init(ret);
    ret->kind = kept->kind;
    ret->period = kept->period;
    ret->by = kept->by;
    ret->level = kept->level;
    if (is_frozen)
        ret->edition = kept->edition;
}

static struct buf answer_of(struct run *run, struct kept *kept, bool is_frozen)
{
    Tonghop__TotalsQuery query;
    query_of(kept, is_frozen, &query);
    const Tonghop__Envelope *answer = ask_frozen(&run->rig, &query);
    assert_body(answer, BODY(TOTALS));
    assert_int_equal(answer->totals->edition != NULL, is_frozen);
    return pack_totals(answer->totals);
}

static void assert_same(const struct kept *kept, struct buf answer)
{
    if (!span_equal(span_of(&kept->bytes), span_of(&answer)))
        fail_msg("edition %s of kind %u, %s, by %d '%s' is not what the totals were", kept->edition,
                 kept->kind, kept->period, (int)kept->by, kept->level);
    buf_fini(&answer);
}

static void keep(struct run *run, struct kept like, Tonghop__By by, const char *level)
{
    assert_true(run->kept_count < KEPT_MAX);
    struct kept *kept = &run->kept[run->kept_count++];
    *kept = like;
    kept->by = by;
    (void)snprintf(kept->level, sizeof(kept->level), "%s", level);
    kept->bytes = answer_of(run, kept, false);
}

/* What the live totals say just before is what the edition says ever after. */
static void freeze(struct run *run, uint32_t kind, struct period period)
{
    const size_t first = run->kept_count;
    char text[PERIOD_TEXT_SIZE];
    struct kept like = {.kind = kind};
    const struct freezing freezing = {.kind = kind,
                                      .period = period_format(period, text),
                                      .rank = RANK(ESTIMATE),
                                      .incomplete = true};
    (void)snprintf(like.period, sizeof(like.period), "%s", text);
    for (uint8_t level = 1; level < run->p.level_count; level++) {
        char code[16];
        (void)snprintf(code, sizeof(code), "level%u", level);
        keep(run, like, TONGHOP__BY__BY_LEVEL, code);
    }
    keep(run, like, TONGHOP__BY__BY_TYPE, "");
    run->rig.now.us = INT64_C(1900000000000000); /* long after the last period */
    const Tonghop__Envelope *answer = ask_close(&run->rig, from_local(), &freezing);
    assert_body(answer, BODY(CLOSED));
    const uint32_t number = answer->closed->edition->number;
    for (size_t i = first; i < run->kept_count; i++) {
        (void)snprintf(run->kept[i].edition, sizeof(run->kept[i].edition), "%u", number);
        assert_same(&run->kept[i], answer_of(run, &run->kept[i], true));
    }
}

static void assert_all_the_same(struct run *run)
{
    for (size_t i = 0; i < run->kept_count; i++)
        assert_same(&run->kept[i], answer_of(run, &run->kept[i], true));
}

/* ---- differences ---- */

static i128 shown_of(const Tonghop__Value *value)
{
    return value->has_value ? i128_of(value->value_high, value->value_low) : 0;
}

static const Tonghop__Difference *ask_difference(struct run *run, const struct kept *kept,
                                                 const char *to)
{
    Tonghop__DifferenceQuery query = TONGHOP__DIFFERENCE_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.kind = kept->kind;
    query.period = TEXT(kept->period);
    query.from = TEXT(kept->edition);
    query.to = TEXT(to);
    envelope.body_case = BODY(DIFFERENCE_QUERY);
    envelope.difference_query = &query;
    const Tonghop__Envelope *answer = rig_ask(&run->rig, from_local(), &envelope);
    assert_body(answer, BODY(DIFFERENCE));
    return answer->difference;
}

/* By number of the indicator; those that are not shown have not changed. */
struct change {
    i128 before, after, causes;
    bool is_there;
};

enum { NUMBERS_MAX = 256 };

static void read_changes(const struct run *run, const Tonghop__Difference *difference,
                         struct change *changes)
{
    for (size_t i = 0; i < difference->n_indicators; i++) {
        struct change *change = &changes[difference->indicators[i]->number];
        change->before = shown_of(difference->before[i]);
        change->after = shown_of(difference->after[i]);
        change->is_there = true;
    }
    for (size_t c = 0; c < difference->n_causes; c++) {
        const Tonghop__Cause *cause = difference->causes[c];
        for (size_t i = 0; i < cause->n_cells; i++) {
            const Tonghop__CauseCell *cell = cause->cells[i];
            assert_true(changes[cell->indicator].is_there);
            changes[cell->indicator].causes += i128_of(cell->change_high, cell->change_low);
        }
    }
    for (size_t i = 0; i < run->p.entered_count; i++) {
        const struct change *change = &changes[run->p.entered[i]];
        if (change->causes != change->after - change->before)
            fail_msg("%s: the causes of %u do not add up", difference->period, run->p.entered[i]);
    }
}

static void check_side(struct run *run, const struct kept *kept, const char *edition,
                       const struct change *changes, bool is_after, i128 *ret_values)
{
    Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
    query.kind = kept->kind;
    query.period = TEXT(kept->period);
    query.edition = TEXT(edition);
    const Tonghop__Envelope *answer = ask_frozen(&run->rig, &query);
    assert_body(answer, BODY(TOTALS));
    const Tonghop__Totals *totals = answer->totals;
    for (size_t i = 0; i < totals->n_indicators; i++) {
        const uint32_t number = totals->indicators[i]->number;
        i128 value = shown_of(totals->units[0]->values[i]);
        ret_values[number] = value;
        if (changes[number].is_there &&
            value != (is_after ? changes[number].after : changes[number].before))
            fail_msg("%s: edition '%s' says something else of %u", kept->period, edition, number);
    }
}

static void check_difference(struct run *run, const struct kept *kept, const char *to)
{
    struct change changes[NUMBERS_MAX] = {0};
    i128 before[NUMBERS_MAX] = {0}, after[NUMBERS_MAX] = {0};
    read_changes(run, ask_difference(run, kept, to), changes);
    check_side(run, kept, kept->edition, changes, false, before);
    check_side(run, kept, to, changes, true, after);
    for (size_t i = 0; i < NUMBERS_MAX; i++)
        if (!changes[i].is_there && before[i] != after[i])
            fail_msg("%s: %zu changed, and the difference does not show it", kept->period, i);
}

/* Each edition against now, and against those after it. */
static void check_differences(struct run *run)
{
    for (size_t i = 0; i < run->kept_count; i++) {
        const struct kept *kept = &run->kept[i];
        if (kept->by != TONGHOP__BY__BY_TYPE)
            continue;
        check_difference(run, kept, "");
        for (size_t j = i + 1; j < run->kept_count; j++) {
            const struct kept *later = &run->kept[j];
            if (later->by == TONGHOP__BY__BY_TYPE && later->kind == kept->kind &&
                strcmp(later->period, kept->period) == 0)
                check_difference(run, kept, later->edition);
        }
    }
}

static void put_catalogue(struct run *run)
{
    struct buf bytes = {0};
    wire_pack_catalogue(run->p.made, &bytes);
    rig_put_catalogue(&run->rig, span_of(&bytes));
    rig_settle(&run->rig);
    buf_fini(&bytes);
}

static void take_steps(struct run *run)
{
    for (size_t step = 0; step < STEPS; step++) {
        struct spot at;
        while (!draw_place(&run->model, &at))
            continue;
        run->rig.now.us = run->model.trees[0][0]->window.first.days * INT64_C(86400000000) +
                          (int64_t)pick(&run->rng, 365 * (P_YEARS + 1)) * INT64_C(86400000000);
        take_random_step(&run->rig, &run->model, &at);
    }
}

static void assert_verifies_all(struct rig *rig)
{
    uint64_t reports = 0, figures = 0;
    if (node_verify(rig->node, &reports, &figures) != 0)
        fail_msg("verify finds differences: %s", rig_log);
}

static void run_seed(struct run *run)
{
    rig_init(&run->rig, 1, false);
    put_catalogue(run);
    rig_hello(&run->rig, from_local(), 0);
    for (size_t round = 0; round < ROUNDS; round++) {
        take_steps(run);
        const uint16_t year = (uint16_t)(P_FIRST_YEAR + 1 + pick(&run->rng, 2));
        freeze(run, KIND_ACTUAL + chance(&run->rng, 20),
               (struct period){year, (uint8_t)(1 + pick(&run->rng, PERIOD_LABEL_COUNT))});
        check_differences(run);
    }
    assert_all_the_same(run);
    run->p.made->number++;
    put_catalogue(run);
    assert_all_the_same(run);
    check_differences(run);
    assert_verifies_all(&run->rig);
    rig_restart(&run->rig);
    rig_hello(&run->rig, from_local(), 0);
    assert_all_the_same(run);
    rig_fini(&run->rig);
}

static unsigned number_from(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);
    return text != NULL && text[0] != '\0' ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static void test_an_edition_is_what_the_totals_were(void **state)
{
    unsigned only = number_from("TONGHOP_PROPERTY_SEED", 0);
    unsigned first = only != 0 ? only : 1;
    unsigned last = only != 0 ? only : number_from("TONGHOP_PROPERTY_SEEDS", SEEDS);
    struct run *run = mem_calloc(1, sizeof(*run));
    (void)state;
    for (unsigned seed = first; seed <= last; seed++) {
        print_message("seed %u\n", seed);
        run->rng = seed;
        p_catalogue_make(&run->rng, &run->p);
        p_model_init(&run->model, &run->p);
        run_seed(run);
        for (size_t i = 0; i < run->kept_count; i++)
            buf_fini(&run->kept[i].bytes);
        run->kept_count = 0;
        p_model_fini(&run->model);
        catalogue_free(&run->p.made);
    }
    free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_edition_is_what_the_totals_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
