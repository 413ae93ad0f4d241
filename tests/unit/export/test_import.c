/* Whatever is done to an export, it is not taken: every byte of it is either checked or follows
 * from what is. And what is wrong is told by line and place. */
#include "unit/export/book.h"

enum { SEED = 5, LINES_MAX = 499, FLIP_STEP = 7 };

struct rig {
    struct book from;
    struct buf bytes; /* the export, less than one transaction of an import */
    struct span lines[LINES_MAX];
    size_t count;
};

static int setup(void **state)
{
    struct rig *rig = mem_calloc(1, sizeof *rig);
    struct export_counts counts;
    book_init(&rig->from, SEED, true);
    rig->bytes = book_export(&rig->from, &counts);
    const uint8_t *at = rig->bytes.data, *end = at + rig->bytes.len;
    while (at < end) {
        const uint8_t *line_end = memchr(at, '\n', (size_t)(end - at));
        assert_true(rig->count < LINES_MAX && line_end != NULL);
        rig->lines[rig->count++] = (struct span){at, (size_t)(line_end - at) + 1};
        at = line_end + 1;
    }
    assert_true(counts.keys > 1 && counts.quarantined > 1 && counts.reports > 10);
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    struct rig *rig = *state;
    buf_fini(&rig->bytes);
    book_fini(&rig->from);
    free(rig);
    return 0;
}

/* Hands it in at a node that has nothing. What is refused leaves nothing in its store either, as it
 * is less than one transaction: so all tries share one. */
static enum err hand_in(struct span bytes)
{
    static struct book to;
    static bool is_open;
    struct export_counts counts;
    char said[sizeof temp_last_line];
    if (!is_open)
        book_init(&to, 1, false);
    log_set_sink(temp_log); /* another one's end took it away */
    enum err err = book_import(&to, bytes, &counts);
    memcpy(said, temp_last_line, sizeof said);
    is_open = err != ERR_OK;
    if (!is_open)
        book_fini(&to);
    memcpy(temp_last_line, said, sizeof said);
    return err;
}

static void assert_refused(const char *what, size_t at, struct span bytes)
{
    enum err err = hand_in(bytes);
    if (err == ERR_OK)
        fail_msg("%s at %zu: it was taken", what, at);
    if (err != ERR_MALFORMED && err != ERR_FOREIGN && err != ERR_VERSION)
        fail_msg("%s at %zu: %s", what, at, err_name(err));
    if (strncmp(temp_last_line, "FILE:", 5) != 0)
        fail_msg("%s at %zu: it says no place: %s", what, at, temp_last_line);
}

static void test_taken_as_it_is(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(hand_in(span_of(&rig->bytes)), ERR_OK);
}

/* ---- blind changes ---- */

static void test_cut(void **state)
{
    /* A file that was cut anywhere is told from one that is whole. */
    struct rig *rig = *state;
    for (size_t len = 0; len < rig->bytes.len; len += len < 2000 ? 101 : 1009)
        assert_refused("cut", len, (struct span){rig->bytes.data, len});
    assert_refused("without its line end", rig->bytes.len - 1,
                   (struct span){rig->bytes.data, rig->bytes.len - 1});
    for (size_t i = 0, len = 0; i < rig->count - 1; i++) {
        len += rig->lines[i].len;
        if (i % FLIP_STEP == 0)
            assert_refused("cut behind line", i + 1, (struct span){rig->bytes.data, len});
    }
}

static void test_lines_out_of_place(void **state)
{
    /* No line may be left out, said twice, or change places with the next. */
    struct rig *rig = *state;
    struct buf changed = {0};
    for (size_t i = 0; i < rig->count; i++) {
        for (int how = 0; how < 3; how++) {
            if ((how == 2 && i + 1 == rig->count) || (how + (int)i) % 3 != 0)
                continue;
            buf_clear(&changed);
            for (size_t j = 0; j < rig->count; j++) {
                size_t from = how == 2 && j == i ? i + 1 : how == 2 && j == i + 1 ? i : j;
                if (how != 0 || j != i)
                    buf_put(&changed, rig->lines[from].data, rig->lines[from].len);
                if (how == 1 && j == i)
                    buf_put(&changed, rig->lines[i].data, rig->lines[i].len);
            }
            assert_refused(how == 0   ? "without line"
                           : how == 1 ? "twice line"
                                      : "exchanged line",
                           i + 1, span_of(&changed));
        }
    }
    buf_fini(&changed);
}

