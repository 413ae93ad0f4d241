#include "faults/store_work.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "faults/chance.h"

enum {
    UNITS = WORK_REPORTS / 6, /* two kinds, three labels */
    QUARANTINE_PLACES = 30,
    CHUNKS = 8,
    ALARMS = 60,
    KEYS = 100,
    BULK_CHUNKS = 400, /* more than the store grows its file by */
    FILING_MAX = 64 << 10,
};

static const char version_name[] = "test.version";

/* ---- what stands at a place, given its stamp ---- */

static struct report_key report_at(size_t place)
{
    return (struct report_key){.kind = (uint8_t)(KIND_ACTUAL + place % 2),
                               .period = {2024, (uint8_t)(PERIOD_S1 + place / 2 % 3)},
                               .unit = (uint32_t)(1 + place / 6),
                               .form = 1};
}

/* Most are small; some need several pages of their own. */
static struct span bytes_of(uint64_t stamp)
{
    static uint8_t bytes[FILING_MAX];
    struct chance chance = {stamp};
    size_t size = 1 + (size_t)chance_below(&chance, chance_percent(&chance, 4) ? FILING_MAX : 600);
    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = chance_next(&chance);
        memcpy(bytes + i, &word, size - i < 8 ? size - i : 8);
    }
    return (struct span){bytes, size};
}

static struct head head_of(uint64_t stamp)
{
    struct head head = {.revision = stamp, .counting = stamp / 2, .home = (uint32_t)stamp};
    memset(head.content, (int)(stamp & 0xFF), sizeof head.content);
    return head;
}

static struct revision revision_of(uint64_t number, uint64_t stamp)
{
    return (struct revision){.number = number,
                             .home = (uint32_t)stamp,
                             .received = {(int64_t)stamp},
                             .filing = bytes_of(stamp)};
}

static struct bucket bucket_at(size_t place, uint64_t stamp)
{
    struct report_key key = report_at(place);
    struct bucket bucket = {.kind = key.kind, .period = key.period, .unit = key.unit};
    bucket.count = (uint32_t)stamp;
    memcpy(bucket.digest, &stamp, stamp != 0 ? sizeof stamp : 0);
    return bucket;
}

static void reason_of(uint64_t stamp, char *ret_text)
{
    (void)snprintf(ret_text, STORE_REASON_SIZE, "reason %" PRIu64, stamp);
}

static struct enrolled enrolled_at(size_t place, uint64_t stamp)
{
    struct enrolled enrolled = {.unit = (uint32_t)stamp, .role = (uint8_t)(1 + stamp % 4)};
    memset(enrolled.key, (int)(1 + place), sizeof enrolled.key);
    return enrolled;
}

/* ---- changes: the model, and the store when there is a transaction ---- */

struct work {
    struct chance chance;
    struct work_model *model;
    struct store_txn *txn; /* NULL: the model alone; errors of calls are sticky in it */
};

static uint64_t new_stamp(struct work *work)
{
    return 1 + chance_next(&work->chance) % UINT32_MAX;
}

static void mark(struct work *work, size_t place)
{
    struct report_key key = report_at(place);
    work->model->stamps[WORK_OUTBOX][place] = ++work->model->outbox_version;
    work->model->stamps[WORK_PARKED][place] = 0;
    if (work->txn != NULL)
        (void)store_mark_outbox(work->txn, OUTBOX_REPORT, &key, (struct instant){1});
}

/* A report is filed: revision, head, digest and sums in one transaction, and the mark to send it.
 */
