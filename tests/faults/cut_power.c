/* The power goes, for a driver: cut_power JOURNAL SEED. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "faults/power_cut.h"

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: cut_power JOURNAL SEED\n", stderr);
        return 2;
    }
    struct power_cut cut = power_cut(argv[1], strtoull(argv[2], NULL, 10), POWER_CUT_BY_CHANCE);
    printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", cut.blocks, cut.blocks_lost, cut.names_lost);
    return EXIT_SUCCESS;
}
