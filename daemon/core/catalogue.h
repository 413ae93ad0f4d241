/* The catalogue: units, indicators, forms, calendar and deadlines. Immutable, numbered, hashed;
 * authored at the root and handed down the tree. Nothing of a programme is in the code: it is here.
 *
 * A catalogue is built by adding rows (from a folder by client/catalogue_dir.c, from wire bytes by
 * wire/wire_catalogue.c), then catalogue_finish() indexes, parses and checks it; afterwards it is
 * read-only and may be shared. */
#ifndef CORE_CATALOGUE_H
#define CORE_CATALOGUE_H

#include "core/indicator.h"
#include "core/period.h"
#include "core/problem.h"
#include "core/unit.h"

enum {
    CATALOGUE_LEVELS_MAX = 8,
    CATALOGUE_TYPES_MAX = 64,
    CATALOGUE_FORMS_MAX = 256,
    CATALOGUE_INDICATORS_MAX = 4096,
    CATALOGUE_UNITS_MAX = 200000,
    CATALOGUE_WORD_MAX = 32,  /* bytes of a level, type or form code */
    CATALOGUE_TEXT_MAX = 300, /* bytes of a title, name, section or measure */
    CATALOGUE_SECTIONS_MAX = 64,
    CATALOGUE_BODIES_MAX = 64,
    CATALOGUE_MEASURES_MAX = 256,
    CATALOGUE_ERAS_MAX = 32,
    CATALOGUE_WORKING_DAYS_MAX = 60,
    CATALOGUE_HOLIDAYS_MAX = 1024,        /* rows */
    CATALOGUE_HOLIDAY_MAX_DAYS = 31,      /* of one row */
    CATALOGUE_HOLIDAYS_OF_YEAR_MAX = 100, /* days */
    CATALOGUE_EXCEPTIONS_MAX = 4096,
    CATALOGUE_DEPTH_MAX = 8,     /* derived from derived ..., part of a part ... */
    CATALOGUE_STEPS_MAX = 10000, /* of one derived indicator, with all that it is built on */
};

/* The years from `from_year` on, until the next era, and their calendar. */
struct era {
    uint16_t from_year;
    struct calendar calendar;
    uint32_t line;
};

/* Every label, in a mask of labels. */
#define FORM_ALL_LABELS ((1u << PERIOD_LABEL_COUNT) - 1)

/* A level of the tree, topmost first: province, district, commune. */
struct level {
    char *code;
    char *name_vi, *name_en;
    /* Last day on which a first filing is in time, by label - 1; has_deadline false: none set. */
    bool has_deadline[PERIOD_LABEL_COUNT];
    struct calendar_day deadline[PERIOD_LABEL_COUNT];
    /* Instead of a day: so many working days after the last day of the period; 0: none. */
    uint8_t working_days[PERIOD_LABEL_COUNT];
};

struct unit_type {
    char *code; /* "xa" */
    char *name_vi, *name_en;
};

/* A section of the indicators, or a body that reports: a code and what people read. */
struct named {
    char *code;
    char *name_vi, *name_en;
};

/* A unit of measure. "%" is known without being declared. */
struct measure {
    char *name;     /* what indicators and Vietnamese readers call it: "đồng" */
    char *name_en;  /* may be empty */
    char *quantity; /* what it measures, such as "money"; "": it counts things */
};

struct form {
    uint32_t number; /* never 0, never reused */
    char *code;
    char *name_vi, *name_en;
    uint32_t due_level_mask; /* bit n: units of level n owe this form */
    uint64_t due_type_mask;  /* bit n: of these, units of type n alone; 0: of every type */
    uint8_t due_label_mask;  /* bit label - 1: for these periods alone; 0: for all three */
    char *body;              /* code of the body that answers for it, or "" */
    bool is_manual; /* what is filed waits for acceptance at the node of the unit's parent */
    uint32_t line;
};

/* Public holidays, from the first day to the last; or days of a weekend that are worked instead. */
struct holiday {
    struct date first, last;
    char *name_vi, *name_en;
    bool is_worked;
    uint32_t line;
};

/* A unit owes a form in no period whose window's last day lies from `from` to `to`. */
struct duty_exception {
    uint32_t unit;        /* id */
    uint32_t form;        /* 0: any */
    struct date from, to; /* DATE_MIN: since always; it always ends */
    char *reason;
    uint32_t line;
};

