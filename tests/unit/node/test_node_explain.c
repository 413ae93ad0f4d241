/* A total taken apart: the reports it is made of, those that are missing, those that a whole report
 * stands for; who had to report; and the revisions behind it all. */
#include "unit/node/ask.h"
#include "unit/node/draft.h"
#include "unit/node/dump.h"

#define TYPE(name)  TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_##name
#define STATE(name) TONGHOP__COVERAGE_STATE__COVERAGE_STATE_##name
#define TIMES(name) TONGHOP__TIMELINESS__TIMELINESS_##name

static const struct draft base[] = {
    {.period = "2024-S1",
     .unit = 23857,
     .author = "Nguyễn Thị Hoa",
     .reason = "đầu kỳ",
     .note = "theo rà soát tháng 5",
     CELLS(EXACT(1, 10), EXACT(2, 6))},
    {.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 20), EXACT(2, 9))},
    {.period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 7))},
    {.period = "2024-S1", .unit = 631, CELLS(EXACT(1, 1))},
};

static int setup(void **state)
{
    int result = rig_setup_root(state);
    for (size_t i = 0; i < LENGTH(base); i++)
        file_ok(*state, &base[i]);
    return result;
}

#define EXPLAIN_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

/* ---- explain ---- */

struct line {
    uint32_t depth, unit;
    Tonghop__ExplainType type;
    int64_t value;
    const char *source; /* of a report */
    Tonghop__Scope scope;
};

static void assert_lines(const Tonghop__Envelope *answer, const struct line *rows, size_t count)
{
    assert_body(answer, BODY(EXPLANATION));
    const Tonghop__Explanation *explanation = answer->explanation;
    for (size_t i = 0; i < count && i < explanation->n_lines; i++) {
        const Tonghop__ExplainLine *line = explanation->lines[i];
        const char *source = rows[i].source != NULL ? rows[i].source : "";
        if (line->depth != rows[i].depth || line->unit->id != rows[i].unit ||
            line->type != rows[i].type || number_of(line->value) != rows[i].value ||
            strcmp(line->source_period, source) != 0 || line->scope != rows[i].scope)
            fail_msg("line %zu: depth %u unit %u type %d value %lld from '%s' scope %d", i,
                     line->depth, line->unit->id, (int)line->type,
                     (long long)number_of(line->value), line->source_period, (int)line->scope);
        assert_int_equal(line->value->has_value,
                         rows[i].type != TYPE(MISSING) && rows[i].type != TYPE(WITHOUT));
    }
    assert_int_equal(explanation->n_lines, count);
}

#define ASSERT_LINES(answer, ...)                                                                  \
    assert_lines(answer, (const struct line[]){__VA_ARGS__},                                       \
                 LENGTH(((const struct line[]){__VA_ARGS__})))

#define SUBTOTAL(depth, unit, value)                                                               \
    {                                                                                              \
        depth, unit, TYPE(SUBTOTAL), value, NULL, 0                                                \
    }
#define MISSING(depth, unit)                                                                       \
    {                                                                                              \
        depth, unit, TYPE(MISSING), 0, NULL, 0                                                     \
    }
#define REPORT(depth, unit, value, source)                                                         \
    {                                                                                              \
        depth, unit, TYPE(REPORT), value, source, (Tonghop__Scope)SCOPE_OWN                        \
    }
#define WHOLE(depth, unit, value, source)                                                          \
    {                                                                                              \
        depth, unit, TYPE(REPORT), value, source, (Tonghop__Scope)SCOPE_WHOLE                      \
    }
#define PART(depth, unit, value, source)                                                           \
    {                                                                                              \
        depth, unit, TYPE(PART), value, source, (Tonghop__Scope)SCOPE_OWN                          \
    }
#define WHOLE_PART(depth, unit, value, source)                                                     \
    {                                                                                              \
        depth, unit, TYPE(PART), value, source, (Tonghop__Scope)SCOPE_WHOLE                        \
    }
#define WITHOUT(depth, unit, source)                                                               \
    {                                                                                              \
        depth, unit, TYPE(WITHOUT), 0, source, 0                                                   \
    }
#define LONE_HALF(depth, unit, value, source)                                                      \
    {                                                                                              \
        depth, unit, TYPE(LONE_HALF), value, source, (Tonghop__Scope)SCOPE_WHOLE                   \
    }
