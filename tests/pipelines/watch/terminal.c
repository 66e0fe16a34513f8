/* SPDX-License-Identifier: BSD-2-Clause */
#include "terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const EffNetWatchSnapshot playing = {
    .phase = EFFNET_WATCH_PLAYING,
    .fps = 25.0,
    .duration = GST_CLOCK_TIME_NONE,
    .classes = {2, {{1, 0.5f, "cat"}, {2, 0.25f, "dog"}}},
};

static void
assert_line(const char *name, const EffNetWatchSnapshot *snapshot, guint columns,
            const char *expected)
{
    g_autoptr(GString) line = g_string_new(NULL);

    effnet_watch_terminal_append_line(line, name, snapshot, 2000000, 5, columns);
    g_assert_cmpstr(line->str, ==, expected);
}

static void
test_lines(void)
{
    EffNetWatchSnapshot film = playing;
    const EffNetWatchSnapshot waiting = {
        .phase = EFFNET_WATCH_WAITING, .note = "gone\033[2J", .retry_at = 6500000};
    const EffNetWatchSnapshot ended = {.phase = EFFNET_WATCH_ENDED, .frames = 7};
    const EffNetWatchSnapshot failed = {.phase = EFFNET_WATCH_FAILED, .note = "broken"};

    film.pts = 30 * GST_SECOND;
    film.duration = 6000 * GST_SECOND;
    film.began = -8000000;
    assert_line("cam", &playing, 80, "cam     25.0/s  cat 50.0 %  dog 25.0 %");
    assert_line("cam", &playing, 40, "cam     25.0/s  cat 50.0 %  dog 25.0 %");
    assert_line("cam", &playing, 39, "cam    cat 50.0 %  dog 25.0 %");
    assert_line("cam", &playing, 20, "cam    cat 50.0 %");
    assert_line("camera", &playing, 20, "came\u2026  cat 50.0 %");
    assert_line("camera", &playing, 16, "came\u2026  c\u2026 50.0 %");
    assert_line("camera", &playing, 12, "cam\u2026   50.0\u2026");
    assert_line("film", &film, 80,
                "film     0 %  3.0x  33:10 left   25.0/s  cat 50.0 %  dog 25.0 %");
    assert_line("film", &film, 50, "film   33:10 left  cat 50.0 %  dog 25.0 %");
    assert_line("film", &film, 40, "film   33:10 left  cat 50.0 %");
    film.pts = 60 * GST_SECOND;
    film.began = -58000000;
    assert_line("film", &film, 36, "film   1:39:00 left  cat 50.0 %");
    assert_line("cam", &waiting, 80, "cam    lost, again in 0:05: gone?[2J");
    assert_line("cam", &ended, 80, "cam    ended after 7 frames");
    assert_line("cam", &failed, 80, "cam    failed: broken");
    assert_line("cam", &failed, 18, "cam    failed: br\u2026");
}

/* Characters that take two columns. */
static void
test_wide(void)
{
    const EffNetWatchSnapshot ended = {.phase = EFFNET_WATCH_ENDED, .frames = 7};

    assert_line("\u732b", &ended, 80, "\u732b     ended after 7 frames");
    assert_line("\u732b\u732b\u732b", &ended, 80, "\u732b\u732b\u2026  ended after 7 frames");
}

static char *
read_all(int fd)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char buffer[4096];
    gssize n;

    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        g_string_append_len(text, buffer, n);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
test_drawing(void)
{
    int ours = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK), theirs;
    const struct winsize size = {.ws_row = 4, .ws_col = 30};
    g_autoptr(GPtrArray) statuses =
        g_ptr_array_new_with_free_func((GDestroyNotify)effnet_watch_status_free);
    g_autoptr(GPtrArray) fewer =
        g_ptr_array_new_with_free_func((GDestroyNotify)effnet_watch_status_free);
    g_autofree char *first = NULL, *second = NULL, *third = NULL, *fourth = NULL;
    EffNetWatchTerminal *terminal;

    g_assert_true(ours >= 0 && grantpt(ours) == 0 && unlockpt(ours) == 0);
    theirs = open(ptsname(ours), O_RDWR | O_NOCTTY);
    g_assert_cmpint(ioctl(theirs, TIOCSWINSZ, &size), ==, 0);
    for (guint i = 0; i < 5; i++)
        g_ptr_array_add(statuses, effnet_watch_status_new("cam"));
    terminal = effnet_watch_terminal_new(theirs, statuses);
    effnet_watch_terminal_draw(terminal);
    first = read_all(ours);
    g_assert_cmpstr(first, ==,
                    "cam  connecting\033[K\r\ncam  connecting\033[K\r\nand 3 more\033[K\r\n"
                    "\033[J");
    effnet_watch_terminal_draw(terminal);
    second = read_all(ours);
    g_assert_true(g_str_has_prefix(second, "\033[3A\r"));
    g_assert_cmpstr(second + strlen("\033[3A\r"), ==, first);
    effnet_watch_terminal_note(terminal, "hear\007!");
    third = read_all(ours);
    g_assert_true(g_str_has_prefix(third, "\033[3A\rhear?!\033[K\r\ncam  conn"));
    g_ptr_array_add(fewer, effnet_watch_status_new("camera"));
    effnet_watch_terminal_set_statuses(terminal, fewer);
    effnet_watch_terminal_draw(terminal);
    fourth = read_all(ours);
    g_assert_cmpstr(fourth, ==, "\033[3A\rcamera  connecting\033[K\r\n\033[J");
    effnet_watch_terminal_free(terminal);
    close(theirs);
    close(ours);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/terminal/lines", test_lines);
    g_test_add_func("/terminal/wide", test_wide);
    g_test_add_func("/terminal/drawing", test_drawing);
    return g_test_run();
}
