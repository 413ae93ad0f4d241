/* What the targets of catalogues, formulas, reports and messages found worth keeping, told to a
 * whole node: it need not find the same once more, many times slower. */
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/utf8.h"
#include "fuzz/fuzz.h"
#include "fuzz/seeds.h"
#include "fuzz/story.h"
#include "lib/sample.h"

enum { UNIT_BENEATH = 23857 };

/* The message under the number that follows the sample's; it is freed. */
static struct buf renumber(Tonghop__Catalogue *message)
{
    struct buf packed = {0};
    message->number = 2;
    uint8_t *out = mem_alloc(tonghop__catalogue__get_packed_size(message));
    buf_put(&packed, out, tonghop__catalogue__pack(message, out));
    free(out);
    tonghop__catalogue__free_unpacked(message, NULL);
    return packed;
}

/* Published at the root, which is then asked for what comes of it. */
static void publish(struct story *story, uint32_t number, struct span bytes)
{
    story_hand_over_bytes(story, FRAME_LOCAL, number, bytes, 0);
    story_happen(story, FRAME_TICK);
    story_ask_all(story, FRAME_LOCAL);
    story_end(story);
}

/* The first catalogue of a root, and of a district; and one that follows the sample. */
static void tell_catalogue(struct span bytes)
{
    Tonghop__Catalogue *message = tonghop__catalogue__unpack(NULL, bytes.len, bytes.data);
    if (message == NULL)
        return;
    uint32_t number = message->number;
    struct buf second = renumber(message);
    struct story story = story_begin(FRAMES_NO_CATALOGUE);
    story_hand_over_bytes(&story, FRAME_LOCAL, number, bytes, 0);
    story_happen(&story, FRAME_TICK);
    STORY_FILE(&story, FRAME_LOCAL, .unit = 632, .label = PERIOD_S1, .value = 5);
    story_ask_all(&story, FRAME_LOCAL);
    story_end(&story);

    story = story_begin_met(FRAMES_DISTRICT | FRAMES_NO_CATALOGUE);
    story_notice_bytes(&story, number, bytes);
    story_hand_over_bytes(&story, FRAME_PARENT, number, bytes, 2);
    story_happen(&story, FRAME_TICK);
    story_end(&story);

    story = story_begin(0);
    STORY_FILE(&story, FRAME_LOCAL, .unit = 632, .label = PERIOD_S1, .value = 5);
    publish(&story, 2, span_of(&second));
    buf_fini(&second);
}

static bool set_formula(struct catalogue *catalogue, const char *text)
{
    for (size_t i = 0; i < catalogue->indicator_count; i++) {
        struct indicator *indicator = &catalogue->indicators[i];
        if (indicator->aggregation != AGGREGATION_DERIVED)
            continue;
        free(indicator->rule);
        indicator->rule = mem_strdup(text);
        return true;
    }
    return false;
}

/* Published as what a derived indicator is, and computed. */
static void tell_formula(struct span bytes)
{
    struct buf packed = {0};
    struct catalogue *catalogue = sample_catalogue();
    char *text = fuzz_text(bytes);
    catalogue->number = 2;
    if (utf8_is_text(text, strlen(text)) && set_formula(catalogue, text)) {
        struct story story = story_begin(0);
        wire_pack_catalogue(catalogue, &packed);
        STORY_FILE(&story, FRAME_LOCAL, .unit = 632, .label = PERIOD_S1, .value = 5);
        STORY_FILE(&story, FRAME_LOCAL, .unit = 23888, .label = PERIOD_S2, .value = 7);
        publish(&story, 2, span_of(&packed));
    }
    catalogue_free(&catalogue);
    buf_fini(&packed);
    free(text);
}

/* Filed by a person, and as a state from beneath and from above. */
static void tell_report(struct span bytes)
{
    struct story story = story_begin_met(FRAMES_DISTRICT);
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Revision revision = TONGHOP__REVISION__INIT;
    file.filing = revision.filing =
        (ProtobufCBinaryData){bytes.len, (uint8_t *)(uintptr_t)bytes.data};
    revision.revision = 1;
    revision.states = STATE_ACCEPTED;
    revision.home = UNIT_BENEATH;
    revision.recorded_by = (char *)(uintptr_t) "uid:1000";
    file.accept_warnings = true;
    story_say(&story, FRAME_LOCAL, BODY(FILE), &file);
    story_say(&story, FRAME_NODE, BODY(REVISION), &revision);
    story_answer(&story, BODY(REVISION), &revision, 0);
    story_end(&story);
    story = story_begin(0);
    story_say(&story, FRAME_LOCAL, BODY(FILE), &file);
    story_end(&story);
}

/* As it is, from everybody who may say most. */
static void tell_envelope(struct span bytes)
{
    static const enum frame_type from[] = {FRAME_LOCAL, FRAME_NODE, FRAME_PARENT};
    for (size_t i = 0; i < LENGTH(from); i++) {
        struct story story = story_begin_met(from[i] == FRAME_LOCAL ? 0 : FRAMES_DISTRICT);
        STORY_FILE(&story, FRAME_LOCAL, .unit = 631, .label = PERIOD_S1, .value = 5);
        frames_put(from[i], bytes, &story.frames);
        story_happen(&story, FRAME_TICK);
        story_end(&story);
    }
}

void seeds_tell(const char *corpus)
{
    seeds_read_all(corpus, "catalogue", tell_catalogue);
    seeds_read_all(corpus, "formula", tell_formula);
    seeds_read_all(corpus, "report", tell_report);
    seeds_read_all(corpus, "envelope", tell_envelope);
}
