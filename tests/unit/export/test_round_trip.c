/* What was exported and imported is the same: every table that is state, and the next export to the
 * byte; and the totals that are made of it are those of its reports. */
#include "unit/export/book.h"

#include "node/node.h"

enum { SEEDS = 40 };

static void dump_span(struct buf *out, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        buf_printf(out, "%02x", bytes.data[i]);
    buf_printf(out, " ");
}

static void dump_reports(struct store_txn *txn, struct buf *out)
{
    struct report_key key = {0};
    struct head head;
    while (store_next_head(txn, &key, &head)) {
        buf_printf(out, "head %u/%u/%u/%u/%u ", key.kind, key.period.year, key.period.label,
                   key.unit, key.form);
        buf_printf(out, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %u %u %d %u ", head.revision,
                   head.accepted, head.counting, head.states, head.scope, head.is_withdrawn,
                   head.home);
        buf_printf(out, "%" PRId64 " %" PRId64 " ", head.received.us, head.first_filed.us);
        dump_span(out, (struct span){head.content, sizeof head.content});
        dump_span(out, (struct span){head.state_digest, sizeof head.state_digest});
        uint64_t number = UINT64_MAX;
        struct revision revision;
        while (store_previous_revision(txn, &key, &number, &revision) == ERR_OK) {
            buf_printf(out, "\n %" PRIu64 " %u %u %" PRId64 " %" PRId64 " ", revision.number,
                       revision.states, revision.home, revision.received.us,
                       revision.first_filed.us);
            buf_printf(out, "%" PRId64 " %" PRId64 " ", revision.arrived.us,
                       revision.first_arrived.us);
            dump_span(out, revision.recorded_by);
            dump_span(out, revision.filing);
        }
        buf_printf(out, "\n");
    }
}

static void dump_rest(struct store_txn *txn, struct buf *out)
{
    struct enrolled enrolled = {0};
    struct quarantined item = {0};
    struct catalogue_meta meta = {0};
    while (store_next_enrolled(txn, &enrolled)) {
        dump_span(out, (struct span){enrolled.key, sizeof enrolled.key});
        buf_printf(out, "key %u %u %d %" PRId64 " %s\n", enrolled.unit, enrolled.role,
                   enrolled.is_revoked, enrolled.changed.us, enrolled.name);
    }
    while (store_next_quarantine(txn, &item)) {
        dump_span(out, (struct span){item.peer, sizeof item.peer});
        dump_span(out, item.bytes);
        buf_printf(out, "quarantined %" PRIu64 " %d %" PRId64 " %s\n", item.number, item.is_kept,
                   item.received.us, item.reason);
    }
    buf_printf(out, "unit %" PRIu64 " catalogue %" PRIu64 " last %" PRIu64 " kept %" PRIu64 "\n",
               store_get_meta_u64(txn, "unit"), store_get_meta_u64(txn, "catalogue"),
               store_last_quarantine(txn), store_get_meta_u64(txn, "quarantine.kept"));
    for (uint32_t number = 1; number <= 2; number++) {
        if (store_get_catalogue(txn, number, &meta) != ERR_OK)
            continue;
        dump_span(out, (struct span){meta.hash, sizeof meta.hash});
        buf_printf(out, "%u %u %" PRIu64 "\n", meta.chunk_count, meta.chunks_held, meta.size_bytes);
        for (uint32_t i = 0; i < meta.chunk_count; i++) {
            struct span chunk = {0};
            assert_int_equal(store_get_chunk(txn, number, i, &chunk), ERR_OK);
            dump_span(out, chunk);
        }
    }
    struct edition_key key = {0};
    struct span bytes;
    while (store_next_edition(txn, &key, &bytes)) {
        buf_printf(out, "edition %u/%u/%u/%u %u ", key.kind, key.period.year, key.period.label,
                   key.unit, key.number);
        dump_span(out, bytes);
    }
    struct notice_key of = {0};
    while (store_next_notice(txn, &of, &bytes)) {
        buf_printf(out, "notice %u/%u/%u/%u/%u %u %u %" PRIu64 " ", of.report.kind,
                   of.report.period.year, of.report.period.label, of.report.unit, of.report.form,
                   of.type, of.author, of.number);
        dump_span(out, (struct span){of.about, sizeof of.about});
        dump_span(out, bytes);
    }
}

