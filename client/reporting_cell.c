/* Numbers are the ones that people get wrong: each message says what to write instead. */
#include <string.h>

#include "client/reporting.h"
#include "client/reporting_parts.h"
#include "core/buf.h"
#include "text/number_words.h"

enum { GROUP_DIGITS = 3 }; /* of thousands */

const char *reporting_quote(const char *text, char *out)
{
    size_t len = 0;
    size_t characters = 0;
    for (; text[len] != '\0'; len++) {
        bool begins = ((unsigned char)text[len] & 0xC0) != 0x80;
        characters += begins;
        if (characters > QUOTE_CHARACTERS) {
            memcpy(out + len, "...", sizeof("..."));
            return out;
        }
        bool is_control = (unsigned char)text[len] < ' ' || text[len] == 0x7f;
        out[len] = is_control ? ' ' : text[len];
    }
    out[len] = '\0';
    return out;
}

/* Whether a number has a digit other than 0 beyond its decimals; if not, and it is out of range,
 * it is too large. */
static bool has_more_decimals(const char *text, unsigned decimals, enum number_style numbers)
{
    const char *mark = strchr(text, numbers == NUMBER_VI ? ',' : '.');
    if (mark == NULL || strlen(mark + 1) <= decimals)
        return false;
    return strpbrk(mark + 1 + decimals, "123456789") != NULL;
}

/* A number, or words where they are allowed; what is wrong with it as of the two parsers. */
static enum err read_text(const struct indicator *indicator, const struct reporting_fields *fields,
                          const char *text, enum number_style numbers, struct cell *ret_cell)
{
    struct cell cell = {.qualifier = QUALIFIER_EXACT};
    enum err err = number_parse(text, indicator->decimals, numbers, &cell.value);
    if (err == ERR_SYNTAX && fields->may_be_words)
        err = number_words_parse(text, indicator->decimals, indicator->measure, numbers, &cell);
    if (err == ERR_OK)
        *ret_cell = cell;
    return err;
}

static void add_number_problem(const struct indicator *indicator,
                               const struct reporting_fields *fields,
                               const struct reporting_field *field, enum number_style numbers,
                               enum err err, struct problems *problems)
{
    char text[QUOTE_SIZE];
    char most[I128_TEXT_SIZE];
    struct cell ignored;
    const char *file = fields->file;
    bool is_vi = numbers == NUMBER_VI;
    /* 2.861 is one number to some and another to others: what it may have meant is named. */
    bool is_of_other_style = read_text(indicator, fields, field->text,
                                       is_vi ? NUMBER_PLAIN : NUMBER_VI, &ignored) == ERR_OK;
    const char *style = is_vi ? "plain" : "vi";
    const char *example = is_vi ? PROBLEM_WORDS(problems, "2.861 or 75,6", "2.861 hoặc 75,6")
                                : PROBLEM_WORDS(problems, "2861 or 75.6", "2861 hoặc 75.6");

    reporting_quote(field->text, text);
    if (err == ERR_SYNTAX && is_of_other_style)
        problems_add(problems, file, field->place,
                     PROBLEM_WORDS(problems,
                                   "'%s' is not a number here: write it like %s, or file with "
                                   "--numbers %s",
                                   "“%s” ở đây không phải là số: viết như %s, hoặc nộp với "
                                   "--numbers %s"),
                     text, example, style);
    else if (err == ERR_SYNTAX)
        problems_add(problems, file, field->place,
                     PROBLEM_WORDS(problems, "'%s' is not a number: write it like %s",
                                   "“%s” không phải là số: viết như %s"),
                     text, example);
    else if (!has_more_decimals(field->text, indicator->decimals, numbers))
        problems_add(problems, file, field->place,
                     PROBLEM_WORDS(problems,
                                   "'%s' is too large, %s takes at most %s: check it, and the unit "
                                   "of measure",
                                   "“%s” quá lớn, %s tối đa là %s: kiểm tra lại số và đơn vị tính"),
                     text, indicator->code,
                     number_format(INT64_MAX, indicator->decimals, true, numbers, most));
    else
        problems_add(
            problems, file, field->place,
            PROBLEM_WORDS(
                problems, "'%s' has more decimals than the %u of %s: round it%s%s",
                "“%1$s” có quá nhiều chữ số thập phân, %3$s chỉ lấy %2$u: làm tròn%4$s%5$s"),
            text, (unsigned)indicator->decimals, indicator->code,
            is_of_other_style
                ? PROBLEM_WORDS(problems, ", or file with --numbers ", ", hoặc nộp với --numbers ")
                : "",
            is_of_other_style ? style : "");
}

