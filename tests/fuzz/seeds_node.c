/* What an ordinary year, a quarrel, or a broken link sends to a node. */
#include <string.h>

#include "core/mem.h"
#include "fuzz/fuzz.h"
#include "fuzz/home.h"
#include "fuzz/seeds.h"
#include "fuzz/story.h"
#include "wire/digest.h"

/* ---- questions ---- */

static void ask_admin(struct story *story, enum frame_type from)
{
    Tonghop__KeysQuery keys = TONGHOP__KEYS_QUERY__INIT;
    Tonghop__QuarantineQuery quarantine = TONGHOP__QUARANTINE_QUERY__INIT;
    Tonghop__QuarantineClear clear = TONGHOP__QUARANTINE_CLEAR__INIT;
    Tonghop__CatalogueRequest request = TONGHOP__CATALOGUE_REQUEST__INIT;
    clear.all = true;
    story_say(story, from, BODY(KEYS_QUERY), &keys);
    story_say(story, from, BODY(QUARANTINE_QUERY), &quarantine);
    quarantine.number = 1;
    story_say(story, from, BODY(QUARANTINE_QUERY), &quarantine);
    story_say(story, from, BODY(QUARANTINE_CLEAR), &clear);
    story_say(story, from, BODY(CATALOGUE_REQUEST), &request);
}

static void mark(struct story *story, enum frame_type from, uint32_t unit, uint64_t number,
                 uint32_t states)
{
    const struct report_key key = {KIND_ACTUAL, {2024, PERIOD_S1}, unit, 1};
    Tonghop__Key wire_key;
    Tonghop__Mark message = TONGHOP__MARK__INIT;
    wire_key_of(&key, &wire_key);
    message.key = &wire_key;
    message.revision = number;
    message.states = states;
    story_say(story, from, BODY(MARK), &message);
}

/* ---- a year at one node ---- */

/* Halves, year, corrections, a withdrawal, whole reports, questions. */
static void tell_year(uint8_t start, uint32_t unit)
{
    struct story story = story_begin_met(start);
    STORY_FILE(&story, FRAME_LOCAL, .unit = unit, .label = PERIOD_S1, .value = 5);
    STORY_FILE(&story, FRAME_REPORTER, .unit = unit, .label = PERIOD_S2, .value = 7);
    STORY_FILE(&story, FRAME_LOCAL, .unit = unit, .label = PERIOD_Y, .value = 11, .is_check = true);
    STORY_FILE(&story, FRAME_LOCAL, .unit = unit, .label = PERIOD_Y, .value = 11,
               .is_careful = true);
    STORY_FILE(&story, FRAME_LOCAL, .unit = unit, .label = PERIOD_Y, .value = 11);
    STORY_FILE(&story, FRAME_LOCAL, .unit = unit, .label = PERIOD_S1, .value = 6, .based_on = 1);
    STORY_FILE(&story, FRAME_LOCAL, .unit = unit, .label = PERIOD_S1, .value = 6, .based_on = 1);
    STORY_FILE(&story, FRAME_LOCAL, .unit = unit, .label = PERIOD_S1, .value = 9, .based_on = 2,
               .may_drop_cells = true);
    story_ask_all(&story, FRAME_READER);
    STORY_FILE(&story, FRAME_LOCAL, .unit = unit, .label = PERIOD_Y, .is_withdrawn = true,
               .based_on = 1);
    story_end(&story);

    story = story_begin_met(start);
    STORY_FILE(&story, FRAME_LOCAL, .unit = unit, .label = PERIOD_S1, .scope = SCOPE_WHOLE,
               .value = 5);
    STORY_FILE(&story, FRAME_LOCAL, .unit = unit, .label = PERIOD_Y, .scope = SCOPE_WHOLE,
               .value = 9, .source = "book");
    STORY_FILE(&story, FRAME_LOCAL, .unit = unit, .label = PERIOD_Y, .value = 9, .based_on = 1,
               .source = "only whole ones have any");
    STORY_FILE(&story, FRAME_LOCAL, .unit = unit, .label = PERIOD_S1, .kind = KIND_PLAN,
               .value = 1);
    mark(&story, FRAME_ADMIN, unit, 1, STATE_RETURNED);
    story_ask_all(&story, FRAME_LOCAL);
    story_happen(&story, FRAME_RESTART);
    ask_admin(&story, FRAME_ADMIN);
    story_end(&story);
}

