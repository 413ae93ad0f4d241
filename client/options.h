/* The options common to all subcommands, which may stand before or after the subcommand's name. */
#ifndef CLIENT_OPTIONS_H
#define CLIENT_OPTIONS_H

#include "client/command.h"

struct options {
    struct common common;
    bool wants_help;    /* --help, -h */
    bool wants_version; /* --version */
};

/* Takes the common options out of argv[1..] and moves the rest together, so that a subcommand sees
 * its own arguments only; from "--" on nothing is taken. The strings stay argv's. False, with the
 * reason printed, when one has no value or a wrong one. */
bool options_take(int *argc, char **argv, struct options *ret_options);

/* A duration as people write it, "30" or "0.5" (seconds, at most a day). ERR_SYNTAX, ERR_RANGE. */
enum err options_parse_seconds(const char *text, int64_t *ret_ms);

#endif
