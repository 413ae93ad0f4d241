/* Messages in and out: protobuf bytes to checked messages, and the domain to bytes.
 *
 * wire_open checks everything that can be checked without knowing the node's state: one known body,
 * lengths, counts, UTF-8, enums, digests' sizes. Unpacking allocates from a bounded arena, because
 * a hostile message makes protobuf-c allocate up to 76 times its size. Messages that were opened
 * are read through the generated structs (tonghop.pb-c.h); nothing else in the program validates
 * wire bytes, and nothing repacks what it received. */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include "core/arena.h"
#include "core/catalogue.h"
#include "core/figure.h"
#include "core/notice.h"
#include "core/report.h"
#include "tonghop.pb-c.h"

enum {
    WIRE_PROTOCOL = 1,           /* the only version there is */
    WIRE_MESSAGE_MAX = 1 << 20,  /* bytes of one frame that a daemon accepts */
    WIRE_ANSWER_MAX = 16 << 20,  /* bytes of one answer that a client accepts */
    WIRE_ARENA_MAX = 16 << 20,   /* memory that unpacking one message may take */
    WIRE_FILING_MAX = 256 << 10, /* bytes of one Filing */
    /* Memory that unpacking one Filing may take: the same wherever it is opened, so that what was
     * taken in once opens everywhere. A message and what it makes a node open are four at most. */
    WIRE_FILING_ARENA_MAX = 3 << 20,
    WIRE_HEADER_MAX = 8 << 10, /* bytes of one ReportHeader */
    WIRE_PARTS_MAX = 16,
    WIRE_CHUNK_SIZE = 64 << 10,    /* catalogue bytes in one message */
    WIRE_CATALOGUE_MAX = 64 << 20, /* bytes of a catalogue */
    WIRE_CHUNKS_MAX = WIRE_CATALOGUE_MAX / WIRE_CHUNK_SIZE,
    WIRE_BUCKETS_MAX = 4096,
    WIRE_INVENTORY_MAX = 512, /* entries of one Inventory */
    WIRE_CHANGES_MAX = 500,   /* in one answer to a WatchQuery */
    WIRE_CURSOR_MAX = 64,     /* bytes of a cursor */
    WIRE_NOTICES_MAX = 64,    /* in one message */
    WIRE_REMIND_MAX = 10000,  /* units in one Remind */
    WIRE_HELD_MAX = 8,        /* levels that hold a revision */
    WIRE_NOTICE_MAX = 8192,   /* bytes of one Notice */
    WIRE_NOTICE_CELLS_MAX = 64,
    WIRE_SEAL_SIZE = 16,
    WIRE_RECORDED_BY_MAX = 64, /* of the id in it: "key:" and 44 characters */
    WIRE_PERSON_MAX = 160,     /* bytes of who did something: id, a blank, name */
    WIRE_TREND_MAX = 20,       /* periods of one trend */
    WIRE_LIST_MAX = 1 << 20,   /* rows of an answer; its bytes are bounded anyway */
    WIRE_KEY_NAME_MAX = 63,    /* bytes of the name a key is enrolled under */
    WIRE_TEXT_MAX = 2000,      /* bytes of any other text */
    WIRE_REASON_SIZE = 160,    /* room for why a message was refused */
    WIRE_DIGEST_SIZE = 32,
    WIRE_KEY_SIZE = 32,
};

/* Memory that a client lets one answer take: an answer of many small figures grows by 12 and more.
 */
#define WIRE_ANSWER_ARENA_MAX ((size_t)256 << 20)
/* Far beyond any use: counting on from a hostile number cannot wrap, and any language's number
 * holds it exactly. */
#define WIRE_REVISION_MAX (UINT64_C(1) << 53)
/* 9999-12-31T23:59:59.999999Z. */
#define WIRE_INSTANT_MAX_US INSTANT_MAX_US

/* A message that was opened; all its memory is in the arena. */
struct wire_message {
    Tonghop__Envelope *envelope;
};

/* Unpacks and checks one Envelope. `arena` must outlive `*ret_message`. ERR_MALFORMED,
 * ERR_TOO_LARGE or ERR_VERSION, with a text for log and refusal in `reason` (at least
 * WIRE_REASON_SIZE bytes) that repeats nothing of what the peer wrote. An opened message is safe to
 * use as it is: sub-messages that its meaning needs are there, and numbers, texts, sizes and counts
 * are within their limits; only the bytes of a filing are opened by wire_open_filing. */
