/* Persons, as people read them. */
#include "core/person.h"

#include <stdio.h>
#include <string.h>

#include "core/utf8.h"

static const char uid_prefix[] = "uid:";

const char *person_join(const char *id, const char *name, char *out, size_t size)
{
    bool has_name = id[0] != '\0' && name[0] != '\0';
    (void)snprintf(out, size, "%s%s%s", id, has_name ? " " : "", has_name ? name : "");
    utf8_cut(out);
    utf8_make_line(out);
    return out;
}

size_t person_id_len(const char *text, size_t len)
{
    const char *blank = len > 0 ? memchr(text, ' ', len) : NULL;
    return blank != NULL ? (size_t)(blank - text) : len;
}

const char *person_show(const char *person, char *out)
{
    const char *name = strchr(person, ' ');
    size_t prefix = sizeof(uid_prefix) - 1;
    if (name == NULL || name[1] == '\0')
        (void)snprintf(out, PERSON_SHOWN_SIZE, "%s", person);
    else if (strncmp(person, uid_prefix, prefix) == 0)
        (void)snprintf(out, PERSON_SHOWN_SIZE, "%s (uid %.*s)", name + 1,
                       (int)(name - person - (ptrdiff_t)prefix), person + prefix);
    else
        (void)snprintf(out, PERSON_SHOWN_SIZE, "%s", name + 1);
    utf8_cut(out);
    return out;
}
