/* `tonghop amend`: one figure of a report that was filed, corrected with a reason. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "client/filing.h"
#include "client/reporting.h"
#include "client/words.h"
#include "core/mem.h"
#include "core/validate.h"

struct amend {
    const struct common *common;
    struct selection selection;
    const char *indicator_text, *value, *qualifier, *upper, *author_text, *reason_text;
    const char *cell_note, *note; /* of --note, of --accept-warnings */
    bool is_removal;
    char *author;
    struct filing filing;
    struct problems problems;
    struct filing_base base;
    struct report next;
};

static void amend_fini(struct amend *amend)
{
    report_fini(&amend->next);
    report_fini(&amend->base.report);
    problems_fini(&amend->problems);
    filing_fini(&amend->filing);
    free(amend->author);
}

static bool read_arguments(struct amend *amend, int argc, char **argv)
{
    const struct argument arguments[] = {
        {.name = "INDICATOR", .value = &amend->indicator_text, .is_needed = true},
        {.name = "VALUE", .value = &amend->value},
        SELECTION_PERIOD(amend->selection),
        SELECTION_KIND(amend->selection),
        SELECTION_UNIT(amend->selection),
        {.name = "--qualifier", .value = &amend->qualifier},
        {.name = "--upper", .value = &amend->upper},
        {.name = "--remove", .is_given = &amend->is_removal},
        {.name = "--author", .value = &amend->author_text},
        {.name = "--reason", .value = &amend->reason_text, .is_needed = true},
        {.name = "--note", .value = &amend->cell_note},
        {.name = "--accept-warnings", .value = &amend->note},
    };
    const struct common *common = amend->common;
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !selection_check(common, "amend", &amend->selection))
        return false;
    if (amend->is_removal != (amend->value == NULL) ||
        (amend->is_removal &&
         (amend->qualifier != NULL || amend->upper != NULL || amend->cell_note != NULL))) {
        (void)command_usage("amend", "%s", words(common->is_english, WORD_AMEND_VALUE_OR_REMOVE));
        return false;
    }
    if (!filing_check_text(common, "amend", "--reason", amend->reason_text, REPORT_REASON_MAX) ||
        !filing_check_text(common, "amend", "--note", amend->cell_note, REPORT_NOTE_MAX) ||
        !filing_check_note(common, "amend", amend->note))
        return false;
    amend->author = filing_author(common, "amend", amend->author_text);
    return amend->author != NULL;
}

/* An entered indicator; NULL with a problem added. */
static const struct indicator *find_indicator(struct amend *amend)
{
    const struct indicator *indicator =
        catalogue_indicator_by_code(amend->filing.catalogue, amend->indicator_text);
    if (indicator == NULL) {
        problems_add(
            &amend->problems, NULL, (struct place){0},
            PROBLEM_WORDS(&amend->problems,
                          "no indicator '%s': see 'tonghop catalogue show indicators'",
                          "không có chỉ tiêu “%s”: xem `tonghop catalogue show indicators`"),
            amend->indicator_text);
    } else if (!indicator_is_entered(indicator)) {
        problems_add(&amend->problems, NULL, (struct place){0},
                     PROBLEM_WORDS(&amend->problems,
                                   "%s is computed from other figures: amend those ('tonghop "
                                   "explain %s' names them)",
                                   "%s được tính từ các số liệu khác: sửa các số liệu ấy (xem "
                                   "`tonghop explain %s`)"),
                     indicator->code, indicator->code);
        indicator = NULL;
    }
    return indicator;
}

static enum err read_cell(struct amend *amend, const struct indicator *indicator,
                          struct cell *ret_cell)
{
    struct reporting_fields fields = {
        .may_be_words = true,
        .knows_style = amend->common->has_numbers,
        .value.text = amend->value,
        .qualifier.text = amend->qualifier != NULL ? amend->qualifier : "",
        .upper.text = amend->upper != NULL ? amend->upper : "",
    };
    return reporting_read_cell(indicator, &fields, amend->common->numbers, &amend->problems,
                               ret_cell);
}

/* The report as it is held, with one cell (NULL: none) instead of that of `indicator`. What was
 * noted of a figure says nothing of another one, and goes with it. */