/* ---- the node beneath ---- */

static uint32_t child_of(uint8_t start)
{
    return (start & FRAMES_DISTRICT) != 0 ? 23857 : 631;
}

/* The digest of a report's state, as it stands in a bucket of its own. */
static void digest_state(const struct draft *draft, uint64_t number, uint8_t *ret_digest)
{
    struct buf bytes = story_filing(draft);
    struct arena *arena = arena_new(WIRE_ARENA_MAX);
    const struct report_key key = story_key(draft);
    struct wire_filing filing;
    struct report report;
    char reason[WIRE_REASON_SIZE];
    enum err err =
        wire_open_filing(span_of(&bytes), arena, &filing, &report, reason, sizeof reason);
    LAW(err == ERR_OK, "a seed is a report");
    struct digest_state state = {
        .key = key,
        .latest = {.number = number, .states = STATE_ACCEPTED},
        .received = {HOME_NOW_US - draft->value},
        .first_filed = {HOME_NOW_US - 100},
    };
    memcpy(state.latest.content, filing.content, sizeof(state.latest.content));
    digest_of_state(&state, ret_digest);
    report_fini(&report);
    arena_free(&arena);
    buf_fini(&bytes);
}

/* What the child makes of its one report of the first half, which is accepted: with a figure that
 * is right, or wrong. */
static void state_totals(struct story *story, uint32_t unit, const uint8_t *digest, int64_t value)
{
    uint8_t digests[PERIOD_LABEL_COUNT * WIRE_DIGEST_SIZE] = {0};
    uint8_t of_all[WIRE_DIGEST_SIZE];
    const struct cell cell = {1, QUALIFIER_EXACT, value, 0};
    const struct figure figure = figure_of_cell(&cell);
    uint32_t counts[QUALIFIER_COUNT];
    Tonghop__Figure wire_figure, *figures[] = {&wire_figure};
    Tonghop__StatementPart part = TONGHOP__STATEMENT_PART__INIT, *parts[] = {&part};
    Tonghop__Statement statement = TONGHOP__STATEMENT__INIT;

    if (digest != NULL)
        memcpy(digests, digest, WIRE_DIGEST_SIZE);
    digest_of((struct span){digests, sizeof digests}, of_all);
    wire_figure_of(1, &figure, &wire_figure, counts);
    part.form = 1;
    part.label = PERIOD_S1;
    part.n_figures = 1;
    part.figures = figures;
    statement.kind = KIND_ACTUAL;
    statement.year = 2024;
    statement.unit = unit;
    statement.catalogue = 1;
    statement.digest = (ProtobufCBinaryData){sizeof of_all, of_all};
    statement.n_parts = digest != NULL ? 1 : 0;
    statement.parts = parts;
    story_say(story, FRAME_NODE, BODY(STATEMENT), &statement);
}

/* Its list of what it holds: nothing, or one report with that digest. */
static void list_reports(struct story *story, uint8_t *digest, uint64_t revision, bool has_ends)
{
    uint32_t units[] = {23857}, forms[] = {1}, labels[] = {PERIOD_S1};
    uint64_t revisions[] = {revision};
    Tonghop__Place after = TONGHOP__PLACE__INIT, through = TONGHOP__PLACE__INIT;
    Tonghop__Inventory inventory = TONGHOP__INVENTORY__INIT;
    inventory.kind = KIND_ACTUAL;
    inventory.year = 2024;
    if (digest != NULL) {
        inventory.n_units = inventory.n_forms = inventory.n_labels = inventory.n_revisions = 1;
        inventory.units = units;
        inventory.forms = forms;
        inventory.labels = labels;
        inventory.revisions = revisions;
        inventory.digests = (ProtobufCBinaryData){WIRE_DIGEST_SIZE, digest};
    }
    if (has_ends) {
        after.unit = after.form = after.label = 1;
        through.unit = 23899;
        through.form = through.label = 1;
        inventory.after = &after;
        inventory.through = &through;
    }
    story_say(story, FRAME_NODE, BODY(INVENTORY), &inventory);
}