#define COVERED(depth, unit, value, source)                                                        \
    {                                                                                              \
        depth, unit, TYPE(COVERED), value, source, (Tonghop__Scope)SCOPE_OWN                       \
    }

static const Tonghop__Envelope *explain(struct rig *rig, const char *period, const char *unit)
{
    return ask_explain(rig, from_local(),
                       ASK(.period = period, .unit = unit, .indicator = "model.registered"));
}

/* Depth first, every subtotal before its parts, what is missing where it would stand. The province
 * owes nothing, so it is not missing. */
static void test_a_total_is_taken_apart(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Envelope *answer = explain(rig, "2024-S1", "64");
    ASSERT_LINES(answer, SUBTOTAL(0, 64, 38), SUBTOTAL(1, 631, 31), REPORT(2, 631, 1, "2024-S1"),
                 REPORT(2, 23857, 10, "2024-S1"), REPORT(2, 23860, 20, "2024-S1"),
                 MISSING(2, 23863), SUBTOTAL(1, 632, 7), MISSING(2, 632),
                 REPORT(2, 23887, 7, "2024-S1"), MISSING(2, 23888), MISSING(2, 23899));
    assert_int_equal(number_of(answer->explanation->total), 38);
    assert_int_equal(answer->explanation->total->unit_count, 4);
    assert_string_equal(answer->explanation->period, "2024-S1");
    assert_int_equal(answer->explanation->indicator->number, 1);
}

/* A report's line says which revision it is, by whom, why, and what was remarked on the cell. */
static void test_what_a_report_says_of_itself(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Envelope *answer = explain(rig, "2024-S1", "23857");
    ASSERT_LINES(answer, REPORT(0, 23857, 10, "2024-S1"));
    const Tonghop__ExplainLine *line = answer->explanation->lines[0];
    assert_int_equal(line->revision, 1);
    assert_int_equal(line->received_us, rig->now.us);
    assert_string_equal(line->author, "Nguyễn Thị Hoa");
    assert_string_equal(line->reason, "đầu kỳ");
    assert_string_equal(line->note, "theo rà soát tháng 5");
    answer =
        ask_explain(rig, from_local(),
                    ASK(.period = "2024-S1", .unit = "23857", .indicator = "model.recognised"));
    assert_string_equal(answer->explanation->lines[0]->note, ""); /* it is on another cell */
    assert_string_equal(answer->explanation->lines[0]->author, "Nguyễn Thị Hoa");
}

/* A figure that was not filed under the label asked for names the report it stands on; all of them,
 * with what each has, where it is computed from more than one. */
static void test_sources_of_the_year(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024", .unit = 23860, CELLS(EXACT(1, 50))));
    file_ok(rig, DRAFT(.period = "2024-S2", .unit = 23857, CELLS(EXACT(1, 4))));
    ASSERT_LINES(explain(rig, "2024", "631"), SUBTOTAL(0, 631, 65), REPORT(1, 631, 1, "2024-S1"),
                 REPORT(1, 23857, 14, "2024-S2"), PART(2, 23857, 4, "2024-S2"),
                 PART(2, 23857, 10, "2024-S1"), REPORT(1, 23860, 50, "2024"), MISSING(1, 23863));
    ASSERT_LINES(explain(rig, "2024-S2", "23860"), REPORT(0, 23860, 30, "2024"),
                 PART(1, 23860, 50, "2024"), PART(1, 23860, 20, "2024-S1"));
    const Tonghop__Envelope *answer = explain(rig, "2024-S2", "23860");
    assert_int_equal(answer->explanation->lines[0]->value->implied_count, 1);
    const Tonghop__ExplainLine *first = answer->explanation->lines[2];
    assert_int_equal(first->revision, 1);
    assert_int_equal(first->value->unit_count, 1);
    answer = explain(rig, "2024", "23857");
    assert_string_equal(answer->explanation->lines[2]->author, "Nguyễn Thị Hoa");
    assert_string_equal(answer->explanation->lines[2]->note, "theo rà soát tháng 5");
}

