/* What `tonghop explain` prints of a count, unit by unit, and of the units of one type: in words
 * for people, in one table for programs. */
#include "lib/cm.h"

#include <stdio.h>
#include <unistd.h>

#include "client/explain.h"
#include "core/mem.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
/* The generated structs have char * members. */
#define TEXT(literal) ((char *)(uintptr_t)(literal))
#define TYPE(name)    TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_##name

static void assert_prints(const Tonghop__Explanation *explanation, bool is_english,
                          enum output output, const char *expected)
{
    const struct common common = {.is_english = is_english, .output = output};
    char text[8192] = "";
    FILE *file = tmpfile();
    (void)fflush(NULL);
    int saved = dup(STDOUT_FILENO);
    assert_true(saved >= 0 && file != NULL);
    assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
    explain_print(&common, explanation);
    (void)fflush(NULL);
    assert_true(dup2(saved, STDOUT_FILENO) >= 0);
    close(saved);
    rewind(file);
    assert_true(fread(text, 1, sizeof(text) - 1, file) < sizeof(text) - 1);
    (void)fclose(file);
    assert_string_equal(text, expected);
}

/* ---- an answer ---- */

static Tonghop__UnitInfo units[4];
static Tonghop__IndicatorInfo rate, registered;

static void fill_unit(Tonghop__UnitInfo *unit, uint32_t id, const char *code, const char *name_vi,
                      const char *name_en)
{
    tonghop__unit_info__init(unit);
    unit->id = id;
    unit->code = TEXT(code);
    unit->name_vi = TEXT(name_vi);
    unit->name_en = TEXT(name_en);
}

static int setup(void **state)
{
    (void)state;
    fill_unit(&units[0], 631, "631", "Huyện Suối Trong", "Suoi Trong District");
    fill_unit(&units[1], 23857, "23857", "Thị trấn Suối Trong", "Suoi Trong Township");
    fill_unit(&units[2], 23860, "23860", "Xã Bình An", "Binh An Commune");
    fill_unit(&units[3], 23863, "23863", "Xã Bình Hòa", "Binh Hoa Commune");
    tonghop__indicator_info__init(&rate);
    rate.code = TEXT("model.active");
    rate.name_vi = TEXT("Xã có mô hình");
    rate.name_en = TEXT("Communes with models");
    rate.measure = TEXT("xã");
    rate.measure_en = TEXT("communes");
    rate.is_derived = true;
    tonghop__indicator_info__init(&registered);
    registered.code = TEXT("model.registered");
    registered.name_vi = TEXT("Mô hình");
    registered.name_en = TEXT("Models");
    registered.measure = TEXT("mô hình");
    registered.measure_en = TEXT("models");
    return 0;
}

struct answer {
    Tonghop__Explanation message;
    Tonghop__Value total, operand;
    Tonghop__Value *operand_values[1];
    Tonghop__IndicatorInfo *operands[1];
    Tonghop__ExplainLine lines[8], *line_pointers[8];
};

static void set_number(Tonghop__Value *value, uint64_t number)
{
    tonghop__value__init(value);
    value->has_value = true;
    value->qualifier = TONGHOP__QUALIFIER__QUALIFIER_EXACT;
    value->value_low = number;
    value->unit_count = value->exact_count = 2;
}

static void add_line(struct answer *answer, Tonghop__ExplainType type, Tonghop__UnitInfo *unit,
                     const char *note)
{
    size_t i = answer->message.n_lines++;
    tonghop__explain_line__init(&answer->lines[i]);
    answer->line_pointers[i] = &answer->lines[i];
    answer->lines[i].type = type;
    answer->lines[i].unit = unit;
    answer->lines[i].note = TEXT(note);
}