enum err wire_open(struct span bytes, struct arena *arena, struct wire_message *ret_message,
                   char *reason, size_t reason_size);
/* The sequence number of an Envelope that may be anything else than well formed, so that a refusal
 * can name what it answers; 0 if it cannot be found in front of the body. */
uint64_t wire_peek_seq(struct span bytes);
/* The field number of an Envelope's body (enum Tonghop__Envelope__BodyCase), without unpacking it:
 * of its last one, which is what counts. 0: none, or it cannot be read. */
int wire_peek_body(struct span bytes);
/* How many bytes stand before the body of an opened Envelope: its numbers, if they come first. */
size_t wire_body_offset(struct span bytes);
/* The name of the body, such as "revision", or "none": static storage. */
const char *wire_body_name(const Tonghop__Envelope *envelope);

/* Packs an Envelope with the given body set, protocol 1, `seq` and `re`; appends to `out`. */
void wire_pack(const Tonghop__Envelope *envelope, struct buf *out);

/* ---- reports ---- */

/* A filing that was opened: the header, and where its parts are. */
struct wire_filing {
    Tonghop__ReportHeader *header;     /* in the arena */
    struct span header_bytes;          /* in the arena */
    uint8_t digest[WIRE_DIGEST_SIZE];  /* BLAKE2b-256 of header_bytes: names these exact bytes */
    uint8_t content[WIRE_DIGEST_SIZE]; /* of key, scope, withdrawn and part digests: equal for equal
                                          content whoever filed it, on whatever base */
};

/* Opens a serialised Filing: header checked, parts counted, each part's digest and size verified,
 * cells rising, columns of equal length. Fills `ret_report` (report_fini) with everything decoded;
 * the filing's `header` and `header_bytes` live as long as `arena`, of which it takes at most
 * WIRE_FILING_ARENA_MAX. Errors as wire_open. */
enum err wire_open_filing(struct span bytes, struct arena *arena, struct wire_filing *ret_filing,
                          struct report *ret_report, char *reason, size_t reason_size);
/* The same of a filing that was opened when it was taken over, and has been kept under a checksum
 * since: nothing is hashed, and only the report is wanted. */
enum err wire_read_filing(struct span bytes, struct arena *arena, struct report *ret_report,
                          char *reason_text, size_t reason_size);
/* Whether a filing that was opened when it was taken over has no figures, without unpacking it. */
bool wire_filing_is_nil(struct span bytes);
/* The serialised Filing of a report in order (report_sort), appended to `out`; deterministic. */
void wire_pack_filing(const struct report *report, struct buf *out);

void wire_key_to_domain(const Tonghop__Key *key, struct report_key *ret_key);
/* Fills an initialised message. */
void wire_key_of(const struct report_key *key, Tonghop__Key *ret_key);

/* ---- notices ---- */

/* Unpacks and checks a serialised Notice; it lives as long as `arena`. Errors as wire_open. */
enum err wire_open_notice(struct span bytes, struct arena *arena, Tonghop__Notice **ret_notice,
                          char *reason, size_t reason_size);
/* Its bytes, appended to `out`; deterministic. */
void wire_pack_notice(const Tonghop__Notice *notice, struct buf *out);
/* Of an opened one. */
void wire_notice_key(const Tonghop__Notice *notice, struct notice_key *ret_key);
/* Its key put into an initialised message, `about` in the key's memory. */
void wire_put_notice_key(const struct notice_key *key, Tonghop__Notice *ret_notice);

/* ---- figures ---- */

void wire_figure_to_domain(const Tonghop__Figure *figure, struct figure *ret_figure);
/* `parts` must have room for 5 numbers and outlive the message. */
void wire_figure_of(uint32_t indicator, const struct figure *figure, Tonghop__Figure *ret_figure,
                    uint32_t *parts);

/* ---- catalogue ---- */

/* The bytes of a finished catalogue; deterministic. */
void wire_pack_catalogue(const struct catalogue *catalogue, struct buf *out);
/* Decodes and finishes (checks) a catalogue. ERR_MALFORMED, ERR_TOO_LARGE, ERR_INVALID, each with
 * problems added. The caller frees it. WIRE_ARENA_MAX would not hold a country's units: the memory
 * that unpacking may take grows with the bytes, whose number the chunks have bounded already. */
enum err wire_open_catalogue(struct span bytes, struct catalogue **ret_catalogue,
                             struct problems *problems);

#endif
