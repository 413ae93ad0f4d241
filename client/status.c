/* A line for people is made of several fields; a program gets them one by one. */
#include "client/status.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "client/role.h"
#include "core/buf.h"
#include "core/counted.h"
#include "core/mem.h"

enum { LINES_MAX = 24, MIB = 1 << 20 };

static const int64_t second_us = 1000000;

/* ---- for people ---- */

struct line {
    enum word heading;
    char *text;
};

struct lines {
    bool is_english;
    int64_t now_us; /* the node's clock */
    struct line items[LINES_MAX];
    size_t count;
};

/* Takes ownership of `text`. */
static void take_line(struct lines *lines, enum word heading, char *text)
{
    assert(lines->count < LINES_MAX);
    lines->items[lines->count++] = (struct line){heading, text};
}

static void add_count(struct lines *lines, enum word heading, uint64_t count)
{
    take_line(lines, heading, mem_printf("%" PRIu64, count));
}

/* A word that is a text with conversions. */
#define SAY(lines, word, ...)                                                                      \
    counted_text(mem_printf(words((lines)->is_english, word), __VA_ARGS__))

/* "2024-12-12T08:30:00+07:00 (3 days ago)"; the caller frees. */
static char *moment_text(const struct lines *lines, int64_t us)
{
    char moment[INSTANT_TEXT_SIZE];
    int64_t age = lines->now_us > us ? (lines->now_us - us) / second_us : 0;
    instant_format((struct instant){us}, moment);
    if (age < 120)
        return SAY(lines, WORD_STATUS_AGE_SECONDS, moment, (long long)age);
    if (age < 2 * 3600)
        return SAY(lines, WORD_STATUS_AGE_MINUTES, moment, (long long)age / 60);
    if (age < 2 * 86400)
        return SAY(lines, WORD_STATUS_AGE_HOURS, moment, (long long)age / 3600);
    return SAY(lines, WORD_STATUS_AGE_DAYS, moment, (long long)age / 86400);
}

/* `us` 0: it has not been since the node was started. */
static void add_moment(struct lines *lines, enum word heading, int64_t us)
{
    take_line(lines, heading,
              us != 0 ? moment_text(lines, us)
                      : mem_strdup(words(lines->is_english, WORD_STATUS_NOT_YET)));
}

static void add_word(struct lines *lines, enum word heading, enum word word)
{
    take_line(lines, heading, mem_strdup(words(lines->is_english, word)));
}

static char *unit_text(bool is_english, const Tonghop__UnitInfo *unit)
{
    const char *name = words_name(is_english, unit->name_vi, unit->name_en);
    return name[0] != '\0' ? mem_printf("%s %s (id:%u)", unit->code, name, unit->id)
                           : mem_printf("id:%u", unit->id);
}

static char *parent_text(const struct lines *lines, const Tonghop__Status *status)
{
    const char *trouble = status->parent_trouble;
    if (!status->has_parent)
        return mem_strdup(words(lines->is_english, WORD_STATUS_PARENT_ROOT));
    if (status->parent_linked)
        return SAY(lines, WORD_STATUS_PARENT_LINKED, status->parent_endpoint);
    if (trouble[0] == '\0')
        return SAY(lines, WORD_STATUS_PARENT_UNLINKED, status->parent_endpoint);
    return SAY(lines, WORD_STATUS_PARENT_BROKEN, status->parent_endpoint, trouble);
}

static char *outbox_text(const struct lines *lines, const Tonghop__Status *status)
{
    if (status->waiting_since_us == 0)
        return mem_printf("%" PRIu64, status->outbox_count);
    char *since = moment_text(lines, status->waiting_since_us);
    char *text = SAY(lines, WORD_STATUS_WAITING, (unsigned long long)status->outbox_count, since);
    free(since);
    return text;
}

