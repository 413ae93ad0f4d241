/* Mutations of the inputs of the target `node`: of messages, of who sent them, of their order; and
 * stories that begin as one input does and go on as another. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/frames.h"
#include "fuzz/fuzz.h"
#include "fuzz/mutate.h"
#include "tonghop.pb-c.h"

struct frames {
    uint8_t start;
    struct frame items[FRAMES_MAX];
    size_t count;
};

static void read_frames(struct span input, struct frames *ret_frames)
{
    struct reader r = reader_of(input);
    ret_frames->start = reader_u8(&r);
    ret_frames->count = 0;
    while (ret_frames->count < FRAMES_MAX && frames_next(&r, &ret_frames->items[ret_frames->count]))
        ret_frames->count++;
}

static void put_random_frame(struct mutate_random *random, struct buf *out)
{
    static const uint8_t ms[] = {0x3a, 0x98}; /* 15 s: what was sent is sent again */
    static const enum frame_type types[] = {FRAME_TICK, FRAME_WAIT, FRAME_RESTART, FRAME_LINK_LOST};
    enum frame_type type = types[mutate_pick(random, LENGTH(types))];
    frames_put(type, (struct span){ms, type == FRAME_WAIT ? sizeof ms : 0}, out);
}

/* One frame is changed, comes, goes, or comes from somebody else. */
static void mutate_frames(struct span input, struct mutate_random *random, struct buf *out)
{
    enum { MESSAGE, REMOVE = 8, DOUBLE, MOVE, SENDER, OTHER, START, WAYS };
    struct frames all;
    read_frames(input, &all);
    const struct frame *frames = all.items;
    size_t count = all.count;
    size_t at = (size_t)mutate_pick(random, count + 1);
    size_t other = (size_t)mutate_pick(random, count + 1);
    uint64_t way = mutate_pick(random, WAYS);

    buf_put_u8(out, way == START ? (uint8_t)mutate_pick(random, 16) : all.start);
    for (size_t i = 0; i < count; i++) {
        struct buf mutant = {0};
        if (i == at && way < REMOVE)
            mutate_message(&tonghop__envelope__descriptor, frames[i].bytes, random, &mutant);
        if (i == at && way < REMOVE && mutant.len <= UINT16_MAX)
            frames_put(frames[i].type, span_of(&mutant), out);
        else if (i == at && way == SENDER)
            frames_put((enum frame_type)mutate_pick(random, FRAME_PARENT + 1), frames[i].bytes,
                       out);
        else if (i != at || (way != REMOVE && way != MOVE))
            frames_put(frames[i].type, frames[i].bytes, out);
        if (i == other && at < count && (way == DOUBLE || way == MOVE))
            frames_put(frames[at].type, frames[at].bytes, out);
        if (i == at && way == OTHER)
            put_random_frame(random, out);
        buf_fini(&mutant);
    }
    if (count == 0)
        put_random_frame(random, out);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    enum { BLIND_ONE_OF = 32 };
    struct mutate_random random = {seed};
    struct buf mutant = {0};
    if (mutate_pick(&random, BLIND_ONE_OF) > 0)
        mutate_frames((struct span){data, size}, &random, &mutant);
    if (mutant.len == 0 || mutant.len > max_size)
        size = LLVMFuzzerMutate(data, size, max_size);
    else
        memcpy(data, mutant.data, size = mutant.len);
    buf_fini(&mutant);
    return size;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t max_out_size,
                                 unsigned seed)
{
    struct mutate_random random = {seed};
    struct frames first, second;
    struct buf crossed = {0};
    read_frames((struct span){data, size}, &first);
    read_frames((struct span){other, other_size}, &second);
    size_t first_end = (size_t)mutate_pick(&random, first.count + 1);
    buf_put_u8(&crossed, first.start);
    for (size_t i = 0; i < first_end; i++)
        frames_put(first.items[i].type, first.items[i].bytes, &crossed);
    for (size_t i = (size_t)mutate_pick(&random, second.count + 1); i < second.count; i++)
        frames_put(second.items[i].type, second.items[i].bytes, &crossed);
    size_t crossed_size = crossed.len < max_out_size ? crossed.len : max_out_size;
    memcpy(out, crossed.data, crossed_size);
    buf_fini(&crossed);
    return crossed_size;
}
