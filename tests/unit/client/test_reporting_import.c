/* Report files as people make them: columns, indicators, units and figures by the names and words
 * that people use, as long as these say one thing. */
#include "lib/cm.h"

#include <stdio.h>

#include "client/reporting.h"
#include "core/mem.h"

#define TEXT(literal) ((char *)(uintptr_t)(literal))

/* The tree of 2024, and the sample catalogue with more indicators and a unit: namesakes among them.
 */
struct world {
    struct catalogue *catalogue;
    struct tree *tree;
};

static void add_namesakes(struct catalogue *catalogue)
{
    enum { ALL_LEVELS = 7 };
    static const struct indicator model = {.measure = TEXT("mô hình"),
                                           .name_en = TEXT(""),
                                           .section = TEXT(""),
                                           .rule = TEXT(""),
                                           .nature = NATURE_FLOW,
                                           .aggregation = AGGREGATION_SUM,
                                           .form = 1,
                                           .level_mask = ALL_LEVELS};
    static const struct {
        uint32_t number, part_of;
        const char *code, *name_vi;
    } rows[] = {
        {30, 1, "model.registered.individual", "Trong đó: cá nhân"},
        {31, 0, "pilot", "Mô hình “Khéo”, thí điểm"},
        {32, 31, "pilot.poor", "Trong đó: hộ nghèo"},
        {33, 0, "relief", "Tiền cứu trợ"},
    };
    const struct unit_version namesake = {.parent = 632,
                                          .level = 2,
                                          .type = 2,
                                          .from = DATE_MIN,
                                          .to = DATE_MAX,
                                          .code = TEXT("23889"),
                                          .name_vi = TEXT("Xã Đồi Xanh"),
                                          .name_en = TEXT("")};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct indicator indicator = model;
        indicator.number = rows[i].number;
        indicator.part_of = rows[i].part_of;
        indicator.code = TEXT(rows[i].code);
        indicator.name_vi = TEXT(rows[i].name_vi);
        indicator.valid_from = DATE_MIN;
        indicator.valid_to = DATE_MAX;
        if (rows[i].number == 33)
            indicator.measure = TEXT("triệu đồng");
        catalogue_add_indicator(catalogue, &indicator);
    }
    catalogue_add_unit_version(catalogue, 23889, &namesake, NULL, 0);
}

static struct catalogue *make_catalogue(void)
{
    struct catalogue *sample = sample_catalogue(), *catalogue = catalogue_new();
    struct problems problems = {0};
    catalogue->number = sample->number;
    catalogue->title_vi = mem_strdup(sample->title_vi);
    catalogue->title_en = mem_strdup(sample->title_en);
    catalogue->calendar = sample->calendar;
    for (size_t i = 0; i < sample->level_count; i++)
        catalogue_add_level(catalogue, &sample->levels[i]);
    for (size_t i = 0; i < sample->type_count; i++)
        catalogue_add_type(catalogue, &sample->types[i]);
    for (size_t i = 0; i < sample->form_count; i++)
        catalogue_add_form(catalogue, &sample->forms[i]);
    for (size_t i = 0; i < sample->indicator_count; i++)
        catalogue_add_indicator(catalogue, &sample->indicators[i]);
    for (size_t i = 0; i < sample->unit_count; i++)
        catalogue_add_unit_version(catalogue, sample->units[i].id, sample->units[i].versions,
                                   sample->units[i].successors, sample->units[i].successor_count);
    add_namesakes(catalogue);
    if (catalogue_finish(catalogue, NULL, &problems) != ERR_OK)
        fail_msg("%s", problems.items[0].text);
    problems_fini(&problems);
    catalogue_free(&sample);
    return catalogue;
}

static int set_up(void **state)
{
    struct world *world = mem_calloc(1, sizeof(*world));
    world->catalogue = make_catalogue();
    world->tree = tree_new(world->catalogue, (struct period){2024, PERIOD_Y});
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    tree_free(&world->tree);
    catalogue_free(&world->catalogue);
    free(world);
    return 0;
}

/* The reports, as "unit indicator qualifier value/upper(note) ...", one on each line, then the
 * problems. */
