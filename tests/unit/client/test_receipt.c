/* What is said of a receipt, in view of what a node answers. */
#include "lib/cm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/receipt.h"
#include "core/instant.h"

#define TEXT(literal) ((char *)(uintptr_t)(literal))

enum { REVISIONS = 2, SECOND_US = 1000000 };

static const int64_t received_us = INT64_C(1718700000000000); /* of revision 1 */
static const struct common english = {.output = OUTPUT_TEXT, .is_english = true};
static const struct common vietnamese = {.output = OUTPUT_TEXT};
static const struct common csv = {.output = OUTPUT_CSV};

/* An answer, what it points to, and the receipt of its revision 1. */
struct scene {
    Tonghop__History history;
    Tonghop__UnitInfo unit;
    Tonghop__HistoryEntry entries[REVISIONS], *list[REVISIONS];
    uint8_t contents[REVISIONS][WIRE_DIGEST_SIZE];
    struct selection selection;
    struct receipt receipt;
};

static void say_received(struct scene *s, int64_t us)
{
    char text[INSTANT_TEXT_SIZE];
    (void)snprintf(s->receipt.received, sizeof(s->receipt.received), "%s",
                   instant_format((struct instant){us}, text));
}

/* A node that holds `count` revisions. */
static void make(struct scene *s, size_t count)
{
    *s = (struct scene){.history = TONGHOP__HISTORY__INIT, .unit = TONGHOP__UNIT_INFO__INIT};
    s->unit.id = 7;
    s->unit.code = TEXT("01");
    s->unit.name_vi = TEXT("Xã Một");
    s->history.unit = &s->unit;
    s->history.n_entries = count;
    s->history.entries = s->list;
    for (size_t i = 0; i < count; i++) {
        Tonghop__HistoryEntry *entry = s->list[i] = &s->entries[i];
        tonghop__history_entry__init(entry);
        (void)memset(s->contents[i], (int)(0xa0 + i), WIRE_DIGEST_SIZE);
        entry->revision = i + 1;
        entry->received_us = received_us + (int64_t)i * 60 * SECOND_US;
        entry->is_latest = i + 1 == count;
        entry->content = (ProtobufCBinaryData){WIRE_DIGEST_SIZE, s->contents[i]};
        entry->states = STATE_ACCEPTED;
        entry->counts = true;
    }
    s->receipt = (struct receipt){.unit = "01",
                                  .unit_id = "7",
                                  .period = "2024-S1",
                                  .kind = "actual",
                                  .form = "f",
                                  .revision = "1"};
    (void)receipt_hex(s->entries[0].content, s->receipt.content);
    say_received(s, received_us);
    s->selection = (struct selection){.period_text = "2024-S1", .kind_text = "actual"};
    assert_true(selection_check(&english, "receipt", &s->selection));
}

/* What is printed; the caller frees. */
static char *printed(const struct common *common, struct scene *s, int expected_status)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size), *before = stdout;
    struct table *table = table_new();
    receipt_add_keys(table);
    assert_non_null(to);
    stdout = to;
    int status = receipt_check(common, &s->receipt, &s->selection, &s->history, table);
    if (common->output != OUTPUT_TEXT)
        table_print(table, common->output, stdout);
    stdout = before;
    table_free(&table);
    assert_int_equal(fclose(to), 0);
    assert_int_equal(status, expected_status);
    return text;
}

static void assert_said(const struct common *common, struct scene *s, int status, const char *part,
                        bool is_said)
{
    char *text = printed(common, s, status);
    if ((strstr(text, part) != NULL) != is_said)
        fail_msg("%s: %s", part, text);
    free(text);
}

/* Rule: the receipt's time may be earlier than the one held, as that of the node whose receipt gave
 * way is; it is said that it is. A later one is wrong, and so is what is no time. */
static void test_time(void **state)
{
    struct scene s;
    (void)state;
    make(&s, 1);
    assert_said(&english, &s, EXIT_DONE, "held: revision 1", true);
    assert_said(&english, &s, EXIT_DONE, "earlier", false);
    s.entries[0].received_us += 999999; /* of the same second */
    assert_said(&english, &s, EXIT_DONE, "earlier", false);
    make(&s, 1);
    say_received(&s, received_us - SECOND_US);
    assert_said(&english, &s, EXIT_DONE, "held: revision 1", true);
    assert_said(&english, &s, EXIT_DONE,
                "the receipt says 2024-06-18T15:39:59+07:00, which is earlier", true);
    assert_said(&vietnamese, &s, EXIT_DONE, "giấy ghi 2024-06-18T15:39:59+07:00, sớm hơn", true);
    assert_said(&csv, &s, EXIT_DONE, ",held,1,2024-06-18T15:40:00+07:00,", true);
    say_received(&s, received_us + SECOND_US);
    assert_said(&english, &s, EXIT_NO, "differs: revision 1 was received at another time", true);
    assert_said(&english, &s, EXIT_NO, "earlier", false);
    assert_said(&csv, &s, EXIT_NO, ",differs,", true);
    (void)snprintf(s.receipt.received, sizeof(s.receipt.received), "before");
    assert_said(&english, &s, EXIT_NO, "differs: revision 1 was received at another time", true);
}

/* Rule: a node of an earlier version tells no content: whether it holds what the receipt names is
 * not known then, which is neither yes nor no. */
static void test_without_content(void **state)
{
    struct scene s;
    (void)state;
    make(&s, 1);
    s.entries[0].content.len = 0;
    assert_said(&english, &s, EXIT_UNKNOWN, "unknown: this node is of an earlier version", true);
    assert_said(&english, &s, EXIT_UNKNOWN, "held", false);
    assert_said(&vietnamese, &s, EXIT_UNKNOWN, "chưa rõ: nút này là phiên bản cũ", true);
    assert_said(&csv, &s, EXIT_UNKNOWN, ",1,unknown,", true);
    (void)snprintf(s.receipt.unit, sizeof(s.receipt.unit), "02");
    assert_said(&english, &s, EXIT_NO, "whose unit-id is that of another unit", true);
    make(&s, 1);
    s.entries[0].content.len = 0;
    (void)snprintf(s.receipt.revision, sizeof(s.receipt.revision), "2");
    assert_said(&english, &s, EXIT_NO, "not held: there is no revision 2 here", true);
    make(&s, 2);
    s.entries[0].content.len = s.entries[1].content.len = 0;
    assert_said(&english, &s, EXIT_NO, "replaced by revision 2", true);
}

/* Rule: another content under the number is no receipt of it; the same under another number is told
 * with that. */
static void test_content(void **state)
{
    struct scene s;
    (void)state;
    make(&s, 2);
    assert_said(&english, &s, EXIT_NO, "replaced by revision 2", true);
    s.receipt.content[0] = '0';
    assert_said(&english, &s, EXIT_NO, "differs: revision 1 has another content here", true);
    make(&s, 1);
    s.entries[0].revision = 3;
    assert_said(&english, &s, EXIT_NO, "differs: this content is held here as revision 3", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_without_content),
        cmocka_unit_test(test_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
