/* A story is told from all revisions at once, in memory: one that would take too much is refused
 * with what to ask instead, and the node goes on. */
#include "node/past.h"
#include "unit/node/table.h"
#include "unit/node/told.h"

enum { CELLS_EACH = 6 };

static const uint32_t numbers[CELLS_EACH] = {1, 2, 3, 4, 10, 7};

/* A revision with notes as long as may be on every cell; returns what they weigh. */
static size_t file_wordy(struct rig *rig, const char *period, uint64_t based_on)
{
    static char note[REPORT_NOTE_MAX + 1];
    struct buf filing = {0};
    struct report report = {.key = {.kind = KIND_ACTUAL, .unit = 23857, .form = 1},
                            .scope = SCOPE_OWN,
                            .catalogue = 2,
                            .based_on = based_on,
                            .author = mem_strdup(""),
                            .reason = mem_strdup("x"),
                            .source = mem_strdup("")};
    memset(note, 'n', sizeof(note) - 1);
    assert_int_equal(period_parse(period, &report.key.period), ERR_OK);
    for (size_t i = 0; i < CELLS_EACH; i++) {
        report_add_cell(&report, (struct cell)EXACT(numbers[i], (int64_t)based_on + 1));
        report_add_note(&report, numbers[i], note);
    }
    assert_int_equal(report_sort(&report), ERR_OK);
    wire_pack_filing(&report, &filing);
    report_fini(&report);
    assert_body(file_bytes(rig, from_local(), &filing), BODY(RECEIPT));
    buf_fini(&filing);
    return CELLS_EACH * REPORT_NOTE_MAX;
}

static void read_them_all(Tonghop__Catalogue *edited)
{
    for (size_t i = 0; i < CELLS_EACH; i++)
        edit_text(&edit_indicator(edited, numbers[i])->measure, "mô hình");
    edit_text(&edit_indicator(edited, 11)->measure, "mô hình");
    edit_text(&edit_indicator(edited, 11)->rule,
              "= model.registered + model.recognised + model.recognised.collective + "
              "model.recognised.individual + dialogue.commune + contrib.land");
}

static void test_a_story_that_is_too_long(void **state)
{
    struct rig *rig = *state;
    const struct told *all =
        TOLD(.period = "2024", .since = "2020-01-01", .indicator = "dialogue.total");
    size_t weight = 0;
    uint64_t revision = 0;
    Tonghop__Catalogue *edited = edit_begin(2);
    read_them_all(edited);
    rig_install_edited(rig, edited);
    while (weight < PAST_BYTES_MAX * 9 / 10)
        weight += file_wordy(rig, "2024", revision++);
    assert_int_equal(told_ok(rig, all)->n_changes, revision);
    while (weight < PAST_BYTES_MAX)
        weight += file_wordy(rig, "2024", revision++);
    const Tonghop__Refusal *refusal = assert_refused(ask_told(rig, from_local(), all), "too-large");
    assert_contains(refusal->text, "ask for a smaller unit");
    /* Another unit, and what one of the operands has to tell, is no more than it was. */
    assert_int_equal(told_ok(rig, TOLD(.period = "2024", .since = "2020-01-01", .unit = "632",
                                       .indicator = "dialogue.total"))
                         ->n_changes,
                     0);
    assert_int_equal(
        told_ok(rig, TOLD(.period = "2024", .since = "2020-01-01", .indicator = "model.recognised"))
            ->n_changes,
        revision);
}

/* The limit is that of all years together. */
static void test_a_span_that_is_too_long(void **state)
{
    struct rig *rig = *state;
    const struct told *span = TOLD(.from = "2022", .period = "2024", .since = "2020-01-01",
                                   .indicator = "dialogue.total");
    static const char *const periods[] = {"2022", "2023"};
    size_t weight = 0;
    uint64_t revisions[LENGTH(periods)] = {0};
    Tonghop__Catalogue *edited = edit_begin(2);
    read_them_all(edited);
    rig_install_edited(rig, edited);
    for (size_t i = 0; weight < PAST_BYTES_MAX * 9 / 10; i = !i)
        weight += file_wordy(rig, periods[i], revisions[i]++);
    assert_int_equal(told_ok(rig, span)->n_changes, revisions[0] + revisions[1]);
    for (size_t i = 0; weight < PAST_BYTES_MAX; i = !i)
        weight += file_wordy(rig, periods[i], revisions[i]++);
    const Tonghop__Refusal *refusal =
        assert_refused(ask_told(rig, from_local(), span), "too-large");
    assert_contains(refusal->text, "ask for a smaller unit, fewer years or");
    assert_int_equal(told_ok(rig, TOLD(.from = "2023", .period = "2024", .since = "2020-01-01",
                                       .indicator = "dialogue.total"))
                         ->n_changes,
                     revisions[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {ROOT_TEST(test_a_story_that_is_too_long),
                                       ROOT_TEST(test_a_span_that_is_too_long)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
