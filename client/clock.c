/* The two clocks of the system. */
#include "client/clock.h"

#include <time.h>

int64_t clock_now_ms(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts); /* fails for unknown clocks only */
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct instant clock_now(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_REALTIME, &ts); /* fails for unknown clocks only */
    return (struct instant){(int64_t)ts.tv_sec * 1000000};
}
