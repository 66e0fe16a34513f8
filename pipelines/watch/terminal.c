/* SPDX-License-Identifier: BSD-2-Clause */
#include "terminal.h"

#include "../printable.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAX_NAME     32
#define NAME_SHARE   3  /* of a line: a third */
#define CLASSES      24 /* columns that classes need, before which other things are left out */
#define ELLIPSIS     "\342\200\246"
#define CLEAR_LINE   "\033[K"
#define CLEAR_BELOW  "\033[J"
#define UP_FORMAT    "\033[%uA\r"
#define DEFAULT_SIZE ((struct winsize){.ws_row = 24, .ws_col = 80})

struct _EffNetWatchTerminal {
    int fd;
    GMutex mutex; /* guards all below */
    GPtrArray *statuses;
    guint name_width;
    guint drawn; /* our lines above the cursor */
};

static guint
character_width(gunichar character)
{
    return g_unichar_iszerowidth(character) ? 0 : g_unichar_iswide(character) ? 2 : 1;
}

static guint
text_width(const char *text)
{
    guint width = 0;

    for (const char *c = text; *c; c = g_utf8_next_char(c))
        width += character_width(g_utf8_get_char(c));
    return width;
}

/* Cuts what follows START to COLUMNS columns, of which the last then shows that it was cut. */
static void
cut(GString *line, gsize start, guint columns)
{
    guint width = 0;
    gsize end = start; /* of what leaves a column free */

    for (const char *c = line->str + start; *c; c = g_utf8_next_char(c)) {
        width += character_width(g_utf8_get_char(c));
        if (width > columns) {
            g_string_truncate(line, end);
            g_string_append(line, columns > 0 ? ELLIPSIS : "");
            return;
        }
        if (width < columns)
            end = (gsize)(g_utf8_next_char(c) - line->str);
    }
}

static void
append_time(GString *out, double seconds)
{
    guint64 whole = seconds < 1e9 ? (guint64)(seconds + 0.5) : 999999999;

    if (whole >= 3600)
        g_string_append_printf(out, "%" G_GUINT64_FORMAT ":%02u:%02u", whole / 3600,
                               (guint)(whole / 60 % 60), (guint)(whole % 60));
    else
        g_string_append_printf(out, "%u:%02u", (guint)(whole / 60), (guint)(whole % 60));
}

/* Appends as many classes as fit into COLUMNS, each of them whole; of the first, the label is cut
 * rather than the score. */
static void
append_classes(GString *out, const EffNetWatchClasses *classes, guint columns)
{
    guint used = 0;

    if (classes->n == 0)
        g_string_append_c(out, '-');
    for (guint k = 0; k < classes->n; k++) {
        g_autofree char *score = g_strdup_printf(" %.1f %%", 100.0 * classes->best[k].score);
        g_autoptr(GString) label = g_string_new(NULL);
        guint room = columns - used - (k > 0 ? 2 : 0), width = (guint)strlen(score);

        effnet_printable_append(label, classes->best[k].label);
        if (k == 0)
            cut(label, 0, room > width ? room - width : 0);
        width += text_width(label->str);
        if (k > 0 && (columns < used + 2 || width > room))
            return;
        g_string_append_printf(out, "%s%s%s", k > 0 ? "  " : "", label->str, score);
        used += width + (k > 0 ? 2 : 0);
    }
}

/* How far a file is, and how fast; in full or, if BRIEF, what is left. */
static void
append_pace(GString *out, const EffNetWatchSnapshot *snapshot, gint64 now, gboolean brief)
{
    double fraction, speed, left;

    if (effnet_watch_snapshot_get_progress(snapshot, now, &fraction, &speed, &left)) {
        if (!brief)
            g_string_append_printf(out, "%3.0f %%  %.1fx  ", 100.0 * fraction, speed);
        append_time(out, left);
        g_string_append(out, " left  ");
    }
    if (!brief)
        g_string_append_printf(out, "%5.1f/s  ", snapshot->fps);
}

static void
append_playing(GString *out, const EffNetWatchSnapshot *snapshot, gint64 now, guint columns)
{
    gsize start = out->len;
    guint width;

    append_pace(out, snapshot, now, FALSE);
    if (text_width(out->str + start) + CLASSES > columns) {
        g_string_truncate(out, start);
        append_pace(out, snapshot, now, TRUE);
    }
    width = text_width(out->str + start);
    append_classes(out, &snapshot->classes, columns > width ? columns - width : 0);
}

static void
append_phase(GString *out, const EffNetWatchSnapshot *snapshot, gint64 now, guint columns)
{
    switch (snapshot->phase) {
    case EFFNET_WATCH_CONNECTING:
        g_string_append(out, "connecting");
        if (*snapshot->note)
            g_string_append(out, " again: ");
        break;
    case EFFNET_WATCH_PLAYING:
        append_playing(out, snapshot, now, columns);
        break;
    case EFFNET_WATCH_WAITING:
        g_string_append(out, "lost, again in ");
        append_time(out, MAX(0.0, (double)(snapshot->retry_at - now) / G_USEC_PER_SEC));
        g_string_append(out, ": ");
        break;
    case EFFNET_WATCH_ENDED:
        g_string_append_printf(out, "ended after %" G_GUINT64_FORMAT " frames", snapshot->frames);
        break;
    case EFFNET_WATCH_FAILED:
        g_string_append(out, "failed: ");
        break;
    }
    effnet_printable_append(out, snapshot->note);
}