static char *import(const struct world *world, uint32_t root, const char *bytes, bool is_english)
{
    const struct csv_sheet sheet = {.judge = reporting_judge_header, .needed = "a header"};
    struct reporting_context context = {.tree = world->tree,
                                        .catalogue = world->catalogue,
                                        .kind = KIND_ACTUAL,
                                        .scope = SCOPE_OWN,
                                        .unit = 23857,
                                        .root = root};
    struct problems problems = {.is_vietnamese = !is_english};
    struct reporting reporting = {0};
    struct csv_table table;
    struct buf out = {0};
    struct span span = {(const uint8_t *)bytes, strlen(bytes)};
    (void)csv_read_sheet_bytes("f.csv", span, &sheet, &problems, &table);
    context.numbers = reporting_numbers(&table);
    context.knows_style = reporting_knows_style(&table);
    if (table.header.field_count > 0)
        (void)reporting_build(&table, &context, &problems, &reporting);
    buf_printf(&out, "%s", "");
    for (size_t i = 0; i < reporting.count; i++) {
        const struct report *report = &reporting.items[i].report;
        buf_printf(&out, "%u", report->key.unit);
        for (size_t c = 0; c < report->cell_count; c++) {
            const struct cell *cell = &report->cells[c];
            buf_printf(&out, " %u%s%lld", cell->indicator, qualifier_sign(cell->qualifier),
                       (long long)cell->value);
            if (cell->qualifier == QUALIFIER_RANGE)
                buf_printf(&out, "/%lld", (long long)cell->upper);
            for (size_t n = 0; n < report->note_count; n++)
                if (report->notes[n].indicator == cell->indicator)
                    buf_printf(&out, "(%s)", report->notes[n].text);
        }
        buf_printf(&out, "\n");
    }
    for (size_t i = 0; i < problems.count; i++) {
        char *line = problem_format(&problems.items[i]);
        buf_printf(&out, "%s\n", line);
        free(line);
    }
    reporting_fini(&reporting);
    csv_table_fini(&table);
    problems_fini(&problems);
    return (char *)out.data;
}

struct row {
    const char *name, *bytes, *expected;
    uint32_t root;
};

static void check(void **state, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *said = import(*state, rows[i].root, rows[i].bytes, true);
        if (strcmp(said, rows[i].expected) != 0)
            fail_msg("%s:\n%sinstead of:\n%s", rows[i].name, said, rows[i].expected);
        free(said);
    }
}
#define CHECK(state, rows) check(state, rows, sizeof rows / sizeof *rows)

