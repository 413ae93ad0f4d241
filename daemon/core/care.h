/* What the last verification or backup came to, as it is left in the state folder:
 *
 *     time 1732150000000000        microseconds since 1970
 *     result ok                    or differs (verify), or failed
 *     reports 1234
 *     differences 0                of a verification
 *     error io                     of one that failed
 *     good 1732150000000000        when one last went well; not there if none ever did
 *
 * One line for each, "name value". Lines with other names are of a later version: they are passed
 * over. */
#ifndef CORE_CARE_H
#define CORE_CARE_H

#include "core/buf.h"
#include "core/instant.h"

/* In the state folder. */
#define CARE_VERIFY_FILE "last-verify"
#define CARE_BACKUP_FILE "last-backup"

enum { CARE_FILE_MAX = 4096, CARE_ERROR_SIZE = 32 };

enum care_result {
    CARE_NEVER = 0, /* there is no such file */
    CARE_OK = 1,
    CARE_DIFFERS = 2,
    CARE_FAILED = 3,
};

struct care {
    enum care_result result;
    struct instant time;
    uint64_t reports, differences;
    struct instant good;         /* when one last went well; 0: not known */
    char error[CARE_ERROR_SIZE]; /* the name of an error, or "" */
};

/* Appends the text of a record, whose result is not CARE_NEVER. */
void care_format(const struct care *care, struct buf *out);
/* ERR_SYNTAX: there is no time or no result in it, or a line does not read. */
enum err care_parse(struct span text, struct care *ret_care);

#endif
