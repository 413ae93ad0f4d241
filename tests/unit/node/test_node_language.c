/* Language: what a node says of a report is said in the language that its sender asked for. */
#include "unit/node/draft.h"

enum { NODE_631 = 1, REPORTER_632 = 10 };

static const struct draft good = {
    .period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 10), EXACT(2, 6))};

static void hello_in(struct rig *rig, struct peer_from from, uint32_t unit, const char *language)
{
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    hello.protocol_min = WIRE_PROTOCOL;
    hello.protocol_max = WIRE_PROTOCOL;
    hello.unit = unit;
    hello.language = TEXT(language);
    envelope.body_case = BODY(HELLO);
    envelope.hello = &hello;
    assert_body(rig_ask(rig, from, &envelope), BODY(WELCOME));
}

/* The root, with the district 631 served by a node of its own; everybody reads Vietnamese. */
static int setup_vietnamese(void **state)
{
    int result = rig_setup_root(state);
    rig_enrol(*state, NODE_631, 631, ROLE(NODE));
    rig_enrol(*state, REPORTER_632, 632, ROLE(REPORTER));
    hello_in(*state, from_local(), 0, "vi");
    hello_in(*state, from_key(REPORTER_632), 632, "vi");
    return result;
}

#define VIETNAMESE_TEST(function)                                                                  \
    cmocka_unit_test_setup_teardown(function, setup_vietnamese, rig_teardown)

static const struct {
    const char *name;
    uint8_t reporter; /* key number, 0: the local socket */
    struct draft draft;
    const char *code, *text, *problem;
} refused[] = {
    {.name = "another unit than the key's",
     .reporter = REPORTER_632,
     .draft = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 1))},
     .code = "foreign",
     .text = "chỉ được nộp cho 632 Huyện Đồi Xanh, không được nộp cho 23857 Thị trấn Suối Trong: "
             "kiểm tra lại đơn vị, hoặc dùng khóa đã đăng ký cho đơn vị đó"},
    {.name = "a unit that nobody knows",
     .draft = {.period = "2024-S1", .unit = 99999, CELLS(EXACT(1, 1))},
     .code = "foreign",
     .text = "chỉ được nộp cho 64 Tỉnh Cao Nguyên, không được nộp cho đơn vị 99999: kiểm tra lại "
             "đơn vị, hoặc dùng khóa đã đăng ký cho đơn vị đó"},
    {.name = "a commune of a district with a node",
     .draft = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 1))},
     .code = "not-home",
     .text = "báo cáo của đơn vị đó do nút của 631 Huyện Suối Trong nhận: nộp ở nút đó"},
    {.name = "made under a later catalogue",
     .draft = {.period = "2024-S1", .unit = 23887, .catalogue = 2, CELLS(EXACT(1, 1))},
     .code = "catalogue",
     .text = "báo cáo lập theo danh mục 2, nút này mới có danh mục 1: thử lại khi danh mục mới "
             "về tới"},
    {.name = "on no base although there is one",
     .draft = {.period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 1))},
     .code = "stale",
     .text = "báo cáo dựa trên bản 0, bản hiện tại là 1: xem bản hiện tại rồi nộp lại trên bản "
             "đó"},
    {.name = "a negative value",
     .draft = {.period = "2024-S1", .unit = 23888, CELLS(EXACT(6, -1))},
     .code = "invalid",
     .text = "báo cáo có 1 lỗi: chưa có gì được nhận",
     .problem = "poverty.poor: -1 là số âm: nhập từ 0 trở lên"},
    {.name = "a cell is dropped",
     .draft = {.period = "2024-S1", .unit = 23887, .based_on = 1, CELLS(EXACT(1, 10))},
     .code = "invalid",
     .text = "báo cáo có 1 lỗi: chưa có gì được nhận",
     .problem = "model.recognised trong bản trước là 6 mà nay không có: nhập lại, hoặc nộp với "
                "--replace để bỏ"},
};

/* Each reason to refuse a report, in the words of the officer who filed it, and the rules that the
 * report breaks. */
static void test_refusals(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(file_ok(rig, &good), 1);
    for (size_t i = 0; i < LENGTH(refused); i++) {
        struct peer_from from =
            refused[i].reporter != 0 ? from_key(refused[i].reporter) : from_local();
        print_message("%s\n", refused[i].name);
        const Tonghop__Refusal *refusal =
            assert_refused(file_as(rig, from, &refused[i].draft), refused[i].code);
        assert_string_equal(refusal->text, refused[i].text);
        assert_int_equal(refusal->n_problems, refused[i].problem != NULL ? 1 : 0);
        if (refused[i].problem != NULL)
            assert_string_equal(refusal->problems[0]->text, refused[i].problem);
    }
}