static void file_report(struct work *work)
{
    size_t place = (size_t)chance_below(&work->chance, WORK_REPORTS);
    uint64_t number = 1 + chance_below(&work->chance, WORK_REVISIONS), stamp = new_stamp(work);
    struct report_key key = report_at(place);
    struct work_model *model = work->model;
    model->stamps[WORK_REVISION][place * WORK_REVISIONS + number - 1] = stamp;
    model->stamps[WORK_HEAD][place] = model->stamps[WORK_BELOW][place] = stamp;
    model->stamps[WORK_BUCKET][place] = stamp;
    if (work->txn != NULL) {
        struct revision revision = revision_of(number, stamp);
        struct head head = head_of(stamp);
        struct bucket bucket = bucket_at(place, stamp);
        (void)store_put_revision(work->txn, &key, &revision);
        (void)store_put_head(work->txn, &key, &head);
        (void)store_put_below(work->txn, &key, bytes_of(stamp + 1));
        (void)store_put_bucket(work->txn, &bucket);
    }
    mark(work, place);
}

static void drop_revision(struct work *work)
{
    size_t place = (size_t)chance_below(&work->chance, WORK_REPORTS);
    uint64_t number = 1 + chance_below(&work->chance, WORK_REVISIONS);
    struct report_key key = report_at(place);
    work->model->stamps[WORK_REVISION][place * WORK_REVISIONS + number - 1] = 0;
    if (work->txn != NULL)
        (void)store_delete_revision(work->txn, &key, number);
}

/* The node above answered: half of the answers are to an older mark and must clear nothing. */
static void take_ack(struct work *work)
{
    size_t place = (size_t)chance_below(&work->chance, WORK_REPORTS);
    uint64_t version = work->model->stamps[WORK_OUTBOX][place];
    bool is_old = chance_percent(&work->chance, 50);
    struct report_key key = report_at(place);
    if (work->txn != NULL)
        (void)store_clear_outbox(work->txn, OUTBOX_REPORT, &key, is_old ? version + 1 : version);
    if (!is_old)
        work->model->stamps[WORK_OUTBOX][place] = work->model->stamps[WORK_PARKED][place] = 0;
}

static void park(struct work *work)
{
    size_t place = (size_t)chance_below(&work->chance, WORK_REPORTS);
    uint64_t stamp = new_stamp(work);
    struct report_key key = report_at(place);
    char reason[STORE_REASON_SIZE];
    if (work->model->stamps[WORK_OUTBOX][place] == 0)
        return;
    work->model->stamps[WORK_PARKED][place] = stamp;
    reason_of(stamp, reason);
    if (work->txn != NULL)
        (void)store_park_outbox(work->txn, OUTBOX_REPORT, &key, reason);
}

static void empty_one(struct work *work)
{
    struct work_model *model = work->model;
    if (chance_percent(&work->chance, 50)) {
        memset(model->stamps[WORK_PARKED], 0, sizeof model->stamps[WORK_PARKED]);
        if (work->txn != NULL)
            (void)store_unpark_outbox(work->txn);
        return;
    }
    memset(model->stamps[WORK_BELOW], 0, sizeof model->stamps[WORK_BELOW]);
    memset(model->stamps[WORK_BUCKET], 0, sizeof model->stamps[WORK_BUCKET]);
    if (work->txn != NULL)
        (void)store_drop_accumulators(work->txn);
}

static void change_alarm(struct work *work)
{
    size_t place = (size_t)chance_below(&work->chance, ALARMS);
    uint64_t stamp = chance_percent(&work->chance, 30) ? 0 : new_stamp(work);
    struct alarm alarm = {.kind = KIND_ACTUAL, .year = 2024, .unit = (uint32_t)(1 + place)};
    work->model->stamps[WORK_ALARM][place] = stamp;
    alarm.since.us = (int64_t)stamp;
    if (work->txn != NULL && stamp != 0)
        (void)store_put_alarm(work->txn, &alarm);
    else if (work->txn != NULL)
        (void)store_delete_alarm(work->txn, alarm.kind, alarm.year, alarm.unit);
}

/* Every fourth one is of the sort that nothing pushes out. */
static bool is_kept_aside(uint64_t number)
{
    return number % 4 == 0;
}

