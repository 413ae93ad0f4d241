/* A query is checked here as far as that goes without a catalogue; the rest is the node's. */
#include "client/selection.h"

#include <stdlib.h>
#include <string.h>

#include "client/words.h"
#include "core/mem.h"

bool selection_check(const struct common *common, const char *name, struct selection *selection)
{
    const char *kind = selection->kind_text;
    selection->kind = KIND_ACTUAL;
    if (kind != NULL && strcmp(kind, "plan") == 0) {
        selection->kind = KIND_PLAN;
    } else if (kind != NULL && strcmp(kind, "actual") != 0) {
        (void)command_usage(name, words(common->is_english, WORD_OPTION_CHOICE), "--kind",
                            "actual | plan");
        return false;
    }
    if (period_parse(selection->period_text, &selection->period) != ERR_OK) {
        (void)command_usage(name, "%s", words(common->is_english, WORD_PERIOD_BAD));
        return false;
    }
    return true;
}

bool selection_take_span(const struct common *common, const char *name, const char *from,
                         const char *to, struct selection *selection)
{
    struct period last;
    bool is_english = common->is_english;
    bool has_period = selection->period_text != NULL;
    if (to == NULL && has_period)
        return true;
    if (to != NULL && has_period)
        (void)command_usage(name, "%s", words(is_english, WORD_TOTALS_PERIOD_EXTRA));
    else if (to == NULL && from != NULL)
        (void)command_usage(name, words(is_english, WORD_ARGUMENT_NEEDED), "--to");
    else if (to != NULL && from == NULL)
        (void)command_usage(name, words(is_english, WORD_ARGUMENT_NEEDED), "--from");
    else if (to == NULL || period_parse(to, &last) != ERR_OK)
        (void)command_usage(name, "%s", words(is_english, WORD_TOTALS_PERIOD));
    else {
        selection->period_text = to;
        return true;
    }
    return false;
}

char *selection_period(const struct selection *selection, char *out)
{
    return period_format(selection->period, out);
}

char *selection_unit(const struct selection *selection)
{
    return command_request_text(selection->unit_text);
}

void selection_say_nothing_filed(const struct common *common, const struct selection *selection,
                                 const Tonghop__UnitInfo *unit, const char *form)
{
    char period[PERIOD_TEXT_SIZE];
    bool is_english = common->is_english, is_plan = selection->kind == KIND_PLAN;
    char *of_form =
        form != NULL ? mem_printf(words(is_english, WORD_NOTICE_FORM), form) : mem_strdup("");
    char *of_plan = is_plan ? mem_printf(" (%s)%s", words(is_english, WORD_KIND_PLAN), of_form)
                            : mem_strdup(of_form);
    (void)selection_period(selection, period);
    char *text = mem_printf(words(is_english, WORD_HISTORY_EMPTY), unit->code,
                            selection_unit_name(common, unit), period, of_plan, period,
                            is_plan ? " --kind plan" : "");
    command_say_long(text);
    free(text);
    free(of_plan);
    free(of_form);
}

const char *selection_unit_name(const struct common *common, const Tonghop__UnitInfo *unit)
{
    return words_name(common->is_english, unit->name_vi, unit->name_en);
}

void selection_add_unit(const struct common *common, const Tonghop__UnitInfo *unit,
                        struct table *table)
{
    table_add(table, unit->code);
    table_add_number(table, unit->id);
    table_add(table, selection_unit_name(common, unit));
}

const char *selection_indicator_name(const struct common *common,
                                     const Tonghop__IndicatorInfo *indicator)
{
    return words_name(common->is_english, indicator->name_vi, indicator->name_en);
}

const char *selection_measure(const struct common *common, const Tonghop__IndicatorInfo *indicator)
{
    return words_name(common->is_english, indicator->measure, indicator->measure_en);
}
