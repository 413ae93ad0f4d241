/* Catalogues: published at the root chunk by chunk, pulled by children chunk by chunk, in force
 * when complete, verified and checked. The chunks in the store are the staging area and the final
 * form; only the catalogue in force, those that editions name, and the one that is being staged,
 * are held.
 *
 * A root that was restored from an old backup meets nodes beneath with a higher catalogue than its
 * own. It must not publish another one of that number, nor one that was never checked against it;
 * but what a child says may be false, and no child may decide what is in force above it. So the
 * word of each enrolled node is kept, and until the catalogue it names is published here no other
 * one may be. A person fetches and publishes it, or revokes the key whose word is not believed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "link/key.h"
#include "node/editions.h"
#include "node/step.h"
#include "wire/digest.h"

static uint32_t own_number(const struct step *step)
{
    return step->node->catalogue != NULL ? step->node->catalogue->number : 0;
}

/* ---- what nodes beneath have ---- */

enum { HEARD_KEY_BYTES = 16, HEARD_NAME_SIZE = 6 + 2 * HEARD_KEY_BYTES + 1 };

/* A catalogue that is in force beneath and higher than our own. */
struct heard {
    uint32_t number;
    uint8_t hash[DIGEST_SIZE];
    uint32_t unit; /* whose node has it, and that node's key */
    uint8_t key[STORE_KEY_SIZE];
};

/* Half a key is more than enough to tell the keys of one node apart, and fits a name in meta. */
static const char *heard_name(const uint8_t *key, char *out)
{
    int len = snprintf(out, HEARD_NAME_SIZE, "heard.");
    for (size_t i = 0; i < HEARD_KEY_BYTES; i++)
        len += snprintf(out + len, (size_t)(HEARD_NAME_SIZE - len), "%02x", key[i]);
    return out;
}

void node_hear_catalogue(struct step *step, uint32_t number, const uint8_t *hash)
{
    char name[HEARD_NAME_SIZE], unit[256];
    struct buf value = {0};
    struct span known = {0};
    (void)heard_name(step->peer.from.key, name);
    if (number <= own_number(step)) {
        (void)store_delete_meta(step->txn, name); /* errors are sticky */
        return;
    }
    log_event(LOG_EVENT_CATALOGUE_AHEAD, LOG_FIELDS(.unit = step->peer.unit, .catalogue = number),
              "the node of %s has catalogue %" PRIu32 ", here is %" PRIu32
              ": was this node restored from an old backup? 'tonghop status' says what to do",
              node_unit_text(step->node, step->peer.unit, unit, sizeof(unit)), number,
              own_number(step));
    buf_put_u32(&value, number);
    buf_put(&value, hash, DIGEST_SIZE);
    if (store_get_meta(step->txn, name, &known) != ERR_OK || !span_equal(known, span_of(&value)))
        (void)store_put_meta(step->txn, name, span_of(&value)); /* the error is sticky */
    buf_fini(&value);
}

/* The highest one that an enrolled node has; of several with one number, that with `wanted_hash`
 * (may be NULL). False when none is above our own. */
static bool find_heard(struct step *step, const uint8_t *wanted_hash, struct heard *ret_heard)
{
    struct enrolled enrolled = {0};
    struct heard best = {.number = own_number(step)};
    while (store_next_enrolled(step->txn, &enrolled)) {
        char name[HEARD_NAME_SIZE];
        struct span value;
        if (enrolled.role != TONGHOP__ROLE__ROLE_NODE || enrolled.is_revoked ||
            store_get_meta(step->txn, heard_name(enrolled.key, name), &value) != ERR_OK)
            continue;
        struct reader reader = reader_of(value);
        uint32_t number = reader_u32(&reader);
        struct span hash = reader_bytes(&reader, DIGEST_SIZE);
        if (reader.failed || reader_left(&reader) > 0) {
            log_event(LOG_EVENT_STORE_DAMAGED,
                      LOG_FIELDS(.unit = enrolled.unit, .error = ERR_CORRUPT),
                      "'%s' in the store is damaged: restore a backup", name);
            store_fail(step->txn, ERR_CORRUPT);
            return false;
        }
        bool is_wanted = wanted_hash != NULL && memcmp(hash.data, wanted_hash, DIGEST_SIZE) == 0;
        if (number < best.number || (number == best.number && !(best.unit != 0 && is_wanted)))
            continue;
        best = (struct heard){.number = number, .unit = enrolled.unit};
        memcpy(best.hash, hash.data, sizeof(best.hash));
        memcpy(best.key, enrolled.key, sizeof(best.key));
    }
    if (best.unit != 0)
        *ret_heard = best;
    return best.unit != 0;
}

