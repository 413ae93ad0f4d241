/* `tonghop close`: the figures of a period are frozen as an edition. */
#include <inttypes.h>
#include <stdio.h>

#include "client/edition.h"
#include "client/filing.h"
#include "client/selection.h"
#include "client/words.h"

struct asked {
    struct selection selection;
    const char *edition, *reason;
    Tonghop__EditionRank rank;
    bool is_incomplete, is_dry;
};

static void print_closed(const struct common *common, const Tonghop__Closed *closed)
{
    const Tonghop__Edition *edition = closed->edition;
    bool is_english = common->is_english;
    if (common->output != OUTPUT_TEXT) {
        struct table *table = edition_table_new(common);
        edition_add(common, edition, table);
        table_print_record(table, common->output, stdout);
        table_free(&table);
        return;
    }
    if (closed->checked)
        (void)printf(words(is_english, WORD_EDITION_WOULD_CLOSE), edition->unit->code,
                     selection_unit_name(common, edition->unit), edition->period,
                     edition_rank_text(common, edition->rank));
    else
        (void)printf(words(is_english, WORD_EDITION_CLOSED), edition->unit->code,
                     selection_unit_name(common, edition->unit), edition->period,
                     edition_rank_text(common, edition->rank), edition->number);
    (void)printf("\n");
    (void)printf(words(is_english, WORD_EDITION_COUNTS), edition->due_count, edition->filed_count,
                 edition->missing_count, edition->catalogue);
    (void)printf("\n");
}

static int ask(const struct common *common, const struct asked *asked)
{
    char period[PERIOD_TEXT_SIZE];
    Tonghop__Close close = TONGHOP__CLOSE__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    struct connection *connection = NULL;
    close.kind = asked->selection.kind;
    close.period = selection_period(&asked->selection, period);
    close.unit = selection_unit(&asked->selection);
    close.rank = asked->rank;
    close.incomplete = asked->is_incomplete;
    close.reason = command_request_text(asked->reason);
    close.check_only = asked->is_dry;
    request.body_case = TONGHOP__ENVELOPE__BODY_CLOSE;
    request.close = &close;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status =
            command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_CLOSED, &answer);
    if (status == EXIT_DONE)
        print_closed(common, answer->closed);
    connection_close(&connection);
    return status;
}

static int run_close(const struct common *common, int argc, char **argv)
{
    struct asked asked = {0};
    const struct argument arguments[] = {
        SELECTION_PERIOD(asked.selection),
        SELECTION_KIND(asked.selection),
        SELECTION_UNIT(asked.selection),
        {.name = "--edition", .value = &asked.edition, .is_needed = true},
        {.name = "--incomplete", .is_given = &asked.is_incomplete},
        {.name = "--reason", .value = &asked.reason},
        {.name = "--dry-run", .is_given = &asked.is_dry},
    };
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !selection_check(common, "close", &asked.selection) ||
        !filing_check_text(common, "close", "--reason", asked.reason, REPORT_REASON_MAX))
        return EXIT_INPUT;
    if (!edition_read_rank(asked.edition, &asked.rank))
        return command_usage("close", "%s", words(common->is_english, WORD_EDITION_CHOICE));
    return ask(common, &asked);
}

const struct command command_close = {
    .name = "close",
    .arguments = "--period PERIOD --edition estimate|preliminary|official [--incomplete] ...",
    .summary = "freeze the figures of a period",
    .summary_vi = "chốt số liệu của một kỳ",
    .help =
        "Freezes what the reports add up to at this moment as an edition. Later reports and\n"
        "corrections do not change it: `tonghop totals --edition` prints it again as it was, and\n"
        "`tonghop editions` says what has changed since. Refused while reports are "
        "missing,\n"
        "wait or were returned, unless --incomplete is given. Only the node that serves the unit\n"
        "closes its periods.\n\n"
        "  --period PERIOD   2024-S1, 2024-S2 or 2024\n"
        "  --edition RANK    estimate, preliminary or official; never less than the one before\n"
        "  --incomplete      though reports are missing\n"
        "  --reason TEXT     why, for those who read it later\n"
        "  --unit UNIT       code or id of the unit; else that of the node or key\n"
        "  --kind KIND       actual (default) or plan\n"
        "  --dry-run         only say whether the period may be closed\n\n"
        "Example:\n"
        "  tonghop close --period 2024 --edition preliminary\n",
    .help_vi =
        "Chốt số tổng hợp tại thời điểm này thành một bản chốt. Báo cáo nộp thêm, đính chính sau\n"
        "đó không làm bản chốt thay đổi: `tonghop totals --edition` in lại đúng như lúc chốt, và\n"
        "`tonghop editions` cho biết từ đó đến nay đã thay đổi những gì. Khi còn báo cáo\n"
        "chưa nộp, chờ duyệt hoặc bị trả lại thì không chốt được, trừ khi thêm --incomplete. Chỉ\n"
        "nút phục vụ đơn vị mới chốt số liệu của đơn vị đó.\n\n"
        "  --period KỲ       2024-S1, 2024-S2 hoặc 2024\n"
        "  --edition MỨC     estimate (ước), preliminary (sơ bộ) hoặc official (chính thức);\n"
        "                    không thấp hơn bản trước\n"
        "  --incomplete      vẫn chốt khi còn thiếu báo cáo\n"
        "  --reason LÝ-DO    lý do, để người xem sau biết\n"
        "  --unit ĐƠN-VỊ     mã hoặc id của đơn vị; nếu không có thì đơn vị của nút hoặc khóa\n"
        "  --kind LOẠI       actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n"
        "  --dry-run         chỉ cho biết có chốt được không\n\n"
        "Ví dụ:\n"
        "  tonghop close --period 2024 --edition preliminary\n",
    .run = run_close,
};
