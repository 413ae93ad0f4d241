/* Random catalogues for the property tests: trees with units that begin, end, move and change their
 * type, and indicators of every kind, also computed from computed ones. What is made is valid. */
#ifndef TESTS_UNIT_NODE_PROPERTY_CATALOGUE_H
#define TESTS_UNIT_NODE_PROPERTY_CATALOGUE_H

#include <inttypes.h>

#include "core/tree.h"
#include "unit/node/property_draw.h"
#include "unit/node/rig.h"

enum {
    P_YEARS = 4,
    P_FIRST_YEAR = 2020,
    P_UNITS_MAX = 40,
    P_FORMS_MAX = 3,
    P_ENTERED_MAX = 15,
    P_DERIVED_MAX = 8,
    P_DERIVED = 1000, /* an operand from here on is a derived one, by index */
    P_NESTED_MAX = 3, /* derived ones above each other */
};

/* ---- what is made ---- */

enum rule {
    RULE_SUM,
    RULE_DIFFERENCE,
    RULE_RATIO,
    RULE_COUNT_ABOVE_0, /* units whose a is above 0; from here on units are counted */
    RULE_COUNT_MORE,    /* units whose a is above their b */
    RULE_COUNT_TYPE,
    RULE_KINDS,
};

/* A derived indicator, as this test understands it. */
struct p_rule {
    uint32_t number;
    enum rule rule;
    size_t a, b; /* operands: entered ones by index, derived ones from P_DERIVED on */
    uint8_t level, type;
    uint8_t depth;             /* 1: built on entered ones alone */
    bool has_ratio, has_count; /* somewhere in it, or in what it is built on */
};

struct p_unit {
    uint32_t id, parent;
    uint8_t level, type;
    struct date from, to;
    uint32_t successors[2];
    size_t successor_count;
    struct date again; /* first day of a second version; DATE_MAX: none */
    uint32_t again_parent;
    uint8_t again_type;
};

struct p_catalogue {
    uint64_t *rng;
    struct catalogue *made;
    uint8_t level_count, type_count;
    struct p_unit units[P_UNITS_MAX];
    size_t unit_count;
    size_t form_count;
    uint32_t entered[P_ENTERED_MAX]; /* their numbers */
    size_t entered_count;
    struct p_rule rules[P_DERIVED_MAX];
    size_t rule_count;
};

static inline bool is_always(const struct p_unit *unit)
{
    return unit->from.days == INT32_MIN && unit->to.days == INT32_MAX;
}

/* A day in the second or third year, the last of a half-year more often than chance has it. */
static inline struct date p_day(uint64_t *rng)
{
    struct date day;
    int year = P_FIRST_YEAR + 1 + (int)pick(rng, 2);
    int month = chance(rng, 30) ? 6 : 1 + (int)pick(rng, 12);
    int of_month = chance(rng, 40) ? 14 : 1 + (int)pick(rng, 28);
    assert_int_equal(date_make(year, month, of_month, &day), ERR_OK);
    return day;
}

/* One of the units of a level that are always there, NULL if none; not `other`. */
static inline struct p_unit *p_always(struct p_catalogue *p, uint8_t level, uint32_t other)
{
    size_t at = pick(p->rng, (uint32_t)p->unit_count);
    for (size_t i = 0; i < p->unit_count; i++) {
        struct p_unit *unit = &p->units[(at + i) % p->unit_count];
        if (unit->level == level && is_always(unit) && unit->id != other)
            return unit;
    }
    return NULL;
}

/* What may become of a unit of the lowest level. */
static inline void p_change(struct p_catalogue *p, struct p_unit *unit)
{
    struct date day = p_day(p->rng);
    struct p_unit *to;
    switch (pick(p->rng, 7)) {
    case 0: /* ends, with up to two successors */
    case 1:
        unit->to = day;
        for (uint32_t n = pick(p->rng, 3); n > 0; n--) {
            to = p_always(p, unit->level, unit->id);
            if (to != NULL && (unit->successor_count == 0 || unit->successors[0] != to->id))
                unit->successors[unit->successor_count++] = to->id;
        }
        break;
    case 2: /* begins */
        unit->from = day;
        break;
    case 3: /* moves */
        to = p_always(p, (uint8_t)(unit->level - 1), unit->parent);
        if (to == NULL)
            break;
        unit->again = day;
        unit->again_parent = to->id;
        unit->again_type = unit->type;
        break;
    case 4: /* is of another type */
        unit->again = day;
        unit->again_parent = unit->parent;
        unit->again_type = (uint8_t)pick(p->rng, p->type_count);
        break;
    default:
        break;
    }
}

