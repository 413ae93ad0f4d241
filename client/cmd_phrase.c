/* `tonghop phrase`: a text with placeholders, filled with figures.
 *
 * The text is read and checked whole, each unit and period is asked for once, and the text is
 * printed when everything that it needs is there: never half of it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/command.h"
#include "client/phrase_answer.h"
#include "client/table.h"
#include "client/words.h"
#include "core/mem.h"
#include "core/report.h"
#include "text/input.h"

enum { PHRASE_FILE_MAX = 1 << 20 };

struct job {
    const struct common *common;
    const char *file, *period_text, *unit;
    struct phrase_span span;
    struct buf bytes;
    struct phrase phrase;
    struct problems problems;
    struct connection *connection;
    struct catalogue *catalogue;
    struct phrase_answer *answers; /* one for each placeholder */
    bool *is_answered;
    bool is_rebuilding, is_split_year;
    uint32_t lone_half_count; /* the most of one answer */
};

static void job_fini(struct job *job)
{
    for (size_t i = 0; job->answers != NULL && i < job->phrase.count; i++)
        phrase_answer_fini(&job->answers[i]);
    free(job->answers);
    free(job->is_answered);
    phrase_fini(&job->phrase);
    problems_fini(&job->problems);
    buf_fini(&job->bytes);
    catalogue_free(&job->catalogue);
    connection_close(&job->connection);
}

/* ---- reading ---- */

static bool read_arguments(struct job *job, int argc, char **argv)
{
    const struct argument arguments[] = {
        {.name = "FILE", .value = &job->file, .is_needed = true},
        {.name = "--period", .value = &job->period_text, .is_needed = true},
        {.name = "--unit", .value = &job->unit},
    };
    if (!command_parse(job->common, argc, argv, arguments,
                       sizeof(arguments) / sizeof(arguments[0])))
        return false;
    if (phrase_span_parse(job->period_text, &job->span) == ERR_OK)
        return true;
    (void)command_usage("phrase", "%s", words(job->common->is_english, WORD_PHRASE_PERIOD_BAD));
    return false;
}

/* Reads and parses the file; what is wrong is in the problems. */
static bool read_file(struct job *job)
{
    bool is_stdin = strcmp(job->file, "-") == 0;
    struct span text;
    if (input_read(is_stdin ? "/dev/stdin" : job->file, PHRASE_FILE_MAX, &job->problems,
                   &job->bytes) != ERR_OK ||
        input_check(job->file, span_of(&job->bytes), &job->problems, &text) != ERR_OK)
        return false;
    phrase_parse(job->file, text, &job->span, &job->problems, &job->phrase);
    return true;
}

static int connect_and_check(struct job *job)
{
    char reason[CONNECTION_REASON_SIZE] = "";
    int status = command_connect(job->common, &job->connection);
    if (status != EXIT_DONE)
        return status;
    enum err err = connection_fetch_catalogue(job->connection, &job->catalogue, reason);
    if (err != ERR_OK)
        return command_print_failure(job->common, err, reason);
    phrase_check(job->file, &job->phrase, job->catalogue, &job->problems);
    return EXIT_DONE;
}

/* ---- asking ---- */

static bool is_same_question(const struct placeholder *a, const struct placeholder *b)
{
    bool is_same_unit =
        a->unit == NULL || b->unit == NULL ? a->unit == b->unit : strcmp(a->unit, b->unit) == 0;
    return is_same_unit && a->span.from == b->span.from && period_equal(a->span.last, b->span.last);
}

static void add_code(Tonghop__TotalsQuery *query, char *code)
{
    for (size_t i = 0; i < query->n_indicators; i++)
        if (strcmp(query->indicators[i], code) == 0)
            return;
    query->indicators[query->n_indicators++] = code;
}

/* What the placeholders that ask the same as `first` need. `codes` has room for all of them; a unit
 * that is only named is asked for with any indicator, because none would mean all. */
static void gather_query(struct job *job, size_t first, char **codes, Tonghop__TotalsQuery *query)
{
    const struct phrase *phrase = &job->phrase;
    query->indicators = codes;
    for (size_t i = first; i < phrase->count; i++) {
        const struct placeholder *placeholder = &phrase->placeholders[i];
        if (!is_same_question(&phrase->placeholders[first], placeholder))
            continue;
        if (placeholder->code != NULL)
            add_code(query, placeholder->code);
        if (placeholder->whole != NULL)
            add_code(query, placeholder->whole);
        query->compare_previous |= phrase_needs_previous(placeholder);
        query->compare_plan |= phrase_needs_plan(placeholder);
    }
    if (query->n_indicators == 0 && job->catalogue->indicator_count > 0)
        add_code(query, job->catalogue->indicators[0].code);
}

