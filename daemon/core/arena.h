/* A bounded arena: what a hostile message makes us allocate comes from here. */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include <stddef.h>

/* An arena frees all at once and hands out no more than `limit_bytes`. */
struct arena;

struct arena *arena_new(size_t limit_bytes);
void arena_free(struct arena **arena);
/* Forgets what was allocated and keeps one block for reuse. */
void arena_reset(struct arena *arena);
/* Aligned for any type; NULL beyond the limit (the caller reports ERR_TOO_LARGE). */
void *arena_alloc(struct arena *arena, size_t size_bytes);
/* Lets it hand out at most `size_bytes` more, for one of several things that share it; returns the
 * limit to give back with arena_widen. */
size_t arena_narrow(struct arena *arena, size_t size_bytes);
void arena_widen(struct arena *arena, size_t limit_bytes);
/* Bytes handed out, each request rounded up to the alignment. */
size_t arena_used(const struct arena *arena);

#endif
