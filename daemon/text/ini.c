/* Line by line, each either a section, an entry, a comment or blank; anything else is a problem.
 *
 * It is not left to inih, which keeps no positions and whose settings are variables of the whole
 * process: a library may not set them under the program that uses it, nor from two threads. */
#include "text/ini.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/utf8.h"
#include "text/fold.h"
#include "text/input.h"

struct scan {
    struct ini_table *table;
    struct problems *problems;
    struct span left;     /* lines that were not read yet */
    struct span line;     /* the one that is, without its end */
    uint32_t line_number; /* of that line, from 1 */
    struct span section;  /* the name in the last header: "level commune" */
    bool is_lost;         /* that header was not understood */
    bool is_empty;        /* nothing stands beneath it yet */
    struct place section_place;
};

/* The first character of `line` from `offset` on that is not a blank, or its end. */
static size_t skip_blanks(struct span line, size_t offset)
{
    while (offset < line.len && isspace(line.data[offset]))
        offset++;
    return offset;
}

static struct place place_in_line(const struct scan *scan, size_t offset)
{
    size_t column = 1 + utf8_length((const char *)scan->line.data, offset);
    return (struct place){.line = scan->line_number, .column = (uint32_t)column};
}

static struct span trim(struct span text)
{
    size_t begin = skip_blanks(text, 0);
    while (text.len > begin && isspace(text.data[text.len - 1]))
        text.len--;
    return (struct span){text.data + begin, text.len - begin};
}

static char *copy(struct span text)
{
    return mem_strndup((const char *)text.data, text.len);
}

/* Moves the next line, which ends with LF, CRLF or CR, from `left` to `line`. */
static void next_line(struct scan *scan)
{
    struct span *left = &scan->left;
    size_t len = 0;

    while (len < left->len && left->data[len] != '\n' && left->data[len] != '\r')
        len++;
    scan->line = (struct span){left->data, len};
    scan->line_number++;
    if (len + 1 < left->len && left->data[len] == '\r' && left->data[len + 1] == '\n')
        len++;
    if (len < left->len)
        len++;
    left->data += len;
    left->len -= len;
}

static void add_entry(struct ini_table *table, struct ini_entry entry)
{
    table->entries =
        mem_grow(table->entries, table->count, &table->capacity, sizeof *table->entries);
    table->entries[table->count++] = entry;
}

/* "level commune" is section "level" with title "commune". */
static void split_section(struct span name, char **ret_section, char **ret_title)
{
    struct span head = trim(name);
    size_t word_len = 0;

    while (word_len < head.len && !isspace(head.data[word_len]))
        word_len++;
    *ret_section = copy((struct span){head.data, word_len});
    *ret_title = copy(trim((struct span){head.data + word_len, head.len - word_len}));
}

/* A section without entries is there nevertheless. */
static void end_section(struct scan *scan)
{
    struct ini_entry entry = {.place = scan->section_place, .value_place = scan->section_place};

    if (!scan->is_empty)
        return;
    split_section(scan->section, &entry.section, &entry.title);
    entry.name = mem_strdup("");
    entry.value = mem_strdup("");
    entry.is_used = true;
    add_entry(scan->table, entry);
    scan->is_empty = false;
}

/* A line that begins with a bracket. */
static void take_section(struct scan *scan, size_t offset)
{
    struct span header = trim(scan->line);
    struct span name = {header.data + 1, header.len - 1};
    const uint8_t *end = memchr(name.data, ']', name.len);

    end_section(scan);
    scan->is_lost = true;
    if (end == NULL || end != name.data + name.len - 1) {
        problems_add(scan->problems, scan->table->file, place_in_line(scan, offset),
                     PROBLEM_WORDS(scan->problems, "not a section: write [name] alone on its line",
                                   "đây không phải là mục: viết [tên] trên một dòng riêng"));
        return;
    }
    name.len--;
    if (name.len > INI_SECTION_MAX || trim(name).len == 0) {
        problems_add(scan->problems, scan->table->file, place_in_line(scan, offset),
                     PROBLEM_WORDS(scan->problems, "a section's name has 1 to %d bytes",
                                   "tên mục dài từ 1 đến %d byte"),
                     INI_SECTION_MAX);
        return;
    }
    scan->is_lost = false;
    scan->is_empty = true;
    scan->section = name;
    scan->section_place = place_in_line(scan, offset);
}