/* A stock stands on one report; the greatest of the halves on both. */
static void test_sources_of_other_natures(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23863, CELLS(EXACT(6, 90), EXACT(14, 3))));
    file_ok(rig, DRAFT(.period = "2024-S2", .unit = 23863, CELLS(EXACT(6, 70), EXACT(14, 8))));
    const struct question asks[] = {
        {.period = "2024", .unit = "23863", .indicator = "poverty.poor"},
        {.period = "2024", .unit = "23863", .indicator = "first.day"},
    };
    ASSERT_LINES(ask_explain(rig, from_local(), &asks[0]), REPORT(0, 23863, 70, "2024-S2"));
    ASSERT_LINES(ask_explain(rig, from_local(), &asks[1]), REPORT(0, 23863, 3, "2024-S2"),
                 PART(1, 23863, 8, "2024-S2"), PART(1, 23863, 3, "2024-S1"));
}

/* What lies beneath a whole report is shown, as not added; nobody beneath it is missing. */
static void test_a_whole_report_covers(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 631, .scope = SCOPE_WHOLE, .based_on = 1,
                       CELLS(EXACT(1, 500))));
    ASSERT_LINES(explain(rig, "2024-S1", "64"), SUBTOTAL(0, 64, 507), WHOLE(1, 631, 500, "2024-S1"),
                 COVERED(2, 23857, 10, "2024-S1"), COVERED(2, 23860, 20, "2024-S1"),
                 SUBTOTAL(1, 632, 7), MISSING(2, 632), REPORT(2, 23887, 7, "2024-S1"),
                 MISSING(2, 23888), MISSING(2, 23899));
}

/* The report named is one that the figure is made of: own and whole cells never combine, so a whole
 * figure never stands on an own report, nor the other way round. */
static void test_sources_are_of_one_scope(void **state)
{
    struct rig *rig = *state;
    file_ok(rig,
            DRAFT(.period = "2024-S1", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 30))));
    file_ok(rig, DRAFT(.period = "2024-S2", .unit = 632, CELLS(EXACT(1, 4))));
    file_ok(rig, DRAFT(.period = "2024", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 100))));
    /* S2 is covered by the whole year with the whole first half: 100 - 30. */
    ASSERT_LINES(explain(rig, "2024-S2", "632"), WHOLE(0, 632, 70, "2024"),
                 WHOLE_PART(1, 632, 100, "2024"), WHOLE_PART(1, 632, 30, "2024-S1"));
    /* 23888's year is made of its own first half; its whole second half is no part of it. */
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23888, CELLS(EXACT(1, 5))));
    file_ok(rig,
            DRAFT(.period = "2024-S2", .unit = 23888, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 6))));
    ASSERT_LINES(explain(rig, "2024", "23888"), SUBTOTAL(0, 23888, 5),
                 REPORT(1, 23888, 5, "2024-S1"), LONE_HALF(1, 23888, 6, "2024-S2"));
}

/* A whole half that is not part of the year does not vanish: it is shown as not added, with its
 * revision and author, under the year alone and until the year is covered. */
static void test_a_lone_whole_half(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 631, .scope = SCOPE_WHOLE, .based_on = 1,
                       .author = "Rơ Châm H'Yéo", CELLS(EXACT(1, 100))));
    const Tonghop__Envelope *answer = explain(rig, "2024", "631");
    ASSERT_LINES(answer, SUBTOTAL(0, 631, 30), MISSING(1, 631), LONE_HALF(1, 631, 100, "2024-S1"),
                 REPORT(1, 23857, 10, "2024-S1"), REPORT(1, 23860, 20, "2024-S1"),
                 MISSING(1, 23863));
    const Tonghop__ExplainLine *line = answer->explanation->lines[2];
    assert_int_equal(line->revision, 2);
    assert_int_equal(line->received_us, rig->now.us);
    assert_string_equal(line->author, "Rơ Châm H'Yéo");
    /* A cell that the half does not have is not in it either. */
    answer = ask_explain(rig, from_local(),
                         ASK(.period = "2024", .unit = "631", .indicator = "model.recognised"));
    for (size_t i = 0; i < answer->explanation->n_lines; i++)
        assert_int_not_equal(answer->explanation->lines[i]->type, TYPE(LONE_HALF));
    file_ok(rig,
            DRAFT(.period = "2024-S2", .unit = 631, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 20))));
    ASSERT_LINES(explain(rig, "2024", "631"), WHOLE(0, 631, 120, "2024-S2"),
                 WHOLE_PART(1, 631, 20, "2024-S2"), WHOLE_PART(1, 631, 100, "2024-S1"),
                 COVERED(1, 23857, 10, "2024-S1"), COVERED(1, 23860, 20, "2024-S1"));
}

