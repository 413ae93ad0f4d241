/* Values are collected first and read afterwards, because the language of the complaints is itself
 * an option. */
#include "client/options.h"

#include <string.h>

#include "client/words.h"

enum { DAY_MS = 86400000 };

/* The common options that have a value. */
enum valued {
    VALUED_ETC,
    VALUED_NODE,
    VALUED_CONFIG,
    VALUED_FORMAT,
    VALUED_LANG,
    VALUED_NUMBERS,
    VALUED_TIMEOUT,
    VALUED_COUNT
};

static const char *const names[VALUED_COUNT] = {
    "--etc", "--node", "--config", "--format", "--lang", "--numbers", "--timeout",
};

/* Index of the option that argv[*index] is, its value taken; VALUED_COUNT if it is none. */
static enum valued take_valued(int argc, char **argv, int *index, const char **values,
                               enum valued *missing)
{
    for (enum valued i = 0; i < VALUED_COUNT; i++) {
        const char *value;
        if (!command_option(argc, argv, index, names[i], &value))
            continue;
        if (value == NULL)
            *missing = i;
        values[i] = value;
        return i;
    }
    return VALUED_COUNT;
}

enum err options_parse_seconds(const char *text, int64_t *ret_ms)
{
    int64_t ms;
    enum err err = number_parse(text, 3, NUMBER_PLAIN, &ms);
    if (err == ERR_OK && (ms <= 0 || ms > DAY_MS))
        err = ERR_RANGE;
    if (err == ERR_OK)
        *ret_ms = ms;
    return err;
}

/* Index of `text` in `choices` (the default, 0, for NULL), -1 if it is none of them. */
static int choose(const char *text, const char *const *choices, int count)
{
    if (text == NULL)
        return 0;
    for (int i = 0; i < count; i++)
        if (strcmp(text, choices[i]) == 0)
            return i;
    return -1;
}

static bool read_values(const char *const *values, struct common *common)
{
    static const char *const formats[] = {"text", "csv", "json"};
    static const char *const styles[] = {"plain", "vi"};
    const char *wrong = NULL, *expected = NULL;

    if (!words_choose(values[VALUED_LANG], &common->is_english)) {
        (void)words_choose(NULL, &common->is_english); /* without an option it does not fail */
        wrong = names[VALUED_LANG];
        expected = "vi | en";
    }
    int output = choose(values[VALUED_FORMAT], formats, 3);
    int style = choose(values[VALUED_NUMBERS], styles, 2);
    if (output < 0) {
        wrong = names[VALUED_FORMAT];
        expected = "text | csv | json";
    } else if (style < 0) {
        wrong = names[VALUED_NUMBERS];
        expected = "plain | vi";
    } else if (values[VALUED_TIMEOUT] != NULL &&
               options_parse_seconds(values[VALUED_TIMEOUT], &common->timeout_ms) != ERR_OK) {
        wrong = names[VALUED_TIMEOUT];
        expected = words(common->is_english, WORD_OPTION_SECONDS);
    }
    if (wrong != NULL) {
        command_say(words(common->is_english, WORD_OPTION_CHOICE), wrong, expected);
        return false;
    }
    common->etc = values[VALUED_ETC];
    common->node = values[VALUED_NODE];
    common->config = values[VALUED_CONFIG];
    common->output = (enum output)output;
    common->numbers = style == 1 ? NUMBER_VI : NUMBER_PLAIN;
    common->has_numbers = values[VALUED_NUMBERS] != NULL;
    return true;
}

bool options_take(int *argc, char **argv, struct options *ret_options)
{
    const char *values[VALUED_COUNT] = {0};
    enum valued missing = VALUED_COUNT;
    struct options options = {.common.timeout_ms = CONNECTION_TIMEOUT_MS};
    int count = *argc > 0 ? 1 : 0;
    bool is_over = false;

    for (int i = 1; i < *argc; i++) {
        is_over = is_over || strcmp(argv[i], "--") == 0;
        if (is_over)
            argv[count++] = argv[i];
        else if (command_flag(argv, i, "--help") || command_flag(argv, i, "-h"))
            options.wants_help = true;
        else if (command_flag(argv, i, "--version"))
            options.wants_version = true;
        else if (take_valued(*argc, argv, &i, values, &missing) == VALUED_COUNT)
            argv[count++] = argv[i];
    }
    if (!read_values(values, &options.common))
        return false;
    if (missing != VALUED_COUNT) {
        command_say(words(options.common.is_english, WORD_OPTION_NO_VALUE), names[missing]);
        return false;
    }
    argv[count] = NULL; /* argv[argc] was NULL, and count <= argc */
    *argc = count;
    *ret_options = options;
    return true;
}
