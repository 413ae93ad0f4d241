/* `tonghop reopen`: a unit may file again in a period that was closed. */
#include <stdio.h>
#include <string.h>

#include "client/clock.h"
#include "client/filing.h"
#include "client/selection.h"
#include "client/table.h"
#include "client/words.h"
#include "core/instant.h"

/* Up to now ends a reopening; 0 could be taken for no moment at all. */
enum { ENDS_NOW_US = 1 };

struct asked {
    struct selection selection;
    const char *until_text, *reason;
    int64_t until_us;
};

/* A day is meant to its end. */
static bool read_until(const char *text, int64_t *ret_us)
{
    struct date day;
    if (strcmp(text, "now") == 0) {
        *ret_us = ENDS_NOW_US;
        return true;
    }
    if (date_parse(text, &day) != ERR_OK)
        return false;
    *ret_us = instant_end_of(day).us;
    return true;
}

/* For people the node says it. */
static void print_done(const struct common *common, const struct asked *asked, const char *text)
{
    static const char *const keys[] = {"unit", "period", "kind", "result", "until"};
    char period[PERIOD_TEXT_SIZE], until[INSTANT_TEXT_SIZE];
    bool is_end = asked->until_us == ENDS_NOW_US;
    if (common->output == OUTPUT_TEXT) {
        (void)printf("%s\n", text);
        return;
    }
    struct table *table = table_new();
    table_add_keys(table, keys, sizeof(keys) / sizeof(keys[0]));
    table_add(table, asked->selection.unit_text);
    table_add(table, selection_period(&asked->selection, period));
    table_add(table, asked->selection.kind == KIND_PLAN ? "plan" : "actual");
    table_add(table, is_end ? "ended" : "reopened");
    table_add(table, is_end ? NULL : instant_format((struct instant){asked->until_us}, until));
    table_print_record(table, common->output, stdout);
    table_free(&table);
}

static int ask(const struct common *common, const struct asked *asked)
{
    char period[PERIOD_TEXT_SIZE];
    Tonghop__Reopen reopen = TONGHOP__REOPEN__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    struct connection *connection = NULL;
    reopen.kind = asked->selection.kind;
    reopen.period = selection_period(&asked->selection, period);
    reopen.unit = selection_unit(&asked->selection);
    reopen.until_us = asked->until_us;
    reopen.reason = command_request_text(asked->reason);
    request.body_case = TONGHOP__ENVELOPE__BODY_REOPEN;
    request.reopen = &reopen;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status =
            command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_DONE, &answer);
    if (status == EXIT_DONE)
        print_done(common, asked, answer->done->text);
    connection_close(&connection);
    return status;
}

static int run_reopen(const struct common *common, int argc, char **argv)
{
    struct asked asked = {0};
    const struct argument arguments[] = {
        {.name = "UNIT", .value = &asked.selection.unit_text, .is_needed = true},
        SELECTION_PERIOD(asked.selection),
        SELECTION_KIND(asked.selection),
        {.name = "--until", .value = &asked.until_text, .is_needed = true},
        {.name = "--reason", .value = &asked.reason, .is_needed = true},
    };
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !selection_check(common, "reopen", &asked.selection) ||
        !filing_check_text(common, "reopen", "--reason", asked.reason, REPORT_REASON_MAX))
        return EXIT_INPUT;
    if (!read_until(asked.until_text, &asked.until_us))
        return command_usage("reopen", words(common->is_english, WORD_REOPEN_UNTIL),
                             asked.until_text);
    if (asked.until_us != ENDS_NOW_US && asked.until_us <= clock_now().us)
        return command_usage("reopen", words(common->is_english, WORD_REOPEN_PAST),
                             asked.until_text);
    return ask(common, &asked);
}

const struct command command_reopen = {
    .name = "reopen",
    .arguments = "UNIT --period PERIOD --until DAY|now --reason TEXT [--kind KIND]",
    .summary = "let a unit file again in a closed period",
    .summary_vi = "mở lại kỳ đã khóa cho một đơn vị nộp",
    .help =
        "A period that was closed as preliminary or official takes in no reports. This lets one\n"
        "unit file in it again, until the end of a day, and says why; it ends by itself, and when\n"
        "the period is closed again. The unit reads it in `tonghop inbox`. Only at the node that\n"
        "has closed the period, or above it.\n\n"
        "  --period PERIOD   2024-S1, 2024-S2 or 2024\n"
        "  --until DAY       2024-07-05: to the end of that day in Viet Nam; now: it ends at once\n"
        "  --reason TEXT     why; the unit and all levels read it\n"
        "  --kind KIND       actual (default) or plan\n\n"
        "Example:\n"
        "  tonghop reopen 23857 --period 2024-S1 --until 2024-07-05 --reason 'one form was lost'\n",
    .help_vi =
        "Kỳ đã chốt sơ bộ hoặc chính thức không nhận báo cáo nữa. Lệnh này cho một đơn vị nộp lại\n"
        "đến hết một ngày, kèm lý do; hết hạn tự khóa, và khóa lại khi chốt lần nữa. Đơn vị đọc\n"
        "bằng `tonghop inbox`. Chỉ làm được tại nút đã chốt kỳ đó, hoặc nút cấp trên.\n\n"
        "  --period KỲ       2024-S1, 2024-S2 hoặc 2024\n"
        "  --until NGÀY      2024-07-05: đến hết ngày đó, giờ Việt Nam; now: khóa lại ngay\n"
        "  --reason LÝ-DO    lý do; đơn vị và các cấp đều đọc được\n"
        "  --kind LOẠI       actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n\n"
        "Ví dụ:\n"
        "  tonghop reopen 23857 --period 2024-S1 --until 2024-07-05 --reason 'nộp sót một biểu'\n",
    .run = run_reopen,
};
