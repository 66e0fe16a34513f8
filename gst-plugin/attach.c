/* SPDX-License-Identifier: BSD-2-Clause */
#include "attach.h"

#include "analytics.h"
#include "meta.h"

struct _GstEfficientNetAttachment {
    GstBuffer *buffer;
    const char *element;
    const GstEfficientNetClassifier *classifier;
    GstEfficientNetMetaForms forms;
    guint64 number;
    GValue results;
};

GstEfficientNetAttachment *
gst_efficientnet_attachment_new(GstBuffer *buffer, const char *element,
                                const GstEfficientNetClassifier *classifier,
                                GstEfficientNetMetaForms forms, guint64 number)
{
    GstEfficientNetAttachment *self = g_new(GstEfficientNetAttachment, 1);

    *self = (GstEfficientNetAttachment){
        .buffer = buffer,
        .element = element,
        .classifier = classifier,
        .forms = forms,
        .number = number,
    };
    g_value_init(&self->results, GST_TYPE_LIST);
    return self;
}

void
gst_efficientnet_attachment_free(GstEfficientNetAttachment *self)
{
    g_value_unset(&self->results);
    g_free(self);
}

/* Adds the parameter that readers of DL Streamer's metadata look for. */
static void
add_param(GstEfficientNetAttachment *self, const GstEfficientNetFinding *finding,
          GstVideoRegionOfInterestMeta *roi)
{
    const EffNetClass *best = &finding->classes[0];

    gst_video_region_of_interest_meta_add_param(
        roi, gst_structure_new("efficientnet", "element", G_TYPE_STRING, self->element, "label",
                               G_TYPE_STRING, self->classifier->labels[best->index], "label_id",
                               G_TYPE_INT, (gint)best->index, "confidence", G_TYPE_DOUBLE,
                               (double)best->score, "model_name", G_TYPE_STRING,
                               self->classifier->info->name, NULL));
}

/* The region's detection, or one of the frame if it is asked for, is what the classes are of. */
static void
add_analytics(GstEfficientNetAttachment *self, const GstEfficientNetFinding *finding,
              const GstEfficientNetSubject *subject, const GstEfficientNetRegion *region)
{
    const char *model = self->classifier->info->name;
    const char *const *labels = self->classifier->labels;
    gboolean has_mtd = region && region->has_mtd;
    guint mtd = has_mtd ? region->mtd : 0;

    if (self->forms & GST_EFFICIENTNET_META_FORM_FRAME &&
        subject->key == GST_EFFICIENTNET_KEY_FRAME)
        has_mtd = gst_efficientnet_analytics_add_detection(self->buffer, finding, &subject->region,
                                                           model, labels, &mtd);
    gst_efficientnet_analytics_attach(self->buffer, finding, model, labels, has_mtd ? &mtd : NULL);
}

static void
add(GstEfficientNetAttachment *self, const GstEfficientNetFinding *finding,
    const GstEfficientNetSubject *subject, const GstEfficientNetRegion *region)
{
    guint64 age = self->number - finding->subject.number;

    if (finding->n == 0)
        return;
    gst_efficientnet_meta_append_result(&self->results, finding, subject, self->element,
                                        self->classifier->info->name, self->classifier->labels,
                                        (guint)MIN(age, G_MAXUINT));
    /* The other forms cannot say that the classes mean nothing. */
    if (finding->unknown)
        return;
    if (self->forms & GST_EFFICIENTNET_META_FORM_ANALYTICS)
        add_analytics(self, finding, subject, region);
    if (self->forms & GST_EFFICIENTNET_META_FORM_ROI && region && region->roi)
        add_param(self, finding, region->roi);
}

void
gst_efficientnet_attachment_add(GstEfficientNetAttachment *self,
                                const GstEfficientNetFinding *finding,
                                const GstEfficientNetRegion *region, const EffNetRect *visible)
{
    GstEfficientNetSubject subject = finding->subject;

    /* An object may have moved since its inference; the whole frame has not. */
    if (region->key != GST_EFFICIENTNET_KEY_FRAME) {
        subject.region = region->rect;
        subject.width = visible->w;
        subject.height = visible->h;
        subject.roi_id = region->roi_id;
    }
    add(self, finding, &subject, region);
}

void
gst_efficientnet_attachment_add_loose(GstEfficientNetAttachment *self,
                                      const GstEfficientNetFinding *finding, const GArray *regions)
{
    const GstEfficientNetSubject *subject = &finding->subject;

    for (guint i = 0; i < regions->len && subject->number == self->number; i++) {
        const GstEfficientNetRegion *region = &g_array_index(regions, GstEfficientNetRegion, i);

        if (region->key == GST_EFFICIENTNET_KEY_UNTRACKED && region->roi_id == subject->roi_id &&
            memcmp(&region->rect, &subject->region, sizeof region->rect) == 0) {
            add(self, finding, subject, region);
            return;
        }
    }
    add(self, finding, subject, NULL);
}

guint
gst_efficientnet_attachment_finish(GstEfficientNetAttachment *self)
{
    guint n = gst_value_list_get_size(&self->results);

    gst_efficientnet_meta_replace(self->buffer, self->element, &self->results);
    g_value_init(&self->results, GST_TYPE_LIST);
    return n;
}
