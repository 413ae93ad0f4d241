/* An author who reads Vietnamese is told in Vietnamese what is wrong with a catalogue, whichever
 * file it is in; codes, columns and keys stay as they are written. */
#include "lib/cm.h"

#include <stdio.h>
#include <unistd.h>

#include "client/catalogue_dir.h"
#include "core/mem.h"

enum { INI, UNITS, FORMS, INDICATORS, FILE_COUNT };
static const char *const names[FILE_COUNT] = {"catalogue.ini", "units.csv", "forms.csv",
                                              "indicators.csv"};
static const char *const good[FILE_COUNT] = {
    "[catalogue]\nnumber = 3\ntitle_vi = Thử\n"
    "[calendar]\ns1_first = 01-01\ns1_last = 06-30\ns2_first = 07-01\ns2_last = 12-31\n"
    "[level province]\nname_vi = Tỉnh\n[level commune]\nname_vi = Xã\n"
    "[type tinh]\nname_vi = tỉnh\n[type xa]\nname_vi = xã\n"
    "[section a]\nname_vi = Mục\n"
    "[measure hộ]\nname_en = households\n[measure đồng]\nquantity = money\n",
    "id,code,level,type,parent,from,to,name_vi,name_en,successors\n"
    "64,64,province,tinh,,,,Tỉnh Thử,,\n"
    "1001,01,commune,xa,64,,2024-06-30,Xã Cũ,,1002\n"
    "1002,02,commune,xa,64,,,Xã Hai,,\n",
    "number,code,name_vi,name_en,due,accept\n1,chung,Báo cáo chung,,commune,\n",
    "number,code,form,section,name_vi,name_en,measure,nature,aggregation,decimals,signed,part_of,"
    "levels,valid_from,valid_to,rule,checks\n"
    "1,a.all,chung,a,Tất cả,,hộ,flow,sum,0,,,commune,,,,\n"
    "2,a.some,chung,a,Một phần,,hộ,flow,sum,0,,a.all,commune,,,,commune >= 0\n"
    "3,a.rate,,a,Tỷ lệ,,%,flow,,2,,,province,,,= 100 * a.some / a.all,\n"
    "4,b,chung,,Tiền,,đồng,stock,max,0,,,commune,,,,\n",
};

