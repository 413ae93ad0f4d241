/* Any byte is some type of frame, so that mutations lead somewhere. */
#include "fuzz/frames.h"

bool frames_next(struct reader *input, struct frame *ret_frame)
{
    struct frame frame = {.type = (enum frame_type)(reader_u8(input) % FRAME_COUNT)};
    frame.bytes = reader_bytes(input, reader_u16(input));
    if (!input->failed)
        *ret_frame = frame;
    return !input->failed;
}

void frames_put(enum frame_type type, struct span bytes, struct buf *out)
{
    buf_put_u8(out, (uint8_t)type);
    buf_put_u16(out, (uint16_t)bytes.len);
    buf_put(out, bytes.data, bytes.len);
}
