/* The only place of the daemon that reads clocks: whatever it calls is told the time. */
#ifndef DAEMON_CLOCK_H
#define DAEMON_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "core/instant.h"

/* Now, as events carry it. */
struct instant clock_now(void);
/* Of a clock that nobody sets, for how long something takes. */
int64_t clock_now_ms(void);
/* Of CLOCK_MONOTONIC, or of a clock that counts CPU. */
int64_t clock_us(clockid_t clock);

#endif
