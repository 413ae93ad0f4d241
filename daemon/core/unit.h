/* Units: the members of the tree.
 *
 * A unit's id is unique for all time and is the only thing anything is keyed by. What people know,
 * its code, name, type, level and parent, is dated: a unit is a list of versions. 3,316 of the
 * 3,321 commune codes of 2025 reuse an older unit's code, so a code says nothing without a date. */
#ifndef CORE_UNIT_H
#define CORE_UNIT_H

#include "core/instant.h"

enum { UNIT_CODE_MAX = 32, UNIT_NAME_MAX = 200 }; /* bytes of UTF-8 */
enum { UNIT_VERSIONS_MAX = 64, UNIT_SUCCESSORS_MAX = 256 };

struct unit_version {
    struct date from; /* first day, DATE_MIN if open */
    struct date to;   /* last day, DATE_MAX if open */
    uint32_t parent;  /* unit id, 0 for the root of the tree */
    uint8_t level;    /* index into catalogue.levels; 0 is the topmost */
    uint8_t type;     /* index into catalogue.types */
    char *code;
    char *name_vi;
    char *name_en; /* may be empty, never NULL */
    uint32_t line; /* of the file it was read from, 0 if it came over the wire */
};

struct unit {
    uint32_t id; /* never 0, never reused */
    struct unit_version *versions;
    size_t version_count; /* at least 1; windows in order, adjacent, not overlapping */
    uint32_t *successors; /* unit ids that took over when it ended */
    size_t successor_count;
    uint32_t successors_line; /* in the author's table, of the first row that names any; 0: none */
};

/* The version valid on `day`, or NULL. */
const struct unit_version *unit_at(const struct unit *unit, struct date day);
struct date unit_begin(const struct unit *unit);
struct date unit_end(const struct unit *unit);
/* The name in "vi" or "en"; the Vietnamese one where there is no English one. */
const char *unit_name(const struct unit_version *version, bool english);

#endif
