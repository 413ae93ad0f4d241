/* The public library, against a node that is played by a process of its own. */
#include "lib/cm.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/handle.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "tonghop/client.h"
#include "unit/client/played.h"

static struct tonghop *open_in(const struct world *world, enum tonghop_language language)
{
    const struct tonghop_options options = {
        .size = sizeof(options), .conf_path = world->conf_path, .language = language};
    struct tonghop *tonghop = NULL;
    char reason[TONGHOP_REASON_SIZE];
    if (tonghop_open(&options, &tonghop, reason) != TONGHOP_OK)
        fail_msg("%s", reason);
    return tonghop;
}

/* ---- filing and reading ---- */

static void test_files(void **state)
{
    /* The way of an integrator: ask for the revision, and file on it. */
    struct tonghop *tonghop = open_in(*state, TONGHOP_ENGLISH);
    const struct tonghop_cell cells[] = {
        {.indicator = "model.registered", .value = "0"},
        {.indicator = "contrib.land", .value = "5023.1", .qualifier = ">="},
        {.indicator = "poverty.poor", .value = "100", .qualifier = "..", .upper = "200"},
    };
    struct tonghop_report report = {
        .size = sizeof(report),
        .key = {.unit = "23860", .period = "2024", .form = "general"},
        .author = "phần mềm",
        .cells = cells,
        .cell_count = 3,
    };
    const struct tonghop_receipt *receipt = NULL;
    char reason[TONGHOP_REASON_SIZE];
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), TONGHOP_ERR_STALE);
    assert_non_null(strstr(reason, "the current revision is 4"));
    assert_null(receipt);
    assert_int_equal(tonghop_revision(tonghop, &report.key, &report.based_on, reason), TONGHOP_OK);
    assert_int_equal(report.based_on, 4);
    assert_int_equal(tonghop_check(tonghop, &report, &receipt, reason), TONGHOP_OK);
    assert_int_equal(receipt->revision, 0);
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), TONGHOP_OK);
    assert_int_equal(receipt->revision, 13);
    assert_true(receipt->is_accepted && !receipt->is_repeated && receipt->received_us == 1);
    report.key.is_plan = true;
    assert_int_equal(tonghop_revision(tonghop, &report.key, &report.based_on, reason), TONGHOP_OK);
    assert_int_equal(report.based_on, 0);
    report.key.form = NULL;
    assert_int_equal(tonghop_revision(tonghop, &report.key, &report.based_on, reason),
                     TONGHOP_ERR_USAGE);
    tonghop_close(tonghop);
    tonghop_close(NULL);
}

static void test_tells_problems(void **state)
{
    /* Each with its cell: warnings of the node, and all errors at once before anything is sent.
     * They are gone with the next filing. */
    struct tonghop *tonghop = open_in(*state, TONGHOP_ENGLISH);
    struct tonghop_cell cells[] = {{.indicator = "model.registered", .value = "7"},
                                   {.indicator = "contrib.land", .value = "1.25"},
                                   {.indicator = "x.y", .value = "1"}};
    struct tonghop_report report = {
        .size = sizeof(report),
        .key = {.unit = "23860", .period = "2024", .form = "general"},
        .based_on = 4,
        .cells = cells,
        .cell_count = 1,
    };
    const struct tonghop_receipt *receipt = NULL;
    char reason[TONGHOP_REASON_SIZE];
    assert_null(tonghop_problem(tonghop, 0));
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), TONGHOP_ERR_WARNINGS);
    assert_string_equal(reason, "1 warning: odd");
    assert_string_equal(tonghop_problem(tonghop, 0)->indicator, "model.registered");
    assert_string_equal(tonghop_problem(tonghop, 0)->text, "odd");
    assert_true(tonghop_problem(tonghop, 0)->is_warning);
    assert_null(tonghop_problem(tonghop, 1));

    report.cell_count = 3;
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), TONGHOP_ERR_INVALID);
    assert_non_null(strstr(reason, "'1.25' has more decimals than the 1 of contrib.land"));
    assert_non_null(strstr(reason, "(and 1 more)"));
    assert_string_equal(tonghop_problem(tonghop, 0)->indicator, "contrib.land");
    assert_false(tonghop_problem(tonghop, 0)->is_warning);
    assert_non_null(strstr(tonghop_problem(tonghop, 1)->text, "'x.y'"));
    assert_string_equal(tonghop_problem(tonghop, 1)->indicator, "");
    assert_null(tonghop_problem(tonghop, 2));

    report.cell_count = 1;
    report.accepts_warnings = true;
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), TONGHOP_OK);
    assert_int_equal(receipt->revision, 11);
    assert_null(tonghop_problem(tonghop, 0));
    tonghop_close(tonghop);
}

