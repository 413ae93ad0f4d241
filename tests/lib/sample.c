/* The sample catalogue that cm.h documents: small enough to reason about by hand, with one example
 * of every nature, aggregation and kind of formula, and one commune that is merged away in
 * mid-year. */
#include "lib/sample.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/mem.h"

enum { PROVINCE, DISTRICT, COMMUNE };
enum { TINH, HUYEN, XA, THI_TRAN };
enum { ALL_LEVELS = 1u << PROVINCE | 1u << DISTRICT | 1u << COMMUNE };

/* Strings of a row are copied by the adders, which take what catalogues own: char *. */
#define TEXT(literal) ((char *)(uintptr_t)(literal))

static void add_levels_and_types(struct catalogue *catalogue)
{
    /* Commune by the 17th, district by the 20th of the last month; the province owes nothing. */
    const struct level levels[] = {
        {.code = TEXT("province"), .name_vi = TEXT("Cấp tỉnh"), .name_en = TEXT("Province")},
        {.code = TEXT("district"),
         .name_vi = TEXT("Cấp huyện"),
         .name_en = TEXT("District"),
         .has_deadline = {true, true, true},
         .deadline = {{0, 6, 20}, {0, 12, 20}, {0, 12, 20}}},
        {.code = TEXT("commune"),
         .name_vi = TEXT("Cấp xã"),
         .name_en = TEXT("Commune"),
         .has_deadline = {true, true, true},
         .deadline = {{0, 6, 17}, {0, 12, 17}, {0, 12, 17}}},
    };
    const struct unit_type types[] = {
        {TEXT("tinh"), TEXT("tỉnh"), TEXT("province")},
        {TEXT("huyen"), TEXT("huyện"), TEXT("district")},
        {TEXT("xa"), TEXT("xã"), TEXT("rural commune")},
        {TEXT("thi_tran"), TEXT("thị trấn"), TEXT("township")},
    };

    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        catalogue_add_level(catalogue, &levels[i]);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        catalogue_add_type(catalogue, &types[i]);
}

static void add_units(struct catalogue *catalogue)
{
    static const struct {
        uint32_t id, parent;
        uint8_t level, type;
        const char *code, *name_vi, *name_en;
    } rows[] = {
        {64, 0, PROVINCE, TINH, "64", "Tỉnh Cao Nguyên", "Cao Nguyen Province"},
        {631, 64, DISTRICT, HUYEN, "631", "Huyện Suối Trong", "Suoi Trong District"},
        {632, 64, DISTRICT, HUYEN, "632", "Huyện Đồi Xanh", "Doi Xanh District"},
        {23857, 631, COMMUNE, THI_TRAN, "23857", "Thị trấn Suối Trong", "Suoi Trong Township"},
        {23860, 631, COMMUNE, XA, "23860", "Xã Bình An", "Binh An Commune"},
        {23863, 631, COMMUNE, XA, "23863", "Xã Hoà Thuận", ""},
        {23887, 632, COMMUNE, THI_TRAN, "23887", "Thị trấn Đồi Xanh", "Doi Xanh Township"},
        {23888, 632, COMMUNE, XA, "23888", "Xã Tân Lập", "Tan Lap Commune"},
        {23899, 632, COMMUNE, XA, "23899", "Xã Tân Sơn", "Tan Son Commune"},
    };
    static const uint32_t successor = 23888;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct unit_version version = {
            .from = DATE_MIN,
            .to = DATE_MAX,
            .parent = rows[i].parent,
            .level = rows[i].level,
            .type = rows[i].type,
            .code = TEXT(rows[i].code),
            .name_vi = TEXT(rows[i].name_vi),
            .name_en = TEXT(rows[i].name_en),
        };
        bool is_merged_away = rows[i].id == 23899;

        if (is_merged_away && date_make(2024, 9, 30, &version.to) != ERR_OK)
            abort();
        catalogue_add_unit_version(catalogue, rows[i].id, &version, &successor,
                                   is_merged_away ? 1 : 0);
    }
}

static void add_forms(struct catalogue *catalogue)
{
    const struct form forms[] = {
        {.number = 1,
         .code = TEXT("general"),
         .name_vi = TEXT("Báo cáo chung"),
         .name_en = TEXT("General report"),
         .due_level_mask = 1u << DISTRICT | 1u << COMMUNE},
        {.number = 2,
         .code = TEXT("security"),
         .name_vi = TEXT("An ninh trật tự"),
         .name_en = TEXT("Security"),
         .due_level_mask = 1u << COMMUNE},
    };

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        catalogue_add_form(catalogue, &forms[i]);
}