static void build_next(struct amend *amend, uint32_t indicator, const struct cell *cell)
{
    const struct report *base = &amend->base.report;
    struct report *next = &amend->next;
    const struct cell *before = report_cell(base, indicator);
    bool keeps_note =
        cell != NULL && before != NULL && amend->cell_note == NULL && cell_equal(before, cell);
    next->key = base->key;
    next->scope = base->scope;
    next->catalogue = amend->filing.catalogue->number;
    next->based_on = amend->base.revision;
    next->may_drop_cells = cell == NULL;
    next->author = mem_strdup(amend->author);
    next->reason = mem_strdup(amend->reason_text);
    next->source = mem_strdup(base->source != NULL ? base->source : "");
    for (size_t i = 0; i < base->cell_count; i++)
        if (base->cells[i].indicator != indicator)
            report_add_cell(next, base->cells[i]);
    if (cell != NULL)
        report_add_cell(next, *cell);
    for (size_t i = 0; i < base->note_count; i++)
        if (keeps_note || base->notes[i].indicator != indicator)
            report_add_note(next, base->notes[i].indicator, base->notes[i].text);
    if (amend->cell_note != NULL) /* what is wrong is in the problems */
        filing_add_note(next, indicator, amend->cell_note, &amend->problems);
    enum err err = report_sort(next);
    assert(err == ERR_OK); /* the base has no doubles, and the one cell was left out */
}

static int choose_unit(struct amend *amend, uint32_t *ret_unit)
{
    const struct reporting_context context = {.tree = amend->filing.tree,
                                              .catalogue = amend->filing.catalogue};
    if (amend->selection.unit_text == NULL)
        return filing_own_unit(&amend->filing, ret_unit);
    return reporting_find_unit(&context, amend->selection.unit_text, NULL, (struct place){0},
                               &amend->problems, ret_unit) == ERR_OK
               ? EXIT_DONE
               : EXIT_INPUT;
}

/* Everything up to the filing; what is wrong is in the problems. */
static int prepare(struct amend *amend)
{
    struct cell cell;
    struct report_key key = {.kind = amend->selection.kind, .period = amend->selection.period};
    int status = filing_init(&amend->filing, amend->common, &amend->selection);
    if (status != EXIT_DONE)
        return status;
    const struct indicator *indicator = find_indicator(amend);
    if (indicator == NULL || (!amend->is_removal && read_cell(amend, indicator, &cell) != ERR_OK))
        return EXIT_INPUT;
    key.form = indicator->form;
    status = choose_unit(amend, &key.unit);
    if (status == EXIT_DONE)
        status = filing_fetch(&amend->filing, &key, &amend->base);
    if (status != EXIT_DONE)
        return status;
    const struct report *base = &amend->base.report;
    if (amend->base.revision == 0 || base->is_withdrawn ||
        (amend->is_removal && report_cell(base, indicator->number) == NULL)) {
        command_say(words(amend->common->is_english,
                          amend->is_removal ? WORD_AMEND_NO_CELL : WORD_AMEND_NO_REPORT),
                    amend->is_removal ? indicator->code
                                      : catalogue_form(amend->filing.catalogue, key.form)->code);
        return EXIT_NO;
    }
    build_next(amend, indicator->number, amend->is_removal ? NULL : &cell);
    /* What it finds is in the problems. */
    (void)validate_report(&amend->next, amend->filing.catalogue, amend->filing.tree,
                          &amend->problems);
    return amend->problems.error_count == 0 ? EXIT_DONE : EXIT_INPUT;
}

/* The home's verdict, which repeats what validate_report has warned of, and the note on what is
 * warned of. */
static int ask_home(struct amend *amend)
{
    struct problems *problems = &amend->problems;
    problems_clear(problems);
    int status = filing_check(&amend->filing, &amend->next, problems);
    if (status != EXIT_DONE || problems->count == 0)
        return status;
    if (amend->note == NULL)
        return EXIT_NO;
    filing_accept(&amend->next, problems, 0, problems->count, amend->note);
    return problems->error_count == 0 ? EXIT_DONE : EXIT_INPUT;
}

