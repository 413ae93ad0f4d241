/* base64 by libsodium, which refuses blanks, and bits that mean nothing. */
#include "export/base64.h"

#include <sodium.h>

#include "core/mem.h"

enum { VARIANT = sodium_base64_VARIANT_ORIGINAL };

/* Makes room for `size` bytes more. */
static void reserve(struct buf *out, size_t size)
{
    if (out->cap - out->len >= size)
        return;
    out->cap = out->len + size;
    out->data = mem_realloc(out->data, out->cap);
}

void base64_put(struct span bytes, struct buf *out)
{
    size_t size = sodium_base64_ENCODED_LEN(bytes.len, VARIANT); /* with its NUL */
    reserve(out, size);
    (void)sodium_bin2base64((char *)out->data + out->len, size, bytes.data, bytes.len, VARIANT);
    out->len += size - 1;
}

bool base64_take(struct span text, struct buf *out)
{
    size_t len = 0;
    reserve(out, text.len / 4 * 3 + 1);
    if (sodium_base642bin(out->data + out->len, out->cap - out->len, (const char *)text.data,
                          text.len, NULL, &len, NULL, VARIANT) != 0)
        return false;
    out->len += len;
    return true;
}