/* Numbers come from the store; a place is used again after its message was deleted. */
static void change_quarantine(struct work *work)
{
    size_t place = (size_t)chance_below(&work->chance, QUARANTINE_PLACES);
    uint64_t *number = &work->model->stamps[WORK_QUARANTINE][place];
    if (*number != 0) {
        if (work->txn != NULL)
            (void)store_delete_quarantine(work->txn, *number);
        *number = 0;
        return;
    }
    *number = ++work->model->quarantine_number;
    struct quarantined item = {.received = {(int64_t)*number},
                               .is_kept = is_kept_aside(*number),
                               .bytes = bytes_of(*number)};
    reason_of(*number, item.reason);
    if (work->txn != NULL)
        (void)store_put_quarantine(work->txn, &item);
}

static void enrol(struct work *work)
{
    size_t place = (size_t)chance_below(&work->chance, KEYS);
    uint64_t stamp = new_stamp(work);
    struct enrolled enrolled = enrolled_at(place, stamp);
    work->model->stamps[WORK_ENROLLED][place] = stamp;
    if (work->txn != NULL)
        (void)store_put_enrolled(work->txn, &enrolled);
}

static void change_catalogue(struct work *work)
{
    struct work_model *model = work->model;
    if (chance_percent(&work->chance, 20)) {
        memset(model->stamps[WORK_CHUNK], 0, sizeof model->stamps[WORK_CHUNK]);
        if (work->txn != NULL)
            (void)store_delete_catalogue(work->txn, 1);
        return;
    }
    size_t place = (size_t)chance_below(&work->chance, CHUNKS);
    model->stamps[WORK_CHUNK][place] = new_stamp(work);
    if (work->txn != NULL)
        (void)store_put_chunk(work->txn, 1, (uint32_t)place,
                              bytes_of(model->stamps[WORK_CHUNK][place]));
}

/* Takes many pages and gives them back in the same transaction: LMDB does not write those, and the
 * file's length must not depend on it. */
static void come_and_go(struct work *work)
{
    static const uint8_t chunk[FILING_MAX];
    if (work->txn == NULL)
        return;
    for (uint32_t i = 0; i < BULK_CHUNKS; i++)
        (void)store_put_chunk(work->txn, 2, i, (struct span){chunk, sizeof chunk});
    (void)store_delete_catalogue(work->txn, 2);
}

void work_step(uint64_t seed, uint64_t version, struct work_model *model, struct store_txn *txn)
{
    static const struct {
        void (*change)(struct work *);
        unsigned weight;
    } rows[] = {
        {file_report, 400},  {take_ack, 250},        {park, 80},
        {drop_revision, 60}, {change_alarm, 60},     {change_quarantine, 60},
        {enrol, 50},         {change_catalogue, 20}, {empty_one, 4},
    };
    struct work work = {.chance = {seed}, .model = model, .txn = txn};
    uint64_t count = 1 + chance_below(&work.chance, chance_percent(&work.chance, 5) ? 300 : 12);
    if (model->has_bulk && chance_below(&work.chance, 100) == 0)
        come_and_go(&work);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t ticket = chance_below(&work.chance, 984); /* the weights together */
        size_t row = 0;
        while (ticket >= rows[row].weight)
            ticket -= rows[row++].weight;
        rows[row].change(&work);
    }
    if (txn != NULL)
        (void)store_put_meta_u64(txn, version_name, version);
}

uint64_t work_version(struct store *store)
{
    struct store_txn *txn = store_begin_read(store);
    uint64_t version = store_get_meta_u64(txn, version_name);
    store_abort(&txn);
    return version;
}

/* ---- comparing ---- */

static bool holds_revision(struct store_txn *txn, size_t place, uint64_t stamp)
{
    struct report_key key = report_at(place / WORK_REVISIONS);
    struct revision held, wanted = revision_of(1 + place % WORK_REVISIONS, stamp);
    return store_get_revision(txn, &key, wanted.number, &held) == ERR_OK &&
           held.home == wanted.home && held.received.us == wanted.received.us &&
           span_equal(held.filing, wanted.filing);
}

