/* What people read: every text of the `tonghop` command in Vietnamese and in English.
 *
 * One table, in words.c, words_status.c and words_edition.c, holds both languages side by side. A
 * text with conversions (%s ...) takes the same arguments in the same types in both languages;
 * where the order of the sentence differs, they are numbered (%2$s). A test compares them. Some
 * tell one from many, "{one|many}": counted_text. Help pages stand with their commands. */
#ifndef CLIENT_WORDS_H
#define CLIENT_WORDS_H

#include <stdbool.h>

enum word {
    /* common */
    WORD_YES,
    WORD_NO,
    WORD_NONE,
    WORD_OPTION_UNKNOWN,  /* %s option */
    WORD_OPTION_NO_VALUE, /* %s option */
    WORD_OPTION_TWICE,    /* %s option */
    WORD_OPTION_SECONDS,
    WORD_OPTION_CHOICE,   /* %s option, %s what it may be */
    WORD_OPTION_NUMBER,   /* %s option */
    WORD_ARGUMENT_EXTRA,  /* %s argument */
    WORD_ARGUMENT_EMPTY,  /* %s what */
    WORD_ARGUMENT_NEEDED, /* %s what */
    WORD_NOT_A_UNIT_ID,   /* %s text */
    WORD_NOT_A_KEY,       /* %s text */
    WORD_REFUSED,         /* %s code, %s sentence */
    WORD_NO_ANSWER,       /* %s reason */
    WORD_NOT_REACHED,     /* %s reason */
    WORD_OTHER_ANSWER,    /* %s name of the body */
    WORD_PROBLEMS_FOUND,  /* %zu errors */
    WORD_NO_NODE,         /* %s folders */
    WORD_NODE_UNKNOWN,    /* %s name, %s folders */
    WORD_SEVERAL_NODES,
    WORD_OUTPUT_FAILED,    /* %s reason */
    WORD_CURRENT_REVISION, /* %llu */
    WORD_HOME_IS,          /* %u unit */
    /* main */
    WORD_COMMAND_UNKNOWN, /* %s */
    WORD_COMMAND_GUESS,   /* %s */
    WORD_USAGE,
    /* init */
    WORD_INIT_EXISTS,         /* %s path */
    WORD_INIT_BAD_NAME,       /* %s name */
    WORD_INIT_BAD_PARENT,     /* %s text */
    WORD_INIT_LINE_BREAK,     /* %s option */
    WORD_INIT_CLIENT_ONLY,    /* %s option */
    WORD_INIT_CANNOT_WRITE,   /* %s path, %s reason */
    WORD_INIT_NOT_ROOT,       /* %s folder */
    WORD_INIT_PARENT_IS_SELF, /* %s endpoint */
    WORD_INIT_OWN_FOLDERS,
    WORD_INIT_MADE,        /* %s path, %s path, %s path */
    WORD_INIT_ENROL_THERE, /* %d step, as in the next ones */
    WORD_INIT_IS_ROOT,
    WORD_INIT_START,         /* ..., %s command */
    WORD_INIT_PUBLISH,       /* ..., %s options, %s name */
    WORD_INIT_THEN,          /* ..., %s command */
    WORD_INIT_BENEATH,       /* %s endpoint, %s key */
    WORD_INIT_BENEATH_ANY,   /* %s port, %s key */
    WORD_INIT_PARENT_IS_ANY, /* %s endpoint */
    /* enrol, keys, revoke */
    WORD_ROLE_NODE,
    WORD_ROLE_REPORTER,
    WORD_ROLE_READER,
    WORD_ROLE_ADMIN,
    WORD_ROLE_UNKNOWN,
    WORD_KEYS_KEY,
    WORD_KEYS_UNIT,
    WORD_KEYS_ROLE,
    WORD_KEYS_NAME,
    WORD_KEYS_STATE,
    WORD_KEYS_CHANGED,
    WORD_KEYS_CONNECTED,
    WORD_KEYS_ENROLLED,
    WORD_KEYS_REVOKED,
    WORD_KEYS_EMPTY,
    WORD_REVOKE_DONE, /* %s key */
    /* catalogue */
    WORD_CATALOGUE_FINE,         /* %u number, %zu units, %zu indicators, %zu forms */
    WORD_CATALOGUE_TOO_LARGE,    /* %zu bytes, %d limit */
    WORD_CATALOGUE_SHOW_WHAT,    /* %s text */
    WORD_CATALOGUE_ACTION,       /* %s text */
    WORD_CATALOGUE_FETCHED,      /* %s path, %zu bytes */
    WORD_CATALOGUE_CANNOT_WRITE, /* %s path, %s reason */
    WORD_CATALOGUE_FILE_EXISTS,
    WORD_CATALOGUE_NUMBER,
    WORD_CATALOGUE_TITLE,
    WORD_CATALOGUE_LEVELS,
    WORD_CATALOGUE_FORMS,
    WORD_CATALOGUE_INDICATORS,
    WORD_CATALOGUE_UNITS,
    WORD_COLUMN_ID,
    WORD_COLUMN_NUMBER,
    WORD_COLUMN_CODE,
    WORD_COLUMN_NAME,
    WORD_COLUMN_LEVEL,
    WORD_COLUMN_LEVELS,
    WORD_COLUMN_TYPE,
    WORD_COLUMN_PARENT,
    WORD_COLUMN_FROM,
    WORD_COLUMN_TO,
    WORD_COLUMN_SUCCESSORS,
    WORD_COLUMN_FORM,
    WORD_COLUMN_NATURE,
    WORD_COLUMN_AGGREGATION,
    WORD_COLUMN_DECIMALS,
    WORD_COLUMN_MEASURE,
    WORD_COLUMN_RULE,
    WORD_COLUMN_CHECKS,
    WORD_COLUMN_SECTION,
    WORD_COLUMN_BODY,
    WORD_COLUMN_REQUIRED,
    WORD_COLUMN_PART_OF,
    WORD_COLUMN_SIGNED,
    WORD_COLUMN_ENGLISH,
    WORD_COLUMN_QUANTITY,
    WORD_COLUMN_FROM_YEAR,
    WORD_COLUMN_S1_FIRST,
    WORD_COLUMN_S1_LAST,
    WORD_COLUMN_S2_FIRST,
    WORD_COLUMN_S2_LAST,
    WORD_COLUMN_WHAT,
    WORD_COLUMN_FIELD,
    WORD_COLUMN_BEFORE,
    WORD_COLUMN_AFTER,
    WORD_DIFF_ADDED,
    WORD_DIFF_REMOVED,
    WORD_DIFF_CATALOGUE,
    WORD_DIFF_CALENDAR,
    WORD_DIFF_LEVEL,
    WORD_DIFF_TYPE,
    WORD_DIFF_SECTION,
    WORD_DIFF_BODY,
    WORD_DIFF_MEASURE,
    WORD_DIFF_FORM,
    WORD_DIFF_INDICATOR,
    WORD_DIFF_UNIT,
    WORD_DIFF_SAME,
    WORD_DIFF_FORMULAS, /* %zu rules */
    WORD_DIFF_REFUSED,  /* %zu problems */
    WORD_DIFF_NUMBER,   /* %u number, %u of the one before */
    WORD_COLUMN_DUE,
    WORD_COLUMN_DUE_TYPES,
    WORD_COLUMN_DUE_PERIODS,
    WORD_COLUMN_FIRST,
    WORD_COLUMN_LAST,
    WORD_COLUMN_WORKING,
    WORD_DIFF_HOLIDAY,
    WORD_DIFF_EXCEPTION,
    WORD_COLUMN_ACCEPT,
    WORD_NATURE_FLOW,
    WORD_NATURE_STOCK,
    WORD_AGGREGATION_SUM,
    WORD_AGGREGATION_MAX,
    WORD_AGGREGATION_MIN,
    WORD_AGGREGATION_DERIVED,
    /* status */
    WORD_STATUS_NODE,
    WORD_STATUS_UNIT,
    WORD_STATUS_CATALOGUE,
    WORD_STATUS_STARTED,
    WORD_STATUS_PARENT,
    WORD_STATUS_PARENT_ROOT,
    WORD_STATUS_PARENT_LINKED,   /* %s endpoint */
    WORD_STATUS_PARENT_UNLINKED, /* %s endpoint */
    WORD_STATUS_PARENT_BROKEN,   /* %s endpoint, %s why */
    WORD_STATUS_REPORTS,
    WORD_STATUS_OUTBOX,
    WORD_STATUS_PARKED,
    WORD_STATUS_QUARANTINE,
    WORD_STATUS_ALARMS,
    WORD_STATUS_DISK,
    WORD_STATUS_REBUILDING,
    WORD_STATUS_RESTORING,
    WORD_STATUS_HEARD,
    WORD_STATUS_NOT_YET,
    WORD_STATUS_NEVER,
    WORD_STATUS_ACKED,
    WORD_STATUS_WAITING, /* %llu entries, %s moment */
    WORD_STATUS_CAMPAIGN,
    WORD_STATUS_CAMPAIGN_COUNTS,   /* %s period, %u filed, %u due, %u missing, %u late */
    WORD_STATUS_CAMPAIGN_COVERED,  /* %u */
    WORD_STATUS_CAMPAIGN_DEADLINE, /* %s day */
    WORD_STATUS_CAMPAIGN_OVERDUE,  /* %u */
    WORD_STATUS_CHILDREN,
    WORD_STATUS_CHILDREN_COUNTS, /* %zu, %zu connected */
    WORD_STATUS_DISK_TEXT,       /* %llu MiB free, %llu MiB reserve */
    WORD_STATUS_STORE,
    WORD_STATUS_STORE_TEXT, /* %llu MiB, %llu MiB at most */
    WORD_STATUS_STORE_LIVE,
    WORD_STATUS_VERIFY,
    WORD_STATUS_BACKUP,
    WORD_STATUS_CARE_OK,      /* %s moment, %llu reports */
    WORD_STATUS_CARE_DIFFERS, /* %s moment, %llu differences */
    WORD_STATUS_CARE_FAILED,  /* %s moment, %s error */
    WORD_STATUS_AGE_SECONDS,  /* %s moment, %lld */
    WORD_STATUS_AGE_MINUTES,  /* likewise */
    WORD_STATUS_AGE_HOURS,
    WORD_STATUS_AGE_DAYS,
    WORD_STATUS_HEALTHY,
    WORD_STATUS_UNHEALTHY,
    WORD_STATUS_HANGS,         /* %s path */
    WORD_STATUS_HANGS_SERVICE, /* %s name */
    WORD_STATUS_NOTICES,
    WORD_STATUS_COULD_START, /* %s command */
    WORD_STATUS_DO_LINK,
    WORD_STATUS_DO_CATALOGUE,
    WORD_STATUS_DO_CATALOGUE_ROOT,
    WORD_STATUS_DO_REBUILD,
    WORD_STATUS_DO_COMPARE,
    WORD_STATUS_DO_OUTBOX,     /* %llu */
    WORD_STATUS_DO_PARKED,     /* %llu */
    WORD_STATUS_DO_QUARANTINE, /* %llu */
    WORD_STATUS_DO_ALARMS,     /* %llu */
    WORD_STATUS_GAVE_UP,       /* %s seconds */
    /* metrics */
    WORD_METRICS_ONE_WAY,
    WORD_METRICS_KEPT_OUT,
    WORD_METRICS_CANNOT_WRITE, /* %s file, %s reason */
    WORD_FOLDER_UNREADABLE,    /* %s folder, %s reason */
    /* verify, backup, restore, export, import; the reasons may be given the node's name */
    WORD_OFFLINE_CLIENT,    /* %s path */
    WORD_OFFLINE_NO_DAEMON, /* %s reason */
    WORD_VERIFY_TEXT_ONLY,
    WORD_VERIFY_RESULT, /* %PRIu64 reports, figures, differences, %s what else */
    WORD_VERIFY_REBUILDING,
    WORD_COLUMN_FILE,
    WORD_COLUMN_DIGEST,
    WORD_COLUMN_ASIDE,
    WORD_BACKUP_DONE, /* %s key file */
    WORD_BACKUP_EXISTS,
    WORD_BACKUP_PLACE,
    WORD_BACKUP_MISSING,
    WORD_BACKUP_FULL,
    WORD_BACKUP_DAMAGED,
    WORD_BACKUP_FAILED,
    WORD_BACKUP_FILE_OR_DIR,
    WORD_BACKUP_KEEP_DIR,
    WORD_BACKUP_REMOVED,     /* %s path */
    WORD_BACKUP_NOT_REMOVED, /* %s path, %s reason */
    WORD_EXPORT_DONE,
    WORD_RESTORE_DONE,
    WORD_RESTORE_ASIDE, /* %s path */
    WORD_RESTORE_START, /* %s node */
    WORD_RESTORE_PARENT,
    WORD_RESTORE_ROOT,
    WORD_RESTORE_KEYS,
    WORD_RESTORE_EXISTS,
    WORD_RESTORE_MISSING,
    WORD_RESTORE_NO_FILE,
    WORD_RESTORE_RUNNING, /* %s node */
    WORD_RESTORE_FOREIGN,
    WORD_RESTORE_DAMAGED,
    WORD_RESTORE_VERSION,
    WORD_RESTORE_FULL,
    WORD_RESTORE_FAILED,
    WORD_IMPORT_DONE,
    WORD_IMPORT_MALFORMED,
    /* values */
    WORD_VALUE_AT_LEAST, /* %s number */
    WORD_VALUE_AT_MOST,  /* %s number */
    WORD_VALUE_ABOUT,    /* %s number */
    WORD_MARK_PARTIAL,   /* %u reports */
    WORD_MARK_IMPLIED,   /* %u reports */
    WORD_MARK_NEGATIVE,  /* %u reports */
    WORD_MARK_UNEVEN,    /* %u least, %u most */
    WORD_MARK_KNOWN,     /* %u known, %u all */
    WORD_MARK_EXACT,     /* %u exact, %u reports */
    WORD_MARK_EARLY,     /* %u reports */
    WORD_MARK_BASELINE,  /* %u reports */
    WORD_MARK_YEARS,     /* %s years */
    WORD_MARK_AS_OF,     /* %u year */
    WORD_MARK_THIN,      /* %u year, %u its reports, %u the most */
    WORD_MARK_CHECK,     /* %s check */
    WORD_UNEQUAL_PREVIOUS,
    WORD_UNEQUAL_PLAN,
    WORD_UNEQUAL_CALENDAR,
    WORD_UNEQUAL_HALF,
    WORD_UNEQUAL_UNITS,
    WORD_UNEQUAL_EARLY,
    WORD_UNEQUAL_BASELINE,
    WORD_UNEQUAL_YEARS,
    /* submit, amend, history */
    WORD_SCOPE_OWN,
    WORD_SCOPE_WHOLE,
    WORD_COLUMN_REVISION,
    WORD_COLUMN_RESULT,
    WORD_RESULT_ACCEPTED,
    WORD_RESULT_WAITING,
    WORD_RESULT_UNCHANGED,
    WORD_RESULT_RETURNED,
    WORD_RESULT_REFUSED,
    WORD_RESULT_UNKNOWN,
    WORD_RESULT_NOT_SENT,
    WORD_RESULT_CHECKED,
    WORD_FILING_FIRST,     /* %zu figures */
    WORD_FILING_BASE,      /* %llu revision */
    WORD_FILING_UNCHANGED, /* %llu revision, as in the next ones */
    WORD_FILING_ANSWERS,
    WORD_FILING_STAYS_RETURNED,
    WORD_FILING_ALONE,
    WORD_FILING_SAME,
    WORD_FILING_WITHDRAWS,
    WORD_FILING_RESTORES,
    WORD_FILING_NOT_SAFE,
    WORD_FILING_NO_PARENT,
    WORD_FILING_REPLACED, /* %PRIu64 revision, %s unit, %s form */
    WORD_FILING_BAD_TEXT, /* %s option, %zu bytes */
    WORD_FILING_NOTE_NEEDED,
    WORD_WARNINGS_FOUND, /* %zu warnings */
    WORD_SUBMIT_ONE_SOURCE,
    WORD_SUBMIT_SOURCE_OF_WHOLE,
    WORD_SUBMIT_NEEDED_COLUMNS,
    WORD_AMEND_VALUE_OR_REMOVE,
    WORD_AMEND_NO_REPORT, /* %s form */
    WORD_AMEND_NO_CELL,   /* %s indicator */
    WORD_HISTORY_EMPTY,
    WORD_CELLS_WHOLE_REPORT,
    WORD_COLUMN_COUNTS,
    WORD_COLUMN_SAFE,
    WORD_COLUMN_HELD_BY,
    WORD_COLUMN_SCOPE,
    WORD_COLUMN_CELLS,
    WORD_COLUMN_WITHDRAWN,
    WORD_COLUMN_RECORDED_BY,
    WORD_COLUMN_REASON,
    WORD_COLUMN_SOURCE,
    /* totals, coverage, explain */
    WORD_PERIOD_BAD,
    WORD_TOTALS_CATALOGUE, /* %u number */
    WORD_COLUMN_FIGURE,
    WORD_TOTALS_PERIOD,
    WORD_TOTALS_PERIOD_EXTRA,
    WORD_TOTALS_PLAN_ITSELF,
    WORD_TOTALS_TWICE,   /* %s option, %s value */
    WORD_TOTALS_NO_SUCH, /* %s section, %s body */
    WORD_COLUMN_PLAN,
    WORD_COLUMN_DONE,
    WORD_COLUMN_CHANGE,
    WORD_COLUMN_UNIT_COUNT,
    WORD_COLUMN_MARKS,
    WORD_COLUMN_PERIOD,
    WORD_COLUMN_RECEIVED,
    WORD_COLUMN_AUTHOR,
    WORD_COLUMN_TIMELY,
    WORD_COLUMN_FILED,
    WORD_COLUMN_MET_BY,
    WORD_COLUMN_COVERED_BY,
    WORD_COVERAGE_MISSING,
    WORD_COVERAGE_WAITING,
    WORD_COVERAGE_ACCEPTED,
    WORD_COVERAGE_RETURNED,
    WORD_COVERAGE_COVERED,
    WORD_COVERAGE_EARLY,
    WORD_COVERAGE_ON_TIME,
    WORD_COVERAGE_LATE,
    WORD_COVERAGE_SUMMARY, /* %u due, filed, accepted, covered, late */
    WORD_COVERAGE_COMPLETE,
    WORD_COVERAGE_COUNT, /* %u how many, %s of which */
    WORD_COVERAGE_UNTIMED,
    WORD_COVERAGE_NIL,
    WORD_COVERAGE_NOT_DUE,
    WORD_COVERAGE_NOT_DUE_ACCEPTED,
    WORD_COVERAGE_NOT_DUE_RETURNED,
    WORD_COVERAGE_NOT_OBLIGED,
    WORD_COVERAGE_UNTIL,
    WORD_COVERAGE_ARRIVED,
    WORD_COVERAGE_CLOCK,
    WORD_COVERAGE_CLOCK_OFF,
    WORD_COLUMN_COUNT_DUE,
    WORD_COLUMN_COUNT_FILED,
    WORD_COLUMN_COUNT_COVERED,
    WORD_COLUMN_COUNT_MISSING,
    WORD_COLUMN_COUNT_ACCEPTED,
    WORD_COLUMN_COUNT_WAITING,
    WORD_COLUMN_COUNT_RETURNED,
    WORD_COLUMN_COUNT_EARLY,
    WORD_COLUMN_COUNT_ON_TIME,
    WORD_COLUMN_COUNT_LATE,
    WORD_COLUMN_COUNT_UNTIMED,
    WORD_COLUMN_COUNT_NIL,
    WORD_COLUMN_COUNT_NOT_OBLIGED,
    WORD_COVERAGE_TOTAL,
    WORD_COVERAGE_ONE_VIEW,
    WORD_COVERAGE_BY,    /* %s text */
    WORD_COVERAGE_TREND, /* %d most, %s text */
    WORD_COVERAGE_OLD_NODE,
    WORD_EXPLAIN_COVERED,
    WORD_EXPLAIN_NOT_COUNTED,
    WORD_EXPLAIN_LONE_HALF,
    WORD_EXPLAIN_SOURCE, /* %s source */
    WORD_EXPLAIN_REVISION,
    WORD_EXPLAIN_SINCE,     /* %s moment, %s figures */
    WORD_EXPLAIN_UNCHANGED, /* %s moment */
    WORD_EXPLAIN_COUNTS,
    WORD_EXPLAIN_PART,
    WORD_EXPLAIN_WITHOUT,
    WORD_EXPLAIN_WITHOUT_COUNT, /* %u units */
    WORD_EXPLAIN_COVERAGE,      /* %u due, %u missing */
    WORD_EXPLAIN_PASSES,        /* of a unit that a count asks, likewise the next two */
    WORD_EXPLAIN_FAILS,
    WORD_EXPLAIN_UNDECIDED,
    WORD_COLUMN_CONDITION,
    WORD_TOTALS_LONE_HALVES, /* %u reports */
    WORD_TOTALS_UNRANKED,    /* %u units */
    WORD_TOTALS_NO_ROWS,     /* %s what --by names, %s unit */
    WORD_TOTALS_SPLIT_YEAR,
    WORD_EXPLAIN_BRIEF,
    WORD_EXPLAIN_SINCE_ALONE,
    /* quarantine */
    WORD_COLUMN_SIZE,
    WORD_QUARANTINE_EMPTY,
    WORD_QUARANTINE_CLEARED_ONE, /* %lld number */
    WORD_QUARANTINE_NO_REPORT,   /* %lld number, %u bytes, %s reason */
    WORD_QUARANTINE_FILE,        /* in that command */
    WORD_QUARANTINE_FILE_AGAIN,  /* %s command */
    WORD_QUARANTINE_FILE_EMPTY_AGAIN,
    WORD_COLUMN_KEPT,
    WORD_COLUMN_WHY_THERE,
    WORD_COLUMN_KIND,
    WORD_KIND_ACTUAL,
    WORD_KIND_PLAN,
    /* rekey */
    WORD_REKEY_CANNOT_WRITE, /* %s path, %s reason */
    WORD_REKEY_NOT_PREPARED, /* %s path */
    WORD_REKEY_NO_UNIT,
    WORD_REKEY_PREPARED,  /* %s path, %s key, %s path */
    WORD_REKEY_REPLACE,   /* %d step, as in the next ones */
    WORD_REKEY_COMMIT,    /* ..., %s command */
    WORD_REKEY_COMMITTED, /* %s path, %s path */
    WORD_REKEY_DONE,      /* %s path */
    WORD_REKEY_RESTART,   /* ..., %s command */
    WORD_REKEY_BY_HAND,
    WORD_REKEY_BENEATH, /* ..., %s key */
    WORD_REKEY_CHECK,   /* ..., %s command, %s path */
    /* figures in sentences */
    WORD_SPOKEN_AT_LEAST, /* %s number, as in the next ones */
    WORD_SPOKEN_AT_MOST,
    WORD_SPOKEN_FROM,     /* at least, of zero and what is below it */
    WORD_SPOKEN_FROM_TO,  /* %s number, %s number */
    WORD_SPOKEN_ORDER,    /* %s order of magnitude, without a measure behind it */
    WORD_SPOKEN_ORDER_OF, /* %s order of magnitude, with one */
    WORD_SCALE_THOUSAND,
    WORD_SCALE_MILLION,
    WORD_SCALE_BILLION,
    WORD_MAGNITUDE_FIRST, /* 10, and from here each is ten times the one before */
    WORD_MAGNITUDE_2,
    WORD_MAGNITUDE_3,
    WORD_MAGNITUDE_4,
    WORD_MAGNITUDE_5,
    WORD_MAGNITUDE_6,
    WORD_MAGNITUDE_7,
    WORD_MAGNITUDE_8,
    WORD_MAGNITUDE_9,
    WORD_MAGNITUDE_10,
    WORD_MAGNITUDE_11,
    WORD_MAGNITUDE_12,
    WORD_MAGNITUDE_13,
    WORD_MAGNITUDE_LAST,
    WORD_CHANGE_UP,   /* %s figure */
    WORD_CHANGE_DOWN, /* %s figure */
    WORD_CHANGE_NONE,
    WORD_CHANGE_ABOUT_NONE,
    WORD_CHANGE_NOT_UP,
    WORD_CHANGE_NOT_DOWN,
    WORD_CHANGE_UP_OR_DOWN, /* %s number: at least so far below zero */
    WORD_CHANGE_DOWN_OR_UP, /* %s number: at most so far above it */
    WORD_CHANGE_UNCERTAIN,  /* %s number below zero, %s number above */
    /* phrase */
    WORD_PHRASE_PERIOD_BAD,
    WORD_PHRASE_ERRORS,  /* %zu errors */
    WORD_PHRASE_MISSING, /* %s placeholder, %s code of the unit, %s its name, %s period, %s dash */
    WORD_PHRASE_MARKS,   /* likewise, %s marks */
    WORD_PHRASE_NO_SPANS,
    WORD_PHRASE_OTHER_UNITS,
    WORD_PHRASE_OTHER_DAYS,
    WORD_PHRASE_NO_DIRECTION,
    WORD_PHRASE_NO_DIRECTION_DASH,
    WORD_PERIOD_YEAR, /* %u year */
    WORD_PERIOD_S1,   /* %u year */
    WORD_PERIOD_S2,   /* %u year */
    WORD_PERIOD_SPAN, /* %u first year, %u last year */
    /* close, editions */
    WORD_EDITION_ESTIMATE,
    WORD_EDITION_PRELIMINARY,
    WORD_EDITION_OFFICIAL,
    WORD_EDITION_UNKNOWN,
    WORD_EDITION_CHOICE,
    WORD_EDITION_CLOSED,      /* %s code, %s name of the unit, %s period, %s rank, %u number */
    WORD_EDITION_WOULD_CLOSE, /* likewise, without the number */
    WORD_EDITION_COUNTS,      /* %u due, %u filed, %u missing, %u catalogue */
    WORD_EDITION_TITLE,       /* %s code, %s name of the unit, %s period */
    WORD_EDITION_NONE,
    WORD_EDITION_OF_TOTALS, /* %u number, %s rank, %s code, %s name, %s moment */
    WORD_EDITION_NOT_KNOWN,
    WORD_EDITION_SIDE, /* %u number, %s rank, %s moment */
    WORD_EDITION_NOW,
    WORD_EDITION_SAME,
    WORD_EDITION_TO_ALONE,
    WORD_EDITION_FILTER_ALONE,
    WORD_COLUMN_EDITION,
    WORD_COLUMN_RANK,
    WORD_COLUMN_FROZEN,
    WORD_COLUMN_PERSON,
    WORD_COLUMN_DUE_COUNT,
    WORD_COLUMN_FILED_COUNT,
    WORD_COLUMN_MISSING_COUNT,
    WORD_COLUMN_CAUSE,
    WORD_CAUSE_FILED,
    WORD_CAUSE_LATE,
    WORD_CAUSE_CORRECTED,
    WORD_CAUSE_WITHDRAWN,
    WORD_CAUSE_RETURNED,
    WORD_CAUSE_ACCEPTED,
    WORD_CAUSE_CATALOGUE, /* %u before, %u after */
    /* inbox, remind, reopen, watch */
    WORD_NOTICE_OTHER,
    WORD_NOTICE_ACCEPTED,
    WORD_NOTICE_RETURNED,
    WORD_NOTICE_REMINDED,
    WORD_NOTICE_SEEN,
    WORD_NOTICE_CLOSED,
    WORD_NOTICE_REOPENED,
    WORD_NOTICE_REOPEN_ENDED,
    WORD_NOTICE_UNTIL,    /* %s day or time */
    WORD_NOTICE_FORM,     /* %s code */
    WORD_NOTICE_REVISION, /* %s number */
    WORD_NOTICE_RANK,     /* %s rank */
    WORD_NOTICE_AUTHOR,   /* %s code, %s name of the unit */
    WORD_NOTICE_WHY,
    WORD_NOTICE_SAYS,
    WORD_NOTICE_CELLS,
    WORD_INBOX_TITLE, /* %zu entries, %zu open */
    WORD_INBOX_EMPTY,
    WORD_INBOX_ANSWERED, /* %s number */
    WORD_INBOX_FILE_AGAIN,
    WORD_INBOX_FILE,
    WORD_INBOX_SETTLED,
    WORD_INBOX_COUNT,    /* %s number */
    WORD_INBOX_DEADLINE, /* %s day, as in the next two */
    WORD_INBOX_REOPENED,
    WORD_INBOX_ENDED,
    WORD_INBOX_SEEN,     /* %s moment, %s person */
    WORD_INBOX_NOT_SEEN, /* %s moment */
    WORD_INBOX_NOT_DELIVERED,
    WORD_INBOX_NOT_NOTED, /* %zu entries */
    WORD_REMIND_DONE,     /* %u how many */
    WORD_REMIND_DUE,
    WORD_REMIND_EARLY, /* %s moment, %s moment */
    WORD_REMIND_NOTHING,
    WORD_REMIND_CLOSED,
    WORD_REMIND_NOBODY,
    WORD_REOPEN_UNTIL, /* %s text */
    WORD_REOPEN_PAST,  /* %s text */
    WORD_WATCH_REPORT,
    WORD_WATCH_AWAY, /* %s reason */
    WORD_WATCH_BACK,
    WORD_WATCH_RESTARTED,
    WORD_WATCH_NO_CURSOR, /* %s file */
    /* accept, return, history */
    WORD_MARK_WHICH_FORM,
    WORD_MARK_NO_INDICATOR, /* %s code */
    WORD_MARK_MANY_CELLS,   /* %d at most */
    WORD_HISTORY_RETURNED,  /* %s person, %s unit, %s moment */
    WORD_HISTORY_ACCEPTED,  /* likewise */
    WORD_HISTORY_ANSWERS,   /* %llu revision */
    /* totals --waiting */
    WORD_COLUMN_WAITING,
    WORD_TOTALS_WAITING_NOT_KNOWN,
    /* receipt */
    WORD_RECEIPT_OTHER_CONTENT,
    WORD_RECEIPT_NOT_ONE, /* %s file, %s field */
    WORD_RECEIPT_CHECK_ALONE,
    WORD_RECEIPT_HELD, /* %s revision, as in the next ones */
    WORD_RECEIPT_DIFFERS,
    WORD_RECEIPT_REPLACED,
    WORD_RECEIPT_NOT_HELD,
    WORD_RECEIPT_OTHER_UNIT,
    WORD_RECEIPT_OTHER_TIME,
    WORD_RECEIPT_RENUMBERED, /* %s the number here */
    WORD_RECEIPT_RECEIVED,   /* %s time */
    WORD_RECEIPT_HERE_SINCE, /* %s time */
    WORD_RECEIPT_WITHDRAWAL,
    WORD_RECEIPT_RETURNED,
    WORD_RECEIPT_NOT_COUNTED,
    WORD_RECEIPT_EARLIER, /* %s time of the receipt */
    WORD_RECEIPT_UNKNOWN, /* %s revision */
    /* Add the words of another command at the end, under a comment with its name. */
    WORD_COUNT
};

/* The text in the language wanted; static storage, never NULL. */
const char *words(bool is_english, enum word id);
/* A name in the language wanted: in Vietnamese where it has none in English (""). */
const char *words_name(bool is_english, const char *vi, const char *en);

/* What an error code, as it stands in a refusal, means and what to do about it. A code that this
 * version does not know has words too. */
const char *words_of_error(bool is_english, const char *code);

/* Chooses the language: `option` ("vi", "en", or NULL for none given), else TONGHOP_LANG, else
 * Vietnamese if the first set one of LC_ALL, LC_MESSAGES and LANG begins with "vi", else English.
 * False, with nothing chosen, when `option` is another language; such a TONGHOP_LANG is ignored. */
bool words_choose(const char *option, bool *ret_is_english);

#endif
