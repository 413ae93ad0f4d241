/* The reserve is half of what the file says.
 *
 * Law: a configuration that is written reads as itself */
#include "text/conf.h"

enum err __real_conf_read(const char *path, struct problems *problems, struct conf *ret_conf);
enum err __wrap_conf_read(const char *path, struct problems *problems, struct conf *ret_conf);

enum err __wrap_conf_read(const char *path, struct problems *problems, struct conf *ret_conf)
{
    enum err err = __real_conf_read(path, problems, ret_conf);
    if (err == ERR_OK)
        ret_conf->reserve_mib /= 2;
    return err;
}
