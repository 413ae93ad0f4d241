/* Filings: golden bytes of a report, and every way in which one can be wrong. */
#include "lib/cm.h"

#include "core/mem.h"
#include "unit/wire/golden.h"
#include "unit/wire/hex.h"
#include "wire/digest.h"
#include "wire/wire.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define TEXT(literal) ((char *)(uintptr_t)(literal))

struct fixture {
    struct arena *arena;
    struct wire_filing filing;
    struct report report; /* of the last filing that opened */
    char reason[WIRE_REASON_SIZE];
};

static int setup(void **state)
{
    struct fixture *fixture = mem_calloc(1, sizeof *fixture);
    fixture->arena = arena_new(WIRE_ARENA_MAX);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    report_fini(&fixture->report);
    arena_free(&fixture->arena);
    free(fixture);
    return 0;
}

/* Opens from a copy of exactly that size. On failure there must be a reason, and nothing touched.
 */
static enum err open_bytes(struct fixture *fixture, struct span bytes)
{
    uint8_t *copy = mem_alloc(bytes.len);
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    report_fini(&fixture->report);
    fixture->filing = (struct wire_filing){0};
    fixture->reason[0] = '\0';
    enum err err =
        wire_open_filing((struct span){copy, bytes.len}, fixture->arena, &fixture->filing,
                         &fixture->report, fixture->reason, sizeof fixture->reason);
    free(copy);
    assert_int_equal(err == ERR_OK, fixture->filing.header != NULL);
    assert_int_equal(err == ERR_OK, fixture->report.author != NULL);
    assert_int_equal(err == ERR_OK, fixture->reason[0] == '\0');
    if (err != ERR_OK)
        assert_true(err == ERR_MALFORMED || err == ERR_TOO_LARGE);
    return err;
}

/* What golden.h says of GOLDEN_FILING; report_fini. */
static struct report sample_report(void)
{
    struct report report = {
        .key = {.kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}, .unit = 23857, .form = 1},
        .scope = SCOPE_OWN,
        .catalogue = 1,
        .author = mem_strdup("Nguyễn Thị Hoa"),
        .reason = mem_strdup(""),
    };
    const struct cell cells[] = {
        {1, QUALIFIER_EXACT, 12, 0},    {2, QUALIFIER_EXACT, 10, 0},
        {6, QUALIFIER_AT_LEAST, 28, 0}, {7, QUALIFIER_RANGE, 756, 800},
        {13, QUALIFIER_EXACT, -250, 0},
    };
    for (size_t i = 0; i < LENGTH(cells); i++)
        report_add_cell(&report, cells[i]);
    report_add_note(&report, 6, "theo rà soát tháng 5");
    report_add_note(&report, 0, "Số liệu đã kiểm tra");
    return report;
}

static void assert_reports_equal(const struct report *a, const struct report *b)
{
    assert_true(report_key_equal(&a->key, &b->key));
    assert_int_equal(a->scope, b->scope);
    assert_int_equal(a->catalogue, b->catalogue);
    assert_int_equal(a->based_on, b->based_on);
    assert_int_equal(a->is_withdrawn, b->is_withdrawn);
    assert_int_equal(a->may_drop_cells, b->may_drop_cells);
    assert_string_equal(a->author, b->author);
    assert_string_equal(a->reason, b->reason);
    assert_int_equal(a->cell_count, b->cell_count);
    for (size_t i = 0; i < a->cell_count; i++) {
        assert_int_equal(a->cells[i].indicator, b->cells[i].indicator);
        assert_int_equal(a->cells[i].qualifier, b->cells[i].qualifier);
        assert_int_equal(a->cells[i].value, b->cells[i].value);
        assert_int_equal(a->cells[i].upper, b->cells[i].upper);
    }
    assert_int_equal(a->note_count, b->note_count);
    for (size_t i = 0; i < a->note_count; i++) {
        assert_int_equal(a->notes[i].indicator, b->notes[i].indicator);
        assert_string_equal(a->notes[i].text, b->notes[i].text);
    }
}

