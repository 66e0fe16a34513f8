/* SPDX-License-Identifier: BSD-2-Clause */
/* Every level's resize kernels against the reference's: equal for any sizes, with nothing read
 * beyond the source and nothing written beyond the slack. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernels/kernels.h"

#define GUARD 0xa5

static guint32 seed;

typedef struct {
    guint8 *pages, *data;
    gsize size;
} Source;

/* SIZE random bytes that end where an inaccessible page starts. */
static void
source_init(Source *source, GRand *random, gsize size)
{
    gsize page = (gsize)sysconf(_SC_PAGESIZE), used = (size + page - 1) / page * page;

    source->size = used + page;
    source->pages =
        mmap(NULL, source->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    g_assert_true(source->pages != MAP_FAILED);
    g_assert_cmpint(mprotect(source->pages + used, page, PROT_NONE), ==, 0);
    source->data = source->pages + used - size;
    for (gsize i = 0; i < size; i++)
        source->data[i] = g_rand_boolean(random) ? (guint8)g_rand_int(random) : 255;
}

static void
source_clear(Source *source)
{
    munmap(source->pages, source->size);
}

static guint
between(GRand *random, guint low, guint high)
{
    return (guint)g_rand_int_range(random, (gint32)low, (gint32)high + 1);
}

static void
table_init(EffNetResizeTable *table, GRand *random)
{
    table->n_in = between(random, 1, 300);
    table->n_out = between(random, 1, 70);
    table->taps = 4 * between(random, 1, (table->n_in + 3) / 4);
    table->first = g_new(guint, table->n_out);
    table->count = g_new(guint, table->n_out);
    table->high = g_new0(gint16, table->n_out * table->taps);
    table->low = g_new0(gint16, table->n_out * table->taps);
    table->fine = g_new0(gint16, table->n_out * table->taps);
    for (guint i = 0; i < table->n_out; i++) {
        guint groups = (table->n_in + 3) / 4;
        guint count = between(random, 1, MIN(table->taps / 4, groups));

        table->first[i] = 4 * between(random, 0, groups - count);
        table->count[i] = 4 * count;
        for (guint k = i * table->taps; k < i * table->taps + 4 * count; k++) {
            gint32 most = 8192 / (gint32)count;

            table->high[k] = (gint16)g_rand_int_range(random, -most / 8, most / 4);
            table->low[k] = (gint16)g_rand_int_range(random, 0, 1 << EFFNET_RESIZE_LOW_BITS);
            table->fine[k] = (gint16)g_rand_int_range(random, -most, 2 * most);
        }
    }
}

static void
table_clear(EffNetResizeTable *table)
{
    g_free(table->first);
    g_free(table->count);
    g_free(table->high);
    g_free(table->low);
    g_free(table->fine);
}

static void
layout_init(EffNetPixelLayout *layout, GRand *random)
{
    layout->pixel_stride = between(random, 1, 4);
    layout->components = between(random, 1, MIN(layout->pixel_stride, 3));
    for (guint c = 0; c < layout->components; c++)
        layout->offset[c] = between(random, 0, layout->pixel_stride - 1);
}

typedef struct {
    const EffNetResizeKernels *kernels;
    const EffNetPixelLayout *layout;
    const EffNetResizeTable *table;
    const guint8 *const *src;
    guint n_rows;
    gboolean fine;
} Pass;

/* Rows of N_BYTES plus slack, each followed by a guard. */
static guint8 *
run_horizontal(const Pass *pass, gsize n_bytes)
{
    gsize size = n_bytes + EFFNET_RESIZE_SLACK;
    gsize scratch_size = effnet_resize_scratch(pass->layout, pass->table);
    g_autofree guint8 *scratch = g_malloc0(scratch_size + 128);
    guint8 *aligned = (guint8 *)(((guintptr)scratch + 63) & ~(guintptr)63);
    guint8 *rows = g_malloc(EFFNET_RESIZE_ROWS * (size + 1));
    guint8 *dst[EFFNET_RESIZE_ROWS];

    memset(rows, GUARD, EFFNET_RESIZE_ROWS * (size + 1));
    aligned[scratch_size] = GUARD;
    for (guint r = 0; r < EFFNET_RESIZE_ROWS; r++)
        dst[r] = rows + r * (size + 1);
    if (pass->fine)
        pass->kernels->horizontal_fine((gint16 *const *)dst, pass->src, pass->n_rows, pass->layout,
                                       pass->table, aligned);
    else
        pass->kernels->horizontal(dst, pass->src, pass->n_rows, pass->layout, pass->table, aligned);
    g_assert_cmpuint(aligned[scratch_size], ==, GUARD);
    for (guint r = 0; r < EFFNET_RESIZE_ROWS; r++) {
        g_assert_cmpuint(dst[r][size], ==, GUARD);
        for (gsize i = 0; r >= pass->n_rows && i < size; i++)
            g_assert_cmpuint(dst[r][i], ==, GUARD);
    }
    return rows;
}

static void
check_horizontal(const EffNetResizeKernels *kernels, GRand *random, gboolean fine)
{
    EffNetPixelLayout layout = {0};
    EffNetResizeTable table;
    Source source[EFFNET_RESIZE_ROWS];
    const guint8 *src[EFFNET_RESIZE_ROWS];
    Pass pass = {&effnet_resize_kernels_c, &layout, &table, src, between(random, 1, 16), fine};
    g_autofree guint8 *expected = NULL, *got = NULL;
    gsize last = 0, n_bytes;

    layout_init(&layout, random);
    table_init(&table, random);
    for (guint c = 0; c < layout.components; c++)
        last = MAX(last, layout.offset[c]);
    for (guint r = 0; r < pass.n_rows; r++) {
        source_init(&source[r], random, (table.n_in - 1) * layout.pixel_stride + last + 1);
        src[r] = source[r].data;
    }
    n_bytes = (gsize)table.n_out * layout.components * (fine ? 2 : 1);
    n_bytes += n_bytes % 2 == 0; /* with the guard, rows of 16-bit samples stay aligned */
    expected = run_horizontal(&pass, n_bytes);
    pass.kernels = kernels;
    got = run_horizontal(&pass, n_bytes);
    for (guint r = 0; r < pass.n_rows; r++) {
        gsize at = r * (n_bytes + EFFNET_RESIZE_SLACK + 1);
        g_assert_cmpmem(expected + at, table.n_out * layout.components * (fine ? 2 : 1), got + at,
                        table.n_out * layout.components * (fine ? 2 : 1));
        source_clear(&source[r]);
    }
    table_clear(&table);
}

static void
check_vertical(const EffNetResizeKernels *kernels, GRand *random)
{
    guint count = 2 * between(random, 1, 20);
    gsize n = between(random, 1, 700), size = n + EFFNET_RESIZE_SLACK;
    g_autofree guint8 *rows = g_malloc(count * size), *expected = g_malloc(size),
                      *got = g_malloc(size + 1);
    g_autofree gint16 *high = g_new(gint16, count), *low = g_new(gint16, count);
    g_autofree const guint8 **src = g_new(const guint8 *, count);

    for (gsize i = 0; i < count * size; i++)
        rows[i] = (guint8)g_rand_int(random);
    for (guint k = 0; k < count; k++) {
        src[k] = rows + k * size;
        high[k] = (gint16)g_rand_int_range(random, -2048 / (gint32)count, 4096 / (gint32)count);
        low[k] = (gint16)g_rand_int_range(random, 0, 1 << EFFNET_RESIZE_LOW_BITS);
    }
    got[size] = GUARD;
    effnet_resize_kernels_c.vertical(expected, src, n, high, low, count);
    kernels->vertical(got, src, n, high, low, count);
    g_assert_cmpmem(expected, n, got, n);
    g_assert_cmpuint(got[size], ==, GUARD);
}

static void
check_vertical_fine(const EffNetResizeKernels *kernels, GRand *random)
{
    guint count = 2 * between(random, 1, 20);
    gsize n = between(random, 1, 700), size = n + EFFNET_RESIZE_SLACK / 2;
    g_autofree gint16 *rows = g_new(gint16, count * size), *expected = g_new(gint16, size),
                      *got = g_new(gint16, size + 1), *weight = g_new(gint16, count);
    g_autofree const gint16 **src = g_new(const gint16 *, count);

    for (gsize i = 0; i < count * size; i++)
        rows[i] = (gint16)g_rand_int_range(random, -4096, 20480);
    for (guint k = 0; k < count; k++) {
        src[k] = rows + k * size;
        weight[k] = (gint16)g_rand_int_range(random, -8192 / (gint32)count, 32767 / (gint32)count);
    }
    got[size] = GUARD;
    effnet_resize_kernels_c.vertical_fine(expected, src, n, weight, count);
    kernels->vertical_fine(got, src, n, weight, count);
    g_assert_cmpmem(expected, n * 2, got, n * 2);
    g_assert_cmpint(got[size], ==, GUARD);
}

static void
check_color(const EffNetResizeKernels *kernels, GRand *random)
{
    const EffNetColor color = {9539,    13000 + (gint16)between(random, 0, 4546),
                               -1800,   -5500,
                               17546,   -(1 << 27),
                               1 << 26, -(1 << 27)};
    gsize n = between(random, 1, 300), size = n + EFFNET_RESIZE_SLACK;
    g_autofree gint16 *in = g_new(gint16, 3 * size);
    g_autofree guint8 *expected = g_malloc(3 * size), *got = g_malloc(3 * size + 1);
    const gint16 *const ycc[3] = {in, in + size, in + 2 * size};
    guint8 *const one[3] = {expected, expected + size, expected + 2 * size};
    guint8 *const two[3] = {got, got + size, got + 2 * size};

    for (gsize i = 0; i < 3 * size; i++)
        in[i] = (gint16)g_rand_int_range(random, -4096, 20480);
    got[3 * size] = GUARD;
    effnet_resize_kernels_c.color(one, ycc, n, &color);
    kernels->color(two, ycc, n, &color);
    for (guint c = 0; c < 3; c++)
        g_assert_cmpmem(one[c], n, two[c], n);
    g_assert_cmpuint(got[3 * size], ==, GUARD);
}

static void
test_level(gconstpointer data)
{
    const EffNetKernels *kernels = effnet_kernels_find(data);
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);

    if (!kernels) {
        g_test_skip("this CPU does not run the level");
        return;
    }
    for (guint i = 0; i < 300; i++) {
        check_horizontal(&kernels->resize, random, FALSE);
        check_horizontal(&kernels->resize, random, TRUE);
        check_vertical(&kernels->resize, random);
        check_vertical_fine(&kernels->resize, random);
        check_color(&kernels->resize, random);
    }
}