char *node_heard_text(struct step *step)
{
    const struct node *node = step->node;
    char unit[256], key[KEY_TEXT_SIZE];
    struct heard heard;
    if (!find_heard(step, NULL, &heard) || heard.number <= node->uplink.catalogue)
        return NULL;
    (void)step_unit_text(step, heard.unit, unit, sizeof(unit));
    (void)key_format(heard.key, key);
    return mem_printf(
        STEP_WORDS(step,
                   "the node of %s has catalogue %" PRIu32 ", here is %" PRIu32
                   ": get it there with 'tonghop catalogue fetch FILE' and publish that FILE at "
                   "the root, before any other; if that node is not to be believed, run "
                   "'tonghop revoke %s'",
                   "nút của %s có danh mục %" PRIu32 ", ở đây là %" PRIu32
                   ": lấy danh mục đó ở nút ấy bằng `tonghop catalogue fetch TỆP` rồi công bố TỆP "
                   "ở nút trên cùng, trước mọi danh mục khác; nếu không tin nút ấy thì chạy "
                   "`tonghop revoke %s`"),
        unit, heard.number, own_number(step), key);
}

/* ---- handing out ---- */

void node_handle_catalogue_request(struct step *step, const Tonghop__CatalogueRequest *request)
{
    uint32_t number = request->number != 0 ? request->number : own_number(step);
    struct catalogue_meta meta;
    struct span data;
    if (number == 0 || store_get_catalogue(step->txn, number, &meta) != ERR_OK ||
        meta.chunks_held < meta.chunk_count) {
        if (request->number == 0)
            step_refuse_without_catalogue(step);
        else
            step_refuse(step, ERR_CATALOGUE, NULL,
                        STEP_WORDS(step,
                                   "there is no catalogue of that number here (any more): ask for "
                                   "the one in force",
                                   "ở đây không có (hoặc không còn) danh mục số đó: hãy lấy danh "
                                   "mục đang có hiệu lực"));
        return;
    }
    if (request->index >= meta.chunk_count ||
        store_get_chunk(step->txn, number, request->index, &data) != ERR_OK) {
        step_refuse(step, ERR_RANGE, NULL,
                    STEP_WORDS(step, "catalogue %" PRIu32 " has chunks 0 to %" PRIu32,
                               "danh mục %" PRIu32 " có các phần từ 0 đến %" PRIu32),
                    number, meta.chunk_count - 1);
        return;
    }
    Tonghop__CatalogueChunk chunk = TONGHOP__CATALOGUE_CHUNK__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    chunk.number = number;
    chunk.hash.data = meta.hash;
    chunk.hash.len = sizeof(meta.hash);
    chunk.index = request->index;
    chunk.count = meta.chunk_count;
    chunk.data.data = (uint8_t *)(uintptr_t)data.data; /* protobuf-c only reads it */
    chunk.data.len = data.len;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_CATALOGUE_CHUNK;
    envelope.catalogue_chunk = &chunk;
    step_reply(step, &envelope);
}

/* ---- taking in ---- */

/* Adds the next chunk to the staging area; a first chunk, or one of another hash, begins anew.
 * Returns ERR_INVALID when it is not the one that is due. */
static enum err stage_chunk(struct step *step, const Tonghop__CatalogueChunk *chunk,
                            struct catalogue_meta *ret_meta)
{
    struct catalogue_meta meta;
    bool is_known = store_get_catalogue(step->txn, chunk->number, &meta) == ERR_OK &&
                    memcmp(meta.hash, chunk->hash.data, sizeof(meta.hash)) == 0 &&
                    meta.chunk_count == chunk->count;
    if (!is_known || chunk->index == 0) {
        /* Also what was staged under another number and never completed; errors are sticky. */
        editions_keep_catalogues(step->txn, own_number(step));
        meta = (struct catalogue_meta){.number = chunk->number, .chunk_count = chunk->count};
        memcpy(meta.hash, chunk->hash.data, sizeof(meta.hash));
    }
    if (chunk->index != meta.chunks_held || meta.size_bytes + chunk->data.len > WIRE_CATALOGUE_MAX)
        return ERR_INVALID;
    struct span data = {.data = chunk->data.data, .len = chunk->data.len};
    (void)store_put_chunk(step->txn, chunk->number, chunk->index, data);
    meta.chunks_held++;
    meta.size_bytes += chunk->data.len;
    *ret_meta = meta;
    return store_put_catalogue(step->txn, &meta);
}

