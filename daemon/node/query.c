/* What was asked, resolved against catalogue, tree and the sender's rights. */
#include "node/query.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/utf8.h"
#include "node/authority.h"

static char no_text[] = "";

enum { NAMESAKES_MAX = 6 }; /* that a refusal lists */

const char *query_word(const char *text, char *out)
{
    (void)snprintf(out, QUERY_WORD_SIZE, "%s", text); /* cut when too long: it is for reading */
    utf8_cut(out);
    return out;
}

bool query_may_read(const struct peer *peer, const struct tree *tree, uint32_t unit)
{
    if (peer->role == TONGHOP__ROLE__ROLE_LOCAL || peer->role == TONGHOP__ROLE__ROLE_ADMIN)
        return true;
    return tree_contains(tree, peer->unit, unit);
}

/* Whether the unit at that place of the tree is called so, and the sender may know of it. */
static bool is_named(const struct step *step, const struct tree *tree, uint32_t index,
                     const char *name)
{
    const struct tree_node *node = &tree->nodes[index];
    if (node->has_ended ||
        (strcmp(node->version->name_vi, name) != 0 && strcmp(node->version->name_en, name) != 0))
        return false;
    return node_covers(step->node, tree, node->unit) &&
           query_may_read(&step->peer, tree, node->unit);
}

/* Names are no codes: whoever wrote one is told the codes of those that are called so. */
static void refuse_unknown_unit(struct step *step, const struct tree *tree, const char *text)
{
    struct buf codes = {0};
    size_t count = 0;
    char word[QUERY_WORD_SIZE];
    for (uint32_t i = 0; i < tree->node_count && text[0] != '\0'; i++) {
        if (!is_named(step, tree, i, text))
            continue;
        if (count < NAMESAKES_MAX)
            buf_printf(&codes, "%s%s", count > 0 ? ", " : "", tree->nodes[i].version->code);
        else if (count == NAMESAKES_MAX)
            buf_printf(&codes, " ...");
        count++;
    }
    query_word(text, word);
    if (count == 1)
        step_refuse(step, ERR_NOT_FOUND, NULL,
                    STEP_WORDS(step, "'%s' is a name: write the unit's code, %s",
                               "“%s” là tên: hãy ghi mã của đơn vị, là %s"),
                    word, (const char *)codes.data);
    else if (count > 1)
        step_refuse(step, ERR_NOT_FOUND, NULL,
                    STEP_WORDS(step,
                               "'%s' is the name of several units: write the code of the one that "
                               "is meant: %s",
                               "“%s” là tên của nhiều đơn vị: hãy ghi mã của đơn vị cần xem: %s"),
                    word, (const char *)codes.data);
    else
        step_refuse(step, ERR_NOT_FOUND, NULL,
                    STEP_WORDS(step,
                               "no unit '%s' in that period: see 'tonghop catalogue show units'",
                               "kỳ đó không có đơn vị “%s”: xem `tonghop catalogue show units`"),
                    word);
    buf_fini(&codes);
}

bool query_find_unit(struct step *step, const char *text, const struct tree *tree,
                     uint32_t *ret_unit)
{
    char word[QUERY_WORD_SIZE];
    switch (catalogue_find_unit(step->node->catalogue, text, tree->window.last, ret_unit)) {
    case ERR_OK:
        return true;
    case ERR_EXISTS:
        step_refuse(step, ERR_EXISTS, NULL,
                    STEP_WORDS(step, "'%s' names more than one unit: write 'id:%s' or 'code:%s'",
                               "“%s” là tên của nhiều đơn vị: viết “id:%s” hoặc “code:%s”"),
                    query_word(text, word), word, word);
        return false;
    default:
        refuse_unknown_unit(step, tree, text);
        return false;
    }
}