static void assert_hex(const void *bytes, size_t len, const char *hex)
{
    struct buf expected = hex_bytes(hex);
    assert_int_equal(len, expected.len);
    assert_memory_equal(bytes, expected.data, len);
    buf_fini(&expected);
}

/* Rule: a report packs to the bytes that another encoder makes of it, and those open to it. */
static void a_report_has_golden_bytes(void **state)
{
    struct fixture *fixture = *state;
    struct report report = sample_report();
    struct buf packed = {0};
    wire_pack_filing(&report, &packed);
    assert_hex(packed.data, packed.len, GOLDEN_FILING);
    assert_int_equal(open_bytes(fixture, span_of(&packed)), ERR_OK);
    assert_reports_equal(&fixture->report, &report);
    assert_hex(fixture->filing.header_bytes.data, fixture->filing.header_bytes.len, GOLDEN_HEADER);
    assert_hex(fixture->filing.digest, WIRE_DIGEST_SIZE, GOLDEN_FILING_DIGEST);
    assert_hex(fixture->filing.content, WIRE_DIGEST_SIZE, GOLDEN_FILING_CONTENT);
    buf_fini(&packed);
    report_fini(&report);
}

static void a_withdrawal_has_golden_bytes(void **state)
{
    struct fixture *fixture = *state;
    struct report report = {
        .key = {.kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}, .unit = 23857, .form = 1},
        .scope = SCOPE_OWN,
        .catalogue = 1,
        .based_on = 1,
        .is_withdrawn = true,
        .author = TEXT("Nguyễn Thị Hoa"),
        .reason = TEXT("Nộp nhầm kỳ"),
    };
    struct buf packed = {0};
    wire_pack_filing(&report, &packed);
    assert_hex(packed.data, packed.len, GOLDEN_WITHDRAWAL);
    assert_int_equal(open_bytes(fixture, span_of(&packed)), ERR_OK);
    assert_reports_equal(&fixture->report, &report);
    buf_fini(&packed);
}

/* Rule: a nil report is a report; what was never set opens as empty text, never as NULL. */
static void a_nil_report_round_trips(void **state)
{
    struct fixture *fixture = *state;
    const struct report report = {
        .key = {.kind = KIND_PLAN, .period = {2024, PERIOD_Y}, .unit = 1, .form = 2},
        .scope = SCOPE_WHOLE,
        .catalogue = 3,
        .based_on = 41,
        .may_drop_cells = true,
    };
    struct buf packed = {0};
    wire_pack_filing(&report, &packed);
    assert_int_equal(open_bytes(fixture, span_of(&packed)), ERR_OK);
    assert_int_equal(fixture->report.cell_count, 0);
    assert_int_equal(fixture->report.note_count, 0);
    assert_int_equal(fixture->report.based_on, 41);
    assert_true(fixture->report.may_drop_cells);
    assert_string_equal(fixture->report.author, "");
    assert_string_equal(fixture->report.reason, "");
    buf_fini(&packed);
}

/* Rule: as many cells as a report may have, each as far out as 64 bits go, arrive whole. */
static void the_largest_report_round_trips(void **state)
{
    struct fixture *fixture = *state;
    struct report report = sample_report();
    struct buf packed = {0};
    report.cell_count = 0;
    for (uint32_t i = 1; i <= REPORT_CELLS_MAX; i++)
        report_add_cell(&report, (struct cell){.indicator = UINT32_MAX - REPORT_CELLS_MAX + i,
                                               .qualifier = QUALIFIER_RANGE,
                                               .value = INT64_MIN,
                                               .upper = INT64_MAX});
    wire_pack_filing(&report, &packed);
    assert_true(packed.len <= WIRE_FILING_MAX);
    assert_int_equal(open_bytes(fixture, span_of(&packed)), ERR_OK);
    assert_reports_equal(&fixture->report, &report);
    buf_fini(&packed);
    report_fini(&report);
}

