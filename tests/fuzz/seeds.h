/* The seeds of all targets: made at build time, from golden messages, the samples, and a few lines
 * of text. */
#ifndef TESTS_FUZZ_SEEDS_H
#define TESTS_FUZZ_SEEDS_H

#include "core/buf.h"

enum { SEEDS_TOLD_MAX = 7000 }; /* bytes of what is told: the campaign's inputs have 8 KiB */

/* Writes the next seed of `target`; a seed has a number for a name. */
void seeds_put(const char *target, struct span bytes);
/* The same, and empties the buffer. */
void seeds_take(const char *target, struct buf *bytes);

/* Calls `take` with the bytes of every file of parent/name that is not longer than SEEDS_TOLD_MAX;
 * without such a folder, not at all. */
void seeds_read_all(const char *parent, const char *name, void (*take)(struct span bytes));

/* seeds_text.c; `root` is the project's folder. */
void seeds_make_texts(const char *root);
/* seeds_wire.c */
void seeds_make_messages(void);
/* seeds_store.c */
void seeds_make_records(void);
/* seeds_export.c */
void seeds_make_exports(void);
/* seeds_node.c */
void seeds_make_frames(void);
/* seeds_told.c: tells a node what a corpus has of catalogues, formulas, reports and messages. */
void seeds_tell(const char *corpus);

#endif
