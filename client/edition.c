/* Ranks, and the list of editions. */
#include "client/edition.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/selection.h"
#include "client/words.h"
#include "core/instant.h"
#include "core/person.h"

struct rank {
    const char *code;
    enum word word;
};

static const struct rank ranks[] = {
    [TONGHOP__EDITION_RANK__EDITION_RANK_UNSPECIFIED] = {NULL, WORD_EDITION_UNKNOWN},
    [TONGHOP__EDITION_RANK__EDITION_RANK_ESTIMATE] = {"estimate", WORD_EDITION_ESTIMATE},
    [TONGHOP__EDITION_RANK__EDITION_RANK_PRELIMINARY] = {"preliminary", WORD_EDITION_PRELIMINARY},
    [TONGHOP__EDITION_RANK__EDITION_RANK_OFFICIAL] = {"official", WORD_EDITION_OFFICIAL},
};

enum { RANK_COUNT = sizeof(ranks) / sizeof(ranks[0]), DIGEST_SHOWN = 8 };

static const struct rank *rank_of(Tonghop__EditionRank rank)
{
    return &ranks[(size_t)rank < RANK_COUNT ? (size_t)rank : 0];
}

const char *edition_rank_text(const struct common *common, Tonghop__EditionRank rank)
{
    return words(common->is_english, rank_of(rank)->word);
}

const char *edition_rank_code(Tonghop__EditionRank rank)
{
    return rank_of(rank)->code;
}

bool edition_read_rank(const char *word, Tonghop__EditionRank *ret_rank)
{
    for (size_t i = 1; i < RANK_COUNT; i++) {
        if (strcmp(word, ranks[i].code) != 0)
            continue;
        *ret_rank = (Tonghop__EditionRank)i;
        return true;
    }
    return false;
}

static const struct heading headings[] = {
    {"edition", WORD_COLUMN_EDITION, TABLE_RIGHT},
    {"rank", WORD_COLUMN_RANK, TABLE_LEFT},
    {"time", WORD_COLUMN_FROZEN, TABLE_LEFT},
    {"person", WORD_COLUMN_PERSON, TABLE_LEFT},
    {"reason", WORD_COLUMN_REASON, TABLE_LEFT},
    {"due", WORD_COLUMN_DUE_COUNT, TABLE_RIGHT},
    {"filed", WORD_COLUMN_FILED_COUNT, TABLE_RIGHT},
    {"missing", WORD_COLUMN_MISSING_COUNT, TABLE_RIGHT},
    {"catalogue", WORD_STATUS_CATALOGUE, TABLE_RIGHT},
    {"digest", WORD_COLUMN_DIGEST, TABLE_LEFT},
};
static const char *const more_keys[] = {"catalogue_hash", "report_count", "unit", "unit_id",
                                        "unit_name",      "period",       "kind"};

struct table *edition_table_new(const struct common *common)
{
    struct table *table = table_new();
    table_add_headings(table, common->is_english, headings, sizeof(headings) / sizeof(headings[0]));
    if (common->output != OUTPUT_TEXT)
        table_add_keys(table, more_keys, sizeof(more_keys) / sizeof(more_keys[0]));
    return table;
}

static void add_hex(struct table *table, ProtobufCBinaryData bytes, size_t most)
{
    struct buf out = {0};
    for (size_t i = 0; i < bytes.len && i < most; i++)
        buf_printf(&out, "%02x", bytes.data[i]);
    table_add(table, (const char *)out.data);
    buf_fini(&out);
}

void edition_add(const struct common *common, const Tonghop__Edition *edition, struct table *table)
{
    char time[INSTANT_TEXT_SIZE], person[PERSON_SHOWN_SIZE];
    bool is_text = common->output == OUTPUT_TEXT;
    table_add_number(table, edition->number);
    table_add(table, is_text ? edition_rank_text(common, edition->rank)
                             : edition_rank_code(edition->rank));
    table_add(table, instant_format((struct instant){edition->time_us}, time));
    table_add(table, is_text ? person_show(edition->person, person) : edition->person);
    table_add(table, edition->reason);
    table_addf(table, "%" PRIu32, edition->due_count);
    table_addf(table, "%" PRIu32, edition->filed_count);
    table_addf(table, "%" PRIu32, edition->missing_count);
    table_addf(table, "%" PRIu32, edition->catalogue);
    add_hex(table, edition->digest, is_text ? DIGEST_SHOWN : edition->digest.len);
    if (is_text)
        return;
    add_hex(table, edition->catalogue_hash, edition->catalogue_hash.len);
    table_addf(table, "%" PRIu32, edition->report_count);
    table_add(table, edition->unit->code);
    table_addf(table, "%" PRIu32, edition->unit->id);
    table_add(table, selection_unit_name(common, edition->unit));
    table_add(table, edition->period);
    table_add(table, edition->kind == KIND_PLAN ? "plan" : "actual");
}