/* What is wrong with words. */
static void add_words_problem(const struct indicator *indicator, const char *file,
                              const struct reporting_field *field, enum err err,
                              struct problems *problems)
{
    char text[QUOTE_SIZE];
    reporting_quote(field->text, text);
    if (err == ERR_EXISTS)
        problems_add(problems, file, field->place,
                     PROBLEM_WORDS(problems,
                                   "'%s' can mean two things: write the number with all its digits",
                                   "“%s” có thể hiểu hai cách: viết số đầy đủ các chữ số"),
                     text);
    else if (indicator->measure[0] == '\0')
        problems_add(problems, file, field->place,
                     PROBLEM_WORDS(problems, "'%s': %s has no measure: write the number alone",
                                   "“%s”: %s không có đơn vị tính: chỉ ghi số"),
                     text, indicator->code);
    else
        problems_add(problems, file, field->place,
                     PROBLEM_WORDS(problems,
                                   "'%s': what follows the number is not '%s', the measure of %s: "
                                   "convert it, or write the number alone",
                                   "“%s”: phần sau số không phải là “%s”, đơn vị tính của %s: đổi "
                                   "sang đơn vị đó, hoặc chỉ ghi số"),
                     text, indicator->measure, indicator->code);
}

/* "12.000" is twelve to some, twelve thousand to others, and nobody writes decimals that the
 * indicator does not have: unless it is known how numbers are written, it is not guessed. Nor is
 * "1.204" merely one with too many decimals. */
static bool is_ambiguous(const struct indicator *indicator, const struct reporting_fields *fields,
                         const struct reporting_field *field, struct problems *problems)
{
    struct indicator fine = *indicator; /* so that both readings can be named */
    struct cell cells[2];
    fine.decimals = GROUP_DIGITS;
    if (fields->knows_style || indicator->decimals >= GROUP_DIGITS ||
        read_text(&fine, fields, field->text, NUMBER_PLAIN, &cells[NUMBER_PLAIN]) != ERR_OK ||
        read_text(&fine, fields, field->text, NUMBER_VI, &cells[NUMBER_VI]) != ERR_OK)
        return false;
    int64_t plain = cells[NUMBER_PLAIN].value, vi = cells[NUMBER_VI].value;
    if (plain == vi) { /* of "5 - 12.000" the upper bounds may differ */
        plain = cells[NUMBER_PLAIN].upper;
        vi = cells[NUMBER_VI].upper;
    }
    if (plain == vi)
        return false;
    char text[QUOTE_SIZE], as_plain[I128_TEXT_SIZE], as_vi[I128_TEXT_SIZE];
    problems_add(problems, fields->file, field->place,
                 PROBLEM_WORDS(problems,
                               "'%s' can mean %s or %s: write the one that is meant, or file with "
                               "--numbers plain (%s) or --numbers vi (%s)",
                               "“%s” có thể là %s hoặc %s: ghi rõ số nào, hoặc nộp với "
                               "--numbers plain (%s) hay --numbers vi (%s)"),
                 reporting_quote(field->text, text),
                 number_format(plain, GROUP_DIGITS, false, NUMBER_PLAIN, as_plain),
                 number_format(vi, GROUP_DIGITS, false, NUMBER_PLAIN, as_vi), as_plain, as_vi);
    return true;
}

static bool read_figure(const struct indicator *indicator, const struct reporting_fields *fields,
                        const struct reporting_field *field, enum number_style numbers,
                        struct problems *problems, struct cell *ret_cell)
{
    enum err err = read_text(indicator, fields, field->text, numbers, ret_cell);
    if ((err == ERR_OK || err == ERR_RANGE) && is_ambiguous(indicator, fields, field, problems))
        return false;
    if (err == ERR_OK)
        return true;
    if (err == ERR_INVALID || err == ERR_EXISTS)
        add_words_problem(indicator, fields->file, field, err, problems);
    else
        add_number_problem(indicator, fields, field, numbers, err, problems);
    return false;
}

