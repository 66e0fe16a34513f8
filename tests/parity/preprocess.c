/* SPDX-License-Identifier: BSD-2-Clause */
/* preprocess KEY=VALUE…: reads one raw frame from stdin, without padding, and writes the network's
 * 8-bit R, G, B to stdout; with repeat=N, instead, the nanoseconds that a frame takes: the best and
 * the median of N. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "frame/format.h"
#include "frame/preprocess.h"

static const char *const formats[] = {"RGB",  "BGR",   "RGBX", "BGRX", "XRGB",
                                      "XBGR", "GRAY8", "NV12", "I420", "YUY2"};

typedef struct {
    EffNetModelInfo info;
    EffNetResize resize;
    EffNetFrame frame;
    guint repeat;
} Job;

static gboolean
set_number(Job *job, const char *key, const char *value)
{
    struct {
        const char *key;
        guint *at;
    } numbers[] = {
        {"width", &job->frame.width},
        {"height", &job->frame.height},
        {"site", &job->frame.chroma_site},
        {"resolution", &job->info.resolution},
        {"channels", &job->info.in_channels},
        {"repeat", &job->repeat},
        {"matrix", (guint *)&job->frame.matrix},
        {"orientation", (guint *)&job->frame.orientation},
        {"full-range", (guint *)&job->frame.full_range},
        {"mode", (guint *)&job->resize.mode},
        {"interpolation", (guint *)&job->resize.interpolation},
    };

    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (strcmp(key, numbers[i].key) == 0) {
            *numbers[i].at = (guint)g_ascii_strtoull(value, NULL, 10);
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
set(Job *job, const char *key, const char *value)
{
    EffNetRect *region = &job->frame.region;

    if (strcmp(key, "crop") == 0) {
        job->resize.crop_fraction = (float)g_ascii_strtod(value, NULL);
        return TRUE;
    }
    if (strcmp(key, "region") == 0)
        return sscanf(value, "%u,%u,%u,%u", &region->x, &region->y, &region->w, &region->h) == 4;
    if (strcmp(key, "format") == 0) {
        for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
            if (strcmp(value, formats[i]) == 0) {
                job->frame.format = (EffNetPixelFormat)i;
                return TRUE;
            }
        }
        return FALSE;
    }
    return set_number(job, key, value);
}

/* Planes without padding, one after another: sets where each starts; returns their total size. */
static gsize
lay_out(EffNetFrame *frame, gsize at[3])
{
    const EffNetFormat *format = effnet_format_get(frame->format);
    gsize size = 0;

    for (guint i = 0; i < format->n_components; i++) {
        const EffNetComponents *part = &format->components[i];
        gsize width = part->halved_x ? (frame->width + 1) / 2 : frame->width;
        gsize height = part->halved_y ? (frame->height + 1) / 2 : frame->height;

        if (part->plane == 0) /* twice for YUY2, whose chroma is wider where widths are odd */
            size = 0;
        at[part->plane] = size;
        frame->stride[part->plane] = (gint)(width * part->layout.pixel_stride);
        size += width * part->layout.pixel_stride * height;
    }
    return size;
}

static int
compare(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

static gboolean
measure(const Job *job, EffNetPreprocess *preprocess, GError **error)
{
    gsize row = (gsize)job->info.resolution * job->info.in_channels;
    g_autofree float *dst = g_new(float, row * job->info.resolution);
    g_autofree gint64 *took = g_new(gint64, job->repeat);

    for (guint i = 0; i < job->repeat; i++) {
        struct timespec start, end;

        clock_gettime(CLOCK_MONOTONIC, &start);
        if (!effnet_preprocess_run(preprocess, &job->frame, dst, row, error))
            return FALSE;
        clock_gettime(CLOCK_MONOTONIC, &end);
        took[i] = (end.tv_sec - start.tv_sec) * 1000000000ll + end.tv_nsec - start.tv_nsec;
    }
    qsort(took, job->repeat, sizeof *took, compare);
    printf("best %" G_GINT64_FORMAT " ns, median %" G_GINT64_FORMAT " ns\n", took[0],
           took[job->repeat / 2]);
    return TRUE;
}

static gboolean
convert(const Job *job, EffNetPreprocess *preprocess, GError **error)
{
    gsize size = (gsize)job->info.resolution * job->info.resolution * 3;
    g_autofree guint8 *dst = g_malloc(size);

    return effnet_preprocess_run_bytes(preprocess, &job->frame, dst,
                                       3 * (gsize)job->info.resolution, 3, error) &&
           fwrite(dst, 1, size, stdout) == size;
}

int
main(int argc, char **argv)
{
    Job job = {.info = {.resolution = 224,
                        .in_channels = 3,
                        .crop_fraction = 0.875f,
                        .mean = {0.485f, 0.456f, 0.406f},
                        .std = {0.229f, 0.224f, 0.225f}}};
    EffNetPreprocess *preprocess;
    g_autofree guint8 *data = NULL;
    g_autoptr(GError) error = NULL;
    gboolean done = FALSE;
    gsize size, at[3] = {0};

    for (int i = 1; i < argc; i++) {
        g_auto(GStrv) pair = g_strsplit(argv[i], "=", 2);
        if (!pair[0] || !pair[1] || !set(&job, pair[0], pair[1])) {
            fprintf(stderr, "preprocess: cannot make sense of %s\n", argv[i]);
            return 1;
        }
    }
    size = lay_out(&job.frame, at);
    data = g_malloc(size);
    for (guint i = 0; i < 3; i++)
        job.frame.plane[i] = data + at[i];
    if (fread(data, 1, size, stdin) != size) {
        fprintf(stderr, "preprocess: stdin holds fewer than %zu bytes\n", size);
        return 1;
    }
    preprocess = effnet_preprocess_new(&job.info);
    if (effnet_preprocess_set_resize(preprocess, &job.resize, &error))
        done = job.repeat ? measure(&job, preprocess, &error) : convert(&job, preprocess, &error);
    if (error)
        fprintf(stderr, "preprocess: %s\n", error->message);
    effnet_preprocess_free(preprocess);
    return done ? 0 : 1;
}