static bool resolve_unit(struct step *step, const char *text, struct query *query)
{
    const struct node *node = step->node;
    char name[256];
    if (text[0] == '\0') {
        bool is_all = step->peer.role == TONGHOP__ROLE__ROLE_LOCAL ||
                      step->peer.role == TONGHOP__ROLE__ROLE_ADMIN;
        query->unit = is_all ? node->options.unit : step->peer.unit;
    } else if (!query_find_unit(step, text, query->tree, &query->unit)) {
        return false;
    }
    if (!node_covers(node, query->tree, query->unit)) {
        step_refuse(step, ERR_NOT_FOUND, NULL,
                    STEP_WORDS(step,
                               "%s is not beneath this node in that period: check the unit and the "
                               "period, or ask its own node or one above it",
                               "%s không thuộc nút này trong kỳ đó: kiểm tra lại đơn vị và kỳ, "
                               "hoặc làm ở nút của đơn vị đó hoặc nút cấp trên"),
                    step_unit_text(step, query->unit, name, sizeof(name)));
        return false;
    }
    if (!query_may_read(&step->peer, query->tree, query->unit)) {
        step_refuse(step, ERR_FOREIGN, NULL,
                    STEP_WORDS(step, "this key is for %s and what lies beneath it: check the unit",
                               "khóa này chỉ dùng cho %s và các đơn vị trực thuộc: kiểm tra lại "
                               "đơn vị"),
                    step_unit_text(step, step->peer.unit, name, sizeof(name)));
        return false;
    }
    return true;
}

static bool has_catalogue(struct step *step)
{
    if (step->node->catalogue != NULL)
        return true;
    step_refuse_without_catalogue(step);
    return false;
}

bool query_resolve_in(struct step *step, struct period period, const char *unit,
                      struct query *ret_query)
{
    struct query query = {.kind = KIND_ACTUAL, .period = period, .from = period.year};
    if (!has_catalogue(step))
        return false;
    query.tree = node_tree(step->node, period);
    if (!resolve_unit(step, unit, &query))
        return false;
    *ret_query = query;
    return true;
}

bool query_resolve(struct step *step, uint32_t kind, const char *period, const char *unit,
                   struct query *ret_query)
{
    struct period parsed;
    uint8_t of = kind == 0 ? KIND_ACTUAL : (uint8_t)kind;
    if (!has_catalogue(step))
        return false;
    if (of != KIND_ACTUAL && of != KIND_PLAN) {
        step_refuse(step, ERR_USAGE, NULL,
                    STEP_WORDS(step, "kind %" PRIu32 " is neither 1 (actual) nor 2 (plan)",
                               "loại số liệu %" PRIu32
                               " không hợp lệ: 1 là thực hiện, 2 là kế hoạch"),
                    kind);
        return false;
    }
    if (period_parse(period, &parsed) != ERR_OK) {
        step_refuse(step, ERR_SYNTAX, NULL,
                    STEP_WORDS(step, "'%s' is not a period: write 2024-S1, 2024-S2 or 2024",
                               "“%s” không phải là kỳ: viết 2024-S1, 2024-S2 hoặc 2024"),
                    period);
        return false;
    }
    if (!query_resolve_in(step, parsed, unit, ret_query))
        return false;
    ret_query->kind = of;
    return true;
}

bool query_has_begun(struct step *step, uint8_t kind, const struct tree *tree)
{
    char period[PERIOD_TEXT_SIZE];
    if (kind == KIND_PLAN || date_compare(instant_date(step->event->now), tree->window.first) >= 0)
        return true;
    step_refuse(step, ERR_RANGE, NULL,
                STEP_WORDS(step, "%s has not begun: there are no figures of it yet",
                           "kỳ %s chưa bắt đầu: chưa có số liệu"),
                period_format(tree->period, period));
    return false;
}

