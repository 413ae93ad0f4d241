/* catalogue.ini: what the catalogue is called, its calendars, its levels (topmost first), its types
 * of units, and the sections, bodies and measures that indicators name. */
#include "client/catalogue_dir_parts.h"

#include <string.h>

#include "core/mem.h"

struct head {
    struct ini_table *ini;
    struct catalogue *catalogue;
    struct problems *problems;
};

/* A section of catalogue.ini; `title` is the code in [level CODE]. */
struct section {
    const char *name;
    const char *title;
};

/* Where a section stands: at its first entry; nowhere if it has none. */
static struct place section_place(const struct head *head, struct section section)
{
    for (size_t i = 0; i < head->ini->count; i++) {
        const struct ini_entry *entry = &head->ini->entries[i];
        if (strcmp(entry->section, section.name) == 0 && strcmp(entry->title, section.title) == 0)
            return entry->place;
    }
    return (struct place){0};
}

/* The entry if it is there and not empty; a problem if it `is_needed` and is not. */
static const struct ini_entry *take(const struct head *head, struct section section,
                                    const char *name, bool is_needed)
{
    const struct ini_entry *entry = ini_take(head->ini, section.name, section.title, name);
    if (entry != NULL && entry->value[0] != '\0')
        return entry;
    if (is_needed)
        problems_add(head->problems, head->ini->file,
                     entry != NULL ? entry->value_place : section_place(head, section),
                     PROBLEM_WORDS(head->problems, "%s is missing in [%s%s%s]: add `%s = ...`",
                                   "thiếu %s trong [%s%s%s]: thêm `%s = ...`"),
                     name, section.name, section.title[0] != '\0' ? " " : "", section.title, name);
    return NULL;
}

/* A text that belongs to the table of entries. */
static char *take_text(const struct head *head, struct section section, const char *name,
                       bool is_needed)
{
    const struct ini_entry *entry = take(head, section, name, is_needed);
    return entry != NULL ? entry->value : NULL;
}

/* True if the day is there, as it has to be, and can be read. */
static bool take_day(const struct head *head, struct section section, const char *name,
                     struct calendar_day *ret_day)
{
    const struct ini_entry *entry = take(head, section, name, true);
    if (entry == NULL)
        return false;
    if (calendar_day_parse(entry->value, ret_day) == ERR_OK)
        return true;
    problems_add(
        head->problems, head->ini->file, entry->value_place,
        PROBLEM_WORDS(
            head->problems,
            "%s is not a day of every year: write 06-14, or -1/12-15 for a day of the year "
            "before, or +1/01-10 for one of the year after",
            "%s không phải là ngày có trong mọi năm: viết 06-14, hoặc -1/12-15 cho một ngày của "
            "năm trước, hoặc +1/01-10 cho một ngày của năm sau"),
        name);
    return false;
}

/* "+3 working days", "+1 working day": how many, up to CATALOGUE_WORKING_DAYS_MAX; 0 if it is not
 * written so. */
static uint8_t parse_working_days(const char *text)
{
    const char *at = text;
    unsigned count = 0;

    if (*at++ != '+' || *at < '1' || *at > '9')
        return 0;
    for (; *at >= '0' && *at <= '9' && count <= CATALOGUE_WORKING_DAYS_MAX; at++)
        count = count * 10 + (unsigned)(*at - '0');
    const bool is_unit = strcmp(at, " working days") == 0 || strcmp(at, " working day") == 0;
    return is_unit && count <= CATALOGUE_WORKING_DAYS_MAX ? (uint8_t)count : 0;
}