/* One of three communes is counted: `note` is what the lines say of the condition. */
static void fill(struct answer *answer, const char *note)
{
    *answer = (struct answer){0};
    tonghop__explanation__init(&answer->message);
    set_number(&answer->total, 1);
    set_number(&answer->operand, 15);
    answer->total.known_count = 2;
    answer->total.all_count = 3;
    answer->operands[0] = &registered;
    answer->operand_values[0] = &answer->operand;
    answer->message.period = TEXT("2024");
    answer->message.indicator = &rate;
    answer->message.unit = &units[0];
    answer->message.total = &answer->total;
    answer->message.operands = answer->operands;
    answer->message.operand_values = answer->operand_values;
    answer->message.n_operands = answer->message.n_operand_values = 1;
    answer->message.lines = answer->line_pointers;
    add_line(answer, TYPE(COUNTED), &units[1], note);
    add_line(answer, TYPE(NOT_COUNTED), &units[2], note);
    add_line(answer, TYPE(UNDECIDED), &units[3], note);
}

/* ---- units that are counted ---- */

/* Beneath what it is computed from, which there may be none of. */
static void test_counts(void **state)
{
    (void)state;
    struct answer answer;
    fill(&answer, "");
    assert_prints(&answer.message, false, OUTPUT_TEXT,
                  "Xã có mô hình (model.active), 631 Huyện Suối Trong, 2024: 1 xã (xác định được "
                  "2/3 đơn vị)\n"
                  "\n"
                  "Mã                Chỉ tiêu  Số liệu  Báo cáo  Ghi chú\n"
                  "model.registered  Mô hình        15        2\n"
                  "\n"
                  "Đơn vị                     Kết quả\n"
                  "23857 Thị trấn Suối Trong  được tính\n"
                  "23860 Xã Bình An           không được tính\n"
                  "23863 Xã Bình Hòa          chưa xác định được (thiếu số hoặc số không chính "
                  "xác)\n");
    answer.message.n_operands = 0;
    assert_prints(&answer.message, true, OUTPUT_TEXT,
                  "Communes with models (model.active), 631 Suoi Trong District, 2024: 1 communes "
                  "(decided for 2 of 3 units)\n"
                  "\n"
                  "Unit                       Result\n"
                  "23857 Suoi Trong Township  counted\n"
                  "23860 Binh An Commune      not counted\n"
                  "23863 Binh Hoa Commune     undecided (a figure is missing or not exact)\n");
}

/* An operand says what has to be known of it: the year that it is of, and years that it lacks. */
static void test_marks_of_operands(void **state)
{
    (void)state;
    struct answer answer;
    fill(&answer, "");
    answer.message.n_lines = 0;
    answer.message.from = TEXT("2021");
    answer.total.known_count = answer.total.all_count = 0;
    answer.total.as_of = answer.operand.as_of = 2023;
    answer.operand.partial_count = 1;
    assert_prints(
        &answer.message, false, OUTPUT_TEXT,
        "Xã có mô hình (model.active), 631 Huyện Suối Trong, 2021–2024: 1 xã (số của năm "
        "2023)\n"
        "\n"
        "Mã                Chỉ tiêu  Số liệu  Báo cáo  Ghi chú\n"
        "model.registered  Mô hình        15        2  1 báo cáo mới có nửa năm; số của năm "
        "2023\n");
    answer.operand.as_of = answer.operand.partial_count = 0;
    answer.operand.missing_years = 2;
    assert_prints(&answer.message, true, OUTPUT_TEXT,
                  "Communes with models (model.active), 631 Suoi Trong District, 2021–2024: 1 "
                  "communes (as of 2023)\n"
                  "\n"
                  "Code              Indicators  Figure  Reports  Notes\n"
                  "model.registered  Models          15        2  no figure for 2022\n");
}

/* With the condition where it is not the only one. */
static void test_conditions(void **state)
{
    (void)state;
    struct answer answer;
    fill(&answer, "model.registered > 5");
    answer.message.n_operands = 0;
    add_line(&answer, TYPE(COUNTED), &units[0], "unit");
    assert_prints(
        &answer.message, false, OUTPUT_TEXT,
        "Xã có mô hình (model.active), 631 Huyện Suối Trong, 2024: 1 xã (xác định được "
        "2/3 đơn vị)\n"
        "\n"
        "Đơn vị                     Kết quả                                                "
        "Điều kiện\n"
        "23857 Thị trấn Suối Trong  được tính                                              "
        "model.registered > 5\n"
        "23860 Xã Bình An           không được tính                                        "
        "model.registered > 5\n"
        "23863 Xã Bình Hòa          chưa xác định được (thiếu số hoặc số không chính "
        "xác)  model.registered > 5\n"
        "631 Huyện Suối Trong       được tính                                              "
        "unit\n");
}

