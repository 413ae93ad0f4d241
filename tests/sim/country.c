/* The country: one root, districts and communes, some with a node of their own, made from the seed;
 * and its catalogues, number n being number n - 1 and one change. The program sees only the
 * catalogue; the oracle sees only this table. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "sim/sim.h"

enum { PROVINCE, DISTRICT, COMMUNE };
enum { ALL = 1u << PROVINCE | 1u << DISTRICT | 1u << COMMUNE };
enum { FIRST_NEW_INDICATOR = 100 };

/* Strings of a row are copied by the adders, which take what catalogues own: char *. */
#define TEXT(literal) ((char *)(uintptr_t)(literal))

static struct date day(int year, int month, int of_month)
{
    struct date date;
    enum err err = date_make(year, month, of_month, &date);
    assert(err == ERR_OK);
    return date;
}

static struct date last_day_of_ended(void)
{
    return day(2024, 9, 30);
}

static struct date first_day_of_new(void)
{
    return day(2024, 12, 20);
}

/* ---- units ---- */

static size_t add_unit(struct sim *sim, int parent, uint8_t level)
{
    struct sim_country *country = &sim->country;
    assert(country->unit_count < SIM_UNITS_MAX);
    struct sim_unit *unit = &country->units[country->unit_count];
    *unit = (struct sim_unit){.id = SIM_UNIT_ID_FIRST + (uint32_t)country->unit_count,
                              .parent = parent,
                              .level = level,
                              .since = 1,
                              .successor = SIM_NONE,
                              .node = SIM_NONE};
    return country->unit_count++;
}

/* A commune that was merged into its neighbour; their district, or whoever serves it, takes in the
 * reports of both under every label. */
static void add_ended(struct sim *sim, int district)
{
    size_t ended = add_unit(sim, district, COMMUNE);
    size_t successor = add_unit(sim, district, COMMUNE);
    sim->country.units[ended].has_ended = true;
    sim->country.units[ended].successor = (int)successor;
}

static void draw_changes(struct sim *sim)
{
    struct sim_country *country = &sim->country;
    for (uint32_t n = 2; n <= SIM_CATALOGUES_MAX; n++) {
        country->changes[n] = (enum sim_change)sim_random(sim, 3);
        country->renamed[n] = sim_random(sim, country->unit_count);
        if (country->changes[n] == SIM_CHANGE_UNIT) {
            size_t unit = add_unit(sim, 1, COMMUNE); /* of the first district */
            country->units[unit].since = n;
        }
    }
}

static void draw_nodes(struct sim *sim, unsigned commune_percent)
{
    struct sim_country *country = &sim->country;
    for (size_t i = 0; i < country->unit_count; i++) {
        struct sim_unit *unit = &country->units[i];
        bool is_fixed = unit->since > 1 || unit->has_ended ||
                        (i > 0 && country->units[i - 1].successor == (int)i);
        bool has_node = !is_fixed && (i < 3 || (unit->level == DISTRICT
                                                    ? !sim_once_in(sim, 6)
                                                    : sim_random(sim, 100) < commune_percent));
        unit->may_be_moved = unit->level == COMMUNE && !is_fixed;
        if (has_node)
            (void)sim_add_node(sim, i);
    }
}

void sim_country_init(struct sim *sim, enum sim_size size)
{
    struct sim_country *country = &sim->country;
    country->is_province =
        size == SIM_SIZE_PROVINCE || (size == SIM_SIZE_MIXED && sim_once_in(sim, 10));
    country->has_long_names = sim_once_in(sim, 4);
    size_t districts = country->is_province ? 17 : 1 + sim_random(sim, 4);
    (void)add_unit(sim, SIM_NONE, PROVINCE);
    int district = 1;
    for (size_t d = 0; d < districts; d++) {
        district = (int)add_unit(sim, 0, DISTRICT);
        size_t communes = country->is_province ? (d == 16 ? 12 : 13) : 1 + sim_random(sim, 7);
        for (size_t c = 0; c < communes; c++)
            (void)add_unit(sim, district, COMMUNE);
    }
    if (sim_once_in(sim, 2))
        add_ended(sim, district);
    draw_changes(sim);
    draw_nodes(sim, country->is_province ? 98 : 30 + (unsigned)sim_random(sim, 70));
}

