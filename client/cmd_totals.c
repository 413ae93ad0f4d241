/* `tonghop totals`: what the reports add up to: its arguments, and what a reader has to know of the
 * whole table. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/selection.h"
#include "client/totals.h"
#include "client/words.h"
#include "core/mem.h"

struct asked {
    struct selection selection;
    const char *from, *to;
    const char *by, *section, *body, *compare, *top_text, *bottom_text, *edition;
    uint32_t top, bottom;
    bool has_previous, has_plan;
    char **indicators; /* belong to argv */
    size_t indicator_count;
    bool has_waiting;
};

/* ---- arguments ---- */

/* Takes every `--indicator CODE` out of the arguments, which command_parse would take once. False:
 * one has no value. */
static bool take_indicators(int *argc, char **argv, struct asked *asked)
{
    int kept = 1;
    asked->indicators = mem_calloc((size_t)*argc, sizeof(*asked->indicators));
    for (int i = 1; i < *argc; i++) {
        const char *value = NULL;
        if (command_option(*argc, argv, &i, "--indicator", &value)) {
            if (value == NULL || value[0] == '\0')
                return false;
            asked->indicators[asked->indicator_count++] = (char *)(uintptr_t)value;
        } else {
            argv[kept++] = argv[i];
        }
    }
    *argc = kept;
    return true;
}

static bool is_word(const char *text, size_t len, const char *word)
{
    return len == strlen(word) && strncmp(text, word, len) == 0;
}

/* "previous", "plan", or both, separated by a comma; the kind has been read. */
static bool read_compare(const struct common *common, struct asked *asked)
{
    const char *at = asked->compare;
    while (at != NULL) {
        size_t len = strcspn(at, ",");
        if (!asked->has_previous && is_word(at, len, "previous")) {
            asked->has_previous = true;
        } else if (!asked->has_plan && is_word(at, len, "plan")) {
            asked->has_plan = true;
        } else {
            (void)command_usage("totals", words(common->is_english, WORD_OPTION_CHOICE),
                                "--compare", "previous | plan | previous,plan");
            return false;
        }
        at = at[len] == ',' ? at + len + 1 : NULL;
    }
    if (asked->has_plan && asked->selection.kind == KIND_PLAN) {
        (void)command_usage("totals", "%s", words(common->is_english, WORD_TOTALS_PLAN_ITSELF));
        return false;
    }
    return true;
}

/* The node would answer with one row for both. */
static bool check_indicators(const struct common *common, const struct asked *asked)
{
    for (size_t i = 0; i < asked->indicator_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(asked->indicators[i], asked->indicators[j]) != 0)
                continue;
            (void)command_usage("totals", words(common->is_english, WORD_TOTALS_TWICE),
                                "--indicator", asked->indicators[i]);
            return false;
        }
    }
    return true;
}

/* A number of units from 1; 0 where it is not given. */
static bool read_number(const struct common *common, const char *option, const char *text,
                        uint32_t *ret_number)
{
    int64_t number = 0;
    *ret_number = 0;
    if (text == NULL)
        return true;
    if (number_parse(text, 0, NUMBER_PLAIN, &number) != ERR_OK || number < 1 ||
        number > UINT32_MAX) {
        (void)command_usage("totals", words(common->is_english, WORD_OPTION_NUMBER), option);
        return false;
    }
    *ret_number = (uint32_t)number;
    return true;
}

static bool read_arguments(const struct common *common, int argc, char **argv, struct asked *asked)
{
    const struct argument arguments[] = {
        {.name = "--period", .value = &asked->selection.period_text},
        {.name = "--from", .value = &asked->from},
        {.name = "--to", .value = &asked->to},
        SELECTION_KIND(asked->selection),
        SELECTION_UNIT(asked->selection),
        {.name = "--by", .value = &asked->by},
        {.name = "--section", .value = &asked->section},
        {.name = "--body", .value = &asked->body},
        {.name = "--compare", .value = &asked->compare},
        {.name = "--top", .value = &asked->top_text},
        {.name = "--bottom", .value = &asked->bottom_text},
        {.name = "--edition", .value = &asked->edition},
        {.name = "--waiting", .is_given = &asked->has_waiting},
    };
    if (!take_indicators(&argc, argv, asked)) {
        (void)command_usage("totals", words(common->is_english, WORD_OPTION_NO_VALUE),
                            "--indicator");
        return false;
    }
    return command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) &&
           selection_take_span(common, "totals", asked->from, asked->to, &asked->selection) &&
           selection_check(common, "totals", &asked->selection) &&
           check_indicators(common, asked) && read_compare(common, asked) &&
           read_number(common, "--top", asked->top_text, &asked->top) &&
           read_number(common, "--bottom", asked->bottom_text, &asked->bottom);
}

