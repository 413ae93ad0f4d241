/* Half a unit is rounded to the even neighbour, as many languages do.
 *
 * Law: a value is what schoolbook fractions give */
#include "core/int128.h"

i128 __real_i128_div_round(i128 numerator, i128 denominator);
i128 __wrap_i128_div_round(i128 numerator, i128 denominator);

i128 __wrap_i128_div_round(i128 numerator, i128 denominator)
{
    i128 result = __real_i128_div_round(numerator, denominator);
    i128 rest = numerator % denominator;
    bool is_half = rest != 0 && (rest < 0 ? -rest : rest) * 2 == denominator;
    return is_half && result % 2 != 0 ? result - (result > 0 ? 1 : -1) : result;
}
