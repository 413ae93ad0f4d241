/* `tonghop editions`: the editions of a period, and what changed between two of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/edition.h"
#include "client/selection.h"
#include "client/words.h"

struct asked {
    struct selection selection;
    const char *from, *to, *indicator, *section, *body;
};

static void print_editions(const struct common *common, const Tonghop__Editions *editions)
{
    struct table *table = edition_table_new(common);
    for (size_t i = 0; i < editions->n_editions; i++)
        edition_add(common, editions->editions[i], table);
    if (common->output == OUTPUT_TEXT) {
        (void)printf(words(common->is_english, WORD_EDITION_TITLE), editions->unit->code,
                     selection_unit_name(common, editions->unit), editions->period);
        (void)printf("\n");
    }
    if (common->output != OUTPUT_TEXT || editions->n_editions > 0) {
        if (common->output == OUTPUT_TEXT)
            (void)printf("\n");
        table_print(table, common->output, stdout);
    } else {
        (void)printf("%s\n", words(common->is_english, WORD_EDITION_NONE));
    }
    table_free(&table);
}

static int request(const struct common *common, Tonghop__Envelope *envelope, int expected)
{
    const Tonghop__Envelope *answer = NULL;
    struct connection *connection = NULL;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status = command_request(common, connection, envelope, expected, &answer);
    if (status == EXIT_DONE && expected == TONGHOP__ENVELOPE__BODY_EDITIONS)
        print_editions(common, answer->editions);
    else if (status == EXIT_DONE)
        edition_print_difference(common, answer->difference);
    connection_close(&connection);
    return status;
}

static int ask_list(const struct common *common, const struct asked *asked)
{
    char period[PERIOD_TEXT_SIZE];
    Tonghop__EditionsQuery query = TONGHOP__EDITIONS_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.kind = asked->selection.kind;
    query.period = selection_period(&asked->selection, period);
    query.unit = selection_unit(&asked->selection);
    envelope.body_case = TONGHOP__ENVELOPE__BODY_EDITIONS_QUERY;
    envelope.editions_query = &query;
    return request(common, &envelope, TONGHOP__ENVELOPE__BODY_EDITIONS);
}

static int ask_difference(const struct common *common, const struct asked *asked)
{
    char period[PERIOD_TEXT_SIZE];
    Tonghop__DifferenceQuery query = TONGHOP__DIFFERENCE_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    char *indicators[] = {command_request_text(asked->indicator)};
    bool is_now = asked->to == NULL || strcmp(asked->to, "now") == 0;
    query.kind = asked->selection.kind;
    query.period = selection_period(&asked->selection, period);
    query.unit = selection_unit(&asked->selection);
    query.from = command_request_text(asked->from);
    query.to = command_request_text(is_now ? NULL : asked->to);
    query.n_indicators = asked->indicator != NULL ? 1 : 0;
    query.indicators = indicators;
    query.section = command_request_text(asked->section);
    query.body = command_request_text(asked->body);
    envelope.body_case = TONGHOP__ENVELOPE__BODY_DIFFERENCE_QUERY;
    envelope.difference_query = &query;
    return request(common, &envelope, TONGHOP__ENVELOPE__BODY_DIFFERENCE);
}

static int run_editions(const struct common *common, int argc, char **argv)
{
    struct asked asked = {0};
    const struct argument arguments[] = {
        SELECTION_PERIOD(asked.selection),
        SELECTION_KIND(asked.selection),
        SELECTION_UNIT(asked.selection),
        {.name = "--from", .value = &asked.from},
        {.name = "--to", .value = &asked.to},
        {.name = "--indicator", .value = &asked.indicator},
        {.name = "--section", .value = &asked.section},
        {.name = "--body", .value = &asked.body},
    };
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !selection_check(common, "editions", &asked.selection))
        return EXIT_INPUT;
    if (asked.from != NULL)
        return ask_difference(common, &asked);
    if (asked.to != NULL)
        return command_usage("editions", "%s", words(common->is_english, WORD_EDITION_TO_ALONE));
    if (asked.indicator != NULL || asked.section != NULL || asked.body != NULL)
        return command_usage("editions", "%s",
                             words(common->is_english, WORD_EDITION_FILTER_ALONE));
    return ask_list(common, &asked);
}

const struct command command_editions = {
    .name = "editions",
    .arguments = "--period PERIOD [--from EDITION [--to EDITION]] ...",
    .summary = "list the frozen figures of a period, and what changed since",
    .summary_vi = "xem các bản chốt số liệu của một kỳ, và đã thay đổi những gì",
    .help =
        "The editions of a period, as `tonghop close` made them. With --from: what changed since\n"
        "that edition, and why: each report of which another revision counts, with its author and\n"
        "reason. What these change of a figure adds up to its whole change.\n\n"
        "  --period PERIOD   2024-S1, 2024-S2 or 2024\n"
        "  --from EDITION    number of an edition, or estimate, preliminary, official: the latest\n"
        "  --to EDITION      likewise, a later one; now (default)\n"
        "  --indicator CODE  only this indicator, and what it is computed from\n"
        "  --section CODE    only indicators of this section\n"
        "  --body CODE       only indicators that this body reports\n"
        "  --unit UNIT       code or id of the unit; else that of the node or key\n"
        "  --kind KIND       actual (default) or plan\n\n"
        "Examples:\n"
        "  tonghop editions --period 2024\n"
        "  tonghop editions --period 2024 --from preliminary --to official\n",
    .help_vi =
        "Các bản chốt số liệu của một kỳ, do `tonghop close` lập. Với --from: từ bản đó đã thay\n"
        "đổi những gì và vì sao: từng báo cáo nay có bản khác được tính, kèm người lập và lý do.\n"
        "Cộng các thay đổi đó lại đúng bằng mức thay đổi của số liệu.\n\n"
        "  --period KỲ       2024-S1, 2024-S2 hoặc 2024\n"
        "  --from BẢN        số thứ tự của bản chốt, hoặc estimate (ước), preliminary (sơ bộ),\n"
        "                    official (chính thức): bản mới nhất của mức đó\n"
        "  --to BẢN          tương tự, một bản sau; now (hiện nay, mặc định)\n"
        "  --indicator MÃ    chỉ chỉ tiêu này và các chỉ tiêu dùng để tính nó\n"
        "  --section MÃ      chỉ các chỉ tiêu thuộc mục này\n"
        "  --body MÃ         chỉ các chỉ tiêu do tổ chức này báo cáo\n"
        "  --unit ĐƠN-VỊ     mã hoặc id của đơn vị; nếu không có thì đơn vị của nút hoặc khóa\n"
        "  --kind LOẠI       actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n\n"
        "Ví dụ:\n"
        "  tonghop editions --period 2024\n"
        "  tonghop editions --period 2024 --from preliminary --to official\n",
    .run = run_editions,
};
