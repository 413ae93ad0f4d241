/* Catalogues: published at the root chunk by chunk, pulled by children chunk by chunk, in force
 * when complete, verified and checked. The chunks in the store are the staging area and the final
 * form. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "node/step.h"
#include "wire/digest.h"

/* ---- handing out ---- */

void node_handle_catalogue_request(struct step *step, const Tonghop__CatalogueRequest *request)
{
    struct node *node = step->node;
    uint32_t in_force = node->catalogue != NULL ? node->catalogue->number : 0;
    uint32_t number = request->number != 0 ? request->number : in_force;
    struct catalogue_meta meta;
    struct span data;
    if (number == 0 || store_get_catalogue(step->txn, number, &meta) != ERR_OK ||
        meta.chunks_held < meta.chunk_count) {
        step_refuse(step, ERR_CATALOGUE, NULL, "there is no catalogue%s here yet",
                    request->number != 0 ? " of that number" : "");
        return;
    }
    if (request->index >= meta.chunk_count ||
        store_get_chunk(step->txn, number, request->index, &data) != ERR_OK) {
        step_refuse(step, ERR_RANGE, NULL, "catalogue %" PRIu32 " has chunks 0 to %" PRIu32, number,
                    meta.chunk_count - 1);
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
        (void)store_delete_catalogue(step->txn, chunk->number); /* errors are sticky */
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
    log_notice("catalogue %" PRIu32 " is in force: %zu units, %zu indicators", number,
               catalogue->unit_count, catalogue->indicator_count);
    if (catalogue_unit(catalogue, step->node->options.unit) == NULL)
        log_error(
            "catalogue %" PRIu32 " has no unit %" PRIu32
            ", which this node is configured for: correct 'unit', or publish a catalogue that "
            "has it",
            number, step->node->options.unit);
    node_take_catalogue(step->node, step->txn, catalogue, hash);
    (void)store_unpark_outbox(step->txn); /* the error is sticky */
    effects_add(step->effects, EFFECT_NOTICE, (struct span){0})->number = number;
}

/* ---- at the root ---- */

static void finish_publication(struct step *step, const struct catalogue_meta *meta)
{
    struct node *node = step->node;
    struct problems problems = {0};
    struct catalogue *catalogue = NULL;
    enum err err = open_staged(step, meta, &catalogue, &problems);
    if (err == ERR_OK && node->catalogue != NULL)
        err = catalogue_check_succession(node->catalogue, catalogue, instant_date(step->event->now),
                                         &problems);
    if (err != ERR_OK) {
        struct refusal detail = {.problems = &problems};
        (void)store_delete_catalogue(step->txn, meta->number); /* the error is sticky */
        step_refuse(step, err, &detail, "catalogue %" PRIu32 " may not be published", meta->number);
        catalogue_free(&catalogue);
    } else {
        size_t units = catalogue->unit_count;
        size_t indicators = catalogue->indicator_count;
        put_in_force(step, catalogue, meta->hash);
        step_done(step, "catalogue %" PRIu32 " is in force: %zu units, %zu indicators",
                  meta->number, units, indicators);
    }
    problems_fini(&problems);
}

void node_handle_catalogue_publish(struct step *step, const Tonghop__CataloguePublish *publish)
{
    struct node *node = step->node;
    const Tonghop__CatalogueChunk *chunk = publish->chunk;
    struct catalogue_meta meta;
    if (node->options.has_parent) {
        step_refuse(step, ERR_FORBIDDEN, NULL,
                    "catalogues are published at the root; this node gets them from its parent");
        return;
    }
    if (node->catalogue != NULL && chunk->number == node->catalogue->number &&
        memcmp(chunk->hash.data, node->catalogue_hash, sizeof(node->catalogue_hash)) == 0) {
        step_done(step, "catalogue %" PRIu32 " is in force already", chunk->number);
        return;
    }
    if (node->catalogue != NULL && chunk->number <= node->catalogue->number) {
        step_refuse(step, ERR_EXISTS, NULL,
                    "catalogue %" PRIu32 " is in force: give the new one a higher number",
                    node->catalogue->number);
        return;
    }
    if (stage_chunk(step, chunk, &meta) != ERR_OK) {
        step_refuse(step, ERR_INVALID, NULL, "chunks must come in order, from 0: begin again");
        return;
    }
    if (meta.chunks_held < meta.chunk_count)
        step_done(step, "chunk %" PRIu32 " of %" PRIu32, meta.chunks_held, meta.chunk_count);
    else
        finish_publication(step, &meta);
}

/* ---- beneath ---- */

/* A chunk that brings us no further leaves its request under way: it is repeated when that has
 * expired, not at once and for ever. */
/* A catalogue that cannot be used is said in the log and kept for status. */
static void refuse_catalogue(struct step *step, uint32_t number, enum err err)
{
    char trouble[160];
    int len = snprintf(trouble, sizeof(trouble),
                       "catalogue %" PRIu32 " from the node above cannot be used (%s)", number,
                       err_name(err));
    log_error("%s", trouble);
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
    } else {
        refuse_catalogue(step, chunk->number, err);
    }
    problems_fini(&problems);
}
