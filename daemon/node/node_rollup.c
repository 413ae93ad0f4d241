/* Statements: a node tells its parent what it makes of its reports; the parent, which holds the
 * same reports, compares. A difference is an alarm, never an addition. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "node/reconcile.h"
#include "node/rollup.h"
#include "node/step.h"
#include "wire/digest.h"

enum { PARTS_PER_FIGURE = QUALIFIER_COUNT - 1 };

/* BLAKE2b-256 of the three bucket digests of (kind, year) at `unit`. */
static enum err year_digest(struct node *node, struct store_txn *txn, uint8_t kind, uint16_t year,
                            uint32_t unit, uint8_t *ret_digest)
{
    rollup_save(node, txn); /* reports of this transaction are in it */
    struct buf all = {0};
    enum err err = ERR_OK;
    for (int label = PERIOD_S1; label <= PERIOD_Y && err == ERR_OK; label++) {
        struct bucket bucket;
        struct period period = {.year = year, .label = (uint8_t)label};
        err = store_get_bucket(txn, kind, period, unit, &bucket);
        if (err == ERR_OK)
            buf_put(&all, bucket.digest, sizeof(bucket.digest));
    }
    if (err == ERR_OK)
        digest_of(span_of(&all), ret_digest);
    buf_fini(&all);
    return err;
}

/* ---- sending ---- */

static void free_part(Tonghop__StatementPart *part)
{
    for (size_t i = 0; i < part->n_figures; i++) {
        free(part->figures[i]->parts);
        free(part->figures[i]);
    }
    free(part->figures);
    free(part);
}

static Tonghop__StatementPart *make_part(uint32_t form, uint32_t label,
                                         const struct figures *figures)
{
    Tonghop__StatementPart *part = mem_alloc(sizeof(*part));
    tonghop__statement_part__init(part);
    part->form = form;
    part->label = label;
    part->n_figures = figures->count;
    part->figures = mem_calloc(figures->count, sizeof(*part->figures));
    for (size_t i = 0; i < figures->count; i++) {
        part->figures[i] = mem_alloc(sizeof(*part->figures[i]));
        tonghop__figure__init(part->figures[i]);
        uint32_t *parts = mem_calloc(PARTS_PER_FIGURE, sizeof(*parts));
        wire_figure_of(figures->items[i].indicator, &figures->items[i].figure, part->figures[i],
                       parts);
    }
    return part;
}

bool node_pack_statement(struct node *node, struct store_txn *txn, const struct report_key *key,
                         uint64_t seq, struct buf *out)
{
    uint8_t digest[DIGEST_SIZE];
    if (!reconcile_is_ready(node) || node->is_restoring ||
        year_digest(node, txn, key->kind, key->period.year, node->options.unit, digest) != ERR_OK)
        return false;
    size_t most = node->catalogue->form_count * PERIOD_LABEL_COUNT;
    Tonghop__StatementPart **parts = mem_calloc(most + 1, sizeof(*parts));
    struct figures figures = {0};
    size_t count = 0;
    for (size_t f = 0; f < node->catalogue->form_count; f++) {
        for (int label = PERIOD_S1; label <= PERIOD_Y; label++) {
            struct report_key k = {.kind = key->kind,
                                   .period = {key->period.year, (uint8_t)label},
                                   .unit = node->options.unit,
                                   .form = node->catalogue->forms[f].number};
            rollup_of(node, txn, &k, NULL, &figures);
            if (figures.count > 0)
                parts[count++] = make_part(k.form, (uint32_t)label, &figures);
        }
    }
    Tonghop__Statement statement = TONGHOP__STATEMENT__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    statement.kind = key->kind;
    statement.year = key->period.year;
    statement.unit = node->options.unit;
    statement.catalogue = node->catalogue->number;
    statement.digest.data = digest;
    statement.digest.len = sizeof(digest);
    statement.n_parts = count;
    statement.parts = parts;
    envelope.protocol = WIRE_PROTOCOL;
    envelope.seq = seq;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_STATEMENT;
    envelope.statement = &statement;
    wire_pack(&envelope, out);
    for (size_t i = 0; i < count; i++)
        free_part(parts[i]);
    free(parts);
    figures_fini(&figures);
    return true;
}

