/* A letter is taken apart into its base, its shape mark (circumflex, breve, horn) and its tone. The
 * shape stays with the letter, the tone goes to the end of the run of letters: then it does not
 * matter whether it was typed on the o or on the a of "hoà", nor in which order marks were typed.
 */
#include "text/fold.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"

enum {
    MARK_GRAVE = 0x300,
    MARK_ACUTE = 0x301,
    MARK_CIRCUMFLEX = 0x302,
    MARK_TILDE = 0x303,
    MARK_BREVE = 0x306,
    MARK_HOOK = 0x309,
    MARK_HORN = 0x31B,
    MARK_DOT = 0x323,
    TONES_MAX = 8, /* of one run of letters; a word of Vietnamese has one */
};

uint32_t fold_next(const char **at)
{
    const unsigned char *bytes = (const unsigned char *)*at;
    size_t size = bytes[0] < 0xC0 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    uint32_t point = size == 1 ? bytes[0] : bytes[0] & (0xFFU >> (size + 1));
    if (bytes[0] == '\0')
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xC0) != 0x80) { /* not UTF-8: one byte at a time */
            size = 1;
            point = bytes[0];
            break;
        }
        point = point << 6 | (bytes[i] & 0x3F);
    }
    *at += size;
    return point;
}

bool fold_is_blank(uint32_t point)
{
    return point == ' ' || (point >= '\t' && point <= '\r') || point == 0xA0 ||
           (point >= 0x2000 && point <= 0x200B) || point == 0x202F || point == 0x3000 ||
           point == 0xFEFF;
}

static void put_point(struct buf *out, uint32_t point)
{
    if (point < 0x80) {
        buf_put_u8(out, (uint8_t)point);
        return;
    }
    if (point < 0x800) {
        buf_put_u8(out, (uint8_t)(0xC0 | point >> 6));
    } else {
        if (point < 0x10000) {
            buf_put_u8(out, (uint8_t)(0xE0 | point >> 12));
        } else {
            buf_put_u8(out, (uint8_t)(0xF0 | point >> 18));
            buf_put_u8(out, (uint8_t)(0x80 | (point >> 12 & 0x3F)));
        }
        buf_put_u8(out, (uint8_t)(0x80 | (point >> 6 & 0x3F)));
    }
    buf_put_u8(out, (uint8_t)(0x80 | (point & 0x3F)));
}

/* Of the Latin letters; others have no case here. A raised digit is a digit. */
static uint32_t lower(uint32_t point)
{
    if (point == 0xB2 || point == 0xB3) /* m², m³ */
        return point - 0xB2 + '2';
    if ((point >= 'A' && point <= 'Z') || (point >= 0xC0 && point <= 0xDE && point != 0xD7))
        return point + 0x20;
    bool is_even_upper = (point >= 0x100 && point <= 0x137) || (point >= 0x14A && point <= 0x177) ||
                         (point >= 0x1E00 && point <= 0x1EFF) || point == 0x1A0;
    bool is_odd_upper = (point >= 0x139 && point <= 0x148) || point == 0x1AF;
    if ((is_even_upper && point % 2 == 0) || (is_odd_upper && point % 2 == 1))
        return point + 1;
    return point;
}

/* ---- letters ---- */

struct letter {
    uint32_t base, shape, tone; /* 0: none */
};

/* "a^'" is ấ: base, shape (^ circumflex, ( breve, + horn) and tone (` ' ? ~ .), in that order. */
static struct letter letter_of(const char *spelling)
{
    struct letter letter = {.base = (unsigned char)spelling[0]};
    for (const char *at = spelling + 1; *at != '\0' && *at != ' '; at++) {
        switch (*at) {
        case '^':
            letter.shape = MARK_CIRCUMFLEX;
            break;
        case '(':
            letter.shape = MARK_BREVE;
            break;
        case '+':
            letter.shape = MARK_HORN;
            break;
        case '`':
            letter.tone = MARK_GRAVE;
            break;
        case '\'':
            letter.tone = MARK_ACUTE;
            break;
        case '?':
            letter.tone = MARK_HOOK;
            break;
        case '~':
            letter.tone = MARK_TILDE;
            break;
        default:
            letter.tone = MARK_DOT;
            break;
        }
    }
    return letter;
}

/* A lower-case letter, taken apart where it is one of Vietnamese. */
static struct letter take_apart(uint32_t point)
{
    /* U+1EA1, U+1EA3 ... U+1EF9: the block of Vietnamese. */
    static const char block[45][4] = {"a.",  "a?",  "a^'", "a^`", "a^?", "a^~", "a^.", "a('", "a(`",
                                      "a(?", "a(~", "a(.", "e.",  "e?",  "e~",  "e^'", "e^`", "e^?",
                                      "e^~", "e^.", "i?",  "i.",  "o.",  "o?",  "o^'", "o^`", "o^?",
                                      "o^~", "o^.", "o+'", "o+`", "o+?", "o+~", "o+.", "u.",  "u?",
                                      "u+'", "u+`", "u+?", "u+~", "u+.", "y`",  "y.",  "y?",  "y~"};
    static const struct {
        uint32_t point;
        char spelling[4];
    } others[] = {
        {0xE0, "a`"},  {0xE1, "a'"},  {0xE2, "a^"},  {0xE3, "a~"}, {0xE8, "e`"},  {0xE9, "e'"},
        {0xEA, "e^"},  {0xEC, "i`"},  {0xED, "i'"},  {0xF2, "o`"}, {0xF3, "o'"},  {0xF4, "o^"},
        {0xF5, "o~"},  {0xF9, "u`"},  {0xFA, "u'"},  {0xFD, "y'"}, {0x103, "a("}, {0x129, "i~"},
        {0x169, "u~"}, {0x1A1, "o+"}, {0x1B0, "u+"},
    };
    if (point >= 0x1EA1 && point <= 0x1EF9 && point % 2 == 1)
        return letter_of(block[(point - 0x1EA1) / 2]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].point == point)
            return letter_of(others[i].spelling);
    return (struct letter){.base = point};
}

