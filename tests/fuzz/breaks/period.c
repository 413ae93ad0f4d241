/* Second halves are written as first ones.
 *
 * Law: a period is written as it was read */
#include "core/period.h"

char *__real_period_format(struct period period, char *out);
char *__wrap_period_format(struct period period, char *out);

char *__wrap_period_format(struct period period, char *out)
{
    if (period.label == PERIOD_S2)
        period.label = PERIOD_S1;
    return __real_period_format(period, out);
}
