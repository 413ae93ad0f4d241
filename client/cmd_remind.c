/* `tonghop remind`: units that owe a report are told so. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/filing.h"
#include "client/selection.h"
#include "client/table.h"
#include "client/words.h"
#include "core/instant.h"
#include "core/mem.h"

struct asked {
    struct selection selection;
    const char *text;
    bool is_dry;
    const char **units; /* as many as there may be; NULL from the first that was not given */
    size_t unit_count;
};

static const char *result_of(const struct asked *asked, const Tonghop__ReminderLine *line)
{
    if (line->closed)
        return "closed";
    if (line->nothing_due)
        return "nothing-due";
    if (!line->reminded)
        return "too-early";
    return asked->is_dry ? "due" : "reminded";
}

/* "64 Gia Lai"; the caller frees. */
static char *author_of(const struct common *common, const Tonghop__ReminderLine *line)
{
    const Tonghop__UnitInfo *by = line->last_by;
    return by != NULL ? mem_printf("%s %s", by->code, selection_unit_name(common, by))
                      : mem_strdup("?");
}

/* Whom this node, or another, has reminded too short a while ago. */
static void print_early(const struct common *common, const Tonghop__ReminderLine *line)
{
    char last[INSTANT_TEXT_SIZE], next[INSTANT_TEXT_SIZE];
    char *author = author_of(common, line);
    (void)printf(words(common->is_english, WORD_REMIND_EARLY),
                 instant_format((struct instant){line->last_us}, last), author,
                 instant_format((struct instant){line->next_us}, next));
    free(author);
}

static void print_line(const struct common *common, const struct asked *asked,
                       const Tonghop__ReminderLine *line)
{
    bool is_english = common->is_english;
    (void)printf("%s %s: ", line->unit->code, selection_unit_name(common, line->unit));
    if (line->nothing_due)
        (void)printf("%s",
                     words(is_english, line->closed ? WORD_REMIND_CLOSED : WORD_REMIND_NOTHING));
    else if (!line->reminded)
        print_early(common, line);
    else if (asked->is_dry)
        (void)printf("%s", words(is_english, WORD_REMIND_DUE));
    else
        (void)printf(words(is_english, WORD_REMIND_DONE), line->count);
    (void)putchar('\n');
}

static void add_line(const struct common *common, const struct asked *asked, const char *period,
                     const Tonghop__ReminderLine *line, struct table *table)
{
    char time[INSTANT_TEXT_SIZE];
    table_add(table, line->unit->code);
    table_add_number(table, line->unit->id);
    table_add(table, selection_unit_name(common, line->unit));
    table_add(table, period);
    table_add(table, asked->selection.kind == KIND_PLAN ? "plan" : "actual");
    table_add(table, result_of(asked, line));
    table_addf(table, "%" PRIu32, line->count);
    table_add(table,
              line->last_us != 0 ? instant_format((struct instant){line->last_us}, time) : NULL);
    table_add(table,
              line->next_us != 0 ? instant_format((struct instant){line->next_us}, time) : NULL);
    table_add(table, line->last_by != NULL ? line->last_by->code : NULL);
}

static int print_reminded(const struct common *common, const struct asked *asked,
                          const Tonghop__Reminded *reminded)
{
    static const char *const keys[] = {"unit",   "unit_id", "unit_name", "period", "kind",
                                       "result", "count",   "before",    "next",   "before_by"};
    struct table *table = table_new();
    bool is_early = false;
    table_add_keys(table, keys, sizeof(keys) / sizeof(keys[0]));
    for (size_t i = 0; i < reminded->n_lines; i++) {
        const Tonghop__ReminderLine *line = reminded->lines[i];
        is_early = is_early || (!line->nothing_due && !line->reminded);
        if (common->output == OUTPUT_TEXT)
            print_line(common, asked, line);
        else
            add_line(common, asked, reminded->period, line, table);
    }
    if (common->output != OUTPUT_TEXT)
        table_print(table, common->output, stdout);
    else if (reminded->n_lines == 0)
        (void)printf("%s\n", words(common->is_english, WORD_REMIND_NOBODY));
    table_free(&table);
    return is_early ? EXIT_NO : EXIT_DONE;
}

