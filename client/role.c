/* One table: name, number on the wire, word. */
#include "client/role.h"

#include <stddef.h>
#include <string.h>

#include "client/words.h"

static const struct {
    const char *name;
    Tonghop__Role role;
    enum word word;
} table[] = {
    {"node", TONGHOP__ROLE__ROLE_NODE, WORD_ROLE_NODE},
    {"reporter", TONGHOP__ROLE__ROLE_REPORTER, WORD_ROLE_REPORTER},
    {"reader", TONGHOP__ROLE__ROLE_READER, WORD_ROLE_READER},
    {"admin", TONGHOP__ROLE__ROLE_ADMIN, WORD_ROLE_ADMIN},
};

enum { ROLE_COUNT = sizeof(table) / sizeof(table[0]) };

enum err role_parse(const char *text, Tonghop__Role *ret_role)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        if (strcmp(table[i].name, text) == 0) {
            *ret_role = table[i].role;
            return ERR_OK;
        }
    }
    return ERR_SYNTAX;
}

const char *role_name(Tonghop__Role role)
{
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (table[i].role == role)
            return table[i].name;
    return "unknown";
}

const char *role_word(bool is_english, Tonghop__Role role)
{
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (table[i].role == role)
            return words(is_english, table[i].word);
    return words(is_english, WORD_ROLE_UNKNOWN);
}
