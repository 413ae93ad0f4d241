/* The counts of coverage are those of sets: they add up, over states, over times, over the units
 * beneath, whatever was filed and whatever the catalogue says of who owes what. */
#include "lib/cm.h"

#include "core/coverage.h"
#include "core/mem.h"

#define TEXT(literal) ((char *)(uintptr_t)(literal))

enum { GENERAL = 1, ROUNDS = 1000 };

static struct date day(const char *text)
{
    struct date date;
    assert_int_equal(date_parse(text, &date), ERR_OK);
    return date;
}

/* A number from 0 to below `most`, of a stream that is the same in every run (splitmix64). */
static uint32_t draw(uint64_t *state, uint32_t most)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ z >> 31) % most);
}

/* What was filed, drawn for each (unit, form, label) from its numbers alone. */
static struct coverage_filing drawn_filing(void *ctx, uint32_t unit, uint32_t form,
                                           enum period_label label)
{
    uint64_t state = *(const uint64_t *)ctx * 1000003 + unit * 16 + form * 4 + label;
    static const uint8_t states[] = {0, STATE_ACCEPTED, STATE_ACCEPTED, STATE_RETURNED,
                                     STATE_ACCEPTED | STATE_RETURNED};
    struct coverage_filing filing = {0};
    if (draw(&state, 3) == 0)
        return filing;
    filing.revision = 1 + draw(&state, 5);
    filing.states = states[draw(&state, 5)];
    filing.scope = draw(&state, 4) == 0 ? SCOPE_WHOLE : SCOPE_OWN;
    filing.is_withdrawn = draw(&state, 8) == 0;
    filing.first_filed =
        instant_end_of((struct date){day("2024-06-01").days + (int32_t)draw(&state, 300)});
    return filing;
}

static bool drawn_nil(void *ctx, uint32_t unit, uint32_t form, enum period_label label,
                      uint64_t revision)
{
    (void)ctx;
    return (unit + form + (uint32_t)label + revision) % 3 == 0;
}

/* The sample, with who owes what drawn. */
static struct catalogue *drawn_catalogue(uint64_t *state)
{
    struct catalogue *c = sample_catalogue();
    static const uint32_t units[] = {64, 631, 632, 23857, 23860, 23887, 23888, 23899};
    for (size_t i = 0; i < c->form_count; i++) {
        c->forms[i].due_level_mask = draw(state, 8);
        c->forms[i].due_type_mask = draw(state, 2) == 0 ? 0 : draw(state, 16);
        c->forms[i].due_label_mask = draw(state, 2) == 0 ? 0 : (uint8_t)draw(state, 8);
        free(c->forms[i].body);
        c->forms[i].body = mem_strdup(draw(state, 2) == 0 ? "pn" : "");
    }
    for (int label = 0; label < PERIOD_LABEL_COUNT; label++)
        c->levels[2].has_deadline[label] = draw(state, 2) == 0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) /* in order of units */
        if (draw(state, 3) == 0)
            catalogue_add_exception(c, &(struct duty_exception){.unit = units[i],
                                                                .form = draw(state, 3),
                                                                .from = DATE_MIN,
                                                                .to = day("2024-06-14"),
                                                                .reason = TEXT("Lũ")});
    return c;
}

static void add(struct coverage_counts *sum, const struct coverage_counts *part)
{
    uint32_t *to = (uint32_t *)(void *)sum;
    const uint32_t *from = (const uint32_t *)(const void *)part;
    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++)
        to[i] += from[i];
}

static void assert_sum(const struct coverage_counts *c)
{
    assert_int_equal(c->due, c->filed + c->covered + c->missing);
    assert_int_equal(c->filed, c->accepted + c->waiting + c->returned);
    assert_int_equal(c->filed, c->early + c->on_time + c->late + c->untimed);
    assert_true(c->nil <= c->filed);
}