static const struct {
    const char *name;
    int file;
    const char *old, *new, *says; /* the first thing that is said */
} rows[] = {
    {"a key of catalogue.ini", INI, "title_vi = Thử\n", "",
     "thiếu title_vi trong [catalogue]: thêm `title_vi = ...`"},
    {"a day of no year", INI, "06-30", "06-31",
     "s1_last không phải là ngày có trong mọi năm: viết 06-14, hoặc -1/12-15 cho một ngày của năm "
     "trước, hoặc +1/01-10 cho một ngày của năm sau"},
    {"an unknown key", INI, "number = 3", "number = 3\nnumer = 3",
     "tên numer không dùng được trong [catalogue]: sửa lại hoặc bỏ dòng này"},
    {"a line that is none", INI, "number = 3", "number = 3\nwhat",
     "không hiểu dòng này: viết `tên = giá trị`, hoặc đặt `;` trước lời ghi chú"},
    {"a missing column", FORMS, "accept", "acept",
     "thiếu cột accept: thêm cột này vào dòng tiêu đề; các ô của nó có thể để trống"},
    {"no whole number", INDICATORS, "4,b,", "x,b,",
     "number “x” không phải là số nguyên từ 1 đến 4294967295: sửa lại"},
    {"an unknown section", INI, "[level province]", "[lịch 2026]\n[level province]",
     "không có mục [lịch 2026]: các mục là [catalogue], [calendar], [calendar NĂM], [level MÃ], "
     "[type MÃ], [section MÃ], [body MÃ] và [measure TÊN]; sửa lại hoặc bỏ mục này"},
    {"a missing column that is needed", FORMS, "name_vi,name_en", "name_en",
     "thiếu cột name_vi: thêm cột này và ghi đủ ở mọi dòng"},
    {"an unknown word", INDICATORS, "stock,max", "stok,max",
     "nature “stok” không hợp lệ: viết flow hoặc stock"},
    {"an unknown word, or nothing", FORMS, "commune,\n", "commune,hand\n",
     "accept “hand” không hợp lệ: viết auto hoặc manual, hoặc để trống"},
    {"several levels", FORMS, "commune,\n", "commune; province,\n",
     "cấp “commune; province” không có trong catalogue.ini: viết một trong các mã province, "
     "commune; nếu có nhiều cấp thì cách nhau bằng |"},
    {"an overlap of calendars", INI, "[level province]",
     "[calendar 2026]\ns1_first = -1/12-15\ns1_last = 06-30\ns2_first = 07-01\ns2_last = "
     "12-14\n[level province]",
     "năm 2026 bắt đầu ngày 2025-12-15, nhưng năm 2025 theo lịch trước kết thúc ngày 2025-12-31: "
     "đặt cho năm 2026 một lịch riêng bắt đầu ngay hôm sau, rồi mới đến lịch này"},
    {"no code", INDICATORS, "4,b,", "4,b-,",
     "chỉ tiêu 4: mã “b-” không đúng dạng: viết từ 1 đến 64 chữ cái a-z, chữ số và '_', bắt đầu "
     "bằng "
     "chữ cái, các phần nối bằng '.', và không trùng từ của ngôn ngữ công thức"},
    {"no name", UNITS, "Xã Hai", "", "đơn vị 1002: tên tiếng Việt để trống: điền vào"},
    {"an unknown parent", UNITS, "xa,64,,,", "xa,65,,,",
     "đơn vị 1002: không có đơn vị cấp trên 65: viết id (không phải mã) của một đơn vị có trong "
     "danh mục"},
    {"a successor that is not there then", UNITS, "64,,,Xã Hai", "64,2025-01-01,,Xã Hai",
     "đơn vị 1001: đơn vị kế thừa 1002 không có hiệu lực vào ngày ngay sau khi đơn vị 1001 kết "
     "thúc: sửa một trong hai ngày"},
    {"a section that is not declared", INDICATORS, "chung,a,Tất", "chung,c,Tất",
     "chỉ tiêu 1: section “c” không có trong catalogue.ini: sửa lại, hoặc thêm [section c] vào đó"},
    {"the name of a section", INDICATORS, "chung,a,Tất", "chung,Kinh tế,Tất",
     "chỉ tiêu 1: section “Kinh tế” không phải là mã: viết MÃ của một [section MÃ] trong "
     "catalogue.ini, không viết tên"},
    {"a form for a derived one", INDICATORS, "a.rate,,a", "a.rate,chung,a",
     "chỉ tiêu 3 là chỉ tiêu tính ra, không bao giờ được nộp: để trống form"},
    {"a rule that does not parse", INDICATORS, "/ a.all", "/ a.al",
     "chỉ tiêu 3: rule, ở ký tự thứ 18: danh mục không có chỉ tiêu “a.al”: sửa lại mã, hoặc thêm "
     "vào danh mục"},
    {"a rule of an entered one", INDICATORS, "max,0,,,commune,,,,", "max,0,,,commune,,,= a.all,",
     "chỉ tiêu 4 là chỉ tiêu nhập mà lại có rule: bỏ rule, hoặc để trống aggregation để thành chỉ "
     "tiêu tính ra"},
    {"a check for another level", INDICATORS, "commune >= 0", "province >= 0",
     "chỉ tiêu 2: điều kiện “province >= 0” dành cho cấp province, là cấp không báo cáo chỉ tiêu "
     "này: bỏ cấp đó, hoặc thêm nó vào levels"},
    {"a check without a sign", INDICATORS, "commune >= 0", "commune 0",
     "chỉ tiêu 2: checks, ở ký tự thứ 9: điều kiện bắt đầu bằng <=, >=, ==, <, >, != hoặc in "
     "{...}, sau warn: và các cấp nếu có, như “warn: commune <= 100”"},
    {"a circle", INDICATORS, "a.some / a.all", "a.rate",
     "chỉ tiêu 3: rule dẫn về chính nó (a.rate -> a.rate): cắt vòng này"},
    {"unlike measures", INDICATORS, "a.some / a.all", "(a.some + b) / a.all",
     "chỉ tiêu 3: rule, ở ký tự thứ 17: không thể cộng hoặc trừ “hộ” và “đồng”: mọi số hạng phải "
     "cùng đơn vị tính"},
    {"a percentage without its factor", INDICATORS, "100 * ", "",
     "chỉ tiêu 3: rule cho ra tỷ số, còn đơn vị tính là tỷ lệ phần trăm (%): tỷ lệ phần trăm cần "
     "nhân với 100: viết = 100 * a / b"},
};

static int make_folder(void **state)
{
    char *path = mem_strdup("/tmp/test_catalogue_language.XXXXXX");
    *state = path;
    return mkdtemp(path) == NULL;
}

static int remove_folder(void **state)
{
    int rc = rmdir(*state);
    free(*state);
    return rc;
}

/* The good folder with its first `old` of one file replaced. */
static void read_changed(const char *folder, int changed, const char *old, const char *new,
                         struct problems *problems)
{
    struct catalogue *catalogue = NULL;
    char *paths[FILE_COUNT];

    for (int i = 0; i < FILE_COUNT; i++) {
        const char *at = i == changed ? strstr(good[i], old) : good[i];
        assert_non_null(at);
        paths[i] = mem_printf("%s/%s", folder, names[i]);
        FILE *file = fopen(paths[i], "w");
        assert_non_null(file);
        fprintf(file, "%.*s%s%s", (int)(at - good[i]), good[i], i == changed ? new : "",
                i == changed ? at + strlen(old) : at);
        assert_int_equal(fclose(file), 0);
    }
    (void)catalogue_dir_read(folder, problems, &catalogue);
    catalogue_free(&catalogue);
    for (int i = 0; i < FILE_COUNT; i++) {
        assert_int_equal(unlink(paths[i]), 0);
        free(paths[i]);
    }
}

static void problems_are_told_in_vietnamese(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problems problems = {.is_vietnamese = true};
        read_changed(*state, rows[i].file, rows[i].old, rows[i].new, &problems);
        if (problems.count == 0 || strcmp(problems.items[0].text, rows[i].says) != 0)
            fail_msg("%s: %s", rows[i].name, problems.count > 0 ? problems.items[0].text : "fine");
        problems_fini(&problems);
    }
}

/* The rows above change a folder that is in order. */
static void the_folder_is_in_order(void **state)
{
    struct problems problems = {.is_vietnamese = true};
    read_changed(*state, INI, "number = 3", "number = 3", &problems);
    if (problems.count != 0)
        fail_msg("%s", problems.items[0].text);
    problems_fini(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_folder_is_in_order),
        cmocka_unit_test(problems_are_told_in_vietnamese),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
