/* One sorted list of folded names; a name stands in it whole, and without what may be left out. */
#include "client/naming.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "text/fold.h"

enum {
    GUESS_BYTES_MIN = 4, /* less begins, and is in, too many names */
    CLOSE_SHARE = 6,     /* of so many bytes one may differ */
};

struct name {
    char *text; /* folded */
    char *bare; /* of an indicator: what fold_bare leaves of it; NULL of a unit */
    uint32_t id;
    bool is_exact;
    bool is_past;    /* not valid (any more): gives way to others */
    bool is_derived; /* nobody enters it, so that nobody can have meant it */
};

struct naming {
    struct name *names;
    size_t count, capacity;
};

static int compare_names(const void *left, const void *right)
{
    const struct name *a = left, *b = right;
    int order = strcmp(a->text, b->text);
    return order != 0 ? order : (a->id > b->id) - (a->id < b->id);
}

static void sort(struct naming *naming)
{
    if (naming->count > 0)
        qsort(naming->names, naming->count, sizeof *naming->names, compare_names);
}

static void add(struct naming *naming, const char *text, struct name name)
{
    if (text[0] == '\0')
        return;
    name.text = mem_strdup(text);
    naming->names =
        mem_grow(naming->names, naming->count, &naming->capacity, sizeof *naming->names);
    naming->names[naming->count++] = name;
}

void naming_free(struct naming **naming)
{
    struct naming *old = *naming;
    if (old == NULL)
        return;
    for (size_t i = 0; i < old->count; i++) {
        free(old->names[i].text);
        free(old->names[i].bare);
    }
    free(old->names);
    free(old);
    *naming = NULL;
}

/* ---- indicators ---- */

static void add_indicator_name(struct naming *naming, const char *text, struct name name)
{
    char *folded = fold_item(text);
    const char *bare = fold_part(folded);
    name.is_exact = true;
    add(naming, folded, name);
    name.is_exact = false;
    if (bare != folded)
        add(naming, bare, name);
    free(folded);
}

struct naming *naming_of_indicators(const struct catalogue *catalogue, struct date day)
{
    struct naming *naming = mem_calloc(1, sizeof *naming);
    for (size_t i = 0; i < catalogue->indicator_count; i++) {
        const struct indicator *indicator = &catalogue->indicators[i];
        struct name name = {.id = indicator->number,
                            .is_past = !indicator_is_valid_on(indicator, day),
                            .is_derived = !indicator_is_entered(indicator)};
        add_indicator_name(naming, indicator->name_vi, name);
        add_indicator_name(naming, indicator->name_en, name);
    }
    for (size_t i = 0; i < naming->count; i++)
        naming->names[i].bare = fold_bare(naming->names[i].text);
    sort(naming);
    return naming;
}

/* ---- units ---- */

/* `folded` without the folded type in front or behind; NULL where neither is there. The caller
 * frees. */
static char *without_type(const char *folded, const char *type_text)
{
    char *type = fold_text(type_text);
    size_t len = strlen(folded), type_len = strlen(type);
    char *rest = NULL;
    if (type_len > 0 && len > type_len + 1) {
        if (strncmp(folded, type, type_len) == 0 && folded[type_len] == ' ')
            rest = mem_strdup(folded + type_len + 1);
        else if (strcmp(folded + len - type_len, type) == 0 && folded[len - type_len - 1] == ' ')
            rest = mem_strndup(folded, len - type_len - 1);
    }
    free(type);
    return rest;
}

static void add_unit_name(struct naming *naming, const char *text, const struct unit_type *type,
                          struct name name)
{
    char *folded = fold_text(text);
    char *rest = without_type(folded, type->name_vi);
    if (rest == NULL)
        rest = without_type(folded, type->name_en);
    name.is_exact = true;
    add(naming, folded, name);
    name.is_exact = false;
    if (rest != NULL)
        add(naming, rest, name);
    free(rest);
    free(folded);
}

struct naming *naming_of_units(const struct catalogue *catalogue, const struct tree *tree,
                               uint32_t root)
{
    struct naming *naming = mem_calloc(1, sizeof *naming);
    for (uint32_t i = 0; i < tree->node_count; i++) {
        const struct tree_node *node = &tree->nodes[i];
        struct name name = {.id = node->unit, .is_past = node->has_ended};
        if (root != 0 && !tree_contains(tree, root, node->unit))
            continue;
        add_unit_name(naming, node->version->name_vi, &catalogue->types[node->type], name);
        add_unit_name(naming, node->version->name_en, &catalogue->types[node->type], name);
    }
    sort(naming);
    return naming;
}

/* ---- looking ---- */

