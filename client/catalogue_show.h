/* A catalogue as tables. */
#ifndef CLIENT_CATALOGUE_SHOW_H
#define CLIENT_CATALOGUE_SHOW_H

#include "client/command.h"

/* True for "units", "indicators" and "forms". */
bool catalogue_can_show(const char *what);
/* Prints one of these lists, or a summary for NULL. */
void catalogue_show(const struct common *common, const struct catalogue *catalogue,
                    const char *what, FILE *out);

#endif