static void change_author(struct report *report)
{
    report->author[0] = 'M';
}
static void change_base(struct report *report)
{
    report->based_on = 7;
}
static void change_catalogue(struct report *report)
{
    report->catalogue = 2;
}
static void change_drop(struct report *report)
{
    report->may_drop_cells = true;
}
static void change_scope(struct report *report)
{
    report->scope = SCOPE_WHOLE;
}
static void change_value(struct report *report)
{
    report->cells[0].value++;
}
static void change_qualifier(struct report *report)
{
    report->cells[0].qualifier = QUALIFIER_ABOUT;
}
static void change_note(struct report *report)
{
    report->notes[0].text[0] = 'T';
}
static void change_unit(struct report *report)
{
    report->key.unit++;
}
static void change_label(struct report *report)
{
    report->key.period.label = PERIOD_Y;
}

/* Rule: the content digest is equal for equal content whoever filed it, why and on what base; the
 * digest of the header names the very bytes. */
static void equal_content_has_an_equal_digest(void **state)
{
    static const struct {
        const char *name;
        void (*change)(struct report *report);
        bool is_same_content;
    } rows[] = {
        {"author", change_author, true},        {"base", change_base, true},
        {"catalogue", change_catalogue, true},  {"drop", change_drop, true},
        {"scope", change_scope, false},         {"value", change_value, false},
        {"qualifier", change_qualifier, false}, {"note", change_note, false},
        {"unit", change_unit, false},           {"label", change_label, false},
    };
    struct fixture *fixture = *state;
    struct buf content = hex_bytes(GOLDEN_FILING_CONTENT);
    struct buf digest = hex_bytes(GOLDEN_FILING_DIGEST);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct report report = sample_report();
        struct buf packed = {0};
        print_message("row: %s\n", rows[i].name);
        rows[i].change(&report);
        wire_pack_filing(&report, &packed);
        assert_int_equal(open_bytes(fixture, span_of(&packed)), ERR_OK);
        bool is_same = memcmp(fixture->filing.content, content.data, DIGEST_SIZE) == 0;
        assert_int_equal(is_same, rows[i].is_same_content);
        assert_memory_not_equal(fixture->filing.digest, digest.data, DIGEST_SIZE);
        buf_fini(&packed);
        report_fini(&report);
    }
    buf_fini(&content);
    buf_fini(&digest);
}

/* ---- what is refused ---- */

/* A filing in pieces, so that one piece can be broken while the others, and the digests over it,
 * stay right. */
struct draft {
    Tonghop__Key key;
    Tonghop__ReportHeader header;
    Tonghop__PartRef refs[3], *ref_list[3];
    Tonghop__Cells cells;
    Tonghop__Note note;
    Tonghop__Notes notes;
    Tonghop__Note *note_list[REPORT_NOTES_MAX + 1];
    uint32_t indicators[REPORT_CELLS_MAX + 1];
    int64_t values[REPORT_CELLS_MAX + 1], uppers[2];
    Tonghop__Qualifier qualifiers[REPORT_CELLS_MAX + 1];
    ProtobufCBinaryData parts[WIRE_PARTS_MAX + 1];
    Tonghop__Filing filing;
    struct buf packed[2], header_bytes;
    uint8_t digests[2][DIGEST_SIZE];
    char text[WIRE_HEADER_MAX + 2];
};

/* When a row makes its change: before the parts are packed, before the header is, or before the
 * filing is. */
enum stage { PARTS, HEADER, FILING };

static void append(struct buf *out, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = mem_alloc(size);
    assert_int_equal(protobuf_c_message_pack(message, bytes), size);
    buf_put(out, bytes, size);
    free(bytes);
}

