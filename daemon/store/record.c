/* Every record of every table. Numbers are big-endian and of fixed width, instants are microseconds
 * in two's complement, texts of variable length come with their length, the last member of a record
 * takes what is left. What the bytes mean is not judged here: that is the domain's. */
#include "store/record.h"

#include <string.h>

static struct reader begin_record_of(struct span record, uint8_t version)
{
    struct reader r = reader_of(record);
    if (reader_u8(&r) != version)
        r.failed = true;
    return r;
}

static struct reader begin_record(struct span record)
{
    return begin_record_of(record, RECORD_VERSION);
}

static bool is_whole(const struct reader *r)
{
    return !r->failed && reader_left(r) == 0;
}

static struct span read_rest(struct reader *r)
{
    return reader_bytes(r, reader_left(r));
}

static void put_instant(struct buf *out, struct instant instant)
{
    buf_put_u64(out, (uint64_t)instant.us);
}

static struct instant read_instant(struct reader *r)
{
    return (struct instant){(int64_t)reader_u64(r)};
}

/* Only 0 and 1, so that a value has one encoding. */
static bool read_bool(struct reader *r)
{
    uint8_t value = reader_u8(r);
    if (value > 1)
        r->failed = true;
    return value == 1;
}

static void read_array(struct reader *r, uint8_t *ret_bytes, size_t size)
{
    struct span bytes = reader_bytes(r, size);
    if (!r->failed)
        memcpy(ret_bytes, bytes.data, size);
}

/* A text of `len` bytes into an array of `size`, with its NUL. */
static void read_text(struct reader *r, size_t len, char *ret_text, size_t size)
{
    struct span bytes = reader_bytes(r, len);
    if (r->failed || len >= size || (len > 0 && memchr(bytes.data, '\0', len) != NULL)) {
        r->failed = true;
        return;
    }
    if (len > 0)
        memcpy(ret_text, bytes.data, len);
    ret_text[len] = '\0';
}

void record_encode_bytes(struct span bytes, struct buf *out)
{
    buf_put_u8(out, RECORD_VERSION);
    buf_put(out, bytes.data, bytes.len);
}

bool record_decode_bytes(struct span record, struct span *ret_bytes)
{
    struct reader r = begin_record(record);
    struct span bytes = read_rest(&r);
    if (!r.failed)
        *ret_bytes = bytes;
    return !r.failed;
}

void record_encode_u64(uint64_t value, struct buf *out)
{
    buf_put_u8(out, RECORD_VERSION);
    buf_put_u64(out, value);
}

bool record_decode_u64(struct span record, uint64_t *ret_value)
{
    struct reader r = begin_record(record);
    uint64_t value = reader_u64(&r);
    if (is_whole(&r))
        *ret_value = value;
    return is_whole(&r);
}

void record_encode_head(const struct head *head, struct buf *out)
{
    buf_put_u8(out, RECORD_HEAD_VERSION);
    buf_put_u64(out, head->revision);
    buf_put_u64(out, head->accepted);
    buf_put_u64(out, head->counting);
    buf_put_u8(out, head->states);
    buf_put_u8(out, head->scope);
    buf_put_u8(out, head->is_withdrawn);
    buf_put_u32(out, head->home);
    put_instant(out, head->received);
    put_instant(out, head->first_filed);
    buf_put(out, head->content, sizeof head->content);
    buf_put(out, head->state_digest, sizeof head->state_digest);
    buf_put_u64(out, head->change);
}

bool record_decode_head(struct span record, struct head *ret_head)
{
    struct reader r = begin_record_of(record, RECORD_HEAD_VERSION);
    struct head head;
    head.revision = reader_u64(&r);
    head.accepted = reader_u64(&r);
    head.counting = reader_u64(&r);
    head.states = reader_u8(&r);
    head.scope = reader_u8(&r);
    head.is_withdrawn = read_bool(&r);
    head.home = reader_u32(&r);
    head.received = read_instant(&r);
    head.first_filed = read_instant(&r);
    read_array(&r, head.content, sizeof head.content);
    read_array(&r, head.state_digest, sizeof head.state_digest);
    head.change = reader_u64(&r);
    if (is_whole(&r))
        *ret_head = head;
    return is_whole(&r);
}

void record_encode_revision(const struct revision *revision, struct buf *out)
{
    buf_put_u8(out, RECORD_REVISION_VERSION);
    buf_put_u8(out, revision->states);
    buf_put_u32(out, revision->home);
    put_instant(out, revision->received);
    put_instant(out, revision->first_filed);
    put_instant(out, revision->arrived);
    put_instant(out, revision->first_arrived);
    buf_put_varint(out, revision->recorded_by.len);
    buf_put(out, revision->recorded_by.data, revision->recorded_by.len);
    buf_put(out, revision->filing.data, revision->filing.len);
}

bool record_decode_revision(struct span record, struct revision *ret_revision)
{
    bool is_old = record.len > 0 && record.data[0] == RECORD_VERSION;
    struct reader r = begin_record_of(record, is_old ? RECORD_VERSION : RECORD_REVISION_VERSION);
    struct revision revision = {.number = ret_revision->number};
    revision.states = reader_u8(&r);
    revision.home = reader_u32(&r);
    revision.received = read_instant(&r);
    revision.first_filed = read_instant(&r);
    if (!is_old) {
        revision.arrived = read_instant(&r);
        revision.first_arrived = read_instant(&r);
    }
    revision.recorded_by = reader_bytes(&r, reader_varint(&r));
    revision.filing = read_rest(&r);
    if (!r.failed)
        *ret_revision = revision;
    return !r.failed;
}