/* Who owes the asked label and has filed nothing that meets it is named, by coverage's own rule: a
 * unit that filed the year alone lacks S1, but has met S2. */
static void test_missing_is_about_the_label(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024", .unit = 23863, CELLS(EXACT(1, 50))));
    file_ok(rig, DRAFT(.period = "2024-S2", .unit = 23860)); /* nil */
    static const struct {
        const char *name, *period;
        uint32_t unit;
        bool is_missing;
    } rows[] = {
        {"only the year, of S1", "2024-S1", 23863, true},
        {"the year meets S2", "2024-S2", 23863, false},
        {"the year", "2024", 23863, false},
        {"only S1, of S2", "2024-S2", 23857, true},
        {"a nil S2", "2024-S2", 23860, false},
        {"both halves make the year", "2024", 23860, false},
        {"ended in S2: owes nothing", "2024-S2", 23899, false},
        {"owed S1 before it ended", "2024-S1", 23899, true},
        {"a province owes nothing", "2024-S1", 64, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const Tonghop__Envelope *answer = explain(rig, rows[i].period, NULL);
        bool is_missing = false;
        for (size_t n = 0; n < answer->explanation->n_lines; n++)
            is_missing = is_missing || (answer->explanation->lines[n]->unit->id == rows[i].unit &&
                                        answer->explanation->lines[n]->type == TYPE(MISSING));
        if (is_missing != rows[i].is_missing)
            fail_msg("%s", rows[i].name);
    }
}

/* The rest of a covered unit's subtree is not missing even when it is asked for alone. */
static void test_covered_is_not_missing(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 631, .scope = SCOPE_WHOLE, .based_on = 1,
                       CELLS(EXACT(1, 500))));
    assert_int_equal(explain(rig, "2024-S1", "23863")->explanation->n_lines, 0);
}

/* A report that was filed and returned is not in the total: its unit is named, with the revision
 * that is to be corrected. */
static void test_returned_is_named(void **state)
{
    struct rig *rig = *state;
    enum { NODE = 1 };
    rig_enrol(rig, NODE, 23863, ROLE(NODE));
    assert_body(send_revision(rig, NODE,
                              DRAFT(.period = "2024-S1", .unit = 23863, CELLS(EXACT(1, 9))),
                              (struct wrapper){3, STATE_ACCEPTED | STATE_RETURNED}),
                BODY(ACK));
    const Tonghop__Envelope *answer = explain(rig, "2024-S1", "23863");
    ASSERT_LINES(answer, {0, 23863, TYPE(MISSING), 0, "2024-S1", 0});
    assert_int_equal(answer->explanation->lines[0]->revision, 3);
    assert_int_equal(answer->explanation->lines[0]->received_us, RIG_NOW_US);
    assert_false(answer->explanation->lines[0]->withdrawn);
}

/* A unit that withdrew its report owes it again: it is missing, for coverage and here. */
static void test_withdrawn_is_missing(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23887, .based_on = 1, .is_withdrawn = true));
    const Tonghop__Envelope *answer =
        ask_coverage(rig, from_local(), ASK(.period = "2024-S1", .unit = "23887"));
    assert_int_equal(answer->coverage->lines[0]->state, STATE(MISSING));
    answer = explain(rig, "2024-S1", "23887");
    ASSERT_LINES(answer, {0, 23887, TYPE(MISSING), 0, "2024-S1", 0});
    assert_int_equal(answer->explanation->lines[0]->revision, 2);
    assert_true(answer->explanation->lines[0]->withdrawn);
    assert_true(answer->explanation->lines[0]->received_us > 0);
}

/* A nil report is a report: its unit is not missing, though it adds nothing; it is named as one
 * that filed without the figure, which is not zero. */