/* The first name that is not before `folded`. */
static size_t lower_bound(const struct naming *naming, const char *folded)
{
    size_t low = 0, high = naming->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(naming->names[middle].text, folded) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_match(struct naming_matches *matches, const struct name *name, bool is_exact)
{
    for (size_t i = 0; i < matches->count; i++) {
        if (matches->ids[i] == name->id) {
            matches->is_exact[i] = matches->is_exact[i] || is_exact;
            return;
        }
    }
    if (matches->count < NAMING_MATCHES_MAX) {
        matches->ids[matches->count] = name->id;
        matches->is_exact[matches->count++] = is_exact;
    }
}

/* Adds those that are called so; `is_whole`: the text is all that was written. */
static void add_matches(const struct naming *naming, const char *folded, bool is_whole,
                        bool is_past, struct naming_matches *matches)
{
    if (folded[0] == '\0')
        return;
    for (size_t i = lower_bound(naming, folded);
         i < naming->count && strcmp(naming->names[i].text, folded) == 0; i++)
        if (naming->names[i].is_past == is_past)
            add_match(matches, &naming->names[i], is_whole && naming->names[i].is_exact);
}

struct naming_matches naming_find(const struct naming *naming, const char *text)
{
    struct naming_matches matches = {0};
    char *folded = fold_item(text), *plain = fold_text(text);
    const char *bare = fold_part(folded);
    for (int past = 0; past < 2 && matches.count == 0; past++) {
        add_matches(naming, folded, true, past == 1, &matches);
        if (bare != folded)
            add_matches(naming, bare, false, past == 1, &matches);
        if (matches.count == 0) /* what looked like a number of the list is part of the name */
            add_matches(naming, plain, true, past == 1, &matches);
    }
    free(folded);
    free(plain);
    return matches;
}

bool naming_is(const struct naming *naming, const char *text, uint32_t id)
{
    for (int past = 0; past < 2; past++) {
        struct naming_matches matches = {0};
        char *folded = fold_item(text);
        add_matches(naming, folded, true, past == 1, &matches);
        add_matches(naming, fold_part(folded), false, past == 1, &matches);
        free(folded);
        for (size_t i = 0; i < matches.count; i++)
            if (matches.ids[i] == id)
                return true;
    }
    return false;
}

/* ---- guessing ---- */

/* Whether `name` has all words of `text`, in that order. */
static bool has_words(const char *name, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, " ");
        while (*name != '\0' &&
               (strncmp(name, text, len) != 0 || (name[len] != ' ' && name[len] != '\0'))) {
            name += strcspn(name, " ");
            name += *name == ' ';
        }
        if (*name == '\0')
            return false;
        name += len;
        name += *name == ' ';
        text += len;
        text += *text == ' ';
    }
    return true;
}

/* Whether `name` has the words of `text`, side by side. */
static bool has_phrase(const char *name, const char *text)
{
    size_t len = strlen(text);
    for (const char *at = name; (at = strstr(at, text)) != NULL; at++)
        if ((at == name || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

enum likeness { LIKE_SAME, LIKE_BEGIN, LIKE_PHRASE, LIKE_WORDS, LIKE_LETTERS, LIKENESS_COUNT };

/* How far apart the two are in that respect; more than `most` if they are not alike. */
static size_t apart(enum likeness likeness, const char *name, const char *text, size_t most)
{
    size_t len = strlen(text);
    if (likeness == LIKE_LETTERS)
        return fold_distance(text, name, most);
    if (likeness == LIKE_SAME)
        return strcmp(name, text) == 0 ? 0 : most + 1;
    bool is_like = len >= GUESS_BYTES_MIN && (likeness == LIKE_BEGIN ? strncmp(name, text, len) == 0
                                              : likeness == LIKE_PHRASE ? has_phrase(name, text)
                                                                        : has_words(name, text));
    return is_like ? 0 : most + 1;
}

struct guesses {
    uint32_t ids[NAMING_GUESSES_MAX];
    size_t count; /* may be more than are kept */
    size_t most;  /* those that are further apart are not wanted */
};

static void take_guess(struct guesses *guesses, uint32_t id, size_t distance_of_it)
{
    if (distance_of_it > guesses->most)
        return;
    if (distance_of_it < guesses->most)
        guesses->count = 0;
    guesses->most = distance_of_it;
    size_t count = guesses->count < NAMING_GUESSES_MAX ? guesses->count : NAMING_GUESSES_MAX;
    for (size_t i = 0; i < count; i++)
        if (guesses->ids[i] == id)
            return;
    guesses->count++;
    if (count == NAMING_GUESSES_MAX) /* too many: none will be named */
        return;
    for (; count > 0 && guesses->ids[count - 1] > id; count--)
        guesses->ids[count] = guesses->ids[count - 1];
    guesses->ids[count] = id;
}

/* Of whole names, or of those without "trong đó". */
static struct guesses guess(const struct naming *naming, const char *text, enum likeness likeness,
                            bool is_exact)
{
    struct guesses guesses = {.most = strlen(text) / CLOSE_SHARE};
    for (size_t i = 0; i < naming->count; i++) {
        const struct name *name = &naming->names[i];
        if (name->is_past || name->is_derived || name->is_exact != is_exact)
            continue;
        take_guess(&guesses, name->id, apart(likeness, name->bare, text, guesses.most));
    }
    return guesses;
}

size_t naming_guess(const struct naming *naming, const char *text,
                    uint32_t ret_ids[NAMING_GUESSES_MAX])
{
    char *folded = fold_item(text), *bare = fold_bare(folded);
    struct guesses guesses = {0};
    bool is_fit = bare[0] != '\0' && strlen(bare) <= FOLD_DISTANCE_BYTES_MAX;
    for (int i = 0; i < 2 * LIKENESS_COUNT && guesses.count == 0 && is_fit; i++)
        guesses = guess(naming, bare, (enum likeness)(i / 2), i % 2 == 0);
    free(folded);
    free(bare);
    if (guesses.count > NAMING_GUESSES_MAX)
        return 0;
    memcpy(ret_ids, guesses.ids, guesses.count * sizeof *ret_ids);
    return guesses.count;
}