/* Counted anew from the lines, one predicate each. */
static void assert_lines(const struct coverage *coverage)
{
    struct coverage_counts c = {.excepted = (uint32_t)coverage->excepted_count};
    for (size_t i = 0; i < coverage->count; i++) {
        const struct coverage_line *line = &coverage->lines[i];
        c.due++;
        c.filed += line->revision != 0;
        c.missing += line->state == COVERAGE_MISSING;
        c.covered += line->state == COVERAGE_COVERED;
        c.accepted += line->state == COVERAGE_ACCEPTED;
        c.waiting += line->state == COVERAGE_WAITING;
        c.returned += line->state == COVERAGE_RETURNED;
        c.early += line->timeliness == TIMELINESS_EARLY;
        c.on_time += line->timeliness == TIMELINESS_ON_TIME;
        c.late += line->timeliness == TIMELINESS_LATE;
        c.untimed += line->revision != 0 && line->timeliness == TIMELINESS_NONE;
        c.nil += line->is_nil;
    }
    assert_memory_equal(&c, &coverage->counts, sizeof c);
}

/* Each unit that owes a form by the rules is a line or excepted, and nothing else is. */
static void assert_duties(const struct catalogue *c, const struct tree *tree,
                          const struct coverage *coverage)
{
    size_t owed = 0;
    for (uint32_t i = 0; i < tree->node_count; i++)
        for (size_t f = 0; f < c->form_count; f++)
            owed +=
                !tree->nodes[i].has_ended && form_is_owed(&c->forms[f], tree->nodes[i].level,
                                                          tree->nodes[i].type, tree->period.label);
    assert_int_equal(owed, coverage->count + coverage->excepted_count);
    for (size_t i = 0; i < coverage->excepted_count; i++) {
        const struct coverage_excepted *excepted = &coverage->excepted[i];
        assert_true(excepted->exception->unit == excepted->unit);
        assert_true(date_compare(tree->window.last, excepted->exception->to) <= 0);
        for (size_t n = 0; n < coverage->count; n++)
            assert_false(coverage->lines[n].unit == excepted->unit &&
                         coverage->lines[n].form == excepted->form);
    }
}

static void assert_rows(const struct catalogue *c, const struct tree *tree, uint32_t root,
                        const struct coverage_source *source, const struct coverage *coverage)
{
    struct coverage_counts sum = {0};
    struct coverage part = {0};
    size_t count;
    struct coverage_row *rows = coverage_by_child(tree, root, coverage, &count);
    for (size_t i = 0; i < count; i++) {
        assert_sum(&rows[i].counts);
        add(&sum, &rows[i].counts);
        if (rows[i].unit == root) {
            assert_int_equal(i, 0);
            continue;
        }
        assert_int_equal(tree_parent(tree, rows[i].unit), root);
        coverage_build(c, tree, rows[i].unit, source, &part);
        assert_memory_equal(&part.counts, &rows[i].counts, sizeof part.counts);
    }
    assert_memory_equal(&sum, &coverage->counts, sizeof sum);
    coverage_fini(&part);
    free(rows);
}

/* Rule: the counts add up, of every unit and period. */
static void test_counts_add_up(void **state)
{
    static const uint32_t roots[] = {64, 631, 632, 23888};
    struct coverage_counts seen = {0};
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        uint64_t stream = seed, filed = seed;
        const struct coverage_source source = {&filed, drawn_filing, drawn_nil};
        struct catalogue *c = drawn_catalogue(&stream);
        const struct period period = {2024, (uint8_t)(PERIOD_S1 + draw(&stream, 3))};
        struct tree *tree = tree_new(c, period);
        struct coverage coverage = {0};
        for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
            coverage_build(c, tree, roots[i], &source, &coverage);
            assert_sum(&coverage.counts);
            assert_lines(&coverage);
            assert_rows(c, tree, roots[i], &source, &coverage);
            if (roots[i] == 64)
                assert_duties(c, tree, &coverage);
            add(&seen, &coverage.counts);
            coverage_keep_body(c, "pn", &coverage);
            assert_sum(&coverage.counts);
            assert_lines(&coverage);
            for (size_t n = 0; n < coverage.count; n++)
                assert_string_equal(catalogue_form(c, coverage.lines[n].form)->body, "pn");
        }
        coverage_fini(&coverage);
        tree_free(&tree);
        catalogue_free(&c);
    }
    for (size_t i = 0; i < sizeof seen / sizeof(uint32_t); i++) /* no count was always 0 */
        assert_true(((const uint32_t *)(const void *)&seen)[i] > 0);
}

