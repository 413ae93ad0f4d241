/* An edition is taken from the heads, which lie in the store in the order in which it names them.
 */
#include "node/editions.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

/* ---- taking ---- */

/* The content digest of the revision that counts. */
static bool find_content(struct node *node, struct store_txn *txn, const struct report_key *key,
                         const struct head *head, uint8_t *ret_content)
{
    struct revision revision;
    struct wire_filing filing;
    struct report report = {0};
    char reason[WIRE_REASON_SIZE];
    if (head->counting == head->revision) {
        memcpy(ret_content, head->content, EDITION_CONTENT_SIZE);
        return true;
    }
    arena_reset(node->scratch);
    bool is_read = store_get_named_revision(txn, key, head->counting, &revision) == ERR_OK &&
                   wire_open_filing(revision.filing, node->scratch, &filing, &report, reason,
                                    sizeof(reason)) == ERR_OK;
    if (is_read)
        memcpy(ret_content, filing.content, EDITION_CONTENT_SIZE);
    else
        store_fail(txn, ERR_CORRUPT);
    report_fini(&report);
    return is_read;
}

bool editions_take(struct node *node, struct store_txn *txn, uint8_t kind, struct period period,
                   uint32_t unit, struct edition *ret_edition)
{
    const struct tree *tree = node_tree(node, period);
    struct edition taken = {
        .kind = kind, .period = period, .unit = unit, .catalogue = node->catalogue->number};
    struct report_key cursor = store_cursor_before(kind, period.year, 0, 0);
    struct head head;
    memcpy(taken.catalogue_hash, node->catalogue_hash, sizeof(taken.catalogue_hash));
    while (store_next_head(txn, &cursor, &head) && cursor.kind == kind &&
           cursor.period.year == period.year && taken.report_count <= EDITION_REPORTS_MAX) {
        struct edition_report report = {.unit = cursor.unit,
                                        .form = cursor.form,
                                        .label = cursor.period.label,
                                        .revision = head.counting};
        if (head.counting != 0 && edition_has_label(period, report.label) &&
            tree_contains(tree, unit, cursor.unit) &&
            find_content(node, txn, &cursor, &head, report.content))
            edition_add_report(&taken, &report);
    }
    if (taken.report_count > EDITION_REPORTS_MAX) {
        edition_fini(&taken);
        return false;
    }
    edition_seal(&taken);
    *ret_edition = taken;
    return true;
}

/* ---- reading ---- */

static enum err decode(const struct edition_key *key, struct span bytes,
                       struct edition *ret_edition)
{
    struct edition found = {
        .kind = key->kind, .period = key->period, .unit = key->unit, .number = key->number};
    enum err err = edition_decode(bytes, &found);
    if (err == ERR_OK)
        *ret_edition = found;
    return err;
}

enum err editions_load(struct store_txn *txn, const struct edition_key *key,
                       struct edition *ret_edition)
{
    struct span bytes;
    enum err err = store_get_edition(txn, key, &bytes);
    return err == ERR_OK ? decode(key, bytes, ret_edition) : err;
}

bool editions_next(struct store_txn *txn, struct edition_key *cursor, struct edition *ret_edition)
{
    const struct edition_key wanted = *cursor;
    struct span bytes;
    while (store_next_edition(txn, cursor, &bytes) && cursor->kind == wanted.kind &&
           period_equal(cursor->period, wanted.period) && cursor->unit == wanted.unit)
        if (decode(cursor, bytes, ret_edition) == ERR_OK)
            return true;
    return false;
}

void editions_keep_catalogues(struct store_txn *txn, uint32_t number)
{
    struct edition_key cursor = {0};
    struct edition edition;
    struct span bytes;
    uint32_t *numbers = NULL;
    size_t count = 0, capacity = 0;
    numbers = mem_grow(numbers, count, &capacity, sizeof(*numbers));
    numbers[count++] = number;
    while (store_next_edition(txn, &cursor, &bytes)) {
        if (decode(&cursor, bytes, &edition) != ERR_OK)
            continue; /* verify tells of it */
        numbers = mem_grow(numbers, count, &capacity, sizeof(*numbers));
        numbers[count++] = edition.catalogue;
        edition_fini(&edition);
    }
    (void)store_keep_catalogues(txn, numbers, count); /* errors are sticky */
    free(numbers);
}