static void test_goes_with_a_new_catalogue(void **state)
{
    /* A handle stays open for as long as the program runs; catalogues come and go meanwhile. */
    struct tonghop *tonghop = open_in(*state, TONGHOP_ENGLISH);
    const struct tonghop_cell cell = {.indicator = "model.registered", .value = "7"};
    struct tonghop_report report = {
        .size = sizeof(report),
        .key = {.unit = "23860", .period = "2024", .form = "general"},
        .based_on = 4,
        .accepts_warnings = true,
        .cells = &cell,
        .cell_count = 1,
    };
    Tonghop__QuarantineClear clear = TONGHOP__QUARANTINE_CLEAR__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    const struct tonghop_receipt *receipt = NULL;
    char reason[TONGHOP_REASON_SIZE];
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), TONGHOP_OK);
    clear.all = true;
    request.body_case = TONGHOP__ENVELOPE__BODY_QUARANTINE_CLEAR;
    request.quarantine_clear = &clear;
    assert_int_equal(connection_request(tonghop->connection, &request, &answer, reason), ERR_OK);
    report.key.form = "renamed";
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), TONGHOP_OK);
    assert_null(tonghop_problem(tonghop, 0));
    report.key.form = "general";
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), TONGHOP_ERR_NOT_FOUND);
    assert_non_null(tonghop_problem(tonghop, 0));
    tonghop_close(tonghop);
}

/* A report that is taken in by a form that there is. */
static enum tonghop_err file_by_kept(struct tonghop *tonghop, const char *form)
{
    const struct tonghop_cell cell = {.indicator = "model.registered", .value = "7"};
    const struct tonghop_report report = {
        .size = sizeof(report),
        .key = {.unit = "23860", .period = "2024", .form = form},
        .based_on = 4,
        .accepts_warnings = true,
        .cells = &cell,
        .cell_count = 1,
    };
    const struct tonghop_receipt *receipt = NULL;
    char reason[TONGHOP_REASON_SIZE];
    return tonghop_file(tonghop, &report, &receipt, reason);
}

static size_t count_files(const char *path)
{
    size_t count = 0;
    DIR *folder = opendir(path);
    for (const struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    if (folder != NULL)
        closedir(folder);
    return count;
}

static void test_keeps_the_catalogue_where_it_is_told(void **state)
{
    /* And nowhere else, and not before. A handle that was opened before another catalogue came into
     * force may find the older one there; it notices when a report does not suit it, and goes with
     * the new one. */
    const struct world *world = *state;
    char *folder = mem_printf("%s/kept", world->folder);
    char *removal = mem_printf("rm -r %s", folder);
    struct tonghop *first = open_in(world, TONGHOP_ENGLISH);
    struct tonghop *second = open_in(world, TONGHOP_ENGLISH);
    Tonghop__QuarantineClear clear = TONGHOP__QUARANTINE_CLEAR__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    char reason[TONGHOP_REASON_SIZE];
    assert_int_equal(setenv("XDG_CACHE_HOME", world->folder, 1), 0);
    assert_int_equal(file_by_kept(second, "general"), TONGHOP_OK);
    catalogue_free(&second->catalogue); /* as at first */
    assert_int_equal(tonghop_keep_catalogue(first, "kept"), TONGHOP_ERR_USAGE);
    assert_int_equal(tonghop_keep_catalogue(first, ""), TONGHOP_ERR_USAGE);
    assert_int_equal(tonghop_keep_catalogue(first, folder), TONGHOP_OK);
    assert_int_equal(tonghop_keep_catalogue(second, folder), TONGHOP_OK);
    assert_int_equal(count_files(folder), 0);
    assert_int_equal(file_by_kept(first, "general"), TONGHOP_OK);
    assert_int_equal(count_files(folder), 1);

    clear.all = true; /* something happens at the node */
    request.body_case = TONGHOP__ENVELOPE__BODY_QUARANTINE_CLEAR;
    request.quarantine_clear = &clear;
    assert_int_equal(connection_request(first->connection, &request, &answer, reason), ERR_OK);
    assert_int_equal(file_by_kept(second, "renamed"), TONGHOP_OK);
    assert_int_equal(second->catalogue->number, 2);
    assert_int_equal(count_files(folder), 2);
    assert_int_equal(file_by_kept(first, "renamed"), TONGHOP_OK);
    assert_int_equal(first->catalogue->number, 2);
    assert_int_equal(file_by_kept(first, "general"), TONGHOP_ERR_NOT_FOUND);

    /* Switched off it fetches, and keeps nothing more. */
    assert_int_equal(system(removal), 0);
    assert_int_equal(tonghop_keep_catalogue(first, NULL), TONGHOP_OK);
    catalogue_free(&first->catalogue);
    assert_int_equal(file_by_kept(first, "renamed"), TONGHOP_OK);
    assert_int_equal(count_files(folder), 0);
    tonghop_close(first);
    tonghop_close(second);
    free(removal);
    free(folder);
}

static void test_one_figure(void **state)
{
    struct tonghop *tonghop = open_in(*state, TONGHOP_ENGLISH);
    const struct tonghop_key key = {.period = "2024"};
    const struct tonghop_figure *figure = NULL;
    char reason[TONGHOP_REASON_SIZE];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(tonghop_total(tonghop, &key, "contrib.land", &figure, reason), TONGHOP_OK);
        assert_true(figure->has_value);
        assert_string_equal(figure->value, "5023.1");
        assert_string_equal(figure->qualifier, ">=");
        assert_string_equal(figure->upper, "");
        assert_int_equal(figure->unit_count, 19);
    }
    tonghop_close(tonghop);
}

