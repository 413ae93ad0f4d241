/* One table: a metric is a field of the answer to `tonghop status`, or of one of its parts. All are
 * gauges: a node tells how it is, it does not count since when.
 *
 * Moments are in seconds, with a fraction made of digits: no figure goes through a floating point
 * number. A moment that has not been, and a part that is not there, has no sample. */
#include "client/metrics.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "client/health.h"

enum part {
    PART_NODE,
    PART_PARENT, /* of a node that has one: fields of the node's, too */
    PART_CAMPAIGN,
    PART_VERIFY,
    PART_BACKUP,
    PART_CHILD, /* one sample for each */
};

enum value {
    VALUE_U32,
    VALUE_U64,
    VALUE_SIZE,
    VALUE_FLAG,   /* 0 or 1 */
    VALUE_MOMENT, /* microseconds in the message, seconds in the metric; 0: no sample */
    VALUE_GOOD,   /* a care result: 1 if it went well */
    VALUE_HEALTHY /* of the whole status */
};

struct metric {
    const char *name;
    enum part part;
    enum value value;
    size_t offset;
    const char *help;
};

#define STATUS(member)   offsetof(Tonghop__Status, member)
#define CAMPAIGN(member) offsetof(Tonghop__Campaign, member)
#define CARE(member)     offsetof(Tonghop__Care, member)
#define LINK(member)     offsetof(Tonghop__Link, member)

static const struct metric metrics[] = {
    {"tonghop_healthy", PART_NODE, VALUE_HEALTHY, 0,
     "Whether nothing needs a person, as the exit status of tonghop status says."},
    {"tonghop_problems", PART_NODE, VALUE_SIZE, STATUS(n_problems),
     "Problems that the node itself names in tonghop status."},
    {"tonghop_start_time_seconds", PART_NODE, VALUE_MOMENT, STATUS(started_us),
     "When the daemon was started, in seconds since 1970."},
    {"tonghop_catalogue_number", PART_NODE, VALUE_U32, STATUS(catalogue),
     "Number of the catalogue in force, 0 if there is none."},
    {"tonghop_reports", PART_NODE, VALUE_U64, STATUS(report_count), "Reports held."},
    {"tonghop_quarantine_entries", PART_NODE, VALUE_U64, STATUS(quarantine_count),
     "Messages and reports kept for a person."},
    {"tonghop_alarms", PART_NODE, VALUE_U64, STATUS(alarm_count),
     "Nodes beneath that make other totals of the same reports."},
    {"tonghop_rebuilding", PART_NODE, VALUE_FLAG, STATUS(rebuilding),
     "Whether totals are being rebuilt under a new catalogue."},
    {"tonghop_restoring", PART_NODE, VALUE_FLAG, STATUS(restoring),
     "Whether nothing is taken in until all that the node above holds is here."},
    {"tonghop_disk_free_bytes", PART_NODE, VALUE_U64, STATUS(disk_free_bytes),
     "Room left on the disk of the state folder."},
    {"tonghop_disk_reserve_bytes", PART_NODE, VALUE_U64, STATUS(disk_reserve_bytes),
     "With less room left than this, nothing is taken in."},
    {"tonghop_store_size_bytes", PART_NODE, VALUE_U64, STATUS(store_bytes),
     "Bytes of the data file that have been used so far."},
    {"tonghop_store_live_bytes", PART_NODE, VALUE_U64, STATUS(store_live_bytes),
     "Bytes of the data file that hold something now."},
    {"tonghop_store_limit_bytes", PART_NODE, VALUE_U64, STATUS(map_bytes),
     "The most that the data file may grow to."},
    {"tonghop_parent_linked", PART_PARENT, VALUE_FLAG, STATUS(parent_linked),
     "Whether there is a link with the node above. The root has none."},
    {"tonghop_parent_comparing", PART_PARENT, VALUE_FLAG, STATUS(comparing),
     "Whether this node and the one above are finding out what they hold differently."},
    {"tonghop_parent_last_heard_timestamp_seconds", PART_PARENT, VALUE_MOMENT,
     STATUS(parent_heard_us), "When the node above was last heard."},
    {"tonghop_parent_last_ack_timestamp_seconds", PART_PARENT, VALUE_MOMENT,
     STATUS(parent_acked_us), "When the node above last acknowledged something."},
    {"tonghop_outbox_entries", PART_PARENT, VALUE_U64, STATUS(outbox_count),
     "What the node above does not hold yet."},
    {"tonghop_outbox_parked_entries", PART_PARENT, VALUE_U64, STATUS(parked_count),
     "Of the outbox, what the node above did not take."},
    {"tonghop_outbox_oldest_timestamp_seconds", PART_PARENT, VALUE_MOMENT, STATUS(waiting_since_us),
     "Since when the oldest report of the outbox waits."},
    {"tonghop_campaign_due_reports", PART_CAMPAIGN, VALUE_U32, CAMPAIGN(due_count),
     "Reports that units of this subtree owe in the current campaign."},
    {"tonghop_campaign_filed_reports", PART_CAMPAIGN, VALUE_U32, CAMPAIGN(filed_count),
     "Of those due, what units have filed."},
    {"tonghop_campaign_accepted_reports", PART_CAMPAIGN, VALUE_U32, CAMPAIGN(accepted_count),
     "Of those filed, what was accepted."},
    {"tonghop_campaign_covered_reports", PART_CAMPAIGN, VALUE_U32, CAMPAIGN(covered_count),
     "Of those due, not filed, and covered by a whole report of a unit above."},
    {"tonghop_campaign_missing_reports", PART_CAMPAIGN, VALUE_U32, CAMPAIGN(missing_count),
     "Of those due, what is neither filed nor covered."},
    {"tonghop_campaign_late_reports", PART_CAMPAIGN, VALUE_U32, CAMPAIGN(late_count),
     "Of those filed, what was first filed after the deadline."},
    {"tonghop_campaign_overdue_reports", PART_CAMPAIGN, VALUE_U32, CAMPAIGN(overdue_count),
     "Of those missing, what had to be filed by now."},
    {"tonghop_campaign_deadline_timestamp_seconds", PART_CAMPAIGN, VALUE_MOMENT,
     CAMPAIGN(deadline_us), "End of the next deadline's day, or of the last one."},
    {"tonghop_verify_good", PART_VERIFY, VALUE_GOOD, CARE(result),
     "Whether the last verification found no difference."},
    {"tonghop_verify_last_timestamp_seconds", PART_VERIFY, VALUE_MOMENT, CARE(time_us),
     "When the last verification was made."},
    {"tonghop_verify_differences", PART_VERIFY, VALUE_U64, CARE(differences),
     "Differences that the last verification found."},
    {"tonghop_backup_good", PART_BACKUP, VALUE_GOOD, CARE(result),
     "Whether the last backup was made and verified."},
    {"tonghop_backup_last_timestamp_seconds", PART_BACKUP, VALUE_MOMENT, CARE(time_us),
     "When the last backup was made, or failed."},
    {"tonghop_child_connected", PART_CHILD, VALUE_FLAG, LINK(connected),
     "Whether an enrolled node beneath is connected."},
    {"tonghop_child_last_heard_timestamp_seconds", PART_CHILD, VALUE_MOMENT, LINK(heard_us),
     "When a node beneath was last heard."},
    {"tonghop_child_last_ack_timestamp_seconds", PART_CHILD, VALUE_MOMENT, LINK(acked_us),
     "When a node beneath was last acknowledged something."},
};

