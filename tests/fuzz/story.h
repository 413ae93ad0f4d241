/* Stories: the parts that the seeds of the target `node` are told with. */
#ifndef TESTS_FUZZ_STORY_H
#define TESTS_FUZZ_STORY_H

#include "fuzz/frames.h"
#include "wire/wire.h"

#define BODY(name) TONGHOP__ENVELOPE__BODY_##name

/* A story being told: its frames, and the number of the last message. */
struct story {
    struct buf frames;
    uint64_t seq;
    uint64_t epoch; /* of the parent's feed, 0: it exchanges no notices */
};

struct story story_begin(uint8_t start);
/* A district has met its parent, and has all that the parent has: else it takes nothing in. */
struct story story_begin_met(uint8_t start);
/* Makes a seed of it. */
void story_end(struct story *story);

/* A message, its body and what it answers (0: nothing). */
void story_say(struct story *story, enum frame_type from, Tonghop__Envelope__BodyCase body,
               void *message);
void story_answer(struct story *story, Tonghop__Envelope__BodyCase body, void *message,
                  uint64_t re);
void story_pass(struct story *story, uint16_t ms);
void story_happen(struct story *story, enum frame_type type);

/* One report of 2024; what is left 0 is as in most reports. */
struct draft {
    uint32_t unit;
    uint8_t label, scope, kind;
    uint64_t based_on;
    bool is_withdrawn, may_drop_cells;
    int64_t value;
    const char *source; /* of a baseline */
    bool is_careful;    /* does not accept warnings */
    bool is_check;      /* is not to be taken in */
};

struct buf story_filing(const struct draft *draft);
struct report_key story_key(const struct draft *draft);
void story_file(struct story *story, enum frame_type from, const struct draft *draft);
#define STORY_FILE(story, from, ...) story_file(story, from, &(const struct draft){__VA_ARGS__})

/* A state of the report, as nodes send it. `filing` must outlive it. */
void story_revision_of(const struct draft *draft, uint64_t number, uint32_t states, uint32_t home,
                       const struct buf *filing, Tonghop__Revision *ret_revision);
void story_revision(struct story *story, enum frame_type from, const struct draft *draft,
                    uint64_t number, uint32_t states);
/* The sample under another number: its hash; the parent's notice of it; handed down by the parent
 * as what `re` asked for, or published by somebody else. */
void story_catalogue_hash(uint32_t number, uint8_t *ret_hash);
void story_notice(struct story *story, uint32_t number);
void story_hand_over(struct story *story, enum frame_type from, uint32_t number, uint64_t re);
/* The same of any bytes that are to be a catalogue. */
void story_notice_bytes(struct story *story, uint32_t number, struct span bytes);
void story_hand_over_bytes(struct story *story, enum frame_type from, uint32_t number,
                           struct span bytes, uint64_t re);
/* The parent welcomes this node, with a first half of 2024 that differs, or with nothing (NULL). */
void story_welcome(struct story *story, uint32_t catalogue, const uint8_t *differing, uint64_t re);

/* Every question that a reader may ask, of 2024. */
void story_ask_all(struct story *story, enum frame_type from);

#endif