static struct ini_entry *find(struct ini_table *table, const char *section, const char *title,
                              const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        struct ini_entry *entry = &table->entries[i];
        if (strcmp(entry->section, section) == 0 && strcmp(entry->title, title) == 0 &&
            strcmp(entry->name, name) == 0)
            return entry;
    }
    return NULL;
}

/* "[level commune]", for messages; the caller frees. */
static char *section_text(const struct ini_entry *entry)
{
    return mem_printf("[%s%s%s]", entry->section, entry->title[0] != '\0' ? " " : "", entry->title);
}

static void say_twice(struct scan *scan, const struct ini_entry *entry,
                      const struct ini_entry *first)
{
    char *where = section_text(entry);
    problems_add(scan->problems, scan->table->file, entry->place,
                 PROBLEM_WORDS(scan->problems,
                               "%s stands in %s twice, first in line %u: remove one of the two",
                               "%s có hai lần trong %s, lần đầu ở dòng %u: bỏ một trong hai"),
                 entry->name, where, first->place.line);
    free(where);
}

/* Any other line that is neither blank nor a comment. */
static void take_entry(struct scan *scan, size_t offset)
{
    struct span line = scan->line;
    size_t separator = offset;

    while (separator < line.len && line.data[separator] != '=' && line.data[separator] != ':')
        separator++;
    struct span name = trim((struct span){line.data, separator});
    if (separator == line.len || name.len == 0) {
        problems_add(
            scan->problems, scan->table->file, place_in_line(scan, offset),
            PROBLEM_WORDS(
                scan->problems, "not understood: write `name = value`, or `;` before a comment",
                "không hiểu dòng này: viết `tên = giá trị`, hoặc đặt `;` trước lời ghi chú"));
        return;
    }
    scan->is_empty = false;
    if (scan->is_lost)
        return; /* its section was reported already */
    size_t value = separator + 1;
    struct ini_entry entry = {
        .name = copy(name),
        .value = copy(trim((struct span){line.data + value, line.len - value})),
        .place = place_in_line(scan, offset),
        .value_place = place_in_line(scan, skip_blanks(line, value)),
    };
    split_section(scan->section, &entry.section, &entry.title);
    const struct ini_entry *first = find(scan->table, entry.section, entry.title, entry.name);
    if (first != NULL)
        say_twice(scan, &entry, first);
    add_entry(scan->table, entry);
}

static void take_line(struct scan *scan)
{
    if (scan->line.len > INI_LINE_MAX) {
        problems_add(scan->problems, scan->table->file,
                     (struct place){.line = scan->line_number, .column = 1},
                     PROBLEM_WORDS(scan->problems, "the line is longer than %d bytes: shorten it",
                                   "dòng dài quá %d byte: rút ngắn lại"),
                     INI_LINE_MAX);
        return;
    }
    size_t begin = skip_blanks(scan->line, 0);
    if (begin == scan->line.len || strchr(";#", scan->line.data[begin]) != NULL)
        return;
    if (scan->line.data[begin] == '[')
        take_section(scan, begin);
    else
        take_entry(scan, begin);
}

enum err ini_read_bytes(const char *file, struct span bytes, struct problems *problems,
                        struct ini_table *ret_table)
{
    struct ini_table table = {.file = mem_strdup(file)};
    struct scan scan = {.table = &table, .problems = problems, .section = {(const uint8_t *)"", 0}};
    size_t error_count = problems->error_count;

    if (input_check(file, bytes, problems, &scan.left) == ERR_OK) {
        while (scan.left.len > 0) {
            next_line(&scan);
            take_line(&scan);
        }
        end_section(&scan);
    }
    if (problems->error_count > error_count) {
        ini_fini(&table);
        return ERR_INVALID;
    }
    *ret_table = table;
    return ERR_OK;
}

