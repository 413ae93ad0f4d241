/* A code says one thing; a name says it as long as only one is called so. Where two are, the rows
 * above decide: a part stands beneath its whole. */
#include <stdlib.h>
#include <string.h>

#include "client/reporting.h"
#include "client/reporting_parts.h"
#include "core/buf.h"
#include "text/fold.h"

enum { GUESSES_MAX = 20, LISTED_MAX = 6 };

void reporting_names_fini(struct reporting_names *names)
{
    naming_free(&names->indicators);
    naming_free(&names->units);
}

static struct naming *indicator_names(struct reporting_names *names)
{
    if (names->indicators == NULL)
        names->indicators =
            naming_of_indicators(names->context->catalogue, names->context->tree->window.last);
    return names->indicators;
}

static struct naming *unit_names(struct reporting_names *names)
{
    if (names->units == NULL)
        names->units =
            naming_of_units(names->context->catalogue, names->context->tree, names->context->root);
    return names->units;
}

/* ---- indicators ---- */

/* Letters, digits and points, and at least one point: "model.registered", which is no heading. */
static bool looks_like_code(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._");
    return text[len] == '\0' && strpbrk(text, "abcdefghijklmnopqrstuvwxyz") != NULL &&
           strchr(text, '.') != NULL && text[len - 1] != '.';
}

/* Whether the indicator stands beneath `above` or beside it, as a part of the same whole. */
static bool is_part_here(const struct reporting_names *names, const struct indicator *indicator)
{
    const struct indicator *whole = names->above;
    for (unsigned depth = 0; whole != NULL && depth <= CATALOGUE_DEPTH_MAX; depth++) {
        if (indicator->part_of == whole->number)
            return true;
        whole = catalogue_indicator(names->context->catalogue, whole->part_of);
    }
    return false;
}

/* The one of the matches that is meant, NULL if that cannot be told. */
static const struct indicator *choose(const struct reporting_names *names,
                                      const struct naming_matches *matches, bool says_part)
{
    const struct catalogue *catalogue = names->context->catalogue;
    const struct indicator *exact = NULL, *here = NULL;
    size_t exact_count = 0, here_count = 0;
    for (size_t i = 0; i < matches->count; i++) {
        const struct indicator *indicator = catalogue_indicator(catalogue, matches->ids[i]);
        if (matches->count == 1)
            return indicator;
        if (matches->is_exact[i]) {
            exact = indicator;
            exact_count++;
        }
        if (is_part_here(names, indicator)) {
            here = indicator;
            here_count++;
        }
    }
    /* "Hộ nghèo" is that one and not "Trong đó: hộ nghèo", unless it stands beneath that whole. */
    if (exact_count == 1 && (says_part || here_count == 0 || here == exact))
        return exact;
    return exact_count != 1 && here_count == 1 ? here : NULL;
}

static void say_ambiguous(struct reporting_names *names, const struct reporting_field *name,
                          const struct naming_matches *matches)
{
    struct buf list = {0};
    char quoted[QUOTE_SIZE];
    for (size_t i = 0; i < matches->count && i < LISTED_MAX; i++)
        buf_printf(&list, "%s%s", i > 0 ? ", " : "",
                   catalogue_indicator(names->context->catalogue, matches->ids[i])->code);
    if (matches->count > LISTED_MAX)
        buf_printf(&list, " ...");
    problems_add(names->problems, names->file, name->place,
                 PROBLEM_WORDS(names->problems,
                               "'%s' is the name of several indicators: write the code that is "
                               "meant: %s",
                               "“%s” là tên của nhiều chỉ tiêu: ghi mã của chỉ tiêu cần báo cáo: "
                               "%s"),
                 reporting_quote(name->text, quoted), (const char *)list.data);
    buf_fini(&list);
}

/* By its code, of those that are entered; NULL if none is near. */
static const struct indicator *nearest_code(const struct catalogue *catalogue, const char *code)
{
    const struct indicator *nearest = NULL;
    size_t most = strlen(code) / 4;
    for (size_t i = 0; i < catalogue->indicator_count && (nearest == NULL || most > 0); i++) {
        if (!indicator_is_entered(&catalogue->indicators[i]))
            continue;
        size_t apart = fold_distance(code, catalogue->indicators[i].code, most);
        if (apart <= most) {
            nearest = &catalogue->indicators[i];
            most = apart > 0 ? apart - 1 : 0;
        }
    }
    return nearest;
}

static void say_unknown_code(struct reporting_names *names, const struct reporting_field *field,
                             const struct indicator *nearest)
{
    char quoted[QUOTE_SIZE];
    problems_add(names->problems, names->file, field->place,
                 PROBLEM_WORDS(names->problems,
                               "no indicator '%s': if %s is meant, correct it; see 'tonghop "
                               "catalogue show indicators'",
                               "không có chỉ tiêu “%s”: nếu là %s thì sửa lại; xem `tonghop "
                               "catalogue show indicators`"),
                 reporting_quote(field->text, quoted), nearest->code);
}