/* States in every order, statements, and who holds what. */
static void tell_child(uint8_t start)
{
    const struct draft draft = {.unit = 23857, .label = PERIOD_S1, .value = 5};
    const struct draft later = {.unit = 23857, .label = PERIOD_S1, .value = 8, .based_on = 1};
    const struct report_key key = story_key(&draft);
    uint8_t digest[WIRE_DIGEST_SIZE];
    Tonghop__Key wire_key;
    Tonghop__Holders holders = TONGHOP__HOLDERS__INIT;
    struct story story = story_begin_met(start);

    digest_state(&draft, 1, digest);
    wire_key_of(&key, &wire_key);
    holders.key = &wire_key;
    holders.revision = 1;
    state_totals(&story, child_of(start), NULL, 0);
    list_reports(&story, NULL, 0, false);
    story_revision(&story, FRAME_NODE, &draft, 1, STATE_ACCEPTED);
    state_totals(&story, child_of(start), digest, 5);
    state_totals(&story, child_of(start), digest, 6);
    list_reports(&story, digest, 1, true);
    story_say(&story, FRAME_NODE, BODY(HOLDERS), &holders);
    story_revision(&story, FRAME_NODE, &later, 2, 0);
    story_revision(&story, FRAME_NODE, &draft, 1, STATE_ACCEPTED | STATE_RETURNED);
    story_revision(&story, FRAME_NODE, &later, 2, STATE_ACCEPTED);
    mark(&story, FRAME_LOCAL, 23857, 2, STATE_RETURNED);
    list_reports(&story, digest, 1, false);
    list_reports(&story, digest, 3, false);
    ask_admin(&story, FRAME_LOCAL);
    story_end(&story);
}

/* The child comes back with something else than what this node holds. */
static void tell_return(uint8_t start)
{
    const struct draft draft = {.unit = 23857, .label = PERIOD_S1, .value = 5};
    uint8_t digest[WIRE_DIGEST_SIZE], hash[WIRE_DIGEST_SIZE];
    Tonghop__Bucket bucket = TONGHOP__BUCKET__INIT, *buckets[] = {&bucket};
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Ping ping = TONGHOP__PING__INIT;
    struct story story = story_begin_met(start);

    digest_state(&draft, 1, digest);
    story_catalogue_hash(1, hash);
    bucket.kind = KIND_ACTUAL;
    bucket.year = 2024;
    bucket.label = PERIOD_S2;
    bucket.digest = (ProtobufCBinaryData){sizeof digest, digest};
    bucket.count = 1;
    hello.protocol_min = hello.protocol_max = WIRE_PROTOCOL;
    hello.unit = child_of(start);
    hello.catalogue = ping.catalogue = 1;
    hello.catalogue_hash = (ProtobufCBinaryData){sizeof hash, hash};
    hello.n_buckets = 1;
    hello.buckets = buckets;
    story_revision(&story, FRAME_NODE, &draft, 1, STATE_ACCEPTED);
    story_say(&story, FRAME_NODE, BODY(PING), &ping);
    ping.catalogue = 0;
    story_say(&story, FRAME_NODE, BODY(PING), &ping);
    story_say(&story, FRAME_NODE, BODY(HELLO), &hello);
    story_ask_all(&story, FRAME_NODE);
    story_end(&story);
}

/* ---- the node above ---- */

