/* The faults there are. Which of them a seed has, and how often, is drawn from the seed; how often
 * each struck is counted. A power cut is not among them: what LMDB has committed is synced, so that
 * here it is the same as a crash; tests/faults cuts the power beneath the store. */
#ifndef TESTS_SIM_FAULT_H
#define TESTS_SIM_FAULT_H

enum sim_fault {
    /* By message. */
    FAULT_DROP,
    FAULT_DUPLICATE,
    FAULT_DELAY,
    FAULT_REORDER,
    /* By batch. */
    FAULT_CRASH_BEFORE_COMMIT,
    FAULT_CRASH_AFTER_COMMIT,
    FAULT_CRASH_IN_BATCH,
    FAULT_CRASH_SENDING,
    FAULT_FULL_COMMIT, /* the disk has become full since it was asked */
    /* Now and then. */
    FAULT_CUT,
    FAULT_CUT_ONE_WAY,
    FAULT_DISCONNECT,
    FAULT_SLOW,
    FAULT_DISK_FULL,
    FAULT_CLOCK_JUMP,
    FAULT_BACKUP,
    FAULT_RESTORE,     /* of a backup, as `tonghop restore` does */
    FAULT_COPIED_BACK, /* of a backup, by hand: forks */
    FAULT_DISK_LOST,
    FAULT_ENROL,
    FAULT_REVOKE,
    FAULT_PUBLISH,
    FAULT_MARK,
    FAULT_SAY,
    /* Consequences: counted alone. */
    FAULT_QUEUE_FULL,
    FAULT_OLD_CATALOGUE,
    FAULT_COUNT,
};

const char *sim_fault_name(enum sim_fault fault);

#endif
