/* The records of every table of the store, and figures as they are stored.
 *
 * Laws: bytes that decode are the bytes that the encoder writes of what they say, so nothing that
 * was changed on disk passes for something else, and a record has one form; a decoder that says no
 * has changed nothing. A revision may still have the form of before: then the new one adds only
 * that it is not known when it arrived.
 *
 * The first byte of an input says which record the rest is. */
#include "store/record.h"

#include <stdlib.h>
#include <string.h>

#include "core/figure.h"
#include "fuzz/fuzz.h"

/* What is put into an output before, to see whether it is still there. */
enum { UNTOUCHED = 0xA5 };

/* The version of figures before. */
enum { FIGURES_BEFORE = 2 };

/* Of a revision's record: its version in the form of before; where the two moments stand that it
 * has not, and their length. */
enum { OLD_REVISION = 1, ARRIVED_AT = 1 + 1 + 4 + 8 + 8, ARRIVED_LEN = 8 + 8 };

static bool is_untouched(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++)
        if (at[i] != UNTOUCHED)
            return false;
    return true;
}

/* Decodes into `value`, and encodes that again into `out` if it could be decoded. */
#define CHECK(decode, encode, value)                                                               \
    do {                                                                                           \
        memset(&(value), UNTOUCHED, sizeof(value));                                                \
        is_decoded = decode(record, &(value));                                                     \
        LAW(is_decoded || is_untouched(&(value), sizeof(value)), "who says no changes nothing");   \
        if (is_decoded)                                                                            \
            encode(&(value), &out);                                                                \
    } while (0)

/* `out` is what the new form says of `record`. */
static void check_old_revision(struct span record, const struct revision *revision, struct buf *out)
{
    LAW(revision->arrived.us == 0 && revision->first_arrived.us == 0,
        "what was not noted is not known");
    LAW(out->len == record.len + ARRIVED_LEN &&
            memcmp(out->data + 1, record.data + 1, ARRIVED_AT - 1) == 0 &&
            memcmp(out->data + ARRIVED_AT + ARRIVED_LEN, record.data + ARRIVED_AT,
                   record.len - ARRIVED_AT) == 0,
        "the form of before says the same");
    buf_clear(out);
    buf_put(out, record.data, record.len);
}

static void check_record(uint8_t type, struct span record)
{
    struct buf out = {0};
    struct span bytes;
    uint64_t number;
    char text[STORE_REASON_SIZE];
    struct head head;
    struct revision revision;
    struct bucket bucket;
    struct alarm alarm;
    struct quarantined quarantined;
    struct enrolled enrolled;
    struct catalogue_meta meta;
    struct outbox_item item;
    struct figures figures = {0};
    bool is_decoded = false;

    switch (type % 13) {
    case 0:
        if ((is_decoded = record_decode_bytes(record, &bytes)))
            record_encode_bytes(bytes, &out);
        break;
    case 1:
        if ((is_decoded = record_decode_u64(record, &number)))
            record_encode_u64(number, &out);
        break;
    case 2:
        CHECK(record_decode_head, record_encode_head, head);
        break;
    case 3:
        CHECK(record_decode_revision, record_encode_revision, revision);
        if (is_decoded && record.data[0] == OLD_REVISION)
            check_old_revision(record, &revision, &out);
        break;
    case 4:
        CHECK(record_decode_bucket, record_encode_bucket, bucket);
        break;
    case 5:
        if ((is_decoded = record_decode_text(record, text, sizeof text)))
            record_encode_text(text, sizeof text, &out);
        break;
    case 6:
        CHECK(record_decode_alarm, record_encode_alarm, alarm);
        break;
    case 7:
        CHECK(record_decode_quarantined, record_encode_quarantined, quarantined);
        break;
    case 8:
        CHECK(record_decode_enrolled, record_encode_enrolled, enrolled);
        break;
    case 9:
        CHECK(record_decode_catalogue, record_encode_catalogue, meta);
        break;
    case 10:
        is_decoded = figures_decode(record, &figures) == ERR_OK;
        LAW(is_decoded || figures.count == 0, "figures that do not decode are none");
        if (is_decoded)
            figures_encode(&figures, &out);
        if (is_decoded &&
            record.data[0] == FIGURES_BEFORE) { /* is read, and not written any more */
            struct figures again = {0};
            LAW(figures_decode(span_of(&out), &again) == ERR_OK && figures_equal(&again, &figures),
                "figures of the version before say the same in the form of now");
            figures_fini(&again);
            is_decoded = false;
        }
        break;
    case 11:
        CHECK(record_decode_outbox, record_encode_outbox, item);
        break;
    case 12:
        if ((is_decoded = record_decode_notice(record, &number, &bytes)))
            record_encode_notice(number, bytes, &out);
        break;
    }
    LAW(!is_decoded || span_equal(span_of(&out), record), "a record that decodes has one form");
    figures_fini(&figures);
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0)
        check_record(data[0], (struct span){data + 1, size - 1});
    return 0;
}
