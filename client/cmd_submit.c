/* `tonghop submit`: reports from a file to the home of their units.
 *
 * Four passes, each over all reports: read and check the file; fetch what the node holds and check
 * against that; ask the home for its verdict; file. Nothing is filed before everything was found
 * good, and somebody has looked at what is warned of; each report is taken in
 * whole or not at all, and what was taken in already is answered as such: after any failure the
 * same command is run again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/filing.h"
#include "client/reporting.h"
#include "client/words.h"
#include "core/mem.h"
#include "core/validate.h"
#include "text/input.h"

/* What the home says of a report. */
struct verdict {
    int status;
    size_t first, end; /* of its warnings in the problems */
};

struct submit {
    const struct common *common;
    struct selection selection;
    /* Arguments. */
    const char *file, *scope_text, *author_text, *reason_text, *wait, *nil, *withdraw;
    const char *source_text;
    const char *note; /* of --accept-warnings */
    bool may_replace, is_dry_run;
    uint8_t scope;
    char *author, *reason, *source;
    /* The work. */
    struct csv_table table;
    struct filing filing;
    struct problems problems;
    struct reporting reporting;
    struct filing_base *bases; /* one for each item of `reporting`, as far as fetched */
    size_t base_count;
    struct verdict *verdicts; /* one for each item, when the home was asked */
};

static void submit_fini(struct submit *submit)
{
    for (size_t i = 0; i < submit->base_count; i++)
        report_fini(&submit->bases[i].report);
    free(submit->bases);
    free(submit->verdicts);
    reporting_fini(&submit->reporting);
    problems_fini(&submit->problems);
    csv_table_fini(&submit->table);
    filing_fini(&submit->filing);
    free(submit->author);
    free(submit->reason);
    free(submit->source);
}

/* ---- arguments ---- */

static bool refuse_choice(const struct submit *submit, const char *option, const char *choice)
{
    (void)command_usage("submit", words(submit->common->is_english, WORD_OPTION_CHOICE), option,
                        choice);
    return false;
}

static bool check_arguments(struct submit *submit)
{
    bool is_english = submit->common->is_english;
    int sources = (submit->file != NULL) + (submit->nil != NULL) + (submit->withdraw != NULL);
    if (sources != 1) {
        (void)command_usage("submit", "%s", words(is_english, WORD_SUBMIT_ONE_SOURCE));
        return false;
    }
    if (!selection_check(submit->common, "submit", &submit->selection))
        return false;
    submit->scope = SCOPE_OWN;
    if (submit->scope_text != NULL && strcmp(submit->scope_text, "whole") == 0)
        submit->scope = SCOPE_WHOLE;
    else if (submit->scope_text != NULL && strcmp(submit->scope_text, "own") != 0)
        return refuse_choice(submit, "--scope", "own | whole");
    if (submit->wait != NULL && strcmp(submit->wait, "safe") != 0)
        return refuse_choice(submit, "--wait", "safe");
    if (!filing_check_note(submit->common, "submit", submit->note))
        return false;
    submit->author = filing_author(submit->common, "submit", submit->author_text);
    if (submit->author == NULL)
        return false;
    submit->reason = filing_reason(submit->common, "submit", submit->reason_text);
    submit->source = filing_source(submit->common, "submit", submit->source_text);
    if (submit->reason == NULL || submit->source == NULL)
        return false;
    if (submit->source[0] != '\0' && submit->scope != SCOPE_WHOLE) {
        (void)command_usage("submit", "%s", words(is_english, WORD_SUBMIT_SOURCE_OF_WHOLE));
        return false;
    }
    return true;
}