/* What a spreadsheet of an officer becomes. */
static void test_good_files(void **state)
{
    static const struct row rows[] = {
        {"as it comes from a Vietnamese spreadsheet",
         "\xEF\xBB\xBF"
         "UBND XÃ BÌNH AN;;;;\r\n"
         "BÁO CÁO KẾT QUẢ, NĂM 2024;;;;\r\n;;;;\r\n"
         "STT;Nội dung;ĐVT;Số liệu;Ghi chú\r\n"
         "I;Công tác dân vận;;;\r\n"
         "1;Mô hình đăng ký;Mô hình;2.861;\r\n"
         "2;Mô hình được công nhận;mô hình;1.327;rà soát\r\n"
         ";Trong đó:;;;\r\n"
         ";- Tập thể;mô hình;1.024;\r\n"
         ";- Cá nhân;mô hình;303;\r\n"
         "II;Kinh tế;;;\r\n"
         "3;Đất hiến;m2;trên 5.023,5;\r\n"
         ";;;;\r\n;;;Người lập biểu;\r\n",
         "23857 1=2861 2=1327(rà soát) 3=1024 4=303 7>=50235\n", 0},
        {"a row that numbers the columns",
         "TT;Chỉ tiêu;ĐVT;Số liệu\nA;B;C;1\n1;Mô hình đăng ký;;5\n", "23857 1=5\n", 0},
        {"more than nine columns, one without a number",
         "TT;TT;TT;TT;TT;TT;TT;TT;TT;Chỉ tiêu;Số liệu\n"
         ";(1);(2);(3);(4);(5);(6);(7);(8);(9);(10)\n1;;;;;;;;;Mô hình đăng ký;5\n",
         "23857 1=5\n", 0},
        {"the same in brackets", "TT;Chỉ tiêu;Số liệu\n(1);(2);(3)\n1;Mô hình đăng ký;5\n",
         "23857 1=5\n", 0},
        {"with the signature in another column",
         "Mã;Tên chỉ tiêu;Kết quả;Ghi chú\n"
         "model.registered;Mô hình đăng ký;2.861;\n;;;Người lập biểu\n;Chủ tịch;;ký\n",
         "23857 1=2861\n", 0},
        {"English names", "no.,name,figure,unit of measure\n1,MODELS REGISTERED,5,\n",
         "23857 1=5\n", 0},
        {"codes in the column of names", "chỉ tiêu,thực hiện\nmodel.registered,5\n", "23857 1=5\n",
         0},
        {"names in the column of codes", "mã,số lượng\nMô hình đăng ký,5\n", "23857 1=5\n", 0},
        {"quotes, composition and tone marks",
         "chỉ tiêu;giá trị\n\"mo\u0302 hi\u0300nh \"\"khe\u0301o\"\" thí điểm\";5\n",
         "23857 31=5\n", 0},
        {"commas and plain numbers", "Chỉ tiêu,Số liệu\nĐất hiến,75.6\n", "23857 7=756\n", 0},
        {"tabs and plain numbers", "Chỉ tiêu\tSố liệu\nĐất hiến\t75.6\n", "23857 7=756\n", 0},
        {"quotes and a line break in the header",
         "\"BÁO CÁO \"\"DÂN VẬN KHÉO\"\" NĂM 2024\";;;;\n"
         "TT;Nội dung;ĐVT;\"Số\nliệu\";Ghi chú\n1;Hộ nghèo;hộ;5;\n",
         "23857 6=5\n", 0},
        {"words",
         "Chỉ tiêu;Số liệu\nMô hình đăng ký;hàng trăm\nHộ nghèo;gần 400 hộ\n"
         "Mức hỗ trợ mỗi em;từ 5 đến 10 triệu đồng\nTiền cứu trợ;hơn 1,5 tỷ đồng\n",
         "23857 1..100/999 6<=400 8..5000000/10000000 33>=1500\n", 0},
        {"words and the same in columns",
         "chỉ tiêu;số liệu;dấu;cận trên\nHộ nghèo;gần 400;<=;\nMô hình đăng ký;5-10;..;10\n"
         "Tiền cứu trợ;5;..;7 triệu đồng\n",
         "23857 1..5/10 6<=400 33..5/7\n", 0},
        {"a number of the list is not part of the name",
         "chỉ tiêu;số liệu\n1. Mô hình đăng ký;5\na) Hộ nghèo;6\n", "23857 1=5 6=6\n", 0},
    };
    CHECK(state, rows);
}

/* A name that two indicators have is told by the rows above it, or not at all. */
static void test_parts(void **state)
{
    static const struct row rows[] = {
        {"beneath their wholes",
         "chỉ tiêu;số liệu\nMô hình đăng ký;10\nTrong đó: cá nhân;4\n"
         "Mô hình được công nhận;9\n- Trong đó: cá nhân;3\n",
         "23857 1=10 2=9 4=3 30=4\n", 0},
        {"beside another part, and without a value of the whole",
         "chỉ tiêu;số liệu\nMô hình được công nhận;\nTrong đó: tập thể;4\nTrong đó: cá nhân;3\n",
         "23857 3=4 4=3\n", 0},
        {"behind a mere of-which", "chỉ tiêu;số liệu\nMô hình đăng ký;10\nTrong đó:;\ncá nhân;4\n",
         "23857 1=10 30=4\n", 0},
        {"beneath nothing", "chỉ tiêu;số liệu\nTrong đó: cá nhân;4\n",
         "f.csv:2:1 (A2): error: 'Trong đó: cá nhân' is the name of several indicators: write the "
         "code that is meant: model.recognised.individual, model.registered.individual\n",
         0},
        {"behind a heading", "chỉ tiêu;số liệu\nMô hình đăng ký;10\nKhác;\nTrong đó: cá nhân;4\n",
         "f.csv:4:1 (A4): error: 'Trong đó: cá nhân' is the name of several indicators: write the "
         "code that is meant: model.recognised.individual, model.registered.individual\n",
         0},
        {"the one that is called so", "chỉ tiêu;số liệu\nHộ nghèo;4\n", "23857 6=4\n", 0},
        {"the part, by its words", "chỉ tiêu;số liệu\nTrong đó: hộ nghèo;4\n", "23857 32=4\n", 0},
        {"beneath the whole it could be either",
         "chỉ tiêu;số liệu\nMô hình Khéo thí điểm;5\nHộ nghèo;4\n",
         "f.csv:3:1 (A3): error: 'Hộ nghèo' is the name of several indicators: write the code that "
         "is meant: poverty.poor, pilot.poor\n",
         0},
        {"without a value nobody asks", "chỉ tiêu;số liệu\nTrong đó: cá nhân;\nHộ nghèo;1\n",
         "23857 6=1\n", 0},
    };
    CHECK(state, rows);
}