static char *campaign_text(const struct lines *lines, const Tonghop__Campaign *campaign)
{
    struct buf text = {0};
    char day[DATE_TEXT_SIZE];
    if (campaign == NULL)
        return mem_strdup(words(lines->is_english, WORD_NONE));
    buf_printf(&text, words(lines->is_english, WORD_STATUS_CAMPAIGN_COUNTS), campaign->period,
               campaign->filed_count, campaign->due_count, campaign->missing_count,
               campaign->late_count);
    if (campaign->covered_count > 0)
        buf_printf(&text, words(lines->is_english, WORD_STATUS_CAMPAIGN_COVERED),
                   campaign->covered_count);
    if (campaign->overdue_count > 0)
        buf_printf(&text, words(lines->is_english, WORD_STATUS_CAMPAIGN_OVERDUE),
                   campaign->overdue_count);
    if (campaign->deadline_us != 0)
        buf_printf(&text, words(lines->is_english, WORD_STATUS_CAMPAIGN_DEADLINE),
                   date_format(instant_date((struct instant){campaign->deadline_us}), day));
    return (char *)text.data; /* buf_printf ends it with a NUL */
}

static char *care_text(const struct lines *lines, const Tonghop__Care *care)
{
    if (care == NULL)
        return mem_strdup(words(lines->is_english, WORD_STATUS_NEVER));
    char *moment = moment_text(lines, care->time_us);
    char *text;
    if (care->result == TONGHOP__CARE_RESULT__CARE_RESULT_OK)
        text = SAY(lines, WORD_STATUS_CARE_OK, moment, (unsigned long long)care->reports);
    else if (care->result == TONGHOP__CARE_RESULT__CARE_RESULT_DIFFERS)
        text = SAY(lines, WORD_STATUS_CARE_DIFFERS, moment, (unsigned long long)care->differences);
    else
        text =
            SAY(lines, WORD_STATUS_CARE_FAILED, moment, care->error[0] != '\0' ? care->error : "?");
    free(moment);
    return text;
}

static size_t count_connected(const Tonghop__Status *status)
{
    size_t count = 0;
    for (size_t i = 0; i < status->n_children; i++)
        count += status->children[i]->connected ? 1 : 0;
    return count;
}

static void add_links(struct lines *lines, bool is_all, const Tonghop__Status *status)
{
    take_line(lines, WORD_STATUS_PARENT, parent_text(lines, status));
    if (status->has_parent && is_all)
        add_moment(lines, WORD_STATUS_HEARD, status->parent_heard_us);
    if (status->has_parent)
        add_moment(lines, WORD_STATUS_ACKED, status->parent_acked_us);
    if (status->n_children > 0)
        take_line(
            lines, WORD_STATUS_CHILDREN,
            SAY(lines, WORD_STATUS_CHILDREN_COUNTS, status->n_children, count_connected(status)));
}

static void add_room(struct lines *lines, bool is_all, const Tonghop__Status *status)
{
    take_line(lines, WORD_STATUS_DISK,
              SAY(lines, WORD_STATUS_DISK_TEXT, (unsigned long long)(status->disk_free_bytes / MIB),
                  (unsigned long long)(status->disk_reserve_bytes / MIB)));
    take_line(lines, WORD_STATUS_STORE,
              SAY(lines, WORD_STATUS_STORE_TEXT,
                  (unsigned long long)((status->store_bytes + MIB - 1) / MIB),
                  (unsigned long long)(status->map_bytes / MIB)));
    if (is_all)
        take_line(lines, WORD_STATUS_STORE_LIVE,
                  mem_printf("%" PRIu64 " KiB", status->store_live_bytes / 1024));
}