/* All state of a store; the caller frees. */
static struct buf dump(struct store *store)
{
    struct buf out = {0};
    struct store_txn *txn = store_begin_read(store);
    dump_reports(txn, &out);
    dump_rest(txn, &out);
    assert_int_equal(store_error(txn), ERR_OK);
    store_abort(&txn);
    return out;
}

static void assert_same(const char *what, uint64_t seed, struct buf *a, struct buf *b)
{
    if (!span_equal(span_of(a), span_of(b)))
        fail_msg("seed %" PRIu64 ": %s differ:\n%.*s\n%.*s", seed, what, (int)a->len,
                 (const char *)a->data, (int)b->len, (const char *)b->data);
    buf_fini(a);
    buf_fini(b);
}

/* The totals of an imported store are rebuilt, and verify finds no difference. */
static void assert_adds_up(struct store *store, uint64_t reports)
{
    const struct node_options options = {
        .unit = BOOK_UNIT, .parent_endpoint = "", .software = "test"};
    struct node *node = NULL;
    uint64_t visited = 0, figures = 0;
    assert_int_equal(node_new(store, &options, (struct instant){BOOK_NOW_US}, 1, &node), ERR_OK);
    assert_int_equal(node_rebuild(node), ERR_OK);
    assert_int_equal(node_verify(node, &visited, &figures), 0);
    assert_int_equal(visited, reports);
    node_free(&node);
}

static void test_round_trip(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct book from, to;
        struct export_counts written = {0}, read_again = {0};
        book_init(&from, seed, true);
        book_init(&to, seed, false);
        struct buf first = book_export(&from, &written);
        assert_int_equal(written.reports, from.reports);
        assert_int_equal(written.revisions, from.revisions);
        assert_int_equal(book_import(&to, span_of(&first), &read_again), ERR_OK);
        assert_int_equal(read_again.reports, from.reports);
        assert_int_equal(read_again.revisions, from.revisions);
        assert_int_equal(read_again.keys, written.keys);
        assert_int_equal(read_again.quarantined, written.quarantined);
        assert_int_equal(read_again.catalogue, 1);
        struct buf held = dump(from.temp.store), taken = dump(to.temp.store);
        assert_same("stores", seed, &held, &taken);
        assert_adds_up(to.temp.store, from.reports);
        struct buf second = book_export(&to, &written);
        assert_same("exports", seed, &first, &second);
        book_fini(&from);
        book_fini(&to);
    }
}

