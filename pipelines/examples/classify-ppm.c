/* SPDX-License-Identifier: BSD-2-Clause */
/* Only the engine, without GStreamer: the five best classes of an image in memory, here from a
 * binary PPM, which any converter writes (convert cat.jpg cat.ppm).
 *
 *     cc classify-ppm.c -o classify-ppm $(pkg-config --cflags --libs effnet-1.0)
 *     ./classify-ppm cat.ppm [MODEL]
 */
#include <effnet/effnet.h>
#include <stdio.h>

#define TOP 5

/* The pixels of PATH, which FRAME then points into; NULL if it is not such a file. For g_free(). */
static guint8 *
read_ppm(const char *path, EffNetFrame *frame)
{
    FILE *file = fopen(path, "rb");
    guint8 *pixels = NULL;
    unsigned width = 0, height = 0;

    if (file && fscanf(file, "P6 %5u %5u 255", &width, &height) == 2 && fgetc(file) != EOF) {
        pixels = g_try_malloc((gsize)width * height * 3);
        if (!pixels || fread(pixels, 3 * (gsize)width, height, file) != height)
            g_clear_pointer(&pixels, g_free);
    }
    if (file)
        fclose(file);
    *frame = (EffNetFrame){
        .format = EFFNET_PIXEL_RGB,
        .width = width,
        .height = height,
        .plane = {pixels},
        .stride = {(gint)width * 3},
    };
    return pixels;
}

static gboolean
classify(const char *name, const EffNetFrame *frame, GError **error)
{
    g_autofree char *path = effnet_model_find(name, error);
    g_autoptr(EffNetModel) model = path ? effnet_model_open(path, NULL, error) : NULL;
    g_autoptr(EffNetSession) session = model ? effnet_session_new(model, 1, 0, error) : NULL;
    g_autofree float *scores = NULL;
    const EffNetModelInfo *info;
    EffNetClass top[TOP];
    gsize n;

    if (!session || !effnet_session_set_frame(session, 0, frame, error))
        return FALSE;
    effnet_session_run(session, 1);

    info = effnet_model_get_info(model);
    scores = g_new(float, info->n_classes);
    effnet_scores_from_logits(info->activation, effnet_session_get_logits(session, 0),
                              info->n_classes, scores);
    n = effnet_scores_top(scores, info->n_classes, TOP, 0, top);
    for (gsize k = 0; k < n; k++)
        printf("%5.1f %%  %u %s\n", 100 * top[k].score, top[k].index,
               info->labels ? info->labels[top[k].index] : "");
    return TRUE;
}

int
main(int argc, char **argv)
{
    g_autofree guint8 *pixels = NULL;
    g_autoptr(GError) error = NULL;
    EffNetFrame frame;

    if (argc < 2 || argc > 3) {
        fprintf(stderr, "classify-ppm FILE [MODEL]\n");
        return 1;
    }
    pixels = read_ppm(argv[1], &frame);
    if (!pixels) {
        fprintf(stderr, "classify-ppm: %s is not a binary PPM (P6) of 8 bits\n", argv[1]);
        return 1;
    }
    if (!classify(argc == 3 ? argv[2] : NULL, &frame, &error)) {
        fprintf(stderr, "classify-ppm: %s\n", error->message);
        return 1;
    }
    return 0;
}
