/* Messages and frames of seeds; drafts become reports with a few cells that follow from one value.
 */
#include "fuzz/story.h"

#include <string.h>

#include "core/mem.h"
#include "fuzz/fuzz.h"
#include "fuzz/home.h"
#include "fuzz/seeds.h"
#include "lib/sample.h"
#include "wire/digest.h"

struct story story_begin(uint8_t start)
{
    struct story story = {.seq = 1};
    buf_put_u8(&story.frames, start);
    return story;
}

void story_end(struct story *story)
{
    seeds_take("node", &story->frames);
}

static void put_message(struct story *story, enum frame_type from, Tonghop__Envelope *envelope)
{
    struct buf bytes = {0};
    envelope->seq = ++story->seq;
    wire_pack(envelope, &bytes);
    frames_put(from, span_of(&bytes), &story->frames);
    buf_fini(&bytes);
}

void story_say(struct story *story, enum frame_type from, Tonghop__Envelope__BodyCase body,
               void *message)
{
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.body_case = body;
    envelope.hello = message; /* all bodies share one pointer */
    put_message(story, from, &envelope);
}

void story_answer(struct story *story, Tonghop__Envelope__BodyCase body, void *message, uint64_t re)
{
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.re = re;
    envelope.body_case = body;
    envelope.hello = message; /* as above */
    put_message(story, FRAME_PARENT, &envelope);
}

void story_pass(struct story *story, uint16_t ms)
{
    uint8_t bytes[] = {(uint8_t)(ms >> 8), (uint8_t)ms};
    frames_put(FRAME_WAIT, (struct span){bytes, sizeof bytes}, &story->frames);
}

void story_happen(struct story *story, enum frame_type type)
{
    frames_put(type, (struct span){0}, &story->frames);
}

/* ---- reports ---- */

struct report_key story_key(const struct draft *draft)
{
    return (struct report_key){.kind = draft->kind != 0 ? draft->kind : (uint8_t)KIND_ACTUAL,
                               .period = {2024, draft->label},
                               .unit = draft->unit,
                               .form = 1};
}

struct buf story_filing(const struct draft *draft)
{
    const struct cell cells[] = {{1, QUALIFIER_EXACT, draft->value, 0},
                                 {6, QUALIFIER_AT_LEAST, 3 * draft->value, 0},
                                 {7, QUALIFIER_RANGE, draft->value, draft->value + 9},
                                 {8, QUALIFIER_EXACT, 100 - draft->value, 0},
                                 {14, QUALIFIER_EXACT, 50 + draft->value, 0}};
    struct report report = {
        .key = story_key(draft),
        .scope = draft->scope != 0 ? draft->scope : (uint8_t)SCOPE_OWN,
        .catalogue = 1,
        .based_on = draft->based_on,
        .is_withdrawn = draft->is_withdrawn,
        .may_drop_cells = draft->may_drop_cells,
        .author = mem_strdup("Hoa"),
        .source = mem_strdup(draft->source != NULL ? draft->source : ""),
        .reason = mem_strdup(""),
    };
    struct buf bytes = {0};
    size_t count = draft->is_withdrawn ? 0 : LENGTH(cells) - (draft->may_drop_cells ? 3 : 0);
    for (size_t i = 0; i < count; i++)
        report_add_cell(&report, cells[i]);
    wire_pack_filing(&report, &bytes);
    report_fini(&report);
    return bytes;
}

void story_file(struct story *story, enum frame_type from, const struct draft *draft)
{
    struct buf bytes = story_filing(draft);
    Tonghop__File message = TONGHOP__FILE__INIT;
    message.filing = (ProtobufCBinaryData){bytes.len, bytes.data};
    message.accept_warnings = !draft->is_careful;
    message.check_only = draft->is_check;
    story_say(story, from, BODY(FILE), &message);
    buf_fini(&bytes);
}

void story_revision_of(const struct draft *draft, uint64_t number, uint32_t states, uint32_t home,
                       const struct buf *filing, Tonghop__Revision *ret_revision)
{
    tonghop__revision__init(ret_revision);
    ret_revision->filing = (ProtobufCBinaryData){filing->len, filing->data};
    ret_revision->revision = number;
    ret_revision->states = states;
    ret_revision->received_us = HOME_NOW_US - draft->value;
    ret_revision->first_filed_us = HOME_NOW_US - 100;
    ret_revision->home = home;
    ret_revision->recorded_by = TEXT("uid:1000");
}