bool query_resolve_span(struct step *step, const char *from, struct query *query)
{
    struct period first;
    char last[PERIOD_TEXT_SIZE];
    if (from[0] == '\0')
        return true;
    bool are_years = period_parse(from, &first) == ERR_OK && first.label == PERIOD_Y &&
                     query->period.label == PERIOD_Y && first.year <= query->period.year;
    if (are_years && query->period.year - first.year < VIEW_SPAN_YEARS_MAX) {
        query->from = first.year;
        return true;
    }
    step_refuse(step, ERR_RANGE, NULL,
                STEP_WORDS(step,
                           "'%s' to '%s' is no span of 1 to %d years: write years such as 2009 and "
                           "2019",
                           "“%s” đến “%s” không phải khoảng từ 1 đến %d năm: viết như 2009 và "
                           "2019"),
                from, period_format(query->period, last), VIEW_SPAN_YEARS_MAX);
    return false;
}

const struct indicator *query_indicator(struct step *step, const char *code)
{
    const struct indicator *indicator = catalogue_indicator_by_code(step->node->catalogue, code);
    char word[QUERY_WORD_SIZE];
    if (indicator == NULL)
        step_refuse(step, ERR_NOT_FOUND, NULL,
                    STEP_WORDS(step, "no indicator '%s': see 'tonghop catalogue show indicators'",
                               "không có chỉ tiêu “%s”: xem `tonghop catalogue show indicators`"),
                    query_word(code, word));
    return indicator;
}

void query_unit_info(const struct node *node, uint32_t unit, struct date day,
                     Tonghop__UnitInfo *ret_info)
{
    tonghop__unit_info__init(ret_info);
    ret_info->id = unit;
    const struct unit *found =
        node->catalogue != NULL ? catalogue_unit(node->catalogue, unit) : NULL;
    if (found == NULL)
        return;
    const struct unit_version *version = unit_at(found, day);
    if (version == NULL) /* it ended inside the window */
        version = &found->versions[found->version_count - 1];
    ret_info->code = version->code;
    ret_info->name_vi = version->name_vi;
    ret_info->name_en = version->name_en != NULL ? version->name_en : no_text;
    ret_info->level = node->catalogue->levels[version->level].code;
    ret_info->type = node->catalogue->types[version->type].code;
}

const char *query_unit_code(const struct node *node, const struct tree *tree, uint32_t unit,
                            char *out)
{
    Tonghop__UnitInfo info;
    uint32_t found;
    query_unit_info(node, unit, tree->window.last, &info);
    if (catalogue_find_unit(node->catalogue, info.code, tree->window.last, &found) == ERR_OK &&
        found == unit)
        (void)snprintf(out, QUERY_UNIT_SIZE, "%s", info.code);
    else
        (void)snprintf(out, QUERY_UNIT_SIZE, "id:%" PRIu32, unit);
    return out;
}

/* Messages point to texts that they do not change. */
static char *words_of(const char *text)
{
    return (char *)(uintptr_t)text;
}

void query_indicator_info(const struct node *node, const struct indicator *indicator,
                          Tonghop__IndicatorInfo *ret_info)
{
    const struct catalogue *catalogue = node->catalogue;
    const struct form *form = catalogue_form(catalogue, indicator->form);
    const struct measure *measure = catalogue_measure(catalogue, indicator->measure);
    tonghop__indicator_info__init(ret_info);
    ret_info->number = indicator->number;
    ret_info->code = indicator->code;
    ret_info->name_vi = indicator->name_vi;
    ret_info->name_en = indicator->name_en;
    ret_info->section = words_of(catalogue_heading(catalogue, indicator, false));
    ret_info->section_en = words_of(catalogue_heading(catalogue, indicator, true));
    ret_info->section_code = indicator->section;
    ret_info->measure_en = measure != NULL ? measure->name_en : no_text;
    ret_info->body = indicator->body;
    ret_info->measure = indicator->measure;
    ret_info->decimals = indicator->decimals;
    ret_info->is_ratio = indicator->formula != NULL && formula_is_ratio(indicator->formula);
    ret_info->is_derived = !indicator_is_entered(indicator);
    ret_info->part_of = indicator->part_of;
    ret_info->form = form != NULL ? form->code : no_text;
}
