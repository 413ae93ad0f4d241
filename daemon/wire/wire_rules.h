/* Private to the tables of rules: rows that many messages have, and how a message's row is made. */
#ifndef WIRE_WIRE_RULES_H
#define WIRE_WIRE_RULES_H

#include "core/period.h"
#include "core/report.h"
#include "wire/wire.h"
#include "wire/wire_check.h"

#define LENGTH(array)       (sizeof(array) / sizeof *(array))
#define AT(message, member) offsetof(Tonghop__##message, member)

/* Rows, without their braces. */
#define KIND(message)            AT(message, kind), KIND_ACTUAL, KIND_PLAN, 0
#define YEAR(message)            AT(message, year), PERIOD_YEAR_MIN, PERIOD_YEAR_MAX, 0
#define LABEL(message)           AT(message, label), PERIOD_S1, PERIOD_Y, 0
#define NUMBER(message, member)  AT(message, member), 1, UINT32_MAX, 0
#define REVISION(message)        AT(message, revision), 1, WIRE_REVISION_MAX, 0
#define STATES(message)          AT(message, states), 0, STATE_ACCEPTED | STATE_RETURNED, 0
#define INSTANT(message, member) AT(message, member), 0, WIRE_INSTANT_MAX_US, 0
#define KNOWN(message, member)   AT(message, member), 1, INT32_MAX, 0
#define PRESENT(message, member) AT(message, member), 1, 1, 0
#define QUERY_KIND(message)      AT(message, kind), 0, KIND_PLAN, 0
#define QUERY_PERIOD(message)    AT(message, period), 0, QUERY_PERIOD_MAX, 0
#define LINES(message, member)   AT(message, member), 0, WIRE_TEXT_MAX, RULE_HAS_LINES
#define LIST(message, member)    AT(message, member), 0, WIRE_LIST_MAX, 0
#define DIGEST(message, member)  AT(message, member), WIRE_DIGEST_SIZE, WIRE_DIGEST_SIZE, 0
#define HASH(message, member)    AT(message, member), WIRE_DIGEST_SIZE, WIRE_DIGEST_SIZE, RULE_OR_EMPTY
#define PUBLIC_KEY(message)      AT(message, key), WIRE_KEY_SIZE, WIRE_KEY_SIZE, 0

#define SHAPE(message, check)                                                                      \
    &tonghop__##message##__descriptor, message##_rules, LENGTH(message##_rules), check

enum {
    CODE_MAX = 32, /* of an error */
    QUERY_PERIOD_MAX = 16,
    QUERY_EDITION_MAX = 16, /* "preliminary", or a number */
    PERSON_MAX = 400,
    SOFTWARE_MAX = 200,
    LANGUAGE_MAX = 16,                  /* "vi", or a longer tag of languages to come */
    FIGURE_PARTS = QUALIFIER_COUNT - 1, /* a part always has a qualifier */
};

/* Of queries and their answers: wire_rules_query.c; of editions: wire_rules_edition.c. */
extern const struct wire_shape wire_query_shapes[];
extern const size_t wire_query_shape_count;
extern const struct wire_shape wire_edition_shapes[];
extern const size_t wire_edition_shape_count;

#endif
