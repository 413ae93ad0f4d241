/* The deadline storm: every commune of a country files its annual report in the same seconds, over
 * a connection and with a key of its own.
 *
 *     bench_storm enrol CONTROL KEYS CATALOGUE COUNT
 *     bench_storm run ENDPOINT SERVER-KEY KEYS CATALOGUE FIRST COUNT JITTER-MS
 *
 * storm.py runs it, in several processes, for no process may have descriptors for all. */
#include "bench/storm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t number(const char *text)
{
    return strtoul(text, NULL, 10);
}

static int run(char **argv)
{
    struct country country;
    struct storm_keys keys;
    struct storm storm = {.endpoint = argv[2],
                          .country = &country,
                          .keys = &keys,
                          .first = number(argv[6]),
                          .count = number(argv[7]),
                          .jitter_ns = (int64_t)number(argv[8]) * 1000000};
    if (key_parse(argv[3], storm.server_key) != ERR_OK)
        storm_give_up(argv[3], "not a key");
    storm_keys_read(argv[4], &keys);
    country_open(argv[5], true, &country);
    if (storm.count < 1 || storm.first + storm.count > keys.count)
        storm_give_up("running", "there are not so many keys");
    storm_raise_descriptors();
    storm_run(&storm);
    country_fini(&country);
    storm_keys_fini(&keys);
    return 0;
}

static int enrol(char **argv)
{
    struct country country;
    country_open(argv[4], true, &country);
    storm_enrol(argv[2], &country, number(argv[5]), argv[3]);
    country_fini(&country);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 6 && strcmp(argv[1], "enrol") == 0)
        return enrol(argv);
    if (argc == 9 && strcmp(argv[1], "run") == 0)
        return run(argv);
    (void)fprintf(
        stderr,
        "usage: bench_storm enrol CONTROL KEYS CATALOGUE COUNT\n"
        "       bench_storm run ENDPOINT SERVER-KEY KEYS CATALOGUE FIRST COUNT JITTER-MS\n");
    return 2;
}
