/* SPDX-License-Identifier: BSD-2-Clause */
#include "credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_CREDENTIALS  4096      /* bytes of the file */
#define MAX_CERTIFICATES (4 << 20) /* bytes; more than all certificates of a system */

int
gst_efficientnet_credentials_open(const char *property, const char *path, gsize maximum,
                                  GError **error)
{
    struct stat st;
    gboolean found = stat(path, &st) == 0;
    int fd = found && S_ISREG(st.st_mode) ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;

    if (!found || (S_ISREG(st.st_mode) && (fd < 0 || fstat(fd, &st) != 0)))
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ, "%s: %s: %s", property,
                    path, g_strerror(errno));
    else if (!S_ISREG(st.st_mode))
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "%s: a regular file was expected, and %s is none", property, path);
    else if ((guint64)st.st_size > maximum)
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "%s: at most %" G_GSIZE_FORMAT
                    " bytes were expected, and %s has %" G_GINT64_FORMAT,
                    property, maximum, path, (gint64)st.st_size);
    else
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Takes USER:PASSWORD from the first line of PATH. */
static gboolean
read_file(const char *path, GstEfficientNetSetUser set, gpointer client, GError **error)
{
    char line[MAX_CREDENTIALS + 1] = "";
    int fd = gst_efficientnet_credentials_open("credentials-file", path, MAX_CREDENTIALS, error);
    gboolean accepted = FALSE;
    char *colon;

    if (fd < 0)
        return FALSE;
    /* read(), not stdio, whose buffer would keep a copy. */
    if (read(fd, line, MAX_CREDENTIALS) < 0)
        line[0] = '\0';
    close(fd);
    line[strcspn(line, "\r\n")] = '\0';
    colon = strchr(line, ':');
    if (colon) {
        *colon = '\0';
        accepted = set(client, line, colon + 1, "credentials-file", error);
    } else {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "credentials-file: the first line of %s is not USER:PASSWORD", path);
    }
    explicit_bzero(line, sizeof line);
    return accepted;
}

gboolean
gst_efficientnet_credentials_read(const char *path, const char *user_variable,
                                  const char *password_variable, GstEfficientNetSetUser set,
                                  gpointer client, GError **error)
{
    if (path)
        return read_file(path, set, client, error);
    if (g_getenv(user_variable))
        return set(client, g_getenv(user_variable), g_getenv(password_variable), user_variable,
                   error);
    return TRUE;
}

gboolean
gst_efficientnet_credentials_check_certificates(const char *property, const char *path,
                                                GError **error)
{
    int fd = path ? gst_efficientnet_credentials_open(property, path, MAX_CERTIFICATES, error) : -1;

    if (fd >= 0)
        close(fd);
    return !path || fd >= 0;
}