/* Prints what is wrong, and how to go on. */
static void print_problems(const struct amend *amend, const struct problems *problems, int status)
{
    command_print_problems(problems);
    if (status == EXIT_NO && problems->error_count == 0 && problems->count > 0)
        command_say(words(amend->common->is_english, WORD_WARNINGS_FOUND), problems->count);
}

static int file(struct amend *amend)
{
    struct problems fresh = {.is_vietnamese = amend->problems.is_vietnamese};
    bool accepts = amend->note != NULL && amend->problems.count > 0;
    filing_show(&amend->filing, &amend->base, &amend->next, true);
    int status = filing_send(&amend->filing, &amend->next, accepts, &amend->problems, &fresh);
    print_problems(amend, &fresh, status);
    problems_fini(&fresh);
    filing_print_results(&amend->filing);
    return status;
}

static int run_amend(const struct common *common, int argc, char **argv)
{
    struct amend amend = {.common = common, .problems.is_vietnamese = !common->is_english};
    int status = EXIT_INPUT;
    if (!read_arguments(&amend, argc, argv))
        goto out;
    status = prepare(&amend);
    if (status == EXIT_DONE)
        status = ask_home(&amend);
    print_problems(&amend, &amend.problems, status);
    if (status == EXIT_DONE)
        status = file(&amend);
out:
    amend_fini(&amend);
    return status;
}

const struct command command_amend = {
    .name = "amend",
    .arguments = "INDICATOR VALUE --period PERIOD [--unit UNIT] --reason TEXT ...",
    .summary = "correct one figure of a report",
    .summary_vi = "sửa một số liệu của báo cáo đã nộp",
    .help =
        "Files the report that is held again, with this one figure changed, as a new revision.\n"
        "VALUE is a number, or words such as 'trên 28 tỷ'.\n\n"
        "  --period PERIOD     2024-S1, 2024-S2 or 2024\n"
        "  --unit UNIT         code or id of the unit; else that of the node or key\n"
        "  --kind KIND         actual (default) or plan\n"
        "  --reason TEXT       why; kept with the revision\n"
        "  --note TEXT         the figure's note; that of the figure before is not kept\n"
        "  --accept-warnings NOTE\n"
        "                      file in spite of warnings: why the figures are right\n"
        "  --qualifier SIGN    = (default), >=, <=, ~ or ..\n"
        "  --upper VALUE       upper bound of a range (..)\n"
        "  --remove            instead of VALUE: the figure is not reported any more\n"
        "  --author TEXT       who corrects; else TONGHOP_AUTHOR, else the login name\n\n"
        "Example:\n"
        "  tonghop amend reception.visits 118 --period 2024 --unit 23857 --reason 'typo'\n",
    .help_vi =
        "Nộp lại báo cáo đang có với một số liệu được sửa, thành một bản mới. VALUE là số, hoặc\n"
        "chữ như “trên 28 tỷ”.\n\n"
        "  --period KỲ         2024-S1, 2024-S2 hoặc 2024\n"
        "  --unit ĐƠN-VỊ       mã hoặc id của đơn vị; nếu không có thì đơn vị của nút hoặc khóa\n"
        "  --kind LOẠI         actual (thực hiện, mặc định) hoặc plan (kế hoạch)\n"
        "  --reason LÝ-DO      vì sao sửa; được giữ cùng bản báo cáo\n"
        "  --note GHI-CHÚ      ghi chú của số liệu; ghi chú của số cũ không được giữ\n"
        "  --accept-warnings GHI-CHÚ\n"
        "                      nộp dù có cảnh báo: vì sao số liệu vẫn đúng\n"
        "  --qualifier DẤU     = (mặc định), >=, <=, ~ hoặc ..\n"
        "  --upper SỐ          cận trên của khoảng (..)\n"
        "  --remove            thay cho VALUE: không báo cáo số liệu này nữa\n"
        "  --author TÊN        người sửa; nếu không có thì TONGHOP_AUTHOR, rồi tên đăng nhập\n\n"
        "Ví dụ:\n"
        "  tonghop amend reception.visits 118 --period 2024 --unit 23857 --reason 'gõ nhầm'\n",
    .run = run_amend,
};
