/* Catalogues as they travel: what is held of each, and its chunks. */
#include "unit/store/temp_store.h"

static void put_catalogue(struct store_txn *txn, uint32_t number, uint32_t chunks)
{
    struct catalogue_meta meta = {
        .number = number, .hash = {(uint8_t)number}, .chunk_count = chunks, .chunks_held = chunks};
    for (uint32_t index = 0; index < chunks; index++)
        assert_int_equal(store_put_chunk(txn, number, index, span_of_text("chunk")), ERR_OK);
    assert_int_equal(store_put_catalogue(txn, &meta), ERR_OK);
}

/* The record about a catalogue grows with its chunks. */
static void record(void **state)
{
    struct temp_store *temp = *state;
    struct catalogue_meta meta = {.number = 7, .hash = {1, [31] = 2}, .chunk_count = 300}, found;
    struct store_txn *txn = store_begin_write(temp->store);
    memset(&found, 0xFF, sizeof found);
    assert_int_equal(store_get_catalogue(txn, 7, &found), ERR_NOT_FOUND);
    assert_int_equal(found.number, UINT32_MAX);
    assert_int_equal(store_put_catalogue(txn, &meta), ERR_OK);
    meta.chunks_held = 2;
    meta.size_bytes = 131072;
    assert_int_equal(store_put_catalogue(txn, &meta), ERR_OK);
    assert_commits(&txn);
    txn = store_begin_read(temp->store);
    assert_int_equal(store_get_catalogue(txn, 7, &found), ERR_OK);
    assert_int_equal(found.number, 7);
    assert_memory_equal(found.hash, meta.hash, sizeof meta.hash);
    assert_true(found.chunk_count == 300 && found.chunks_held == 2 && found.size_bytes == 131072);
    assert_int_equal(store_get_catalogue(txn, 8, &found), ERR_NOT_FOUND);
    store_abort(&txn);
}

/* A chunk of the largest size comes back whole. */
static void chunks(void **state)
{
    struct temp_store *temp = *state;
    static uint8_t large[64 * 1024];
    struct span data;
    struct store_txn *txn = store_begin_write(temp->store);
    memset(large, 9, sizeof large);
    assert_int_equal(store_get_chunk(txn, 7, 0, &data), ERR_NOT_FOUND);
    assert_int_equal(store_put_chunk(txn, 7, 0, (struct span){large, sizeof large}), ERR_OK);
    assert_int_equal(store_put_chunk(txn, 7, 1, span_of_text("last")), ERR_OK);
    assert_commits(&txn);
    txn = store_begin_read(temp->store);
    assert_int_equal(store_get_chunk(txn, 7, 0, &data), ERR_OK);
    assert_int_equal(data.len, sizeof large);
    assert_memory_equal(data.data, large, sizeof large);
    assert_int_equal(store_get_chunk(txn, 7, 1, &data), ERR_OK);
    assert_span_is(data, "last");
    assert_int_equal(store_get_chunk(txn, 7, 2, &data), ERR_NOT_FOUND);
    store_abort(&txn);
}

/* Deleting one takes all its chunks, also those behind a hole, and none of its neighbours'. */
static void deletion(void **state)
{
    struct temp_store *temp = *state;
    struct catalogue_meta meta;
    struct span data;
    struct store_txn *txn = store_begin_write(temp->store);
    put_catalogue(txn, 6, 3);
    put_catalogue(txn, 7, 300);
    put_catalogue(txn, 8, 3);
    assert_int_equal(store_put_chunk(txn, 7, UINT32_MAX, span_of_text("far")), ERR_OK);
    assert_int_equal(store_delete_catalogue(txn, 7), ERR_OK);
    assert_int_equal(store_get_catalogue(txn, 7, &meta), ERR_NOT_FOUND);
    assert_int_equal(store_get_chunk(txn, 7, 0, &data), ERR_NOT_FOUND);
    assert_int_equal(store_get_chunk(txn, 7, 299, &data), ERR_NOT_FOUND);
    assert_int_equal(store_get_chunk(txn, 7, UINT32_MAX, &data), ERR_NOT_FOUND);
    for (uint32_t number = 6; number <= 8; number += 2) {
        assert_int_equal(store_get_catalogue(txn, number, &meta), ERR_OK);
        for (uint32_t index = 0; index < 3; index++)
            assert_int_equal(store_get_chunk(txn, number, index, &data), ERR_OK);
    }
    assert_int_equal(store_delete_catalogue(txn, 7), ERR_OK); /* there is none any more */
    assert_commits(&txn);
}

/* Keeping one removes all others with their chunks, complete or not; keeping one that is not there
 * removes all. */
static void keeping_some(void **state)
{
    struct temp_store *temp = *state;
    static const uint32_t numbers[] = {1, 7, 8, UINT32_MAX}, kept[] = {UINT32_MAX, 7};
    struct catalogue_meta meta, half = {.number = 9, .chunk_count = 2, .chunks_held = 1};
    struct span data;
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_keep_catalogues(txn, kept, 2), ERR_OK); /* there are none */
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        put_catalogue(txn, numbers[i], 3);
    assert_int_equal(store_put_chunk(txn, 9, 0, span_of_text("half")), ERR_OK);
    assert_int_equal(store_put_catalogue(txn, &half), ERR_OK);
    assert_int_equal(store_keep_catalogues(txn, kept, 2), ERR_OK);
    assert_commits(&txn);
    txn = store_begin_write(temp->store);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        enum err expected = numbers[i] == 7 || numbers[i] == UINT32_MAX ? ERR_OK : ERR_NOT_FOUND;
        assert_int_equal(store_get_catalogue(txn, numbers[i], &meta), expected);
        assert_int_equal(store_get_chunk(txn, numbers[i], 0, &data), expected);
        assert_int_equal(store_get_chunk(txn, numbers[i], 2, &data), expected);
    }
    assert_int_equal(store_get_catalogue(txn, 9, &meta), ERR_NOT_FOUND);
    assert_int_equal(store_get_chunk(txn, 9, 0, &data), ERR_NOT_FOUND);
    assert_int_equal(store_keep_catalogues(txn, NULL, 0), ERR_OK);
    assert_int_equal(store_get_catalogue(txn, 7, &meta), ERR_NOT_FOUND);
    assert_commits(&txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {STORE_TEST(record), STORE_TEST(chunks), STORE_TEST(deletion),
                                       STORE_TEST(keeping_some)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
