/* The golden message of every body, and opening bytes with what must hold whatever they are. */
#ifndef TESTS_UNIT_WIRE_FIXTURE_H
#define TESTS_UNIT_WIRE_FIXTURE_H

#include "lib/cm.h"

#include "core/mem.h"
#include "unit/wire/golden.h"
#include "unit/wire/golden_edition.h"
#include "unit/wire/golden_notices.h"
#include "unit/wire/hex.h"
#include "wire/wire.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
/* The generated structs have char * members. */
#define TEXT(literal) ((char *)(uintptr_t)(literal))
#define TEST(name)    cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct golden {
    const char *body;
    const char *hex;
} goldens[] = {
    {"hello", GOLDEN_HELLO},
    {"welcome", GOLDEN_WELCOME},
    {"ping", GOLDEN_PING},
    {"pong", GOLDEN_PONG},
    {"file", GOLDEN_FILE},
    {"receipt", GOLDEN_RECEIPT},
    {"refusal", GOLDEN_REFUSAL},
    {"revision", GOLDEN_REVISION},
    {"ack", GOLDEN_ACK},
    {"statement", GOLDEN_STATEMENT},
    {"statement_ack", GOLDEN_STATEMENT_ACK},
    {"catalogue_request", GOLDEN_CATALOGUE_REQUEST},
    {"catalogue_chunk", GOLDEN_CATALOGUE_CHUNK},
    {"catalogue_publish", GOLDEN_CATALOGUE_PUBLISH},
    {"catalogue_notice", GOLDEN_CATALOGUE_NOTICE},
    {"enrol", GOLDEN_ENROL},
    {"revoke", GOLDEN_REVOKE},
    {"keys_query", GOLDEN_KEYS_QUERY},
    {"keys", GOLDEN_KEYS},
    {"done", GOLDEN_DONE},
    {"totals_query", GOLDEN_TOTALS_QUERY},
    {"totals", GOLDEN_TOTALS},
    {"coverage_query", GOLDEN_COVERAGE_QUERY},
    {"coverage", GOLDEN_COVERAGE},
    {"explain_query", GOLDEN_EXPLAIN_QUERY},
    {"explanation", GOLDEN_EXPLANATION},
    {"history_query", GOLDEN_HISTORY_QUERY},
    {"history", GOLDEN_HISTORY},
    {"status_query", GOLDEN_STATUS_QUERY},
    {"status", GOLDEN_STATUS},
    {"quarantine_query", GOLDEN_QUARANTINE_QUERY},
    {"quarantine", GOLDEN_QUARANTINE},
    {"quarantine_clear", GOLDEN_QUARANTINE_CLEAR},
    {"inventory", GOLDEN_INVENTORY},
    {"compared", GOLDEN_COMPARED},
    {"mark", GOLDEN_MARK},
    {"holders", GOLDEN_HOLDERS},
    {"watch_query", GOLDEN_WATCH_QUERY},
    {"changes", GOLDEN_CHANGES},
    {"editions_query", GOLDEN_EDITIONS_QUERY},
    {"editions", GOLDEN_EDITIONS},
    {"difference_query", GOLDEN_DIFFERENCE_QUERY},
    {"difference", GOLDEN_DIFFERENCE},
    {"close", GOLDEN_CLOSE},
    {"closed", GOLDEN_CLOSED},
    {"notices_query", GOLDEN_NOTICES_QUERY},
    {"notices", GOLDEN_NOTICES},
    {"notices_ack", GOLDEN_NOTICES_ACK},
    {"inbox_query", GOLDEN_INBOX_QUERY},
    {"inbox", GOLDEN_INBOX},
    {"remind", GOLDEN_REMIND},
    {"reminded", GOLDEN_REMINDED},
    {"reopen", GOLDEN_REOPEN},
};

static inline struct buf golden_bytes(const char *body)
{
    for (size_t i = 0; i < LENGTH(goldens); i++)
        if (strcmp(goldens[i].body, body) == 0)
            return hex_bytes(goldens[i].hex);
    fail_msg("no golden message '%s'", body);
    return (struct buf){0};
}

struct fixture {
    struct arena *arena;
    struct wire_message message;
    char reason[WIRE_REASON_SIZE];
};

static inline int setup(void **state)
{
    struct fixture *fixture = mem_calloc(1, sizeof *fixture);
    fixture->arena = arena_new(WIRE_ARENA_MAX);
    *state = fixture;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *fixture = *state;
    arena_free(&fixture->arena);
    free(fixture);
    return 0;
}

/* Opens from a copy of exactly that size, so that reading beyond it shows. On failure there must be
 * a reason, and nothing handed out. */
static inline enum err open_bytes(struct fixture *fixture, struct span bytes)
{
    uint8_t *copy = mem_alloc(bytes.len);
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    fixture->message.envelope = NULL;
    fixture->reason[0] = '\0';
    enum err err = wire_open((struct span){copy, bytes.len}, fixture->arena, &fixture->message,
                             fixture->reason, sizeof fixture->reason);
    free(copy);
    assert_int_equal(err == ERR_OK, fixture->message.envelope != NULL);
    assert_int_equal(err == ERR_OK, fixture->reason[0] == '\0');
    if (err != ERR_OK)
        assert_true(err == ERR_MALFORMED || err == ERR_TOO_LARGE || err == ERR_VERSION);
    return err;
}

static inline Tonghop__Envelope *open_golden(struct fixture *fixture, const char *body)
{
    struct buf bytes = golden_bytes(body);
    enum err err = open_bytes(fixture, span_of(&bytes));
    if (err != ERR_OK)
        fail_msg("%s: %s", body, fixture->reason);
    buf_fini(&bytes);
    return fixture->message.envelope;
}

#endif
