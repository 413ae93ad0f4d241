/* A catalogue as its author keeps it: a folder of catalogue.ini, units.csv, forms.csv and
 * indicators.csv, whose columns docs/CATALOGUE.md explains. */
#ifndef CLIENT_CATALOGUE_DIR_H
#define CLIENT_CATALOGUE_DIR_H

#include "core/catalogue.h"

/* Reads the folder and gives the finished catalogue, which the caller frees. Everything that is
 * wrong is added at once, each with its file (DIR/units.csv), line, column and remedy; only when a
 * file cannot be read as a table at all, or lacks a column, are the contents of the others not
 * looked at. ERR_INVALID. */
enum err catalogue_dir_read(const char *dir, struct problems *problems,
                            struct catalogue **ret_catalogue);

#endif
