/* Byte buffers and their reader: the bytes of every primitive that keys and records are made of. */
#include "lib/cm.h"

#include "core/buf.h"

static void assert_bytes(const struct buf *buf, const char *wanted, size_t len)
{
    assert_int_equal(buf->len, len);
    assert_memory_equal(buf->data, wanted, len);
}

/* Rule: fixed-width integers are big-endian, so that encoded keys sort as their values do. */
static void fixed_widths_have_golden_bytes(void **state)
{
    (void)state;
    struct buf buf = {0};
    buf_put_u8(&buf, 0xAB);
    buf_put_u16(&buf, 0x0102);
    buf_put_u32(&buf, 0x03040506);
    buf_put_u64(&buf, 0x0708090A0B0C0D0E);
    assert_bytes(&buf, "\xAB\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E", 15);

    struct reader r = reader_of(span_of(&buf));
    assert_int_equal(reader_left(&r), 15);
    assert_int_equal(reader_u8(&r), 0xAB);
    assert_int_equal(reader_u16(&r), 0x0102);
    assert_int_equal(reader_u32(&r), 0x03040506);
    assert_int_equal(reader_u64(&r), 0x0708090A0B0C0D0E);
    assert_int_equal(reader_left(&r), 0);
    assert_false(r.failed);
    buf_fini(&buf);
    assert_null(buf.data);
}

/* Rule: storage larger than what is kept is freed, and the buffer is empty then; else nothing. */
static void shrinks_what_is_large(void **state)
{
    (void)state;
    struct buf buf = {0};
    assert_false(buf_shrink(&buf, 0));
    buf_put_u8(&buf, 7);
    assert_false(buf_shrink(&buf, buf.cap));
    assert_bytes(&buf, "\x07", 1);
    assert_true(buf_shrink(&buf, buf.cap - 1));
    assert_null(buf.data);
    assert_int_equal(buf.len, 0);
}

/* Rule: LEB128, the shortest form. */
static void varints_have_golden_bytes(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        const char *bytes;
        size_t len;
    } rows[] = {
        {0, "\x00", 1},
        {1, "\x01", 1},
        {127, "\x7F", 1},
        {128, "\x80\x01", 2},
        {300, "\xAC\x02", 2},
        {UINT32_MAX, "\xFF\xFF\xFF\xFF\x0F", 5},
        {(uint64_t)1 << 63, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 10},
        {UINT64_MAX, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 10},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf buf = {0};
        buf_put_varint(&buf, rows[i].value);
        assert_bytes(&buf, rows[i].bytes, rows[i].len);
        struct reader r = reader_of(span_of(&buf));
        assert_true(reader_varint(&r) == rows[i].value);
        assert_int_equal(reader_left(&r), 0);
        assert_false(r.failed);
        buf_fini(&buf);
    }
}

