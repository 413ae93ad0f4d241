/* `tonghop coverage`: who had to report, who did, and who is missing: by name, not as a percentage.
 */
#include <stdio.h>

#include "client/selection.h"
#include "client/table.h"
#include "client/words.h"

/* How a state is called: for programs, and for people. */
struct term {
    const char *name;
    enum word word;
};

static struct term term_of_state(Tonghop__CoverageState state)
{
    static const struct term terms[] = {
        [TONGHOP__COVERAGE_STATE__COVERAGE_STATE_UNSPECIFIED] = {"unknown", WORD_ROLE_UNKNOWN},
        [TONGHOP__COVERAGE_STATE__COVERAGE_STATE_MISSING] = {"missing", WORD_COVERAGE_MISSING},
        [TONGHOP__COVERAGE_STATE__COVERAGE_STATE_WAITING] = {"waiting", WORD_COVERAGE_WAITING},
        [TONGHOP__COVERAGE_STATE__COVERAGE_STATE_ACCEPTED] = {"accepted", WORD_COVERAGE_ACCEPTED},
        [TONGHOP__COVERAGE_STATE__COVERAGE_STATE_RETURNED] = {"returned", WORD_COVERAGE_RETURNED},
        [TONGHOP__COVERAGE_STATE__COVERAGE_STATE_COVERED] = {"covered", WORD_COVERAGE_COVERED},
    };
    return terms[(size_t)state < sizeof(terms) / sizeof(terms[0]) ? (size_t)state : 0];
}

static struct term term_of_timeliness(Tonghop__Timeliness timeliness)
{
    static const struct term terms[] = {
        [TONGHOP__TIMELINESS__TIMELINESS_UNSPECIFIED] = {NULL, WORD_COUNT},
        [TONGHOP__TIMELINESS__TIMELINESS_EARLY] = {"early", WORD_COVERAGE_EARLY},
        [TONGHOP__TIMELINESS__TIMELINESS_ON_TIME] = {"on-time", WORD_COVERAGE_ON_TIME},
        [TONGHOP__TIMELINESS__TIMELINESS_LATE] = {"late", WORD_COVERAGE_LATE},
    };
    return terms[(size_t)timeliness < sizeof(terms) / sizeof(terms[0]) ? (size_t)timeliness : 0];
}

static void add_term(const struct common *common, struct term term, struct table *table)
{
    if (term.name == NULL || common->output != OUTPUT_TEXT)
        table_add(table, term.name);
    else
        table_add(table, words(common->is_english, term.word));
}

static void add_line(const struct common *common, const char *period,
                     const Tonghop__CoverageLine *line, struct table *table)
{
    struct period asked;
    char text[INSTANT_TEXT_SIZE], met_by[PERIOD_TEXT_SIZE];
    bool is_filed = line->revision > 0;
    table_add(table, line->unit->code);
    table_add(table, selection_unit_name(common, line->unit));
    table_add(table, line->form);
    add_term(common, term_of_state(line->state), table);
    add_term(common, term_of_timeliness(line->timeliness), table);
    table_add_number(table, line->revision);
    table_add(table,
              is_filed ? instant_format((struct instant){line->first_filed_us}, text) : NULL);
    bool has_label = is_filed && line->met_by != 0 && period_parse(period, &asked) == ERR_OK;
    if (has_label)
        asked.label = (uint8_t)line->met_by;
    table_add(table, has_label ? period_format(asked, met_by) : NULL);
    table_add(table, line->covered_by);
}