static bool read_arguments(struct submit *submit, int argc, char **argv)
{
    const struct argument arguments[] = {
        {.name = "FILE", .value = &submit->file},
        SELECTION_PERIOD(submit->selection),
        SELECTION_KIND(submit->selection),
        SELECTION_UNIT(submit->selection),
        {.name = "--scope", .value = &submit->scope_text},
        {.name = "--author", .value = &submit->author_text},
        {.name = "--reason", .value = &submit->reason_text},
        {.name = "--source", .value = &submit->source_text},
        {.name = "--accept-warnings", .value = &submit->note},
        {.name = "--replace", .is_given = &submit->may_replace},
        {.name = "--dry-run", .is_given = &submit->is_dry_run},
        {.name = "--wait", .value = &submit->wait},
        {.name = "--nil", .value = &submit->nil},
        {.name = "--withdraw", .value = &submit->withdraw},
    };
    return command_parse(submit->common, argc, argv, arguments,
                         sizeof(arguments) / sizeof(arguments[0])) &&
           check_arguments(submit);
}

/* ---- first pass: the file ---- */

/* False when there is nothing in it to go on with. A file that is broken in places is read as far
 * as it goes, so that all its errors are told at once. */
static bool read_file(struct submit *submit)
{
    struct buf bytes = {0};
    /* What is wrong is in the problems. */
    const struct csv_sheet sheet = {
        .judge = reporting_judge_header,
        .needed = words(submit->common->is_english, WORD_SUBMIT_NEEDED_COLUMNS)};
    if (strcmp(submit->file, "-") != 0)
        (void)csv_read_sheet(submit->file, &sheet, &submit->problems, &submit->table);
    else if (input_read("/dev/stdin", CSV_FILE_MAX, &submit->problems, &bytes) == ERR_OK)
        (void)csv_read_sheet_bytes("-", span_of(&bytes), &sheet, &submit->problems, &submit->table);
    buf_fini(&bytes);
    return submit->table.header.field_count > 0;
}

/* The unit of --unit, or else the sender's own, which only the node knows. Exit status. */
static int choose_unit(struct submit *submit, const struct reporting_context *context,
                       uint32_t *ret_unit)
{
    const char *text = submit->selection.unit_text;
    char *own_text = NULL;
    uint32_t own = 0;
    int status = EXIT_DONE;
    if (text == NULL) {
        status = filing_own_unit(&submit->filing, &own);
        if (status != EXIT_DONE)
            return status;
        own_text = mem_printf("id:%u", own);
        text = own_text;
    }
    if (reporting_find_unit(context, text, NULL, (struct place){0}, &submit->problems, ret_unit) !=
        ERR_OK)
        status = EXIT_INPUT;
    free(own_text);
    return status;
}

/* A report without cells: nil, or the withdrawal of one. */
static int build_empty(struct submit *submit, const struct reporting_context *context)
{
    bool is_withdrawn = submit->withdraw != NULL;
    const char *code = is_withdrawn ? submit->withdraw : submit->nil;
    const struct form *form = catalogue_form_by_code(context->catalogue, code);
    if (form == NULL) {
        problems_add(&submit->problems, NULL, (struct place){0},
                     PROBLEM_WORDS(&submit->problems,
                                   "no form '%s': see 'tonghop catalogue show forms'",
                                   "không có biểu mẫu “%s”: xem `tonghop catalogue show forms`"),
                     code);
        return EXIT_INPUT;
    }
    submit->reporting.items = mem_calloc(1, sizeof(*submit->reporting.items));
    submit->reporting.count = 1;
    struct report *report = &submit->reporting.items[0].report;
    report->key = (struct report_key){.kind = context->kind,
                                      .period = context->tree->period,
                                      .unit = context->unit,
                                      .form = form->number};
    report->scope = context->scope;
    report->source = mem_strdup(submit->source);
    report->catalogue = context->catalogue->number;
    report->is_withdrawn = is_withdrawn;
    return validate_report(report, context->catalogue, context->tree, &submit->problems) == ERR_OK
               ? EXIT_DONE
               : EXIT_INPUT;
}