static void test_units(void **state)
{
    static const struct row rows[] = {
        {"by name", "Xã;Chỉ tiêu;Số liệu\nXã Bình An;Hộ nghèo;1\nXÃ HÒA THUẬN;Hộ nghèo;2\n",
         "23860 6=1\n23863 6=2\n", 0},
        {"without the type", "Đơn vị;Chỉ tiêu;Số liệu\nBình An;Hộ nghèo;1\n", "23860 6=1\n", 0},
        {"by code and name",
         "Mã đơn vị;Đơn vị;Chỉ tiêu;Số liệu\n23860;Bình An;Hộ nghèo;1\n23863;;Hộ nghèo;2\n",
         "23860 6=1\n23863 6=2\n", 0},
        {"the whole name goes before one without its type",
         "Đơn vị;Chỉ tiêu;Số liệu\nThị trấn Đồi Xanh;Hộ nghèo;1\nXã Đồi Xanh;Hộ nghèo;2\n",
         "23887 6=1\n23889 6=2\n", 0},
        {"a name of two", "Đơn vị;Chỉ tiêu;Số liệu\nĐồi Xanh;Hộ nghèo;1\n",
         "f.csv:2:1 (A2): error: 'Đồi Xanh' is the name of several units: write the code that is "
         "meant: 632 (Doi Xanh District), 23887 (Doi Xanh Township), 23889 (Xã Đồi Xanh)\n",
         0},
        {"a name of one beneath the sender", "Đơn vị;Chỉ tiêu;Số liệu\nSuối Trong;Hộ nghèo;1\n",
         "23857 6=1\n", 23857},
        {"not beneath the sender", "Đơn vị;Chỉ tiêu;Số liệu\nXã Bình An;Hộ nghèo;1\n",
         "f.csv:2:1 (A2): error: no unit 'Xã Bình An' in 2024: see 'tonghop catalogue show "
         "units'\n",
         632},
        {"code and name that differ",
         "Mã đơn vị;Đơn vị;Chỉ tiêu;Số liệu\n23860;Xã Hoà Thuận;Hộ nghèo;1\n",
         "f.csv:2:7 (B2): error: 'Xã Hoà Thuận' is not the name of unit 23860, which is 'Binh An "
         "Commune': correct the code or the name\n",
         0},
        {"a part does not belong to the whole of another unit",
         "Xã;Chỉ tiêu;Số liệu\nBình An;Mô hình đăng ký;5\nXã Hoà Thuận;Trong đó: cá nhân;4\n",
         "f.csv:3:14 (B3): error: 'Trong đó: cá nhân' is the name of several indicators: write the "
         "code that is meant: model.recognised.individual, model.registered.individual\n",
         0},
        {"a column of measures that is called as units are",
         "Chỉ tiêu;Đơn vị;Số liệu\nHộ nghèo;Hộ;5\n",
         "f.csv:2:10 (B2): error: 'Hộ' is a measure and no unit: name its column 'measure'\n", 0},
        {"headings have none", "Đơn vị;Chỉ tiêu;Số liệu\n;KINH TẾ;\nBình An;Hộ nghèo;1\n",
         "23860 6=1\n", 0},
    };
    CHECK(state, rows);
}

#define MEASURE                                                                                     \
    "what follows the number is not 'hộ', the measure of poverty.poor: convert it, or write the " \
    "number alone\n"

#define TWO_READINGS(text, plain, vi)                                                              \
    "'" text "' can mean " plain " or " vi                                                         \
    ": write the one that is meant, or file with --numbers "                                       \
    "plain (" plain ") or --numbers vi (" vi ")\n"

/* Where it is not known how numbers are written, thousands are not taken for decimals that the
 * indicator does not have. */