void story_revision(struct story *story, enum frame_type from, const struct draft *draft,
                    uint64_t number, uint32_t states)
{
    struct buf filing = story_filing(draft);
    Tonghop__Revision revision;
    story_revision_of(draft, number, states, from == FRAME_NODE ? draft->unit : 64, &filing,
                      &revision);
    story_say(story, from, BODY(REVISION), &revision);
    buf_fini(&filing);
}

/* ---- catalogues ---- */

static struct buf catalogue_bytes(uint32_t number)
{
    struct buf bytes = {0};
    struct catalogue *catalogue = sample_catalogue();
    catalogue->number = number;
    wire_pack_catalogue(catalogue, &bytes);
    catalogue_free(&catalogue);
    return bytes;
}

void story_catalogue_hash(uint32_t number, uint8_t *ret_hash)
{
    struct buf bytes = catalogue_bytes(number);
    digest_of(span_of(&bytes), ret_hash);
    buf_fini(&bytes);
}

void story_notice(struct story *story, uint32_t number)
{
    struct buf bytes = catalogue_bytes(number);
    story_notice_bytes(story, number, span_of(&bytes));
    buf_fini(&bytes);
}

void story_notice_bytes(struct story *story, uint32_t number, struct span bytes)
{
    uint8_t hash[WIRE_DIGEST_SIZE];
    Tonghop__CatalogueNotice notice = TONGHOP__CATALOGUE_NOTICE__INIT;
    digest_of(bytes, hash);
    notice.number = number;
    notice.hash = (ProtobufCBinaryData){sizeof hash, hash};
    story_answer(story, BODY(CATALOGUE_NOTICE), &notice, 0);
}

void story_hand_over(struct story *story, enum frame_type from, uint32_t number, uint64_t re)
{
    struct buf bytes = catalogue_bytes(number);
    story_hand_over_bytes(story, from, number, span_of(&bytes), re);
    buf_fini(&bytes);
}

void story_hand_over_bytes(struct story *story, enum frame_type from, uint32_t number,
                           struct span bytes, uint64_t re)
{
    uint8_t hash[WIRE_DIGEST_SIZE];
    Tonghop__CatalogueChunk chunk = TONGHOP__CATALOGUE_CHUNK__INIT;
    Tonghop__CataloguePublish publish = TONGHOP__CATALOGUE_PUBLISH__INIT;
    digest_of(bytes, hash);
    chunk.number = number;
    chunk.hash = (ProtobufCBinaryData){sizeof hash, hash};
    chunk.count = 1;
    chunk.data = (ProtobufCBinaryData){bytes.len, (uint8_t *)(uintptr_t)bytes.data};
    publish.chunk = &chunk;
    if (from == FRAME_PARENT)
        story_answer(story, BODY(CATALOGUE_CHUNK), &chunk, re);
    else
        story_say(story, from, BODY(CATALOGUE_PUBLISH), &publish);
}

/* ---- meeting the node above ---- */

void story_welcome(struct story *story, uint32_t catalogue, const uint8_t *differing, uint64_t re)
{
    uint8_t hash[WIRE_DIGEST_SIZE], digest[WIRE_DIGEST_SIZE];
    Tonghop__Bucket bucket = TONGHOP__BUCKET__INIT, *buckets[] = {&bucket};
    Tonghop__Welcome message = TONGHOP__WELCOME__INIT;
    story_catalogue_hash(catalogue, hash);
    message.protocol = WIRE_PROTOCOL;
    message.unit = 64;
    message.role = TONGHOP__ROLE__ROLE_NODE;
    message.catalogue = catalogue;
    message.catalogue_hash = (ProtobufCBinaryData){sizeof hash, hash};
    message.window = 64;
    message.notices_epoch = story->epoch;
    if (differing != NULL) {
        memcpy(digest, differing, sizeof digest);
        bucket.kind = KIND_ACTUAL;
        bucket.year = 2024;
        bucket.label = PERIOD_S1;
        bucket.digest = (ProtobufCBinaryData){sizeof digest, digest};
        bucket.count = 1;
        message.n_differing = 1;
        message.differing = buckets;
    }
    story_answer(story, BODY(WELCOME), &message, re);
    story_happen(story, FRAME_TICK); /* it compares, or finds that it has all that the parent has */
}

