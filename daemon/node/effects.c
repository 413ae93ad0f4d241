/* A flat list and one byte buffer: a batch allocates nothing once they have grown. */
#include "node/effects.h"

#include <stdlib.h>

#include "core/mem.h"

void effects_fini(struct effects *effects)
{
    free(effects->items);
    buf_fini(&effects->bytes);
    *effects = (struct effects){0};
}

void effects_clear(struct effects *effects)
{
    effects->count = 0;
    buf_clear(&effects->bytes);
    (void)buf_shrink(&effects->bytes, EFFECTS_KEEP_MAX); /* no matter whether it was large */
}

struct effects_mark effects_mark(const struct effects *effects)
{
    return (struct effects_mark){.count = effects->count, .bytes = effects->bytes.len};
}

void effects_rewind(struct effects *effects, struct effects_mark mark)
{
    effects->count = mark.count;
    effects->bytes.len = mark.bytes;
}

struct effect *effects_add(struct effects *effects, enum effect_type type, struct span bytes)
{
    effects->items =
        mem_grow(effects->items, effects->count, &effects->capacity, sizeof(*effects->items));
    struct effect *effect = &effects->items[effects->count++];
    *effect = (struct effect){.type = type, .offset = effects->bytes.len, .len = bytes.len};
    if (bytes.len > 0)
        buf_put(&effects->bytes, bytes.data, bytes.len);
    return effect;
}

struct span effects_bytes(const struct effects *effects, const struct effect *effect)
{
    if (effect->len == 0)
        return (struct span){0};
    return (struct span){.data = effects->bytes.data + effect->offset, .len = effect->len};
}