/* A version of a unit: indexes into catalogue.units and its versions. */
struct unit_ref {
    uint32_t unit;
    uint32_t version;
};

struct catalogue {
    uint32_t number; /* 1, 2, 3 ... given by its author; higher replaces lower */
    char *title_vi, *title_en;
    struct calendar calendar; /* of the years before the first era */
    struct era *eras;         /* by first year; none: one calendar for all years */
    size_t era_count;
    struct level *levels;
    size_t level_count;
    struct unit_type *types;
    size_t type_count;
    struct named *sections; /* in the order of display; none: sections are free headings */
    size_t section_count;
    struct named *bodies;
    size_t body_count;
    struct measure *measures; /* none: any text is a measure, and counts things */
    size_t measure_count;
    struct form *forms; /* by number */
    size_t form_count, form_capacity;
    struct holiday *holidays; /* by first day */
    size_t holiday_count;
    struct duty_exception *exceptions; /* by unit, form, first day */
    size_t exception_count;
    struct indicator *indicators; /* by number */
    size_t indicator_count, indicator_capacity;
    uint32_t *indicators_by_code; /* indexes into `indicators`, by code */
    uint32_t *indicators_shown;   /* likewise, in the order of display: by section (those without
                                     come first), rank, number */
    struct unit *units;           /* by id */
    size_t unit_count, unit_capacity;
    struct unit_ref *units_by_code; /* every version, by code, then level, then first day */
    size_t unit_ref_count;
};

/* An empty catalogue with number 0; the caller owns it. */
struct catalogue *catalogue_new(void);
void catalogue_free(struct catalogue **catalogue);

/* Which table and column a problem is about; lets whoever read the files say where that stands. */
struct catalogue_source {
    void *ctx;
    /* Position of the character `offset` (from 0) in the cell `column` (a header name such as
     * "parent") of the row that starts at `line` in `file` ("units.csv", "indicators.csv",
     * "forms.csv", "catalogue.ini"). */
    struct place (*place)(void *ctx, const char *file, uint32_t line, const char *column,
                          uint32_t offset);
};

/* Adders copy every string. They keep duplicates for catalogue_finish to report. */
void catalogue_add_era(struct catalogue *catalogue, const struct era *era);
void catalogue_add_level(struct catalogue *catalogue, const struct level *level);
void catalogue_add_type(struct catalogue *catalogue, const struct unit_type *type);
void catalogue_add_section(struct catalogue *catalogue, const struct named *section);
void catalogue_add_body(struct catalogue *catalogue, const struct named *body);
void catalogue_add_measure(struct catalogue *catalogue, const struct measure *measure);
void catalogue_add_holiday(struct catalogue *catalogue, const struct holiday *holiday);
void catalogue_add_exception(struct catalogue *catalogue, const struct duty_exception *exception);
void catalogue_add_form(struct catalogue *catalogue, const struct form *form);
/* `formula` and `checks` are ignored: catalogue_finish parses `rule` and `checks_text`. */
void catalogue_add_indicator(struct catalogue *catalogue, const struct indicator *indicator);
/* Adds a version to the unit `id`, which is created when it is new. Successors (may be empty)
 * belong to the unit, not to the version, and are added once each. */
void catalogue_add_unit_version(struct catalogue *catalogue, uint32_t id,
                                const struct unit_version *version, const uint32_t *successors,
                                size_t successor_count);

/* Sorts, indexes, parses formulas and checks, and checks everything there is to check, adding each
 * problem found: duplicate numbers, ids, codes; unknown parents, successors, forms, part-of;
 * parents that are not above or not valid on the same days; more than one root on a day, or one
 * that ends without a successor; version windows that overlap or leave gaps; a unit that ends with
 * a successor that is not there the day after; formulas with unknown names, cycles, or with a rule
 * on an entered indicator; decimals out of range; part-of of another nature, decimals or form (the
 * form of entered ones only: a derived whole is filed nowhere); calendars out of order, or that
 * overlap where one follows another (days between them are a warning); texts empty, too long or not
 * UTF-8, codes that formulas cannot name. Two units with one code valid on the same day and level
 * are a problem too. ERR_INVALID when there was at least one error. `source` may be NULL. */
enum err catalogue_finish(struct catalogue *catalogue, const struct catalogue_source *source,
                          struct problems *problems);

