/* Times of many equal pieces of work, and what the benches print of them. */
#ifndef BENCH_TIMES_H
#define BENCH_TIMES_H

#include <stddef.h>
#include <stdint.h>

/* Zero-initialised is empty. */
struct times {
    int64_t *ns;
    size_t count, capacity;
    int64_t sum_ns;
};

/* By a clock that only goes forward. */
int64_t times_now_ns(void);
void times_add(struct times *times, int64_t ns);
/* As one line of JSON: {"n", "seconds", "p50_us", "p99_us"}; `n` pieces of work in all, of which
 * one time may be of several; `spent_ns` is less than all times together where some were spent at
 * the same time. */
void times_print(struct times *times, size_t n, int64_t spent_ns);
/* So many percent of them were not longer. Sorts them. */
double times_percentile_us(struct times *times, unsigned percent);
void times_fini(struct times *times);

#endif