/* A unit with units beneath it is abolished: they move to another one. */
static inline void p_reform(struct p_catalogue *p)
{
    struct p_unit *gone = p_always(p, (uint8_t)(p->level_count - 2), 1);
    if (p->level_count < 3 || gone == NULL)
        return;
    struct p_unit *next = p_always(p, gone->level, gone->id);
    struct date day = p_day(p->rng);
    if (next == NULL)
        return;
    for (size_t i = 0; i < p->unit_count; i++)
        if (p->units[i].again.days != INT32_MAX && p->units[i].again_parent == gone->id)
            return; /* somebody has moved there */
    gone->to = day;
    gone->successors[gone->successor_count++] = next->id;
    for (size_t i = 0; i < p->unit_count; i++) {
        struct p_unit *unit = &p->units[i];
        if (unit->parent != gone->id)
            continue;
        unit->successor_count = 0;
        unit->from = DATE_MIN;
        unit->to = DATE_MAX;
        unit->again = (struct date){day.days + 1};
        unit->again_parent = next->id;
        unit->again_type = (uint8_t)pick(p->rng, p->type_count);
    }
}

static inline void p_make_units(struct p_catalogue *p)
{
    p->unit_count = 5 + pick(p->rng, P_UNITS_MAX - 4);
    p->units[0] =
        (struct p_unit){.id = 1, .from = DATE_MIN, .to = DATE_MAX, .again = DATE_MAX, .type = 0};
    for (size_t i = 1; i < p->unit_count; i++) {
        uint32_t above;
        do {
            above = pick(p->rng, (uint32_t)i);
        } while (p->units[above].level == p->level_count - 1);
        uint8_t level = (uint8_t)(p->units[above].level + 1);
        if (level < p->level_count - 1 && chance(p->rng, 15))
            level++; /* levels may be skipped */
        p->units[i] = (struct p_unit){.id = (uint32_t)(i * 10 + pick(p->rng, 10)),
                                      .parent = p->units[above].id,
                                      .level = level,
                                      .type = (uint8_t)pick(p->rng, p->type_count),
                                      .from = DATE_MIN,
                                      .to = DATE_MAX,
                                      .again = DATE_MAX};
    }
    for (size_t i = 1; i < p->unit_count; i++)
        if (p->units[i].level == p->level_count - 1 && chance(p->rng, 40))
            p_change(p, &p->units[i]);
    /* A successor is there on the day after. */
    for (size_t i = 1; i < p->unit_count; i++)
        for (size_t s = p->units[i].successor_count; s-- > 0;)
            for (size_t n = 0; n < p->unit_count; n++)
                if (p->units[n].id == p->units[i].successors[s] && !is_always(&p->units[n]))
                    p->units[i].successor_count = s;
    if (chance(p->rng, 50))
        p_reform(p);
}

static inline void p_add_units(struct p_catalogue *p)
{
    for (size_t i = 0; i < p->unit_count; i++) {
        const struct p_unit *unit = &p->units[i];
        char code[16];
        struct unit_version version = {
            .from = unit->from,
            .to = unit->to,
            .parent = unit->parent,
            .level = unit->level,
            .type = unit->type,
            .code = code,
            .name_vi = TEXT("Đơn vị"),
            .name_en = TEXT(""),
        };
        /* Codes are not in the order of ids: the order of siblings is that of codes. */
        (void)snprintf(code, sizeof(code), "u%u", (unsigned)(unit->id * 7919 % 10007));
        if (unit->again.days != INT32_MAX)
            version.to = (struct date){unit->again.days - 1};
        catalogue_add_unit_version(p->made, unit->id, &version, unit->successors,
                                   unit->successor_count);
        if (unit->again.days == INT32_MAX)
            continue;
        version.from = unit->again;
        version.to = unit->to;
        version.parent = unit->again_parent;
        version.type = unit->again_type;
        catalogue_add_unit_version(p->made, unit->id, &version, NULL, 0);
    }
}

/* Makes it a part of an earlier one, whose parts may have parts, but no more. */
static inline void p_make_part(struct p_catalogue *p, size_t i, struct indicator *indicator)
{
    if (i == 0 || !chance(p->rng, 35))
        return;
    const struct indicator *whole = &p->made->indicators[pick(p->rng, (uint32_t)i)];
    if (whole->part_of != 0 && p->made->indicators[(whole->part_of - 1) / 3].part_of != 0)
        return;
    indicator->part_of = whole->number;
    indicator->form = whole->form;
    indicator->nature = whole->nature;
    indicator->decimals = whole->decimals;
}

