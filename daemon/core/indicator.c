/* Small questions about indicators, so that nobody spells the answers out. */
#include "core/indicator.h"

bool indicator_is_entered(const struct indicator *indicator)
{
    return indicator->aggregation != AGGREGATION_DERIVED;
}

const char *indicator_name(const struct indicator *indicator, bool english)
{
    return english && indicator->name_en[0] != '\0' ? indicator->name_en : indicator->name_vi;
}