/* The qualifier of a column; QUALIFIER_NONE, with a problem added, for what is none. */
static enum qualifier read_qualifier(const struct reporting_fields *fields,
                                     struct problems *problems)
{
    enum qualifier qualifier = QUALIFIER_NONE;
    char text[QUOTE_SIZE];
    if (qualifier_parse(fields->qualifier.text, &qualifier) != ERR_OK)
        problems_add(
            problems, fields->file, fields->qualifier.place,
            PROBLEM_WORDS(problems,
                          "'%s' is not a qualifier: use =, >=, <=, ~ or .., or leave it empty",
                          "“%s” không phải là dấu hợp lệ: dùng =, >=, <=, ~ hoặc .., hoặc để "
                          "trống"),
            reporting_quote(fields->qualifier.text, text));
    return qualifier;
}

/* Whether the upper bound and the qualifier agree. */
static bool check_upper(const struct indicator *indicator, const struct reporting_fields *fields,
                        enum qualifier qualifier, struct problems *problems)
{
    bool has_upper = fields->upper.text[0] != '\0';
    if (qualifier == QUALIFIER_RANGE && !has_upper)
        problems_add(problems, fields->file, fields->qualifier.place,
                     PROBLEM_WORDS(problems,
                                   "the range of %s has no upper bound: give it in 'upper'",
                                   "khoảng của %s chưa có cận trên: ghi vào “upper”"),
                     indicator->code);
    else if (qualifier != QUALIFIER_RANGE && has_upper)
        problems_add(problems, fields->file, fields->upper.place,
                     PROBLEM_WORDS(problems,
                                   "%s has an upper bound without being a range: leave the bound "
                                   "out, or make the qualifier ..",
                                   "%s có cận trên mà không phải là khoảng: bỏ cận trên, hoặc đổi "
                                   "dấu thành .."),
                     indicator->code);
    else
        return true;
    return false;
}

/* Words say all of it: the columns may only say the same. */
static bool check_words(const struct indicator *indicator, const struct reporting_fields *fields,
                        const struct cell *cell, enum qualifier qualifier, const struct cell *upper,
                        struct problems *problems)
{
    char text[QUOTE_SIZE];
    bool has_qualifier = fields->qualifier.text[0] != '\0';
    bool has_upper = fields->upper.text[0] != '\0';
    if (has_qualifier && cell->qualifier != qualifier)
        problems_add(problems, fields->file, fields->qualifier.place,
                     PROBLEM_WORDS(problems,
                                   "the qualifier %s contradicts '%s': leave one of the two out",
                                   "dấu %s trái với “%s”: bỏ một trong hai"),
                     qualifier_sign(qualifier), reporting_quote(fields->value.text, text));
    else if (has_upper && (cell->qualifier != QUALIFIER_RANGE || cell->upper != upper->value))
        problems_add(problems, fields->file, fields->upper.place,
                     PROBLEM_WORDS(problems,
                                   "the upper bound of %s contradicts '%s': leave one of the two "
                                   "out",
                                   "cận trên của %s trái với “%s”: bỏ một trong hai"),
                     indicator->code, reporting_quote(fields->value.text, text));
    else
        return true;
    return false;
}