/* What a reader has to know of the whole table, beside the data and not in it. */
static void say_notes(const struct common *common, const struct asked *asked,
                      const Tonghop__Totals *totals)
{
    uint32_t lone_halves = totals->units[0]->lone_half_count; /* everything beneath counted */
    if (lone_halves > 0)
        command_say(words(common->is_english, WORD_TOTALS_LONE_HALVES), lone_halves);
    if (totals->unranked_count > 0)
        command_say(words(common->is_english, WORD_TOTALS_UNRANKED), totals->unranked_count);
    if (asked->by != NULL && strcmp(asked->by, "type") != 0 && totals->n_units == 1 &&
        totals->unranked_count == 0)
        command_say(words(common->is_english, WORD_TOTALS_NO_ROWS), asked->by,
                    selection_unit_name(common, totals->units[0]->unit));
    if (totals->split_year)
        command_say("%s", words(common->is_english, WORD_TOTALS_SPLIT_YEAR));
    if (totals->rebuilding)
        command_say("%s", words(common->is_english, WORD_STATUS_DO_REBUILD));
}

static void set_cut(const struct asked *asked, Tonghop__TotalsQuery *query)
{
    if (asked->by == NULL)
        return;
    if (strcmp(asked->by, "unit") == 0) {
        query->by = TONGHOP__BY__BY_CHILD;
    } else if (strcmp(asked->by, "type") == 0) {
        query->by = TONGHOP__BY__BY_TYPE;
    } else {
        query->by = TONGHOP__BY__BY_LEVEL;
        query->level = command_request_text(asked->by);
    }
}

static int ask(const struct common *common, const struct asked *asked)
{
    char period[PERIOD_TEXT_SIZE];
    Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    struct connection *connection = NULL;

    query.kind = asked->selection.kind;
    query.period = selection_period(&asked->selection, period);
    query.unit = selection_unit(&asked->selection);
    query.n_indicators = asked->indicator_count;
    query.indicators = asked->indicators;
    query.from = command_request_text(asked->from);
    query.section = command_request_text(asked->section);
    query.body = command_request_text(asked->body);
    query.compare_previous = asked->has_previous;
    query.compare_plan = asked->has_plan;
    query.top = asked->top;
    query.bottom = asked->bottom;
    query.edition = command_request_text(asked->edition);
    query.with_waiting = asked->has_waiting;
    set_cut(asked, &query);
    request.body_case = TONGHOP__ENVELOPE__BODY_TOTALS_QUERY;
    request.totals_query = &query;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status =
            command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_TOTALS, &answer);
    if (status == EXIT_DONE && answer->totals->n_indicators == 0 && asked->section != NULL &&
        asked->body != NULL)
        status = command_usage("totals", words(common->is_english, WORD_TOTALS_NO_SUCH),
                               asked->section, asked->body);
    /* A node that knows no editions has left the question for one out. */
    if (status == EXIT_DONE && asked->edition != NULL && answer->totals->edition == NULL) {
        command_say("%s", words(common->is_english, WORD_EDITION_NOT_KNOWN));
        status = EXIT_NO;
    }
    if (status == EXIT_DONE && asked->has_waiting && answer->totals->n_indicators > 0 &&
        answer->totals->units[0]->n_waiting == 0) {
        command_say("%s", words(common->is_english, WORD_TOTALS_WAITING_NOT_KNOWN));
        status = EXIT_NO;
    }
    if (status == EXIT_DONE) {
        if (common->output == OUTPUT_TEXT)
            totals_print_text(common, answer->totals);
        else
            totals_print_plain(common, answer->totals);
        say_notes(common, asked, answer->totals);
    }
    connection_close(&connection);
    return status;
}

static int run_totals(const struct common *common, int argc, char **argv)
{
    struct asked asked = {0};
    int status = EXIT_INPUT;
    if (read_arguments(common, argc, argv, &asked))
        status = ask(common, &asked);
    free(asked.indicators);
    return status;
}

