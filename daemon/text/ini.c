/* inih splits lines; this file hands them over one by one and so knows where each stands.
 *
 * inih calls its handler while it works on the line that the reader gave last. What the handler was
 * not called for, though it is neither blank, comment nor section, was not understood: the reader
 * finds that out when it is asked for the next line. */
#include "text/ini.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "core/mem.h"
#include "core/utf8.h"
#include "text/input.h"

struct scan {
    struct ini_table *table;
    struct problems *problems;
    struct span left;      /* lines that were not handed over yet */
    struct span line;      /* the one that was, without its end; empty if it was refused */
    uint32_t line_number;  /* of that line, from 1 */
    bool is_entry_awaited; /* it looks like an entry and the handler was not called yet */
    bool is_lost;          /* the last section header was not understood */
    struct span empty;     /* the name in the last header, as long as nothing stands beneath it */
    struct place empty_place;
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

/* A section without entries, of which inih says nothing, is there nevertheless. */
static void end_section(struct scan *scan)
{
    struct ini_entry entry = {.place = scan->empty_place, .value_place = scan->empty_place};

    if (scan->empty.len == 0)
        return;
    split_section(scan->empty, &entry.section, &entry.title);
    entry.name = mem_strdup("");
    entry.value = mem_strdup("");
    entry.is_used = true;
    add_entry(scan->table, entry);
    scan->empty.len = 0;
}

/* inih would cut a long section name and ignore what follows the bracket, both silently. */
static void check_section(struct scan *scan, size_t offset)
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
    scan->empty = name;
    scan->empty_place = place_in_line(scan, offset);
}

static void check_awaited(struct scan *scan)
{
    if (scan->is_entry_awaited)
        problems_add(
            scan->problems, scan->table->file, place_in_line(scan, skip_blanks(scan->line, 0)),
            PROBLEM_WORDS(
                scan->problems, "not understood: write `name = value`, or `;` before a comment",
                "không hiểu dòng này: viết `tên = giá trị`, hoặc đặt `;` trước lời ghi chú"));
    scan->is_entry_awaited = false;
}

/* inih's reader, in the manner of fgets. */
static char *read_line(char *str, int size, void *ctx)
{
    struct scan *scan = ctx;

    check_awaited(scan);
    if (scan->left.len == 0) {
        end_section(scan);
        return NULL;
    }
    next_line(scan);
    if (scan->line.len > INI_LINE_MAX || scan->line.len + 2 > (size_t)size) {
        problems_add(scan->problems, scan->table->file,
                     (struct place){.line = scan->line_number, .column = 1},
                     PROBLEM_WORDS(scan->problems, "the line is longer than %d bytes: shorten it",
                                   "dòng dài quá %d byte: rút ngắn lại"),
                     INI_LINE_MAX);
        scan->line.len = 0;
    }
    size_t begin = skip_blanks(scan->line, 0);
    char first = begin < scan->line.len ? (char)scan->line.data[begin] : '\0';
    if (first == '[')
        check_section(scan, begin);
    scan->is_entry_awaited = first != '\0' && strchr("[;#", first) == NULL;
    memcpy(str, scan->line.data, scan->line.len);
    memcpy(str + scan->line.len, "\n", 2);
    return str;
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

/* An entry of the current line; inih's `section` may be "level commune". */
static struct ini_entry entry_make(const struct scan *scan, const char *section, const char *name,
                                   const char *value)
{
    size_t separator = 0;

    while (strchr("=:", scan->line.data[separator]) == NULL)
        separator++; /* inih found one, or it would not have called */
    struct ini_entry entry = {
        .name = mem_strdup(name),
        .value = mem_strdup(value),
        .place = place_in_line(scan, skip_blanks(scan->line, 0)),
        .value_place = place_in_line(scan, skip_blanks(scan->line, separator + 1)),
    };
    split_section((struct span){(const uint8_t *)section, strlen(section)}, &entry.section,
                  &entry.title);
    return entry;
}

/* "[level commune]", for messages; the caller frees. */
static char *section_text(const struct ini_entry *entry)
{
    return mem_printf("[%s%s%s]", entry->section, entry->title[0] != '\0' ? " " : "", entry->title);
}

/* inih's handler; nonzero means that it may go on. */
static int take_entry(void *ctx, const char *section, const char *name, const char *value)
{
    struct scan *scan = ctx;
    struct ini_table *table = scan->table;

    if (name[0] == '\0')
        return 1; /* check_awaited reports it */
    scan->is_entry_awaited = false;
    scan->empty.len = 0;
    if (scan->is_lost)
        return 1; /* its section was reported already */
    struct ini_entry entry = entry_make(scan, section, name, value);
    const struct ini_entry *first = find(table, entry.section, entry.title, entry.name);
    if (first != NULL) {
        char *where = section_text(&entry);
        problems_add(scan->problems, table->file, entry.place,
                     PROBLEM_WORDS(scan->problems,
                                   "%s stands in %s twice, first in line %u: remove one of the two",
                                   "%s có hai lần trong %s, lần đầu ở dòng %u: bỏ một trong hai"),
                     entry.name, where, first->place.line);
        free(where);
    }
    add_entry(table, entry);
    return 1;
}

enum err ini_read_bytes(const char *file, struct span bytes, struct problems *problems,
                        struct ini_table *ret_table)
{
    struct ini_table table = {.file = mem_strdup(file)};
    struct scan scan = {.table = &table, .problems = problems};
    size_t error_count = problems->error_count;

    if (input_check(file, bytes, problems, &scan.left) == ERR_OK) {
        ini_allow_multiline = false;
        ini_allow_inline_comments = false;
        ini_max_line = 4096; /* INI_LINE_MAX and room for its end */
        /* The result is the first line that was not understood: we have found them all. */
        (void)ini_parse_stream(read_line, &scan, take_entry, &scan);
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

void ini_report_unknown(const struct ini_table *table, struct problems *problems)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct ini_entry *entry = &table->entries[i];
        if (entry->is_used)
            continue;
        char *where = section_text(entry);
        problems_add(problems, table->file, entry->place,
                     PROBLEM_WORDS(problems,
                                   "unknown key %s in %s: correct its spelling or remove it",
                                   "tên %s không dùng được trong %s: sửa lại hoặc bỏ dòng này"),
                     entry->name, where);
        free(where);
    }
}