/* And its place in the feed. */
static bool holds_head(struct store_txn *txn, size_t place, uint64_t stamp)
{
    struct report_key key = report_at(place);
    struct feed_entry named;
    struct head held, wanted = head_of(stamp);
    return store_get_head(txn, &key, &held) == ERR_OK &&
           store_get_change(txn, held.change, &named) == ERR_OK && !named.is_notice &&
           report_key_equal(&named.report, &key) && held.revision == wanted.revision &&
           held.counting == wanted.counting && held.home == wanted.home &&
           memcmp(held.content, wanted.content, sizeof held.content) == 0;
}

static bool holds_below(struct store_txn *txn, size_t place, uint64_t stamp)
{
    struct report_key key = report_at(place);
    struct span held;
    return store_get_below(txn, &key, &held) == ERR_OK && span_equal(held, bytes_of(stamp + 1));
}

static bool holds_bucket(struct store_txn *txn, size_t place, uint64_t stamp)
{
    struct bucket held, wanted = bucket_at(place, stamp);
    return store_get_bucket(txn, wanted.kind, wanted.period, wanted.unit, &held) == ERR_OK &&
           held.count == wanted.count &&
           memcmp(held.digest, wanted.digest, sizeof held.digest) == 0;
}

static bool holds_outbox(struct store_txn *txn, size_t place, uint64_t stamp)
{
    struct report_key key = report_at(place);
    struct outbox_item held;
    return store_get_outbox(txn, OUTBOX_REPORT, &key, &held) == ERR_OK && held.version == stamp;
}

static bool holds_parked(struct store_txn *txn, size_t place, uint64_t stamp)
{
    struct report_key key = report_at(place);
    struct outbox_item held;
    char reason[STORE_REASON_SIZE];
    reason_of(stamp, reason);
    return store_get_outbox(txn, OUTBOX_REPORT, &key, &held) == ERR_OK && held.is_parked &&
           strcmp(held.reason, reason) == 0;
}

static bool holds_alarm(struct store_txn *txn, size_t place, uint64_t stamp)
{
    struct alarm alarm = {.kind = KIND_ACTUAL, .year = 2024, .unit = (uint32_t)place};
    return store_next_alarm(txn, &alarm) && alarm.unit == place + 1 &&
           alarm.since.us == (int64_t)stamp;
}

static bool holds_quarantined(struct store_txn *txn, size_t place, uint64_t stamp)
{
    struct quarantined item = {.is_kept = is_kept_aside(stamp), .number = stamp - 1};
    (void)place; /* the stamp is the number */
    return store_next_quarantine(txn, &item) && item.number == stamp &&
           span_equal(item.bytes, bytes_of(stamp));
}

static bool holds_enrolled(struct store_txn *txn, size_t place, uint64_t stamp)
{
    struct enrolled held, wanted = enrolled_at(place, stamp);
    return store_get_enrolled(txn, wanted.key, &held) == ERR_OK && held.unit == wanted.unit &&
           held.role == wanted.role;
}

static bool holds_chunk(struct store_txn *txn, size_t place, uint64_t stamp)
{
    struct span held;
    return store_get_chunk(txn, 1, (uint32_t)place, &held) == ERR_OK &&
           span_equal(held, bytes_of(stamp));
}

