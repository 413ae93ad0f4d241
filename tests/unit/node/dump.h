/* Dumps: everything that a store holds, as lines of text, so that "nothing changed" and "the same
 * bytes" are one comparison, and a difference can be read. */
#ifndef TESTS_UNIT_NODE_DUMP_H
#define TESTS_UNIT_NODE_DUMP_H

#include <inttypes.h>

#include "unit/node/rig.h"

static inline void dump_hex(struct buf *out, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        const char pair[] = {digits[bytes[i] >> 4], digits[bytes[i] & 15]};
        buf_put(out, pair, sizeof(pair));
    }
}

static inline void dump_key(struct buf *out, const char *what, const struct report_key *key)
{
    buf_printf(out, "\n%s %u/%u/%u/%" PRIu32 "/%" PRIu32 " ", what, key->kind, key->period.year,
               key->period.label, key->unit, key->form);
}

static inline void dump_reports(struct store_txn *txn, struct buf *out)
{
    struct report_key key = {0};
    struct head head;
    while (store_next_head(txn, &key, &head)) {
        dump_key(out, "head", &key);
        buf_printf(out, "%" PRIu64 " counting %" PRIu64 " states %u scope %u %s home %" PRIu32,
                   head.revision, head.counting, head.states, head.scope,
                   head.is_withdrawn ? "withdrawn" : "-", head.home);
        buf_printf(out, " %" PRId64 " %" PRId64 " ", head.received.us, head.first_filed.us);
        dump_hex(out, head.content, sizeof(head.content));
        dump_hex(out, head.state_digest, sizeof(head.state_digest));
        uint64_t number = UINT64_MAX;
        struct revision revision;
        while (store_previous_revision(txn, &key, &number, &revision) == ERR_OK) {
            dump_key(out, "revision", &key);
            buf_printf(out, "%" PRIu64 " %u %" PRIu32 " %" PRId64 " ", revision.number,
                       revision.states, revision.home, revision.received.us);
            dump_hex(out, revision.recorded_by.data, revision.recorded_by.len);
            buf_printf(out, " ");
            dump_hex(out, revision.filing.data, revision.filing.len);
        }
    }
}

/* The accumulators. */
static inline void dump_below(struct store_txn *txn, struct buf *out)
{
    struct report_key key = {0};
    struct span bytes;
    while (store_next_below(txn, &key, &bytes)) {
        dump_key(out, "below", &key);
        dump_hex(out, bytes.data, bytes.len);
    }
}

static inline void dump_buckets(struct store_txn *txn, struct buf *out)
{
    static const uint32_t units[] = {64, 631, 632, 23857, 23860, 23863, 23887, 23888, 23899};
    for (size_t i = 0; i < LENGTH(units); i++) {
        struct bucket bucket = {0};
        while (store_next_bucket(txn, units[i], &bucket)) {
            buf_printf(out, "\nbucket %u/%u/%u/%" PRIu32 " %" PRIu32 " ", bucket.kind,
                       bucket.period.year, bucket.period.label, bucket.unit, bucket.count);
            dump_hex(out, bucket.digest, sizeof(bucket.digest));
        }
    }
}

static inline void dump_notices(struct store_txn *txn, struct buf *out)
{
    struct notice_key key = {0};
    struct span bytes;
    while (store_next_notice(txn, &key, &bytes)) {
        dump_key(out, "notice", &key.report);
        buf_printf(out, "%u by %" PRIu32 " %" PRIu64 " ", key.type, key.author, key.number);
        dump_hex(out, key.about, sizeof(key.about));
        buf_printf(out, " ");
        dump_hex(out, bytes.data, bytes.len);
    }
}

static inline void dump_rest(struct store_txn *txn, struct buf *out)
{
    struct outbox_item item = {0};
    struct alarm alarm = {0};
    struct enrolled enrolled = {0};
    struct span rebuild = {0};
    while (store_next_outbox(txn, &item)) {
        dump_key(out, "outbox", &item.key);
        buf_printf(out, "%u version %" PRIu64 " %s", item.type, item.version,
                   item.is_parked ? item.reason : "-");
    }
    while (store_next_alarm(txn, &alarm))
        buf_printf(out, "\nalarm %u/%u/%" PRIu32 " %s", alarm.kind, alarm.year, alarm.unit,
                   alarm.text);
    while (store_next_enrolled(txn, &enrolled))
        buf_printf(out, "\nkey %u %" PRIu32 " %u %d", enrolled.key[0], enrolled.unit, enrolled.role,
                   enrolled.is_revoked);
    for (uint32_t number = 1; number < 10; number++) {
        struct catalogue_meta meta;
        if (store_get_catalogue(txn, number, &meta) == ERR_OK)
            buf_printf(out, "\ncatalogue %" PRIu32 " %" PRIu32 "/%" PRIu32 " %" PRIu64, number,
                       meta.chunks_held, meta.chunk_count, meta.size_bytes);
    }
    (void)store_get_meta(txn, "rebuild", &rebuild); /* empty when unset */
    buf_printf(out, "\nin force %" PRIu64 " quarantine %" PRIu64 " rebuild ",
               store_get_meta_u64(txn, "catalogue"), store_count_quarantine(txn));
    dump_hex(out, rebuild.data, rebuild.len);
}

/* The whole store; the caller frees. */
static inline char *dump_store(struct rig *rig)
{
    struct buf out = {0};
    struct store_txn *txn = store_begin_read(rig->store);
    dump_reports(txn, &out);
    dump_below(txn, &out);
    dump_buckets(txn, &out);
    dump_notices(txn, &out);
    dump_rest(txn, &out);
    buf_printf(&out, "\n"); /* and a NUL behind it */
    assert_int_equal(store_error(txn), ERR_OK);
    store_abort(&txn);
    return (char *)out.data;
}

/* Only what is computed from the reports; the caller frees. */
static inline char *dump_totals(struct rig *rig, bool with_buckets)
{
    struct buf out = {0};
    struct store_txn *txn = store_begin_read(rig->store);
    buf_printf(&out, "totals");
    dump_below(txn, &out);
    if (with_buckets)
        dump_buckets(txn, &out);
    buf_printf(&out, "\n"); /* and a NUL behind it */
    assert_int_equal(store_error(txn), ERR_OK);
    store_abort(&txn);
    return (char *)out.data;
}

/* The store holds what it held; takes and frees the dump from before. */
static inline void assert_unchanged(struct rig *rig, char *before)
{
    char *after = dump_store(rig);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

/* Recomputing everything from the reports held finds no difference. */
static inline void assert_verifies(struct rig *rig)
{
    uint64_t reports = 0, figures = 0;
    if (node_verify(rig->node, &reports, &figures) != 0)
        fail_msg("verify finds differences: %s", rig_log);
}

#endif