static void test_results_outlive_the_handle(void **state)
{
    /* What the caller was given is his, whatever becomes of handle and node. */
    struct tonghop *tonghop = open_in(*state, TONGHOP_ENGLISH);
    const struct tonghop_key key = {.unit = "631", .period = "2024", .form = "general"};
    const struct tonghop_key plan = {.period = "2024", .is_plan = true};
    struct tonghop_query query = {.size = sizeof(query), .key = key, .rows = TONGHOP_ROWS_CHILDREN};
    struct tonghop_totals *totals = NULL;
    struct tonghop_coverage *coverage = NULL;
    struct tonghop_history *history = NULL;
    char reason[TONGHOP_REASON_SIZE];
    assert_int_equal(tonghop_totals(tonghop, &query, &totals, reason), TONGHOP_OK);
    assert_int_equal(tonghop_coverage(tonghop, &plan, true, &coverage, reason), TONGHOP_OK);
    assert_int_equal(tonghop_history(tonghop, &key, &history, reason), TONGHOP_OK);
    query.indicator_count = 1;
    assert_int_equal(tonghop_totals(tonghop, &query, &totals, reason), TONGHOP_ERR_USAGE);
    query.rows = (enum tonghop_rows)99;
    query.indicator_count = 0;
    assert_int_equal(tonghop_totals(tonghop, &query, &totals, reason), TONGHOP_ERR_VERSION);
    tonghop_close(tonghop);

    assert_int_equal(tonghop_totals_unit(totals, 0)->id, PLAYED_UNIT);
    assert_null(tonghop_totals_unit(totals, 1));
    assert_string_equal(tonghop_totals_indicator(totals, 0)->code, "contrib.land");
    assert_int_equal(tonghop_totals_indicator(totals, 0)->decimals, 1);
    assert_null(tonghop_totals_indicator(totals, 1));
    assert_string_equal(tonghop_totals_figure(totals, 0, 0)->value, "5023.1");
    assert_null(tonghop_totals_figure(totals, 0, 1));
    assert_null(tonghop_totals_figure(totals, 1, 0));
    assert_string_equal(tonghop_totals_period(totals), "2024");
    assert_false(tonghop_totals_is_rebuilding(totals));

    assert_int_equal(tonghop_coverage_counts(coverage)->due_count, 2);
    assert_int_equal(tonghop_coverage_counts(coverage)->filed_count, 1);
    assert_string_equal(tonghop_coverage_duty(coverage, 0)->unit->code, "23857");
    assert_string_equal(tonghop_coverage_duty(coverage, 0)->form, "general");
    assert_int_equal(tonghop_coverage_duty(coverage, 0)->state, TONGHOP_STATE_MISSING);
    assert_int_equal(tonghop_coverage_duty(coverage, 0)->timeliness, TONGHOP_TIME_NONE);
    assert_null(tonghop_coverage_duty(coverage, 1));

    assert_int_equal(tonghop_history_entry(history, 0)->revision, 4);
    assert_string_equal(tonghop_history_entry(history, 0)->form, "general");
    assert_null(tonghop_history_entry(history, 0)->held_by);
    assert_null(tonghop_history_entry(history, 1));

    tonghop_totals_free(totals);
    tonghop_coverage_free(coverage);
    tonghop_history_free(history);
    tonghop_totals_free(NULL);
    tonghop_coverage_free(NULL);
    tonghop_history_free(NULL);
}