/* This one is on disk here; with `has_newer`, another one is. */
static void ack(struct story *story, const struct draft *draft, uint64_t number, uint64_t re,
                bool has_newer)
{
    const struct report_key key = story_key(draft);
    struct buf filing = story_filing(draft);
    Tonghop__Key wire_key;
    Tonghop__Revision newer;
    Tonghop__Ack message = TONGHOP__ACK__INIT;
    wire_key_of(&key, &wire_key);
    story_revision_of(draft, number, STATE_ACCEPTED, 64, &filing, &newer);
    message.key = &wire_key;
    message.revision = number;
    message.states = STATE_ACCEPTED;
    message.newer = has_newer ? &newer : NULL;
    story_answer(story, BODY(ACK), &message, re);
    buf_fini(&filing);
}

/* Welcomes, acknowledges, differs, refuses, goes. */
static void tell_parent(uint8_t start)
{
    const struct draft draft = {.unit = 631, .label = PERIOD_S1, .value = 5};
    const struct draft other = {.unit = 631, .label = PERIOD_S1, .value = 6};
    Tonghop__Refusal refusal = TONGHOP__REFUSAL__INIT;
    Tonghop__StatementAck statement_ack = TONGHOP__STATEMENT_ACK__INIT;
    Tonghop__Pong pong = TONGHOP__PONG__INIT;
    struct story story = story_begin_met(start);

    story_file(&story, FRAME_LOCAL, &draft);
    story_pass(&story, 1000);
    ack(&story, &draft, 1, 2, false);
    story_pass(&story, 1000);
    statement_ack.kind = KIND_ACTUAL;
    statement_ack.year = 2024;
    statement_ack.unit = 631;
    statement_ack.outcome = TONGHOP__STATEMENT_OUTCOME__STATEMENT_OUTCOME_DIFFERS;
    story_answer(&story, BODY(STATEMENT_ACK), &statement_ack, 3);
    ack(&story, &other, 3, 4, true);
    story_revision(&story, FRAME_PARENT, &other, 4, STATE_RETURNED);
    refusal.code = TEXT("full");
    refusal.text = TEXT("no room");
    story_answer(&story, BODY(REFUSAL), &refusal, 4);
    story_pass(&story, 15000);
    story_happen(&story, FRAME_LINK_LOST);
    story_pass(&story, 60000);
    story_happen(&story, FRAME_TICK);
    story_end(&story);

    story = story_begin(start);
    story_welcome(&story, 2, NULL, 1);
    story_hand_over(&story, FRAME_PARENT, 2, 2);
    story_happen(&story, FRAME_TICK);
    story_welcome(&story, 2, NULL, 3);
    story_file(&story, FRAME_LOCAL, &draft);
    story_end(&story);

    story = story_begin_met(start);
    story_file(&story, FRAME_LOCAL, &draft);
    story_pass(&story, 1000);
    ack(&story, &draft, 1, 2, false);
    story_pass(&story, 1000);
    story_notice(&story, 2);
    statement_ack.outcome = TONGHOP__STATEMENT_OUTCOME__STATEMENT_OUTCOME_NOT_COMPARABLE;
    story_answer(&story, BODY(STATEMENT_ACK), &statement_ack, 3); /* was overtaken by the notice */
    story_pass(&story, 1000);
    story_answer(&story, BODY(STATEMENT_ACK), &statement_ack, 5);
    story_ask_all(&story, FRAME_LOCAL);
    for (int i = 0; i < 3; i++) {
        story_pass(&story, 25000);
        story_answer(&story, BODY(PONG), &pong, 0);
        story_happen(&story, FRAME_TICK);
    }
    story_end(&story);
}

/* Holds something else, and the two compare: when this node comes back, or is new and fetches its
 * own back. */