/* Opens what was staged, checking hash and content. */
static enum err open_staged(struct step *step, const struct catalogue_meta *meta,
                            struct catalogue **ret_catalogue, struct problems *problems)
{
    struct buf bytes = {0};
    uint8_t hash[DIGEST_SIZE];
    enum err err = ERR_OK;
    for (uint32_t i = 0; i < meta->chunk_count && err == ERR_OK; i++) {
        struct span data;
        err = store_get_chunk(step->txn, meta->number, i, &data);
        if (err == ERR_OK)
            buf_put(&bytes, data.data, data.len);
    }
    digest_of(span_of(&bytes), hash);
    if (err == ERR_OK && memcmp(hash, meta->hash, sizeof(hash)) != 0)
        err = ERR_CORRUPT;
    struct catalogue *catalogue = NULL;
    if (err == ERR_OK)
        err = wire_open_catalogue(span_of(&bytes), &catalogue, problems);
    if (err == ERR_OK && catalogue->number != meta->number) {
        catalogue_free(&catalogue);
        err = ERR_MALFORMED;
    }
    if (err == ERR_OK)
        *ret_catalogue = catalogue;
    buf_fini(&bytes);
    return err;
}

static void put_in_force(struct step *step, struct catalogue *catalogue, const uint8_t *hash)
{
    uint32_t number = catalogue->number;
    log_event(LOG_EVENT_CATALOGUE_IN_FORCE, LOG_FIELDS(.catalogue = number),
              "catalogue %" PRIu32 " is in force: %zu units, %zu indicators", number,
              catalogue->unit_count, catalogue->indicator_count);
    if (catalogue_unit(catalogue, step->node->options.unit) == NULL)
        log_event(
            LOG_EVENT_UNIT_UNKNOWN, LOG_FIELDS(.catalogue = number),
            "catalogue %" PRIu32 " has no unit %" PRIu32
            ", which this node is configured for: correct 'unit', or publish a catalogue that "
            "has it",
            number, step->node->options.unit);
    node_take_catalogue(step->node, step->txn, catalogue, hash);
    contact_check_enrolled(step);
    editions_keep_catalogues(step->txn, number); /* errors are sticky */
    (void)store_unpark_outbox(step->txn);
    effects_add(step->effects, EFFECT_NOTICE, (struct span){0})->number = number;
}

/* ---- at the root ---- */

/* The day on which the catalogue is taken to be published. One that is in force beneath was
 * published before, when the periods it changes had not ended: how long ago is not known. */
static struct date publication_date(struct step *step, const struct catalogue_meta *meta)
{
    struct heard heard;
    struct date unknown = {0};
    if (find_heard(step, meta->hash, &heard) && heard.number == meta->number &&
        memcmp(heard.hash, meta->hash, sizeof(heard.hash)) == 0)
        return unknown;
    return instant_date(step->event->now);
}

static void finish_publication(struct step *step, const struct catalogue_meta *meta)
{
    struct node *node = step->node;
    struct problems problems = {.is_vietnamese = step->peer.is_vietnamese};
    struct catalogue *catalogue = NULL;
    enum err err = open_staged(step, meta, &catalogue, &problems);
    if (err == ERR_OK && node->catalogue != NULL)
        err = catalogue_check_succession(node->catalogue, catalogue, publication_date(step, meta),
                                         &problems);
    if (err != ERR_OK) {
        struct refusal detail = {.problems = &problems};
        (void)store_delete_catalogue(step->txn, meta->number); /* the error is sticky */
        step_refuse(step, err, &detail,
                    STEP_WORDS(step, "catalogue %" PRIu32 " may not be published",
                               "không công bố được danh mục %" PRIu32),
                    meta->number);
        catalogue_free(&catalogue);
    } else {
        size_t units = catalogue->unit_count;
        size_t indicators = catalogue->indicator_count;
        put_in_force(step, catalogue, meta->hash);
        step_done(step,
                  STEP_WORDS(step,
                             "catalogue %" PRIu32 " is in force: %zu unit{|s}, %zu indicator{|s}",
                             "danh mục %" PRIu32 " có hiệu lực: %zu đơn vị, %zu chỉ tiêu"),
                  meta->number, units, indicators);
    }
    problems_fini(&problems);
}