static void test_follows_changes(void **state)
{
    /* From the beginning, from a cursor, from now on; a silent node is waited for as long as was
     * said, and the time-out beyond. */
    const struct world *world = *state;
    const struct tonghop_options options = {
        .size = sizeof(options), .conf_path = world->conf_path, .timeout_ms = 5000};
    struct tonghop_options hasty = options;
    struct tonghop *tonghop = NULL;
    struct tonghop_changes *changes = NULL;
    char reason[TONGHOP_REASON_SIZE];
    assert_int_equal(tonghop_open(&options, &tonghop, reason), TONGHOP_OK);
    assert_int_equal(tonghop_watch(tonghop, NULL, "", 0, &changes, reason), TONGHOP_OK);
    const struct tonghop_change *change = tonghop_changes_change(changes, 0);
    assert_string_equal(change->unit->code, "23860");
    assert_string_equal(change->period, "2024");
    assert_string_equal(change->form, "general");
    assert_int_equal(change->revision, 3);
    assert_true(change->is_plan && change->is_accepted && change->is_returned);
    assert_false(change->counts || change->is_withdrawn);
    assert_null(tonghop_changes_change(changes, 1));
    assert_true(tonghop_changes_has_more(changes));
    assert_false(tonghop_changes_is_restarted(changes));
    struct tonghop_changes *first = changes;
    assert_int_equal(
        tonghop_watch(tonghop, NULL, tonghop_changes_cursor(first), 0, &changes, reason),
        TONGHOP_OK);
    tonghop_changes_free(first);
    assert_null(tonghop_changes_change(changes, 0));
    assert_false(tonghop_changes_has_more(changes));
    tonghop_changes_free(changes);
    assert_int_equal(tonghop_watch(tonghop, NULL, NULL, 0, &changes, reason), TONGHOP_OK);
    assert_string_equal(tonghop_changes_cursor(changes), "now");
    tonghop_changes_free(changes);
    assert_int_equal(tonghop_watch(tonghop, NULL, "lost", 0, &changes, reason), TONGHOP_OK);
    assert_true(tonghop_changes_is_restarted(changes));
    tonghop_changes_free(changes);
    tonghop_changes_free(NULL);
    tonghop_close(tonghop);

    hasty.timeout_ms = 200;
    assert_int_equal(tonghop_open(&hasty, &tonghop, reason), TONGHOP_OK);
    assert_int_equal(tonghop_watch(tonghop, NULL, "silent", 100, &changes, reason),
                     TONGHOP_ERR_TIMEOUT);
    assert_non_null(strstr(reason, "no answer within 300 ms"));
    tonghop_close(tonghop);
}

/* ---- what is wrong ---- */