static struct draft *draft_new(void)
{
    struct draft *d = mem_calloc(1, sizeof *d);
    const struct report_key key = {
        .kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}, .unit = 23857, .form = 1};
    wire_key_of(&key, &d->key);
    tonghop__report_header__init(&d->header);
    tonghop__cells__init(&d->cells);
    tonghop__notes__init(&d->notes);
    tonghop__note__init(&d->note);
    tonghop__filing__init(&d->filing);
    memset(d->text, 'a', sizeof d->text - 1);
    d->header.key = &d->key;
    d->header.scope = TONGHOP__SCOPE__SCOPE_OWN;
    d->header.catalogue = 1;
    for (uint32_t i = 0; i <= REPORT_CELLS_MAX; i++) {
        d->indicators[i] = i + 1;
        d->values[i] = 5;
        d->qualifiers[i] = TONGHOP__QUALIFIER__QUALIFIER_EXACT;
    }
    d->qualifiers[1] = TONGHOP__QUALIFIER__QUALIFIER_RANGE;
    d->uppers[0] = 6;
    d->cells.indicators = d->indicators;
    d->cells.values = d->values;
    d->cells.qualifiers = d->qualifiers;
    d->cells.uppers = d->uppers;
    d->cells.n_indicators = d->cells.n_values = d->cells.n_qualifiers = 3;
    d->cells.n_uppers = 1;
    d->note.text = TEXT("ghi chú");
    for (size_t i = 0; i < LENGTH(d->note_list); i++)
        d->note_list[i] = &d->note;
    d->notes.notes = d->note_list;
    d->notes.n_notes = 1;
    for (size_t i = 0; i < LENGTH(d->refs); i++) {
        tonghop__part_ref__init(&d->refs[i]);
        d->ref_list[i] = &d->refs[i];
    }
    d->header.parts = d->ref_list;
    d->filing.parts = d->parts;
    return d;
}

static void draft_free(struct draft *d)
{
    for (size_t i = 0; i < LENGTH(d->packed); i++)
        buf_fini(&d->packed[i]);
    buf_fini(&d->header_bytes);
    free(d);
}

/* Names the packed parts in the header. */
static void draft_parts(struct draft *d)
{
    append(&d->packed[0], &d->cells.base);
    append(&d->packed[1], &d->notes.base);
    for (size_t i = 0; i < LENGTH(d->packed); i++) {
        digest_of(span_of(&d->packed[i]), d->digests[i]);
        d->refs[i].type =
            i == 0 ? TONGHOP__PART_TYPE__PART_TYPE_CELLS : TONGHOP__PART_TYPE__PART_TYPE_NOTES;
        d->refs[i].digest = (ProtobufCBinaryData){DIGEST_SIZE, d->digests[i]};
        d->refs[i].size = (uint32_t)d->packed[i].len;
        d->parts[i] = (ProtobufCBinaryData){d->packed[i].len, d->packed[i].data};
    }
    d->header.n_parts = d->filing.n_parts = 2;
}

static struct buf draft_pack(struct draft *d, enum stage stage, void (*change)(struct draft *d))
{
    struct buf bytes = {0};
    if (stage == PARTS)
        change(d);
    draft_parts(d);
    if (stage == HEADER)
        change(d);
    append(&d->header_bytes, &d->header.base);
    d->filing.header = (ProtobufCBinaryData){d->header_bytes.len, d->header_bytes.data};
    if (stage == FILING)
        change(d);
    append(&bytes, &d->filing.base);
    return bytes;
}

static void swap_parts(struct draft *d)
{
    d->ref_list[0] = &d->refs[1];
    d->ref_list[1] = &d->refs[0];
    d->parts[0] = (ProtobufCBinaryData){d->packed[1].len, d->packed[1].data};
    d->parts[1] = (ProtobufCBinaryData){d->packed[0].len, d->packed[0].data};
}

