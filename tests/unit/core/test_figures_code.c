/* The stored form of figures. */
#include "lib/cm.h"

#include "core/figure.h"

/* Four entries: 41 of two exact parts; 1000..1500 of one at least and two ranges, one of them
 * partial and one implied; -5 of one exact part, implied and marked as negative, early and a
 * baseline; 7 of that same one part. */
static const uint8_t GOLDEN[] = {
    0x03, 0x04,                                                             /* version, count */
    0x01, 0x04, 0x52, 0x02,                                                 /* indicator 1 */
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,                         /* its unit set */
    0xAB, 0x02, 0xCA, 0x03, 0xD0, 0x0F, 0xE8, 0x07, 0x01, 0x02, 0x01, 0x01, /* indicator 300 */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x84, 0x1E, 0x09,
    0x01, 0x01, 0x01, 0x01, 0x01,                                     /* indicator 301 */
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0x01, 0x0E, /* indicator 302 */
};

/* The first three as version 2 had them. */
static const uint8_t GOLDEN_2[] = {
    0x02, 0x03,                                                       /* version, count */
    0x01, 0x52, 0x00, 0x01, 0x02,                                     /* indicator 1 */
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,                   /* its unit set */
    0xAB, 0x02, 0xD0, 0x0F, 0xE8, 0x07, 0x72, 0x01, 0x02, 0x01, 0x01, /* indicator 300 */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x09, 0x00,
    0xC1, 0x07, 0x01, 0x01, 0x01, 0x01, 0x01, /* indicator 301 */
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
};

static void make_golden(struct figures *figures)
{
    const struct figure a = {.value = 41,
                             .upper = 41,
                             .parts = {0, 2, 0, 0, 0, 0},
                             .unit_set = UINT64_C(0x0102030405060708)};
    const struct figure b = {.value = 1000,
                             .upper = 1500,
                             .parts = {0, 0, 1, 0, 0, 2},
                             .partial_count = 1,
                             .implied_count = 1};
    const struct figure c = {.value = -5,
                             .upper = -5,
                             .parts = {0, 1, 0, 0, 0, 0},
                             .implied_count = 1,
                             .negative_count = 1,
                             .early_count = 1,
                             .baseline_count = 1,
                             .unit_set = UINT64_MAX};
    struct figure d = c;
    d.value = d.upper = 7;
    figures_append(figures, 1, &a);
    figures_append(figures, 300, &b);
    figures_append(figures, 301, &c);
    figures_append(figures, 302, &d);
}

/* The stored form is fixed: these bytes are on people's disks. */
static void test_golden(void **state)
{
    (void)state;
    struct figures figures = {0}, read = {0};
    struct buf bytes = {0};
    make_golden(&figures);
    figures_encode(&figures, &bytes);
    assert_int_equal(bytes.len, sizeof GOLDEN);
    assert_memory_equal(bytes.data, GOLDEN, sizeof GOLDEN);
    assert_int_equal(figures_decode((struct span){GOLDEN, sizeof GOLDEN}, &read), ERR_OK);
    assert_true(figures_equal(&read, &figures));

    /* And those of an earlier version are read. */
    figures.count--;
    assert_int_equal(figures_decode((struct span){GOLDEN_2, sizeof GOLDEN_2}, &read), ERR_OK);
    assert_true(figures_equal(&read, &figures));

    figures_clear(&figures);
    buf_clear(&bytes);
    figures_encode(&figures, &bytes);
    assert_int_equal(bytes.len, 2);
    assert_memory_equal(bytes.data, "\x03\x00", 2);
    assert_int_equal(figures_decode(span_of(&bytes), &read), ERR_OK);
    assert_int_equal(read.count, 0);
    buf_fini(&bytes);
    figures_fini(&figures);
    figures_fini(&read);
}

static void assert_corrupt(const char *name, const void *bytes, size_t len)
{
    struct figures figures = {0};
    const struct figure figure = {.value = 1, .upper = 1, .parts = {0, 1, 0, 0, 0, 0}};
    figures_append(&figures, 1, &figure);
    if (figures_decode((struct span){bytes, len}, &figures) != ERR_CORRUPT || figures.count != 0)
        fail_msg("%s: taken", name);
    figures_fini(&figures);
}

/* Bytes that figures_encode does not write are corrupt, and leave nothing half read. */
static void test_decode_refuses(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof GOLDEN; len++)
        assert_corrupt("cut short", GOLDEN, len);
    for (size_t len = 0; len < sizeof GOLDEN_2; len++)
        assert_corrupt("cut short, version 2", GOLDEN_2, len);