static void add_all(struct lines *lines, bool is_all, const Tonghop__Status *status)
{
    take_line(lines, WORD_STATUS_NODE, mem_strdup(status->software));
    take_line(lines, WORD_STATUS_UNIT, unit_text(lines->is_english, status->unit));
    if (status->catalogue > 0)
        add_count(lines, WORD_STATUS_CATALOGUE, status->catalogue);
    else
        add_word(lines, WORD_STATUS_CATALOGUE, WORD_NONE);
    add_moment(lines, WORD_STATUS_STARTED, status->started_us);
    add_links(lines, is_all, status);
    add_count(lines, WORD_STATUS_REPORTS, status->report_count);
    take_line(lines, WORD_STATUS_CAMPAIGN, campaign_text(lines, status->campaign));
    take_line(lines, WORD_STATUS_OUTBOX, outbox_text(lines, status));
    add_count(lines, WORD_STATUS_PARKED, status->parked_count);
    add_count(lines, WORD_STATUS_QUARANTINE, status->quarantine_count);
    add_count(lines, WORD_STATUS_ALARMS, status->alarm_count);
    add_room(lines, is_all, status);
    add_word(lines, WORD_STATUS_REBUILDING, status->rebuilding ? WORD_YES : WORD_NO);
    add_word(lines, WORD_STATUS_RESTORING, status->restoring ? WORD_YES : WORD_NO);
    take_line(lines, WORD_STATUS_VERIFY, care_text(lines, status->verify));
    take_line(lines, WORD_STATUS_BACKUP, care_text(lines, status->backup));
}

struct table *status_table_text(bool is_english, bool is_all, const Tonghop__Status *status)
{
    struct lines lines = {.is_english = is_english, .now_us = status->now_us};
    struct table *table = table_new();
    add_all(&lines, is_all, status);
    for (size_t i = 0; i < lines.count; i++)
        table_add_column(table, "", words(is_english, lines.items[i].heading), TABLE_LEFT);
    for (size_t i = 0; i < lines.count; i++)
        table_take(table, lines.items[i].text);
    return table;
}

/* ---- for programs ---- */

static void add_figure(struct table *table, uint64_t figure)
{
    table_addf(table, "%" PRIu64, figure);
}

static void add_flag(struct table *table, bool flag)
{
    table_add(table, flag ? "yes" : "no");
}

/* Keys beside what fills them: the two cannot drift apart. A new key goes to the end. */
static const char *const node_keys[] = {
    "software",      "unit",
    "catalogue",     "started",
    "parent",        "linked",
    "reports",       "outbox",
    "parked",        "quarantine",
    "alarms",        "disk_free_bytes",
    "rebuilding",    "restoring",
    "parent_heard",  "parent_acked",
    "waiting_since", "disk_reserve_bytes",
    "store_bytes",   "store_live_bytes",
    "map_bytes",
};

static void add_node(struct table *table, const Tonghop__Status *status)
{
    table_add(table, status->software);
    add_figure(table, status->unit->id);
    table_add_number(table, status->catalogue);
    table_add_instant(table, status->started_us);
    table_add(table, status->has_parent ? status->parent_endpoint : NULL);
    add_flag(table, status->parent_linked);
    add_figure(table, status->report_count);
    add_figure(table, status->outbox_count);
    add_figure(table, status->parked_count);
    add_figure(table, status->quarantine_count);
    add_figure(table, status->alarm_count);
    add_figure(table, status->disk_free_bytes);
    add_flag(table, status->rebuilding);
    add_flag(table, status->restoring);
    table_add_instant(table, status->parent_heard_us);
    table_add_instant(table, status->parent_acked_us);
    table_add_instant(table, status->waiting_since_us);
    add_figure(table, status->disk_reserve_bytes);
    add_figure(table, status->store_bytes);
    add_figure(table, status->store_live_bytes);
    add_figure(table, status->map_bytes);
}

static const char *const campaign_keys[] = {
    "campaign",         "campaign_deadline", "campaign_due",
    "campaign_filed",   "campaign_accepted", "campaign_covered",
    "campaign_missing", "campaign_late",     "campaign_overdue",
};

static void add_campaign(struct table *table, const Tonghop__Campaign *campaign)
{
    char day[DATE_TEXT_SIZE];
    if (campaign == NULL) {
        table_skip(table, sizeof(campaign_keys) / sizeof(campaign_keys[0]));
        return;
    }
    table_add(table, campaign->period);
    table_add(table, campaign->deadline_us != 0
                         ? date_format(instant_date((struct instant){campaign->deadline_us}), day)
                         : NULL);
    add_figure(table, campaign->due_count);
    add_figure(table, campaign->filed_count);
    add_figure(table, campaign->accepted_count);
    add_figure(table, campaign->covered_count);
    add_figure(table, campaign->missing_count);
    add_figure(table, campaign->late_count);
    add_figure(table, campaign->overdue_count);
}

