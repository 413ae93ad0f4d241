/* Following what changes: a question that may wait at the node for its answer. */
#include <stdlib.h>

#include "client/handle.h"
#include "core/mem.h"
#include "core/report.h"

enum { NODE_WAIT_MAX_MS = 30000 }; /* no node lets us wait longer */

struct tonghop_changes {
    struct arena *arena; /* holds the answer */
    const Tonghop__Changes *answer;
    struct tonghop_unit *units; /* one for each change */
    struct tonghop_change *changes;
};

static struct tonghop_change change_of(const Tonghop__Change *from, const struct tonghop_unit *unit)
{
    return (struct tonghop_change){
        .unit = unit,
        .period = from->period,
        .form = from->form,
        .is_plan = from->key->kind == KIND_PLAN,
        .revision = from->revision,
        .is_accepted = (from->states & STATE_ACCEPTED) != 0,
        .is_returned = (from->states & STATE_RETURNED) != 0,
        .counts = from->counts,
        .is_withdrawn = from->withdrawn,
        .received_us = from->received_us,
        .author = from->author,
        .reason = from->reason,
    };
}

static struct tonghop_changes *make_changes(struct connection *connection,
                                            const Tonghop__Changes *answer)
{
    struct tonghop_changes *changes = mem_calloc(1, sizeof(*changes));
    changes->arena = connection_take_answer(connection);
    changes->answer = answer;
    changes->units = mem_calloc(answer->n_changes, sizeof(changes->units[0]));
    changes->changes = mem_calloc(answer->n_changes, sizeof(changes->changes[0]));
    for (size_t i = 0; i < answer->n_changes; i++) {
        changes->units[i] = handle_unit(answer->changes[i]->unit);
        changes->changes[i] = change_of(answer->changes[i], &changes->units[i]);
    }
    return changes;
}

enum tonghop_err tonghop_watch(struct tonghop *tonghop, const char *unit, const char *cursor,
                               uint32_t wait_ms, struct tonghop_changes **ret_changes, char *reason)
{
    Tonghop__WatchQuery query = TONGHOP__WATCH_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    query.unit = handle_borrow(unit);
    query.cursor = handle_borrow(cursor);
    query.from_now = cursor == NULL;
    query.wait_ms = wait_ms < NODE_WAIT_MAX_MS ? wait_ms : NODE_WAIT_MAX_MS;
    request.body_case = TONGHOP__ENVELOPE__BODY_WATCH_QUERY;
    request.watch_query = &query;
    enum err err = handle_ask_long(tonghop, query.wait_ms, &request,
                                   TONGHOP__ENVELOPE__BODY_CHANGES, &answer, reason);
    if (err == ERR_OK)
        *ret_changes = make_changes(tonghop->connection, answer->changes);
    return handle_err(err);
}

void tonghop_changes_free(struct tonghop_changes *changes)
{
    if (changes == NULL)
        return;
    arena_free(&changes->arena);
    free(changes->units);
    free(changes->changes);
    free(changes);
}

const struct tonghop_change *tonghop_changes_change(const struct tonghop_changes *changes,
                                                    size_t index)
{
    return index < changes->answer->n_changes ? &changes->changes[index] : NULL;
}

const char *tonghop_changes_cursor(const struct tonghop_changes *changes)
{
    return changes->answer->cursor;
}

bool tonghop_changes_has_more(const struct tonghop_changes *changes)
{
    return changes->answer->more;
}

bool tonghop_changes_is_restarted(const struct tonghop_changes *changes)
{
    return changes->answer->restarted;
}
