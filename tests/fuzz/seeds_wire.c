/* Messages: the golden ones, and some of what golden.h has none of. */
#include "core/mem.h"
#include "fuzz/fuzz.h"
#include "fuzz/seeds.h"
#include "lib/sample.h"
#include "unit/wire/golden.h"
#include "unit/wire/golden_edition.h"
#include "unit/wire/golden_notices.h"
#include "unit/wire/hex.h"
#include "wire/wire.h"

static const char *const envelopes[] = {
    GOLDEN_HELLO,
    GOLDEN_WELCOME,
    GOLDEN_PING,
    GOLDEN_PONG,
    GOLDEN_FILE,
    GOLDEN_RECEIPT,
    GOLDEN_REFUSAL,
    GOLDEN_REVISION,
    GOLDEN_ACK,
    GOLDEN_STATEMENT,
    GOLDEN_STATEMENT_ACK,
    GOLDEN_CATALOGUE_REQUEST,
    GOLDEN_CATALOGUE_CHUNK,
    GOLDEN_CATALOGUE_PUBLISH,
    GOLDEN_CATALOGUE_NOTICE,
    GOLDEN_ENROL,
    GOLDEN_REVOKE,
    GOLDEN_KEYS_QUERY,
    GOLDEN_KEYS,
    GOLDEN_DONE,
    GOLDEN_TOTALS_QUERY,
    GOLDEN_TOTALS,
    GOLDEN_COVERAGE_QUERY,
    GOLDEN_COVERAGE,
    GOLDEN_EXPLAIN_QUERY,
    GOLDEN_EXPLANATION,
    GOLDEN_HISTORY_QUERY,
    GOLDEN_HISTORY,
    GOLDEN_STATUS_QUERY,
    GOLDEN_STATUS,
    GOLDEN_WATCH_QUERY,
    GOLDEN_CHANGES,
    GOLDEN_QUARANTINE_QUERY,
    GOLDEN_QUARANTINE,
    GOLDEN_QUARANTINE_CLEAR,
    GOLDEN_REPORTER_HELLO,
    GOLDEN_VIETNAMESE_HELLO,
    GOLDEN_FILE_CHECKED,
    GOLDEN_STATEMENT_MARKS,
    GOLDEN_TOTALS_QUERY_SPAN,
    GOLDEN_TOTALS_CUT,
    GOLDEN_EXPLAIN_QUERY_SINCE,
    GOLDEN_EXPLANATION_STORY,
    GOLDEN_HISTORY_SOURCE,
    GOLDEN_COVERAGE_QUERY_COUNTS,
    GOLDEN_COVERAGE_COUNTS,
    GOLDEN_NOTICES_QUERY,
    GOLDEN_NOTICES,
    GOLDEN_NOTICES_ACK,
    GOLDEN_INBOX_QUERY,
    GOLDEN_INBOX,
    GOLDEN_REMIND,
    GOLDEN_REMINDED,
    GOLDEN_REOPEN,
    GOLDEN_EDITIONS_QUERY,
    GOLDEN_EDITIONS,
    GOLDEN_DIFFERENCE_QUERY,
    GOLDEN_DIFFERENCE,
    GOLDEN_CLOSE,
    GOLDEN_CLOSED,
    GOLDEN_TOTALS_QUERY_EDITION,
};

static void put_hex(const char *target, const char *hex)
{
    struct buf bytes = hex_bytes(hex);
    seeds_take(target, &bytes);
}

/* A report for each period, with every qualifier, and of both scopes. */
static void make_reports(void)
{
    const struct cell cells[] = {
        {1, QUALIFIER_EXACT, 12, 0},     {2, QUALIFIER_EXACT, 10, 0},
        {3, QUALIFIER_EXACT, 4, 0},      {6, QUALIFIER_AT_LEAST, 28, 0},
        {7, QUALIFIER_RANGE, 756, 800},  {8, QUALIFIER_AT_MOST, 500000, 0},
        {10, QUALIFIER_ABOUT, 2, 0},     {13, QUALIFIER_EXACT, -250, 0},
        {14, QUALIFIER_EXACT, 19800, 0},
    };
    for (uint8_t label = PERIOD_S1; label <= PERIOD_Y; label++)
        for (uint8_t scope = SCOPE_OWN; scope <= SCOPE_WHOLE; scope++) {
            struct report report = {.key = {KIND_ACTUAL, {2024, label}, 23860, 1},
                                    .scope = scope,
                                    .catalogue = 1,
                                    .based_on = label,
                                    .author = mem_strdup("Hoa"),
                                    .reason = mem_strdup("")};
            struct buf bytes = {0};
            for (size_t i = 0; i < LENGTH(cells); i++)
                report_add_cell(&report, cells[i]);
            report_add_note(&report, 6, "theo r\303\240 so\303\241t");
            report_add_note(&report, 0, "hai\nd\303\262ng");
            wire_pack_filing(&report, &bytes);
            seeds_take("report", &bytes);
            report_fini(&report);
        }
}

