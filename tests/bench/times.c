#include "bench/times.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/mem.h"

int64_t times_now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void times_add(struct times *times, int64_t ns)
{
    times->ns = mem_grow(times->ns, times->count, &times->capacity, sizeof(*times->ns));
    times->ns[times->count++] = ns;
    times->sum_ns += ns;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

void times_print(struct times *times, size_t n, int64_t spent_ns)
{
    double p50_us = 0, p99_us = 0;
    if (times->count > 0) {
        qsort(times->ns, times->count, sizeof(*times->ns), compare);
        p50_us = (double)times->ns[times->count / 2] / 1000;
        p99_us = (double)times->ns[times->count * 99 / 100] / 1000;
    }
    (void)printf("{\"n\": %zu, \"seconds\": %.6f, \"p50_us\": %.1f, \"p99_us\": %.1f}\n", n,
                 (double)spent_ns / 1e9, p50_us, p99_us);
}

void times_fini(struct times *times)
{
    free(times->ns);
    *times = (struct times){0};
}