static const char *const verify_keys[] = {
    "last_verify",         "last_verify_age_seconds", "last_verify_result",
    "last_verify_reports", "last_verify_differences", "last_verify_error",
};
static const char *const backup_keys[] = {
    "last_backup",         "last_backup_age_seconds", "last_backup_result",
    "last_backup_reports", "last_backup_differences", "last_backup_error",
};
enum { CARE_KEYS = sizeof(verify_keys) / sizeof(verify_keys[0]) };

static const char *care_result_name(Tonghop__CareResult result)
{
    switch (result) {
    case TONGHOP__CARE_RESULT__CARE_RESULT_OK:
        return "ok";
    case TONGHOP__CARE_RESULT__CARE_RESULT_DIFFERS:
        return "differs";
    default: /* also what a newer node may say */
        return "failed";
    }
}

static void add_care(struct table *table, int64_t now_us, const Tonghop__Care *care)
{
    if (care == NULL) {
        table_skip(table, CARE_KEYS);
        return;
    }
    table_add_instant(table, care->time_us);
    table_addf(table, "%" PRId64,
               now_us > care->time_us ? (now_us - care->time_us) / second_us : INT64_C(0));
    table_add(table, care_result_name(care->result));
    add_figure(table, care->reports);
    add_figure(table, care->differences);
    table_add(table, care->error);
}

struct table *status_table_record(const Tonghop__Status *status)
{
    struct table *table = table_new();
    table_add_keys(table, node_keys, sizeof(node_keys) / sizeof(node_keys[0]));
    table_add_keys(table, campaign_keys, sizeof(campaign_keys) / sizeof(campaign_keys[0]));
    table_add_keys(table, verify_keys, CARE_KEYS);
    table_add_keys(table, backup_keys, CARE_KEYS);
    add_node(table, status);
    add_campaign(table, status->campaign);
    add_care(table, status->now_us, status->verify);
    add_care(table, status->now_us, status->backup);
    return table;
}

/* ---- the nodes beneath, for both ---- */

static void add_child_moment(struct table *table, const struct lines *lines, bool is_text,
                             int64_t us)
{
    if (!is_text)
        table_add_instant(table, us);
    else if (us != 0)
        table_take(table, moment_text(lines, us));
    else
        table_add(table, words(lines->is_english, WORD_STATUS_NOT_YET));
}

struct table *status_table_children(const struct common *common, bool is_all,
                                    const Tonghop__Status *status)
{
    static const struct heading headings[] = {
        {"unit", WORD_STATUS_UNIT, TABLE_LEFT},   {"role", WORD_KEYS_ROLE, TABLE_LEFT},
        {"name", WORD_KEYS_NAME, TABLE_LEFT},     {"connected", WORD_KEYS_CONNECTED, TABLE_LEFT},
        {"heard", WORD_STATUS_HEARD, TABLE_LEFT}, {"acked", WORD_STATUS_ACKED, TABLE_LEFT},
    };
    bool is_text = common->output == OUTPUT_TEXT;
    const struct lines lines = {.is_english = common->is_english || !is_text,
                                .now_us = status->now_us};
    struct table *table = table_new();
    table_add_headings(table, common->is_english, headings, sizeof(headings) / sizeof(headings[0]));
    for (size_t i = 0; i < status->n_children; i++) {
        const Tonghop__Link *link = status->children[i];
        if (is_text && link->connected && !is_all)
            continue;
        if (is_text)
            table_take(table, unit_text(common->is_english, link->unit));
        else
            add_figure(table, link->unit->id);
        table_add(table, is_text ? role_word(lines.is_english, link->role) : role_name(link->role));
        table_add(table, link->name);
        table_add(table, words(lines.is_english, link->connected ? WORD_YES : WORD_NO));
        add_child_moment(table, &lines, is_text, link->heard_us);
        add_child_moment(table, &lines, is_text, link->acked_us);
    }
    return table;
}
