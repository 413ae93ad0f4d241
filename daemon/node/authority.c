/* The table is read row by row: a message body, and the roles that may send it. What is not in the
 * table nobody may send. */
#include "node/authority.h"

#include <stddef.h>

#include "tonghop.pb-c.h"

#define NODE       (1u << TONGHOP__ROLE__ROLE_NODE)
#define REPORTER   (1u << TONGHOP__ROLE__ROLE_REPORTER)
#define READER     (1u << TONGHOP__ROLE__ROLE_READER)
#define ADMIN      (1u << TONGHOP__ROLE__ROLE_ADMIN)
#define LOCAL      (1u << TONGHOP__ROLE__ROLE_LOCAL)
#define PARENT     (1u << TONGHOP__ROLE__ROLE_PARENT)
#define CLIENT     (NODE | REPORTER | READER | ADMIN | LOCAL)
#define BODY(name) TONGHOP__ENVELOPE__BODY_##name

static const struct {
    int body;
    unsigned roles;
} table[] = {
    {BODY(HELLO), CLIENT},
    {BODY(PING), CLIENT},
    {BODY(FILE), REPORTER | LOCAL},
    {BODY(REVISION), NODE | PARENT},
    {BODY(STATEMENT), NODE},
    {BODY(CATALOGUE_REQUEST), CLIENT},
    {BODY(CATALOGUE_PUBLISH), ADMIN | LOCAL},
    {BODY(ENROL), ADMIN | LOCAL},
    {BODY(REVOKE), ADMIN | LOCAL},
    {BODY(KEYS_QUERY), ADMIN | LOCAL},
    {BODY(QUARANTINE_QUERY), ADMIN | LOCAL},
    {BODY(QUARANTINE_CLEAR), ADMIN | LOCAL},
    {BODY(INVENTORY), NODE},
    {BODY(MARK), ADMIN | LOCAL},
    {BODY(HOLDERS), NODE | PARENT},
    {BODY(NOTICES_QUERY), NODE},
    {BODY(NOTICES), NODE | PARENT},
    {BODY(NOTICES_ACK), PARENT},
    {BODY(INBOX_QUERY), CLIENT},
    {BODY(REMIND), ADMIN | LOCAL},
    {BODY(REOPEN), ADMIN | LOCAL},
    {BODY(TOTALS_QUERY), CLIENT},
    {BODY(COVERAGE_QUERY), CLIENT},
    {BODY(EXPLAIN_QUERY), CLIENT},
    {BODY(HISTORY_QUERY), CLIENT},
    {BODY(STATUS_QUERY), CLIENT},
    {BODY(WATCH_QUERY), CLIENT},
    {BODY(EDITIONS_QUERY), CLIENT},
    {BODY(DIFFERENCE_QUERY), CLIENT},
    {BODY(CLOSE), ADMIN | LOCAL},
    {BODY(WELCOME), PARENT},
    {BODY(PONG), PARENT},
    {BODY(ACK), PARENT},
    {BODY(STATEMENT_ACK), PARENT},
    {BODY(REFUSAL), PARENT},
    {BODY(CATALOGUE_CHUNK), PARENT},
    {BODY(CATALOGUE_NOTICE), PARENT},
    {BODY(COMPARED), PARENT},
};

bool authority_allows(uint8_t role, int body)
{
    if (role > TONGHOP__ROLE__ROLE_PARENT)
        return false;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].body == body)
            return (table[i].roles >> role & 1u) != 0;
    return false;
}

uint8_t authority_role_for(int body)
{
    static const uint8_t roles[] = {TONGHOP__ROLE__ROLE_REPORTER, TONGHOP__ROLE__ROLE_READER,
                                    TONGHOP__ROLE__ROLE_ADMIN, TONGHOP__ROLE__ROLE_NODE};
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (authority_allows(roles[i], body))
            return roles[i];
    return TONGHOP__ROLE__ROLE_UNSPECIFIED;
}

bool authority_only_asks(int body)
{
    switch (body) {
    case TONGHOP__ENVELOPE__BODY_HELLO:
    case TONGHOP__ENVELOPE__BODY_PING:
    case TONGHOP__ENVELOPE__BODY_CATALOGUE_REQUEST:
    case TONGHOP__ENVELOPE__BODY_KEYS_QUERY:
    case TONGHOP__ENVELOPE__BODY_QUARANTINE_QUERY:
    case TONGHOP__ENVELOPE__BODY_TOTALS_QUERY:
    case TONGHOP__ENVELOPE__BODY_COVERAGE_QUERY:
    case TONGHOP__ENVELOPE__BODY_EXPLAIN_QUERY:
    case TONGHOP__ENVELOPE__BODY_HISTORY_QUERY:
    case TONGHOP__ENVELOPE__BODY_STATUS_QUERY:
    case TONGHOP__ENVELOPE__BODY_WATCH_QUERY:
    case TONGHOP__ENVELOPE__BODY_EDITIONS_QUERY:
    case TONGHOP__ENVELOPE__BODY_DIFFERENCE_QUERY:
    case TONGHOP__ENVELOPE__BODY_INVENTORY:
    case TONGHOP__ENVELOPE__BODY_HOLDERS:
    case TONGHOP__ENVELOPE__BODY_NOTICES_QUERY:
        return true;
    default:
        return false;
    }
}

const char *authority_role_name(uint8_t role)
{
    static const char *const names[] = {"unknown", "node",  "reporter", "reader",
                                        "admin",   "local", "parent"};
    return role < sizeof(names) / sizeof(names[0]) ? names[role] : names[0];
}

const char *authority_role_word(bool is_vietnamese, uint8_t role)
{
    static const char *const words[] = {"không rõ", "nút",     "bên nộp",     "người xem",
                                        "quản trị", "tại chỗ", "nút cấp trên"};
    if (!is_vietnamese)
        return authority_role_name(role);
    return role < sizeof(words) / sizeof(words[0]) ? words[role] : words[0];
}
