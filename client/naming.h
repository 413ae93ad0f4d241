/* Indicators and units by what people call them.
 *
 * Names are compared as text/fold.h has it: without regard to case, blanks, punctuation, the kinds
 * of quotes and the ways to type a letter. A name that two have is not guessed at. */
#ifndef CLIENT_NAMING_H
#define CLIENT_NAMING_H

#include "core/tree.h"

struct naming;

/* Of all indicators; those that are not valid on `day` are named only by what no valid one is
 * called. The catalogue must outlive it. */
struct naming *naming_of_indicators(const struct catalogue *catalogue, struct date day);
/* Of the units from `root` (an id) downwards, 0: of the whole tree; also without the type in front
 * or behind: "Ia Dom" for "Xã Ia Dom". The tree and its catalogue must outlive it. */
struct naming *naming_of_units(const struct catalogue *catalogue, const struct tree *tree,
                               uint32_t root);
void naming_free(struct naming **naming);

enum { NAMING_MATCHES_MAX = 16 };

/* What a name may mean. */
struct naming_matches {
    uint32_t ids[NAMING_MATCHES_MAX]; /* numbers of indicators, ids of units; in order */
    size_t count;
    bool is_exact[NAMING_MATCHES_MAX]; /* the whole name; else without "trong đó", or the type */
};

/* All that the text names: none, one, or several. */
struct naming_matches naming_find(const struct naming *naming, const char *text);

enum { NAMING_GUESSES_MAX = 3 };

/* Which indicators the text may have been meant to name, by number; returns how many. `naming` is
 * that of indicators. Marks do not matter here. Names that are the same but for marks come first,
 * else those that begin so, else those that contain it, else those that have all its words in that
 * order, else the nearest if it is a matter of a letter or two. Never what nobody enters, and
 * nothing where more names would do than are worth listing. */
size_t naming_guess(const struct naming *naming, const char *text,
                    uint32_t ret_ids[NAMING_GUESSES_MAX]);

/* Whether the text is one of the names of that one. */
bool naming_is(const struct naming *naming, const char *text, uint32_t id);

#endif