static inline void p_add_entered(struct p_catalogue *p, size_t i)
{
    char code[16], checks[64] = "";
    struct indicator indicator = {
        .number = (uint32_t)(i * 3 + 1),
        .code = code,
        .name_vi = TEXT("Chỉ tiêu"),
        .name_en = TEXT(""),
        .section = TEXT(""),
        .body = TEXT(""),
        .measure = TEXT("x"),
        .nature = chance(p->rng, 60) ? NATURE_FLOW : NATURE_STOCK,
        .aggregation = chance(p->rng, 70)
                           ? AGGREGATION_SUM
                           : (chance(p->rng, 50) ? AGGREGATION_MAX : AGGREGATION_MIN),
        .decimals = (uint8_t)pick(p->rng, 5),
        .is_signed = chance(p->rng, 30),
        .form = 1 + pick(p->rng, (uint32_t)p->form_count),
        .level_mask = chance(p->rng, 60) ? (1U << p->level_count) - 1
                                         : 1 + pick(p->rng, (1U << p->level_count) - 1),
        .valid_from = DATE_MIN,
        .valid_to = DATE_MAX,
        .is_required = chance(p->rng, 20),
        .rule = TEXT(""),
        .checks_text = checks,
    };
    p_make_part(p, i, &indicator);
    (void)snprintf(code, sizeof(code), "i%u", (unsigned)i);
    if (chance(p->rng, 10))
        indicator.valid_from = p_day(p->rng);
    else if (chance(p->rng, 10))
        indicator.valid_to = p_day(p->rng);
    if (chance(p->rng, 20))
        (void)snprintf(checks, sizeof(checks), "warn: <= %u", (unsigned)pick(p->rng, 2000));
    p->entered[p->entered_count++] = indicator.number;
    catalogue_add_indicator(p->made, &indicator);
}

static inline const struct p_rule *p_rule_at(const struct p_catalogue *p, size_t operand)
{
    return operand < P_DERIVED ? NULL : &p->rules[operand - P_DERIVED];
}

/* An entered indicator, or about as often an earlier derived one that fits. A ratio of what has a
 * ratio in it could pass 128 bits, and what is asked of every unit should not count all units
 * again. */
static inline size_t p_draw_operand(const struct p_catalogue *p, enum rule rule)
{
    bool may_have_count = rule < RULE_COUNT_ABOVE_0;
    bool may_have_ratio = rule == RULE_SUM || rule == RULE_DIFFERENCE;
    for (size_t tries = 0; tries < 4 && p->rule_count > 0; tries++) {
        size_t at = pick(p->rng, (uint32_t)p->rule_count);
        const struct p_rule *other = &p->rules[at];
        if (chance(p->rng, 35) && other->depth < P_NESTED_MAX &&
            (may_have_count || !other->has_count) && (may_have_ratio || !other->has_ratio))
            return P_DERIVED + at;
    }
    return pick(p->rng, (uint32_t)p->entered_count);
}

static inline void p_write_rule(const struct p_rule *rule, char *text, size_t size)
{
    char a[24], b[24];
    const size_t operands[2] = {rule->a, rule->b};
    for (size_t i = 0; i < 2; i++)
        (void)snprintf(i == 0 ? a : b, sizeof(a), "%c%zu", operands[i] < P_DERIVED ? 'i' : 'd',
                       operands[i] % P_DERIVED);
    switch (rule->rule) {
    case RULE_SUM:
        (void)snprintf(text, size, "= %s + %s", a, b);
        break;
    case RULE_DIFFERENCE:
        (void)snprintf(text, size, "= %s - %s", a, b);
        break;
    case RULE_RATIO:
        (void)snprintf(text, size, "= 100 * %s / %s", a, b);
        break;
    case RULE_COUNT_ABOVE_0:
        (void)snprintf(text, size, "count@level%u(%s > 0)", rule->level, a);
        break;
    case RULE_COUNT_MORE:
        (void)snprintf(text, size, "count@level%u(%s > %s)", rule->level, a, b);
        break;
    case RULE_COUNT_TYPE:
        (void)snprintf(text, size, "count@level%u(unit.type = t%u)", rule->level, rule->type);
        break;
    case RULE_KINDS:
        break;
    }
}