static void take_answer(struct job *job, size_t first, const Tonghop__Totals *totals)
{
    const struct phrase *phrase = &job->phrase;
    for (size_t i = first; i < phrase->count; i++) {
        if (!phrase_needs_totals(&phrase->placeholders[i]) ||
            !is_same_question(&phrase->placeholders[first], &phrase->placeholders[i]))
            continue;
        phrase_answer(job->common->is_english, &phrase->placeholders[i], totals, &job->answers[i]);
        job->is_answered[i] = true;
    }
    job->is_rebuilding |= totals->rebuilding;
    job->is_split_year |= totals->split_year;
    if (totals->units[0]->lone_half_count > job->lone_half_count)
        job->lone_half_count = totals->units[0]->lone_half_count;
}

/* The node has no answer; one problem for all that asked. */
static void take_problem(struct job *job, size_t first, const char *text, const char *detail)
{
    const struct phrase *phrase = &job->phrase;
    for (size_t i = first; i < phrase->count; i++)
        if (is_same_question(&phrase->placeholders[first], &phrase->placeholders[i]))
            job->is_answered[i] = true;
    problems_add(&job->problems, job->file, phrase->placeholders[first].place, "%s%s%s%s", text,
                 detail[0] != '\0' ? " (" : "", detail, detail[0] != '\0' ? ")" : "");
}

/* One question, for the placeholder and all that ask the same. */
static int ask(struct job *job, size_t first)
{
    const struct placeholder *placeholder = &job->phrase.placeholders[first];
    char reason[CONNECTION_REASON_SIZE] = "", period[PERIOD_TEXT_SIZE], from[PERIOD_TEXT_SIZE];
    const struct period first_year = {placeholder->span.from, PERIOD_Y};
    Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer = NULL;
    char **codes = mem_calloc(2 * job->phrase.count + 1, sizeof(*codes));
    query.kind = KIND_ACTUAL;
    query.period = period_format(placeholder->span.last, period);
    if (placeholder->span.from != 0)
        query.from = period_format(first_year, from);
    query.unit = placeholder->unit != NULL ? placeholder->unit : command_request_text(job->unit);
    gather_query(job, first, codes, &query);
    request.body_case = TONGHOP__ENVELOPE__BODY_TOTALS_QUERY;
    request.totals_query = &query;
    int status = EXIT_DONE;
    enum err err = connection_request(job->connection, &request, &answer, reason);
    if (err != ERR_OK) {
        status = command_print_failure(job->common, err, reason);
    } else if (answer->body_case == TONGHOP__ENVELOPE__BODY_TOTALS) {
        if (strcmp(answer->totals->from, query.from) == 0)
            take_answer(job, first, answer->totals);
        else /* of an older version: it answered for the last year alone */
            take_problem(job, first, words(job->common->is_english, WORD_PHRASE_NO_SPANS), "");
    } else if (answer->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL) {
        const Tonghop__Refusal *refusal = answer->refusal;
        if (command_is_bad_question(&request, refusal))
            take_problem(job, first, refusal->text, "");
        else
            take_problem(job, first, words_of_error(job->common->is_english, refusal->code),
                         refusal->text);
    } else {
        command_say(words(job->common->is_english, WORD_OTHER_ANSWER), wire_body_name(answer));
        status = EXIT_UNKNOWN;
    }
    free(codes);
    return status;
}

static int ask_all(struct job *job)
{
    int status = EXIT_DONE;
    job->answers = mem_calloc(job->phrase.count + 1, sizeof(*job->answers));
    job->is_answered = mem_calloc(job->phrase.count + 1, sizeof(*job->is_answered));
    for (size_t i = 0; i < job->phrase.count && status == EXIT_DONE; i++) {
        const struct placeholder *placeholder = &job->phrase.placeholders[i];
        if (!phrase_needs_totals(placeholder))
            phrase_answer(job->common->is_english, placeholder, NULL, &job->answers[i]);
        else if (!job->is_answered[i])
            status = ask(job, i);
    }
    return status;
}

/* ---- printing ---- */