enum err ini_read(const char *path, struct problems *problems, struct ini_table *ret_table)
{
    struct buf bytes = {0};
    enum err err = input_read(path, INI_FILE_MAX, problems, &bytes);
    if (err == ERR_OK)
        err = ini_read_bytes(path, span_of(&bytes), problems, ret_table);
    buf_fini(&bytes);
    return err;
}

void ini_fini(struct ini_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        free(table->entries[i].section);
        free(table->entries[i].title);
        free(table->entries[i].name);
        free(table->entries[i].value);
    }
    free(table->entries);
    free(table->file);
    *table = (struct ini_table){0};
}

struct ini_entry *ini_take(struct ini_table *table, const char *section, const char *title,
                           const char *name)
{
    struct ini_entry *entry = find(table, section, title, name);
    if (entry != NULL)
        entry->is_used = true;
    return entry;
}

/* A letter or two, of short words less. */
static size_t near_enough(const char *word)
{
    size_t half = (strlen(word) + 1) / 2;
    return half < 2 ? half : 2;
}

/* What the entry was probably meant to be: the nearest of those that are known, where it has
 * another name, or stands in another section. False, and both NULL: it is near to none. */
static bool find_near(const struct ini_entry *entry, ini_known_fn *known, const char **ret_section,
                      const char **ret_name)
{
    const char *section, *name;
    size_t most = near_enough(entry->section), most_of_name = near_enough(entry->name);
    size_t least = most + most_of_name + 1;
    bool may_be = known != NULL && entry->title[0] == '\0';
    *ret_section = *ret_name = NULL;
    for (size_t i = 0; may_be && known(i, &section, &name); i++) {
        size_t of_section = fold_distance(entry->section, section, most);
        size_t of_name = fold_distance(entry->name, name, most_of_name);
        if (of_section > most || of_name > most_of_name || of_section + of_name >= least)
            continue;
        least = of_section + of_name;
        *ret_section = section;
        *ret_name = name;
    }
    return *ret_name != NULL;
}

static void report_unknown(const struct ini_table *table, const struct ini_entry *entry,
                           ini_known_fn *known, struct problems *problems)
{
    const char *section, *name;
    char *where = section_text(entry);
    if (!find_near(entry, known, &section, &name))
        problems_add(problems, table->file, entry->place,
                     PROBLEM_WORDS(problems,
                                   "unknown key %s in %s: correct its spelling or remove it",
                                   "tên %s không dùng được trong %s: sửa lại hoặc bỏ dòng này"),
                     entry->name, where);
    else if (strcmp(section, entry->section) == 0)
        problems_add(problems, table->file, entry->place,
                     PROBLEM_WORDS(problems,
                                   "unknown key %s in %s: if %s is meant, correct it; else remove "
                                   "it",
                                   "tên %s không dùng được trong %s: nếu là %s thì sửa lại, không "
                                   "thì bỏ dòng này"),
                     entry->name, where, name);
    else
        problems_add(problems, table->file, entry->place,
                     PROBLEM_WORDS(problems,
                                   "unknown key %s in %s: if %s in [%s] is meant, correct it; else "
                                   "remove it",
                                   "tên %s không dùng được trong %s: nếu là %s trong [%s] thì sửa "
                                   "lại, không thì bỏ dòng này"),
                     entry->name, where, name, section);
    free(where);
}

void ini_report_unknown(const struct ini_table *table, ini_known_fn *known,
                        struct problems *problems)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct ini_entry *entry = &table->entries[i];
        if (entry->is_used)
            continue;
        if (entry->section[0] == '\0') {
            problems_add(
                problems, table->file, entry->place,
                PROBLEM_WORDS(problems,
                              "%s stands before the first [section]: put it beneath its own",
                              "%s đứng trước mọi [mục]: chuyển xuống dưới mục của nó"),
                entry->name);
            continue;
        }
        report_unknown(table, entry, known, problems);
    }
}