/* One table: itself, what it is computed from, and the units. */
static void test_counts_csv(void **state)
{
    (void)state;
    struct answer answer;
    fill(&answer, "");
    answer.message.from = TEXT("2021");
    answer.lines[2].note = TEXT("model.registered > 5");
    assert_prints(
        &answer.message, true, OUTPUT_CSV,
        "type,indicator,name,value,qualifier,upper,unit_count,measure,unit,unit_id,unit_name,from,"
        "period,by_type,condition,as_of\r\n"
        "total,model.active,Communes with models,1,=,,2,communes,631,631,Suoi Trong "
        "District,2021,2024,,,\r\n"
        "operand,model.registered,Models,15,=,,2,models,631,631,Suoi Trong "
        "District,2021,2024,,,\r\n"
        "counted,model.active,Communes with models,,,,,,23857,23857,Suoi Trong "
        "Township,2021,2024,,,\r\n"
        "not-counted,model.active,Communes with models,,,,,,23860,23860,Binh An "
        "Commune,2021,2024,,,\r\n"
        "undecided,model.active,Communes with models,,,,,,23863,23863,Binh Hoa "
        "Commune,2021,2024,,model.registered > 5,\r\n");
}

/* ---- units of one type ---- */

/* The type is part of what the figure is of, by its name for people and its code for programs. */
static void test_a_type(void **state)
{
    (void)state;
    struct answer answer;
    fill(&answer, "");
    answer.message.type = TEXT("xa");
    answer.message.type_vi = TEXT("xã");
    answer.message.from = TEXT("2021");
    answer.message.indicator = &registered;
    answer.message.n_lines = 0;
    answer.total.known_count = answer.total.all_count = 0;
    assert_prints(&answer.message, false, OUTPUT_TEXT,
                  "Mô hình (model.registered), 631 Huyện Suối Trong, xã, 2021–2024: 1 mô hình\n\n");
    /* Without an English name there is the other. */
    assert_prints(
        &answer.message, true, OUTPUT_TEXT,
        "Models (model.registered), 631 Suoi Trong District, xã, 2021–2024: 1 models\n\n");
    answer.message.type_en = TEXT("commune");
    assert_prints(
        &answer.message, true, OUTPUT_TEXT,
        "Models (model.registered), 631 Suoi Trong District, commune, 2021–2024: 1 models\n\n");
    assert_prints(
        &answer.message, true, OUTPUT_CSV,
        "depth,type,unit,unit_id,unit_name,value,qualifier,upper,period,scope,unit_count,revision,"
        "received,author,reason,note,source,states,withdrawn,counts,from,by_type\r\n"
        ",total,631,631,Suoi Trong District,1,=,,2024,,2,,,,,,,,,,2021,xa\r\n");
}

static void test_a_type_of_a_count(void **state)
{
    (void)state;
    struct answer answer;
    fill(&answer, "");
    answer.message.type = TEXT("xa");
    answer.message.type_vi = TEXT("xã");
    answer.message.n_lines = 1;
    assert_prints(
        &answer.message, false, OUTPUT_CSV,
        "type,indicator,name,value,qualifier,upper,unit_count,measure,unit,unit_id,unit_name,from,"
        "period,by_type,condition,as_of\r\n"
        "total,model.active,Xã có mô hình,1,=,,2,xã,631,631,Huyện Suối Trong,,2024,xa,,\r\n"
        "operand,model.registered,Mô hình,15,=,,2,mô hình,631,631,Huyện Suối Trong,,2024,xa,,\r\n"
        "counted,model.active,Xã có mô hình,,,,,,23857,23857,Thị trấn Suối Trong,,2024,xa,,\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_counts, setup),
        cmocka_unit_test_setup(test_marks_of_operands, setup),
        cmocka_unit_test_setup(test_conditions, setup),
        cmocka_unit_test_setup(test_counts_csv, setup),
        cmocka_unit_test_setup(test_a_type, setup),
        cmocka_unit_test_setup(test_a_type_of_a_count, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