enum err reporting_read_cell(const struct indicator *indicator,
                             const struct reporting_fields *fields, enum number_style numbers,
                             struct problems *problems, struct cell *ret_cell)
{
    struct cell cell = {0}, upper = {.qualifier = QUALIFIER_EXACT};
    bool is_good = read_figure(indicator, fields, &fields->value, numbers, problems, &cell);
    bool has_value = is_good;
    enum qualifier qualifier = read_qualifier(fields, problems);
    if (qualifier == QUALIFIER_NONE)
        is_good = false;
    if (fields->upper.text[0] != '\0' &&
        !read_figure(indicator, fields, &fields->upper, numbers, problems, &upper))
        is_good = false;
    if (upper.qualifier != QUALIFIER_EXACT) {
        problems_add(problems, fields->file, fields->upper.place,
                     PROBLEM_WORDS(problems, "the upper bound of %s is not one number: write one",
                                   "cận trên của %s không phải là một số: ghi một số"),
                     indicator->code);
        is_good = false;
    }
    if (qualifier != QUALIFIER_NONE) {
        bool is_in_words = has_value && cell.qualifier != QUALIFIER_EXACT;
        bool agrees = is_in_words
                          ? check_words(indicator, fields, &cell, qualifier, &upper, problems)
                          : check_upper(indicator, fields, qualifier, problems);
        if (!is_in_words)
            cell.qualifier = (uint8_t)qualifier;
        is_good = is_good && agrees;
    }
    if (!is_good)
        return ERR_INVALID;
    if (cell.qualifier == QUALIFIER_RANGE && fields->upper.text[0] != '\0')
        cell.upper = upper.value;
    cell.indicator = indicator->number;
    *ret_cell = cell;
    return ERR_OK;
}

/* Whoever writes a name where a code belongs is told the codes of those that are called so. Not of
 * the fields of a file, whose names were looked up before. */
static bool say_codes(const struct reporting_context *context, const char *text,
                      struct problems *problems)
{
    const struct tree *tree = context->tree;
    struct naming *naming = naming_of_units(context->catalogue, tree, context->root);
    struct naming_matches matches = naming_find(naming, text);
    struct buf codes = {0};
    char quoted[QUOTE_SIZE];

    for (size_t i = 0; i < matches.count; i++)
        buf_printf(&codes, "%s%s", i > 0 ? ", " : "",
                   tree->nodes[tree_find(tree, matches.ids[i])].version->code);
    if (matches.count > 0)
        problems_add(
            problems, NULL, (struct place){0},
            matches.count == 1
                ? PROBLEM_WORDS(problems, "'%s' is a name: write the unit's code, %s",
                                "“%s” là tên: hãy ghi mã của đơn vị, là %s")
                : PROBLEM_WORDS(problems,
                                "'%s' is the name of several units: write the code that is "
                                "meant: %s",
                                "“%s” là tên của nhiều đơn vị: ghi mã của đơn vị cần báo "
                                "cáo: %s"),
            reporting_quote(text, quoted), (const char *)codes.data);
    buf_fini(&codes);
    naming_free(&naming);
    return matches.count > 0;
}

enum err reporting_find_unit(const struct reporting_context *context, const char *text,
                             const char *file, struct place place, struct problems *problems,
                             uint32_t *ret_unit)
{
    const struct tree *tree = context->tree;
    char quoted[QUOTE_SIZE];
    char period[PERIOD_TEXT_SIZE];
    uint32_t unit = 0;
    enum err err = catalogue_find_unit(context->catalogue, text, tree->window.last, &unit);

    reporting_quote(text, quoted);
    period_format(tree->period, period);
    if (err == ERR_EXISTS) {
        problems_add(problems, file, place,
                     PROBLEM_WORDS(problems,
                                   "'%s' names more than one unit: write id:%s or code:%s",
                                   "“%s” chỉ nhiều đơn vị: ghi id:%s hoặc code:%s"),
                     quoted, quoted, quoted);
    } else if (err != ERR_OK && file == NULL && say_codes(context, text, problems)) {
        return err;
    } else if (err != ERR_OK) {
        problems_add(problems, file, place,
                     PROBLEM_WORDS(problems,
                                   "no unit '%s' in %s: see 'tonghop catalogue show units'",
                                   "không có đơn vị “%s” trong kỳ %s: xem `tonghop catalogue show "
                                   "units`"),
                     quoted, period);
    } else if (tree_find(tree, unit) == TREE_NONE) {
        problems_add(problems, file, place,
                     PROBLEM_WORDS(problems,
                                   "unit '%s' is not in the tree of %s: check the unit and the "
                                   "period, or file for its successor",
                                   "đơn vị “%s” không có trong kỳ %s: kiểm tra lại đơn vị và kỳ, "
                                   "hoặc nộp cho đơn vị kế thừa"),
                     quoted, period);
        err = ERR_NOT_FOUND;
    } else {
        *ret_unit = unit;
    }
    return err;
}