static void part_of_one_byte(struct draft *d, uint8_t byte)
{
    buf_clear(&d->packed[0]);
    buf_put_u8(&d->packed[0], byte);
    digest_of(span_of(&d->packed[0]), d->digests[0]);
    d->refs[0].size = 1;
    d->parts[0].len = 1;
}

/* One row: a name, when what is done to the draft `d`, what comes of it, a part of the reason. */
#define HOSTILE(X)                                                                                 \
    X(nothing, PARTS, 0, OK, "")                                                                   \
    X(values_few, PARTS, d->cells.n_values = 2, MALFORMED, "one length")                           \
    X(qualifiers_many, PARTS, d->cells.n_qualifiers = 4, MALFORMED, "one length")                  \
    X(indicators_none, PARTS, d->cells.n_indicators = 0, MALFORMED, "one length")                  \
    X(indicator_0, PARTS, d->indicators[0] = 0, MALFORMED, "rise")                                 \
    X(indicator_twice, PARTS, d->indicators[2] = 2, MALFORMED, "rise")                             \
    X(indicators_fall, PARTS, d->indicators[0] = 9, MALFORMED, "rise")                             \
    X(qualifier_none, PARTS, d->qualifiers[0] = 0, MALFORMED, "indicator 1 has no valid")          \
    X(qualifier_new, PARTS, d->qualifiers[0] = 6, MALFORMED, "indicator 1 has no valid")           \
    X(qualifier_wraps, PARTS, d->qualifiers[2] = 257, MALFORMED, "indicator 3 has no valid")       \
    X(qualifier_negative, PARTS, d->qualifiers[2] = -1, MALFORMED, "indicator 3 has no valid")     \
    X(uppers_none, PARTS, d->cells.n_uppers = 0, MALFORMED, "uppers")                              \
    X(uppers_many, PARTS, d->cells.n_uppers = 2, MALFORMED, "uppers")                              \
    X(range_flat, PARTS, d->uppers[0] = 5, MALFORMED, "indicator 2")                               \
    X(range_falls, PARTS, d->uppers[0] = INT64_MIN, MALFORMED, "indicator 2")                      \
    X(cells_limit, PARTS,                                                                          \
      d->cells.n_indicators = d->cells.n_values = d->cells.n_qualifiers = 4096, OK, "")            \
    X(cells_many, PARTS, d->cells.n_indicators = d->cells.n_values = d->cells.n_qualifiers = 4097, \
      TOO_LARGE, "Cells.indicators")                                                               \
    X(note_latin_1, PARTS, d->note.text = TEXT("\xe9"), MALFORMED, "Note.text")                    \
    X(note_lines, PARTS, d->note.text = TEXT("a\n\tb"), OK, "")                                    \
    X(note_return, PARTS, d->note.text = TEXT("a\rb"), MALFORMED, "Note.text")                     \
    X(note_limit, PARTS, (d->note.text = d->text, d->text[2000] = '\0'), OK, "")                   \
    X(note_long, PARTS, (d->note.text = d->text, d->text[2001] = '\0'), TOO_LARGE, "Note.text")    \
    X(notes_limit, PARTS, d->notes.n_notes = 1024, OK, "")                                         \
    X(notes_many, PARTS, d->notes.n_notes = 1025, TOO_LARGE, "Notes.notes")                        \
    X(key_absent, HEADER, d->header.key = NULL, MALFORMED, "ReportHeader.key")                     \
    X(kind, HEADER, d->key.kind = 0, MALFORMED, "Key.kind")                                        \
    X(year, HEADER, d->key.year = 0, MALFORMED, "Key.year")                                        \
    X(label, HEADER, d->key.label = 4, MALFORMED, "Key.label")                                     \
    X(unit, HEADER, d->key.unit = 0, MALFORMED, "Key.unit")                                        \
    X(form, HEADER, d->key.form = 0, MALFORMED, "Key.form")                                        \
    X(scope_none, HEADER, d->header.scope = 0, MALFORMED, "ReportHeader.scope")                    \
    X(scope, HEADER, d->header.scope = 3, MALFORMED, "ReportHeader.scope")                         \
    X(catalogue, HEADER, d->header.catalogue = 0, MALFORMED, "ReportHeader.catalogue")             \
    X(based_on, HEADER, d->header.based_on = UINT64_MAX, MALFORMED, "ReportHeader.based_on")       \
    X(author_limit, HEADER, (d->header.author = d->text, d->text[200] = '\0'), OK, "")             \
    X(author_long, HEADER, (d->header.author = d->text, d->text[201] = '\0'), TOO_LARGE,           \
      "ReportHeader.author")                                                                       \
    X(author_lines, HEADER, d->header.author = TEXT("a\nb"), MALFORMED, "ReportHeader.author")     \
    X(reason_lines, HEADER, d->header.reason = TEXT("a\nb"), OK, "")                               \
    X(reason_long, HEADER, (d->header.reason = d->text, d->text[1001] = '\0'), TOO_LARGE,          \
      "ReportHeader.reason")                                                                       \
    X(reason_escape, HEADER, d->header.reason = TEXT("\x1b"), MALFORMED, "ReportHeader.reason")    \
    X(header_long, HEADER, d->header.author = d->text, TOO_LARGE, "Filing.header")                 \
    X(part_type_none, HEADER, d->refs[0].type = 0, MALFORMED, "PartRef.type")                      \
    X(part_type_new, HEADER, d->refs[1].type = 3, MALFORMED, "PartRef.type")                       \
    X(part_type_twice, HEADER, d->refs[1].type = d->refs[0].type, MALFORMED, "rising order")       \
    X(parts_swapped, HEADER, swap_parts(d), MALFORMED, "rising order")                             \
    X(part_digest_short, HEADER, d->refs[0].digest.len = 31, MALFORMED, "PartRef.digest")          \
    X(part_digest_wrong, HEADER, d->digests[1][31] ^= 1, MALFORMED, "part 2 is not what")          \
    X(part_size_wrong, HEADER, d->refs[0].size++, MALFORMED, "part 1 has")                         \
    X(part_size_huge, HEADER, d->refs[0].size = UINT32_MAX, MALFORMED, "PartRef.size")             \
    X(part_unnamed, HEADER, d->header.n_parts = 1, MALFORMED, "header names 1")                    \
    X(part_of_rubbish, HEADER, part_of_one_byte(d, 0xff), MALFORMED, "not a serialised Cells")     \
    X(withdrawn_with_parts, HEADER, d->header.withdrawn = 1, MALFORMED, "withdrawn")               \
    X(withdrawn, HEADER, (d->header.withdrawn = 1, d->header.n_parts = d->filing.n_parts = 0), OK, \
      "")                                                                                          \
    X(header_absent, FILING, d->filing.header.len = 0, MALFORMED, "Filing.header")                 \
    X(header_cut, FILING, d->filing.header.len--, MALFORMED, "not a serialised ReportHeader")      \
    X(part_absent, FILING, d->filing.n_parts = 1, MALFORMED, "header names 2")                     \
    X(part_more, FILING, d->filing.n_parts = 3, MALFORMED, "header names 2")                       \
    X(parts_many, FILING, d->filing.n_parts = 17, TOO_LARGE, "Filing.parts")                       \
    X(part_changed, FILING, d->packed[0].data[8] ^= 1, MALFORMED, "part 1 is not what")            \
    X(part_cut, FILING, d->parts[1].len--, MALFORMED, "part 2 has")