struct story story_begin_met(uint8_t start)
{
    struct story story = story_begin(start);
    if ((start & FRAMES_DISTRICT) != 0)
        story_welcome(&story, 1, NULL, 1);
    return story;
}

/* ---- questions ---- */

/* With what else can be asked: a span, cuts, plans, the first and the last, and what changed. */
static void ask_more(struct story *story, enum frame_type from)
{
    char *indicators[] = {TEXT("model.registered")};
    Tonghop__TotalsQuery span = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__TotalsQuery cut = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__ExplainQuery explain = TONGHOP__EXPLAIN_QUERY__INIT;
    span.period = cut.period = explain.period = TEXT("2024");
    span.from = explain.from = TEXT("2022");
    span.by = TONGHOP__BY__BY_TYPE;
    cut.by = TONGHOP__BY__BY_LEVEL;
    cut.level = TEXT("commune");
    cut.compare_plan = cut.compare_previous = true;
    cut.indicators = indicators;
    cut.n_indicators = 1;
    cut.top = 2;
    cut.bottom = 1;
    explain.indicator = indicators[0];
    explain.revisions = true;
    story_say(story, from, BODY(TOTALS_QUERY), &span);
    story_say(story, from, BODY(TOTALS_QUERY), &cut);
    story_say(story, from, BODY(EXPLAIN_QUERY), &explain);
    explain.type = TEXT("xa");
    story_say(story, from, BODY(EXPLAIN_QUERY), &explain);
    explain.indicator = TEXT("org.xa");
    story_say(story, from, BODY(EXPLAIN_QUERY), &explain);
    explain.indicator = indicators[0];
    explain.type = TEXT("");
    explain.since = TEXT("2000-01-01");
    story_say(story, from, BODY(EXPLAIN_QUERY), &explain);
    explain.from = TEXT("");
    story_say(story, from, BODY(EXPLAIN_QUERY), &explain);
    explain.indicator = TEXT("model.recognition_rate");
    story_say(story, from, BODY(EXPLAIN_QUERY), &explain);
    explain.period = TEXT("2024-S1");
    explain.indicator = indicators[0];
    explain.since = TEXT("632/1");
    story_say(story, from, BODY(EXPLAIN_QUERY), &explain);
}

void story_ask_all(struct story *story, enum frame_type from)
{
    Tonghop__TotalsQuery totals = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__CoverageQuery coverage = TONGHOP__COVERAGE_QUERY__INIT;
    Tonghop__ExplainQuery explain = TONGHOP__EXPLAIN_QUERY__INIT;
    Tonghop__HistoryQuery history = TONGHOP__HISTORY_QUERY__INIT;
    Tonghop__StatusQuery status = TONGHOP__STATUS_QUERY__INIT;
    Tonghop__WatchQuery watch = TONGHOP__WATCH_QUERY__INIT;
    totals.kind = coverage.kind = explain.kind = history.kind = KIND_ACTUAL;
    totals.period = coverage.period = explain.period = TEXT("2024");
    history.period = TEXT("2024-S1");
    history.unit = TEXT("23888");
    history.with_content = true;
    totals.by = TONGHOP__BY__BY_CHILD;
    totals.compare_previous = true;
    explain.indicator = TEXT("model.recognition_rate");
    story_say(story, from, BODY(TOTALS_QUERY), &totals);
    story_say(story, from, BODY(COVERAGE_QUERY), &coverage);
    story_say(story, from, BODY(EXPLAIN_QUERY), &explain);
    explain.indicator = TEXT("model.registered");
    story_say(story, from, BODY(EXPLAIN_QUERY), &explain);
    story_say(story, from, BODY(HISTORY_QUERY), &history);
    story_say(story, from, BODY(STATUS_QUERY), &status);
    story_say(story, from, BODY(WATCH_QUERY), &watch);
    watch.unit = TEXT("632");
    watch.cursor = TEXT("0000000000000000-0000000000000001");
    watch.wait_ms = 1000;
    watch.most = 1;
    story_say(story, from, BODY(WATCH_QUERY), &watch);
    watch.from_now = true;
    watch.cursor = TEXT("");
    story_say(story, from, BODY(WATCH_QUERY), &watch);
    ask_more(story, from);
}
