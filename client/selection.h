/* What every query names: a period, a kind and a unit, as the command line gives them. */
#ifndef CLIENT_SELECTION_H
#define CLIENT_SELECTION_H

#include "client/command.h"
#include "client/table.h"
#include "core/report.h"

struct selection {
    /* For command_parse; NULL where not given. The unit is resolved by the node. */
    const char *period_text, *kind_text, *unit_text;
    /* After selection_check. */
    struct period period;
    uint8_t kind;
};

/* Rows of a table for command_parse. */
#define SELECTION_PERIOD(selection)                                                                \
    {                                                                                              \
        .name = "--period", .value = &(selection).period_text, .is_needed = true                   \
    }
#define SELECTION_KIND(selection)                                                                  \
    {                                                                                              \
        .name = "--kind", .value = &(selection).kind_text                                          \
    }
#define SELECTION_UNIT(selection)                                                                  \
    {                                                                                              \
        .name = "--unit", .value = &(selection).unit_text                                          \
    }

/* Reads period and kind (default: actual). Prints what is wrong and returns false: exit 2. `name`
 * is the subcommand's. */
bool selection_check(const struct common *common, const char *name, struct selection *selection);

/* A span's last year is its period: takes it from --to. Prints what is wrong (neither a period nor
 * both years of a span, or all of them) and returns false: exit 2. */
bool selection_take_span(const struct common *common, const char *name, const char *from,
                         const char *to, struct selection *selection);

/* The period, as a query carries it: into PERIOD_TEXT_SIZE bytes; returns `out`. */
char *selection_period(const struct selection *selection, char *out);
/* The unit, as a query carries it: "" asks for the sender's own. */
char *selection_unit(const struct selection *selection);

/* Says that the unit has filed nothing of that kind, period and form (NULL: any), and what to do.
 */
void selection_say_nothing_filed(const struct common *common, const struct selection *selection,
                                 const Tonghop__UnitInfo *unit, const char *form);

/* The name of a unit or an indicator in the language of the output. */
const char *selection_unit_name(const struct common *common, const Tonghop__UnitInfo *unit);
/* For programs: its code, its id and its name, as three cells. */
void selection_add_unit(const struct common *common, const Tonghop__UnitInfo *unit,
                        struct table *table);
const char *selection_indicator_name(const struct common *common,
                                     const Tonghop__IndicatorInfo *indicator);
/* Likewise the unit of measure. */
const char *selection_measure(const struct common *common, const Tonghop__IndicatorInfo *indicator);

#endif