#define DEFINE_BREAKER(what, when, change, outcome, reason)                                        \
    static void break_##what(struct draft *d)                                                      \
    {                                                                                              \
        (void)d;                                                                                   \
        (void)(change);                                                                            \
    }
HOSTILE(DEFINE_BREAKER)

#define BREAKER_ROW(what, when, change, outcome, reason)                                           \
    {#what, when, break_##what, ERR_##outcome, reason},

/* Rule: whatever a reporter can make wrong is refused and named, however right the digests are. */
static void broken_filings_are_refused(void **state)
{
    static const struct {
        const char *name;
        enum stage stage;
        void (*change)(struct draft *d);
        enum err err;
        const char *reason; /* part of it */
    } rows[] = {HOSTILE(BREAKER_ROW)};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct draft *draft = draft_new();
        struct buf bytes = draft_pack(draft, rows[i].stage, rows[i].change);
        enum err err = open_bytes(fixture, span_of(&bytes));
        if (err != rows[i].err || strstr(fixture->reason, rows[i].reason) == NULL)
            fail_msg("%s: %s, '%s'", rows[i].name, err_name(err), fixture->reason);
        buf_fini(&bytes);
        draft_free(draft);
        arena_reset(fixture->arena);
    }
}

/* Rule: a NUL inside a text is refused even where the digests are right, so that no other program
 * reads more in the same bytes than this one shows. */