static void put_envelope(Tonghop__Envelope__BodyCase body, void *message)
{
    struct buf bytes = {0};
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.seq = 7;
    envelope.re = 3;
    envelope.body_case = body;
    envelope.hello = message; /* all bodies share one pointer */
    wire_pack(&envelope, &bytes);
    seeds_take("envelope", &bytes);
}

static void make_comparing(void)
{
    static uint8_t digests[2 * WIRE_DIGEST_SIZE];
    uint32_t units[] = {23857, 23860}, forms[] = {1, 2}, labels[] = {1, 3};
    uint64_t revisions[] = {1, 2};
    Tonghop__Key key = TONGHOP__KEY__INIT, *wanted[] = {&key};
    const struct report_key domain = {KIND_ACTUAL, {2024, PERIOD_S1}, 23857, 1};
    Tonghop__Place place = TONGHOP__PLACE__INIT;
    Tonghop__Inventory inventory = TONGHOP__INVENTORY__INIT;
    Tonghop__Compared compared = TONGHOP__COMPARED__INIT;
    uint32_t marked[] = {1, 2};
    Tonghop__Mark mark = TONGHOP__MARK__INIT;
    Tonghop__Holders holders = TONGHOP__HOLDERS__INIT;

    wire_key_of(&domain, &key);
    place.unit = 23899;
    place.form = place.label = 1;
    inventory.kind = 1;
    inventory.year = 2024;
    inventory.through = &place;
    inventory.n_units = inventory.n_forms = inventory.n_labels = inventory.n_revisions = 2;
    inventory.units = units;
    inventory.forms = forms;
    inventory.labels = labels;
    inventory.revisions = revisions;
    inventory.digests = (ProtobufCBinaryData){sizeof digests, digests};
    compared.through = &place;
    compared.n_wanted = 1;
    compared.wanted = wanted;
    mark.key = holders.key = &key;
    mark.revision = holders.revision = 1;
    mark.states = STATE_RETURNED;
    mark.reason = TEXT("xem lại");
    mark.n_indicators = 2;
    mark.indicators = marked;
    holders.unit = 64;
    put_envelope(TONGHOP__ENVELOPE__BODY_INVENTORY, &inventory);
    put_envelope(TONGHOP__ENVELOPE__BODY_COMPARED, &compared);
    put_envelope(TONGHOP__ENVELOPE__BODY_MARK, &mark);
    put_envelope(TONGHOP__ENVELOPE__BODY_HOLDERS, &holders);
}

void seeds_make_messages(void)
{
    struct buf bytes = {0};
    struct catalogue *catalogue = sample_catalogue();

    for (size_t i = 0; i < LENGTH(envelopes); i++)
        put_hex("envelope", envelopes[i]);
    make_comparing();
    put_hex("report", GOLDEN_FILING);
    put_hex("report", GOLDEN_WITHDRAWAL);
    put_hex("report", GOLDEN_BASELINE);
    make_reports();
    put_hex("catalogue", GOLDEN_CATALOGUE);
    put_hex("catalogue", GOLDEN_CATALOGUE GOLDEN_WORDS GOLDEN_CHECKED);
    put_hex("catalogue", GOLDEN_CATALOGUE GOLDEN_LATER_CALENDAR);
    put_hex("catalogue", GOLDEN_CATALOGUE GOLDEN_DUTIES);
    wire_pack_catalogue(catalogue, &bytes);
    seeds_take("catalogue", &bytes);
    catalogue_free(&catalogue);
}