void record_encode_notice(uint64_t change, struct span bytes, struct buf *out)
{
    buf_put_u8(out, RECORD_VERSION);
    buf_put_u64(out, change);
    buf_put(out, bytes.data, bytes.len);
}

bool record_decode_notice(struct span record, uint64_t *ret_change, struct span *ret_bytes)
{
    struct reader r = begin_record(record);
    uint64_t change = reader_u64(&r);
    struct span bytes = read_rest(&r);
    if (r.failed)
        return false;
    *ret_change = change;
    *ret_bytes = bytes;
    return true;
}

void record_encode_outbox(const struct outbox_item *item, struct buf *out)
{
    buf_put_u8(out, RECORD_OUTBOX_VERSION);
    buf_put_u64(out, item->version);
    put_instant(out, item->since);
}

bool record_decode_outbox(struct span record, struct outbox_item *ret_item)
{
    struct reader r = begin_record_of(record, RECORD_OUTBOX_VERSION);
    struct outbox_item item = *ret_item;
    item.version = reader_u64(&r);
    item.since = read_instant(&r);
    if (is_whole(&r))
        *ret_item = item;
    return is_whole(&r);
}

void record_encode_bucket(const struct bucket *bucket, struct buf *out)
{
    buf_put_u8(out, RECORD_VERSION);
    buf_put(out, bucket->digest, sizeof bucket->digest);
    buf_put_u32(out, bucket->count);
}

bool record_decode_bucket(struct span record, struct bucket *ret_bucket)
{
    struct reader r = begin_record(record);
    struct bucket bucket = *ret_bucket;
    read_array(&r, bucket.digest, sizeof bucket.digest);
    bucket.count = reader_u32(&r);
    if (is_whole(&r))
        *ret_bucket = bucket;
    return is_whole(&r);
}

void record_encode_text(const char *text, size_t size, struct buf *out)
{
    buf_put_u8(out, RECORD_VERSION);
    buf_put(out, text, strnlen(text, size - 1));
}

bool record_decode_text(struct span record, char *ret_text, size_t size)
{
    struct reader r = begin_record(record);
    read_text(&r, reader_left(&r), ret_text, size);
    return !r.failed;
}

void record_encode_alarm(const struct alarm *alarm, struct buf *out)
{
    buf_put_u8(out, RECORD_VERSION);
    put_instant(out, alarm->since);
    buf_put(out, alarm->text, strnlen(alarm->text, sizeof alarm->text - 1));
}

bool record_decode_alarm(struct span record, struct alarm *ret_alarm)
{
    struct reader r = begin_record(record);
    struct alarm alarm = *ret_alarm;
    alarm.since = read_instant(&r);
    read_text(&r, reader_left(&r), alarm.text, sizeof alarm.text);
    if (!r.failed)
        *ret_alarm = alarm;
    return !r.failed;
}

void record_encode_quarantined(const struct quarantined *item, struct buf *out)
{
    size_t reason_len = strnlen(item->reason, sizeof item->reason - 1);
    buf_put_u8(out, RECORD_VERSION);
    put_instant(out, item->received);
    buf_put(out, item->peer, sizeof item->peer);
    buf_put_u8(out, (uint8_t)reason_len);
    buf_put(out, item->reason, reason_len);
    buf_put(out, item->bytes.data, item->bytes.len);
}

bool record_decode_quarantined(struct span record, struct quarantined *ret_item)
{
    struct reader r = begin_record(record);
    struct quarantined item = *ret_item;
    item.received = read_instant(&r);
    read_array(&r, item.peer, sizeof item.peer);
    read_text(&r, reader_u8(&r), item.reason, sizeof item.reason);
    item.bytes = read_rest(&r);
    if (!r.failed)
        *ret_item = item;
    return !r.failed;
}

void record_encode_enrolled(const struct enrolled *enrolled, struct buf *out)
{
    buf_put_u8(out, RECORD_VERSION);
    buf_put_u32(out, enrolled->unit);
    buf_put_u8(out, enrolled->role);
    buf_put_u8(out, enrolled->is_revoked);
    put_instant(out, enrolled->changed);
    buf_put(out, enrolled->name, strnlen(enrolled->name, sizeof enrolled->name - 1));
}

bool record_decode_enrolled(struct span record, struct enrolled *ret_enrolled)
{
    struct reader r = begin_record(record);
    struct enrolled enrolled = *ret_enrolled;
    enrolled.unit = reader_u32(&r);
    enrolled.role = reader_u8(&r);
    enrolled.is_revoked = read_bool(&r);
    enrolled.changed = read_instant(&r);
    read_text(&r, reader_left(&r), enrolled.name, sizeof enrolled.name);
    if (!r.failed)
        *ret_enrolled = enrolled;
    return !r.failed;
}

void record_encode_catalogue(const struct catalogue_meta *meta, struct buf *out)
{
    buf_put_u8(out, RECORD_VERSION);
    buf_put(out, meta->hash, sizeof meta->hash);
    buf_put_u32(out, meta->chunk_count);
    buf_put_u32(out, meta->chunks_held);
    buf_put_u64(out, meta->size_bytes);
}

bool record_decode_catalogue(struct span record, struct catalogue_meta *ret_meta)
{
    struct reader r = begin_record(record);
    struct catalogue_meta meta = {.number = ret_meta->number};
    read_array(&r, meta.hash, sizeof meta.hash);
    meta.chunk_count = reader_u32(&r);
    meta.chunks_held = reader_u32(&r);
    meta.size_bytes = reader_u64(&r);
    if (is_whole(&r))
        *ret_meta = meta;
    return is_whole(&r);
}
