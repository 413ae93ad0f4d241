/* One placeholder is one or two values of the answer, made one amount, and said. */
#include "client/phrase_answer.h"

#include <stdlib.h>
#include <string.h>

#include "client/format.h"
#include "client/spoken.h"
#include "client/words.h"
#include "core/mem.h"
#include "core/period.h"

/* The values that a placeholder is made of. */
struct material {
    bool is_english;
    const struct placeholder *placeholder;
    const Tonghop__Totals *totals;
    const Tonghop__IndicatorInfo *info, *whole_info; /* NULL: not in the answer */
    const Tonghop__Value *now, *previous, *plan, *whole;
};

static const Tonghop__Value absent = TONGHOP__VALUE__INIT;

bool phrase_needs_totals(const struct placeholder *placeholder)
{
    return placeholder->what != PHRASE_PERIOD;
}

bool phrase_needs_previous(const struct placeholder *placeholder)
{
    return placeholder->what == PHRASE_CHANGE || placeholder->what == PHRASE_CHANGE_PERCENT ||
           placeholder->what == PHRASE_PREVIOUS;
}

bool phrase_needs_plan(const struct placeholder *placeholder)
{
    return placeholder->what == PHRASE_PLAN || placeholder->what == PHRASE_DONE;
}

/* ---- finding ---- */

static size_t find_indicator(const Tonghop__Totals *totals, const char *code)
{
    size_t i = 0;
    while (i < totals->n_indicators &&
           (code == NULL || strcmp(totals->indicators[i]->code, code) != 0))
        i++;
    return i;
}

static struct material gather(bool is_english, const struct placeholder *placeholder,
                              const Tonghop__Totals *totals)
{
    const Tonghop__UnitTotals *row = totals->units[0];
    struct material material = {.is_english = is_english,
                                .placeholder = placeholder,
                                .totals = totals,
                                .now = &absent,
                                .previous = &absent,
                                .plan = &absent,
                                .whole = &absent};
    size_t i = find_indicator(totals, placeholder->code);
    size_t whole = find_indicator(totals, placeholder->whole);
    if (i < totals->n_indicators) {
        material.info = totals->indicators[i];
        if (i < row->n_values)
            material.now = row->values[i];
        if (i < row->n_previous)
            material.previous = row->previous[i];
        if (i < row->n_plan)
            material.plan = row->plan[i];
    }
    if (whole < totals->n_indicators && whole < row->n_values) {
        material.whole_info = totals->indicators[whole];
        material.whole = row->values[whole];
    }
    return material;
}

/* ---- figures ---- */

static struct amount percent_of(const struct material *material)
{
    struct amount part = format_amount(material->now), whole = format_amount(material->whole);
    if (material->whole_info == NULL)
        return (struct amount){.has_value = false};
    unsigned from = material->info->decimals, to = material->whole_info->decimals;
    unsigned decimals = from > to ? from : to;
    part = compare_rescale(&part, from, decimals);
    whole = compare_rescale(&whole, to, decimals);
    return compare_percent(&part, &whole, SPOKEN_PERCENT_DECIMALS);
}

static struct amount amount_of(const struct material *material)
{
    struct amount now = format_amount(material->now);
    struct amount previous = format_amount(material->previous);
    struct amount plan = format_amount(material->plan);
    switch (material->placeholder->what) {
    case PHRASE_PLAN:
        return plan;
    case PHRASE_PREVIOUS:
        return previous;
    case PHRASE_CHANGE:
        return compare_change(&now, &previous);
    case PHRASE_CHANGE_PERCENT:
        return spoken_relative(&now, &previous);
    case PHRASE_DONE:
        return compare_percent(&now, &plan, SPOKEN_PERCENT_DECIMALS);
    case PHRASE_PERCENT_OF:
        return percent_of(material);
    case PHRASE_FIGURE:
    case PHRASE_NAME:
    case PHRASE_UNIT:
    case PHRASE_PERIOD:
        break;
    }
    return now;
}