static void test_checks_before_it_sends(void **state)
{
    /* Whatever is wrong is said with its name, and nothing reaches the node: it would take these.
     */
    static const struct {
        const char *name, *unit, *period, *form, *indicator, *value, *qualifier, *upper;
        enum tonghop_err err;
        const char *said, *said_vi;
    } rows[] = {
        {"unit", "1", "2024", "general", "model.registered", "1", NULL, NULL, TONGHOP_ERR_NOT_FOUND,
         "1", "1"},
        {"period", "23860", "2024-S3", "general", "model.registered", "1", NULL, NULL,
         TONGHOP_ERR_SYNTAX, "'2024-S3' is not a period", "“2024-S3” không phải là kỳ"},
        {"form", "23860", "2024", "x", "model.registered", "1", NULL, NULL, TONGHOP_ERR_NOT_FOUND,
         "no form 'x'", "không có biểu mẫu “x”"},
        {"indicator", "23860", "2024", "general", "x.y", "1", NULL, NULL, TONGHOP_ERR_NOT_FOUND,
         "no indicator 'x.y'", "không có chỉ tiêu “x.y”"},
        {"derived", "23860", "2024", "general", "dialogue.total", "1", NULL, NULL,
         TONGHOP_ERR_INVALID, "dialogue.total is computed", "dialogue.total được tính"},
        {"number", "23860", "2024", "general", "model.registered", "1,5", NULL, NULL,
         TONGHOP_ERR_INVALID, "'1,5' is not a number", "1,5"},
        {"decimals", "23860", "2024", "general", "contrib.land", "1.25", NULL, NULL,
         TONGHOP_ERR_INVALID, "1.25", "1.25"},
        {"qualifier", "23860", "2024", "general", "model.registered", "1", ">", NULL,
         TONGHOP_ERR_INVALID, ">", ">"},
        {"upper below", "23860", "2024", "general", "model.registered", "5", "..", "4",
         TONGHOP_ERR_INVALID, "", ""},
        {"other form", "23860", "2024", "general", "security.team", "1", NULL, NULL,
         TONGHOP_ERR_INVALID, "security.team", "security.team"},
        {"level", "23860", "2024", "general", "dialogue.district", "1", NULL, NULL,
         TONGHOP_ERR_INVALID, "dialogue.district", "dialogue.district"},
        {"negative", "23860", "2024", "general", "model.registered", "-1", NULL, NULL,
         TONGHOP_ERR_INVALID, "model.registered", "model.registered"},
        {"no value", "23860", "2024", "general", "model.registered", NULL, NULL, NULL,
         TONGHOP_ERR_USAGE, "no value", "giá trị"},
        {"no unit", NULL, "2024", "general", "model.registered", "1", NULL, NULL, TONGHOP_ERR_USAGE,
         "names a unit", "phải ghi đơn vị"},
    };
    for (enum tonghop_language language = TONGHOP_ENGLISH; language <= TONGHOP_VIETNAMESE;
         language++) {
        struct tonghop *tonghop = open_in(*state, language);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            const struct tonghop_cell cell = {rows[i].indicator, rows[i].value, rows[i].qualifier,
                                              rows[i].upper, NULL};
            const struct tonghop_report report = {
                .size = sizeof(report),
                .key = {.unit = rows[i].unit, .period = rows[i].period, .form = rows[i].form},
                .based_on = 4,
                .cells = &cell,
                .cell_count = 1};
            const struct tonghop_receipt *receipt;
            char reason[TONGHOP_REASON_SIZE] = "";
            const char *said = language == TONGHOP_ENGLISH ? rows[i].said : rows[i].said_vi;
            enum tonghop_err err = tonghop_file(tonghop, &report, &receipt, reason);
            if (err != rows[i].err || strstr(reason, said) == NULL)
                fail_msg("%s: %s: %s", rows[i].name, tonghop_err_name(err), reason);
        }
        tonghop_close(tonghop);
    }
}

static void test_order_of_cells_is_no_content(void **state)
{
    /* The same figures and notes are the same bytes: else they would be another revision. */
    struct tonghop *tonghop = open_in(*state, TONGHOP_ENGLISH);
    struct tonghop_cell cells[] = {
        {.indicator = "model.registered", .value = "7", .note = "đã rà soát"},
        {.indicator = "contrib.land", .value = "1.5", .note = "ước tính"}};
    struct tonghop_report report = {
        .size = sizeof(report),
        .key = {.unit = "23860", .period = "2024", .form = "general"},
        .based_on = 4,
        .cells = cells,
        .cell_count = 2,
    };
    const struct tonghop_receipt *receipt;
    char reason[TONGHOP_REASON_SIZE];
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), TONGHOP_OK);
    const struct tonghop_cell first = cells[0];
    int64_t digest = receipt->received_us;
    cells[0] = cells[1];
    cells[1] = first;
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), TONGHOP_OK);
    assert_int_equal(receipt->received_us, digest);
    cells[0].note = "đo lại";
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), TONGHOP_OK);
    assert_int_not_equal(receipt->received_us, digest);
    cells[1] = cells[0];
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), TONGHOP_ERR_EXISTS);
    tonghop_close(tonghop);
}

