/* What a disk may hold after a power cut. */
#ifndef TESTS_FAULTS_POWER_CUT_H
#define TESTS_FAULTS_POWER_CUT_H

#include <stdint.h>

enum { POWER_CUT_BY_CHANCE = -1 };

struct power_cut {
    uint64_t blocks;      /* that were not flushed */
    uint64_t blocks_lost; /* of those, in whole or down to an earlier write */
    uint64_t names_lost;  /* files that are not there any more */
};

/* Every block (of 512 or 4,096 bytes) that was not flushed is as it is now, or as it was before any
 * one of its unflushed writes; so are the lengths of files; a new file may be gone. `kept_percent`:
 * how likely it is that a write is kept; POWER_CUT_BY_CHANCE chooses. Then the journal is empty. A
 * file that cannot be written ends the process. */
struct power_cut power_cut(const char *journal_path, uint64_t seed, int kept_percent);

#endif
