/* The bounded arena: what a hostile message can make us allocate, and not more. */
#include "lib/cm.h"

#include "core/arena.h"

/* Rule: what is handed out is aligned for any type, does not overlap, and stays until the reset. */
static void pieces_are_aligned_and_apart(void **state)
{
    (void)state;
    enum { PIECES = 500 };
    static unsigned char *pieces[PIECES];
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < PIECES; i++) {
        pieces[i] = arena_alloc(arena, i);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        memset(pieces[i], (int)(i % 256), i);
    }
    for (size_t i = 0; i < PIECES; i++) {
        for (size_t k = 0; k < i; k++)
            assert_int_equal(pieces[i][k], i % 256);
    }
    arena_free(&arena);
    assert_null(arena);
}

/* Rule: the limit is on what is handed out: it can be reached exactly and not passed, by small
 * pieces, by large ones, by nothing at all, or by a size that wraps around. */
static void limit_holds(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t size_bytes;
        size_t wanted_count;
    } rows[] = {
        {"one byte each", 1, 65536 / 16},    {"nothing each", 0, 65536 / 16},
        {"shared blocks", 4096, 16},         {"own blocks", 16384, 4},
        {"all at once", 65536, 1},           {"one too many", 65537, 0},
        {"wraps when rounded", SIZE_MAX, 0}, {"nearly wraps", SIZE_MAX - 20, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *arena = arena_new(65536);
        size_t count = 0;
        while (count <= rows[i].wanted_count && arena_alloc(arena, rows[i].size_bytes) != NULL)
            count++;
        if (count != rows[i].wanted_count)
            fail_msg("%s: %zu pieces instead of %zu", rows[i].name, count, rows[i].wanted_count);
        assert_int_equal(arena_used(arena), rows[i].wanted_count > 0 ? 65536 : 0);
        arena_free(&arena);
    }
}

/* Rule: a refusal changes nothing: what still fits is still given. */
static void refusal_is_harmless(void **state)
{
    (void)state;
    struct arena *arena = arena_new(100);
    assert_non_null(arena_alloc(arena, 64));
    assert_null(arena_alloc(arena, 40));
    assert_int_equal(arena_used(arena), 64);
    assert_non_null(arena_alloc(arena, 32));
    assert_null(arena_alloc(arena, 1)); /* four bytes are left, an aligned piece has sixteen */
    arena_free(&arena);
}

/* Rule: a reset forgets everything and the arena serves again, from the block it kept. */
static void reset_reuses(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    arena_reset(arena);
    for (int i = 0; i < 10; i++)
        assert_non_null(arena_alloc(arena, 4096));
    assert_non_null(arena_alloc(arena, 100000));
    arena_reset(arena);
    assert_int_equal(arena_used(arena), 0);
    void *first = arena_alloc(arena, 10);
    arena_reset(arena);
    assert_ptr_equal(arena_alloc(arena, 10), first);
    arena_reset(arena);
    assert_non_null(arena_alloc(arena, 1 << 20));
    arena_free(&arena);
    arena_free(&arena); /* NULL-safe */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_apart),
        cmocka_unit_test(limit_holds),
        cmocka_unit_test(refusal_is_harmless),
        cmocka_unit_test(reset_reuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
