/* Words, numbers and signs of formulas. */
#include "core/formula_scan.h"

#include <stdio.h>
#include <string.h>

void formula_scan_start(struct formula_scan *scan, const char *text, bool is_check,
                        struct formula_error *ret_error)
{
    *scan = (struct formula_scan){
        .text = text,
        .token = {.at = text},
        .is_check = is_check,
        .ret_error = ret_error,
    };
    formula_scan_next(scan);
}

void formula_scan_fail(struct formula_scan *scan, const char *at, enum err err, const char *text)
{
    if (scan->err != ERR_OK)
        return;
    scan->err = err;
    scan->ret_error->offset = (size_t)(at - scan->text);
    snprintf(scan->ret_error->text, sizeof scan->ret_error->text, "%s", text);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t word_length(const char *text)
{
    size_t len = 0;

    if (!is_letter(*text))
        return 0;
    while (is_letter(text[len]) || is_digit(text[len]) || text[len] == '_' || text[len] == '.')
        len++;
    return len;
}

/* What to write instead of a character that formulas do not have. */
static const char *remedy_of(const struct formula_scan *scan, const char *at)
{
    static const struct {
        const char *sign, *english, *vietnamese;
    } rows[] = {{"≤", "write <= instead of ≤", "viết <= thay cho ≤"},
                {"≥", "write >= instead of ≥", "viết >= thay cho ≥"},
                {"≠", "write != instead of ≠", "viết != thay cho ≠"},
                {"×", "write * instead of ×", "viết * thay cho ×"},
                {"÷", "write / instead of ÷", "viết / thay cho ÷"},
                {"–", "write - instead of –", "viết - thay cho –"}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strncmp(at, rows[i].sign, strlen(rows[i].sign)) == 0)
            return SCAN_WORDS(scan, rows[i].english, rows[i].vietnamese);
    return scan->is_check
               ? SCAN_WORDS(scan,
                            "this character has no meaning here: write codes, numbers such as "
                            "0.5, + - * / ( ), comparisons, in {0, 1}, and ; between checks",
                            "ký tự này không có nghĩa ở đây: viết mã, số như 0.5, + - * / ( ), "
                            "phép so sánh, in {0, 1}, và ; giữa các điều kiện")
               : SCAN_WORDS(scan,
                            "this character has no meaning here: write codes, numbers such as "
                            "0.5, + - * / ( ), comparisons, and, or, not",
                            "ký tự này không có nghĩa ở đây: viết mã, số như 0.5, + - * / ( ), "
                            "phép so sánh, and, or, not");
}

void formula_scan_next(struct formula_scan *scan)
{
    const char *at = scan->token.at + scan->token.len;
    struct formula_token token = {.kind = TOKEN_SIGN, .len = 1};

    at += strspn(at, " \t\n");
    token.at = at;
    if (*at == '\0') {
        token.kind = TOKEN_END;
        token.len = 0;
    } else if (is_digit(*at)) {
        token.kind = TOKEN_NUMBER;
        token.len = strspn(at, "0123456789.");
    } else if (is_letter(*at)) {
        token.kind = TOKEN_WORD;
        token.len = word_length(at);
    } else if (strchr(scan->is_check ? "<>!=" : "<>!", *at) != NULL && at[1] == '=') {
        token.len = 2;
    } else if (strchr(scan->is_check ? "+-*/()<>=@{},;:|" : "+-*/()<>=@", *at) == NULL) {
        formula_scan_fail(scan, at, ERR_SYNTAX, remedy_of(scan, at));
        token.kind = TOKEN_END;
    }
    scan->token = token;
}

bool formula_token_is(const struct formula_token *token, const char *text)
{
    return token->kind != TOKEN_END && token->len == strlen(text) &&
           memcmp(token->at, text, token->len) == 0;
}

bool formula_scan_take(struct formula_scan *scan, const char *text)
{
    if (!formula_token_is(&scan->token, text))
        return false;
    formula_scan_next(scan);
    return true;
}

void formula_scan_expect(struct formula_scan *scan, const char *text, const char *otherwise)
{
    if (!formula_scan_take(scan, text))
        formula_scan_fail(scan, scan->token.at, ERR_SYNTAX, otherwise);
}

bool formula_is_name(const char *word)
{
    static const char *const reserved[] = {"and", "or", "not", "count", "unit", "unit.type"};
    size_t len = strlen(word);

    if (len == 0 || word_length(word) != len || word[len - 1] == '.' || strstr(word, ".."))
        return false;
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(word, reserved[i]) == 0)
            return false;
    return true;
}

const char *formula_scan_name(struct formula_scan *scan, char out[INDICATOR_CODE_MAX + 1],
                              const char *otherwise)
{
    size_t len = scan->token.len;

    out[0] = '\0';
    if (scan->token.kind == TOKEN_WORD && len <= INDICATOR_CODE_MAX) {
        memcpy(out, scan->token.at, len);
        out[len] = '\0';
    }
    if (formula_is_name(out)) {
        formula_scan_next(scan);
        return out;
    }
    formula_scan_fail(scan, scan->token.at, ERR_SYNTAX, otherwise);
    out[0] = '\0';
    return out;
}