static void tell_comparing(uint8_t start, bool is_new)
{
    const struct draft draft = {.unit = 631, .label = PERIOD_S1, .value = 5};
    const struct draft lost = {.unit = 23857, .label = PERIOD_S1, .value = 9};
    const struct report_key key = story_key(&draft), lost_key = story_key(&lost);
    uint8_t digest[WIRE_DIGEST_SIZE];
    struct buf filing = story_filing(&lost);
    Tonghop__Key wire_key, lost_wire_key, *wanted[] = {&wire_key};
    Tonghop__Revision revision;
    Tonghop__Compared compared = TONGHOP__COMPARED__INIT;
    Tonghop__Pong pong = TONGHOP__PONG__INIT;
    Tonghop__Holders holders = TONGHOP__HOLDERS__INIT;
    struct story story = is_new ? story_begin(start) : story_begin_met(start);
    uint64_t hello = is_new ? 1 : 4; /* its number: after a hello, a report and a statement */

    digest_state(&lost, 3, digest);
    wire_key_of(&key, &wire_key);
    wire_key_of(&lost_key, &lost_wire_key);
    story_revision_of(&lost, 3, STATE_ACCEPTED, 64, &filing, &revision);
    compared.revision_count = 1;
    compared.n_wanted = 1;
    compared.wanted = wanted;
    pong.digest = (ProtobufCBinaryData){sizeof digest, digest};
    holders.key = &lost_wire_key;
    holders.revision = 3;
    holders.unit = 64;

    story_file(&story, FRAME_LOCAL, &draft);
    if (!is_new) {
        story_pass(&story, 1000);
        ack(&story, &draft, 1, 2, false);
        story_happen(&story, FRAME_LINK_LOST);
        story_pass(&story, 5000);
    }
    story_welcome(&story, 1, digest, hello);
    story_answer(&story, BODY(REVISION), &revision, hello + 1);
    story_answer(&story, BODY(COMPARED), &compared, hello + 1);
    story_pass(&story, 1000);
    ack(&story, &draft, 1, hello + 2, false);
    story_happen(&story, FRAME_TICK);
    story_pass(&story, 10000);
    story_answer(&story, BODY(PONG), &pong, hello + 3);
    story_pass(&story, 5000);
    story_answer(&story, BODY(HOLDERS), &holders, hello + 4);
    story_ask_all(&story, FRAME_LOCAL);
    story_notice(&story, 2);
    story_file(&story, FRAME_LOCAL, &lost);
    story_end(&story);
    buf_fini(&filing);
}

/* Compares page by page; the last answer goes nowhere. */
static void tell_pages(uint8_t start)
{
    const struct draft draft = {.unit = 631, .label = PERIOD_S1, .value = 5};
    const struct report_key key = story_key(&draft);
    uint8_t digest[WIRE_DIGEST_SIZE];
    Tonghop__Place through = TONGHOP__PLACE__INIT;
    Tonghop__Compared compared = TONGHOP__COMPARED__INIT;
    struct story story = story_begin(start);
    digest_state(&draft, 1, digest);
    story_file(&story, FRAME_LOCAL, &draft);
    story_welcome(&story, 1, digest, 1);
    through.unit = key.unit;
    through.form = through.label = 1;
    compared.through = &through;
    story_answer(&story, BODY(COMPARED), &compared, 2);
    story_pass(&story, 1000);
    through.label = 2;
    story_answer(&story, BODY(COMPARED), &compared, 3);
    story_pass(&story, 1000);
    story_answer(&story, BODY(COMPARED), &compared, 4);
    story_pass(&story, 20000);
    story_end(&story);
}

/* ---- two homes ---- */

/* A state whose latest revision waits, above one that was accepted. */
static void say_accepted(struct story *story, enum frame_type from, const struct draft *latest,
                         uint64_t number, const struct draft *earlier, uint64_t earlier_number,
                         uint32_t earlier_states)
{
    uint32_t home = from == FRAME_NODE ? latest->unit : 64;
    struct buf filing = story_filing(latest), earlier_filing = story_filing(earlier);
    Tonghop__Revision revision;
    Tonghop__Accepted accepted = TONGHOP__ACCEPTED__INIT;
    story_revision_of(latest, number, 0, home, &filing, &revision);
    accepted.filing = (ProtobufCBinaryData){earlier_filing.len, earlier_filing.data};
    accepted.revision = earlier_number;
    accepted.states = earlier_states;
    accepted.received_us = HOME_NOW_US - earlier->value;
    accepted.home = home;
    accepted.recorded_by = TEXT("uid:1000");
    revision.accepted = &accepted;
    story_say(story, from, BODY(REVISION), &revision);
    buf_fini(&filing);
    buf_fini(&earlier_filing);
}

