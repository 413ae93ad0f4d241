/* A number of more than one digit loses its last one.
 *
 * Law: a plain number is itself in words */
#include "text/number_words.h"

enum err __real_number_words_parse(const char *text, unsigned decimals, const char *measure,
                                   enum number_style style, struct cell *ret_cell);
enum err __wrap_number_words_parse(const char *text, unsigned decimals, const char *measure,
                                   enum number_style style, struct cell *ret_cell);

enum err __wrap_number_words_parse(const char *text, unsigned decimals, const char *measure,
                                   enum number_style style, struct cell *ret_cell)
{
    enum err err = __real_number_words_parse(text, decimals, measure, style, ret_cell);
    if (err == ERR_OK && ret_cell->value > 9)
        ret_cell->value /= 10;
    return err;
}
