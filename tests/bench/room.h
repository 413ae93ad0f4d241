/* What a node takes in memory and on disk, for the benches that have it in their own process. */
#ifndef BENCH_ROOM_H
#define BENCH_ROOM_H

#include <stdint.h>

/* What this process has taken from malloc and not given back. */
uint64_t room_heap_bytes(void);
/* What it has written to files. */
uint64_t room_written_bytes(void);
/* Blocks of the data file in a state folder; exits with a message if there is none. */
uint64_t room_disk_bytes(const char *state);

#endif