static void test_structs_say_their_size(void **state)
{
    /* A size that was not set is told; what a newer program leaves at zero is none of our business,
     * and what it asks for beyond what we know is refused. */
    const struct world *world = *state;
    struct {
        struct tonghop_options options;
        uint64_t newer;
    } program = {.options = {.conf_path = world->conf_path}};
    struct tonghop *tonghop = NULL;
    char reason[TONGHOP_REASON_SIZE];
    assert_int_equal(tonghop_open(&program.options, &tonghop, reason), TONGHOP_ERR_USAGE);
    assert_non_null(strstr(reason, "size of struct tonghop_options is not set"));
    program.options.size = SIZE_MAX;
    assert_int_equal(tonghop_open(&program.options, &tonghop, reason), TONGHOP_ERR_USAGE);
    program.options.size = sizeof(program);
    program.newer = 1;
    assert_int_equal(tonghop_open(&program.options, &tonghop, reason), TONGHOP_ERR_VERSION);
    assert_null(tonghop);
    program.newer = 0;
    program.options.reserved = 1;
    assert_int_equal(tonghop_open(&program.options, &tonghop, reason), TONGHOP_ERR_VERSION);
    program.options.reserved = 0;
    assert_int_equal(tonghop_open(&program.options, &tonghop, reason), TONGHOP_OK);

    const struct tonghop_report report = {.cell_count = 0};
    const struct tonghop_query query = {.indicator_count = 0};
    const struct tonghop_receipt *receipt;
    struct tonghop_totals *totals;
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), TONGHOP_ERR_USAGE);
    assert_int_equal(tonghop_totals(tonghop, &query, &totals, reason), TONGHOP_ERR_USAGE);
    tonghop_close(tonghop);
}

/* ---- opening ---- */

#define SERVER "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="

static void test_says_why_it_cannot_open(void **state)
{
    /* What the caller or his files have wrong is said to him, and not a word to standard error. */
    static const struct {
        const char *name, *conf_path, *endpoint, *server_key, *secret_key;
        enum tonghop_err err;
        const char *said;
    } rows[] = {
        {"nothing", NULL, NULL, NULL, NULL, TONGHOP_ERR_USAGE, "either conf_path, or"},
        {"both", "/nowhere/x.conf", "tcp://127.0.0.1:1", SERVER, SERVER, TONGHOP_ERR_USAGE,
         "either conf_path, or"},
        {"half", NULL, "tcp://127.0.0.1:1", SERVER, NULL, TONGHOP_ERR_USAGE,
         "either conf_path, or"},
        {"no file", "/nowhere/x.conf", NULL, NULL, NULL, TONGHOP_ERR_USAGE, "/nowhere/x.conf"},
        {"bad file", "bad.conf", NULL, NULL, NULL, TONGHOP_ERR_USAGE, "bad.conf:2:12: error: "},
        {"no key file", "nokey.conf", NULL, NULL, NULL, TONGHOP_ERR_USAGE,
         "nokey.key: not there; make one with: tonghop init"},
        {"open key file", "open.conf", NULL, NULL, NULL, TONGHOP_ERR_USAGE, "chmod 600"},
        {"server key", NULL, "tcp://127.0.0.1:1", "x", SERVER, TONGHOP_ERR_USAGE,
         "server_key has to be a key"},
        {"secret key", NULL, "tcp://127.0.0.1:1", SERVER, "x", TONGHOP_ERR_USAGE,
         "secret_key has to be a key"},
        {"endpoint", NULL, "127.0.0.1:1", SERVER, SERVER, TONGHOP_ERR_USAGE,
         "127.0.0.1:1: not an address"},
        {"nobody there", NULL, "tcp://127.0.0.1:1", SERVER, SERVER, TONGHOP_ERR_NOT_FOUND,
         "tcp://127.0.0.1:1: no connection"},
    };
    static const struct {
        const char *path, *text;
        mode_t mode;
    } files[] = {
        {"bad.conf", "[client]\nendpoint = nowhere\nkey = " SERVER "\n", 0600},
        {"nokey.conf", "[client]\nendpoint = tcp://127.0.0.1:1\nkey = " SERVER "\n", 0600},
        {"open.conf", "[client]\nendpoint = tcp://127.0.0.1:1\nkey = " SERVER "\n", 0600},
        {"open.key", SERVER "\n", 0644},
    };
    enum { FILE_COUNT = sizeof(files) / sizeof(files[0]) };
    char folder[] = "/tmp/tonghop-test-XXXXXX", start[512], failure[1024] = "", said[64];
    (void)state;
    assert_non_null(getcwd(start, sizeof(start)));
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    for (size_t i = 0; i < FILE_COUNT; i++) {
        FILE *file = fopen(files[i].path, "w");
        assert_non_null(file);
        assert_true(fputs(files[i].text, file) >= 0);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(chmod(files[i].path, files[i].mode), 0);
    }
    int standard_error = dup(STDERR_FILENO);
    assert_non_null(freopen("stderr", "w+", stderr));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct tonghop_options options = {.size = sizeof(options),
                                                .conf_path = rows[i].conf_path,
                                                .endpoint = rows[i].endpoint,
                                                .server_key = rows[i].server_key,
                                                .secret_key = rows[i].secret_key};
        struct tonghop *tonghop = NULL;
        char reason[TONGHOP_REASON_SIZE] = "";
        enum tonghop_err err = tonghop_open(&options, &tonghop, reason);
        if (err != rows[i].err || tonghop != NULL || strstr(reason, rows[i].said) == NULL)
            (void)snprintf(failure, sizeof(failure), "%s: %s: %s", rows[i].name,
                           tonghop_err_name(err), reason);
    }
    rewind(stderr);
    size_t said_len = fread(said, 1, sizeof(said), stderr);
    assert_int_equal(dup2(standard_error, STDERR_FILENO), STDERR_FILENO);
    close(standard_error);
    if (failure[0] != '\0')
        fail_msg("%s", failure);
    assert_int_equal(said_len, 0);
    for (size_t i = 0; i < FILE_COUNT; i++)
        unlink(files[i].path);
    unlink("stderr");
    assert_int_equal(chdir(start), 0);
    assert_int_equal(rmdir(folder), 0);
}