/* ---- comparing ---- */

static const Tonghop__StatementPart *find_part(const Tonghop__Statement *statement, uint32_t form,
                                               uint32_t label)
{
    for (size_t i = 0; i < statement->n_parts; i++)
        if (statement->parts[i]->form == form && statement->parts[i]->label == label)
            return statement->parts[i];
    return NULL;
}

/* The first indicator on which two lists differ, 0 if there is none. */
static uint32_t first_difference(const struct figures *a, const struct figures *b)
{
    size_t i = 0;
    while (i < a->count && i < b->count && a->items[i].indicator == b->items[i].indicator &&
           figure_equal(&a->items[i].figure, &b->items[i].figure))
        i++;
    if (i < a->count)
        return a->items[i].indicator;
    return i < b->count ? b->items[i].indicator : 0;
}

/* True when a part says exactly what we computed; else names the first difference. */
static bool part_agrees(const struct node *node, const Tonghop__StatementPart *part,
                        const struct figures *ours, char *ret_text, size_t size)
{
    struct figures theirs = {0};
    size_t count = part != NULL ? part->n_figures : 0;
    for (size_t i = 0; i < count; i++) {
        struct figure figure;
        wire_figure_to_domain(part->figures[i], &figure);
        figures_append(&theirs, part->figures[i]->indicator, &figure);
    }
    uint32_t different = first_difference(ours, &theirs);
    if (different != 0) {
        const struct indicator *indicator = catalogue_indicator(node->catalogue, different);
        (void)snprintf(ret_text, size, "first difference: indicator %s",
                       indicator != NULL ? indicator->code : "?");
    }
    figures_fini(&theirs);
    return different == 0;
}

static bool statement_agrees(struct step *step, const Tonghop__Statement *statement, char *ret_text,
                             size_t size)
{
    struct node *node = step->node;
    struct figures ours = {0};
    bool agrees = true;
    for (size_t f = 0; f < node->catalogue->form_count && agrees; f++) {
        for (int label = PERIOD_S1; label <= PERIOD_Y && agrees; label++) {
            struct report_key key = {.kind = (uint8_t)statement->kind,
                                     .period = {(uint16_t)statement->year, (uint8_t)label},
                                     .unit = statement->unit,
                                     .form = node->catalogue->forms[f].number};
            rollup_of(node, step->txn, &key, NULL, &ours);
            agrees = part_agrees(node, find_part(statement, key.form, (uint32_t)label), &ours,
                                 ret_text, size);
        }
    }
    figures_fini(&ours);
    return agrees;
}

static bool compare_trees(struct node *node, uint16_t year, uint32_t unit)
{
    const struct tree *first = node_tree(node, (struct period){year, PERIOD_S1});
    const struct tree *second = node_tree(node, (struct period){year, PERIOD_S2});
    const struct tree *whole = node_tree(node, (struct period){year, PERIOD_Y});
    return tree_lies_in(first, unit, whole, unit) && tree_lies_in(whole, unit, first, unit) &&
           tree_lies_in(second, unit, whole, unit) && tree_lies_in(whole, unit, second, unit);
}

/* A unit that moved in mid-year has reports of that year in two places: the node of either place
 * holds a part of them and we hold all, so that what they make of the year differs, rightly. A
 * statement comes with each report that comes alone, and comparing walks over all units beneath:
 * what came of it is remembered. */
static bool year_has_one_tree(struct node *node, uint16_t year, uint32_t unit)
{
    struct node_stated *stated = &node->stated[(unit + year) % NODE_STATED_MAX];
    if (stated->unit != unit || stated->year != year)
        *stated = (struct node_stated){
            .unit = unit, .year = year, .has_one_tree = compare_trees(node, year, unit)};
    return stated->has_one_tree;
}

