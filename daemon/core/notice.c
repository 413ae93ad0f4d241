#include "core/notice.h"

#include <string.h>

bool notice_key_equal(const struct notice_key *a, const struct notice_key *b)
{
    return report_key_equal(&a->report, &b->report) && a->type == b->type &&
           a->author == b->author && a->number == b->number &&
           memcmp(a->about, b->about, sizeof a->about) == 0;
}
