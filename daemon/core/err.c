/* Names and sentences of the error codes. The names are stable: scripts and logs rely on them. A
 * switch without default, so that the compiler asks for the words of a new code. */
#include "core/err.h"

struct err_words {
    const char *name;
    const char *text;
};

static struct err_words err_words(enum err err)
{
    switch (err) {
#define WORDS(code, name, text)                                                                    \
    case code:                                                                                     \
        return (struct err_words){name, text}
        WORDS(ERR_OK, "ok", "Done.");
        WORDS(ERR_USAGE, "usage", "The call, option or file is not of the expected form.");
        WORDS(ERR_SYNTAX, "syntax", "The text cannot be read as what is expected here.");
        WORDS(ERR_RANGE, "range", "The value lies outside its range or has too many decimals.");
        WORDS(ERR_INVALID, "invalid", "Well formed, but it breaks a rule of the catalogue.");
        WORDS(ERR_NOT_FOUND, "not-found", "There is no such thing here.");
        WORDS(ERR_EXISTS, "exists", "It is there already, or is there twice.");
        WORDS(ERR_MALFORMED, "malformed", "The bytes are not a message that this version accepts.");
        WORDS(ERR_TOO_LARGE, "too-large", "A limit on size or number would be passed.");
        WORDS(ERR_VERSION, "version", "The protocol or schema version is not supported.");
        WORDS(ERR_FORBIDDEN, "forbidden", "The role of this key may not do that.");
        WORDS(ERR_FOREIGN, "foreign", "This key may not speak for that unit.");
        WORDS(ERR_NOT_HOME, "not-home", "Another node takes in the reports of that unit.");
        WORDS(ERR_WARNINGS, "warnings", "It has warnings that nobody has looked at yet.");
        WORDS(ERR_STALE, "stale", "It is based on a revision that is not the current one.");
        WORDS(ERR_CONFLICT, "conflict", "The same revision is known with another content.");
        WORDS(ERR_CATALOGUE, "catalogue", "That catalogue is not known here yet.");
        WORDS(ERR_CLOSED, "closed", "The period is closed.");
        WORDS(ERR_NO_SESSION, "no-session", "The session is not known any more: say hello first.");
        WORDS(ERR_IO, "io", "Reading or writing failed.");
        WORDS(ERR_FULL, "full", "The disk or the store is full.");
        WORDS(ERR_CORRUPT, "corrupt", "Stored bytes cannot be decoded.");
        WORDS(ERR_BUSY, "busy", "Another process holds it, or it cannot be done now.");
        WORDS(ERR_TIMEOUT, "timeout", "No answer: the outcome is unknown and repeating is safe.");
#undef WORDS
    case ERR_COUNT:
        break;
    }
    /* A code may come from a newer program. */
    return (struct err_words){"unknown", "An error that this version does not know."};
}

const char *err_name(enum err err)
{
    return err_words(err).name;
}

const char *err_text(enum err err)
{
    return err_words(err).text;
}