static void say_guesses(struct reporting_names *names, const struct reporting_field *field,
                        const uint32_t *ids, size_t count)
{
    struct problems *problems = names->problems;
    char quoted[QUOTE_SIZE], name[QUOTE_SIZE];
    struct buf list = {0};
    const struct indicator *indicator = NULL;
    for (size_t i = 0; i < count; i++) {
        indicator = catalogue_indicator(names->context->catalogue, ids[i]);
        reporting_quote(indicator_name(indicator, !problems->is_vietnamese), name);
        buf_printf(&list, PROBLEM_WORDS(problems, "%s'%s' (%s)", "%s“%s” (%s)"),
                   i == 0           ? ""
                   : i + 1 == count ? PROBLEM_WORDS(problems, " or ", " hoặc ")
                                    : ", ",
                   name, indicator->code);
    }
    reporting_quote(field->text, quoted);
    if (count == 1)
        problems_add(
            problems, names->file, field->place,
            PROBLEM_WORDS(problems,
                          "no indicator '%s': if '%s' is meant, write that, or its code %s",
                          "không có chỉ tiêu “%s”: nếu là “%s” thì ghi như vậy, hoặc ghi mã %s"),
            quoted, name, indicator->code);
    else
        problems_add(problems, names->file, field->place,
                     PROBLEM_WORDS(problems,
                                   "no indicator '%s': write the name or the code of the one that "
                                   "is meant: %s",
                                   "không có chỉ tiêu “%s”: ghi đúng tên hoặc mã của chỉ tiêu cần "
                                   "báo cáo: %s"),
                     quoted, (const char *)list.data);
    buf_fini(&list);
}

static void say_unknown(struct reporting_names *names, const struct reporting_field *field)
{
    char quoted[QUOTE_SIZE];
    uint32_t ids[NAMING_GUESSES_MAX];
    bool is_code = looks_like_code(field->text), may_guess = names->guess_count++ < GUESSES_MAX;
    const struct indicator *nearest =
        may_guess && is_code ? nearest_code(names->context->catalogue, field->text) : NULL;
    size_t count =
        may_guess && !is_code ? naming_guess(indicator_names(names), field->text, ids) : 0;
    if (nearest != NULL)
        say_unknown_code(names, field, nearest);
    else if (count > 0)
        say_guesses(names, field, ids, count);
    else
        problems_add(
            names->problems, names->file, field->place,
            PROBLEM_WORDS(names->problems,
                          "no indicator '%s': see 'tonghop catalogue show indicators'",
                          "không có chỉ tiêu “%s”: xem `tonghop catalogue show indicators`"),
            reporting_quote(field->text, quoted));
}

/* By code, or else by name. */
static const struct indicator *find_one(struct reporting_names *names,
                                        const struct reporting_field *field, bool has_value)
{
    const struct indicator *indicator =
        catalogue_indicator_by_code(names->context->catalogue, field->text);
    if (indicator != NULL)
        return indicator;
    struct naming_matches matches = naming_find(indicator_names(names), field->text);
    char *folded = fold_item(field->text);
    const char *bare = fold_part(folded);
    bool says_part = bare != folded, is_empty = bare[0] == '\0';
    free(folded);
    indicator = choose(names, &matches, says_part);
    if (indicator != NULL)
        return indicator;
    if (matches.count > 0) {
        if (has_value)
            say_ambiguous(names, field, &matches);
    } else if (has_value || looks_like_code(field->text)) {
        say_unknown(names, field);
    } else if (!(says_part && is_empty)) { /* behind a mere "Trong đó:" come the parts */
        names->above = NULL;
    }
    return NULL;
}

const struct indicator *reporting_find_indicator(struct reporting_names *names,
                                                 const struct reporting_field *code,
                                                 const struct reporting_field *name, bool has_value)
{
    bool has_code = code->text[0] != '\0', has_name = name->text[0] != '\0';
    char quoted[QUOTE_SIZE];
    if (!has_code && !has_name) {
        if (has_value)
            problems_add(
                names->problems, names->file, code->place,
                PROBLEM_WORDS(names->problems,
                              "the row names no indicator: write its code or name, or "
                              "remove the row",
                              "dòng không ghi chỉ tiêu: ghi mã hoặc tên chỉ tiêu, hoặc xóa "
                              "dòng"));
        return NULL;
    }
    const struct indicator *indicator = find_one(names, has_code ? code : name, has_value);
    if (indicator == NULL)
        return NULL;
    names->above = indicator;
    if (has_code && has_name && strcmp(name->text, indicator->code) != 0 &&
        !naming_is(indicator_names(names), name->text, indicator->number)) {
        problems_add(names->problems, names->file, name->place,
                     PROBLEM_WORDS(names->problems,
                                   "'%s' is not the name of %s, which is '%s': correct the code or "
                                   "the name",
                                   "“%s” không phải là tên của %s (“%s”): sửa mã hoặc tên"),
                     reporting_quote(name->text, quoted), indicator->code,
                     indicator_name(indicator, !names->problems->is_vietnamese));
        return NULL;
    }
    return indicator;
}