static void test_thousands(void **state)
{
    static const struct row rows[] = {
        {"commas", "chỉ tiêu,số liệu\nHộ nghèo,12.000\n",
         "f.csv:2:10 (B2): error: " TWO_READINGS("12.000", "12", "12000"), 0},
        {"tabs", "chỉ tiêu\tsố liệu\nHộ nghèo\t2.000\n",
         "f.csv:2:10 (B2): error: " TWO_READINGS("2.000", "2", "2000"), 0},
        {"a decimal that the indicator has", "chỉ tiêu,số liệu\nĐất hiến,12.500\n",
         "f.csv:2:10 (B2): error: " TWO_READINGS("12.500", "12.5", "12500"), 0},
        {"in words", "chỉ tiêu,số liệu\nHộ nghèo,gần 1.000 hộ\n",
         "f.csv:2:10 (B2): error: " TWO_READINGS("gần 1.000 hộ", "1", "1000"), 0},
        {"a range", "chỉ tiêu,số liệu\nHộ nghèo,từ 1.000 đến 2.000\n",
         "f.csv:2:10 (B2): error: " TWO_READINGS("từ 1.000 đến 2.000", "1", "1000"), 0},
        {"the end of a range", "chỉ tiêu,số liệu\nHộ nghèo,5-12.000\n",
         "f.csv:2:10 (B2): error: " TWO_READINGS("5-12.000", "12", "12000"), 0},
        {"an upper bound", "chỉ tiêu,số liệu,dấu,cận trên\nHộ nghèo,5,..,12.000\n",
         "f.csv:2:15 (D2): error: " TWO_READINGS("12.000", "12", "12000"), 0},
        {"other decimals are dropped as ever", "chỉ tiêu,số liệu\nHộ nghèo,12.00\nĐất hiến,0.500\n",
         "23857 6=12 7=5\n", 0},
        {"in words, with decimals that it does not have", "chỉ tiêu,số liệu\nHộ nghèo,trên 5.023\n",
         "f.csv:2:10 (B2): error: " TWO_READINGS("trên 5.023", "5.023", "5023"), 0},
        {"decimals that it does not have", "chỉ tiêu\tsố liệu\nHộ nghèo\t1.204\nĐất hiến\t1.204\n",
         "f.csv:2:10 (B2): error: " TWO_READINGS(
             "1.204", "1.204", "1204") "f.csv:3:10 (B3): error: " TWO_READINGS("1.204", "1.204",
                                                                               "1204"),
         0},
        {"decimals that are no thousands", "chỉ tiêu\tsố liệu\nHộ nghèo\t1.24\n",
         "f.csv:2:10 (B2): error: '1.24' has more decimals than the 0 of poverty.poor: round it\n",
         0},
        {"semicolons tell", "chỉ tiêu;số liệu\nHộ nghèo;12.000\nĐất hiến;12,000\n",
         "23857 6=12000 7=120\n", 0},
    };
    CHECK(state, rows);
}