/* ---- verifying ---- */

bool editions_has_catalogue(struct store_txn *txn, const struct edition *edition)
{
    struct catalogue_meta meta;
    return store_get_catalogue(txn, edition->catalogue, &meta) == ERR_OK &&
           meta.chunks_held == meta.chunk_count &&
           memcmp(meta.hash, edition->catalogue_hash, sizeof(meta.hash)) == 0;
}

static bool is_held(struct node *node, struct store_txn *txn, const struct report_key *key,
                    const struct edition_report *named)
{
    struct revision revision;
    struct wire_filing filing;
    struct report report = {0};
    char reason[WIRE_REASON_SIZE];
    arena_reset(node->scratch);
    bool is_same = store_get_revision(txn, key, named->revision, &revision) == ERR_OK &&
                   wire_open_filing(revision.filing, node->scratch, &filing, &report, reason,
                                    sizeof(reason)) == ERR_OK &&
                   memcmp(filing.content, named->content, sizeof(named->content)) == 0;
    report_fini(&report);
    return is_same;
}

size_t editions_count_missing(struct node *node, struct store_txn *txn,
                              const struct edition *edition, struct report_key *ret_key,
                              uint64_t *ret_revision)
{
    size_t count = 0;
    for (size_t i = 0; i < edition->report_count; i++) {
        const struct edition_report *named = &edition->reports[i];
        const struct report_key key = edition_report_key(edition, named);
        if (is_held(node, txn, &key, named))
            continue;
        if (count == 0) {
            *ret_key = key;
            *ret_revision = named->revision;
        }
        count++;
    }
    return count;
}

/* ---- finding ---- */

/* What a text asks for: a rank, or a number; both 0 if it is neither. */
struct wanted {
    uint8_t rank;
    uint32_t number;
};

static struct wanted read_wanted(const char *text)
{
    struct wanted wanted = {.rank = edition_rank_of(text)};
    uint64_t number = 0;
    for (const char *at = text; wanted.rank == 0 && *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || number > UINT32_MAX / 10)
            return (struct wanted){0};
        number = 10 * number + (uint64_t)(*at - '0');
    }
    wanted.number = number <= UINT32_MAX ? (uint32_t)number : 0;
    return wanted;
}

/* The last one of the unit that is wanted. */
static bool find_of_unit(struct step *step, const struct query *query, uint32_t unit,
                         struct wanted wanted, struct edition *ret_edition)
{
    struct edition_key cursor = {.kind = query->kind, .period = query->period, .unit = unit};
    struct edition edition;
    bool is_found = false;
    while (editions_next(step->txn, &cursor, &edition)) {
        bool is_wanted =
            wanted.rank != 0 ? edition.rank == wanted.rank : edition.number == wanted.number;
        if (!is_wanted) {
            edition_fini(&edition);
            continue;
        }
        if (is_found)
            edition_fini(ret_edition);
        *ret_edition = edition;
        is_found = true;
    }
    return is_found;
}

bool editions_find(struct step *step, const struct query *query, const char *text,
                   struct edition *ret_edition)
{
    const struct wanted wanted = read_wanted(text);
    char word[QUERY_WORD_SIZE], name[256], period[PERIOD_TEXT_SIZE];
    if (wanted.rank == 0 && wanted.number == 0) {
        step_refuse(step, ERR_SYNTAX, NULL,
                    STEP_WORDS(step,
                               "'%s' is no edition: write its number, or estimate, preliminary or "
                               "official",
                               "“%s” không phải là bản chốt số liệu: ghi số thứ tự của bản chốt, "
                               "hoặc estimate, preliminary, official"),
                    query_word(text, word));
        return false;
    }
    for (uint32_t i = tree_find(query->tree, query->unit); i != TREE_NONE;
         i = query->tree->nodes[i].parent)
        if (find_of_unit(step, query, query->tree->nodes[i].unit, wanted, ret_edition))
            return true;
    step_refuse(step, ERR_NOT_FOUND, NULL,
                STEP_WORDS(step,
                           "there is no edition '%s' of %s, %s: see 'tonghop editions --period %s'",
                           "không có bản chốt số liệu “%s” của %s, kỳ %s: xem `tonghop editions "
                           "--period %s`"),
                query_word(text, word), step_unit_text(step, query->unit, name, sizeof(name)),
                period_format(query->period, period), period);
    return false;
}