/* ---- units ---- */

static void say_units(struct reporting_names *names, const struct reporting_field *field,
                      const struct naming_matches *matches)
{
    const struct tree *tree = names->context->tree;
    struct buf list = {0};
    char quoted[QUOTE_SIZE];
    for (size_t i = 0; i < matches->count && i < LISTED_MAX; i++) {
        const struct unit_version *version = tree->nodes[tree_find(tree, matches->ids[i])].version;
        buf_printf(&list, "%s%s (%s)", i > 0 ? ", " : "", version->code,
                   unit_name(version, !names->problems->is_vietnamese));
    }
    if (matches->count > LISTED_MAX)
        buf_printf(&list, " ...");
    problems_add(
        names->problems, names->file, field->place,
        PROBLEM_WORDS(names->problems,
                      "'%s' is the name of several units: write the code that is meant: %s",
                      "“%s” là tên của nhiều đơn vị: ghi mã của đơn vị cần báo cáo: %s"),
        reporting_quote(field->text, quoted), (const char *)list.data);
    buf_fini(&list);
}

/* The matches that are exact, or all if none is. */
static struct naming_matches narrow(const struct naming_matches *matches)
{
    struct naming_matches exact = {0};
    for (size_t i = 0; i < matches->count; i++)
        if (matches->is_exact[i])
            exact.ids[exact.count++] = matches->ids[i];
    return exact.count > 0 ? exact : *matches;
}

/* By name; what a code is not is said by reporting_find_unit. */
static uint32_t find_unit_by_name(struct reporting_names *names,
                                  const struct reporting_field *field, bool *ret_is_said)
{
    struct naming_matches matches = naming_find(unit_names(names), field->text);
    matches = narrow(&matches);
    *ret_is_said = matches.count > 1;
    if (matches.count > 1)
        say_units(names, field, &matches);
    return matches.count == 1 ? matches.ids[0] : 0;
}

/* Whether the field names the measure of the row's indicator: "Đơn vị" is a heading of both. */
static bool is_measure(const struct reporting_names *names, const struct reporting_field *field)
{
    if (names->above == NULL)
        return false;
    char *written = fold_text(field->text), *measure = fold_text(names->above->measure);
    bool is_same = strcmp(written, measure) == 0;
    free(written);
    free(measure);
    return is_same;
}

static uint32_t find_one_unit(struct reporting_names *names, const struct reporting_field *field)
{
    const struct reporting_context *context = names->context;
    uint32_t unit = 0;
    bool is_said = false;
    if (catalogue_find_unit(context->catalogue, field->text, context->tree->window.last, &unit) ==
        ERR_NOT_FOUND) {
        unit = find_unit_by_name(names, field, &is_said);
        if (unit == 0 && !is_said && is_measure(names, field)) {
            char quoted[QUOTE_SIZE];
            problems_add(
                names->problems, names->file, field->place,
                PROBLEM_WORDS(names->problems,
                              "'%s' is a measure and no unit: name its column 'measure'",
                              "“%s” là đơn vị tính, không phải đơn vị báo cáo: đặt tên cột "
                              "này là “đvt”"),
                reporting_quote(field->text, quoted));
            is_said = true;
        }
        if (unit != 0 || is_said)
            return unit;
    }
    /* Also says what is wrong, and the unit stays 0. */
    unit = 0;
    (void)reporting_find_unit(context, field->text, names->file, field->place, names->problems,
                              &unit);
    return unit;
}

uint32_t reporting_find_unit_named(struct reporting_names *names,
                                   const struct reporting_field *code,
                                   const struct reporting_field *name)
{
    bool has_code = code->text[0] != '\0', has_name = name->text[0] != '\0';
    char quoted[QUOTE_SIZE];
    if (!has_code && !has_name) {
        problems_add(names->problems, names->file, code->place,
                     PROBLEM_WORDS(names->problems,
                                   "the row names no unit: write its code, in every row",
                                   "dòng không ghi đơn vị: ghi mã đơn vị ở mọi dòng"));
        return 0;
    }
    uint32_t unit = find_one_unit(names, has_code ? code : name);
    bool is_known = names->context->root == 0 ||
                    tree_contains(names->context->tree, names->context->root, unit);
    if (unit != 0 && has_code && has_name && is_known &&
        !naming_is(unit_names(names), name->text, unit)) {
        const struct tree *tree = names->context->tree;
        const struct unit_version *version = tree->nodes[tree_find(tree, unit)].version;
        problems_add(
            names->problems, names->file, name->place,
            PROBLEM_WORDS(names->problems,
                          "'%s' is not the name of unit %s, which is '%s': correct the code "
                          "or the name",
                          "“%s” không phải là tên của đơn vị %s (“%s”): sửa mã hoặc tên"),
            reporting_quote(name->text, quoted), version->code,
            unit_name(version, !names->problems->is_vietnamese));
        unit = 0;
    }
    return unit;
}