/* What does not say one thing is an error with the cell's address. */
static void test_bad_files(void **state)
{
    static const struct row rows[] = {
        {"a name that nobody knows, with a value", "chỉ tiêu;số liệu\nHộ ngheo;4\nBò sữa;1\n",
         "f.csv:2:1 (A2): error: no indicator 'Hộ ngheo': if 'Poor households' is meant, write "
         "that, or its code poverty.poor\n"
         "f.csv:3:1 (A3): error: no indicator 'Bò sữa': see 'tonghop catalogue show "
         "indicators'\n",
         0},
        {"a code that nobody knows, without one",
         "chỉ tiêu;số liệu\nmodel.registred;\nHộ nghèo;1\n",
         "f.csv:2:1 (A2): error: no indicator 'model.registred': if model.registered is meant, "
         "correct it; see 'tonghop catalogue show indicators'\n",
         0},
        {"a rate's code, and a name that two begin with",
         "chỉ tiêu;số liệu\nmodel.recognition_rat;5\nMô hình;1\n",
         "f.csv:2:1 (A2): error: no indicator 'model.recognition_rat': see 'tonghop catalogue show "
         "indicators'\n"
         "f.csv:3:1 (A3): error: no indicator 'Mô hình': write the name or the code of the one "
         "that "
         "is meant: 'Models registered' (model.registered), 'Models recognised' (model.recognised) "
         "or 'Mô hình “Khéo”, thí điểm' (pilot)\n",
         0},
        {"a code and the name of another", "mã;chỉ tiêu;số liệu\nmodel.registered;Hộ nghèo;1\n",
         "f.csv:2:18 (B2): error: 'Hộ nghèo' is not the name of model.registered, which is 'Models "
         "registered': correct the code or the name\n",
         0},
        {"a measure that is another one",
         "chỉ tiêu;đvt;số liệu\nTiền cứu trợ;đồng;5\nHộ nghèo;người;1\nHộ nghèo;hộ;\n",
         "f.csv:2:14 (B2): error: relief is measured in 'triệu đồng', not in 'đồng': convert the "
         "figure, and correct this field\n"
         "f.csv:3:10 (B3): error: poverty.poor is measured in 'hộ', not in 'người': convert the "
         "figure, and correct this field\n",
         0},
        {"words with another measure", "chỉ tiêu;số liệu\nHộ nghèo;gần 400 người\n",
         "f.csv:2:10 (B2): error: 'gần 400 người': " MEASURE, 0},
        {"words that can mean two things",
         "chỉ tiêu,số liệu\nTiền cứu trợ,28 tỷ\nMức hỗ trợ mỗi em,1.500 triệu\n",
         "f.csv:2:14 (B2): error: '28 tỷ' can mean two things: write the number with all its "
         "digits\n"
         "f.csv:3:19 (B3): error: '1.500 triệu' can mean two things: write the number with all its "
         "digits\n",
         0},
        {"words against the qualifier",
         "chỉ tiêu;số liệu;dấu;cận trên\nHộ nghèo;gần 400;>=;\nMô hình đăng ký;5-10;..;11\n"
         "Đất hiến;trên 5;;7\n",
         "f.csv:2:18 (C2): error: the qualifier >= contradicts 'gần 400': leave one of the two "
         "out\n"
         "f.csv:3:25 (D3): error: the upper bound of model.registered contradicts '5-10': leave "
         "one of the two out\n"
         "f.csv:4:18 (D4): error: the upper bound of contrib.land contradicts 'trên 5': leave one "
         "of the two out\n",
         0},
        {"an upper bound that is a range", "chỉ tiêu;số liệu;dấu;cận trên\nHộ nghèo;4;..;5-6\n",
         "f.csv:2:15 (D2): error: the upper bound of poverty.poor is not one number: write one\n",
         0},
        {"the decimal mark of another country", "chỉ tiêu;số liệu\nĐất hiến;75.6\n",
         "f.csv:2:10 (B2): error: '75.6' is not a number here: write it like 2.861 or 75,6, or "
         "file with --numbers plain\n",
         0},
        {"a figure without an indicator", "chỉ tiêu;số liệu\nHộ nghèo;4\n;5\n;gần 6 hộ\n",
         "f.csv:3:1 (A3): error: the row names no indicator: write its code or name, or remove the "
         "row\n"
         "f.csv:4:1 (A4): error: the row names no indicator: write its code or name, or remove the "
         "row\n",
         0},
        {"a short name is a name behind the first row", "chỉ tiêu;số liệu\nHộ nghèo;4\nB;1\n",
         "f.csv:3:1 (A3): error: no indicator 'B': see 'tonghop catalogue show indicators'\n", 0},
        {"two columns of one kind", "chỉ tiêu;số liệu;kết quả\nHộ nghèo;4;5\n",
         "f.csv:1:18 (C1): error: the column 'kết quả' says the same as 'số liệu': remove one of "
         "the two\n",
         0},
        {"twice, by name and by code", "chỉ tiêu;số liệu\nHộ nghèo;4\npoverty.poor;4\n",
         "f.csv:3:14 (B3): error: poverty.poor has a value already, in line 2 (B2): remove one of "
         "the two\n",
         0},
        {"addresses behind line breaks",
         "BÁO CÁO\nchỉ tiêu;ghi chú;số liệu\nHộ nghèo;\"a\nb\nc\";1\nĐất hiến;;x\n",
         "f.csv:6:11 (C4): error: 'x' is not a number: write it like 2.861 or 75,6\n", 0},
    };
    CHECK(state, rows);
}

