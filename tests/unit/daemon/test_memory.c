/* Noticing growth: the real malloc, the kernel's own count of this process. */
#include "lib/cm.h"

#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "memory.h"

enum {
    BLOCK_BYTES = 4000,
    BLOCKS = 10000, /* 40 MB */
    MUCH_BYTES = 30 << 20,
    LITTLE_BYTES = 10 << 20,
};

struct blocks {
    char *at[BLOCKS];
};

static void fill(struct blocks *blocks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        blocks->at[i] = mem_alloc(BLOCK_BYTES);
        memset(blocks->at[i], (int)i, BLOCK_BYTES);
    }
}

static void empty(struct blocks *blocks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(blocks->at[i]);
        blocks->at[i] = NULL;
    }
}

/* Uses CPU until it is time to look, and looks. */
static bool look(struct memory *memory)
{
    struct pollfd ready = {.fd = memory->fd, .events = POLLIN};
    assert_true(memory->fd >= 0);
    while (poll(&ready, 1, 0) == 0)
        continue;
    return memory_has_grown(memory);
}

static int setup(void **state)
{
    struct memory *memory = mem_calloc(1, sizeof *memory);
    memory_set_up();
    memory_start(memory);
    *state = memory;
    return 0;
}

static int teardown(void **state)
{
    memory_stop(*state);
    free(*state);
    return 0;
}

/* Rule: growth is noticed once, and again only when there is more. */
static void growth_is_noticed_once(void **state)
{
    struct memory *memory = *state;
    struct blocks *blocks = mem_calloc(1, sizeof *blocks);
    (void)look(memory); /* what there is at first */
    assert_false(look(memory));
    fill(blocks, BLOCKS);
    assert_true(look(memory));
    assert_false(look(memory));
    assert_true(memory->own_bytes >= MUCH_BYTES);
    empty(blocks, BLOCKS);
    free(blocks);
}

/* Rule: once somebody was cut off, what he held does not hide what the next one fills. */
static void what_was_freed_hides_nothing_after_a_cut(void **state)
{
#ifdef __SANITIZE_ADDRESS__
    (void)state;
    skip(); /* its malloc gives nothing back */
#else
    struct memory *memory = *state;
    struct blocks *blocks = mem_calloc(1, sizeof *blocks);
    (void)look(memory);
    const size_t before = memory->own_bytes;
    fill(blocks, BLOCKS);
    char *last = mem_alloc(BLOCK_BYTES); /* behind it all: malloc keeps what is freed below */
    assert_true(look(memory));
    empty(blocks, BLOCKS);
    assert_false(look(memory));
    assert_true(memory->own_bytes >= MUCH_BYTES);
    fill(blocks, BLOCKS / 2);
    assert_false(look(memory)); /* hidden */
    empty(blocks, BLOCKS / 2);

    memory_note_cut(memory);
    assert_false(look(memory));
    assert_true(memory->own_bytes <= before + LITTLE_BYTES);
    fill(blocks, BLOCKS / 2);
    assert_true(look(memory));
    empty(blocks, BLOCKS / 2);
    free(last);
    free(blocks);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(growth_is_noticed_once, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_freed_hides_nothing_after_a_cut, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
