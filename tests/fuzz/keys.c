/* The keys of every table of the store, and CURVE keys as text.
 *
 * Laws: bytes that parse as a key are the bytes that its maker makes of it, so every key has one
 * form; keys sort as the values in them do, in the order that the walks need; a CURVE key that
 * reads is written in the one form that everybody writes. */
#include "store/keys.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "link/key.h"
#include "store/store.h"

static void check_made(struct store_key made, struct span bytes)
{
    LAW(span_equal(keys_span(&made), bytes), "a key that parses is made again of what it says");
}

static int compare_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* Kind, year, unit, form, label: the three reports of a unit's year side by side. */
static int compare_reports(const struct report_key *a, const struct report_key *b)
{
    int order = compare_u64(a->kind, b->kind);
    if (order == 0)
        order = compare_u64(a->period.year, b->period.year);
    if (order == 0)
        order = compare_u64(a->unit, b->unit);
    if (order == 0)
        order = compare_u64(a->form, b->form);
    return order != 0 ? order : compare_u64(a->period.label, b->period.label);
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

/* Two keys of one length, one behind the other. */
static void check_order(struct span bytes)
{
    struct span a = {bytes.data, bytes.len / 2}, b = {bytes.data + bytes.len / 2, bytes.len / 2};
    struct report_key key_a, key_b;
    uint64_t number_a = 0, number_b = 0;
    bool is_pair =
        (keys_parse_report(a, &key_a) && keys_parse_report(b, &key_b)) ||
        (keys_parse_revision(a, &key_a, &number_a) && keys_parse_revision(b, &key_b, &number_b));
    if (!is_pair)
        return;
    int order = compare_reports(&key_a, &key_b);
    if (order == 0)
        order = compare_u64(number_a, number_b);
    LAW(sign(memcmp(a.data, b.data, a.len)) == order, "keys sort as what they say");
}

static void check_store_key(struct span bytes)
{
    struct report_key key;
    struct period period;
    uint64_t number;
    uint32_t unit, catalogue, index;
    uint16_t year;
    uint8_t kind, type, owner[STORE_KEY_SIZE];
    bool is_kept;

    if (keys_parse_report(bytes, &key))
        check_made(keys_report(&key), bytes);
    if (keys_parse_revision(bytes, &key, &number))
        check_made(keys_revision(&key, number), bytes);
    if (keys_parse_bucket(bytes, &unit, &kind, &period))
        check_made(keys_bucket(unit, kind, period), bytes);
    if (keys_parse_outbox(bytes, &type, &key))
        check_made(keys_outbox(type, &key), bytes);
    if (keys_parse_alarm(bytes, &kind, &year, &unit))
        check_made(keys_alarm(kind, year, unit), bytes);
    if (keys_parse_quarantine(bytes, &is_kept, &number))
        check_made(keys_quarantine(is_kept, number), bytes);
    if (keys_parse_change(bytes, &number))
        check_made(keys_change(number), bytes);
    if (keys_parse_enrolled(bytes, owner))
        check_made(keys_enrolled(owner), bytes);
    if (keys_parse_chunk(bytes, &catalogue, &index))
        check_made(keys_chunk(catalogue, index), bytes);
}

static void check_curve_key(struct span bytes)
{
    static const char blanks[] = " \t\r\n";
    char *text = fuzz_text(bytes);
    uint8_t key[KEY_SIZE], again[KEY_SIZE];
    char written[KEY_TEXT_SIZE];

    if (key_parse(text, key) == ERR_OK) {
        key_format(key, written);
        const char *begin = text + strspn(text, blanks);
        LAW(strncmp(begin, written, strlen(written)) == 0 &&
                strspn(begin + strlen(written), blanks) == strlen(begin + strlen(written)),
            "a CURVE key has one form");
        LAW(key_parse(written, again) == ERR_OK && memcmp(key, again, KEY_SIZE) == 0,
            "a CURVE key that is written reads as itself");
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = {data, size};
    check_store_key(bytes);
    check_order(bytes);
    check_curve_key(bytes);
    return 0;
}