/* Whether `next` may follow `current` (both finished): the number is higher; no indicator, form or
 * unit that was there is gone; number, code, decimals, nature, aggregation, sign, form of
 * indicators are the same; what half-years that ended before `today` say of the tree is the same;
 * years that begin on or before `today` in one of them have the same half-years in both.
 * ERR_INVALID with the problems added. */
enum err catalogue_check_succession(const struct catalogue *current, const struct catalogue *next,
                                    struct date today, struct problems *problems);

/* The calendar of a label's year, and the days that a period covers by it. */
const struct calendar *catalogue_calendar(const struct catalogue *catalogue, int year);
struct window catalogue_window(const struct catalogue *catalogue, struct period period);
/* Last day on which the first filing of a unit of that level is in time; false: none is set. In
 * working days it is the day so many of them after the last one of the window. */
bool catalogue_deadline(const struct catalogue *catalogue, struct period period, size_t level,
                        struct date *ret_deadline);

/* Look-ups; NULL (or -1) when there is none. */
const struct unit *catalogue_unit(const struct catalogue *catalogue, uint32_t id);
const struct indicator *catalogue_indicator(const struct catalogue *catalogue, uint32_t number);
/* The same for whoever asks for one after the other, in rising order mostly: `*at`, 0 at first, is
 * where the last one was. */
static inline const struct indicator *catalogue_indicator_from(const struct catalogue *catalogue,
                                                               uint32_t number, size_t *at)
{
    for (size_t i = *at; i < catalogue->indicator_count && i < *at + 2; i++) {
        if (catalogue->indicators[i].number == number) {
            *at = i;
            return &catalogue->indicators[i];
        }
    }
    const struct indicator *found = catalogue_indicator(catalogue, number);
    if (found != NULL)
        *at = (size_t)(found - catalogue->indicators);
    return found;
}
const struct indicator *catalogue_indicator_by_code(const struct catalogue *catalogue,
                                                    const char *code);
const struct form *catalogue_form(const struct catalogue *catalogue, uint32_t number);
const struct form *catalogue_form_by_code(const struct catalogue *catalogue, const char *code);
int catalogue_level_by_code(const struct catalogue *catalogue, const char *code);
int catalogue_type_by_code(const struct catalogue *catalogue, const char *code);
/* Indexes into sections and bodies. */
int catalogue_section_by_code(const struct catalogue *catalogue, const char *code);
int catalogue_body_by_code(const struct catalogue *catalogue, const char *code);
/* NULL for one that is not declared. */
const struct measure *catalogue_measure(const struct catalogue *catalogue, const char *name);
/* Whether units of that level and type owe the form for the label, as far as no exception says
 * otherwise. */
bool form_is_owed(const struct form *form, uint8_t level, uint8_t type, uint8_t label);
/* The exception that frees the unit from the form in a period whose window ends on `day`, or NULL.
 */
const struct duty_exception *catalogue_exception(const struct catalogue *catalogue, uint32_t unit,
                                                 uint32_t form, struct date day);
/* Monday to Friday but for public holidays, and the days of weekends that are worked instead. */
bool catalogue_is_working_day(const struct catalogue *catalogue, struct date day);
/* The `count`-th working day after `day`, of a finished catalogue. */
struct date catalogue_add_working_days(const struct catalogue *catalogue, struct date day,
                                       unsigned count);
bool catalogue_uses_working_days(const struct catalogue *catalogue);
/* A year whose holidays the deadlines of that label's year depend on, and of which none is known; 0
 * if there is none. */
int catalogue_year_without_holidays(const struct catalogue *catalogue, uint16_t year);
/* Levels of which some unit owes some form for the label, as a mask. */
uint32_t catalogue_due_levels(const struct catalogue *catalogue, uint8_t label);
/* The heading that the indicator is shown under, "" if none; an English one may be missing, which
 * is "" too. They belong to the catalogue. */
const char *catalogue_heading(const struct catalogue *catalogue, const struct indicator *indicator,
                              bool english);

/* A unit as people name it: an id ("id:631"), a code valid on `day` ("code:23857"), or either
 * without prefix. ERR_NOT_FOUND; ERR_EXISTS when id and code (or two codes) name different units:
 * the remedy is a prefix. */
enum err catalogue_find_unit(const struct catalogue *catalogue, const char *text, struct date day,
                             uint32_t *ret_id);

#endif
