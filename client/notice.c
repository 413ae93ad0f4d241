/* Notices, for people and for programs. */
#include "client/notice.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/edition.h"
#include "client/selection.h"
#include "client/words.h"
#include "core/instant.h"
#include "core/mem.h"
#include "core/person.h"

struct type {
    const char *event;
    enum word word; /* what happened */
};

static const struct type types[] = {
    [0] = {"other", WORD_NOTICE_OTHER},
    [NOTICE_ACCEPTED] = {"accepted", WORD_NOTICE_ACCEPTED},
    [NOTICE_RETURNED] = {"returned", WORD_NOTICE_RETURNED},
    [NOTICE_REMINDER] = {"reminded", WORD_NOTICE_REMINDED},
    [NOTICE_HEARD] = {"seen", WORD_NOTICE_SEEN},
    [NOTICE_CLOSING] = {"closed", WORD_NOTICE_CLOSED},
    [NOTICE_REOPENING] = {"reopened", WORD_NOTICE_REOPENED},
};

enum { TYPE_COUNT = sizeof(types) / sizeof(types[0]) };

static const struct type *type_of(uint32_t type)
{
    return &types[type < TYPE_COUNT ? type : 0];
}

const char *notice_event(uint32_t type)
{
    return type_of(type)->event;
}

const char *notice_until(int64_t until_us, char *out)
{
    struct instant until = {until_us};
    struct date day = instant_date(until);
    return instant_end_of(day).us == until_us ? date_format(day, out) : instant_format(until, out);
}

static void put_word(struct buf *out, const struct common *common, enum word word, const char *text)
{
    buf_printf(out, words(common->is_english, word), text);
}

/* Of what was seen also what that was. */
static void put_event(struct buf *out, const struct common *common,
                      const Tonghop__InboxEntry *entry)
{
    enum word word = entry->ended ? WORD_NOTICE_REOPEN_ENDED : type_of(entry->type)->word;
    buf_printf(out, "%s", words(common->is_english, word));
    if (entry->type == NOTICE_HEARD && entry->heard != 0)
        buf_printf(out, " (%s)", words(common->is_english, type_of(entry->heard)->word));
}

char *notice_line(const struct common *common, const Tonghop__InboxEntry *entry)
{
    struct buf out = {0};
    char number[24];
    put_event(&out, common, entry);
    buf_printf(&out, ": %s %s, %s", entry->unit->code, selection_unit_name(common, entry->unit),
               entry->period);
    if (entry->kind == KIND_PLAN)
        buf_printf(&out, " (%s)", words(common->is_english, WORD_KIND_PLAN));
    if (entry->form[0] != '\0')
        put_word(&out, common, WORD_NOTICE_FORM, entry->form);
    (void)snprintf(number, sizeof(number), "%" PRIu64, entry->revision);
    if (entry->revision != 0)
        put_word(&out, common, WORD_NOTICE_REVISION, number);
    if (entry->edition != 0)
        put_word(&out, common, WORD_NOTICE_RANK,
                 edition_rank_text(common, (Tonghop__EditionRank)entry->edition));
    buf_printf(&out, words(common->is_english, WORD_NOTICE_AUTHOR), entry->author->code,
               selection_unit_name(common, entry->author));
    char person[PERSON_SHOWN_SIZE];
    if (entry->person[0] != '\0')
        buf_printf(&out, ", %s", person_show(entry->person, person));
    char *text = mem_strndup((const char *)out.data, out.len);
    buf_fini(&out);
    return text;
}

/* A text of several lines stays one paragraph, and moves no cursor. */
static void put_plain(struct buf *out, const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        buf_printf(out, "%c", (unsigned char)*at < ' ' ? ' ' : *at);
}

char *notice_end(const struct common *common, const Tonghop__InboxEntry *entry)
{
    char until[INSTANT_TEXT_SIZE];
    if (entry->type != NOTICE_REOPENING || entry->ended)
        return mem_strdup("");
    return mem_printf(words(common->is_english, WORD_NOTICE_UNTIL),
                      notice_until(entry->until_us, until));
}

char *notice_detail(const struct common *common, const Tonghop__InboxEntry *entry)
{
    struct buf out = {0};
    if (entry->text[0] != '\0') {
        buf_printf(&out, "    %s",
                   words(common->is_english,
                         entry->type == NOTICE_REMINDER ? WORD_NOTICE_SAYS : WORD_NOTICE_WHY));
        put_plain(&out, entry->text);
        buf_printf(&out, "\n");
    }
    for (size_t i = 0; i < entry->n_indicators; i++)
        buf_printf(&out, "%s%s%s", i > 0 ? ", " : "    ",
                   i > 0 ? "" : words(common->is_english, WORD_NOTICE_CELLS), entry->indicators[i]);
    if (entry->n_indicators > 0)
        buf_printf(&out, "\n");
    char *text = mem_strndup(out.len > 0 ? (const char *)out.data : "", out.len);
    buf_fini(&out);
    return text;
}

/* ---- for programs ---- */

static const char *const keys[] = {
    "event",       "open",      "unit",     "unit_id",    "unit_name",   "kind",
    "period",      "form",      "revision", "time",       "author",      "author_id",
    "author_name", "person",    "reason",   "indicators", "until",       "edition",
    "count",       "delivered", "seen",     "seen_by",    "answered_by",
};

void notice_add_keys(struct table *table)
{
    table_add_keys(table, keys, sizeof(keys) / sizeof(keys[0]));
}

/* Codes of the catalogue have no blanks. */
static void add_indicators(const Tonghop__InboxEntry *entry, struct table *table)
{
    struct buf out = {0};
    for (size_t i = 0; i < entry->n_indicators; i++)
        buf_printf(&out, "%s%s", i > 0 ? " " : "", entry->indicators[i]);
    table_take(table, mem_strndup(out.len > 0 ? (const char *)out.data : "", out.len));
    buf_fini(&out);
}

void notice_add_report(const struct common *common, const Tonghop__InboxEntry *entry,
                       struct table *table)
{
    selection_add_unit(common, entry->unit, table);
    table_add(table, entry->kind == KIND_PLAN ? "plan" : "actual");
    table_add(table, entry->period);
    table_add(table, entry->form);
    table_add_number(table, entry->revision);
}

void notice_add_said(const struct common *common, const Tonghop__InboxEntry *entry,
                     struct table *table)
{
    table_add_instant(table, entry->time_us);
    selection_add_unit(common, entry->author, table);
    table_add(table, entry->person);
    table_add(table, entry->text);
    add_indicators(entry, table);
    table_add_instant(table, entry->until_us);
    table_add(table,
              entry->edition != 0 ? edition_rank_code((Tonghop__EditionRank)entry->edition) : NULL);
    table_add_number(table, entry->count);
    table_add_instant(table, entry->delivered_us);
    table_add_instant(table, entry->seen_us);
    table_add(table, entry->seen_by);
}

void notice_add(const struct common *common, const Tonghop__InboxEntry *entry, struct table *table)
{
    table_add(table, notice_event(entry->type));
    table_add(table, entry->open ? "yes" : "no");
    notice_add_report(common, entry, table);
    notice_add_said(common, entry, table);
    table_add_number(table, entry->answered_by);
}