const struct command command_totals = {
    .name = "totals",
    .arguments = "--period PERIOD | --from YEAR --to YEAR [--by unit|LEVEL|type] ...",
    .summary = "show what the reports add up to",
    .summary_vi = "xem số tổng hợp",
    .help =
        "Figures of a unit and everything beneath it. What was not reported is shown as – and is\n"
        "never 0. \"Reports\" says how many reports a figure is made of.\n\n"
        "  --period PERIOD      2024-S1, 2024-S2 or 2024\n"
        "  --from YEAR          first year of a span of up to 20 years, with\n"
        "  --to YEAR            its last: flows add up, stocks are the last there is\n"
        "  --unit UNIT          code or id of the unit; else that of the node or key\n"
        "  --by unit            also each unit directly beneath it\n"
        "  --by LEVEL           also each unit of that level beneath it, such as commune; a level\n"
        "                       at or above the unit's own has none\n"
        "  --by type            also, by type, what units of that type reported themselves\n"
        "  --compare WHAT       previous: also the same period one year, or one span, before,\n"
        "                       and the change; plan: also what was planned, and how much of\n"
        "                       it is done; previous,plan: both\n"
        "  --indicator CODE     only this indicator; may be repeated\n"
        "  --section CODE       only indicators of this section\n"
        "  --body CODE          only indicators that this body reports\n"
        "  --top N, --bottom N  with one --indicator and --by unit or LEVEL: only the N units\n"
        "                       that have most, or least\n"
        "  --edition EDITION    as they were frozen: number of an edition, or estimate,\n"
        "                       preliminary, official: the latest (tonghop close)\n"
        "  --waiting            also what reports of the period say that wait to be accepted; it "
        "is\n"
        "                       in no total\n"
        "  --kind KIND          actual (default) or plan\n\n"
        "Examples:\n"
        "  tonghop totals --period 2024 --compare previous,plan\n"
        "  tonghop totals --from 2009 --to 2019 --by type\n"
        "  tonghop totals --period 2024 --indicator reception.visits --by commune --top 5\n",
    .help_vi =
        "Số liệu của một đơn vị cùng mọi đơn vị trực thuộc. Số chưa được báo cáo hiện là –, không\n"
        "bao giờ là 0. Cột “Báo cáo” cho biết số liệu gộp từ bao nhiêu báo cáo.\n\n"
        "  --period KỲ          2024-S1, 2024-S2 hoặc 2024\n"
        "  --from NĂM           năm đầu của một giai đoạn không quá 20 năm, cùng với\n"
        "  --to NĂM             năm cuối: số phát sinh thì cộng dồn, số thời điểm lấy năm cuối có "
        "số\n"
        "  --unit ĐƠN-VỊ        mã hoặc id của đơn vị; nếu không có thì đơn vị của nút hoặc khóa\n"
        "  --by unit            kèm từng đơn vị trực thuộc\n"
        "  --by CẤP             kèm từng đơn vị thuộc cấp đó, ví dụ commune; cấp ngang hoặc trên\n"
        "                       cấp của đơn vị thì không có đơn vị nào\n"
        "  --by type            kèm số do các đơn vị thuộc từng loại tự báo cáo\n"
        "  --compare GÌ         previous: kèm cùng kỳ năm trước (hoặc giai đoạn trước) và mức\n"
        "                       tăng, giảm; plan: kèm kế hoạch và tỷ lệ đạt; previous,plan: cả "
        "hai\n"
        "  --indicator MÃ       chỉ chỉ tiêu này; có thể lặp lại\n"
        "  --section MÃ         chỉ các chỉ tiêu thuộc mục này\n"
        "  --body MÃ            chỉ các chỉ tiêu do tổ chức này báo cáo\n"
        "  --top N, --bottom N  với một --indicator và --by unit hoặc CẤP: chỉ N đơn vị cao nhất,\n"
        "                       thấp nhất\n"
        "  --edition BẢN        như lúc chốt: số thứ tự của bản chốt, hoặc estimate (ước),\n"
        "                       preliminary (sơ bộ), official (chính thức): bản mới nhất\n"
        "  --waiting            kèm số trong các báo cáo đang chờ duyệt của kỳ, không tính vào số\n"
        "                       tổng hợp\n"
        "  --kind LOẠI          actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n\n"
        "Ví dụ:\n"
        "  tonghop totals --period 2024 --compare previous,plan\n"
        "  tonghop totals --from 2009 --to 2019 --by type\n"
        "  tonghop totals --period 2024 --indicator reception.visits --by commune --top 5\n",
    .run = run_totals,
};