static int build(struct submit *submit)
{
    struct reporting_context context = {.tree = submit->filing.tree,
                                        .catalogue = submit->filing.catalogue,
                                        .kind = submit->selection.kind,
                                        .scope = submit->scope,
                                        .source = submit->source,
                                        .numbers = submit->common->numbers};
    bool has_units = submit->file != NULL && reporting_has_units(&submit->table);
    if (!submit->common->has_numbers && submit->file != NULL)
        context.numbers = reporting_numbers(&submit->table);
    context.knows_style = submit->common->has_numbers || reporting_knows_style(&submit->table);
    if (has_units && submit->selection.unit_text != NULL) {
        problems_add(&submit->problems, submit->table.file, reporting_units_place(&submit->table),
                     PROBLEM_WORDS(&submit->problems,
                                   "the file names its units in this column: leave out --unit",
                                   "tệp đã ghi đơn vị ở cột này: bỏ --unit"));
        return EXIT_INPUT;
    }
    int status = has_units ? filing_own_unit(&submit->filing, &context.root)
                           : choose_unit(submit, &context, &context.unit);
    if (status != EXIT_DONE)
        return status;
    if (submit->file == NULL)
        return build_empty(submit, &context);
    return reporting_build(&submit->table, &context, &submit->problems, &submit->reporting) ==
                   ERR_OK
               ? EXIT_DONE
               : EXIT_INPUT;
}

/* ---- second pass: what the node holds ---- */

/* Where the findings stand that are of an item; the report's begin where its cell is not in the
 * file. */
static void place_findings(const struct submit *submit, const struct reporting_item *item,
                           struct problems *problems, size_t first)
{
    for (size_t i = first; i < problems->count && submit->file != NULL; i++) {
        struct problem *problem = &problems->items[i];
        problem->file = mem_strdup(submit->table.file);
        problem->place = reporting_place(item, problem->indicator);
        if (problem->place.line == 0)
            problem->place = reporting_begin(item);
    }
}

/* The reason is of all reports of the run: one of several that is the same as before is based on
 * nothing, which the home takes for a repetition, never for the answer to a return. */
static uint64_t basis_of(const struct submit *submit, const struct report *report,
                         const struct filing_base *base)
{
    return submit->reporting.count > 1 && filing_is_same(base, report) ? 0 : base->revision;
}

/* Sets what a report takes from the command line and from its base; checks what it drops. */
static void check_against_base(struct submit *submit, struct reporting_item *item,
                               const struct filing_base *base)
{
    struct report *report = &item->report;
    size_t first = submit->problems.count;
    free(report->author);
    free(report->reason);
    report->author = mem_strdup(submit->author);
    report->reason = mem_strdup(submit->reason);
    report->based_on = basis_of(submit, report, base);
    report->may_drop_cells = submit->may_replace;
    if (base->revision == 0) {
        if (report->is_withdrawn)
            problems_add(
                &submit->problems, NULL, (struct place){0},
                PROBLEM_WORDS(&submit->problems,
                              "there is no report to withdraw: check unit, period and form",
                              "không có báo cáo nào để rút: kiểm tra lại đơn vị, kỳ và biểu mẫu"));
        return;
    }
    /* What it finds is in the problems. */
    (void)validate_dropped(&base->report, report, submit->filing.catalogue, &submit->problems);
    place_findings(submit, item, &submit->problems, first); /* what is lacking has no cell */
}

static int fetch_bases(struct submit *submit)
{
    struct reporting *reporting = &submit->reporting;
    submit->bases = mem_calloc(reporting->count, sizeof(*submit->bases));
    for (size_t i = 0; i < reporting->count; i++) {
        int status =
            filing_fetch(&submit->filing, &reporting->items[i].report.key, &submit->bases[i]);
        if (status != EXIT_DONE)
            return status;
        submit->base_count++;
        check_against_base(submit, &reporting->items[i], &submit->bases[i]);
    }
    return submit->problems.error_count == 0 ? EXIT_DONE : EXIT_INPUT;
}

/* ---- third pass: the home's verdict ---- */

