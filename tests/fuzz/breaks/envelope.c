/* The upper half of a figure is lost on its way in.
 *
 * Law: a figure loses nothing on its way out and in */
#include "wire/wire.h"

void __real_wire_figure_of(uint32_t indicator, const struct figure *figure,
                           Tonghop__Figure *ret_figure, uint32_t *parts);
void __wrap_wire_figure_of(uint32_t indicator, const struct figure *figure,
                           Tonghop__Figure *ret_figure, uint32_t *parts);

void __wrap_wire_figure_of(uint32_t indicator, const struct figure *figure,
                           Tonghop__Figure *ret_figure, uint32_t *parts)
{
    __real_wire_figure_of(indicator, figure, ret_figure, parts);
    ret_figure->value_high = 0;
}
