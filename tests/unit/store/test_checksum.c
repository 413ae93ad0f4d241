/* The eight bytes behind every record. */
#include "lib/cm.h"

#include "store/checksum.h"

static struct span span_of_words(const char *words)
{
    return (struct span){(const uint8_t *)words, strlen(words)};
}

/* The form is on disk: it never changes without a new schema. Computed by another program. */
static void golden(void **state)
{
    (void)state;
    static const struct {
        const char *table, *key, *record;
        uint8_t expected[CHECKSUM_SIZE];
    } rows[] = {
        {"", "", "", {0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00}},
        {"meta", "schema", "\x01", {0x69, 0x9E, 0x19, 0x30, 0x1F, 0xB5, 0x7C, 0xE8}},
        {"head", "12345678", "123456789", {0xF8, 0xD7, 0xF9, 0xFA, 0x21, 0x50, 0x9A, 0x21}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t bytes[CHECKSUM_SIZE];
        checksum_make(rows[i].table, span_of_words(rows[i].key), span_of_words(rows[i].record),
                      bytes);
        assert_memory_equal(bytes, rows[i].expected, sizeof bytes);
    }
}

/* Every change of one bit, in table, key, record or checksum, is noticed; and so is a byte that
 * went from one to the next. */
static void changes_are_noticed(void **state)
{
    (void)state;
    uint8_t entry[40 + CHECKSUM_SIZE], key[12];
    char table[] = "bucket";
    struct span record;
    for (size_t i = 0; i < sizeof entry; i++)
        entry[i] = (uint8_t)(i * 37);
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(i * 11);
    for (size_t len = 0; len <= 40; len++) {
        struct span whole = {entry, len + CHECKSUM_SIZE}, name = {key, sizeof key};
        checksum_make(table, name, (struct span){entry, len}, entry + len);
        assert_true(checksum_check(table, name, whole, &record));
        assert_ptr_equal(record.data, entry);
        assert_int_equal(record.len, len);
        for (size_t bit = 0; bit < 8 * whole.len; bit++) {
            entry[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_false(checksum_check(table, name, whole, &record));
            entry[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        for (size_t bit = 0; bit < 8 * sizeof key; bit++) {
            key[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_false(checksum_check(table, name, whole, &record));
            key[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        assert_false(checksum_check("bucked", name, whole, &record));
        assert_false(checksum_check(table, (struct span){key, 11}, whole, &record));
    }
}

/* What is too short to hold a checksum holds none. */
static void too_short(void **state)
{
    (void)state;
    static const uint8_t zeros[CHECKSUM_SIZE];
    struct span record, none = {NULL, 0};
    for (size_t len = 0; len < CHECKSUM_SIZE; len++)
        assert_false(checksum_check("meta", none, (struct span){zeros, len}, &record));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden),
        cmocka_unit_test(changes_are_noticed),
        cmocka_unit_test(too_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