/* Two nodes numbered a report: what is accepted below the latest stands, gives way, is returned,
 * and comes again under another number; what gave way is looked at. */
static void tell_fork(uint8_t start, uint32_t unit)
{
    const struct draft first = {.unit = unit, .label = PERIOD_S1, .value = 5};
    const struct draft other = {.unit = unit, .label = PERIOD_S1, .value = 4};
    const struct draft second = {.unit = unit, .label = PERIOD_S1, .value = 3, .based_on = 1};
    const struct draft third = {.unit = unit, .label = PERIOD_S1, .value = 2, .based_on = 2};
    Tonghop__QuarantineQuery query = TONGHOP__QUARANTINE_QUERY__INIT;
    Tonghop__QuarantineClear clear = TONGHOP__QUARANTINE_CLEAR__INIT;
    const enum frame_type from[] = {FRAME_NODE, FRAME_PARENT};
    for (size_t i = 0; i < LENGTH(from); i++) {
        struct story story = story_begin_met(start);
        story_file(&story, FRAME_LOCAL, &first);
        story_revision(&story, FRAME_NODE, &first, 1, STATE_ACCEPTED);
        say_accepted(&story, from[i], &second, 2, &first, 1, STATE_ACCEPTED);
        say_accepted(&story, from[i], &second, 2, &other, 1, STATE_ACCEPTED);
        mark(&story, FRAME_LOCAL, unit, 1, STATE_RETURNED);
        say_accepted(&story, from[i], &second, 2, &first, 1, STATE_ACCEPTED);
        say_accepted(&story, from[i], &third, 4, &first, 3, STATE_ACCEPTED);
        story_revision(&story, from[i], &second, 6, 0);
        story_revision(&story, from[i], &other, 6, STATE_ACCEPTED);
        say_accepted(&story, from[i], &second, 3, &other, 2, STATE_ACCEPTED | STATE_RETURNED);
        query.number = clear.number = 1;
        story_say(&story, FRAME_LOCAL, BODY(QUARANTINE_QUERY), &query);
        story_say(&story, FRAME_ADMIN, BODY(QUARANTINE_CLEAR), &clear);
        story_say(&story, FRAME_LOCAL, BODY(QUARANTINE_QUERY), &query);
        story_happen(&story, FRAME_RESTART);
        story_end(&story);
    }
}

/* ---- notices ---- */

/* One about `unit` by `author`; its bytes are appended, and freed with `out`. */
static ProtobufCBinaryData notice_of(uint8_t type, uint32_t unit, uint32_t author, int64_t later,
                                     struct buf *out)
{
    const struct notice_key key = {.report = {KIND_ACTUAL, {2024, PERIOD_S1}, unit, 0},
                                   .type = type,
                                   .author = author,
                                   .number = type == NOTICE_CLOSING ? 1 : 0};
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    wire_put_notice_key(&key, &notice);
    notice.time_us = HOME_NOW_US + later;
    notice.person = TEXT("uid:1000 hoa");
    notice.text = TEXT("xem lại");
    notice.edition = 2;
    notice.until_us = HOME_NOW_US + 1000000;
    wire_pack_notice(&notice, out);
    return (ProtobufCBinaryData){out->len, out->data};
}

static void notices_about(uint32_t unit, uint32_t author, int64_t later, struct buf *bytes,
                          ProtobufCBinaryData *items, Tonghop__Notices *ret_notices)
{
    tonghop__notices__init(ret_notices);
    for (uint8_t type = NOTICE_ACCEPTED; type <= NOTICE_TYPE_LAST; type++)
        items[type - 1] = notice_of(type, unit, author, later, &bytes[type - 1]);
    ret_notices->epoch = 77;
    ret_notices->through = 9;
    ret_notices->catalogue = 1;
    ret_notices->n_notices = NOTICE_TYPE_LAST;
    ret_notices->notices = items;
}

