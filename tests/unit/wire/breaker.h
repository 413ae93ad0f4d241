/* Golden messages, broken field by field. */
#ifndef TESTS_UNIT_WIRE_BREAKER_H
#define TESTS_UNIT_WIRE_BREAKER_H

#include "unit/wire/fixture.h"

/* Copies of one element, for lists that are too long. */
static inline void *copies(struct arena *arena, void *element, size_t count)
{
    void **list = arena_alloc(arena, count * sizeof *list);
    assert_non_null(list);
    for (size_t i = 0; i < count; i++)
        list[i] = element;
    return list;
}

/* `len` times the letter a. */
static inline char *letters(struct arena *arena, size_t len)
{
    char *text = arena_alloc(arena, len + 1);
    assert_non_null(text);
    memset(text, 'a', len);
    text[len] = '\0';
    return text;
}

/* For a list of rows X(body, what, change, outcome, field): what is done to the golden message
 * `body`
 * (`m` is its body, `arena` has memory), what comes of it, and which field the reason names. */
#define DEFINE_BREAKER(body, what, change, outcome, field)                                         \
    static void break_##body##_##what(Tonghop__Envelope *envelope, struct arena *arena)            \
    {                                                                                              \
        __typeof__(envelope->body) m = envelope->body;                                             \
        (void)arena;                                                                               \
        (void)(change);                                                                            \
    }

#define BREAKER_ROW(body, what, change, outcome, field)                                            \
    {#body, #what, break_##body##_##what, ERR_##outcome, field},

struct breaker {
    const char *body, *what;
    void (*change)(Tonghop__Envelope *envelope, struct arena *arena);
    enum err err;
    const char *field;
};

static inline void break_all(struct fixture *fixture, const struct breaker *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf bytes = {0};
        Tonghop__Envelope *envelope = open_golden(fixture, rows[i].body);
        rows[i].change(envelope, fixture->arena);
        wire_pack(envelope, &bytes);
        enum err err = open_bytes(fixture, span_of(&bytes));
        if (err != rows[i].err || strstr(fixture->reason, rows[i].field) == NULL)
            fail_msg("%s, %s: %s, '%s'", rows[i].body, rows[i].what, err_name(err),
                     fixture->reason);
        buf_fini(&bytes);
        arena_reset(fixture->arena);
    }
}

#endif
