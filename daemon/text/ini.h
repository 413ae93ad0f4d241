/* INI files with positions: `[section title]`, `name = value` (or a colon), and comments, which are
 * whole lines that begin with `;` or `#`. Values are of one line.
 */
#ifndef TEXT_INI_H
#define TEXT_INI_H

#include "core/buf.h"
#include "core/err.h"
#include "core/problem.h"

enum { INI_FILE_MAX = 64 << 10, INI_LINE_MAX = 4000, INI_SECTION_MAX = 49 }; /* bytes */

/* One entry. A section header like `[level commune]` gives section "level" and title "commune". */
struct ini_entry {
    char *section;
    char *title; /* "" if none */
    char *name;
    char *value;
    struct place place;       /* of the name */
    struct place value_place; /* of the value */
    bool is_used;             /* set by ini_take: what is left over is unknown */
};

/* A section without entries is one entry without name and value, already used. */

struct ini_table {
    char *file;
    struct ini_entry *entries; /* in order of the file */
    size_t count, capacity;
};

/* ERR_NOT_FOUND, ERR_IO, ERR_INVALID: problems are added with their place. A file that is not
 * UTF-8, has a NUL, a line that is neither section, `name = value` nor comment, or repeats a name
 * in one section is a problem. */
enum err ini_read(const char *path, struct problems *problems, struct ini_table *ret_table);
/* As ini_read, from bytes; `file` is the name in messages. */
enum err ini_read_bytes(const char *file, struct span bytes, struct problems *problems,
                        struct ini_table *ret_table);
void ini_fini(struct ini_table *table);

/* The entry (marked used) or NULL. `title` "" for sections without. */
struct ini_entry *ini_take(struct ini_table *table, const char *section, const char *title,
                           const char *name);
/* The name of entry `index` that somebody would take, in a section without title; false at the end.
 */
typedef bool ini_known_fn(size_t index, const char **ret_section, const char **ret_name);
/* Adds a problem for every entry that nobody took: "unknown key", and which of `known` (may be
 * NULL) was probably meant, where it is a matter of a letter or two. */
void ini_report_unknown(const struct ini_table *table, ini_known_fn *known,
                        struct problems *problems);

#endif
