/* Memory is handed out from blocks, front to back. What is too large for sharing a block gets one
 * of its own, so little of a block is ever left over and what the arena holds stays within a third
 * and a block of what it handed out. */
#include "core/arena.h"

#include <stdint.h>
#include <stdlib.h>

#include "core/mem.h"

enum {
    BLOCK_BYTES = 16 * 1024,
    SHARED_MAX_BYTES = BLOCK_BYTES / 4, /* larger requests get a block of their own */
};

struct block {
    struct block *next;
    size_t used;
    _Alignas(max_align_t) uint8_t bytes[];
};

struct arena {
    size_t limit_bytes;
    size_t used_bytes;
    struct block *shared; /* the newest first; the others are full */
    struct block *own;    /* one request each */
};

struct arena *arena_new(size_t limit_bytes)
{
    struct arena *arena = mem_calloc(1, sizeof *arena);
    arena->limit_bytes = limit_bytes;
    return arena;
}

static void free_blocks(struct block **blocks)
{
    while (*blocks != NULL) {
        struct block *next = (*blocks)->next;
        free(*blocks);
        *blocks = next;
    }
}

void arena_free(struct arena **arena)
{
    if (*arena == NULL)
        return;
    free_blocks(&(*arena)->shared);
    free_blocks(&(*arena)->own);
    free(*arena);
    *arena = NULL;
}

void arena_reset(struct arena *arena)
{
    free_blocks(&arena->own);
    if (arena->shared != NULL) {
        free_blocks(&arena->shared->next);
        arena->shared->used = 0;
    }
    arena->used_bytes = 0;
}

static struct block *push_block(struct block **blocks, size_t size_bytes)
{
    struct block *block = mem_alloc(sizeof *block + size_bytes);
    block->next = *blocks;
    block->used = 0;
    *blocks = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size_bytes)
{
    const size_t alignment = _Alignof(max_align_t);
    size_t left_bytes = arena->limit_bytes - arena->used_bytes;
    if (size_bytes > left_bytes)
        return NULL;
    /* Nothing too takes some bytes: two results are never the same address, nor is their number
     * without limit. The first test keeps the rounding from wrapping. */
    size_t padding = size_bytes > 0 ? (alignment - size_bytes % alignment) % alignment : alignment;
    if (padding > left_bytes - size_bytes)
        return NULL;
    size_bytes += padding;

    struct block *block = arena->shared;
    if (size_bytes > SHARED_MAX_BYTES)
        block = push_block(&arena->own, size_bytes);
    else if (block == NULL || size_bytes > BLOCK_BYTES - block->used)
        block = push_block(&arena->shared, BLOCK_BYTES);
    void *memory = block->bytes + block->used;
    block->used += size_bytes;
    arena->used_bytes += size_bytes;
    return memory;
}

size_t arena_narrow(struct arena *arena, size_t size_bytes)
{
    size_t limit_bytes = arena->limit_bytes;
    if (size_bytes < limit_bytes - arena->used_bytes)
        arena->limit_bytes = arena->used_bytes + size_bytes;
    return limit_bytes;
}

void arena_widen(struct arena *arena, size_t limit_bytes)
{
    arena->limit_bytes = limit_bytes;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used_bytes;
}