void
effnet_watch_terminal_append_line(GString *out, const char *name,
                                  const EffNetWatchSnapshot *snapshot, gint64 now, guint name_width,
                                  guint columns)
{
    gsize start = out->len;
    guint width = MIN(name_width, columns / NAME_SHARE);

    effnet_printable_append(out, name);
    cut(out, start, width);
    for (guint i = text_width(out->str + start); i < width + 2; i++)
        g_string_append_c(out, ' ');
    append_phase(out, snapshot, now, columns > width + 2 ? columns - width - 2 : 0);
    cut(out, start, columns);
}

EffNetWatchTerminal *
effnet_watch_terminal_new(int fd, const GPtrArray *statuses)
{
    EffNetWatchTerminal *terminal = g_new0(EffNetWatchTerminal, 1);

    terminal->fd = fd;
    terminal->statuses = g_ptr_array_new();
    g_mutex_init(&terminal->mutex);
    effnet_watch_terminal_set_statuses(terminal, statuses);
    return terminal;
}

void
effnet_watch_terminal_free(EffNetWatchTerminal *terminal)
{
    g_mutex_clear(&terminal->mutex);
    g_ptr_array_unref(terminal->statuses);
    g_free(terminal);
}

void
effnet_watch_terminal_set_statuses(EffNetWatchTerminal *terminal, const GPtrArray *statuses)
{
    g_mutex_lock(&terminal->mutex);
    g_ptr_array_set_size(terminal->statuses, 0);
    terminal->name_width = 0;
    for (guint i = 0; i < statuses->len; i++) {
        EffNetWatchStatus *status = g_ptr_array_index(statuses, i);
        guint width = text_width(effnet_watch_status_get_name(status));

        g_ptr_array_add(terminal->statuses, status);
        terminal->name_width = MAX(terminal->name_width, MIN(width, MAX_NAME));
    }
    g_mutex_unlock(&terminal->mutex);
}

/* Does not wait for a terminal that takes nothing because it was stopped. */
static void
put(const EffNetWatchTerminal *terminal, const GString *text)
{
    struct pollfd pollfd = {.fd = terminal->fd, .events = POLLOUT};

    if (poll(&pollfd, 1, 0) == 1 && write(terminal->fd, text->str, text->len) < 0)
        g_debug("the terminal: %s", g_strerror(errno));
}

/* With the mutex held: moves the cursor to the first of our lines. */
static void
append_up(EffNetWatchTerminal *terminal, GString *out)
{
    if (terminal->drawn > 0)
        g_string_append_printf(out, UP_FORMAT, terminal->drawn);
}

/* With the mutex held: appends as many lines as there is room for. */
static void
append_lines(EffNetWatchTerminal *terminal, GString *out)
{
    struct winsize size;
    gint64 now = g_get_monotonic_time();
    guint shown;

    if (ioctl(terminal->fd, TIOCGWINSZ, &size) != 0 || size.ws_row < 2 || size.ws_col < 2)
        size = DEFAULT_SIZE;
    shown = MIN(terminal->statuses->len, size.ws_row - 1u);
    for (guint i = 0; i < shown; i++) {
        EffNetWatchStatus *status = g_ptr_array_index(terminal->statuses, i);
        EffNetWatchSnapshot snapshot;

        effnet_watch_status_get(status, &snapshot);
        if (i + 1 == shown && shown < terminal->statuses->len)
            g_string_append_printf(out, "and %u more", terminal->statuses->len - i);
        else
            effnet_watch_terminal_append_line(out, effnet_watch_status_get_name(status), &snapshot,
                                              now, terminal->name_width, size.ws_col - 1u);
        g_string_append(out, CLEAR_LINE "\n");
    }
    g_string_append(out, CLEAR_BELOW);
    terminal->drawn = shown;
}

void
effnet_watch_terminal_draw(EffNetWatchTerminal *terminal)
{
    g_autoptr(GString) out = g_string_new(NULL);

    g_mutex_lock(&terminal->mutex);
    append_up(terminal, out);
    append_lines(terminal, out);
    put(terminal, out);
    g_mutex_unlock(&terminal->mutex);
}

void
effnet_watch_terminal_note(EffNetWatchTerminal *terminal, const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);

    g_mutex_lock(&terminal->mutex);
    append_up(terminal, out);
    effnet_printable_append(out, text);
    g_string_append(out, CLEAR_LINE "\n");
    append_lines(terminal, out);
    put(terminal, out);
    g_mutex_unlock(&terminal->mutex);
}
