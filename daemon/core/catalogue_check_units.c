/* Checks of units: every unit has, on each of its days, one parent of a higher level, and there is
 * one root.
 *
 * A parent stands at a strictly higher level than its children on all days, so no circle is
 * possible and nothing has to be walked: each version is compared with the versions of its parent,
 * and the rest is sorting. */
#include "core/catalogue_check.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

static struct cell_place cell_of(const struct unit_version *version, const char *column)
{
    return (struct cell_place){"units.csv", version->line, column, 0};
}

static const struct unit_version *last_version(const struct unit *unit)
{
    return &unit->versions[unit->version_count - 1];
}

static bool is_open(struct date to)
{
    return date_compare(to, DATE_MAX) == 0;
}

static bool overlaps(const struct unit_version *a, const struct unit_version *b)
{
    return date_compare(a->from, b->to) <= 0 && date_compare(b->from, a->to) <= 0;
}

static bool check_fields(const struct checker *checker, uint32_t id,
                         const struct unit_version *version)
{
    const struct catalogue *catalogue = checker->catalogue;

    checker_text(checker, cell_of(version, "code"), version->code,
                 (struct text_rule){UNIT_CODE_MAX, false},
                 CHECKER_WORDS(checker, "unit %u: its code", "đơn vị %u: mã"), id);
    checker_text(
        checker, cell_of(version, "name_vi"), version->name_vi,
        (struct text_rule){UNIT_NAME_MAX, false},
        CHECKER_WORDS(checker, "unit %u: the Vietnamese name", "đơn vị %u: tên tiếng Việt"), id);
    checker_text(checker, cell_of(version, "name_en"), version->name_en,
                 (struct text_rule){UNIT_NAME_MAX, true},
                 CHECKER_WORDS(checker, "unit %u: the English name", "đơn vị %u: tên tiếng Anh"),
                 id);
    if (version->type >= catalogue->type_count)
        checker_add(checker, cell_of(version, "type"),
                    CHECKER_WORDS(checker,
                                  "unit %u has a type that is not there: name one of the catalogue",
                                  "đơn vị %u thuộc một loại không có: ghi một loại của danh mục"),
                    id);
    checker_days(checker, cell_of(version, "from"), (struct window){version->from, version->to},
                 CHECKER_WORDS(checker, "unit", "đơn vị"), id);
    if (version->level < catalogue->level_count)
        return true;
    checker_add(checker, cell_of(version, "level"),
                CHECKER_WORDS(checker,
                              "unit %u has a level that is not there: name one of the catalogue",
                              "đơn vị %u thuộc một cấp không có: ghi một cấp của danh mục"),
                id);
    return false;
}

static void check_parent(const struct checker *checker, uint32_t id,
                         const struct unit_version *version)
{
    const struct unit *parent = catalogue_unit(checker->catalogue, version->parent);
    struct cell_place at = cell_of(version, "parent");

    if (version->parent == 0)
        return;
    if (parent == NULL) {
        checker_add(checker, at,
                    CHECKER_WORDS(checker,
                                  "unit %u: its parent %u is not there: write the id (not the "
                                  "code) of a unit that is",
                                  "đơn vị %u: không có đơn vị cấp trên %u: viết id (không phải mã) "
                                  "của một đơn vị có trong danh mục"),
                    id, version->parent);
        return;
    }
    if (date_compare(unit_begin(parent), version->from) > 0 ||
        date_compare(version->to, unit_end(parent)) > 0)
        checker_add(
            checker, at,
            CHECKER_WORDS(
                checker,
                "unit %u: its parent %u is not valid on all days of the row: end the row with "
                "the parent and add one with the next parent",
                "đơn vị %u: đơn vị cấp trên %u không có hiệu lực trong mọi ngày của dòng này: cho "
                "dòng này kết thúc cùng đơn vị cấp trên và thêm một dòng với đơn vị cấp trên tiếp "
                "theo"),
            id, version->parent);
    for (size_t i = 0; i < parent->version_count; i++)
        if (overlaps(&parent->versions[i], version) &&
            parent->versions[i].level >= version->level) {
            checker_add(
                checker, at,
                CHECKER_WORDS(
                    checker,
                    "unit %u: its parent %u is not of a higher level on the same days: name a "
                    "unit of a level above",
                    "đơn vị %u: đơn vị cấp trên %u không thuộc cấp cao hơn trong cùng những ngày "
                    "đó: ghi một đơn vị của cấp cao hơn"),
                id, version->parent);
            return;
        }
}

