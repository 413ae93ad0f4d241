/* Every record of every table, as bytes. A record begins with its version, so that one kind of
 * record can change without touching the others; the schema version says which are understood.
 *
 * An encoder appends to `out`. A decoder returns false for bytes that its encoder does not write,
 * with its output untouched; what the key says is not in the record and is left as it is. Spans in
 * what it returns lie in `record`. */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "store/store.h"

enum {
    RECORD_VERSION = 1,
    RECORD_HEAD_VERSION = 2,     /* since schema 5: with the number of its last change */
    RECORD_OUTBOX_VERSION = 2,   /* since schema 5: with the time since when it waits */
    RECORD_REVISION_VERSION = 2, /* since schema 6: with the times of arrival at this node */
};

/* Bytes as they are: meta values, accumulators, chunks. */
void record_encode_bytes(struct span bytes, struct buf *out);
bool record_decode_bytes(struct span record, struct span *ret_bytes);

void record_encode_u64(uint64_t value, struct buf *out);
bool record_decode_u64(struct span record, uint64_t *ret_value);

void record_encode_head(const struct head *head, struct buf *out);
bool record_decode_head(struct span record, struct head *ret_head);

/* Of version 1, which schemas before 6 wrote, the times of arrival are 0: not known. */
void record_encode_revision(const struct revision *revision, struct buf *out);
bool record_decode_revision(struct span record, struct revision *ret_revision);

/* The change and the notice's bytes. */
void record_encode_notice(uint64_t change, struct span bytes, struct buf *out);
bool record_decode_notice(struct span record, uint64_t *ret_change, struct span *ret_bytes);

/* Version and time alone: why it is parked is a record of its own. */
void record_encode_outbox(const struct outbox_item *item, struct buf *out);
bool record_decode_outbox(struct span record, struct outbox_item *ret_item);

void record_encode_bucket(const struct bucket *bucket, struct buf *out);
bool record_decode_bucket(struct span record, struct bucket *ret_bucket);

/* At most `size - 1` bytes of text and a NUL: why an outbox entry is parked. */
void record_encode_text(const char *text, size_t size, struct buf *out);
bool record_decode_text(struct span record, char *ret_text, size_t size);

void record_encode_alarm(const struct alarm *alarm, struct buf *out);
bool record_decode_alarm(struct span record, struct alarm *ret_alarm);

void record_encode_quarantined(const struct quarantined *item, struct buf *out);
bool record_decode_quarantined(struct span record, struct quarantined *ret_item);

void record_encode_enrolled(const struct enrolled *enrolled, struct buf *out);
bool record_decode_enrolled(struct span record, struct enrolled *ret_enrolled);

void record_encode_catalogue(const struct catalogue_meta *meta, struct buf *out);
bool record_decode_catalogue(struct span record, struct catalogue_meta *ret_meta);

#endif