/* ---- the tree of a period ---- */

bool sim_unit_is_in(const struct sim *sim, size_t unit, struct period period, uint32_t number)
{
    const struct sim_unit *u = &sim->country.units[unit];
    if (u->since > number)
        return false;
    if (u->since > 1)
        return period.year >= 2025;
    return !u->has_ended || period.year < 2025;
}

bool sim_unit_has_ended_in(const struct sim *sim, size_t unit, struct period period)
{
    return sim->country.units[unit].has_ended && period.year == 2024 && period.label != PERIOD_S1;
}

int sim_unit_parent(const struct sim *sim, size_t unit, struct period period)
{
    const struct sim_unit *u = &sim->country.units[unit];
    return sim_unit_has_ended_in(sim, unit, period) ? u->successor : u->parent;
}

/* Whether the unit has a node, and its key is good. */
static bool is_served(const struct sim *sim, int unit)
{
    int node = sim->country.units[unit].node;
    return node != SIM_NONE && sim->nodes[node].is_running && !sim->nodes[node].is_cut_off;
}

size_t sim_home_of(const struct sim *sim, size_t unit)
{
    int at = (int)unit;
    while (!is_served(sim, at))
        at = sim->country.units[at].parent;
    return (size_t)sim->country.units[at].node;
}

size_t sim_unit_of_node(const struct sim *sim, size_t node)
{
    return sim->nodes[node].unit - SIM_UNIT_ID_FIRST;
}

bool sim_node_covers(const struct sim *sim, size_t node, size_t unit)
{
    int at = (int)unit;
    while (at != SIM_NONE && at != (int)sim_unit_of_node(sim, node))
        at = sim->country.units[at].parent;
    return at != SIM_NONE;
}

/* ---- catalogues ---- */

static void add_levels_and_types(struct catalogue *catalogue)
{
    static const char *const codes[] = {"province", "district", "commune"};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        struct level level = {.code = TEXT(codes[i]),
                              .name_vi = TEXT(codes[i]),
                              .name_en = TEXT(codes[i]),
                              .has_deadline = {true, true, true},
                              .deadline = {{0, 6, 20}, {0, 12, 20}, {0, 12, 20}}};
        struct unit_type type = {
            .code = TEXT(codes[i]), .name_vi = TEXT(codes[i]), .name_en = TEXT(codes[i])};
        catalogue_add_level(catalogue, &level);
        catalogue_add_type(catalogue, &type);
    }
}

static void add_forms(struct catalogue *catalogue)
{
    const struct form forms[] = {
        {.number = 1, .code = TEXT("general"), .due_level_mask = 1u << DISTRICT | 1u << COMMUNE},
        {.number = 2, .code = TEXT("security"), .due_level_mask = 1u << COMMUNE},
        {.number = SIM_FORM_MANUAL,
         .code = TEXT("budget"),
         .due_level_mask = 1u << COMMUNE,
         .is_manual = true},
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct form form = forms[i];
        form.name_vi = form.name_en = form.code;
        catalogue_add_form(catalogue, &form);
    }
}

/* One of every nature and aggregation, and two that not every level reports. */
static const struct {
    uint32_t number;
    enum nature nature;
    enum aggregation aggregation;
    bool is_signed;
    uint32_t form, level_mask;
} indicators[] = {
    {1, NATURE_FLOW, AGGREGATION_SUM, false, 1, ALL},
    {2, NATURE_FLOW, AGGREGATION_SUM, true, 1, ALL},
    {3, NATURE_STOCK, AGGREGATION_SUM, false, 1, ALL},
    {4, NATURE_STOCK, AGGREGATION_MAX, false, 1, ALL},
    {5, NATURE_STOCK, AGGREGATION_MIN, false, 1, ALL},
    {6, NATURE_FLOW, AGGREGATION_SUM, false, 1, 1u << COMMUNE},
    {7, NATURE_FLOW, AGGREGATION_SUM, false, 1, 1u << DISTRICT},
    {20, NATURE_STOCK, AGGREGATION_SUM, false, 2, ALL},
    {21, NATURE_FLOW, AGGREGATION_MAX, false, 2, ALL},
    {30, NATURE_FLOW, AGGREGATION_SUM, false, 3, ALL},
    {31, NATURE_STOCK, AGGREGATION_MIN, true, 3, ALL},
};