/* The exit status of a process that may open `count` files more when it opens a handle. */
static int status_with_files(int count)
{
    const struct tonghop_options options = {.size = sizeof(options),
                                            .endpoint = "tcp://127.0.0.1:1",
                                            .server_key = SERVER,
                                            .secret_key = SERVER};
    int status;
    pid_t child = fork();
    assert_int_not_equal(child, -1);
    if (child == 0) {
        struct tonghop *tonghop = NULL;
        char reason[TONGHOP_REASON_SIZE];
        int first = dup(STDERR_FILENO);
        const struct rlimit files = {(rlim_t)(first + count), (rlim_t)(first + count)};
        const struct rlimit no_core = {0, 0};
        if (first < 0 || close(first) != 0 || setrlimit(RLIMIT_NOFILE, &files) != 0 ||
            setrlimit(RLIMIT_CORE, &no_core) != 0)
            _exit(EXIT_FAILURE);
        enum tonghop_err err = tonghop_open(&options, &tonghop, reason);
        bool is_told = err == TONGHOP_ERR_IO && strstr(reason, "too many open files") != NULL;
        _exit(is_told || err == TONGHOP_ERR_NOT_FOUND ? (int)err : EXIT_FAILURE);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void test_too_many_files_are_told(void **state)
{
    /* libzmq ends a process whose files run out under it: however few are left, it is an error. */
    (void)state;
    int status = TONGHOP_ERR_IO;
    for (int count = 0; count <= 40; count++) {
        int next = status_with_files(count);
        if (next != status && !(status == TONGHOP_ERR_IO && next == TONGHOP_ERR_NOT_FOUND))
            fail_msg("with %d files: %d after %d", count, next, status);
        status = next;
    }
    assert_int_equal(status, TONGHOP_ERR_NOT_FOUND);
}

static void test_reasons_are_cut_between_characters(void **state)
{
    /* A program that reads a reason as UTF-8 must not stumble over half a character at its end. */
    (void)state;
    for (int shift = 0; shift < 3; shift++) {
        char endpoint[TONGHOP_REASON_SIZE * 2] = "", reason[TONGHOP_REASON_SIZE];
        const struct tonghop_options options = {.size = sizeof(options),
                                                .endpoint = endpoint,
                                                .server_key = SERVER,
                                                .secret_key = SERVER};
        struct tonghop *tonghop = NULL;
        (void)snprintf(endpoint, sizeof(endpoint), "%.*s", shift, "xxx");
        while (strlen(endpoint) < TONGHOP_REASON_SIZE)
            (void)strcat(endpoint, "ế");
        assert_int_equal(tonghop_open(&options, &tonghop, reason), TONGHOP_ERR_USAGE);
        assert_in_range(strlen(reason), TONGHOP_REASON_SIZE - 4, TONGHOP_REASON_SIZE - 1);
        assert_true(utf8_is_valid(reason, strlen(reason)));
    }
}

static void test_timeout_is_kept(void **state)
{
    /* Nobody answers this address: the documentation net of RFC 5737. */
    const struct tonghop_options options = {.size = sizeof(options),
                                            .endpoint = "tcp://192.0.2.1:7464",
                                            .server_key = SERVER,
                                            .secret_key = SERVER,
                                            .timeout_ms = 50,
                                            .language = TONGHOP_VIETNAMESE};
    struct tonghop *tonghop = NULL;
    char reason[TONGHOP_REASON_SIZE] = "";
    (void)state;
    enum tonghop_err err = tonghop_open(&options, &tonghop, reason);
    /* A machine without any route says so at once. */
    if (err != TONGHOP_ERR_TIMEOUT && err != TONGHOP_ERR_NOT_FOUND)
        fail_msg("%s: %s", tonghop_err_name(err), reason);
    assert_non_null(strstr(reason, err == TONGHOP_ERR_TIMEOUT ? "không trả lời trong 50 ms"
                                                              : "không kết nối được"));
}

static void test_node_that_went_away(void **state)
{
    /* A report must not be given up as naming what there is not because the node is restarted. */
    struct world *world = *state;
    struct tonghop *tonghop = open_in(world, TONGHOP_ENGLISH);
    const struct tonghop_cell cell = {.indicator = "model.registered", .value = "0"};
    const struct tonghop_report report = {
        .size = sizeof(report),
        .key = {.unit = "23860", .period = "2024", .form = "general"},
        .based_on = 4,
        .cells = &cell,
        .cell_count = 1};
    const struct tonghop_receipt *receipt = NULL;
    char reason[TONGHOP_REASON_SIZE];
    assert_int_equal(kill(world->node, SIGKILL), 0);
    assert_int_equal(waitpid(world->node, NULL, 0), world->node);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), TONGHOP_ERR_TIMEOUT);
        assert_null(tonghop_problem(tonghop, 0));
    }
    assert_non_null(strstr(reason, "no daemon there; start it"));
    tonghop_close(tonghop);
}