static void print_text(const struct job *job)
{
    for (size_t i = 0; i < job->phrase.count; i++) {
        (void)fputs(job->phrase.placeholders[i].before, stdout);
        (void)fputs(job->answers[i].text, stdout);
    }
    (void)fputs(job->phrase.after, stdout);
}

static void add_number(struct table *table, const struct phrase_answer *answer, i128 value)
{
    char text[I128_TEXT_SIZE];
    table_add(table, number_format(value, answer->decimals, answer->is_ratio, NUMBER_PLAIN, text));
}

static void add_row(const struct job *job, size_t i, struct table *table)
{
    const struct placeholder *placeholder = &job->phrase.placeholders[i];
    const struct phrase_answer *answer = &job->answers[i];
    const struct amount *amount = &answer->amount;
    bool has_value = answer->is_figure && amount->has_value;
    bool is_range = has_value && amount->qualifier == QUALIFIER_RANGE;
    char span[PHRASE_SPAN_TEXT_SIZE];
    table_addf(table, "%" PRIu32, placeholder->place.line);
    table_addf(table, "%" PRIu32, placeholder->place.column);
    table_add(table, placeholder->text);
    table_add(table, placeholder->code);
    table_add(table, answer->unit_code);
    table_take(table, answer->unit_code != NULL ? mem_printf("%" PRIu32, answer->unit_id) : NULL);
    table_add(table, phrase_span_format(&placeholder->span, span));
    table_add(table, answer->text);
    if (has_value)
        add_number(table, answer, amount->value);
    else
        table_add(table, NULL);
    table_add(table, has_value ? qualifier_sign((enum qualifier)amount->qualifier) : NULL);
    if (is_range)
        add_number(table, answer, amount->upper);
    else
        table_add(table, NULL);
    table_add(table, answer->marks);
}

static void print_rows(const struct job *job)
{
    static const char *const columns[] = {"line",  "column",    "placeholder", "indicator",
                                          "unit",  "unit_id",   "period",      "text",
                                          "value", "qualifier", "upper",       "marks"};
    struct table *table = table_new();
    table_add_keys(table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < job->phrase.count; i++)
        add_row(job, i, table);
    table_print(table, job->common->output, stdout);
    table_free(&table);
}

/* "file:line:column: warning: text", of the placeholder and its answer. */
static void say_of(struct job *job, size_t i, enum word word, const char *text)
{
    const struct placeholder *placeholder = &job->phrase.placeholders[i];
    const struct phrase_answer *answer = &job->answers[i];
    char span[PHRASE_SPAN_TEXT_SIZE];
    (void)phrase_span_format(&placeholder->span, span);
    char *line = mem_printf(words(job->common->is_english, word), placeholder->text,
                            answer->unit_code, answer->unit_name, span, text);
    problems_warn(&job->problems, job->file, placeholder->place, "%s", line);
    free(line);
}

/* What is missing, and what a reader has to know; EXIT_NO if anything is missing. */
static int say_notes(struct job *job)
{
    bool is_english = job->common->is_english;
    int status = EXIT_DONE;
    for (size_t i = 0; i < job->phrase.count; i++) {
        const struct phrase_answer *answer = &job->answers[i];
        if (answer->is_missing) {
            if (!answer->is_uncertain) /* else the marks say so */
                say_of(job, i, WORD_PHRASE_MISSING, "–");
            status = EXIT_NO;
        }
        if (answer->marks != NULL && answer->marks[0] != '\0')
            say_of(job, i, WORD_PHRASE_MARKS, answer->marks);
    }
    command_print_problems(&job->problems);
    if (job->lone_half_count > 0)
        command_say(words(is_english, WORD_TOTALS_LONE_HALVES), job->lone_half_count);
    if (job->is_split_year)
        command_say("%s", words(is_english, WORD_TOTALS_SPLIT_YEAR));
    if (job->is_rebuilding)
        command_say("%s", words(is_english, WORD_STATUS_DO_REBUILD));
    return status;
}

/* From top to bottom, whichever check found them. */
static int compare_places(const void *a, const void *b)
{
    const struct place x = ((const struct problem *)a)->place;
    const struct place y = ((const struct problem *)b)->place;
    if (x.line != y.line)
        return x.line < y.line ? -1 : 1;
    return x.column != y.column ? (x.column < y.column ? -1 : 1) : 0;
}

static int print_errors(struct job *job)
{
    struct problems *problems = &job->problems;
    if (problems->count > 0)
        qsort(problems->items, problems->count, sizeof(*problems->items), compare_places);
    command_print_problems(problems);
    command_say(words(job->common->is_english, WORD_PHRASE_ERRORS), problems->error_count);
    return EXIT_INPUT;
}