/* How the figure is said; a change has its measure always, others where it is asked for. */
static struct spoken spoken_for(bool is_english, const struct material *material)
{
    const struct placeholder *placeholder = material->placeholder;
    struct spoken spoken = spoken_of(is_english, material->info);
    bool has_measure = placeholder->has_measure;
    switch (placeholder->what) {
    case PHRASE_CHANGE:
        spoken = spoken_of_change(is_english, material->info);
        has_measure = true;
        break;
    case PHRASE_CHANGE_PERCENT:
        spoken = spoken_of_percent(is_english);
        has_measure = true;
        break;
    case PHRASE_DONE:
    case PHRASE_PERCENT_OF:
        spoken = spoken_of_percent(is_english);
        break;
    case PHRASE_FIGURE:
    case PHRASE_PLAN:
    case PHRASE_PREVIOUS:
    case PHRASE_NAME:
    case PHRASE_UNIT:
    case PHRASE_PERIOD:
        break;
    }
    spoken.is_in_digits = placeholder->is_in_digits;
    if (!has_measure)
        spoken.measure = NULL;
    return spoken;
}

static bool is_change(const struct placeholder *placeholder)
{
    return placeholder->what == PHRASE_CHANGE || placeholder->what == PHRASE_CHANGE_PERCENT;
}

/* The size of a change, for a text with a verb of its own. One that is known on one side only has
 * none where it may be up or down: neither verb would be right. */
static struct amount size_of(const struct placeholder *placeholder, const struct amount *amount)
{
    bool is_bound =
        is_change(placeholder) && amount->has_value &&
        (amount->qualifier == QUALIFIER_AT_LEAST || amount->qualifier == QUALIFIER_AT_MOST);
    struct amount size = *amount;
    if (is_bound && compare_is_uncertain(amount))
        return (struct amount){.has_value = false};
    if (is_bound && amount->value == 0) {
        size.qualifier = QUALIFIER_AT_LEAST;
        return size;
    }
    return compare_absolute(amount);
}

static char *say(const struct placeholder *placeholder, const struct spoken *spoken,
                 const struct amount *amount)
{
    return is_change(placeholder) && !placeholder->is_absolute ? spoken_change(spoken, amount)
                                                               : spoken_figure(spoken, amount);
}

static void answer_figure(bool is_english, const struct material *material,
                          struct phrase_answer *answer)
{
    answer->is_figure = true;
    if (material->info == NULL) { /* an answer to another question */
        answer->text = mem_strdup("–");
        answer->is_missing = true;
        return;
    }
    struct spoken spoken = spoken_for(is_english, material);
    answer->amount = amount_of(material);
    if (material->placeholder->is_absolute)
        answer->amount = size_of(material->placeholder, &answer->amount);
    answer->text = say(material->placeholder, &spoken, &answer->amount);
    answer->is_missing = !answer->amount.has_value;
    answer->decimals = spoken.decimals;
    answer->is_ratio = spoken.is_ratio;
}

/* ---- marks ---- */

/* The marks of one value, behind the word for which one it is. */
static void put_marks(const struct material *material, const Tonghop__IndicatorInfo *info,
                      const Tonghop__Value *value, const char *of, struct buf *out)
{
    const Tonghop__Totals *totals = material->totals;
    const char *from = value == material->previous ? totals->previous_from : totals->from;
    struct format format = format_of(material->is_english, info);
    format.from = format_first_year(from);
    format.known = totals->indicators;
    format.known_count = totals->n_indicators;
    char *marks = format_marks(&format, value);
    if (marks[0] != '\0') {
        format_next_mark(out);
        buf_printf(out, "%s%s%s", of, of[0] != '\0' ? ": " : "", marks);
    }
    free(marks);
}

/* Whether two figures are known to be made of the reports of different units. A plan of the unit as
 * a whole is for everybody beneath it. */
static bool is_of_others(const struct material *material, const Tonghop__Value *a,
                         const Tonghop__Value *b)
{
    return (b != material->plan || !b->whole) && a->has_value && b->has_value && a->unit_set != 0 &&
           b->unit_set != 0 && a->unit_set != b->unit_set;
}

/* Whether the text lacks, or may contradict with its own verb, a direction that nobody knows. */
static bool is_without_direction(const struct material *material)
{
    const struct placeholder *placeholder = material->placeholder;
    struct amount now = format_amount(material->now), previous = format_amount(material->previous);
    struct amount change = compare_change(&now, &previous);
    if (!is_change(placeholder) || !change.has_value)
        return false;
    if (placeholder->is_absolute && compare_is_uncertain(&change))
        return true;
    return placeholder->what == PHRASE_CHANGE_PERCENT &&
           compare_relative(&now, &previous, SPOKEN_PERCENT_DECIMALS).has_value &&
           !spoken_relative(&now, &previous).has_value;
}