/* A deadline, which may be left out: a day, or working days after the period. */
static void take_deadline(const struct head *head, struct section section, const char *name,
                          size_t label, struct level *level)
{
    const struct ini_entry *entry = take(head, section, name, false);

    if (entry == NULL)
        return;
    level->working_days[label] = parse_working_days(entry->value);
    if (level->working_days[label] > 0)
        return;
    level->has_deadline[label] =
        calendar_day_parse(entry->value, &level->deadline[label]) == ERR_OK;
    if (!level->has_deadline[label])
        problems_add(
            head->problems, head->ini->file, entry->value_place,
            PROBLEM_WORDS(
                head->problems,
                "%s is not a day of every year: write 06-14, or +1/01-10 for a day of the year "
                "after, or +3 working days (1 to %d) after the period has ended",
                "%s không phải là ngày có trong mọi năm: viết 06-14, hoặc +1/01-10 cho một ngày "
                "của năm sau, hoặc +3 working days (1 đến %d) là số ngày làm việc sau khi hết kỳ"),
            name, CATALOGUE_WORKING_DAYS_MAX);
}

/* True if the days are all there. */
static bool take_calendar(const struct head *head, struct section section,
                          struct calendar *calendar)
{
    const struct {
        const char *name;
        struct calendar_day *day;
    } days[] = {
        {"s1_first", &calendar->s1_first},
        {"s1_last", &calendar->s1_last},
        {"s2_first", &calendar->s2_first},
        {"s2_last", &calendar->s2_last},
    };
    bool is_complete = true;

    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        if (!take_day(head, section, days[i].name, days[i].day))
            is_complete = false;
    }
    return is_complete;
}

static void add_calendar(const struct head *head)
{
    const struct section section = {"calendar", ""};
    struct calendar *calendar = &head->catalogue->calendar;

    if (take_calendar(head, section, calendar) && calendar_check(calendar) != ERR_OK)
        problems_add(
            head->problems, head->ini->file, section_place(head, section),
            PROBLEM_WORDS(
                head->problems,
                "the calendar is not in order: S1 has to end after it begins, S2 to begin on "
                "the day after and to end before the next year's S1 begins",
                "lịch kỳ báo cáo không hợp lệ: S1 phải kết thúc sau khi bắt đầu, S2 phải bắt đầu "
                "ngay hôm sau và kết thúc trước khi S1 năm sau bắt đầu"));
}

/* A calendar with a first year; core says whether it is in order, and fits to those around it. */
static void add_era(const struct head *head, const char *year)
{
    const struct section section = {"calendar", year};
    const struct place place = section_place(head, section);
    struct era era = {.line = place.line};
    struct period first = {0};
    bool is_year = period_parse(year, &first) == ERR_OK && first.label == PERIOD_Y;

    if (!is_year)
        problems_add(
            head->problems, head->ini->file, place,
            PROBLEM_WORDS(
                head->problems,
                "%s in [calendar %s] is not a year: write [calendar 2026] for the calendar "
                "of 2026 and the years that follow",
                "%s trong [calendar %s] không phải là năm: viết [calendar 2026] cho lịch của năm "
                "2026 và các năm sau đó"),
            year, year);
    era.from_year = first.year;
    if (take_calendar(head, section, &era.calendar) && is_year)
        catalogue_add_era(head->catalogue, &era);
}

static void check_code(const struct head *head, struct section section)
{
    if (!formula_is_name(section.title) || strlen(section.title) > CATALOGUE_WORD_MAX)
        problems_add(
            head->problems, head->ini->file, section_place(head, section),
            PROBLEM_WORDS(head->problems,
                          "%s in [%s %s] is not a code: write 1 to %d letters a-z, digits and '_', "
                          "starting with a letter",
                          "%s trong [%s %s] không phải là mã: viết từ 1 đến %d chữ cái a-z, chữ số "
                          "và '_', bắt đầu bằng chữ cái"),
            section.title, section.name, section.title, CATALOGUE_WORD_MAX);
}

static void add_level(const struct head *head, char *code)
{
    static const char *const deadlines[] = {"deadline_s1", "deadline_s2", "deadline_y"};
    const struct section section = {"level", code};
    struct level level = {
        .code = code,
        .name_vi = take_text(head, section, "name_vi", true),
        .name_en = take_text(head, section, "name_en", false),
    };

    check_code(head, section);
    for (size_t i = 0; i < PERIOD_LABEL_COUNT; i++)
        take_deadline(head, section, deadlines[i], i, &level);
    catalogue_add_level(head->catalogue, &level);
}