/* ---- samples ---- */

static void put_head(const char *name, const char *help, struct buf *out)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* The value of a label: what would end it is escaped. */
static void put_escaped(const char *text, struct buf *out)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\n')
            buf_printf(out, "\\n");
        else if (*at == '\\' || *at == '"')
            buf_printf(out, "\\%c", *at);
        else
            buf_put_u8(out, (uint8_t)*at);
    }
}

static void put_label(const char *name, const char *value, struct buf *out)
{
    buf_printf(out, ",%s=\"", name);
    put_escaped(value, out);
    buf_printf(out, "\"");
}

/* `name{node="...",unit="..."`, to be followed by more labels, "} " and a value. */
static void put_begin(const char *name, const struct scrape *scrape, struct buf *out)
{
    buf_printf(out, "%s{node=\"", name);
    put_escaped(scrape->name, out);
    buf_printf(out, "\",unit=\"%" PRIu32 "\"", scrape->unit);
}

static void put_moment(int64_t us, struct buf *out)
{
    buf_printf(out, "%" PRId64 ".%06" PRId64 "\n", us / 1000000, us % 1000000);
}

static uint64_t number_at(const void *message, const struct metric *metric)
{
    const char *field = (const char *)message + metric->offset;
    uint32_t u32;
    uint64_t u64;
    size_t size;
    protobuf_c_boolean flag;
    Tonghop__CareResult result;
    switch (metric->value) {
    case VALUE_U32:
        memcpy(&u32, field, sizeof(u32));
        return u32;
    case VALUE_U64:
    case VALUE_MOMENT: /* never negative */
        memcpy(&u64, field, sizeof(u64));
        return u64;
    case VALUE_SIZE:
        memcpy(&size, field, sizeof(size));
        return size;
    case VALUE_FLAG:
        memcpy(&flag, field, sizeof(flag));
        return flag ? 1 : 0;
    case VALUE_GOOD:
        memcpy(&result, field, sizeof(result));
        return result == TONGHOP__CARE_RESULT__CARE_RESULT_OK ? 1 : 0;
    case VALUE_HEALTHY:
        return health_is_good(message) ? 1 : 0;
    }
    return 0;
}

