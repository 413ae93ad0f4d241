/* Effects: an ordered list with bytes, that can be taken back to a mark. */
#include "lib/cm.h"

#include <stdio.h>

#include "node/effects.h"

static struct span span_of_text(const char *text)
{
    return (struct span){(const uint8_t *)text, strlen(text)};
}

static void assert_bytes(const struct effects *effects, size_t i, const char *text)
{
    struct span bytes = effects_bytes(effects, &effects->items[i]);
    assert_int_equal(bytes.len, strlen(text));
    if (bytes.len > 0)
        assert_memory_equal(bytes.data, text, bytes.len);
}

/* Effects are applied in the order in which they were added, each with its own bytes, however much
 * both arrays move while they grow. */
static void test_order_and_bytes_survive_growth(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    struct effects effects = {0};
    char text[32];
    for (uint32_t i = 0; i < COUNT; i++) {
        (void)snprintf(text, sizeof(text), "message %u", i);
        struct effect *effect = effects_add(&effects, EFFECT_SEND_PEER, span_of_text(text));
        effect->number = i;
        effect->peer.unit = i + 1;
    }
    assert_int_equal(effects.count, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        (void)snprintf(text, sizeof(text), "message %u", i);
        assert_int_equal(effects.items[i].type, EFFECT_SEND_PEER);
        assert_int_equal(effects.items[i].number, i);
        assert_int_equal(effects.items[i].peer.unit, i + 1);
        assert_bytes(&effects, i, text);
    }
    effects_fini(&effects);
}

/* Most effects have no bytes; that must not need memory, nor read any. */
static void test_effects_without_bytes(void **state)
{
    (void)state;
    struct effects effects = {0};
    effects_add(&effects, EFFECT_PEER_HEARD, (struct span){0});
    effects_add(&effects, EFFECT_TROUBLE, span_of_text("x"));
    effects_add(&effects, EFFECT_CHUNK_DONE, (struct span){0});
    assert_int_equal(effects.items[0].type, EFFECT_PEER_HEARD);
    assert_null(effects_bytes(&effects, &effects.items[0]).data);
    assert_bytes(&effects, 0, "");
    assert_bytes(&effects, 1, "x");
    assert_bytes(&effects, 2, "");
    effects_fini(&effects);
}

/* Nothing of an earlier batch shows in a later one: the slot is reused, its fields are not. */
static void test_a_reused_slot_is_clean(void **state)
{
    (void)state;
    struct effects effects = {0};
    struct effect *effect = effects_add(&effects, EFFECT_ANSWERED, span_of_text("old"));
    effect->re = 9;
    effect->number = 9;
    effect->session = SESSION_REFUSED;
    effect->peer.unit = 9;
    effects_clear(&effects);
    assert_int_equal(effects.count, 0);
    effect = effects_add(&effects, EFFECT_SESSION, (struct span){0});
    assert_int_equal(effect->type, EFFECT_SESSION);
    assert_int_equal(effect->re, 0);
    assert_int_equal(effect->number, 0);
    assert_int_equal(effect->session, 0);
    assert_int_equal(effect->peer.unit, 0);
    assert_bytes(&effects, 0, "");
    effects_fini(&effects);
}

/* An event whose step failed leaves no effects; those of the events before it stay as they are. */
static void test_rewinding_to_a_mark(void **state)
{
    (void)state;
    struct effects effects = {0};
    struct effects_mark start = effects_mark(&effects);
    effects_add(&effects, EFFECT_SEND_PEER, span_of_text("first"));
    struct effects_mark mark = effects_mark(&effects);
    effects_add(&effects, EFFECT_SEND_PEER, span_of_text("of the event that fails"));
    effects_add(&effects, EFFECT_REVOKE, span_of_text("too"));
    effects_rewind(&effects, mark);
    assert_int_equal(effects.count, 1);
    effects_add(&effects, EFFECT_SEND_PEER, span_of_text("second"));
    assert_int_equal(effects.count, 2);
    assert_bytes(&effects, 0, "first");
    assert_bytes(&effects, 1, "second");
    effects_rewind(&effects, start);
    assert_int_equal(effects.count, 0);
    assert_int_equal(effects.bytes.len, 0);
    effects_fini(&effects);
}

/* The bytes are a copy: a step packs into one scratch buffer again and again. */
static void test_bytes_are_copied(void **state)
{
    (void)state;
    struct effects effects = {0};
    char scratch[] = "one";
    effects_add(&effects, EFFECT_SEND_PEER, span_of_text(scratch));
    memcpy(scratch, "two", sizeof(scratch));
    effects_add(&effects, EFFECT_SEND_PEER, span_of_text(scratch));
    memset(scratch, 0, sizeof(scratch));
    assert_bytes(&effects, 0, "one");
    assert_bytes(&effects, 1, "two");
    effects_fini(&effects);
    assert_int_equal(effects.count, 0);
    effects_fini(&effects); /* harmless twice */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_bytes_survive_growth),
        cmocka_unit_test(test_effects_without_bytes),
        cmocka_unit_test(test_a_reused_slot_is_clean),
        cmocka_unit_test(test_rewinding_to_a_mark),
        cmocka_unit_test(test_bytes_are_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