#define SET "\0\0\0\0\0\0\0\0" /* a unit set */
#define ROW(name, bytes)                                                                           \
    {                                                                                              \
        name, bytes, sizeof(bytes) - 1                                                             \
    }
    static const struct {
        const char *name;
        const char *bytes;
        size_t len;
    } rows[] = {
        ROW("version 0", "\x00\x00"),
        ROW("version 1", "\x01\x00"),
        ROW("trailing byte", "\x02\x00\x00"),
        ROW("more entries than counted",
            "\x02\x01\x01\x52\x00\x01\x02" SET "\x01\x52\x00\x01\x02" SET),
        ROW("fewer entries than counted", "\x02\x02\x01\x52\x00\x01\x02" SET),
        ROW("enormous count",
            "\x02\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x01\x52\x00\x01\x02" SET),
        ROW("indicator 0", "\x02\x01\x00\x52\x00\x01\x02" SET),
        ROW("indicator twice", "\x02\x02\x01\x52\x00\x01\x02" SET "\x00\x52\x00\x01\x02" SET),
        ROW("indicator beyond 32 bits",
            "\x02\x02\x01\x52\x00\x01\x02" SET "\xFF\xFF\xFF\xFF\x0F\x52\x00\x01\x02" SET),
        ROW("no parts", "\x02\x01\x01\x52\x00\x00" SET),
        ROW("only marks", "\x02\x01\x01\x52\x00\x20\x01" SET),
        ROW("a count of zero", "\x02\x01\x01\x52\x00\x03\x02\x00" SET),
        ROW("a count beyond 32 bits", "\x02\x01\x01\x52\x00\x01\x80\x80\x80\x80\x10" SET),
        ROW("units beyond 32 bits", "\x02\x01\x01\x52\x00\x03\xFF\xFF\xFF\xFF\x0F\x01" SET),
        ROW("upper below value", "\x02\x01\x01\x52\x01\x10\x01" SET),
        ROW("exact with a span", "\x02\x01\x01\x52\x02\x01\x01" SET),
        ROW("more partial than units", "\x02\x01\x01\x52\x00\x21\x01\x02" SET),
        ROW("more implied than units", "\x02\x01\x01\x52\x00\x41\x01\x02" SET),
        ROW("more negative than implied", "\x02\x01\x01\x52\x00\xC1\x01\x01\x01\x02" SET),
        ROW("overlong varint", "\x02\x01\x81\x00\x52\x00\x01\x02" SET),
        /* 2^64 + 1 and -2^64 - 1: further than one part can reach. */
        ROW("too large for its parts",
            "\x02\x01\x01\x82\x80\x80\x80\x80\x80\x80\x80\x80\x04\x00\x01\x01" SET),
        ROW("too small for its parts",
            "\x02\x01\x01\x81\x80\x80\x80\x80\x80\x80\x80\x80\x04\x00\x01\x01" SET),
        ROW("upper too large for its parts",
            "\x02\x01\x01\x00\x82\x80\x80\x80\x80\x80\x80\x80\x80\x04\x10\x01" SET),
        ROW("more early than units", "\x02\x01\x01\x52\x00\x81\x02\x01\x02" SET),
        ROW("more baselines than units", "\x02\x01\x01\x52\x00\x81\x04\x01\x02" SET),
        ROW("an unknown count", "\x02\x01\x01\x52\x00\x81\x08\x01\x01" SET),
        ROW("no unit set", "\x02\x01\x01\x52\x00\x01\x02"),
        /* Version 3: what it has beyond version 2. */
        ROW("version 4", "\x04\x00"),
        ROW("trailing byte, 3", "\x03\x00\x00"),
        ROW("as the one before the first", "\x03\x01\x01\x01\x52"),
        ROW("the counts of before written again",
            "\x03\x02\x01\x04\x52\x02" SET "\x01\x04\x54\x02" SET),
        ROW("as the one before, with counts",
            "\x03\x02\x01\x04\x52\x02" SET "\x01\x05\x54\x02" SET),
        ROW("an upper value of the value", "\x03\x01\x01\x0A\x52\x00\x02" SET),
        ROW("exact with a span, 3", "\x03\x01\x01\x06\x52\x02\x02" SET),
        ROW("an unknown count, 3", "\x03\x01\x01\x84\x20\x52\x02\x01" SET),
        ROW("no parts, 3", "\x03\x01\x01\x00\x52" SET),
        ROW("an indicator twice, 3", "\x03\x02\x01\x04\x52\x02" SET "\x00\x01\x54"),
    };
#undef ROW
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_corrupt(rows[i].name, rows[i].bytes, rows[i].len);

    /* And the row beside the last three that is just within reach: 2^64 of one part. */
    static const char within[] =
        "\x02\x01\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x04\x00\x01\x01" SET;
    struct figures figures = {0};
    const struct span bytes = {(const uint8_t *)within, sizeof within - 1};
    assert_int_equal(figures_decode(bytes, &figures), ERR_OK);
    assert_true(figures.items[0].figure.value == (i128)1 << 64);
    figures_fini(&figures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_decode_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
