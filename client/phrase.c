/* The text is walked once. A placeholder is cut into its parts, each with its place, so that every
 * mistake in it is told where it stands. */
#include "client/phrase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/utf8.h"

/* ---- spans ---- */

enum err phrase_span_parse(const char *text, struct phrase_span *ret_span)
{
    const char *dots = strstr(text, "..");
    struct phrase_span span = {0};
    struct period from;
    if (dots == NULL) {
        enum err err = period_parse(text, &span.last);
        if (err == ERR_OK)
            *ret_span = span;
        return err;
    }
    char *first = mem_strndup(text, (size_t)(dots - text));
    enum err err = period_parse(first, &from);
    free(first);
    if (err == ERR_OK)
        err = period_parse(dots + 2, &span.last);
    if (err != ERR_OK)
        return err;
    if (from.label != PERIOD_Y || span.last.label != PERIOD_Y)
        return ERR_SYNTAX;
    if (from.year >= span.last.year)
        return ERR_RANGE;
    span.from = from.year;
    *ret_span = span;
    return ERR_OK;
}

char *phrase_span_format(const struct phrase_span *span, char *out)
{
    char last[PERIOD_TEXT_SIZE];
    (void)period_format(span->last, last);
    if (span->from != 0)
        (void)snprintf(out, PHRASE_SPAN_TEXT_SIZE, "%u..%s", (unsigned)span->from, last);
    else
        (void)snprintf(out, PHRASE_SPAN_TEXT_SIZE, "%s", last);
    return out;
}

/* ---- filters ---- */

struct filter {
    const char *name;
    enum phrase_what what; /* what the placeholder then is ... */
    size_t flag;           /* ... or, for a PHRASE_FIGURE, the flag of it that is set */
};

#define FLAG(member) offsetof(struct placeholder, member)

static const struct filter filters[] = {
    {"change", PHRASE_CHANGE, 0},
    {"change-percent", PHRASE_CHANGE_PERCENT, 0},
    {"plan", PHRASE_PLAN, 0},
    {"done", PHRASE_DONE, 0},
    {"previous", PHRASE_PREVIOUS, 0},
    {"name", PHRASE_NAME, 0},
    {"percent-of", PHRASE_PERCENT_OF, 0},
    {"measure", PHRASE_FIGURE, FLAG(has_measure)},
    {"digits", PHRASE_FIGURE, FLAG(is_in_digits)},
    {"abs", PHRASE_FIGURE, FLAG(is_absolute)},
};

enum { FILTER_COUNT = sizeof(filters) / sizeof(filters[0]) };

/* Changes say their measure themselves, percents have no scale, and a name no number. */
static bool may_combine(enum phrase_what what, size_t flag)
{
    switch (what) {
    case PHRASE_FIGURE:
    case PHRASE_PLAN:
    case PHRASE_PREVIOUS:
        return true;
    case PHRASE_CHANGE:
        return flag != FLAG(has_measure);
    case PHRASE_CHANGE_PERCENT:
        return flag == FLAG(is_absolute);
    case PHRASE_DONE:
    case PHRASE_PERCENT_OF:
        return flag == FLAG(has_measure);
    case PHRASE_NAME:
    case PHRASE_UNIT:
    case PHRASE_PERIOD:
        break;
    }
    return false;
}

/* ---- parsing ---- */

struct parser {
    const char *file;
    const struct phrase_span *span;
    struct problems *problems;
    struct phrase *phrase;
    const char *at, *end;
    struct place place; /* of `at` */
    struct buf before;
};

