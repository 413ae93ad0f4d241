/* The storm before a deadline: what its clients and the reference share. */
#ifndef BENCH_STORM_H
#define BENCH_STORM_H

#include "bench/country.h"
#include "link/key.h"

enum { STORM_YEAR = 2024 };

/* A key pair of each client. */
struct storm_keys {
    struct key_pair *pairs;
    size_t count;
};

/* Makes `count` pairs, enrols each over the local socket at `control` as reporter of a leaf of the
 * country, and writes them to `path`. */
void storm_enrol(const char *control, const struct country *country, size_t count,
                 const char *path);
/* Reads them back. */
void storm_keys_read(const char *path, struct storm_keys *ret_keys);
void storm_keys_fini(struct storm_keys *keys);

/* Clients `first` to `first + count` of those with `keys`, each the reporter of the leaf of its
 * number. */
struct storm {
    const char *endpoint;
    uint8_t server_key[KEY_SIZE];
    const struct country *country;
    const struct storm_keys *keys;
    size_t first, count;
    int64_t jitter_ns; /* each connects for the first time at some moment within this */
};

/* Makes the sockets, prints "ready", waits for a line on standard input, has each client connect,
 * say hello, file its annual report and wait for the receipt; then prints what happened as a line
 * of JSON, and waits for the end of the input with all connections standing. */
void storm_run(const struct storm *storm);

/* As many descriptors as the system allows: each connection costs one or more. */
void storm_raise_descriptors(void);
/* Prints why, and ends the process with status 1. */
_Noreturn void storm_give_up(const char *what, const char *why);

#endif