/* ---- one by one ---- */

static struct coverage_filing both_halves(void *ctx, uint32_t unit, uint32_t form,
                                          enum period_label label)
{
    (void)ctx;
    if (unit != 23860 || form != GENERAL || label == PERIOD_Y)
        return (struct coverage_filing){0};
    return (struct coverage_filing){.revision = (uint64_t)label,
                                    .states = STATE_ACCEPTED,
                                    .scope = SCOPE_OWN,
                                    .first_filed = instant_end_of(day("2024-12-15"))};
}

static bool nil_of(void *ctx, uint32_t unit, uint32_t form, enum period_label label,
                   uint64_t revision)
{
    const bool *halves = ctx;
    assert_int_equal(unit, 23860);
    assert_int_equal(form, GENERAL);
    assert_int_equal(revision, label); /* each half is asked by its own number */
    return halves[label - 1];
}

/* Rule: a year that both halves make is nil if neither has figures; what is missing never is, and
 * nobody asks of it. */
static void test_nil_by_halves(void **state)
{
    (void)state;
    struct catalogue *c = sample_catalogue();
    struct tree *tree = tree_new(c, (struct period){2024, PERIOD_Y});
    struct coverage coverage = {0};
    for (int i = 0; i < 4; i++) {
        bool halves[] = {(i & 1) != 0, (i & 2) != 0};
        const struct coverage_source source = {halves, both_halves, nil_of};
        coverage_build(c, tree, 64, &source, &coverage);
        assert_int_equal(coverage.counts.filed, 1);
        assert_int_equal(coverage.counts.nil, i == 3);
    }
    coverage_fini(&coverage);
    tree_free(&tree);
    catalogue_free(&c);
}

/* Rule: a unit beneath one that is excepted owes as ever, and a whole report still stands for what
 * is not excepted. */
static void test_an_exception_is_of_one_unit(void **state)
{
    (void)state;
    struct catalogue *c = sample_catalogue();
    struct coverage coverage = {0};
    uint64_t seed = 0;
    catalogue_add_exception(c, &(struct duty_exception){.unit = 632,
                                                        .from = day("2024-06-14"),
                                                        .to = day("2024-06-14"),
                                                        .reason = TEXT("Lũ")});
    const struct coverage_source source = {&seed, drawn_filing, NULL};
    struct tree *tree = tree_new(c, (struct period){2024, PERIOD_S1});
    coverage_build(c, tree, 632, &source, &coverage);
    assert_int_equal(coverage.counts.due, 6); /* the three communes' two forms each */
    assert_int_equal(coverage.excepted_count, 1);
    assert_int_equal(coverage.excepted[0].unit, 632);
    assert_string_equal(coverage.excepted[0].exception->reason, "Lũ");
    tree_free(&tree);
    tree = tree_new(c, (struct period){2024, PERIOD_S2}); /* its last day lies behind */
    coverage_build(c, tree, 632, &source, &coverage);
    assert_int_equal(coverage.excepted_count, 0);
    assert_int_equal(coverage.counts.due, 5);
    coverage_fini(&coverage);
    tree_free(&tree);
    catalogue_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_add_up),
        cmocka_unit_test(test_nil_by_halves),
        cmocka_unit_test(test_an_exception_is_of_one_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