/* ---- asking one ---- */

static bool is_same(const struct edition *a, const struct edition *b)
{
    return a->kind == b->kind && period_equal(a->period, b->period) && a->unit == b->unit &&
           a->number == b->number && memcmp(a->digest, b->digest, sizeof(a->digest)) == 0;
}

void editions_refuse_catalogue(struct step *step, enum err err, uint32_t number)
{
    step_refuse(
        step, err, NULL,
        STEP_WORDS(step,
                   "the catalogue under which edition %" PRIu32
                   " was made is not held here (any more): restore a backup that has it",
                   "danh mục mà bản chốt số liệu %" PRIu32
                   " lập theo không còn ở nút này: khôi phục từ bản sao lưu có danh mục đó"),
        number);
}

struct frozen *editions_open(struct step *step, const struct query *query, const char *text)
{
    struct node *node = step->node;
    struct edition edition;
    if (!editions_find(step, query, text, &edition))
        return NULL;
    if (node->edition != NULL && is_same(&edition, &node->edition->edition)) {
        edition_fini(&edition);
        return node->edition;
    }
    const uint32_t number = edition.number;
    frozen_free(&node->edition);
    enum err err = frozen_new(node, step->txn, &edition, &node->edition);
    if (err == ERR_OK)
        return node->edition;
    editions_refuse_catalogue(step, err, number);
    return NULL;
}

struct step editions_enter(const struct step *step, struct frozen *frozen)
{
    struct step within = *step;
    within.node = &frozen->node;
    frozen->node.next_seq = step->node->next_seq; /* it answers in the node's name */
    return within;
}

void editions_leave(struct step *step, struct step *within)
{
    struct frozen *frozen = within->node->frozen;
    step->node->next_seq = frozen->node.next_seq;
    if (frozen == step->node->edition && frozen->has_missing)
        frozen_free(&step->node->edition); /* that revision may come back */
}

bool editions_is_whole(struct step *within, struct frozen *frozen)
{
    char text[STEP_REPORT_TEXT_SIZE];
    if (!frozen->has_missing)
        return true;
    step_refuse(within, ERR_NOT_FOUND, NULL,
                STEP_WORDS(within,
                           "%s, which edition %" PRIu32
                           " is made of, is not held here (any more): restore a backup that has it",
                           "%s, là phần của bản chốt số liệu %" PRIu32
                           ", không còn ở nút này: khôi phục từ bản sao lưu có bản đó"),
                step_report_text(within, &frozen->missing, frozen->missing_revision, text),
                frozen->edition.number);
    return false;
}

void editions_fill(struct node *node, struct edition *edition, struct edition_message *ret)
{
    static char no_text[] = "";
    Tonghop__Edition *message = &ret->message;
    tonghop__edition__init(message);
    query_unit_info(node, edition->unit, node_tree(node, edition->period)->window.last, &ret->unit);
    message->unit = &ret->unit;
    message->kind = edition->kind;
    message->period = period_format(edition->period, ret->period);
    message->number = edition->number;
    message->rank = (Tonghop__EditionRank)edition->rank;
    message->time_us = edition->time.us;
    message->person = edition->person != NULL ? edition->person : no_text;
    message->reason = edition->reason != NULL ? edition->reason : no_text;
    message->catalogue = edition->catalogue;
    message->catalogue_hash =
        (ProtobufCBinaryData){sizeof(edition->catalogue_hash), edition->catalogue_hash};
    message->digest = (ProtobufCBinaryData){sizeof(edition->digest), edition->digest};
    message->due_count = edition->due_count;
    message->filed_count = edition->filed_count;
    message->missing_count = edition->missing_count;
    message->report_count = (uint32_t)edition->report_count;
}