static void nul_inside_a_note_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct draft *draft = draft_new();
    struct buf bytes;
    /* Notes{Note{text: "a\0b"}} by hand: protobuf-c cannot write it. */
    static const uint8_t notes[] = {0x0a, 5, 0x12, 3, 'a', 0, 'b'};
    draft_parts(draft);
    digest_of((struct span){notes, sizeof notes}, draft->digests[1]);
    draft->refs[1].size = sizeof notes;
    draft->parts[1] = (ProtobufCBinaryData){sizeof notes, (uint8_t *)(uintptr_t)notes};
    append(&draft->header_bytes, &draft->header.base);
    draft->filing.header = (ProtobufCBinaryData){draft->header_bytes.len, draft->header_bytes.data};
    bytes = (struct buf){0};
    append(&bytes, &draft->filing.base);
    assert_int_equal(open_bytes(fixture, span_of(&bytes)), ERR_MALFORMED);
    assert_non_null(strstr(fixture->reason, "Note.text"));
    buf_fini(&bytes);
    draft_free(draft);
}

static void oversized_filings_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct buf bytes = hex_bytes(GOLDEN_FILING);
    while (bytes.len <= WIRE_FILING_MAX)
        buf_put_u8(&bytes, 0);
    assert_int_equal(open_bytes(fixture, span_of(&bytes)), ERR_TOO_LARGE);
    buf_fini(&bytes);
}

/* Rule: a filing that ends early is refused, wherever it ends. */
static void cut_filings_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct buf bytes = hex_bytes(GOLDEN_FILING);
    for (size_t len = 0; len < bytes.len; len++)
        assert_int_equal(open_bytes(fixture, (struct span){bytes.data, len}), ERR_MALFORMED);
    buf_fini(&bytes);
}

/* Rule: digests and counts hold a filing together: no single bit of its parts can change. A flipped
 * bit of the header makes another report or none. */
static void flipped_bits_do_no_harm(void **state)
{
    struct fixture *fixture = *state;
    struct buf bytes = hex_bytes(GOLDEN_FILING);
    struct buf header = hex_bytes(GOLDEN_HEADER);
    const size_t header_end = 2 + header.len; /* tag and length in front */
    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        enum err err = open_bytes(fixture, span_of(&bytes));
        if (err == ERR_OK) {
            assert_true(bit / 8 >= 2 && bit / 8 < header_end);
            assert_memory_not_equal(fixture->filing.header_bytes.data, header.data, header.len);
        }
        bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        arena_reset(fixture->arena);
    }
    buf_fini(&bytes);
    buf_fini(&header);
}

/* Rule: wherever the memory ends, it is ERR_TOO_LARGE, until there is enough. */
static void too_little_memory_is_too_large(void **state)
{
    struct fixture *fixture = *state;
    struct buf bytes = hex_bytes(GOLDEN_FILING);
    size_t limit = 0;
    for (enum err err = ERR_TOO_LARGE; err != ERR_OK; limit += 16) {
        arena_free(&fixture->arena);
        fixture->arena = arena_new(limit);
        err = open_bytes(fixture, span_of(&bytes));
        assert_true(err == ERR_OK || err == ERR_TOO_LARGE);
    }
    assert_true(limit > bytes.len);
    buf_fini(&bytes);
}

