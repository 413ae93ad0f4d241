/* Error codes shared by every Tonghop program. The client library has its own (tonghop/client.h).
 *
 * A function that can fail returns `enum err`; ERR_OK is 0. The codes say what kind of thing went
 * wrong, so that a caller can decide; the text for people is written where the error is met. */
#ifndef CORE_ERR_H
#define CORE_ERR_H

enum err {
    ERR_OK = 0,
    /* Input that a person or a file gave. */
    ERR_USAGE,   /* the call, option or file is not of the expected form */
    ERR_SYNTAX,  /* a text is not a number, period, date, formula ... */
    ERR_RANGE,   /* a value lies outside its range, or has too many decimals */
    ERR_INVALID, /* well formed, but it breaks a rule of the catalogue */
    /* Things that are, or are not, there. */
    ERR_NOT_FOUND,
    ERR_EXISTS,
    /* Messages between programs. */
    ERR_MALFORMED,  /* the bytes are not a message that this version may accept */
    ERR_TOO_LARGE,  /* a named limit would be passed */
    ERR_VERSION,    /* protocol or schema version out of the supported range */
    ERR_FORBIDDEN,  /* this key's role may not do that */
    ERR_FOREIGN,    /* this key may not speak for that unit */
    ERR_NOT_HOME,   /* another node is the home of that unit */
    ERR_WARNINGS,   /* it has warnings that nobody has accepted */
    ERR_STALE,      /* based on a revision that is not the current one */
    ERR_CONFLICT,   /* reserved: the same revision with another content */
    ERR_CATALOGUE,  /* catalogue number unknown here, or no catalogue yet */
    ERR_CLOSED,     /* the period is closed */
    ERR_NO_SESSION, /* say hello first: the session is not known (any more) */
    /* The machine. */
    ERR_IO,
    ERR_FULL,    /* disk or map full */
    ERR_CORRUPT, /* stored bytes do not decode */
    ERR_BUSY,    /* locked by another process, or not now */
    ERR_TIMEOUT, /* no answer: the outcome is unknown */
    ERR_COUNT
};

/* The stable lower-case name of `err`, such as "not-home"; static storage. */
const char *err_name(enum err err);

/* One English sentence that says what `err` means; static storage. */
const char *err_text(enum err err);

#endif