/* Rule: a value has one encoding; cut, longer and larger ones are refused and read as 0. */
static void bad_varints_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t len;
    } rows[] = {
        {"nothing", "", 0},
        {"cut after one byte", "\x80", 1},
        {"cut after nine bytes", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 9},
        {"zero in two bytes", "\x80\x00", 2},
        {"one in three bytes", "\x81\x80\x00", 3},
        {"2^64", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02", 10},
        {"eleven bytes", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x81\x01", 11},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct span bytes = {(const uint8_t *)rows[i].bytes, rows[i].len};
        struct reader r = reader_of(bytes);
        if (reader_varint(&r) != 0 || !r.failed)
            fail_msg("varint: %s", rows[i].name);
    }
}

/* Rule: a reader never passes the end, and after a failure every further read fails, even one that
 * would fit. */
static void failure_sticks(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {1, 2, 3};
    struct reader r = reader_of((struct span){bytes, sizeof bytes});
    assert_int_equal(reader_u32(&r), 0);
    assert_true(r.failed);
    assert_int_equal(reader_u8(&r), 0);
    assert_int_equal(reader_u16(&r), 0);
    assert_int_equal(reader_u64(&r), 0);
    assert_int_equal(reader_varint(&r), 0);
    assert_int_equal(reader_bytes(&r, 1).len, 0);
    assert_int_equal(reader_bytes(&r, 0).len, 0);
    assert_true(r.failed);
}

/* Rule: a span stays in the reader's memory; one byte more than there is fails. */
static void spans_are_read_in_place(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {1, 2, 3};
    struct reader r = reader_of((struct span){bytes, sizeof bytes});
    struct span two = reader_bytes(&r, 2);
    assert_ptr_equal(two.data, bytes);
    assert_int_equal(two.len, 2);
    assert_int_equal(reader_bytes(&r, 0).len, 0);
    assert_false(r.failed);
    assert_int_equal(reader_bytes(&r, 2).len, 0);
    assert_true(r.failed);

    r = reader_of((struct span){bytes, sizeof bytes});
    reader_u8(&r);
    assert_int_equal(reader_bytes(&r, SIZE_MAX).len, 0);
    assert_true(r.failed);
}

/* Rule: nothing is a value like any other. */
static void empty_is_fine(void **state)
{
    (void)state;
    struct buf buf = {0};
    buf_put(&buf, NULL, 0);
    assert_int_equal(buf.len, 0);
    struct reader r = reader_of(span_of(&buf));
    assert_int_equal(reader_left(&r), 0);
    assert_int_equal(reader_bytes(&r, 0).len, 0);
    assert_false(r.failed);
    assert_true(span_equal(span_of(&buf), (struct span){(const uint8_t *)"x", 0}));
    buf_fini(&buf);
}

/* Rule: spans are equal when their bytes are; a prefix is not enough. */
static void spans_compare_by_bytes(void **state)
{
    (void)state;
    const uint8_t a[] = {1, 2, 3}, b[] = {1, 2, 4};
    assert_true(span_equal((struct span){a, 2}, (struct span){b, 2}));
    assert_false(span_equal((struct span){a, 3}, (struct span){b, 3}));
    assert_false(span_equal((struct span){a, 2}, (struct span){a, 3}));
}

/* Rule: a buffer keeps its bytes while it grows, and its storage when it is cleared. */
static void buffers_grow_and_clear(void **state)
{
    (void)state;
    struct buf buf = {0};
    for (unsigned i = 0; i < 100000; i++)
        buf_put_u8(&buf, (uint8_t)(i % 251));
    for (unsigned i = 0; i < 100000; i++)
        assert_int_equal(buf.data[i], i % 251);
    size_t cap = buf.cap;
    buf_clear(&buf);
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf.cap, cap);
    buf_fini(&buf);
    assert_int_equal(buf.cap, 0);
}

/* Rule: printed text is appended without its NUL, which stands behind it for readers of strings. */
static void text_is_printed(void **state)
{
    (void)state;
    struct buf buf = {0};
    buf_printf(&buf, "%s:%d", "units.csv", 12);
    buf_printf(&buf, "%s", "");
    buf_printf(&buf, "%70d", 7); /* longer than the first allocation has left */
    assert_int_equal(buf.len, 82);
    assert_string_equal((const char *)buf.data + 75, "      7");
    assert_memory_equal(buf.data, "units.csv:12 ", 13);
    buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shrinks_what_is_large),
        cmocka_unit_test(fixed_widths_have_golden_bytes),
        cmocka_unit_test(varints_have_golden_bytes),
        cmocka_unit_test(bad_varints_are_refused),
        cmocka_unit_test(failure_sticks),
        cmocka_unit_test(spans_are_read_in_place),
        cmocka_unit_test(empty_is_fine),
        cmocka_unit_test(spans_compare_by_bytes),
        cmocka_unit_test(buffers_grow_and_clear),
        cmocka_unit_test(text_is_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
