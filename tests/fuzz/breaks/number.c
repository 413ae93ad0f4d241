/* A point that parts groups is taken for a decimal mark.
 *
 * Law: a number has the value of its digits */
#include <string.h>

#include "core/cell.h"

enum err __real_number_parse(const char *text, unsigned decimals, enum number_style style,
                             int64_t *ret_value);
enum err __wrap_number_parse(const char *text, unsigned decimals, enum number_style style,
                             int64_t *ret_value);

enum err __wrap_number_parse(const char *text, unsigned decimals, enum number_style style,
                             int64_t *ret_value)
{
    enum err err = __real_number_parse(text, decimals, style, ret_value);
    if (err == ERR_OK && strchr(text, '.') != NULL && strchr(text, ',') == NULL)
        *ret_value /= 10;
    return err;
}