/* One window, computed by hand. */
static void
test_reference(void)
{
    guint8 pixels[] = {10, 0, 20, 0, 30, 0}, out[1 + EFFNET_RESIZE_SLACK];
    guint8 *const dst[] = {out};
    const guint8 *const src[] = {pixels};
    guint first = 0, count = 4;
    /* 1/4, 1/2, 1/4 of 2^22; then 2^14 */
    gint16 high[] = {512, 1024, 512, 0}, low[] = {0, 0, 1, 0}, fine[] = {4096, 8192, 4096, 0};
    EffNetResizeTable table = {3, 1, 4, &first, &count, high, low, fine};
    EffNetPixelLayout layout = {2, 1, {0}};
    gint16 wide[1 + EFFNET_RESIZE_SLACK];
    gint16 *const wide_dst[] = {wide};

    effnet_resize_kernels_c.horizontal(dst, src, 1, &layout, &table, NULL);
    g_assert_cmpuint(out[0], ==, 20);
    effnet_resize_kernels_c.horizontal_fine(wide_dst, src, 1, &layout, &table, NULL);
    g_assert_cmpint(wide[0], ==, 20 << EFFNET_RESIZE_FRACTION);
    high[1] = 1024 * 30;
    effnet_resize_kernels_c.horizontal(dst, src, 1, &layout, &table, NULL);
    g_assert_cmpuint(out[0], ==, 255);
    high[1] = -1024;
    effnet_resize_kernels_c.horizontal(dst, src, 1, &layout, &table, NULL);
    g_assert_cmpuint(out[0], ==, 0);
}

int
main(int argc, char **argv)
{
    const char *const *levels = effnet_kernels_list();

    g_test_init(&argc, &argv, NULL);
    seed = g_test_rand_int(); /* GTest prints the seed that it comes from; --seed sets that */
    g_test_add_func("/kernels/resize/reference", test_reference);
    for (guint i = 0; levels[i]; i++) {
        g_autofree char *path = g_strdup_printf("/kernels/resize/%s", levels[i]);
        g_test_add_data_func(path, levels[i], test_level);
    }
    return g_test_run();
}