/* A part of a placeholder, without the blanks around it. */
struct part {
    const char *text;
    size_t len;
    struct place place;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct part part_of(const char *begin, const char *end, struct place place)
{
    for (; begin < end && is_blank(*begin); begin++)
        place.column++;
    while (end > begin && is_blank(end[-1]))
        end--;
    return (struct part){begin, (size_t)(end - begin), place};
}

static const char *find(const char *begin, const char *end, char c)
{
    const char *found = memchr(begin, c, (size_t)(end - begin));
    return found != NULL ? found : end;
}

/* What stands in `*rest` up to `end`, which it then begins behind. */
static struct part take_part(struct part *rest, const char *end)
{
    struct part part = part_of(rest->text, end, rest->place);
    size_t len = (size_t)(end - rest->text);
    rest->place.column += (uint32_t)utf8_length(rest->text, len);
    rest->text = end;
    rest->len -= len;
    return part;
}

/* Over the sign that it begins with. */
static void skip_sign(struct part *rest)
{
    rest->text++;
    rest->len--;
    rest->place.column++;
}

static bool part_is(struct part part, const char *word)
{
    return part.len == strlen(word) && memcmp(part.text, word, part.len) == 0;
}

static bool begins_with(struct part part, const char *word)
{
    size_t len = strlen(word);
    return part.len >= len && memcmp(part.text, word, len) == 0;
}

#define ADD(parser, place, english, vietnamese)                                                    \
    problems_add((parser)->problems, (parser)->file, place, "%s",                                  \
                 PROBLEM_WORDS((parser)->problems, english, vietnamese))
#define ADD_PART(parser, part, english, vietnamese)                                                \
    problems_add((parser)->problems, (parser)->file, (part).place,                                 \
                 PROBLEM_WORDS((parser)->problems, english, vietnamese), (int)(part).len,          \
                 (part).text)

static void parse_unit(struct parser *parser, struct part part, struct placeholder *placeholder)
{
    if (part.len == 0)
        ADD(parser, part.place, "no unit behind @: write its code or id, such as @631",
            "thiếu đơn vị sau @: ghi mã hoặc id, ví dụ @631");
    placeholder->unit = mem_strndup(part.text, part.len);
    placeholder->unit_place = part.place;
}

static void parse_period(struct parser *parser, struct part part, struct placeholder *placeholder)
{
    if (part_is(part, "previous")) {
        struct period before = period_previous(parser->span->last);
        if (parser->span->from != 0)
            ADD(parser, part.place,
                "a span of years has no year before it: write the years, such as 2004..2008",
                "một giai đoạn không có năm trước: ghi rõ các năm, ví dụ 2004..2008");
        else if (!period_is_valid(before))
            ADD(parser, part.place, "there is no period before that one: write another",
                "không có kỳ nào trước kỳ đó: ghi kỳ khác");
        placeholder->span = (struct phrase_span){.last = before};
        return;
    }
    char *text = mem_strndup(part.text, part.len);
    if (phrase_span_parse(text, &placeholder->span) != ERR_OK)
        ADD_PART(parser, part,
                 "'%.*s' is not a period: write 2024, 2024-S1, 2009..2019 or previous",
                 "“%.*s” không phải kỳ báo cáo: ghi 2024, 2024-S1, 2009..2019 hoặc previous");
    free(text);
}

/* Where the unit that `rest` begins with ends: the colon of id: and code: is part of it. */
static const char *end_of_unit(struct part rest)
{
    const char *end = rest.text + rest.len;
    const char *begin = rest.text;
    if (begins_with(rest, "id:") || begins_with(rest, "code:"))
        begin = find(begin, end, ':') + 1;
    return find(begin, end, ':');
}

/* CODE[@UNIT][:PERIOD] */
static void parse_subject(struct parser *parser, struct part rest, struct placeholder *placeholder)
{
    const char *end = rest.text + rest.len;
    const char *at = find(rest.text, end, '@'), *colon = find(rest.text, end, ':');
    struct part code = take_part(&rest, at < colon ? at : colon);
    if (code.len == 0)
        ADD(parser, code.place,
            "no code: write that of an indicator, or unit, or period; a brace as such is {{",
            "thiếu mã: ghi mã chỉ tiêu, hoặc unit, hoặc period; muốn in dấu ngoặc thì ghi {{");
    placeholder->what = part_is(code, "unit")     ? PHRASE_UNIT
                        : part_is(code, "period") ? PHRASE_PERIOD
                                                  : PHRASE_FIGURE;
    if (placeholder->what == PHRASE_FIGURE)
        placeholder->code = mem_strndup(code.text, code.len);
    placeholder->code_place = code.place;
    if (rest.len > 0 && *rest.text == '@') {
        skip_sign(&rest);
        parse_unit(parser, take_part(&rest, end_of_unit(rest)), placeholder);
        if (placeholder->what == PHRASE_PERIOD)
            ADD(parser, placeholder->unit_place, "a period is of no unit: leave @ out",
                "kỳ báo cáo không của riêng đơn vị nào: bỏ phần @");
    }
    if (rest.len == 0)
        return;
    skip_sign(&rest);
    if (find(rest.text, end, '@') < end)
        ADD(parser, rest.place, "the unit stands before the period: write code@unit:period",
            "đơn vị đứng trước kỳ: ghi mã@đơn-vị:kỳ");
    else
        parse_period(parser, take_part(&rest, end), placeholder);
}

static void refuse_filter(struct parser *parser, struct part part)
{
    ADD_PART(parser, part,
             "no filter '%.*s': write change, change-percent, plan, done, previous, name, "
             "percent-of:CODE, measure, digits or abs",
             "không có bộ lọc “%.*s”: ghi change, change-percent, plan, done, previous, name, "
             "percent-of:MÃ, measure, digits hoặc abs");
}

/* The code behind percent-of; the other filters have nothing behind them. False: added. */
static bool parse_whole(struct parser *parser, struct part filter, struct part rest,
                        struct placeholder *placeholder)
{
    bool is_share = part_is(filter, "percent-of");
    bool has_colon = rest.len > 0;
    struct part whole = rest;
    if (has_colon) {
        skip_sign(&rest);
        whole = part_of(rest.text, rest.text + rest.len, rest.place);
    }
    if (is_share && whole.len == 0) {
        ADD(parser, filter.place, "of what: write the code, such as percent-of:household.total",
            "của cái gì: ghi mã, ví dụ percent-of:household.total");
        return false;
    }
    if (!is_share && has_colon) {
        refuse_filter(parser,
                      (struct part){filter.text, (size_t)(whole.text + whole.len - filter.text),
                                    filter.place});
        return false;
    }
    if (is_share && placeholder->whole == NULL) {
        placeholder->whole = mem_strndup(whole.text, whole.len);
        placeholder->whole_place = whole.place;
    }
    return true;
}

static const struct filter *find_filter(struct part name)
{
    for (size_t i = 0; i < FILTER_COUNT; i++)
        if (part_is(name, filters[i].name))
            return &filters[i];
    return NULL;
}

/* One filter; those that say what the placeholder is exclude each other. */
static void parse_filter(struct parser *parser, struct part rest, struct placeholder *placeholder)
{
    struct part name = take_part(&rest, find(rest.text, rest.text + rest.len, ':'));
    const struct filter *filter = find_filter(name);
    if (filter == NULL) {
        refuse_filter(parser, name);
        return;
    }
    if (!parse_whole(parser, name, rest, placeholder))
        return;
    bool *flag = filter->flag != 0 ? (bool *)(void *)((char *)placeholder + filter->flag) : NULL;
    bool is_again = flag != NULL ? *flag : placeholder->what == filter->what;
    if (is_again)
        ADD_PART(parser, name, "'%.*s' stands here twice: leave one out",
                 "“%.*s” có hai lần: bỏ bớt một");
    else if (placeholder->what == PHRASE_UNIT || placeholder->what == PHRASE_PERIOD)
        ADD_PART(parser, name,
                 "unit and period are names, of which '%.*s' means nothing: leave it out",
                 "unit và period là tên gọi, “%.*s” không có nghĩa: bỏ đi");
    else if (flag != NULL)
        *flag = true;
    else if (placeholder->what == PHRASE_FIGURE)
        placeholder->what = filter->what;
    else
        ADD_PART(parser, name,
                 "'%.*s' is something else than the filter before it: keep one of them",
                 "“%.*s” và bộ lọc đứng trước là hai thứ khác nhau: chỉ giữ một");
}

/* The filters that change how something is said must fit what is said. */
static void check_flags(struct parser *parser, const struct placeholder *placeholder)
{
    for (size_t i = 0; i < FILTER_COUNT; i++) {
        size_t flag = filters[i].flag;
        if (flag == 0 || !*(const bool *)(const void *)((const char *)placeholder + flag) ||
            may_combine(placeholder->what, flag))
            continue;
        const char *what = "";
        for (size_t j = 0; j < FILTER_COUNT; j++)
            if (filters[j].flag == 0 && filters[j].what == placeholder->what)
                what = filters[j].name;
        problems_add(parser->problems, parser->file, placeholder->place,
                     PROBLEM_WORDS(parser->problems,
                                   "'%s' means nothing beside '%s': leave one of the two out",
                                   "“%s” không có nghĩa khi đi cùng “%s”: bỏ một trong hai"),
                     filters[i].name, what);
    }
}

/* What stands between the braces. */
static void parse_placeholder(struct parser *parser, struct part inside)
{
    struct phrase *phrase = parser->phrase;
    const char *end = inside.text + inside.len;
    struct place place = {.line = inside.place.line, .column = inside.place.column - 1};
    if (phrase->count == PHRASE_PLACEHOLDERS_MAX) {
        problems_add(parser->problems, parser->file, place,
                     PROBLEM_WORDS(parser->problems,
                                   "more than %d placeholders: split the text into several files",
                                   "quá %d chỗ điền: chia văn bản thành nhiều tệp"),
                     PHRASE_PLACEHOLDERS_MAX);
        parser->at = parser->end;
        return;
    }
    phrase->placeholders = mem_grow(phrase->placeholders, phrase->count, &phrase->capacity,
                                    sizeof(*phrase->placeholders));
    struct placeholder *placeholder = &phrase->placeholders[phrase->count++];
    *placeholder = (struct placeholder){
        .text = mem_strndup(inside.text, inside.len), .place = place, .span = *parser->span};
    placeholder->before = mem_strndup(
        parser->before.data != NULL ? (const char *)parser->before.data : "", parser->before.len);
    buf_clear(&parser->before);
    parse_subject(parser, take_part(&inside, find(inside.text, end, '|')), placeholder);
    while (inside.len > 0) {
        skip_sign(&inside);
        parse_filter(parser, take_part(&inside, find(inside.text, end, '|')), placeholder);
    }
    check_flags(parser, placeholder);
}

static void move(struct parser *parser, size_t len)
{
    for (; len > 0; len--, parser->at++) {
        if (*parser->at == '\n')
            parser->place = (struct place){.line = parser->place.line + 1, .column = 1};
        else if (((unsigned char)*parser->at & 0xC0) != 0x80) /* a character begins */
            parser->place.column++;
    }
}

/* At a brace that opens a placeholder. */
static void take_placeholder(struct parser *parser)
{
    struct place place = parser->place;
    move(parser, 1);
    const char *begin = parser->at;
    size_t len = 0;
    while (begin + len < parser->end && strchr("{}\r\n", begin[len]) == NULL)
        len++;
    if (begin + len == parser->end || begin[len] != '}') {
        ADD(parser, place,
            "this brace is not closed in its line: write } behind the placeholder; a brace as such "
            "is {{",
            "ngoặc này chưa được đóng trong cùng dòng: ghi } sau chỗ điền; muốn in dấu ngoặc thì "
            "ghi {{");
        move(parser, len);
        return;
    }
    struct part inside = {begin, len, parser->place};
    move(parser, len + 1);
    parse_placeholder(parser, inside);
}

void phrase_parse(const char *file, struct span text, const struct phrase_span *span,
                  struct problems *problems, struct phrase *ret_phrase)
{
    struct parser parser = {.file = file, .span = span, .problems = problems, .phrase = ret_phrase};
    *ret_phrase = (struct phrase){0};
    parser.at = text.len > 0 ? (const char *)text.data : "";
    parser.end = parser.at + text.len;
    parser.place = (struct place){.line = 1, .column = 1};
    while (parser.at < parser.end) {
        bool is_double = parser.end - parser.at > 1 && parser.at[1] == parser.at[0];
        if (*parser.at == '{' && !is_double) {
            take_placeholder(&parser);
            continue;
        }
        bool is_brace = *parser.at == '{' || *parser.at == '}';
        if (*parser.at == '}' && !is_double)
            ADD(&parser, parser.place, "this brace closes nothing: a brace as such is }}",
                "ngoặc này không đóng gì: muốn in dấu ngoặc thì ghi }}");
        buf_put(&parser.before, parser.at, 1);
        move(&parser, is_brace && is_double ? 2 : 1);
    }
    ret_phrase->after = mem_strndup(
        parser.before.data != NULL ? (const char *)parser.before.data : "", parser.before.len);
    buf_fini(&parser.before);
}

void phrase_fini(struct phrase *phrase)
{
    for (size_t i = 0; i < phrase->count; i++) {
        struct placeholder *placeholder = &phrase->placeholders[i];
        free(placeholder->before);
        free(placeholder->text);
        free(placeholder->code);
        free(placeholder->unit);
        free(placeholder->whole);
    }
    free(phrase->placeholders);
    free(phrase->after);
    *phrase = (struct phrase){0};
}