static void print_coverage(const struct common *common, const Tonghop__Coverage *coverage)
{
    static const struct heading columns[] = {
        {"unit", WORD_COLUMN_CODE, TABLE_LEFT},
        {"unit_name", WORD_KEYS_UNIT, TABLE_LEFT},
        {"form", WORD_COLUMN_FORM, TABLE_LEFT},
        {"state", WORD_KEYS_STATE, TABLE_LEFT},
        {"timeliness", WORD_COLUMN_TIMELY, TABLE_LEFT},
        {"revision", WORD_COLUMN_REVISION, TABLE_RIGHT},
        {"first_filed", WORD_COLUMN_FILED, TABLE_LEFT},
        {"met_by", WORD_COLUMN_MET_BY, TABLE_LEFT},
        {"covered_by", WORD_COLUMN_COVERED_BY, TABLE_LEFT},
    };
    struct table *table = table_new();
    table_add_headings(table, common->is_english, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < coverage->n_lines; i++)
        add_line(common, coverage->period, coverage->lines[i], table);
    if (common->output == OUTPUT_TEXT) {
        (void)printf("%s %s, %s\n", coverage->unit->code,
                     selection_unit_name(common, coverage->unit), coverage->period);
        (void)printf(words(common->is_english, WORD_COVERAGE_SUMMARY), coverage->due_count,
                     coverage->filed_count, coverage->accepted_count, coverage->covered_count,
                     coverage->late_count);
        (void)printf("\n");
    }
    if (common->output != OUTPUT_TEXT || coverage->n_lines > 0) {
        if (common->output == OUTPUT_TEXT)
            (void)printf("\n");
        table_print(table, common->output, stdout);
    }
    table_free(&table);
}

static int ask(const struct common *common, const struct selection *selection, bool only_missing)
{
    char period[PERIOD_TEXT_SIZE];
    Tonghop__CoverageQuery query = TONGHOP__COVERAGE_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    struct connection *connection = NULL;

    query.kind = selection->kind;
    query.period = selection_period(selection, period);
    query.unit = selection_unit(selection);
    query.only_missing = only_missing;
    request.body_case = TONGHOP__ENVELOPE__BODY_COVERAGE_QUERY;
    request.coverage_query = &query;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status = command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_COVERAGE,
                                 &answer);
    if (status == EXIT_DONE) {
        print_coverage(common, answer->coverage);
        if (only_missing && answer->coverage->n_lines == 0)
            command_say("%s", words(common->is_english, WORD_COVERAGE_COMPLETE));
    }
    connection_close(&connection);
    return status;
}

static int run_coverage(const struct common *common, int argc, char **argv)
{
    struct selection selection = {0};
    bool only_missing = false;
    const struct argument arguments[] = {
        SELECTION_PERIOD(selection),
        SELECTION_KIND(selection),
        SELECTION_UNIT(selection),
        {.name = "--missing", .is_given = &only_missing},
    };
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !selection_check(common, "coverage", &selection))
        return EXIT_INPUT;
    return ask(common, &selection, only_missing);
}

const struct command command_coverage = {
    .name = "coverage",
    .arguments = "--period PERIOD [--unit UNIT] [--missing]",
    .summary = "show who has reported and who is missing",
    .summary_vi = "xem đơn vị nào đã nộp, đơn vị nào còn thiếu",
    .help =
        "Every unit that owes a form in the period, with the state of its report. `covered`: a\n"
        "report of a unit above, compiled for everything beneath it, stands for it.\n\n"
        "  --period PERIOD   2024-S1, 2024-S2 or 2024\n"
        "  --unit UNIT       only this unit and those beneath it\n"
        "  --missing         only those that have filed nothing\n"
        "  --kind KIND       actual (default) or plan\n\n"
        "Example:\n"
        "  tonghop coverage --period 2024-S1 --missing\n",
    .help_vi =
        "Mọi đơn vị phải nộp biểu mẫu trong kỳ và tình trạng báo cáo của họ. “Đã có số toàn đơn\n"
        "vị”: cấp trên đã nộp số gộp cho cả các đơn vị trực thuộc.\n\n"
        "  --period KỲ       2024-S1, 2024-S2 hoặc 2024\n"
        "  --unit ĐƠN-VỊ     chỉ đơn vị này và các đơn vị trực thuộc\n"
        "  --missing         chỉ các đơn vị chưa nộp\n"
        "  --kind LOẠI       actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n\n"
        "Ví dụ:\n"
        "  tonghop coverage --period 2024-S1 --missing\n",
    .run = run_coverage,
};
