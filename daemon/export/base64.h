/* Bytes in text: base64 of RFC 4648 with padding, of which each string of bytes has one form. */
#ifndef EXPORT_BASE64_H
#define EXPORT_BASE64_H

#include "core/buf.h"

/* Appends the text of `bytes`. */
void base64_put(struct span bytes, struct buf *out);
/* Appends the bytes of `text`. False, with `out` as it was, for what base64_put does not write. */
bool base64_take(struct span text, struct buf *out);

#endif
