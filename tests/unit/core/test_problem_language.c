/* What a formula, a check or a new catalogue may not say is told in Vietnamese to who reads it. */
#include "lib/cm.h"
#include "lib/sample.h"

#include "core/check.h"
#include "core/mem.h"

static void formulas_are_told_in_vietnamese(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"model.registered", "rule bắt đầu bằng = hoặc count@, như “= 100 * a / b” hoặc "
                             "“count@commune(a > 0)”"},
        {"= model.registered ×", "viết * thay cho ×"},
        {"= nothing.here", "danh mục không có chỉ tiêu “nothing.here”: sửa lại mã, hoặc thêm vào "
                           "danh mục"},
        {"= model.registered > 1", "ở đây cần một con số, không phải điều kiện: điều kiện viết "
                                   "trong count@level( )"},
        {"= (1", "đóng ngoặc bằng ), hoặc viết một phép tính"},
        {"= 1.", "đây không phải là số: viết các chữ số và nhiều nhất 6 chữ số thập phân sau dấu "
                 "chấm, như 1000 hoặc 0.5"},
        {"count@xa(unit)", "“xa” là loại đơn vị: ghi một cấp, và hỏi loại trong ngoặc: "
                           "(unit.type = ...)"},
    };
    struct catalogue *catalogue = sample_catalogue();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct formula *formula = NULL;
        struct formula_error error = {.is_vietnamese = true};
        assert_int_not_equal(formula_parse(rows[i].text, catalogue, &formula, &error), ERR_OK);
        assert_string_equal(error.text, rows[i].says);
    }
    catalogue_free(&catalogue);
}

static void checks_are_told_in_vietnamese(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"= 1", "viết == khi hai số phải bằng nhau; một dấu = là của rule"},
        {"in 1", "viết các số trong ngoặc nhọn: in {0, 1}"},
        {"warn <= 1", "viết warn: có dấu hai chấm, như “warn: <= 100”"},
        {"<= 1;", "ở đây thiếu một điều kiện: viết vào, hoặc bỏ dấu ;"},
        {"model.registered <= 1", "vế trái của điều kiện chính là chỉ tiêu: bỏ nó đi, và bắt đầu "
                                  "bằng <=, >=, ==, <, >, != hoặc in {...}"},
        {"<= 1 #", "ký tự này không có nghĩa ở đây: viết mã, số như 0.5, + - * / ( ), phép so "
                   "sánh, in {0, 1}, và ; giữa các điều kiện"},
    };
    struct catalogue *catalogue = sample_catalogue();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct check *checks = NULL;
        size_t count = 0;
        struct formula_error error = {.is_vietnamese = true};
        assert_int_not_equal(checks_parse(rows[i].text, catalogue_indicator(catalogue, 1),
                                          catalogue, &checks, &count, &error),
                             ERR_OK);
        assert_string_equal(error.text, rows[i].says);
    }
    catalogue_free(&catalogue);
}

/* ---- succession ---- */

static void same_number(struct catalogue *c)
{
    c->number = 1;
}

static void other_calendar(struct catalogue *c)
{
    c->calendar.s1_last.day--;
    c->calendar.s2_first.day--;
}

static void other_sign(struct catalogue *c)
{
    c->indicators[0].is_signed = true;
}

static void indicator_gone(struct catalogue *c)
{
    c->indicators[0].number = 9999;
}

static void form_gone(struct catalogue *c)
{
    c->forms[1].number = 9999;
}

static void other_parent(struct catalogue *c)
{
    for (size_t i = 0; i < c->unit_count; i++)
        if (c->units[i].id == 23860)
            c->units[i].versions[0].parent = 632;
}

static void successions_are_told_in_vietnamese(void **state)
{
    static const struct {
        const char *name;
        void (*change)(struct catalogue *catalogue);
        const char *says; /* the first thing */
    } rows[] = {
        {"same number", same_number,
         "danh mục mang số 1, mà danh mục 1 đang có hiệu lực: đặt số lớn hơn"},
        {"calendar", other_calendar,
         "không thể đổi lịch của năm 2025 vì năm đó đã bắt đầu: giữ S1 từ 2024-12-15 đến "
         "2025-06-14, S2 từ 2025-06-15 đến 2025-12-14; cho lịch khác bắt đầu từ một năm sau"},
        {"sign", other_sign,
         "chỉ tiêu 1 (model.registered): việc cho phép số âm đã công bố, không thể đổi: trả lại "
         "như "
         "cũ, hoặc thêm một chỉ tiêu với số mới"},
        {"indicator gone", indicator_gone,
         "thiếu chỉ tiêu 1 (model.registered) đã có: giữ lại, và ghi ngày cuối để kết thúc nó"},
        {"form gone", form_gone,
         "thiếu biểu mẫu 2 (security) đã có: giữ lại, và không để cấp nào phải nộp nó nữa"},
        {"parent", other_parent,
         "đơn vị 23860 đổi cấp trên, cấp, loại hoặc hiệu lực vào ngày đầu tiên của nó, nhưng cây "
         "đơn vị đã cố định đến 2025-06-14 theo các kỳ đã kết thúc: cho thay đổi bắt đầu muộn hơn"},
    };
    struct date today;
    (void)state;
    assert_int_equal(date_make(2025, 7, 1, &today), ERR_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalogue *current = sample_catalogue(), *next = sample_catalogue();
        struct problems problems = {.is_vietnamese = true};
        next->number = 2;
        rows[i].change(next);
        (void)catalogue_check_succession(current, next, today, &problems);
        if (problems.count == 0 || strcmp(problems.items[0].text, rows[i].says) != 0)
            fail_msg("%s: %s", rows[i].name, problems.count > 0 ? problems.items[0].text : "fine");
        problems_fini(&problems);
        catalogue_free(&current);
        catalogue_free(&next);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_are_told_in_vietnamese),
        cmocka_unit_test(checks_are_told_in_vietnamese),
        cmocka_unit_test(successions_are_told_in_vietnamese),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