static void test_bytes(void **state)
{
    /* No byte may be another one. */
    struct rig *rig = *state;
    uint64_t rng = SEED;
    struct buf changed = {0};
    buf_put(&changed, rig->bytes.data, rig->bytes.len);
    for (size_t tries = 0; tries < 400; tries++) {
        size_t at = draw(&rng) % changed.len;
        uint8_t was = changed.data[at];
        changed.data[at] = (uint8_t)(was ^ (1u << pick(&rng, 8)));
        assert_refused("byte", at, span_of(&changed));
        changed.data[at] = was;
    }
    buf_fini(&changed);
}

/* ---- what a person would do ---- */

/* The first line of that kind that has `find` in it: there, `replace` stands instead. "~" before
 * the kind: a later line shows that it cannot be. */
struct edit {
    const char *what, *line, *find, *replace;
    const char *says; /* in the log */
};

static const struct edit edits[] = {
    {"another unit", "export", "\"unit\":64", "\"unit\":65",
     "it holds the data of unit 65, and this node is that of unit 64"},
    {"a newer form", "export", "\"format\":2", "\"format\":3", "newer version of the program"},
    {"no form", "export", "\"format\":2", "\"format\":\"1\"",
     "\"format\" has to be a whole number"},
    {"no unit", "export", "\"unit\":64,", "", "member \"unit\" is missing"},
    {"blanks", "export", ",\"unit\"", ", \"unit\"", "the same in another form"},
    {"another order", "export", "\"line\":\"export\",\"format\":2",
     "\"format\":2,\"line\":\"export\"", "the same in another form"},
    {"twice", "export", "\"unit\":64", "\"unit\":64,\"unit\":64", "duplicate"},
    {"more", "export", "\"unit\":64", "\"unit\":64,\"x\":1",
     "\"x\" is 1, where it has to be nothing"},
    {"a fraction", "export", "\"unit\":64", "\"unit\":64.0", "\"unit\" has to be a whole number"},
    {"below zero", "export", "\"unit\":64", "\"unit\":-64", "\"unit\" has to be a whole number"},
    {"too many lines", "export", "\"catalogue_lines\":", "\"catalogue_lines\":99999",
     "\"catalogue_lines\" has to be a whole number"},
    {"too large for some readers", "export",
     "\"quarantine_number\":", "\"quarantine_number\":9007199254740992,\"was\":",
     "\"quarantine_number\" has to be a whole number from 0 to 9007199254740991"},
    {"an index", "catalogue-bytes", "\"index\":1", "\"index\":2", "\"index\" has to be"},
    {"bytes", "catalogue-bytes", "\"bytes\":\"", "\"bytes\":\"*", "bytes in base64"},
    {"other bytes", "~catalogue-bytes", "\"bytes\":\"", "\"bytes\":\"AAAA",
     "the catalogue does not load"},
    {"a name", "indicator", "\"decimals\":0", "\"decimals\":2",
     "\"decimals\" is 2, where it has to be 0: what the catalogue says is in its bytes"},
    {"a parent", "unit", "\"parent\":64", "\"parent\":632", "\"versions[0].parent\" is 632"},
    {"a form", "form", "\"code\":\"general\"", "\"code\":\"other\"",
     "\"code\" is \"other\", where it has to be \"general\""},
    {"a role", "key", "\"role\":\"", "\"role\":\"x", "\"role\" has to be node"},
    {"a key", "key", "\"key\":\"", "\"key\":\"x", "a key in base64"},
    {"revoked", "key",
     "\"revoked\":", "\"revoked\":null,\"was\":", "\"revoked\" has to be true or false"},
    {"a time", "key", "Z\",\"name\"", "+00:00\",\"name\"", "\"changed\" has to be a moment"},
    {"a kind", "report", "\"kind\":\"actual\"", "\"kind\":\"forecast\"",
     "\"kind\" has to be actual"},
    {"a period", "report", "\"period\":\"20", "\"period\":\"200",
     "\"period\" has to be one such as"},
    {"another report", "report", "\"unit\":631", "\"unit\":630", "\"unit_code\" is \"631\""},
    {"counting", "~report", "\"counting\":null", "\"counting\":1", "the revision that counts"},
    {"latest", "~report", "\"latest\":", "\"latest\":1", "its latest revision is missing"},
    {"a figure", "revision", "\"value\":\"", "\"value\":\"1", "edited through 'tonghop amend'"},
    {"a qualifier", "revision", "\"qualifier\":\"exact\"", "\"qualifier\":\"about\"",
     "cells[0].qualifier\" is \"about\""},
    {"a cell more", "revision", "\"cells\":[",
     "\"cells\":[{\"indicator\":1,\"code\":\"x\",\"value\":\"1\",\"qualifier\":\"exact\"},",
     "cells[0]"},
    {"an author", "revision", "\"author\":\"demo\"", "\"author\":\"somebody\"",
     "\"author\" is \"somebody\", where it has to be \"demo\""},
    {"a state", "revision", "\"states\":[", "\"states\":[\"closed\"],\"was\":[",
     "list of \"accepted\""},
    {"states", "revision", "\"states\":[\"accepted\"]", "\"states\":\"accepted\"",
     "list of \"accepted\""},
    {"who", "revision", "\"recorded_by\":\"uid:1000\"", "\"recorded_by\":\"uid:\\u001b[2J\"",
     "a text of one line"},
    {"a long id", "revision", "\"recorded_by\":\"uid:1000\"",
     "\"recorded_by\":\"uid:10000000000000000000000000000000000000000000000000000000000000\"",
     "its id, before the first blank, has more than 64 bytes"},
    {"a number", "revision", "\"revision\":", "\"revision\":99999999999", "\"revision\" has to be"},
    {"the filing", "revision", "\"filing\":\"", "\"filing\":\"AAAA", "\"filing\" does not read"},
    {"a kept catalogue", "kept-catalogue", "\"number\":2", "\"number\":1", "come in order"},
    {"its hash", "kept-catalogue", "\"hash\":\"", "\"hash\":\"12\",\"was\":\"", "hexadecimal"},
    {"another hash", "~kept-catalogue", "\"hash\":\"",
     "\"hash\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"was\":\"",
     "was"},
    {"how many pieces", "~kept-catalogue", "\"count\":", "\"count\":9", "\"count\""},
    {"a piece", "~kept-catalogue", "\"bytes\":\"", "\"bytes\":\"AAAA", "not that of the bytes"},
    {"an edition's rank", "edition", "\"rank\":\"estimate\"", "\"rank\":\"official\"",
     "it cannot be edited"},
    {"an edition's counts", "edition", "\"missing\":5", "\"missing\":4", "it cannot be edited"},
    {"an edition's number", "edition", "\"number\":1", "\"number\":0", "\"number\" has to be"},
    {"an edition's period", "edition", "\"period\":\"20", "\"period\":\"19",
     "are no edition of that period"},
    {"an edition's bytes", "edition", "\"bytes\":\"", "\"bytes\":\"AAAA", "are no edition"},
    {"an older form", "~export", "\"format\":2", "\"format\":1", "where it has to be nothing"},
    {"an arrival", "revision", "\"arrived\":\"20", "\"arrived\":\"+20",
     "\"arrived\" has to be a moment"},
    {"no arrival", "revision", "\"arrived\":\"20", "\"arrived\":null,\"was\":\"20",
     "\"arrived\" has to be a text"},
    {"the first moment", "revision", "\"arrived\":\"20",
     "\"arrived\":\"1970-01-01T00:00:00.000000Z\",\"was\":\"20", "where it has to be nothing"},
    {"a notice's type", "notice", "\"type\":\"returned\"", "\"type\":\"accepted\"",
     "\"type\" is \"accepted\", where it has to be \"returned\": what a notice says is in its "
     "bytes"},
    {"a notice's unit", "notice", "\"unit\":77777", "\"unit\":77778", "it cannot be edited"},
    {"a notice's text", "notice", "\"text\":\"demo\"", "\"text\":\"other\"", "\"text\" is"},
    {"a notice's person", "notice", "\"person\":\"demo\"", "\"person\":null", "\"person\" is"},
    {"a notice's cells", "notice", "\"indicator\":999", "\"indicator\":998", "indicators[1]"},
    {"what was heard", "notice", "\"heard\":\"returned\"", "\"heard\":null", "\"heard\" is"},
    {"a notice's bytes", "notice", "\"bytes\":\"CA", "\"bytes\":\"//", "\"bytes\" do not read"},
    {"a notice without", "notice", "\"bytes\":", "\"was\":", "member \"bytes\" is missing"},
    {"a notice's rank", "notice", "\"rank\":\"official\"", "\"rank\":\"estimate\"", "\"rank\" is"},
    {"a message", "quarantined", "\"number\":", "\"number\":9", "messages come in order"},
    {"a peer", "quarantined", "\"peer\":", "\"peer\":1,\"was\":", "\"peer\""},
    {"the counts", "end", "\"reports\":", "\"reports\":1", "\"reports\" is 1"},
    {"the digest", "end", "\"digest\":\"", "\"digest\":\"0", "\"digest\" is"},
    {"another line", "end", "\"line\":\"end\"", "\"line\":\"alarm\"", "no line of that kind"},
};

