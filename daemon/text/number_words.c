/* A text becomes tokens: numbers, signs and folded words. Then it is one of
 *
 *     [qualifier] amount          amount    := number tail
 *     [từ] amount đến amount      tail      := [power of ten] [measure]
 *     amount - amount             magnitude := hàng (chục | trăm | nghìn ...) tail
 *     magnitude
 */
#include "text/number_words.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "text/fold.h"

enum { TOKENS_MAX = 24, PHRASE_WORDS = 3, DECIMALS_MAX = 6, SCALE_MAX = 18, EXACT_DIGITS = 18 };

struct token {
    bool is_number;
    char *text; /* of a number: as it stands there; of a word or sign: folded */
};

struct tokens {
    struct token items[TOKENS_MAX];
    size_t count;
    bool is_too_long;
};

/* ---- tokens ---- */

static void tokens_fini(struct tokens *tokens)
{
    for (size_t i = 0; i < tokens->count; i++)
        free(tokens->items[i].text);
}

static void take_token(struct tokens *tokens, bool is_number, char *text)
{
    if (tokens->count == TOKENS_MAX || (text[0] == '\0' && !is_number)) {
        tokens->is_too_long = tokens->is_too_long || text[0] != '\0';
        free(text); /* nothing but punctuation says nothing */
    } else {
        tokens->items[tokens->count++] = (struct token){is_number, text};
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_sign(uint32_t point)
{
    return point == '<' || point == '>' || point == '=' || point == '~' || point == '%' ||
           point == 0x2264 || point == 0x2265 || point == 0x2248;
}

static bool is_dash(uint32_t point)
{
    return point == '-' || point == 0x2013 || point == 0x2014 || point == 0x2212;
}

/* Digits with points and commas between them; one at the end is punctuation. */
static size_t number_len(const char *at)
{
    size_t len = strspn(at, "0123456789.,");
    while (len > 0 && !is_digit(at[len - 1]))
        len--;
    return len;
}

/* The dash of a range stays a token of its own, so does a minus: the parser tells them apart. */
static struct tokens tokenize(const char *text)
{
    struct tokens tokens = {0};
    while (*text != '\0') {
        const char *begin = text;
        uint32_t point = fold_next(&text);
        if (fold_is_blank(point))
            continue;
        if (is_digit(*begin)) {
            text = begin + number_len(begin);
            take_token(&tokens, true, mem_strndup(begin, number_len(begin)));
        } else if (is_dash(point)) {
            take_token(&tokens, false, mem_strdup("-"));
        } else if (is_sign(point)) {
            if (*text == '=') /* of ">=" */
                text++;
            take_token(&tokens, false, mem_strndup(begin, (size_t)(text - begin)));
        } else {
            const char *end = text;
            while (point != 0 && !fold_is_blank(point) && !is_sign(point) && !is_dash(point)) {
                end = text;
                point = fold_next(&text);
            }
            text = end;
            char *word = mem_strndup(begin, (size_t)(end - begin));
            take_token(&tokens, false, fold_text(word));
            free(word);
        }
    }
    return tokens;
}

/* ---- phrases ---- */

/* How many tokens from `at` on are the words of `phrase`; 0 when they are not. */
static size_t phrase_at(const struct tokens *tokens, size_t at, const char *phrase)
{
    size_t count = 0;
    while (*phrase != '\0') {
        size_t len = strcspn(phrase, " ");
        char *word = mem_strndup(phrase, len);
        bool is_symbol = strchr("<>=~%-", word[0]) != NULL || (unsigned char)word[0] == 0xE2;
        char *folded = is_symbol ? mem_strdup(word) : fold_text(word);
        bool is_there = at + count < tokens->count && !tokens->items[at + count].is_number &&
                        strcmp(tokens->items[at + count].text, folded) == 0;
        free(folded);
        free(word);
        if (!is_there)
            return 0;
        count++;
        phrase += len + (phrase[len] == ' ');
    }
    return count;
}

struct phrase {
    const char *words;
    int meaning;
};

/* Skips the first of the phrases that stands at *at and gives its meaning; -1 if none does. */
static int take_phrase(const struct tokens *tokens, size_t *at, const struct phrase *phrases,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t taken = phrase_at(tokens, *at, phrases[i].words);
        if (taken > 0) {
            *at += taken;
            return phrases[i].meaning;
        }
    }
    return -1;
}
#define TAKE(tokens, at, phrases) take_phrase(tokens, at, phrases, sizeof phrases / sizeof *phrases)

static const struct phrase qualifiers[] = {
    {"trên", QUALIFIER_AT_LEAST},
    {"hơn", QUALIFIER_AT_LEAST},
    {"ít nhất", QUALIFIER_AT_LEAST},
    {"tối thiểu", QUALIFIER_AT_LEAST},
    {"không dưới", QUALIFIER_AT_LEAST},
    {"at least", QUALIFIER_AT_LEAST},
    {"more than", QUALIFIER_AT_LEAST},
    {"over", QUALIFIER_AT_LEAST},
    {"above", QUALIFIER_AT_LEAST},
    {">=", QUALIFIER_AT_LEAST},
    {">", QUALIFIER_AT_LEAST},
    {"≥", QUALIFIER_AT_LEAST},
    {"gần", QUALIFIER_AT_MOST},
    {"dưới", QUALIFIER_AT_MOST},
    {"tối đa", QUALIFIER_AT_MOST},
    {"nhiều nhất", QUALIFIER_AT_MOST},
    {"không quá", QUALIFIER_AT_MOST},
    {"at most", QUALIFIER_AT_MOST},
    {"less than", QUALIFIER_AT_MOST},
    {"up to", QUALIFIER_AT_MOST},
    {"nearly", QUALIFIER_AT_MOST},
    {"almost", QUALIFIER_AT_MOST},
    {"under", QUALIFIER_AT_MOST},
    {"below", QUALIFIER_AT_MOST},
    {"<=", QUALIFIER_AT_MOST},
    {"<", QUALIFIER_AT_MOST},
    {"≤", QUALIFIER_AT_MOST},
    {"khoảng", QUALIFIER_ABOUT},
    {"chừng", QUALIFIER_ABOUT},
    {"ước tính", QUALIFIER_ABOUT},
    {"ước", QUALIFIER_ABOUT},
    {"about", QUALIFIER_ABOUT},
    {"around", QUALIFIER_ABOUT},
    {"approximately", QUALIFIER_ABOUT},
    {"~", QUALIFIER_ABOUT},
    {"≈", QUALIFIER_ABOUT},
    {"=", QUALIFIER_EXACT},
};

/* Powers of ten behind a number. */
static const struct phrase powers[] = {
    {"nghìn tỷ", 12}, {"nghìn tỉ", 12}, {"ngàn tỷ", 12}, {"ngàn tỉ", 12},
    {"nghìn", 3},     {"ngàn", 3},      {"triệu", 6},    {"tỷ", 9},
    {"tỉ", 9},        {"thousand", 3},  {"million", 6},  {"billion", 9},
};

/* What stands behind "hàng": how many digits its figures have. */
static const struct phrase magnitudes_vi[] = {{"chục", 2}, {"trăm", 3}, {"nghìn", 4}, {"ngàn", 4}};
static const struct phrase magnitudes_en[] = {{"tens of", 2},      {"tens", 2},
                                              {"hundreds of", 3},  {"hundreds", 3},
                                              {"thousands of", 4}, {"thousands", 4}};
/* These stand for one digit and a power of ten: "hàng tỷ" is 1 tỷ to 9 tỷ. */
static const struct phrase single_powers_vi[] = {{"triệu", 6}, {"tỷ", 9}, {"tỉ", 9}};
static const struct phrase single_powers_en[] = {
    {"millions of", 6}, {"millions", 6}, {"billions of", 9}, {"billions", 9}};
/* "hundreds of thousands" */
static const struct phrase powers_en[] = {{"thousands", 3}, {"millions", 6}, {"billions", 9}};

/* ---- amounts ---- */

struct parse {
    struct tokens tokens;
    size_t at;
    unsigned decimals;
    enum number_style style;
    /* The measure, as a power of ten and what is left of it: "triệu đồng" is 6 and "đồng". */
    struct tokens measure;
    size_t measure_at;
    int measure_power;
};

/* What stands behind a number. */
struct tail {
    int power; /* of ten */
    bool has_power, has_measure;
};

/* A number with its tail; not yet a value. */
struct amount {
    const char *number;
    bool is_negative;
    struct tail tail;
};

static bool tokens_equal(const struct tokens *a, size_t a_at, const struct tokens *b, size_t b_at)
{
    if (a->count - a_at != b->count - b_at)
        return false;
    for (; a_at < a->count; a_at++, b_at++)
        if (a->items[a_at].is_number != b->items[b_at].is_number ||
            strcmp(a->items[a_at].text, b->items[b_at].text) != 0)
            return false;
    return true;
}

/* Ways to write đồng. */
static size_t dong_at(const struct tokens *tokens, size_t at)
{
    static const struct phrase ways[] = {
        {"đồng", 1}, {"đ", 1}, {"vnđ", 1}, {"vnd", 1}, {"dong", 1}};
    return TAKE(tokens, &at, ways) == 1 ? 1 : 0;
}

/* How many tokens at `at` are the measure, without its power of ten; 0 if they are not. */
static size_t measure_len(const struct parse *parse, size_t at)
{
    size_t count = parse->measure.count - parse->measure_at;
    if (count == 1 && dong_at(&parse->measure, parse->measure_at) == 1)
        return dong_at(&parse->tokens, at);
    if (count == 0 || at + count > parse->tokens.count)
        return 0;
    struct tokens part = parse->tokens;
    part.count = at + count;
    return tokens_equal(&part, at, &parse->measure, parse->measure_at) ? count : 0;
}

static struct tail take_tail(struct parse *parse)
{
    struct tail tail = {0};
    int power = TAKE(&parse->tokens, &parse->at, powers);
    size_t len = measure_len(parse, parse->at);
    tail.has_power = power > 0;
    tail.power = tail.has_power ? power : 0;
    tail.has_measure = len > 0;
    parse->at += len;
    return tail;
}

static enum err take_amount(struct parse *parse, struct amount *ret_amount)
{
    struct amount amount = {0};
    size_t minus = phrase_at(&parse->tokens, parse->at, "-");
    amount.is_negative = minus > 0;
    parse->at += minus;
    if (parse->at == parse->tokens.count || !parse->tokens.items[parse->at].is_number)
        return ERR_SYNTAX;
    amount.number = parse->tokens.items[parse->at++].text;
    amount.tail = take_tail(parse);
    *ret_amount = amount;
    return ERR_OK;
}

/* By which power of ten a number with that tail is to be multiplied. */
static enum err power_of(const struct parse *parse, const struct tail *tail, int *ret_power)
{
    if (!tail->has_measure && tail->has_power && parse->measure_power > 0)
        return ERR_EXISTS; /* "5 triệu": of đồng, or of triệu đồng? */
    *ret_power = tail->has_measure ? tail->power - parse->measure_power : tail->power;
    return ERR_OK;
}

/* "1.500" in front of a power of ten: to some it is one and a half, to others fifteen hundred.
 * Where no power follows, the decimals of the indicator tell. */
static bool is_double_meaning(const char *number, enum number_style style)
{
    const char *mark = strchr(number, style == NUMBER_VI ? ',' : '.');
    return mark != NULL && strlen(mark + 1) == 3 && mark - number <= 3 && number[0] != '0';
}

/* Multiplies by 10^power what was read with `decimals` decimals. */
static enum err value_of(const struct parse *parse, const struct amount *amount, int64_t *ret_value)
{
    int power = 0;
    int64_t value = 0;
    enum err err = power_of(parse, &amount->tail, &power);
    if (err != ERR_OK)
        return err;
    int scale = (int)parse->decimals + power;
    if (scale > SCALE_MAX) /* a thousand billions of billions */
        return ERR_RANGE;
    err = number_parse(amount->number, scale > 0 ? (unsigned)scale : 0, parse->style, &value);
    if (err == ERR_SYNTAX)
        return err;
    if (power != 0 && is_double_meaning(amount->number, parse->style))
        return ERR_EXISTS;
    if (err != ERR_OK)
        return err;
    for (; scale < 0; scale++, value /= 10)
        if (value % 10 != 0)
            return ERR_RANGE;
    *ret_value = amount->is_negative ? -value : value;
    return ERR_OK;
}

/* ---- the whole ---- */

static bool is_at_end(const struct parse *parse)
{
    return parse->at == parse->tokens.count;
}

/* What is wrong with what is left over: words behind a number should have been its measure. */
static enum err left_over(const struct parse *parse)
{
    for (size_t i = parse->at; i < parse->tokens.count; i++) {
        unsigned char first = (unsigned char)parse->tokens.items[i].text[0];
        if (!(first >= 'a' && first <= 'z') && first < 0x80 && first != '%')
            return ERR_SYNTAX;
    }
    return ERR_INVALID;
}

/* 10^(digits - 1) to 9...9, each followed by the zeros of the tail. */
static enum err parse_magnitude(struct parse *parse, unsigned digits, int power,
                                struct cell *ret_cell)
{
    char least[EXACT_DIGITS] = "1", most[EXACT_DIGITS] = "9";
    struct amount low = {.number = least}, high = {.number = most};
    enum err err = ERR_OK;
    memset(least + 1, '0', digits - 1);
    memset(most + 1, '9', digits - 1);
    low.tail = take_tail(parse);
    if (power > 0) {
        low.tail.has_power = true;
        low.tail.power += power;
    }
    high.tail = low.tail;
    if (!is_at_end(parse))
        return left_over(parse);
    err = value_of(parse, &low, &ret_cell->value);
    if (err == ERR_OK)
        err = value_of(parse, &high, &ret_cell->upper);
    ret_cell->qualifier = QUALIFIER_RANGE;
    return err;
}

/* "hàng trăm triệu", "hundreds of millions", "hàng tỷ"; false when it is none of them. */
static bool try_magnitude(struct parse *parse, struct cell *cell, enum err *ret_err)
{
    size_t begin = parse->at;
    struct tokens *tokens = &parse->tokens;
    size_t vietnamese = phrase_at(tokens, parse->at, "hàng");
    int digits, power = 0;
    parse->at += vietnamese;
    digits = vietnamese > 0 ? TAKE(tokens, &parse->at, magnitudes_vi)
                            : TAKE(tokens, &parse->at, magnitudes_en);
    if (digits < 0) {
        power = vietnamese > 0 ? TAKE(tokens, &parse->at, single_powers_vi)
                               : TAKE(tokens, &parse->at, single_powers_en);
        digits = power > 0 ? 1 : -1;
    } else if (vietnamese == 0) {
        power = TAKE(tokens, &parse->at, powers_en);
    }
    if (digits < 0) {
        parse->at = begin;
        return false;
    }
    *ret_err = parse_magnitude(parse, (unsigned)digits, power > 0 ? power : 0, cell);
    return true;
}

/* The words between the two numbers of a range. */
static bool take_to(struct parse *parse)
{
    static const struct phrase ways[] = {{"-", 1}, {"đến", 1}, {"tới", 1}, {"to", 1}, {"and", 1}};
    return TAKE(&parse->tokens, &parse->at, ways) == 1;
}

static enum err parse_range(struct parse *parse, struct amount *low, struct cell *ret_cell)
{
    struct amount high;
    enum err err = take_amount(parse, &high);
    if (err != ERR_OK)
        return err;
    if (!is_at_end(parse))
        return left_over(parse);
    if (!low->tail.has_power && !low->tail.has_measure)
        low->tail = high.tail; /* "450-500 triệu" */
    else if (low->tail.has_measure && !high.tail.has_measure)
        return ERR_SYNTAX;
    low->tail.has_measure = high.tail.has_measure; /* "5 triệu đến 10 triệu đồng" */
    err = value_of(parse, low, &ret_cell->value);
    if (err == ERR_OK)
        err = value_of(parse, &high, &ret_cell->upper);
    ret_cell->qualifier = QUALIFIER_RANGE;
    return err;
}

static enum err parse_all(struct parse *parse, struct cell *ret_cell)
{
    static const struct phrase from[] = {{"từ", 1}, {"from", 1}, {"between", 1}};
    struct amount amount;
    enum err err;
    if (try_magnitude(parse, ret_cell, &err))
        return err;
    int qualifier = TAKE(&parse->tokens, &parse->at, qualifiers);
    bool is_range = TAKE(&parse->tokens, &parse->at, from) == 1;
    err = take_amount(parse, &amount);
    if (err != ERR_OK)
        return err;
    bool has_to = take_to(parse);
    /* About a range is the range, "trên 5-10" says nothing. */
    bool may_be_range = qualifier < 0 || qualifier == QUALIFIER_ABOUT;
    if (has_to)
        return may_be_range ? parse_range(parse, &amount, ret_cell) : ERR_SYNTAX;
    if (is_range)
        return ERR_SYNTAX;
    if (!is_at_end(parse))
        return left_over(parse);
    ret_cell->qualifier = (uint8_t)(qualifier < 0 ? QUALIFIER_EXACT : qualifier);
    return value_of(parse, &amount, &ret_cell->value);
}

enum err number_words_parse(const char *text, unsigned decimals, const char *measure,
                            enum number_style style, struct cell *ret_cell)
{
    assert(decimals <= DECIMALS_MAX);
    struct parse parse = {.decimals = decimals, .style = style};
    struct cell cell = {0};
    enum err err = ERR_SYNTAX;
    if (strlen(text) > NUMBER_WORDS_MAX)
        return ERR_SYNTAX;
    parse.tokens = tokenize(text);
    parse.measure = tokenize(measure);
    int power = TAKE(&parse.measure, &parse.measure_at, powers);
    if (power > 0 && parse.measure_at < parse.measure.count)
        parse.measure_power = power;
    else
        parse.measure_at = 0; /* "triệu" by itself, or no power at all */
    if (!parse.tokens.is_too_long)
        err = parse_all(&parse, &cell);
    tokens_fini(&parse.tokens);
    tokens_fini(&parse.measure);
    if (err == ERR_OK)
        *ret_cell = cell;
    return err;
}
