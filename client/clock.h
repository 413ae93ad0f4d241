/* What time it is, for programs: nothing beneath them reads a clock. */
#ifndef CLIENT_CLOCK_H
#define CLIENT_CLOCK_H

#include "core/instant.h"

/* Milliseconds of a clock that only goes forward, for deadlines. */
int64_t clock_now_ms(void);
/* The wall clock, to the second. */
struct instant clock_now(void);

#endif