/* Closes, reopens, reminds, looks: what a person says comes of it for the units beneath. */
static void say_campaign(struct story *story, enum frame_type from, const char *unit)
{
    char *units[] = {(char *)(uintptr_t)unit};
    Tonghop__Remind remind = TONGHOP__REMIND__INIT;
    Tonghop__Reopen reopen = TONGHOP__REOPEN__INIT;
    Tonghop__Close close = TONGHOP__CLOSE__INIT;
    Tonghop__InboxQuery inbox = TONGHOP__INBOX_QUERY__INIT;
    Tonghop__WatchQuery watch = TONGHOP__WATCH_QUERY__INIT;
    Tonghop__EditionsQuery editions = TONGHOP__EDITIONS_QUERY__INIT;
    remind.kind = reopen.kind = close.kind = editions.kind = KIND_ACTUAL;
    remind.period = reopen.period = close.period = editions.period = TEXT("2024-S1");
    remind.units = units;
    remind.n_units = 1;
    remind.text = TEXT("hạn 17/6");
    reopen.unit = units[0];
    reopen.reason = TEXT("nhập thiếu");
    close.rank = TONGHOP__EDITION_RANK__EDITION_RANK_PRELIMINARY;
    close.incomplete = true;
    close.reason = TEXT("số liệu sơ bộ");
    inbox.all = watch.notices = true;
    story_say(story, from, BODY(REMIND), &remind);
    remind.n_units = 0;
    story_say(story, from, BODY(REMIND), &remind);
    story_say(story, from, BODY(CLOSE), &close);
    reopen.until_us = HOME_NOW_US + INT64_C(86400000000);
    story_say(story, from, BODY(REOPEN), &reopen);
    reopen.until_us = 1;
    story_say(story, from, BODY(REOPEN), &reopen);
    story_say(story, from, BODY(INBOX_QUERY), &inbox);
    inbox.mark_seen = true;
    story_say(story, from, BODY(INBOX_QUERY), &inbox);
    story_say(story, from, BODY(WATCH_QUERY), &watch);
    story_say(story, from, BODY(EDITIONS_QUERY), &editions);
}

/* A node beneath asks, says its own, what is not its to say, and the same earlier. */
static void tell_notices(uint8_t start, uint32_t unit, const char *name)
{
    struct buf bytes[NOTICE_TYPE_LAST] = {{0}};
    ProtobufCBinaryData items[NOTICE_TYPE_LAST];
    Tonghop__Notices notices;
    Tonghop__NoticesQuery query = TONGHOP__NOTICES_QUERY__INIT;
    struct story story = story_begin_met(start);
    say_campaign(&story, FRAME_LOCAL, name);
    STORY_FILE(&story, FRAME_LOCAL, .unit = unit, .label = PERIOD_S1, .value = 5);
    query.catalogue = 1;
    story_say(&story, FRAME_NODE, BODY(NOTICES_QUERY), &query);
    for (int64_t later = 1; later >= 0; later--) {
        notices_about(unit, unit, later, bytes, items, &notices);
        story_say(&story, FRAME_NODE, BODY(NOTICES), &notices);
        for (size_t i = 0; i < LENGTH(bytes); i++)
            buf_clear(&bytes[i]);
    }
    notices_about(unit, 64, 0, bytes, items, &notices);
    story_say(&story, FRAME_NODE, BODY(NOTICES), &notices);
    story_say(&story, FRAME_NODE, BODY(NOTICES_QUERY), &query);
    story_happen(&story, FRAME_RESTART);
    say_campaign(&story, FRAME_ADMIN, name);
    story_end(&story);
    for (size_t i = 0; i < LENGTH(bytes); i++)
        buf_fini(&bytes[i]);
}