static int fill(struct job *job)
{
    if (!read_file(job))
        return print_errors(job);
    int status = connect_and_check(job);
    if (status == EXIT_DONE && job->problems.error_count == 0)
        status = ask_all(job);
    if (job->problems.error_count > 0)
        return print_errors(job);
    if (status != EXIT_DONE)
        return status;
    if (job->common->output == OUTPUT_TEXT)
        print_text(job);
    else
        print_rows(job);
    return say_notes(job);
}

static int run_phrase(const struct common *common, int argc, char **argv)
{
    struct job job = {.common = common, .problems = {.is_vietnamese = !common->is_english}};
    int status = EXIT_INPUT;
    if (read_arguments(&job, argc, argv))
        status = fill(&job);
    job_fini(&job);
    return status;
}

const struct command command_phrase = {
    .name = "phrase",
    .arguments = "FILE --period PERIOD [--unit UNIT]",
    .summary = "fill the figures into the text of a report",
    .summary_vi = "điền số liệu vào lời văn báo cáo",
    .help =
        "Prints the text of FILE (- is standard input) with figures in the place of {CODE}. A\n"
        "figure that was not reported becomes –, is named on standard error, and the exit status\n"
        "is 1. What is wrong in the text is told with line and column, and nothing is printed.\n\n"
        "  --period PERIOD      2024-S1, 2024-S2, 2024, or a span of years, 2009..2019\n"
        "  --unit UNIT          code or id of the unit; else that of the node or key\n\n"
        "A placeholder is {CODE@UNIT:PERIOD|FILTER|...}; all but the code may be left out:\n"
        "  {reception.visits}                  2,861\n"
        "  {reception.visits|measure}          with the unit of measure\n"
        "  {reception.visits|change}           up 118 occasions, against the year before\n"
        "  {reception.visits|change-percent}   up 4.30 %\n"
        "  {reception.visits|previous}         the figure of the year before\n"
        "  {shed.moved|plan}  {shed.moved|done}    what was planned, and percent of it\n"
        "  {model.recognised|percent-of:model.registered}\n"
        "  {reception.visits|name}             the name of the indicator\n"
        "  {fund.farmer|digits}                every digit, without million and billion\n"
        "  {petition.received|change|abs}      25 petitions, without up or down\n"
        "  {unit}  {unit@631}  {period}        names; {{ and }} are braces as such\n\n"
        "Example:\n"
        "  tonghop phrase report.txt --period 2024\n",
    .help_vi =
        "In ra lời văn trong FILE (- là đầu vào chuẩn), thay mỗi {MÃ} bằng số liệu. Số chưa được\n"
        "báo cáo hiện là – và được nêu tên ở đầu ra lỗi chuẩn, mã kết thúc là 1. Chỗ viết sai\n"
        "được chỉ rõ dòng, cột, và khi đó không in gì.\n\n"
        "  --period KỲ          2024-S1, 2024-S2, 2024, hoặc một giai đoạn: 2009..2019\n"
        "  --unit ĐƠN-VỊ        mã hoặc id của đơn vị; nếu không có thì đơn vị của nút hoặc "
        "khóa\n\n"
        "Chỗ điền có dạng {MÃ@ĐƠN-VỊ:KỲ|BỘ-LỌC|...}; ngoài mã ra đều có thể bỏ:\n"
        "  {reception.visits}                  2.861\n"
        "  {reception.visits|measure}          kèm đơn vị tính\n"
        "  {reception.visits|change}           tăng 118 lượt, so với năm trước\n"
        "  {reception.visits|change-percent}   tăng 4,30 %\n"
        "  {reception.visits|previous}         số của năm trước\n"
        "  {shed.moved|plan}  {shed.moved|done}    kế hoạch, và phần trăm đã đạt\n"
        "  {model.recognised|percent-of:model.registered}\n"
        "  {reception.visits|name}             tên chỉ tiêu\n"
        "  {fund.farmer|digits}                đủ các chữ số, không dùng triệu, tỷ\n"
        "  {petition.received|change|abs}      25 đơn, không có tăng hay giảm\n"
        "  {unit}  {unit@631}  {period}        tên gọi; {{ và }} là dấu ngoặc\n\n"
        "Ví dụ:\n"
        "  tonghop phrase bao-cao.txt --period 2024\n",
    .run = run_phrase,
};
