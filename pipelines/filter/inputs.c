/* SPDX-License-Identifier: BSD-2-Clause */
#include "inputs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <effnet/error.h>

#include "../uri.h"
#include "json.h"
#include "line.h"

#define MAX_NAME 65536 /* bytes */

struct _EffNetInputs {
    char *path;
    FILE *file;
    int end;
    guint64 next;
};

EffNetInputs *
effnet_inputs_new(const char *path, gboolean is_zero, GError **error)
{
    FILE *file = g_str_equal(path, "-") ? stdin : fopen(path, "re");
    EffNetInputs *self;

    if (file == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    self = g_new0(EffNetInputs, 1);
    self->path = g_strdup(path);
    self->file = file;
    self->end = is_zero ? '\0' : '\n';
    return self;
}

void
effnet_inputs_free(EffNetInputs *self)
{
    if (self->file != stdin)
        fclose(self->file);
    g_free(self->path);
    g_free(self);
}

/* Of a list that "find -print0" wrote, all but the first name would be lost. */
static gboolean
check_name(const EffNetInputs *self, const GString *name, GError **error)
{
    if (strlen(name->str) == name->len)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                "%s: name %" G_GUINT64_FORMAT " has a NUL in it: -0 reads names that end with one",
                self->path, self->next);
    return FALSE;
}

gboolean
effnet_inputs_next(EffNetInputs *self, GString *name, guint64 *index, GError **error)
{
    if (effnet_line_read(self->file, self->end, MAX_NAME, name) != EFFNET_LINE_NONE) {
        *index = self->next++;
        return check_name(self, name, error);
    }
    if (ferror(self->file))
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be read: %s",
                    self->path, g_strerror(errno));
    return FALSE;
}

guint64
effnet_inputs_count(const EffNetInputs *self)
{
    struct stat st;
    FILE *file;
    guint64 count = 0;
    int c, before = self->end;

    if (self->file == stdin || fstat(fileno(self->file), &st) != 0 || !S_ISREG(st.st_mode))
        return 0;
    file = fopen(self->path, "re");
    if (file == NULL)
        return 0;
    for (; (c = getc_unlocked(file)) != EOF; before = c)
        count += c == self->end;
    fclose(file);
    return count + (before != self->end);
}

void
effnet_inputs_append_head(GString *record, guint64 index, const char *name)
{
    g_autofree char *hidden = effnet_uri_hide_passwords(name);

    g_string_append_printf(record, "{\"index\":%" G_GUINT64_FORMAT ",\"input\":", index);
    gst_efficientnet_json_append_string(record, hidden);
}