static void test_nil_is_not_missing(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23863));
    const Tonghop__Envelope *answer = explain(rig, "2024-S1", "23863");
    ASSERT_LINES(answer, WITHOUT(0, 23863, "2024-S1"));
    assert_int_equal(answer->explanation->lines[0]->revision, 1);
    assert_int_equal(answer->explanation->due_count, 1);
    assert_int_equal(answer->explanation->missing_count, 0);
    assert_int_equal(answer->explanation->without_count, 1);
    /* One cell is not the other. */
    answer = ask_explain(rig, from_local(),
                         ASK(.period = "2024-S1", .unit = "632", .indicator = "model.recognised"));
    assert_int_equal(answer->explanation->n_lines, 5);
    assert_false(answer->explanation->lines[0]->value->has_value);
    assert_int_equal(answer->explanation->lines[2]->unit->id, 23887);
    assert_int_equal(answer->explanation->lines[2]->type, TYPE(WITHOUT));
    assert_int_equal(answer->explanation->missing_count, 3);
    assert_int_equal(answer->explanation->without_count, 1);
}

/* A derived value is explained by its operands and their values. */
static void test_a_derived_value(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Envelope *answer =
        ask_explain(rig, from_local(),
                    ASK(.period = "2024-S1", .unit = "631", .indicator = "model.recognition_rate"));
    assert_body(answer, BODY(EXPLANATION));
    const Tonghop__Explanation *explanation = answer->explanation;
    assert_int_equal(explanation->n_lines, 0);
    assert_int_equal(number_of(explanation->total), 4839);
    assert_int_equal(explanation->n_operands, 2);
    static const struct {
        const char *code;
        int64_t value;
        uint32_t units;
    } rows[] = {{"model.registered", 31, 3}, {"model.recognised", 15, 2}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        assert_string_equal(explanation->operands[i]->code, rows[i].code);
        assert_int_equal(number_of(explanation->operand_values[i]), rows[i].value);
        assert_int_equal(explanation->operand_values[i]->unit_count, rows[i].units);
    }
}

/* The trees of periods are a cache. Whatever was asked before, an answer is built on a tree that is
 * still there: the tree of the period asked for may be the next to be replaced. */
static void test_trees_outlive_the_answer(void **state)
{
    struct rig *rig = *state;
    for (unsigned first = 0; first < NODE_TREES_MAX; first++) {
        char period[PERIOD_TEXT_SIZE];
        rig_restart(rig);
        rig_hello(rig, from_local(), 0);
        for (unsigned i = 0; i < NODE_TREES_MAX; i++) {
            (void)snprintf(period, sizeof(period), "%u", i == first ? 2024 : 1980 + i);
            assert_body(ask_coverage(rig, from_local(), ASK(.period = period)), BODY(COVERAGE));
        }
        ASSERT_LINES(explain(rig, "2024", "631"), SUBTOTAL(0, 631, 31),
                     REPORT(1, 631, 1, "2024-S1"), REPORT(1, 23857, 10, "2024-S1"),
                     REPORT(1, 23860, 20, "2024-S1"), MISSING(1, 23863));
        const Tonghop__Envelope *answer = ask_totals(
            rig, from_local(), ASK(.period = "2024", .by_child = true, .compare_previous = true));
        assert_int_equal(number_of(answer->totals->units[0]->values[0]), 38);
        assert_verifies(rig);
    }
}

/* ---- coverage ---- */

static const Tonghop__CoverageLine *coverage_line(const Tonghop__Envelope *answer, uint32_t unit,
                                                  const char *form)
{
    for (size_t i = 0; i < answer->coverage->n_lines; i++)
        if (answer->coverage->lines[i]->unit->id == unit &&
            strcmp(answer->coverage->lines[i]->form, form) == 0)
            return answer->coverage->lines[i];
    fail_msg("no line for unit %u, form %s", unit, form);
    return NULL;
}

/* Who owes, who filed, when: a set of units with its counts. */
static void test_coverage(void **state)
{
    struct rig *rig = *state;
    rig->now.us = INT64_C(1718236800000000); /* 2024-06-13, in time and before the window ends */
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .form = 2, CELLS(EXACT(20, 1))));
    const Tonghop__Envelope *answer = ask_coverage(rig, from_local(), ASK(.period = "2024-S1"));
    assert_body(answer, BODY(COVERAGE));
    const Tonghop__Coverage *coverage = answer->coverage;
    assert_int_equal(coverage->due_count, 14); /* 8 units owe form 1, 6 communes form 2 */
    assert_int_equal(coverage->n_lines, 14);
    assert_int_equal(coverage->filed_count, 5);
    assert_int_equal(coverage->accepted_count, 5);
    assert_int_equal(coverage->covered_count, 0);
    assert_int_equal(coverage->late_count, 4);
    assert_int_equal(coverage->unit->id, 64);
    const Tonghop__CoverageLine *line = coverage_line(answer, 23857, "general");
    assert_int_equal(line->state, STATE(ACCEPTED));
    assert_int_equal(line->timeliness, TIMES(LATE));
    assert_int_equal(line->revision, 1);
    assert_int_equal(line->first_filed_us, RIG_NOW_US);
    assert_int_equal(line->met_by, PERIOD_S1);
    assert_string_equal(line->covered_by, "");
    assert_int_equal(coverage_line(answer, 23857, "security")->timeliness, TIMES(EARLY));
    line = coverage_line(answer, 23863, "general");
    assert_int_equal(line->state, STATE(MISSING));
    assert_int_equal(line->revision, 0);
    assert_int_equal(line->timeliness, 0);
}