/* Nothing was filed; what became of each report. */
static void add_verdicts(struct submit *submit)
{
    for (size_t i = 0; i < submit->reporting.count; i++)
        filing_add_result(&submit->filing, &submit->reporting.items[i].report.key, 0,
                          submit->verdicts[i].status == EXIT_NO ? FILING_REFUSED : FILING_NOT_SENT);
}

/* Asks for all of them, so that everything is told at once. The home repeats what validate_report
 * has warned of here. */
static int ask_home(struct submit *submit)
{
    int status = EXIT_DONE;
    problems_clear(&submit->problems);
    submit->verdicts = mem_calloc(submit->reporting.count, sizeof(*submit->verdicts));
    for (size_t i = 0; i < submit->reporting.count && status != EXIT_UNKNOWN; i++) {
        const struct reporting_item *item = &submit->reporting.items[i];
        struct verdict *verdict = &submit->verdicts[i];
        verdict->first = submit->problems.count;
        verdict->status = filing_check(&submit->filing, &item->report, &submit->problems);
        verdict->end = submit->problems.count;
        place_findings(submit, item, &submit->problems, verdict->first);
        if (verdict->status != EXIT_DONE)
            status = verdict->status;
    }
    if (status != EXIT_DONE)
        add_verdicts(submit);
    return status;
}

static size_t warning_count(const struct problems *problems)
{
    return problems->count + problems->dropped_count - problems->error_count;
}

/* Puts the note on what is warned of; EXIT_NO when there is none. */
static int accept_warnings(struct submit *submit)
{
    struct problems *problems = &submit->problems;
    if (submit->note == NULL) {
        if (warning_count(problems) == 0)
            return EXIT_DONE;
        add_verdicts(submit);
        return EXIT_NO;
    }
    for (size_t i = 0; i < submit->reporting.count; i++) {
        struct reporting_item *item = &submit->reporting.items[i];
        size_t first = problems->count;
        filing_accept(&item->report, problems, submit->verdicts[i].first, submit->verdicts[i].end,
                      submit->note);
        place_findings(submit, item, problems, first);
    }
    return problems->error_count == 0 ? EXIT_DONE : EXIT_INPUT;
}

/* ---- fourth pass: filing ---- */

/* Files one; what the home says that it had not said before is printed. */
static int file_one(struct submit *submit, size_t index)
{
    const struct reporting_item *item = &submit->reporting.items[index];
    const struct verdict *verdict = &submit->verdicts[index];
    struct problems fresh = {.is_vietnamese = submit->problems.is_vietnamese};
    bool accepts = submit->note != NULL && verdict->end > verdict->first;
    int status = filing_send(&submit->filing, &item->report, accepts, &submit->problems, &fresh);
    place_findings(submit, item, &fresh, 0);
    reporting_sort_problems(&fresh);
    command_print_problems(&fresh);
    if (status == EXIT_NO && fresh.error_count == 0 && fresh.count > 0)
        command_say(words(submit->common->is_english, WORD_WARNINGS_FOUND), fresh.count);
    problems_fini(&fresh);
    return status;
}

static int file_all(struct submit *submit)
{
    struct reporting *reporting = &submit->reporting;
    int status = EXIT_DONE;
    for (size_t i = 0; i < reporting->count; i++) {
        const struct filing_base *base = &submit->bases[i];
        struct report *report = &reporting->items[i].report;
        if (status == EXIT_UNKNOWN) {
            filing_add_result(&submit->filing, &report->key, 0, FILING_NOT_SENT);
            continue;
        }
        report->based_on = basis_of(submit, report, base); /* notes may have made it the same */
        filing_show(&submit->filing, base, report, submit->is_dry_run);
        if (submit->is_dry_run) {
            bool stays_returned = base->is_returned && report->based_on == 0;
            filing_add_result(&submit->filing, &report->key, stays_returned ? base->revision : 0,
                              stays_returned ? FILING_RETURNED : FILING_CHECKED);
            if (stays_returned)
                status = EXIT_NO;
            continue;
        }
        int sent = file_one(submit, i);
        if (sent != EXIT_DONE)
            status = sent;
    }
    filing_print_results(&submit->filing);
    return status;
}