/* ---- errors ---- */

static void test_every_error_has_a_public_name(void **state)
{
    (void)state;
    for (enum err err = ERR_OK; err < ERR_COUNT; err++)
        assert_string_equal(tonghop_err_name(handle_err(err)), err_name(err));
    assert_string_equal(tonghop_err_text(TONGHOP_ERR_STALE), err_text(ERR_STALE));
    assert_string_equal(tonghop_err_name((enum tonghop_err)1000), "unknown");
    assert_int_equal(TONGHOP_ERR_TIMEOUT, 23); /* for ever */
    assert_string_equal(tonghop_version(), TONGHOP_VERSION);
}

#define with_node(test) cmocka_unit_test_setup_teardown(test, played_setup, played_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_node(test_files),
        with_node(test_tells_problems),
        with_node(test_goes_with_a_new_catalogue),
        with_node(test_keeps_the_catalogue_where_it_is_told),
        with_node(test_one_figure),
        with_node(test_results_outlive_the_handle),
        with_node(test_follows_changes),
        with_node(test_checks_before_it_sends),
        with_node(test_order_of_cells_is_no_content),
        with_node(test_structs_say_their_size),
        cmocka_unit_test(test_says_why_it_cannot_open),
        cmocka_unit_test(test_too_many_files_are_told),
        cmocka_unit_test(test_reasons_are_cut_between_characters),
        cmocka_unit_test(test_timeout_is_kept),
        with_node(test_node_that_went_away),
        cmocka_unit_test(test_every_error_has_a_public_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