static void test_only_missing(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Envelope *answer = ask_coverage(
        rig, from_local(), ASK(.period = "2024-S1", .unit = "631", .only_missing = true));
    static const struct {
        uint32_t unit;
        const char *form;
    } rows[] = {{23857, "security"}, {23860, "security"}, {23863, "general"}, {23863, "security"}};
    assert_int_equal(answer->coverage->due_count, 7); /* the counts are of all */
    assert_int_equal(answer->coverage->filed_count, 3);
    assert_int_equal(answer->coverage->n_lines, LENGTH(rows));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        assert_int_equal(answer->coverage->lines[i]->unit->id, rows[i].unit);
        assert_string_equal(answer->coverage->lines[i]->form, rows[i].form);
        assert_int_equal(answer->coverage->lines[i]->state, STATE(MISSING));
    }
}

/* A whole report stands for the units beneath it, by name; one that filed stays filed. */
static void test_covered_units(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 9))));
    const Tonghop__Envelope *answer =
        ask_coverage(rig, from_local(), ASK(.period = "2024-S1", .unit = "632"));
    static const struct {
        uint32_t unit;
        Tonghop__CoverageState state;
        const char *covered_by;
    } rows[] = {{632, STATE(ACCEPTED), ""},
                {23887, STATE(ACCEPTED), "632"},
                {23888, STATE(COVERED), "632"},
                {23899, STATE(COVERED), "632"}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const Tonghop__CoverageLine *line = coverage_line(answer, rows[i].unit, "general");
        assert_int_equal(line->state, rows[i].state);
        assert_string_equal(line->covered_by, rows[i].covered_by);
    }
    assert_int_equal(answer->coverage->covered_count, 2);
    assert_int_equal(coverage_line(answer, 23888, "security")->state, STATE(MISSING));
}

/* The duty of the second half is met by the year; a unit that has ended owes nothing. */
static void test_duties_of_the_year(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024", .unit = 23860, CELLS(EXACT(1, 50))));
    const Tonghop__Envelope *answer = ask_coverage(rig, from_local(), ASK(.period = "2024-S2"));
    assert_int_equal(answer->coverage->due_count, 12);
    assert_int_equal(answer->coverage->filed_count, 1);
    const Tonghop__CoverageLine *line = coverage_line(answer, 23860, "general");
    assert_int_equal(line->state, STATE(ACCEPTED));
    assert_int_equal(line->met_by, PERIOD_Y);
}

/* ---- history ---- */

