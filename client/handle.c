/* A handle is a connection and what is known of the node. Nothing of it is shared: all state of the
 * library is in handles and results. */
#include "client/handle.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/report.h"
#include "core/utf8.h"

enum { STRUCT_SIZE_MAX = 4096 }; /* far above any, so that one that was not set is not believed */

/* A new member has to make its struct larger: in padding at the end, which an older program leaves
 * as it is, nobody could tell it from what was never set. So there is none. */
#define ENDS_WITH(type, member)                                                                    \
    (sizeof(void *) != 8 ||                                                                        \
     offsetof(struct type, member) + sizeof(((struct type *)NULL)->member) == sizeof(struct type))

static_assert(ENDS_WITH(tonghop_options, reserved), "no padding at the end");
static_assert(ENDS_WITH(tonghop_report, cell_count), "no padding at the end");
static_assert(ENDS_WITH(tonghop_query, from_year), "no padding at the end");

static_assert((int)TONGHOP_REASON_SIZE >= (int)CONNECTION_REASON_SIZE, "any reason fits");

enum err handle_fail(char *reason, enum err err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, TONGHOP_REASON_SIZE, format, args); /* cut when too long */
    va_end(args);
    utf8_cut(reason);
    return err;
}

enum err handle_fail_problems(char *reason, enum err err, const struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        const struct problem *problem = &problems->items[i];
        if (problem->is_warning)
            continue;
        char *placed = problem->file != NULL ? problem_format(problem) : NULL;
        const char *text = placed != NULL ? placed : problem->text;
        if (problems->error_count > 1)
            (void)handle_fail(reason, err,
                              PROBLEM_WORDS(problems, "%s (and %zu more)", "%s (và %zu lỗi nữa)"),
                              text, problems->error_count - 1);
        else
            (void)handle_fail(reason, err, "%s", text);
        free(placed);
        return err;
    }
    return handle_fail(reason, err, "%s", err_text(err));
}

/* As clone3(2) and openat2(2) take theirs. */
enum err handle_take(const void *given, const char *name, size_t size, void *ret_own, char *reason)
{
    const unsigned char *bytes = given;
    size_t given_size;
    memcpy(&given_size, given, sizeof(given_size));
    if (given_size < size || given_size > STRUCT_SIZE_MAX)
        return handle_fail(reason, ERR_USAGE,
                           "the size of struct %s is not set: %zu instead of %zu", name, given_size,
                           size);
    for (size_t i = size; i < given_size; i++)
        if (bytes[i] != 0)
            return handle_fail(reason, ERR_VERSION,
                               "struct %s says something that libtonghop %s does not know: use a "
                               "newer one",
                               name, TONGHOP_VERSION);
    memcpy(ret_own, given, size);
    return ERR_OK;
}

/* ---- asking ---- */

static void keep_problems(struct tonghop *tonghop, const Tonghop__Refusal *refusal)
{
    for (size_t i = 0; i < refusal->n_problems; i++) {
        const Tonghop__Problem *problem = refusal->problems[i];
        if (problem->warning)
            problems_cell_warn(&tonghop->problems, problem->indicator, "%s", problem->text);
        else
            problems_cell(&tonghop->problems, problem->indicator, "%s", problem->text);
    }
}

static enum err fail_refused(struct tonghop *tonghop, const Tonghop__Refusal *refusal, char *reason)
{
    enum err err = connection_refusal_err(refusal);
    keep_problems(tonghop, refusal);
    if (refusal->n_problems == 0)
        return handle_fail(reason, err, "%s", refusal->text);
    return handle_fail(reason, err, "%s: %s", refusal->text, refusal->problems[0]->text);
}

enum err handle_ask(struct tonghop *tonghop, Tonghop__Envelope *request,
                    Tonghop__Envelope__BodyCase expected, const Tonghop__Envelope **ret_answer,
                    char *reason)
{
    return handle_ask_long(tonghop, 0, request, expected, ret_answer, reason);
}

enum err handle_ask_long(struct tonghop *tonghop, int64_t more_ms, Tonghop__Envelope *request,
                         Tonghop__Envelope__BodyCase expected, const Tonghop__Envelope **ret_answer,
                         char *reason)
{
    const Tonghop__Envelope *answer = NULL;
    enum err err = connection_request_long(tonghop->connection, more_ms, request, &answer, reason);
    if (err != ERR_OK)
        return err;
    if (answer->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL)
        return fail_refused(tonghop, answer->refusal, reason);
    if (answer->body_case != expected)
        return handle_fail(reason, ERR_MALFORMED,
                           HANDLE_WORDS(tonghop, "the node answered with '%s'",
                                        "nút trả lời bằng “%s”, không phải điều đã hỏi"),
                           wire_body_name(answer));
    *ret_answer = answer;
    return ERR_OK;
}

char *handle_borrow(const char *text)
{
    return (char *)(uintptr_t)(text != NULL ? text : "");
}

uint8_t handle_kind(const struct tonghop_key *key)
{
    return key->is_plan ? KIND_PLAN : KIND_ACTUAL;
}

struct tonghop_unit handle_unit(const Tonghop__UnitInfo *unit)
{
    return (struct tonghop_unit){
        .id = unit->id,
        .code = unit->code,
        .name_vi = unit->name_vi,
        .name_en = unit->name_en,
        .level = unit->level,
        .type = unit->type,
    };
}