/* What a question or an administrator's wish is refused with. */
enum ask { TOTALS, HISTORY, REVOKE, QUARANTINE, CATALOGUE };

static const struct {
    const char *name;
    enum ask ask;
    uint8_t reporter; /* key number, 0: the local socket */
    const char *period, *unit, *word;
    const char *code, *text;
} questions[] = {
    {"no such unit", TOTALS, 0, "2024-S1", "99999", "", "not-found",
     "kỳ đó không có đơn vị “99999”: xem `tonghop catalogue show units`"},
    {"a unit by its name", TOTALS, 0, "2024-S1", "Xã Bình An", "", "not-found",
     "“Xã Bình An” là tên: hãy ghi mã của đơn vị, là 23860"},
    {"somebody else's unit", TOTALS, REPORTER_632, "2024-S1", "64", "", "foreign",
     "khóa này chỉ dùng cho 632 Huyện Đồi Xanh và các đơn vị trực thuộc: kiểm tra lại đơn vị"},
    {"what a reporter may not do", REVOKE, REPORTER_632, "", "", "", "forbidden",
     "khóa đăng ký với vai trò bên nộp không được làm việc này (revoke): nhờ người "
     "quản trị nút đăng ký khóa với vai trò phù hợp: tonghop enrol MÃ-ĐƠN-VỊ KHÓA --role admin"},
    {"no period", TOTALS, 0, "2024-S3", "", "", "syntax",
     "“2024-S3” không phải là kỳ: viết 2024-S1, 2024-S2 hoặc 2024"},
    {"no such indicator", TOTALS, 0, "2024-S1", "", "nothing.here", "not-found",
     "không có chỉ tiêu “nothing.here”: xem `tonghop catalogue show indicators`"},
    {"no such form", HISTORY, 0, "2024-S1", "", "nothing", "not-found",
     "không có biểu mẫu “nothing”: xem `tonghop catalogue show forms`"},
    {"a key that is not enrolled", REVOKE, 0, "", "", "", "not-found",
     "khóa đó chưa được đăng ký ở đây: xem `tonghop keys`"},
    {"nothing of that number", QUARANTINE, 0, "", "", "", "not-found",
     "không có thông điệp số 7 nào bị cách ly: xem `tonghop quarantine`"},
    {"no such catalogue", CATALOGUE, 0, "", "", "", "catalogue",
     "ở đây không có (hoặc không còn) danh mục số đó: hãy lấy danh mục đang có hiệu lực"},
};

static void fill_question(size_t i, Tonghop__Envelope *envelope)
{
    static uint8_t nobody[STORE_KEY_SIZE];
    static char *words[1];
    static Tonghop__TotalsQuery totals;
    static Tonghop__HistoryQuery history;
    static Tonghop__Revoke revoke;
    static Tonghop__QuarantineQuery quarantine;
    static Tonghop__CatalogueRequest catalogue;
    words[0] = TEXT(questions[i].word);
    switch (questions[i].ask) {
    case TOTALS:
        tonghop__totals_query__init(&totals);
        totals.period = TEXT(questions[i].period);
        totals.unit = TEXT(questions[i].unit);
        totals.n_indicators = questions[i].word[0] != '\0';
        totals.indicators = words;
        envelope->body_case = BODY(TOTALS_QUERY);
        envelope->totals_query = &totals;
        break;
    case HISTORY:
        tonghop__history_query__init(&history);
        history.period = TEXT(questions[i].period);
        history.form = words[0];
        envelope->body_case = BODY(HISTORY_QUERY);
        envelope->history_query = &history;
        break;
    case REVOKE:
        tonghop__revoke__init(&revoke);
        revoke.key = (ProtobufCBinaryData){sizeof(nobody), nobody};
        envelope->body_case = BODY(REVOKE);
        envelope->revoke = &revoke;
        break;
    case QUARANTINE:
        tonghop__quarantine_query__init(&quarantine);
        quarantine.number = 7;
        envelope->body_case = BODY(QUARANTINE_QUERY);
        envelope->quarantine_query = &quarantine;
        break;
    case CATALOGUE:
        tonghop__catalogue_request__init(&catalogue);
        catalogue.number = 7;
        envelope->body_case = BODY(CATALOGUE_REQUEST);
        envelope->catalogue_request = &catalogue;
        break;
    }
}

