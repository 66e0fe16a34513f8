/* SPDX-License-Identifier: BSD-2-Clause */
#include "records.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <effnet/error.h>

#include "line.h"

#define MAX_KEPT 256       /* records that wait for their turn */
#define MAX_HEAD (1 << 20) /* bytes of a record that are read again */
#define MAX_LEFT 100000    /* inputs that a run can have left out before the last it finished */

struct _EffNetRecords {
    char *path; /* NULL: standard output */
    FILE *file;
    gboolean is_unordered;
    GMutex lock; /* of what is below */
    GCond moved;
    GHashTable *kept; /* of turns, to lines */
    guint64 turn, all, errors;
    int failure; /* errno */
};

static const char *
name_of(const EffNetRecords *self)
{
    return self->path ? self->path : "the standard output";
}

static gboolean
fail(const EffNetRecords *self, int reason, GError **error)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be written: %s",
                name_of(self), g_strerror(reason));
    return FALSE;
}

/* What was there before stays, and only one program at a time adds to it. */
static gboolean
check_file(const EffNetRecords *self, gboolean is_resumed, GError **error)
{
    struct stat st;

    if (fstat(fileno(self->file), &st) != 0)
        return fail(self, errno, error);
    if (is_resumed && !S_ISREG(st.st_mode)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s is no regular file, with which --resume could go on", self->path);
        return FALSE;
    }
    if (S_ISREG(st.st_mode) && flock(fileno(self->file), LOCK_EX | LOCK_NB) != 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s is being written by another program", self->path);
        return FALSE;
    }
    /* Now that nobody else does. */
    if (fstat(fileno(self->file), &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
        !is_resumed) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s exists already: --resume goes on with it", self->path);
        return FALSE;
    }
    return TRUE;
}

static gboolean
open_file(EffNetRecords *self, gboolean is_resumed, GError **error)
{
    int fd =
        open(self->path, (is_resumed ? O_RDWR : O_WRONLY) | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

    if (fd < 0)
        return fail(self, errno, error);
    self->file = fdopen(fd, is_resumed ? "a+" : "a");
    return check_file(self, is_resumed, error);
}

EffNetRecords *
effnet_records_new(const char *path, gboolean is_unordered, gboolean is_resumed, GError **error)
{
    g_autoptr(EffNetRecords) self = g_new0(EffNetRecords, 1);

    g_mutex_init(&self->lock);
    g_cond_init(&self->moved);
    self->kept = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    self->is_unordered = is_unordered;
    self->path = g_strdup(path);
    self->file = stdout;
    return path == NULL || open_file(self, is_resumed, error) ? g_steal_pointer(&self) : NULL;
}

void
effnet_records_free(EffNetRecords *self)
{
    if (self->file && self->file != stdout)
        fclose(self->file);
    g_hash_table_unref(self->kept);
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->moved);
    g_free(self->path);
    g_free(self);
}

/* An earlier run's records and the list of inputs, side by side. */
typedef struct {
    EffNetRecords *records;
    EffNetInputs *inputs;
    GHashTable *left; /* of indices, to names: those that had no record so far */
    GString *name;
    guint64 read; /* names */
} Resumption;

static gboolean
refuse(const Resumption *r, const char *what, GError **error)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s: record %" G_GUINT64_FORMAT " %s",
                r->records->path, r->records->all + 1, what);
    return FALSE;
}

static guint64 *
copy_index(guint64 index)
{
    return g_memdup2(&index, sizeof index);
}

/* So that INDEX is among the names that were read. */
static gboolean
read_up_to(Resumption *r, guint64 index, GError **error)
{
    while (r->read <= index) {
        GError *reason = NULL;
        guint64 at;

        if (!effnet_inputs_next(r->inputs, r->name, &at, &reason)) {
            if (reason == NULL)
                return refuse(r, "is of an input that the list does not have: it is another list",
                              error);
            g_propagate_error(error, reason);
            return FALSE;
        }
        r->read++;
        g_hash_table_insert(r->left, copy_index(at), g_strdup(r->name->str));
        if (g_hash_table_size(r->left) > MAX_LEFT)
            return refuse(r, "is not where this program would have written it", error);
    }
    return TRUE;
}