static void put_sample(const struct metric *metric, const struct scrape *scrape,
                       const void *message, const Tonghop__UnitInfo *child, struct buf *out)
{
    uint64_t number = number_at(message, metric);
    if (metric->value == VALUE_MOMENT && number == 0)
        return;
    put_begin(metric->name, scrape, out);
    if (metric->part == PART_CAMPAIGN)
        put_label("period", scrape->status->campaign->period, out);
    if (child != NULL) {
        buf_printf(out, ",child=\"%" PRIu32 "\"", child->id);
        put_label("child_code", child->code, out);
    }
    buf_printf(out, "} ");
    if (metric->value == VALUE_MOMENT)
        put_moment((int64_t)number, out);
    else
        buf_printf(out, "%" PRIu64 "\n", number);
}

/* The message that the metric is a field of, NULL if there is none. */
static const void *message_of(const struct metric *metric, const Tonghop__Status *status)
{
    switch (metric->part) {
    case PART_NODE:
        return status;
    case PART_PARENT:
        return status->has_parent ? status : NULL;
    case PART_CAMPAIGN:
        return status->campaign;
    case PART_VERIFY:
        return status->verify;
    case PART_BACKUP:
        return status->backup;
    case PART_CHILD:
        break;
    }
    return NULL;
}

static void put_metric(const struct metric *metric, const struct scrape *scrape, struct buf *out)
{
    const Tonghop__Status *status = scrape->status;
    const void *message = message_of(metric, status);
    if (message != NULL)
        put_sample(metric, scrape, message, NULL, out);
    for (size_t i = 0; metric->part == PART_CHILD && i < status->n_children; i++)
        put_sample(metric, scrape, status->children[i], status->children[i]->unit, out);
}

/* ---- what is true of a node that does not answer, too ---- */

static void put_build(const char *version, struct buf *out)
{
    put_head("tonghop_build_info", "The program that made this: always 1.", out);
    buf_printf(out, "tonghop_build_info{version=\"");
    put_escaped(version, out);
    buf_printf(out, "\"} 1\n");
}

static void put_up(const struct scrape *scrapes, size_t count, struct buf *out)
{
    put_head("tonghop_up", "Whether the node answers.", out);
    for (size_t i = 0; i < count; i++) {
        put_begin("tonghop_up", &scrapes[i], out);
        buf_printf(out, "} %d\n", scrapes[i].status != NULL ? 1 : 0);
    }
}

static void put_configuration(const struct scrape *scrapes, size_t count, struct buf *out)
{
    put_head("tonghop_configuration_good",
             "Whether the configuration reads: without it the node would not start again.", out);
    for (size_t i = 0; i < count; i++) {
        put_begin("tonghop_configuration_good", &scrapes[i], out);
        buf_printf(out, "} %d\n", scrapes[i].has_mistakes ? 0 : 1);
    }
}

static void put_info(const struct scrape *scrapes, size_t count, struct buf *out)
{
    put_head("tonghop_node_info", "The node's software, and its unit's code and name: always 1.",
             out);
    for (size_t i = 0; i < count; i++) {
        const Tonghop__Status *status = scrapes[i].status;
        if (status == NULL)
            continue;
        put_begin("tonghop_node_info", &scrapes[i], out);
        put_label("software", status->software, out);
        put_label("unit_code", status->unit->code, out);
        put_label("unit_name", status->unit->name_vi, out);
        buf_printf(out, "} 1\n");
    }
}

void metrics_format(const struct scrape *scrapes, size_t count, const char *version,
                    struct buf *out)
{
    put_build(version, out);
    put_up(scrapes, count, out);
    put_configuration(scrapes, count, out);
    put_info(scrapes, count, out);
    for (size_t m = 0; m < sizeof(metrics) / sizeof(metrics[0]); m++) {
        put_head(metrics[m].name, metrics[m].help, out);
        for (size_t i = 0; i < count; i++)
            if (scrapes[i].status != NULL)
                put_metric(&metrics[m], &scrapes[i], out);
    }
}