static void add_indicators(struct catalogue *catalogue)
{
    enum { F = NATURE_FLOW, S = NATURE_STOCK };
    enum { SUM = AGGREGATION_SUM, MAX = AGGREGATION_MAX };
    enum { MIN = AGGREGATION_MIN, DERIVED = AGGREGATION_DERIVED };
    static const struct {
        uint32_t number;
        const char *code, *name_vi, *name_en, *measure;
        int nature; /* enum nature, aggregation: short names keep a row readable */
        int aggregation;
        uint8_t decimals;
        bool is_signed;
        uint32_t form, part_of, level_mask;
        const char *rule;
    } rows[] = {
        {1, "model.registered", "Mô hình đăng ký", "Models registered", "mô hình", F, SUM, 0, false,
         1, 0, ALL_LEVELS, ""},
        {2, "model.recognised", "Mô hình được công nhận", "Models recognised", "mô hình", F, SUM, 0,
         false, 1, 0, ALL_LEVELS, ""},
        {3, "model.recognised.collective", "Trong đó: tập thể", "of which collective", "mô hình", F,
         SUM, 0, false, 1, 2, ALL_LEVELS, ""},
        {4, "model.recognised.individual", "Trong đó: cá nhân", "of which individual", "mô hình", F,
         SUM, 0, false, 1, 2, ALL_LEVELS, ""},
        {5, "model.recognition_rate", "Tỷ lệ được công nhận", "Recognition rate", "%", F, DERIVED,
         2, false, 0, 0, ALL_LEVELS, "= 100 * model.recognised / model.registered"},
        {6, "poverty.poor", "Hộ nghèo", "Poor households", "hộ", S, SUM, 0, false, 1, 0, ALL_LEVELS,
         ""},
        {7, "contrib.land", "Đất hiến", "Land donated", "m2", F, SUM, 1, false, 1, 0, ALL_LEVELS,
         ""},
        {8, "pupil.rate", "Mức hỗ trợ mỗi em", "Support per pupil", "đồng", S, MAX, 0, false, 1, 0,
         ALL_LEVELS, ""},
        {9, "dialogue.district", "Đối thoại cấp huyện", "Dialogues held by districts", "cuộc", F,
         SUM, 0, false, 1, 0, 1u << DISTRICT, ""},
        {10, "dialogue.commune", "Đối thoại cấp xã", "Dialogues held by communes", "cuộc", F, SUM,
         0, false, 1, 0, 1u << COMMUNE, ""},
        {11, "dialogue.total", "Cuộc đối thoại", "Dialogues", "cuộc", F, DERIVED, 0, false, 0, 0,
         ALL_LEVELS, "= dialogue.district + dialogue.commune"},
        {12, "org.xa", "Số xã", "Rural communes", "xã", S, DERIVED, 0, false, 0, 0, ALL_LEVELS,
         "count@commune(unit.type = xa)"},
        {13, "balance", "Chênh lệch thu chi", "Balance", "triệu đồng", F, SUM, 2, true, 1, 0,
         ALL_LEVELS, ""},
        {14, "first.day", "Ngày bắt đầu sớm nhất", "Earliest start", "ngày", S, MIN, 0, false, 1, 0,
         ALL_LEVELS, ""},
        {20, "security.team", "Tổ bảo vệ an ninh trật tự", "Security teams", "tổ", S, SUM, 0, false,
         2, 0, 1u << COMMUNE, ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        catalogue_add_indicator(catalogue, &(struct indicator){
                                               .number = rows[i].number,
                                               .code = TEXT(rows[i].code),
                                               .name_vi = TEXT(rows[i].name_vi),
                                               .name_en = TEXT(rows[i].name_en),
                                               .section = TEXT(""),
                                               .measure = TEXT(rows[i].measure),
                                               .nature = (enum nature)rows[i].nature,
                                               .aggregation = (enum aggregation)rows[i].aggregation,
                                               .decimals = rows[i].decimals,
                                               .is_signed = rows[i].is_signed,
                                               .form = rows[i].form,
                                               .part_of = rows[i].part_of,
                                               .level_mask = rows[i].level_mask,
                                               .valid_from = DATE_MIN,
                                               .valid_to = DATE_MAX,
                                               .rule = TEXT(rows[i].rule),
                                           });
}

struct catalogue *sample_catalogue(void)
{
    struct catalogue *catalogue = catalogue_new();
    struct problems problems = {0};

    catalogue->number = 1;
    catalogue->title_vi = mem_strdup("Danh mục mẫu");
    catalogue->title_en = mem_strdup("Sample catalogue");
    catalogue->calendar = (struct calendar){{-1, 12, 15}, {0, 6, 14}, {0, 6, 15}, {0, 12, 14}};
    add_levels_and_types(catalogue);
    add_units(catalogue);
    add_forms(catalogue);
    add_indicators(catalogue);
    if (catalogue_finish(catalogue, NULL, &problems) != ERR_OK) {
        for (size_t i = 0; i < problems.count; i++)
            fprintf(stderr, "sample catalogue: %s\n", problems.items[i].text);
        abort();
    }
    problems_fini(&problems);
    return catalogue;
}
