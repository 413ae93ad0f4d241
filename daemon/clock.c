#include "clock.h"

struct instant clock_now(void)
{
    return (struct instant){clock_us(CLOCK_REALTIME)};
}

int64_t clock_now_ms(void)
{
    return clock_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_us(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now); /* cannot fail for these clocks */
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