/* Versions come in order of their first day. */
static void check_adjacent(const struct checker *checker, uint32_t id,
                           const struct unit_version *version)
{
    char ends[DATE_TEXT_SIZE], begins[DATE_TEXT_SIZE];
    const struct unit_version *before = version - 1;

    if (date_compare(version->from, before->to) <= 0)
        checker_add(checker, cell_of(version, "from"),
                    CHECKER_WORDS(
                        checker,
                        "unit %u has two rows that are valid on the same days: end one on the day "
                        "before the other begins",
                        "đơn vị %u có hai dòng cùng có hiệu lực trong những ngày như nhau: cho "
                        "dòng này kết thúc một ngày trước khi dòng kia bắt đầu"),
                    id);
    else if (version->from.days - 1 != before->to.days)
        checker_add(
            checker, cell_of(version, "from"),
            CHECKER_WORDS(checker,
                          "unit %u has no row between %s and %s: close the gap, or give what comes "
                          "after it a new id",
                          "đơn vị %u không có dòng nào giữa %s và %s: nối liền khoảng "
                          "trống, hoặc đặt id mới cho đơn vị ở sau đó"),
            id, date_format(before->to, ends), date_format(version->from, begins));
}

static void check_successors(const struct checker *checker, const struct unit *unit)
{
    struct date end = unit_end(unit);
    struct cell_place at = cell_of(last_version(unit), "successors");
    if (unit->successors_line != 0)
        at.line = unit->successors_line;

    if (is_open(end)) {
        if (unit->successor_count > 0)
            checker_add(checker, at,
                        CHECKER_WORDS(
                            checker,
                            "unit %u has successors but does not end: give its last day, or remove "
                            "them",
                            "đơn vị %u có đơn vị kế thừa mà không kết thúc: ghi ngày cuối, hoặc bỏ "
                            "đơn vị kế thừa"),
                        unit->id);
        return;
    }
    if (unit->successor_count == 0 && last_version(unit)->parent == 0)
        checker_add(checker, at,
                    CHECKER_WORDS(
                        checker,
                        "unit %u is the root and ends: name the successor whose tree takes over",
                        "đơn vị %u là đơn vị trên cùng và kết thúc: ghi đơn vị kế thừa sẽ thay nó"),
                    unit->id);
    for (size_t i = 0; i < unit->successor_count; i++) {
        uint32_t id = unit->successors[i];
        const struct unit *successor = catalogue_unit(checker->catalogue, id);

        if (successor == NULL)
            checker_add(
                checker, at,
                CHECKER_WORDS(
                    checker,
                    "unit %u: its successor %u is not there: write the id (not the code) of a "
                    "unit that is",
                    "đơn vị %u: không có đơn vị kế thừa %u: viết id (không phải mã) của một đơn vị "
                    "có trong danh mục"),
                unit->id, id);
        else if (unit_at(successor, (struct date){end.days + 1}) == NULL)
            checker_add(checker, at,
                        CHECKER_WORDS(
                            checker,
                            "unit %u: its successor %u is not valid on the day after unit %u ends: "
                            "correct one of the days",
                            "đơn vị %u: đơn vị kế thừa %u không có hiệu lực vào ngày ngay sau khi "
                            "đơn vị %u kết thúc: sửa một trong hai ngày"),
                        unit->id, id, unit->id);
    }
}