/* The export as version 0.2 would have written it; the caller frees. */
static struct buf of_format_1(struct span bytes)
{
    static const char format[] = "\"format\":2,";
    struct buf out = {0};
    uint8_t digest[DIGEST_SIZE];
    const char *digest_name = "\"digest\":\"";
    uint8_t *at = memmem(bytes.data, bytes.len, format, sizeof format - 1);
    buf_put(&out, bytes.data, bytes.len);
    out.data[at - bytes.data + (long)strlen("\"format\":")] = '1';
    const uint8_t *end = memmem(out.data, out.len, "{\"line\":\"end\"", 13);
    digest_of((struct span){out.data, (size_t)(end - out.data)}, digest);
    uint8_t *last = memmem(end, (size_t)(out.data + out.len - end), digest_name, 10);
    char hex[2 * DIGEST_SIZE + 1];
    for (size_t i = 0; i < sizeof digest; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    memcpy(last + 10, hex, sizeof hex - 1);
    return out;
}

static void test_format_before(void **state)
{
    /* What version 0.2 exported is taken; and format 1 has nothing that it did not have. */
    struct book from = {.rng = 3, .is_of_before = true}, full, to;
    struct export_counts counts = {0};
    (void)state;
    book_open(&from, true);
    book_init(&full, 3, true);
    book_init(&to, 3, false);
    struct buf now = book_export(&full, &counts), bad = of_format_1(span_of(&now));
    assert_int_equal(book_import(&to, span_of(&bad), &counts), ERR_MALFORMED);
    book_fini(&to);
    book_init(&to, 3, false);
    struct buf bytes = book_export(&from, &counts), before = of_format_1(span_of(&bytes));
    assert_int_equal(book_import(&to, span_of(&before), &counts), ERR_OK);
    assert_int_equal(counts.revisions, from.revisions);
    struct buf held = dump(from.temp.store), taken = dump(to.temp.store);
    assert_same("stores", 3, &held, &taken);
    struct buf again = book_export(&to, &counts);
    assert_same("exports", 3, &bytes, &again);
    buf_fini(&now);
    buf_fini(&bad);
    buf_fini(&before);
    book_fini(&from);
    book_fini(&full);
    book_fini(&to);
}

static void test_begins_anew(void **state)
{
    /* How far the feed above was read, and told, is not state: an imported node asks again. */
    struct book from, to;
    struct export_counts counts = {0};
    bool is_unknown;
    (void)state;
    book_init(&from, 1, true);
    book_init(&to, 1, false);
    struct buf before = book_export(&from, &counts);
    struct store_txn *txn = store_begin_write(from.temp.store);
    assert_int_equal(store_put_meta_u64(txn, "notices.epoch", 77), ERR_OK);
    assert_int_equal(store_put_meta_u64(txn, "notices.after", 78), ERR_OK);
    assert_int_equal(store_put_meta_u64(txn, "notices.sent", 79), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    struct buf bytes = book_export(&from, &counts);
    assert_int_equal(book_import(&to, span_of(&bytes), &counts), ERR_OK);
    txn = store_begin_read(to.temp.store);
    assert_int_equal(store_get_meta_u64(txn, "notices.epoch"), 0);
    assert_int_equal(store_get_meta_u64(txn, "notices.after"), 0);
    assert_int_equal(store_get_meta_u64(txn, "notices.sent"), 0);
    store_abort(&txn);
    assert_same("exports", 1, &before, &bytes);
    book_fini(&from);
    book_fini(&to);
}

static void test_nothing(void **state)
{
    /* A node that has never had anything: two lines, that come back as nothing. */
    struct book from, to;
    struct export_counts counts = {0};
    (void)state;
    book_init(&from, 1, false);
    book_init(&to, 1, false);
    struct buf bytes = book_export(&from, &counts), expected = {0};
    uint8_t digest[DIGEST_SIZE];
    buf_printf(&expected,
               "{\"line\":\"export\",\"format\":2,\"unit\":64,\"software\":\"tonghopd 9.9.9\","
               "\"schema\":%d,\"catalogue\":null,\"catalogue_lines\":0,\"quarantine_number\":0}\n",
               STORE_SCHEMA);
    digest_of(span_of(&expected), digest);
    buf_printf(&expected, "{\"line\":\"end\",\"lines\":1,\"keys\":0,\"reports\":0,\"revisions\":0,"
                          "\"quarantined\":0,\"digest\":\"");
    for (size_t i = 0; i < sizeof digest; i++)
        buf_printf(&expected, "%02x", digest[i]);
    buf_printf(&expected, "\"}\n");
    buf_put_u8(&bytes, '\0');
    assert_string_equal((const char *)bytes.data, (const char *)expected.data);
    bytes.len--;
    buf_fini(&expected);
    assert_int_equal(book_import(&to, span_of(&bytes), &counts), ERR_OK);
    assert_int_equal(counts.reports, 0);
    assert_adds_up(to.temp.store, 0);
    buf_fini(&bytes);
    book_fini(&from);
    book_fini(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_format_before),
        cmocka_unit_test(test_begins_anew),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