static void add_type(const struct head *head, char *code)
{
    const struct section section = {"type", code};

    check_code(head, section);
    catalogue_add_type(head->catalogue, &(struct unit_type){
                                            .code = code,
                                            .name_vi = take_text(head, section, "name_vi", true),
                                            .name_en = take_text(head, section, "name_en", false),
                                        });
}

static void add_section(const struct head *head, char *code)
{
    const struct section section = {"section", code};

    check_code(head, section);
    catalogue_add_section(head->catalogue,
                          &(struct named){
                              .code = code,
                              .name_vi = take_text(head, section, "name_vi", true),
                              .name_en = take_text(head, section, "name_en", false),
                          });
}

static void add_body(const struct head *head, char *code)
{
    const struct section section = {"body", code};

    check_code(head, section);
    catalogue_add_body(head->catalogue, &(struct named){
                                            .code = code,
                                            .name_vi = take_text(head, section, "name_vi", true),
                                            .name_en = take_text(head, section, "name_en", false),
                                        });
}

/* A measure is called what the indicators call it, in any letters. */
static void add_measure(const struct head *head, char *name)
{
    const struct section section = {"measure", name};
    const struct ini_entry *quantity = take(head, section, "quantity", false);

    if (quantity != NULL &&
        (!formula_is_name(quantity->value) || strlen(quantity->value) > CATALOGUE_WORD_MAX))
        problems_add(
            head->problems, head->ini->file, quantity->value_place,
            PROBLEM_WORDS(
                head->problems,
                "the quantity of [measure %s] is not a word: write 1 to %d letters a-z, "
                "digits and '_', such as money or area; leave it out for a number of things",
                "quantity của [measure %s] không phải là một từ: viết từ 1 đến %d chữ cái a-z, chữ "
                "số và '_', như money hoặc area; bỏ dòng này nếu là số đếm"),
            name, CATALOGUE_WORD_MAX);
    if (quantity != NULL && strcmp(name, "%") == 0)
        problems_add(
            head->problems, head->ini->file, quantity->place,
            PROBLEM_WORDS(head->problems,
                          "a percentage has no quantity: remove it from [measure %%]",
                          "tỷ lệ phần trăm không có quantity: bỏ dòng này khỏi [measure %%]"));
    catalogue_add_measure(head->catalogue,
                          &(struct measure){
                              .name = name,
                              .name_en = take_text(head, section, "name_en", false),
                              .quantity = quantity != NULL ? quantity->value : NULL,
                          });
}

bool catalogue_dir_number(const char *text, uint32_t *ret_number)
{
    int64_t number;
    if (number_parse(text, 0, NUMBER_PLAIN, &number) != ERR_OK || number < 1 || number > UINT32_MAX)
        return false;
    *ret_number = (uint32_t)number;
    return true;
}

static void add_number_and_titles(const struct head *head)
{
    const struct section section = {"catalogue", ""};
    struct catalogue *catalogue = head->catalogue;
    const struct ini_entry *number = take(head, section, "number", true);
    const char *title_vi = take_text(head, section, "title_vi", true);
    const char *title_en = take_text(head, section, "title_en", false);

    if (number != NULL && !catalogue_dir_number(number->value, &catalogue->number))
        problems_add(
            head->problems, head->ini->file, number->value_place,
            PROBLEM_WORDS(head->problems,
                          "number has to be 1, 2, 3 ...: higher than the last one published",
                          "number phải là 1, 2, 3 ...: lớn hơn số của danh mục công bố gần nhất"));
    catalogue->title_vi = mem_strdup(title_vi != NULL ? title_vi : "");
    catalogue->title_en = mem_strdup(title_en != NULL ? title_en : "");
}

