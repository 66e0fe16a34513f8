/* SPDX-License-Identifier: BSD-2-Clause */
#include "gif.h"

#define HEAD  "GIF89a\x02\0\x01\0"
#define PLAIN HEAD "\0\0\0"
#define COLORED                                                                                    \
    HEAD "\x80\0\0"                                                                                \
         "\xff\xff\xff,,,"
#define EXTENSION "!\xf9\x04\0\0\0\0\0"
#define IMAGE     ",\0\0\0\0\x02\0\x01\0\0\x02\x02\x4c\x0a\0"
#define LOCAL     ",\0\0\0\0\x02\0\x01\0\x81;;;;;;;;;;;;\x02\x02\x4c\x0a\x01\x0b\0"

#define BYTES(text) (const guint8 *)(text), sizeof(text) - 1

static const struct {
    const guint8 *bytes;
    gsize n;
    gint n_whole;
} cases[] = {
    {BYTES(PLAIN IMAGE ";"), G_MAXINT},
    {BYTES(COLORED EXTENSION IMAGE), 1},
    {BYTES(PLAIN LOCAL EXTENSION IMAGE), 2},
    {BYTES(PLAIN LOCAL EXTENSION EXTENSION IMAGE ";and more" IMAGE), G_MAXINT},
    {BYTES(PLAIN IMAGE ",\0\0\0\0\x02\0\x01\0\0\x02\x02\x4c\x0a"), 1},
    {BYTES(PLAIN ",\0\0\0\0\x02\0\x01\0\0\x02\x02\x4c"), 0},
    {BYTES(PLAIN ","), 0},
    {BYTES(PLAIN "?" IMAGE), G_MAXINT},
    {BYTES("GIF89a"), 0},
    {NULL, 0, 0},
};

static void
test_cases(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        for (gsize step = 1; step <= cases[i].n; step += 5) {
            EffNetGif gif = {0};

            for (gsize at = 0; at < cases[i].n; at += step)
                effnet_gif_feed(&gif, at, cases[i].bytes + at, MIN(step, cases[i].n - at));
            g_assert_cmpint(gif.n_whole, ==, cases[i].n_whole);
        }
}

/* What is read again, wherever it begins, counts once. */
static void
test_again(void)
{
    static const char text[] = PLAIN IMAGE IMAGE;
    const guint8 *bytes = (const guint8 *)text;
    EffNetGif gif = {0};

    effnet_gif_feed(&gif, 0, bytes, sizeof text - 3);
    for (gsize at = 0; at < sizeof text - 1; at += 7)
        effnet_gif_feed(&gif, at, bytes + at, sizeof text - 1 - at);
    g_assert_cmpint(gif.n_whole, ==, 2);
}

static void
test_has_size(void)
{
    g_assert_true(effnet_gif_has_size(BYTES(HEAD)));
    g_assert_false(effnet_gif_has_size(BYTES("GIF89a\x02\0\x01")));
    g_assert_false(effnet_gif_has_size(BYTES("GIF89a\0\0\x01\0")));
    g_assert_false(effnet_gif_has_size(BYTES("GIF89a\0\x01\0\0")));
    g_assert_true(effnet_gif_has_size(BYTES("GIF89a\0\x01\0\x01")));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gif/cases", test_cases);
    g_test_add_func("/gif/again", test_again);
    g_test_add_func("/gif/has-size", test_has_size);
    return g_test_run();
}
