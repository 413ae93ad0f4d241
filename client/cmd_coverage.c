/* `tonghop coverage`: who had to report, who did, and who is missing: by name, not as a percentage.
 */
#include <stdlib.h>
#include <string.h>

#include "client/coverage.h"
#include "client/selection.h"
#include "client/words.h"

struct asked {
    struct selection selection;
    bool only_missing;
    const char *by, *state, *body, *trend_text;
    uint32_t trend; /* 0: none */
};

static enum coverage_view view_of(const struct asked *asked)
{
    if (asked->trend > 0)
        return COVERAGE_TREND;
    return asked->by != NULL ? COVERAGE_BY_CHILD : COVERAGE_LINES;
}

/* A node of an earlier version does not know what was asked beyond period, unit and --missing, and
 * would answer something else. */
static bool is_answered(const struct common *common, const struct asked *asked,
                        const Tonghop__Coverage *coverage)
{
    const bool is_plain =
        asked->by == NULL && asked->state == NULL && asked->body == NULL && asked->trend == 0;
    if (is_plain || coverage->counts != NULL)
        return true;
    command_say("%s", words(common->is_english, WORD_COVERAGE_OLD_NODE));
    return false;
}

static int ask(const struct common *common, const struct asked *asked)
{
    char period[PERIOD_TEXT_SIZE];
    Tonghop__CoverageQuery query = TONGHOP__COVERAGE_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    struct connection *connection = NULL;

    query.kind = asked->selection.kind;
    query.period = selection_period(&asked->selection, period);
    query.unit = selection_unit(&asked->selection);
    query.only_missing = asked->only_missing;
    query.by = asked->by != NULL ? TONGHOP__BY__BY_CHILD : TONGHOP__BY__BY_UNSPECIFIED;
    query.state = command_request_text(asked->state);
    query.body = command_request_text(asked->body);
    query.trend = asked->trend;
    request.body_case = TONGHOP__ENVELOPE__BODY_COVERAGE_QUERY;
    request.coverage_query = &query;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status = command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_COVERAGE,
                                 &answer);
    if (status == EXIT_DONE && !is_answered(common, asked, answer->coverage))
        status = EXIT_NO;
    if (status == EXIT_DONE) {
        coverage_print(common, answer->coverage, view_of(asked), stdout);
        if (asked->only_missing && answer->coverage->n_lines == 0)
            command_say("%s", words(common->is_english, WORD_COVERAGE_COMPLETE));
    }
    connection_close(&connection);
    return status;
}

/* Prints what is wrong and returns false. */
static bool check(const struct common *common, struct asked *asked)
{
    const int views = (asked->by != NULL) + (asked->trend_text != NULL) + (asked->state != NULL) +
                      asked->only_missing;
    char *end = NULL;

    if (views > 1) {
        (void)command_usage("coverage", "%s", words(common->is_english, WORD_COVERAGE_ONE_VIEW));
        return false;
    }
    if (asked->by != NULL && strcmp(asked->by, "child") != 0) {
        (void)command_usage("coverage", words(common->is_english, WORD_COVERAGE_BY), asked->by);
        return false;
    }
    if (asked->trend_text == NULL)
        return true;
    const bool is_number = asked->trend_text[0] >= '1' && asked->trend_text[0] <= '9';
    const unsigned long trend = is_number ? strtoul(asked->trend_text, &end, 10) : 0;
    if (!is_number || *end != '\0' || trend > WIRE_TREND_MAX) {
        (void)command_usage("coverage", words(common->is_english, WORD_COVERAGE_TREND),
                            WIRE_TREND_MAX, asked->trend_text);
        return false;
    }
    asked->trend = (uint32_t)trend;
    return true;
}

static int run_coverage(const struct common *common, int argc, char **argv)
{
    struct asked asked = {0};
    const struct argument arguments[] = {
        SELECTION_PERIOD(asked.selection),
        SELECTION_KIND(asked.selection),
        SELECTION_UNIT(asked.selection),
        {.name = "--missing", .is_given = &asked.only_missing},
        {.name = "--state", .value = &asked.state},
        {.name = "--body", .value = &asked.body},
        {.name = "--by", .value = &asked.by},
        {.name = "--trend", .value = &asked.trend_text},
    };
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !selection_check(common, "coverage", &asked.selection) || !check(common, &asked))
        return EXIT_INPUT;
    return ask(common, &asked);
}

const struct command command_coverage = {
    .name = "coverage",
    .arguments =
        "--period PERIOD [--unit UNIT] [--missing | --state STATE | --by child | --trend N] "
        "[--body BODY]",
    .summary = "show who has reported and who is missing",
    .summary_vi = "xem đơn vị nào đã nộp, đơn vị nào còn thiếu",
    .help =
        "Every unit that owes a form in the period, with the state of its report. `covered`: a\n"
        "report of a unit above, compiled for everything beneath it, stands for it. Who is not\n"
        "obliged, by an exception of the catalogue, is listed last, with the reason; before them,\n"
        "in no count, reports that were filed though nobody has to file them.\n\n"
        "  --period PERIOD   2024-S1, 2024-S2 or 2024\n"
        "  --unit UNIT       only this unit and those beneath it\n"
        "  --missing         only those that have filed nothing\n"
        "  --state STATE     only what is missing, waiting, accepted, returned, covered, early,\n"
        "                    on-time, late, untimed (after the period, with no deadline set),\n"
        "                    nil (without any figure) or not-obliged\n"
        "  --body BODY       only forms that this body (code) answers for\n"
        "  --by child        counts of each unit directly beneath, and their total\n"
        "  --trend N         counts of the last N years of the period, this one last (at most 20)\n"
        "  --kind KIND       actual (default) or plan\n\n"
        "Examples:\n"
        "  tonghop coverage --period 2024-S1 --missing\n"
        "  tonghop coverage --period 2024 --by child\n",
    .help_vi =
        "Mọi đơn vị phải nộp biểu mẫu trong kỳ và tình trạng báo cáo của họ. “Đã có số toàn đơn\n"
        "vị”: cấp trên đã nộp số gộp cho cả các đơn vị trực thuộc. Đơn vị được miễn theo ngoại lệ\n"
        "trong danh mục ghi ở cuối, kèm lý do; ngay trước đó, không đếm, là báo cáo đã nộp mà\n"
        "đơn vị không phải nộp.\n\n"
        "  --period KỲ       2024-S1, 2024-S2 hoặc 2024\n"
        "  --unit ĐƠN-VỊ     chỉ đơn vị này và các đơn vị trực thuộc\n"
        "  --missing         chỉ các đơn vị chưa nộp\n"
        "  --state TÌNH-TRẠNG  chỉ những báo cáo missing (chưa nộp), waiting (chờ duyệt),\n"
        "                    accepted (đã nhận), returned (bị trả lại), covered (đã có số toàn\n"
        "                    đơn vị), early (sớm), on-time (đúng hạn), late (muộn), untimed (sau\n"
        "                    kỳ, không có hạn), nil (không có số liệu) hoặc not-obliged (được\n"
        "                    miễn)\n"
        "  --body TỔ-CHỨC    chỉ các biểu mẫu do tổ chức này (mã) chịu trách nhiệm\n"
        "  --by child        đếm theo từng đơn vị trực thuộc, và tổng cộng\n"
        "  --trend N         đếm của N năm gần nhất cùng kỳ, năm này ở cuối (nhiều nhất 20)\n"
        "  --kind LOẠI       actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n\n"
        "Ví dụ:\n"
        "  tonghop coverage --period 2024-S1 --missing\n"
        "  tonghop coverage --period 2024 --by child\n",
    .run = run_coverage,
};
