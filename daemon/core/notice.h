/* What a notice is about: a small fact about a unit or a report, such as "returned, because ...",
 * which all nodes hold that lie between who says it and the unit's home, and all above them. */
#ifndef CORE_NOTICE_H
#define CORE_NOTICE_H

#include "core/report.h"

enum notice_type {
    NOTICE_ACCEPTED = 1,
    NOTICE_RETURNED = 2,
    NOTICE_REMINDER = 3,
    NOTICE_HEARD = 4,   /* another notice has come to the unit's home, or somebody has seen it */
    NOTICE_CLOSING = 5, /* a period takes in no more, or an edition was made of it */
    NOTICE_REOPENING = 6,
    NOTICE_CLOCK = 7, /* the clock of its home was wrong when it was filed; `number` is when it came
                         to the node above, in microseconds since 1970 */
};
enum { NOTICE_TYPE_LAST = NOTICE_CLOCK, NOTICE_ABOUT_SIZE = 16 };

/* Of one key the latest notice stands. */
struct notice_key {
    struct report_key report; /* form 0: the unit's reports of that kind and period */
    uint8_t type;             /* enum notice_type */
    uint32_t author;          /* the unit whose node says it */
    uint64_t number;          /* of the revision or edition; of HEARD: the type of what was heard */
    uint8_t about[NOTICE_ABOUT_SIZE]; /* the first bytes of the digest of a filing's bytes, or 0 */
};

bool notice_key_equal(const struct notice_key *a, const struct notice_key *b);

#endif
