/* Look-ups in the dated versions of a unit. There are few, so a scan is the fastest search. */
#include "core/unit.h"

const struct unit_version *unit_at(const struct unit *unit, struct date day)
{
    for (size_t i = 0; i < unit->version_count; i++) {
        const struct unit_version *version = &unit->versions[i];

        if (date_compare(version->from, day) <= 0 && date_compare(day, version->to) <= 0)
            return version;
    }
    return NULL;
}

struct date unit_begin(const struct unit *unit)
{
    return unit->versions[0].from;
}

struct date unit_end(const struct unit *unit)
{
    return unit->versions[unit->version_count - 1].to;
}

const char *unit_name(const struct unit_version *version, bool english)
{
    return english && version->name_en[0] != '\0' ? version->name_en : version->name_vi;
}