/* Every revision held, the newest first, with who, when and why, and which one counts. */
static void test_history(void **state)
{
    struct rig *rig = *state;
    struct draft correction = base[0];
    struct buf filing = {0};
    const struct cell cells[] = {EXACT(1, 12), EXACT(2, 6)};
    correction.cells = cells;
    correction.based_on = 1;
    correction.reason = "nhầm";
    rig->now.us += 1000000;
    file_ok(rig, &correction);
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .form = 2, CELLS(EXACT(20, 1))));
    draft_pack(&correction, &filing);
    const Tonghop__Envelope *answer = ask_history(
        rig, from_local(), ASK(.period = "2024-S1", .unit = "23857", .with_content = true));
    assert_body(answer, BODY(HISTORY));
    assert_int_equal(answer->history->unit->id, 23857);
    assert_int_equal(answer->history->n_entries, 3);
    static const struct {
        const char *form, *reason;
        uint64_t revision;
        bool is_latest;
        uint32_t cells;
    } rows[] = {{"general", "nhầm", 2, true, 2},
                {"general", "đầu kỳ", 1, false, 2},
                {"security", "", 1, true, 1}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const Tonghop__HistoryEntry *entry = answer->history->entries[i];
        assert_string_equal(entry->form, rows[i].form);
        assert_string_equal(entry->reason, rows[i].reason);
        assert_int_equal(entry->revision, rows[i].revision);
        assert_int_equal(entry->is_latest, rows[i].is_latest);
        assert_int_equal(entry->counts, rows[i].is_latest);
        assert_int_equal(entry->cell_count, rows[i].cells);
        assert_int_equal(entry->states, STATE_ACCEPTED);
        assert_int_equal(entry->scope, SCOPE_OWN);
        assert_int_equal(entry->received_us, i == 1 ? RIG_NOW_US : RIG_NOW_US + 1000000);
        assert_string_equal(entry->recorded_by, "uid:1000");
        assert_false(entry->withdrawn);
        assert_false(entry->is_safe); /* at the root only this disk holds it */
    }
    assert_int_equal(answer->history->entries[0]->filing.len, filing.len);
    assert_memory_equal(answer->history->entries[0]->filing.data, filing.data, filing.len);
    buf_fini(&filing);
}

/* Only the latest, only one form, and no bytes unless asked for. */
static void test_history_is_narrowed(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 1, .is_withdrawn = true));
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .form = 2, CELLS(EXACT(20, 1))));
    const Tonghop__Envelope *answer = ask_history(
        rig, from_local(), ASK(.period = "2024-S1", .unit = "23857", .latest_only = true));
    assert_int_equal(answer->history->n_entries, 2);
    assert_int_equal(answer->history->entries[0]->revision, 2);
    assert_true(answer->history->entries[0]->withdrawn);
    assert_true(answer->history->entries[0]->counts);
    assert_int_equal(answer->history->entries[0]->filing.len, 0);
    answer = ask_history(rig, from_local(),
                         ASK(.period = "2024-S1", .unit = "23857", .indicator = "security"));
    assert_int_equal(answer->history->n_entries, 1);
    assert_string_equal(answer->history->entries[0]->form, "security");
    answer = ask_history(rig, from_local(), ASK(.period = "2024-S2", .unit = "23857"));
    assert_body(answer, BODY(HISTORY));
    assert_int_equal(answer->history->n_entries, 0);
}

/* A report is safe when another node holds it too: the parent that acknowledged it. */
static void test_safe(void **state)
{
    struct rig *rig = *state;
    const struct draft *draft = DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 1)));
    struct outbox_item item;
    bool is_unknown;
    file_ok(rig, draft);
    const struct question *question = ASK(.period = "2024-S1", .unit = "23857");
    assert_false(ask_history(rig, from_local(), question)->history->entries[0]->is_safe);
    assert_true(outbox_of(rig, draft, &item));
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(store_clear_outbox(txn, item.type, &item.key, item.version), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    assert_true(ask_history(rig, from_local(), question)->history->entries[0]->is_safe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXPLAIN_TEST(test_a_total_is_taken_apart),
        EXPLAIN_TEST(test_what_a_report_says_of_itself),
        EXPLAIN_TEST(test_sources_of_the_year),
        EXPLAIN_TEST(test_sources_of_other_natures),
        EXPLAIN_TEST(test_a_whole_report_covers),
        EXPLAIN_TEST(test_sources_are_of_one_scope),
        EXPLAIN_TEST(test_a_lone_whole_half),
        EXPLAIN_TEST(test_missing_is_about_the_label),
        EXPLAIN_TEST(test_covered_is_not_missing),
        EXPLAIN_TEST(test_returned_is_named),
        EXPLAIN_TEST(test_withdrawn_is_missing),
        EXPLAIN_TEST(test_nil_is_not_missing),
        EXPLAIN_TEST(test_a_derived_value),
        EXPLAIN_TEST(test_trees_outlive_the_answer),
        EXPLAIN_TEST(test_coverage),
        EXPLAIN_TEST(test_only_missing),
        EXPLAIN_TEST(test_covered_units),
        EXPLAIN_TEST(test_duties_of_the_year),
        EXPLAIN_TEST(test_history),
        EXPLAIN_TEST(test_history_is_narrowed),
        DISTRICT_TEST(test_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
