/* What every subcommand of `tonghop` shares: its place in the table, the options common to all,
 * output, language and exit status. */
#ifndef CLIENT_COMMAND_H
#define CLIENT_COMMAND_H

#include <stdio.h>

#include "client/connection.h"

/* Where configurations are: of nodes, and of remote clients (beneath the home folder). */
#define COMMAND_ETC      "/etc/tonghop"
#define COMMAND_HOME_ETC ".config/tonghop"

/* Exit status of the command (documented in docs/OPERATING.md and tonghop --help). */
enum {
    EXIT_DONE = 0,
    EXIT_NO = 1,      /* answered no: refused, differs, unhealthy */
    EXIT_INPUT = 2,   /* usage or input */
    EXIT_UNKNOWN = 3, /* no answer: the outcome is unknown and repeating is safe */
};

enum output { OUTPUT_TEXT, OUTPUT_CSV, OUTPUT_JSON };

/* Options that stand before or after the subcommand's name. */
struct common {
    const char *etc;           /* --etc DIR: where NAME.conf files are; default /etc/tonghop, then
                                  ~/.config/tonghop */
    const char *node;          /* --node NAME, else TONGHOP_NODE, else the only one there is */
    const char *config;        /* --config FILE: that very file */
    enum output output;        /* --format text|csv|json */
    bool is_english;           /* --lang en; vi otherwise, see words_choose() */
    enum number_style numbers; /* --numbers vi|plain: how numbers in input are written */
    bool has_numbers;          /* --numbers was given */
    int64_t timeout_ms;        /* --timeout SECONDS */
};

/* A subcommand: parses its own arguments (argv[0] is its name) and returns an exit status. */
struct command {
    const char *name;
    const char *arguments; /* one line of usage after the name */
    const char *summary;   /* one line */
    const char *help;      /* the rest of `tonghop NAME --help`: options and examples */
    int (*run)(const struct common *common, int argc, char **argv);
    const char *summary_vi; /* the same in Vietnamese; NULL: the English text is shown */
    const char *help_vi;
};

/* Finds and reads the configuration that --config, --node and --etc choose. Prints what is wrong
 * (several nodes: lists them) and returns false: exit 2. */
bool command_find_conf(const struct common *common, struct conf *ret_conf);
/* The path of that file alone, NULL when it is wrong (printed); the caller frees. */
char *command_find_conf_path(const struct common *common);
/* Paths of configurations, in order of their names. */
struct conf_paths {
    char **items;
    size_t count, capacity;
};
/* The one that --config or --node chooses, else all that are in --etc or /etc/tonghop: those of the
 * machine, not of a person. Prints what is wrong and returns false: exit 2. That there are none is
 * fine. conf_paths_fini. */
bool command_find_all_confs(const struct common *common, struct conf_paths *ret_paths);
void conf_paths_fini(struct conf_paths *paths);
/* Finds the configuration and connects; prints what is wrong. EXIT_DONE or the exit status. */
int command_connect(const struct common *common, struct connection **ret_connection);
/* Sends a request; prints a refusal (text, its problems, what to do, in the chosen language) or a
 * time-out. EXIT_DONE, with the answer, only if its body is `expected_body`; EXIT_INPUT where what
 * was asked makes no sense (command_is_bad_question). */
int command_request(const struct common *common, struct connection *connection,
                    Tonghop__Envelope *request, int expected_body,
                    const Tonghop__Envelope **ret_answer);
/* What was given as an argument, as a request carries it: "" where it was not. protobuf-c only
 * reads it. */
char *command_request_text(const char *text);
/* Whether a refusal is about what a query asked, so that its own text says everything: a code, a
 * period or an option that the node does not know, rather than that it will not or cannot. */
bool command_is_bad_question(const Tonghop__Envelope *request, const Tonghop__Refusal *refusal);
/* Prints a refusal on standard error; returns EXIT_NO. */
int command_print_refusal(const struct common *common, const Tonghop__Refusal *refusal);
/* Prints why a connection failed; returns EXIT_NO, EXIT_INPUT or EXIT_UNKNOWN, as it may be. */
int command_print_failure(const struct common *common, enum err err, const char *reason);
/* Prints problems on standard error, one line each. */
void command_print_problems(const struct problems *problems);
/* "tonghop: text" on standard error. */
void command_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same of a sentence that may need several lines (wrap.h). */
void command_say_long(const char *text);
/* "tonghop NAME: text" on standard error, with a hint at --help; returns EXIT_INPUT. */
int command_usage(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Takes the value of `--name VALUE` or `--name=VALUE` when argv[*index] is that option: moves
 * *index on and returns true. A missing value leaves *ret_value NULL. Each cmd_*.c loops with
 * these. */
bool command_option(int argc, char **argv, int *index, const char *name, const char **ret_value);
bool command_flag(char **argv, int index, const char *name);

/* What a subcommand takes, for command_parse. */
struct argument {
    const char *name;   /* "--role" for an option; "UNIT" for what stands by itself, in order */
    const char **value; /* its text: NULL before, and after if it was not there */
    bool *is_given;     /* instead of `value`: an option without a value */
    bool is_needed;
};
/* Reads argv[1..] by that table. Prints what is missing, unknown, there twice, too much, or empty
 * where it says what is meant (a unit, a period, a form), and returns false: exit 2. */
bool command_parse(const struct common *common, int argc, char **argv,
                   const struct argument *arguments, size_t count);

/* A unit's id, "631" or "id:631". Prints what is wrong and returns false: exit 2. */
bool command_parse_unit_id(const struct common *common, const char *name, const char *text,
                           uint32_t *ret_id);
/* A public key in text; likewise. `name` is the subcommand's. */
bool command_parse_key(const struct common *common, const char *name, const char *text,
                       uint8_t *ret_key);

/* The subcommands, each in the cmd_*.c that the name says. */
extern const struct command command_init, command_enrol, command_keys, command_revoke,
    command_catalogue, command_submit, command_amend, command_totals, command_phrase,
    command_coverage, command_close, command_editions, command_explain, command_history,
    command_status, command_quarantine, command_verify, command_backup, command_restore,
    command_export, command_import, command_rekey, command_metrics, command_accept, command_return,
    command_inbox, command_remind, command_reopen, command_watch, command_receipt;

#endif
