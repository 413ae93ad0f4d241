/* Codes and units are looked up in the catalogue before the node is asked for figures, so that all
 * that are wrong are told at once. */
#include <string.h>

#include "client/phrase.h"

static void check_code(const char *file, const char *code, struct place place,
                       const struct catalogue *catalogue, struct problems *problems)
{
    if (code == NULL || code[0] == '\0' || catalogue_indicator_by_code(catalogue, code) != NULL)
        return;
    problems_add(problems, file, place,
                 PROBLEM_WORDS(problems,
                               "no indicator '%s': see 'tonghop catalogue show indicators'",
                               "không có chỉ tiêu “%s”: xem 'tonghop catalogue show indicators'"),
                 code);
}

/* A unit is named by its code of the last day of the period. */
static void check_unit(const char *file, const struct placeholder *placeholder,
                       const struct catalogue *catalogue, struct problems *problems)
{
    const char *unit = placeholder->unit;
    uint32_t id;
    if (unit == NULL || unit[0] == '\0' || !period_is_valid(placeholder->span.last))
        return;
    struct date day = catalogue_window(catalogue, placeholder->span.last).last;
    enum err err = catalogue_find_unit(catalogue, unit, day, &id);
    if (err == ERR_EXISTS)
        problems_add(problems, file, placeholder->unit_place,
                     PROBLEM_WORDS(problems,
                                   "'%s' names more than one unit: write id:%s or code:%s",
                                   "“%s” chỉ nhiều đơn vị: ghi id:%s hoặc code:%s"),
                     unit, unit, unit);
    else if (err != ERR_OK)
        problems_add(
            problems, file, placeholder->unit_place,
            PROBLEM_WORDS(problems,
                          "no unit '%s' in that period: see 'tonghop catalogue show units'",
                          "không có đơn vị “%s” trong kỳ đó: xem 'tonghop catalogue show units'"),
            unit);
}

void phrase_check(const char *file, const struct phrase *phrase, const struct catalogue *catalogue,
                  struct problems *problems)
{
    for (size_t i = 0; i < phrase->count; i++) {
        const struct placeholder *placeholder = &phrase->placeholders[i];
        check_code(file, placeholder->code, placeholder->code_place, catalogue, problems);
        check_code(file, placeholder->whole, placeholder->whole_place, catalogue, problems);
        check_unit(file, placeholder, catalogue, problems);
    }
}