/* Whether its section begins with this entry. */
static bool is_first(const struct head *head, const struct ini_entry *entry)
{
    const struct section section = {entry->section, entry->title};
    return section_place(head, section).line == entry->place.line;
}

/* Sections that nobody reads are refused whole: an empty one, too, would be overlooked. */
static void refuse_unknown(const struct head *head)
{
    static const struct {
        const char *name;
        bool may_have_title, may_lack_title;
    } known[] = {
        {"catalogue", false, true}, {"calendar", true, true}, {"level", true, false},
        {"type", true, false},      {"section", true, false}, {"body", true, false},
        {"measure", true, false},
    };

    for (size_t i = 0; i < head->ini->count; i++) {
        struct ini_entry *entry = &head->ini->entries[i];
        bool is_titled = entry->title[0] != '\0', is_known = false;
        for (size_t k = 0; k < sizeof known / sizeof *known && !is_known; k++)
            is_known = strcmp(entry->section, known[k].name) == 0 &&
                       (is_titled ? known[k].may_have_title : known[k].may_lack_title);
        if (is_known ||
            entry->section[0] == '\0') /* what stands before all sections is told below */
            continue;
        entry->is_used = true; /* its keys say nothing more */
        if (!is_first(head, entry))
            continue;
        problems_add(
            head->problems, head->ini->file, entry->place,
            PROBLEM_WORDS(head->problems,
                          "unknown section [%s%s%s]: sections are [catalogue], [calendar], "
                          "[calendar YEAR], [level CODE], [type CODE], [section CODE], "
                          "[body CODE] and [measure NAME]; correct or remove it",
                          "không có mục [%s%s%s]: các mục là [catalogue], [calendar], "
                          "[calendar NĂM], [level MÃ], [type MÃ], [section MÃ], [body MÃ] "
                          "và [measure TÊN]; sửa lại hoặc bỏ mục này"),
            entry->section, is_titled ? " " : "", entry->title);
    }
}

/* Adds what a section with a title declares, at the first of its entries. */
static void add_titled(const struct head *head, const struct ini_entry *entry)
{
    const struct catalogue *catalogue = head->catalogue;
    const char *section = entry->section;
    char *title = entry->title;

    if (strcmp(section, "calendar") == 0 && is_first(head, entry))
        add_era(head, title);
    if (strcmp(section, "level") == 0 && catalogue_level_by_code(catalogue, title) < 0)
        add_level(head, title);
    if (strcmp(section, "type") == 0 && catalogue_type_by_code(catalogue, title) < 0)
        add_type(head, title);
    if (strcmp(section, "section") == 0 && catalogue_section_by_code(catalogue, title) < 0)
        add_section(head, title);
    if (strcmp(section, "body") == 0 && catalogue_body_by_code(catalogue, title) < 0)
        add_body(head, title);
    if (strcmp(section, "measure") == 0 && catalogue_measure(catalogue, title) == NULL)
        add_measure(head, title);
}

void catalogue_dir_add_ini(struct ini_table *ini, struct catalogue *catalogue,
                           struct problems *problems)
{
    const struct head head = {ini, catalogue, problems};

    add_number_and_titles(&head);
    add_calendar(&head);
    for (size_t i = 0; i < ini->count; i++)
        if (ini->entries[i].title[0] != '\0')
            add_titled(&head, &ini->entries[i]);
    refuse_unknown(&head);
    ini_report_unknown(ini, NULL, problems);
    if (catalogue->level_count == 0)
        problems_add(
            problems, ini->file, (struct place){0},
            PROBLEM_WORDS(
                problems, "there is no level: add [level CODE] with name_vi, topmost level first",
                "chưa có cấp nào: thêm [level CODE] có name_vi, cấp trên cùng viết trước"));
    if (catalogue->type_count == 0)
        problems_add(problems, ini->file, (struct place){0},
                     PROBLEM_WORDS(problems,
                                   "there is no type of units: add [type CODE] with name_vi",
                                   "chưa có loại đơn vị nào: thêm [type CODE] có name_vi"));
}