static gboolean
match(Resumption *r, const GString *line, GError **error)
{
    g_autoptr(GString) head = g_string_new(NULL);
    const char *name;
    char *end;
    guint64 index;

    if (!g_str_has_prefix(line->str, "{\"index\":") || !g_ascii_isdigit(line->str[9]))
        return refuse(r, "is not one of this program's", error);
    index = g_ascii_strtoull(line->str + 9, &end, 10);
    if (!read_up_to(r, index, error))
        return FALSE;
    name = g_hash_table_lookup(r->left, &index);
    if (name == NULL)
        return refuse(r, "is of an input that has one already", error);
    effnet_inputs_append_head(head, index, name);
    g_string_append_c(head, ',');
    if (!g_str_has_prefix(line->str, head->str))
        return refuse(r, "is of another input than the list has there: it is another list", error);
    g_hash_table_remove(r->left, &index);
    r->records->all++;
    r->records->errors += g_str_has_prefix(line->str + head->len, "\"error\":");
    return TRUE;
}

static gint
compare(gconstpointer a, gconstpointer b)
{
    guint64 first = *(const guint64 *)a, second = *(const guint64 *)b;

    return first < second ? -1 : first > second;
}

/* In their order. */
static void
pass_on(const Resumption *r, void (*left)(gpointer, guint64, const char *), gpointer data)
{
    g_autoptr(GList) indices = g_list_sort(g_hash_table_get_keys(r->left), compare);

    for (GList *i = indices; i; i = i->next)
        left(data, *(const guint64 *)i->data, g_hash_table_lookup(r->left, i->data));
}

static gboolean
match_all(Resumption *r, GError **error)
{
    EffNetRecords *self = r->records;
    g_autoptr(GString) line = g_string_new(NULL);
    off_t end = 0;

    rewind(self->file);
    for (;;) {
        EffNetLine kind = effnet_line_read(self->file, '\n', MAX_HEAD, line);

        if (kind == EFFNET_LINE_NONE || kind == EFFNET_LINE_TORN)
            break;
        if (!match(r, line, error))
            return FALSE;
        end = ftello(self->file);
    }
    if (ferror(self->file) || ftruncate(fileno(self->file), end) != 0)
        return fail(self, errno, error);
    return fseeko(self->file, 0, SEEK_END) == 0 || fail(self, errno, error);
}

gboolean
effnet_records_resume(EffNetRecords *self, EffNetInputs *inputs,
                      void (*left)(gpointer data, guint64 index, const char *name), gpointer data,
                      GError **error)
{
    g_autoptr(GHashTable) names =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    g_autoptr(GString) name = g_string_new(NULL);
    Resumption r = {self, inputs, names, name, 0};

    if (!match_all(&r, error))
        return FALSE;
    pass_on(&r, left, data);
    return TRUE;
}

static void
write_line(EffNetRecords *self, const char *line)
{
    if (self->failure == 0 && (fputs(line, self->file) == EOF || fflush(self->file) == EOF))
        self->failure = errno ? errno : EIO;
}

/* All whose turn it is. */
static void
write_kept(EffNetRecords *self)
{
    const char *line;

    while ((line = g_hash_table_lookup(self->kept, &self->turn))) {
        write_line(self, line);
        g_hash_table_remove(self->kept, &self->turn);
        self->turn++;
    }
    g_cond_broadcast(&self->moved);
}

gboolean
effnet_records_put(EffNetRecords *self, guint64 turn, const char *line, gboolean is_error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    if (self->is_unordered) {
        write_line(self, line);
    } else {
        g_hash_table_insert(self->kept, copy_index(turn), g_strdup(line));
        write_kept(self);
        while (turn >= self->turn + MAX_KEPT && self->failure == 0)
            g_cond_wait(&self->moved, &self->lock);
    }
    self->all++;
    self->errors += is_error;
    return self->failure == 0;
}

gboolean
effnet_records_are_shown(const EffNetRecords *self)
{
    return isatty(fileno(self->file));
}

void
effnet_records_count(EffNetRecords *self, guint64 *all, guint64 *errors)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    *all = self->all;
    *errors = self->errors;
}

gboolean
effnet_records_finish(EffNetRecords *self, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    return self->failure == 0 || fail(self, self->failure, error);
}