static Tonghop__StatementOutcome judge(struct step *step, const Tonghop__Statement *statement)
{
    struct node *node = step->node;
    uint8_t kind = (uint8_t)statement->kind;
    uint16_t year = (uint16_t)statement->year;
    uint8_t digest[DIGEST_SIZE];
    struct report_key about = {.kind = kind, .period = {.year = year}, .unit = statement->unit};
    struct alarm alarm = {
        .kind = kind, .year = year, .unit = statement->unit, .since = step->event->now};
    char unit[256];
    char difference[160] = "";
    if (statement->catalogue != node->catalogue->number ||
        year_digest(node, step->txn, kind, year, statement->unit, digest) != ERR_OK ||
        memcmp(digest, statement->digest.data, sizeof(digest)) != 0)
        return TONGHOP__STATEMENT_OUTCOME__STATEMENT_OUTCOME_NOT_COMPARABLE;
    (void)store_delete_alarm(step->txn, kind, year, statement->unit); /* errors are sticky */
    if (!year_has_one_tree(node, year, statement->unit))
        return TONGHOP__STATEMENT_OUTCOME__STATEMENT_OUTCOME_NOT_COMPARABLE;
    if (statement_agrees(step, statement, difference, sizeof(difference)))
        return TONGHOP__STATEMENT_OUTCOME__STATEMENT_OUTCOME_AGREES;
    (void)snprintf(alarm.text, sizeof(alarm.text),
                   "%s computes other totals for %u from the same reports (%s): run 'tonghop "
                   "verify' on both nodes",
                   node_unit_text(node, statement->unit, unit, sizeof(unit)), year, difference);
    (void)store_put_alarm(step->txn, &alarm);
    log_event(LOG_EVENT_ALARM, LOG_FIELDS(.report = &about), "alarm: %s", alarm.text);
    return TONGHOP__STATEMENT_OUTCOME__STATEMENT_OUTCOME_DIFFERS;
}

void node_handle_statement(struct step *step, const Tonghop__Statement *statement)
{
    if (statement->unit != step->peer.unit) {
        step_refuse(step, ERR_FOREIGN, NULL,
                    "the node of unit %" PRIu32 " may not make statements for unit %" PRIu32,
                    step->peer.unit, statement->unit);
        return;
    }
    if (!reconcile_is_ready(step->node) || step->node->is_restoring) {
        step_refuse(step, ERR_BUSY, NULL, "totals are not complete here: state them again later");
        return;
    }
    Tonghop__StatementAck ack = TONGHOP__STATEMENT_ACK__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    ack.kind = statement->kind;
    ack.year = statement->year;
    ack.unit = statement->unit;
    ack.outcome = judge(step, statement);
    envelope.body_case = TONGHOP__ENVELOPE__BODY_STATEMENT_ACK;
    envelope.statement_ack = &ack;
    step_reply(step, &envelope);
}

/* The parent could not compare because it has another catalogue, such as an old one from a backup:
 * it is told again when that has changed. */
static void await_catalogue(struct step *step, const struct session_sent *sent)
{
    struct outbox_item item;
    if (store_get_outbox(step->txn, OUTBOX_STATEMENT, &sent->key, &item) == ERR_OK &&
        item.version == sent->version)
        (void)store_park_outbox(step->txn, OUTBOX_STATEMENT, &sent->key,
                                "catalogue: the node above has another one in force"); /* sticky */
}

void node_handle_statement_ack(struct step *step, const Tonghop__StatementAck *ack)
{
    const struct node *node = step->node;
    const struct session_sent *sent = node_sent(node, step->in->re);
    effects_add(step->effects, EFFECT_ANSWERED, (struct span){0})->re = step->in->re;
    if (sent == NULL || sent->type != OUTBOX_STATEMENT)
        return;
    if (ack->outcome == TONGHOP__STATEMENT_OUTCOME__STATEMENT_OUTCOME_NOT_COMPARABLE &&
        node->catalogue != NULL && node->catalogue->number != node->uplink.catalogue) {
        await_catalogue(step, sent);
        return;
    }
    if (ack->outcome == TONGHOP__STATEMENT_OUTCOME__STATEMENT_OUTCOME_DIFFERS)
        log_event(LOG_EVENT_TOTALS_DIFFER, LOG_FIELDS(.report = &sent->key),
                  "the parent computes other totals for %" PRIu32
                  " from the same reports: run 'tonghop verify' on both nodes",
                  ack->year);
    (void)store_clear_outbox(step->txn, OUTBOX_STATEMENT, &sent->key, sent->version); /* sticky */
    effects_add(step->effects, EFFECT_ACKED, (struct span){0});
}