void node_handle_catalogue_publish(struct step *step, const Tonghop__CataloguePublish *publish)
{
    struct node *node = step->node;
    const Tonghop__CatalogueChunk *chunk = publish->chunk;
    struct catalogue_meta meta;
    struct heard heard;
    if (node->options.has_parent) {
        step_refuse(
            step, ERR_FORBIDDEN, NULL,
            STEP_WORDS(
                step, "catalogues are published at the root; this node gets them from its parent",
                "chỉ công bố danh mục ở nút trên cùng; nút này nhận danh mục từ nút cấp trên"));
        return;
    }
    if (node->catalogue != NULL && chunk->number == node->catalogue->number &&
        memcmp(chunk->hash.data, node->catalogue_hash, sizeof(node->catalogue_hash)) == 0) {
        step_done(step,
                  STEP_WORDS(step, "catalogue %" PRIu32 " is in force already",
                             "danh mục %" PRIu32 " đã có hiệu lực rồi"),
                  chunk->number);
        return;
    }
    if (node->catalogue != NULL && chunk->number <= node->catalogue->number) {
        step_refuse(
            step, ERR_EXISTS, NULL,
            STEP_WORDS(step, "catalogue %" PRIu32 " is in force: give the new one a higher number",
                       "danh mục %" PRIu32
                       " đang có hiệu lực: đặt cho danh mục mới một số lớn hơn"),
            node->catalogue->number);
        return;
    }
    if (find_heard(step, chunk->hash.data, &heard) &&
        (chunk->number != heard.number ||
         memcmp(chunk->hash.data, heard.hash, sizeof(heard.hash)) != 0)) {
        char *text = node_heard_text(step); /* the root has no node above: never NULL */
        step_refuse(step, ERR_CATALOGUE, NULL, "%s", text);
        free(text);
        return;
    }
    if (stage_chunk(step, chunk, &meta) != ERR_OK) {
        step_refuse(step, ERR_INVALID, NULL,
                    STEP_WORDS(step, "chunks must come in order, from 0: begin again",
                               "các phần phải đến theo thứ tự, từ 0: hãy làm lại từ đầu"));
        return;
    }
    if (meta.chunks_held < meta.chunk_count)
        step_done(
            step,
            STEP_WORDS(step, "chunk %" PRIu32 " of %" PRIu32, "phần %" PRIu32 " trên %" PRIu32),
            meta.chunks_held, meta.chunk_count);
    else
        finish_publication(step, &meta);
}

/* ---- beneath ---- */

/* A catalogue that cannot be used is said in the log and kept for status. */
static void refuse_catalogue(struct step *step, uint32_t number, enum err err)
{
    char trouble[160];
    int len = snprintf(trouble, sizeof(trouble),
                       "catalogue %" PRIu32 " from the node above cannot be used (%s)", number,
                       err_name(err));
    log_event(LOG_EVENT_CATALOGUE_UNUSABLE, LOG_FIELDS(.catalogue = number, .error = err), "%s",
              trouble);
    effects_add(step->effects, EFFECT_TROUBLE,
                (struct span){.data = (const uint8_t *)trouble, .len = (size_t)len});
    (void)store_delete_catalogue(step->txn, number); /* the error is sticky */
}

/* A chunk that brings us no further leaves its request under way: it is repeated when that has
 * expired, not at once and for ever. */
void node_handle_chunk(struct step *step, const Tonghop__CatalogueChunk *chunk)
{
    struct node *node = step->node;
    struct catalogue_meta meta;
    if (step->in->re == 0 || step->in->re != node->uplink.request_seq)
        return;                                    /* not what was asked for */
    if (chunk->number != node->uplink.catalogue) { /* it has a newer one by now: ask for that */
        effects_add(step->effects, EFFECT_CHUNK_DONE, (struct span){0});
        return;
    }
    if (memcmp(chunk->hash.data, node->uplink.catalogue_hash, DIGEST_SIZE) != 0 ||
        (node->catalogue != NULL && chunk->number <= node->catalogue->number) ||
        stage_chunk(step, chunk, &meta) != ERR_OK)
        return;
    if (meta.chunks_held < meta.chunk_count) {
        effects_add(step->effects, EFFECT_CHUNK_DONE, (struct span){0});
        return;
    }
    struct problems problems = {0};
    struct catalogue *catalogue = NULL;
    enum err err = open_staged(step, &meta, &catalogue, &problems);
    if (err == ERR_OK) {
        put_in_force(step, catalogue, meta.hash);
        effects_add(step->effects, EFFECT_CHUNK_DONE, (struct span){0});
        effects_add(step->effects, EFFECT_TROUBLE, (struct span){0}); /* of an earlier try */
    } else {
        refuse_catalogue(step, chunk->number, err);
    }
    problems_fini(&problems);
}
