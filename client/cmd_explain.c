/* `tonghop explain`: a total taken apart, and what changed it. */
#include "client/explain.h"
#include "client/selection.h"
#include "client/words.h"

struct asked {
    struct selection selection;
    const char *indicator, *from, *to, *since, *type;
    bool with_revisions, with_reports;
};

static int ask(const struct common *common, const struct asked *asked)
{
    const struct selection *selection = &asked->selection;
    char period[PERIOD_TEXT_SIZE];
    Tonghop__ExplainQuery query = TONGHOP__EXPLAIN_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    struct connection *connection = NULL;

    query.kind = selection->kind;
    query.period = selection_period(selection, period);
    query.unit = selection_unit(selection);
    query.indicator = command_request_text(asked->indicator);
    query.from = command_request_text(asked->from);
    query.since = command_request_text(asked->since);
    query.type = command_request_text(asked->type);
    query.revisions = asked->with_revisions;
    query.reports = asked->with_reports;
    request.body_case = TONGHOP__ENVELOPE__BODY_EXPLAIN_QUERY;
    request.explain_query = &query;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status = command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_EXPLANATION,
                                 &answer);
    if (status == EXIT_DONE)
        explain_print(common, answer->explanation);
    connection_close(&connection);
    return status;
}

static int run_explain(const struct common *common, int argc, char **argv)
{
    struct asked asked = {0};
    const struct argument arguments[] = {
        {.name = "INDICATOR", .value = &asked.indicator, .is_needed = true},
        {.name = "--period", .value = &asked.selection.period_text},
        {.name = "--from", .value = &asked.from},
        {.name = "--to", .value = &asked.to},
        SELECTION_KIND(asked.selection),
        SELECTION_UNIT(asked.selection),
        {.name = "--type", .value = &asked.type},
        {.name = "--since", .value = &asked.since},
        {.name = "--reports", .is_given = &asked.with_reports},
        {.name = "--revisions", .is_given = &asked.with_revisions},
    };
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !selection_take_span(common, "explain", asked.from, asked.to, &asked.selection) ||
        !selection_check(common, "explain", &asked.selection))
        return EXIT_INPUT;
    /* On the wire that is not asked. */
    if (asked.since != NULL && asked.since[0] == '\0')
        return command_usage("explain", words(common->is_english, WORD_OPTION_NO_VALUE), "--since");
    if (asked.type != NULL && asked.type[0] == '\0')
        return command_usage("explain", words(common->is_english, WORD_OPTION_NO_VALUE), "--type");
    if (asked.since != NULL && (asked.with_reports || asked.with_revisions))
        return command_usage("explain", "%s", words(common->is_english, WORD_EXPLAIN_SINCE_ALONE));
    return ask(common, &asked);
}

const struct command command_explain = {
    .name = "explain",
    .arguments = "INDICATOR --period PERIOD [--unit UNIT] [--since MOMENT] ...",
    .summary = "take a total apart, down to the reports it is made of",
    .summary_vi = "xem một số tổng hợp gồm những báo cáo nào",
    .help =
        "Every unit beneath with its figure, and every report with revision, time, author, reason\n"
        "and note; reports that are missing too. Of a computed indicator, what it is computed "
        "from;\n"
        "if it counts units, which are counted, which are not, and which cannot be decided.\n\n"
        "  --period PERIOD   2024-S1, 2024-S2 or 2024\n"
        "  --from Y --to Y   instead of --period: a span of years, year by year, each down to\n"
        "                    the units directly beneath; what is of one year alone, to the "
        "reports\n"
        "  --reports         of a span, on down to every report, as with --type and --revisions\n"
        "  --unit UNIT       code or id of the unit; else that of the node or key\n"
        "  --type TYPE       only what units of this type reported themselves: a row of totals "
        "by type\n"
        "  --since MOMENT    instead of the parts, what changed the total since 2024-12-01,\n"
        "                    2024-12-12T08:30, or 23857/2: revision 2 of that unit's report\n"
        "                    of the period, or of the last year of a span\n"
        "  --revisions       also every revision that is held of each report\n"
        "  --kind KIND       actual (default) or plan\n\n"
        "Example:\n"
        "  tonghop explain reception.visits --period 2024\n",
    .help_vi =
        "Từng đơn vị trực thuộc với số của họ, từng báo cáo với số bản, thời điểm, người lập, lý\n"
        "do và ghi chú; cả những đơn vị chưa nộp. Với chỉ tiêu tính ra: tính từ những số nào; nếu\n"
        "là số đếm đơn vị: đơn vị nào được tính, không được tính, chưa xác định được.\n\n"
        "  --period KỲ       2024-S1, 2024-S2 hoặc 2024\n"
        "  --from N --to N   thay cho --period: nhiều năm, từng năm một, mỗi năm đến các đơn vị\n"
        "                    trực thuộc; số chỉ lấy của một năm thì đến từng báo cáo\n"
        "  --reports         khi xem nhiều năm: đến từng báo cáo, như với --type và --revisions\n"
        "  --unit ĐƠN-VỊ     mã hoặc id của đơn vị; nếu không có thì đơn vị của nút hoặc khóa\n"
        "  --type LOẠI       chỉ số mà các đơn vị loại này tự báo cáo: một dòng của bảng theo "
        "loại\n"
        "  --since LÚC       thay cho thành phần: số tổng thay đổi thế nào từ 2024-12-01,\n"
        "                    2024-12-12T08:30, hoặc 23857/2 là bản 2 của báo cáo đơn vị đó\n"
        "                    trong kỳ; khi xem nhiều năm là báo cáo của năm cuối\n"
        "  --revisions       kèm mọi bản đang giữ của từng báo cáo\n"
        "  --kind LOẠI       actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n\n"
        "Ví dụ:\n"
        "  tonghop explain reception.visits --period 2024\n"
        "  tonghop explain reception.visits --period 2024 --since 2024-12-01\n",
    .run = run_explain,
};
