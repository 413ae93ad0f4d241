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

double times_percentile_us(struct times *times, unsigned percent)
{
    if (times->count == 0)
        return 0;
    qsort(times->ns, times->count, sizeof(*times->ns), compare);
    return (double)times->ns[times->count * percent / 100] / 1000;
}

void times_print(struct times *times, size_t n, int64_t spent_ns)
{
    (void)printf("{\"n\": %zu, \"seconds\": %.6f, \"p50_us\": %.1f, \"p99_us\": %.1f}\n", n,
                 (double)spent_ns / 1e9, times_percentile_us(times, 50),
                 times_percentile_us(times, 99));
}

void times_fini(struct times *times)
{
    free(times->ns);
    *times = (struct times){0};
}
