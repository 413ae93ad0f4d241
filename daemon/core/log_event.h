/* The events that the log can tell of: one table. Each has a name and a MESSAGE_ID, by which people
 * and programs look for it; both are fixed for ever, as is what it means. docs/EVENTS.md explains
 * them to operators and is checked against the table.
 *
 * A new event gets a line here, one in the table with an id that `systemd-id128 new` made, and a
 * part in docs/EVENTS.md. */
#ifndef CORE_LOG_EVENT_H
#define CORE_LOG_EVENT_H

enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_NOTICE = 5,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7
};

enum log_event {
    /* start and end */
    LOG_EVENT_STARTED,
    LOG_EVENT_STOPPING,
    LOG_EVENT_CONFIGURATION_WRONG,
    LOG_EVENT_RELOADED,
    LOG_EVENT_RELOAD_REFUSED,
    LOG_EVENT_RESTART_NEEDED,
    LOG_EVENT_KEY_FILE_WRONG,
    LOG_EVENT_KEY_OF_ANOTHER,
    LOG_EVENT_ALREADY_RUNNING,
    LOG_EVENT_ENDPOINT_UNUSABLE,
    LOG_EVENT_SELF_TEST_FAILED,
    LOG_EVENT_MESSAGING_FAILED,
    LOG_EVENT_OUT_OF_MEMORY,

    /* the store */
    LOG_EVENT_STORE_UNUSABLE,
    LOG_EVENT_STORE_FOREIGN,
    LOG_EVENT_STORE_SCHEMA,
    LOG_EVENT_STORE_UPGRADED,
    LOG_EVENT_STORE_NOT_UPGRADED,
    LOG_EVENT_STORE_DAMAGED,
    LOG_EVENT_STORE_REMOVED,
    LOG_EVENT_STORE_FAILED,
    LOG_EVENT_COMMIT_FAILED,
    LOG_EVENT_WORK_FAILED,
    LOG_EVENT_DISK_LOW,
    LOG_EVENT_DISK_HAS_ROOM,
    LOG_EVENT_READERS_CLEARED,
    LOG_EVENT_READERS_UNCHECKED,

    /* the node above */
    LOG_EVENT_LINK_UP,
    LOG_EVENT_LINK_FAILED,
    LOG_EVENT_LINK_LOST,
    LOG_EVENT_LINK_REFUSED,
    LOG_EVENT_PARENT_BENEATH,
    LOG_EVENT_REPORT_NOT_TAKEN,
    LOG_EVENT_PARENT_MESSAGE_IGNORED,
    LOG_EVENT_COMPARISON_FAILED,
    LOG_EVENT_RESTORE_COMPLETE,
    LOG_EVENT_TOTALS_DIFFER,

    /* the catalogue */
    LOG_EVENT_CATALOGUE_IN_FORCE,
    LOG_EVENT_TOTALS_REBUILT,
    LOG_EVENT_CATALOGUE_UNUSABLE,
    LOG_EVENT_CATALOGUE_DIFFERS,
    LOG_EVENT_CATALOGUE_AHEAD,
    LOG_EVENT_CATALOGUE_WITHHELD,
    LOG_EVENT_UNIT_UNKNOWN,
    LOG_EVENT_ENROLLED_UNKNOWN,
    LOG_EVENT_REPORT_AWAITS_CATALOGUE,

    /* those beneath */
    LOG_EVENT_CHILD_CONNECTED,
    LOG_EVENT_KEY_REFUSED,
    LOG_EVENT_KEY_MISTAKEN,
    LOG_EVENT_CHILD_REFUSED,
    LOG_EVENT_KEY_SHARED,
    LOG_EVENT_CLOCK_OFF,
    LOG_EVENT_CLOCK_AGREES,
    LOG_EVENT_MESSAGE_REFUSED,
    LOG_EVENT_MESSAGE_FAILED,
    LOG_EVENT_MESSAGES_DROPPED,
    LOG_EVENT_CONNECTIONS_CUT,
    LOG_EVENT_QUARANTINED,
    LOG_EVENT_ALARM,
    LOG_EVENT_REVISION_CONTRADICTS,
    LOG_EVENT_FORK_SETTLED,
    LOG_EVENT_FILING_SET_ASIDE,
    LOG_EVENT_NUMBERS_USED_UP,

    /* reports and administration */
    LOG_EVENT_REPORT_TAKEN_IN,
    LOG_EVENT_REPORT_ACCEPTED,
    LOG_EVENT_REPORT_RETURNED,
    LOG_EVENT_ENROLLED,
    LOG_EVENT_REVOKED,
    LOG_EVENT_QUARANTINE_CLEARED,

    /* verification, backup and restore */
    LOG_EVENT_VERIFY_DIFFERENCE,
    LOG_EVENT_OFFLINE_FAILED,
    LOG_EVENT_LEFTOVERS,
    LOG_EVENT_CARE_UNREADABLE,
    LOG_EVENT_CARE_UNRECORDED,

    LOG_EVENT_COUNT
};

struct log_event_info {
    const char *name;       /* TONGHOP_EVENT: "link-up" */
    const char *message_id; /* MESSAGE_ID: 128 bits, as 32 digits */
    enum log_level level;
    const char *meaning; /* a sentence, for an operator ... */
    const char *remedy;  /* ... and what to do about it */
};

const struct log_event_info *log_event_info(enum log_event event);

#endif