static int wait_safe(struct submit *submit)
{
    size_t count = submit->reporting.count;
    const struct report **reports = mem_calloc(count, sizeof(*reports));
    for (size_t i = 0; i < count; i++)
        reports[i] = &submit->reporting.items[i].report;
    int status = filing_wait_safe(&submit->filing, reports, count);
    free(reports);
    return status;
}

static int submit_all(struct submit *submit)
{
    if (submit->file != NULL && !read_file(submit))
        return EXIT_INPUT;
    int status = filing_init(&submit->filing, submit->common, &submit->selection);
    if (status == EXIT_DONE)
        status = build(submit);
    if (status == EXIT_DONE)
        status = fetch_bases(submit);
    if (status == EXIT_DONE)
        status = ask_home(submit);
    if (status == EXIT_DONE)
        status = accept_warnings(submit);
    /* What is wrong with the file is wrong whether or not the node answered. */
    return submit->problems.error_count > 0 && status != EXIT_NO ? EXIT_INPUT : status;
}

static int run_submit(const struct common *common, int argc, char **argv)
{
    struct submit submit = {.common = common, .problems.is_vietnamese = !common->is_english};
    int status = EXIT_INPUT;
    if (!read_arguments(&submit, argc, argv))
        goto out;
    status = submit_all(&submit);
    reporting_sort_problems(&submit.problems);
    command_print_problems(&submit.problems);
    if (status != EXIT_DONE) /* the last line is what to do */
        filing_print_results(&submit.filing);
    (void)fflush(stdout); /* so that it is the last one on a terminal, too */
    if (submit.problems.error_count > 0)
        command_say(words(common->is_english, WORD_PROBLEMS_FOUND), submit.problems.error_count);
    else if (status == EXIT_NO && submit.problems.count > 0)
        command_say(words(common->is_english, WORD_WARNINGS_FOUND),
                    warning_count(&submit.problems));
    if (status != EXIT_DONE)
        goto out;
    status = file_all(&submit);
    if (status == EXIT_DONE && submit.wait != NULL && !submit.is_dry_run)
        status = wait_safe(&submit);
out:
    submit_fini(&submit);
    return status;
}

