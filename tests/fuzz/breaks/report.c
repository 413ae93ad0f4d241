/* The last cell of a report is left out when there are more than eight.
 *
 * Law: a report packs without loss */
#include "wire/wire.h"

void __real_wire_pack_filing(const struct report *report, struct buf *out);
void __wrap_wire_pack_filing(const struct report *report, struct buf *out);

void __wrap_wire_pack_filing(const struct report *report, struct buf *out)
{
    struct report changed = *report;
    if (changed.cell_count > 8)
        changed.cell_count--;
    __real_wire_pack_filing(&changed, out);
}