static void test_questions(void **state)
{
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(questions); i++) {
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        struct peer_from from =
            questions[i].reporter != 0 ? from_key(questions[i].reporter) : from_local();
        print_message("%s\n", questions[i].name);
        fill_question(i, &envelope);
        assert_string_equal(assert_refused(rig_ask(rig, from, &envelope), questions[i].code)->text,
                            questions[i].text);
    }
}

/* A hello that is refused is refused in its own language. */
static void test_hello(void **state)
{
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    hello.protocol_min = hello.protocol_max = WIRE_PROTOCOL;
    hello.unit = 632;
    hello.language = TEXT("vi");
    envelope.body_case = BODY(HELLO);
    envelope.hello = &hello;
    assert_string_equal(
        assert_refused(rig_ask(*state, from_key(REPORTER_632 + 1), &envelope), "forbidden")->text,
        "khóa này chưa được đăng ký ở đây, hoặc đã bị thu hồi: nhờ người quản trị nút đăng ký");
    hello.node = true; /* a node says itself what is to be run there */
    assert_string_equal(
        assert_refused(rig_ask(*state, from_key(REPORTER_632 + 1), &envelope), "forbidden")->text,
        "khóa này chưa được đăng ký ở đây, hoặc đã bị thu hồi");
}

/* What is only odd comes with the receipt, likewise. */
static void test_warnings(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(file_ok(rig, &good), 1);
    const Tonghop__Envelope *answer =
        file_as(rig, from_local(), DRAFT(.period = "2024", .unit = 23887, CELLS(EXACT(1, 9))));
    assert_body(answer, BODY(RECEIPT));
    assert_int_equal(answer->receipt->n_warnings, 2);
    assert_string_equal(answer->receipt->warnings[0]->text,
                        "model.registered: số cả năm nhỏ hơn số S1, S2 chỉ còn -1: sửa số cả năm "
                        "hoặc số S1");
    assert_string_equal(answer->receipt->warnings[1]->text,
                        "model.recognised: báo cáo năm thiếu số này trong khi S1 có; tạm lấy số "
                        "nửa năm: bổ sung vào báo cáo năm");
}

/* A node that cannot take anything in says so. */
static void test_node_that_takes_nothing_in(void **state)
{
    struct rig *rig = *state;
    hello_in(rig, from_local(), 0, "vi");
    assert_string_equal(assert_refused(file_as(rig, from_local(), &good), "catalogue")->text,
                        "nút này chưa có danh mục: chờ danh mục từ nút cấp trên, hoặc công bố ở "
                        "nút gốc bằng `tonghop catalogue publish`");
    rig_install_sample(rig);
    rig_stop(rig);
    rig_start(rig, UINT64_MAX);
    hello_in(rig, from_local(), 0, "vi");
    assert_string_equal(assert_refused(file_as(rig, from_local(), &good), "full")->text,
                        "đĩa của nút này gần đầy: chưa nhận báo cáo cho đến khi có chỗ trống");
}

/* The language is the sender's, not the node's: others are answered in theirs, English is what
 * there is for any other, and the last hello counts. */
static void test_each_in_their_own(void **state)
{
    static const char english[] = "1 error in the report: nothing was taken in";
    static const char vietnamese[] = "báo cáo có 1 lỗi: chưa có gì được nhận";
    static const struct {
        const char *local, *reporter; /* language of the hello */
        const char *to_local, *to_reporter;
    } rows[] = {
        {"vi", "en", vietnamese, english},    {"en", "vi", english, vietnamese},
        {"", "vi", english, vietnamese},      {"fr", "VI", english, english},
        {"vi", "vi", vietnamese, vietnamese},
    };
    struct rig *rig = *state;
    const struct draft *bad = DRAFT(.period = "2024-S1", .unit = 23888, CELLS(EXACT(6, -1)));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        hello_in(rig, from_local(), 0, rows[i].local);
        hello_in(rig, from_key(REPORTER_632), 632, rows[i].reporter);
        assert_string_equal(assert_refused(file_as(rig, from_local(), bad), "invalid")->text,
                            rows[i].to_local);
        assert_string_equal(
            assert_refused(file_as(rig, from_key(REPORTER_632), bad), "invalid")->text,
            rows[i].to_reporter);
    }
}

static int setup_empty(void **state)
{
    return rig_setup_unit(state, 64, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        VIETNAMESE_TEST(test_refusals),
        VIETNAMESE_TEST(test_questions),
        VIETNAMESE_TEST(test_hello),
        VIETNAMESE_TEST(test_warnings),
        cmocka_unit_test_setup_teardown(test_node_that_takes_nothing_in, setup_empty, rig_teardown),
        VIETNAMESE_TEST(test_each_in_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