static bool has_text(struct span line, const char *text)
{
    return memmem(line.data, line.len, text, strlen(text)) != NULL;
}

/* Of `edit`, the file; 0 if there is no such line. */
static size_t make_edit(const struct rig *rig, const struct edit *edit, struct buf *out)
{
    char kind[64];
    size_t edited = 0;
    const char *name = edit->line + (edit->line[0] == '~');
    (void)snprintf(kind, sizeof kind, "{\"line\":\"%s\"", name);
    for (size_t i = 0; i < rig->count; i++) {
        struct span line = rig->lines[i];
        if (edited != 0 || !has_text(line, kind) || !has_text(line, edit->find)) {
            buf_put(out, line.data, line.len);
            continue;
        }
        const uint8_t *at = memmem(line.data, line.len, edit->find, strlen(edit->find));
        size_t before = (size_t)(at - line.data), after = before + strlen(edit->find);
        buf_put(out, line.data, before);
        buf_put(out, edit->replace, strlen(edit->replace));
        buf_put(out, line.data + after, line.len - after);
        edited = i + 1;
    }
    return edited;
}

static void test_edits(void **state)
{
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(edits); i++) {
        struct buf changed = {0};
        char place[64];
        size_t line = make_edit(rig, &edits[i], &changed);
        if (line == 0)
            fail_msg("%s: there is no such line", edits[i].what);
        assert_refused(edits[i].what, line, span_of(&changed));
        (void)snprintf(place, sizeof place, "FILE:%zu:", line);
        bool is_there =
            edits[i].line[0] == '~' || strncmp(temp_last_line, place, strlen(place)) == 0;
        if (strstr(temp_last_line, edits[i].says) == NULL || !is_there)
            fail_msg("%s, line %zu: it says: %s", edits[i].what, line, temp_last_line);
        buf_fini(&changed);
    }
}