static char *marks_of(const struct material *material, bool is_uncertain, bool is_missing)
{
    bool is_english = material->is_english;
    enum phrase_what what = material->placeholder->what;
    const Tonghop__Value *other = NULL;
    struct buf out = {0};
    if (what != PHRASE_PLAN && what != PHRASE_PREVIOUS)
        put_marks(material, material->info, material->now, "", &out);
    if (phrase_needs_previous(material->placeholder)) {
        put_marks(material, material->info, material->previous, material->totals->previous, &out);
        other = material->previous;
    }
    if (phrase_needs_plan(material->placeholder)) {
        put_marks(material, material->info, material->plan, words(is_english, WORD_KIND_PLAN),
                  &out);
        other = material->plan;
    }
    if (what == PHRASE_PERCENT_OF && material->whole_info != NULL) {
        put_marks(material, material->whole_info, material->whole, material->whole_info->code,
                  &out);
        other = material->whole;
    }
    if (what == PHRASE_PLAN || what == PHRASE_PREVIOUS)
        other = NULL; /* nothing is compared */
    if (other != NULL && is_of_others(material, material->now, other))
        format_add_mark(&out, words(is_english, WORD_PHRASE_OTHER_UNITS));
    if (other == material->previous && material->totals->calendar_differs)
        format_add_mark(&out, words(is_english, WORD_PHRASE_OTHER_DAYS));
    if (is_uncertain)
        format_add_mark(&out, words(is_english, is_missing ? WORD_PHRASE_NO_DIRECTION_DASH
                                                           : WORD_PHRASE_NO_DIRECTION));
    return format_take_marks(&out);
}

/* ---- names ---- */

/* "6 tháng đầu năm 2024", "giai đoạn 2009–2019"; the caller frees. */
static char *span_name(bool is_english, const struct phrase_span *span)
{
    if (span->from != 0)
        return mem_printf(words(is_english, WORD_PERIOD_SPAN), (unsigned)span->from,
                          (unsigned)span->last.year);
    enum word word = span->last.label == PERIOD_S1   ? WORD_PERIOD_S1
                     : span->last.label == PERIOD_S2 ? WORD_PERIOD_S2
                                                     : WORD_PERIOD_YEAR;
    return mem_printf(words(is_english, word), (unsigned)span->last.year);
}

/* ---- all ---- */

static void answer_unit(bool is_english, const Tonghop__UnitInfo *unit,
                        struct phrase_answer *answer)
{
    answer->unit_id = unit->id;
    answer->unit_code = mem_strdup(unit->code);
    answer->unit_name = mem_strdup(words_name(is_english, unit->name_vi, unit->name_en));
}

void phrase_answer(bool is_english, const struct placeholder *placeholder,
                   const Tonghop__Totals *totals, struct phrase_answer *ret_answer)
{
    struct phrase_answer answer = {0};
    if (placeholder->what == PHRASE_PERIOD || totals == NULL) {
        answer.text = span_name(is_english, &placeholder->span);
        *ret_answer = answer;
        return;
    }
    struct material material = gather(is_english, placeholder, totals);
    answer_unit(is_english, totals->units[0]->unit, &answer);
    if (placeholder->what == PHRASE_UNIT)
        answer.text = mem_strdup(answer.unit_name);
    else if (placeholder->what == PHRASE_NAME && material.info != NULL)
        answer.text =
            mem_strdup(words_name(is_english, material.info->name_vi, material.info->name_en));
    else
        answer_figure(is_english, &material, &answer);
    if (answer.is_figure && material.info != NULL) {
        bool is_uncertain = is_without_direction(&material);
        answer.marks = marks_of(&material, is_uncertain, answer.is_missing);
        answer.is_uncertain = is_uncertain && answer.is_missing;
    }
    *ret_answer = answer;
}

void phrase_answer_fini(struct phrase_answer *answer)
{
    free(answer->text);
    free(answer->marks);
    free(answer->unit_code);
    free(answer->unit_name);
    *answer = (struct phrase_answer){0};
}