static int ask(const struct common *common, const struct asked *asked)
{
    char period[PERIOD_TEXT_SIZE];
    Tonghop__Remind remind = TONGHOP__REMIND__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    struct connection *connection = NULL;
    char **units = mem_calloc(asked->unit_count + 1, sizeof(*units));
    for (; remind.n_units < asked->unit_count && asked->units[remind.n_units] != NULL;
         remind.n_units++)
        units[remind.n_units] = command_request_text(asked->units[remind.n_units]);
    remind.units = units;
    remind.kind = asked->selection.kind;
    remind.period = selection_period(&asked->selection, period);
    remind.text = command_request_text(asked->text);
    remind.check_only = asked->is_dry;
    request.body_case = TONGHOP__ENVELOPE__BODY_REMIND;
    request.remind = &remind;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status = command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_REMINDED,
                                 &answer);
    if (status == EXIT_DONE)
        status = print_reminded(common, asked, answer->reminded);
    connection_close(&connection);
    free(units);
    return status;
}

static int run_remind(const struct common *common, int argc, char **argv)
{
    struct asked asked = {.unit_count = (size_t)argc};
    const struct argument options[] = {
        SELECTION_PERIOD(asked.selection),
        SELECTION_KIND(asked.selection),
        {.name = "--text", .value = &asked.text},
        {.name = "--dry-run", .is_given = &asked.is_dry},
    };
    enum { OPTION_COUNT = sizeof(options) / sizeof(options[0]) };
    /* As many units as there are words. */
    struct argument *arguments = mem_calloc(OPTION_COUNT + asked.unit_count, sizeof(*arguments));
    asked.units = mem_calloc(asked.unit_count, sizeof(*asked.units));
    for (size_t i = 0; i < OPTION_COUNT; i++)
        arguments[i] = options[i];
    for (size_t i = 0; i < asked.unit_count; i++)
        arguments[OPTION_COUNT + i] = (struct argument){.name = "UNIT", .value = &asked.units[i]};
    int status = EXIT_INPUT;
    if (command_parse(common, argc, argv, arguments, OPTION_COUNT + asked.unit_count) &&
        selection_check(common, "remind", &asked.selection) &&
        filing_check_text(common, "remind", "--text", asked.text, REPORT_REASON_MAX))
        status = ask(common, &asked);
    free(arguments);
    free(asked.units);
    return status;
}

const struct command command_remind = {
    .name = "remind",
    .arguments = "[UNIT ...] --period PERIOD [--kind KIND] [--text TEXT] [--dry-run]",
    .summary = "remind units that owe a report",
    .summary_vi = "nhắc các đơn vị chưa nộp báo cáo",
    .help =
        "Tells units that a report of the period is due: it is missing, or was returned. They\n"
        "read it in `tonghop inbox`. Without UNIT all beneath this node that owe one. No unit is\n"
        "reminded of a period more often than the node's remind_every_days allows, whichever node\n"
        "has reminded it. Exit 1 when some were not: it was too early.\n\n"
        "  --period PERIOD   2024-S1, 2024-S2 or 2024\n"
        "  --text TEXT       to be read by the units\n"
        "  --kind KIND       actual (default) or plan\n"
        "  --dry-run         only say who would be reminded\n\n"
        "Example:\n"
        "  tonghop remind 23857 --period 2024-S1 --text 'by Friday, please'\n",
    .help_vi =
        "Nhắc các đơn vị còn nợ báo cáo của kỳ: chưa nộp, hoặc bị trả lại mà chưa nộp lại. Đơn vị\n"
        "đọc bằng `tonghop inbox`. Không nêu ĐƠN-VỊ thì nhắc mọi đơn vị bên dưới nút này còn nợ.\n"
        "Không đơn vị nào bị nhắc dày hơn mức remind_every_days của nút, kể cả khi do nút khác\n"
        "nhắc. Mã kết thúc 1 khi có đơn vị chưa đến lúc được nhắc lại.\n\n"
        "  --period KỲ       2024-S1, 2024-S2 hoặc 2024\n"
        "  --text LỜI-NHẮN   để đơn vị đọc\n"
        "  --kind LOẠI       actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n"
        "  --dry-run         chỉ cho biết sẽ nhắc những đơn vị nào\n\n"
        "Ví dụ:\n"
        "  tonghop remind 23857 --period 2024-S1 --text 'đề nghị nộp trước thứ Sáu'\n",
    .run = run_remind,
};