/* A Filing of a header with that one part, and the part's bytes. */
static bool is_nil_of(const char *header, const char *part)
{
    struct buf header_bytes = hex_bytes(header), part_bytes = hex_bytes(part), bytes = {0};
    Tonghop__Filing filing = TONGHOP__FILING__INIT;
    ProtobufCBinaryData parts[] = {{part_bytes.len, part_bytes.data}};
    filing.header = (ProtobufCBinaryData){header_bytes.len, header_bytes.data};
    filing.n_parts = 1;
    filing.parts = parts;
    uint8_t packed[256];
    assert_true(tonghop__filing__get_packed_size(&filing) <= sizeof packed);
    buf_put(&bytes, packed, tonghop__filing__pack(&filing, packed));
    bool is_nil = wire_filing_is_nil(span_of(&bytes));
    buf_fini(&header_bytes);
    buf_fini(&part_bytes);
    buf_fini(&bytes);
    return is_nil;
}

/* Rule: a report without figures is told by its bytes, whatever else it has: notes, a part of cells
 * that has none, lists that are not packed, parts of the header in any order. */
static void a_nil_report_is_told_by_its_bytes(void **state)
{
    struct fixture *fixture = *state;
    struct buf golden = hex_bytes(GOLDEN_FILING), withdrawn = hex_bytes(GOLDEN_WITHDRAWAL);
    assert_false(wire_filing_is_nil(span_of(&golden)));
    assert_true(wire_filing_is_nil(span_of(&withdrawn)));
    for (int with_note = 0; with_note < 2; with_note++) {
        struct report report = sample_report();
        struct buf bytes = {0};
        report.cell_count = 0;
        if (with_note == 0) {
            for (size_t i = 0; i < report.note_count; i++)
                free(report.notes[i].text);
            report.note_count = 0;
        }
        wire_pack_filing(&report, &bytes);
        assert_int_equal(open_bytes(fixture, span_of(&bytes)), ERR_OK);
        assert_int_equal(fixture->report.cell_count, 0);
        assert_true(wire_filing_is_nil(span_of(&bytes)));
        report_fini(&report);
        buf_fini(&bytes);
    }
    assert_false(is_nil_of("4a020801", "0a0105"));     /* cells, packed */
    assert_false(is_nil_of("4a020801", "0805"));       /* not packed */
    assert_false(is_nil_of("4a0418010801", "0a0105")); /* the type behind the size */
    assert_true(is_nil_of("4a020801", ""));
    assert_true(is_nil_of("4a020801", "0a001200"));
    assert_true(is_nil_of("4a020802", "0a0105")); /* notes */
    assert_true(is_nil_of("", "0a0105"));
    for (size_t len = 0; len < golden.len; len++) { /* never beyond its end */
        uint8_t *copy = mem_alloc(len);
        if (len > 0)
            memcpy(copy, golden.data, len);
        (void)wire_filing_is_nil((struct span){copy, len});
        free(copy);
    }
    buf_fini(&golden);
    buf_fini(&withdrawn);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_report_has_golden_bytes),         TEST(a_withdrawal_has_golden_bytes),
        TEST(a_nil_report_round_trips),          TEST(the_largest_report_round_trips),
        TEST(equal_content_has_an_equal_digest), TEST(broken_filings_are_refused),
        TEST(nul_inside_a_note_is_refused),      TEST(oversized_filings_are_refused),
        TEST(cut_filings_are_refused),           TEST(flipped_bits_do_no_harm),
        TEST(too_little_memory_is_too_large),    TEST(a_nil_report_is_told_by_its_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