/* The parent answers, says that there is more, acknowledges, and comes back with another feed. */
static void tell_notices_above(uint8_t start)
{
    struct buf bytes[NOTICE_TYPE_LAST] = {{0}};
    ProtobufCBinaryData items[NOTICE_TYPE_LAST];
    Tonghop__Notices notices, hint = TONGHOP__NOTICES__INIT;
    Tonghop__NoticesAck ack_of = TONGHOP__NOTICES_ACK__INIT;
    Tonghop__Pong pong = TONGHOP__PONG__INIT;
    struct story story = story_begin(start);
    story.epoch = 77;
    ack_of.through = 3;
    hint.more = true;
    pong.last_notice = 20;
    notices_about(631, 64, 0, bytes, items, &notices);
    story_welcome(&story, 1, NULL, 1);
    story_pass(&story, 100);
    story_answer(&story, BODY(NOTICES), &notices, 2); /* it asked */
    story_pass(&story, 100);
    story_answer(&story, BODY(NOTICES_ACK), &ack_of, 3); /* and says what it has heard */
    say_campaign(&story, FRAME_LOCAL, "631");
    story_pass(&story, 100);
    story_answer(&story, BODY(NOTICES), &hint, 0);
    story_answer(&story, BODY(PONG), &pong, 0);
    story_pass(&story, 16000);
    story.epoch = 78;
    story_happen(&story, FRAME_RESTART);
    story_welcome(&story, 1, NULL, 1);
    story_pass(&story, 100);
    story_end(&story);
    for (size_t i = 0; i < LENGTH(bytes); i++)
        buf_fini(&bytes[i]);
}

/* ---- who administers ---- */

/* Enrols, revokes, publishes; and who may not. */
static void tell_admin(uint8_t start)
{
    uint8_t key[WIRE_KEY_SIZE];
    Tonghop__Enrol enrol = TONGHOP__ENROL__INIT;
    Tonghop__Revoke revoke = TONGHOP__REVOKE__INIT;
    struct story story = story_begin(start);

    story_hand_over(&story, FRAME_LOCAL, 2, 0);
    story_happen(&story, FRAME_TICK);
    memcpy(key, home_peer(FRAME_STRANGER).key, sizeof key);
    enrol.key = revoke.key = (ProtobufCBinaryData){sizeof key, key};
    enrol.unit = 632;
    enrol.role = TONGHOP__ROLE__ROLE_NODE;
    enrol.name = TEXT("x");
    story_say(&story, FRAME_ADMIN, BODY(ENROL), &enrol);
    story_say(&story, FRAME_STRANGER, BODY(REVOKE), &revoke);
    story_say(&story, FRAME_ADMIN, BODY(REVOKE), &revoke);
    memcpy(key, home_peer(FRAME_REPORTER).key, sizeof key);
    story_say(&story, FRAME_LOCAL, BODY(REVOKE), &revoke);
    STORY_FILE(&story, FRAME_REPORTER, .unit = 632, .label = PERIOD_S1, .value = 1);
    ask_admin(&story, FRAME_READER);
    story_hand_over(&story, FRAME_ADMIN, 3, 0);
    story_end(&story);
}

void seeds_make_frames(void)
{
    tell_year(FRAMES_REOPEN, 632);
    tell_year(0, 23888);
    tell_year(FRAMES_DISTRICT, 631);
    tell_year(FRAMES_DISTRICT | FRAMES_BATCHES, 23860);
    tell_child(FRAMES_REOPEN);
    tell_child(FRAMES_DISTRICT | FRAMES_BATCHES);
    tell_return(0);
    tell_return(FRAMES_DISTRICT);
    tell_parent(FRAMES_DISTRICT | FRAMES_REOPEN);
    tell_parent(FRAMES_DISTRICT | FRAMES_NO_CATALOGUE);
    tell_comparing(FRAMES_DISTRICT | FRAMES_REOPEN, true);
    tell_comparing(FRAMES_DISTRICT, false);
    tell_pages(FRAMES_DISTRICT);
    tell_fork(0, 23857);
    tell_fork(FRAMES_DISTRICT, 23857);
    tell_fork(FRAMES_DISTRICT | FRAMES_BATCHES, 631);
    tell_notices(FRAMES_REOPEN, 631, "631");
    tell_notices(FRAMES_DISTRICT, 23857, "23857");
    tell_notices_above(FRAMES_DISTRICT);
    tell_notices_above(FRAMES_DISTRICT | FRAMES_REOPEN);
    tell_admin(0);
    tell_admin(FRAMES_NO_CATALOGUE);
}