const struct command command_submit = {
    .name = "submit",
    .arguments = "FILE --period PERIOD [--unit UNIT] ...",
    .summary = "file reports from a CSV file",
    .summary_vi = "nộp báo cáo từ một tệp CSV",
    .help =
        "FILE is what a spreadsheet exports (- is standard input): CSV in UTF-8 with commas,\n"
        "semicolons or tabs, titles above the header or not. Its columns are indicator (code or\n"
        "name) and value (a number, or words such as 'trên 28 tỷ'), and optionally qualifier (=,\n"
        ">=, <=, ~ or ..), upper (of ..), note, measure, and unit (code or name), for many units\n"
        "in one file; Vietnamese headers are known, too. With semicolons numbers are read the\n"
        "Vietnamese way (2.861 and 75,6), unless --numbers says otherwise. An empty value is not\n"
        "reported, a row that names no indicator and has no value is a heading.\n\n"
        "Everything is checked before anything is filed, also by the node; what is odd about the\n"
        "figures is a warning, and is filed only with --accept-warnings. Then one report for each\n"
        "unit and form is filed, which replaces the one before. Changes are shown on standard\n"
        "error, one result line for each report on standard output. Running it again is safe.\n\n"
        "  --period PERIOD     2024-S1, 2024-S2 or 2024 (the whole year)\n"
        "  --unit UNIT         code or id of the unit; else that of the node or key\n"
        "  --kind KIND         actual (default) or plan\n"
        "  --scope SCOPE       own (default): the unit's own activity; whole: with everything\n"
        "                      beneath it, compiled by hand\n"
        "  --source TEXT       of a baseline, which is whole: where figures of earlier years are "
        "from\n"
        "  --author TEXT       who made the report; else TONGHOP_AUTHOR, else the login name\n"
        "  --reason TEXT       why it is corrected; or why figures that were returned are right,\n"
        "                      which are refused without it: file them alone, one unit and form\n"
        "  --accept-warnings NOTE\n"
        "                      file in spite of warnings: why the figures are right, which is "
        "kept\n"
        "                      as the note of those figures\n"
        "  --replace           cells that the report had before may be left out\n"
        "  --dry-run           check, here and at the node, and show changes; file nothing\n"
        "  --wait safe         wait until the node above holds it too, at most --timeout\n"
        "  --nil FORM          instead of FILE: report that there is nothing to report\n"
        "  --withdraw FORM     instead of FILE: take the report back\n\n"
        "Example:\n"
        "  tonghop submit report.csv --period 2024-S1 --unit 23857\n",
    .help_vi =
        "TỆP là tệp mà bảng tính xuất ra (- là đầu vào chuẩn): CSV mã UTF-8, ngăn cách bằng dấu\n"
        "phẩy, chấm phẩy hoặc Tab; phía trên dòng tên cột có thể có tiêu đề. Cần hai cột: chỉ "
        "tiêu\n"
        "(mã hoặc tên) và số liệu (số, hoặc chữ như “trên 28 tỷ”); nếu cần thì thêm dấu (=, >=,\n"
        "<=, ~ hoặc ..), cận trên (của ..), ghi chú, đvt, và đơn vị (mã hoặc tên) khi một tệp có\n"
        "nhiều đơn vị. Tệp dùng dấu chấm phẩy thì số đọc theo kiểu Việt Nam (2.861 và 75,6), trừ\n"
        "khi có --numbers. Ô số liệu trống nghĩa là không báo cáo; dòng không có chỉ tiêu và "
        "không\n"
        "có số liệu là dòng đề mục.\n\n"
        "Mọi thứ được kiểm tra trước khi nộp, cả ở nút nhận; số liệu bất thường thì có cảnh báo,\n"
        "và chỉ được nộp với --accept-warnings. Sau đó mỗi đơn vị và biểu mẫu được nộp thành một\n"
        "báo cáo, thay cho bản trước. Chạy lại lệnh là an toàn.\n\n"
        "  --period KỲ         2024-S1, 2024-S2 hoặc 2024 (cả năm)\n"
        "  --unit ĐƠN-VỊ       mã hoặc id của đơn vị; nếu không có thì đơn vị của nút hoặc khóa\n"
        "  --kind LOẠI         actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n"
        "  --scope PHẠM-VI     own (mặc định): số của riêng đơn vị; whole: số toàn đơn vị\n"
        "  --source NGUỒN      của số nền (số toàn đơn vị): số liệu các năm trước lấy từ đâu\n"
        "  --author TÊN        người lập; nếu không có thì TONGHOP_AUTHOR, rồi tên đăng nhập\n"
        "  --reason LÝ-DO      vì sao sửa; hoặc vì sao số liệu đã bị trả lại vẫn đúng (không nêu\n"
        "                      thì không nhận): nộp riêng một đơn vị, một biểu\n"
        "  --accept-warnings GHI-CHÚ\n"
        "                      nộp dù có cảnh báo: vì sao số liệu vẫn đúng; được giữ làm ghi chú\n"
        "                      của các số liệu ấy\n"
        "  --replace           cho phép bỏ số liệu mà bản trước đã có\n"
        "  --dry-run           kiểm tra, cả ở nút nhận, và cho xem thay đổi; không nộp\n"
        "  --wait safe         chờ đến khi nút cấp trên cũng đã giữ báo cáo\n"
        "  --nil BIỂU-MẪU      thay cho TỆP: báo cáo rằng không phát sinh\n"
        "  --withdraw BIỂU-MẪU thay cho TỆP: rút báo cáo\n\n"
        "Ví dụ:\n"
        "  tonghop submit baocao.csv --period 2024-S1 --unit 23857\n",
    .run = run_submit,
};