/* ---- files that are none ---- */

static void test_not_an_export(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "FILE:1: it is empty"},
        {"\n", "FILE:1:1: it is not JSON"},
        {"{}\n", "FILE:1:1: \"line\" is \"\": it does not begin as an export does"},
        {"[1]\n", "FILE:1:1: it is not a JSON object"},
        {"unit,indicator,value\n", "FILE:1:4: it is not JSON"},
        {"{\"line\":\"export\",\"format\":1", "FILE:1: the file ends in the middle of a line"},
        {"\xEF\xBB\xBF{\"line\":\"export\"}\n", "FILE:1:2: it is not JSON"},
        {"{\"line\":\"end\"}\n", "FILE:1:2: \"line\" is \"end\": it does not begin"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct span bytes = {(const uint8_t *)rows[i].text, strlen(rows[i].text)};
        assert_int_equal(hand_in(bytes), ERR_MALFORMED);
        if (strncmp(temp_last_line, rows[i].says, strlen(rows[i].says)) != 0)
            fail_msg("%s: it says: %s", rows[i].text, temp_last_line);
    }
}

static void test_endless_line(void **state)
{
    /* A line has a limit, also one that never ends. */
    struct buf bytes = {0};
    uint8_t block[4096];
    (void)state;
    memset(block, ' ', sizeof block);
    while (bytes.len <= LINE_SIZE_MAX)
        buf_put(&bytes, block, sizeof block);
    assert_int_equal(hand_in(span_of(&bytes)), ERR_MALFORMED);
    assert_logged("FILE:1: a line of 8388608 bytes or more");
    bytes.len = LINE_SIZE_MAX - 1;
    buf_put_u8(&bytes, '\n');
    assert_int_equal(hand_in(span_of(&bytes)), ERR_MALFORMED);
    assert_logged("FILE:1:");
    buf_fini(&bytes);
}

static void test_taken_at_last(void **state)
{
    /* After all that, the store still takes the export as it is: nothing was left in it. */
    struct rig *rig = *state;
    assert_int_equal(hand_in(span_of(&rig->bytes)), ERR_OK);
}

static void test_nothing_behind_the_end(void **state)
{
    struct rig *rig = *state;
    struct buf more = {0};
    buf_put(&more, rig->bytes.data, rig->bytes.len);
    buf_printf(&more, "{\"line\":\"key\"}\n");
    assert_int_equal(hand_in(span_of(&more)), ERR_MALFORMED);
    assert_logged("there is nothing behind the line \"end\"");
    buf_fini(&more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_taken_as_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lines_out_of_place, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_edits, setup, teardown),
        cmocka_unit_test(test_not_an_export),
        cmocka_unit_test(test_endless_line),
        cmocka_unit_test_setup_teardown(test_nothing_behind_the_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_taken_at_last, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