/* Entries that a walk from end to end meets; of revisions and chunks, from key to key. */
static uint64_t walk(struct store_txn *txn, enum work_table table)
{
    struct report_key key = {0};
    struct head head;
    struct span bytes;
    struct outbox_item item = {0};
    struct alarm alarm = {0};
    struct quarantined quarantined = {0};
    struct enrolled enrolled = {0};
    struct revision revision;
    uint64_t count = 0, parked;
    switch (table) {
    case WORK_HEAD:
        while (store_next_head(txn, &key, &head))
            count++;
        return count == store_count_heads(txn) && count == store_count_changes(txn) ? count
                                                                                    : UINT64_MAX;
    case WORK_REVISION:
        for (size_t place = 0; place < WORK_REPORTS; place++) {
            uint64_t number = UINT64_MAX;
            key = report_at(place);
            while (store_previous_revision(txn, &key, &number, &revision) == ERR_OK)
                count++;
        }
        return count;
    case WORK_BELOW:
        while (store_next_below(txn, &key, &bytes))
            count++;
        return count;
    case WORK_BUCKET:
        for (uint32_t unit = 1; unit <= UNITS; unit++) {
            struct bucket bucket = {0};
            while (store_next_bucket(txn, unit, &bucket))
                count++;
        }
        return count;
    case WORK_OUTBOX:
        while (store_next_outbox(txn, &item))
            count++;
        return count == store_count_outbox(txn, NULL) ? count : UINT64_MAX;
    case WORK_PARKED:
        (void)store_count_outbox(txn, &parked);
        return parked;
    case WORK_ALARM:
        while (store_next_alarm(txn, &alarm))
            count++;
        return count == store_count_alarms(txn) ? count : UINT64_MAX;
    case WORK_QUARANTINE:
        while (store_next_quarantine(txn, &quarantined))
            count++;
        return count == store_count_quarantine(txn) ? count : UINT64_MAX;
    case WORK_ENROLLED:
        while (store_next_enrolled(txn, &enrolled))
            count++;
        return count;
    case WORK_CHUNK:
        for (uint32_t catalogue = 1; catalogue <= 2; catalogue++) {
            for (uint32_t i = 0; i < BULK_CHUNKS; i++)
                count += store_get_chunk(txn, catalogue, i, &bytes) == ERR_OK;
        }
        return count;
    case WORK_TABLES:
        break;
    }
    return UINT64_MAX;
}

static bool table_matches(struct store_txn *txn, enum work_table table, const uint64_t *stamps,
                          char *ret_text, size_t text_size)
{
    static const struct {
        const char *name;
        bool (*holds)(struct store_txn *, size_t, uint64_t);
    } rows[WORK_TABLES] = {
        [WORK_HEAD] = {"head", holds_head},
        [WORK_REVISION] = {"revision", holds_revision},
        [WORK_BELOW] = {"below", holds_below},
        [WORK_BUCKET] = {"bucket", holds_bucket},
        [WORK_OUTBOX] = {"outbox", holds_outbox},
        [WORK_PARKED] = {"parked", holds_parked},
        [WORK_ALARM] = {"alarm", holds_alarm},
        [WORK_QUARANTINE] = {"quarantine", holds_quarantined},
        [WORK_ENROLLED] = {"enrolled", holds_enrolled},
        [WORK_CHUNK] = {"chunk", holds_chunk},
    };
    uint64_t expected = 0;
    for (size_t place = 0; place < WORK_PLACES_MAX; place++) {
        if (stamps[place] == 0)
            continue;
        expected++;
        if (!rows[table].holds(txn, place, stamps[place])) {
            (void)snprintf(ret_text, text_size, "%s %zu is not what was committed",
                           rows[table].name, place);
            return false;
        }
    }
    uint64_t count = walk(txn, table);
    if (count != expected)
        (void)snprintf(ret_text, text_size, "%s: a walk meets %" PRIu64 " entries, not %" PRIu64,
                       rows[table].name, count, expected);
    return count == expected;
}

bool work_matches(struct store *store, const struct work_model *model, char *ret_text,
                  size_t text_size)
{
    struct store_txn *txn = store_begin_read(store);
    bool is_same = true;
    for (int table = 0; is_same && table < WORK_TABLES; table++)
        is_same =
            table_matches(txn, (enum work_table)table, model->stamps[table], ret_text, text_size);
    if (is_same && store_error(txn) != ERR_OK) {
        (void)snprintf(ret_text, text_size, "reading failed: %s", err_name(store_error(txn)));
        is_same = false;
    }
    store_abort(&txn);
    return is_same;
}