static void check_unit(const struct checker *checker, const struct unit *unit)
{
    if (unit->id == 0)
        checker_add(checker, cell_of(&unit->versions[0], "id"),
                    CHECKER_WORDS(checker, "a unit has no id: number units from 1",
                                  "có đơn vị chưa có id: đánh số đơn vị từ 1"));
    for (size_t i = 0; i < unit->version_count; i++) {
        const struct unit_version *version = &unit->versions[i];

        if (check_fields(checker, unit->id, version))
            check_parent(checker, unit->id, version);
        if (i > 0)
            check_adjacent(checker, unit->id, version);
    }
    check_successors(checker, unit);
}

/* The version that `ref` stands for. */
static const struct unit_version *version_of(const struct catalogue *catalogue, struct unit_ref ref)
{
    return &catalogue->units[ref.unit].versions[ref.version];
}

/* One code, level and day name one unit: in order of code, level and first day, it is enough to
 * compare each version with the one before it that lasts longest. */
static void check_codes(const struct checker *checker)
{
    const struct catalogue *catalogue = checker->catalogue;
    const struct unit_ref *refs = catalogue->units_by_code;
    struct unit_ref longest = {0};

    for (size_t i = 0; i < catalogue->unit_ref_count; i++) {
        const struct unit_version *version = version_of(catalogue, refs[i]);
        const struct unit_version *before = version_of(catalogue, longest);
        bool is_same =
            i > 0 && before->level == version->level && strcmp(before->code, version->code) == 0;

        if (is_same && longest.unit != refs[i].unit && overlaps(before, version))
            checker_add(
                checker, cell_of(version, "code"),
                CHECKER_WORDS(
                    checker,
                    "units %u and %u have the same code and level on the same days: change a "
                    "code, or end one earlier",
                    "đơn vị %u và %u có cùng mã và cùng cấp trong những ngày như nhau: đổi một mã, "
                    "hoặc cho một đơn vị kết thúc sớm hơn"),
                catalogue->units[longest.unit].id, catalogue->units[refs[i].unit].id);
        if (!is_same || date_compare(before->to, version->to) < 0)
            longest = refs[i];
    }
}

static int compare_roots(const void *a, const void *b, void *ctx)
{
    const struct catalogue *catalogue = ctx;

    return date_compare(version_of(catalogue, *(const struct unit_ref *)a)->from,
                        version_of(catalogue, *(const struct unit_ref *)b)->from);
}

static void check_roots(const struct checker *checker)
{
    const struct catalogue *catalogue = checker->catalogue;
    struct unit_ref *roots = NULL;
    size_t count = 0, capacity = 0;

    for (uint32_t i = 0; i < catalogue->unit_count; i++)
        for (uint32_t j = 0; j < catalogue->units[i].version_count; j++)
            if (catalogue->units[i].versions[j].parent == 0) {
                roots = mem_grow(roots, count, &capacity, sizeof *roots);
                roots[count++] = (struct unit_ref){i, j};
            }
    if (count > 1)
        qsort_r(roots, count, sizeof *roots, compare_roots, checker->catalogue);
    for (size_t i = 1, longest = 0; i < count; i++) {
        const struct unit_version *before = version_of(catalogue, roots[longest]);
        const struct unit_version *version = version_of(catalogue, roots[i]);

        if (roots[longest].unit != roots[i].unit && overlaps(before, version))
            checker_add(
                checker, cell_of(version, "parent"),
                CHECKER_WORDS(
                    checker,
                    "units %u and %u are both without a parent on the same days: a tree has "
                    "one root, so name a parent",
                    "đơn vị %u và %u cùng không có cấp trên trong những ngày như nhau: cây đơn vị "
                    "chỉ có một đơn vị trên cùng, nên hãy ghi đơn vị cấp trên"),
                catalogue->units[roots[longest].unit].id, catalogue->units[roots[i].unit].id);
        if (date_compare(before->to, version->to) < 0)
            longest = i;
    }
    free(roots);
}

void catalogue_check_units(const struct checker *checker)
{
    for (size_t i = 0; i < checker->catalogue->unit_count; i++)
        check_unit(checker, &checker->catalogue->units[i]);
    check_codes(checker);
    check_roots(checker);
}