static bool is_tone(uint32_t point)
{
    return point == MARK_GRAVE || point == MARK_ACUTE || point == MARK_TILDE ||
           point == MARK_HOOK || point == MARK_DOT;
}

static bool is_shape(uint32_t point)
{
    return point == MARK_CIRCUMFLEX || point == MARK_BREVE || point == MARK_HORN;
}

static bool is_letter(uint32_t point)
{
    return (point >= 'a' && point <= 'z') ||
           (point >= 0xC0 && point != 0xD7 && point != 0xF7 && point < 0x2000);
}

/* ---- texts ---- */

static bool is_quote(uint32_t point)
{
    return point == '"' || point == '\'' || point == '`' || point == 0xAB || point == 0xBB ||
           point == 0xB4 || (point >= 0x2018 && point <= 0x201F) || point == 0x2039 ||
           point == 0x203A;
}

static bool is_punctuation(uint32_t point)
{
    return (point < 0x80 && strchr(".,:;!?()[]{}-_", (int)point) != NULL) || point == 0xAD ||
           (point >= 0x2010 && point <= 0x2015) || point == 0x2022 || point == 0x2026 ||
           point == 0x2212;
}

struct fold {
    struct buf out;
    uint32_t tones[TONES_MAX]; /* of the run of letters that is being read */
    size_t tone_count;
    bool is_apart; /* a blank is due before the next character */
};

static void end_run(struct fold *fold)
{
    for (size_t i = 0; i < fold->tone_count; i++)
        put_point(&fold->out, fold->tones[i]);
    fold->tone_count = 0;
}

static void put_tone(struct fold *fold, uint32_t tone)
{
    if (tone != 0 && fold->tone_count < TONES_MAX)
        fold->tones[fold->tone_count++] = tone;
}

static void put(struct fold *fold, uint32_t point)
{
    if (is_tone(point)) {
        if (!fold->is_apart) /* there is a letter for it */
            put_tone(fold, point);
        return;
    }
    struct letter letter = take_apart(lower(point));
    if (!is_letter(letter.base) && !is_shape(point))
        end_run(fold);
    if (fold->is_apart && fold->out.len > 0)
        buf_put_u8(&fold->out, ' ');
    fold->is_apart = false;
    put_point(&fold->out, letter.base);
    if (letter.shape != 0)
        put_point(&fold->out, letter.shape);
    put_tone(fold, letter.tone);
}

char *fold_text(const char *text)
{
    struct fold fold = {0};
    uint32_t point;
    while ((point = fold_next(&text)) != 0) {
        if (is_quote(point))
            continue;
        if (fold_is_blank(point) || is_punctuation(point)) {
            end_run(&fold);
            fold.is_apart = true;
        } else {
            put(&fold, point);
        }
    }
    end_run(&fold);
    buf_put_u8(&fold.out, '\0');
    return (char *)fold.out.data;
}

static const char *skip_blanks(const char *text)
{
    for (const char *at = text; fold_is_blank(fold_next(&at));)
        text = at;
    return text;
}

/* Behind "1.2.", "a)" or "IV.", which a blank has to follow; `text` where there is none. */
static const char *skip_number(const char *text)
{
    size_t len = strspn(text, "0123456789.");
    if (len == 0)
        len = strspn(text, "IVX");
    if (len == 0 && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z')))
        len = 1;
    if (len == 0 || len > 8)
        return text;
    if (text[len] == '.' || text[len] == ')')
        len++;
    const char *rest = skip_blanks(text + len);
    bool has_end = text[len - 1] == '.' || text[len - 1] == ')';
    return has_end && rest > text + len && *rest != '\0' ? rest : text;
}

char *fold_item(const char *text)
{
    const char *at = text;
    for (const char *mark = text; *at != '\0'; at = mark) {
        uint32_t point = fold_next(&mark);
        if (!fold_is_blank(point) && !is_punctuation(point) && point != '+' && point != '*' &&
            point != 0xB7)
            break;
    }
    return fold_text(skip_number(at));
}

const char *fold_part(const char *folded)
{
    static const char *const words[] = {"trong đó", "of which"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char *prefix = fold_text(words[i]);
        size_t len = strlen(prefix);
        bool is_there =
            strncmp(folded, prefix, len) == 0 && (folded[len] == ' ' || folded[len] == '\0');
        free(prefix);
        if (is_there)
            return folded + len + (folded[len] == ' ');
    }
    return folded;
}

char *fold_bare(const char *folded)
{
    enum { D_WITH_STROKE = 0x111 };
    struct buf out = {0};
    for (uint32_t point; (point = fold_next(&folded)) != 0;)
        if (!is_tone(point) && !is_shape(point))
            put_point(&out, point == D_WITH_STROKE ? 'd' : point);
    buf_put_u8(&out, '\0');
    return (char *)out.data;
}

static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len, size_t most)
{
    size_t row[FOLD_DISTANCE_BYTES_MAX + 1];
    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0], least = i;
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t other = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < other ? change : other;
            least = row[j] < least ? row[j] : least;
        }
        if (least > most)
            return most + 1;
    }
    return row[b_len];
}

size_t fold_distance(const char *a, const char *b, size_t most)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    if (b_len > FOLD_DISTANCE_BYTES_MAX || a_len > b_len + most || b_len > a_len + most)
        return most + 1;
    return distance(a, a_len, b, b_len, most);
}