/* The same to an officer. */
static void test_vietnamese(void **state)
{
    char *said = import(*state, 0,
                        "STT;Chỉ tiêu;ĐVT;Số liệu;Dấu\n1;Hộ ngheo;hộ;4;\n2;Hộ nghèo;người;4;\n"
                        "3;Đất hiến;;gần 5 ha;\n4;Mô hình đăng ký;;gần 5;>=\n"
                        "5;Trong đó: cá nhân;;5;\n6;Trong đó: cá nhân;;5;\n7;Khác;;;\n"
                        "8;Trong đó: cá nhân;;5;\n9;Đối thoại;;1;\n",
                        false);
    assert_string_equal(
        said,
        "f.csv:2:3 (B2): lỗi: không có chỉ tiêu “Hộ ngheo”: nếu là “Hộ nghèo” thì ghi như vậy, "
        "hoặc ghi mã poverty.poor\n"
        "f.csv:3:12 (C3): lỗi: poverty.poor tính bằng “hộ”, không phải “người”: đổi số liệu, và "
        "sửa ô này\n"
        "f.csv:4:13 (D4): lỗi: “gần 5 ha”: phần sau số không phải là “m2”, đơn vị tính của "
        "contrib.land: đổi sang đơn vị đó, hoặc chỉ ghi số\n"
        "f.csv:5:26 (E5): lỗi: dấu >= trái với “gần 5”: bỏ một trong hai\n"
        "f.csv:7:22 (D7): lỗi: model.registered.individual đã có số liệu ở dòng 6 (D6): xóa một "
        "trong hai dòng\n"
        "f.csv:9:3 (B9): lỗi: “Trong đó: cá nhân” là tên của nhiều chỉ tiêu: ghi mã của chỉ tiêu "
        "cần báo cáo: model.recognised.individual, model.registered.individual\n"
        "f.csv:10:3 (B10): lỗi: không có chỉ tiêu “Đối thoại”: ghi đúng tên hoặc mã của chỉ tiêu "
        "cần báo cáo: “Đối thoại cấp huyện” (dialogue.district) hoặc “Đối thoại cấp xã” "
        "(dialogue.commune)\n");
    free(said);
}

/* Cells are in order of their indicators, lines are not; what a report lacks is in no cell. */
static void test_begin(void **state)
{
    static const uint32_t lines[] = {9, 4, 6};
    struct reporting_item item = {.places = mem_calloc(3, sizeof(*item.places))};
    (void)state;
    assert_int_equal(reporting_begin(&item).line, 0); /* it has no cells */
    for (uint32_t i = 0; i < 3; i++) {
        report_add_cell(&item.report, (struct cell){.indicator = i + 1});
        item.places[i] = (struct place){lines[i], 7, 3, 4};
    }
    struct place begin = reporting_begin(&item);
    assert_true(begin.line == 4 && begin.column == 0 && begin.sheet_row == 0);
    free(item.places);
    item.places = NULL; /* not from a file */
    assert_int_equal(reporting_begin(&item).line, 0);
    report_fini(&item.report);
}

/* A name where a code belongs, on the command line, is answered with the code. */
static void test_names_of_options(void **state)
{
    const struct world *world = *state;
    static const struct {
        uint32_t root;
        const char *text, *said;
    } rows[] = {
        {0, "Xã Bình An", "“Xã Bình An” là tên: hãy ghi mã của đơn vị, là 23860"},
        {0, "bình an", "“bình an” là tên: hãy ghi mã của đơn vị, là 23860"},
        {632, "Xã Bình An",
         "không có đơn vị “Xã Bình An” trong kỳ 2024: xem `tonghop catalogue show units`"},
        {632, "Đồi Xanh",
         "“Đồi Xanh” là tên của nhiều đơn vị: ghi mã của đơn vị cần báo cáo: 632, 23887, 23889"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct reporting_context context = {
            .tree = world->tree, .catalogue = world->catalogue, .root = rows[i].root};
        struct problems problems = {.is_vietnamese = true};
        uint32_t unit = 0;
        assert_int_equal(
            reporting_find_unit(&context, rows[i].text, NULL, (struct place){0}, &problems, &unit),
            ERR_NOT_FOUND);
        assert_int_equal(problems.count, 1);
        assert_string_equal(problems.items[0].text, rows[i].said);
        assert_int_equal(unit, 0);
        problems_fini(&problems);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_files), cmocka_unit_test(test_parts),
        cmocka_unit_test(test_units),      cmocka_unit_test(test_thousands),
        cmocka_unit_test(test_bad_files),  cmocka_unit_test(test_vietnamese),
        cmocka_unit_test(test_begin),      cmocka_unit_test(test_names_of_options),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