static void add_indicator(struct catalogue *catalogue, struct indicator indicator)
{
    char code[32];
    (void)snprintf(code, sizeof(code), "figure.n%u", indicator.number);
    indicator.code = indicator.name_vi = indicator.name_en = code;
    indicator.section = indicator.rule = TEXT("");
    indicator.measure = TEXT("n");
    indicator.valid_from = DATE_MIN;
    indicator.valid_to = DATE_MAX;
    catalogue_add_indicator(catalogue, &indicator);
}

static void add_indicators(const struct sim *sim, struct catalogue *catalogue)
{
    for (size_t i = 0; i < sizeof(indicators) / sizeof(indicators[0]); i++)
        add_indicator(catalogue, (struct indicator){.number = indicators[i].number,
                                                    .nature = indicators[i].nature,
                                                    .aggregation = indicators[i].aggregation,
                                                    .is_signed = indicators[i].is_signed,
                                                    .form = indicators[i].form,
                                                    .level_mask = indicators[i].level_mask});
    for (uint32_t n = 2; n <= catalogue->number; n++)
        if (sim->country.changes[n] == SIM_CHANGE_INDICATOR)
            add_indicator(catalogue, (struct indicator){.number = FIRST_NEW_INDICATOR + n,
                                                        .nature = NATURE_FLOW,
                                                        .aggregation = AGGREGATION_SUM,
                                                        .form = 1,
                                                        .level_mask = ALL});
}

static void add_units(const struct sim *sim, struct catalogue *catalogue)
{
    const struct sim_country *country = &sim->country;
    for (size_t i = 0; i < country->unit_count; i++) {
        const struct sim_unit *unit = &country->units[i];
        char code[16], name[UNIT_NAME_MAX];
        unsigned name_number = 1;
        if (unit->since > catalogue->number)
            continue;
        for (uint32_t n = 2; n <= catalogue->number; n++)
            if (country->changes[n] == SIM_CHANGE_NAME && country->renamed[n] == i)
                name_number = n;
        (void)snprintf(code, sizeof(code), "%u", unit->id);
        (void)snprintf(name, sizeof(name), "%u.%u", unit->id, name_number);
        if (country->has_long_names) {
            size_t len = strlen(name);
            memset(name + len, 'x', sizeof(name) - 1 - len);
            name[sizeof(name) - 1] = '\0';
        }
        struct unit_version version = {
            .from = unit->since > 1 ? first_day_of_new() : DATE_MIN,
            .to = unit->has_ended ? last_day_of_ended() : DATE_MAX,
            .parent = unit->parent == SIM_NONE ? 0 : country->units[unit->parent].id,
            .level = unit->level,
            .type = unit->level,
            .code = code,
            .name_vi = name,
            .name_en = name,
        };
        uint32_t successor = unit->has_ended ? country->units[unit->successor].id : 0;
        catalogue_add_unit_version(catalogue, unit->id, &version, &successor,
                                   unit->has_ended ? 1 : 0);
    }
}

struct catalogue *sim_country_catalogue(const struct sim *sim, uint32_t number)
{
    struct catalogue *catalogue = catalogue_new();
    struct problems problems = {0};
    catalogue->number = number;
    catalogue->title_vi = mem_strdup("Danh mục mô phỏng");
    catalogue->title_en = mem_strdup("Simulated catalogue");
    catalogue->calendar = (struct calendar){{-1, 12, 15}, {0, 6, 14}, {0, 6, 15}, {0, 12, 14}};
    add_levels_and_types(catalogue);
    add_forms(catalogue);
    add_indicators(sim, catalogue);
    add_units(sim, catalogue);
    sim_owed_add(sim, catalogue);
    enum err err = catalogue_finish(catalogue, NULL, &problems);
    for (size_t i = 0; i < problems.count; i++)
        printf("simulated catalogue: %s\n", problems.items[i].text);
    assert(err == ERR_OK);
    problems_fini(&problems);
    return catalogue;
}