static inline struct p_rule p_draw_rule(const struct p_catalogue *p, size_t i)
{
    const enum rule kind = (enum rule)pick(p->rng, RULE_KINDS);
    struct p_rule rule = {.number = (uint32_t)(100 + i),
                          .rule = kind,
                          .a = p_draw_operand(p, kind),
                          .b = p_draw_operand(p, kind),
                          .level = (uint8_t)pick(p->rng, p->level_count),
                          .type = (uint8_t)pick(p->rng, p->type_count),
                          .depth = 1,
                          .has_ratio = kind == RULE_RATIO,
                          .has_count = kind >= RULE_COUNT_ABOVE_0};
    const struct p_rule *below[2] = {p_rule_at(p, rule.a), p_rule_at(p, rule.b)};
    for (size_t n = 0; n < 2; n++) {
        if (below[n] == NULL)
            continue;
        rule.depth = below[n]->depth >= rule.depth ? (uint8_t)(below[n]->depth + 1) : rule.depth;
        rule.has_ratio = rule.has_ratio || below[n]->has_ratio;
        rule.has_count = rule.has_count || below[n]->has_count;
    }
    return rule;
}

static inline void p_add_derived(struct p_catalogue *p, size_t i)
{
    char code[16], text[128];
    const struct p_rule rule = p_draw_rule(p, i);
    p_write_rule(&rule, text, sizeof(text));
    struct indicator indicator = {
        .number = rule.number,
        .code = code,
        .name_vi = TEXT("Suy ra"),
        .name_en = TEXT(""),
        .section = TEXT(""),
        .body = TEXT(""),
        .measure = TEXT(rule.rule == RULE_RATIO ? "%" : "x"),
        .nature = NATURE_FLOW,
        .aggregation = AGGREGATION_DERIVED,
        .decimals = (uint8_t)pick(p->rng, 4),
        .level_mask = (1U << p->level_count) - 1,
        .valid_from = DATE_MIN,
        .valid_to = DATE_MAX,
        .rule = text,
        .checks_text = TEXT(""),
    };
    (void)snprintf(code, sizeof(code), "d%zu", i);
    p->rules[p->rule_count++] = rule;
    catalogue_add_indicator(p->made, &indicator);
}

static inline void p_add_words(struct p_catalogue *p)
{
    char code[16];
    for (unsigned i = 0; i < p->level_count; i++) {
        (void)snprintf(code, sizeof(code), "level%u", i);
        catalogue_add_level(
            p->made, &(struct level){.code = code, .name_vi = TEXT("Cấp"), .name_en = TEXT("")});
    }
    for (unsigned i = 0; i < p->type_count; i++) {
        (void)snprintf(code, sizeof(code), "t%u", i);
        catalogue_add_type(p->made, &(struct unit_type){code, TEXT("Loại"), TEXT("")});
    }
    for (unsigned i = 1; i <= p->form_count; i++) {
        (void)snprintf(code, sizeof(code), "f%u", i);
        catalogue_add_form(p->made, &(struct form){.number = i,
                                                   .code = code,
                                                   .name_vi = TEXT("Mẫu"),
                                                   .name_en = TEXT(""),
                                                   .is_manual = chance(p->rng, 40)});
    }
}

/* Freed with catalogue_free(&p->made). */
static inline void p_catalogue_make(uint64_t *rng, struct p_catalogue *p)
{
    struct problems problems = {0};
    *p = (struct p_catalogue){.rng = rng, .made = catalogue_new()};
    p->made->number = 1;
    p->made->title_vi = mem_strdup("Danh mục ngẫu nhiên");
    p->made->title_en = mem_strdup("");
    p->made->calendar = (struct calendar){{-1, 12, 15}, {0, 6, 14}, {0, 6, 15}, {0, 12, 14}};
    p->level_count = (uint8_t)(2 + pick(rng, 3));
    p->type_count = (uint8_t)(2 + pick(rng, 3));
    p->form_count = 1 + pick(rng, P_FORMS_MAX);
    p_add_words(p);
    p_make_units(p);
    p_add_units(p);
    size_t entered = 3 + pick(rng, P_ENTERED_MAX - 2), derived = 1 + pick(rng, P_DERIVED_MAX);
    for (size_t i = 0; i < entered; i++)
        p_add_entered(p, i);
    for (size_t i = 0; i < derived; i++)
        p_add_derived(p, i);
    if (catalogue_finish(p->made, NULL, &problems) != ERR_OK)
        fail_msg("the random catalogue: %s", problems.items[0].text);
    problems_fini(&problems);
}

#endif
