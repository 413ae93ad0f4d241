/* Texts are written with both, and read with one. */
#include "core/counted.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/mem.h"

/* Whether the last number before `end` is 1; no digit stands between it and the word. */
static bool is_one(const char *text, const char *end)
{
    while (end > text && strchr("0123456789", end[-1]) == NULL)
        end--;
    bool is_last_one = end > text && end[-1] == '1';
    return is_last_one && (end - 1 == text || strchr("0123456789", end[-2]) == NULL);
}

char *counted_text(char *text)
{
    struct buf out = {0};
    const char *at = text;
    for (;;) {
        const char *open = strchr(at, '{');
        const char *middle = open != NULL ? strchr(open, '|') : NULL;
        const char *close = middle != NULL ? strchr(middle, '}') : NULL;
        if (close == NULL)
            break;
        const char *chosen = is_one(text, open) ? open + 1 : middle + 1;
        const char *chosen_end = is_one(text, open) ? middle : close;
        buf_printf(&out, "%.*s%.*s", (int)(open - at), at, (int)(chosen_end - chosen), chosen);
        at = close + 1;
    }
    buf_printf(&out, "%s", at);
    free(text);
    return (char *)out.data; /* buf_printf ends it with a NUL */
}
